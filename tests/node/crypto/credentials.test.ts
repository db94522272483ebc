// Keys and certificates on their way in: labour.c, and request.c, import.c and describe.c of each backend, under the sanitizers, against files that the openssl command made and
// requests that it verifies.
import test, { type ExecutionContext } from "ava";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { pbkdf2Sync, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Authority } from "../../authority.js";
import { type Backend, backends, backendWords, isInstalled } from "../../backends.js";

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "keygate-desk-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const faults = ["ok", "unknown", "malformed", "passphrase", "cipher", "effort", "request", "large", "strange", "failed"];

interface Found {
	readonly outcome: string;
	/** Certificate, key, authority, list. */
	readonly texts: readonly string[];
}

/** desk.c under way. */
class Desk {
	readonly #child: ChildProcess;
	readonly #lines: AsyncIterator<string>;

	constructor(backend: Backend) {
		const program = join(folder, `desk-${backend}`);
		execFileSync("gcc", ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-iquote", join(root, "modules"),
			"-iquote", join(root, "modules/crypto"), join(root, "tests/node/crypto/desk.c"), ...backendWords(backend), "-o", program]);
		const { NODE_OPTIONS: _, ...env } = process.env;
		this.#child = spawn(program, { stdio: ["pipe", "pipe", "inherit"], env });
		this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
	}

	async ask(...words: (string | number)[]): Promise<string[]> {
		this.#child.stdin!.write(`${words.join(" ")}\n`);
		const answer: string[] = [];
		for (;;) {
			const { value, done } = await this.#lines.next();
			if (done)
				throw new Error(`desk has ended at ${words[0]}`);
			if (value === ".")
				return answer;
			answer.push(value);
		}
	}

	async import(file: string | Buffer, passphrase = "-"): Promise<Found> {
		const [first, ...lines] = await this.ask("import", save(file), passphrase);
		const [result, outcome] = first!.split(" ").map(Number);
		return { outcome: result === 0 ? faults[outcome!]! : `result ${result}`, texts: texts(lines) };
	}

	kill(): void {
		this.#child.kill("SIGKILL");
	}

	async end(): Promise<number | null> {
		this.#child.stdin!.end();
		return new Promise((done) => this.#child.once("close", done));
	}
}

function texts(lines: readonly string[]): string[] {
	const found = ["", "", "", ""];
	let which = -1;
	for (const line of lines) {
		if (/^\d$/.test(line))
			which = Number(line);
		else
			found[which] += `${line}\n`;
	}
	return found;
}

let files = 0;

function save(content: string | Buffer): string {
	const path = join(folder, `file-${files++}`);
	writeFileSync(path, content);
	return path;
}

function openssl(...words: string[]): Buffer {
	return execFileSync("openssl", words, { stdio: ["ignore", "pipe", "pipe"] });
}

/** A PKCS #12 file by the openssl command. */
function bundle(certificate: string, key: string, more: readonly string[], words: readonly string[] = [], passphrase = "secret"): Buffer {
	const chain = more.length === 0 ? [] : ["-certfile", save(more.join(""))];
	return openssl("pkcs12", "-export", "-in", save(certificate), "-inkey", save(key), ...chain, "-passout", `pass:${passphrase}`, ...words);
}

const authority = new Authority({ subject: "/C=DE/O=Test/CN=Root" });
const middle = new Authority({ subject: "/C=DE/O=Test/CN=Middle" }, authority);
const gate = middle.issue({ subject: "/C=DE/O=Test/CN=gate", names: "DNS:gate.example,IP:10.0.0.1,email:a@gate.example" });
const other = authority.issue({ subject: "/C=DE/O=Test/CN=other" });

/** A test of each backend that this machine has. */
function each(title: string, body: (t: ExecutionContext, desk: Desk, backend: Backend) => Promise<void>): void {
	for (const backend of backends.filter(isInstalled)) {
		test.serial(`${backend}: ${title}`, async (t) => {
			const desk = new Desk(backend);
			t.teardown(() => desk.kill());
			await body(t, desk, backend);
			t.is(await desk.end(), 0);
		});
	}
}

/** What mbedTLS has no means to decrypt: it is told so. */
const unknownToMbedTLS = ["as OpenSSL 1 wrote it: RC2 with 40 bits", "PEM, PKCS #8 encrypted by scrypt"];

