/** What is told from what gateways of other makers do: repeat, close, refuse in ways of their own, or nothing. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { settingOf } from "../../../modules/ike/causes.js";
import type { IKESA } from "../../../modules/ike/sa.js";
import type { Cause, Problem, Sign } from "../../../modules/ike/types.js";
import { hash1, phase2IV } from "../../../modules/ike/v1/keys.js";
import { blockSize, sealEncrypted } from "../../../modules/ike/v1/message.js";
import { choosePhase2, type Phase2Mismatch } from "../../../modules/ike/v1/phase2offers.js";
import { formatHex } from "../../../modules/ike/v1/wire/bytes.js";
import { emitChain } from "../../../modules/ike/v1/wire/chain.js";
import { ExchangeType, NotifyType, PayloadType, ProtocolID } from "../../../modules/ike/v1/wire/constants.js";
import { emitNotification } from "../../../modules/ike/v1/wire/notification.js";
import { emitPhase2 } from "../../../modules/ike/v1/wire/phase2.js";
import { emitReason, ReasonCode } from "../../../modules/ike/v1/wire/reason.js";
import { certainty, others } from "../../../modules/status/problems.js";
import { connection, peer, two, type Node, type Two, type TwoOptions } from "./network.js";

const shared = { certificate: false, transport: false };
const end = { a: { address: parseAddress("10.0.0.1")!, port: 500 }, b: { address: parseAddress("10.0.0.2")!, port: 500 } };

function sas(node: Node): IKESA[] {
	return [...node.ike.ikeSecurityAssociations()] as IKESA[];
}

/** What the other side has, by name. */
function theirs({ theirs }: Problem): string[] {
	return theirs.split("\n").filter((line) => line !== "");
}

interface Told {
	readonly cause: Cause;
	readonly sign: Sign;
	readonly state: number;
	readonly theirs?: readonly string[];
}

interface Case {
	readonly name: string;
	readonly options: TwoOptions;
	readonly initiator: Told;
	readonly responder: Told;
	/** What is wrong. */
	readonly cause: Cause;
}

