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

/** What the settings have as PEM text. */
export type TextKind = "own" | "trusted" | "revocation list";

/** What there is to say of such a text. */
export interface TextReport {
	/** "": none. */
	readonly fault: "" | "not PEM" | "malformed" | "several" | "key not PEM" | "key encrypted" | "key mismatch" | "not RSA" | "key small" | "key large"
		| "not a chain" | "long chain" | "full" | "failed";
	/** Of an RSA key, 0 for others. */
	readonly bits: number;
	readonly isExpired: boolean;
	readonly isNotYetValid: boolean;
	/** It is trusted and is no authority: it stands for its owner alone. */
	readonly isNoAuthority: boolean;
	/** Its key usage or extended key usage is not for IKE. */
	readonly isForOtherUse: boolean;
	/** A revocation list whose successor is due. */
	readonly isStale: boolean;
	/** SHA-1 or MD5. */
	readonly hasWeakSignature: boolean;
	/** It is a signing request: the key waits for its certificate. */
	readonly waits: boolean;
}

export type Verdict =
	| "ok"
	/** No trusted authority vouches for it, or not for its names or this use. */
	| "untrusted"
	| "expired" | "not yet valid" | "revoked"
	/** All is right but for the dates, which cannot be judged: this unit does not know the time. */
	| "time not set"
	/** A key or a signature in its chain can be broken. */
	| "weak"
	| "malformed";

/** What a peer says of itself. */
export interface Claim {
	/** DER; the peer's own first, the others in any order. */
	readonly certificates: readonly Uint8Array[];
	/** Seconds since 1970, 0: not known. */
	readonly time: number;
	readonly hash: Uint8Array;
	readonly signature: Uint8Array;
	/** RFC 2407 4.6.2.1 */
	readonly type: number;
	readonly identity: Uint8Array;
}

export interface Judgement {
	readonly verdict: Verdict;
	/** The signature is that of the hash by the certificate's key, to the last bit (F03). */
	readonly isSigned: boolean;
	/** The identity is the certificate's subject or one of its alternative names. */
	readonly isNamed: boolean;
	/** Printable ASCII, as `detail` is (F16). */
	readonly subject: string;
	readonly detail: string;
}

/** Texts in PEM. */
export interface CertificateTexts {
	readonly own: readonly { readonly name: string; certificate: string; key: string }[];
	readonly trusted: readonly { readonly name: string; certificate: string }[];
	readonly revocationLists: readonly { readonly name: string; crl: string }[];
}

/** The certificates of the settings, as the library holds them. `own` is a number that `find` gave. */
export interface Certificates {
	/**
	 * Hands the texts to the library, in place of those before, and empties them: the heap has better uses for the room. Returns the names of
	 * those that the library did not take; after validation there are none.
	 */
	load(texts: CertificateTexts): string[];
	/** The number of the certificate that the settings call `name`, -1: there is none. */
	find(name: string): number;
	/** What to send as the `index`th certificate, DER; undefined behind the last. */
	chain(own: number, index: number): Uint8Array | undefined;
	/** When the `index`th certificate to send ends, in seconds since 1970; 0 behind the last. */
	end(own: number, index: number): number;
	/** Its distinguished name, DER. */
	subject(own: number): Uint8Array;
	/** The distinguished name of a trusted certificate, DER; undefined behind the last. */
	authority(index: number): Uint8Array | undefined;
	judge(claim: Claim): Judgement;
}

/** Work that may take seconds: a key from a password, a new RSA key with its signing request, a file of certificates and keys. */
export type Labour = "derive" | "request" | "import";

/** Where nothing but the content matters. */
export type Bytes = ArrayBuffer | Uint8Array;

/** What the control plane asks of the accelerator at once. All functions throw RangeError on sizes that the algorithm cannot have. */
export interface Crypto {
	hash(name: HashName, data: Bytes): Uint8Array;
	hmac(name: HashName, key: Uint8Array, data: Bytes): Uint8Array;
	/** CBC without padding: `data` is a whole number of blocks. */
	encrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
	decrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
	random(size: number): Uint8Array;
	/** Equal length and content, in time that depends on the length only. */
	equal(a: Uint8Array, b: Uint8Array): boolean;
	/** PBKDF2-HMAC-SHA-256 (RFC 8018), for the stored password. */
	deriveKey(password: Uint8Array, salt: Uint8Array, iterations: number, size: number): Uint8Array;
	readonly keyAgreement: KeyAgreement;
	/**
	 * The RSA signature of IKEv1 over `hash` (RFC 2409 5.1) with the key of own certificate `own`: a job like those of `keyAgreement`,
	 * with the same promises about `done`.
	 */
	sign(own: number, hash: Uint8Array, done: (signature: Uint8Array | undefined, error?: string) => void): void;
	readonly certificates: Certificates;
	/** Library and version, as `crypto` in the status: "openssl 3.0.17". */
	readonly description: string;
}

/** What else the accelerator does, for who keeps certificates and settings. */
export interface Workshop extends Crypto {
	/** AES-256-GCM: encrypts `data` in place, and returns the tag, which vouches for `more` too. No nonce may come twice with one key. */
	seal(key: Uint8Array, nonce: Uint8Array, more: Uint8Array, data: Uint8Array): Uint8Array;
	/** Decrypts `data` in place. False: it is not what was sealed, and is worthless now. */
	open(key: Uint8Array, nonce: Uint8Array, more: Uint8Array, data: Uint8Array, tag: Uint8Array): boolean;
	/**
	 * Work that takes long, one at a time, with the same promises about `done` as in `keyAgreement`. What the numbers and bytes are, credentials.ts knows.
	 */
	labour(kind: Labour, number: number, secret: Uint8Array, data: Uint8Array, done: (result: Uint8Array | undefined, error?: string) => void): void;
}
