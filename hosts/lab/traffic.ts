/** Traffic between two simulated hosts: each packet carries a number, so that what is lost, late or doubled is counted. */
import type { LAN } from "./lan.js";
import { ICMP, makeDatagram, makeEcho, UDP, type Packet } from "./packets.js";

/** What came of a numbered series of packets. */
class Tally {
	sent = 0;
	received = 0;
	reordered = 0;
	duplicated = 0;
	/** Numbers sent but not received yet; a number leaves when it comes. */
	readonly #outstanding = new Set<number>();
	#highest = -1;

	/** The number of the next packet to be sent. */
	next(): number {
		this.#outstanding.add(this.sent);
		return this.sent++;
	}

	arrived(number: number): void {
		if (!this.#outstanding.delete(number)) {
			this.duplicated++;
			return;
		}
		this.received++;
		if (number < this.#highest)
			this.reordered++;
		else
			this.#highest = number;
	}

	/** Packets that never came, those still under way included. */
	get lost(): number {
		return this.#outstanding.size;
	}

	toString(): string {
		return `${this.sent} sent, ${this.received} received, ${this.lost} lost, ${this.reordered} reordered, ${this.duplicated} duplicated`;
	}
}

/** A stream from one host to another; `send()` sends its next packet. */
export interface Stream {
	readonly name: string;
	readonly tally: Tally;
	send(): void;
}

/** ICMP echo from `source` on `near` to `destination` on `far`, which answers: the tally counts whole round trips. */
export function pingStream(near: LAN, source: string, far: LAN, destination: string): Stream {
	const tally = new Tally();
	const identifier = 0x4b47;
	near.attach(source, ({ protocol, payload }) => {
		if (protocol === ICMP && payload[0] === 0 && payload.readUInt16BE(4) === identifier)
			tally.arrived(payload.readUInt32BE(8));
	});
	far.attach(destination, (packet) => answerEcho(far, packet));
	return {
		name: `ping ${source} -> ${destination}`,
		tally,
		send: () => near.send({ protocol: ICMP, source, destination, payload: makeEcho(true, identifier, tally.next(), 56) }),
	};
}

/** Answers an echo request as a host does; anything else is left alone. */
function answerEcho(lan: LAN, { protocol, source, destination, payload }: Packet): void {
	if (protocol !== ICMP || payload[0] !== 8)
		return;
	const reply = makeEcho(false, payload.readUInt16BE(4), payload.readUInt32BE(8), payload.length - 8);
	lan.send({ protocol: ICMP, source: destination, destination: source, payload: reply });
}

/** A one-way UDP stream of `size` bytes a datagram, as voice is. */
export function datagramStream(near: LAN, source: string, far: LAN, destination: string, size: number): Stream {
	const tally = new Tally();
	const port = 5004;
	far.attach(destination, ({ protocol, payload }) => {
		if (protocol === UDP && payload.readUInt16BE(2) === port)
			tally.arrived(payload.readUInt32BE(8));
	});
	const data = Buffer.alloc(size);
	return {
		name: `UDP ${source} -> ${destination}`,
		tally,
		send: () => {
			data.writeUInt32BE(tally.next());
			near.send({ protocol: UDP, source, destination, payload: makeDatagram(source, destination, port, port, data) });
		},
	};
}
