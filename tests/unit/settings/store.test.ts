import test from "ava";
import { settingsTable } from "../../../modules/settings/table.js";
import { Store, type Change, type Follower } from "../../../modules/settings/store.js";
import { verifyPassword } from "../../../modules/settings/password.js";
import type { Fault, Settings } from "../../../modules/settings/types.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import * as vectors from "../../vectors/certificates.js";
import { example } from "./example.js";

const crypto = new Accelerator();

/** A gateway with certificates and two connections, and who follows its settings. */
function open(spoil: (document: any) => void = () => {}) {
	const store = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	const document = example();
	document.certificates = {
		own: [{ name: "gate-a", certificate: vectors.gateA, key: vectors.gateAKey }],
		trusted: [{ name: "root", certificate: vectors.root }],
		revocationLists: [{ name: "list", crl: vectors.list }]
	};
	document.peers.push({
		name: "hub", remoteGateway: "10.0.0.9", authentication: "certificate", ownCertificate: "gate-a", remoteId: { type: "fqdn", value: "hub.example" },
		connections: [{ name: "all", localNetwork: "10.1.0.0/24", remoteNetwork: "10.9.0.0/16" }]
	});
	spoil(document);
	const { faults } = store.open(bytes(document));
	const changes: Change[] = [];
	let objection: Fault | undefined;
	const asked: number[] = [];
	let isFull = false;
	const follower: Follower = {
		examine: () => objection,
		hasRoom: (slots) => asked.push(slots) > 0 && !isFull,
		follow(change) {
			changes.push(change);
			// As the gateway does: the library takes the texts over.
			if (change.certificates)
				crypto.certificates.load(change.settings.certificates);
			return "followed";
		}
	};
	store.follower = follower;
	return { store, follower, changes, faults, object: (fault: Fault) => objection = fault, asked, fill: (full: boolean) => isFull = full };
}

function bytes(document: unknown): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(JSON.stringify(document)));
}

function lines(store: Store, secrets: boolean): any {
	return JSON.parse([...store.document(secrets)].join(""));
}

test("store: a change is validated, told to who follows, and in the document; objects that did not change are the same", (t) => {
	const { store, changes } = open();
	const { revision } = store;
	const [branch, hub] = store.settings.peers;
	const result = store.change((draft) => { draft.peers[0]!.connections[0]!.pfs = 31; }, revision);
	t.deepEqual([result.ok, result.text, result.ok && result.warnings.length], [true, "followed", 0]);
	t.is(store.revision, revision + 1);
	t.is(store.settings.peers[0]!.connections[0]!.pfs, 31);
	t.is(changes.length, 1);
	t.deepEqual([changes[0]!.certificates, changes[0]!.renewed], [false, []]);
	t.is(store.settings.peers[1], hub);
	t.not(store.settings.peers[0], branch);
	t.is(branch!.connections[0]!.pfs, 14);
	t.is(store.settings.peers[0]!.phase1Proposals, branch!.phase1Proposals);
	t.is(lines(store, true).peers[0].connections[0].pfs, 31);
});

test("store: while the heap has no room for what is to be checked nothing is changed, in whatever way, and it is said", (t) => {
	const { store, changes, asked, fill } = open();
	const before = lines(store, true);
	const { revision } = store;
	const text = "Memory is full of what is under way: negotiations, pages. Try again in a few seconds. Nothing was changed.";
	fill(true);
	t.deepEqual(store.change((draft) => { draft.peers[0]!.connections[0]!.pfs = 31; }), { ok: false, faults: [], text });
	t.deepEqual(store.replace(bytes(before)), { ok: false, faults: [], text });
	t.deepEqual(store.read(bytes(before))(), { ok: false, faults: [], text });
	t.deepEqual([store.revision, changes.length], [revision, 0]);
	t.deepEqual(lines(store, true), before);
	// More for more peers, connections and certificates.
	fill(false);
	t.true(store.change((draft) => { draft.peers[0]!.connections.push({ ...draft.peers[0]!.connections[0]!, name: "another", order: 9, remoteNetwork: "10.77.0.0/24" }); }).ok);
	t.true(store.change((draft) => { draft.peers.pop(); }).ok);
	t.is(new Set(asked.slice(0, 4)).size, 1);
	t.is(asked[4], asked[3]! + 30);
	t.true(asked[3]! >= 250 + 2 * 40);
});

