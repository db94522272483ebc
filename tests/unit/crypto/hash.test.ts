import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { HashName } from "../../../modules/crypto/types.js";
import { derivationVectors, hashVectors, hmacVectors } from "../../vectors/crypto-hash.js";
import { fromHex, toHex } from "./bytes.js";

for (const { name, hash, data, digest } of hashVectors) {
	test(`hash ${name}`, (t) => {
		t.is(toHex(new Accelerator().hash(hash, fromHex(data))), digest);
	});
}

for (const { name, hash, key, data, tag } of hmacVectors) {
	test(`hmac ${name}`, (t) => {
		t.is(toHex(new Accelerator().hmac(hash, fromHex(key), fromHex(data))), tag);
	});
}

for (const { name, password, salt, iterations, derived } of derivationVectors) {
	test(`deriveKey ${name}`, (t) => {
		t.is(toHex(new Accelerator().deriveKey(fromHex(password), fromHex(salt), iterations, derived.length / 2)), derived);
	});
}

test("deriveKey refuses no iterations, and no or far too many bytes", (t) => {
	const accelerator = new Accelerator();
	const bytes = new Uint8Array(8);
	for (const [iterations, size] of [[0, 32], [-1, 32], [NaN, 32], [1, 0], [1, -1], [1, 1025]] as const)
		t.throws(() => accelerator.deriveKey(bytes, bytes, iterations, size), { instanceOf: RangeError });
});

test("hash and hmac see the bytes of a view, not of the buffer behind it", (t) => {
	const accelerator = new Accelerator();
	const whole = fromHex("ffff616263ffff");
	const part = whole.subarray(2, 5);
	t.deepEqual(accelerator.hash("sha256", part), accelerator.hash("sha256", fromHex("616263")));
	t.deepEqual(accelerator.hmac("sha1", part, part), accelerator.hmac("sha1", fromHex("616263"), fromHex("616263")));
});

test("an unknown hash throws", (t) => {
	t.throws(() => new Accelerator().hash("sha3" as HashName, new Uint8Array(1)));
});
