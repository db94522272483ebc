/**
 * The notification payload (RFC 2408 3.14).
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !              Domain of Interpretation  (DOI)                  !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !  Protocol-ID  !   SPI Size    !      Notify Message Type      !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                Security Parameter Index (SPI)                 ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                       Notification Data                       ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { read16, read32, write16, write32 } from "./bytes.js";
import { DOI_IPSEC, DOI_ISAKMP } from "./constants.js";
import { fault, type Fault } from "./fault.js";

export interface Notification {
	readonly protocol: number;
	/** NotifyType, or a number that nobody assigned. */
	readonly type: number;
	/** Of any size up to 16 bytes; both cookies for an IKE SA. A view of the body. */
	readonly spi: Uint8Array;
	/** A view of the body. */
	readonly data: Uint8Array;
}

const FIXED = 8;
const SPI_MAXIMUM = 16;

/** The notification in a payload's body, of the IPsec or the ISAKMP DOI. Faults: truncated, doi, spi. */
export function parseNotification(body: Uint8Array): Notification | Fault {
	if (body.length < FIXED)
		return fault("truncated", body.length);
	const doi = read32(body, 0);
	if (doi !== DOI_IPSEC && doi !== DOI_ISAKMP)
		return fault("doi", 0);
	const spiSize = body[5]!;
	if (spiSize > SPI_MAXIMUM)
		return fault("spi", 5);
	const data = FIXED + spiSize;
	if (data > body.length)
		return fault("truncated", 5);
	return { protocol: body[4]!, type: read16(body, 6), spi: body.subarray(FIXED, data), data: body.subarray(data) };
}

/** The body of a notification payload of the IPsec DOI, in a fresh buffer. */
export function emitNotification(notification: Notification): Uint8Array {
	const { protocol, type, spi, data } = notification;
	if (spi.length > SPI_MAXIMUM)
		throw new RangeError("SPI size");
	const body = new Uint8Array(FIXED + spi.length + data.length);
	write32(body, 0, DOI_IPSEC);
	body[4] = protocol;
	body[5] = spi.length;
	write16(body, 6, type);
	body.set(spi, FIXED);
	body.set(data, FIXED + spi.length);
	return body;
}
