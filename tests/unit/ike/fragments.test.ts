/** IKE messages in fragments (T24), and what nobody should be able to do with them (F11). */
import test from "ava";
import type { Endpoint } from "../../../modules/addresses.js";
import type { IKESA } from "../../../modules/ike/sa.js";
import { cut, Fragments, WHOLE_SIZE } from "../../../modules/ike/v1/fragments.js";
import { emitMessage, parsePayloads, type ReceivedPayload } from "../../../modules/ike/v1/wire/chain.js";
import { ExchangeType, HEADER_SIZE, PayloadType } from "../../../modules/ike/v1/wire/constants.js";
import { isFault } from "../../../modules/ike/v1/wire/fault.js";
import { emitFragment, parseFragment, type Fragment } from "../../../modules/ike/v1/wire/fragment.js";
import { parseHeader, type Header } from "../../../modules/ike/v1/wire/header.js";
import { isVendor } from "../../../modules/ike/v1/wire/vendor.js";
import { FRAGMENTS, IKE_MESSAGE_SIZE, REASSEMBLIES } from "../../../modules/limits.js";
import { mismatch, two, type Node, type Packet, type TwoOptions } from "./network.js";

/** Of which main mode's and quick mode's messages need several. */
const wholeSize = 120;

function isFragment(packet: Packet): boolean {
	return packet.bytes[16] === PayloadType.FRAGMENT;
}

function fragmentOf(bytes: Uint8Array): Fragment {
	return parseFragment((parsePayloads(bytes, bytes[16]!, HEADER_SIZE, bytes.length) as ReceivedPayload[])[0]!.body) as Fragment;
}

for (const group of ["off", 31] as const)
	for (const order of ["in order", "backwards", "each twice"] as const)
		test(`T24 main and quick mode ${group === "off" ? "without" : "with"} PFS in fragments, ${order}`, (t) => {
			const { network, a, b } = two({ wholeSize, connectionA: { pfs: group }, connectionB: { pfs: group } });
			let held: Packet[] = [];
			network.filter = (packet) => {
				if (!isFragment(packet) || order === "in order")
					return true;
				const node = packet.sender === "a" ? b : a;
				held.push(packet);
				if (fragmentOf(packet.bytes).last) {
					for (const each of order === "backwards" ? held.reverse() : held)
						for (let i = 0; i < (order === "each twice" ? 2 : 1); i++)
							node.ike.process(network.now, each.from, each.to.port, each.bytes.slice());
					held = [];
				}
				return false;
			};
			a.ike.initiate(network.now, "b", "office");
			network.run(10000);
			t.is(mismatch({ a, b }), "");
			t.is(a.up.length, 1);
			const pieces = network.sent.filter(isFragment);
			t.true(pieces.length >= 12, `${pieces.length} fragments`);
			t.true(a.counter("sent-in-fragments") >= 2 && b.counter("sent-in-fragments") >= 2);
			for (const { bytes } of pieces) {
				t.true(bytes.length <= wholeSize);
				const header = parseHeader(bytes) as Header;
				// Whatever the whole is: a fragment is phase 1's, in clear.
				t.deepEqual([header.exchangeType, header.flags, header.messageID], [ExchangeType.MAIN, 0, 0]);
			}
			// Of what was said before the peer's vendor ID was known nothing goes in pieces.
			t.false(isFragment(network.sent[0]!));
			t.deepEqual([...a.causes, ...b.causes], []);
			// A piece that came once more after the message was whole waits in vain.
			network.run(20000);
			for (const node of [a, b])
				t.is([...node.ike.use()].find(({ name }) => name === "IKE reassemblies")!.used, 0);
		});

for (const lost of [1, 2, 3, 4, 5, 6, 7, 8])
	test(`T24 T30 fragment ${lost} lost once: the message comes again, in the same pieces`, (t) => {
		const { network, a, b } = two({ wholeSize });
		let count = 0;
		network.filter = (packet) => !isFragment(packet) || ++count !== lost;
		a.ike.initiate(network.now, "b", "office");
		network.run(15000);
		t.is(mismatch({ a, b }), "");
		t.is(a.up.length, 1);
		t.deepEqual([...a.causes, ...b.causes], []);
	});

for (let seed = 1; seed <= 10; seed++)
	test(`T24 storm ${seed}: fragments lost, doubled and late`, (t) => {
		const { network, a, b } = two({ seed, wholeSize, loss: 10, duplication: 10, reordering: 30, delay: 50 });
		for (let i = 0; i < 8 && !(a.up.length > 0 && mismatch({ a, b }) === ""); i++) {
			a.ike.initiate(network.now, "b", "office");
			network.run(60000);
		}
		t.true(a.up.length >= 1);
		const newest = a.up[a.up.length - 1]!;
		t.is(b.pairs.get(newest.child.outboundSPI)?.inboundKey, newest.outboundKey);
	});