const refusal = "answer NO-PROPOSAL-CHOSEN";
const gateways = { localNetwork: "10.0.0.1/32", remoteNetwork: "10.0.0.2/32" };
const cases: readonly Case[] = [
	{
		name: "phase 1 algorithms", cause: "phase1-algorithm-mismatch", options: { b: { phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 14 }] } },
		initiator: { cause: "phase1-algorithm-mismatch", sign: "clear", state: 3, theirs: [refusal] },
		responder: { cause: "phase1-algorithm-mismatch", sign: "request", state: 1, theirs: ["algorithms AES-CBC-128/SHA256/CURVE25519", "authentication pre-shared key"] }
	},
	{
		name: "mode", cause: "mode-mismatch", options: { b: { phase1Mode: "aggressive" } },
		initiator: { cause: "mode-mismatch", sign: "clear", state: 3, theirs: ["answer UNSUPPORTED-EXCHANGE-TYPE"] }, responder: { cause: "mode-mismatch", sign: "request", state: 1, theirs: ["mode main"] }
	},
	{
		name: "pre-shared key", cause: "key-mismatch", options: { b: { preSharedKey: "another" } },
		initiator: { cause: "key-mismatch", sign: "clear", state: 7, theirs: ["answer AUTHENTICATION-FAILED"] }, responder: { cause: "key-mismatch", sign: "garbage", state: 5, theirs: [] }
	},
	{
		name: "the initiator's identity", cause: "id-mismatch", options: { b: { remoteId: { type: "fqdn", value: "a.example" } } },
		initiator: { cause: "id-mismatch", sign: "protected", state: 7, theirs: ["answer INVALID-ID-INFORMATION"] }, responder: { cause: "id-mismatch", sign: "decision", state: 5, theirs: ["peerIdentity address 10.0.0.1"] }
	},
	{
		name: "the responder's identity", cause: "id-mismatch", options: { a: { remoteId: { type: "fqdn", value: "b.example" } } },
		initiator: { cause: "id-mismatch", sign: "decision", state: 7, theirs: ["peerIdentity address 10.0.0.2"] }, responder: { cause: "id-mismatch", sign: "protected", state: 9, theirs: ["answer INVALID-ID-INFORMATION"] }
	},
	{
		name: "method", cause: "authentication-method-mismatch", options: { b: { authentication: "certificate", ownCertificate: "own" } },
		initiator: { cause: "phase1-algorithm-mismatch", sign: "clear", state: 3, theirs: [refusal] },
		responder: { cause: "authentication-method-mismatch", sign: "request", state: 1, theirs: ["algorithms AES-CBC-128/SHA256/CURVE25519", "authentication pre-shared key"] }
	},
	{
		name: "initiator only", cause: "peer-not-configured", options: { b: { actAs: "initiator" } },
		initiator: { cause: "phase1-algorithm-mismatch", sign: "clear", state: 3, theirs: [refusal] }, responder: { cause: "peer-not-configured", sign: "request", state: 1, theirs: ["address 10.0.0.1"] }
	},
	{
		name: "phase 2 algorithms", cause: "phase2-algorithm-mismatch", options: { connectionB: { phase2Proposals: [{ protocol: "esp", encryption: "aes-256-gcm-16" }] } },
		initiator: { cause: "phase2-algorithm-mismatch", sign: "reason", state: 9, theirs: [refusal] },
		responder: { cause: "phase2-algorithm-mismatch", sign: "decision", state: 9, theirs: ["proposals ESP AES-GCM-16-128", "pfs off", "encapsulation tunnel"] }
	},
	{
		name: "protocol", cause: "phase2-protocol-mismatch", options: { connectionB: { phase2Proposals: [{ protocol: "ah", authentication: "hmac-sha256-128" }] } },
		initiator: { cause: "phase2-protocol-mismatch", sign: "reason", state: 9, theirs: [refusal] },
		responder: { cause: "phase2-protocol-mismatch", sign: "decision", state: 9, theirs: ["proposals ESP AES-GCM-16-128", "pfs off", "encapsulation tunnel"] }
	},
	{
		name: "PFS", cause: "pfs-mismatch", options: { connectionB: { pfs: 31 } },
		initiator: { cause: "pfs-mismatch", sign: "reason", state: 9, theirs: ["pfs CURVE25519", refusal] },
		responder: { cause: "pfs-mismatch", sign: "decision", state: 9, theirs: ["proposals ESP AES-GCM-16-128", "pfs off", "encapsulation tunnel"] }
	},
	{
		name: "PFS by a group that is not to be had", cause: "pfs-mismatch", options: { connectionA: { pfs: 2 }, connectionB: { pfs: "off" } },
		initiator: { cause: "pfs-mismatch", sign: "reason", state: 9, theirs: ["pfs off", refusal] },
		responder: { cause: "pfs-mismatch", sign: "decision", state: 9, theirs: ["proposals ESP AES-GCM-16-128", "pfs MODP1024", "encapsulation tunnel"] }
	},
	{
		name: "transport mode", cause: "phase2-protocol-mismatch",
		options: { connectionA: { ...gateways, mode: "transport" }, connectionB: { localNetwork: "10.0.0.2/32", remoteNetwork: "10.0.0.1/32" } },
		initiator: { cause: "phase2-protocol-mismatch", sign: "reason", state: 9, theirs: ["encapsulation tunnel", refusal] },
		responder: { cause: "phase2-protocol-mismatch", sign: "decision", state: 9, theirs: ["proposals ESP AES-GCM-16-128", "pfs off", "encapsulation transport"] }
	},
	{
		name: "networks", cause: "network-mismatch", options: { connectionB: { remoteNetwork: "10.9.0.0/24" } },
		initiator: { cause: "network-mismatch", sign: "protected", state: 9, theirs: ["answer INVALID-ID-INFORMATION"] },
		responder: { cause: "network-mismatch", sign: "decision", state: 9, theirs: ["localNetwork 10.2.0.0/24", "remoteNetwork 10.1.0.0/24"] }
	}
];

/** Holds a problem against what has to be told. The cause is the right one, or among what it can mean. */
function told(problem: Problem | undefined, wanted: Told, role: string, cause: Cause): string {
	if (problem === undefined)
		return "nothing is told";
	const { sign, state } = problem;
	const facts = theirs(problem);
	const wrong = problem.cause !== wanted.cause || sign !== wanted.sign || state !== wanted.state || problem.role !== role || wanted.theirs !== undefined && facts.join() !== wanted.theirs.join();
	if (wrong)
		return JSON.stringify([problem.cause, sign, state, problem.role, facts]);
	return problem.cause === cause || others(problem, shared).includes(cause) ? "" : "the cause is not among what it can mean";
}

for (const { name, options, initiator, responder, cause } of cases)
	test(`one thing wrong: ${name}: how it shows at both ends`, (t) => {
		const { network, a, b } = two(options);
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(told(a.problems[0], initiator, "initiator", cause), "");
		t.is(told(b.problems[0], responder, "responder", cause), "");
	});

/** The message of the sender with this number, counted from 1 over both. */
function sent({ network }: Two, number: number) {
	return network.sent.find((packet) => packet.number === number)!;
}

