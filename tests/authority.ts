/** A certification authority for tests, made with the openssl command: certificates of every kind that there may be, right and wrong. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Wanted {
	/** `/C=DE/O=Example/CN=gate` */
	readonly subject: string;
	/** Of its RSA key. */
	readonly bits?: number;
	/** An elliptic curve instead. */
	readonly curve?: string;
	/** `YYYYMMDDHHMMSSZ` */
	readonly from?: string;
	readonly to?: string;
	/** `DNS:gate.example,IP:10.0.0.1` */
	readonly names?: string;
	readonly extendedKeyUsage?: string;
	readonly keyUsage?: string;
	/** It may issue certificates itself. */
	readonly authority?: boolean;
	readonly pathLength?: number;
	/** `permitted;DNS:.example` */
	readonly nameConstraints?: string;
	readonly hash?: string;
	/** The subject's strings, `utf8only` or `default` (PrintableString where that will do). */
	readonly strings?: string;
}

export interface Issued {
	/** PEM. */
	readonly certificate: string;
	readonly key: string;
}

const folders: string[] = [];
process.once("exit", () => folders.forEach((path) => rmSync(path, { recursive: true, force: true })));

function openssl(...words: string[]): string {
	return execFileSync("openssl", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** DER of PEM text that has one block. */
export function fromPEM(text: string): Uint8Array {
	return new Uint8Array(Buffer.from(text.replace(/-----[^-]*-----/g, ""), "base64"));
}

export class Authority implements Issued {
	readonly certificate: string;
	readonly key: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "keygate-ca-"));
	#count = 0;

	/** One that vouches for itself, or that `issuer` vouches for. */
	constructor(wanted: Wanted, issuer?: Authority) {
		folders.push(this.#folder);
		this.#write("index.txt", "");
		this.#write("index.txt.attr", "unique_subject = no\n");
		this.#write("serial", "1000\n");
		this.#write("ca.cnf", `[ca]\ndefault_ca = own\n[own]\ndatabase = ${this.#path("index.txt")}\nserial = ${this.#path("serial")}\nnew_certs_dir = ${this.#folder}
default_md = sha256\npolicy = any\ncopy_extensions = none\ndefault_crl_days = 3650\n[any]\ncountryName = optional\norganizationName = optional
organizationalUnitName = optional\ncommonName = optional\nemailAddress = optional\n`);
		const made = issuer === undefined ? this.#issue({ ...wanted, authority: true }, true) : issuer.issue({ ...wanted, authority: true });
		this.certificate = made.certificate;
		this.key = made.key;
		this.#write("ca.pem", made.certificate);
		this.#write("ca.key", made.key);
	}

	issue(wanted: Wanted): Issued {
		return this.#issue(wanted, false);
	}

	/** The certificate, PEM, that a signing request asks for; with these alternative names. */
	sign(request: string, names: string): string {
		const certificate = this.#path(`issued-${++this.#count}.pem`);
		this.#write("signed.csr", request);
		this.#write("signed.ext", `[e]\nbasicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\nauthorityKeyIdentifier = keyid\nsubjectAltName = ${names}`);
		openssl("ca", "-batch", "-notext", "-preserveDN", ...this.#own(), "-md", "sha256", "-in", this.#path("signed.csr"), "-out", certificate,
			"-startdate", "20200101000000Z", "-enddate", "20491231000000Z", "-extfile", this.#path("signed.ext"), "-extensions", "e");
		return readFileSync(certificate, "utf8");
	}

	revoke({ certificate }: Issued): void {
		this.#write("revoked.pem", certificate);
		openssl("ca", ...this.#own(), "-revoke", this.#path("revoked.pem"));
	}

	/** Its revocation list, PEM. */
	list(from = "20200101000000Z", to = "20491231000000Z"): string {
		openssl("ca", ...this.#own(), "-gencrl", "-crl_lastupdate", from, "-crl_nextupdate", to, "-out", this.#path("crl.pem"));
		return readFileSync(this.#path("crl.pem"), "utf8");
	}

	#issue(wanted: Wanted, self: boolean): Issued {
		const name = `issued-${++this.#count}`;
		const { subject, bits = 2048, curve, authority = false } = wanted;
		const [key, request, certificate, extensions, names] = [".key", ".csr", ".pem", ".ext", ".cnf"].map((end) => this.#path(name + end)) as [string, string, string, string, string];
		openssl("genpkey", "-out", key, ...(curve === undefined ? ["-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`] : ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`]));
		writeFileSync(names, `[req]\nstring_mask = ${wanted.strings ?? "utf8only"}\ndistinguished_name = dn\n[dn]\n`);
		openssl("req", "-new", "-config", names, "-utf8", "-key", key, "-subj", subject, "-out", request);
		writeFileSync(extensions, ["[e]",
			`basicConstraints = critical,CA:${authority ? "TRUE" : "FALSE"}${wanted.pathLength === undefined ? "" : `,pathlen:${wanted.pathLength}`}`,
			`keyUsage = critical,${wanted.keyUsage ?? (authority ? "keyCertSign,cRLSign" : "digitalSignature")}`,
			"subjectKeyIdentifier = hash",
			...(self ? [] : ["authorityKeyIdentifier = keyid"]),
			...(wanted.names === undefined ? [] : [`subjectAltName = ${wanted.names}`]),
			...(wanted.extendedKeyUsage === undefined ? [] : [`extendedKeyUsage = ${wanted.extendedKeyUsage}`]),
			...(wanted.nameConstraints === undefined ? [] : [`nameConstraints = critical,${wanted.nameConstraints}`]),
		].join("\n"));
		const signer = self ? ["-config", this.#path("ca.cnf"), "-selfsign", "-keyfile", key] : this.#own();
		openssl("ca", "-batch", "-notext", "-preserveDN", ...signer, "-md", wanted.hash ?? "sha256", "-in", request, "-out", certificate,
			"-startdate", wanted.from ?? "20200101000000Z", "-enddate", wanted.to ?? "20491231000000Z", "-extfile", extensions, "-extensions", "e");
		return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
	}

	#own(): string[] {
		return ["-config", this.#path("ca.cnf"), "-cert", this.#path("ca.pem"), "-keyfile", this.#path("ca.key")];
	}

	#path(name: string): string {
		return join(this.#folder, name);
	}

	#write(name: string, text: string): void {
		writeFileSync(this.#path(name), text);
	}
}
