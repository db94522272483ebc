/**
 * Why a keygate refuses a quick mode, as the notification data of its NO-PROPOSAL-CHOSEN or INVALID-ID-INFORMATION (RFC 2408 3.14 leaves these to whoever sends them).
 * It names itself, so that no vendor ID has to tell strangers in clear what this unit is; everybody else passes it over, as data of an error that they know.
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                           "keygate"                           !
 * +               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                                               !    Reason     !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !     Group     !
 * +-+-+-+-+-+-+-+-+
 */
import { publicValueSize } from "./ke.js";

export const ReasonCode = Object.freeze({ PROTOCOL: 1, ALGORITHMS: 2, GROUP: 3, MODE: 4, FULL: 5, OFF: 6 } as const);

export interface Reason {
	readonly code: (typeof ReasonCode)[keyof typeof ReasonCode];
	/** With ReasonCode.GROUP the one of PFS that is wanted, 0: none; with all others 0. */
	readonly group: number;
}

/** "keygate" */
const NAME = Object.freeze([0x6b, 0x65, 0x79, 0x67, 0x61, 0x74, 0x65] as const);
const CODE = NAME.length;
const GROUP = CODE + 1;
const SIZE = GROUP + 1;

/** The reason in a notification's data; undefined when there is none, or none that is known. */
export function parseReason(data: Uint8Array): Reason | undefined {
	if (data.length !== SIZE || NAME.some((byte, i) => data[i] !== byte))
		return undefined;
	const code = data[CODE]!;
	const group = data[GROUP]!;
	if (code < ReasonCode.PROTOCOL || code > ReasonCode.OFF || group !== 0 && (code !== ReasonCode.GROUP || publicValueSize(group) === 0))
		return undefined;
	return { code: code as Reason["code"], group };
}

/** Notification data in a fresh buffer. */
export function emitReason(code: Reason["code"], group: number = 0): Uint8Array {
	const data = new Uint8Array(SIZE);
	data.set(NAME);
	data[CODE] = code;
	data[GROUP] = group;
	return data;
}
