/**
 * The natives of modules/crypto/credentials.ts by node:crypto and the openssl command, as far as unit tests in Node go. What hostile files do is tested
 * against the C side (tests/node/crypto).
 */
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateDetails } from "./certificates.js";

/** kImportSize of credentials.h. */
const IMPORT_SIZE = 49152;

type Bytes = ArrayBuffer | Uint8Array;

// As in credentials.h.
const UNKNOWN = 1, PASSPHRASE = 3, REQUEST = 6, STRANGE = 8;

let file = new Uint8Array(0);
let texts = ["", "", "", ""];

function inFolder<T>(work: (path: (name: string) => string) => T): T {
	const folder = mkdtempSync(join(tmpdir(), "keygate-credentials-"));
	try {
		return work((name) => join(folder, name));
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function openssl(words: readonly string[], passphrase = ""): string {
	return execFileSync("openssl", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, KEYGATE_PASSPHRASE: passphrase } });
}

/** kJobRequest: undefined when the subject or a name is none. */
export function makeRequest(bits: number, data: Uint8Array): Uint8Array | undefined {
	const [subject = "", names = ""] = Buffer.from(data).toString("utf8").split("\0");
	return inFolder((path) => {
		try {
			const parts = (subject.startsWith("/") ? subject.slice(1).split("/") : subject.split(",")).map((part) => part.trim());
			writeFileSync(path("cnf"), `[req]\nstring_mask = utf8only\ndistinguished_name = dn\nreq_extensions = e\n[dn]\n[e]\nkeyUsage = critical,digitalSignature\n${names === "" ? "" : `subjectAltName = ${names}\n`}`);
			openssl(["req", "-new", "-newkey", `rsa:${bits}`, "-nodes", "-utf8", "-config", path("cnf"), "-subj", `/${parts.join("/")}`, "-keyout", path("key"), "-out", path("csr")]);
			texts = [readFileSync(path("csr"), "utf8"), readFileSync(path("key"), "utf8"), "", ""];
			return new Uint8Array(0);
		}
		catch {
			return undefined;
		}
	});
}

function blocks(text: string, label: string): string[] {
	return (text.match(new RegExp(`-----BEGIN ${label}-----[^]*?-----END ${label}-----`, "g")) ?? []).map((block) => `${block}\n`);
}

/** The file as PEM text; a number: why not. */
function asPEM(passphrase: string): string | number {
	const text = Buffer.from(file).toString("latin1");
	if (file[0] !== 0x30)
		return text;
	return inFolder((path) => {
		writeFileSync(path("in"), file);
		for (const words of [["x509", "-inform", "DER"], ["crl", "-inform", "DER"], ["pkcs12", "-nodes", "-passin", "env:KEYGATE_PASSPHRASE"], ["pkcs12", "-nodes", "-legacy", "-passin", "env:KEYGATE_PASSPHRASE"]]) {
			try {
				return openssl([words[0]!, "-in", path("in"), ...words.slice(1)], passphrase);
			}
			catch (error) {
				if (String((error as { stderr?: string }).stderr).includes("invalid password"))
					return PASSPHRASE;
			}
		}
		return UNKNOWN;
	});
}

/** kJobImport: the outcome. */
export function readImport(passphrase: Uint8Array): number {
	const phrase = Buffer.from(passphrase).toString("utf8");
	const pem = asPEM(phrase);
	texts = ["", "", "", ""];
	if (typeof pem === "number")
		return pem;
	if (pem.includes("CERTIFICATE REQUEST"))
		return REQUEST;
	const all = blocks(pem, "CERTIFICATE").map((block) => ({ block, certificate: new X509Certificate(block) }));
	const [keyText] = blocks(pem, "(?:RSA |ENCRYPTED )?PRIVATE KEY");
	const [list] = blocks(pem, "X509 CRL");
	try {
		const key = keyText === undefined ? undefined : createPrivateKey({ key: keyText, passphrase: phrase });
		let next = all.find(({ certificate }) => key === undefined ? !all.some((other) => other.certificate !== certificate && other.certificate.checkIssued(certificate)) : certificate.checkPrivateKey(key));
		if (next === undefined && all.length > 0)
			return STRANGE;
		texts[1] = key === undefined ? "" : String(key.export({ format: "pem", type: "pkcs8" }));
		for (; next !== undefined; next = all.find((other) => other !== next && next!.certificate.checkIssued(other.certificate))) {
			const isRoot = texts[0] !== "" && next.certificate.checkIssued(next.certificate);
			texts[isRoot ? 2 : 0] += next.block;
			if (isRoot)
				break;
		}
	}
	catch {
		return PASSPHRASE;
	}
	texts[3] = list ?? "";
	return texts.every((text) => text === "") ? UNKNOWN : 0;
}

function lines(text: string): string {
	return text.includes("CERTIFICATE REQUEST") ? requestLines(text) : text.includes("X509 CRL") ? listLines(text) : certificateDetails(text);
}

/** The value behind `label` in what the command prints. */
function printed(text: string, label: string): string {
	return text.match(new RegExp(`${label} ?[:=] *(.*)`))?.[1]?.trim() ?? "";
}

function requestLines(text: string): string {
	return inFolder((path) => {
		writeFileSync(path("csr"), text);
		const all = openssl(["req", "-in", path("csr"), "-noout", "-text", "-subject", "-nameopt", "sep_comma_plus_space,sname"]);
		const names = all.match(/Subject Alternative Name: *\n *(.*)/)?.[1]?.replace(/IP Address:/g, "IP:") ?? "";
		const bits = all.match(/Public-Key: \((\d+) bit\)/)?.[1] ?? "0";
		return `kind request\nsubject ${all.match(/^subject=(.*)$/m)?.[1] ?? ""}\nnames ${names}\nsignature ${printed(all, "Signature Algorithm")}\nkey RSA ${bits}\nfault 0\n`;
	});
}

function listLines(text: string): string {
	return inFolder((path) => {
		writeFileSync(path("crl"), text);
		const all = openssl(["crl", "-in", path("crl"), "-noout", "-text", "-issuer", "-lastupdate", "-nextupdate", "-fingerprint", "-sha256", "-nameopt", "sep_comma_plus_space,sname"]);
		const serials = [...all.matchAll(/Serial Number: (\w+)/g)].map((match) => match[1]!);
		const time = (label: string): number => Math.floor(Date.parse(all.match(new RegExp(`^${label}=(.*)$`, "m"))?.[1] ?? "") / 1000) || 0;
		return `kind list\nissuer ${all.match(/^issuer=(.*)$/m)?.[1] ?? ""}\nfrom ${time("lastUpdate")}\nto ${time("nextUpdate")}\nsignature ${printed(all, "Signature Algorithm")}\n`
			+ `fingerprint ${all.match(/Fingerprint=(.*)$/m)?.[1] ?? ""}\ncount ${serials.length}\nrevoked ${serials.slice(0, 8).join(", ")}\n`;
	});
}

export const credentialNatives = {
	xs_credentials_submit(bytes: Bytes): number {
		file = new Uint8Array(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).slice();
		return file.length === 0 || file.length > IMPORT_SIZE ? -2 : 0;
	},
	xs_credentials_text: (which: number) => texts[which] ?? "",
	xs_credentials_clear(): void {
		texts = ["", "", "", ""];
	},
	xs_credentials_describe(_kind: number, text: string): string {
		try {
			return lines(text);
		}
		catch {
			return "";
		}
	},
};
