/** The names of algorithms, as settings, logs and tests write them, and what the accelerator offers to the control plane. */

export type HashName = "md5" | "sha1" | "sha256" | "sha384" | "sha512";
export type CBCName = "3des-cbc" | "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc";
export type EncryptionName = CBCName | "aes-128-gcm-16" | "aes-192-gcm-16" | "aes-256-gcm-16" | "aes-128-ctr" | "aes-256-ctr" | "null";
export type AuthenticationName = "hmac-md5-96" | "hmac-sha1-96" | "hmac-sha256-128" | "hmac-sha384-192" | "hmac-sha512-256";
/** Diffie-Hellman groups by their IKE number (RFC 2409, 3526, 5903, 8031). */
export type DHGroup = 2 | 5 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 31;

/** One side's ephemeral key. `privateValue` is secret: fill it with zeros when the exchange is over. */
export interface KeyPair {
	readonly group: DHGroup;
	/** As it goes into a KE payload: big-endian, MODP values padded to the size of the prime, ECP x|y, curve25519 32 bytes. */
	readonly publicValue: Uint8Array;
	readonly privateValue: Uint8Array;
}

/**
 * Diffie-Hellman as work given to the accelerator. `done` is called later from the host's loop, never before the call
 * returns, and exactly once unless the job is cancelled. It may be called with undefined: the value was refused (0, 1, p-1, larger than p, not on the curve),
 * the accelerator failed, or its queue of DH_JOBS was full; `error` then says which: "refused", "failed" or "full".
 */
export interface KeyAgreement {
	generate(group: DHGroup, done: (pair: KeyPair | undefined, error?: string) => void): void;
	/** The shared secret g^xy of `pair` and the peer's public value, in the form and size that RFC 2409 and RFC 5903 hash. */
	agree(pair: KeyPair, peerPublicValue: Uint8Array, done: (secret: Uint8Array | undefined, error?: string) => void): void;
}

/** What the control plane asks of the accelerator at once. All functions throw RangeError on sizes that the algorithm cannot have. */
export interface Crypto {
	hash(name: HashName, data: Uint8Array): Uint8Array;
	hmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array;
	/** CBC without padding: `data` is a whole number of blocks. */
	encrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
	decrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
	random(size: number): Uint8Array;
	/** Equal length and content, in time that depends on the length only. */
	equal(a: Uint8Array, b: Uint8Array): boolean;
	/** PBKDF2-HMAC-SHA-256 (RFC 8018), for the stored password. */
	deriveKey(password: Uint8Array, salt: Uint8Array, iterations: number, size: number): Uint8Array;
	readonly keyAgreement: KeyAgreement;
	/** Library and version, as `crypto` in the status: "openssl 3.0.17". */
	readonly description: string;
}
