import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { concat } from "../../../modules/ike/bytes.js";
import { PRF } from "../../../modules/ike/prf.js";
import { cipherKey, hash1, hash2, hash3, keyMaterial, phase1Hash, phase1IV, phase1Keys, phase2IV, preSharedKeyID } from "../../../modules/ike/v1/keys.js";
import { formatHex, parseHex } from "../../../modules/ike/v1/wire/bytes.js";
import { parsePayloads, payloadsEnd, type ReceivedPayload } from "../../../modules/ike/v1/wire/chain.js";
import type { EncryptionName } from "../../../modules/crypto/types.js";
import { encryptions } from "../../../modules/crypto/algorithms.js";
import { negotiations } from "../../vectors/ike-main-quick.js";

function payloads(bytes: Uint8Array, first: number, offset: number): ReceivedPayload[] {
	return parsePayloads(bytes, first, offset, bytes.length) as ReceivedPayload[];
}

/** What HASH(1) and HASH(2) cover of a decrypted message whose first payload is the HASH. */
function rest(plain: Uint8Array): Uint8Array {
	const list = payloads(plain, 8, 0);
	return plain.subarray(list[1]!.offset, payloadsEnd(list, 0));
}

for (const vector of negotiations) {
	const crypto = new Accelerator();
	const prf = new PRF(crypto, vector.phase1.hash);
	const ni = parseHex(vector.initiatorNonce);
	const nr = parseHex(vector.responderNonce);
	const cookies = parseHex(vector.initiatorCookie + vector.responderCookie);
	const blockSize = encryptions[vector.phase1.encryption].blockSize;

	test(`phase 1 keys are strongSwan's: ${vector.name}`, (t) => {
		const skeyid = preSharedKeyID(prf, parseHex(vector.preSharedKey), ni, nr);
		t.is(formatHex(skeyid), vector.SKEYID);
		const keys = phase1Keys(prf, vector.phase1.encryption, skeyid, parseHex(vector.sharedSecret), cookies);
		t.is(formatHex(keys.d), vector.SKEYID_d);
		t.is(formatHex(keys.a), vector.SKEYID_a);
		t.is(formatHex(keys.cipher), vector.encryptionKey);
		t.is(formatHex(cipherKey(prf, parseHex(vector.SKEYID_e), keys.cipher.length)), vector.encryptionKey);
		t.is(formatHex(phase1IV(prf, blockSize, parseHex(vector.initiatorPublicValue), parseHex(vector.responderPublicValue))), vector.initialIV);
	});

	test(`HASH_I and HASH_R are strongSwan's: ${vector.name}`, (t) => {
		const skeyid = parseHex(vector.SKEYID);
		const initiator = { publicValue: parseHex(vector.initiatorPublicValue), cookie: cookies.subarray(0, 8) };
		const responder = { publicValue: parseHex(vector.responderPublicValue), cookie: cookies.subarray(8) };
		const sa = payloads(parseHex(vector.messages[0]!.bytes), 1, 28)[0]!.body;
		const idi = payloads(parseHex(vector.plain[0]!), 5, 0)[0]!.body;
		const idr = payloads(parseHex(vector.plain[1]!), 5, 0)[0]!.body;
		t.is(formatHex(phase1Hash(prf, skeyid, initiator, responder, sa, idi)), vector.HASH_I);
		t.is(formatHex(phase1Hash(prf, skeyid, responder, initiator, sa, idr)), vector.HASH_R);
	});

	test(`the chain of IVs decrypts every message: ${vector.name}`, (t) => {
		const key = parseHex(vector.encryptionKey);
		let iv = parseHex(vector.initialIV);
		for (let i = 4; i < 6; i++) {
			const body = parseHex(vector.messages[i]!.bytes).subarray(28);
			t.is(formatHex(crypto.decrypt(vector.phase1.encryption, key, iv, body)), vector.plain[i - 4]);
			iv = body.slice(body.length - blockSize);
		}
		t.is(formatHex(iv), vector.lastBlock);
		iv = phase2IV(prf, iv, vector.quick.messageID);
		t.is(formatHex(iv), vector.quick.IV);
		for (let i = 6; i < 9; i++) {
			const body = parseHex(vector.messages[i]!.bytes).subarray(28);
			t.is(formatHex(crypto.decrypt(vector.phase1.encryption, key, iv, body)), vector.plain[i - 4]);
			iv = body.slice(body.length - blockSize);
		}
	});

	test(`HASH(1), HASH(2) and HASH(3) are strongSwan's: ${vector.name}`, (t) => {
		const { quick } = vector;
		const a = parseHex(vector.SKEYID_a);
		const qi = parseHex(quick.initiatorNonce);
		const qr = parseHex(quick.responderNonce);
		t.is(formatHex(hash1(prf, a, quick.messageID, rest(parseHex(vector.plain[2]!)))), quick.HASH_1);
		t.is(formatHex(hash2(prf, a, quick.messageID, qi, rest(parseHex(vector.plain[3]!)))), quick.HASH_2);
		t.is(formatHex(hash3(prf, a, quick.messageID, qi, qr)), quick.HASH_3);
		for (const each of vector.informational) {
			t.is(formatHex(phase2IV(prf, parseHex(vector.lastBlock), each.messageID)), each.IV);
			t.is(formatHex(hash1(prf, a, each.messageID, rest(parseHex(each.plain)))), each.HASH);
		}
	});

	test(`KEYMAT is strongSwan's: ${vector.name}`, (t) => {
		const { quick, phase2 } = vector;
		const source = {
			d: parseHex(vector.SKEYID_d), secret: quick.sharedSecret === "" ? undefined : parseHex(quick.sharedSecret),
			protocol: 3, ni: parseHex(quick.initiatorNonce), nr: parseHex(quick.responderNonce)
		};
		const authentication = phase2.authentication === "" ? undefined : phase2.authentication;
		const toResponder = keyMaterial(prf, { ...source, spi: quick.responderSPI }, phase2.encryption, authentication);
		const toInitiator = keyMaterial(prf, { ...source, spi: quick.initiatorSPI }, phase2.encryption, authentication);
		t.deepEqual({ encryption: formatHex(toResponder.encryption), authentication: formatHex(toResponder.authentication) }, quick.toResponder);
		t.deepEqual({ encryption: formatHex(toInitiator.encryption), authentication: formatHex(toInitiator.authentication) }, quick.toInitiator);
	});
}

test("KEYMAT has the size of every ESP algorithm, and its beginning does not depend on its length", (t) => {
	const prf = new PRF(new Accelerator(), "sha1");
	const source = { d: new Uint8Array(20).fill(7), secret: undefined, protocol: 3, spi: 0x1234, ni: new Uint8Array(16).fill(1), nr: new Uint8Array(16).fill(2) };
	const longest = keyMaterial(prf, source, "aes-256-ctr", "hmac-sha512-256");
	const whole = formatHex(concat(longest.encryption, longest.authentication));
	const sizes: [EncryptionName, number][] = [
		["null", 0], ["3des-cbc", 24], ["aes-128-cbc", 16], ["aes-192-cbc", 24], ["aes-256-cbc", 32], ["aes-128-gcm-16", 20],
		["aes-192-gcm-16", 28], ["aes-256-gcm-16", 36], ["aes-128-ctr", 20], ["aes-256-ctr", 36]
	];
	for (const [name, size] of sizes) {
		const keys = keyMaterial(prf, source, name, "hmac-sha1-96");
		t.is(keys.encryption.length, size);
		t.is(keys.authentication.length, 20);
		t.is(formatHex(concat(keys.encryption, keys.authentication)), whole.slice(0, 2 * (size + 20)));
	}
});
