import test from "ava";
import { isSigningRequest, readCertificate } from "../../../modules/crypto/certificates.js";
import { deriveSlowly, describeCertificate, importFile, makeRequest, type Credentials } from "../../../modules/crypto/credentials.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import * as vectors from "../../vectors/certificates.js";
import { fromHex, settle, toHex } from "./bytes.js";

function utf8(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

/** What comes of a file, at once. */
function found(text: string): { readonly credentials: Credentials | undefined; readonly fault: string } {
	const accelerator = new Accelerator();
	let result: { readonly credentials: Credentials | undefined; readonly fault: string } | undefined;
	importFile(accelerator, utf8(text), new Uint8Array(0), (credentials, fault) => { result = { credentials, fault }; });
	settle(accelerator);
	return result!;
}

test("credentials: a key and its request, made here, stand in the settings until the certificate comes", (t) => {
	const accelerator = new Accelerator();
	let made: Credentials | undefined;
	let second: string | undefined;
	makeRequest(accelerator, 2048, "C=DE, O=Example, CN=gate", "DNS:gate.example,IP:10.0.0.1", (result) => { made = result; });
	makeRequest(accelerator, 2048, "CN=gate", "", (_, error) => { second = error; });
	t.is(made, undefined);
	settle(accelerator);
	t.is(second, "full");
	t.true(isSigningRequest(made!.certificate));
	t.true(made!.key.startsWith("-----BEGIN PRIVATE KEY-----"));
	const report = readCertificate("own", made!.certificate, made!.key, vectors.day);
	t.is(report.fault, "");
	t.true(report.waits);
	t.is(report.bits, 2048);
	t.is(readCertificate("own", made!.certificate, "no key", vectors.day).fault, "key not PEM");
	const text = describeCertificate("own", made!.certificate);
	for (const line of ["kind request", "subject C=DE, O=Example, CN=gate", "names DNS:gate.example, IP:10.0.0.1", "key RSA 2048", "fault 0"])
		t.true(text.includes(`${line}\n`), `${line} in ${text}`);
});

test("credentials: what is no subject, no name and no size is refused", (t) => {
	const accelerator = new Accelerator();
	const errors: (string | undefined)[] = [];
	for (const [bits, subject, names] of [[2048, "gate", ""], [2048, "CN=gate", "IP:10.0.0.300"], [1024, "CN=gate", ""], [2048, `CN=${"x".repeat(1100)}`, ""]] as const) {
		makeRequest(accelerator, bits, subject, names, (made, error) => { errors.push(made === undefined ? error : "made"); });
		settle(accelerator);
	}
	t.false(errors.includes("made"), errors.join());
	t.is(errors.length, 4);
});

test("credentials: a waiting key has no number, the others keep theirs", (t) => {
	const accelerator = new Accelerator();
	let made: Credentials | undefined;
	makeRequest(accelerator, 2048, "CN=gate", "", (result) => { made = result; });
	settle(accelerator);
	const own = [{ name: "waits", certificate: made!.certificate, key: made!.key }, { name: "gate-a", certificate: vectors.gateA, key: vectors.gateAKey }];
	t.deepEqual(accelerator.certificates.load({ own, trusted: [], revocationLists: [] }), []);
	t.is(accelerator.certificates.find("waits"), -1);
	t.is(accelerator.certificates.find("gate-a"), 0);
	t.true(accelerator.certificates.subject(0).length > 0);
});

test("credentials: from a file, in any order", (t) => {
	const { credentials, fault } = found(`${vectors.gateBKey}${vectors.root}${vectors.intermediate}${vectors.gateB}`);
	t.is(fault, "");
	t.is(readCertificate("own", credentials!.certificate, credentials!.key, vectors.day).fault, "");
	t.is(credentials!.authority.trim(), vectors.root.trim());
	t.is(found(vectors.list).credentials!.list.trim(), vectors.list.trim());
	t.is(found("nothing").fault, "unknown");
	t.is(found(vectors.gateA + vectors.gateBKey).fault, "strange");
});

test("credentials: descriptions are lines, and nothing for what cannot be read", (t) => {
	const text = describeCertificate("own", vectors.gateA);
	for (const line of ["kind certificate", "subject C=DE, O=Keygate, CN=gate-a", "issuer C=DE, O=Keygate, CN=Root", "signature sha256WithRSAEncryption", "key RSA 2048", "fault 0", "count 1"])
		t.true(text.includes(`${line}\n`), `${line} in ${text}`);
	t.true(describeCertificate("trusted", vectors.root).includes("flags authority self-signed"));
	t.true(describeCertificate("revocation list", vectors.list).includes("issuer C=DE, O=Keygate, CN=Root\n"));
	t.is(describeCertificate("own", "nothing"), "");
});

test("credentials: AES-256-GCM in place (test case 16 of its specification), and a change is seen", (t) => {
	const accelerator = new Accelerator();
	const key = fromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
	const nonce = fromHex("cafebabefacedbaddecaf888");
	const more = fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
	const plain = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
	const data = fromHex(plain);
	const tag = accelerator.seal(key, nonce, more, data);
	t.is(toHex(data), "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
	t.is(toHex(tag), "76fc6ece0f4e1768cddf8853bb2d551b");
	const copy = data.slice();
	t.true(accelerator.open(key, nonce, more, data, tag));
	t.is(toHex(data), plain);
	t.false(accelerator.open(key, nonce, more.subarray(1), copy, tag));
	t.throws(() => accelerator.seal(key.subarray(1), nonce, more, copy), { instanceOf: RangeError });
	t.throws(() => accelerator.seal(key, nonce.subarray(1), more, copy), { instanceOf: RangeError });
});

test("credentials: a key is derived as deriveKey does it", (t) => {
	const accelerator = new Accelerator();
	let key: Uint8Array | undefined;
	deriveSlowly(accelerator, utf8("password"), utf8("salt"), 100, (result) => { key = result; });
	settle(accelerator);
	t.is(toHex(key!), toHex(accelerator.deriveKey(utf8("password"), utf8("salt"), 100, 32)));
});
