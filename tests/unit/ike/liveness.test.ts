/** Dead peer detection (RFC 3706): who is asked, when, and what follows from silence. */
import test from "ava";
import type { IKESA } from "../../../modules/ike/sa.js";
import { hash1, phase2IV } from "../../../modules/ike/v1/keys.js";
import { openEncrypted, sealEncrypted, type Opened } from "../../../modules/ike/v1/message.js";
import { emitChain, emitMessage, parsePayloads, type Payload, type ReceivedPayload } from "../../../modules/ike/v1/wire/chain.js";
import { ExchangeType, HEADER_SIZE, NotifyType, PayloadType, ProtocolID } from "../../../modules/ike/v1/wire/constants.js";
import { emitDelete } from "../../../modules/ike/v1/wire/delete.js";
import { parseHeader, type Header } from "../../../modules/ike/v1/wire/header.js";
import { emitNotification, parseNotification, type Notification } from "../../../modules/ike/v1/wire/notification.js";
import { isVendor } from "../../../modules/ike/v1/wire/vendor.js";
import { mismatch, two, type Node, type Packet, type Two, type TwoOptions } from "./network.js";

const second = 1000;
const asked = { deadPeerDetection: { interval: 30, timeout: 120 } };

/** Gateway a asks; b does not. */
function up(options: TwoOptions = {}): Two {
	const made = two({ ...options, a: { ...asked, ...options.a } });
	made.a.ike.initiate(made.network.now, "b", "office");
	made.network.run(3 * second);
	return made;
}

function ikeSA(node: Node): IKESA {
	return node.sas()[0] as IKESA;
}

/** The notification in an informational message under the IKE SA of `node`. */
function told(node: Node, packet: Packet): Notification | undefined {
	const bytes = packet.bytes;
	const header = parseHeader(bytes) as Header;
	if (header.exchangeType !== ExchangeType.INFORMATIONAL)
		return undefined;
	const sa = ikeSA(node);
	const opened = openEncrypted(node.crypto, sa, sa.key, phase2IV(sa.prf!, sa.iv, header.messageID), {
		header, bytes, from: packet.from, localPort: 500, fingerprint: 1, names: "", decision: ""
	}) as Opened;
	return parseNotification(opened.payloads[1]!.body) as Notification;
}

function notification(type: number, data: Uint8Array, spi: Uint8Array): Payload {
	return { type: PayloadType.NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ISAKMP, type, spi, data }) };
}

/** Sends `payloads` to `to` as if its peer had, under the protection of their IKE SA. */
function say({ network }: Two, from: Node, to: Node, messageID: number, payloads: readonly Payload[]): void {
	const sa = ikeSA(from);
	const hash = hash1(sa.prf!, sa.a, messageID, emitChain(payloads));
	const { bytes } = sealEncrypted(from.crypto, sa, phase2IV(sa.prf!, sa.iv, messageID), ExchangeType.INFORMATIONAL, messageID, [{ type: PayloadType.HASH, body: hash }, ...payloads]);
	network.inject({ address: from.address, port: 500 }, { address: to.address, port: 500 }, bytes);
}

test("T25 a silent peer is asked every interval, answers, and is asked no more often than that", (t) => {
	const made = up();
	const { network, a, b } = made;
	const before = network.sent.length;
	network.run(300 * second);
	const packets = network.sent.slice(before);
	const questions = packets.filter((packet) => packet.sender === "a").map((packet) => told(a, packet)!);
	const answers = packets.filter((packet) => packet.sender === "b").map((packet) => told(b, packet)!);
	t.true(questions.length >= 9 && questions.length <= 10, `${questions.length} questions`);
	t.is(answers.length, questions.length);
	for (let i = 0; i < questions.length; i++) {
		t.is(questions[i]!.type, NotifyType.R_U_THERE);
		t.is(answers[i]!.type, NotifyType.R_U_THERE_ACK);
		t.deepEqual([...questions[i]!.spi], [...ikeSA(a).cookies]);
		t.deepEqual([...answers[i]!.data], [...questions[i]!.data]);
	}
	const numbers = questions.map(({ data }) => new DataView(data.buffer, data.byteOffset).getUint32(0));
	t.true(numbers[0]! > 0 && numbers[0]! < 0x80000001, "a random start, far from the end");
	t.deepEqual(numbers, numbers.map((_, i) => numbers[0]! + i));
	t.deepEqual([...a.causes, ...b.causes], []);
	t.is(mismatch(made), "");
});

