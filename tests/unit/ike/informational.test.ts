/** Informational exchanges with a valid HASH, as peers make them. */
import test from "ava";
import type { IKESA } from "../../../modules/ike/sa.js";
import type { QuickMode } from "../../../modules/ike/v1/exchange/quickmode.js";
import { hash1, hash2, phase2IV } from "../../../modules/ike/v1/keys.js";
import { afterHash, openEncrypted, sealEncrypted, type Opened } from "../../../modules/ike/v1/message.js";
import { emitChain, emitMessage, type Payload } from "../../../modules/ike/v1/wire/chain.js";
import { ExchangeType, NotifyType, PayloadType, ProtocolID } from "../../../modules/ike/v1/wire/constants.js";
import { emitDelete, emitDeleteIKE } from "../../../modules/ike/v1/wire/delete.js";
import { parseHeader, type Header } from "../../../modules/ike/v1/wire/header.js";
import { emitNotification, parseNotification, type Notification } from "../../../modules/ike/v1/wire/notification.js";
import { mismatch, two, type Node, type Two } from "./network.js";

const { HASH, NOTIFICATION, DELETE } = PayloadType;

function up(): Two {
	const made = two({ connectionA: { pfs: 31 } });
	made.a.ike.initiate(made.network.now, "b", "office");
	made.network.run(3000);
	return made;
}

function ikeSA(node: Node): IKESA {
	return node.sas()[0] as IKESA;
}

/** What `node` would send under its IKE SA. */
function protect(node: Node, messageID: number, payloads: readonly Payload[]): Uint8Array {
	const sa = ikeSA(node);
	const hash = hash1(sa.prf!, sa.a, messageID, emitChain(payloads));
	return sealEncrypted(node.crypto, sa, phase2IV(sa.prf!, sa.iv, messageID), ExchangeType.INFORMATIONAL, messageID, [{ type: HASH, body: hash }, ...payloads]).bytes;
}

function notification(type: number, fields: Partial<Notification> = {}): Payload {
	return { type: NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ISAKMP, type, spi: new Uint8Array(0), data: new Uint8Array(0), ...fields }) };
}

function send({ network, a, b }: Two, messageID: number, payloads: readonly Payload[]): void {
	network.inject({ address: a.address, port: 500 }, { address: b.address, port: 500 }, protect(a, messageID, payloads));
}

test("T25 R-U-THERE is answered with its cookies and number", (t) => {
	const made = up();
	const { network, a } = made;
	const before = network.sent.length;
	send(made, 77, [notification(NotifyType.R_U_THERE, { spi: ikeSA(a).cookies, data: Uint8Array.of(1, 2, 3, 4) })]);
	t.is(network.sent.length, before + 1);
	const bytes = network.sent[before]!.bytes;
	const header = parseHeader(bytes) as Header;
	const sa = ikeSA(a);
	const opened = openEncrypted(a.crypto, sa, sa.key, phase2IV(sa.prf!, sa.iv, header.messageID), {
		header, bytes, from: { address: 0, port: 0 }, localPort: 500, fingerprint: 1, names: "", decision: ""
	}) as Opened;
	t.deepEqual([...opened.payloads[0]!.body], [...hash1(sa.prf!, sa.a, header.messageID, afterHash(opened))]);
	const answer = parseNotification(opened.payloads[1]!.body) as Notification;
	t.is(answer.type, NotifyType.R_U_THERE_ACK);
	t.deepEqual([...answer.data], [1, 2, 3, 4]);
	t.deepEqual([...answer.spi], [...sa.cookies]);
	t.is(ikeSA(made.b).deadPeerDetection, true);
});

test("F08 Deletes of the IKE SA and of the pair, then more of both and a notification, in one message", (t) => {
	const made = up();
	const { a, b, network } = made;
	const spi = a.up[0]!.child.inboundSPI;
	const ike = { type: DELETE, body: emitDeleteIKE(ikeSA(a).initiatorCookie, ikeSA(a).responderCookie) };
	const pair = { type: DELETE, body: emitDelete(ProtocolID.ESP, spi) };
	send(made, 78, [ike, pair, ike, pair, notification(NotifyType.R_U_THERE, { data: new Uint8Array(4) }), ike]);
	t.is(b.sas().length, 0);
	t.is(b.pairs.size, 0);
	t.deepEqual(b.removed, ["deleted by the peer"]);
	network.run(100000);
	t.is(b.ike.pollAt(), undefined);
});

