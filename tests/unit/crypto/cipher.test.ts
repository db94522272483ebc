import test from "ava";
import { encryptions } from "../../../modules/crypto/algorithms.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { CBCName } from "../../../modules/crypto/types.js";
import { cbcVectors } from "../../vectors/crypto-cipher.js";
import { fromHex, toHex } from "./bytes.js";

const names: readonly CBCName[] = Object.freeze(["3des-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"] as const);

for (const { name, cipher, key, iv, plain, sealed } of cbcVectors) {
	test(`encrypt and decrypt ${name}`, (t) => {
		const accelerator = new Accelerator();
		t.is(toHex(accelerator.encrypt(cipher, fromHex(key), fromHex(iv), fromHex(plain))), sealed);
		t.is(toHex(accelerator.decrypt(cipher, fromHex(key), fromHex(iv), fromHex(sealed))), plain);
	});
}

for (const name of names) {
	test(`${name} refuses sizes that it cannot have`, (t) => {
		const accelerator = new Accelerator();
		const { keySize, blockSize } = encryptions[name];
		const key = new Uint8Array(keySize);
		const iv = new Uint8Array(blockSize);
		const data = new Uint8Array(blockSize * 2);
		t.is(accelerator.encrypt(name, key, iv, data).length, data.length);
		for (const size of [0, keySize - 1, keySize + 1])
			t.throws(() => accelerator.encrypt(name, new Uint8Array(size), iv, data), { instanceOf: RangeError });
		for (const size of [0, blockSize - 1, blockSize + 1])
			t.throws(() => accelerator.decrypt(name, key, new Uint8Array(size), data), { instanceOf: RangeError });
		for (const size of [1, blockSize - 1, blockSize + 1])
			t.throws(() => accelerator.decrypt(name, key, iv, new Uint8Array(size)), { instanceOf: RangeError });
	});

	test(`${name}: no data is no data`, (t) => {
		const accelerator = new Accelerator();
		const { keySize, blockSize } = encryptions[name];
		t.is(accelerator.encrypt(name, new Uint8Array(keySize), new Uint8Array(blockSize), new Uint8Array(0)).length, 0);
	});

	test(`${name} leaves its arguments as they were, and works on views`, (t) => {
		const accelerator = new Accelerator();
		const { keySize, blockSize } = encryptions[name];
		const material = accelerator.random(200);
		const before = material.slice();
		const key = material.subarray(1, 1 + keySize);
		const iv = material.subarray(50, 50 + blockSize);
		const data = material.subarray(100, 100 + blockSize * 3);
		const sealed = accelerator.encrypt(name, key, iv, data);
		t.deepEqual(material, before);
		t.not(toHex(sealed), toHex(data));
		t.deepEqual(accelerator.decrypt(name, key, iv, sealed), data.slice());
	});
}
