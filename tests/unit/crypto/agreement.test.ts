import test from "ava";
import { groups } from "../../../modules/crypto/algorithms.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { DHGroup } from "../../../modules/crypto/types.js";
import { agreementVectors, curvePrimes, x25519SmallOrder, x25519Vectors } from "../../vectors/crypto-agreement.js";
import { modpVectors } from "../../vectors/crypto-modp.js";
import { agree, fromHex, generate, toHex } from "./bytes.js";

/** `value` as a public value of `size`. */
function padded(value: number, size: number): Uint8Array {
	const bytes = new Uint8Array(size);
	bytes[size - 1] = value;
	return bytes;
}

/** Big-endian `bytes` plus `step`, which is small: no carry goes beyond the last four. */
function plus(bytes: Uint8Array, step: number): Uint8Array {
	const result = bytes.slice();
	const view = new DataView(result.buffer);
	view.setUint32(result.length - 4, view.getUint32(result.length - 4) + step);
	return result;
}

/** SHA-256 of a secret, or the word that says why there is none. */
function digest(accelerator: Accelerator, secret: Uint8Array | string): string {
	return typeof secret === "string" ? secret : toHex(accelerator.hash("sha256", secret));
}

for (const { group, initiatorPrivate, responderPrivate, initiatorPublic, responderPublic, secret, zeroPrivate, zeroSecret } of modpVectors) {
	test(`group ${group}: known answer`, (t) => {
		const accelerator = new Accelerator();
		const size = groups[group].publicSize;
		const x = fromHex(initiatorPrivate);
		const y = fromHex(responderPrivate);
		// The generator as a peer's value makes a public value of a private one.
		const gx = agree(accelerator, group, x, padded(2, size)) as Uint8Array;
		const gy = agree(accelerator, group, y, padded(2, size)) as Uint8Array;
		t.is(digest(accelerator, gx), initiatorPublic);
		t.is(digest(accelerator, gy), responderPublic);
		t.is(digest(accelerator, agree(accelerator, group, x, gy)), secret);
		t.is(digest(accelerator, agree(accelerator, group, y, gx)), secret);
	});

	test(`group ${group}: a shared secret keeps its leading zeros`, (t) => {
		const accelerator = new Accelerator();
		const size = groups[group].publicSize;
		const gx = agree(accelerator, group, fromHex(initiatorPrivate), padded(2, size)) as Uint8Array;
		const shared = agree(accelerator, group, fromHex(zeroPrivate), gx) as Uint8Array;
		t.is(shared.length, size);
		t.is(shared[0], 0);
		t.is(digest(accelerator, shared), zeroSecret);
	});
}

for (const { group, prime } of modpVectors) {
	test(`F09 group ${group}: 0, 1, p-1, p and what is larger are refused, 2 and p-2 are not`, (t) => {
		const accelerator = new Accelerator();
		const size = groups[group].publicSize;
		const { privateValue } = generate(accelerator, group);
		const p = fromHex(prime);
		for (const value of [padded(0, size), padded(1, size), plus(p, -1), p, new Uint8Array(size).fill(0xFF)])
			t.is(agree(accelerator, group, privateValue, value), "refused", `ends in ${toHex(value.subarray(size - 4))}`);
		for (const value of [padded(2, size), plus(p, -2)])
			t.is((agree(accelerator, group, privateValue, value) as Uint8Array).length, size);
	});
}

for (const { name, group, initiatorPrivate, initiatorPublic, responderPrivate, responderPublic, secret } of agreementVectors) {
	test(`${name}: known answer`, (t) => {
		const accelerator = new Accelerator();
		t.is(toHex(agree(accelerator, group, fromHex(initiatorPrivate), fromHex(responderPublic)) as Uint8Array), secret);
		t.is(toHex(agree(accelerator, group, fromHex(responderPrivate), fromHex(initiatorPublic)) as Uint8Array), secret);
	});
}

for (const { name, scalar, u, result } of x25519Vectors) {
	test(`group 31: ${name}`, (t) => {
		t.is(toHex(agree(new Accelerator(), 31, fromHex(scalar), fromHex(u)) as Uint8Array), result);
	});
}

