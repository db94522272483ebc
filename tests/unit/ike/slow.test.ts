/** The accelerator is hardware: it answers late and out of order, and sometimes it fails. Nothing hangs, and nothing is left behind. */
import test from "ava";
import type { PeerSettings } from "../../../modules/settings/types.js";
import * as vectors from "../../vectors/certificates.js";
import { connection, mismatch, Network, peer, Random, two, type Node, type Two } from "./network.js";
import { Slow } from "./slow.js";

/** Two gateways whose accelerators take up to `longest` milliseconds for each job. */
function slowPair(seed: number, longest: number, authentication: PeerSettings["authentication"] = "pre-shared key", mode: PeerSettings["phase1Mode"] = "main"): Two & { readonly slow: Slow } {
	const of = (name: string, cn: string): Partial<PeerSettings> => authentication === "pre-shared key" ? { phase1Mode: mode }
		: { phase1Mode: mode, authentication, ownCertificate: name, localId: { type: "dn", value: `C=DE, O=Keygate, CN=${cn}` } };
	const made = two({ seed, a: of("a", "gate-a"), b: of("b", "gate-b"), connectionA: { pfs: 31 }, connectionB: { pfs: 31 } });
	made.network.accelerator.certificates.load({
		own: [{ name: "a", certificate: vectors.gateA, key: vectors.gateAKey }, { name: "b", certificate: vectors.gateB + vectors.intermediate, key: vectors.gateBKey }],
		trusted: [{ name: "root", certificate: vectors.root }], revocationLists: [],
	});
	const slow = made.network.slow = new Slow(longest, new Random(seed + 77));
	return { ...made, slow };
}

/** What an exchange that is over must not leave. */
function remains(t: import("ava").ExecutionContext, node: Node, what: string): void {
	t.is(node.reserved.size, 0, `${what}: ${node.name} has SPIs reserved`);
	for (const use of node.ike.use())
		t.true(use.used <= use.size, `${what}: ${use.name}`);
}

for (const authentication of ["pre-shared key", "certificate"] as const)
	for (const mode of ["main", "aggressive"] as const)
		test(`${authentication}, ${mode} mode: each answer of the accelerator comes up to two seconds late`, (t) => {
			for (let seed = 1; seed <= 5; seed++) {
				const { network, a, b, slow } = slowPair(seed, 2000, authentication, mode);
				a.ike.initiate(network.now, "b", "office");
				network.run(60000);
				t.is(a.up.length, 1, `seed ${seed}: ${[...a.lines, ...b.lines].join("\n")}`);
				t.is(mismatch({ a, b }), "");
				t.is(a.sas().length + b.sas().length, 2);
				t.true(slow.told >= 8);
				t.is(slow.waiting, 0);
				remains(t, a, `seed ${seed}`);
				remains(t, b, `seed ${seed}`);
			}
		});

for (const isBroken of [false, true])
	test(`a responder's shared secret is asked for as soon as its public value is there${isBroken ? "; if that throws, in the turn after" : ""}`, (t) => {
		const { network, a, b } = two({ connectionA: { pfs: 31 }, connectionB: { pfs: 31 } });
		const atOnce = { a: 0, b: 0 };
		for (const [name, { crypto }] of [["a", a], ["b", b]] as const) {
			const { keyAgreement } = crypto;
			let within = 0;
			Object.defineProperty(crypto, "keyAgreement", { value: {
				generate: (...[group, done]: Parameters<typeof keyAgreement.generate>) => keyAgreement.generate(group, (pair, error) => {
					within++;
					done(pair, error);
					within--;
				}),
				agree: (...all: Parameters<typeof keyAgreement.agree>) => {
					atOnce[name] += within;
					if (within > 0 && isBroken)
						throw new Error("broken");
					keyAgreement.agree(...all);
				},
			} });
		}
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.deepEqual(atOnce, { a: 0, b: 2 });
		t.is(a.up.length, 1);
		t.is(mismatch({ a, b }), "");
		t.deepEqual([...a.lines, ...b.lines].filter((line) => line.includes("fault of this unit")), []);
	});

