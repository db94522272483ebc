/** Phase 1 with certificates, in both modes and both roles. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import type { Certificates } from "../../../modules/crypto/types.js";
import type { Cause } from "../../../modules/ike/types.js";
import { emitMessage } from "../../../modules/ike/v1/wire/chain.js";
import { ExchangeType, PayloadType } from "../../../modules/ike/v1/wire/constants.js";
import { emitPhase1 } from "../../../modules/ike/v1/wire/phase1.js";
import { emitSA } from "../../../modules/ike/v1/wire/sa.js";
import { IKE_MESSAGE_SIZE } from "../../../modules/limits.js";
import type { PeerSettings } from "../../../modules/settings/types.js";
import * as vectors from "../../vectors/certificates.js";
import { connection, mismatch, Network, peer, two, type Node, type Packet, type Two, type TwoOptions } from "./network.js";

const dn = (name: string) => ({ type: "dn", value: `C=DE, O=Keygate, CN=${name}` }) as const;
const certificate = (name: string, cn: string): Partial<PeerSettings> => ({ authentication: "certificate", ownCertificate: name, localId: dn(cn) });

/** The library's store: all own certificates there are, and who is trusted by everybody. */
function load(network: Network, trusted: readonly string[] = [vectors.root]): void {
	network.accelerator.certificates.load({
		own: [
			{ name: "a", certificate: vectors.gateA, key: vectors.gateAKey },
			{ name: "b", certificate: vectors.gateB + vectors.intermediate, key: vectors.gateBKey },
			{ name: "other", certificate: other.certificate, key: other.key }
		],
		trusted: trusted.map((each, index) => ({ name: `trusted-${index}`, certificate: each })),
		revocationLists: []
	});
}

/** The third of the own certificates: a test's choice. */
let other = { certificate: vectors.expired, key: vectors.expiredKey };

interface Options extends TwoOptions {
	readonly mode?: PeerSettings["phase1Mode"];
	readonly trusted?: readonly string[];
}

function pair({ mode = "main", trusted, a, b, ...rest }: Options = {}): Two {
	const made = two({ a: { phase1Mode: mode, ...certificate("a", "gate-a"), ...a }, b: { phase1Mode: mode, ...certificate("b", "gate-b"), ...b }, ...rest });
	load(made.network, trusted);
	return made;
}

function run({ network, a }: Two, milliseconds = 3000): void {
	a.ike.initiate(network.now, "b", "office");
	network.run(milliseconds);
}

/** A view of the store in which some answers are a test's own. */
function answering(node: Node, changes: Partial<Certificates>): void {
	const store = node.crypto.certificates;
	Object.defineProperty(node.crypto, "certificates", { value: {
		load: (texts) => store.load(texts),
		find: (name: string) => store.find(name),
		chain: (own: number, index: number) => store.chain(own, index),
		end: (own: number, index: number) => store.end(own, index),
		subject: (own: number) => store.subject(own),
		authority: (index: number) => store.authority(index),
		judge: (claim) => store.judge(claim),
		...changes
	} satisfies Certificates });
}

