import test from "ava";
import { DHCP_LEASE_SIZE, DHCP_LEASES } from "../../../modules/limits.js";
import { emitMessage, MessageType, parseMessage } from "../../../modules/dhcp/message.js";
import { OFFER_TIME, PROBE_TIME, RATE, TAKEN_TIME } from "../../../modules/dhcp/server.js";
import { hardware, LAN, message, plan, second } from "./client.js";

test("dhcp: discover, offer, request, ack: the address is asked for on the LAN first, and all that a machine needs is said", (t) => {
	const lan = new LAN();
	t.is(lan.say(hardware(1), { type: MessageType.DISCOVER, xid: 7 }, PROBE_TIME - 1), undefined, "somebody may have it");
	const offer = lan.say(hardware(2), { type: MessageType.DISCOVER, xid: 8 }, 1)!;
	t.is(offer.hardware, "52:54:00:00:00:01");
	t.deepEqual([offer.type, offer.xid, offer.to, offer.ciaddr], [MessageType.OFFER, 7, "255.255.255.255", "0.0.0.0"]);
	t.is(lan.asked[0], offer.yiaddr);
	const ack = lan.say(hardware(1), { type: MessageType.REQUEST, xid: 9, requested: offer.yiaddr, server: "10.1.0.1" }, 0)!;
	t.deepEqual([ack.type, ack.xid, ack.yiaddr, ack.to], [MessageType.ACK, 9, offer.yiaddr, "255.255.255.255"]);
	t.deepEqual([...ack.options], [[53, "5"], [54, "10 1 0 1"], [51, "0 0 14 16"], [58, "0 0 7 8"], [59, "0 0 12 78"], [1, "255 255 255 0"], [3, "10 1 0 1"], [6, "10 0 0 53 10 0 0 54"]]);
	t.true(ack.size >= 300, "RFC 1542 2.1");
	t.regex(offer.yiaddr, /^10\.1\.0\.1\d\d$/);
	t.deepEqual(lan.lines, [`DHCP: ${offer.yiaddr} is for 52:54:00:00:00:01`]);
	t.deepEqual(lan.counts(), {});
	t.is(lan.server.use().used, 2);
});

test("dhcp: a machine keeps its address: asked for again, renewed, over, released, and after a new start of this unit", (t) => {
	const lan = new LAN();
	const address = lan.join(1);
	t.not(address, "");
	t.is(lan.join(1), address);
	t.is(lan.asked.length, 1, "its own address is not asked for");
	t.deepEqual([...lan.server.leases(lan.now)], [{ address, hardware: "52:54:00:00:00:01", seconds: plan.leaseSeconds - 1 }]);
	const renewed = lan.say(hardware(1), { type: MessageType.REQUEST, ciaddr: address })!;
	t.deepEqual([renewed.type, renewed.to, renewed.yiaddr, renewed.ciaddr], [MessageType.ACK, address, address, address]);
	lan.now += 2 * plan.leaseSeconds * second;
	t.not(lan.join(2), address);
	t.is(lan.join(1), address);
	lan.say(hardware(1), { type: MessageType.RELEASE, ciaddr: address, server: "10.1.0.1" });
	t.is(lan.join(1), address);
	const anew = new LAN();
	const back = anew.say(hardware(1), { type: MessageType.REQUEST, requested: address })!;
	t.deepEqual([back.type, back.yiaddr], [MessageType.ACK, address]);
	t.is(new LAN().join(1), address, "the search begins where it began before");
});

