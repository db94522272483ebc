/** AH, AH around ESP, transport mode, sequence numbers of 64 bits: what is offered, chosen, and keyed; quick modes of each at both ends. */
import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { AuthenticationName, EncryptionName } from "../../../modules/crypto/types.js";
import { concat, uint32 } from "../../../modules/ike/bytes.js";
import { PRF } from "../../../modules/ike/prf.js";
import { authenticationKey, keyMaterial } from "../../../modules/ike/v1/keys.js";
import { acceptPhase2, answerPhase2, choosePhase2, describePhase2, hasOffer, offerPhase2, type Phase2Choice } from "../../../modules/ike/v1/phase2offers.js";
import { formatHex } from "../../../modules/ike/v1/wire/bytes.js";
import { isFault } from "../../../modules/ike/v1/wire/fault.js";
import { emitPhase2, parsePhase2, type Phase2Offer } from "../../../modules/ike/v1/wire/phase2.js";
import { parseSA, proposalSPI, type Proposal } from "../../../modules/ike/v1/wire/sa.js";
import type { ConnectionSettings, Phase2Proposal } from "../../../modules/settings/types.js";
import { connection, mismatch, two, type TwoOptions } from "./network.js";

const AH = 2;
const ESP = 3;
const native = { encapsulation: false, anyGroup: () => false, anySequence: true };
const hmacs: readonly (readonly [AuthenticationName, number, number])[] = [
	["hmac-md5-96", 2, 1], ["hmac-sha1-96", 3, 2], ["hmac-sha256-128", 5, 5], ["hmac-sha384-192", 6, 6], ["hmac-sha512-256", 7, 7]
];
const ah: Phase2Proposal = { protocol: "ah", authentication: "hmac-sha1-96" };
const gcm: Phase2Proposal = { protocol: "esp", encryption: "aes-128-gcm-16" };
const bundle: Phase2Proposal = { protocol: "ah+esp", encryption: "3des-cbc", authentication: "hmac-md5-96" };

function offered(changes: Partial<ConnectionSettings>, encapsulation = false): Proposal[] {
	const proposals = parseSA(offerPhase2(connection(changes), 0x12345678, encapsulation));
	if (isFault(proposals))
		throw new Error(proposals.fault);
	return proposals;
}

function fields(transform: { readonly attributes: Uint8Array }): Exclude<ReturnType<typeof parsePhase2>, { fault: string }> {
	return parsePhase2(transform.attributes) as Exclude<ReturnType<typeof parsePhase2>, { fault: string }>;
}

/** A proposal as a peer may make it. */
function proposal(number: number, protocol: number, spi: number, ...transforms: [id: number, changes: Partial<Phase2Offer>][]): Proposal {
	return {
		number, protocol, spi: uint32(spi),
		transforms: transforms.map(([id, changes], index) => ({
			number: index + 1, id,
			attributes: emitPhase2({ encapsulation: 1, authentication: 0, group: 0, keyLength: 0, seconds: 0, kilobytes: 0, extendedSequence: 0, ...changes })
		}))
	};
}

function chosen(choice: ReturnType<typeof choosePhase2>): Phase2Choice {
	if (!("proposal" in choice))
		throw new Error(choice.cause);
	return choice;
}

function cause(choice: ReturnType<typeof choosePhase2>): string {
	return "cause" in choice ? choice.cause : "";
}

test("AH is offered by its transform and its algorithm, for every HMAC", (t) => {
	for (const [authentication, id, algorithm] of hmacs) {
		const own: Phase2Proposal = { protocol: "ah", authentication };
		const list = offered({ phase2Proposals: [own] });
		t.is(list.length, 1);
		t.is(list[0]!.protocol, AH);
		t.is(list[0]!.transforms[0]!.id, id);
		t.is(fields(list[0]!.transforms[0]!).authentication, algorithm);
		t.is(fields(list[0]!.transforms[0]!).encapsulation, 1);
		t.is(acceptPhase2(connection({ phase2Proposals: [own] }), list, false)?.proposal, own);
		t.deepEqual(describePhase2(list), [`AH ${authentication.toUpperCase()}`]);
	}
});