for (const mode of ["main", "aggressive"] as const) {
	test(`certificates in ${mode} mode: both come up, by their subjects`, (t) => {
		const made = pair({ mode, a: { remoteId: dn("gate-b") }, b: { remoteId: dn("gate-a") } });
		run(made);
		const { a, b } = made;
		t.is(a.up.length, 1, [...a.lines, ...b.lines].join("\n"));
		t.is(mismatch(made), "");
		t.deepEqual([...a.problems, ...b.problems], []);
		t.is(a.sas()[0]!.authentication, "certificate");
		t.is(b.sas()[0]!.authentication, "certificate");
		t.true(b.lines.some((line) => line.includes("dn C=DE, O=Keygate, CN=gate-a")));
		t.true(a.lines.some((line) => line.includes("dn C=DE, O=Keygate, CN=gate-b")));
		// T31: the intermediate comes along.
		t.true(a.lines.some((line) => /received: .*CERT\*2/.test(line)));
	});

	for (const [type, own, theirs] of [["fqdn", "a.example", "b.example"], ["user-fqdn", "a@example", "b@example"], ["address", "10.0.0.1", "10.0.0.2"]] as const)
		test(`certificates in ${mode} mode: identities of type ${type}`, (t) => {
			const made = pair({
				mode, a: { localId: { type, value: own }, remoteId: { type, value: theirs } }, b: { localId: { type, value: theirs }, remoteId: { type, value: own } }
			});
			run(made);
			t.is(made.a.up.length, 1, made.a.lines.join("\n"));
			t.is(mismatch(made), "");
		});

	for (let lost = 1; lost <= (mode === "main" ? 9 : 6); lost++)
		test(`T30 certificates in ${mode} mode: message ${lost} lost once`, (t) => {
			const made = pair({ mode });
			made.network.filter = (packet) => packet.number !== lost;
			run(made, 20000);
			t.is(made.a.up.length, 1);
			t.is(mismatch(made), "");
			t.deepEqual([...made.a.problems, ...made.b.problems], []);
		});

	test(`certificates in ${mode} mode: while the accelerator works nothing waits, and its queue may be full`, (t) => {
		const made = pair({ mode });
		const { network, a, b } = made;
		let full = 0;
		for (const node of [a, b]) {
			const sign = node.crypto.sign.bind(node.crypto);
			let refused = false;
			node.crypto.sign = (own, hash, done) => {
				if (refused)
					sign(own, hash, done);
				else {
					refused = true;
					full++;
					sign(own, hash, () => done(undefined, "full"));
				}
			};
		}
		run(made, 10000);
		t.is(full, 2);
		t.is(a.up.length, 1);
		t.is(mismatch(made), "");
		network.run(1000);
	});
}

test("an address, a name that is not in the certificate, or another's subject is no identity of it, in both roles", (t) => {
	for (const mode of ["main", "aggressive"] as const) {
		const initiator = pair({ mode, a: { localId: { type: "fqdn", value: "c.example" } } });
		run(initiator);
		t.deepEqual(initiator.b.causes, ["id-mismatch"]);
		t.regex(initiator.b.problems[0]!.text, /fqdn c\.example, which its certificate C=DE, O=Keygate, CN=gate-a does not name/);
		t.is(initiator.a.up.length, 0);
		const responder = pair({ mode, b: { localId: { type: "address", value: "10.0.0.3" } } });
		run(responder);
		t.is(responder.a.causes[0], "id-mismatch");
		t.regex(responder.a.problems[0]!.text, /address 10\.0\.0\.3, which its certificate/);
		t.is(responder.a.up.length, 0);
	}
});

test("T03 a peer that is somebody else than the settings say, in both roles", (t) => {
	const responder = pair({ b: { remoteId: dn("gate-c") } });
	run(responder);
	t.deepEqual(responder.b.causes, ["id-mismatch"]);
	t.regex(responder.b.problems[0]!.text, /says it is dn C=DE, O=Keygate, CN=gate-a; the settings expect dn C=DE, O=Keygate, CN=gate-c/);
	const initiator = pair({ a: { remoteId: { type: "fqdn", value: "C=DE, O=Keygate, CN=gate-b" } } });
	run(initiator);
	t.is(initiator.a.causes[0], "id-mismatch");
});

test("T32 the settings may write a distinguished name in other letters", (t) => {
	const made = pair({ a: { remoteId: { type: "dn", value: "C=de,  O=KEYGATE, CN=Gate-B" } } });
	run(made);
	t.is(made.a.up.length, 1);
	// Without any certificate, too.
	const shared = two({ a: { localId: dn("gate-a") }, b: { remoteId: { type: "dn", value: "C=DE,O=keygate,CN=GATE-A" } } });
	run(shared);
	t.is(shared.a.up.length, 1);
	t.true(shared.b.lines.some((line) => line.includes("dn C=DE, O=Keygate, CN=gate-a")));
});

interface Bad {
	readonly name: string;
	readonly certificate: string;
	readonly key: string;
	readonly cn: string;
	readonly cause: Cause;
	readonly text: RegExp;
	readonly clock?: number;
}