test("dhcp: an address that is another machine's, or not of this network, is refused; so is what was not offered", (t) => {
	const lan = new LAN();
	const address = lan.join(1);
	for (const requested of [address, "10.9.0.7", "10.1.0.1", "10.1.0.9", "10.1.0.255"]) {
		const nak = lan.say(hardware(2), { type: MessageType.REQUEST, requested })!;
		t.deepEqual([nak.type, nak.to, nak.yiaddr, nak.options.has(1)], [MessageType.NAK, "255.255.255.255", "0.0.0.0", false], requested);
	}
	t.is(lan.say(hardware(2), { type: MessageType.REQUEST, ciaddr: address })!.type, MessageType.NAK);
	t.is(lan.say(hardware(3), { type: MessageType.REQUEST, requested: "10.1.0.150", server: "10.1.0.1" })!.type, MessageType.NAK);
	t.is(lan.counts()["dhcp-refused"], 7);
	const offer = lan.say(hardware(4), { type: MessageType.DISCOVER })!;
	t.is(lan.say(hardware(4), { type: MessageType.REQUEST, requested: offer.yiaddr, server: "10.1.0.2" }), undefined, "it takes another server's");
	t.is(lan.server.use().used, 1);
});

test("dhcp: a machine with an address of its own in the settings gets that, and nobody else does", (t) => {
	const lan = new LAN();
	t.is(lan.join(9), "10.1.0.9");
	t.is(lan.say(hardware(8), { type: MessageType.DISCOVER, requested: "10.1.0.9" })!.yiaddr === "10.1.0.9", false);
	// It had another one before that was so.
	const other = new LAN({ ...plan, fixed: [] });
	const before = other.join(9);
	other.server.configure(plan);
	t.is(other.say(hardware(9), { type: MessageType.REQUEST, ciaddr: before })!.type, MessageType.NAK);
	t.is(other.join(9), "10.1.0.9");
	// Inside of the pool.
	const inside = { ...plan, last: plan.first + 1, fixed: [{ hardwareAddress: "52:54:00:00:00:09", address: plan.first }] };
	const small = new LAN(inside);
	t.is(small.join(1), "10.1.0.101");
	t.is(small.join(2), "");
	t.is(small.join(9), "10.1.0.100");
});

test("dhcp: an address that somebody has without a lease is not offered, nor one that was declined, until some time has passed", (t) => {
	const first = new LAN().join(1);
	const lan = new LAN();
	lan.squatters.set(first, "52:54:00:00:00:77");
	const offer = lan.say(hardware(1), { type: MessageType.DISCOVER, xid: 3 }, 2 * PROBE_TIME)!;
	t.deepEqual([offer.type, offer.xid], [MessageType.OFFER, 3]);
	t.not(offer.yiaddr, first);
	t.regex(lan.lines[0]!, new RegExp(`${first} is in use by 52:54:00:00:00:77 without a lease`));
	t.is(lan.counts()["dhcp-taken"], 1);
	lan.squatters.clear();
	lan.say(hardware(1), { type: MessageType.REQUEST, requested: offer.yiaddr, server: "10.1.0.1" });
	t.is(lan.say(hardware(1), { type: MessageType.DECLINE, requested: offer.yiaddr, server: "10.1.0.1" }), undefined);
	t.is(lan.counts()["dhcp-declined"], 1);
	const third = lan.join(1);
	t.false(["", first, offer.yiaddr].includes(third));
	// Nobody declines what is not his.
	lan.say(hardware(2), { type: MessageType.DECLINE, requested: third, server: "10.1.0.1" });
	lan.say(hardware(2), { type: MessageType.RELEASE, ciaddr: third, server: "10.1.0.1" });
	t.is(lan.counts()["dhcp-refused"], 2);
	t.is(lan.join(1), third);
	lan.now += TAKEN_TIME;
	lan.say(hardware(1), { type: MessageType.RELEASE, ciaddr: third, server: "10.1.0.1" });
	t.is(lan.say(hardware(5), { type: MessageType.DISCOVER, requested: first })!.yiaddr, first);
});

test("dhcp: the machine that has the address already may answer for it", (t) => {
	const lan = new LAN();
	const address = lan.join(1);
	const again = new LAN();
	again.squatters.set(address, "52:54:00:00:00:01");
	t.is(again.join(1), address);
});