test("T24 messages are cut only for a peer that showed that it takes fragments", (t) => {
	for (const capabilities of ["none", "other modes", "absent"] as const) {
		const { network, a, b } = two({ wholeSize });
		network.filter = (packet) => {
			const { bytes } = packet;
			if (packet.number > 2)
				return true;
			const vendor = (parsePayloads(bytes, bytes[16]!, HEADER_SIZE, bytes.length) as ReceivedPayload[]).find(({ body }) => isVendor(body, "fragmentation"));
			if (capabilities === "absent")
				vendor?.body.fill(0);
			else if (capabilities === "none")
				vendor?.body.fill(0, 16);
			else
				vendor?.body.set([0x40], 16);
			return true;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(mismatch({ a, b }), "");
		t.is(network.sent.filter(isFragment).length, 0);
	}
});

test("T24 a message that fits goes whole", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(mismatch({ a, b }), "");
	t.is(network.sent.filter(isFragment).length, 0);
});

test("T24 cut and put together is the same, at every size around the edges", (t) => {
	const { a } = up();
	const sa = a.sas()[0] as IKESA;
	for (const size of [WHOLE_SIZE + 1, 2 * (WHOLE_SIZE - 36), 2 * (WHOLE_SIZE - 36) + 1, IKE_MESSAGE_SIZE]) {
		const message = new Uint8Array(size).map((_, i) => i * 7 + (i >>> 8));
		const fragments = new Fragments();
		const pieces = [...cut(sa, message, WHOLE_SIZE)];
		t.is(pieces.length, Math.ceil(size / (WHOLE_SIZE - 36)));
		let whole: unknown;
		for (const piece of pieces) {
			t.is(whole, undefined);
			t.true(piece.length <= WHOLE_SIZE);
			whole = fragments.take(0, sa, fragmentOf(piece));
		}
		t.deepEqual(whole, message);
		t.is(fragments.nextDeadline, undefined);
	}
});

function up(options: TwoOptions = {}): { readonly network: ReturnType<typeof two>["network"]; readonly a: Node; readonly b: Node } {
	const made = two(options);
	made.a.ike.initiate(made.network.now, "b", "office");
	made.network.run(3000);
	return made;
}

function piece(id: number, number: number, last: boolean, size = 10, fill = number): Fragment {
	return { id, number, last, data: new Uint8Array(size).fill(fill) };
}

test("F11 what is in the buffer is bounded: pieces, bytes, messages, time (CVE-2016-10396)", (t) => {
	const { a } = up();
	const sa = a.sas()[0] as IKESA;
	const fragments = new Fragments();
	t.is(fragments.take(0, sa, piece(1, FRAGMENTS + 1, false)), "too-many-fragments");
	t.is(fragments.take(0, sa, piece(1, 255, true)), "too-many-fragments");
	t.is(fragments.use().used, 0);
	for (let number = 1; number <= 3; number++)
		t.is(fragments.take(0, sa, piece(1, number, false, IKE_MESSAGE_SIZE / 3)), undefined);
	t.is(fragments.take(0, sa, piece(1, 4, true, 1)), "too-long");
	t.is(fragments.use().used, 0);
	// One message for each IKE SA, the newest.
	for (let id = 1; id <= 100; id++)
		t.is(fragments.take(0, sa, piece(id, 1, false)), undefined);
	t.is(fragments.use().used, 1);
	t.is(fragments.nextDeadline, 15000);
	fragments.expire(14999);
	t.is(fragments.use().used, 1);
	fragments.expire(15000);
	t.is(fragments.use().used, 0);
	// A full one refuses; who has proved something takes the place of who has not.
	const unproven = Array.from({ length: REASSEMBLIES + 1 }, () => ({ isUnproven: true, closed: false }) as IKESA);
	for (const [index, each] of unproven.entries())
		t.is(fragments.take(0, each, piece(1, 1, false)), index < REASSEMBLIES ? undefined : "fragments-full");
	t.is(fragments.take(0, sa, piece(1, 1, false)), undefined);
	t.is(fragments.use().used, REASSEMBLIES);
	t.is(fragments.use().highWater, REASSEMBLIES);
	// That of an IKE SA that is gone goes with it.
	unproven[1]!.closed = true;
	fragments.expire(1);
	t.is(fragments.use().used, REASSEMBLIES - 1);
});