const bad: readonly Bad[] = [
	{ name: "expired", certificate: vectors.expired, key: vectors.expiredKey, cn: "expired", cause: "certificate-expired", text: /CN=expired is expired/ },
	{ name: "not yet valid", certificate: vectors.early, key: vectors.earlyKey, cn: "early", cause: "certificate-expired", text: /is not valid yet.*clock/ },
	{ name: "right while the time is not set", certificate: vectors.gateB + vectors.intermediate, key: vectors.gateBKey, cn: "gate-b", cause: "certificate-expired", text: /does not know the time yet/, clock: 0 },
	{ name: "of an unknown authority", certificate: vectors.stranger, key: vectors.strangerKey, cn: "gate-b", cause: "certificate-untrusted", text: /O=Elsewhere, CN=gate-b is not trusted.*; its authority is / },
	{ name: "without its intermediate", certificate: vectors.gateB, key: vectors.gateBKey, cn: "gate-b", cause: "certificate-untrusted", text: /CN=gate-b is not trusted.*; its authority is / },
	{ name: "for signing code", certificate: vectors.signer, key: vectors.signerKey, cn: "signer", cause: "certificate-untrusted", text: /is not trusted.*key usage/ }
];

for (const { name, certificate: pem, key, cause, text, clock } of bad)
	for (const role of ["initiator", "responder"] as const)
		test(`the ${role}'s certificate is ${name}: ${cause}`, (t) => {
			for (const mode of ["main", "aggressive"] as const) {
				other = { certificate: pem, key };
				const made = pair({ mode, [role === "initiator" ? "a" : "b"]: { ownCertificate: "other", localId: { type: "address", value: role === "initiator" ? "10.0.0.1" : "10.0.0.2" } } });
				const { network, a, b } = made;
				if (clock !== undefined)
					network.wallClock = clock;
				run(made, 20000);
				const judge = role === "initiator" ? b : a;
				// Whoever comes first says it: with no clock, that is the responder of main mode.
				const told = [...judge.problems, ...(clock === 0 ? [...a.problems, ...b.problems] : [])].find((problem) => text.test(problem.text));
				t.is(told?.cause, cause, [...a.problems, ...b.problems].map((each) => each.text).join("\n"));
				t.is(a.up.length + b.up.length, 0);
				// A responder of aggressive mode waits for message 3 as long as it waits for anybody.
				t.is(a.sas().length, 0);
				t.is(b.sas().filter((sa) => sa.state !== 3).length, 0);
				t.true([...a.problems, ...b.problems].every((problem) => problem.phase === 1));
				// What the other side has to renew no field here changes.
				t.is(told!.setting.split("#")[1], ["certificate-untrusted", "certificate-revoked"].includes(cause) ? "trusted" : undefined);
			}
		});

test("an RSA key of 1024 bits is refused, however right its signature is", (t) => {
	// Settings do not take it: the peer is one that does.
	const made = pair();
	const store = made.network.accelerator.certificates;
	const weak = der(vectors.weak);
	answering(made.a, { chain: (_own, index) => index === 0 ? weak : undefined });
	run(made, 20000);
	t.deepEqual(made.b.causes, ["certificate-untrusted"]);
	t.regex(made.b.problems[0]!.text, /too weak.*1024 bits/);
	t.is(store.find("a"), 0);
});

test("a peer that sends no certificate: certificate-missing, in both roles", (t) => {
	for (const role of ["initiator", "responder"] as const) {
		const made = pair();
		answering(role === "initiator" ? made.a : made.b, { chain: () => undefined });
		run(made);
		const judge = role === "initiator" ? made.b : made.a;
		t.is(judge.causes[0], "certificate-missing");
		t.is(judge.problems[0]!.text, "the peer sent no certificate");
	}
});

