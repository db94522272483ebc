/** A host at the other end of a board's cable: answers ARP and pings, asks the same, and sends whatever a test makes up. */
import { until } from "../interop/processes.js";
import type { Cable } from "./cable.js";
import { ARP, arp, BROADCAST, echo, ethernet, ICMP, IPV4, ipv4, parse, UDP, udp, type Frame, type IPv4Fields, type IPv4Packet } from "./frames.js";

/** Frames that are kept for a test to look at. */
const KEPT = 4096;

export class Peer {
	readonly cable: Cable;
	readonly hardware: string;
	readonly address: string;
	/** Also answered for: what is behind this host, if it is a router, or a whole host that a test plays. */
	readonly also: readonly string[];
	/** What the board sent, the last KEPT frames at least. */
	readonly #frames: Frame[] = [];
	/** How many there were before the first that is kept. */
	#dropped = 0;
	/** Takes each frame before anything is answered; true: it is dealt with. */
	onFrame: (frame: Frame) => boolean = () => false;
	readonly #neighbours = new Map<string, string>();
	#sequence = 0;

	constructor(cable: Cable, address: string, { hardware = "52:54:00:00:00:fe", also = [] }: { hardware?: string; also?: readonly string[] } = {}) {
		this.cable = cable;
		this.address = address;
		this.hardware = hardware;
		this.also = also;
		cable.onFrame = (bytes) => this.take(bytes);
	}

	private take(bytes: Buffer): void {
		if (bytes.length < 14)
			return;
		const frame = parse(bytes);
		this.#frames.push(frame);
		if (this.#frames.length >= 2 * KEPT)
			this.#dropped += this.#frames.splice(0, KEPT).length;
		if (frame.arp !== undefined && frame.arp.sender !== "0.0.0.0")
			this.#neighbours.set(frame.arp.sender, frame.arp.senderHardware);
		if (this.onFrame(frame))
			return;
		if (frame.arp?.operation === 1 && this.owns(frame.arp.target))
			this.cable.send(ethernet(frame.from, this.hardware, ARP,
				arp({ operation: 2, senderHardware: this.hardware, sender: frame.arp.target, targetHardware: frame.arp.senderHardware, target: frame.arp.sender })));
		else if (frame.ip?.icmp?.type === 8 && this.owns(frame.ip.to)) {
			const { rest } = frame.ip.icmp;
			this.cable.send(ethernet(frame.from, this.hardware, IPV4,
				ipv4({ from: frame.ip.to, to: frame.ip.from, protocol: ICMP }, echo(0, rest.readUInt16BE(0), rest.readUInt16BE(2), rest.subarray(4)))));
		}
	}

	private owns(text: string): boolean {
		return text === this.address || this.also.includes(text);
	}

	/** How many frames came: what comes from now on is `framesSince` this. */
	get mark(): number {
		return this.#dropped + this.#frames.length;
	}

	framesSince(mark: number): Frame[] {
		return this.#frames.slice(Math.max(0, mark - this.#dropped));
	}

	/** Waits for a frame, of those since `from`, that is as wanted. */
	async frame(wanted: (frame: Frame) => boolean, what: string, { from = 0, limit = 10000 } = {}): Promise<Frame> {
		return until(() => this.framesSince(from).find(wanted),
			() => `the board did not send ${what}; it sent\n${this.#frames.slice(-10).map((frame) => JSON.stringify(frame)).join("\n")}`, limit, 5);
	}

	/** The same, and only its IPv4 packet. */
	async packet(wanted: (packet: IPv4Packet) => boolean, what: string, options: { from?: number; limit?: number } = {}): Promise<IPv4Packet> {
		return (await this.frame((frame) => frame.ip !== undefined && wanted(frame.ip), what, options)).ip!;
	}

	/** The hardware address that `text` answers with; it is asked until it does. */
	async resolve(text: string, limit = 10000): Promise<string> {
		this.#neighbours.delete(text);
		let asked = 0;
		return until(() => {
			if (Date.now() - asked > 100 && this.cable.plugged) {
				asked = Date.now();
				this.cable.send(ethernet(BROADCAST, this.hardware, ARP,
					arp({ operation: 1, senderHardware: this.hardware, sender: this.address, targetHardware: "00:00:00:00:00:00", target: text })));
			}
			return this.#neighbours.get(text);
		}, () => `${text} does not answer ARP`, limit, 5);
	}

	/** Sends a packet whose first hop is the board's address `via`. */
	async send(via: string, fields: IPv4Fields, content: Buffer): Promise<void> {
		this.cable.send(ethernet(this.#neighbours.get(via) ?? await this.resolve(via), this.hardware, IPV4, ipv4(fields, content)));
	}

	async sendUDP(via: string, to: string, fromPort: number, toPort: number, content: Buffer, from = this.address): Promise<void> {
		await this.send(via, { from, to, protocol: UDP }, udp(from, fromPort, to, toPort, content));
	}

	/** Pings `to` by way of the board's address `via`, which is `to` itself on the same network. The answer, or undefined when none came in time. */
	async ping(to: string, { via = to, from = this.address, size = 56, limit = 2000 } = {}): Promise<IPv4Packet | undefined> {
		const sequence = ++this.#sequence;
		const content = Buffer.from(Array.from({ length: size }, (_, i) => (i + sequence) & 255));
		const mark = this.mark;
		await this.send(via, { from, to, protocol: ICMP }, echo(8, 0x4b47, sequence, content));
		try {
			return await this.packet(({ icmp, to: target }) => icmp?.type === 0 && target === from && icmp.rest.readUInt16BE(2) === sequence && icmp.rest.subarray(4).equals(content), "an echo reply",
				{ from: mark, limit });
		}
		catch {
			return undefined;
		}
	}
}
