// What other gateways try is kept: eight of them, whatever they send, and made into settings.
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { attemptEdit, attemptIdentity, attemptProposals, attemptRefusal, implementationText, offerTexts, vendorTexts } from "../../../modules/ike/ask/attempt.js";
import { phase1Text } from "../../../modules/ike/names.js";
import { packAttempt } from "../../../modules/ike/v1/attempt.js";
import { PayloadType } from "../../../modules/ike/v1/wire/constants.js";
import { ATTEMPT_SIZE, ATTEMPTS } from "../../../modules/limits.js";
import { Attempts } from "../../../modules/records/attempts.js";
import type { Attempt } from "../../../modules/records/types.js";
import type { Settings } from "../../../modules/settings/types.js";
import { validate } from "../../../modules/settings/validate.js";
import { peer, two, type Node } from "./network.js";

function attempts(node: Node): Attempt[] {
	return [...node.attempts.entries()];
}

function settings(): Settings {
	return { version: 1, peers: [] } as unknown as Settings;
}

test("a stranger's first message: what it offers, who it is, what it was answered and why", (t) => {
	const { network, a } = two({ a: { phase1Proposals: [{ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }, { encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }] } });
	const c = network.add("c", "10.0.0.9", [peer("a", "10.0.0.9", "10.0.0.77")]);
	a.ike.configure(network.now, [{ ...peer("c", "10.0.0.1", "10.0.0.9"), phase1Proposals: [{ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }, { encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }] }]);
	a.ike.initiate(network.now, "c", "office");
	network.run(500);
	const [attempt, ...more] = attempts(c) as [Attempt, ...Attempt[]];
	t.is(more.length, 0);
	t.is(attempt.address, parseAddress("10.0.0.1"));
	t.is(attempt.mode, "main");
	t.is(attempt.isKnown, false);
	t.deepEqual([...offerTexts(attempt)], ["3DES-CBC/MD5/MODP1024 by pre-shared key", "AES-CBC-128/SHA256/ECP256 by pre-shared key"]);
	t.is(attemptRefusal(attempt), "NO-PROPOSAL-CHOSEN");
	t.is(attempt.text, "no peer in the settings has this address");
	t.is(attemptIdentity(attempt), "");
	t.regex(vendorTexts(attempt), /NAT-T RFC 3947.*DPD/);
	// Made into a peer: switched off, the strong proposal alone.
	const made = attemptEdit(attempt, ["peer-10.0.0.1"])!;
	t.is(made.name, "peer-10.0.0.1-2");
	const draft = settings();
	made.edit(draft);
	t.deepEqual(draft.peers, [{
		name: "peer-10.0.0.1-2", enabled: false, remoteGateway: "10.0.0.1", phase1Mode: "main", authentication: "pre-shared key",
		phase1Proposals: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }], connections: []
	}]);
});

test("aggressive mode: the identity becomes the new peer's, and its name", (t) => {
	const { network, a, b } = two({ a: { phase1Mode: "aggressive", localId: { type: "fqdn", value: "<b>north</b>.example" } }, b: { phase1Mode: "aggressive", remoteId: { type: "fqdn", value: "other" } } });
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	const attempt = attempts(b)[0]!;
	t.is(attempt.mode, "aggressive");
	t.is(attempt.isKnown, true);
	t.is(attempt.peer, "a");
	t.is(attemptRefusal(attempt), "INVALID-ID-INFORMATION");
	t.is(attemptIdentity(attempt), "fqdn <b>north</b>.example");
	const made = attemptEdit(attempt, [])!;
	t.is(made.name, "peer-10.0.0.1");
	const draft = settings();
	made.edit(draft);
	t.is(draft.peers[0]!.remoteId, undefined, "the settings cannot have it");
	t.is(draft.peers[0]!.phase1Mode, "aggressive");
});

test("what became of one that was answered", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	t.is(attemptRefusal(attempts(b)[0]!), "");
	t.is(attempts(b)[0]!.text, "AES-CBC-128/SHA256/CURVE25519");
});

function table(): Attempts {
	return new Attempts(new ArrayBuffer(ATTEMPTS * ATTEMPT_SIZE));
}

const content = { offer: new Uint8Array(0), offered: 0, vendors: 0, implementation: 0, strangers: 0, identity: new Uint8Array(0) };

test("one entry for each address and mode; who sends often pushes nobody out", (t) => {
	const all = table();
	for (let i = 0; i < 4; i++)
		all.note(1000 + 1000 * i, { address: 100 + i, port: 500, mode: "main", isKnown: false });
	for (let i = 0; i < 500; i++)
		all.note(10000 + i, { address: 200, port: 500 + i, mode: i % 2 === 0 ? "main" : "aggressive", isKnown: false });
	const entries = [...all.entries()];
	t.is(entries.length, 6);
	t.deepEqual(entries.map(({ address, mode, count }) => `${address} ${mode} ${count}`).slice(2), ["103 main 1", "102 main 1", "101 main 1", "100 main 1"]);
	t.is(entries[0]!.address, 200);
	t.true(entries[0]!.count + entries[1]!.count > 350);
});

test("strangers from everywhere leave those of known peers alone, and cost little", (t) => {
	const all = table();
	for (let i = 0; i < 6; i++)
		all.note(1000 * i + 1, { address: 10 + i, port: 500, mode: "main", isKnown: true });
	let taken = 0;
	for (let i = 0; i < 10000; i++)
		if (all.note(10000 + i, { address: 1000 + i, port: 500, mode: "main", isKnown: false }) !== undefined)
			taken++;
	t.is(taken, 100, "one in a tenth of a second");
	t.is([...all.entries()].filter((each) => each.isKnown).length, 6);
	t.is([...all.entries()].length, ATTEMPTS);
	// And a known one finds a place among them.
	t.not(all.note(30000, { address: 99, port: 500, mode: "main", isKnown: true }), undefined);
	t.is([...all.entries()].filter((each) => each.isKnown).length, 7);
});

