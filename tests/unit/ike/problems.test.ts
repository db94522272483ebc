/** What is told, on both sides, when a tunnel does not come up. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import type { Cause, Problem } from "../../../modules/ike/types.js";
import type { PeerSettings } from "../../../modules/settings/types.js";
import { connection, Network, peer, two, type Node, type TwoOptions } from "./network.js";

function first(node: Node): Problem | undefined {
	return node.problems[0];
}

interface Case {
	readonly name: string;
	readonly options: TwoOptions;
	readonly initiator: Cause;
	readonly responder: Cause;
	/** What the texts have to name. */
	readonly initiatorSays: readonly string[];
	readonly responderSays: readonly string[];
	readonly setting: string;
}

const cases: readonly Case[] = [
	{
		name: "T13 no common phase 1 proposal",
		options: { b: { phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 14 }] } },
		initiator: "phase1-algorithm-mismatch", responder: "phase1-algorithm-mismatch",
		initiatorSays: ["NO-PROPOSAL-CHOSEN"], responderSays: ["AES-CBC-128/SHA256/CURVE25519", "AES-CBC-256/SHA512/MODP2048"],
		setting: "/settings/peers/a#phase1Proposals"
	},
	{
		name: "T01 different pre-shared keys: key-mismatch, never a malformed payload",
		options: { b: { preSharedKey: "another" } },
		initiator: "key-mismatch", responder: "key-mismatch",
		initiatorSays: ["pre-shared key"], responderSays: ["message 5", "pre-shared key"],
		setting: "/settings/peers/a#preSharedKey"
	},
	{
		name: "T03 the initiator's identity has another type",
		options: { a: { localId: { type: "fqdn", value: "10.0.0.1" } }, b: { remoteId: { type: "address", value: "10.0.0.1" } } },
		initiator: "id-mismatch", responder: "id-mismatch",
		initiatorSays: ["fqdn 10.0.0.1"], responderSays: ["fqdn 10.0.0.1", "address 10.0.0.1"],
		setting: "/settings/peers/a#remoteId"
	},
	{
		name: "the initiator's identity has another text",
		options: { a: { localId: { type: "fqdn", value: "branch.example" } }, b: { remoteId: { type: "fqdn", value: "office.example" } } },
		initiator: "id-mismatch", responder: "id-mismatch",
		initiatorSays: ["branch.example"], responderSays: ["branch.example", "office.example"],
		setting: "/settings/peers/a#remoteId"
	},
	{
		name: "no common phase 2 algorithm",
		options: { connectionB: { phase2Proposals: [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }] } },
		initiator: "phase2-algorithm-mismatch", responder: "phase2-algorithm-mismatch",
		initiatorSays: ["NO-PROPOSAL-CHOSEN", "AES-GCM-16-128"], responderSays: ["AES-GCM-16-128", "AES-CBC-256/HMAC-SHA256-128"],
		setting: "/settings/peers/a/connections/office#phase2Proposals"
	},
	{
		name: "T12 no PFS where we want one",
		options: { connectionB: { pfs: 31 } },
		initiator: "pfs-mismatch", responder: "pfs-mismatch",
		initiatorSays: ["without PFS", "with PFS by CURVE25519"], responderSays: ["CURVE25519"],
		setting: "/settings/peers/a/connections/office#pfs"
	},
	{
		name: "another PFS group than ours",
		options: { connectionA: { pfs: 19 }, connectionB: { pfs: 31 } },
		initiator: "pfs-mismatch", responder: "pfs-mismatch",
		initiatorSays: ["ECP256", "CURVE25519"], responderSays: ["ECP256", "CURVE25519"],
		setting: "/settings/peers/a/connections/office#pfs"
	},
	{
		name: "T11 networks that do not correspond",
		options: { connectionB: { remoteNetwork: "10.1.0.0/16" } },
		initiator: "network-mismatch", responder: "network-mismatch",
		initiatorSays: ["INVALID-ID-INFORMATION", "10.1.0.0/24 to 10.2.0.0/24"], responderSays: ["10.1.0.0/24", "10.1.0.0/16"],
		setting: "/settings/peers/a/connections/office#remoteNetwork"
	}
];

