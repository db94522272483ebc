/** Who may begin, and what happens when both do at once (T15). */
import test from "ava";
import { connection, two, type Two, type TwoOptions } from "./network.js";

/** Both sides have the same pairs, each with a twin, and none of them stands alone. */
function twins({ a, b }: Two): string {
	if (a.up.length !== b.up.length || a.pairs.size !== b.pairs.size)
		return `a has ${a.up.length} of ${a.pairs.size} pairs, b ${b.up.length} of ${b.pairs.size}`;
	for (const pair of a.up)
		if (b.pairs.get(pair.child.outboundSPI)?.inboundKey !== pair.outboundKey)
			return "a pair has no twin";
	return "";
}

for (const phase1Mode of ["main", "aggressive"] as const)
	for (const [name, options] of [["on a good network", {}], ["on a bad one", { loss: 20, duplication: 10, reordering: 20, delay: 50 }]] as const)
		for (let seed = 1; seed <= (name === "on a good network" ? 3 : 10); seed++)
			test(`T15 both sides begin ${phase1Mode} mode at once, ${name} (${seed}): usable pairs, and nothing loops`, (t) => {
				const pair = two({ seed, ...options, a: { phase1Mode }, b: { phase1Mode } });
				const { network, a, b } = pair;
				a.ike.initiate(network.now, "b", "office");
				// Not quite at once, at some.
				network.run(seed * 7 % 30);
				b.ike.initiate(network.now, "a", "office");
				network.run(60000);
				for (let i = 0; i < 5 && a.up.length + b.up.length < 2; i++) {
					a.ike.initiate(network.now, "b", "office");
					network.run(60000);
				}
				network.loss = network.duplication = network.reordering = 0;
				network.run(120000);
				t.true(a.up.length >= 1 && a.up.length <= 3);
				t.is(a.reserved.size + b.reserved.size, 0);
				if (name === "on a good network") {
					t.is(twins(pair), "");
					t.true(a.up.length <= 2);
					t.deepEqual([...a.causes, ...b.causes], []);
				}
				// The newest pair of each side is one that the other side has.
				for (const [one, other] of [[a, b], [b, a]] as const) {
					const newest = one.up[one.up.length - 1]!;
					t.is(other.pairs.get(newest.child.outboundSPI)?.inboundKey, newest.outboundKey);
				}
				// It is quiet now: what goes on is dead peer detection at most.
				const before = network.sent.length;
				network.run(60000);
				t.true(network.sent.length - before <= 8);
				t.true(a.sas().length <= 2 && b.sas().length <= 2);
				t.true([...a.sas(), ...b.sas()].every((sa) => sa.state === 9));
			});

test("T15 both sides begin at once for several connections: each comes up, none more than twice", (t) => {
	const names = ["one", "two", "three"];
	const connections = (mirrored: boolean) => names.map((name, index) => {
		const [local, remote] = [`10.1.${index}.0/24`, `10.2.${index}.0/24`];
		return connection({ name, order: index + 1, localNetwork: mirrored ? remote : local, remoteNetwork: mirrored ? local : remote });
	});
	const options: TwoOptions = { a: { connections: connections(false) }, b: { connections: connections(true) } };
	const pair = two(options);
	const { network, a, b } = pair;
	for (const name of names) {
		a.ike.initiate(network.now, "b", name);
		b.ike.initiate(network.now, "a", name);
	}
	network.run(30000);
	t.is(twins(pair), "");
	for (const name of names) {
		const count = a.up.filter((each) => each.child.connection === name).length;
		t.true(count >= 1 && count <= 2, name);
	}
	t.deepEqual([...a.causes, ...b.causes], []);
});

for (const phase1Mode of ["main", "aggressive"] as const)
	test(`act as initiator, responder or both, in ${phase1Mode} mode`, (t) => {
		const kinds = ["initiator", "responder", "initiator and responder"] as const;
		for (const first of kinds)
			for (const second of kinds) {
				const { network, a, b } = two({ a: { phase1Mode, actAs: first }, b: { phase1Mode, actAs: second } });
				const started = a.ike.initiate(network.now, "b", "office");
				t.is(started, first === "responder" ? "refused" : "started");
				network.run(5000);
				const may = first !== "responder" && second !== "initiator";
				t.is(a.up.length, may ? 1 : 0, `${first} to ${second}`);
				t.is(b.up.length, may ? 1 : 0);
				if (first !== "responder" && second === "initiator") {
					t.is(b.causes[0], "peer-not-configured");
					t.is(b.problems[0]!.setting, "/settings/peers/a#actAs");
				}
			}
	});
