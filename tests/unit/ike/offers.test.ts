/** Proposals as real peers make them, and what is chosen. */
import test from "ava";
import { choosePhase1, acceptPhase1, offerPhase1 } from "../../../modules/ike/v1/phase1offers.js";
import { acceptPhase2, allowsGroup, answerPhase2, choosePhase2, offerPhase2, type Phase2Choice } from "../../../modules/ike/v1/phase2offers.js";
import { emitPhase1 } from "../../../modules/ike/v1/wire/phase1.js";
import { emitPhase2, type Phase2Offer } from "../../../modules/ike/v1/wire/phase2.js";
import { parseHex, formatHex } from "../../../modules/ike/v1/wire/bytes.js";
import { emitSA, parseSA, type Proposal, type Transform } from "../../../modules/ike/v1/wire/sa.js";
import type { PeerSettings, Phase2Proposal } from "../../../modules/settings/types.js";
import { connection, mismatch, peer, two } from "./network.js";

const aes128 = { encryption: 7, keyLength: 128, hash: 2, group: 14, authentication: 1, seconds: 3600, kilobytes: 0 };

function settings(...proposals: PeerSettings["phase1Proposals"]): PeerSettings {
	return peer("b", "10.0.0.1", "10.0.0.2", { phase1Proposals: proposals });
}

function phase1(...attributes: Uint8Array[]): Proposal[] {
	return [{ number: 1, protocol: 1, spi: new Uint8Array(0), transforms: attributes.map((each, index) => ({ number: index + 3, id: 1, attributes: each })) }];
}

/** A proposal of ESP transforms. */
function esp(number: number, ...transforms: [id: number, fields: Partial<Phase2Offer>][]): Proposal {
	return {
		number, protocol: 3, spi: Uint8Array.of(1, 2, 3, number),
		transforms: transforms.map(([id, fields], index): Transform => ({
			number: index + 1, id, attributes: emitPhase2({ encapsulation: 1, authentication: 0, group: 0, keyLength: 0, seconds: 0, kilobytes: 0, extendedSequence: 0, ...fields })
		}))
	};
}