test("T19 a Delete that names our own SPI, and Deletes of what there is not", (t) => {
	const made = up();
	const { b } = made;
	send(made, 79, [{ type: DELETE, body: emitDelete(ProtocolID.ESP, 0x7777) }, { type: DELETE, body: emitDelete(ProtocolID.AH, made.a.up[0]!.child.inboundSPI) }]);
	send(made, 80, [{ type: DELETE, body: emitDeleteIKE(new Uint8Array(8).fill(1), new Uint8Array(8).fill(2)) }]);
	t.is(b.pairs.size, 1);
	t.is(b.sas().length, 1);
	t.true(b.lines.some((line) => line.includes("0x00007777")));
	send(made, 81, [{ type: DELETE, body: emitDelete(ProtocolID.ESP, b.up[0]!.child.inboundSPI) }]);
	t.is(b.pairs.size, 0);
});

test("T18 INITIAL-CONTACT in an exchange of its own, authenticated", (t) => {
	const made = up();
	const { b, a, network } = made;
	network.run(1000);
	send(made, 82, [notification(NotifyType.INITIAL_CONTACT, { spi: ikeSA(a).cookies })]);
	// What was made under this very IKE SA is not what the peer had before.
	t.is(b.pairs.size, 1);
	t.is(mismatch({ a, b }), "");
});

test("an error ends the quick mode whose SPI it names, and tells what the peer said; a state ends nothing", (t) => {
	for (const [type, cause] of [
		[NotifyType.NO_PROPOSAL_CHOSEN, "phase2-algorithm-mismatch"], [NotifyType.INVALID_ID_INFORMATION, "network-mismatch"],
		[NotifyType.INVALID_KEY_INFORMATION, "pfs-mismatch"], [NotifyType.INVALID_PROTOCOL_ID, "phase2-protocol-mismatch"],
		[NotifyType.CERTIFICATE_UNAVAILABLE, "peer-refused"], [9999, "peer-refused"]
	] as const) {
		const { network, a, b } = up();
		network.filter = (packet) => packet.sender !== "a";
		a.ike.initiate(network.now, "b", "office");
		network.settle();
		const spi = [...a.reserved][0]!;
		const to = { address: a.address, port: 500 };
		const from = { address: b.address, port: 500 };
		network.inject(from, to, protect(b, 90, [notification(NotifyType.CONNECTED)]));
		t.is(a.reserved.size, 1);
		network.inject(from, to, protect(b, 91, [notification(type, { protocol: ProtocolID.ESP, spi: Uint8Array.of(spi >>> 24, spi >>> 16, spi >>> 8, spi) })]));
		t.deepEqual(a.causes, [cause]);
		t.is(a.reserved.size, 0);
		t.is(a.problems[0]!.connection, "office");
		if (cause === "peer-refused")
			t.true(a.problems[0]!.text.includes(type === 9999 ? "notification 9999" : "CERTIFICATE-UNAVAILABLE"));
	}
});

test("a message ID of 0 is phase 1's", (t) => {
	const made = up();
	send(made, 0, [notification(NotifyType.R_U_THERE, { data: new Uint8Array(4) })]);
	t.is(made.b.counter("wrong-hash"), 1);
});

test("RESPONDER-LIFETIME with message 2 of quick mode shortens the initiator's limits", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.number === 8) {
			const sa = ikeSA(a);
			const quick = sa.exchanges[0] as QuickMode;
			const header = parseHeader(packet.bytes) as Header;
			const message = { header, bytes: packet.bytes, from: { address: 0, port: 0 }, localPort: 500, fingerprint: 1, names: "", decision: "" };
			const opened = openEncrypted(a.crypto, sa, sa.key, quick.iv, message) as Opened;
			// Life type seconds, 300; kilobytes, 9000.
			const data = Uint8Array.of(0x80, 1, 0, 1, 0x80, 2, 0x01, 0x2c, 0x80, 1, 0, 2, 0x80, 2, 0x23, 0x28);
			const payloads = [...opened.payloads.slice(1), notification(NotifyType.RESPONDER_LIFETIME, { protocol: ProtocolID.ESP, spi: new Uint8Array(4), data })];
			const hash = hash2(sa.prf!, sa.a, header.messageID, quick.ni, emitChain(payloads));
			(packet as { bytes: Uint8Array }).bytes = sealEncrypted(a.crypto, sa, quick.iv, ExchangeType.QUICK, header.messageID, [{ type: HASH, body: hash }, ...payloads]).bytes;
		}
		return packet.number !== 9;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	t.is(a.up[0]?.child.seconds, 300);
	t.is(a.up[0]?.child.kilobytes, 9000);
	t.true(a.up[0]!.child.softSeconds < 300);
	t.is(b.pairs.size, 1);
});