test("certificates in other encodings (PKCS #7, lists) are counted and ignored; alone they are none", (t) => {
	const made = pair();
	const encrypt = made.a.crypto.encrypt.bind(made.a.crypto);
	made.a.crypto.encrypt = (name, key, iv, data) => {
		const bytes = data.slice();
		// The chain of message 5 begins with an ID; the payload after it is CERT.
		if (bytes[0] === PayloadType.CERT)
			bytes[(bytes[2]! << 8 | bytes[3]!) + 4] = 1;
		return encrypt(name, key, iv, bytes);
	};
	run(made);
	t.is(made.b.causes[0], "certificate-missing");
	t.regex(made.b.problems[0]!.text, /PKCS #7 is not accepted/);
	t.is(made.b.counter("certificate-ignored"), 1);
});

test("F03 a signature that is wrong in one bit changes nothing: the exchange waits on, and it is said what is wrong", (t) => {
	for (const role of ["initiator", "responder"] as const) {
		const made = pair();
		const { a, b } = made;
		const node = role === "initiator" ? a : b;
		const sign = node.crypto.sign.bind(node.crypto);
		node.crypto.sign = (own, hash, done) => sign(own, hash, (signature, error) => {
			const wrong = signature!.slice();
			wrong[200] = wrong[200]! ^ 4;
			done(wrong, error);
		});
		run(made);
		const judge = role === "initiator" ? b : a;
		t.true(judge.counter("signature") >= 1);
		t.is(judge.sas()[0]!.state, role === "initiator" ? 5 : 7);
		t.is(made.a.up.length, 0);
		if (role === "initiator") {
			t.deepEqual(b.causes, ["key-mismatch"]);
			t.regex(b.problems[0]!.text, /signature is not by the key of its certificate/);
			t.is(b.problems[0]!.setting, "/settings/peers/a#ownCertificate");
		}
	}
});

for (const mode of ["main", "aggressive"] as const)
	test(`F13 who knows the secret and no key may have eight wrong signatures looked at under one exchange of ${mode} mode, and two more each second; the right one is taken then`, (t) => {
		const made = pair({ mode, wholeSize: 6000 });
		const { network, a, b } = made;
		const sign = a.crypto.sign.bind(a.crypto);
		let isWrong = true;
		a.crypto.sign = (own, hash, done) => sign(own, hash, (signature, error) => {
			if (isWrong)
				signature![200] = signature![200]! ^ 4;
			done(signature, error);
		});
		const right = b.crypto.certificates.judge.bind(b.crypto.certificates);
		let judged = 0;
		answering(b, { judge: (claim) => {
			judged++;
			return right(isWrong ? claim : { ...claim, signature: flipped(claim.signature) });
		} });
		let proof: Packet | undefined;
		network.filter = (packet) => {
			if (packet.sender === "a" && packet.bytes[18] === (mode === "main" ? 2 : 4) && packet.number > 2)
				proof = packet;
			return true;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(100);
		network.filter = (packet) => packet.sender !== "a";
		const send = (): void => network.inject(proof!.from, proof!.to, proof!.bytes);
		for (let i = 0; i < 300; i++)
			send();
		t.is(judged, 8);
		t.true(b.counter("too-many-signatures") > 280);
		for (let i = 0; i < 100; i++) {
			network.run(100);
			send();
		}
		t.true(judged >= 8 + 18 && judged <= 8 + 21, `${judged}`);
		t.is(b.sas()[0]!.state, mode === "main" ? 5 : 3);
		network.run(600);
		isWrong = false;
		send();
		network.run(1000);
		t.is(b.sas()[0]!.state, 9);
	});

/** With the bit right again that was made wrong. */
function flipped(signature: Uint8Array): Uint8Array {
	const copy = signature.slice();
	copy[200] = copy[200]! ^ 4;
	return copy;
}

test("a certificate that belongs to another, with a signature by one's own key, proves nothing", (t) => {
	const made = pair();
	const store = made.network.accelerator.certificates;
	answering(made.a, { chain: (_own, index) => store.chain(1, index), subject: () => store.subject(1) });
	run(made);
	t.deepEqual(made.b.causes, ["key-mismatch"]);
	t.is(made.b.up.length, 0);
});

test("T01 garbage in place of message 5 or 6 is dropped, said once, and keeps nobody from coming up", (t) => {
	for (const place of [5, 6]) {
		const made = pair();
		const { network, a, b } = made;
		let forged = 0;
		network.filter = (packet) => {
			// Of its own cookies and of any size: whoever reads along can send it first.
			if (packet.number === place)
				for (let i = 0; i < 5; i++, forged++) {
					const bytes = packet.bytes.slice(0, packet.bytes.length - 16 * i);
					for (let at = packet.to.port === 4500 ? 32 : 28; at < bytes.length; at++)
						bytes[at] = (bytes[at]! * 7 + at + i) & 0xff;
					const node = packet.sender === "a" ? b : a;
					node.ike.process(network.now, packet.from, packet.to.port, bytes);
				}
			return true;
		};
		run(made, 20000);
		t.is(forged, 5);
		t.is(a.up.length, 1);
		t.is(mismatch(made), "");
		t.true(a.problems.length + b.problems.length <= 1);
		t.is((place === 5 ? b : a).solvedNames.length > 0, true, "what was told is no longer shown");
	}
});

test("more certificates than anybody needs: the first few are looked at, the others counted", (t) => {
	const made = pair();
	const store = made.network.accelerator.certificates;
	answering(made.b, { chain: (own, index) => store.chain(own, index) ?? (index < 9 ? new Uint8Array(30).fill(0x30) : undefined) });
	run(made);
	t.is(made.a.up.length, 1);
	t.is(made.a.counter("certificate-ignored"), 5);
});

test("F16 what is in a certificate's names is escaped wherever it is shown", (t) => {
	other = { certificate: vectors.hostile, key: vectors.hostileKey };
	const made = pair({ b: { ownCertificate: "other", localId: { type: "fqdn", value: "c.example" } } });
	run(made);
	const text = made.a.problems[0]!.text;
	t.regex(text, /which its certificate C=DE, O=Keygate, CN=[ -~]+ does not name/);
	t.notRegex(text, /\u0007/);
	const shown = pair({ b: { ownCertificate: "other", localId: dn("hostile") } });
	run(shown);
	t.is(shown.a.up.length, 1, shown.a.lines.join("\n"));
	t.true(shown.a.lines.every((line) => !line.includes("\u0007")));
});

test("T31 authorities are asked for by name, of more than four any; what a peer asks for changes nothing", (t) => {
	const few = pair({ trusted: [vectors.root, vectors.strangerRoot] });
	run(few);
	t.is(few.a.up.length, 1);
	t.true(few.a.lines.some((line) => /main 4 received: KE NONCE NAT-D\*2 CERTREQ\*2/.test(line)), few.a.lines.join("\n"));
	t.true(few.b.lines.some((line) => /main 5 received: ID CERT SIG CERTREQ\*2/.test(line)), few.b.lines.join("\n"));
	const many = pair({ trusted: [vectors.root, vectors.strangerRoot, vectors.intermediate, vectors.gateA, vectors.gateB] });
	run(many);
	t.is(many.a.up.length, 1);
	// An empty one: a generic header and the encoding.
	const request = many.network.sent[3]!.bytes;
	t.true(many.a.lines.some((line) => /main 4 received: KE NONCE NAT-D\*2 CERTREQ(;|$)/.test(line)));
	t.deepEqual([...request.subarray(request.length - 5)], [0, 0, 0, 5, 4]);
	const none = pair();
	answering(none.b, { authority: () => undefined });
	run(none);
	t.is(none.a.up.length, 1);
});

test("a trusted certificate may be the peer's own", (t) => {
	const made = pair({ trusted: [vectors.gateA, vectors.gateB] });
	run(made);
	t.is(made.a.up.length, 1, made.b.problems.map((each) => each.text).join());
});

test("one wants a certificate and the other a pre-shared key: authentication-method-mismatch, in both roles", (t) => {
	for (const mode of ["main", "aggressive"] as const) {
		const first = pair({ mode, b: { authentication: "pre-shared key", preSharedKey: "secret" } });
		run(first);
		t.deepEqual(first.b.causes, ["authentication-method-mismatch"]);
		t.regex(first.b.problems[0]!.text, /by RSA signatures; the settings accept .* by pre-shared key/);
		t.is(first.a.causes[0], "phase1-algorithm-mismatch", "its answer NO-PROPOSAL-CHOSEN does not say what of the proposal it does not like");
		const second = pair({ mode, a: { authentication: "pre-shared key", preSharedKey: "secret" } });
		run(second);
		t.deepEqual(second.b.causes, ["authentication-method-mismatch"]);
		t.regex(second.b.problems[0]!.text, /by pre-shared key; the settings accept .* by certificate/);
	}
});

for (const [method, name] of [[4, "RSA encryption"], [5, "RSA encryption"], [2, "DSS signatures"], [65001, "pre-shared key with XAUTH"], [65005, "RSA signatures with XAUTH"], [64221, "hybrid RSA"]] as const)
	test(`F02 T26 method ${method} (${name}) is refused by its number, with its name`, (t) => {
		for (const authentication of ["certificate", "pre-shared key"] as const) {
			const made = pair({ b: { authentication, preSharedKey: "secret" } });
			const { network, b } = made;
			const attributes = emitPhase1({ encryption: 7, keyLength: 128, hash: 4, group: 31, authentication: method, seconds: 28800, kilobytes: 0 });
			const body = emitSA([{ number: 1, protocol: 1, spi: new Uint8Array(0), transforms: [{ number: 1, id: 1, attributes }] }]);
			const message = emitMessage({ initiatorCookie: new Uint8Array(8).fill(7), responderCookie: new Uint8Array(8), exchangeType: ExchangeType.MAIN, flags: 0, messageID: 0 }, [{ type: PayloadType.SA, body }]);
			network.inject({ address: parseAddress("10.0.0.1")!, port: 500 }, { address: b.address, port: 500 }, message);
			t.deepEqual(b.causes, ["authentication-method-mismatch"]);
			t.true(b.problems[0]!.text.includes(name), b.problems[0]!.text);
			t.is(b.sas().length, 0);
		}
	});

test("T02 several peers at any address: the certificate tells which it is, and a stranger is none of them", (t) => {
	for (const mode of ["main", "aggressive"] as const) {
		const network = new Network();
		const answer = (name: string, changes: Partial<PeerSettings>) => peer(name, "10.0.0.2", "0.0.0.0", {
			phase1Mode: mode, actAs: "responder", ...certificate("b", "gate-b"), connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })], ...changes
		});
		const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2", { phase1Mode: mode, ...certificate("a", "gate-a") })]);
		const b = network.add("b", "10.0.0.2", [
			answer("first", { remoteId: dn("gate-x") }), answer("key", { authentication: "pre-shared key", preSharedKey: "secret", remoteId: dn("gate-a") }), answer("second", { remoteId: dn("gate-a") })
		]);
		load(network);
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.is(a.up.length, 1, b.lines.join("\n"));
		t.is(b.sas()[0]!.peer, "second");
		t.deepEqual(b.problems, []);
		if (mode === "aggressive")
			continue;
		const third = network.add("c", "10.0.0.3", [peer("b", "10.0.0.3", "10.0.0.2", certificate("b", "gate-b"))]);
		third.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.is(third.up.length, 0);
		t.deepEqual(b.causes, ["id-mismatch"]);
		t.regex(b.problems[0]!.text, /says it is dn C=DE, O=Keygate, CN=gate-b, which none of the peers/);
	}
});

