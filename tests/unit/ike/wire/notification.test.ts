import test from "ava";
import { formatHex, parseHex } from "../../../../modules/ike/v1/wire/bytes.js";
import { NotifyType, ProtocolID } from "../../../../modules/ike/v1/wire/constants.js";
import { deletedCookies, deletedSPI, emitDelete, emitDeleteIKE, parseDelete, type Delete } from "../../../../modules/ike/v1/wire/delete.js";
import { emitNotification, parseNotification, type Notification } from "../../../../modules/ike/v1/wire/notification.js";
import { emitReason, parseReason, ReasonCode } from "../../../../modules/ike/v1/wire/reason.js";
import { complaint, lie, mutate, truncate } from "./hostile.js";

const cookies = "0102030405060708" + "1112131415161718";
/** R-U-THERE with a sequence number. */
const notification = "00000001" + "01108d28" + cookies + "000004d2";
const deletes = "00000001" + "03040002" + "fffffffe" + "00001001";

test("notification: fields and back", (t) => {
	const n = parseNotification(parseHex(notification)) as Notification;
	t.is(n.protocol, ProtocolID.ISAKMP);
	t.is(n.type, NotifyType.R_U_THERE);
	t.is(formatHex(n.spi), cookies);
	t.is(formatHex(n.data), "000004d2");
	const body = emitNotification(n);
	t.is(formatHex(body), notification);
	t.is(body.buffer.byteLength, body.length);
	t.throws(() => emitNotification({ ...n, spi: new Uint8Array(17) }), { instanceOf: RangeError });
});

test("notification: without SPI and data, of the ISAKMP DOI", (t) => {
	const n = parseNotification(parseHex("00000000" + "0000000e")) as Notification;
	t.is(n.type, NotifyType.NO_PROPOSAL_CHOSEN);
	t.is(n.spi.length, 0);
	t.is(n.data.length, 0);
});

test("F10 notification: unknown DOI, SPI sizes that lie", (t) => {
	t.deepEqual(parseNotification(parseHex("00000002" + "0000000e")), { fault: "doi", at: 0 });
	t.deepEqual(parseNotification(parseHex("00000001" + "0104000e")), { fault: "truncated", at: 5 });
	t.deepEqual(parseNotification(parseHex("00000001" + "01ff000e" + cookies)), { fault: "spi", at: 5 });
	t.deepEqual(parseNotification(parseHex("00000001" + "0111000e" + cookies + "00")), { fault: "spi", at: 5 });
});

test("notification: cut at every byte, random changes", (t) => {
	t.is(truncate(parseNotification, parseHex(notification), (length) => length >= 24), "");
	t.is(mutate(parseNotification, parseHex(notification), 800, 0x0e), "");
});

test("reason: what it says and back", (t) => {
	for (const code of Object.values(ReasonCode)) {
		const data = emitReason(code);
		t.is(formatHex(data), `6b657967617465${code.toString(16).padStart(2, "0")}00`);
		t.deepEqual(parseReason(data), { code, group: 0 });
	}
	for (const group of [2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 31])
		t.deepEqual(parseReason(emitReason(ReasonCode.GROUP, group)), { code: ReasonCode.GROUP, group });
});

test("reason: what nobody knows is none: other codes, other groups, another length, another's data", (t) => {
	for (const data of [
		"", "00", "6b657967617465", "6b65796761746501", "6b6579676174650000", "6b6579676174650700", "6b657967617465ff00", "6b6579676174650301", "6b6579676174650316", "6b65796761746503ff",
		"6b657967617465010e", "6b657967617465021f", "6b657967617465040e", "6b657967617465051f", "6b6579676174650601", "6b6579676174640100", "4b6579676174650100", "6b657967617465010000", "6b65796761746501" + "00".repeat(300)
	])
		t.is(parseReason(parseHex(data)), undefined, data);
});

test("delete: SPIs of ESP and back", (t) => {
	const d = parseDelete(parseHex(deletes)) as Delete;
	t.is(d.protocol, ProtocolID.ESP);
	t.is(d.count, 2);
	t.is(deletedSPI(d, 0), 0xfffffffe);
	t.is(deletedSPI(d, 1), 0x1001);
	t.throws(() => deletedSPI(d, 2), { instanceOf: RangeError });
	t.throws(() => deletedCookies(d, 0), { instanceOf: RangeError });
	t.is(formatHex(emitDelete(ProtocolID.AH, 0xfffffffe)), "00000001" + "02040001" + "fffffffe");
});

test("T19 delete: IKE SAs by their cookies, and back", (t) => {
	const body = emitDeleteIKE(parseHex(cookies.slice(0, 16)), parseHex(cookies.slice(16)));
	t.is(formatHex(body), "00000001" + "01100001" + cookies);
	const d = parseDelete(body) as Delete;
	t.is(formatHex(deletedCookies(d, 0)), cookies);
	t.throws(() => deletedSPI(d, 0), { instanceOf: RangeError });
	t.throws(() => deletedCookies(d, 1), { instanceOf: RangeError });
	t.throws(() => emitDeleteIKE(new Uint8Array(8), new Uint8Array(4)), { instanceOf: RangeError });
	const two = parseDelete(parseHex("00000000" + "01100002" + "ff".repeat(16) + cookies)) as Delete;
	t.is(formatHex(deletedCookies(two, 1)), cookies);
});

test("F10 delete: DOI, protocol, SPI size and count that lie", (t) => {
	const changed = (at: number, value: number) => {
		const body = parseHex(deletes);
		body[at] = value;
		return parseDelete(body);
	};
	t.deepEqual(changed(3, 7), { fault: "doi", at: 0 });
	for (const protocol of [0, 5, 255])
		t.deepEqual(changed(4, protocol), { fault: "payload-type", at: 4 });
	t.deepEqual(changed(4, ProtocolID.ISAKMP), { fault: "spi", at: 5 });
	for (const size of [0, 2, 3, 8, 16, 255])
		t.deepEqual(changed(5, size), { fault: "spi", at: 5 });
	t.deepEqual(changed(7, 0), { fault: "count", at: 6 });
	t.deepEqual(changed(7, 1), { fault: "length", at: 6 });
	t.deepEqual(changed(7, 3), { fault: "truncated", at: 6 });
	t.is(lie(parseDelete, parseHex(deletes), 6), "");
});

test("delete: cut at every byte, random changes", (t) => {
	t.is(truncate(parseDelete, parseHex(deletes)), "");
	t.is(mutate(parseDelete, parseHex(deletes), 800, 0xde), "");
	t.is(complaint(parseDelete, new Uint8Array(0)), "");
});
