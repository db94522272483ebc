/** What is wrong with the certificates, keys and revocation lists of a document, and with what peers say of them. The crypto library reads them. */
import { parseAddress } from "../addresses.js";
import { certificateNames, distinguishedName, isSigningRequest, readCertificate } from "../crypto/certificates.js";
import type { TextReport } from "../crypto/types.js";
import { CERTIFICATE_CHAIN } from "../limits.js";
import { quoted } from "../log/printable.js";
import { utf8 } from "./bytes.js";
import { defaultIdentity } from "./defaults.js";
import type { Report } from "./report.js";
import type { Identity } from "./types.js";

/** As far as a document could be read. */
export interface DraftCertificates {
	own?: { name?: string | undefined; certificate?: string | undefined; key?: string | undefined }[];
	trusted?: { name?: string | undefined; certificate?: string | undefined }[];
	revocationLists?: { name?: string | undefined; crl?: string | undefined }[];
}

/** `time`: seconds since 1970, 0 where it is not known: then nothing is said of dates. */
export function checkCertificates(report: Report, { own = [], trusted = [], revocationLists = [] }: DraftCertificates, time: number): void {
	for (let i = 0; i < own.length; i++) {
		const { certificate, key } = own[i]!;
		if (certificate === undefined || key === undefined)
			continue;
		const found = readCertificate("own", certificate, key, time);
		judge(report, `certificates.own[${i}]`, "certificate", found);
		// The library stops at the first thing that is wrong.
		if (found.fault !== "" && !isOfKey(found.fault) && !key.includes("PRIVATE KEY-----"))
			report.fault(`certificates.own[${i}].key`, faultText("key", "", { ...found, fault: "key not PEM" }));
	}
	for (let i = 0; i < trusted.length; i++) {
		const { certificate } = trusted[i]!;
		if (certificate !== undefined)
			judge(report, `certificates.trusted[${i}]`, "certificate", readCertificate("trusted", certificate, "", time));
	}
	for (let i = 0; i < revocationLists.length; i++) {
		const { crl } = revocationLists[i]!;
		if (crl !== undefined)
			judge(report, `certificates.revocationLists[${i}]`, "crl", readCertificate("revocation list", crl, "", time));
	}
}

function judge(report: Report, path: string, field: "certificate" | "crl", found: TextReport): void {
	const fault = faultText(field === "crl" ? "revocation list" : "certificate", field === "crl" ? "X509 CRL" : "CERTIFICATE", found);
	if (fault !== "") {
		report.fault(`${path}.${isOfKey(found.fault) ? "key" : field}`, fault);
		return;
	}
	if (found.isExpired)
		report.warn(`${path}.${field}`, "has expired, or one of its issuers' certificates has: peers refuse it");
	if (found.isNotYetValid)
		report.warn(`${path}.${field}`, "is not valid yet by this machine's clock");
	if (found.isNoAuthority)
		report.warn(`${path}.${field}`, "is no authority's certificate: it makes its owner trusted, and nobody else");
	if (found.isForOtherUse)
		report.warn(`${path}.${field}`, "is not for this by its key usage or extended key usage: peers may refuse it");
	if (found.hasWeakSignature)
		report.warn(`${path}.${field}`, "is signed with SHA-1 or MD5, which is weak: peers may refuse it");
	if (found.isStale)
		report.warn(`${path}.${field}`, "is out of date: what it does not list yet is not known to be revoked");
}

function isOfKey(fault: TextReport["fault"]): boolean {
	return fault === "key not PEM" || fault === "key encrypted" || fault === "key mismatch";
}