const fingerprints = (text: string): string[] => (text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map((each) => new X509Certificate(each).fingerprint256);

each("PKCS #12 with new and old ciphers, PEM, DER and PKCS #7: the certificate, its key, its chain in order, the authority", async (t, desk, backend) => {
	const expected = fingerprints(gate.certificate + middle.certificate);
	const files: [string, Buffer | string, string?][] = [
		["as OpenSSL 3 writes it", bundle(gate.certificate, gate.key, [authority.certificate, middle.certificate]), "secret"],
		["as OpenSSL 1 wrote it: RC2 with 40 bits", bundle(gate.certificate, gate.key, [middle.certificate, authority.certificate], ["-legacy"]), "secret"],
		["as Windows writes it: 3DES and SHA-1", bundle(gate.certificate, gate.key, [authority.certificate, middle.certificate], ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"]), "secret"],
		["AES-128, 100,000 iterations, SHA-512", bundle(gate.certificate, gate.key, [authority.certificate, middle.certificate], ["-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC", "-iter", "100000", "-macalg", "sha512"]), "secret"],
		["certificates not encrypted", bundle(gate.certificate, gate.key, [authority.certificate, middle.certificate], ["-certpbe", "NONE"]), "secret"],
		["no passphrase", bundle(gate.certificate, gate.key, [authority.certificate, middle.certificate], [], ""), "-"],
		["no MAC", bundle(gate.certificate, gate.key, [authority.certificate, middle.certificate], ["-nomac"]), "secret"],
		["PEM, the key first, the chain in another order", gate.key + authority.certificate + middle.certificate + gate.certificate, "-"],
		["PEM, PKCS #8 encrypted", gate.certificate + middle.certificate + authority.certificate + String(openssl("pkcs8", "-topk8", "-in", save(gate.key), "-passout", "pass:secret")), "secret"],
		["PEM, PKCS #8 encrypted by scrypt", gate.certificate + middle.certificate + authority.certificate + String(openssl("pkcs8", "-topk8", "-scrypt", "-in", save(gate.key), "-passout", "pass:secret")), "secret"],
		["PEM, PKCS #8 encrypted as long ago", gate.certificate + middle.certificate + authority.certificate + String(openssl("pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-in", save(gate.key), "-passout", "pass:secret")), "secret"],
		["PEM, the old form, encrypted", gate.certificate + middle.certificate + authority.certificate + String(openssl("rsa", "-traditional", "-aes128", "-in", save(gate.key), "-passout", "pass:secret")), "secret"],
		["PEM, the old form", gate.certificate + middle.certificate + authority.certificate + String(openssl("rsa", "-traditional", "-in", save(gate.key))), "-"],
	];
	for (const [what, file, passphrase] of files) {
		const found = await desk.import(file, passphrase);
		if (backend === "mbedtls" && unknownToMbedTLS.includes(what)) {
			t.deepEqual(found, { outcome: "cipher", texts: ["", "", "", ""] }, what);
			continue;
		}
		t.is(found.outcome, "ok", what);
		t.deepEqual(fingerprints(found.texts[0]!), expected, what);
		t.deepEqual(fingerprints(found.texts[2]!), fingerprints(authority.certificate), what);
		t.true(found.texts[1]!.startsWith("-----BEGIN PRIVATE KEY-----"), what);
		t.deepEqual(openssl("rsa", "-in", save(found.texts[1]!), "-noout", "-modulus"), openssl("x509", "-in", save(gate.certificate), "-noout", "-modulus"), what);
	}

	const der = openssl("x509", "-in", save(gate.certificate), "-outform", "DER");
	t.deepEqual(fingerprints((await desk.import(der)).texts[0]!), fingerprints(gate.certificate));
	for (const form of ["PEM", "DER"]) {
		const p7 = openssl("crl2pkcs7", "-nocrl", "-certfile", save(authority.certificate + middle.certificate + gate.certificate), "-outform", form);
		const found = await desk.import(p7);
		t.deepEqual(fingerprints(found.texts[0]!), expected, form);
		t.is(found.texts[1], "");
	}
	const list = authority.list();
	t.is((await desk.import(list)).texts[3], list);
	t.is((await desk.import(openssl("crl", "-in", save(list), "-outform", "DER"))).texts[3], list);
});

/** `file` with the DER of one number in place of another, as long as it. */
function patched(file: Buffer, from: string, to: string): Buffer {
	const hex = file.toString("hex");
	t_assert(hex.includes(from) && from.length === to.length);
	return Buffer.from(hex.replaceAll(from, to), "hex");
}

function t_assert(condition: boolean): void {
	if (!condition)
		throw new Error("the file has no such number");
}

each("What is wrong with a file is told, and nothing of it is kept", async (t, desk) => {
	const good = bundle(gate.certificate, gate.key, []);
	const encrypted = gate.certificate + String(openssl("pkcs8", "-topk8", "-in", save(gate.key), "-passout", "pass:secret"));
	// 100,000 iterations are 02 03 01 86 A0; 8,388,607 are 02 03 7F FF FF.
	const slow = bundle(gate.certificate, gate.key, [], ["-iter", "100000"]);
	const files: [string, string, Buffer | string, string?][] = [
		["wrong passphrase", "passphrase", good, "wrong"],
		["none", "passphrase", good],
		["wrong passphrase, old ciphers", "passphrase", bundle(gate.certificate, gate.key, [], ["-legacy"]), "wrong"],
		["no MAC, wrong passphrase", "passphrase", bundle(gate.certificate, gate.key, [], ["-nomac"]), "wrong"],
		["PEM with a wrong passphrase", "passphrase", encrypted, "wrong"],
		["PEM without", "passphrase", encrypted],
		["the old form with a wrong one", "passphrase", gate.certificate + String(openssl("rsa", "-traditional", "-aes128", "-in", save(gate.key), "-passout", "pass:secret")), "wrong"],
		["millions of iterations", "effort", patched(slow, "02030186a0", "02037fffff"), "secret"],
		["millions of iterations under a key in PEM", "effort", gate.certificate + String(openssl("pkcs8", "-topk8", "-iter", "100000", "-in", save(gate.key), "-passout", "pass:secret")).replace(/-----BEGIN ENC[^]*/, (text) => {
			const body = patched(Buffer.from(text.replace(/-----[^-]*-----/g, ""), "base64"), "02030186a0", "02037fffff");
			return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${body.toString("base64").replace(/(.{64})/g, "$1\n")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
		}), "secret"],
		["another's key", "strange", gate.certificate + other.key],
		["a request", "request", String(openssl("req", "-new", "-key", save(gate.key), "-subj", "/CN=gate"))],
		["text", "unknown", "no certificate here\n"],
		["an empty PEM block", "unknown", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"],
		["PEM that is cut", "malformed", gate.certificate.slice(0, 500)],
		["DER that is cut", "unknown", good.subarray(0, good.length - 5)],
		["a zero byte", "unknown", Buffer.alloc(1)],
		["0x30 alone", "unknown", Buffer.from([0x30])],
		["seventeen certificates", "large", Array.from({ length: 17 }, (_, i) => authority.issue({ subject: `/CN=n${i}`, curve: "P-256" }).certificate).join("")],
	];
	for (const [what, outcome, file, passphrase] of files)
		t.deepEqual(await desk.import(file, passphrase), { outcome, texts: ["", "", "", ""] }, what);
	t.is((await desk.import(Buffer.alloc(49153, 0x30))).outcome, "result -2");

	// Bytes turned over anywhere: an outcome, and no complaint of the sanitizers.
	let seed = 1;
	const seen = new Set<string>();
	for (const [file, passphrase] of [[good, "secret"], [Buffer.from(gate.key + gate.certificate), "-"], [bundle(gate.certificate, gate.key, [], ["-certpbe", "NONE", "-keypbe", "NONE", "-nomac"]), "secret"]] as const) {
		for (let i = 0; i < 250; i++) {
			const spoilt = Buffer.from(file);
			for (let j = 0; j <= i % 3; j++) {
				seed = (seed * 48271) % 0x7fffffff;
				spoilt[seed % spoilt.length]! ^= 1 << (seed % 7);
			}
			seen.add((await desk.import(spoilt, passphrase)).outcome);
		}
	}
	t.true(seen.has("ok") && seen.has("malformed") && seen.has("passphrase"), [...seen].join());
});

each("Contents that say what they are and have nothing are malformed", async (t, desk) => {
	const wrap = (tag: string, content: string): string => `${tag}${(content.length / 2).toString(16).padStart(2, "0")}${content}`;
	const type = (last: string): string => `06092a864886f70d0107${last}`;
	const bundleOf = (safe: string): Buffer => Buffer.from(wrap("30", `020103${wrap("30", `${type("01")}${wrap("a0", wrap("04", wrap("30", safe)))}`)}`), "hex");
	const files: [string, string, Buffer][] = [
		["PKCS #7, signed", "unknown", Buffer.from(wrap("30", type("02")), "hex")],
		["PKCS #12", "malformed", Buffer.from(wrap("30", `020103${wrap("30", type("01"))}`), "hex")],
		["data in PKCS #12", "malformed", bundleOf(wrap("30", type("01")))],
		["encrypted data in PKCS #12", "malformed", bundleOf(wrap("30", type("06")))],
	];
	for (const [what, outcome, file] of files)
		t.deepEqual(await desk.import(file, "secret"), { outcome, texts: ["", "", "", ""] }, what);
});

each("A key and its signing request, which openssl verifies and an authority signs", async (t, desk) => {
	for (const bits of [2048, 3072]) {
		const [result, ...lines] = await desk.ask("request", bits, save("C=DE, O=M\u00fcller & Co, CN=gate\0DNS:gate.example,IP:10.0.0.1,email:a@gate.example"));
		t.is(result, "0");
		const [request, key] = texts(lines) as [string, string];
		const text = String(openssl("req", "-verify", "-in", save(request), "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space,sname"));
		t.regex(text, new RegExp(`Subject: C=DE, O=M\u00fcller & Co, CN=gate\n[^]*\\(${bits} bit\\)[^]*DNS:gate.example, IP Address:10.0.0.1, email:a@gate.example[^]*Key Usage: critical\\s+Digital Signature`));
		t.deepEqual(openssl("rsa", "-in", save(key), "-noout", "-modulus"), openssl("req", "-in", save(request), "-noout", "-modulus"));
		t.regex(String(openssl("rsa", "-in", save(key), "-noout", "-check")), /RSA key ok/);
		const described = (await desk.ask("describe", 0, save(request))).join("\n");
		t.is(described, `kind request\nsubject C=DE, O=M\\C3\\BCller & Co, CN=gate\nnames DNS:gate.example, IP:10.0.0.1, email:a@gate.example\nsignature sha256WithRSAEncryption\nkey RSA ${bits}\nfault 0`);
	}
	for (const [wrong, result] of [["gate\0", "-1"], ["CN=gate\0DNS:", "-1"], ["CN=gate\0IP:10.0.0.300", "-1"], ["CN=gate\0URI:http://x", "-1"], ["", "-2"], ["x".repeat(1024), "-2"]] as const)
		t.deepEqual(await desk.ask("request", 2048, save(wrong)), [result], wrong.slice(0, 20));
	t.deepEqual(await desk.ask("request", 1024, save("CN=gate\0")), ["-2"]);
	// While a long one is worked there is no other, Diffie-Hellman goes on, and one that nobody waits for ends early.
	const [busy, file, quick, time] = (await desk.ask("abandon", 4096, save("CN=gate\0")))[0]!.split(" ").map(Number);
	t.is(busy, -4);
	t.is(file, -4, "no copy of a file lies about that nobody will read");
	t.is(quick, 0);
	t.log(`cancelled after ${time} ms`);
});

each("PBKDF2 in its own thread is what node makes", async (t, desk) => {
	t.deepEqual(await desk.ask("derive", 1000, "password", "salt"), [`0 ${pbkdf2Sync("password", "salt", 1000, 32, "sha256").toString("hex")}`]);
	t.deepEqual(await desk.ask("derive", 2000001, "password", "salt"), ["-2 "]);
});

let isRevoked = false;

each("Descriptions: what openssl says, all of it printable", async (t, desk) => {
	const lines = async (kind: number, text: string): Promise<Map<string, string>> => new Map((await desk.ask("describe", kind, save(text))).map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));
	const gateLines = await lines(0, gate.certificate + middle.certificate);
	const x509 = new X509Certificate(gate.certificate);
	t.is(gateLines.get("subject"), "C=DE, O=Test, CN=gate");
	t.is(gateLines.get("issuer"), "C=DE, O=Test, CN=Middle");
	t.is(gateLines.get("serial"), x509.serialNumber);
	t.is(gateLines.get("fingerprint"), x509.fingerprint256);
	t.is(Number(gateLines.get("from")) * 1000, Date.parse(x509.validFrom));
	t.is(Number(gateLines.get("to")) * 1000, Date.parse(x509.validTo));
	t.is(gateLines.get("names"), "DNS:gate.example, IP:10.0.0.1, email:a@gate.example");
	t.is(gateLines.get("use"), "digitalSignature");
	t.is(gateLines.get("key"), "RSA 2048");
	t.is(gateLines.get("fault"), "0");
	t.is(gateLines.get("count"), "2");
	t.true((await desk.ask("describe", 1, save(authority.certificate))).includes("flags authority self-signed other-use"));
	if (!isRevoked)
		authority.revoke(other);
	isRevoked = true;
	const list = await lines(2, authority.list("20260101000000Z", "20270101000000Z"));
	t.is(list.get("issuer"), "C=DE, O=Test, CN=Root");
	t.is(Number(list.get("from")), Date.parse("2026-01-01T00:00:00Z") / 1000);
	t.is(Number(list.get("to")), Date.parse("2027-01-01T00:00:00Z") / 1000);
	t.is(list.get("count"), "1");
	t.is(list.get("revoked"), new X509Certificate(other.certificate).serialNumber);
	const odd = authority.issue({ subject: "/CN=<b>\u202ex\u0007", names: `DNS:${"a".repeat(255)}`, curve: "P-256" });
	const oddLines = await desk.ask("describe", 0, save(odd.certificate));
	t.true(oddLines.every((line) => /^[\x20-\x7e]*$/.test(line)));
	t.true(oddLines.includes("key EC 256") && oddLines.includes("fault 7"));
	t.deepEqual(await desk.ask("describe", 0, save("nothing")), []);
	t.deepEqual(await desk.ask("describe", 2, save(gate.certificate)), []);
});
