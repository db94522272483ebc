/**
 * What is fixed about each algorithm: keygate's own numbers (the enums of accelerator.h, the same here) and the sizes that its RFC gives it.
 * All sizes are bytes.
 */
import type { AuthenticationName, CBCName, DHGroup, EncryptionName, HashName } from "./types.js";

export interface HashAlgorithm {
	/** `hash` in accelerator.h. */
	readonly number: number;
	/** Bytes of the digest, which is also the key size of the HMACs of RFC 4868 and 2403/2404. */
	readonly size: number;
	/** Bytes of the compression function's block. */
	readonly blockSize: number;
}

export interface EncryptionAlgorithm {
	/** `cipher` in accelerator.h. */
	readonly number: number;
	readonly keySize: number;
	/** Bytes of key material behind the key that are not part of it: the salt of GCM (RFC 4106 4), the nonce of CTR (RFC 3686 5.1). */
	readonly saltSize: number;
	/** What the plain text of an ESP packet, trailer included, is padded to: the cipher's block, at least 4 (RFC 4303 2.4). */
	readonly blockSize: number;
	/** Bytes of IV that an ESP packet carries. */
	readonly ivSize: number;
	/** Bytes of the tag of an AEAD, 0 for what needs an authentication algorithm beside it. */
	readonly icvSize: number;
}

export interface AuthenticationAlgorithm {
	readonly hash: HashName;
	readonly keySize: number;
	/** Bytes of the HMAC that a packet carries. */
	readonly icvSize: number;
}

export interface GroupAlgorithm {
	/** "modp": a prime and the generator 2; "ecp": a curve of RFC 5903; "curve25519". */
	readonly kind: "modp" | "ecp" | "curve25519";
	/** Bytes of a public value in a KE payload, exactly. */
	readonly publicSize: number;
	/**
	 * Bytes of the private values that the accelerator makes. MODP exponents are as long as twice the strength that SP 800-57 and RFC 3526 8
	 * estimate for the group, with a margin, and no longer: each bit costs time and adds no strength.
	 */
	readonly privateSize: number;
	/** Bytes of the shared secret, exactly. */
	readonly secretSize: number;
}

export const hashes: Readonly<Record<HashName, HashAlgorithm>> = Object.freeze({
	"md5": Object.freeze({ number: 1, size: 16, blockSize: 64 }),
	"sha1": Object.freeze({ number: 2, size: 20, blockSize: 64 }),
	"sha256": Object.freeze({ number: 3, size: 32, blockSize: 64 }),
	"sha384": Object.freeze({ number: 4, size: 48, blockSize: 128 }),
	"sha512": Object.freeze({ number: 5, size: 64, blockSize: 128 }),
});

export const encryptions: Readonly<Record<EncryptionName, EncryptionAlgorithm>> = Object.freeze({
	"null": Object.freeze({ number: 0, keySize: 0, saltSize: 0, blockSize: 4, ivSize: 0, icvSize: 0 }),
	"3des-cbc": Object.freeze({ number: 1, keySize: 24, saltSize: 0, blockSize: 8, ivSize: 8, icvSize: 0 }),
	"aes-128-cbc": Object.freeze({ number: 2, keySize: 16, saltSize: 0, blockSize: 16, ivSize: 16, icvSize: 0 }),
	"aes-192-cbc": Object.freeze({ number: 3, keySize: 24, saltSize: 0, blockSize: 16, ivSize: 16, icvSize: 0 }),
	"aes-256-cbc": Object.freeze({ number: 4, keySize: 32, saltSize: 0, blockSize: 16, ivSize: 16, icvSize: 0 }),
	"aes-128-gcm-16": Object.freeze({ number: 5, keySize: 16, saltSize: 4, blockSize: 4, ivSize: 8, icvSize: 16 }),
	"aes-192-gcm-16": Object.freeze({ number: 6, keySize: 24, saltSize: 4, blockSize: 4, ivSize: 8, icvSize: 16 }),
	"aes-256-gcm-16": Object.freeze({ number: 7, keySize: 32, saltSize: 4, blockSize: 4, ivSize: 8, icvSize: 16 }),
	"aes-128-ctr": Object.freeze({ number: 8, keySize: 16, saltSize: 4, blockSize: 4, ivSize: 8, icvSize: 0 }),
	"aes-256-ctr": Object.freeze({ number: 9, keySize: 32, saltSize: 4, blockSize: 4, ivSize: 8, icvSize: 0 }),
});

