/**
 * DHCP messages (RFC 2131 2, RFC 2132). A message that is read is checked whole; one that is made is put together in a buffer of its own.
 *
 *     0   op (1)  htype (1)  hlen (1)  hops (1)
 *     4   xid (4)
 *     8   secs (2)  flags (2)
 *     12  ciaddr, yiaddr, siaddr, giaddr (4 each)
 *     28  chaddr (16)
 *     44  sname (64)
 *     108 file (128)
 *     236 magic cookie (4), then options
 */

export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;

/** Option 53. */
export const MessageType = Object.freeze({ DISCOVER: 1, OFFER: 2, REQUEST: 3, DECLINE: 4, ACK: 5, NAK: 6, RELEASE: 7, INFORM: 8 } as const);

const Option = Object.freeze({
	PAD: 0, SUBNET_MASK: 1, ROUTER: 3, DNS: 6, REQUESTED_ADDRESS: 50, LEASE_TIME: 51, OVERLOAD: 52, MESSAGE_TYPE: 53, SERVER_ID: 54, MESSAGE: 56,
	RENEWAL_TIME: 58, REBINDING_TIME: 59, CLIENT_ID: 61, END: 255,
} as const);

const REQUEST = 1;
const REPLY = 2;
const ETHERNET = 1;
const HARDWARE_SIZE = 6;
const COOKIE = 0x63825363;
const SNAME = 44;
const FILE = 108;
const OPTIONS = 236;
/** What a client is sure to take (RFC 1542 2.1), and more than a message of ours ever has. */
const SMALLEST = 300;
const BROADCAST = 0x8000;

/** What a client says. Addresses are numbers, 0: none. */
export interface ClientMessage {
	readonly type: number;
	readonly xid: number;
	/** It cannot take a unicast yet. */
	readonly broadcast: boolean;
	/** The address that it has. */
	readonly ciaddr: number;
	readonly giaddr: number;
	readonly hardware: Uint8Array;
	readonly requested: number;
	readonly server: number;
	/** Option 61; undefined: its hardware address stands for it. */
	readonly id: Uint8Array | undefined;
}

/** What a message is not taken for: the names are those of counters. */
export type Refusal = "dhcp-short" | "dhcp-not-a-request" | "dhcp-hardware" | "dhcp-no-cookie" | "dhcp-options" | "dhcp-type";

interface Options {
	type: number;
	requested: number;
	server: number;
	overload: number;
	id: Uint8Array | undefined;
}

/** Reads what a client sent. `bytes` is not kept. */
export function parseMessage(bytes: Uint8Array): ClientMessage | Refusal {
	if (bytes.length < OPTIONS + 4)
		return "dhcp-short";
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	if (bytes[0] !== REQUEST)
		return "dhcp-not-a-request";
	const hardware = bytes.slice(28, 28 + HARDWARE_SIZE);
	if (bytes[1] !== ETHERNET || bytes[2] !== HARDWARE_SIZE || (hardware[0]! & 1) !== 0 || hardware.every((each) => each === 0))
		return "dhcp-hardware";
	if (view.getUint32(OPTIONS) !== COOKIE)
		return "dhcp-no-cookie";
	const options: Options = { type: 0, requested: 0, server: 0, overload: 0, id: undefined };
	if (!readOptions(bytes, view, OPTIONS + 4, bytes.length, options))
		return "dhcp-options";
	// RFC 2132 9.3: the two fields hold options, too.
	const { overload } = options;
	if ((overload & 1) !== 0 && !readOptions(bytes, view, FILE, OPTIONS, options) || (overload & 2) !== 0 && !readOptions(bytes, view, SNAME, FILE, options))
		return "dhcp-options";
	const { type, requested, server, id } = options;
	if (type === 0)
		return "dhcp-type";
	return {
		type, requested, server, id, hardware,
		xid: view.getUint32(4), broadcast: (view.getUint16(10) & BROADCAST) !== 0, ciaddr: view.getUint32(12), giaddr: view.getUint32(24),
	};
}