test("T25 the first numbers of two IKE SAs differ", (t) => {
	const first = ikeSA(up({ seed: 1 }).a).probe;
	const other = ikeSA(up({ seed: 2 }).a).probe;
	t.not(first, other);
	t.not(first, 0);
});

test("T25 a peer that does not answer is dead in time: its SAs go at both phases, without a word", (t) => {
	const { network, a, b } = up();
	const last = network.now;
	const before = network.sent.length;
	network.filter = () => false;
	network.run(116 * second);
	t.is(a.sas().length, 1);
	t.is(a.up.length, 1);
	network.run(10 * second);
	t.is(a.sas().length, 0);
	t.is(a.pairs.size, 0);
	t.deepEqual(a.removed, ["the peer is dead"]);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.true(a.problems[0]!.time - last <= 122 * second);
	t.is(a.counter("peer-dead"), 1);
	t.is(network.sent.length - before, 5, "five questions, no Delete");
	t.is(a.ike.pollAt(), undefined);
	// The other side does not ask, and still has what it had: until it is told that a has begun anew (T18).
	t.is(b.pairs.size, 1);
	network.filter = () => true;
	a.ike.initiate(network.now, "b", "office");
	network.run(5 * second);
	t.deepEqual(b.removed, ["the peer has started anew"]);
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, 1);
	t.is(b.sas().length, 1);
	t.deepEqual(a.solvedNames.slice(-2), ["b/", "b/office"]);
});

test("T25 one answer of five is enough", (t) => {
	const { network, a } = up();
	let questions = 0;
	network.filter = (packet) => packet.sender !== "a" || packet.bytes[18] !== ExchangeType.INFORMATIONAL || ++questions % 5 === 0;
	network.run(1000 * second);
	t.is(a.sas().length, 1);
	t.is(a.up.length, 1);
	t.deepEqual(a.causes, []);
	t.true(questions >= 30);
});

test("T25 incoming ESP counts as life: a peer that sends is not asked", (t) => {
	const { network, a } = up();
	const before = network.sent.length;
	for (let i = 0; i < 60; i++) {
		a.esp = network.now;
		network.run(10 * second);
	}
	t.is(network.sent.length, before);
	network.run(31 * second);
	t.true(network.sent.length > before);
});

test("T25 ESP that comes while a question waits for its answer makes the peer alive", (t) => {
	const { network, a } = up();
	network.filter = () => false;
	network.run(100 * second);
	t.true(ikeSA(a).probes > 1);
	a.esp = network.now;
	network.run(25 * second);
	t.is(ikeSA(a).probes, 0);
	t.is(a.up.length, 1);
	network.run(130 * second);
	t.is(a.up.length, 0);
});

test("T25 only an acknowledgement of the number that was asked counts; others are ignored", (t) => {
	const made = up();
	const { network, a, b } = made;
	network.filter = (packet) => packet.sender !== "b";
	network.run(60 * second);
	const sa = ikeSA(a);
	const { probes, probe } = sa;
	t.true(probes >= 1);
	const number = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
	for (const [index, data] of [number(probe + 1), number(probe - probes), number(0), new Uint8Array(0), new Uint8Array(3), new Uint8Array(8)].entries())
		say(made, b, a, 100 + index, [notification(NotifyType.R_U_THERE_ACK, data, sa.cookies)]);
	t.is(sa.probes, probes);
	t.is(a.counter("wrong-acknowledgement"), 6);
	say(made, b, a, 200, [notification(NotifyType.R_U_THERE_ACK, number(probe), sa.cookies)]);
	t.is(sa.probes, 0);
	// Once more: it was asked and answered.
	say(made, b, a, 201, [notification(NotifyType.R_U_THERE_ACK, number(probe), sa.cookies)]);
	t.is(a.counter("wrong-acknowledgement"), 7);
});

