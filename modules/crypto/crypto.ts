/**
 * The accelerator, typed (accelerator.h; natives in crypto.c). What takes microseconds is answered at once; Diffie-Hellman, signatures and labours are jobs that
 * the backend works elsewhere, so that neither the control plane nor the packet engine waits for them:
 *
 *     generate/agree/sign -> submit -> (the backend's thread) -> descriptor readable -> host calls collect() -> done(...)
 *
 * A host with an event loop watches accelerator_notify_descriptor() and calls `collect()` whenever it is readable. Where there is no such loop
 * (tests, in Node and in XS), `while (accelerator.pending > 0) accelerator.collect();` settles everything; in Node, collect() itself does the work.
 */
import { DH_JOBS } from "../limits.js";
import { encryptions, groups, hashes, isGroup } from "./algorithms.js";
import { CertificateStore } from "./certificates.js";
import type { Bytes, CBCName, DHGroup, HashName, KeyAgreement, KeyPair, Labour, Workshop } from "./types.js";

const nativeDescription = native<() => string>("xs_crypto_description");
const nativeRandom = native<(size: number) => ArrayBuffer>("xs_crypto_random");
const nativeEqual = native<(a: Bytes, b: Bytes) => boolean>("xs_crypto_equal");
const nativeHash = native<(hash: number, data: Bytes) => ArrayBuffer>("xs_crypto_hash");
const nativeHMAC = native<(hash: number, key: Bytes, data: Bytes) => ArrayBuffer>("xs_crypto_hmac");
const nativeCBC = native<(cipher: number, encrypt: boolean, key: Bytes, iv: Bytes, data: Bytes) => ArrayBuffer>("xs_crypto_cbc");
const nativeDeriveKey = native<(password: Bytes, salt: Bytes, iterations: number, size: number) => ArrayBuffer>("xs_crypto_derive_key");
const nativeSeal = native<(key: Bytes, nonce: Bytes, more: Bytes, data: Uint8Array) => ArrayBuffer>("xs_crypto_gcm_seal");
const nativeUnseal = native<(key: Bytes, nonce: Bytes, more: Bytes, data: Uint8Array, tag: Bytes) => boolean>("xs_crypto_gcm_open");
/** A number for this user of the job queue: results come to the one who submitted. */
const nativeOpen = native<() => number>("xs_crypto_open");
/**
 * Takes a job; the answer is kAcceleratorOK or kAcceleratorFull and so on. Generate: no values. Sign: `group` is the own certificate, `publicValue` the hash.
 * For those that take long see accelerator.h.
 */
const nativeSubmit = native<(owner: number, id: number, group: number, kind: number, privateValue?: Bytes, publicValue?: Bytes) => number>("xs_crypto_submit");
/**
 * A finished job of `owner`, or undefined. Big-endian: id (4), result as a positive number (2), sizes of private value, public value and
 * secret (2 each), then the bytes of those that the job made.
 */
const nativeCollect = native<(owner: number) => ArrayBuffer | undefined>("xs_crypto_collect");
/** Makes the descriptor readable until the next collect that finds nothing, although no job is finished. */
const nativeNotify = native<() => void>("xs_crypto_notify");
/** Forgets the jobs of `owner`, finished or not; what they hold is zeroed. */
const nativeCancel = native<(owner: number) => void>("xs_crypto_cancel");

/** As in modules/ike: numbers are big-endian. */
const wipe = native<(secret: Uint8Array) => void>("xs_bytes_wipe");
const read16 = native<(bytes: Uint8Array, at: number) => number>("xs_bytes_read16");
const read32 = native<(bytes: Uint8Array, at: number) => number>("xs_bytes_read32");

const OK = 0;
const REFUSED = -1;
const FULL = -4;
const GENERATE = 1;
const AGREE = 2;
const SIGN = 3;
const LABOURS = Object.freeze({ derive: 4, request: 5, import: 6 });
const HEADER_SIZE = 12;
const GCM_KEY_SIZE = 32;
const NONCE_SIZE = 12;

