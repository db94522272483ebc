// Certificates as the gateway judges them: x509.c of each backend under the sanitizers, with authorities and certificates made by the openssl command.
import test from "ava";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { constants, createPrivateKey, privateEncrypt, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { Authority, fromPEM, type Issued } from "../../authority.js";
import { type Backend, backends, backendWords, isInstalled } from "../../backends.js";

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "keygate-judge-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
/** 2026-06-01 */
const day = 1780272000;
const verdicts = ["ok", "untrusted", "expired", "not yet valid", "revoked", "time not set", "weak", "malformed"];
const hash = Buffer.alloc(32, 0x5a);

interface Judgement {
	readonly verdict: string;
	readonly isSigned: boolean;
	readonly isNamed: boolean;
	readonly subject: string;
	readonly detail: string;
}

/** judge.c under way. */
class Judge {
	readonly #child: ChildProcess;
	readonly #lines: AsyncIterator<string>;
	readonly #reader: Interface;
	#files = 0;

	constructor(backend: Backend, name: string, flags: readonly string[]) {
		const program = join(folder, `${name}-${backend}`);
		execFileSync("gcc", ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", ...flags, "-iquote", join(root, "modules"), "-iquote", join(root, "modules/crypto"), join(root, "tests/node/crypto/judge.c"), ...backendWords(backend), "-o", program]);
		const { NODE_OPTIONS: _, ...env } = process.env;
		this.#child = spawn(program, { stdio: ["pipe", "pipe", "inherit"], env });
		this.#reader = createInterface({ input: this.#child.stdout! });
		this.#lines = this.#reader[Symbol.asyncIterator]();
	}

	async ask(...words: (string | number)[]): Promise<string> {
		this.#child.stdin!.write(`${words.join(" ")}\n`);
		const { value, done } = await this.#lines.next();
		if (done)
			throw new Error(`judge has ended at ${words[0]}`);
		return value;
	}

	#file(text: string): string {
		const path = join(folder, `text-${this.#files++}`);
		writeFileSync(path, text);
		return path;
	}

	/** Forgets all, and takes these. */
	async trust(trusted: readonly string[], lists: readonly string[] = []): Promise<void> {
		await this.ask("clear");
		for (const each of trusted)
			await this.ask("trust", this.#file(each));
		for (const each of lists)
			await this.ask("list", this.#file(each));
	}

	async own({ certificate, key }: Issued): Promise<string> {
		return this.ask("own", this.#file(certificate), this.#file(key));
	}

	/** What it says of a chain whose first certificate's key has signed. */
	async judge(chain: readonly Issued[], { time = day, signature = sign(chain[0]!.key), type = 2, identity = Buffer.from("gate.example"), over = hash, der = chain.map((each) => Buffer.from(fromPEM(each.certificate))) }: {
		time?: number; signature?: Buffer; type?: number; identity?: Buffer; over?: Buffer; der?: readonly Buffer[];
	} = {}): Promise<Judgement> {
		const line = await this.ask("judge", time, hex(over), hex(signature), type, hex(identity), ...der.map(hex));
		const [, verdict, signed, named, subject, detail] = line.match(/^(\d) (\d) (\d) (.*) \| (.*)$/)!;
		return { verdict: verdicts[Number(verdict)]!, isSigned: signed === "1", isNamed: named === "1", subject: subject!, detail: detail! };
	}

	/** Its exit status: the sanitizers have their say. */
	async end(): Promise<number | null> {
		const ended = new Promise<number | null>((resolve) => this.#child.once("close", resolve));
		this.#child.stdin!.end();
		return ended;
	}
}

function hex(bytes: Buffer): string {
	return bytes.length === 0 ? "-" : bytes.toString("hex");
}

function sign(key: string, over = hash): Buffer {
	const own = createPrivateKey(key);
	return own.asymmetricKeyType === "rsa" ? privateEncrypt({ key: own, padding: constants.RSA_PKCS1_PADDING }, over) : Buffer.alloc(64);
}

/** The signature that is a block of one's own making. */
function raw(key: string, block: Buffer): Buffer {
	return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
}

const names = "DNS:gate.example,IP:10.0.0.1,email:gate@example";
const authority = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
const between = new Authority({ subject: "/C=DE/O=Keygate/CN=Between", pathLength: 0 }, authority);
const gate = between.issue({ subject: "/C=DE/O=Keygate/CN=gate", names });
for (const backend of backends.filter(isInstalled)) {
	const judge = new Judge(backend, "judge", ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
	const fast = new Judge(backend, "judge-fast", ["-O2"]);

	test.serial(`T31 a chain through an intermediate is right; without the intermediate, or with a wrong one, nobody vouches for it (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		t.like(await judge.judge([gate, between]), { verdict: "ok", isSigned: true, isNamed: true, subject: "C=DE, O=Keygate, CN=gate", detail: "" });
		const alone = await judge.judge([gate]);
		t.like(alone, { verdict: "untrusted", isSigned: true });
		// Whose certificate is missing: that is what a person has to ask for.
		t.regex(alone.detail, /; its authority is C=DE, O=Keygate, CN=Between$/);
		t.like(await judge.judge([gate, authority]), { verdict: "untrusted" });
		t.like(await judge.judge([between, gate]), { verdict: "untrusted" }, "an authority's certificate is not for signatures");
		// Trust may end at the intermediate, or at the peer's own.
		await judge.trust([between.certificate]);
		t.like(await judge.judge([gate]), { verdict: "ok" });
		await judge.trust([gate.certificate]);
		t.like(await judge.judge([gate]), { verdict: "ok" });
		await judge.trust([]);
		t.like(await judge.judge([gate, between]), { verdict: "untrusted", detail: "no authority is trusted; its authority is C=DE, O=Keygate, CN=Root" });
		const stranger = new Authority({ subject: "/CN=Stranger" });
		await judge.trust([stranger.certificate]);
		t.regex((await judge.judge([gate, between])).detail, /; its authority is C=DE, O=Keygate, CN=Root$/);
		t.regex((await judge.judge([gate, between, authority])).detail, /; its authority is C=DE, O=Keygate, CN=Root$/, "sent along, it is trusted no more than before");
		t.notRegex((await judge.judge([stranger.issue({ subject: "/CN=use", names, extendedKeyUsage: "codeSigning" })])).detail, /its authority/, "that is trusted");
	});

	test.serial(`dates: expired, not yet valid, an authority's that has expired, and the time not set (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		const old = between.issue({ subject: "/CN=old", names, from: "20240101000000Z", to: "20250101000000Z" });
		const early = between.issue({ subject: "/CN=early", names, from: "20340101000000Z" });
		const gone = new Authority({ subject: "/CN=Gone", to: "20260201000000Z" }, authority);
		t.like(await judge.judge([old, between]), { verdict: "expired", isSigned: true });
		t.like(await judge.judge([early, between]), { verdict: "not yet valid" });
		const below = await judge.judge([gone.issue({ subject: "/CN=below", names }), gone]);
		t.is(below.verdict, "expired");
		t.regex(below.detail, /CN=Gone/);
		t.like(await judge.judge([gate, between], { time: 0 }), { verdict: "time not set" });
		t.like(await judge.judge([old, between], { time: 0 }), { verdict: "time not set" }, "nothing is known of dates");
		t.like(await judge.judge([gate], { time: 0 }), { verdict: "untrusted" }, "that is known without the time");
	});

	test.serial(`revocation: by its issuer's list, by a list that is out of date, not by another's; a list that is forged (${backend})`, async (t) => {
		const issuer = new Authority({ subject: "/CN=Issuer" }, authority);
		const first = issuer.issue({ subject: "/CN=first", names });
		const second = issuer.issue({ subject: "/CN=second", names });
		issuer.revoke(first);
		await judge.trust([authority.certificate], [issuer.list()]);
		t.like(await judge.judge([first, issuer]), { verdict: "revoked", isSigned: true });
		t.like(await judge.judge([second, issuer]), { verdict: "ok", detail: "" });
		t.like(await judge.judge([gate, between]), { verdict: "ok" }, "an issuer without a list revokes nothing");
		await judge.trust([authority.certificate], [issuer.list("20260101000000Z", "20260201000000Z")]);
		t.like(await judge.judge([first, issuer]), { verdict: "revoked" });
		t.like(await judge.judge([second, issuer]), { verdict: "ok", detail: "a revocation list is out of date" });
		// The same name, another key.
		await judge.trust([authority.certificate], [new Authority({ subject: "/CN=Issuer" }).list()]);
		t.not((await judge.judge([second, issuer])).verdict, "ok");
		// An authority that was revoked by the one above it.
		const fallen = new Authority({ subject: "/CN=Fallen" }, authority);
		authority.revoke(fallen);
		await judge.trust([authority.certificate], [authority.list()]);
		t.like(await judge.judge([fallen.issue({ subject: "/CN=leaf", names }), fallen]), { verdict: "revoked" });
		t.like(await judge.judge([gate, between]), { verdict: "ok" });
	});

	test.serial(`an authority that goes on with its key and name: whichever of its certificates is valid counts (${backend})`, async (t) => {
		const old = new Authority({ subject: "/CN=Renewed", to: "20300101000000Z" });
		writeFileSync(join(folder, "renewed.key"), old.key);
		writeFileSync(join(folder, "renewed.pem"), old.certificate);
		const renewed = execFileSync("openssl", ["x509", "-in", join(folder, "renewed.pem"), "-signkey", join(folder, "renewed.key"), "-days", "7000"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
		const leaf = old.issue({ subject: "/CN=leaf", names });
		// 2031-06-01
		for (const trusted of [[old.certificate, renewed], [renewed, old.certificate], [authority.certificate, old.certificate, renewed]]) {
			await judge.trust(trusted);
			t.like(await judge.judge([leaf], { time: 1937952000 }), { verdict: "ok", detail: "" });
		}
		await judge.trust([old.certificate, authority.certificate]);
		t.like(await judge.judge([leaf], { time: 1937952000 }), { verdict: "expired" });
	});

	test.serial(`revocation lists of tomorrow, and of who is above what is trusted (${backend})`, async (t) => {
		const issuer = new Authority({ subject: "/CN=Early" });
		const [first, second] = [issuer.issue({ subject: "/CN=first", names }), issuer.issue({ subject: "/CN=second", names })];
		issuer.revoke(first);
		await judge.trust([issuer.certificate], [issuer.list("20260602000000Z", "20280101000000Z")]);
		t.like(await judge.judge([first]), { verdict: "revoked" });
		t.like(await judge.judge([second]), { verdict: "ok" }, "the own clock may be slow");
		const middle = new Authority({ subject: "/CN=Middle" }, authority);
		const own = middle.issue({ subject: "/CN=own", names });
		await judge.trust([middle.certificate], [authority.list()]);
		t.like(await judge.judge([own]), { verdict: "ok", detail: "" });
		await judge.trust([own.certificate], [middle.list()]);
		t.like(await judge.judge([own]), { verdict: "ok", detail: "" });
		middle.revoke(own);
		await judge.trust([middle.certificate], [authority.list(), middle.list()]);
		t.like(await judge.judge([own]), { verdict: "revoked" });
	});

	test.serial(`what an authority may: name constraints, path length, being one at all (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		const narrow = new Authority({ subject: "/CN=Narrow", nameConstraints: "permitted;DNS:inside.example" }, authority);
		const inside = await judge.judge([narrow.issue({ subject: "/CN=in", names: "DNS:gate.inside.example" }), narrow]);
		const outside = await judge.judge([narrow.issue({ subject: "/CN=out", names }), narrow]);
		t.is(outside.verdict, "untrusted");
		// mbedTLS knows no name constraints: whoever has them vouches for nobody.
		t.is(inside.verdict, backend === "openssl" ? "ok" : "untrusted");
		t.regex(outside.detail, backend === "openssl" ? /permitted subtree violation/ : /it has name constraints, which this build does not know: CN=Narrow/);
		const below = new Authority({ subject: "/CN=Below" }, between);
		t.like(await judge.judge([below.issue({ subject: "/CN=deep", names }), below, between]), { verdict: "untrusted" });
		const pretender = new Authority({ subject: "/CN=Pretender", keyUsage: "digitalSignature" }, authority);
		t.like(await judge.judge([pretender.issue({ subject: "/CN=x", names }), pretender]), { verdict: "untrusted" });
	});

	test.serial(`what a certificate may be used for (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		const used = async (changes: { keyUsage?: string; extendedKeyUsage?: string }) => (await judge.judge([authority.issue({ subject: "/CN=use", names, ...changes })])).verdict;
		t.is(await used({ extendedKeyUsage: "codeSigning" }), "untrusted");
		t.is(await used({ extendedKeyUsage: "emailProtection,timeStamping" }), "untrusted");
		for (const right of ["1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.8.2.2", "anyExtendedKeyUsage", "serverAuth", "codeSigning,clientAuth"])
			t.is(await used({ extendedKeyUsage: right }), "ok", right);
		t.is(await used({ keyUsage: "keyEncipherment" }), "untrusted");
		t.is(await used({ keyUsage: "nonRepudiation" }), "ok");
	});

	test.serial(`keys and signatures that can be broken, and keys of another kind (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		t.like(await judge.judge([authority.issue({ subject: "/CN=small", names, bits: 1024 })]), { verdict: "weak", isSigned: false, detail: "its RSA key has 1024 bits, from 2048 to 4096 are accepted" });
		t.like(await judge.judge([authority.issue({ subject: "/CN=curve", names, curve: "P-256" })]), { verdict: "malformed", detail: "its key is not an RSA key" });
		t.like(await judge.judge([authority.issue({ subject: "/CN=sha1", names, hash: "sha1" })]), { verdict: "weak" });
		const weak = new Authority({ subject: "/CN=Weak", bits: 1024 }, authority);
		t.like(await judge.judge([weak.issue({ subject: "/CN=x", names }), weak]), { verdict: "weak" });
		// An authority may have an elliptic curve.
		const curve = new Authority({ subject: "/CN=Curve", curve: "P-384" }, authority);
		t.like(await judge.judge([curve.issue({ subject: "/CN=x", names }), curve]), { verdict: "ok" });
	});

	test.serial(`T03 identities: by type and value, in the subject or the alternative names; no wildcards, no common names (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		const wild = authority.issue({ subject: "/C=DE/O=Keygate/CN=named.example", names: "DNS:*.example,DNS:GATE.Other,IP:10.0.0.1,IP:fd00::1,email:Gate@example" });
		const named = async (type: number, identity: Buffer | string) => (await judge.judge([wild], { type, identity: Buffer.from(identity as string) })).isNamed;
		t.true(await named(2, "gate.other"));
		t.true(await named(1, Buffer.of(10, 0, 0, 1)));
		t.true(await named(3, "gate@EXAMPLE"));
		t.false(await named(2, "any.example"), "a wildcard is for servers");
		t.false(await named(2, "named.example"), "the common name is no domain name");
		t.false(await named(2, "gate.other\0"));
		t.false(await named(2, "gate@example"));
		t.false(await named(3, "gate.other"));
		t.false(await named(1, Buffer.of(10, 0, 0)));
		t.false(await named(1, "10.0.0.1"));
		t.false(await named(4, Buffer.of(10, 0, 0, 1, 255, 255, 255, 255)));
		t.false(await named(5, Buffer.concat([Buffer.from("fd00", "hex"), Buffer.alloc(13), Buffer.of(1)])), "IPv6 is not for this version");
		t.false(await named(9, ""));
		t.false(await named(11, "gate.other"));
	});

	test.serial(`F03 forged paddings: the whole block is compared (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		const size = 256;
		const block = (...parts: (Buffer | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
		const fill = (count: number, byte = 0xff) => Buffer.alloc(count, byte);
		const right = block([0, 1], fill(size - 35), [0], hash);
		const signed = async (forged: Buffer) => (await judge.judge([gate, between], { signature: raw(gate.key, forged) })).isSigned;
		t.true(await signed(right));
		const forgeries: Record<string, Buffer> = {
			"padding of 8 bytes, garbage after the hash": block([0, 1], fill(8), [0], hash, fill(size - 43, 0x41)),
			"garbage before the hash": block([0, 1], fill(8), [0], fill(size - 43, 0x41), hash),
			"no padding": block([0, 1, 0], hash, fill(size - 35, 0x41)),
			"block type 2": block([0, 2], fill(size - 35), [0], hash),
			"block type 0": block([0, 0], fill(size - 35), [0], hash),
			"a byte of the padding is another": block([0, 1], fill(100), [0xfe], fill(size - 136), [0], hash),
			"no zero before the hash": block([0, 1], fill(size - 34), hash),
			"a DigestInfo as TLS and IKEv2 have it": block([0, 1], fill(size - 54), [0], Buffer.from("3031300d060960864801650304020105000420", "hex"), hash),
			"a hash that is shorter": block([0, 1], fill(size - 34), [0], hash.subarray(1)),
			"a hash that is longer": block([0, 1], fill(size - 36), [0], hash, [0]),
			"the hash twice": block([0, 1], fill(size - 67), [0], hash, hash),
			"nothing but the hash": block(fill(size - 32, 0), hash),
		};
		for (const [name, forged] of Object.entries(forgeries)) {
			t.is(forged.length, size, name);
			t.false(await signed(forged), name);
		}
		// s and s + n stand for the same block; a signature of another size than the key is none.
		const signature = raw(gate.key, right);
		const modulus = BigInt(`0x${new X509Certificate(gate.certificate).toLegacyObject().modulus}`);
		const larger = (BigInt(`0x${signature.toString("hex")}`) + modulus).toString(16);
		const is = async (changed: Buffer, over?: Buffer) => (await judge.judge([gate, between], { signature: changed, ...(over ? { over } : {}) })).isSigned;
		t.false(await is(Buffer.from(larger.padStart(2 * Math.ceil(larger.length / 2), "0"), "hex")));
		t.false(await is(Buffer.concat([Buffer.of(0), signature])));
		t.false(await is(signature.subarray(0, 255)));
		t.false(await is(Buffer.alloc(0)));
		t.false(await is(Buffer.alloc(size)));
		t.false(await is(signature, Buffer.alloc(0)), "a hash of no bytes");
		t.false(await is(raw(gate.key, block([0, 1], fill(size - 3), [0])), Buffer.alloc(0)));
		t.true(await is(signature));
		// Every hash that IKE has.
		for (const bytes of [16, 20, 48, 64])
			t.true(await is(sign(gate.key, Buffer.alloc(bytes, 3)), Buffer.alloc(bytes, 3)));
	});

	test.serial(`a public exponent of 1, or one made to cost time, is no key (${backend})`, async (t) => {
		const key = execFileSync("openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_pubexp:340282366920938463463374607431768211507"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
		writeFileSync(join(folder, "slow.key"), key);
		const certificate = execFileSync("openssl", ["req", "-new", "-x509", "-key", join(folder, "slow.key"), "-subj", "/CN=slow", "-days", "3650"], { encoding: "utf8" });
		await judge.trust([certificate]);
		t.like(await judge.judge([{ certificate, key }]), { verdict: "malformed", isSigned: false, detail: "its public exponent is not one of a key in use" });
	});

	test.serial(`RSA of 2048, 3072 and 4096 bits: made here, checked here and by node, with figures (${backend})`, async (t) => {
		for (const bits of [2048, 3072, 4096]) {
			const own = between.issue({ subject: `/CN=${bits}`, names, bits });
			await fast.trust([authority.certificate]);
			t.is(await fast.own({ certificate: own.certificate + between.certificate, key: own.key }), `0 0 ${bits}`);
			const began = performance.now();
			const made = await fast.ask("sign", 0, hex(hash));
			const milliseconds = performance.now() - began;
			t.is(made, hex(sign(own.key)), "PKCS #1 has one signature for each hash");
			t.like(await fast.judge([own, between]), { verdict: "ok", isSigned: true });
			const microseconds = await fast.ask("speed", 200, day, hex(hash), hex(sign(own.key)), ...[own, between].map((each) => hex(Buffer.from(fromPEM(each.certificate)))));
			t.log(`RSA ${bits}: signature ${milliseconds.toFixed(1)} ms in the worker's thread, judgement of a chain of two with its signature ${microseconds} µs of processor time in the control plane's`);
		}
		t.is(await fast.ask("sign", 1, hex(hash)), "refused");
		t.is(await fast.ask("sign", 0, "-"), "not taken");
	});

	test.serial(`T32 names: string types, case and spaces do not count; order, types and values do (${backend})`, async (t) => {
		const subject = (text: string, strings: string) => {
			const { certificate } = authority.issue({ subject: text, strings });
			return certificate;
		};
		await judge.trust([authority.certificate]);
		const name = async (text: string) => judge.ask("name", text);
		const der = await name("C=DE, O=Keygate, CN=Gate Nine");
		t.regex(der, /^30/);
		t.is(await judge.ask("same", der, await name("/C=DE/O=keygate/CN=gate   nine")), "1");
		t.is(await judge.ask("same", der, await name("O=Keygate, C=DE, CN=Gate Nine")), "0");
		t.is(await judge.ask("same", der, await name("C=DE, O=Keygate, OU=Gate Nine")), "0");
		t.is(await judge.ask("same", der, `${der}00`), "0", "bytes after it");
		t.is(await name("nothing"), "");
		t.is(await name("XX=y"), "");
		// PrintableString in the certificate, UTF8String in ours, and the reverse.
		for (const strings of ["utf8only", "default"]) {
			const issued = { certificate: subject("/C=DE/O=Keygate/CN=Gate Nine", strings), key: gate.key };
			t.true((await judge.judge([issued], { signature: Buffer.alloc(256), type: 9, identity: Buffer.from(der, "hex") })).isNamed, strings);
		}
		const umlaut = authority.issue({ subject: "/C=DE/CN=Gerät, Süd", names }).certificate;
		const judged = await judge.judge([{ certificate: umlaut, key: gate.key }], { signature: Buffer.alloc(256), type: 9, identity: Buffer.from(await name("C=DE, CN=GERÄT\\, Süd"), "hex") });
		t.is(judged.subject, "C=DE, CN=Ger\\C3\\A4t\\, S\\C3\\BCd", "F16 escaped");
		// As it is shown, it can be written.
		t.is(await judge.ask("same", await name(judged.subject), await name("C=DE, CN=Gerät\\, Süd")), "1");
	});

	test.serial(`whatever bytes come in place of a certificate, a name or a signature, they are only refused (${backend})`, async (t) => {
		await judge.trust([authority.certificate]);
		const whole = Buffer.from(fromPEM(gate.certificate));
		const signature = sign(gate.key);
		let seed = 1;
		const random = (limit: number) => (seed = (seed * 48271) % 2147483647) % limit;
		const seen = new Set<string>();
		for (let i = 0; i < 400; i++) {
			const bytes = Buffer.from(whole);
			if (i % 4 === 0)
				bytes[random(64)] = random(256);
			else
				for (let j = 0; j <= i % 3; j++)
					bytes[random(bytes.length)] = random(256);
			const cut = i % 5 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
			const { verdict } = await judge.judge([gate], { signature, der: [cut, Buffer.from(fromPEM(between.certificate)).subarray(0, i % 7 === 0 ? random(800) : undefined)], type: 9, identity: bytes.subarray(random(40), 40 + random(200)) });
			seen.add(verdict);
			if (verdict === "ok")
				t.is(Buffer.compare(cut, whole), 0);
		}
		t.true(seen.has("malformed") && seen.has("untrusted"));
		// More certificates than anybody needs, and the same again and again.
		t.like(await judge.judge([gate, between, between, between, between, between, between, between, between]), { verdict: "ok" });
		t.like(await judge.judge([gate, gate, gate, gate, between]), { verdict: "untrusted" }, "only the first few are looked at");
	});

	test.serial(`the programs end in order: nothing leaks, nothing was out of bounds (${backend})`, async (t) => {
		t.is(await judge.end(), 0);
		t.is(await fast.end(), 0);
	});
}