test("a responder that repeats message 4 has not taken message 5: key-mismatch, long before it is called silent", (t) => {
	const both = two({ b: { preSharedKey: "another" } });
	const { network, a } = both;
	// Nothing but its message 4, as libreswan does.
	network.filter = (packet) => packet.sender === "a" || packet.number <= 4;
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	const fourth = sent(both, 4).bytes;
	network.inject(end.b, end.a, fourth);
	t.deepEqual(a.causes, [], "message 5 may be lost once");
	network.run(1500);
	network.inject(end.b, end.a, fourth);
	network.inject(end.b, end.a, fourth);
	t.deepEqual(a.causes, ["key-mismatch"]);
	t.is(a.problems[0]!.sign, "garbage");
	t.is(a.problems[0]!.state, 7);
	t.true(a.problems[0]!.text.includes("message 4") && a.problems[0]!.text.includes("message 5"));
	// It stays the only one when the exchange is given up.
	network.run(120000);
	t.deepEqual(a.causes, ["key-mismatch"]);
	t.is(a.sas().length, 0);
});

test("T30 a responder that repeats message 4 once and goes on is no problem", (t) => {
	const both = two();
	const { network, a } = both;
	let lost = 2;
	network.filter = (packet) => !(packet.sender === "a" && packet.number > 4 && lost-- > 0);
	a.ike.initiate(network.now, "b", "office");
	network.run(100);
	network.inject(end.b, end.a, sent(both, 4).bytes);
	network.run(20000);
	t.is(a.up.length, 1);
	t.deepEqual(a.causes, []);
});

/** An initiator that closes the IKE SA as soon as it is up. */
function closed(options: TwoOptions): Node {
	const { network, a, b } = two(options);
	// Its quick mode does not come, its Delete does.
	network.filter = (packet) => !(packet.sender === "a" && packet.bytes[18] === ExchangeType.QUICK);
	a.ike.initiate(network.now, "b", "office");
	network.run(100);
	a.ike.deleteIKESA(network.now, a.sas()[0]!.id);
	network.run(1000);
	return b;
}

test("a peer that closes the IKE SA as soon as it has our proof does not take our identity", (t) => {
	const b = closed({ b: { localId: { type: "fqdn", value: "b.example" } } });
	t.deepEqual(b.causes, ["id-mismatch"]);
	const problem = b.problems[0]!;
	t.is(problem.sign, "delete");
	t.is(problem.setting, "/settings/peers/a#localId");
	t.true(problem.text.includes("fqdn b.example"));
	t.is(certainty(problem, shared), "likely");
});

test("libreswan refuses a proof under an IV of its own: without a last block of phase 1", (t) => {
	for (const role of ["initiator", "responder"] as const) {
		const { network, a, b } = two();
		// keygate is b as responder: up, and its last message refused; or a as initiator, before message 6 comes.
		network.filter = (packet) => !(packet.bytes[18] === ExchangeType.QUICK) && !(role === "initiator" && packet.sender === "b" && packet.number > 4);
		a.ike.initiate(network.now, "b", "office");
		network.run(100);
		const [node, sa] = role === "initiator" ? [a, sas(a)[0]!] as const : [b, sas(b)[0]!] as const;
		const own = sas(node)[0]!;
		if (role === "responder")
			// Its quick mode has not begun.
			for (const each of sas(a))
				each.exchanges.length = 0;
		const id = 0x01020304;
		const payloads = [{ type: PayloadType.NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ISAKMP, type: NotifyType.INVALID_ID_INFORMATION, spi: new Uint8Array(0), data: new Uint8Array(0) }) }];
		const sealed = sealEncrypted(node.crypto, sa, phase2IV(sa.prf!, new Uint8Array(0), id, blockSize(sa)), ExchangeType.INFORMATIONAL, id,
			[{ type: PayloadType.HASH, body: hash1(sa.prf!, sa.a, id, emitChain(payloads)) }, ...payloads]);
		network.inject(role === "initiator" ? end.b : end.a, role === "initiator" ? end.a : end.b, sealed.bytes);
		t.deepEqual(node.causes, ["id-mismatch"], role);
		t.is(node.problems[0]!.sign, "protected");
		t.true(own.closed);
		t.is(node.counter("wrong-hash"), 0);
	}
});

test("the same words about a quick mode that is under way are about that", (t) => {
	const { network, a, b } = two({ connectionB: { remoteNetwork: "10.9.0.0/24" } });
	b.ike.initiate(network.now, "a", "office");
	network.run(3000);
	t.is(a.causes[0], "network-mismatch");
	t.is(b.causes[0], "network-mismatch");
	t.is(b.sas()[0]?.state, 9);
});