function faultText(what: string, label: string, { fault, bits }: TextReport): string {
	switch (fault) {
		case "": return "";
		case "not PEM": return `is not a ${what} in PEM: expected a text that begins with "-----BEGIN ${label}-----"`;
		case "malformed": return `cannot be read as a ${what}`;
		case "several": return `has more than one ${what}: expected one`;
		case "key not PEM": return "is not a private key in PEM";
		case "key encrypted": return "is encrypted: expected a key without a passphrase";
		case "key mismatch": return "is not the key of this certificate";
		case "not RSA": return "has a key of another kind: expected an RSA key";
		case "key small": return `has an RSA key of ${bits} bits, which is too small: expected 2048 to 4096`;
		case "key large": return `has an RSA key of ${bits} bits: expected 2048 to 4096`;
		case "not a chain": return "has a certificate that did not issue the one before it: expected this gateway's own, then its issuer's, and so on";
		case "long chain": return `has too many certificates: expected at most ${CERTIFICATE_CHAIN}`;
		default: return `is refused by the crypto library (${fault})`;
	}
}

interface DraftPeer {
	ownCertificate?: string | undefined;
	localId?: { type?: Identity["type"] | undefined; value?: string | undefined } | undefined;
	remoteId?: object | undefined;
}

/** What a peer whose authentication is "certificate" needs. */
export function checkCertificatePeer(report: Report, peer: DraftPeer, path: string, { own = [], trusted = [] }: DraftCertificates): void {
	const name = peer.ownCertificate;
	if (trusted.length === 0)
		report.fault("certificates.trusted", `is empty: ${path}.authentication is "certificate", which needs an authority that vouches for the peer`);
	if (peer.remoteId === undefined && !("remoteId" in peer))
		report.warn(`${path}.remoteId`, "is missing: anyone with a certificate of a trusted authority is taken for this peer");
	if (name === undefined || name === "") {
		if (name === "" || !("ownCertificate" in peer))
			report.fault(`${path}.ownCertificate`, "is missing: authentication is \"certificate\"");
		return;
	}
	const index = own.findIndex((each) => each.name === name);
	const found = own[index];
	if (found === undefined) {
		report.fault(`${path}.ownCertificate`, `${quoted(name)} is not the name of a certificate in certificates.own`);
		return;
	}
	if (isSigningRequest(found.certificate ?? "")) {
		report.fault(`${path}.ownCertificate`, `${quoted(name)} waits for its certificate: no authority has signed its request yet`);
		return;
	}
	// Present but wrong was reported where it stands.
	if (found.certificate === undefined || report.faults.some((each) => each.path === `certificates.own[${index}].certificate`))
		return;
	if (!("localId" in peer)) {
		// What it would be is kept with the settings, and has to be right when they are read again.
		const { value } = defaultIdentity("certificate", "", found.certificate);
		if (!isNamed(found.certificate, "dn", value))
			report.fault(`${path}.localId`, `is missing: the subject of certificate ${quoted(name)} is empty or too long to be the identity, expected one of its alternative names`);
		return;
	}
	const { type, value } = peer.localId ?? {};
	if (type === undefined || value === undefined)
		return;
	if (type === "key-id")
		report.fault(`${path}.localId.type`, "\"key-id\" is in no certificate: expected \"dn\", \"fqdn\", \"user-fqdn\" or \"address\"");
	else if (identityBytes(type, value) !== undefined && !isNamed(found.certificate, type, value))
		report.fault(`${path}.localId.value`, `${quoted(value)} is not in certificate ${quoted(name)}: expected its subject or one of its alternative names`);
}

/** RFC 2407 4.6.2.1 */
const identityTypes = Object.freeze({ "address": 1, "fqdn": 2, "user-fqdn": 3, "dn": 9 } as const);

function identityBytes(type: keyof typeof identityTypes, value: string): Uint8Array | undefined {
	if (type === "dn")
		return distinguishedName(value);
	if (type !== "address")
		return utf8(value);
	const address = parseAddress(value);
	return address === undefined ? undefined : Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

/** An empty subject names nobody. */
function isNamed(certificate: string, type: keyof typeof identityTypes, value: string): boolean {
	const bytes = value === "" ? undefined : identityBytes(type, value);
	return bytes !== undefined && certificateNames(certificate, identityTypes[type], bytes);
}
