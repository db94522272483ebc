import test from "ava";
import { CertificateStore, certificateNames, distinguishedName, distinguishedNameText, isSameName, readCertificate } from "../../../modules/crypto/certificates.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { Claim, Judgement } from "../../../modules/crypto/types.js";
import * as vectors from "../../vectors/certificates.js";
import { settle, toHex } from "./bytes.js";

const { day } = vectors;
const FQDN = 2;
const hash = new Uint8Array(32).fill(0x5a);

function bytes(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

function load(store: CertificateStore): void {
	store.load({
		own: [
			{ name: "a", certificate: vectors.gateA, key: vectors.gateAKey },
			{ name: "b", certificate: vectors.gateB + vectors.intermediate + vectors.root, key: vectors.gateBKey },
			{ name: "expired", certificate: vectors.expired, key: vectors.expiredKey },
			{ name: "hostile", certificate: vectors.hostile, key: vectors.hostileKey }
		],
		trusted: [{ name: "root", certificate: vectors.root }],
		revocationLists: []
	});
}

function signature(accelerator: Accelerator, own: number, over: Uint8Array = hash): Uint8Array {
	let made: Uint8Array | undefined;
	accelerator.sign(own, over, (result) => { made = result; });
	settle(accelerator);
	return made ?? new Uint8Array(0);
}

function chain(store: CertificateStore, own: number): Uint8Array[] {
	const list: Uint8Array[] = [];
	for (let der = store.chain(own, 0); der !== undefined; der = store.chain(own, list.length))
		list.push(der);
	return list;
}

/** Judges own certificate `own` as if a peer had sent it. */
function judge(own: number, changes: Partial<Claim> = {}): Judgement {
	const accelerator = new Accelerator();
	const store = accelerator.certificates;
	load(store);
	return store.judge({
		certificates: chain(store, own), time: day, hash, signature: signature(accelerator, own), type: FQDN, identity: bytes("b.example"), ...changes
	});
}

test("certificates of the settings: the chain to send leaves out the authority at its end; texts are taken over", (t) => {
	const store = new CertificateStore();
	const texts = { own: [{ name: "b", certificate: vectors.gateB + vectors.intermediate + vectors.root, key: vectors.gateBKey }], trusted: [{ name: "root", certificate: vectors.root }], revocationLists: [] };
	t.deepEqual(store.load(texts), []);
	t.is(texts.own[0]!.certificate + texts.own[0]!.key + texts.trusted[0]!.certificate, "");
	t.is(store.find("b"), 0);
	t.is(store.find("c"), -1);
	t.is(chain(store, 0).length, 2);
	t.is(distinguishedNameText(store.subject(0)), "C=DE, O=Keygate, CN=gate-b");
	t.is(distinguishedNameText(store.authority(0)!), "C=DE, O=Keygate, CN=Root");
	t.is(store.authority(1), undefined);
	store.load({ own: [], trusted: [], revocationLists: [] });
	t.is(store.chain(0, 0), undefined);
	t.is(store.subject(0).length, 0);
});

test("one of the own certificates that the library does not take has no number, and leaves those after it theirs", (t) => {
	const store = new CertificateStore();
	const own = [
		{ name: "broken", certificate: vectors.gateA, key: vectors.gateBKey },
		{ name: "b", certificate: vectors.gateB + vectors.intermediate, key: vectors.gateBKey },
		{ name: "a", certificate: vectors.gateA, key: vectors.gateAKey }
	];
	t.deepEqual(store.load({ own, trusted: [], revocationLists: [] }), ["broken"]);
	t.is(store.find("broken"), -1);
	t.is(distinguishedNameText(store.subject(store.find("b"))), "C=DE, O=Keygate, CN=gate-b");
	t.is(distinguishedNameText(store.subject(store.find("a"))), "C=DE, O=Keygate, CN=gate-a");
	t.is(store.chain(store.find("broken"), 0), undefined);
});

test("T31 a chain with its intermediate is judged right, and without it untrusted", (t) => {
	const whole = judge(1);
	t.deepEqual([whole.verdict, whole.isSigned, whole.isNamed], ["ok", true, true], whole.detail);
	t.is(whole.subject, "C=DE, O=Keygate, CN=gate-b");
	const store = new CertificateStore();
	load(store);
	t.is(judge(1, { certificates: chain(store, 1).slice(0, 1) }).verdict, "untrusted");
});

test("expired, not yet valid, and the time not set are told apart", (t) => {
	t.is(judge(1, { time: 0 }).verdict, "time not set");
	t.is(judge(1, { time: 1700000000 }).verdict, "not yet valid");
	t.is(judge(1, { time: 2100000000 }).verdict, "expired");
	t.is(judge(2).verdict, "expired");
	// Nobody vouches for it, whatever the time is.
	const store = new CertificateStore();
	load(store);
	t.is(judge(1, { time: 0, certificates: chain(store, 1).slice(0, 1) }).verdict, "untrusted");
});

test("the identity is the subject or one of the alternative names, by type and value", (t) => {
	const named = (type: number, identity: Uint8Array) => judge(1, { type, identity }).isNamed;
	t.true(named(1, Uint8Array.of(10, 0, 0, 2)));
	t.false(named(1, Uint8Array.of(10, 0, 0, 1)));
	t.true(named(2, bytes("B.Example")));
	t.false(named(2, bytes("a.example")));
	t.false(named(2, bytes("gate-b")), "the common name is not an alternative name");
	t.false(named(2, bytes("b.example\0.evil")));
	t.true(named(3, bytes("b@example")));
	t.false(named(3, bytes("b.example")), "T03 the type counts");
	t.false(named(11, bytes("b.example")));
	t.false(named(2, new Uint8Array(0)));
	t.true(named(9, distinguishedName("C=DE, O=Keygate, CN=gate-b")!));
	t.false(named(9, distinguishedName("C=DE, O=Keygate, CN=gate-a")!));
	t.false(named(9, bytes("not a name")));
	t.true(certificateNames(vectors.gateA, 2, bytes("a.example")));
	t.false(certificateNames(vectors.gateA, 2, bytes("b.example")));
});

test("T32 names are the same in any case, with any spaces", (t) => {
	const name = distinguishedName("C=DE, O=Keygate,  CN=gate-b")!;
	t.true(isSameName(name, distinguishedName("/C=DE/O=keygate/CN=Gate-B")!));
	t.false(isSameName(name, distinguishedName("C=DE, CN=gate-b, O=Keygate")!));
	t.false(isSameName(name, name.subarray(0, name.length - 1)));
	t.is(distinguishedName("gate-b"), undefined);
	t.is(distinguishedName(""), undefined);
	t.is(distinguishedNameText(bytes("x")), undefined);
});

test("F03 a signature that differs in a bit, in its size, or is of another hash is none", (t) => {
	const accelerator = new Accelerator();
	load(accelerator.certificates);
	const right = signature(accelerator, 1);
	t.is(right.length, 256);
	t.is(toHex(signature(accelerator, 1)), toHex(right), "the same each time");
	const signed = (changes: Partial<Claim>) => judge(1, { signature: right, ...changes }).isSigned;
	t.true(signed({}));
	for (const at of [0, 100, 255]) {
		const wrong = right.slice();
		wrong[at] = wrong[at]! ^ 1;
		t.false(signed({ signature: wrong }));
	}
	t.false(signed({ signature: right.subarray(1) }));
	t.false(signed({ signature: new Uint8Array([...right, 0]) }));
	t.false(signed({ signature: new Uint8Array(256) }));
	t.false(signed({ signature: new Uint8Array(256).fill(0xff) }));
	t.false(signed({ signature: new Uint8Array(0) }));
	t.false(signed({ hash: hash.subarray(1) }));
	t.false(signed({ hash: new Uint8Array(32) }));
	t.false(signed({ signature: signature(accelerator, 0) }), "another's key");
	// A hash that ends in the one meant: the padding would be right, the whole is not.
	t.false(signed({ signature: signature(accelerator, 1, new Uint8Array([0, ...hash])) }));
});

test("a certificate that is not for this, of another kind of key, or too weak", (t) => {
	const verdict = (text: string) => judge(1, { certificates: [fromPEM(text)] });
	t.is(verdict(vectors.signer).verdict, "untrusted");
	t.regex(verdict(vectors.signer).detail, /extended key usage/);
	t.is(verdict(vectors.weak).verdict, "weak");
	t.regex(verdict(vectors.weak).detail, /1024 bits/);
	t.is(verdict(vectors.curve).verdict, "malformed");
	t.is(verdict(vectors.stranger).verdict, "untrusted");
	t.is(verdict(vectors.early).verdict, "not yet valid");
	t.is(judge(1, { certificates: [] }).verdict, "malformed");
	t.is(judge(1, { certificates: [new Uint8Array(0)] }).verdict, "malformed");
	t.is(judge(1, { certificates: [bytes("no certificate")] }).verdict, "malformed");
});

test("F16 names from certificates come escaped", (t) => {
	const { subject, verdict } = judge(3);
	t.is(verdict, "ok");
	t.regex(subject, /^C=DE, O=Keygate, CN=[ -~]*$/);
	t.notRegex(subject, /\u0007/);
});

test("a key that is not there signs nothing", (t) => {
	const accelerator = new Accelerator();
	accelerator.certificates.load({ own: [], trusted: [], revocationLists: [] });
	let answer: string | undefined;
	accelerator.sign(0, hash, (_made, error) => { answer = error; });
	t.is(answer, undefined);
	settle(accelerator);
	t.is(answer, "refused");
});

test("what is wrong with texts of the settings", (t) => {
	const own = (certificate: string, key: string, time = day) => readCertificate("own", certificate, key, time);
	t.is(own(vectors.gateA, vectors.gateAKey).fault, "");
	t.is(own(vectors.gateA, vectors.gateAKey).bits, 2048);
	t.is(own("gate-a", vectors.gateAKey).fault, "not PEM");
	t.is(own(vectors.gateA, "secret").fault, "key not PEM");
	t.is(own(vectors.gateA, vectors.gateBKey).fault, "key mismatch");
	t.is(own(vectors.weak, vectors.weakKey).fault, "key small");
	t.is(own(vectors.weak, vectors.weakKey).bits, 1024);
	t.is(own(vectors.curve, vectors.curveKey).fault, "not RSA");
	t.is(own(vectors.gateB + vectors.root, vectors.gateBKey).fault, "not a chain");
	t.true(own(vectors.expired, vectors.expiredKey).isExpired);
	t.false(own(vectors.expired, vectors.expiredKey, 0).isExpired, "who does not know the time cannot tell");
	t.true(own(vectors.early, vectors.earlyKey).isNotYetValid);
	t.true(own(vectors.signer, vectors.signerKey).isForOtherUse);
	t.is(readCertificate("trusted", vectors.root, "", day).fault, "");
	t.true(readCertificate("trusted", vectors.gateA, "", day).isNoAuthority);
	t.is(readCertificate("trusted", vectors.root + vectors.root, "", day).fault, "several");
	t.is(readCertificate("trusted", "", "", day).fault, "not PEM");
	t.is(readCertificate("trusted", vectors.weak, "", day).fault, "key small");
	t.is(readCertificate("revocation list", vectors.list, "", day).fault, "");
	t.is(readCertificate("revocation list", vectors.root, "", day).fault, "not PEM");
});

/** The DER in a PEM text with one block. */
function fromPEM(text: string): Uint8Array {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("-"));
	const result: number[] = [];
	let bits = 0;
	let count = 0;
	for (const line of lines)
		for (const digit of line) {
			if (digit === "=")
				continue;
			bits = (bits << 6 | alphabet.indexOf(digit)) & 0xffff;
			count += 6;
			if (count >= 8) {
				count -= 8;
				result.push(bits >> count & 0xff);
			}
		}
	return new Uint8Array(result);
}
