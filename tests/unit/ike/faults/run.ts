/** One fault in one message of one exchange: what comes of it, after how long, and what is left when all is over. */
import type { IKESA } from "../../../../modules/ike/sa.js";
import { HEADER_SIZE } from "../../../../modules/ike/v1/wire/constants.js";
import { type Node, type Packet, type Two } from "../network.js";
import type { FaultyExchange } from "./exchanges.js";
import { faultsOf, markerOf, type MessageFault } from "./faults.js";

export interface Outcome {
	/** Done all the same; or not, and what comes next is as if nothing had been; or neither. */
	readonly end: "recovered" | "refused" | "stuck";
	/** Milliseconds more than without the fault, when it recovered. */
	readonly delay: number;
	/** What is left that should not be, "": nothing. */
	readonly left: string;
}

/** What the exchange is without a fault. */
export interface Sound {
	/** Its messages, and of those that were encrypted the plain text. */
	readonly packets: readonly Packet[];
	readonly plain: readonly (Uint8Array | undefined)[];
	/** Milliseconds. */
	readonly duration: number;
	/** The same messages of an earlier time, with other cookies and keys. */
	readonly earlier: readonly Packet[];
}

/** Notes what is encrypted, by what it becomes. */
function watch(nodes: readonly Node[]): (bytes: Uint8Array) => Uint8Array | undefined {
	const seen: { readonly plain: Uint8Array; readonly sealed: string }[] = [];
	for (const node of nodes) {
		const { crypto } = node;
		const encrypt = crypto.encrypt.bind(crypto);
		crypto.encrypt = (name, key, iv, data) => {
			const plain = data.slice();
			const sealed = encrypt(name, key, iv, data);
			seen.push({ plain, sealed: sealed.join() });
			return sealed;
		};
	}
	return (bytes) => {
		const body = bytes.subarray(markerOf(bytes) + HEADER_SIZE).join();
		return seen.find(({ sealed }) => sealed === body)?.plain;
	};
}

/** Runs until it is done, or `patience` is over: for how long, -1: it was not done. */
function until(exchange: FaultyExchange, made: Two, patience: number): number {
	const { network } = made;
	const began = network.now;
	for (let step = 5; network.now - began < patience; step = network.now - began < 1000 ? 5 : 500) {
		if (exchange.isDone(made))
			return network.now - began;
		network.run(step);
		if (step === 500)
			exchange.meanwhile?.(made);
	}
	return exchange.isDone(made) ? network.now - began : -1;
}

/** What the exchange is when nothing happens to it. */
export function sound(exchange: FaultyExchange): Sound {
	const one = (seed: number): { packets: Packet[]; plain: (Uint8Array | undefined)[]; duration: number } => {
		const made = exchange.prepare(seed);
		const plainOf = watch([made.a, made.b]);
		const before = made.network.sent.length;
		exchange.begin(made);
		const first = made.network.sent[before];
		const duration = until(exchange, made, exchange.patience);
		if (duration < 0)
			throw new Error(`${exchange.name} does not work`);
		const packets = made.network.sent.slice(first === undefined ? before : made.network.sent.indexOf(first));
		// the last message, which nobody answers, may be on its way
		made.network.run(100);
		return { packets, plain: packets.map((packet) => plainOf(packet.bytes)), duration };
	};
	return { ...one(1), earlier: one(2).packets };
}

/** The faults of message `index`. */
export function faults({ packets, plain }: Sound, index: number, most: number): MessageFault[] {
	return faultsOf(packets[index]!.bytes, plain[index], most);
}

/** Everything that a negotiation holds while it lasts, at one gateway. */
export function leftAt(node: Node, settled: boolean): string[] {
	const sas = node.sas() as IKESA[];
	const left: string[] = [];
	const note = (count: number, what: string): void => {
		if (count > 0)
			left.push(`${node.name}: ${count} ${what}`);
	};
	note(node.reserved.size, "SPIs reserved");
	note(node.ike.underway, "negotiations");
	for (const sa of sas)
		note(sa.exchanges.filter((each) => !(each as { isDone?: boolean }).isDone).length, `exchanges of IKE SA ${sa.id}`);
	note([...node.pairs.values()].filter((pair) => !pair.outbound).length, "pairs of one direction");
	if (settled) {
		note(sas.length, "IKE SAs");
		note(node.pairs.size, "pairs");
	}
	return left;
}

/**
 * Some time later nothing is under way any more; and when both are told to end, nothing is there at all. Where a peer is hostile the first may be otherwise: not `rests`.
 */
export function whatIsLeft({ network, a, b }: Two, rests: boolean): string {
	network.run(150000);
	const left = rests ? [a, b].flatMap((node) => leftAt(node, false)) : [];
	for (const [node, peer] of [[a, "b"], [b, "a"]] as const) {
		for (const spi of [...node.pairs.keys()])
			node.deletePair(spi);
		node.ike.down(network.now, peer, "");
	}
	network.run(60000);
	left.push(...[a, b].flatMap((node) => leftAt(node, true)));
	if (network.accelerator.pending > 0)
		left.push(`${network.accelerator.pending} jobs of the accelerator`);
	return left.join(", ");
}

/** Does to message `index` what `fault` says. */
export function run(exchange: FaultyExchange, { duration, earlier }: Sound, index: number, fault: MessageFault): Outcome {
	const made = exchange.prepare(1);
	const { network, a, b } = made;
	let count = 0;
	let held: Packet | undefined;
	const pass = (packet: Packet): void => network.later(() => network.inject(packet.from, packet.to, packet.bytes));
	network.filter = (packet) => {
		if (held !== undefined) {
			const late = held;
			held = undefined;
			// behind the one that comes now
			network.queue({ ...late, at: network.now + network.delay + 1 });
		}
		if (count++ !== index)
			return true;
		switch (fault.kind) {
		case "lost":
			return false;
		case "late":
			held = packet;
			return false;
		case "doubled":
			network.queue({ ...packet, at: network.now + network.delay + 1 });
			return true;
		case "replayed":
			if (earlier[index] !== undefined)
				pass({ ...packet, bytes: earlier[index].bytes });
			return true;
		case "reflected":
			pass({ ...packet, from: packet.to, to: packet.from });
			return true;
		default:
			network.queue({ ...packet, bytes: fault.change!(packet.bytes), at: network.now + network.delay });
			return false;
		}
	};
	exchange.begin(made);
	const took = until(exchange, made, exchange.patience);
	network.filter = () => true;
	const done = took >= 0;
	let works = done;
	if (!done) {
		// as if nothing had been: what the gateways are for comes up
		a.ike.initiate(network.now, "b", "office");
		network.run(60000);
		works = a.up.length > 0 && b.up.length > 0;
	}
	return { end: done ? "recovered" : works ? "refused" : "stuck", delay: done ? Math.max(0, took - duration) : 0, left: whatIsLeft(made, true) };
}
