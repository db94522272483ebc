/**
 * The natives of modules/crypto/certificates.ts from node:crypto, as far as it goes: signatures, chains with their dates, keys and uses,
 * alternative names. It has no revocation lists and no name constraints, and compares names roughly: what is to be tested of those is tested
 * against the C side (tests/node/crypto).
 */
import { createPrivateKey, constants, privateEncrypt, publicEncrypt, X509Certificate, type KeyObject } from "node:crypto";
import { CERTIFICATE_CHAIN, OWN_CERTIFICATES, REVOCATION_LISTS, TRUSTED_CERTIFICATES } from "../../modules/limits.js";

type Bytes = ArrayBuffer | Uint8Array;

// As in certificates.h.
const OK = 0, NOT_PEM = 1, MALFORMED = 2, SEVERAL = 3, KEY_NOT_PEM = 4, KEY_ENCRYPTED = 5, KEY_MISMATCH = 6, NOT_RSA = 7, KEY_SMALL = 8, KEY_LARGE = 9,
	NOT_CHAIN = 10, LONG_CHAIN = 11, FULL = 12;
const EXPIRED = 1, NOT_YET = 2, NOT_AUTHORITY = 4, PURPOSE = 8, WAITS = 64;
const VERDICT_OK = 0, VERDICT_UNTRUSTED = 1, VERDICT_EXPIRED = 2, VERDICT_NOT_YET = 3, VERDICT_TIME_NOT_SET = 5, VERDICT_WEAK = 6, VERDICT_MALFORMED = 7;

