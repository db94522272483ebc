import test from "ava";
import { PAYLOADS } from "../../../../modules/limits.js";
import { formatHex, parseHex, printable, sameBytes } from "../../../../modules/ike/v1/wire/bytes.js";
import { emitCertificate, parseCertificate, parseCertificateRequest, type Certificate } from "../../../../modules/ike/v1/wire/cert.js";
import { faultNotification, faultReasons, fault, type FaultReason } from "../../../../modules/ike/v1/wire/fault.js";
import { emitHash, parseHash } from "../../../../modules/ike/v1/wire/hash.js";
import { emitKE, parseKE, publicValueSize } from "../../../../modules/ike/v1/wire/ke.js";
import { exchangeName, notificationName, payloadName, payloadNames } from "../../../../modules/ike/v1/wire/names.js";
import { emitNATOA, isNATD, isNATOA, natdInput, parseNATD, parseNATOA } from "../../../../modules/ike/v1/wire/nat.js";
import { emitNonce, parseNonce } from "../../../../modules/ike/v1/wire/nonce.js";
import { emitVendor, isVendor, parseVendor, vendors, type VendorName } from "../../../../modules/ike/v1/wire/vendor.js";
import { mutate, truncate } from "./hostile.js";

test("F09 ke: a public value has the size of its group, nothing else", (t) => {
	for (const [group, size] of [[2, 128], [5, 192], [14, 256], [15, 384], [16, 512], [17, 768], [18, 1024], [19, 64], [20, 96], [21, 132], [31, 32]] as const) {
		t.is(publicValueSize(group), size);
		const value = new Uint8Array(size).fill(7);
		t.is(parseKE(value, group), value);
		t.deepEqual(parseKE(new Uint8Array(size - 1), group), { fault: "length", at: 0 });
		t.deepEqual(parseKE(new Uint8Array(size + 1), group), { fault: "length", at: 0 });
	}
	for (const group of [0, 1, 3, 22, 65535]) {
		t.is(publicValueSize(group), 0);
		t.deepEqual(parseKE(new Uint8Array(0), group), { fault: "length", at: 0 });
	}
});

test("nonce: 8 to 256 bytes", (t) => {
	for (const [size, right] of [[0, false], [7, false], [8, true], [256, true], [257, false]] as const) {
		const nonce = new Uint8Array(size);
		t.is(parseNonce(nonce) === nonce, right, `${size}`);
		if (right)
			t.is(emitNonce(nonce).length, size);
		else
			t.throws(() => emitNonce(nonce), { instanceOf: RangeError });
	}
});

test("hash: exactly the size of the negotiated one", (t) => {
	const hash = new Uint8Array(20);
	t.is(parseHash(hash, 20), hash);
	for (const size of [0, 16, 19, 21, 32])
		t.deepEqual(parseHash(hash, size), { fault: "length", at: 0 });
});

test("F12 emitted bodies share no memory with what they were made from", (t) => {
	const bytes = new Uint8Array(40).fill(9).subarray(8, 40);
	for (const body of [emitKE(bytes), emitNonce(bytes), emitHash(bytes), emitCertificate(4, bytes)]) {
		t.not(body.buffer, bytes.buffer);
		t.is(body.buffer.byteLength, body.length);
	}
});

test("vendor: constants as their owners publish them, recognised with what may follow", (t) => {
	const known: [VendorName, string][] = [
		["natTraversal", "4a131c81070358455c5728f20e95452f"], ["natTraversal03", "7d9419a65310ca6f2c179d9215529d56"],
		["natTraversal02n", "90cb80913ebb696e086381b5ec427b1f"], ["natTraversal02", "cd60464335df21f87cfdb2fc68b6a448"],
		["natTraversal01", "16f6ca16e4a4066d83821a0f0aeaa862"], ["natTraversal00", "4485152d18b6bbcd0be8a8469579ddcc"],
		["deadPeerDetection", "afcad71368a1f1c96b8696fc77570100"], ["fragmentation", "4048b7d56ebce88525e7de7f00d6c2d3"],
		["fragmentation", "4048b7d56ebce88525e7de7f00d6c2d3c0000000"], ["xauth", "09002689dfd6b712"],
		["unity", "12f5f28c457168a9702d9fe274cc0100"]
	];
	for (const [name, hex] of known)
		t.is(parseVendor(parseHex(hex)), name);
	for (const name of Object.keys(vendors) as VendorName[])
		t.is(parseVendor(emitVendor(name)), name);
	t.is(formatHex(emitVendor("deadPeerDetection")), "afcad71368a1f1c96b8696fc77570100");
	t.is(formatHex(emitVendor("fragmentation")), "4048b7d56ebce88525e7de7f00d6c2d380000000");
	t.is(formatHex(emitVendor("natTraversal")), vendors.natTraversal.id);
});

test("vendor: unknown ones, cut ones and longer ones are nobody's", (t) => {
	t.is(parseVendor(new Uint8Array(0)), undefined);
	t.is(parseVendor(new Uint8Array(16)), undefined);
	t.is(parseVendor(parseHex("4a131c81070358455c5728f20e9545")), undefined);
	t.is(parseVendor(parseHex("4a131c81070358455c5728f20e95452f00")), undefined);
	t.is(parseVendor(parseHex("afcad71368a1f1c96b8696fc775701")), undefined);
	t.false(isVendor(parseHex("4a131c81070358455c5728f20e95452e"), "natTraversal"));
});

