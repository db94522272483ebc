/** Bytes of a terminal to keys: control characters, and the sequences that begin with ESC. What is not known is nothing. */

export const NOTHING = 0;
/** The byte is part of the line. */
export const SELF = 1;
export const LEFT = 2;
export const RIGHT = 3;
export const HOME = 4;
export const END = 5;
/** Erase the character before the cursor, at it, all after it, all before it, the word before it. */
export const BACK = 6;
export const ERASE = 7;
export const ERASE_AFTER = 8;
export const ERASE_ALL = 9;
export const ERASE_WORD = 10;
/** In what was typed before. */
export const PREVIOUS = 11;
export const NEXT = 12;
export const COMPLETE = 13;
/** Clear the screen. */
export const CLEAR = 14;
/** Give the line up. */
export const CANCEL = 15;
/** By a word. */
export const FORWARD = 16;
const BACKWARD = 17;

const ESCAPE = 0x1b;

/** By control character, from 0 on. */
const CONTROLS: readonly number[] = Object.freeze([
	NOTHING, HOME, LEFT, CANCEL, ERASE, END, RIGHT, NOTHING, BACK, COMPLETE, NOTHING, ERASE_AFTER, CLEAR, NOTHING, NEXT, NOTHING,
	PREVIOUS, NOTHING, NOTHING, NOTHING, NOTHING, ERASE_ALL, NOTHING, ERASE_WORD
]);

/** Where in a sequence the reader is. */
const TEXT = 0;
const AFTER_ESCAPE = 1;
const IN_SEQUENCE = 2;
const AFTER_O = 3;

export class KeyReader {
	#state = TEXT;
	/** The first parameter of a sequence, and whether there is another. */
	#parameter = 0;
	#more = false;

	/** One of the keys above. */
	feed(byte: number): number {
		switch (this.#state) {
			case AFTER_ESCAPE:
				return this.afterEscape(byte);
			case IN_SEQUENCE:
				return this.inSequence(byte);
			case AFTER_O:
				this.#state = TEXT;
				return letter(byte, false);
		}
		if (byte === ESCAPE) {
			this.#state = AFTER_ESCAPE;
			return NOTHING;
		}
		if (byte === 0x7f)
			return BACK;
		return byte >= 0x20 ? SELF : CONTROLS[byte] ?? NOTHING;
	}

	private afterEscape(byte: number): number {
		this.#state = TEXT;
		switch (byte) {
			case ESCAPE:
				this.#state = AFTER_ESCAPE;
				return NOTHING;
			case 0x5b:	// [
				this.#state = IN_SEQUENCE;
				this.#parameter = 0;
				this.#more = false;
				return NOTHING;
			case 0x4f:	// O
				this.#state = AFTER_O;
				return NOTHING;
			case 0x62:	// b
				return BACKWARD;
			case 0x66:	// f
				return FORWARD;
			default:
				return NOTHING;
		}
	}

	/** Parameters, then a letter or `~` (ECMA-48 5.4). A control character ends it. */
	private inSequence(byte: number): number {
		if (byte >= 0x20 && byte < 0x40) {
			if (byte === 0x3b)
				this.#more = true;
			else if (byte >= 0x30 && byte <= 0x39 && !this.#more)
				this.#parameter = (this.#parameter * 10 + byte - 0x30) % 1000;
			return NOTHING;
		}
		this.#state = TEXT;
		if (byte !== 0x7e)
			return letter(byte, this.#more);
		switch (this.#parameter) {
			case 1: case 7: return HOME;
			case 4: case 8: return END;
			case 3: return ERASE;
			default: return NOTHING;
		}
	}
}

/** `modified`: with a shift, control or other key. */
function letter(byte: number, modified: boolean): number {
	switch (byte) {
		case 0x41: return PREVIOUS;
		case 0x42: return NEXT;
		case 0x43: return modified ? FORWARD : RIGHT;
		case 0x44: return modified ? BACKWARD : LEFT;
		case 0x46: return END;
		case 0x48: return HOME;
		default: return NOTHING;
	}
}