for (const each of cases)
	test(`${each.name}: told at both ends`, (t) => {
		const { network, a, b } = two(each.options);
		a.ike.initiate(network.now, "b", "office");
		network.run(200000);
		t.is(first(a)?.cause, each.initiator);
		t.is(first(b)?.cause, each.responder);
		for (const text of each.initiatorSays)
			t.true(first(a)!.text.includes(text));
		for (const text of each.responderSays)
			t.true(first(b)!.text.includes(text));
		t.is(first(b)!.setting, each.setting);
		// Told once, and nothing is left but an IKE SA that is up.
		t.is(new Set(a.causes).size, 1);
		t.is(b.problems.length, 1);
		t.is(a.up.length + b.up.length, 0);
		t.is(a.reserved.size + b.reserved.size, 0);
		t.deepEqual(a.sas().map((sa) => sa.state), each.initiator.startsWith("phase2") || each.initiator === "pfs-mismatch" || each.initiator === "network-mismatch" ? [9] : []);
		for (const text of [...a.lines, ...b.lines, ...a.problems.map((problem) => problem.text)])
			t.false(text.includes("secret"));
	});

test("the responder's identity is not the one of the initiator's settings", (t) => {
	const { network, a, b } = two({ a: { remoteId: { type: "fqdn", value: "gate.example" } }, b: { localId: { type: "fqdn", value: "other.example" } } });
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(a.causes, ["id-mismatch"]);
	t.true(a.problems[0]!.text.includes("fqdn other.example") && a.problems[0]!.text.includes("fqdn gate.example"));
	t.is(a.sas().length, 0);
	t.is(a.problems[0]!.setting, "/settings/peers/b#remoteId");
	network.run(100000);
	t.is(b.up.length, 0);
});

test("FQDN identities that fit, whatever the case of their letters", (t) => {
	const { network, a, b } = two({
		a: { localId: { type: "fqdn", value: "Branch.example" }, remoteId: { type: "fqdn", value: "office.EXAMPLE" } },
		b: { localId: { type: "fqdn", value: "office.example" }, remoteId: { type: "fqdn", value: "branch.Example" } }
	});
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual([...a.causes, ...b.causes], []);
	t.is(a.up.length, 1);
});

test("peer-unreachable: nobody is there", (t) => {
	const { network, a } = two();
	network.filter = () => false;
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.true(a.problems[0]!.text.includes("10.0.0.2"));
	t.is(a.problems[0]!.setting, "/settings/peers/b#remoteGateway");
	t.is(a.ike.initiate(network.now, "b", "office"), "started");
});

test("silence after message 5 most often means different keys", (t) => {
	const { network, a } = two();
	network.filter = (packet) => packet.number < 5;
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	t.deepEqual(a.causes, ["key-mismatch"]);
	t.true(a.problems[0]!.text.includes("message 5"));
});

test("silence after message 3", (t) => {
	const { network, a } = two();
	network.filter = (packet) => packet.number < 3;
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.true(a.problems[0]!.text.includes("agreed on algorithms"));
});

test("our answers do not reach the initiator: the responder sees it stop before message 5", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => packet.number < 4;
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	t.deepEqual(b.causes, ["peer-unreachable"]);
	t.is(b.sas().length, 0);
});

test("the peer is silent in quick mode, though the IKE SA is up", (t) => {
	const { network, a } = two();
	network.filter = (packet) => packet.number < 7;
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.is(a.problems[0]!.phase, 2);
	t.is(a.problems[0]!.connection, "office");
	t.is(a.problems[0]!.setting, "/settings/peers/b/connections/office");
	t.is(a.reserved.size, 0);
});

test("a responder that never gets message 3 gives its SA back and tells the peer", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => packet.number < 9 || packet.sender === "b";
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
	t.is(b.pairs.size, 1);
	t.is(b.up.length, 0);
	network.run(60000);
	t.is(b.pairs.size, 0);
	t.is(a.pairs.size, 0);
	t.deepEqual(a.removed, ["deleted by the peer"]);
});