test("store: faults change nothing, name their place, and leave the draft alone; so does what the machine objects to", (t) => {
	const { store, changes, object } = open();
	const before = [...store.document(true)].join("");
	const { revision } = store;
	const result = store.change((draft) => { draft.peers[0]!.remoteGateway = "10.0.0.300"; draft.peers[1]!.connections[0]!.order = 1; });
	t.deepEqual(result, {
		ok: false, text: "Nothing was changed.",
		faults: [
			{ path: "peers[0].remoteGateway", text: "\"10.0.0.300\" is not an IPv4 address" },
			{
				path: "peers[1].connections[0].order", text: "1 is the order of peers[0].connections[0] too: expected a number that no other connection of any peer has",
				twin: { path: "peers[0].connections[0].order", text: "1 is the order of peers[1].connections[0] too: expected a number that no other connection of any peer has" }
			}
		]
	});
	object({ path: "gateway.wanAddress", text: "is not ours" });
	t.deepEqual(store.change((draft) => { draft.gateway.wanAddress = "10.0.0.77"; }), { ok: false, text: "Nothing was changed.", faults: [{ path: "gateway.wanAddress", text: "is not ours" }] });
	t.throws(() => store.change(() => { throw new Error("of the page"); }));
	t.is([...store.document(true)].join(""), before);
	t.is(store.revision, revision);
	t.is(changes.length, 0);
});

test("store: a draft of an older revision is refused, one that changes nothing is neither kept nor told", (t) => {
	const { store, changes } = open();
	const { revision } = store;
	t.true(store.change((draft) => { draft.gateway.name = "other"; }, revision).ok);
	const refused = store.change((draft) => { draft.gateway.name = "third"; }, revision);
	t.false(refused.ok);
	t.regex(refused.text, /changed from elsewhere/);
	t.is(store.settings.gateway.name, "other");
	const same = store.change(() => {}, revision + 1);
	t.deepEqual([same.ok, same.text, store.revision, changes.length], [true, "The settings are as they were.", revision + 1, 1]);
	t.true(store.change((draft) => { draft.gateway.admin.password = "correct horse"; }).ok);
	t.is(changes.length, 1, "the password is the same");
});

test("store: the password is kept as a hash only, hidden when it is shown, and a new one is another hash", (t) => {
	const { store } = open();
	const { admin } = store.settings.gateway;
	t.is(admin.password, undefined);
	t.true(verifyPassword("correct horse", admin.passwordHash!, crypto));
	t.is(lines(store, true).gateway.admin.passwordHash, admin.passwordHash);
	const hidden = lines(store, false);
	t.deepEqual([hidden.gateway.admin.passwordHash, hidden.peers[0].preSharedKey, hidden.certificates.own[0].key], ["(hidden)", "(hidden)", "(hidden)"]);
	t.is(hidden.certificates.own[0].certificate, vectors.gateA);
	t.true(store.change((draft) => { draft.gateway.admin = { user: "root", password: "battery staple" }; }).ok);
	t.true(verifyPassword("battery staple", store.settings.gateway.admin.passwordHash!, crypto));
	t.false(JSON.stringify(store.settings).includes("battery staple"));
	t.deepEqual(store.replace(new Uint8Array(ArrayBuffer.fromString([...store.document(false)].join("")))).ok, false, "a copy without secrets is no settings");
});

