/** The administrator's password: stored as a salted hash, compared in time that does not depend on it (traps F15). */
import type { Crypto } from "../crypto/types.js";
import type { GatewaySettings, Settings } from "./types.js";
import { fromHexadecimal, toHexadecimal, utf8 } from "./bytes.js";

/**
 * PBKDF2-HMAC-SHA-256 iterations of a new hash. A device without SHA hardware needs about 0.5 s for them, once for each login: who serves
 * pages keeps a keyed digest of the credential that passed last instead of asking again for every request.
 */
export const ITERATIONS = 10000;
const SALT_SIZE = 16;
const KEY_SIZE = 32;

/** `pbkdf2-sha256$ITERATIONS$SALT-HEX$KEY-HEX` of `password` with a fresh salt. */
export function hashPassword(password: string, crypto: Crypto, iterations = ITERATIONS): string {
	const salt = crypto.random(SALT_SIZE);
	const key = crypto.deriveKey(utf8(password), salt, iterations, KEY_SIZE);
	return `pbkdf2-sha256$${iterations}$${toHexadecimal(salt)}$${toHexadecimal(key)}`;
}

/** True when `password` is the one that `stored` (as `hashPassword` returned it) was made of; false for a `stored` of another form. */
export function verifyPassword(password: string, stored: string, crypto: Crypto): boolean {
	const hash = parseHash(stored);
	return hash !== undefined && crypto.equal(crypto.deriveKey(utf8(password), hash.salt, hash.iterations, KEY_SIZE), hash.key);
}

function parseHash(stored: string): { readonly iterations: number; readonly salt: Uint8Array; readonly key: Uint8Array } | undefined {
	const parts = stored.split("$");
	const iterations = Number(parts[1]);
	const salt = fromHexadecimal(parts[2] ?? "");
	const key = fromHexadecimal(parts[3] ?? "");
	return parts.length !== 4 || parts[0] !== "pbkdf2-sha256" || !(iterations >= 1 && iterations <= 1000000) || salt === undefined || key?.length !== KEY_SIZE
		? undefined : { iterations, salt, key };
}

/**
 * True when `user` and `password` are the administrator's. Takes the same time for a wrong user as for a wrong password; texts are
 * compared as digests under a key of this call, so that not even their lengths show.
 */
export function isAdministrator(admin: GatewaySettings["admin"], user: string, password: string, crypto: Crypto): boolean {
	const key = crypto.random(KEY_SIZE);
	const sameUser = sameText(key, user, admin.user, crypto);
	const samePassword = admin.passwordHash !== undefined ? verifyPassword(password, admin.passwordHash, crypto)
		: admin.password !== undefined && sameText(key, password, admin.password, crypto);
	return sameUser && samePassword;
}

/** Derives 32 bytes from a password, as `Crypto.deriveKey` does, without holding anything up; undefined: it could not be done now. */
export type Derive = (password: Uint8Array, salt: Uint8Array, iterations: number, done: (key: Uint8Array | undefined) => void) => void;

/** The same as `isAdministrator`, with the slow part done by `derive`: the answer, or undefined when `done` will be called with it. */
export function checkAdministrator(admin: GatewaySettings["admin"], user: string, password: string, crypto: Crypto, derive: Derive, done: (right: boolean | undefined) => void): boolean | undefined {
	const hash = admin.passwordHash === undefined ? undefined : parseHash(admin.passwordHash);
	if (hash === undefined)
		return isAdministrator(admin, user, password, crypto);
	const sameUser = sameText(crypto.random(KEY_SIZE), user, admin.user, crypto);
	derive(utf8(password), hash.salt, hash.iterations, (key) => {
		if (key === undefined)
			return done(undefined);
		const samePassword = crypto.equal(key, hash.key);
		done(sameUser && samePassword);
	});
	return undefined;
}

/** The settings as they are stored: with the hash of the password in place of the password. */
export function withHashedPassword(settings: Settings, crypto: Crypto): Settings {
	const { user, password } = settings.gateway.admin;
	if (password === undefined)
		return settings;
	return { ...settings, gateway: { ...settings.gateway, admin: { user, passwordHash: hashPassword(password, crypto) } } };
}

function sameText(key: Uint8Array, a: string, b: string, crypto: Crypto): boolean {
	return crypto.equal(crypto.hmac("sha256", key, utf8(a)), crypto.hmac("sha256", key, utf8(b)));
}
