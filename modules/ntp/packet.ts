/**
 * SNTP packets of version 4 (RFC 4330 4), 48 bytes; a time is seconds since 1900 and 2^-32 seconds.
 *
 *     0   leap (2 bits)  version (3)  mode (3);  stratum (1)  poll (1)  precision (1)
 *     4   root delay (4)  root dispersion (4)  reference identifier (4)
 *     16  reference, 24 originate, 32 receive, 40 transmit timestamp (8 each)
 */

const PACKET_SIZE = 48;
export const NTP_PORT = 123;
/** Bytes that a client sends as its own time and a server sends back. */
export const NONCE_SIZE = 8;

const VERSION = 4;
const CLIENT = 3;
const SERVER = 4;
const UNSYNCHRONIZED = 3;
const STRATUM = 1;
const ROOT_DELAY = 4;
const REFERENCE = 12;
const ORIGINATE = 24;
const TRANSMIT = 40;
/** Seconds from 1900 to 1970, and of an era; times with the first bit clear are of the next one, from 2036 on. */
const EPOCH = 2208988800;
const ERA = 4294967296;
/** A server that is so many seconds away from its own clock is none (RFC 4330 5). */
const FARTHEST = 16;

/** What an answer is not taken for; the names are those of counters. */
export type Refusal = "ntp-short" | "ntp-not-an-answer" | "ntp-not-asked" | "ntp-unsynchronized" | "ntp-refused" | "ntp-no-time";

export interface Answer {
	/** Seconds since 1970, with what is below a second. */
	readonly time: number;
}

/** A question whose transmit timestamp nobody else can know: it says nothing of this unit's clock. */
export function emitQuestion(nonce: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(PACKET_SIZE);
	bytes[0] = VERSION << 3 | CLIENT;
	bytes.set(nonce, TRANSMIT);
	return bytes;
}

/** `isSame` compares in constant time. A server that says no is "ntp-refused"; `kissCode` has its word. */
export function parseAnswer(bytes: Uint8Array, nonce: Uint8Array, isSame: (a: Uint8Array, b: Uint8Array) => boolean): Answer | Refusal {
	if (bytes.length < PACKET_SIZE)
		return "ntp-short";
	const version = bytes[0]! >> 3 & 7;
	if ((bytes[0]! & 7) !== SERVER || version < 3 || version > VERSION)
		return "ntp-not-an-answer";
	if (!isSame(bytes.subarray(ORIGINATE, ORIGINATE + NONCE_SIZE), nonce))
		return "ntp-not-asked";
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const stratum = bytes[STRATUM]!;
	if (stratum === 0)
		return "ntp-refused";
	if (bytes[0]! >> 6 === UNSYNCHRONIZED || stratum > 15 || view.getInt16(ROOT_DELAY) < 0 || view.getInt16(ROOT_DELAY) >= FARTHEST || view.getUint16(ROOT_DELAY + 4) >= FARTHEST)
		return "ntp-unsynchronized";
	const seconds = view.getUint32(TRANSMIT);
	const fraction = view.getUint32(TRANSMIT + 4);
	if (seconds === 0 && fraction === 0)
		return "ntp-no-time";
	return { time: seconds - EPOCH + (seconds < ERA / 2 ? ERA : 0) + fraction / ERA };
}

/** Four letters that say why a server refuses (RFC 4330 8): "RATE". */
export function kissCode(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < 4; i++) {
		const c = bytes[REFERENCE + i]!;
		text += c > 0x20 && c < 0x7f ? String.fromCharCode(c) : ".";
	}
	return text;
}