test("T25 R-U-THERE is answered by who does not ask itself, at a bounded rate", (t) => {
	const made = up({ a: { deadPeerDetection: { interval: 0, timeout: 120 } } });
	const { network, a, b } = made;
	const sa = ikeSA(a);
	const before = network.sent.length;
	for (let i = 0; i < 50; i++)
		say(made, b, a, 300 + i, [notification(NotifyType.R_U_THERE, Uint8Array.of(0, 0, 0, i), sa.cookies)]);
	t.is(network.sent.length - before, 1);
	t.is(a.counter("probed-too-often"), 49);
	network.run(second);
	say(made, b, a, 400, [notification(NotifyType.R_U_THERE, Uint8Array.of(0, 0, 0, 99), sa.cookies)]);
	t.is(network.sent.length - before, 2);
	say(made, b, a, 401, [notification(NotifyType.R_U_THERE, new Uint8Array(2), sa.cookies)]);
	t.is(network.sent.length - before, 2);
});

test("T25 F04 an acknowledgement or a question without a valid HASH does nothing (CVE-2009-0790)", (t) => {
	const { network, a, b } = up();
	network.filter = (packet) => packet.sender !== "b";
	network.run(60 * second);
	const sa = ikeSA(a);
	const { probes } = sa;
	const data = Uint8Array.of(sa.probe >>> 24, sa.probe >>> 16, sa.probe >>> 8, sa.probe);
	const before = network.sent.length;
	const { initiatorCookie, responderCookie } = sa;
	for (const type of [NotifyType.R_U_THERE_ACK, NotifyType.R_U_THERE])
		for (const flags of [0, 1])
			network.inject({ address: b.address, port: 500 }, { address: a.address, port: 500 },
				emitMessage({ initiatorCookie, responderCookie, exchangeType: ExchangeType.INFORMATIONAL, flags, messageID: 7 },
					[{ type: PayloadType.HASH, body: new Uint8Array(32) }, notification(type, data, sa.cookies)], 16));
	t.is(sa.probes, probes);
	t.is(network.sent.length, before);
});

test("T25 a peer that did not send the vendor ID is never asked", (t) => {
	const made = two({ a: asked });
	const { network, a } = made;
	network.filter = (packet) => {
		// In message 2 the vendor ID becomes one that nobody knows.
		if (packet.number === 2)
			for (const { body } of parsePayloads(packet.bytes, packet.bytes[16]!, HEADER_SIZE, packet.bytes.length) as ReceivedPayload[])
				if (isVendor(body, "deadPeerDetection"))
					body.fill(0);
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3 * second);
	t.is(a.up.length, 1);
	const before = network.sent.length;
	network.run(1000 * second);
	t.is(network.sent.length, before);
});

test("T29 an unknown SPI or INVALID-SPI in clear is a hint: the peer is asked at once, and nothing else happens", (t) => {
	const made = up();
	const { network, a, b } = made;
	network.run(10 * second);
	const before = network.sent.length;
	const sa = ikeSA(a);
	a.ike.suspect(network.now, b.address, 0);
	network.settle();
	t.is(network.sent.length - before, 1);
	t.is(told(a, network.sent[before]!)!.type, NotifyType.R_U_THERE);
	network.run(second);
	t.is(sa.probes, 0);
	t.is(a.up.length, 1);
	// Hints that come soon after an answer are of no interest, nor are those from elsewhere.
	for (let i = 0; i < 20; i++)
		a.ike.suspect(network.now, b.address, 0);
	a.ike.suspect(network.now + 20 * second, b.address + 1, 0);
	network.settle();
	t.is(network.sent.length - before, 2);
	network.run(10 * second);
	for (const [cookies, type] of [[true, NotifyType.INVALID_SPI], [false, NotifyType.INVALID_SPI], [true, NotifyType.INVALID_COOKIE], [false, NotifyType.INVALID_COOKIE]] as const) {
		const sent = network.sent.length;
		network.inject({ address: b.address, port: 500 }, { address: a.address, port: 500 }, emitMessage({
			initiatorCookie: cookies ? sa.initiatorCookie : new Uint8Array(8).fill(3), responderCookie: cookies ? sa.responderCookie : new Uint8Array(8).fill(4),
			exchangeType: ExchangeType.INFORMATIONAL, flags: 0, messageID: 5
		}, [notification(type, new Uint8Array(0), Uint8Array.of(0, 0, 0, 1))]));
		t.is(network.sent.length - sent, 1);
		network.run(10 * second);
	}
	t.is(mismatch(made), "");
	t.deepEqual(a.causes, []);
});

