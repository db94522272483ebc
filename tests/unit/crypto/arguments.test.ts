/** The natives with arguments of every size: an answer of the right size or an exception, the same for the same, and nothing beyond their buffers (which the build with sanitizers sees). */
import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { CBCName, HashName } from "../../../modules/crypto/types.js";
import { pack, unpack, type Packed } from "../../../modules/ike/packed.js";
import { isPrintable, nextUnsafe, printable } from "../../../modules/log/printable.js";
import { day } from "../../vectors/certificates.js";
import { Random } from "../ike/network.js";

const hashes: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
const ciphers: readonly CBCName[] = ["3des-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"];
const sizes = [0, 1, 7, 8, 15, 16, 17, 23, 24, 25, 31, 32, 33, 64, 65, 200, 1000];

/** A view in the midst of a larger buffer. */
function bytes(random: Random, size = sizes[random.below(sizes.length)]!): Uint8Array {
	const view = new Uint8Array(size + 9).subarray(5, 5 + size);
	for (let i = 0; i < size; i++)
		view[i] = random.next() >>> 9;
	return view;
}

/** What a call answers; undefined: it threw an Error. */
function answer<T>(call: () => T): T | undefined {
	try {
		return call();
	}
	catch (error) {
		if (error instanceof Error)
			return undefined;
		throw error;
	}
}

test("natives of the accelerator: any sizes of keys, vectors and data", (t) => {
	const random = new Random(5);
	const crypto = new Accelerator();
	let answered = 0;
	for (let round = 0; round < 400; round++) {
		const hash = hashes[random.below(hashes.length)]!;
		const data = bytes(random);
		const key = bytes(random);
		const digest = answer(() => crypto.hmac(hash, key, data));
		t.is(digest === undefined ? -1 : digest.length, digest === undefined ? -1 : crypto.hash(hash, data).length);
		const cipher = ciphers[random.below(ciphers.length)]!;
		const iv = bytes(random);
		const sealed = answer(() => crypto.encrypt(cipher, key, iv, data));
		if (sealed !== undefined) {
			answered++;
			t.is(sealed.length, data.length);
			t.deepEqual(crypto.decrypt(cipher, key, iv, sealed), data);
		}
		t.is(crypto.equal(key, data), key.length === data.length && key.every((byte, i) => byte === data[i]));
		answer(() => crypto.deriveKey(key, data, 1 + random.below(3), random.below(70)));
		answer(() => crypto.certificates.judge({ certificates: [data, key], time: day, hash: iv, signature: bytes(random), type: random.below(12), identity: key }));
	}
	// of each size of a key one in two hundred and more fits a cipher, a vector and whole blocks
	t.true(answered > 0, `${answered} answered`);
});

test("natives of packed byte strings: what a map would have", (t) => {
	const random = new Random(9);
	for (let round = 0; round < 30; round++) {
		const map = new Map<number, Uint8Array>();
		let packed: Packed;
		for (let step = 0; step < 40; step++) {
			const id = 1 + random.below(step % 2 ? 5 : 255);
			const value = random.chance(30) ? undefined : random.chance(20) && packed !== undefined ? unpack(packed, 1 + random.below(5)) : bytes(random);
			if (value === undefined)
				map.delete(id);
			else
				map.set(id, value.slice());
			packed = pack(packed, id, value, random.chance(50));
			for (const [each, wanted] of map)
				t.deepEqual(unpack(packed, each), wanted);
			t.is(packed === undefined ? 0 : packed.byteLength, [...map.values()].reduce((sum, { length }) => sum + 3 + length, 0));
		}
	}
});

test("natives of texts: plain is what needs no escape, whatever the characters", (t) => {
	const random = new Random(3);
	const codes = [0, 9, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xad, 0x7ff, 0x800, 0x200b, 0x2028, 0xd7ff, 0xd800, 0xdb40, 0xdc00, 0xdfff, 0xe000, 0xfeff, 0xffff];
	for (let round = 0; round < 600; round++) {
		let text = "";
		for (let i = random.below(12); i > 0; i--)
			text += String.fromCharCode(random.chance(50) ? 0x41 : codes[random.below(codes.length)]!);
		t.is(isPrintable(text), nextUnsafe(text, 0) === text.length);
		t.true(isPrintable(printable(text)));
	}
});
