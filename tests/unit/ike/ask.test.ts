// Asking a peer what it accepts: against another gateway, and against one that answers as the test says.
import test from "ava";
import { Asking, MOST } from "../../../modules/ike/ask/asking.js";
import { KEY_RIGHT, KEY_UNTRIED, KEY_WRONG } from "../../../modules/ike/ask/found.js";
import { phase1Candidates, phase2Candidates } from "../../../modules/ike/ask/candidates.js";
import { askedEdit, askedRows } from "../../../modules/ike/ask/table.js";
import { phase2Text } from "../../../modules/ike/names.js";
import { ExchangeType } from "../../../modules/ike/v1/wire/constants.js";
import type { Phase1Proposal, PeerSettings, Settings } from "../../../modules/settings/types.js";
import { connection, peer, two, type Network, type Node, type TwoOptions } from "./network.js";

/** Gateway `a` asks its peer. */
function ask(network: Network, a: Node, settings: PeerSettings, { aggressive = false, lan = "10.1.0.0/24", wanted = [] as [string, string][] } = {}): Asking {
	const asking = new Asking({
		now: network.now, ike: a.ike, crypto: a.crypto, log: a.log, gateway: { wanAddress: a.address, ikePort: 500, natTraversalPort: 4500 }, lan, settings, aggressive, wanted,
		isUp: (name) => a.up.some((pair) => pair.child.peer === settings.name && pair.child.connection === name),
		wallClock: () => a.wallClock(), lookUp: () => false, onReady: () => {}
	});
	a.asking = asking;
	return asking;
}

/** "main mode AES-CBC-128/SHA256/CURVE25519: accepted", each line of the table. */
function table(asking: Asking): string[] {
	return [...askedRows(asking)].map(({ connection: name, subject, value, answer, detail, weak }) =>
		`${name === "" ? "" : `${name}: `}${subject} ${value}: ${answer}${detail === "" ? "" : ` (${detail})`}${weak ? " weak" : ""}`);
}

function settingsOf(peers: PeerSettings[]): Settings {
	return JSON.parse(JSON.stringify({ version: 1, peers })) as Settings;
}

const strong: Phase1Proposal = { encryption: "aes-256-cbc", hash: "sha256", dhGroup: 31 };
const other: Phase1Proposal = { encryption: "aes-128-cbc", hash: "sha512", dhGroup: 19 };
const weak: Phase1Proposal = { encryption: "3des-cbc", hash: "sha1", dhGroup: 2 };

/** Gateways that have one proposal of phase 1 each, and what `a` has of `b`. */
function pair(options: TwoOptions) {
	const { network, a, b } = two(options);
	const settings = peer("b", "10.0.0.1", "10.0.0.2", { connections: [connection(options.connectionA)], ...options.a });
	return { network, a, b, settings };
}

test("what the peer accepts of phase 1 is found, and nothing else; the key is tried where nothing can suffer", (t) => {
	const { network, a, b, settings } = pair({ b: { phase1Proposals: [strong, other, weak] } });
	const asking = ask(network, a, settings);
	network.run(120000);
	t.is(asking.end, "all was asked");
	t.deepEqual(table(asking).filter((line) => line.startsWith("main")), [
		"main mode AES-CBC-128/SHA512/ECP256: accepted",
		"main mode AES-CBC-256/SHA256/CURVE25519: accepted",
		"main mode AES-CBC-128/SHA256/CURVE25519: refused (NO-PROPOSAL-CHOSEN)",
		"main mode 3DES-CBC/SHA1/MODP1024: accepted weak",
		`main mode ${phase1Candidates.length - 4} others: refused (NO-PROPOSAL-CHOSEN)`
	]);
	t.is(asking.keyState, KEY_RIGHT);
	t.is(b.sas().length, 0, "the peer has nothing left of it");
	t.is(b.pairs.size, 0);
	t.deepEqual([a.pairs.size, a.sas().length, a.problems.length], [0, 0, 0], "nor has this gateway");
});

test("one offer a second at most, and no more than there may be", (t) => {
	const all = phase1Candidates.filter((each) => each.dhGroup === 31 || each.dhGroup === 19);
	const { network, a, settings } = pair({ b: { phase1Proposals: all } });
	const asking = ask(network, a, settings);
	network.run(900000);
	t.true(asking.asked <= MOST);
	t.is(asking.end, "all was asked");
	const first = network.sent.filter(({ sender, bytes }) => sender === "a" && bytes[18] === ExchangeType.MAIN && bytes.subarray(8, 16).every((byte) => byte === 0));
	t.is(first.length, 16);
	const begun = new Map<string, number>();
	for (const [index, packet] of first.entries())
		begun.set([...packet.bytes.subarray(0, 8)].join(), index);
	t.is(begun.size, first.length, "each offer once: all were answered");
	const offers = a.lines.filter((line) => /asked \d+: (main|office)/.test(line)).map((line) => Number(line.split(" ")[0]));
	for (let i = 1; i < offers.length; i++)
		t.true(offers[i]! - offers[i - 1]! > 900, "a second, but for the time that an answer takes");
});