test("T29 a hint about a peer that has indeed lost everything: it is dead sooner, and comes again", (t) => {
	const { network, a, b } = up();
	network.run(10 * second);
	network.nodes.splice(1, 1);
	network.run(20 * second);
	a.ike.suspect(network.now, b.address, 0);
	network.run(95 * second);
	t.deepEqual(a.removed, ["the peer is dead"]);
	t.is(a.sas().length, 0);
});

test("T29 INVALID-SPI from the peer itself ends the pair that it does not have", (t) => {
	const made = up();
	const { a, b } = made;
	const { outboundSPI } = a.up[0]!.child;
	const spi = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
	say(made, b, a, 500, [{ type: PayloadType.NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ESP, type: NotifyType.INVALID_SPI, spi: spi(0x7777), data: new Uint8Array(0) }) }]);
	t.is(a.up.length, 1);
	say(made, b, a, 501, [{ type: PayloadType.NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ESP, type: NotifyType.INVALID_SPI, spi: spi(outboundSPI), data: new Uint8Array(0) }) }]);
	t.is(a.pairs.size, 0);
	t.deepEqual(a.removed, ["the peer says INVALID-SPI"]);
	t.is(a.sas().length, 1);
});

test("the IKE SA that takes over looks after the peer, the old one does not", (t) => {
	const { network, a } = up({ a: { phase1Lifetime: 600 } });
	network.run(560 * second);
	t.is(a.sas().length, 1);
	const sa = ikeSA(a);
	t.true(sa.livenessAt !== undefined);
	network.filter = () => false;
	network.run(125 * second);
	t.is(a.sas().length, 0);
	t.deepEqual(a.removed, ["the peer is dead"]);
});

test("new settings switch it on and off under an IKE SA that lives on", (t) => {
	const { network, a } = up();
	const without = { ...ikeSA(a).settings!, deadPeerDetection: { interval: 0, timeout: 120 } };
	const settings = ikeSA(a).settings!;
	t.true(ikeSA(a).livenessAt !== undefined);
	a.ike.configure(network.now, [without]);
	network.settle();
	t.is(ikeSA(a).livenessAt, undefined);
	a.ike.configure(network.now, [settings]);
	t.is(ikeSA(a).livenessAt, network.now + 30 * second);
	t.is(a.up.length, 1);
});

test("an IKE SA under which the peer answers no quick mode is given up, and the next attempt begins with phase 1", (t) => {
	const { network, a } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(3 * second);
	const { id } = a.sas()[0]!;
	network.filter = (packet) => packet.sender !== "b" || packet.bytes[18] !== ExchangeType.QUICK;
	a.ike.renew(network.now, a.up[0]!.child.inboundSPI);
	network.run(120 * second);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.true(a.sas().every((sa) => sa.id !== id));
	network.filter = () => true;
	a.ike.initiate(network.now, "b", "office");
	network.run(5 * second);
	t.is(a.up.length, 2);
});

test("T29 a Delete that was lost: whoever still sends on the pair is told that there is none, and drops it", (t) => {
	const made = up({ a: {} });
	const { network, a, b } = made;
	const { outboundSPI, inboundSPI } = a.up[0]!.child;
	network.filter = () => false;
	a.deletePair(inboundSPI);
	network.run(second);
	network.filter = () => true;
	t.is(b.up.length, 1);
	// no SPI of b's is meant: anybody can have a packet of such a number come from there
	a.ike.suspect(network.now, b.address, 0x12345678);
	a.ike.suspect(network.now, b.address, outboundSPI);
	network.run(second);
	t.is(b.up.length, 1);
	a.ike.suspect(network.now, b.address, inboundSPI);
	network.run(second);
	a.ike.suspect(network.now, b.address, inboundSPI);
	network.run(second);
	t.is(b.pairs.size, 0);
	t.deepEqual(b.removed, ["deleted by the peer"]);
	b.ike.initiate(network.now, "a", "office");
	network.run(3 * second);
	t.is(mismatch(made), "");
	t.is(a.up.length, 1);
});

