/** A TCP client of a few lines at a Peer's address, in which a test decides about every segment. */
import { checksum, address, TCP, type IPv4Packet } from "../../emulator/frames.js";
import type { Peer } from "../../emulator/peer.js";
import { holds } from "./device.js";

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PUSH = 8;
export const ACK = 16;

export interface Segment {
	readonly from: number;
	readonly to: number;
	readonly sequence: number;
	readonly acknowledged: number;
	readonly flags: number;
	readonly window: number;
	readonly content: Buffer;
}

function segmentOf(packet: IPv4Packet): Segment {
	const { content } = packet;
	return {
		from: content.readUInt16BE(0), to: content.readUInt16BE(2), sequence: content.readUInt32BE(4), acknowledged: content.readUInt32BE(8), flags: content[13]! & 0x3f,
		window: content.readUInt16BE(14), content: content.subarray((content[12]! >> 4) * 4),
	};
}

let nextPort = 40000;

export class Client {
	readonly #peer: Peer;
	readonly #via: string;
	readonly #to: string;
	readonly #port: number;
	readonly own = nextPort++;
	/** Where we are, and where the device is. */
	sequence = 1000;
	expected = 0;
	readonly segments: Segment[] = [];
	/** What came, in order, without gaps. */
	received = Buffer.alloc(0);
	ended = false;
	reset = false;
	/** False: nothing is acknowledged. */
	acknowledges = true;
	window = 8192;

	constructor(peer: Peer, to: string, port: number, via = to) {
		this.#peer = peer;
		this.#to = to;
		this.#port = port;
		this.#via = via;
		const before = peer.onFrame;
		peer.onFrame = (frame) => {
			if (frame.ip?.protocol !== TCP || frame.ip.content.readUInt16BE(2) !== this.own)
				return before(frame);
			this.take(segmentOf(frame.ip));
			return true;
		};
	}

	private take(segment: Segment): void {
		this.segments.push(segment);
		if (segment.flags & RST)
			this.reset = true;
		if (segment.flags & SYN)
			this.expected = segment.sequence + 1 >>> 0;
		else if (this.expected - segment.sequence >>> 0 <= segment.content.length) {
			// what a probe of the window brought comes again with the rest
			const content = segment.content.subarray(this.expected - segment.sequence >>> 0);
			this.received = Buffer.concat([this.received, content]);
			this.expected = this.expected + content.length + (segment.flags & FIN ? 1 : 0) >>> 0;
			this.ended ||= (segment.flags & FIN) !== 0;
		}
		if (this.acknowledges && !(segment.flags & RST) && (segment.content.length > 0 || segment.flags & (SYN | FIN)))
			void this.send(ACK);
	}

	/** Sends one segment; what it carries counts. */
	async send(flags: number, content = Buffer.alloc(0)): Promise<void> {
		const head = Buffer.alloc(20);
		head.writeUInt16BE(this.own, 0);
		head.writeUInt16BE(this.#port, 2);
		head.writeUInt32BE(this.sequence, 4);
		head.writeUInt32BE(flags & ACK ? this.expected : 0, 8);
		head[12] = 0x50;
		head[13] = flags;
		head.writeUInt16BE(this.window, 14);
		const pseudo = Buffer.concat([address(this.#peer.address), address(this.#to), Buffer.from([0, TCP, 0, 0])]);
		pseudo.writeUInt16BE(20 + content.length, 10);
		head.writeUInt16BE(checksum(pseudo, head, content), 16);
		this.sequence = this.sequence + content.length + (flags & (SYN | FIN) ? 1 : 0) >>> 0;
		await this.#peer.send(this.#via, { from: this.#peer.address, to: this.#to, protocol: TCP }, Buffer.concat([head, content]));
	}

	/** Opens the connection: whether the device took it. */
	async open(limit = 5000): Promise<boolean> {
		await this.send(SYN);
		try {
			await holds(() => this.expected !== 0 || this.reset, "", limit);
		}
		catch {
			return false;
		}
		return !this.reset;
	}

	/** Waits for `size` bytes. */
	async hears(size: number): Promise<Buffer> {
		await holds(() => this.received.length >= size, () => `${this.received.length} of ${size} bytes came`, 20000);
		return this.received;
	}
}
