/**
 * One thing kept in two copies, so that a power cut at any byte of any write leaves one of them whole. A copy is written to the slot of the older one, content
 * first, then its header:
 *
 *      0       "kgt1"
 *      4       counter, one more for each copy
 *      8       bytes of the content
 *     12       0
 *     16       a tag of 32 bytes, whatever the owner wants to know of the content
 *     48       SHA-256 of the header before it and the content's own SHA-256
 *     80       the content
 */
import type { Crypto } from "../crypto/types.js";
import type { Storage } from "./storage.js";

const MAGIC = 0x6b677431;
const COUNTER = 4;
const LENGTH = 8;
const TAG = 16;
const DIGEST = 48;
const HEADER_SIZE = 80;
export const TAG_SIZE = DIGEST - TAG;
/** Counter of the newest copy that is whole, 0: there is none; its slot, from the first of both; bytes of its content. */
export const STATE_SIZE = 12;

export interface CopiesOptions {
	readonly storage: Storage;
	readonly crypto: Pick<Crypto, "hash" | "equal">;
	/** The first of its two slots. */
	readonly slot: number;
	/** STATE_SIZE bytes that `load` fills, where the next control plane finds them: it need not load. */
	readonly state?: Uint8Array;
}

export class Copies {
	readonly #storage: Storage;
	readonly #crypto: Pick<Crypto, "hash" | "equal">;
	readonly #slot: number;
	readonly #state: DataView;

	constructor({ storage, crypto, slot, state = new Uint8Array(STATE_SIZE) }: CopiesOptions) {
		this.#storage = storage;
		this.#crypto = crypto;
		this.#slot = slot;
		this.#state = new DataView(state.buffer, state.byteOffset, STATE_SIZE);
	}

	/** Reads the newest copy that is whole into `target` and its tag into `tag`: its bytes, 0 when there is none. */
	load(target: Uint8Array, tag: Uint8Array): number {
		const headers = [this.header(0), this.header(1)];
		this.note(0, 1, 0);
		const first = counterOf(headers[0]) >= counterOf(headers[1]) ? 0 : 1;
		for (const index of [first, 1 - first]) {
			const header = headers[index];
			const size = header === undefined ? 0 : this.content(index, header, target);
			if (header === undefined || size === 0)
				continue;
			tag.set(header.subarray(TAG, DIGEST));
			this.note(counterOf(header), index, size);
			return size;
		}
		return 0;
	}

	/** Reads part of the content of the newest copy, from `offset` on: how many bytes, fewer than `target` has at its end. `load` or `save` found it whole. */
	read(offset: number, target: Uint8Array): number {
		const count = Math.min(target.length, this.#state.getUint32(8) - offset);
		return count <= 0 ? 0 : this.#storage.read(this.#slot + this.#state.getUint32(4), HEADER_SIZE + offset, target.subarray(0, count));
	}

	/** Reads the content of the copy before the newest, as `load` does. */
	loadBefore(target: Uint8Array): number {
		const index = 1 - this.#state.getUint32(4);
		const header = this.header(index);
		return header === undefined ? 0 : this.content(index, header, target);
	}

	/** Keeps `content`, which is not empty, in place of the older copy. `load` was called before. "", or why not: the copies before are as they were. */
	save(content: Uint8Array, tag: Uint8Array): string {
		const index = 1 - this.#state.getUint32(4);
		const counter = this.#state.getUint32(0) + 1;
		const slot = this.#slot + index;
		const header = new Uint8Array(HEADER_SIZE);
		const view = new DataView(header.buffer);
		view.setUint32(0, MAGIC);
		view.setUint32(COUNTER, counter);
		view.setUint32(LENGTH, content.length);
		header.set(tag, TAG);
		header.set(this.digest(header, content), DIGEST);
		const fault = this.#storage.erase(slot) || this.#storage.write(slot, HEADER_SIZE, content) || this.#storage.write(slot, 0, header);
		if (fault === "")
			this.note(counter, index, content.length);
		return fault;
	}

	/** Erases both, the older one first, so that a power cut in between leaves the newest. `load` was called before. "", or why not all is erased. */
	clear(): string {
		const newest = this.#state.getUint32(4);
		const fault = this.#storage.erase(this.#slot + 1 - newest) || this.#storage.erase(this.#slot + newest);
		if (fault === "")
			this.note(0, 1, 0);
		return fault;
	}

	/** There is, or was, something where a copy begins: no copy that is whole then means that they are damaged. */
	isTouched(): boolean {
		for (const index of [0, 1]) {
			const header = new Uint8Array(HEADER_SIZE);
			const size = this.#storage.read(this.#slot + index, 0, header);
			for (let i = 0; i < size; i++)
				if (header[i] !== 0xff)
					return true;
		}
		return false;
	}

	private note(counter: number, index: number, size: number): void {
		this.#state.setUint32(0, counter);
		this.#state.setUint32(4, index);
		this.#state.setUint32(8, size);
	}

	/** A header that may be one. */
	private header(index: number): Uint8Array | undefined {
		const header = new Uint8Array(HEADER_SIZE);
		return this.#storage.read(this.#slot + index, 0, header) === HEADER_SIZE && numberAt(header, 0) === MAGIC ? header : undefined;
	}

	/** Reads the content that a header belongs to; its bytes, 0 when it is not whole. */
	private content(index: number, header: Uint8Array, target: Uint8Array): number {
		const size = numberAt(header, LENGTH);
		if (size === 0 || size > target.length)
			return 0;
		const content = target.subarray(0, size);
		return this.#storage.read(this.#slot + index, HEADER_SIZE, content) === size && this.#crypto.equal(this.digest(header, content), header.subarray(DIGEST)) ? size : 0;
	}

	private digest(header: Uint8Array, content: Uint8Array): Uint8Array {
		const bytes = new Uint8Array(DIGEST + 32);
		bytes.set(header.subarray(0, DIGEST));
		bytes.set(this.#crypto.hash("sha256", content), DIGEST);
		return this.#crypto.hash("sha256", bytes);
	}
}

function counterOf(header: Uint8Array | undefined): number {
	return header === undefined ? 0 : numberAt(header, COUNTER);
}

function numberAt(bytes: Uint8Array, at: number): number {
	return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}