/** A job under way, or one that was refused on the way in and waits to say so. */
interface Job {
	readonly id: number;
	/** Of a signature: the number of the own certificate. */
	readonly group: number;
	readonly generated: ((pair: KeyPair | undefined, error?: string) => void) | undefined;
	/** Of a signature, and of what takes long, too: what is made is what the job calls the secret. */
	readonly agreed: ((secret: Uint8Array | undefined, error?: string) => void) | undefined;
}

export class Accelerator implements Workshop, KeyAgreement {
	readonly description: string;
	readonly certificates = new CertificateStore();
	readonly #owner: number;
	#id = 0;
	/** Jobs that the backend has, in no order; undefined: free. */
	readonly #jobs: (Job | undefined)[];
	#running = 0;
	/** Jobs that it could not take, in order. No longer than there are exchanges: each waits for its one job before it asks for another. */
	#refused: { readonly job: Job; readonly result: number }[] = [];

	constructor() {
		this.description = nativeDescription();
		this.#owner = nativeOpen();
		this.#jobs = new Array<undefined>(DH_JOBS + 1).fill(undefined);
	}

	get keyAgreement(): KeyAgreement {
		return this;
	}

	hash(name: HashName, data: Bytes): Uint8Array {
		return new Uint8Array(nativeHash(hashes[name].number, data));
	}

	hmac(name: HashName, key: Uint8Array, data: Bytes): Uint8Array {
		return new Uint8Array(nativeHMAC(hashes[name].number, key, data));
	}

	encrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
		return cbc(name, true, key, iv, data);
	}

	decrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
		return cbc(name, false, key, iv, data);
	}

	random(size: number): Uint8Array {
		if (!(size >= 0 && size <= 65536))
			throw new RangeError("size of random bytes");
		return new Uint8Array(nativeRandom(size));
	}

	equal(a: Uint8Array, b: Uint8Array): boolean {
		return a.length === b.length && nativeEqual(a, b);
	}

	deriveKey(password: Uint8Array, salt: Uint8Array, iterations: number, size: number): Uint8Array {
		if (!(iterations >= 1 && iterations <= 0x7FFFFFFF))
			throw new RangeError("number of iterations");
		if (!(size >= 1 && size <= 1024))
			throw new RangeError("size of derived key");
		return new Uint8Array(nativeDeriveKey(password, salt, iterations, size));
	}

	generate(group: DHGroup, done: (pair: KeyPair | undefined, error?: string) => void): void {
		if (!isGroup(group))
			throw new RangeError("unknown Diffie-Hellman group");
		this.submit({ id: this.nextId(), group, generated: done, agreed: undefined }, GENERATE, undefined, undefined);
	}

	agree(pair: KeyPair, peerPublicValue: Uint8Array, done: (secret: Uint8Array | undefined, error?: string) => void): void {
		if (!isGroup(pair.group))
			throw new RangeError("unknown Diffie-Hellman group");
		if (pair.privateValue.length === 0 || pair.privateValue.length > groups[pair.group].publicSize)
			throw new RangeError("size of private value");
		const job = { id: this.nextId(), group: pair.group, generated: undefined, agreed: done };
		// What comes from the network is never a reason to throw.
		if (peerPublicValue.length !== groups[pair.group].publicSize)
			this.refuse(job, REFUSED);
		else
			this.submit(job, AGREE, pair.privateValue, peerPublicValue);
	}

	sign(own: number, hash: Uint8Array, done: (signature: Uint8Array | undefined, error?: string) => void): void {
		this.submit({ id: this.nextId(), group: own, generated: undefined, agreed: done }, SIGN, undefined, hash);
	}

	seal(key: Uint8Array, nonce: Uint8Array, more: Uint8Array, data: Uint8Array): Uint8Array {
		checkGCM(key, nonce);
		return new Uint8Array(nativeSeal(key, nonce, more, data));
	}

	open(key: Uint8Array, nonce: Uint8Array, more: Uint8Array, data: Uint8Array, tag: Uint8Array): boolean {
		checkGCM(key, nonce);
		return tag.length === 16 && nativeUnseal(key, nonce, more, data, tag);
	}

	labour(kind: Labour, number: number, secret: Uint8Array, data: Uint8Array, done: (result: Uint8Array | undefined, error?: string) => void): void {
		this.submit({ id: this.nextId(), group: number, generated: undefined, agreed: done }, LABOURS[kind], secret, data);
	}

	/** Jobs that were asked for and not answered yet. */
	get pending(): number {
		return this.#running + this.#refused.length;
	}

	/**
	 * Calls `done` of the jobs that are finished now, and returns how many there were. Never waits. What a `done` throws comes out of here; the jobs
	 * behind it stay for the next call.
	 */
	collect(): number {
		let count = 0;
		for (let left = this.#refused.length; left > 0; left--) {
			const refused = this.#refused.shift();
			if (refused === undefined)	// a `done` closed the accelerator
				return count;
			count++;
			answer(refused.job, refused.result, undefined);
		}
		// At most as many as can be finished at the start: a `done` may ask for more work, which is another call's.
		for (let left = this.#jobs.length; left > 0; left--) {
			const result = nativeCollect(this.#owner);
			if (result === undefined)
				break;
			const bytes = new Uint8Array(result);
			const index = this.find(read32(bytes, 0));
			const job = index < 0 ? undefined : this.#jobs[index];
			if (job === undefined) {
				wipe(bytes);
				continue;
			}
			this.#jobs[index] = undefined;
			this.#running--;
			count++;
			answer(job, -read16(bytes, 4), bytes);
		}
		return count;
	}

	/** Forgets all jobs: no `done` is called any more. */
	close(): void {
		nativeCancel(this.#owner);
		this.#jobs.fill(undefined);
		this.#running = 0;
		this.#refused = [];
	}

	private nextId(): number {
		this.#id = (this.#id + 1) & 0x7FFFFFFF;
		return this.#id;
	}

	private find(id: number): number {
		for (let i = 0; i < this.#jobs.length; i++) {
			if (this.#jobs[i]?.id === id)
				return i;
		}
		return -1;
	}

	private submit(job: Job, kind: number, privateValue: Uint8Array | undefined, publicValue: Uint8Array | undefined): void {
		const free = this.#jobs.indexOf(undefined);
		const result = free < 0 ? FULL : nativeSubmit(this.#owner, job.id, job.group, kind, privateValue, publicValue);
		if (result === OK) {
			this.#jobs[free] = job;
			this.#running++;
		}
		else
			this.refuse(job, result);
	}

	private refuse(job: Job, result: number): void {
		this.#refused.push({ job, result });
		nativeNotify();
	}
}

/** Hands `bytes` (as nativeCollect gives them) to the one who asked, and leaves no second copy of a secret. */
function answer(job: Job, result: number, bytes: Uint8Array | undefined): void {
	if (result !== OK || bytes === undefined) {
		const error = result === REFUSED ? "refused" : result === FULL ? "full" : "failed";
		if (job.generated !== undefined)
			job.generated(undefined, error);
		else
			job.agreed?.(undefined, error);
		return;
	}
	const publicStart = HEADER_SIZE + read16(bytes, 6);
	const secretStart = publicStart + read16(bytes, 8);
	if (job.generated !== undefined) {
		const privateValue = bytes.slice(HEADER_SIZE, publicStart);
		const publicValue = bytes.slice(publicStart, secretStart);
		wipe(bytes);
		job.generated({ group: job.group as DHGroup, publicValue, privateValue });
		return;
	}
	const secret = bytes.slice(secretStart);
	wipe(bytes);
	job.agreed?.(secret);
}

function checkGCM(key: Uint8Array, nonce: Uint8Array): void {
	if (key.length !== GCM_KEY_SIZE)
		throw new RangeError("size of key");
	if (nonce.length !== NONCE_SIZE)
		throw new RangeError("size of nonce");
}

function cbc(name: CBCName, encrypt: boolean, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
	const algorithm = encryptions[name];
	if (key.length !== algorithm.keySize)
		throw new RangeError("size of key");
	if (iv.length !== algorithm.blockSize)
		throw new RangeError("size of initialisation vector");
	if (data.length % algorithm.blockSize !== 0)
		throw new RangeError("data is not a whole number of blocks");
	return new Uint8Array(nativeCBC(algorithm.number, encrypt, key, iv, data));
}