test("store: texts in PEM are in the document, not in the settings; what stays empty stays what it was, under whatever name and place", (t) => {
	const { store, changes } = open();
	t.is(store.pem("own", "gate-a"), vectors.gateA);
	t.is(store.pem("trusted", "root"), vectors.root);
	t.is(store.pem("revocationLists", "list"), vectors.list);
	t.is(store.pem("trusted", "nobody"), undefined);
	t.true(store.change((draft) => {
		draft.certificates.trusted.unshift({ name: "between", certificate: vectors.intermediate });
		draft.certificates.trusted[1]!.name = "the root";
	}).ok);
	t.deepEqual(store.settings.certificates.trusted, [{ name: "between", certificate: "" }, { name: "the root", certificate: "" }]);
	t.deepEqual([changes[0]!.certificates, changes[0]!.renewed], [true, []]);
	t.is(store.pem("trusted", "the root"), vectors.root);
	t.is(store.pem("trusted", "between"), vectors.intermediate);
	const document = lines(store, true);
	t.is(document.certificates.own[0].key, vectors.gateAKey);
	t.true(store.change((draft) => { draft.certificates.revocationLists = []; }).ok);
	t.is(store.pem("revocationLists", "list"), undefined);
	t.is(store.pem("own", "gate-a"), vectors.gateA);
	t.false(store.change((draft) => { draft.certificates.trusted.push({ name: "empty", certificate: "" }); }).ok);
});

test("store: another certificate under a name is told, and identities that were its subject follow; so do those that were the WAN address", (t) => {
	const { store, changes } = open();
	t.deepEqual(store.settings.peers[1]!.localId, { type: "dn", value: "C=DE, O=Keygate, CN=gate-a" });
	t.true(store.change((draft) => { draft.certificates.own[0] = { name: "gate-a", certificate: vectors.gateB, key: vectors.gateBKey }; }).ok);
	t.deepEqual(changes[0]!.renewed, ["gate-a"]);
	t.deepEqual(store.settings.peers[1]!.localId, { type: "dn", value: "C=DE, O=Keygate, CN=gate-b" });
	t.true(store.change((draft) => {
		draft.gateway.wanAddress = "10.0.0.5";
		draft.gateway.lanAddress = "10.5.0.1/24";
	}).ok);
	t.is(store.settings.peers[0]!.localId.value, "10.0.0.5");
	t.is(store.settings.gateway.http.address, "10.5.0.1");
});

test("store: what a lease says is in the settings with all that follows from it, and written nowhere", (t) => {
	const store = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day, firmware: true });
	const document = example();
	document.gateway.wanAddressing = "dhcp";
	delete document.gateway.wanAddress;
	document.peers.push({ name: "hub", remoteGateway: "10.0.0.9", preSharedKey: "another key for the hub", localId: { type: "fqdn", value: "gate.example" },
		connections: [{ name: "host", mode: "transport", localNetwork: "0.0.0.0", remoteNetwork: "10.0.0.9" }] });
	t.deepEqual(store.open(bytes(document)).faults, []);
	const { revision } = store;
	const [branch, hub] = store.settings.peers;
	t.is(store.learn("0.0.0.0"), undefined);
	const change = store.learn("10.0.0.7")!;
	t.deepEqual([change.before.gateway.wanAddress, change.settings.gateway.wanAddress, change.certificates], ["0.0.0.0", "10.0.0.7", false]);
	t.is(change.settings, store.settings);
	t.deepEqual([store.settings.peers[0]!.localId.value, store.settings.peers[1]!.localId.value, store.settings.peers[1]!.connections[0]!.localNetwork], ["10.0.0.7", "gate.example", "10.0.0.7"]);
	t.deepEqual([branch!.localId.value, hub!.connections[0]!.localNetwork], ["0.0.0.0", "0.0.0.0"], "settings that somebody holds do not change");
	t.is(store.settings.peers[0]!.connections, branch!.connections);
	t.is(store.revision, revision);
	t.deepEqual(store.learn("0.0.0.0")!.settings.peers.map(({ localId }) => localId.value), ["0.0.0.0", "gate.example"]);
	store.learn("10.0.0.8");
	t.true(store.change((draft) => { draft.gateway.name = "changed"; }).ok);
	t.is(lines(store, true).gateway.wanAddressing, "dhcp");
	const next = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day, firmware: true });
	t.deepEqual([next.resume()!.gateway.name, next.settings.gateway.wanAddress, next.settings.peers[0]!.localId.value], ["changed", "0.0.0.0", "0.0.0.0"], "an earlier lease is none");
});