/** False: they are not well formed. The first one of a kind counts. An area without an end is as good as one with. */
function readOptions(bytes: Uint8Array, view: DataView, from: number, to: number, options: Options): boolean {
	let at = from;
	while (at < to) {
		const code = bytes[at]!;
		if (code === Option.END)
			return true;
		if (code === Option.PAD) {
			at++;
			continue;
		}
		const size = at + 1 < to ? bytes[at + 1]! : 256;
		const value = at + 2;
		if (value + size > to || !takeOption(bytes, view, code, value, size, options))
			return false;
		at = value + size;
	}
	return true;
}

/** False: of the wrong length. */
function takeOption(bytes: Uint8Array, view: DataView, code: number, at: number, size: number, options: Options): boolean {
	switch (code) {
		case Option.MESSAGE_TYPE:
			if (size === 1)
				options.type ||= bytes[at]!;
			return size === 1;
		case Option.OVERLOAD:
			if (size === 1)
				options.overload ||= bytes[at]!;
			return size === 1;
		case Option.REQUESTED_ADDRESS:
			if (size === 4)
				options.requested ||= view.getUint32(at);
			return size === 4;
		case Option.SERVER_ID:
			if (size === 4)
				options.server ||= view.getUint32(at);
			return size === 4;
		case Option.CLIENT_ID:
			// RFC 2132 9.14: at least a type and one byte more.
			if (size >= 2)
				options.id ??= bytes.slice(at, at + size);
			return size >= 2;
		default:
			return true;
	}
}

/** What the server answers. */
export interface ServerMessage {
	readonly type: number;
	readonly xid: number;
	readonly broadcast: boolean;
	readonly ciaddr: number;
	readonly yiaddr: number;
	readonly hardware: Uint8Array;
	readonly server: number;
	/** RFC 6842: as it was in the request. */
	readonly id: Uint8Array | undefined;
	/** Seconds; 0: the message says none. */
	readonly lease: number;
	/** What else a client is told; undefined in a NAK. */
	readonly network: { readonly mask: number; readonly router: number; readonly dns: readonly number[] } | undefined;
	/** Why not, in a NAK. */
	readonly text: string;
}

export function emitMessage(message: ServerMessage): Uint8Array {
	const { type, xid, broadcast, ciaddr, yiaddr, hardware, server, id, lease, network, text } = message;
	const bytes = new Uint8Array(SMALLEST + (id === undefined ? 0 : 2 + id.length) + text.length);
	const view = new DataView(bytes.buffer);
	bytes[0] = REPLY;
	bytes[1] = ETHERNET;
	bytes[2] = HARDWARE_SIZE;
	view.setUint32(4, xid);
	view.setUint16(10, broadcast ? BROADCAST : 0);
	view.setUint32(12, ciaddr);
	view.setUint32(16, yiaddr);
	bytes.set(hardware, 28);
	view.setUint32(OPTIONS, COOKIE);
	let at = OPTIONS + 4;
	const number = (code: number, value: number): void => {
		bytes[at] = code;
		bytes[at + 1] = 4;
		view.setUint32(at + 2, value);
		at += 6;
	};
	bytes[at++] = Option.MESSAGE_TYPE;
	bytes[at++] = 1;
	bytes[at++] = type;
	number(Option.SERVER_ID, server);
	if (lease > 0) {
		number(Option.LEASE_TIME, lease);
		number(Option.RENEWAL_TIME, Math.floor(lease / 2));
		number(Option.REBINDING_TIME, Math.floor(lease * 7 / 8));
	}
	if (network !== undefined) {
		number(Option.SUBNET_MASK, network.mask);
		number(Option.ROUTER, network.router);
		if (network.dns.length > 0) {
			bytes[at++] = Option.DNS;
			bytes[at++] = 4 * network.dns.length;
			for (const address of network.dns) {
				view.setUint32(at, address);
				at += 4;
			}
		}
	}
	if (text !== "") {
		bytes[at++] = Option.MESSAGE;
		bytes[at++] = text.length;
		for (let i = 0; i < text.length; i++)
			bytes[at++] = text.charCodeAt(i);
	}
	if (id !== undefined) {
		bytes[at++] = Option.CLIENT_ID;
		bytes[at++] = id.length;
		bytes.set(id, at);
		at += id.length;
	}
	bytes[at] = Option.END;
	return bytes;
}