test("F11 pieces that contradict each other: another last one, another content, numbers beyond the last (CVE-2013-6076)", (t) => {
	const { a } = up();
	const sa = a.sas()[0] as IKESA;
	const fragments = new Fragments();
	t.is(fragments.take(0, sa, piece(1, 2, true)), undefined);
	// The same number with other bytes begins anew, also under the same ID.
	t.is(fragments.take(0, sa, piece(1, 2, false, 10, 99)), undefined);
	t.is(fragments.take(0, sa, piece(1, 1, false)), undefined);
	const whole = fragments.take(0, sa, piece(1, 3, true));
	t.deepEqual(whole, Uint8Array.of(...Array<number>(10).fill(1), ...Array<number>(10).fill(99), ...Array<number>(10).fill(3)));
	// A piece behind the last one: never whole.
	t.is(fragments.take(0, sa, piece(2, 3, false)), undefined);
	t.is(fragments.take(0, sa, piece(2, 2, true)), undefined);
	t.is(fragments.take(0, sa, piece(2, 1, false)), undefined);
	t.is(fragments.use().used, 1);
	fragments.expire(20000);
	t.is(fragments.use().used, 0);
});

test("F11 F10 fragments of nothing, of no IKE SA, of fragments, and malformed ones are refused and counted", (t) => {
	const { network, a, b } = up();
	const sa = a.sas()[0] as IKESA;
	const from: Endpoint = { address: a.address, port: 500 };
	const to: Endpoint = { address: b.address, port: 500 };
	const { initiatorCookie, responderCookie } = sa;
	const send = (body: Uint8Array, cookie = initiatorCookie, count = 1) => network.inject(from, to, emitMessage(
		{ initiatorCookie: cookie, responderCookie, exchangeType: ExchangeType.MAIN, flags: 0, messageID: 0 }, Array.from({ length: count }, () => ({ type: PayloadType.FRAGMENT, body }))));
	send(new Uint8Array(0));
	send(new Uint8Array(3));
	t.is(b.counter("fragment-truncated"), 2);
	send(Uint8Array.of(0, 1, 1, 1));
	t.is(b.counter("fragment-length"), 1);
	send(Uint8Array.of(0, 1, 0, 1, 5));
	send(Uint8Array.of(0, 1, 1, 1, 5), initiatorCookie, 2);
	t.is(b.counter("fragment-count"), 2);
	send(Uint8Array.of(0, 1, 1, 1, 5), new Uint8Array(8).fill(9));
	t.is(b.counter("fragment-unknown-cookies"), 1);
	// Whole, and no message: header truncated.
	send(Uint8Array.of(0, 1, 1, 1, 5));
	t.is(b.counter("header-truncated"), 1);
	// Fragments in a fragment.
	const inner = emitMessage({ initiatorCookie, responderCookie, exchangeType: ExchangeType.MAIN, flags: 0, messageID: 0 },
		[{ type: PayloadType.FRAGMENT, body: emitFragment(piece(1, 1, true)) }]);
	send(emitFragment({ id: 7, number: 1, last: true, data: inner }));
	t.is(b.counter("fragment-in-fragment"), 1);
	t.is(mismatch({ a, b }), "");
	t.is([...b.ike.use()].find(({ name }) => name === "IKE reassemblies")!.used, 0);
});

test("F11 a flood of pieces leaves a negotiation of somebody else unharmed, and is forgotten in time", (t) => {
	const { network, a, b } = up({ wholeSize });
	const sa = a.sas()[0] as IKESA;
	const { initiatorCookie, responderCookie } = sa;
	for (let i = 0; i < 500; i++)
		network.inject({ address: a.address, port: 500 }, { address: b.address, port: 500 }, emitMessage(
			{ initiatorCookie, responderCookie, exchangeType: ExchangeType.MAIN, flags: 0, messageID: 0 },
			[{ type: PayloadType.FRAGMENT, body: emitFragment(piece(i, 1 + i % FRAGMENTS, false, 200)) }]));
	t.is([...b.ike.use()].find(({ name }) => name === "IKE reassemblies")!.used, 1);
	a.ike.renew(network.now, a.up[0]!.child.inboundSPI);
	network.run(5000);
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, 2);
	network.run(60000);
	t.is([...b.ike.use()].find(({ name }) => name === "IKE reassemblies")!.used, 0);
});

test("fragment: every cut of its body is a fault", (t) => {
	const body = emitFragment(piece(0x1234, 5, true));
	const read = parseFragment(body) as Fragment;
	t.deepEqual([read.id, read.number, read.last, [...read.data]], [0x1234, 5, true, Array<number>(10).fill(5)]);
	for (let size = 0; size <= 4; size++)
		t.true(isFault(parseFragment(body.subarray(0, size))));
	t.false((parseFragment(emitFragment(piece(1, 5, false))) as Fragment).last);
});