test("RESPONDER-LIFETIME of the IKE SA shortens it, and never makes it longer", (t) => {
	const made = up();
	const { network, b } = made;
	const seconds = (value: number) => Uint8Array.of(0x80, 11, 0, 1, 0x80, 12, value >>> 8, value);
	const sa = ikeSA(b);
	const { lifetime, expiresAt } = sa;
	for (const data of [seconds(0xffff), new Uint8Array(0), new Uint8Array(3), Uint8Array.of(0x80, 12, 0, 9)])
		send(made, 600 + data.length, [notification(NotifyType.RESPONDER_LIFETIME, { spi: sa.cookies, data })]);
	t.is(sa.lifetime, lifetime);
	t.is(sa.expiresAt, expiresAt);
	send(made, 610, [notification(NotifyType.RESPONDER_LIFETIME, { spi: sa.cookies, data: seconds(600) })]);
	t.is(sa.lifetime, 600);
	t.is(sa.expiresAt, sa.establishedAt! + 600000);
	t.true(sa.renewAt! < sa.expiresAt!);
	network.run(700000);
	t.true(made.a.sas().every((each) => each.id !== sa.id), "renewed ahead, and told to the peer that thought it lived on");
});

for (const phase1Mode of ["main", "aggressive"] as const)
	test(`RESPONDER-LIFETIME is sent by a responder that keeps less than it was offered, and by no other (${phase1Mode} mode)`, (t) => {
		const lifetimes = (phase1Lifetime: number, seconds: number, kilobytes: number) => [{ phase1Mode, phase1Lifetime }, { lifetime: { seconds, kilobytes } }] as const;
		const pairOf = ([a, connectionA]: ReturnType<typeof lifetimes>, [b, connectionB]: ReturnType<typeof lifetimes>) => {
			const made = two({ a, connectionA, b, connectionB });
			made.a.ike.initiate(made.network.now, "b", "office");
			made.network.run(2000);
			t.is(mismatch(made), "");
			return made;
		};
		const less = pairOf(lifetimes(100000, 90000, 0), lifetimes(600, 70000, 5000));
		const [sa] = less.a.sas();
		t.is(sa!.lifetime, 600);
		const { child } = less.a.up[0]!;
		t.is(child.seconds, 70000);
		t.is(child.kilobytes, 5000);
		t.true(child.softSeconds < 70000 * 0.86 && child.softKilobytes < 5000 * 0.86);
		t.is(less.a.lines.filter((line) => line.includes("the peer keeps it for 600 s")).length, 1);
		// It makes another in time, and the responder none.
		less.network.run(590000);
		t.deepEqual(less.a.sas().map(({ id, role }) => [id === sa!.id, role]), [[false, "initiator"]]);
		t.deepEqual(less.b.sas().map(({ id }) => id), less.a.sas().map(({ id }) => id));
		const same = pairOf(lifetimes(600, 3600, 5000), lifetimes(600, 3600, 5000));
		const more = pairOf(lifetimes(600, 3600, 5000), lifetimes(28800, 7200, 0));
		const said = ({ b }: Two) => b.lines.filter((line) => line.includes("; RESPONDER-LIFETIME") || line.endsWith("quick office 2 sent: HASH SA NONCE ID*2 N")).length;
		t.is(said(less), 2 + 1);
		for (const made of [same, more]) {
			const { a } = made;
			t.is(said(made), 0);
			t.is(a.sas()[0]!.lifetime, 600);
			t.is(a.up[0]!.child.seconds, 3600);
			t.is(a.up[0]!.child.kilobytes, 5000);
		}
	});

test("RESPONDER-LIFETIME of an IKE SA that another has replaced does not make it stay", (t) => {
	const { network, a, b } = two({ a: { phase1Lifetime: 1000 }, b: { phase1Lifetime: 1000 } });
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	const sa = ikeSA(a);
	while (!sa.replaced)
		network.run(1000);
	const { expiresAt } = sa;
	t.true(a.sas().includes(sa) && ikeSA(b).id === sa.id);
	const data = Uint8Array.of(0x80, 11, 0, 1, 0x80, 12, 999 >>> 8, 999 & 255);
	network.inject({ address: b.address, port: 500 }, { address: a.address, port: 500 }, protect(b, 640, [notification(NotifyType.RESPONDER_LIFETIME, { spi: sa.cookies, data })]));
	t.is(sa.lifetime, 999);
	t.is(sa.expiresAt, expiresAt);
	network.run(31000);
	t.false(a.sas().includes(sa));
	t.is(a.sas().length, 1);
});