for (const { group, prime, yAtZero } of curvePrimes) {
	test(`F09 group ${group}: points that are not on the curve are refused`, (t) => {
		const accelerator = new Accelerator();
		const size = groups[group].publicSize;
		const { privateValue, publicValue } = generate(accelerator, group);
		const x = publicValue.slice(0, size / 2);
		const y = publicValue.slice(size / 2);
		const p = fromHex(prime);
		const point = (first: Uint8Array, second: Uint8Array) => {
			const bytes = new Uint8Array(size);
			bytes.set(first);
			bytes.set(second, size / 2);
			return bytes;
		};
		const zero = new Uint8Array(size / 2);
		t.is((agree(accelerator, group, privateValue, publicValue) as Uint8Array).length, size / 2);
		const wrong: [string, Uint8Array][] = [
			["0, 0", point(zero, zero)],
			["x, 0", point(x, zero)],
			["0, y", point(zero, y)],
			["y, x", point(y, x)],
			["x + 1, y", point(plus(x, 1), y)],
			["x, y + 1", point(x, plus(y, 1))],
			["p, y", point(p, y)],
			["x, p", point(x, p)],
			["all ones", new Uint8Array(size).fill(0xFF)],
		];
		for (const [words, value] of wrong)
			t.is(agree(accelerator, group, privateValue, value), "refused", words);
	});

	test(`F09 group ${group}: a coordinate that is not reduced is refused, although its point is on the curve`, (t) => {
		const accelerator = new Accelerator();
		const { publicSize, secretSize } = groups[group];
		const { privateValue } = generate(accelerator, group);
		const value = new Uint8Array(publicSize);
		value.set(fromHex(yAtZero), publicSize / 2);
		t.is((agree(accelerator, group, privateValue, value) as Uint8Array).length, secretSize, "0, y");
		value.set(fromHex(prime));
		t.is(agree(accelerator, group, privateValue, value), "refused", "p, y");
	});
}

test("F09 group 31: public values of small order are refused, since the secret would be 0", (t) => {
	const accelerator = new Accelerator();
	const { privateValue } = generate(accelerator, 31);
	for (const value of x25519SmallOrder)
		t.is(agree(accelerator, 31, privateValue, fromHex(value)), "refused", value);
});

for (const number of Object.keys(groups).map(Number)) {
	const group = number as DHGroup;

	test(`group ${group}: two sides agree, with values of the promised sizes`, (t) => {
		const accelerator = new Accelerator();
		const { publicSize, privateSize, secretSize } = groups[group];
		const a = generate(accelerator, group);
		const b = generate(accelerator, group);
		t.is(a.group, group);
		t.is(a.publicValue.length, publicSize);
		t.is(a.privateValue.length, privateSize);
		t.not(toHex(a.publicValue), toHex(b.publicValue));
		t.not(toHex(a.privateValue), toHex(b.privateValue));
		const shared = agree(accelerator, group, a.privateValue, b.publicValue) as Uint8Array;
		t.is(shared.length, secretSize);
		t.is(toHex(agree(accelerator, group, b.privateValue, a.publicValue) as Uint8Array), toHex(shared));
		t.not(toHex(shared), "00".repeat(secretSize));
	});

	test(`F09 group ${group}: a public value of another size is refused`, (t) => {
		const accelerator = new Accelerator();
		const { publicSize } = groups[group];
		const { privateValue, publicValue } = generate(accelerator, group);
		const longer = new Uint8Array(publicSize + 1);
		longer.set(publicValue, 1);
		for (const value of [new Uint8Array(0), publicValue.subarray(1), publicValue.subarray(0, publicSize - 1), longer])
			t.is(agree(accelerator, group, privateValue, value), "refused", `${value.length} bytes`);
	});

	test(`F09 group ${group}: a private value of 0 is refused`, (t) => {
		const accelerator = new Accelerator();
		const { publicValue } = generate(accelerator, group);
		t.is(agree(accelerator, group, new Uint8Array(groups[group].privateSize), publicValue), "refused");
	});
}