test("proposals of one protocol that follow one another have one number, others their own, in their order", (t) => {
	const list = offered({ phase2Proposals: [gcm, { protocol: "esp", encryption: "null", authentication: "hmac-sha1-96" }, ah, bundle, bundle, gcm] });
	t.deepEqual(list.map(({ number, protocol, transforms }) => [number, protocol, transforms.length]),
		[[1, ESP, 2], [2, AH, 1], [3, AH, 1], [3, ESP, 1], [4, AH, 1], [4, ESP, 1], [5, ESP, 1]]);
	t.true(list.every((each) => proposalSPI(each) === 0x12345678));
});

test("AH around ESP: two protocols under one number, each with its SPI; both come back", (t) => {
	for (const espAuthentication of [undefined, "hmac-sha256-128"] as const) {
		const own: Phase2Proposal = { ...bundle, ...(espAuthentication ? { espAuthentication } : {}) };
		const settings = connection({ phase2Proposals: [own] });
		const list = offered({ phase2Proposals: [own] });
		t.is(fields(list[1]!.transforms[0]!).authentication, espAuthentication === undefined ? 0 : 5);
		for (const order of [list, [...list].reverse()]) {
			const theirs = order.map((each) => ({ ...each, number: 7, spi: uint32(each.protocol === AH ? 0xaaaa : 0xeeee) }));
			const choice = chosen(choosePhase2(settings, theirs, native));
			t.is(choice.spi, 0xeeee);
			t.is(choice.ahSPI, 0xaaaa);
			const answer = parseSA(answerPhase2(choice, 0x5555)) as Proposal[];
			t.deepEqual(answer.map((each) => [each.number, each.protocol, proposalSPI(each)]), order.map((each) => [7, each.protocol, 0x5555]));
			t.deepEqual(answer.map((each) => formatHex(each.transforms[0]!.attributes)), order.map((each) => formatHex(each.transforms[0]!.attributes)));
			t.is(acceptPhase2(settings, answer, false)?.proposal, own);
		}
		// one of two is no answer, nor are they under two numbers
		t.is(acceptPhase2(settings, [list[0]!], false), undefined);
		t.is(acceptPhase2(settings, [list[0]!, { ...list[1]!, number: 2 }], false), undefined);
	}
});

test("T06 T07 T08 AH around ESP: lifetimes of both, the shorter rules; AES without a length; the transforms that go together", (t) => {
	const own: Phase2Proposal = { protocol: "ah+esp", encryption: "aes-128-cbc", authentication: "hmac-sha1-96" };
	const settings = connection({ phase2Proposals: [own], pfs: "off" });
	const terms = { ...native, anyGroup: (group: number) => group === 14 };
	const theirs = [
		proposal(1, AH, 0x1000, [2, { authentication: 1, group: 14 }], [3, { authentication: 2 }], [3, { authentication: 2, group: 14, seconds: 100000, kilobytes: 70000 }]),
		proposal(1, ESP, 0x2000, [3, { group: 14 }], [12, { group: 14, seconds: 70000, kilobytes: 90000 }])
	];
	const choice = chosen(choosePhase2(settings, theirs, terms));
	t.is(choice.seconds, 70000);
	t.is(choice.kilobytes, 70000);
	t.is(choice.group, 14);
	t.deepEqual(choice.answer.map((each) => each.transforms.map((transform) => transform.number)), [[3], [2]]);
	// "transport" of the AH around a tunnel is the same packet; the reverse, and another group, are not
	const esp = proposal(1, ESP, 0x2000, [12, { keyLength: 128 }]);
	t.is(cause(choosePhase2(settings, [proposal(1, AH, 0x1000, [3, { authentication: 2, encapsulation: 2 }]), esp], native)), "");
	t.is(cause(choosePhase2({ ...settings, mode: "transport" }, [proposal(1, AH, 0x1000, [3, { authentication: 2, encapsulation: 1 }]), proposal(1, ESP, 0x2000, [12, { encapsulation: 2 }])], native)), "phase2-algorithm-mismatch");
	t.is(cause(choosePhase2(settings, [proposal(1, AH, 0x1000, [3, { authentication: 2, group: 14 }]), esp], terms)), "phase2-algorithm-mismatch");
});

