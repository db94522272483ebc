/**
 * The delete payload (RFC 2408 3.15).
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !              Domain of Interpretation  (DOI)                  !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !  Protocol-Id  !   SPI Size    !           # of SPIs           !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~               Security Parameter Index(es) (SPI)              ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { read16, read32, write16, write32 } from "./bytes.js";
import { COOKIE_SIZE, DOI_IPSEC, DOI_ISAKMP, ProtocolID } from "./constants.js";
import { fault, type Fault } from "./fault.js";

export interface Delete {
	readonly protocol: number;
	/** 4 for ESP and AH, 16 (both cookies) for an IKE SA. */
	readonly spiSize: number;
	/** One at least. */
	readonly count: number;
	/** `count` times `spiSize` bytes, a view of the body; `deletedSPI` and `deletedCookies` read one. */
	readonly spis: Uint8Array;
}

const FIXED = 8;
const IKE_SPI_SIZE = 2 * COOKIE_SIZE;
const SPI_SIZE = 4;

/** The SPIs that a peer no longer uses, in a payload's body. Faults: truncated, doi, payload-type (a protocol without SAs), spi, count, length. */
export function parseDelete(body: Uint8Array): Delete | Fault {
	if (body.length < FIXED)
		return fault("truncated", body.length);
	const doi = read32(body, 0);
	if (doi !== DOI_IPSEC && doi !== DOI_ISAKMP)
		return fault("doi", 0);
	const protocol = body[4]!;
	const spiSize = body[5]!;
	const count = read16(body, 6);
	if (protocol < ProtocolID.ISAKMP || protocol > ProtocolID.IPCOMP)
		return fault("payload-type", 4);
	if (protocol === ProtocolID.ISAKMP ? spiSize !== IKE_SPI_SIZE
		: spiSize !== SPI_SIZE && !(protocol === ProtocolID.IPCOMP && spiSize === 2))
		return fault("spi", 5);
	if (count === 0)
		return fault("count", 6);
	const size = spiSize * count;
	if (FIXED + size > body.length)
		return fault("truncated", 6);
	if (FIXED + size < body.length)
		return fault("length", 6);
	return { protocol, spiSize, count, spis: body.subarray(FIXED) };
}

/** The SPI at `index` of a Delete for ESP or AH, as an unsigned number. */
export function deletedSPI(payload: Delete, index: number): number {
	if (payload.spiSize !== SPI_SIZE || index < 0 || index >= payload.count)
		throw new RangeError("no such SPI");
	return read32(payload.spis, index * SPI_SIZE);
}

/** Both cookies, the initiator's first, at `index` of a Delete for IKE SAs: a view of 16 bytes. */
export function deletedCookies(payload: Delete, index: number): Uint8Array {
	if (payload.spiSize !== IKE_SPI_SIZE || index < 0 || index >= payload.count)
		throw new RangeError("no such SPI");
	return payload.spis.subarray(index * IKE_SPI_SIZE, (index + 1) * IKE_SPI_SIZE);
}

/** The body of a Delete for one SA of `protocol` (ProtocolID.ESP or AH), by our inbound SPI, in a fresh buffer. */
export function emitDelete(protocol: number, spi: number): Uint8Array {
	const body = new Uint8Array(FIXED + SPI_SIZE);
	writeFixed(body, protocol, SPI_SIZE);
	write32(body, FIXED, spi);
	return body;
}

/** The body of a Delete for an IKE SA, in a fresh buffer. */
export function emitDeleteIKE(initiatorCookie: Uint8Array, responderCookie: Uint8Array): Uint8Array {
	if (initiatorCookie.length !== COOKIE_SIZE || responderCookie.length !== COOKIE_SIZE)
		throw new RangeError("cookie size");
	const body = new Uint8Array(FIXED + IKE_SPI_SIZE);
	writeFixed(body, ProtocolID.ISAKMP, IKE_SPI_SIZE);
	body.set(initiatorCookie, FIXED);
	body.set(responderCookie, FIXED + COOKIE_SIZE);
	return body;
}

function writeFixed(body: Uint8Array, protocol: number, spiSize: number): void {
	write32(body, 0, DOI_IPSEC);
	body[4] = protocol;
	body[5] = spiSize;
	write16(body, 6, 1);
}