test("T17 several quick modes at once are told apart by their message IDs, and bounded", (t) => {
	const made = up();
	const { network, a, b } = made;
	const pairs = b.pairs.size;
	// Messages 1 that were recorded, of exchanges that are long over, and what nobody encrypted: none takes a place for good.
	const recorded = network.sent.filter((packet) => packet.bytes[18] === ExchangeType.QUICK && packet.sender === "a");
	for (let i = 0; i < 50; i++)
		for (const packet of recorded) {
			const bytes = packet.bytes.slice();
			bytes[20] = i;
			network.inject(packet.from, packet.to, bytes);
		}
	t.is(b.reserved.size, 0);
	t.is(b.pairs.size, pairs);
	t.true(b.counter("wrong-hash") >= 50);
	a.ike.renew(network.now, a.up[0]!.child.inboundSPI);
	network.run(3000);
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, 2);
});

test("T19 one Delete for several pairs, of one that there is and others, and of the IKE SA before this one", (t) => {
	const made = up();
	const { network, a, b } = made;
	a.ike.renew(network.now, a.up[0]!.child.inboundSPI);
	network.run(3000);
	t.is(b.pairs.size, 2);
	const spis = [0x7777, ...a.up.map((pair) => pair.child.inboundSPI), 0x8888];
	const body = new Uint8Array(8 + 4 * spis.length);
	const view = new DataView(body.buffer);
	view.setUint32(0, 1);
	body[4] = ProtocolID.ESP;
	body[5] = 4;
	view.setUint16(6, spis.length);
	spis.forEach((spi, index) => view.setUint32(8 + 4 * index, spi));
	send(made, 700, [{ type: DELETE, body }]);
	t.is(b.pairs.size, 0);
	t.deepEqual(b.removed, ["deleted by the peer", "deleted by the peer"]);
	t.is(b.sas().length, 1);
	// A list that says more than it has is not begun with.
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	const kept = b.pairs.size;
	view.setUint16(6, spis.length + 1);
	view.setUint32(12, a.up.at(-1)!.child.inboundSPI);
	send(made, 701, [{ type: DELETE, body }]);
	t.is(b.pairs.size, kept);
	t.is(b.counter("malformed-truncated"), 1);
});

