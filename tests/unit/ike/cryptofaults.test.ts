/**
 * Each call of a gateway's crypto fails in turn (in the device's engine each fifth), from the first on until all is done without it, while a tunnel is negotiated, renewed, deleted and made again.
 * What throws is a line of the host's, as on every host; and the tunnel comes up, another one never notices, and nothing is left over.
 */
import test from "ava";
import type { PeerSettings } from "../../../modules/settings/types.js";
import * as vectors from "../../vectors/certificates.js";
import { leftAt } from "./faults/run.js";
import { connection, mismatch, Network, peer, type Node, type Two } from "./network.js";

const second = 1000;
/** Each in Node, a few in the device's engine, which takes its time. */
const stride = "process" in globalThis ? 1 : 5;

interface Three extends Two {
	readonly c: Node;
}

const dn = (name: string) => ({ type: "dn", value: `C=DE, O=Keygate, CN=${name}` }) as const;
const certificate = (name: string): Partial<PeerSettings> => ({ authentication: "certificate", ownCertificate: name, localId: dn(`gate-${name}`) });
const aggressive = { phase1Mode: "aggressive" } as const;

/** Gateways a and b, and c, to which each of them has a tunnel that stays as it is. */
function three(changes: readonly [Partial<PeerSettings>, Partial<PeerSettings>]): Three {
	const network = new Network();
	const there = (from: string, to: string) => [connection({ localNetwork: `10.${from}.0.0/24`, remoteNetwork: `10.${to}.0.0/24`, pfs: 31 })];
	const at = (own: string, name: string, to: string, more: Partial<PeerSettings> = {}) =>
		peer(name, `10.0.0.${own}`, `10.0.0.${to}`, { phase1Lifetime: 86400, connections: there(own, to), ...more });
	const a = network.add("a", "10.0.0.1", [at("1", "b", "2", changes[0]), at("1", "c", "3")]);
	const b = network.add("b", "10.0.0.2", [at("2", "a", "1", changes[1]), at("2", "c", "3")]);
	const c = network.add("c", "10.0.0.3", [at("3", "a", "1"), at("3", "b", "2")]);
	network.accelerator.certificates.load({
		own: [{ name: "a", certificate: vectors.gateA, key: vectors.gateAKey }, { name: "b", certificate: vectors.gateB + vectors.intermediate, key: vectors.gateBKey }],
		trusted: [{ name: "root", certificate: vectors.root }], revocationLists: [],
	});
	a.ike.initiate(network.now, "c", "office");
	b.ike.initiate(network.now, "c", "office");
	network.run(5 * second);
	return { network, a, b, c };
}

function ofPeer(node: Node, name: string): string {
	return node.up.filter(({ child }) => child.peer === name).map(({ child }) => `${child.inboundSPI}/${child.outboundSPI}`).join();
}

/** Only those of a and b. */
function between({ a, b, network }: Three): Two {
	const only = (node: Node, name: string): Node => ({ up: node.up.filter(({ child }) => child.peer === name), pairs: node.pairs }) as unknown as Node;
	return { network, a: only(a, "b"), b: only(b, "a") };
}

/** Traffic asks for a tunnel again and again until both ends have the same. */
function comesUp(made: Three): boolean {
	const { network, a } = made;
	for (let waited = 0; waited < 400; waited += 10) {
		const ends = between(made);
		if (ends.a.up.length > 0 && mismatch(ends) === "")
			return true;
		if (ends.a.up.length === 0)
			a.ike.initiate(network.now, "b", "office");
		else {
			// what only one end has is not answered: the engine tells of its packets
			for (const { child } of ends.b.up)
				if (!a.pairs.has(child.outboundSPI))
					a.ike.suspect(network.now, made.b.address, child.outboundSPI);
			for (const { child } of ends.a.up)
				if (!made.b.pairs.has(child.outboundSPI))
					made.b.ike.suspect(network.now, a.address, child.outboundSPI);
		}
		network.run(10 * second);
	}
	return false;
}

/** A tunnel's life, from nothing: made, renewed, its IKE SA renewed, both deleted, made again. */
function life(made: Three): void {
	const { network, a } = made;
	const step = (action: () => void): void => {
		try {
			action();
		}
		catch (error) {
			network.caught!.push(String(error));
		}
		network.run(5 * second);
	};
	step(() => a.ike.initiate(network.now, "b", "office"));
	step(() => {
		const pair = between(made).a.up[0];
		if (pair !== undefined)
			a.ike.renew(network.now, pair.child.inboundSPI);
	});
	step(() => {
		const pair = between(made).a.up[0];
		if (pair !== undefined)
			a.deletePair(pair.child.inboundSPI);
	});
	step(() => {
		const sa = a.sas().find((each) => each.peer === "b");
		if (sa !== undefined)
			a.ike.deleteIKESA(network.now, sa.id);
	});
	step(() => a.ike.initiate(network.now, "b", "office"));
}

/** What goes wrong with call `number` of a's crypto, or b's; "" when nothing does, undefined when there are not so many. */
function withFault(changes: readonly [Partial<PeerSettings>, Partial<PeerSettings>], side: "a" | "b", throws: boolean, number: number): string | undefined {
	const made = three(changes);
	const { network, a, b, c } = made;
	const others = [ofPeer(a, "c"), ofPeer(b, "c")];
	let count = 0;
	let failed = "";
	network.caught = [];
	network.called = (crypto, what) => {
		if (crypto !== made[side].crypto || (!throws && what !== "generate" && what !== "agree" && what !== "sign") || ++count !== number)
			return false;
		failed = what;
		if (throws)
			throw new Error(`${what} failed`);
		return true;
	};
	life(made);
	network.called = () => false;
	if (failed === "")
		return undefined;
	const wrong: string[] = [];
	if (!comesUp(made))
		wrong.push("the tunnel does not come up");
	if ([ofPeer(a, "c"), ofPeer(b, "c")].join("; ") !== others.join("; "))
		wrong.push("another tunnel is not what it was");
	network.run(150 * second);
	wrong.push(...[a, b, c].flatMap((node) => leftAt(node, false)));
	for (const node of [a, b, c]) {
		for (const spi of [...node.pairs.keys()])
			node.deletePair(spi);
		for (const name of ["a", "b", "c"])
			node.ike.down(network.now, name, "");
	}
	network.run(60 * second);
	wrong.push(...[a, b, c].flatMap((node) => leftAt(node, true)));
	return wrong.length === 0 ? "" : `${side}'s call ${number}, ${failed}: ${wrong.join(", ")}; ${network.caught.join(", ")}`;
}

for (const [name, changes] of [
	["main mode", [{}, {}]],
	["aggressive mode", [aggressive, aggressive]],
	["certificates", [certificate("a"), certificate("b")]],
] as const)
	for (const side of ["a", "b"] as const)
		test(`crypto that fails: ${name}, ${side === "a" ? "the initiator" : "the responder"}`, (t) => {
			const wrong: string[] = [];
			for (const throws of [true, false])
				for (let number = 1; number < 1000; number += stride) {
					const result = withFault(changes, side, throws, number);
					if (result === undefined) {
						t.true(number > (throws ? 60 : 3), `at most ${number - 1} calls`);
						break;
					}
					if (result !== "")
						wrong.push(result);
				}
			t.deepEqual(wrong, []);
		});