test("whatever is in a message, what is kept of it is bounded and printable", (t) => {
	const all = table();
	const { index } = all.note(1, { address: 1, port: 1, mode: "main", isKnown: false })!;
	all.describe(index, { ...content, offer: new Uint8Array(6 * 200).fill(255), offered: 200, identity: new Uint8Array(3000).fill(27), strangers: 1000, vendors: 0xffff, implementation: 255 });
	all.answer(index, "p\u001b[2J".repeat(40), 14, "\u202e<script>\u00e4".repeat(50));
	const attempt = all.at(index)!;
	t.is(attempt.offer.length, 34 * 6);
	t.is(attempt.identity.length, 100);
	t.true(attempt.text.length <= 128 && attempt.peer.length <= 32);
	t.regex(attempt.text + attempt.peer, /^[\x20-\x7e]+$/);
	t.is([...offerTexts(attempt)].length, 35);
	t.is(implementationText(attempt), "");
	t.regex(attemptIdentity(attempt), /^[\x20-\x7e]*$/);
	t.is(attemptEdit(attempt, []), undefined);
	t.is(all.at(8), undefined);
	t.is(all.at(-1), undefined);
	t.is(all.use().used, 1);
});

test("payloads that are none: packed as far as they go", (t) => {
	const packed = packAttempt([{ type: PayloadType.SA, body: new Uint8Array(3) }, { type: PayloadType.VENDOR, body: new Uint8Array(0) }, { type: PayloadType.VENDOR, body: Uint8Array.of(0x4f, 0x45, 1, 2) }]);
	t.is(packed.offer.length, 0);
	t.is(implementationText(packed), "libreswan or Openswan");
	t.is(vendorTexts(packed), "one other");
});

test("only weak proposals: those are taken, and only then", (t) => {
	const { network, a } = two();
	const c = network.add("c", "10.0.0.9", []);
	a.ike.configure(network.now, [{ ...peer("c", "10.0.0.1", "10.0.0.9"), phase1Proposals: [{ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }, { encryption: "aes-128-cbc", hash: "sha1", dhGroup: 2 }] }]);
	a.ike.initiate(network.now, "c", "office");
	network.run(500);
	t.deepEqual(attemptProposals(attempts(c)[0]!).map(phase1Text), ["AES-CBC-128/SHA1/MODP1024", "3DES-CBC/MD5/MODP1024"]);
});

test("what the settings cannot have as an identity becomes none: the peer can be made, and is given one by hand", (t) => {
	const all = table();
	const made = (identity: Uint8Array) => {
		const { index } = all.note(1, { address: 0x0a000009, port: 500, mode: "aggressive", isKnown: true })!;
		all.describe(index, { ...packAttempt([]), offer: Uint8Array.of(7, 16, 4, 14, 0, 1), offered: 1, identity });
		const { name, edit } = attemptEdit(all.at(index)!, [])!;
		const draft = { version: 1, gateway: { name: "g", wanAddress: "10.0.0.1", lanAddress: "10.1.0.1/24", admin: { user: "admin", password: "correct horse battery" } }, peers: [] } as unknown as Settings;
		edit(draft);
		draft.peers[0]!.preSharedKey = "a key, long enough for anybody";
		const { faults } = validate(draft);
		return [name, draft.peers[0]!.remoteId?.value, faults.map(({ path, text }) => `${path}: ${text}`).join()];
	};
	const id = (type: number, text: string) => Uint8Array.of(type, 0, 0, 0, ...new Uint8Array(ArrayBuffer.fromString(text)));
	t.deepEqual(made(id(2, "branch.example")), ["branch", "branch.example", ""]);
	t.deepEqual(made(id(2, "branch:1")), ["peer-10.0.0.9", undefined, ""]);
	t.deepEqual(made(id(3, "office")), ["peer-10.0.0.9", undefined, ""]);
	t.deepEqual(made(id(3, "o'neil+vpn@example.org")), ["oneilvpn", "o'neil+vpn@example.org", ""]);
	t.deepEqual(made(Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255)), ["peer-10.0.0.9", undefined, ""]);
	// Of a key ID the settings can say every byte, and one that begins like bytes is not taken for them.
	t.deepEqual(made(id(11, "group")), ["peer-10.0.0.9", "group", ""]);
	t.deepEqual(made(id(11, "0xyz")), ["peer-10.0.0.9", "0x3078797a", ""]);
	t.deepEqual(made(Uint8Array.of(11, 0, 0, 0, 0, 200)), ["peer-10.0.0.9", "0x00c8", ""]);
	// Only its beginning is kept.
	const long = `${"a".repeat(60)}.${"b".repeat(50)}.example`;
	t.is(made(id(2, long))[1], undefined);
	t.is(made(id(2, long.slice(0, 96)))[1], long.slice(0, 96));
});

test("a peer's name is kept as it is, whatever its script, and what became of its negotiation is told", (t) => {
	const all = table();
	for (const name of ["Z\u00fcrich", "\u6771".repeat(10)]) {
		const { index } = all.note(1, { address: 1, port: 500, mode: "main", isKnown: true })!;
		all.answer(index, name, 0, "is being answered");
		all.ended(name, "main", "came up");
		t.deepEqual([all.at(index)!.peer, all.at(index)!.text], [name, "came up"]);
	}
});