test("T25 of two gateways that ask as often only one does", (t) => {
	const { network, a, b } = up({ b: asked });
	const before = network.sent.length;
	network.run(310 * second);
	const questions = (node: Node): number => network.sent.slice(before).filter((packet) => packet.sender === node.name && told(node, packet)!.type === NotifyType.R_U_THERE).length;
	t.is(questions(a), 10);
	t.is(questions(b), 0);
	// It looks after the peer all the same.
	network.filter = ({ sender }) => sender === "b";
	network.run(125 * second);
	t.is(b.counter("peer-dead"), 1);
});

test("T25 what somebody on the way sends back to us is no sign of life: neither our question nor our answer to it", (t) => {
	const { network, a } = up();
	const kept: Packet[] = [];
	const back = (packet: Packet): void => network.queue({ ...packet, at: network.now + 10, from: packet.to, to: packet.from });
	network.filter = (packet) => {
		if (packet.sender === "a")
			kept.push(packet);
		return true;
	};
	network.run(200 * second);
	t.true(kept.length >= 5);
	t.is(a.sas().length, 1);
	// The peer is gone. Its questions of before come back one after the other, and those of now at once.
	network.filter = (packet) => {
		if (packet.sender === "a")
			back(packet);
		return false;
	};
	for (let i = 0; i < kept.length; i++) {
		back(kept[i]!);
		network.run(20 * second);
	}
	network.run(30 * second);
	t.deepEqual(a.removed, ["the peer is dead"]);
	t.is(a.sas().length, 0);
	t.true(a.counter("reflected") > 0);
});

test("an IKE SA that others had taken over from looks after the peer again when they are gone", (t) => {
	const { network, a, b } = two({ a: asked });
	a.ike.initiate(network.now, "b", "office");
	b.ike.initiate(network.now, "a", "office");
	network.run(60 * second);
	t.is(a.sas().length, 2);
	const { id } = a.sas()[1]!;
	b.ike.deleteIKESA(network.now, id);
	network.run(second);
	t.is(a.sas().length, 1);
	t.not(ikeSA(a).id, id);
	network.filter = () => false;
	network.run(125 * second);
	t.deepEqual(new Set(a.removed), new Set(["the peer is dead"]));
	t.is(a.sas().length, 0);
});

test("T25 a gateway that is late itself does not take that for the peer's silence", (t) => {
	const { network, a } = up();
	network.filter = () => false;
	network.run(30 * second);
	t.is(ikeSA(a).probes, 1);
	// Its loop stands still for a minute again and again, in which answers would have come.
	for (let i = 0; i < 20; i++) {
		network.now += 60 * second;
		network.settle();
	}
	t.is(a.up.length, 1);
	t.is(a.counter("peer-dead"), 0);
	t.is(a.counter("probe-excused"), 20);
	// It listens again: four more questions, each with its time.
	network.run(70 * second);
	t.is(a.up.length, 1);
	network.run(25 * second);
	t.deepEqual(a.removed, ["the peer is dead"]);
	t.regex(a.lines.find((line) => line.includes(" is dead: "))!, /25 R-U-THERE without an answer/);
});

test("T25 a question whose answer may wait unread, or found no room, is not held against the peer; each answer that comes late counts", (t) => {
	const { network, a, b } = up();
	let answers: Packet[] = [];
	network.filter = (packet) => packet.sender !== "b" || answers.push(packet) === 0;
	const asked: number[] = [];
	let full = 0;
	a.unread = (since) => {
		asked.push(since);
		return full >= since;
	};
	for (let i = 0; i < 300; i++) {
		full = network.now;
		network.run(second);
	}
	t.is(a.up.length, 1);
	const sa = ikeSA(a);
	t.true(sa.probes > 10);
	t.deepEqual([...new Set(asked)], asked, "each question is judged by the time since it was asked");
	// The first of all answers, which waited for minutes, is one.
	a.ike.process(network.now, { address: b.address, port: 500 }, 500, answers[0]!.bytes.slice());
	t.is(sa.probes, 0);
	t.is(sa.excused, 0);
	// Room again, and nothing comes: dead after as many questions as ever.
	answers = [];
	a.unread = () => false;
	network.run(118 * second);
	t.is(a.up.length, 1);
	network.run(5 * second);
	t.deepEqual(a.removed, ["the peer is dead"]);
	t.is(answers.length, 5);
});

/** Both begin at the same moment: two IKE SAs come up. */
function twice(): Two {
	const made = two({ a: asked, b: asked });
	const { network, a, b } = made;
	a.ike.initiate(network.now, "b", "office");
	b.ike.initiate(network.now, "a", "office");
	network.run(3 * second);
	return made;
}

