/**
 * The vendor ID payload (RFC 2408 3.16): its body is bytes that mean something to those who know them, mostly an MD5.
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                        Vendor ID (VID)                        ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { formatHex, parseHex } from "./bytes.js";

interface KnownVendor {
	/** As logs write it. */
	readonly text: string;
	/** Hexadecimal digits, lower case. */
	readonly id: string;
	/** Bytes of a version or of capabilities that may follow. */
	readonly more: number;
}

/** The vendor IDs that change what we do or that a log should name; NAT traversal's in order of preference (T21). */
export const vendors = Object.freeze({
	/** MD5 of "RFC 3947" */
	natTraversal: Object.freeze({ text: "NAT-T RFC 3947", id: "4a131c81070358455c5728f20e95452f", more: 0 }),
	/** MD5 of "draft-ietf-ipsec-nat-t-ike-03" */
	natTraversal03: Object.freeze({ text: "NAT-T draft-03", id: "7d9419a65310ca6f2c179d9215529d56", more: 0 }),
	/** MD5 of "draft-ietf-ipsec-nat-t-ike-02\n": a newline that somebody hashed once and everybody sends since */
	natTraversal02n: Object.freeze({ text: "NAT-T draft-02\\n", id: "90cb80913ebb696e086381b5ec427b1f", more: 0 }),
	/** MD5 of "draft-ietf-ipsec-nat-t-ike-02" */
	natTraversal02: Object.freeze({ text: "NAT-T draft-02", id: "cd60464335df21f87cfdb2fc68b6a448", more: 0 }),
	/** MD5 of "draft-ietf-ipsec-nat-t-ike-01" and of "-00": ESP on port 500, behind eight zero bytes; only their name is known here */
	natTraversal01: Object.freeze({ text: "NAT-T draft-01", id: "16f6ca16e4a4066d83821a0f0aeaa862", more: 0 }),
	natTraversal00: Object.freeze({ text: "NAT-T draft-00", id: "4485152d18b6bbcd0be8a8469579ddcc", more: 0 }),
	/** RFC 3706 5.1, then major and minor version */
	deadPeerDetection: Object.freeze({ text: "DPD", id: "afcad71368a1f1c96b8696fc7757", more: 2 }),
	/** MD5 of "FRAGMENTATION", then four bytes of capabilities (T24) */
	fragmentation: Object.freeze({ text: "fragmentation", id: "4048b7d56ebce88525e7de7f00d6c2d3", more: 4 }),
	/** draft-beaulieu-ike-xauth */
	xauth: Object.freeze({ text: "XAUTH", id: "09002689dfd6b712", more: 0 }),
	/** Then major and minor version */
	unity: Object.freeze({ text: "Cisco Unity", id: "12f5f28c457168a9702d9fe274cc", more: 2 })
} as const);
export type VendorName = keyof typeof vendors;

/** Their names, and the digits of each: the engine's own search finds one in them. */
export const vendorNames = Object.freeze(Object.keys(vendors)) as readonly VendorName[];
const ids: readonly string[] = Object.freeze(vendorNames.map((name) => vendors[name].id));

/** Bytes of the longest vendor ID with what may follow it. */
const LONGEST = 20;

/** Whether `digits`, a vendor ID payload's body in hexadecimal, are this vendor ID, with or without what may follow it. */
function isKnown(digits: string, { id, more }: KnownVendor): boolean {
	return (digits.length === id.length || digits.length === id.length + 2 * more) && digits.startsWith(id);
}

/** Whether a vendor ID payload's body is this vendor ID, with or without what may follow it. */
export function isVendor(body: Uint8Array, name: VendorName): boolean {
	return body.length <= LONGEST && isKnown(formatHex(body), vendors[name]);
}

/** The name of the vendor ID in a payload's body, undefined when it is none that we know. */
export function parseVendor(body: Uint8Array): VendorName | undefined {
	if (body.length > LONGEST)
		return undefined;
	const digits = formatHex(body);
	let place = ids.indexOf(digits);
	for (let more = 2; place < 0 && more <= 4; more += 2) {
		place = ids.indexOf(digits.slice(0, -2 * more));
		if (place >= 0 && vendors[vendorNames[place]!].more !== more)
			place = -1;
	}
	return vendorNames[place];
}

/** Whether the vendor ID of fragmentation in a payload's body is that of a peer that takes fragments in main and aggressive mode: the first bit of its capabilities, or none said. */
export function takesFragments(body: Uint8Array): boolean {
	return isVendor(body, "fragmentation") && (body.length === vendors.fragmentation.id.length / 2 || (body[16]! & 0x80) !== 0);
}

/** The body of a vendor ID payload in a fresh buffer, for DPD and Cisco Unity with version 1.0, for fragmentation with the capability of both modes. */
export function emitVendor(name: VendorName): Uint8Array {
	const known: KnownVendor = vendors[name];
	return parseHex(known.id + (known.more === 2 ? "0100" : known.more === 4 ? "80000000" : ""));
}
