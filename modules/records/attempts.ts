/**
 * What other gateways have tried, of configured peers and of strangers: the first message of each address and mode, the last of them when there are several.
 * Entries are fixed and in static memory:
 *
 *       0  when first and last (two float64), 0: empty
 *      16  how often
 *      20  address, 24 port
 *      26  mode: 1 main, 2 aggressive
 *      27  1: a peer of the settings has this address
 *      28  notification that refused it, 0: it was answered
 *      30  numbers of known vendor IDs, as bits
 *      32  number of the implementation, 0: not known
 *      33  vendor IDs that nobody knows
 *      34  bytes of the name, the ID payload's body (also of what is not kept, at most 255) and the answer's text
 *      38  transforms that are kept, and that were offered
 *      44  name of the peer, the ID payload's body, the answer's text, the transforms, each with its room
 */
import { ATTEMPT_SIZE, ATTEMPTS, type TableUse } from "../limits.js";
import { isPrintable, printable, putPlain } from "../log/printable.js";
import type { Attempt, AttemptContent, AttemptHead } from "./types.js";

const FIRST = 0;
const LAST = 8;
const COUNT = 16;
const ADDRESS = 20;
const PORT = 24;
const MODE = 26;
const KNOWN = 27;
const NOTIFY = 28;
const VENDORS = 30;
const IMPLEMENTATION = 32;
const STRANGERS = 33;
const NAME_SIZE = 34;
const IDENTITY_SIZE = 35;
const TEXT_SIZE = 36;
const KEPT = 38;
const OFFERED = 39;
/** Milliseconds after which what is in another message from the same place is looked at, and between two strangers: anybody can send these. */
const AGAIN = 1000;
const STRANGER_PAUSE = 100;
const NAME = 44;
const IDENTITY = 76;
const TEXT = 176;
const OFFER = 304;

const NAME_ROOM = IDENTITY - NAME;
const IDENTITY_ROOM = TEXT - IDENTITY;
const TEXT_ROOM = OFFER - TEXT;
/** Bytes of one transform, as `offer` has them. */
const TRANSFORM_SIZE = 6;
/** Transforms of one message that are kept. */
const TRANSFORMS_KEPT = Math.floor((ATTEMPT_SIZE - OFFER) / TRANSFORM_SIZE);

export class Attempts {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#highWater = 0;
	/** When a stranger took a place last. */
	#strangerAt = -STRANGER_PAUSE;