/** A hub with a spoke behind each address, all at once: many jobs are under way, and overtake one another. */
function star(seed: number, spokes: number, failures: number): { readonly network: Network; readonly hub: Node; readonly others: Node[]; readonly slow: Slow } {
	const network = new Network({ seed });
	const address = (i: number): string => `10.0.1.${i + 1}`;
	const hub = network.add("hub", "10.0.0.1", Array.from({ length: spokes }, (_, i) => peer(`spoke-${i}`, "10.0.0.1", address(i), {
		connections: [connection({ order: i + 1, remoteNetwork: `10.2.${i}.0/24`, pfs: 31 })],
	})));
	const others = Array.from({ length: spokes }, (_, i) => network.add(`spoke-${i}`, address(i), [peer("hub", address(i), "10.0.0.1", {
		connections: [connection({ localNetwork: `10.2.${i}.0/24`, remoteNetwork: "10.1.0.0/24", pfs: 31 })],
	})]));
	const slow = network.slow = new Slow(400, new Random(seed));
	slow.failures = failures;
	return { network, hub, others, slow };
}

test("answers for many peers come out of order: each goes to the exchange that asked", (t) => {
	let overtaking = 0;
	for (let seed = 1; seed <= 4; seed++) {
		const { network, hub, others, slow } = star(seed, 6, 0);
		for (let round = 0; round < 6 && hub.up.length < 6; round++) {
			others.forEach((other) => other.up.length === 0 && other.ike.initiate(network.now, "hub", "office"));
			network.run(20000);
		}
		t.is(hub.up.length, 6, `seed ${seed}: ${hub.lines.join("\n")}`);
		for (const other of others) {
			const [pair] = other.up;
			t.is(hub.pairs.get(pair!.child.outboundSPI)?.inboundKey, pair!.outboundKey);
			t.is(hub.pairs.get(pair!.child.outboundSPI)?.outboundKey, pair!.inboundKey);
		}
		overtaking += slow.overtaking;
		remains(t, hub, `seed ${seed}`);
	}
	t.true(overtaking > 20, `${overtaking} answers overtook others`);
});

test("one answer in three is a failure: it is told, nothing hangs, and when the accelerator works again all come up", (t) => {
	let failed = 0;
	for (let seed = 1; seed <= 4; seed++) {
		const { network, hub, others, slow } = star(seed, 4, 33);
		const begin = (): void => others.forEach((other) => {
			if (other.up.length === 0)
				other.ike.initiate(network.now, "hub", "office");
		});
		for (let round = 0; round < 10; round++) {
			begin();
			network.run(15000);
			t.true(slow.waiting < 20, "jobs do not pile up");
		}
		failed += slow.failed;
		t.is(hub.counter("accelerator-failed") + others.reduce((sum, other) => sum + other.counter("accelerator-failed"), 0) > 0, slow.failed > 0);
		slow.failures = 0;
		// Longer than whatever a failure left behind may wait.
		network.run(120000);
		for (let round = 0; round < 4; round++) {
			begin();
			network.run(30000);
		}
		t.is(hub.up.length, 4, `seed ${seed}: ${hub.lines.slice(-40).join("\n")}`);
		network.run(120000);
		remains(t, hub, `seed ${seed}`);
		others.forEach((other) => remains(t, other, `seed ${seed}`));
		t.is(hub.sas().filter(({ state }) => state !== 9).length, 0, "no half-open exchange is left");
	}
	t.true(failed > 20, `${failed} jobs failed`);
});

test("an answer that comes when its exchange is gone is thrown away", (t) => {
	for (const wait of [1, 40, 200, 700, 1500, 3000]) {
		const { network, a, b, slow } = slowPair(wait, 4000);
		a.ike.initiate(network.now, "b", "office");
		network.run(wait);
		a.ike.down(network.now, "b", "");
		b.ike.configure(network.now, []);
		network.run(60000);
		t.is(slow.waiting, 0);
		t.is(a.sas().length + b.sas().length, 0, `after ${wait} ms`);
		t.is(a.pairs.size + b.pairs.size, 0);
		remains(t, a, `after ${wait} ms`);
		remains(t, b, `after ${wait} ms`);
	}
});