test("a message of the largest size is looked at, a larger one is not", (t) => {
	const made = pair();
	const { network, b } = made;
	const from = { address: parseAddress("10.0.0.1")!, port: 500 };
	const to = { address: b.address, port: 500 };
	const head = { initiatorCookie: new Uint8Array(8).fill(7), responderCookie: new Uint8Array(8), exchangeType: ExchangeType.MAIN, flags: 0, messageID: 0 };
	// A header, a generic header, and a vendor ID.
	network.inject(from, to, emitMessage(head, [{ type: PayloadType.VENDOR, body: new Uint8Array(IKE_MESSAGE_SIZE - 32) }]));
	t.is(b.counter("too-long"), 0);
	t.is(b.counter("payload-out-of-place"), 1);
	network.inject(from, to, emitMessage(head, [{ type: PayloadType.VENDOR, body: new Uint8Array(IKE_MESSAGE_SIZE - 31) }]));
	t.is(b.counter("too-long"), 1);
});

/** The DER in a PEM text with one block. */
function der(text: string): Uint8Array {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const result: number[] = [];
	let bits = 0;
	let count = 0;
	for (const line of text.split("\n"))
		for (const digit of line.startsWith("-") ? "" : line.replaceAll("=", "")) {
			bits = (bits << 6 | alphabet.indexOf(digit)) & 0xffff;
			count += 6;
			if (count >= 8) {
				count -= 8;
				result.push(bits >> count & 0xff);
			}
		}
	return new Uint8Array(result);
}