	/** `table`: `attemptTable()`. */
	constructor(table: ArrayBuffer) {
		this.#bytes = new Uint8Array(table);
		this.#view = new DataView(table);
		if (this.#bytes.length !== ATTEMPTS * ATTEMPT_SIZE)
			throw new RangeError(`attempts: ${this.#bytes.length} bytes, expected ${ATTEMPTS * ATTEMPT_SIZE}`);
		this.#bytes.fill(0);
	}

	/**
	 * Notes a first message; its place, and whether it is another than the last from there, so that `describe` is wanted. Undefined: strangers are too many to be
	 * kept apart.
	 */
	note(now: number, { address, port, mode, isKnown }: AttemptHead): { readonly index: number; readonly isNew: boolean } | undefined {
		const kind = mode === "main" ? 1 : 2;
		let index = this.find(address, kind);
		let isNew = index >= 0 && now - this.last(index) >= AGAIN;
		if (index < 0) {
			if (!isKnown) {
				if (now - this.#strangerAt < STRANGER_PAUSE)
					return undefined;
				this.#strangerAt = now;
			}
			isNew = true;
			index = this.victim(isKnown);
			const at = index * ATTEMPT_SIZE;
			this.#bytes.fill(0, at, at + ATTEMPT_SIZE);
			this.#view.setFloat64(at + FIRST, now);
			this.#view.setUint32(at + ADDRESS, address);
			this.#bytes[at + MODE] = kind;
			this.#highWater = Math.max(this.#highWater, this.used() + 1);
		}
		const at = index * ATTEMPT_SIZE;
		// 0 is an empty one's.
		this.#view.setFloat64(at + LAST, Math.max(now, 1));
		this.#view.setUint32(at + COUNT, Math.min(this.#view.getUint32(at + COUNT) + 1, 0xffffffff));
		this.#view.setUint16(at + PORT, port);
		this.#bytes[at + KNOWN] = isKnown ? 1 : 0;
		return { index, isNew };
	}

	/** What was in it. */
	describe(index: number, { offer, offered, vendors, implementation, strangers, identity }: AttemptContent): void {
		const at = index * ATTEMPT_SIZE;
		const kept = Math.min(Math.floor(offer.length / TRANSFORM_SIZE), TRANSFORMS_KEPT);
		this.#bytes.fill(0, at + OFFER, at + ATTEMPT_SIZE);
		this.#bytes.set(offer.subarray(0, kept * TRANSFORM_SIZE), at + OFFER);
		this.#bytes[at + KEPT] = kept;
		this.#bytes[at + OFFERED] = Math.min(offered, 255);
		this.#view.setUint16(at + VENDORS, vendors);
		this.#bytes[at + IMPLEMENTATION] = implementation;
		this.#bytes[at + STRANGERS] = Math.min(strangers, 255);
		const size = Math.min(identity.length, IDENTITY_ROOM);
		this.#bytes.set(identity.subarray(0, size), at + IDENTITY);
		this.#bytes[at + IDENTITY_SIZE] = Math.min(identity.length, 255);
	}

	/** What became of the last one from there; `peer`: for whom it was taken. */
	answer(index: number, peer: string, notify: number, text: string): void {
		const at = index * ATTEMPT_SIZE;
		this.#view.setUint16(at + NOTIFY, notify);
		this.#bytes[at + NAME_SIZE] = this.putName(at + NAME, peer);
		this.#bytes[at + TEXT_SIZE] = this.put(at + TEXT, TEXT_ROOM, text);
	}

	/** How the negotiation with a peer that was answered has ended. */
	ended(peer: string, mode: "main" | "aggressive", text: string): void {
		for (let index = 0; index < ATTEMPTS; index++) {
			const at = index * ATTEMPT_SIZE;
			if (this.#bytes[at + MODE] === (mode === "main" ? 1 : 2) && this.#view.getUint16(at + NOTIFY) === 0 && this.text(at + NAME, this.#bytes[at + NAME_SIZE]!) === peer)
				this.#bytes[at + TEXT_SIZE] = this.put(at + TEXT, TEXT_ROOM, text);
		}
	}

	/** Newest first, made one at a time. */
	*entries(): Generator<Attempt, void, undefined> {
		let before = Infinity;
		let taken = 0;
		for (;;) {
			// The next older one; of several of the same time each once.
			let best = -1;
			for (let index = 0; index < ATTEMPTS; index++) {
				const time = this.last(index);
				if ((taken & 1 << index) === 0 && time > 0 && time <= before && (best < 0 || time > this.last(best)))
					best = index;
			}
			if (best < 0)
				return;
			before = this.last(best);
			taken |= 1 << best;
			yield this.read(best);
		}
	}

	/** The one in this place, undefined: none. */
	at(index: number): Attempt | undefined {
		return Number.isInteger(index) && index >= 0 && index < ATTEMPTS && this.last(index) > 0 ? this.read(index) : undefined;
	}

	use(): TableUse {
		return { name: "attempts", used: this.used(), highWater: this.#highWater, size: ATTEMPTS, bytes: ATTEMPTS * ATTEMPT_SIZE };
	}

	private used(): number {
		let used = 0;
		for (let index = 0; index < ATTEMPTS; index++)
			if (this.last(index) > 0)
				used++;
		return used;
	}

	private last(index: number): number {
		return this.#view.getFloat64(index * ATTEMPT_SIZE + LAST);
	}

	private find(address: number, kind: number): number {
		for (let index = 0; index < ATTEMPTS; index++) {
			const at = index * ATTEMPT_SIZE;
			if (this.#bytes[at + MODE] === kind && this.#view.getUint32(at + ADDRESS) === address)
				return index;
		}
		return -1;
	}

	/** A place for another: an empty one; else the oldest of a stranger, and when there is none the oldest. A known peer's is safe from strangers as long as there are two of them. */
	private victim(isKnown: boolean): number {
		let oldest = 0;
		let stranger = -1;
		let strangers = 0;
		for (let index = 0; index < ATTEMPTS; index++) {
			const time = this.last(index);
			if (time === 0)
				return index;
			if (time < this.last(oldest))
				oldest = index;
			if (this.#bytes[index * ATTEMPT_SIZE + KNOWN] === 0) {
				strangers++;
				if (stranger < 0 || time < this.last(stranger))
					stranger = index;
			}
		}
		return stranger >= 0 && (isKnown || strangers > 1) ? stranger : oldest;
	}

	private read(index: number): Attempt {
		const at = index * ATTEMPT_SIZE;
		const bytes = this.#bytes;
		const view = this.#view;
		const identitySize = bytes[at + IDENTITY_SIZE]!;
		return {
			index, isCut: identitySize > IDENTITY_ROOM,
			firstTime: view.getFloat64(at + FIRST), lastTime: view.getFloat64(at + LAST), count: view.getUint32(at + COUNT),
			address: view.getUint32(at + ADDRESS), port: view.getUint16(at + PORT), mode: bytes[at + MODE] === 1 ? "main" : "aggressive",
			isKnown: bytes[at + KNOWN] === 1,
			offer: bytes.slice(at + OFFER, at + OFFER + bytes[at + KEPT]! * TRANSFORM_SIZE), offered: bytes[at + OFFERED]!,
			vendors: view.getUint16(at + VENDORS), implementation: bytes[at + IMPLEMENTATION]!, strangers: bytes[at + STRANGERS]!,
			identity: bytes.slice(at + IDENTITY, at + IDENTITY + Math.min(identitySize, IDENTITY_ROOM)),
			peer: this.text(at + NAME, bytes[at + NAME_SIZE]!), notify: view.getUint16(at + NOTIFY), text: this.text(at + TEXT, bytes[at + TEXT_SIZE]!)
		};
	}

	/** Writes `text` as ASCII, cut to `room`; what is no ASCII becomes a question mark. Returns its bytes. */
	private put(at: number, room: number, text: string): number {
		const plain = putPlain(this.#bytes, at, room, text);
		if (plain >= 0)
			return plain;
		const safe = printable(text.length > room ? text.slice(0, room) : text);
		const size = Math.min(safe.length, room);
		for (let i = 0; i < size; i++) {
			const c = safe.charCodeAt(i);
			this.#bytes[at + i] = c < 0x7f ? c : 0x3f;
		}
		return size;
	}

	/** Writes the name of a peer of the settings, whose bytes there is room for. */
	private putName(at: number, name: string): number {
		const bytes = new Uint8Array(ArrayBuffer.fromString(name));
		if (bytes.length > NAME_ROOM || !isPrintable(name))
			return this.put(at, NAME_ROOM, name);
		this.#bytes.fill(0, at, at + NAME_ROOM);
		this.#bytes.set(bytes, at);
		return bytes.length;
	}

	private text(at: number, size: number): string {
		return String.fromArrayBuffer(this.#bytes.slice(at, at + size).buffer);
	}
}
