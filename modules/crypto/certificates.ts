/**
 * X.509 certificates, typed (certificates.h; natives in certificates.c). The library holds what the settings gave: certificates, private keys,
 * authorities, revocation lists. Here are only the names by which the settings call them.
 */
import type { CertificateTexts, Certificates, Claim, Judgement, TextKind, TextReport, Verdict } from "./types.js";

type Bytes = ArrayBuffer | Uint8Array;

/** Fault, warnings and bits in one number; see certificates.c. */
const nativeRead = native<(kind: number, text: string, key: string, time: number, keep: boolean) => number>("xs_certificates_read");
const nativeTextNames = native<(text: string, type: number, identity: Bytes) => boolean>("xs_certificates_text_names");
const nativeTextSubject = native<(text: string) => string | undefined>("xs_certificates_text_subject");
const nativeClear = native<() => void>("xs_certificates_clear");
const nativeChain = native<(own: number, index: number) => ArrayBuffer | undefined>("xs_certificates_chain");
const nativeEnd = native<(own: number, index: number) => number>("xs_certificates_end");
const nativeSubject = native<(own: number) => ArrayBuffer | undefined>("xs_certificates_subject");
const nativeAuthority = native<(index: number) => ArrayBuffer | undefined>("xs_certificates_authority");
/** Verdict, signed, named and the size of the subject's text in a byte each, that text, and the detail's. */
const nativeJudge = native<(certificates: Bytes, time: number, hash: Bytes, signature: Bytes, type: number, identity: Bytes) => ArrayBuffer>("xs_certificates_judge");
const nativeName = native<(text: string) => ArrayBuffer | undefined>("xs_certificates_name");
const nativeSameName = native<(a: Bytes, b: Bytes) => boolean>("xs_certificates_same_name");
const nativeNameText = native<(der: Bytes) => string | undefined>("xs_certificates_name_text");

/** By their numbers in certificates.h. */
const kinds: readonly TextKind[] = Object.freeze(["own", "trusted", "revocation list"]);
const verdicts: readonly Verdict[] = Object.freeze(["ok", "untrusted", "expired", "not yet valid", "revoked", "time not set", "weak", "malformed"]);
const faults: readonly TextReport["fault"][] = Object.freeze([
	"", "not PEM", "malformed", "several", "key not PEM", "key encrypted", "key mismatch", "not RSA", "key small", "key large", "not a chain", "long chain", "full", "failed"
]);
const EXPIRED = 1;
const NOT_YET = 2;
const NOT_AUTHORITY = 4;
const PURPOSE = 8;
const STALE = 16;
const SIGNATURE = 32;
const WAITS = 64;

/** What is wrong with a text of the settings, and what is to be thought about. Nothing is kept. `time` as in `Claim`. */
export function readCertificate(kind: TextKind, text: string, key: string, time: number): TextReport {
	const result = nativeRead(kinds.indexOf(kind), text, key, time, false);
	const warnings = result >> 8 & 0xff;
	return {
		fault: faults[result & 0xff] ?? "failed",
		bits: result >> 16,
		isExpired: (warnings & EXPIRED) !== 0,
		isNotYetValid: (warnings & NOT_YET) !== 0,
		isNoAuthority: (warnings & NOT_AUTHORITY) !== 0,
		isForOtherUse: (warnings & PURPOSE) !== 0,
		isStale: (warnings & STALE) !== 0,
		hasWeakSignature: (warnings & SIGNATURE) !== 0,
		waits: (warnings & WAITS) !== 0
	};
}

/** Whether `text`, where an own certificate stands, is the signing request for it: no authority has signed it yet. */
export function isSigningRequest(text: string): boolean {
	return text.indexOf("-----BEGIN CERTIFICATE REQUEST-----") >= 0;
}

/** Whether the certificate in `text` names an identity of this type (RFC 2407 4.6.2.1): as its subject, or one of its alternative names. */
export function certificateNames(text: string, type: number, identity: Uint8Array): boolean {
	return nativeTextNames(text, type, identity);
}

/** The subject of the certificate in `text`, "" when it cannot be read. */
export function certificateSubject(text: string): string {
	return nativeTextSubject(text) ?? "";
}

/** The DER of a distinguished name as people write it, undefined when it is none. */
export function distinguishedName(text: string): Uint8Array | undefined {
	const der = nativeName(text);
	return der === undefined ? undefined : new Uint8Array(der);
}

/** Whether two distinguished names in DER are the same (RFC 5280 7.1, T32). */
export function isSameName(a: Uint8Array, b: Uint8Array): boolean {
	return nativeSameName(a, b);
}

/** A distinguished name in DER as text, all but printable ASCII escaped (F16); undefined when it is none. */
export function distinguishedNameText(der: Uint8Array): string | undefined {
	return nativeNameText(der);
}

/** The certificates of the settings. There is one store in the library: what is loaded last counts. */
export class CertificateStore implements Certificates {
	#names: readonly string[] = [];

	load(texts: CertificateTexts): string[] {
		const refused: string[] = [];
		const names: string[] = [];
		nativeClear();
		for (const each of texts.own) {
			// What waits for its certificate cannot be used, and has no number; nor has what the library did not take.
			if (!isSigningRequest(each.certificate) && take(refused, each.name, nativeRead(0, each.certificate, each.key, 0, true)))
				names.push(each.name);
			each.certificate = each.key = "";
		}
		this.#names = names;
		for (const each of texts.trusted) {
			take(refused, each.name, nativeRead(1, each.certificate, "", 0, true));
			each.certificate = "";
		}
		for (const each of texts.revocationLists) {
			take(refused, each.name, nativeRead(2, each.crl, "", 0, true));
			each.crl = "";
		}
		return refused;
	}

	find(name: string): number {
		return this.#names.indexOf(name);
	}

	chain(own: number, index: number): Uint8Array | undefined {
		const der = nativeChain(own, index);
		return der === undefined ? undefined : new Uint8Array(der);
	}

	end(own: number, index: number): number {
		return nativeEnd(own, index);
	}

	subject(own: number): Uint8Array {
		return new Uint8Array(nativeSubject(own) ?? new ArrayBuffer(0));
	}

	authority(index: number): Uint8Array | undefined {
		const der = nativeAuthority(index);
		return der === undefined ? undefined : new Uint8Array(der);
	}

	judge({ certificates, time, hash, signature, type, identity }: Claim): Judgement {
		const bytes = new Uint8Array(nativeJudge(joined(certificates), time, hash, signature, type, identity));
		const end = 4 + bytes[3]!;
		return {
			verdict: verdicts[bytes[0]!] ?? "malformed",
			isSigned: bytes[1] !== 0,
			isNamed: bytes[2] !== 0,
			subject: text(bytes, 4, end),
			detail: text(bytes, end, bytes.length)
		};
	}
}

function take(refused: string[], name: string, result: number): boolean {
	const isTaken = (result & 0xff) === 0;
	if (!isTaken)
		refused.push(name);
	return isTaken;
}

/** One after another, each after its size in two bytes. */
function joined(certificates: readonly Uint8Array[]): Uint8Array {
	let size = 0;
	for (const each of certificates)
		size += 2 + each.length;
	const bytes = new Uint8Array(size);
	let at = 0;
	for (const each of certificates) {
		bytes[at] = each.length >>> 8;
		bytes[at + 1] = each.length;
		bytes.set(each, at + 2);
		at += 2 + each.length;
	}
	return bytes;
}

function text(bytes: Uint8Array, from: number, to: number): string {
	return String.fromArrayBuffer(bytes.slice(from, to).buffer);
}
