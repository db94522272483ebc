/**
 * The identification payload of the IPsec DOI (RFC 2407 4.6.2).
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !   ID Type     !  Protocol ID  !             Port              !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                     Identification Data                       ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { formatAddress, formatRange } from "../../../addresses.js";
import { formatHex, printable, read16, read32, write16, write32 } from "./bytes.js";
import { IDType } from "./constants.js";
import { fault, isFault, type Fault } from "./fault.js";

export interface Identification {
	/** IDType, or a number that nobody assigned. */
	readonly type: number;
	/** IP protocol and port: a selector in phase 2; 0/0 or 17/500 in phase 1, others are tolerated there (T04). */
	readonly protocol: number;
	readonly port: number;
	/** A view of the body. Its size fits its type when the type has one. */
	readonly data: Uint8Array;
}

/** An inclusive range of IPv4 addresses. */
export interface AddressRange {
	readonly first: number;
	readonly last: number;
}

const DATA = 4;
/** Bytes of the data of types that have a fixed size. */
const sizes: { readonly [type: number]: number } = Object.freeze({
	[IDType.IPV4_ADDR]: 4, [IDType.IPV4_ADDR_SUBNET]: 8, [IDType.IPV4_ADDR_RANGE]: 8,
	[IDType.IPV6_ADDR]: 16, [IDType.IPV6_ADDR_SUBNET]: 32, [IDType.IPV6_ADDR_RANGE]: 32
});

/** The identification in a payload's body. Any type is taken (F07): what a place expects is for its owner to ask. Faults: truncated, length. */
export function parseID(body: Uint8Array): Identification | Fault {
	if (body.length < DATA)
		return fault("truncated", body.length);
	const type = body[0]!;
	const size = sizes[type];
	if (size === undefined ? body.length === DATA : body.length !== DATA + size)
		return fault("length", DATA);
	return { type, protocol: body[1]!, port: read16(body, 2), data: body.subarray(DATA) };
}

/** The body of an identification payload. */
export function emitID(type: number, protocol: number, port: number, data: Uint8Array): Uint8Array {
	const body = new Uint8Array(DATA + data.length);
	body[0] = type;
	body[1] = protocol;
	write16(body, 2, port);
	body.set(data, DATA);
	return body;
}

/** The body that identifies one IPv4 address, as phase 1 sends it with protocol and port 0. */
export function emitAddressID(address: number, protocol: number = 0, port: number = 0): Uint8Array {
	const data = new Uint8Array(4);
	write32(data, 0, address);
	return emitID(IDType.IPV4_ADDR, protocol, port, data);
}

/**
 * The body that identifies the addresses from `first` to `last`: ID_IPV4_ADDR for one (T09), ID_IPV4_ADDR_SUBNET where they are
 * a network, else ID_IPV4_ADDR_RANGE.
 */
export function emitRangeID(first: number, last: number, protocol: number, port: number): Uint8Array {
	if (first === last)
		return emitAddressID(first, protocol, port);
	const data = new Uint8Array(8);
	const hostBits = (first ^ last) >>> 0;
	// a network: the bits that differ are the lowest ones, all clear in the first address
	const network = ((hostBits & (hostBits + 1)) === 0) && ((first & hostBits) === 0);
	write32(data, 0, first);
	write32(data, 4, network ? ~hostBits >>> 0 : last);
	return emitID(network ? IDType.IPV4_ADDR_SUBNET : IDType.IPV4_ADDR_RANGE, protocol, port, data);
}

/**
 * The addresses that an identification means, whichever form it has; undefined when it is not of IPv4 addresses, its mask has
 * holes, or its range is backwards. A network given by one of its hosts is taken as the network.
 */
export function addressRange(id: Identification): AddressRange | undefined {
	const data = id.data;
	if (id.type === IDType.IPV4_ADDR) {
		const address = read32(data, 0);
		return { first: address, last: address };
	}
	if (id.type === IDType.IPV4_ADDR_SUBNET) {
		const mask = read32(data, 4);
		const hostBits = ~mask >>> 0;
		if ((hostBits & (hostBits + 1)) !== 0)
			return undefined;
		const address = read32(data, 0);
		return { first: (address & mask) >>> 0, last: (address | hostBits) >>> 0 };
	}
	if (id.type === IDType.IPV4_ADDR_RANGE) {
		const first = read32(data, 0);
		const last = read32(data, 4);
		return first <= last ? { first, last } : undefined;
	}
	return undefined;
}

/** Bytes of an identity that are shown: one may be as long as a message, and goes into sentences that are kept. */
const SHOWN = 96;

function shown(data: Uint8Array, text: (bytes: Uint8Array) => string): string {
	return data.length > SHOWN ? `${text(data.subarray(0, SHOWN))}... (${data.length} bytes)` : text(data);
}

/** The identification as people read it, type first (T03), escaped (F16): `address 10.0.0.1`, `fqdn gate.example`, `network 10.1.0.0/24 17/53`. */
export function formatID(id: Identification): string {
	const data = id.data;
	let text: string;
	switch (id.type) {
		case IDType.IPV4_ADDR: text = "address " + formatAddress(read32(data, 0)); break;
		case IDType.IPV4_ADDR_SUBNET:
		case IDType.IPV4_ADDR_RANGE: {
			const range = addressRange(id);
			text = range === undefined
				? "bad range " + formatHex(data)
				: (id.type === IDType.IPV4_ADDR_SUBNET ? "network " : "range ") + formatRange(range.first, range.last);
			break;
		}
		case IDType.FQDN: text = "fqdn " + shown(data, printable); break;
		case IDType.USER_FQDN: text = "user-fqdn " + shown(data, printable); break;
		case IDType.DER_ASN1_DN: text = "dn " + shown(data, formatHex); break;
		case IDType.KEY_ID: text = "key-id " + shown(data, printable); break;
		default: text = "type " + id.type + " " + shown(data, formatHex);
	}
	return id.protocol || id.port ? `${text} ${id.protocol}/${id.port}` : text;
}

/** The identification in a payload's body, as people read it. */
export function idText(body: Uint8Array): string {
	const id = parseID(body);
	return isFault(id) ? "a malformed ID" : formatID(id);
}