export const authentications: Readonly<Record<AuthenticationName, AuthenticationAlgorithm>> = Object.freeze({
	"hmac-md5-96": Object.freeze({ hash: "md5", keySize: 16, icvSize: 12 }),
	"hmac-sha1-96": Object.freeze({ hash: "sha1", keySize: 20, icvSize: 12 }),
	"hmac-sha256-128": Object.freeze({ hash: "sha256", keySize: 32, icvSize: 16 }),
	"hmac-sha384-192": Object.freeze({ hash: "sha384", keySize: 48, icvSize: 24 }),
	"hmac-sha512-256": Object.freeze({ hash: "sha512", keySize: 64, icvSize: 32 }),
});

export const groups: Readonly<Record<DHGroup, GroupAlgorithm>> = Object.freeze({
	2: Object.freeze({ kind: "modp", publicSize: 128, privateSize: 32, secretSize: 128 }),
	5: Object.freeze({ kind: "modp", publicSize: 192, privateSize: 32, secretSize: 192 }),
	14: Object.freeze({ kind: "modp", publicSize: 256, privateSize: 32, secretSize: 256 }),
	15: Object.freeze({ kind: "modp", publicSize: 384, privateSize: 40, secretSize: 384 }),
	16: Object.freeze({ kind: "modp", publicSize: 512, privateSize: 48, secretSize: 512 }),
	17: Object.freeze({ kind: "modp", publicSize: 768, privateSize: 56, secretSize: 768 }),
	18: Object.freeze({ kind: "modp", publicSize: 1024, privateSize: 64, secretSize: 1024 }),
	19: Object.freeze({ kind: "ecp", publicSize: 64, privateSize: 32, secretSize: 32 }),
	20: Object.freeze({ kind: "ecp", publicSize: 96, privateSize: 48, secretSize: 48 }),
	21: Object.freeze({ kind: "ecp", publicSize: 132, privateSize: 66, secretSize: 66 }),
	31: Object.freeze({ kind: "curve25519", publicSize: 32, privateSize: 32, secretSize: 32 }),
});

/** Whether keygate has the group of that number. */
export function isGroup(group: number): group is DHGroup {
	return Object.hasOwn(groups, group);
}

/** The algorithm with keygate's number `number`, as the packet engine's tables hold it. */
export function hashName(number: number): HashName | undefined {
	switch (number) {
		case 1: return "md5";
		case 2: return "sha1";
		case 3: return "sha256";
		case 4: return "sha384";
		case 5: return "sha512";
		default: return undefined;
	}
}

/** The algorithm with keygate's number `number`, as the packet engine's tables hold it. */
export function encryptionName(number: number): EncryptionName | undefined {
	switch (number) {
		case 0: return "null";
		case 1: return "3des-cbc";
		case 2: return "aes-128-cbc";
		case 3: return "aes-192-cbc";
		case 4: return "aes-256-cbc";
		case 5: return "aes-128-gcm-16";
		case 6: return "aes-192-gcm-16";
		case 7: return "aes-256-gcm-16";
		case 8: return "aes-128-ctr";
		case 9: return "aes-256-ctr";
		default: return undefined;
	}
}

/** The authentication algorithm that uses `hash`: there is one for each. */
export function authenticationName(hash: HashName): AuthenticationName {
	switch (hash) {
		case "md5": return "hmac-md5-96";
		case "sha1": return "hmac-sha1-96";
		case "sha256": return "hmac-sha256-128";
		case "sha384": return "hmac-sha384-192";
		case "sha512": return "hmac-sha512-256";
	}
}

/** `name` may be given to Crypto's encrypt and decrypt. */
export function isCBC(name: EncryptionName): name is CBCName {
	return name === "aes-128-cbc" || name === "aes-192-cbc" || name === "aes-256-cbc" || name === "3des-cbc";
}

/** There because old peers need it: works, is in no default, and settings and `--check` say that it is weak. */
export function isWeak(algorithm: EncryptionName | HashName | AuthenticationName | DHGroup): boolean {
	switch (algorithm) {
		case "3des-cbc":
		case "md5":
		case "sha1":
		case "hmac-md5-96":
		case "hmac-sha1-96":
		case 2:
		case 5:
			return true;
		default:
			return false;
	}
}
