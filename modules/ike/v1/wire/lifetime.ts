/** A lifetime as attributes, of a transform or of a RESPONDER-LIFETIME: each limit is a LIFE_TYPE with its LIFE_DURATION after it (RFC 2407 4.5, RFC 2409 appendix A). */
import { attributeLength, writeAttribute } from "./attributes.js";
import { LifeType } from "./constants.js";

/** Bytes of the attributes; 0 seconds or kilobytes: no such limit, and not sent. */
export function lifetimeLength(seconds: number, kilobytes: number): number {
	return (seconds ? 4 + attributeLength(seconds) : 0) + (kilobytes ? 4 + attributeLength(kilobytes) : 0);
}

/** Writes them, a duration of 65536 and more in the variable form. `type` is the number of LIFE_TYPE in its phase, which that of LIFE_DURATION follows. Returns where they end. */
export function writeLifetime(bytes: Uint8Array, at: number, type: number, seconds: number, kilobytes: number): number {
	if (seconds) {
		at = writeAttribute(bytes, at, type, LifeType.SECONDS);
		at = writeAttribute(bytes, at, type + 1, seconds);
	}
	if (kilobytes) {
		at = writeAttribute(bytes, at, type, LifeType.KILOBYTES);
		at = writeAttribute(bytes, at, type + 1, kilobytes);
	}
	return at;
}

/** The same in a fresh buffer of their own. */
export function emitLifetime(type: number, seconds: number, kilobytes: number): Uint8Array {
	const bytes = new Uint8Array(lifetimeLength(seconds, kilobytes));
	writeLifetime(bytes, 0, type, seconds, kilobytes);
	return bytes;
}