test("dhcp: identifiers tell machines apart and are sent back (RFC 6842); one that is too long does not count", (t) => {
	const lan = new LAN();
	const a = lan.join(1, [1, 2, 3]);
	const b = lan.join(1, [1, 2, 4]);
	t.not(a, b);
	t.is(lan.join(2, [1, 2, 3]), a, "another port, the same machine");
	t.is(lan.answers[lan.answers.length - 1]!.options.get(61), "1 2 3");
	const long = Array.from({ length: DHCP_LEASE_SIZE }, (_, i) => i);
	const c = lan.join(3, long);
	t.is(lan.join(3, long), c);
	t.is(lan.answers[lan.answers.length - 1]!.options.get(61), long.join(" "));
});

test("dhcp: INFORM is answered without an address, to where it came from", (t) => {
	const lan = new LAN();
	const answer = lan.say(hardware(1), { type: MessageType.INFORM, ciaddr: "10.1.0.50" })!;
	t.deepEqual([answer.type, answer.to, answer.yiaddr, answer.options.has(51), answer.options.get(3)], [MessageType.ACK, "10.1.0.50", "0.0.0.0", false, "10 1 0 1"]);
	t.is(lan.say(hardware(1), { type: MessageType.INFORM, ciaddr: "10.9.0.50" }), undefined);
	t.is(lan.server.use().used, 0);
});

test("dhcp: a full table: offers that nobody took go first, leases that are over next, bound ones never; it is said", (t) => {
	const lan = new LAN(plan, 4);
	const [a, b] = [lan.join(1), lan.join(2)];
	lan.say(hardware(3), { type: MessageType.DISCOVER });
	lan.say(hardware(4), { type: MessageType.DISCOVER });
	t.is(lan.server.use().used, 4);
	t.not(lan.join(5), "");
	t.not(lan.join(6), "");
	t.is(lan.join(7), "");
	t.is(lan.counts()["dhcp-full"], 1);
	t.regex(lan.lines[lan.lines.length - 1]!, /there is no address for 52:54:00:00:00:07: all are given, or 4 machines have one/);
	t.deepEqual([lan.join(1), lan.join(2)], [a, b]);
	lan.now += plan.leaseSeconds * second + 1;
	t.not(lan.join(7), "");
	t.deepEqual([lan.server.use().used, lan.server.use().highWater, DHCP_LEASES], [4, 4, 64]);
});

test("dhcp: a pool of two; an offer that nobody took is somebody else's after a minute", (t) => {
	const lan = new LAN({ ...plan, last: plan.first + 1 });
	t.not(lan.join(1), "");
	const offer = lan.say(hardware(2), { type: MessageType.DISCOVER })!;
	t.is(lan.say(hardware(3), { type: MessageType.DISCOVER }), undefined);
	lan.now += OFFER_TIME;
	t.is(lan.say(hardware(3), { type: MessageType.DISCOVER })!.yiaddr, offer.yiaddr);
});

test("dhcp: more than a bounded number of messages a second are not looked at", (t) => {
	const lan = new LAN();
	for (let i = 0; i < RATE + 5; i++)
		lan.server.receive(lan.now, message(hardware(i), { type: MessageType.DISCOVER }));
	t.is(lan.counts()["dhcp-too-many"], 5);
	lan.now += second;
	lan.server.poll(lan.now);
	t.not(lan.join(1), "");
});