test("phase2-protocol-mismatch: each protocol against the others, and what is no bundle; transport against tunnel mode", (t) => {
	const ofAH = proposal(1, AH, 0x1000, [3, { authentication: 2 }]);
	const ofESP = proposal(1, ESP, 0x2000, [3, {}]);
	const offers: readonly (readonly [string, Proposal[]])[] = [
		["ah", [ofAH]], ["esp", [proposal(1, ESP, 0x2000, [20, { keyLength: 128 }])]], ["ah+esp", [proposal(1, AH, 0x1000, [2, { authentication: 1 }]), ofESP]],
		["both apart", [ofAH, { ...ofESP, number: 2 }]], ["twice AH", [ofAH, ofAH]], ["with IPCOMP", [ofAH, ofESP, { ...ofESP, protocol: 4 }]],
		["no SPI", [ofAH, { ...ofESP, spi: new Uint8Array(4) }]]
	];
	for (const [name, own] of [["esp", gcm], ["ah", ah], ["ah+esp", bundle]] as const)
		for (const [other, offer] of offers) {
			const choice = choosePhase2(connection({ phase2Proposals: [own] }), offer, native);
			const expected = name === other || (name === "ah" && other === "both apart") ? "" : name === "esp" && other === "both apart" ? "phase2-algorithm-mismatch" : "phase2-protocol-mismatch";
			t.is(cause(choice), expected, `${name} and ${other}`);
		}
	t.is(cause(choosePhase2(connection({ phase2Proposals: [ah] }), [proposal(1, AH, 0x1000, [2, { authentication: 1 }])], native)), "phase2-algorithm-mismatch");
	// a transform without, or with another, algorithm is none
	t.is(cause(choosePhase2(connection({ phase2Proposals: [ah] }), [proposal(1, AH, 0x1000, [3, {}])], native)), "phase2-algorithm-mismatch");
	for (const [mode, encapsulation] of [["transport", 1], ["tunnel", 2], ["tunnel", 4]] as const) {
		const choice = choosePhase2(connection({ mode }), [proposal(1, ESP, 0x2000, [20, { keyLength: 128, encapsulation }])], native);
		t.is(cause(choice), "phase2-protocol-mismatch");
	}
	t.is(cause(choosePhase2(connection({ mode: "transport" }), [proposal(1, ESP, 0x2000, [20, { keyLength: 128, encapsulation: 2 }])], native)), "");
	for (const encapsulation of [4, 61444])
		t.is(cause(choosePhase2(connection({ mode: "transport" }), [proposal(1, ESP, 0x2000, [20, { keyLength: 128, encapsulation }])], { ...native, encapsulation: true })), "");
});

test("in UDP there is no AH: only ESP is offered, and taken", (t) => {
	t.deepEqual(offered({ phase2Proposals: [ah, bundle, gcm] }, true).map(({ number, protocol }) => [number, protocol]), [[1, ESP]]);
	t.true(hasOffer(connection({ phase2Proposals: [ah, gcm] }), true));
	t.false(hasOffer(connection({ phase2Proposals: [ah, bundle] }), true));
	t.true(hasOffer(connection({ phase2Proposals: [ah, bundle] }), false));
	t.is(cause(choosePhase2(connection({ phase2Proposals: [ah] }), [proposal(1, AH, 0x1000, [3, { authentication: 2 }])], { ...native, encapsulation: true })), "phase2-protocol-mismatch");
});