test("algorithms, group and networks of phase 2 are found; nothing is left installed", (t) => {
	const { network, a, b, settings } = pair({
		connectionA: { phase2Proposals: [{ protocol: "esp", encryption: "aes-256-gcm-16" }], pfs: 14 },
		connectionB: { phase2Proposals: [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha1-96" }, { protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }], pfs: 31 }
	});
	const asking = ask(network, a, settings);
	network.run(120000);
	const lines = table(asking).filter((line) => line.startsWith("office"));
	t.deepEqual(lines.filter((line) => line.includes("accepted")), [
		"office: networks 10.1.0.0/24 to 10.2.0.0/24: accepted",
		"office: algorithms ESP AES-CBC-128/HMAC-SHA256-128 with PFS by CURVE25519: accepted",
		"office: algorithms ESP AES-CBC-128/HMAC-SHA1-96 with PFS by CURVE25519: accepted weak",
		"office: PFS CURVE25519: accepted"
	]);
	t.true(lines.includes("office: PFS MODP2048: refused (NO-PROPOSAL-CHOSEN)"));
	t.deepEqual([a.pairs.size, a.reserved.size, b.pairs.size, b.reserved.size, b.sas().length], [0, 0, 0, 0, 0]);
	t.true(asking.asked <= MOST);

	// Taken over, the tunnel comes up.
	const draft = settingsOf([settings]);
	askedEdit(asking, [...askedRows(asking)].find((row) => row.subject === "algorithms" && row.answer === "accepted")!.use)!(draft);
	t.deepEqual(draft.peers[0]!.connections[0]!.phase2Proposals, [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }]);
	t.is(draft.peers[0]!.connections[0]!.pfs, 31);
	a.ike.configure(network.now, draft.peers);
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	t.is(a.up.length, 1);
});

test("networks that the peer has are found when it refuses those of the settings", (t) => {
	const { network, a, b, settings } = pair({ connectionB: { localNetwork: "10.2.0.0/16", remoteNetwork: "10.1.0.0/24" } });
	const asking = ask(network, a, settings);
	network.run(120000);
	const rows = [...askedRows(asking)];
	t.true(table(asking).includes("office: networks 10.1.0.0/24 to 10.2.0.0/24: refused (INVALID-ID-INFORMATION)"));
	t.true(table(asking).includes("office: networks 10.1.0.0/24 to 10.2.0.0/16: accepted"));
	const draft = settingsOf([settings]);
	askedEdit(asking, rows.find((row) => row.use.startsWith("n-"))!.use)!(draft);
	t.is(draft.peers[0]!.connections[0]!.remoteNetwork, "10.2.0.0/16");
	t.is(b.pairs.size, 0);
});

test("networks that the peer has asked for itself are tried first", (t) => {
	const { network, a, settings } = pair({ connectionB: { localNetwork: "172.16.5.0/28", remoteNetwork: "10.1.7.0/24" } });
	const asking = ask(network, a, settings, { wanted: [["10.1.7.0/24", "172.16.5.0/28"]] });
	network.run(120000);
	t.true(table(asking).includes("office: networks 10.1.7.0/24 to 172.16.5.0/28: accepted"));
});

test("a tunnel that is up is left alone: its SAs are the same afterwards, and other connections are asked about under its key tunnel", (t) => {
	const second = (name: string, changes: object) => connection({ name, order: 2, localNetwork: "10.1.1.0/24", remoteNetwork: "10.2.1.0/24", ...changes });
	const { network, a, b } = two({
		a: { connections: [connection(), second("phones", { pfs: 14 })] },
		b: { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" }), connection({ name: "phones", order: 2, localNetwork: "10.2.1.0/24", remoteNetwork: "10.1.1.0/24", pfs: 19 })] }
	});
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	const before = [[...a.pairs.keys()], [...b.pairs.keys()], a.sas().map((sa) => sa.id), b.sas().map((sa) => sa.id)];
	t.is(a.up.length, 1);
	const settings = peer("b", "10.0.0.1", "10.0.0.2", { connections: [connection(), second("phones", { pfs: 14 })] });
	const asking = ask(network, a, settings);
	// Beside it, the gateway's own try under the same key tunnel is refused, and told.
	network.run(1500);
	a.ike.initiate(network.now, "b", "phones");
	network.run(150000);
	t.deepEqual([[...a.pairs.keys()], [...b.pairs.keys()], a.sas().map((sa) => sa.id), b.sas().filter((sa) => sa.state === 9).map((sa) => sa.id)], before);
	t.is(a.problems.filter((problem) => problem.connection === "phones").length, 1);
	t.deepEqual(table(asking).filter((line) => line.includes("accepted") && !line.startsWith("main")), [
		"key and identities pre-shared key: accepted",
		"phones: networks 10.1.1.0/24 to 10.2.1.0/24: accepted",
		"phones: algorithms ESP AES-GCM-16-128 with PFS by ECP256: accepted",
		"phones: PFS ECP256: accepted"
	]);
	t.true(table(asking).includes("office: algorithms : not asked (it is up, and is not disturbed)"));
	t.true(table(asking).includes("main mode AES-CBC-128/SHA256/CURVE25519: accepted"));
	t.is(asking.end, "all was asked");
});

test("a tunnel whose key tunnel is gone gets no second one", (t) => {
	const { network, a, b, settings } = pair({});
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	a.ike.deleteIKESA(network.now, a.sas()[0]!.id);
	network.run(1000);
	const asking = ask(network, a, settings);
	network.run(120000);
	t.is(asking.keyState, KEY_UNTRIED);
	t.is(a.up.length, 1);
	t.is(b.up.length, 1);
	t.is(b.sas().filter((sa) => sa.state === 9).length, 0);
});

test("another key: algorithms are found all the same, and the key is said to be wrong once", (t) => {
	const { network, a, b, settings } = pair({ b: { preSharedKey: "another", phase1Proposals: [strong, weak] } });
	const asking = ask(network, a, settings);
	network.run(200000);
	t.is(asking.keyState, KEY_WRONG);
	t.regex(asking.keyText, /AUTHENTICATION-FAILED/);
	t.is(table(asking).filter((line) => line.includes("mode") && line.includes("accepted")).length, 2);
	t.is(network.sent.filter(({ sender, bytes }) => sender === "a" && bytes[18] === ExchangeType.MAIN && bytes[19] === 1 && bytes.length > 0).map(({ bytes }) => bytes.join()).filter((text, index, all) => all.indexOf(text) === index).length, 1,
		"one message 5");
	t.is(b.pairs.size, 0);
});

test("nobody there: a few offers, and it ends", (t) => {
	const { network, a, settings } = pair({});
	network.filter = ({ sender }) => sender !== "b";
	const asking = ask(network, a, settings);
	network.run(60000);
	t.is(asking.end, "it does not answer");
	t.is(asking.asked, 4);
	t.true(table(asking).every((line) => !line.includes("accepted")));
});

test("answers that are lost now and then are no refusals: the same question is repeated", (t) => {
	const { network, a, settings } = pair({ b: { phase1Proposals: [other] }, loss: 10, seed: 7 });
	const asking = ask(network, a, settings);
	network.run(300000);
	t.true(table(asking).includes("main mode AES-CBC-128/SHA512/ECP256: accepted"));
});

test("aggressive mode is asked about only when that is wanted, one group at a time", (t) => {
	const { network, a, b, settings } = pair({ b: { phase1Mode: "aggressive", phase1Proposals: [strong] } });
	const main = ask(network, a, settings);
	network.run(60000);
	t.is(network.sent.filter(({ bytes }) => bytes[18] === ExchangeType.AGGRESSIVE).length, 0);
	t.true(table(main).some((line) => line.includes("others: refused (UNSUPPORTED-EXCHANGE-TYPE)")));
	const asking = ask(network, a, settings, { aggressive: true });
	network.run(200000);
	t.true(table(asking).includes("aggressive mode AES-CBC-256/SHA256/CURVE25519: accepted"));
	t.is(asking.keyState, KEY_RIGHT);
	t.is(b.sas().length, 0);
	t.is(b.pairs.size, 0);
	const draft = settingsOf([settings]);
	askedEdit(asking, "1-aggressive-" + phase1Candidates.findIndex((each) => each.encryption === "aes-256-cbc" && each.hash === "sha256" && each.dhGroup === 31))!(draft);
	t.is(draft.peers[0]!.phase1Mode, "aggressive");
	t.deepEqual(draft.peers[0]!.phase1Proposals, [strong]);
});

test("the peer wants certificates: that is said", (t) => {
	const { network, a, settings } = pair({ b: { authentication: "certificate", phase1Proposals: [strong] } });
	const asking = ask(network, a, settings);
	network.run(120000);
	t.true(table(asking).includes("authentication certificate: accepted"));
});

test("stopped, it says no more, and closes what it had", (t) => {
	const { network, a, b, settings } = pair({});
	const asking = ask(network, a, settings);
	network.run(3000);
	t.is(b.sas().length, 1);
	asking.stop(network.now, "stopped by the administrator");
	network.run(1000);
	t.is(b.sas().length, 0);
	const sent = network.sent.length;
	network.run(60000);
	t.is(network.sent.length, sent);
	t.is(asking.pollAt(), undefined);
});

test("INITIAL-CONTACT is never sent, and the gateway's own first contact still says it", (t) => {
	const { network, a, b, settings } = pair({});
	ask(network, a, settings);
	network.run(120000);
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	t.is(a.up.length, 1);
	t.is(b.removed.filter((reason) => reason.includes("anew")).length, 0);
	t.true(b.lines.filter((line) => /main 5 received: ID HASH N/.test(line)).length === 1);
});

test("candidates: each once, the strong ones first", (t) => {
	t.is(new Set(phase1Candidates.map(({ encryption, hash, dhGroup }) => `${encryption} ${hash} ${dhGroup}`)).size, 4 * 5 * 11);
	t.is(new Set(phase2Candidates.map((each) => phase2Text(each))).size, 3 + 7 * 5 + 5);
	t.deepEqual(phase1Candidates[0], { encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 });
	t.deepEqual(phase2Candidates[0], { protocol: "esp", encryption: "aes-256-gcm-16" });
});