/** b refuses the quick mode of a that is under way, in its own words, under protection. */
function refuseBy({ network, b }: Two, type: number, data: Uint8Array): void {
	const sa = sas(b)[0]!;
	const id = 0x01020304;
	const payloads = [{ type: PayloadType.NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ESP, type, spi: new Uint8Array(0), data }) }];
	const sealed = sealEncrypted(b.crypto, sa, phase2IV(sa.prf!, sa.iv, id), ExchangeType.INFORMATIONAL, id, [{ type: PayloadType.HASH, body: hash1(sa.prf!, sa.a, id, emitChain(payloads)) }, ...payloads]);
	network.inject(end.b, end.a, sealed.bytes);
}

test("a reason is believed of NO-PROPOSAL-CHOSEN and INVALID-ID-INFORMATION under protection, where it is one that is known; all else is the answer of any peer", (t) => {
	const { NO_PROPOSAL_CHOSEN, INVALID_ID_INFORMATION, BAD_PROPOSAL_SYNTAX } = NotifyType;
	const cases: readonly (readonly [number, Uint8Array, Cause, Sign])[] = [
		[NO_PROPOSAL_CHOSEN, emitReason(ReasonCode.GROUP, 14), "pfs-mismatch", "reason"],
		[NO_PROPOSAL_CHOSEN, emitReason(ReasonCode.PROTOCOL), "phase2-protocol-mismatch", "reason"],
		[NO_PROPOSAL_CHOSEN, new Uint8Array(0), "phase2-algorithm-mismatch", "protected"],
		[NO_PROPOSAL_CHOSEN, emitReason(ReasonCode.GROUP, 22), "phase2-algorithm-mismatch", "protected"],
		[NO_PROPOSAL_CHOSEN, emitReason(ReasonCode.PROTOCOL).fill(9, 7, 8), "phase2-algorithm-mismatch", "protected"],
		[NO_PROPOSAL_CHOSEN, Uint8Array.from("<b>no proposal chosen</b>\u001b[2J", (each) => each.charCodeAt(0)), "phase2-algorithm-mismatch", "protected"],
		[NO_PROPOSAL_CHOSEN, new Uint8Array(1000), "phase2-algorithm-mismatch", "protected"],
		[BAD_PROPOSAL_SYNTAX, emitReason(ReasonCode.GROUP, 14), "phase2-algorithm-mismatch", "protected"],
		[INVALID_ID_INFORMATION, emitReason(ReasonCode.GROUP, 14), "network-mismatch", "protected"],
		[INVALID_ID_INFORMATION, emitReason(ReasonCode.OFF), "network-mismatch", "reason"],
		[NO_PROPOSAL_CHOSEN, emitReason(ReasonCode.OFF), "phase2-algorithm-mismatch", "protected"]
	];
	for (const [type, data, cause, sign] of cases) {
		const both = two();
		const { network, a } = both;
		network.filter = (packet) => packet.sender === "a" || packet.bytes[18] === ExchangeType.MAIN;
		a.ike.initiate(network.now, "b", "office");
		network.run(500);
		t.deepEqual(a.causes, []);
		refuseBy(both, type, data);
		t.deepEqual(a.problems.map((problem) => [problem.cause, problem.sign]), [[cause, sign]], formatHex(data));
		t.false(/[<\u001b]/.test(a.problems[0]!.text));
	}
});

test("a responder whose connection is switched off says that, and no setting here is to be changed", (t) => {
	const { network, a } = two({ connectionB: { enabled: false } });
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(a.problems.map(({ cause, sign, setting }) => [cause, sign, setting]), [["network-mismatch", "reason", "/settings/peers/b/connections/office"]]);
	t.true(a.problems[0]!.text.includes("its connection between these is switched off"));
});

test("a responder whose table is full says that, and not that the proposals are wrong", (t) => {
	const { network, a, b } = two();
	b.room = 0;
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(a.problems.map((problem) => [problem.cause, problem.sign]), [["table-full", "reason"]]);
	t.true(a.problems[0]!.text.includes("all security associations of the peer are in use"));
	t.deepEqual(b.problems.map((problem) => [problem.cause, problem.sign]), [["table-full", "local"]]);
});

test("a reason goes out under protection alone: NO-PROPOSAL-CHOSEN in clear has no data", (t) => {
	const { network, a } = two({ b: { phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 14 }] } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	const answers = network.sent.filter((packet) => packet.sender === "b");
	t.true(answers.length > 0);
	for (const { bytes } of answers) {
		t.is(bytes[18], ExchangeType.INFORMATIONAL);
		// Header, and a notification of eight bytes without SPI and data.
		t.is(bytes.length, 28 + 12);
	}
});