test("store: while the WAN address is a lease's, no form and no document changes it", (t) => {
	const store = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day, firmware: true });
	const document = example();
	document.gateway.wanAddressing = "dhcp";
	document.gateway.wanAddress = "10.0.0.5";
	t.deepEqual(store.open(bytes(document)).settings?.peers[0]?.localId, { type: "address", value: "0.0.0.0" });
	store.learn("10.0.0.7");
	t.true(store.change((draft) => {
		draft.gateway.wanAddress = "10.0.0.99";
		draft.gateway.name = "changed";
	}).ok);
	t.deepEqual([store.settings.gateway.name, store.settings.gateway.wanAddress, store.settings.peers[0]!.localId.value], ["changed", "10.0.0.7", "10.0.0.7"]);
	const before = store.settings.peers[0];
	t.true(store.replace(bytes({ ...document, gateway: { ...document.gateway, name: "restored" } })).ok);
	t.deepEqual([store.settings.gateway.name, store.settings.gateway.wanAddress, store.settings.peers[0]!.localId.value], ["restored", "10.0.0.7", "10.0.0.7"]);
	t.is(store.settings.peers[0], before, "its tunnels stay");
	t.true(store.change((draft) => {
		draft.gateway.wanAddressing = "static";
		draft.gateway.wanAddress = "10.0.0.8";
	}).ok);
	t.is(store.settings.peers[0]!.localId.value, "10.0.0.8");
});

test("store: a whole document takes the place of the settings, and what is the same in it is not touched", (t) => {
	const { store, changes } = open();
	const [, hub] = store.settings.peers;
	const whole = lines(store, true);
	t.true(store.replace(bytes(whole)).ok);
	t.is(changes.length, 0);
	whole.peers[0].connections[0].pfs = "off";
	t.true(store.replace(bytes(whole)).ok);
	t.deepEqual([changes[0]!.certificates, changes[0]!.renewed], [false, []]);
	t.is(store.settings.peers[1], hub);
	whole.certificates.own[0] = { name: "gate-a", certificate: vectors.gateB, key: vectors.gateBKey };
	whole.peers[1].localId.value = "C=DE, O=Keygate, CN=gate-b";
	t.true(store.replace(bytes(whole)).ok);
	t.deepEqual([changes[1]!.certificates, changes[1]!.renewed], [true, ["gate-a"]]);
	t.false(store.replace(new Uint8Array(ArrayBuffer.fromString("{ \"version\": 1"))).ok);
	t.is(store.pem("own", "gate-a"), vectors.gateB);
});

test("store: the next control plane finds the settings in memory, and the ones before when nothing can live by the last", (t) => {
	const { store } = open();
	t.true(store.change((draft) => { draft.gateway.name = "second"; }).ok);
	const next = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	t.is(next.resume()?.gateway.name, "second");
	t.is(next.settings.certificates.own[0]!.certificate, vectors.gateA, "with texts, for the gateway that starts");
	t.true(next.revert());
	const third = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	t.is(third.resume()?.gateway.name, "gate-a");
	t.false(third.revert(), "not to and fro");
});