test("peer-not-configured: nobody in the settings has this address", (t) => {
	const { network, b } = two();
	const c = network.add("c", "10.0.0.3", [peer("b", "10.0.0.3", "10.0.0.2")]);
	c.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(b.causes.slice(0, 1), ["peer-not-configured"]);
	t.is(b.problems[0]!.peer, "");
	t.true(b.problems[0]!.text.includes("10.0.0.3"));
	t.is(b.problems[0]!.setting, "/settings/peers");
	t.is(b.sas().length, 0);
	t.is(c.causes[0], "phase1-algorithm-mismatch");
});

test("a unit that acts as initiator only turns away who asks, and a responder does not ask", (t) => {
	const { network, a, b } = two({ b: { actAs: "initiator" } });
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(b.causes[0], "peer-not-configured");
	t.is(b.problems[0]!.setting, "/settings/peers/a#actAs");
	t.is(b.sas().length, 0);
	const other = two({ a: { actAs: "responder" } });
	t.is(other.a.ike.initiate(0, "b", "office"), "refused");
	t.is(other.a.ike.initiate(0, "b", "nothing"), "refused");
	t.is(other.a.ike.initiate(0, "nobody", "office"), "refused");
});

test("mode-mismatch: the peer uses aggressive mode", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.number === 1) {
			// Message 1 as aggressive mode has it: the SA payload, then KE, NONCE and ID.
			const sa = packet.bytes.slice(28, 28 + packet.bytes[31]!);
			const rest = [10, 0, 0, 36, ...new Uint8Array(32).fill(5), 5, 0, 0, 20, ...new Uint8Array(16).fill(6), 0, 0, 0, 12, 1, 0, 0, 0, 10, 0, 0, 1];
			const bytes = Uint8Array.of(...packet.bytes.slice(0, 28), ...sa, ...rest);
			bytes[18] = 4;
			bytes[26] = bytes.length >> 8;
			bytes[27] = bytes.length & 255;
			bytes[28] = 4;
			(packet as { bytes: Uint8Array }).bytes = bytes;
		}
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	t.deepEqual(b.causes, ["mode-mismatch"]);
	t.true(b.problems[0]!.text.includes("aggressive") && b.problems[0]!.text.includes("main"));
	t.is(b.problems[0]!.setting, "/settings/peers/a#phase1Mode");
	t.deepEqual(a.causes, ["mode-mismatch"]);
	t.is(b.sas().length, 0);
});

test("mode-mismatch: a peer that begins with IKEv2, or answers with it", (t) => {
	const { network, a, b } = two();
	const head = (first: number, exchangeType: number): Uint8Array => Uint8Array.of(...new Uint8Array(8).fill(first), ...new Uint8Array(8), 33, 0x20, exchangeType, 8, 0, 0, 0, 0, 0, 0, 0, 28);
	const port = { port: 500, localPort: 500 };
	b.ike.process(network.now, { address: parseAddress("10.0.0.9")!, ...port }, 500, head(7, 34));
	b.ike.process(network.now, { address: parseAddress("10.0.0.1")!, ...port }, 500, head(7, 37));
	t.deepEqual(b.causes, []);
	b.ike.process(network.now, { address: parseAddress("10.0.0.1")!, ...port }, 500, head(7, 34));
	t.deepEqual(b.causes, ["mode-mismatch"]);
	const [begun] = b.problems;
	t.deepEqual([begun!.peer, begun!.sign, begun!.role, begun!.theirs, begun!.setting], ["a", "request", "responder", "mode IKEv2\n", "/settings/peers/a"]);
	t.is(b.sas().length, 0);
	// RFC 7296 2.5: who does not have version 1 answers in its own.
	network.filter = (packet) => {
		if (packet.sender === "a")
			a.ike.process(network.now, packet.to, 500, Uint8Array.of(...packet.bytes.slice(0, 8), ...new Uint8Array(8), 41, 0x20, 37, 0x20, 0, 0, 0, 0, 0, 0, 0, 36, 0, 0, 0, 8, 0, 0, 0, 5));
		return packet.sender !== "a";
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	t.deepEqual(a.causes, ["mode-mismatch"]);
	const [answered] = a.problems;
	t.deepEqual([answered!.peer, answered!.sign, answered!.role, answered!.theirs], ["b", "clear", "initiator", "mode IKEv2\n"]);
	network.filter = () => true;
	network.run(20000);
	t.is(a.up.length, 1, "what somebody says in clear ends nothing");
});

test("table-full: the SAD of either side has no room", (t) => {
	for (const full of ["a", "b"]) {
		const { network, a, b } = two();
		const node = full === "a" ? a : b;
		node.room = 0;
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(node.causes[0], "table-full");
		t.is(node.problems[0]!.connection, "office");
		t.is(a.up.length + b.up.length + a.reserved.size + b.reserved.size, 0);
	}
});

test("a problem is solved when its connection comes up", (t) => {
	const { network, a, b } = two({ connectionB: { enabled: false } });
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(a.causes, ["network-mismatch"]);
	b.ike.configure(network.now, [peer("a", "10.0.0.2", "10.0.0.1", { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })] })]);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(a.up.length, 1);
	t.true(a.solvedNames.includes("b/office"));
	t.true(b.solvedNames.includes("a/office"));
	t.true(a.solvedNames.includes("b/"));
});