test("T21 nat: payload numbers of the RFC and of its drafts", (t) => {
	t.deepEqual([20, 21, 130, 131, 13].map(isNATD), [true, false, true, false, false]);
	t.deepEqual([20, 21, 130, 131, 13].map(isNATOA), [false, true, false, true, false]);
});

test("T23 nat: what a NAT-D payload hashes", (t) => {
	t.is(formatHex(natdInput(parseHex("01020304050607081112131415161718"), 0xc0a80107, 4500)), "01020304050607081112131415161718c0a801071194");
	t.is((parseNATD(new Uint8Array(20), 20) as Uint8Array).length, 20);
	t.deepEqual(parseNATD(new Uint8Array(20), 16), { fault: "length", at: 0 });
});

test("nat: original addresses", (t) => {
	t.is(formatHex(emitNATOA(0xc0a80107)), "01000000c0a80107");
	t.deepEqual(parseNATOA(parseHex("01000000c0a80107")), { type: 1, address: 0xc0a80107 });
	t.deepEqual(parseNATOA(parseHex("05000000" + "00".repeat(16))), { type: 5, address: 0 });
	t.deepEqual(parseNATOA(parseHex("02000000c0a80107")), { fault: "payload-type", at: 0 });
	t.deepEqual(parseNATOA(parseHex("01000100c0a80107")), { fault: "reserved", at: 1 });
	t.deepEqual(parseNATOA(parseHex("05000000c0a80107")), { fault: "length", at: 4 });
	t.is(truncate(parseNATOA, parseHex("01000000c0a80107")), "");
	t.is(mutate(parseNATOA, parseHex("01000000c0a80107"), 400, 0x0a), "");
});

test("T31 cert: certificates and requests, a request may be empty", (t) => {
	const cert = parseCertificate(parseHex("0430820102")) as Certificate;
	t.is(cert.encoding, 4);
	t.is(formatHex(cert.data), "30820102");
	t.is(formatHex(emitCertificate(cert.encoding, cert.data)), "0430820102");
	t.is((parseCertificateRequest(parseHex("04")) as Certificate).data.length, 0);
	t.deepEqual(parseCertificate(parseHex("04")), { fault: "length", at: 1 });
	t.deepEqual(parseCertificate(parseHex("")), { fault: "truncated", at: 0 });
	t.deepEqual(parseCertificateRequest(parseHex("")), { fault: "truncated", at: 0 });
});

test("names: of payloads, exchanges and notifications, known and not", (t) => {
	t.is(payloadName(1), "SA");
	t.is(payloadName(77), "payload 77");
	t.is(exchangeName(32), "quick");
	t.is(exchangeName(99), "exchange 99");
	t.is(notificationName(14), "NO-PROPOSAL-CHOSEN");
	t.is(notificationName(40000), "notification 40000");
	t.is(payloadNames([{ type: 1 }, { type: 13 }, { type: 13 }, { type: 20 }]), "SA VID*2 NAT-D");
	t.is(payloadNames([]), "");
	t.is(payloadNames([13, 13, 1, 13, 77, 77, 20, 130, 130].map((type) => ({ type }))), "VID*2 SA VID payload 77*2 NAT-D NAT-D*2");
	const named: { readonly [type: number]: string } = {
		1: "SA", 4: "KE", 5: "ID", 6: "CERT", 7: "CERTREQ", 8: "HASH", 9: "SIG", 10: "NONCE", 11: "N", 12: "D", 13: "VID", 14: "ATTR", 20: "NAT-D", 21: "NAT-OA", 130: "NAT-D", 131: "NAT-OA", 132: "FRAG"
	};
	for (let type = 0; type < 256; type++)
		t.is(payloadName(type), named[type] ?? `payload ${type}`);
	// The longest that a message can have, and more than any has.
	const many = Array.from({ length: 200 }, (_, i) => ({ type: 200 + i % 2 }));
	t.is(payloadNames(many.slice(0, PAYLOADS)), many.slice(0, PAYLOADS).map(({ type }) => payloadName(type)).join(" "));
	t.true(payloadNames(many).startsWith("payload 200 payload 201 "));
	t.is(payloadNames(many.map(() => ({ type: 13 }))), "VID*200");
});

test("faults: each reason has a notification of an error", (t) => {
	for (const reason of Object.keys(faultReasons) as FaultReason[]) {
		const type = faultNotification(fault(reason, 0));
		t.true(type > 0 && type < 31, reason);
	}
});

test("bytes: hexadecimal and comparison", (t) => {
	t.is(formatHex(parseHex("00ff7Fa0")), "00ff7fa0");
	for (const text of ["0", "0g", "zz", "00 0", "0x00"])
		t.throws(() => parseHex(text), { instanceOf: RangeError });
	t.true(sameBytes(parseHex("0102"), parseHex("0102")));
	t.false(sameBytes(parseHex("0102"), parseHex("0103")));
	t.false(sameBytes(parseHex("0102"), parseHex("010203")));
	t.is(printable(parseHex("41007e5c")), "A\\x00~\\x5c");
});