test("64-bit sequence numbers: offered where the settings say so, taken of any initiator, and back as offered", (t) => {
	const with64 = connection({ extendedSequenceNumbers: true });
	const without = connection();
	const [offer] = offered({ extendedSequenceNumbers: true });
	t.is(fields(offer!.transforms[0]!).extendedSequence, 1);
	t.is(fields(offered({})[0]!.transforms[0]!).extendedSequence, 0);
	for (const own of [with64, without]) {
		t.true(chosen(choosePhase2(own, [offer!], native)).extendedSequence);
		t.false(chosen(choosePhase2(own, offered({}), native)).extendedSequence);
	}
	t.true(acceptPhase2(with64, [offer!], false)!.extendedSequence);
	t.is(acceptPhase2(without, [offer!], false), undefined);
	t.is(acceptPhase2(with64, offered({}), false), undefined);
});

test("KEYMAT of AH: protocol 2, its own SPI, as long as its HMAC's key", (t) => {
	const crypto = new Accelerator();
	const bytes = (size: number, from: number) => new Uint8Array(size).map((_, i) => from + i);
	const source = { d: bytes(20, 1), secret: bytes(32, 40), protocol: AH, spi: 0xcafe0001, ni: bytes(16, 80), nr: bytes(16, 120) };
	const prf = new PRF(crypto, "sha1");
	const tail = concat(source.secret, Uint8Array.of(2), uint32(source.spi), source.ni, source.nr);
	const first = crypto.hmac("sha1", source.d, tail);
	const second = crypto.hmac("sha1", source.d, concat(first, tail));
	const third = crypto.hmac("sha1", source.d, concat(second, tail));
	const fourth = crypto.hmac("sha1", source.d, concat(third, tail));
	const whole = formatHex(concat(first, second, third, fourth));
	for (const [authentication, size] of [["hmac-md5-96", 16], ["hmac-sha1-96", 20], ["hmac-sha256-128", 32], ["hmac-sha384-192", 48], ["hmac-sha512-256", 64]] as const)
		t.is(formatHex(authenticationKey(prf, source, authentication)), whole.slice(0, 2 * size));
	t.not(formatHex(keyMaterial(prf, { ...source, protocol: ESP }, "null", "hmac-sha1-96").authentication), whole.slice(0, 40));
});

const gateways: TwoOptions = {
	connectionA: { localNetwork: "10.0.0.1/32", remoteNetwork: "10.0.0.2/32", mode: "transport" }, connectionB: { localNetwork: "10.0.0.2/32", remoteNetwork: "10.0.0.1/32", mode: "transport" }
};

function merged(options: TwoOptions, changes: Partial<ConnectionSettings>): TwoOptions {
	return { ...options, connectionA: { ...options.connectionA, ...changes }, connectionB: { ...options.connectionB, ...changes } };
}

const each: readonly (readonly [string, Phase2Proposal])[] = [
	["ESP", gcm],
	...hmacs.map(([authentication]) => [`AH ${authentication}`, { protocol: "ah" as const, authentication }] as const),
	...(["3des-cbc", "aes-256-cbc", "aes-128-gcm-16"] as EncryptionName[]).map((encryption) => [`AH+ESP ${encryption}`, { protocol: "ah+esp" as const, encryption, authentication: "hmac-sha256-128" as const }] as const),
	["AH+ESP aes-128-ctr", { protocol: "ah+esp", encryption: "aes-128-ctr", authentication: "hmac-sha512-256", espAuthentication: "hmac-md5-96" }],
	["AH+ESP null", { protocol: "ah+esp", encryption: "null", authentication: "hmac-md5-96", espAuthentication: "hmac-sha1-96" }]
];

