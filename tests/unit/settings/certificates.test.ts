import test from "ava";
import { makeRequest, type Credentials } from "../../../modules/crypto/credentials.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { documentLines } from "../../../modules/settings/document.js";
import { parse, validate } from "../../../modules/settings/validate.js";
import * as vectors from "../../vectors/certificates.js";
import { example } from "./example.js";

/** The example with certificates in place of its key. */
function certified(): any {
	const document = example();
	document.certificates = {
		own: [{ name: "gate-a", certificate: vectors.gateA, key: vectors.gateAKey }],
		trusted: [{ name: "root", certificate: vectors.root }],
		revocationLists: [{ name: "list", crl: vectors.list }]
	};
	const peer = document.peers[0];
	delete peer.preSharedKey;
	peer.authentication = "certificate";
	peer.ownCertificate = "gate-a";
	return document;
}

function lines(spoil: (document: any) => void, time = vectors.day): { readonly faults: string[]; readonly warnings: string[] } {
	const document = certified();
	spoil(document);
	const { faults, warnings } = validate(document, time);
	return { faults: faults.map((each) => `${each.path}: ${each.text}`), warnings: warnings.map((each) => `${each.path}: ${each.text}`) };
}

test("certificates in the settings: what is right has no fault; the own identity is the subject, if nothing else is said", (t) => {
	t.deepEqual(lines(() => {}), { faults: [], warnings: [] });
	t.deepEqual(lines((d) => Object.assign(d.certificates.own[0], { certificate: "gate-a", key: "secret" })).faults,
		["certificates.own[0].certificate: is not a certificate in PEM: expected a text that begins with \"-----BEGIN CERTIFICATE-----\"", "certificates.own[0].key: is not a private key in PEM"], "both at once");
	const { settings } = validate(certified(), vectors.day);
	t.deepEqual(settings?.peers[0]?.localId, { type: "dn", value: "C=DE, O=Keygate, CN=gate-a" });
	t.is(settings?.certificates.own[0]?.certificate, vectors.gateA);
	t.is(settings?.certificates.revocationLists[0]?.name, "list");
	t.deepEqual(validate(example()).settings?.certificates, { own: [], trusted: [], revocationLists: [] });
});