test("T02 several peers at 0.0.0.0: the key that fits message 5 tells which it is", (t) => {
	const network = new Network();
	const names = ["one", "two", "three"];
	const center = network.add("center", "10.0.0.9", names.map((name, index) => peer(name, "10.0.0.9", "0.0.0.0", {
		preSharedKey: `key of ${name}`, connections: [connection({ localNetwork: "10.9.0.0/24", remoteNetwork: `10.${index + 1}.0.0/24` })]
	})));
	names.forEach((name, index) => {
		const node = network.add(name, `10.0.0.${index + 1}`, [peer("center", `10.0.0.${index + 1}`, "10.0.0.9", {
			preSharedKey: `key of ${name}`, connections: [connection({ localNetwork: `10.${index + 1}.0.0/24`, remoteNetwork: "10.9.0.0/24" })]
		})]);
		node.ike.initiate(network.now, "center", "office");
	});
	network.run(5000);
	t.deepEqual(center.up.map((pair) => pair.child.peer).sort(), ["one", "three", "two"]);
	t.deepEqual(center.sas().map((sa) => sa.peer).sort(), ["one", "three", "two"]);
	t.deepEqual(center.problems, []);
	t.is(center.ike.initiate(network.now, "one", "office"), "started");
});

test("T02 peers at 0.0.0.0 with one key are told apart by their identities, and a stranger is id-mismatch", (t) => {
	for (const [name, expected] of [["one.example", "one"], ["two.example", "two"], ["six.example", ""]] as const) {
		const network = new Network();
		const center = network.add("center", "10.0.0.9", ["one", "two"].map((each) => peer(each, "10.0.0.9", "0.0.0.0", {
			remoteId: { type: "fqdn", value: `${each}.example` }, connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })]
		})));
		const node = network.add("x", "10.0.0.1", [peer("center", "10.0.0.1", "10.0.0.9", { localId: { type: "fqdn", value: name } })]);
		node.ike.initiate(network.now, "center", "office");
		network.run(5000);
		t.is(center.sas()[0]?.peer ?? "", expected);
		t.deepEqual(center.causes, expected === "" ? ["id-mismatch"] : []);
		if (expected === "")
			t.true(center.problems[0]!.theirs.startsWith("address 10.0.0.1\n"), "where it is, which the settings do not say");
	}
});

test("a first message of one of the peers at 0.0.0.0 that is refused: where it is is told, once", (t) => {
	const changed: readonly (readonly [Partial<PeerSettings>, Cause])[] = [[{ phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 14 }] }, "phase1-algorithm-mismatch"], [{ enabled: false }, "peer-not-configured"]];
	for (const [changes, cause] of changed) {
		const network = new Network();
		const center = network.add("center", "10.0.0.9", [peer("one", "10.0.0.9", "0.0.0.0", { actAs: "responder", ...changes })]);
		const node = network.add("x", "10.0.0.1", [peer("center", "10.0.0.1", "10.0.0.9")]);
		node.ike.initiate(network.now, "center", "office");
		network.run(2000);
		t.deepEqual(center.causes, [cause]);
		t.is(center.problems[0]!.theirs.match(/^address 10\.0\.0\.1$/gm)?.length, 1, center.problems[0]!.theirs);
	}
});