/** OIDs of extended key usage that will do (x509.c). */
const uses = ["1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.8.2.2", "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7", "2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

const own: { readonly chain: readonly X509Certificate[]; readonly key: KeyObject }[] = [];
const trusted: X509Certificate[] = [];
let lists = 0;

function view(bytes: Bytes): Uint8Array {
	return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

function copy(bytes: Uint8Array): ArrayBuffer {
	return new Uint8Array(bytes).buffer;
}

function rsaBits(key: KeyObject): number {
	return key.asymmetricKeyType === "rsa" ? key.asymmetricKeyDetails?.modulusLength ?? 0 : 0;
}

function keyFault(bits: number): number {
	return bits === 0 ? NOT_RSA : bits < 2048 ? KEY_SMALL : bits > 4096 ? KEY_LARGE : OK;
}

function validity(certificate: X509Certificate, time: number): number {
	if (time === 0)
		return 0;
	return time * 1000 < Date.parse(certificate.validFrom) ? NOT_YET : time * 1000 > Date.parse(certificate.validTo) ? EXPIRED : 0;
}

function mayAuthenticate(certificate: X509Certificate): boolean {
	return (certificate.keyUsage as string[] | undefined)?.some((use) => uses.includes(use)) ?? true;
}

function blocks(text: string, label: string): string[] {
	return text.match(new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----`, "g")) ?? [];
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
	return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** The certificates of PEM text, or a fault. */
function certificatesIn(text: string): X509Certificate[] | number {
	const found = blocks(text, "CERTIFICATE");
	if (found.length === 0)
		return NOT_PEM;
	try {
		return found.map((block) => new X509Certificate(block));
	}
	catch {
		return MALFORMED;
	}
}

function readOwn(text: string, key: string, time: number, keep: boolean): number {
	if (text.includes("-----BEGIN CERTIFICATE REQUEST-----"))
		return readRequest(key);
	const all = certificatesIn(text);
	if (typeof all === "number")
		return all;
	let chain: X509Certificate[] = [];
	let warnings = 0;
	for (const each of all) {
		const last = chain[chain.length - 1];
		if (last !== undefined && !last.checkIssued(each))
			return NOT_CHAIN;
		if (last !== undefined && each.checkIssued(each))
			break;
		if (chain.length === CERTIFICATE_CHAIN)
			return LONG_CHAIN;
		warnings |= validity(each, time);
		chain = [...chain, each];
	}
	const leaf = chain[0]!;
	const bits = rsaBits(leaf.publicKey);
	const fault = keyFault(bits);
	if (fault !== OK)
		return fault | bits << 16;
	if (!mayAuthenticate(leaf))
		warnings |= PURPOSE;
	let privateKey: KeyObject;
	try {
		privateKey = createPrivateKey(key);
	}
	catch {
		return key.includes("ENCRYPTED") ? KEY_ENCRYPTED : KEY_NOT_PEM;
	}
	if (!leaf.checkPrivateKey(privateKey))
		return KEY_MISMATCH;
	if (keep && own.length === OWN_CERTIFICATES)
		return FULL;
	if (keep)
		own.push({ chain, key: privateKey });
	return warnings << 8 | bits << 16;
}

function readTrusted(text: string, time: number, keep: boolean): number {
	const all = certificatesIn(text);
	if (typeof all === "number")
		return all;
	if (all.length > 1)
		return SEVERAL;
	const certificate = all[0]!;
	const bits = rsaBits(certificate.publicKey);
	if (bits > 0 && bits < 2048)
		return KEY_SMALL | bits << 16;
	if (keep && trusted.length === TRUSTED_CERTIFICATES)
		return FULL;
	if (keep)
		trusted.push(certificate);
	return (validity(certificate, time) | (certificate.ca ? 0 : NOT_AUTHORITY)) << 8 | bits << 16;
}

/** Lists are counted and not read. */
function readList(text: string, keep: boolean): number {
	const all = blocks(text, "X509 CRL");
	if (all.length !== 1)
		return all.length === 0 ? NOT_PEM : SEVERAL;
	if (!Buffer.from(all[0]!.replace(/-----[^-]*-----/g, ""), "base64").subarray(0, 1).equals(Buffer.of(0x30)))
		return MALFORMED;
	if (keep && lists === REVOCATION_LISTS)
		return FULL;
	lists += keep ? 1 : 0;
	return OK;
}

// DER, as far as a subject needs it

interface Element {
	readonly tag: number;
	readonly whole: Uint8Array;
	readonly content: Uint8Array;
}

function elements(der: Uint8Array): Element[] {
	const list: Element[] = [];
	for (let at = 0; at < der.length;) {
		let size = der[at + 1]!;
		let from = at + 2;
		if (size & 0x80) {
			const count = size & 0x7f;
			size = der.subarray(from, from + count).reduce((sum, byte) => sum * 256 + byte, 0);
			from += count;
		}
		list.push({ tag: der[at]!, whole: der.subarray(at, from + size), content: der.subarray(from, from + size) });
		at = from + size;
	}
	return list;
}

function subjectOf(certificate: X509Certificate): Uint8Array {
	const fields = elements(elements(elements(certificate.raw)[0]!.content)[0]!.content);
	return fields[fields[0]!.tag === 0xa0 ? 5 : 4]!.whole;
}

const types: Readonly<Record<string, readonly number[]>> = {
	CN: [85, 4, 3], C: [85, 4, 6], L: [85, 4, 7], ST: [85, 4, 8], O: [85, 4, 10], OU: [85, 4, 11], E: [42, 134, 72, 134, 247, 13, 1, 9, 1]
};

/** Types and values of a name: undefined when it is none. */
function entries(der: Uint8Array): [string, string][] | undefined {
	const outer = elements(der);
	if (outer.length !== 1 || outer[0]!.tag !== 0x30 || outer[0]!.whole.length !== der.length)
		return undefined;
	return elements(outer[0]!.content).flatMap((set) => elements(set.content).map((entry): [string, string] => {
		const [type, value] = elements(entry.content);
		const name = Object.keys(types).find((each) => Buffer.from(types[each]!).equals(type!.content)) ?? "UNKNOWN";
		return [name, Buffer.from(value!.content).toString("utf8")];
	}));
}

function wrap(tag: number, ...parts: Uint8Array[]): Uint8Array {
	const content = Buffer.concat(parts);
	return Buffer.concat([content.length < 128 ? Buffer.of(tag, content.length) : Buffer.of(tag, 0x82, content.length >> 8, content.length & 255), content]);
}

function parseName(text: string): Uint8Array | undefined {
	const sets: Uint8Array[] = [];
	for (const part of text.startsWith("/") ? text.slice(1).split("/") : text.split(",")) {
		const [, type, value] = part.match(/^\s*(\w+)\s*=\s*(.*\S)\s*$/) ?? [];
		const oid = type === undefined ? undefined : types[type];
		if (oid === undefined)
			return undefined;
		sets.push(wrap(0x31, wrap(0x30, wrap(6, Buffer.from(oid)), wrap(type === "C" ? 0x13 : 0x0c, Buffer.from(value!)))));
	}
	return wrap(0x30, ...sets);
}

function normal(der: Uint8Array): string | undefined {
	const list = entries(der);
	return list && JSON.stringify(list.map(([type, value]) => [type, value.trim().replace(/\s+/g, " ").toLowerCase()]));
}

function isSameName(a: Uint8Array, b: Uint8Array): boolean {
	const name = normal(a);
	return name !== undefined && name === normal(b);
}

function escaped(text: string): string {
	return [...Buffer.from(text)].map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");
}

function nameText(der: Uint8Array): string | undefined {
	return entries(der)?.map(([type, value]) => `${type}=${escaped(value)}`).join(", ");
}

function isNamed(certificate: X509Certificate, type: number, identity: Uint8Array): boolean {
	if (type === 9)
		return isSameName(subjectOf(certificate), identity);
	const value = Buffer.from(identity).toString("latin1").toLowerCase();
	const wanted = type === 1 ? `ip address:${[...identity].join(".")}` : type === 2 ? `dns:${value}` : type === 3 ? `email:${value}` : "";
	return (certificate.subjectAltName ?? "").toLowerCase().split(", ").includes(wanted);
}

function isSignature(key: KeyObject, hash: Uint8Array, signature: Uint8Array): boolean {
	const size = rsaBits(key) / 8;
	if (signature.length !== size)
		return false;
	try {
		const block = publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
		return block.equals(Buffer.concat([Buffer.of(0, 1), Buffer.alloc(size - hash.length - 3, 0xff), Buffer.of(0), hash]));
	}
	catch {
		return false;	// not less than the modulus
	}
}

/** The chain from a certificate to a trusted one, both included. */
function chainOf(certificate: X509Certificate, others: readonly X509Certificate[], depth = 0): X509Certificate[] | undefined {
	if (trusted.some((each) => each.fingerprint256 === certificate.fingerprint256))
		return [certificate];
	const anchor = trusted.find((each) => isIssuedBy(certificate, each));
	if (anchor !== undefined)
		return [certificate, anchor];
	for (const other of depth < CERTIFICATE_CHAIN ? others : []) {
		const rest = other !== certificate && other.ca && isIssuedBy(certificate, other) ? chainOf(other, others, depth + 1) : undefined;
		if (rest !== undefined)
			return [certificate, ...rest];
	}
	return undefined;
}

function issuerText(certificate: X509Certificate): string {
	const parts = elements(elements(elements(certificate.raw)[0]!.content)[0]!.content);
	return nameText(parts[parts[0]!.tag === 0xa0 ? 3 : 2]!.whole) ?? "";
}

/** Who would have to be trusted, as `tellAuthority` in judgement.c says it. */
function authorityText(certificate: X509Certificate, others: readonly X509Certificate[]): string {
	let top = certificate;
	for (let i = 1; i < CERTIFICATE_CHAIN && !top.checkIssued(top); i++)
		top = others.find((each) => each !== top && isIssuedBy(top, each)) ?? top;
	return trusted.some((each) => isIssuedBy(top, each)) || top === certificate && top.checkIssued(top) ? "" : `; its authority is ${issuerText(top)}`;
}

function judgeChain(certificate: X509Certificate, others: readonly X509Certificate[], time: number): [number, string] {
	const chain = chainOf(certificate, others);
	if (chain === undefined)
		return [VERDICT_UNTRUSTED, `${trusted.length === 0 ? "no authority is trusted" : "unable to get local issuer certificate"}${authorityText(certificate, others)}`];
	if (chain.some((each) => rsaBits(each.publicKey) > 0 && rsaBits(each.publicKey) < 2048))
		return [VERDICT_WEAK, "CA certificate key too weak"];
	for (const each of chain) {
		const dates = validity(each, time);
		if (dates !== 0)
			return dates === EXPIRED ? [VERDICT_EXPIRED, "certificate has expired"] : [VERDICT_NOT_YET, "certificate is not yet valid"];
	}
	if (!mayAuthenticate(certificate))
		return [VERDICT_UNTRUSTED, "its key usage or extended key usage is not for this"];
	return time === 0 ? [VERDICT_TIME_NOT_SET, ""] : [VERDICT_OK, ""];
}

function result(verdict: number, isSigned: boolean, named: boolean, subject: string, detail: string): ArrayBuffer {
	return copy(Buffer.concat([Buffer.of(verdict, isSigned ? 1 : 0, named ? 1 : 0, subject.length), Buffer.from(subject + detail, "latin1")]));
}

function judge(certificates: Uint8Array, time: number, hash: Uint8Array, signature: Uint8Array, type: number, identity: Uint8Array): ArrayBuffer {
	const all: X509Certificate[] = [];
	for (let at = 0; at < certificates.length;) {
		const size = certificates[at]! << 8 | certificates[at + 1]!;
		try {
			all.push(new X509Certificate(certificates.subarray(at + 2, at + 2 + size)));
		}
		catch {
			if (all.length === 0)
				return result(VERDICT_MALFORMED, false, false, "", "it is no certificate that can be read");
		}
		at += 2 + size;
	}
	const leaf = all[0];
	if (leaf === undefined)
		return result(VERDICT_MALFORMED, false, false, "", "it is no certificate that can be read");
	const subject = (nameText(subjectOf(leaf)) ?? "").slice(0, 191);
	const bits = rsaBits(leaf.publicKey);
	const fault = keyFault(bits);
	if (fault === NOT_RSA)
		return result(VERDICT_MALFORMED, false, false, subject, "its key is not an RSA key");
	if (fault !== OK)
		return result(VERDICT_WEAK, false, false, subject, `its RSA key has ${bits} bits, from 2048 to 4096 are accepted`);
	const [verdict, detail] = judgeChain(leaf, all.slice(1, CERTIFICATE_CHAIN), time);
	return result(verdict, isSignature(leaf.publicKey, hash, signature), isNamed(leaf, type, identity), subject, detail);
}

/** The signature of a job, undefined when there is no such key. */
export function sign(index: number, hash: Uint8Array): Uint8Array | undefined {
	const key = own[index]?.key;
	return key && privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, hash);
}

/** Names of signature algorithms by the DER of their OIDs. */
const signatures: Readonly<Record<string, string>> = {
	"2a864886f70d01010b": "sha256WithRSAEncryption", "2a864886f70d01010c": "sha384WithRSAEncryption", "2a864886f70d01010d": "sha512WithRSAEncryption",
	"2a864886f70d010105": "sha1WithRSAEncryption", "2a8648ce3d040302": "ecdsa-with-SHA256",
};

/** What describe.c tells of a certificate. */
export function certificateDetails(text: string): string {
	const all = certificatesIn(text);
	if (typeof all === "number")
		return "";
	const one = all[0]!;
	const algorithm = Buffer.from(elements(elements(elements(one.raw)[0]!.content)[1]!.content)[0]!.content).toString("hex");
	const bits = rsaBits(one.publicKey);
	const names = (one.subjectAltName ?? "").replace(/IP Address:/g, "IP:");
	const weak = (signatures[algorithm] ?? "").startsWith("sha1") && !one.checkIssued(one);
	return `kind certificate\nsubject ${nameText(subjectOf(one)) ?? ""}\nissuer ${issuerText(one)}\nserial ${one.serialNumber}\n`
		+ `from ${Date.parse(one.validFrom) / 1000}\nto ${Date.parse(one.validTo) / 1000}\nnames ${names}\nuse ${(one.keyUsage as string[] | undefined)?.join(", ") ?? ""}\n`
		+ `signature ${signatures[algorithm] ?? "unknown"}\nfingerprint ${one.fingerprint256}\nkey ${(one.publicKey.asymmetricKeyType ?? "unknown").toUpperCase()} ${bits}\nfault ${keyFault(bits)}\n`
		+ `flags${one.ca ? " authority" : ""}${one.checkIssued(one) ? " self-signed" : ""}${weak ? " weak-signature" : ""}${mayAuthenticate(one) ? "" : " other-use"}\ncount ${all.length}\n`;
}

/** A signing request in place of a certificate: its key is not compared, only read. */
function readRequest(key: string): number {
	try {
		return WAITS << 8 | rsaBits(createPrivateKey(key)) << 16;
	}
	catch {
		return key.includes("ENCRYPTED") ? KEY_ENCRYPTED : KEY_NOT_PEM;
	}
}

export const certificateNatives = {
	xs_certificates_read: (kind: number, text: string, key: string, time: number, keep: boolean) =>
		kind === 0 ? readOwn(text, key, time, keep) : kind === 1 ? readTrusted(text, time, keep) : readList(text, keep),
	xs_certificates_text_names(text: string, type: number, identity: Bytes): boolean {
		const all = certificatesIn(text);
		return typeof all !== "number" && isNamed(all[0]!, type, view(identity));
	},
	xs_certificates_text_subject(text: string): string | undefined {
		const all = certificatesIn(text);
		return typeof all === "number" ? undefined : nameText(subjectOf(all[0]!));
	},
	xs_certificates_clear(): void {
		own.length = trusted.length = lists = 0;
	},
	xs_certificates_chain(index: number, place: number): ArrayBuffer | undefined {
		const raw = own[index]?.chain[place]?.raw;
		return raw && copy(raw);
	},
	xs_certificates_end: (index: number, place: number): number => Date.parse(own[index]?.chain[place]?.validTo ?? "1970-01-01T00:00:00Z") / 1000,
	xs_certificates_subject(index: number): ArrayBuffer | undefined {
		const leaf = own[index]?.chain[0];
		return leaf && copy(subjectOf(leaf));
	},
	xs_certificates_authority(index: number): ArrayBuffer | undefined {
		const certificate = trusted[index];
		return certificate && copy(subjectOf(certificate));
	},
	xs_certificates_judge: (certificates: Bytes, time: number, hash: Bytes, signature: Bytes, type: number, identity: Bytes) =>
		judge(view(certificates), time, view(hash), view(signature), type, view(identity)),
	xs_certificates_name(text: string): ArrayBuffer | undefined {
		const name = parseName(text);
		return name && copy(name);
	},
	xs_certificates_same_name: (a: Bytes, b: Bytes) => isSameName(view(a), view(b)),
	xs_certificates_name_text: (der: Bytes) => nameText(view(der)),
};
