/**
 * Data attributes of a transform (RFC 2408 3.3), basic when the first bit is set and variable when it is not:
 *
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !A!       Attribute Type        !    AF=0  Attribute Length     !
 * !F!                             !    AF=1  Attribute Value      !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * .                   AF=0  Attribute Value                       .
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * They stay bytes until somebody asks: `attributeType` and `attributeValue` read the one at a position, `nextAttribute` steps.
 * These three want bytes that `checkAttributes` has passed.
 */
import { fault, type Fault } from "./fault.js";
import { read16, write16, write32 } from "./bytes.js";

const BASIC = 0x8000;
/** Larger values are this one: no attribute has a use for more. */
export const ATTRIBUTE_MAXIMUM = 0xffffffff;

/** Whether attributes fill `bytes` from `offset` to `end` exactly: undefined, or what is wrong (truncated, length). */
export function checkAttributes(bytes: Uint8Array, offset: number, end: number): Fault | undefined {
	while (offset < end) {
		if (offset + 4 > end)
			return fault("truncated", offset);
		if (bytes[offset]! & 0x80)
			offset += 4;
		else {
			const size = read16(bytes, offset + 2);
			if (size === 0)
				return fault("length", offset + 2);
			if (offset + 4 + size > end)
				return fault("truncated", offset + 2);
			offset += 4 + size;
		}
	}
	return undefined;
}

export function attributeType(bytes: Uint8Array, at: number): number {
	return read16(bytes, at) & 0x7fff;
}

/** The number that the attribute at `at` carries, from either form; at most ATTRIBUTE_MAXIMUM. */
export function attributeValue(bytes: Uint8Array, at: number): number {
	if (bytes[at]! & 0x80)
		return read16(bytes, at + 2);
	const size = read16(bytes, at + 2);
	let value = 0;
	for (let i = 0; i < size; i++) {
		value = value * 256 + bytes[at + 4 + i]!;
		if (value > ATTRIBUTE_MAXIMUM)
			return ATTRIBUTE_MAXIMUM;
	}
	return value;
}

/** Position of the attribute after the one at `at`. */
export function nextAttribute(bytes: Uint8Array, at: number): number {
	return bytes[at]! & 0x80 ? at + 4 : at + 4 + read16(bytes, at + 2);
}

/** Bytes of an attribute with this value: basic below 65536, else variable with four bytes of value. */
export function attributeLength(value: number): number {
	return value > 0xffff ? 8 : 4;
}

/** Writes an attribute in the shortest form that can carry `value` (at most ATTRIBUTE_MAXIMUM). Returns where it ends. */
export function writeAttribute(bytes: Uint8Array, at: number, type: number, value: number): number {
	if (value <= 0xffff) {
		write16(bytes, at, BASIC | type);
		write16(bytes, at + 2, value);
		return at + 4;
	}
	write16(bytes, at, type);
	write16(bytes, at + 2, 4);
	write32(bytes, at + 4, value);
	return at + 8;
}

/** The value of the first attribute of this type, undefined when there is none. For logs and diagnosis. */
export function findAttribute(bytes: Uint8Array, type: number): number | undefined {
	for (let at = 0; at < bytes.length; at = nextAttribute(bytes, at))
		if (attributeType(bytes, at) === type)
			return attributeValue(bytes, at);
	return undefined;
}

/** Whether `value` may be given to a field that held `before` (0: nothing yet): it is not zero and does not contradict. */
export function isConsistent(before: number, value: number): boolean {
	return value !== 0 && (before === 0 || before === value);
}
