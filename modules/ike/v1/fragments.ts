/** IKE messages in pieces (T24): put together when they come, cut when they go. Anybody can send pieces, so there is room for few and for a short time (F11). */
import { FRAGMENTS, IKE_MESSAGE_SIZE, REASSEMBLIES, type TableUse } from "../../limits.js";
import type { IKESA } from "../sa.js";
import { read16, sameBytes } from "./wire/bytes.js";
import { emitMessage } from "./wire/chain.js";
import { ExchangeType, HEADER_SIZE, PAYLOAD_HEADER_SIZE, PayloadType } from "./wire/constants.js";
import { emitFragment, type Fragment } from "./wire/fragment.js";

/** Milliseconds after its first piece in which a message has to be whole. */
const PATIENCE = 15000;

/** Bytes of the largest message that goes whole: with its headers and the non-ESP marker it fits the smallest path there is in practice (1280 bytes). */
export const WHOLE_SIZE = 1280 - 20 - 8 - 4;

/** A message of which not all pieces have come. */
interface Partial {
	readonly sa: IKESA;
	id: number;
	until: number;
	/** The pieces, in the order in which they came. */
	readonly bytes: Uint8Array;
	used: number;
	/** Number, position and size of each. */
	pieces: number[];
	/** Number of the last one, 0 while it has not come. */
	last: number;
}

/** What became of a piece: the whole message, undefined when others lack, or why it was refused. */
export type Taken = Uint8Array | "too-many-fragments" | "too-long" | "fragments-full" | undefined;

export class Fragments {
	#partials: Partial[] = [];
	#highWater = 0;

	/** Takes a piece of a message to `sa`. */
	take(now: number, sa: IKESA, fragment: Fragment): Taken {
		const { id, number, data, last } = fragment;
		if (number > FRAGMENTS)
			return "too-many-fragments";
		this.expire(now);
		let partial = this.#partials.find((each) => each.sa === sa);
		if (partial === undefined) {
			partial = this.begin(now, sa, id);
			if (partial === undefined)
				return "fragments-full";
		}
		const { pieces, bytes } = partial;
		for (let i = 0; i < pieces.length; i += 3)
			if (pieces[i] === number && partial.id === id) {
				if (sameBytes(bytes.subarray(pieces[i + 1], pieces[i + 1]! + pieces[i + 2]!), data))
					return undefined;
				// Another message under the same ID: some use one for all.
				restart(partial, now, id);
				break;
			}
		if (partial.id !== id)
			restart(partial, now, id);
		if (partial.used + data.length > bytes.length) {
			this.forget(partial);
			return "too-long";
		}
		bytes.set(data, partial.used);
		partial.pieces.push(number, partial.used, data.length);
		partial.used += data.length;
		if (last)
			partial.last = number;
		return this.whole(partial);
	}

	/** The pieces in order, when they are all there. */
	private whole(partial: Partial): Uint8Array | undefined {
		const { pieces, bytes, last, used } = partial;
		if (last === 0 || pieces.length !== 3 * last)
			return undefined;
		const result = new Uint8Array(used);
		let at = 0;
		for (let number = 1; number <= last; number++) {
			const i = index(pieces, number);
			if (i < 0)
				return undefined;
			result.set(bytes.subarray(pieces[i + 1], pieces[i + 1]! + pieces[i + 2]!), at);
			at += pieces[i + 2]!;
		}
		this.forget(partial);
		return result;
	}

	/** Room for a message to `sa`: of those that wait, the oldest of an initiator that has proved nothing gives way to one that has more to it. */
	private begin(now: number, sa: IKESA, id: number): Partial | undefined {
		if (this.#partials.length >= REASSEMBLIES) {
			const unproven = sa.isUnproven ? undefined : this.#partials.find((each) => each.sa.isUnproven);
			if (unproven === undefined)
				return undefined;
			this.forget(unproven);
		}
		const partial = { sa, id, until: now + PATIENCE, bytes: new Uint8Array(IKE_MESSAGE_SIZE), used: 0, pieces: [], last: 0 };
		this.#partials.push(partial);
		this.#highWater = Math.max(this.#highWater, this.#partials.length);
		return partial;
	}

	private forget(partial: Partial): void {
		this.#partials.splice(this.#partials.indexOf(partial), 1);
	}

	/** Forgets what has waited for too long, or belongs to an IKE SA that is gone. */
	expire(now: number): void {
		if (this.#partials.length > 0 && this.#partials.some((each) => each.sa.closed || now >= each.until))
			this.#partials = this.#partials.filter((each) => !each.sa.closed && now < each.until);
	}

	/** When `expire` has something to do next; undefined: never. */
	get nextDeadline(): number | undefined {
		let next: number | undefined;
		if (this.#partials.length === 0)
			return next;
		for (const { until } of this.#partials)
			if (next === undefined || until < next)
				next = until;
		return next;
	}

	use(): TableUse {
		return { name: "IKE reassemblies", used: this.#partials.length, highWater: this.#highWater, size: REASSEMBLIES, bytes: this.#partials.length * IKE_MESSAGE_SIZE };
	}
}

function restart(partial: Partial, now: number, id: number): void {
	partial.id = id;
	partial.until = now + PATIENCE;
	partial.used = partial.last = 0;
	partial.pieces = [];
}

function index(pieces: readonly number[], number: number): number {
	for (let i = 0; i < pieces.length; i += 3)
		if (pieces[i] === number)
			return i;
	return -1;
}

/** The pieces of `message`, which is of `sa`, as messages of at most `size` bytes. Sent again they have the same ID: pieces of both times go together. */
export function* cut(sa: IKESA, message: Uint8Array, size: number): Iterable<Uint8Array> {
	const { initiatorCookie, responderCookie, mode } = sa;
	const most = size - HEADER_SIZE - PAYLOAD_HEADER_SIZE - 4;
	const id = read16(message, message.length - 2) || 1;
	// The message's own type and ID are inside: peers expect those of phase 1 around whatever it is.
	const fields = { initiatorCookie, responderCookie, exchangeType: mode === "main" ? ExchangeType.MAIN : ExchangeType.AGGRESSIVE, flags: 0, messageID: 0 };
	for (let at = 0, number = 1; at < message.length; at += most, number++)
		yield emitMessage(fields, [{
			type: PayloadType.FRAGMENT,
			body: emitFragment({ id, number, last: at + most >= message.length, data: message.subarray(at, at + most) })
		}]);
}