test("an answer that was not offered is told as such, not as silence", (t) => {
	const { network, a } = two();
	network.filter = (packet) => {
		if (packet.number === 2) {
			// Its key length is 128.
			const at = packet.bytes.findIndex((_, i) => packet.bytes[i] === 0x80 && packet.bytes[i + 1] === 14 && packet.bytes[i + 2] === 0 && packet.bytes[i + 3] === 128);
			packet.bytes[at + 2] = 1;
			packet.bytes[at + 3] = 0;
		}
		return packet.number <= 2;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	t.deepEqual(a.causes, ["phase1-algorithm-mismatch"]);
	t.deepEqual(theirs(a.problems[0]!), ["algorithms AES-CBC-256/SHA256/CURVE25519", "authentication pre-shared key"]);
});

test("a responder that has no key for us says INVALID-KEY-INFORMATION to our public value", (t) => {
	const { network, a } = two();
	const cookies = () => sas(a)[0]!.cookies;
	network.filter = (packet) => packet.number <= 2;
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	const body = emitNotification({ protocol: ProtocolID.ISAKMP, type: NotifyType.INVALID_KEY_INFORMATION, spi: new Uint8Array(0), data: new Uint8Array(0) });
	const length = 28 + 4 + body.length;
	network.inject(end.b, end.a, Uint8Array.of(...cookies(), PayloadType.NOTIFICATION, 0x10, ExchangeType.INFORMATIONAL, 0, 0, 0, 0, 9, 0, 0, 0, length, 0, 0, 0, 4 + body.length, ...body));
	t.deepEqual(a.causes, ["key-mismatch"]);
	t.is(a.problems[0]!.state, 5);
	t.true(others(a.problems[0]!, shared).includes("authentication-method-mismatch"));
});

test("silence: each state in which it comes has its cause, its guess and its other causes", (t) => {
	const silent: readonly (readonly ["main" | "aggressive", number, "a" | "b", Cause, number, Cause])[] = [
		["main", 0, "a", "peer-unreachable", 3, "mode-mismatch"], ["main", 2, "a", "peer-unreachable", 5, "key-mismatch"], ["main", 4, "a", "key-mismatch", 7, "peer-unreachable"],
		["main", 1, "b", "peer-unreachable", 3, "peer-unreachable"], ["main", 3, "b", "peer-unreachable", 5, "key-mismatch"],
		["aggressive", 0, "a", "peer-unreachable", 3, "id-mismatch"], ["aggressive", 1, "b", "peer-unreachable", 3, "key-mismatch"]
	];
	for (const [phase1Mode, heard, who, cause, state, other] of silent) {
		const { network, a, b } = two({ a: { phase1Mode }, b: { phase1Mode } });
		network.filter = (packet) => packet.number <= heard;
		a.ike.initiate(network.now, "b", "office");
		network.run(130000);
		const problem = (who === "a" ? a : b).problems[0];
		const what = `${phase1Mode} after ${heard} messages at ${who}: ${problem?.cause} in state ${problem?.state}`;
		t.is(problem?.cause, cause, what);
		t.is(problem?.state, state, what);
		t.is(problem?.sign, "silence", what);
		t.is(certainty(problem!, shared), "guess");
		t.true(cause === other || others(problem!, shared).includes(other), what);
		t.is((who === "a" ? a : b).problems.length, 1, what);
	}
});

test("of several connections the one is named of which one side is right, and the other side's field", (t) => {
	const more = [connection({ name: "office", localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" }), connection({ name: "store", localNetwork: "10.3.0.0/24", remoteNetwork: "10.7.0.0/24" })];
	for (const [local, remote, name, field] of [
		["10.1.0.0/24", "10.8.0.0/24", "office", "localNetwork"], ["10.8.0.0/24", "10.2.0.0/24", "office", "remoteNetwork"], ["10.7.0.0/24", "10.8.0.0/24", "store", "localNetwork"], ["10.8.0.0/24", "10.9.0.0/24", "", ""]
	] as const) {
		const { network, a, b } = two({ connectionA: { localNetwork: local, remoteNetwork: remote }, b: { connections: more } });
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.deepEqual(b.causes, ["network-mismatch"]);
		t.is(b.problems[0]!.connection, name);
		t.is(b.problems[0]!.setting, name === "" ? "/settings/peers/a" : `/settings/peers/a/connections/${name}#${field}`);
	}
});

test("what differs beside networks and algorithms is said with both values, and is the field to change", (t) => {
	const tunnel = "10.2.0.0/24 here and 10.1.0.0/24 there";
	const own = "office: 10.2.0.0/24 to 10.1.0.0/24";
	const wrong: readonly (readonly [string, TwoOptions, Cause, string, string])[] = [
		["protocol", { connectionB: { ipProtocol: 17 } }, "network-mismatch", "ipProtocol", `${tunnel}; the settings have office: 10.2.0.0/24 protocol 17 port 0 to 10.1.0.0/24 protocol 17 port 0`],
		["protocol there", { connectionA: { ipProtocol: 6 } }, "network-mismatch", "ipProtocol", `10.2.0.0/24 protocol 6 port 0 here and 10.1.0.0/24 protocol 6 port 0 there; the settings have ${own}`],
		["our port", { connectionA: { ipProtocol: 17 }, connectionB: { ipProtocol: 17, localPort: 53 } }, "network-mismatch", "localPort", "office: 10.2.0.0/24 protocol 17 port 53 to 10.1.0.0/24 protocol 17 port 0"],
		["its port", { connectionA: { ipProtocol: 17 }, connectionB: { ipProtocol: 17, remotePort: 53 } }, "network-mismatch", "remotePort", "to 10.1.0.0/24 protocol 17 port 53"],
		["switched off", { connectionB: { enabled: false } }, "network-mismatch", "enabled", `${tunnel}; connection office has these and is switched off`],
		["mode", { connectionB: { mode: "transport" } }, "phase2-protocol-mismatch", "mode", "in transport mode; the peer's is tunnel mode"],
		["mode there", { connectionA: { mode: "transport" } }, "phase2-protocol-mismatch", "mode", "in tunnel mode; the peer's is transport mode"]
	];
	for (const [name, options, cause, field, text] of wrong) {
		const { network, a, b } = two(options);
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.deepEqual(b.causes, [cause], name);
		t.is(b.problems[0]!.setting, `/settings/peers/a/connections/office#${field}`, name);
		t.true(b.problems[0]!.text.includes(text), `${name}: ${b.problems[0]!.text}`);
		t.is(certainty(b.problems[0]!, shared), "certain", name);
	}
});

test("in UDP at one end and not at the other: the field is the peer's NAT traversal; where there is AH alone behind a NAT it is a matter of this unit", (t) => {
	const attributes = emitPhase2({ encapsulation: 1, authentication: 0, group: 0, keyLength: 128, seconds: 3600, kilobytes: 0, extendedSequence: 0 });
	const proposals = [{ number: 1, protocol: ProtocolID.ESP, spi: Uint8Array.of(0, 0, 16, 0), transforms: [{ number: 1, id: 20, attributes }] }];
	const choice = choosePhase2(connection({ phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }] }), proposals, { encapsulation: true, anyGroup: () => false, anySequence: true });
	t.true("differs" in choice);
	t.is(settingOf("b", "office", "phase2-protocol-mismatch", "decision", false, (choice as Phase2Mismatch).differs), "/settings/peers/b#natTraversal");
	const { network, a, b } = two({ a: { natTraversal: "force" }, connectionB: { phase2Proposals: [{ protocol: "ah", authentication: "hmac-sha256-128" }] } });
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.deepEqual(b.problems.map(({ cause, sign, setting }) => [cause, sign, setting]), [["phase2-protocol-mismatch", "local", "/settings/peers/a/connections/office#phase2Proposals"]]);
});

test("a peer that agrees on PFS and sends no public value has none", (t) => {
	const { network, a, b } = two({ connectionA: { pfs: 31 }, connectionB: { pfs: 31 } });
	network.called = (crypto, what) => {
		// The nonce of its message 2.
		if (crypto === b.crypto && what === "random")
			for (const exchange of sas(b)[0]?.exchanges ?? [])
				if (exchange.hasPair)
					Object.defineProperty(exchange, "hasPair", { value: false });
		return false;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.deepEqual(a.problems.map(({ cause, sign, theirs, setting }) => [cause, sign, theirs, setting]), [["pfs-mismatch", "decision", "pfs off\n", "/settings/peers/b/connections/office#pfs"]]);
});

test("of two connections between the same networks the port tells which is meant, and the one that is switched off is named", (t) => {
	const [one, other] = [connection({ name: "names", localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24", ipProtocol: 17, localPort: 53 }), connection({ name: "other", localNetwork: "10.3.0.0/24", remoteNetwork: "10.1.0.0/24" })];
	for (const [changes, connections, name, field] of [
		[{ ipProtocol: 17 }, [one, other], "names", "localPort"],
		[{}, [one, { ...connection({ name: "all", localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" }), enabled: false }], "all", "enabled"]
	] as const) {
		const { network, a, b } = two({ connectionA: changes, b: { connections: [...connections] } });
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.deepEqual(b.causes, ["network-mismatch"]);
		t.is(b.problems[0]!.setting, `/settings/peers/a/connections/${name}#${field}`);
	}
});

test("a peer that is switched off is not called missing", (t) => {
	for (const remoteGateway of ["10.0.0.1", "0.0.0.0"]) {
		const { network, a, b } = two({ b: { enabled: false, remoteGateway } });
		a.ike.initiate(network.now, "b", "office");
		network.run(500);
		t.deepEqual(b.causes, ["peer-not-configured"]);
		t.is(b.problems[0]!.peer, "a");
		t.is(b.problems[0]!.setting, "/settings/peers/a#enabled");
		t.true(b.problems[0]!.text.includes(`the peer with ${remoteGateway} is switched off`));
		t.is(b.sas().length, 0);
		t.is(a.causes[0], "phase1-algorithm-mismatch");
	}
});

test("a refusal in clear names what was refused: proposals, mode and identity", (t) => {
	const main = two({ b: { phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 14 }] } });
	main.a.ike.initiate(0, "b", "office");
	main.network.run(500);
	t.true(main.a.problems[0]!.text.includes("AES-CBC-128/SHA256/CURVE25519 by pre-shared key"));
	const aggressive = two({ a: { phase1Mode: "aggressive", remoteId: { type: "fqdn", value: "other.example" } }, b: { phase1Mode: "aggressive", localId: { type: "fqdn", value: "b.example" } } });
	aggressive.a.ike.initiate(0, "b", "office");
	aggressive.network.run(500);
	t.deepEqual(aggressive.b.causes, ["id-mismatch"]);
	t.true(aggressive.b.problems[0]!.text.includes("fqdn b.example"), aggressive.b.problems[0]!.text);
});

test("a phase 1 that seems to be in vain does not keep a person waiting, who has repaired it at the other end; packets wait a little", (t) => {
	const { network, a, b } = two({ b: { preSharedKey: "another" } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	t.deepEqual(a.causes, ["key-mismatch"]);
	const before = a.sas()[0]!.id;
	b.ike.configure(network.now, [peer("a", "10.0.0.2", "10.0.0.1", { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })] })]);
	t.is(a.ike.initiate(network.now, "b", "office"), "already");
	network.run(1000);
	t.deepEqual(a.sas().map(({ id }) => id), [before]);
	a.ike.initiateAnew(network.now, "b", "office");
	network.run(1000);
	t.is(a.up.length, 1);
	t.is(b.up.length, 1);
	// Packets that keep coming: one is refused, the next attempt is not begun at once, and finds the key repaired.
	const busy = two({ b: { preSharedKey: "another" } });
	const begun = new Set<string>();
	const until = (end: number): void => {
		for (; busy.network.now < end && busy.a.up.length === 0; busy.network.run(250)) {
			busy.a.ike.initiate(busy.network.now, "b", "office");
			for (const { id } of busy.a.sas())
				begun.add(id);
		}
	};
	until(58000);
	t.is(begun.size, 4, "an attempt each 15 s");
	t.deepEqual(new Set(busy.a.causes), new Set(["key-mismatch"]));
	busy.b.ike.configure(busy.network.now, [peer("a", "10.0.0.2", "10.0.0.1", { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })] })]);
	const repaired = busy.network.now;
	until(repaired + 17000);
	t.is(busy.a.up.length, 1);
	// One that nothing was said of goes on.
	const other = two();
	other.network.filter = () => false;
	other.a.ike.initiate(0, "b", "office");
	other.network.run(2000);
	const id = other.a.sas()[0]!.id;
	other.a.ike.initiateAnew(other.network.now, "b", "office");
	t.deepEqual(other.a.sas().map((sa) => sa.id), [id]);
});

test("with certificates each value of both sides leads to its own field, and what the other side has to change to none", (t) => {
	t.is(settingOf("b", "", "certificate-untrusted", "decision", true), "/settings/certificates#trusted");
	t.is(settingOf("b", "", "certificate-revoked", "decision", true), "/settings/certificates#lists");
	t.is(settingOf("b", "", "certificate-untrusted", "decision", true, "remoteId"), "/settings/peers/b#remoteId");
	t.is(settingOf("b", "", "certificate-missing", "decision", true), "/settings/peers/b");
	t.is(settingOf("b", "", "certificate-expired", "decision", true), "/settings/peers/b");
	for (const cause of ["certificate-missing", "certificate-untrusted", "certificate-expired", "certificate-revoked"] as const)
		t.is(settingOf("b", "", cause, "protected", true), "/settings/peers/b#ownCertificate");
});

test("an encrypted refusal in place of message 2 of aggressive mode is told, not called silence", (t) => {
	const { network, a } = two({ a: { phase1Mode: "aggressive", localId: { type: "fqdn", value: "a.example" } } });
	network.filter = (packet) => packet.sender === "b";
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	// charon's answer to somebody for whom it has no proof of its own.
	const cookies = sas(a)[0]!.initiatorCookie;
	network.inject(end.b, end.a, Uint8Array.of(...cookies, 1, 2, 3, 4, 5, 6, 7, 8, PayloadType.HASH, 0x10, ExchangeType.INFORMATIONAL, 1, 9, 9, 9, 9, 0, 0, 0, 76, ...new Uint8Array(48).fill(7)));
	t.deepEqual(a.causes, ["id-mismatch"]);
	t.is(a.problems[0]!.sign, "clear");
	t.true(a.problems[0]!.text.includes("fqdn a.example"));
	// It ends nothing, and stays what is told.
	t.is(a.sas()[0]!.state, 3);
	network.run(120000);
	t.deepEqual(a.causes, ["id-mismatch"]);
});

test("a peer that closes each IKE SA as soon as it is up is not asked again and again, and it is told", (t) => {
	for (const [phase1Mode, cause] of [["main", "peer-refused"], ["aggressive", "id-mismatch"]] as const) {
		const { network, a, b } = two({ a: { phase1Mode }, b: { phase1Mode } });
		network.filter = (packet) => {
			// In place of an answer to our quick mode.
			if (packet.sender === "b" && packet.bytes[18] === ExchangeType.QUICK)
				b.ike.deleteIKESA(network.now, b.sas()[0]?.id ?? "");
			return packet.bytes[18] !== ExchangeType.QUICK || packet.sender === "a";
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(20000);
		t.is(network.sent.filter((packet) => packet.sender === "a" && packet.bytes[18] === (phase1Mode === "main" ? ExchangeType.MAIN : ExchangeType.AGGRESSIVE)).length, phase1Mode === "main" ? 3 : 2);
		t.deepEqual(a.causes, [cause]);
		t.is(a.reserved.size, 0);
		t.is(a.ike.initiate(network.now, "b", "office"), "started", "nothing waits");
	}
});

test("both begin at once and the peer closes one of the two IKE SAs: no problem", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	b.ike.initiate(network.now, "a", "office");
	network.filter = (packet) => packet.bytes[18] !== ExchangeType.QUICK;
	network.run(500);
	const own = sas(a).find((sa) => sa.role === "responder")!;
	t.is(sas(a).length, 2);
	network.filter = () => true;
	b.ike.deleteIKESA(network.now, own.id);
	network.run(20000);
	t.deepEqual([...a.causes, ...b.causes], []);
	t.true(a.up.length >= 1);
});

test("UDP port 4500 blocked after NAT traversal moved there: that is what is told, each way, and not that keys differ", (t) => {
	const force = { natTraversal: "force" } as const;
	const both = { a: force, b: force };
	// Message 5 does not arrive.
	const out = two(both);
	out.network.filter = (packet) => packet.to.port !== 4500;
	out.a.ike.initiate(0, "b", "office");
	out.network.run(120000);
	t.deepEqual(out.a.causes, ["peer-unreachable"]);
	const [problem] = out.a.problems;
	t.is(problem!.state, 7);
	t.regex(problem!.text, /answered on UDP port 500, and nothing on UDP port 4500/);
	t.true(others(problem!, shared).includes("key-mismatch"));
	// Message 6 does not arrive: the initiator repeats message 5, and for the responder phase 1 is over.
	const back = two(both);
	back.network.filter = (packet) => packet.to.port !== 4500 || packet.sender === "a";
	back.a.ike.initiate(0, "b", "office");
	back.network.run(120000);
	t.deepEqual(back.b.causes, ["peer-unreachable"]);
	t.regex(back.b.problems[0]!.text, /repeats its message 5, though ours that follows went out 4 times: it does not arrive there, since UDP port 4500/);
	t.deepEqual(back.a.causes, ["peer-unreachable"]);
});

test("aggressive mode: a responder that repeats message 2 has not had message 3, which is told once, in place of a quick mode that is not answered", (t) => {
	const aggressive = { phase1Mode: "aggressive" } as const;
	const made = two({ a: aggressive, b: aggressive });
	const { network, a } = made;
	network.filter = (packet) => packet.number <= 2;
	a.ike.initiate(0, "b", "office");
	network.run(500);
	const second = sent(made, 2).bytes;
	for (let i = 0; i < 5; i++) {
		network.inject(end.b, end.a, second);
		network.run(1000);
	}
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.is(a.problems[0]!.phase, 1);
	t.regex(a.problems[0]!.text, /repeats its message 2/);
	network.run(120000);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	// One that is lost twice is no problem.
	const other = two({ a: aggressive, b: aggressive });
	other.a.ike.initiate(0, "b", "office");
	other.network.run(20);
	const again = sent(other, 2).bytes;
	other.network.inject(end.b, end.a, again);
	other.network.inject(end.b, end.a, again);
	other.network.run(5000);
	t.is(other.a.up.length, 1);
	t.deepEqual(other.a.causes, []);
});