test("T19 a Delete of the IKE SA that was renewed, over the one that took over: the tunnels and the new one stay", (t) => {
	const { network, a, b } = two({ a: { phase1Lifetime: 600 }, b: { phase1Lifetime: 600 } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	const old = ikeSA(a);
	for (let i = 0; i < 600 && a.sas().length < 2; i++)
		network.run(1000);
	network.run(1000);
	t.is(b.sas().length, 2);
	const newer = (a.sas() as IKESA[]).find((sa) => sa !== old)!;
	const payload = { type: DELETE, body: emitDeleteIKE(old.initiatorCookie, old.responderCookie) };
	const hash = hash1(newer.prf!, newer.a, 800, emitChain([payload]));
	const { bytes } = sealEncrypted(a.crypto, newer, phase2IV(newer.prf!, newer.iv, 800), ExchangeType.INFORMATIONAL, 800, [{ type: HASH, body: hash }, payload]);
	network.inject({ address: a.address, port: 500 }, { address: b.address, port: 500 }, bytes);
	t.deepEqual(b.sas().map((sa) => sa.id), [newer.id]);
	t.is(b.pairs.size, 1);
	t.is(mismatch({ a, b }), "");
});

test("F04 F05 F08 Deletes and INITIAL-CONTACT without a valid HASH do nothing, for IKE SAs that there are and are not (CVE-2019-10155, CVE-2022-23094)", (t) => {
	const made = up();
	const { network, a, b } = made;
	const sa = ikeSA(a);
	const before = network.sent.length;
	const bodies = [
		{ type: DELETE, body: emitDelete(ProtocolID.ESP, a.up[0]!.child.inboundSPI) }, { type: DELETE, body: emitDeleteIKE(sa.initiatorCookie, sa.responderCookie) },
		notification(NotifyType.INITIAL_CONTACT, { spi: sa.cookies })
	];
	let sent = 0;
	for (const cookie of [sa.initiatorCookie, new Uint8Array(8).fill(5)])
		for (const flags of [0, 1])
			for (const withHash of [false, true])
				for (const payload of bodies) {
					sent++;
					network.inject({ address: a.address, port: 500 }, { address: b.address, port: 500 }, emitMessage(
						{ initiatorCookie: cookie, responderCookie: sa.responderCookie, exchangeType: ExchangeType.INFORMATIONAL, flags, messageID: sent },
						[...(withHash ? [{ type: HASH, body: new Uint8Array(32).fill(1) }] : []), payload], 16));
				}
	t.is(b.pairs.size, 1);
	t.is(b.sas().length, 1);
	t.is(network.sent.length, before);
	t.is(mismatch(made), "");
	t.true(b.counter("wrong-hash") + b.counter("unknown-cookies") + b.counter("unprotected-informational") >= sent - 4);
});

test("F06 a first message that is refused leaves no state and no cookie to go on with (CVE-2023-30570)", (t) => {
	const { network, a, b } = two({ a: { phase1Proposals: [{ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }] } });
	a.ike.initiate(network.now, "b", "office");
	network.run(100);
	t.is(b.sas().length, 0);
	const refusal = network.sent.find((packet) => packet.sender === "b")!;
	t.deepEqual([...refusal.bytes.slice(8, 16)], Array<number>(8).fill(0), "the responder's cookie");
	// What comes next as if it had been accepted, with any cookie, finds nothing.
	const first = network.sent[0]!;
	for (const cookie of [0, 1, 255]) {
		const bytes = first.bytes.slice();
		bytes.fill(cookie, 8, 16);
		bytes[16] = PayloadType.KE;
		network.inject(first.from, first.to, bytes);
	}
	t.is(b.sas().length, 0);
	t.is(b.ike.pollAt(), undefined);
	for (const use of b.ike.use())
		t.is(use.used, 0);
});

/** Messages of this exchange type that a node has sent. */
function said({ network }: Two, sender: string, exchangeType: number): Uint8Array[] {
	return network.sent.filter((packet) => packet.sender === sender && packet.bytes[18] === exchangeType).map(({ bytes }) => bytes);
}

function open(node: Node): number {
	return ikeSA(node).exchanges.length;
}

test("a quick mode that was over long ago is not begun again by its first message, on neither side", (t) => {
	const made = up();
	const { network, a, b } = made;
	const first = said(made, "a", ExchangeType.QUICK)[0]!;
	network.run(120000);
	t.is(ikeSA(b).answered.length, 0);
	const before = network.sent.length;
	network.inject({ address: a.address, port: 500 }, { address: b.address, port: 500 }, first.slice());
	network.inject({ address: b.address, port: 500 }, { address: a.address, port: 500 }, first.slice());
	t.is(network.sent.length, before);
	t.deepEqual([open(a), open(b), a.counter("replayed"), b.counter("replayed")], [0, 0, 1, 1]);
	t.deepEqual([...a.causes, ...b.causes], []);
	// Others begin as ever.
	const [old] = a.pairs.keys();
	a.ike.renew(network.now, old!);
	network.run(3000);
	t.true(a.up.some(({ child }) => child.inboundSPI !== old));
	t.is(mismatch(made), "");
});

test("a refusal that comes again, or that was our own, ends nothing that was begun after it", (t) => {
	const made = two({ connectionB: { phase2Proposals: [{ protocol: "esp", encryption: "aes-256-gcm-16" }] } });
	const { network, a, b } = made;
	for (const [node, other] of [[a, "b"], [b, "a"]] as const) {
		node.ike.initiate(network.now, other, "office");
		network.run(3000);
	}
	const theirs = said(made, "b", ExchangeType.INFORMATIONAL);
	const ours = said(made, "a", ExchangeType.INFORMATIONAL);
	t.is(theirs.length, 1);
	t.is(ours.length, 1);
	t.is(a.counter("phase2-failed"), 2);
	network.filter = (packet) => packet.sender !== "b";
	a.ike.initiate(network.now, "b", "office");
	network.run(100);
	t.is(open(a), 1);
	for (const bytes of [theirs[0]!, ours[0]!])
		network.inject({ address: b.address, port: 500 }, { address: a.address, port: 500 }, bytes.slice());
	t.deepEqual([open(a), a.counter("replayed")], [1, 2]);
});
