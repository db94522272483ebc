import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { SETTINGS_SIZE, UPLOAD_SIZE } from "../../../modules/limits.js";
import { OwnBackups } from "../../../modules/settings/backup.js";
import { decode64, encode64 } from "../../../modules/base64.js";
import type { ChangeResult } from "../../../modules/settings/configuration.js";
import { Store } from "../../../modules/settings/store.js";
import { settingsTable } from "../../../modules/settings/table.js";
import { parse } from "../../../modules/settings/validate.js";
import * as vectors from "../../vectors/certificates.js";
import { example } from "./example.js";

const crypto = new Accelerator();

function utf8(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

function settle(): void {
	while (crypto.pending > 0)
		crypto.collect();
}

/** A gateway with secrets of each kind, and names that look like ones. */
function open(spoil: (document: any) => void = () => {}): { readonly store: Store; readonly backups: OwnBackups } {
	const store = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	const document = example();
	document.certificates = {
		own: [{ name: "gate-a", certificate: vectors.gateA, key: vectors.gateAKey }, { name: "gr\u00fc\u00df \"key\": \"x", certificate: vectors.gateB, key: vectors.gateBKey }],
		trusted: [{ name: "(hidden)", certificate: vectors.root }],
	};
	document.peers[0].preSharedKey = "\"0123\\456789 \u00fc\u20ac abc";
	document.peers.push({ name: "hub", remoteGateway: "10.0.0.9", preSharedKey: "0x00112233445566778899aabbccddeeff", remoteId: { type: "fqdn", value: "hub.example" }, connections: [] });
	spoil(document);
	if (store.open(utf8(JSON.stringify(document))).settings === undefined)
		throw new Error("example is wrong");
	store.follower = {
		examine: () => undefined,
		follow(change) {
			if (change.certificates)
				crypto.certificates.load(change.settings.certificates);
			return "followed";
		},
	};
	return { store, backups: new OwnBackups({ configuration: store, crypto }) };
}

function seal(backups: OwnBackups, passphrase: string): string {
	const memory = new Uint8Array(UPLOAD_SIZE);
	let text = "";
	backups.seal(memory, passphrase, (pieces, fault) => { text = pieces === undefined ? fault : [...pieces].join(""); });
	settle();
	return text;
}

function restore(backups: OwnBackups, text: string, passphrase = "", withSecrets = true): ChangeResult {
	const memory = new Uint8Array(UPLOAD_SIZE);
	const bytes = utf8(text);
	memory.set(bytes, 300);
	let result: ChangeResult | undefined;
	backups.restore(memory.subarray(300, 300 + bytes.length), passphrase, withSecrets, () => true, (one) => { result = one; });
	settle();
	return result!;
}

function whole(store: Store): string {
	return [...store.document(true)].join("");
}

/** Other settings: none of the names, none of the secrets. */
function empty(document: any): void {
	document.gateway.name = "empty";
	document.gateway.admin.password = "another one";
	delete document.certificates;
	document.peers = [];
}

test("backup: with secrets, restored on a gateway that has none", (t) => {
	const { store, backups } = open();
	const before = whole(store);
	const text = seal(backups, "pass phrase \u00fc");
	const file = JSON.parse(text);
	// a short one may stand by chance in what is sealed
	for (const secret of ["0123", "0x0011", "PRIVATE", "pbkdf2-sha256$", "correct horse"])
		t.false(JSON.stringify({ ...file, secrets: undefined }).includes(secret), secret);
	t.is(file.version, 1);
	t.is(file.peers[1].preSharedKey, "(hidden)");
	t.is(file.secrets.cipher, "aes-256-gcm");
	t.is(file.secrets.iterations, 200000);
	t.true(parse(text).faults.length > 0, "it cannot become the settings by mistake");

	const other = open(empty);
	t.not(whole(other.store), before);
	const result = restore(other.backups, text, "pass phrase \u00fc");
	t.deepEqual([result.ok, result.text], [true, "followed"]);
	t.is(whole(other.store), before);
	t.not(seal(backups, "x").slice(-200), seal(backups, "x").slice(-200), "salt and nonce are others each time");
});

test("backup: pieces are small, and a line is cut between characters", (t) => {
	const { backups } = open((document) => {
		for (let i = 0; i < 4; i++)
			document.certificates.trusted.push({ name: `n${i}\u20ac\u{1f511}`, certificate: vectors.root });
	});
	let text = "";
	for (const piece of backups.open()) {
		t.true(piece.length <= 1200);
		text += piece;
	}
	t.is(JSON.parse(text).peers[0].preSharedKey, "(hidden)");
	t.false(text.includes("PRIVATE KEY"));
	backups.seal(new Uint8Array(UPLOAD_SIZE), "x", (pieces) => {
		for (const piece of pieces!)
			t.true(utf8(piece).length <= 1200);
	});
	settle();
});

test("backup: a wrong passphrase, or a file that was changed, changes nothing", (t) => {
	const { store, backups } = open();
	const text = seal(backups, "secret");
	const before = whole(store);
	const cases: [string, string, string, RegExp][] = [
		["wrong passphrase", text, "Secret", /passphrase is wrong, or the file was changed/],
		["none", text, "", /secrets under a passphrase: type it/],
		["an address changed", text.replace("10.0.0.9", "10.0.0.8"), "secret", /passphrase is wrong, or the file was changed/],
		["a line end more", text.replace("\n", "\n\n"), "secret", /passphrase is wrong, or the file was changed/],
		["a return that ends no line", text.replace("\n", "\r\r\n"), "secret", /passphrase is wrong, or the file was changed/],
		["data cut", text.replace(/(.{8})"\}\n\}\n$/, "\"}\n}\n"), "secret", /passphrase is wrong, or the file was changed/],
		["data that is no base64", text.replace(/"data": "..../, "\"data\": \"!!!!"), "secret", /passphrase is wrong, or the file was changed/],
		["data of nothing", text.replace(/"data": ".*"/, "\"data\": \"\""), "secret", /damaged|changed/],
		["another cipher", text.replace("aes-256-gcm", "aes-256-xyz"), "secret", /damaged/],
		["millions of rounds", text.replace("\"iterations\": 200000", "\"iterations\": 2000001"), "secret", /damaged/],
		["no rounds", text.replace("\"iterations\": 200000", "\"iterations\": 0"), "secret", /damaged/],
		["a short salt", text.replace(/"salt": "../, "\"salt\": \""), "secret", /damaged/],
		["cut behind the mark", text.slice(0, text.indexOf("\"secrets\": {") + 12), "secret", /damaged/],
	];
	for (const [what, file, passphrase, expected] of cases) {
		const result = restore(backups, file, passphrase);
		t.false(result.ok, what);
		t.regex(result.text, expected, what);
		t.is(whole(store), before, what);
	}
});

test("backup: an editor's line ends and byte order mark do not harm a file", (t) => {
	const { store, backups } = open();
	const before = whole(store);
	const text = seal(backups, "pass phrase");
	const returns = text.split("\n").join("\r\n");
	for (const [what, file] of [["CR LF", returns], ["byte order mark", `\ufeff${text}`], ["both", `\ufeff${returns}`], ["both, and no line end at the end", `\ufeff${returns.slice(0, -2)}`]] as const) {
		const other = open(empty);
		const result = restore(other.backups, file, "pass phrase");
		t.deepEqual([result.ok, result.text], [true, "followed"], what);
		t.is(whole(other.store), before, what);
	}
	for (const file of [returns, `\ufeff${returns}`]) {
		t.true(restore(backups, file, "", false).ok, "without its secrets");
		t.true(restore(backups, file.replace(/,(\r?\n)\t"secrets": .*\r?\n/, "$1"), "").ok, "one that never had them");
	}
	t.is(whole(store), before);
});

test("backup: a file with faults changes nothing, and each fault is told with its place", (t) => {
	const { store, backups } = open();
	const before = whole(store);
	const plain = [...backups.open()].join("");
	const faults = (text: string): string[] => {
		const result = restore(backups, text);
		t.false(result.ok);
		t.is(whole(store), before);
		return result.ok ? [] : result.faults.map((fault) => `${fault.path}: ${fault.text}`);
	};
	t.deepEqual(faults(plain.replace("10.0.0.9", "10.0.0.300")), ["peers[1].remoteGateway: \"10.0.0.300\" is not an IPv4 address"]);
	t.regex(faults(plain.slice(0, -30))[0]!, /^: line \d+, column \d+: /);
	t.regex(faults("\u0000\u0001")[0]!, /line 1, column 1/);
	t.deepEqual(faults(""), [": line 1, column 1: the document ends here, expected a value"]);
	t.true(faults(plain.replace("\"version\": 1,", "\"version\": 1, \"colour\": 3,")).join().includes("unknown field"));
	t.true(faults(`[${"[".repeat(20)}`)[0]!.includes("line 1"));
	t.true(faults("{\"gateway\": [], \"peers\": {\"0\": 1}, \"certificates\": 5}").length > 0);
});

test("backup: without secrets it takes those that are here under the same names, and names the others", (t) => {
	const { store, backups } = open();
	const before = whole(store);
	const plain = [...backups.open()].join("");
	t.true(store.change((draft) => { draft.gateway.name = "changed"; }).ok);
	t.deepEqual([restore(backups, plain).ok, whole(store)], [true, before]);
	// One with secrets, restored without them, is the same.
	t.true(store.change((draft) => { draft.gateway.name = "changed"; }).ok);
	t.deepEqual([restore(backups, seal(backups, "x").replace("changed", "gate-a"), "", false).ok, whole(store)], [true, before]);

	const other = open(empty);
	const result = restore(other.backups, plain);
	t.false(result.ok);
	t.deepEqual(result.ok ? [] : result.faults.map((fault) => `${fault.path} ${fault.text.slice(0, 46)}`), [
		"certificates.own[0].key is not in the file, and here is none for \"gate", "certificates.own[1].key is not in the file, and here is none for \"gr\u00fc\u00df",
		"peers[0].preSharedKey is not in the file, and here is none for \"bran", "peers[1].preSharedKey is not in the file, and here is none for \"hub\"",
	]);
	// A document as it is written by hand, all secrets in it, is taken as it is.
	const hand = example();
	hand.gateway.name = "by hand";
	t.true(restore(other.backups, JSON.stringify(hand)).ok);
	t.is(other.store.settings.gateway.name, "by hand");
});

test("backup: settings that are too large for the memory say so", (t) => {
	const { backups } = open();
	let fault = "";
	backups.seal(new Uint8Array(3000), "x", (_, text) => { fault = text; });
	settle();
	t.is(fault, "The settings are too large for a backup with secrets.");
});

test("base64 in place: the published values, and what is none", (t) => {
	for (const [text, code] of [["", ""], ["f", "Zg=="], ["fo", "Zm8="], ["foo", "Zm9v"], ["foob", "Zm9vYg=="], ["fooba", "Zm9vYmE="], ["foobar", "Zm9vYmFy"]] as const) {
		t.is(encode64(utf8(text), 0, text.length), code);
		const bytes = utf8(`x${code}`);
		const size = decode64(bytes, 1, bytes.length);
		t.is(size, text.length);
		t.deepEqual(bytes.slice(1, 1 + size), utf8(text));
	}
	for (const code of ["Zg=", "Z===", "Zg==Zg==", "Z!==", "Zm9v Zg=", "===="])
		t.is(decode64(utf8(code), 0, code.length), -1, code);
});

test("backup: a document that fits without its indentation, and with it only while its secrets are hidden, comes back whole", (t) => {
	const large = (document: any): void => {
		const [peer] = document.peers;
		const [connection] = peer.connections;
		document.peers = Array.from({ length: 8 }, (_, i) => ({
			...peer, name: `peer-${i}`, remoteGateway: `10.0.0.${10 + i}`, preSharedKey: `${i}`.repeat(128),
			connections: [0, 1].map((j) => ({ ...connection, name: `net-${2 * i + j}`, order: 2 * i + j + 1, remoteNetwork: `10.${100 + 2 * i + j}.0.0/16` })),
		}));
		for (let i = 0; i < 7; i++)
			document.certificates.trusted.push({ name: `trusted-${i}`, certificate: vectors.root });
	};
	const { store, backups } = open(large);
	const before = whole(store);
	const text = seal(backups, "pass phrase");
	const file = [...backups.open()].join("");
	const compact = utf8(before).length;
	const indentation = file.length - file.split("\n").map((line) => line.trimStart()).join("\n").length;
	t.true(indentation > 0 && compact < SETTINGS_SIZE && compact + indentation > SETTINGS_SIZE, `${compact} bytes, ${indentation} of indentation`);
	const other = open(empty);
	t.is(restore(other.backups, text, "pass phrase").text, "followed");
	t.is(whole(other.store), before);
	store.change((draft) => { draft.gateway.name = "another"; });
	t.true(restore(backups, text, "", false).ok, "with the secrets that are here");
	t.is(whole(store), before);
});

test("backup: a secret that stands before the name of its peer is not taken from the one before", (t) => {
	const { store, backups } = open();
	const document = JSON.parse([...store.document(false)].join(""));
	document.peers[0].connections = [];
	const { name, ...rest } = document.peers[1];
	document.peers[1] = { ...rest, name };
	const result = restore(backups, `${JSON.stringify(document, undefined, "\t")}\n`);
	t.false(result.ok);
	t.is(store.settings.peers[1]!.preSharedKey, "0x00112233445566778899aabbccddeeff");
	t.deepEqual(result.ok ? [] : result.faults.map(({ path }) => path), ["peers[1].preSharedKey"]);
});
