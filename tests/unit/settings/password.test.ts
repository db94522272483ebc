import test from "ava";
import type { Crypto } from "../../../modules/crypto/types.js";
import { fromHexadecimal, textOrBytes, toHexadecimal } from "../../../modules/settings/bytes.js";
import { hashPassword, isAdministrator, verifyPassword, withHashedPassword } from "../../../modules/settings/password.js";
import { validate } from "../../../modules/settings/validate.js";
import { example } from "./example.js";

/** Stands in for the accelerator: not a hash, but one that depends on every byte of what it is given, and counts its comparisons. */
function fakeCrypto(): Crypto & { compared: number } {
	const mix = (...parts: Uint8Array[]) => {
		const result = new Uint8Array(32);
		let state = 7;
		for (const part of parts) {
			for (let i = 0; i < part.length; i++)
				state = (state * 31 + (part[i] as number) + 1) >>> 0;
			state = (state * 31 + 300 + part.length) >>> 0;
		}
		for (let i = 0; i < 32; i++) {
			state = (state * 1103515245 + 12345) >>> 0;
			result[i] = state >>> 16;
		}
		return result;
	};
	const crypto = {
		compared: 0,
		hmac: (_name: string, key: Uint8Array, data: Uint8Array) => mix(key, data),
		random: (size: number) => new Uint8Array(size).fill(0xa5),
		equal(a: Uint8Array, b: Uint8Array) {
			crypto.compared++;
			return toHexadecimal(a) === toHexadecimal(b);
		},
		deriveKey: (password: Uint8Array, salt: Uint8Array, iterations: number, size: number) => mix(password, salt, new Uint8Array([iterations & 255])).slice(0, size)
	};
	return crypto as unknown as Crypto & { compared: number };
}

test("password: a hash has the stored form and verifies its password alone", (t) => {
	const crypto = fakeCrypto();
	const stored = hashPassword("correct horse", crypto, 3);
	t.regex(stored, /^pbkdf2-sha256\$3\$(a5){16}\$[0-9a-f]{64}$/);
	t.true(verifyPassword("correct horse", stored, crypto));
	t.false(verifyPassword("correct horsf", stored, crypto));
	t.false(verifyPassword("", stored, crypto));
});

test("password: a stored text of another form verifies nothing", (t) => {
	const crypto = fakeCrypto();
	const key = "00".repeat(32);
	for (const stored of ["", "x", "pbkdf2-sha256$3$00", `pbkdf2-sha1$3$00$${key}`, `pbkdf2-sha256$0$00$${key}`, `pbkdf2-sha256$99999999$00$${key}`, `pbkdf2-sha256$x$00$${key}`, `pbkdf2-sha256$3$0g$${key}`, "pbkdf2-sha256$3$00$00", `pbkdf2-sha256$3$00$${key}$`])
		t.false(verifyPassword("", stored, crypto), stored);
});

test("F15 password: user and password are both compared, also when the first is wrong", (t) => {
	const crypto = fakeCrypto();
	const admin = { user: "admin", password: "correct horse" };
	t.true(isAdministrator(admin, "admin", "correct horse", crypto));
	for (const [user, password] of [["admin", "wrong"], ["root", "correct horse"], ["", ""], ["admin", "correct horse "]]) {
		crypto.compared = 0;
		t.false(isAdministrator(admin, user as string, password as string, crypto));
		t.is(crypto.compared, 2);
	}
	const stored = { user: "admin", passwordHash: hashPassword("correct horse", crypto, 3) };
	t.true(isAdministrator(stored, "admin", "correct horse", crypto));
	t.false(isAdministrator(stored, "admin", "wrong", crypto));
	t.false(isAdministrator({ user: "admin" }, "admin", "", crypto));
});

test("password: settings to store hold the hash alone, and pass validation", (t) => {
	const crypto = fakeCrypto();
	const settings = validate(example()).settings as NonNullable<ReturnType<typeof validate>["settings"]>;
	const stored = withHashedPassword(settings, crypto);
	t.is(settings.gateway.admin.password, "correct horse");
	t.deepEqual(Object.keys(stored.gateway.admin), ["user", "passwordHash"]);
	t.deepEqual(validate(stored).faults, []);
	t.is(withHashedPassword(stored, crypto), stored);
});

test("settings: a pre-shared key as bytes", (t) => {
	t.deepEqual([...textOrBytes("0x00fF10")], [0, 255, 16]);
	t.deepEqual([...textOrBytes("a\u00e9")], [0x61, 0xc3, 0xa9]);
	t.is(fromHexadecimal("abc"), undefined);
	t.is(fromHexadecimal("zz"), undefined);
	t.is(toHexadecimal(new Uint8Array([0, 15, 255])), "000fff");
});
