/** Why bytes from the network are not what they should be. Parsers return it in place of their result and never throw. */
import { NotifyType } from "./constants.js";

/** The closed set of reasons, each with the notification that RFC 2408 section 5 names for it. */
export const faultReasons = Object.freeze({
	/** Fewer bytes than a fixed part needs, or than a length field claims. */
	"truncated": NotifyType.UNEQUAL_PAYLOAD_LENGTHS,
	/** A length that is too small for its own fixed part, or not the one this kind must have. */
	"length": NotifyType.UNEQUAL_PAYLOAD_LENGTHS,
	/** A reserved field that is not zero. */
	"reserved": NotifyType.PAYLOAD_MALFORMED,
	"version": NotifyType.INVALID_MAJOR_VERSION,
	"flags": NotifyType.INVALID_FLAGS,
	/** A payload type that nobody assigned, or not the one that must be here. */
	"payload-type": NotifyType.INVALID_PAYLOAD_TYPE,
	/** More payloads, proposals or transforms than `limits` allow. */
	"too-many": NotifyType.PAYLOAD_MALFORMED,
	"doi": NotifyType.DOI_NOT_SUPPORTED,
	"situation": NotifyType.SITUATION_NOT_SUPPORTED,
	/** A count that is zero or not what follows. */
	"count": NotifyType.BAD_PROPOSAL_SYNTAX,
	/** An SPI whose size its protocol does not have. */
	"spi": NotifyType.INVALID_SPI,
	/** An attribute that is zero, contradicts an earlier one, or lacks its pair. */
	"attribute": NotifyType.ATTRIBUTES_NOT_SUPPORTED,
	/** A public value that is our own: our message came back to us. */
	"reflected": NotifyType.INVALID_KEY_INFORMATION
} as const);
export type FaultReason = keyof typeof faultReasons;

export interface Fault {
	readonly fault: FaultReason;
	/** Position of the offending field, from the start of the bytes that the parser was given. */
	readonly at: number;
}

export function fault(reason: FaultReason, at: number): Fault {
	return { fault: reason, at };
}

/** Whether a parser's result is a fault. */
export function isFault(result: object): result is Fault {
	return (result as Partial<Fault>).fault !== undefined;
}

/** The notification type that tells a peer of this fault. */
export function faultNotification(fault: Fault): number {
	return faultReasons[fault.fault];
}
