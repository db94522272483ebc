/**
 * The certificate and certificate request payloads (RFC 2408 3.9, 3.10): an encoding and bytes that are somebody else's to read.
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ! Cert Encoding !                                               !
 * +-+-+-+-+-+-+-+-+              Certificate Data                 ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { fault, type Fault } from "./fault.js";

export interface Certificate {
	/** CertificateEncoding */
	readonly encoding: number;
	/** A view of the body; in a request the name of an authority, or nothing: any (T31). */
	readonly data: Uint8Array;
}

/** A certificate payload's body. Faults: truncated, length (no certificate in it). */
export function parseCertificate(body: Uint8Array): Certificate | Fault {
	if (body.length === 1)
		return fault("length", 1);
	return parseCertificateRequest(body);
}

/** A certificate request payload's body. Faults: truncated. */
export function parseCertificateRequest(body: Uint8Array): Certificate | Fault {
	return body.length === 0 ? fault("truncated", 0) : { encoding: body[0]!, data: body.subarray(1) };
}

/** The body of either payload in a fresh buffer. */
export function emitCertificate(encoding: number, data: Uint8Array): Uint8Array {
	const body = new Uint8Array(1 + data.length);
	body[0] = encoding;
	body.set(data, 1);
	return body;
}