for (const [name, own] of each)
	for (const [mode, options] of [["tunnel", {}], ["transport", gateways]] as const)
		for (const initiator of ["a", "b"] as const)
			test(`quick mode: ${name} in ${mode} mode, ${initiator} begins; renewed; deleted`, (t) => {
				const made = two(merged(options, { phase2Proposals: [own], extendedSequenceNumbers: initiator === "b", pfs: initiator === "b" ? 31 : "off" }));
				const { network, a, b } = made;
				const [from, to] = initiator === "a" ? [a, b] : [b, a];
				from.ike.initiate(network.now, to.name, "office");
				network.run(3000);
				t.is(a.up.length, 1);
				t.is(mismatch(made), "");
				const { child } = from.up[0]!;
				t.is(child.protocol, own.protocol);
				t.is(child.mode, mode);
				t.is(child.extendedSequence, initiator === "b");
				t.is(child.ahAuthentication, own.protocol === "esp" ? undefined : own.authentication);
				t.is(child.encryption, own.protocol === "ah" ? undefined : own.encryption);
				t.is(child.outboundAHSPI !== 0, own.protocol === "ah+esp");
				// the key of each protocol and direction is another
				const keys = [child.inboundKeys, child.outboundKeys].flatMap(({ ah: key, authentication, encryption }) => [key, authentication, encryption]).filter((key) => key !== undefined && key.length > 0);
				t.true(keys.length >= 2);
				from.ike.renew(network.now, child.inboundSPI);
				network.run(3000);
				t.is(a.up.length, 2);
				t.is(mismatch(made), "");
				for (const pair of from.up)
					from.deletePair(pair.child.inboundSPI);
				network.run(1000);
				t.is(to.pairs.size, 0);
				t.false(to.lines.some((line) => line.includes("which there is not")));
			});

test("T10 transport mode without client IDs: the gateways themselves, their addresses in the SA", (t) => {
	const { network, a, b } = two(gateways);
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
	for (const node of [a, b]) {
		const { local, remote } = node.up[0]!.child;
		t.is(local.first, node.address);
		t.is(local.last, node.address);
		t.is(remote.first, node === a ? b.address : a.address);
	}
});

test("transport mode against tunnel mode: phase2-protocol-mismatch, with the mode in words", (t) => {
	const { network, a, b } = two({ ...gateways, connectionB: { ...gateways.connectionB, mode: "tunnel" } });
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.deepEqual(b.causes, ["phase2-protocol-mismatch"]);
	t.regex(b.problems[0]!.text, /in transport mode/);
	t.is(a.up.length, 0);
});

test("AH against ESP: phase2-protocol-mismatch at the responder, in words", (t) => {
	const { network, a, b } = two({ connectionA: { phase2Proposals: [ah, bundle] } });
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.deepEqual(b.causes, ["phase2-protocol-mismatch"]);
	t.regex(b.problems[0]!.text, /offers AH HMAC-SHA1-96, AH HMAC-MD5-96 and ESP 3DES-CBC; the settings accept ESP AES-GCM-16-128/);
	t.is(a.up.length, 0);
});

test("transport mode behind a NAT: in UDP, the gateways' addresses as each side sees them, whatever the IDs say; AH has no way", (t) => {
	for (const proposals of [[ah, gcm], [ah, bundle]] as Phase2Proposal[][]) {
		const inside = two(merged({
			...gateways, b: { remoteGateway: "203.0.113.1", localId: { type: "address", value: "10.0.0.2" } },
			connectionB: { ...gateways.connectionB, remoteNetwork: "203.0.113.1/32" }
		}, { phase2Proposals: proposals }));
		const { network, a, b } = inside;
		network.addNAT("10.0.0.1", "203.0.113.1");
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		if (proposals[1] === bundle) {
			t.deepEqual(a.causes, ["phase2-protocol-mismatch"]);
			t.regex(a.problems[0]!.text, /NAT is between/);
			t.is(a.reserved.size, 0);
			continue;
		}
		t.is(a.up.length, 1, b.lines.join("\n"));
		t.is(mismatch(inside), "");
		t.true(b.up[0]!.child.udpEncapsulation);
		t.is(b.up[0]!.child.mode, "transport");
		t.is(b.up[0]!.child.remote.first, 0xcb007101);
		t.is(b.up[0]!.child.remoteEndpoint.address, 0xcb007101);
		t.is(a.up[0]!.child.local.first, a.address);
		b.ike.renew(network.now, b.up[0]!.child.inboundSPI);
		network.run(3000);
		t.is(a.up.length, 2, b.lines.join("\n"));
	}
});