test("store: what nobody has lived by yet is not what the next control plane goes back to", (t) => {
	const { store, follower } = open();
	const tried = store.settings;
	store.follower = { ...follower, livesBy: (settings) => settings === tried };
	t.true(store.change((draft) => { draft.gateway.ikePort = 501; }).ok);
	const { revision } = store;
	// Before the fresh control plane starts.
	t.true(store.change((draft) => { draft.gateway.name = "third, with a longer name"; draft.certificates.own[0]!.name = "renamed"; draft.peers[1]!.ownCertificate = "renamed"; }, revision).ok);
	t.is(store.revision, revision + 1);
	t.is(store.pem("own", "renamed"), vectors.gateA, "read from where it is now");
	t.true(store.change((draft) => { draft.gateway.name = "third"; }).ok);
	const next = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	t.deepEqual([next.resume()?.gateway.name, next.settings.gateway.ikePort, next.settings.certificates.own[0]!.name], ["third", 501, "renamed"]);
	t.true(next.revert());
	const last = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	t.deepEqual([last.resume()?.gateway.name, last.settings.gateway.ikePort, last.settings.certificates.own[0]!.certificate], ["gate-a", 500, vectors.gateA]);
});

test("store: what nobody has lived by yet is better than nothing: a file that was read meanwhile lies where the settings before were", (t) => {
	const { store, follower } = open();
	const tried = store.settings;
	store.follower = { ...follower, livesBy: (settings) => settings === tried };
	t.true(store.change((draft) => { draft.gateway.ikePort = 501; }).ok);
	const document = bytes({ ...lines(store, true), peers: [] });
	store.spare.set(document);
	t.true(store.read(store.spare.subarray(0, document.length))().ok);
	const next = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	t.is(next.resume()?.peers.length, 0);
	t.true(next.revert());
	t.is(new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day }).resume()?.gateway.ikePort, 501);
});

test("store: a document that is too large with its indentation is written without, so that it can be read again", (t) => {
	const { store } = open((document) => {
		for (let i = 1; i < 15; i++)
			document.peers[0].connections.push({ name: `net-${i}`, localNetwork: "10.1.0.0/24", remoteNetwork: `10.2.${i}.0/24` });
	});
	const text = () => [...store.document(true)].join("");
	t.true(text().startsWith("{\n\t\"version\""));
	// Empty lines behind the PEM, until it is just too much.
	const filler = "\n".repeat((32768 + 300 - text().length - vectors.intermediate.length) / 2);
	t.true(store.change((draft) => { draft.certificates.trusted.push({ name: "between", certificate: vectors.intermediate + filler }); }).ok);
	t.true(text().startsWith("{\n\"version\""));
	t.true(text().length <= 32768);
	t.is(store.replace(bytes(JSON.parse(text()))).text, "The settings are as they were.");
});

test("store: settings that are too large as they are kept are refused", (t) => {
	const { store } = open();
	const { revision } = store;
	const filler = vectors.root + "\n".repeat(7000);
	const result = store.change((draft) => { draft.certificates.trusted = ["a", "b", "c"].map((name) => ({ name, certificate: filler })); });
	t.false(result.ok);
	t.regex(result.ok ? "" : result.faults[0]!.text, /^\d+ bytes with every default: expected at most 32768$/);
	t.is(store.revision, revision);
});

test("store: what changes nothing leaves the settings before in memory: a form that was sent twice, one that is refused", (t) => {
	const { store, object } = open();
	const second = (draft: Settings) => { draft.gateway.name = "second"; };
	t.true(store.change(second).ok);
	t.true(store.change(second).ok, "as they are");
	const large = (draft: Settings) => {
		for (let i = 1; i < 8; i++)
			draft.certificates.trusted.push({ name: `root ${i}`, certificate: vectors.root + "\n".repeat(4000) });
	};
	const refused = store.change(large);
	t.regex(refused.ok ? "" : refused.faults[0]!.text, /bytes with every default/);
	object({ path: "gateway.http.address", text: "is somebody else's" });
	t.false(store.change((draft) => { draft.gateway.name = "third"; }).ok);
	const next = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day });
	t.is(next.resume()?.gateway.name, "second");
	t.true(next.revert());
	t.is(new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day }).resume()?.gateway.name, "gate-a");
});