const native = { encapsulation: false, anyGroup: () => false, anySequence: true };
const gcm: Phase2Proposal = { protocol: "esp", encryption: "aes-128-gcm-16" };
const cbc: Phase2Proposal = { protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha1-96" };

function chosen(choice: ReturnType<typeof choosePhase2>): Phase2Choice {
	if (!("proposal" in choice))
		throw new Error(choice.cause);
	return choice;
}

test("T13 ours first, whatever the order of theirs", (t) => {
	const own = settings({ encryption: "aes-256-cbc", hash: "sha1", dhGroup: 14 }, { encryption: "aes-128-cbc", hash: "sha1", dhGroup: 14 });
	const choice = choosePhase1(own, phase1(emitPhase1(aes128), emitPhase1({ ...aes128, keyLength: 256 })));
	t.true("proposal" in choice && choice.proposal.encryption === "aes-256-cbc");
	const second = chosen(choosePhase2(connection({ phase2Proposals: [gcm, cbc] }), [esp(1, [12, { keyLength: 128, authentication: 2 }]), esp(2, [20, { keyLength: 128 }])], native));
	t.is(second.proposal, gcm);
	t.is(second.answer[0]!.number, 2);
});

test("T06 the transform goes back unchanged, with its numbers and its lifetime, and the shorter lifetime rules us", (t) => {
	const attributes = emitPhase1({ ...aes128, seconds: 86400 });
	const choice = choosePhase1(settings({ encryption: "aes-128-cbc", hash: "sha1", dhGroup: 14 }), phase1(emitPhase1({ ...aes128, hash: 1 }), attributes));
	t.true("proposal" in choice);
	if ("proposal" in choice) {
		const answer = parseSA(choice.answer) as Proposal[];
		t.is(answer.length, 1);
		t.is(answer[0]!.transforms.length, 1);
		t.is(answer[0]!.transforms[0]!.number, 4);
		t.is(formatHex(answer[0]!.transforms[0]!.attributes), formatHex(attributes));
		t.is(choice.seconds, 86400);
	}
	const offered = esp(7, [20, { keyLength: 128, seconds: 100000, kilobytes: 70000 }]);
	const second = chosen(choosePhase2(connection(), [offered], native));
	t.is(second.seconds, 100000);
	t.is(second.kilobytes, 70000);
	const back = (parseSA(answerPhase2(second, 0x1234)) as Proposal[])[0]!;
	t.is(back.number, 7);
	t.is(formatHex(back.spi), "00001234");
	t.is(formatHex(back.transforms[0]!.attributes), formatHex(offered.transforms[0]!.attributes));
});

test("T06 lifetimes of phase 1 that differ: the shorter rules both", (t) => {
	for (const [own, other] of [[600, 90000], [90000, 600]] as const) {
		const { network, a, b } = two({ a: { phase1Lifetime: own }, b: { phase1Lifetime: other } });
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		// The responder returns the initiator's transform, and says afterwards what is shorter.
		t.is(b.sas()[0]!.lifetime, 600);
		t.is(a.sas()[0]!.lifetime, 600);
	}
});

test("T06 a unit that may only answer keeps an IKE SA for as long as the peer wants it, up to a day: it cannot renew it, and some close their tunnels with it", (t) => {
	for (const [b, wanted, kept] of [
		[{ actAs: "responder", phase1Lifetime: 600 }, 3600, 3600],
		[{ actAs: "responder", remoteGateway: "0.0.0.0", phase1Lifetime: 600 }, 90000, 86400],
		[{ actAs: "responder", phase1Lifetime: 600 }, 300, 300],
		[{ actAs: "responder", phase1Lifetime: 100000 }, 200000, 100000],
		[{ phase1Lifetime: 600 }, 3600, 600]
	] as const) {
		const { network, a, b: answering } = two({ a: { phase1Lifetime: wanted }, b });
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.is(answering.sas()[0]!.lifetime, kept);
	}
});

test("T07 durations as variable attributes of any length, several pairs", (t) => {
	// Seconds in four bytes and kilobytes in eight.
	const attributes = parseHex("80010007800e0080" + "80020002" + "80030001" + "8004000e" + "800b0001000c000400015180" + "800b0002000c00080000000000010000");
	const choice = choosePhase1(settings({ encryption: "aes-128-cbc", hash: "sha1", dhGroup: 14 }), phase1(attributes));
	t.true("proposal" in choice && choice.seconds === 86400);
});

test("T08 AES without a key length means 128 bits, in both phases; and goes back without one", (t) => {
	const bare = emitPhase1({ ...aes128, keyLength: 0 });
	const choice = choosePhase1(settings({ encryption: "aes-128-cbc", hash: "sha1", dhGroup: 14 }), phase1(bare));
	t.true("proposal" in choice && formatHex((parseSA(choice.answer) as Proposal[])[0]!.transforms[0]!.attributes) === formatHex(bare));
	t.false("proposal" in choosePhase1(settings({ encryption: "aes-256-cbc", hash: "sha1", dhGroup: 14 }), phase1(bare)));
	t.is(chosen(choosePhase2(connection({ phase2Proposals: [cbc] }), [esp(1, [12, { authentication: 2 }])], native)).proposal, cbc);
	t.is(chosen(choosePhase2(connection({ phase2Proposals: [gcm] }), [esp(1, [20, {}])], native)).proposal, gcm);
	t.false("proposal" in choosePhase2(connection({ phase2Proposals: [{ protocol: "esp", encryption: "aes-256-gcm-16" }] }), [esp(1, [20, {}])], native));
});

test("T12 a PFS group where we want none is taken if it is one that we allow; none or another where we want one is refused", (t) => {
	const own = settings({ encryption: "aes-128-cbc", hash: "sha1", dhGroup: 5 });
	const terms = { encapsulation: false, anyGroup: (group: number) => allowsGroup(own, group), anySequence: true };
	const offer = (group: number) => [esp(1, [20, { keyLength: 128, group }])];
	t.is(chosen(choosePhase2(connection(), offer(14), terms)).group, 14);
	// Weak, but the settings use it in phase 1.
	t.is(chosen(choosePhase2(connection(), offer(5), terms)).group, 5);
	for (const [pfs, group] of [["off", 2], ["off", 1], ["off", 77], [14, 0], [14, 19]] as const) {
		const choice = choosePhase2(connection({ pfs }), offer(group), terms);
		t.true("cause" in choice && choice.cause === "pfs-mismatch");
	}
});

test("T12 both ends: PFS asked for where none is wanted comes up with PFS", (t) => {
	const { network, a, b } = two({ connectionA: { pfs: 31 } });
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	t.true(b.lines.some((line) => line.includes("with PFS by CURVE25519")));
});

test("T09 T10 hosts: a /32 network goes as one address; IDs that are left out mean the gateways", (t) => {
	const { network, a, b } = two({
		connectionA: { localNetwork: "10.0.0.1/32", remoteNetwork: "10.0.0.2/32" }, connectionB: { localNetwork: "10.0.0.2/32", remoteNetwork: "10.0.0.1/32" }
	});
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	t.is(b.up[0]!.child.local.first, 0x0a000002);
});

test("T09 protocol and port selectors", (t) => {
	const { network, a, b } = two({ connectionA: { ipProtocol: 6, remotePort: 443 }, connectionB: { ipProtocol: 6, localPort: 443 } });
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(b.up[0]?.child.local.port, 443);
	t.is(b.up[0]?.child.remote.port, 0);
	t.is(b.up[0]?.child.ipProtocol, 6);
	const other = two({ connectionA: { ipProtocol: 6, remotePort: 443 }, connectionB: { ipProtocol: 17, localPort: 443 } });
	other.a.ike.initiate(0, "b", "office");
	other.network.run(3000);
	t.deepEqual(other.b.causes, ["network-mismatch"]);
});

test("F09 offers without key material, with the SPI of no SA, of other protocols, bundles, transport mode, wrong encapsulation", (t) => {
	const nothing = connection({ phase2Proposals: [{ protocol: "esp", encryption: "null", authentication: "hmac-sha1-96" }] });
	const cause = (choice: ReturnType<typeof choosePhase2>): string => "cause" in choice ? choice.cause : "";
	t.is(cause(choosePhase2(nothing, [esp(1, [11, {}])], native)), "phase2-algorithm-mismatch");
	const zero = { ...esp(1, [20, { keyLength: 128 }]), spi: new Uint8Array(4) };
	t.is(cause(choosePhase2(connection(), [zero], native)), "phase2-protocol-mismatch");
	const ah: Proposal = { ...esp(1, [3, { authentication: 2 }]), protocol: 2 };
	t.is(cause(choosePhase2(connection(), [ah], native)), "phase2-protocol-mismatch");
	t.is(cause(choosePhase2(connection(), [ah, esp(1, [20, { keyLength: 128 }])], native)), "phase2-protocol-mismatch");
	t.is(chosen(choosePhase2(connection(), [ah, esp(2, [20, { keyLength: 128 }])], native)).answer[0]!.number, 2);
	for (const [encapsulation, expected] of [[2, "phase2-protocol-mismatch"], [3, "phase2-protocol-mismatch"], [4, "phase2-protocol-mismatch"]] as const)
		t.is(cause(choosePhase2(connection(), [esp(1, [20, { keyLength: 128, encapsulation }])], native)), expected);
	t.is(chosen(choosePhase2(connection(), [esp(1, [20, { keyLength: 128, encapsulation: 3 }])], { ...native, encapsulation: true })).spi, 0x01020301);
});

test("what is offered is accepted when it comes back, one transform at a time, and nothing else is", (t) => {
	const own = settings({ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 21 }, { encryption: "3des-cbc", hash: "md5", dhGroup: 2 });
	const [offer] = parseSA(offerPhase1(own)) as Proposal[];
	t.is(offer!.transforms.length, 2);
	t.is(acceptPhase1(own, [offer!]), undefined);
	offer!.transforms.forEach((transform, index) => t.is(acceptPhase1(own, [{ ...offer!, transforms: [transform] }])?.proposal, own.phase1Proposals[index]));
	t.is(acceptPhase1(own, phase1(emitPhase1(aes128))), undefined);
	const all: Phase2Proposal[] = [
		...(["aes-128-gcm-16", "aes-192-gcm-16", "aes-256-gcm-16"] as const).map((encryption) => ({ protocol: "esp" as const, encryption })),
		...(["3des-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-ctr", "aes-256-ctr", "null"] as const).map((encryption) => ({ protocol: "esp" as const, encryption, authentication: "hmac-sha256-128" as const }))
	];
	const wide = connection({ phase2Proposals: all, pfs: 19 });
	for (const encapsulation of [false, true]) {
		const [second] = parseSA(offerPhase2(wide, 0x12345678, encapsulation)) as Proposal[];
		t.is(second!.transforms.length, all.length);
		second!.transforms.forEach((transform, index) => {
			const answer = [{ ...second!, transforms: [transform] }];
			t.is(acceptPhase2(wide, answer, encapsulation)?.proposal, all[index]);
			t.is(acceptPhase2(wide, answer, !encapsulation), undefined);
			t.is(acceptPhase2({ ...wide, pfs: "off" }, answer, encapsulation), undefined);
		});
	}
	t.is(formatHex(emitSA([offer!])), formatHex(offerPhase1(own)));
});

test("authentication-method-mismatch: the algorithms fit, the method does not", (t) => {
	const own = settings({ encryption: "aes-128-cbc", hash: "sha1", dhGroup: 14 });
	const choice = choosePhase1(own, phase1(emitPhase1({ ...aes128, authentication: 3 })));
	t.true("cause" in choice && choice.cause === "authentication-method-mismatch" && choice.offered[0] === "AES-CBC-128/SHA1/MODP2048 by RSA signatures");
	// T26: XAUTH is another method.
	const xauth = choosePhase1(own, phase1(emitPhase1({ ...aes128, authentication: 65001 })));
	t.true("cause" in xauth && xauth.cause === "authentication-method-mismatch");
});

for (const [encryption, authentication] of [
	["3des-cbc", "hmac-md5-96"], ["aes-192-cbc", "hmac-sha1-96"], ["aes-256-cbc", "hmac-sha512-256"], ["aes-256-gcm-16", undefined], ["aes-128-ctr", "hmac-sha384-192"], ["null", "hmac-sha256-128"]
] as const)
	test(`keys at both ends for ${encryption} ${authentication ?? ""}`, (t) => {
		const phase2Proposals: Phase2Proposal[] = [{ protocol: "esp", encryption, ...(authentication ? { authentication } : {}) }];
		const hash = authentication === "hmac-md5-96" ? "md5" : "sha384";
		const phase1Proposals: PeerSettings["phase1Proposals"] = [{ encryption: encryption === "3des-cbc" ? "3des-cbc" : "aes-256-cbc", hash, dhGroup: 19 }];
		const { network, a, b } = two({ a: { phase1Proposals }, b: { phase1Proposals }, connectionA: { phase2Proposals }, connectionB: { phase2Proposals } });
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.is(a.up.length, 1);
		t.is(mismatch({ a, b }), "");
	});
