/** The exchanges that faults are made in: how far two gateways are before, what begins it, and when it has done what it is for. */
import * as vectors from "../../../vectors/certificates.js";
import type { PeerSettings } from "../../../../modules/settings/types.js";
import { mismatch, two, type Node, type Two, type TwoOptions } from "../network.js";

const second = 1000;

export interface FaultyExchange {
	readonly name: string;
	/** What is sent when nothing goes wrong, in order; each by gateway a or b, or by who has to. */
	readonly messages: readonly string[];
	/** Two gateways just before it, with other cookies and nonces for another seed. */
	prepare(seed: number): Two;
	begin(made: Two): void;
	/** What the data path does meanwhile, again and again. */
	meanwhile?(made: Two): void;
	/** Both ends are where they are to be. */
	isDone(made: Two): boolean;
	/** Milliseconds after which it does not get better; and after which nothing of it may be left. */
	readonly patience: number;
}

const main = ["main 1", "main 2", "main 3", "main 4", "main 5", "main 6"] as const;
const quick = ["quick 1", "quick 2", "quick 3"] as const;

function initiate({ network, a }: Two): void {
	a.ike.initiate(network.now, "b", "office");
}

function isUp(made: Two): boolean {
	return made.a.up.length > 0 && mismatch(made) === "";
}

function established(node: Node): number {
	return node.sas().filter((sa) => sa.state === 9).length;
}

/** Phase 1 and phase 2 of gateways that know nothing of each other. */
function negotiation(name: string, messages: readonly string[], options: TwoOptions, changes: (made: Two) => void = () => {}): FaultyExchange {
	const prepare = (seed: number): Two => {
		const made = two({ ...options, seed });
		changes(made);
		return made;
	};
	return { name, messages, prepare, begin: initiate, isDone: isUp, patience: 120 * second };
}

/** It begins by itself: until its first message is on its way. */
function untilItBegins({ network }: Two): void {
	for (const before = network.sent.length; network.sent.length === before;)
		network.run(1000);
}

/** What happens between gateways that have a tunnel. */
function later(exchange: Omit<FaultyExchange, "prepare">, options: TwoOptions): FaultyExchange {
	return {
		...exchange,
		prepare: (seed) => {
			const made = two({ ...options, seed });
			initiate(made);
			made.network.run(3 * second);
			return made;
		}
	};
}

const dn = (name: string) => ({ type: "dn", value: `C=DE, O=Keygate, CN=${name}` }) as const;
const certificate = (name: string): Partial<PeerSettings> => ({ authentication: "certificate", ownCertificate: name, localId: dn(`gate-${name}`) });

function loadCertificates({ network }: Two): void {
	network.accelerator.certificates.load({
		own: [{ name: "a", certificate: vectors.gateA, key: vectors.gateAKey }, { name: "b", certificate: vectors.gateB + vectors.intermediate, key: vectors.gateBKey }],
		trusted: [{ name: "root", certificate: vectors.root }], revocationLists: []
	});
}

const aggressive = { phase1Mode: "aggressive" } as const;
const asked = { deadPeerDetection: { interval: 30, timeout: 60 } };

export const exchanges: readonly FaultyExchange[] = [
	negotiation("main mode", [...main, ...quick], {}),
	negotiation("main mode behind a NAT", [...main, ...quick], { b: { remoteGateway: "10.0.0.101" } }, ({ network }) => { network.addNAT("10.0.0.1", "10.0.0.101"); }),
	negotiation("main mode, certificates", ["main 1", "main 2", "main 3", "main 4", "main 5, piece 1", "main 5, piece 2", "main 6, piece 1", "main 6, piece 2", ...quick], { a: certificate("a"), b: certificate("b") }, loadCertificates),
	negotiation("main mode in fragments", ["main 1", "main 2", "main 3, piece 1", "main 3, piece 2", "main 4, piece 1", "main 4, piece 2", "main 5", "main 6", "quick 1, piece 1", "quick 1, piece 2", "quick 2, piece 1", "quick 2, piece 2", "quick 3"], { wholeSize: 150 }),
	negotiation("aggressive mode", ["aggressive 1", "aggressive 2", "aggressive 3", "INITIAL-CONTACT", ...quick], { a: aggressive, b: aggressive }),
	later({
		name: "quick mode, a new pair for an old one, PFS", messages: quick, patience: 120 * second,
		begin: ({ network, a }) => { a.ike.renew(network.now, a.up[0]!.child.inboundSPI); },
		isDone: (made) => made.a.up.length === 2 && mismatch(made) === ""
	}, { connectionA: { pfs: 31 }, connectionB: { pfs: 31 } }),
	later({
		name: "main mode, a new IKE SA for an old one", messages: main, patience: 120 * second,
		begin: untilItBegins,
		isDone: (made) => isUp(made) && established(made.a) === 2 && established(made.b) === 2
	}, { a: { phase1Lifetime: 600 }, b: { phase1Lifetime: 600 } }),
	later({
		name: "dead peer detection", messages: ["R-U-THERE", "R-U-THERE-ACK"], patience: 120 * second,
		begin: untilItBegins,
		isDone: (made) => isUp(made) && (made.a.sas()[0] as unknown as { probes: number } | undefined)?.probes === 0
	}, { a: asked }),
	later({
		name: "Delete of a pair", messages: ["Delete"], patience: 120 * second,
		begin: ({ a }) => { a.deletePair(a.up[0]!.child.inboundSPI); },
		meanwhile: ({ network, a, b }) => {
			// b has traffic: the engine tells of an SPI that there is not once a second
			for (const { child } of b.up)
				if (!a.pairs.has(child.outboundSPI))
					a.ike.suspect(network.now, b.address, child.outboundSPI);
		},
		isDone: ({ a, b }) => a.pairs.size === 0 && b.pairs.size === 0
	}, {}),
	later({
		name: "Delete of the IKE SA", messages: ["Delete"], patience: 300 * second,
		begin: ({ network, a }) => { a.ike.deleteIKESA(network.now, a.sas()[0]!.id); },
		isDone: ({ a, b }) => a.sas().length === 0 && b.sas().length === 0
	}, { b: asked }),
];
