/** Ethernet frames that tests send to the board, and what they read of its own. All addresses are text: "52:54:00:00:00:01", "10.0.0.1". */

export const BROADCAST = "ff:ff:ff:ff:ff:ff";
export const IPV4 = 0x0800;
export const ARP = 0x0806;
export const VLAN = 0x8100;
export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;

export function hardware(text: string): Buffer {
	return Buffer.from(text.replaceAll(":", ""), "hex");
}

export function hardwareText(bytes: Buffer): string {
	return bytes.toString("hex").replace(/..(?!$)/g, "$&:");
}

export function address(text: string): Buffer {
	return Buffer.from(text.split(".").map(Number));
}

export function addressText(bytes: Buffer): string {
	return [...bytes].join(".");
}

/** RFC 1071. */
export function checksum(...parts: readonly Buffer[]): number {
	const bytes = Buffer.concat(parts);
	let sum = 0;
	for (let i = 0; i < bytes.length; i++)
		sum += i % 2 === 0 ? bytes[i]! << 8 : bytes[i]!;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}

/** As short as its content: Ethernet's padding is the sender's business. */
export function ethernet(to: string, from: string, type: number, content: Buffer): Buffer {
	const head = Buffer.concat([hardware(to), hardware(from), Buffer.alloc(2)]);
	head.writeUInt16BE(type, 12);
	return Buffer.concat([head, content]);
}

export interface ARPMessage {
	readonly operation: number;
	readonly senderHardware: string;
	readonly sender: string;
	readonly targetHardware: string;
	readonly target: string;
}

export function arp({ operation, senderHardware, sender, targetHardware, target }: ARPMessage): Buffer {
	const head = Buffer.from("0001080006040000", "hex");
	head.writeUInt16BE(operation, 6);
	return Buffer.concat([head, hardware(senderHardware), address(sender), hardware(targetHardware), address(target)]);
}

export interface IPv4Fields {
	readonly from: string;
	readonly to: string;
	readonly protocol: number;
	readonly identification?: number;
	readonly ttl?: number;
	/** In bytes. */
	readonly offset?: number;
	readonly moreFragments?: boolean;
	readonly dontFragment?: boolean;
	/** A multiple of 4 bytes. */
	readonly options?: Buffer;
	/** What the header says in place of the truth. */
	readonly length?: number;
	readonly typeOfService?: number;
}

export function ipv4({ from, to, protocol, identification = 0, ttl = 64, offset = 0, moreFragments = false, dontFragment = false, options = Buffer.alloc(0), length, typeOfService = 0 }: IPv4Fields,
	content: Buffer): Buffer {
	const head = Buffer.alloc(20 + options.length);
	head[0] = 0x40 + head.length / 4;
	head[1] = typeOfService;
	head.writeUInt16BE(length ?? head.length + content.length, 2);
	head.writeUInt16BE(identification, 4);
	head.writeUInt16BE((dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0) | offset / 8, 6);
	head[8] = ttl;
	head[9] = protocol;
	head.set(address(from), 12);
	head.set(address(to), 16);
	head.set(options, 20);
	head.writeUInt16BE(checksum(head), 10);
	return Buffer.concat([head, content]);
}

export function echo(type: 0 | 8, identification: number, sequence: number, content: Buffer): Buffer {
	const head = Buffer.alloc(8);
	head[0] = type;
	head.writeUInt16BE(identification, 4);
	head.writeUInt16BE(sequence, 6);
	head.writeUInt16BE(checksum(head, content), 2);
	return Buffer.concat([head, content]);
}

export function udp(from: string, fromPort: number, to: string, toPort: number, content: Buffer): Buffer {
	const head = Buffer.alloc(8);
	head.writeUInt16BE(fromPort, 0);
	head.writeUInt16BE(toPort, 2);
	head.writeUInt16BE(8 + content.length, 4);
	const pseudo = Buffer.concat([address(from), address(to), Buffer.from([0, UDP]), head.subarray(4, 6)]);
	head.writeUInt16BE(checksum(pseudo, head, content) || 0xffff, 6);
	return Buffer.concat([head, content]);
}

/** What a frame of the board's is; undefined fields: not that. */
export interface Frame {
	readonly to: string;
	readonly from: string;
	readonly type: number;
	readonly arp?: ARPMessage;
	readonly ip?: IPv4Packet;
}

export interface IPv4Packet {
	readonly from: string;
	readonly to: string;
	readonly protocol: number;
	readonly ttl: number;
	readonly identification: number;
	readonly offset: number;
	readonly moreFragments: boolean;
	/** What the packet carries, as long as its header says. */
	readonly content: Buffer;
	/** All of it, with its header. */
	readonly bytes: Buffer;
	/** Of UDP that is not a fragment. */
	readonly udp?: { readonly from: number; readonly to: number; readonly content: Buffer };
	/** Of ICMP. */
	readonly icmp?: { readonly type: number; readonly code: number; readonly rest: Buffer };
}

export function parse(frame: Buffer): Frame {
	const to = hardwareText(frame.subarray(0, 6));
	const from = hardwareText(frame.subarray(6, 12));
	const type = frame.readUInt16BE(12);
	if (type === ARP && frame.length >= 42)
		return {
			to, from, type,
			arp: {
				operation: frame.readUInt16BE(20), senderHardware: hardwareText(frame.subarray(22, 28)), sender: addressText(frame.subarray(28, 32)),
				targetHardware: hardwareText(frame.subarray(32, 38)), target: addressText(frame.subarray(38, 42))
			}
		};
	if (type === IPV4 && frame.length >= 34)
		return { to, from, type, ip: packet(frame.subarray(14)) };
	return { to, from, type };
}

function packet(bytes: Buffer): IPv4Packet {
	const size = (bytes[0]! & 15) * 4;
	const whole = bytes.subarray(0, bytes.readUInt16BE(2));
	const content = whole.subarray(size);
	const flags = bytes.readUInt16BE(6);
	const protocol = bytes[9]!;
	const offset = (flags & 0x1fff) * 8;
	const moreFragments = (flags & 0x2000) !== 0;
	return {
		from: addressText(bytes.subarray(12, 16)), to: addressText(bytes.subarray(16, 20)), protocol, ttl: bytes[8]!, identification: bytes.readUInt16BE(4),
		offset, moreFragments, content, bytes: whole,
		...(protocol === UDP && offset === 0 && !moreFragments && content.length >= 8
			? { udp: { from: content.readUInt16BE(0), to: content.readUInt16BE(2), content: content.subarray(8) } } : {}),
		...(protocol === ICMP && offset === 0 && content.length >= 8 ? { icmp: { type: content[0]!, code: content[1]!, rest: content.subarray(4) } } : {})
	};
}