test("dhcp: what is no message of a client on this LAN is dropped and counted", (t) => {
	const lan = new LAN();
	const good = message(hardware(1), { type: MessageType.DISCOVER });
	const spoilt = (change: (bytes: Uint8Array) => void): Uint8Array => {
		const bytes = good.slice();
		change(bytes);
		return bytes;
	};
	const cases: [Uint8Array, string][] = [
		[good.slice(0, 239), "dhcp-short"],
		[new Uint8Array(0), "dhcp-short"],
		[spoilt((bytes) => { bytes[0] = 2; }), "dhcp-not-a-request"],
		[spoilt((bytes) => { bytes[1] = 6; }), "dhcp-hardware"],
		[spoilt((bytes) => { bytes[2] = 16; }), "dhcp-hardware"],
		[spoilt((bytes) => { bytes[28] = 1; }), "dhcp-hardware"],
		[spoilt((bytes) => { bytes.fill(0, 28, 34); }), "dhcp-hardware"],
		[spoilt((bytes) => { bytes[236] = 0; }), "dhcp-no-cookie"],
		[spoilt((bytes) => { bytes[241] = 2; }), "dhcp-options"],
		[spoilt((bytes) => { bytes[240] = 0; bytes[241] = 0; bytes[242] = 0; }), "dhcp-type"],
		[message(hardware(1), { type: 99 }), "dhcp-type"],
		[message(hardware(1), { type: MessageType.OFFER }), "dhcp-type"],
		[message(hardware(1), { type: MessageType.DISCOVER, giaddr: "10.1.0.2" }), "dhcp-relayed"],
		[message(hardware(1), { type: MessageType.DISCOVER, more: [50, 3, 1, 2, 3] }), "dhcp-options"],
		[message(hardware(1), { type: MessageType.DISCOVER, more: [61, 1, 1] }), "dhcp-options"],
		[message(hardware(1), { type: MessageType.DISCOVER, more: [12, 200, 65] }), "dhcp-options"],
		[message(hardware(1), { type: MessageType.DISCOVER, more: [12] }).slice(0, 244), "dhcp-options"],
		// The two fields are said to have options: `file` has one that goes beyond it.
		[spoilt((bytes) => { bytes.set([52, 1, 1, 255], 243 - 3); bytes[108] = 12; bytes[109] = 127; }), "dhcp-options"],
	];
	for (const [bytes, name] of cases) {
		const before = lan.counts()[name] ?? 0;
		lan.now += second;
		lan.server.receive(lan.now, bytes);
		t.is(lan.counts()[name], before + 1, name);
	}
	t.is(lan.answers.length, 0);
	t.is(lan.server.use().used, 0);
	// Cut anywhere, and with each byte spoilt: nothing is thrown.
	const full = message(hardware(2), { type: MessageType.REQUEST, requested: "10.1.0.120", server: "10.1.0.1", id: [1, 2, 3, 4], more: [52, 1, 3] });
	for (let i = 0; i <= full.length; i++) {
		lan.now += second;
		lan.server.receive(lan.now, full.slice(0, i));
		const bytes = full.slice();
		if (i < bytes.length)
			bytes[i] = 255 - bytes[i]!;
		lan.server.receive(lan.now, bytes);
		lan.server.poll(lan.now);
	}
	t.pass();
});

test("dhcp: options in the fields of name and file are read (RFC 2132 9.3)", (t) => {
	const bytes = message(hardware(1), { type: MessageType.DISCOVER, more: [52, 1, 3] });
	bytes.set([50, 4, 10, 1, 0, 177, 255], 108);
	bytes.set([61, 2, 9, 9, 255], 44);
	const parsed = parseMessage(bytes);
	t.true(typeof parsed !== "string" && parsed.requested === 0x0a0100b1 && parsed.id?.join() === "9,9");
});

test("dhcp: a server that is switched off says nothing; what it probed for is forgotten", (t) => {
	const lan = new LAN();
	lan.server.receive(lan.now, message(hardware(1), { type: MessageType.DISCOVER }));
	lan.server.configure(undefined);
	lan.now += PROBE_TIME;
	lan.server.poll(lan.now);
	t.deepEqual([lan.answers.length, lan.server.pollAt(), lan.server.use().used], [0, undefined, 0]);
	t.is(lan.say(hardware(1), { type: MessageType.DISCOVER }), undefined);
});

test("dhcp: a message of ours is read by no server", (t) => {
	t.is(parseMessage(emitMessage({ type: MessageType.ACK, xid: 1, broadcast: true, ciaddr: 0, yiaddr: 1, hardware: hardware(1), server: 1, id: undefined, lease: 1, network: undefined, text: "" })), "dhcp-not-a-request");
});
