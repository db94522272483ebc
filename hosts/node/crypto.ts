/**
 * The natives of modules/crypto from node:crypto. Jobs wait in an array and are worked when they are collected: Node has no
 * packets to carry meanwhile, and tests get the same order each time.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, pbkdf2Sync, randomFillSync, timingSafeEqual, type CipherGCM, type DecipherGCM } from "node:crypto";
import { DH_JOBS } from "../../modules/limits.js";
import { agree, generate, type Made } from "./agreement.js";
import { sign } from "./certificates.js";
import { makeRequest, readImport } from "./credentials.js";

type Bytes = ArrayBuffer | Uint8Array;

const hashes = ["", "md5", "sha1", "sha256", "sha384", "sha512"];
const ciphers = ["", "des-ede3-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"];

interface Job {
	readonly owner: number;
	readonly id: number;
	readonly group: number;
	readonly kind: number;
	readonly privateValue: Uint8Array | undefined;
	readonly publicValue: Uint8Array | undefined;
}

const FULL = -4;
/** kJob... of accelerator.h. */
const SIGN = 3;
const DERIVE = 4;
const REQUEST = 5;
const IMPORT = 6;
const jobs: Job[] = [];
let owners = 0;

function view(bytes: Bytes): Uint8Array {
	return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

/** The bytes alone: node's small Buffers are windows on a shared pool. */
function own(bytes: Uint8Array): ArrayBuffer {
	const result = new ArrayBuffer(bytes.length);
	new Uint8Array(result).set(bytes);
	return result;
}

function named(names: readonly string[], number: number): string {
	const name = names[number];
	if (!name)
		throw new RangeError("unknown algorithm");
	return name;
}

function make({ kind, group, privateValue, publicValue }: Job): Made {
	if (kind === SIGN) {
		const secret = sign(group, publicValue!);
		return secret ? { result: 0, secret } : { result: -1 };
	}
	if (kind === DERIVE)
		return { result: 0, secret: pbkdf2Sync(privateValue!, publicValue!, group, 32, "sha256") };
	if (kind === REQUEST) {
		const secret = makeRequest(group, publicValue!);
		return secret ? { result: 0, secret } : { result: -1 };
	}
	if (kind === IMPORT)
		return { result: 0, secret: Uint8Array.of(readImport(privateValue!)) };
	return privateValue && publicValue ? agree(group, privateValue, publicValue) : generate(group);
}

function work(job: Job): ArrayBuffer {
	const made = make(job);
	const values = [made.privateValue, made.publicValue, made.secret];
	const result = new ArrayBuffer(12 + values.reduce((sum, value) => sum + (value?.length ?? 0), 0));
	const header = new DataView(result);
	header.setUint32(0, job.id);
	header.setUint16(4, -made.result);
	let offset = 12;
	for (const [index, value] of values.entries()) {
		header.setUint16(6 + index * 2, value?.length ?? 0);
		new Uint8Array(result).set(value ?? [], offset);
		offset += value?.length ?? 0;
	}
	return result;
}

export const cryptoNatives = {
	xs_crypto_description: () => `node:crypto (openssl ${process.versions["openssl"]})`,
	xs_crypto_offers: () => true,
	xs_crypto_random: (size: number) => own(randomFillSync(new Uint8Array(size))),
	xs_crypto_equal: (a: Bytes, b: Bytes) => view(a).length === view(b).length && timingSafeEqual(view(a), view(b)),
	xs_crypto_hash: (hash: number, data: Bytes) => own(createHash(named(hashes, hash)).update(view(data)).digest()),
	xs_crypto_hmac: (hash: number, key: Bytes, data: Bytes) => own(createHmac(named(hashes, hash), view(key)).update(view(data)).digest()),
	xs_crypto_cbc(cipher: number, encrypt: boolean, key: Bytes, iv: Bytes, data: Bytes): ArrayBuffer {
		const worker = (encrypt ? createCipheriv : createDecipheriv)(named(ciphers, cipher), view(key), view(iv));
		worker.setAutoPadding(false);
		return own(Buffer.concat([worker.update(view(data)), worker.final()]));
	},
	xs_crypto_gcm_seal(key: Bytes, nonce: Bytes, more: Bytes, data: Uint8Array): ArrayBuffer {
		const worker: CipherGCM = createCipheriv("aes-256-gcm", view(key), view(nonce));
		worker.setAAD(view(more));
		data.set(Buffer.concat([worker.update(data), worker.final()]));
		return own(worker.getAuthTag());
	},
	xs_crypto_gcm_open(key: Bytes, nonce: Bytes, more: Bytes, data: Uint8Array, tag: Bytes): boolean {
		const worker: DecipherGCM = createDecipheriv("aes-256-gcm", view(key), view(nonce));
		worker.setAAD(view(more));
		worker.setAuthTag(view(tag));
		data.set(worker.update(data));
		try {
			worker.final();
			return true;
		}
		catch {
			return false;
		}
	},
	xs_crypto_derive_key: (password: Bytes, salt: Bytes, iterations: number, size: number) =>
		own(pbkdf2Sync(view(password), view(salt), iterations, size, "sha256")),
	xs_crypto_open: () => ++owners,
	xs_crypto_submit(owner: number, id: number, group: number, kind: number, privateValue?: Bytes, publicValue?: Bytes): number {
		const isLong = kind >= DERIVE;
		if (jobs.filter((job) => job.kind >= DERIVE === isLong).length >= (isLong ? 1 : DH_JOBS))
			return FULL;
		if (kind === REQUEST && !publicValue?.byteLength)
			return -2;
		jobs.push({ owner, id, group, kind, privateValue: privateValue && view(privateValue).slice(), publicValue: publicValue && view(publicValue).slice() });
		return 0;
	},
	xs_crypto_collect(owner: number): ArrayBuffer | undefined {
		const index = jobs.findIndex((job) => job.owner === owner);
		const [job] = index < 0 ? [] : jobs.splice(index, 1);
		return job && work(job);
	},
	xs_crypto_notify: () => {},
	xs_crypto_cancel(owner: number): void {
		for (let i = jobs.length - 1; i >= 0; i--) {
			if (jobs[i]!.owner === owner)
				jobs.splice(i, 1);
		}
	},
};