test("certificates in the settings: faults name the place, what is wrong, what was expected, and quote no PEM", (t) => {
	const cases: [(document: any) => void, string][] = [
		[(d) => { d.certificates.own[0].certificate = "gate-a"; }, "certificates.own[0].certificate: is not a certificate in PEM: expected a text that begins with \"-----BEGIN CERTIFICATE-----\""],
		[(d) => { d.certificates.own[0].certificate = vectors.gateAKey; }, "certificates.own[0].certificate: is not a certificate in PEM: expected a text that begins with \"-----BEGIN CERTIFICATE-----\""],
		[(d) => { d.certificates.own[0].key = vectors.gateA; }, "certificates.own[0].key: is not a private key in PEM"],
		[(d) => { d.certificates.own[0].key = vectors.gateBKey; }, "certificates.own[0].key: is not the key of this certificate"],
		[(d) => { d.certificates.own[0].key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"; }, "certificates.own[0].key: is encrypted: expected a key without a passphrase"],
		[(d) => { d.certificates.own[0] = { name: "gate-a", certificate: vectors.weak, key: vectors.weakKey }; }, "certificates.own[0].certificate: has an RSA key of 1024 bits, which is too small: expected 2048 to 4096"],
		[(d) => { d.certificates.own[0] = { name: "gate-a", certificate: vectors.curve, key: vectors.curveKey }; }, "certificates.own[0].certificate: has a key of another kind: expected an RSA key"],
		[(d) => { d.certificates.own[0].certificate += vectors.intermediate; }, "certificates.own[0].certificate: has a certificate that did not issue the one before it: expected this gateway's own, then its issuer's, and so on"],
		[(d) => { d.certificates.own[0].certificate = "x".repeat(16385); }, "certificates.own[0].certificate: is too long: expected at most 16384 characters"],
		[(d) => { delete d.certificates.own[0].key; }, "certificates.own[0].key: is missing: expected text"],
		[(d) => { d.certificates.own[0].key = 5; }, "certificates.own[0].key: a number: expected text"],
		[(d) => { d.certificates.trusted[0].certificate = vectors.list; }, "certificates.trusted[0].certificate: is not a certificate in PEM: expected a text that begins with \"-----BEGIN CERTIFICATE-----\""],
		[(d) => { d.certificates.trusted[0].certificate += vectors.intermediate; }, "certificates.trusted[0].certificate: has more than one certificate: expected one"],
		[(d) => { d.certificates.trusted.push(d.certificates.trusted[0]); }, "certificates.trusted[1].name: \"root\" is the name of certificates.trusted[0] too"],
		[(d) => { d.certificates.revocationLists[0].crl = vectors.root; }, "certificates.revocationLists[0].crl: is not a revocation list in PEM: expected a text that begins with \"-----BEGIN X509 CRL-----\""],
		[(d) => { d.certificates.own = d.certificates.own.concat(["b", "c", "d", "e"].map((name) => ({ name, certificate: vectors.gateA, key: vectors.gateAKey }))); }, "certificates.own: 5 in the list: expected at most 4"],
		[(d) => { d.certificates.trusted = []; }, "certificates.trusted: is empty: peers[0].authentication is \"certificate\", which needs an authority that vouches for the peer"],
		[(d) => { d.peers[0].ownCertificate = "gate-b"; }, "peers[0].ownCertificate: \"gate-b\" is not the name of a certificate in certificates.own"],
		[(d) => { delete d.peers[0].ownCertificate; }, "peers[0].ownCertificate: is missing: authentication is \"certificate\""],
		[(d) => { d.peers[0].ownCertificate = ""; }, "peers[0].ownCertificate: is missing: authentication is \"certificate\""],
		[(d) => { d.peers[0].localId = { type: "fqdn", value: "c.example" }; }, "peers[0].localId.value: \"c.example\" is not in certificate \"gate-a\": expected its subject or one of its alternative names"],
		[(d) => { d.peers[0].localId = { type: "dn", value: "C=DE, O=Keygate, CN=gate-b" }; }, "peers[0].localId.value: \"C=DE, O=Keygate, CN=gate-b\" is not in certificate \"gate-a\": expected its subject or one of its alternative names"],
		[(d) => { d.peers[0].localId = { type: "key-id", value: "a" }; }, "peers[0].localId.type: \"key-id\" is in no certificate: expected \"dn\", \"fqdn\", \"user-fqdn\" or \"address\""],
		[(d) => { d.peers[0].remoteId = { type: "dn", value: "gate-b" }; }, "peers[0].remoteId.value: \"gate-b\" is not a distinguished name: expected a form like \"C=DE, O=Example, CN=gate\""],
		[(d) => { d.peers[0].authentication = "rsa"; }, "peers[0].authentication: \"rsa\" is unknown: expected \"pre-shared key\" or \"certificate\""]
	];
	for (const [spoil, expected] of cases)
		t.deepEqual(lines(spoil).faults, [expected], expected);
});

test("certificates in the settings: what to think about is a warning", (t) => {
	const warned = (spoil: (document: any) => void, time?: number) => lines(spoil, time);
	const own = (certificate: string, key: string) => (d: any) => {
		d.certificates.own[0] = { name: "gate-a", certificate, key };
	};
	t.deepEqual(warned(own(vectors.expired, vectors.expiredKey)), { faults: [], warnings: ["certificates.own[0].certificate: has expired, or one of its issuers' certificates has: peers refuse it"] });
	t.deepEqual(warned(own(vectors.expired, vectors.expiredKey), 0).warnings, [], "who does not know the time says nothing of dates");
	t.deepEqual(warned(own(vectors.early, vectors.earlyKey)).warnings, ["certificates.own[0].certificate: is not valid yet by this machine's clock"]);
	t.deepEqual(warned(own(vectors.signer, vectors.signerKey)).warnings, ["certificates.own[0].certificate: is not for this by its key usage or extended key usage: peers may refuse it"]);
	t.deepEqual(warned((d) => { d.certificates.trusted[0].certificate = vectors.gateB; }).warnings, ["certificates.trusted[0].certificate: is no authority's certificate: it makes its owner trusted, and nobody else"]);
	t.deepEqual(warned((d) => { delete d.peers[0].remoteId; }).warnings, ["peers[0].remoteId: is missing: anyone with a certificate of a trusted authority is taken for this peer"]);
});

test("certificates in the settings: every identity that is in the certificate can be the own one", (t) => {
	for (const localId of [{ type: "fqdn", value: "A.example" }, { type: "user-fqdn", value: "a@example" }, { type: "address", value: "10.0.0.1" }, { type: "dn", value: "/C=DE/O=keygate/CN=GATE-A" }])
		t.deepEqual(lines((d) => { d.peers[0].localId = localId; }), { faults: [], warnings: [] });
});

test("certificates in the settings: a key is hidden where the document is shown, and stands in its backup", (t) => {
	const { settings } = validate(certified(), vectors.day);
	const shown = [...documentLines(settings, false)].join("");
	t.false(shown.includes("PRIVATE KEY"));
	t.true(shown.includes("\"key\": \"(hidden)\""));
	t.true(shown.includes("BEGIN CERTIFICATE"));
	t.deepEqual(parse([...documentLines(settings, true)].join(""), vectors.day).settings, settings);
	// A copy with its secrets hidden is no settings document.
	t.true(parse(shown, vectors.day).faults.some((fault) => fault.path === "certificates.own[0].key"));
});

test("certificates in the settings: a key that waits for its certificate is right, and no peer's yet", (t) => {
	const accelerator = new Accelerator();
	let made: Credentials | undefined;
	makeRequest(accelerator, 2048, "CN=gate", "", (result) => { made = result; });
	while (accelerator.pending > 0)
		accelerator.collect();
	const { certificate, key } = made!;
	t.deepEqual(lines((d) => { d.certificates.own.push({ name: "waits", certificate, key }); }), { faults: [], warnings: [] });
	t.deepEqual(lines((d) => { d.certificates.own[0] = { name: "gate-a", certificate, key }; }).faults, ["peers[0].ownCertificate: \"gate-a\" waits for its certificate: no authority has signed its request yet"]);
	t.deepEqual(lines((d) => { d.certificates.own.push({ name: "waits", certificate, key: "none" }); }).faults, ["certificates.own[1].key: is not a private key in PEM"]);
});
