/**
 * The keys and hashes of IKEv1 (RFC 2409 section 5 and appendix B). Pure functions of their arguments; whoever gets a
 * secret from here wipes it when done.
 */
import { authentications, encryptions } from "../../crypto/algorithms.js";
import type { AuthenticationName, CBCName, EncryptionName } from "../../crypto/types.js";
import { concat, wipe } from "../bytes.js";
import type { PRF } from "../prf.js";
import type { SAKeys } from "../types.js";

/** What phase 1 yields: SKEYID_d and SKEYID_a, and the key of the negotiated cipher made from SKEYID_e. */
export interface Phase1Keys {
	readonly d: Uint8Array;
	readonly a: Uint8Array;
	readonly cipher: Uint8Array;
}

/** One side's part in HASH_I or HASH_R. */
export interface Party {
	readonly publicValue: Uint8Array;
	readonly cookie: Uint8Array;
}

/** SKEYID of a pre-shared key: prf(key, Ni_b | Nr_b). Nonces are payload bodies. */
export function preSharedKeyID(prf: PRF, preSharedKey: Uint8Array, ni: Uint8Array, nr: Uint8Array): Uint8Array {
	return prf.of(preSharedKey, ni, nr);
}

/** SKEYID of signatures: prf(Ni_b | Nr_b, g^xy). */
export function signatureID(prf: PRF, ni: Uint8Array, nr: Uint8Array, secret: Uint8Array): Uint8Array {
	return prf.of(concat(ni, nr), secret);
}

/** SKEYID_d, SKEYID_a and the key of `cipher`, from SKEYID, the shared secret g^xy and both cookies (16 bytes, initiator's first). */
export function phase1Keys(prf: PRF, cipher: CBCName, skeyid: Uint8Array, secret: Uint8Array, cookies: Uint8Array): Phase1Keys {
	const d = prf.of(skeyid, secret, cookies, Uint8Array.of(0));
	const a = prf.of(skeyid, d, secret, cookies, Uint8Array.of(1));
	const e = prf.of(skeyid, a, secret, cookies, Uint8Array.of(2));
	const key = cipherKey(prf, e, encryptions[cipher].keySize);
	wipe(e);
	return { d, a, cipher: key };
}

/** `size` bytes of key from SKEYID_e, stretched when it is too short (appendix B: K1 = prf(SKEYID_e, 0), Kn = prf(SKEYID_e, Kn-1)). */
export function cipherKey(prf: PRF, e: Uint8Array, size: number): Uint8Array {
	if (e.length >= size)
		return e.slice(0, size);
	const result = new Uint8Array(size);
	let block = prf.of(e, Uint8Array.of(0));
	for (let offset = 0; ;) {
		const count = Math.min(block.length, size - offset);
		result.set(block.subarray(0, count), offset);
		offset += count;
		const next = offset < size ? prf.of(e, block) : undefined;
		wipe(block);
		if (next === undefined)
			return result;
		block = next;
	}
}

/**
 * HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b) when `own` is the initiator; HASH_R with IDir_b when it
 * is the responder.
 */
export function phase1Hash(prf: PRF, skeyid: Uint8Array, own: Party, other: Party, sa: Uint8Array, identity: Uint8Array): Uint8Array {
	return prf.of(skeyid, own.publicValue, other.publicValue, own.cookie, other.cookie, sa, identity);
}

/** IV of the first encrypted message of phase 1: hash(g^xi | g^xr), cut to `blockSize`. */
export function phase1IV(prf: PRF, blockSize: number, initiatorPublic: Uint8Array, responderPublic: Uint8Array): Uint8Array {
	return prf.digest(initiatorPublic, responderPublic).slice(0, blockSize);
}

/** IV of the first message of a phase 2 exchange: hash(last cipher block of phase 1 | M-ID), cut to the block's size. */
export function phase2IV(prf: PRF, lastBlock: Uint8Array, messageID: number, blockSize: number = lastBlock.length): Uint8Array {
	return prf.digest(lastBlock, messageID).slice(0, blockSize);
}

/** HASH(1), and the hash of an informational exchange: prf(SKEYID_a, M-ID | rest), `rest` all of the message after the HASH payload. */
export function hash1(prf: PRF, a: Uint8Array, messageID: number, rest: Uint8Array): Uint8Array {
	return prf.of(a, messageID, rest);
}

/** HASH(2): prf(SKEYID_a, M-ID | Ni_b | rest). */
export function hash2(prf: PRF, a: Uint8Array, messageID: number, ni: Uint8Array, rest: Uint8Array): Uint8Array {
	return prf.of(a, messageID, ni, rest);
}

/** HASH(3): prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b). */
export function hash3(prf: PRF, a: Uint8Array, messageID: number, ni: Uint8Array, nr: Uint8Array): Uint8Array {
	return prf.of(a, Uint8Array.of(0), messageID, ni, nr);
}

/** What KEYMAT of one SA is made from. */
export interface KeyMaterialSource {
	/** SKEYID_d */
	readonly d: Uint8Array;
	/** g(qm)^xy, undefined without PFS. */
	readonly secret: Uint8Array | undefined;
	/** RFC 2407 4.4.1: ESP is 3, AH is 2. */
	readonly protocol: number;
	/** Of the SA's receiver. */
	readonly spi: number;
	readonly ni: Uint8Array;
	readonly nr: Uint8Array;
}

/** The keys of an SA of ESP: the cipher's, and behind it that of the HMAC (5.5). */
export function keyMaterial(prf: PRF, source: KeyMaterialSource, encryption: EncryptionName, authentication: AuthenticationName | undefined): SAKeys {
	const { keySize, saltSize } = encryptions[encryption];
	const encryptionSize = keySize + saltSize;
	const material = derive(prf, source, encryptionSize + (authentication ? authentications[authentication].keySize : 0));
	const keys = { encryption: material.slice(0, encryptionSize), authentication: material.slice(encryptionSize) };
	wipe(material);
	return keys;
}

/** The key of an SA of AH. */
export function authenticationKey(prf: PRF, source: KeyMaterialSource, authentication: AuthenticationName): Uint8Array {
	return derive(prf, source, authentications[authentication].keySize);
}

/** KEYMAT = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b), stretched to `size`. */
function derive(prf: PRF, source: KeyMaterialSource, size: number): Uint8Array {
	const material = new Uint8Array(size);
	const empty = new Uint8Array(0);
	const secret = source.secret ?? empty;
	const tail = concat(Uint8Array.of(source.protocol), source.spi, source.ni, source.nr);
	let block: Uint8Array = empty;
	for (let offset = 0; offset < size;) {
		const next = prf.of(source.d, block, secret, tail);
		wipe(block);
		block = next;
		const count = Math.min(block.length, size - offset);
		material.set(block.subarray(0, count), offset);
		offset += count;
	}
	wipe(block);
	return material;
}