test("T25 of two IKE SAs the peer has lost the one that questions go over, and is heard under the other: it is alive", (t) => {
	const { network, a, b } = twice();
	t.is(a.sas().length, 2);
	const current = a.sas().at(-1)!;
	const lost = b.sas().find(({ id }) => id === current.id)!;
	network.filter = () => false;
	b.ike.deleteIKESA(network.now, lost.id);
	network.run(10);
	network.filter = () => true;
	t.is(b.sas().length, 1);
	network.run(600 * second);
	t.is(a.counter("peer-dead"), 0);
	t.true(a.up.length > 0);
	t.true(b.up.length > 0);
});

test("T25 the Delete of a pair that there is, or INVALID-SPI about it, is a sign of life; one that is said again is not", (t) => {
	for (const type of ["delete", "INVALID-SPI"]) {
		const made = up({ b: { deadPeerDetection: { interval: 0, timeout: 120 } } });
		const { network, a, b } = made;
		const { outboundSPI } = a.up[0]!.child;
		network.filter = () => false;
		network.run(100 * second);
		const sa = ikeSA(a);
		t.true(sa.probes > 1);
		const spi = Uint8Array.of(outboundSPI >>> 24, outboundSPI >>> 16, outboundSPI >>> 8, outboundSPI);
		const payload = type === "delete" ? { type: PayloadType.DELETE, body: emitDelete(ProtocolID.ESP, outboundSPI) }
			: { type: PayloadType.NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ESP, type: NotifyType.INVALID_SPI, spi, data: new Uint8Array(0) }) };
		say(made, b, a, 600, [payload]);
		t.is(a.pairs.size, 0);
		t.is(sa.heardAt, network.now);
		network.run(40 * second);
		const { heardAt } = sa;
		say(made, b, a, 600, [payload]);
		t.is(sa.heardAt, heardAt, type);
	}
});

/** b has deleted the IKE SA, and its tunnel lives on (T19). */
function bereft(changes: TwoOptions["a"] = {}): Two {
	const made = two({ a: { ...asked, ...changes } });
	const { network, b } = made;
	b.ike.initiate(network.now, "a", "office");
	network.run(3 * second);
	b.ike.deleteIKESA(network.now, b.sas()[0]!.id);
	network.run(second);
	return made;
}

test("T19 T25 a peer that has deleted the IKE SA and is silent: after the interval another is negotiated, by which it is asked", (t) => {
	const { network, a, b } = bereft();
	t.deepEqual([a.sas().length, a.up.length, b.up.length], [0, 1, 1]);
	a.esp = network.now;
	network.run(29 * second);
	t.is(a.sas().length, 0);
	network.run(6 * second);
	t.is(a.sas().length, 1);
	const before = network.sent.length;
	network.run(100 * second);
	t.true(network.sent.length - before >= 4, "R-U-THERE");
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	t.deepEqual(a.causes, []);
	// As long as packets come it is not needed.
	const sending = bereft();
	for (let i = 0; i < 60; i++) {
		sending.a.esp = sending.network.now;
		sending.network.run(10 * second);
	}
	t.is(sending.a.sas().length, 0);
});

test("T19 T25 a peer that has deleted the IKE SA and dies: it is dead in time, and its tunnel goes", (t) => {
	const { network, a } = bereft();
	network.filter = () => false;
	network.run(100 * second);
	t.is(a.up.length, 1);
	network.run(60 * second);
	t.deepEqual([a.sas().length, a.pairs.size], [0, 0]);
	t.deepEqual(a.removed, ["the peer is dead"]);
	t.deepEqual([...new Set(a.causes)], ["peer-unreachable"]);
	t.is(a.counter("peer-dead"), 1);
	t.is(a.ike.pollAt(), undefined);
});

test("T19 T25 a peer that has deleted the IKE SA is left alone by a unit that may only answer, or does not ask", (t) => {
	for (const changes of [{ actAs: "responder" }, { deadPeerDetection: { interval: 0, timeout: 0 } }] as const) {
		const { network, a } = bereft(changes);
		const before = network.sent.length;
		network.run(1000 * second);
		t.is(network.sent.length, before);
		t.is(a.up.length, 1);
	}
});
