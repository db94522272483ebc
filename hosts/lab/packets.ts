/** IPv4, ICMP echo and UDP packets of the lab's simulated hosts (RFC 791, 792, 768), made and read whole. */

export const ICMP = 1;
export const UDP = 17;

export interface Packet {
	readonly protocol: number;
	readonly source: string;
	readonly destination: string;
	/** What follows the IPv4 header. */
	readonly payload: Buffer;
}

/** The Internet checksum (RFC 1071) of `bytes`, starting from `sum`. */
function checksum(bytes: Buffer, sum = 0): number {
	for (let i = 0; i + 1 < bytes.length; i += 2)
		sum += bytes.readUInt16BE(i);
	if (bytes.length % 2 === 1)
		sum += bytes[bytes.length - 1]! << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}

function octets(address: string): Buffer {
	return Buffer.from(address.split(".").map(Number));
}

/** A complete IPv4 packet; `id` goes into its identification field. */
export function makePacket({ protocol, source, destination, payload }: Packet, id: number): Buffer {
	const header = Buffer.alloc(20);
	header[0] = 0x45;
	header.writeUInt16BE(20 + payload.length, 2);
	header.writeUInt16BE(id & 0xffff, 4);
	header[8] = 64;
	header[9] = protocol;
	octets(source).copy(header, 12);
	octets(destination).copy(header, 16);
	header.writeUInt16BE(checksum(header), 10);
	return Buffer.concat([header, payload]);
}

/** Reads an IPv4 packet without options or fragments; undefined when it is not one or a checksum is wrong. */
export function readPacket(bytes: Buffer): Packet | undefined {
	if (bytes.length < 20 || bytes[0] !== 0x45 || bytes.readUInt16BE(2) !== bytes.length || checksum(bytes.subarray(0, 20)) !== 0)
		return undefined;
	const protocol = bytes[9]!;
	const payload = bytes.subarray(20);
	const sum = protocol === UDP ? pseudoHeaderSum(bytes) : 0;
	if (checksum(payload, sum) !== 0)
		return undefined;
	return { protocol, source: bytes.subarray(12, 16).join("."), destination: bytes.subarray(16, 20).join("."), payload };
}

function pseudoHeaderSum(packet: Buffer): number {
	let sum = UDP + packet.length - 20;
	for (let i = 12; i < 20; i += 2)
		sum += packet.readUInt16BE(i);
	return sum;
}

/** An ICMP echo request (or reply) with a sequence number of 32 bits: 16 in its own field, all in the data. */
export function makeEcho(request: boolean, identifier: number, sequence: number, size: number): Buffer {
	const echo = Buffer.alloc(8 + size);
	echo[0] = request ? 8 : 0;
	echo.writeUInt16BE(identifier, 4);
	echo.writeUInt16BE(sequence & 0xffff, 6);
	echo.writeUInt32BE(sequence, 8);
	echo.writeUInt16BE(checksum(echo), 2);
	return echo;
}

/** A UDP datagram between two hosts, its checksum included. */
export function makeDatagram(source: string, destination: string, sourcePort: number, destinationPort: number, data: Buffer): Buffer {
	const datagram = Buffer.alloc(8 + data.length);
	datagram.writeUInt16BE(sourcePort, 0);
	datagram.writeUInt16BE(destinationPort, 2);
	datagram.writeUInt16BE(datagram.length, 4);
	data.copy(datagram, 8);
	const sum = UDP + datagram.length + [octets(source), octets(destination)].reduce((total, a) => total + a.readUInt16BE(0) + a.readUInt16BE(2), 0);
	datagram.writeUInt16BE(checksum(datagram, sum) || 0xffff, 6);
	return datagram;
}
