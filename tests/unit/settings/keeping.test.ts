/** Settings, certificates and the log's end, and what a power cut leaves of them. */
import test from "ava";
import { LogTail, ERROR_PERIOD, FIRST, PERIOD } from "../../../modules/gateway/logtail.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { SETTINGS_SIZE, VPN_LOG_ENTRIES, VPN_LOG_ENTRY_SIZE, VPN_LOG_KEPT } from "../../../modules/limits.js";
import { ERROR, INFO } from "../../../modules/log/types.js";
import { formatEntry } from "../../../modules/log/format.js";
import { VPNLog } from "../../../modules/log/vpnlog.js";
import { Copies, TAG_SIZE } from "../../../modules/settings/copies.js";
import { LOG_SLOTS, SETTINGS_SLOTS } from "../../../modules/settings/storage.js";
import { Store } from "../../../modules/settings/store.js";
import { settingsTable } from "../../../modules/settings/table.js";
import * as vectors from "../../vectors/certificates.js";
import { example } from "./example.js";
import { Flash } from "./flash.js";

const crypto = new Accelerator();

/** A unit that has just got its power: nothing is in its memory but what is in `storage`. */
function unit(storage?: Flash): Store {
	new Uint8Array(settingsTable()).fill(0);
	return new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day, storage });
}

function bytes(document: unknown): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(typeof document === "string" ? document : JSON.stringify(document)));
}

function certified(): any {
	const document = example();
	document.certificates = { own: [{ name: "gate-a", certificate: vectors.gateA, key: vectors.gateAKey }], trusted: [{ name: "root", certificate: vectors.root }] };
	return document;
}

test("keeping: a change is one write, its origin is kept with it, and a unit that starts finds it, certificates and all", (t) => {
	const storage = new Flash();
	const store = unit(storage);
	const file = bytes(certified());
	t.is(store.kept(), undefined);
	t.truthy(store.open(file).settings);
	t.is(storage.operations.length, 0, "what comes from a file is there already");
	const result = store.change((draft) => { draft.gateway.name = "changed"; });
	t.deepEqual([result.ok, result.ok && result.storageFault, store.storageFault, store.storageNotice], [true, "", "", ""]);
	t.is(storage.operations.length, 3, "erase, content, header");
	t.true(store.change(() => {}).ok);
	t.is(storage.operations.length, 3, "nothing has changed");
	const next = unit(storage);
	const kept = next.kept()!;
	t.true(next.isSameOrigin(kept.origin, next.digest(file)));
	t.false(String.fromArrayBuffer(kept.document.slice().buffer).includes("correct horse"), "the password is a hash");
	t.is(next.open(kept.document, kept.origin).settings?.gateway.name, "changed");
	t.is(next.pem("own", "gate-a"), vectors.gateA);
	// A file that says something else.
	const other = certified();
	other.gateway.name = "other";
	t.false(next.isSameOrigin(kept.origin, next.digest(bytes(other))));
	t.true(next.replace(bytes(other), next.digest(bytes(other))).ok);
	const last = unit(storage);
	t.true(last.isSameOrigin(last.kept()!.origin, last.digest(bytes(other))));
});

test("keeping: a place that refuses, or none: the change is in use, it is said, and tried again", (t) => {
	const storage = new Flash();
	const store = unit(storage);
	store.open(bytes(example()));
	storage.fault = "the state folder is full";
	const result = store.change((draft) => { draft.gateway.name = "changed"; });
	t.deepEqual([result.ok, result.ok && result.storageFault, store.storageNotice, store.settings.gateway.name], [true, storage.fault, storage.fault, "changed"]);
	// The control plane starts anew meanwhile.
	const again = new Store({ table: settingsTable(), crypto, wallClock: () => vectors.day, storage });
	t.is(again.resume()?.gateway.name, "changed");
	t.is(again.storageNotice, storage.fault);
	storage.fault = "";
	again.keep();
	t.is(again.storageNotice, "");
	t.truthy(unit(storage).kept());
	const none = unit();
	none.open(bytes(example()));
	t.regex(none.storageFault, /no state folder/);
	t.is(none.storageNotice, "", "nothing is lost yet");
	t.true(none.change((draft) => { draft.gateway.name = "changed"; }).ok);
	t.regex(none.storageNotice, /no state folder/);
});

test("keeping: a power cut at every byte of every write of settings and certificates leaves those before, or those after", (t) => {
	const storage = new Flash();
	const store = unit(storage);
	store.open(bytes(certified()));
	const documents: Uint8Array[] = [new Uint8Array(0)];
	const target = new Uint8Array(SETTINGS_SIZE);
	const document = (from: Flash) => target.subarray(0, new Copies({ storage: from, crypto, slot: SETTINGS_SLOTS }).load(target, new Uint8Array(TAG_SIZE)));
	const ends: number[] = [];
	const edits: ((draft: any) => void)[] = [
		(draft) => { draft.peers[0].connections[0].pfs = 31; },
		(draft) => { draft.certificates.trusted.push({ name: "between", certificate: vectors.intermediate }); },
		(draft) => { draft.gateway.admin.password = "battery staple"; },
	];
	for (const edit of edits) {
		t.true(store.change(edit).ok);
		ends.push(storage.operations.length);
		documents.push(document(storage).slice());
	}
	const replay = new Flash();
	let cuts = 0;
	for (let i = 0, version = 0; i < storage.operations.length; i++) {
		const operation = storage.operations[i]!;
		const memory = replay.slots[operation.slot]!;
		const size = replay.sizes[operation.slot]!;
		for (let count = 0; count < operation.bytes.length; count++) {
			// Byte by byte, each time with something else in the place of the next one.
			const next = memory[operation.offset + count]!;
			replay.apply(operation, count, count * 7);
			const result = document(replay);
			if (!crypto.equal(result, documents[version]!) && !crypto.equal(result, documents[version + 1]!))
				t.fail(`operation ${i}, byte ${count}`);
			cuts++;
			memory[operation.offset + count] = next;
			replay.sizes[operation.slot] = size;
		}
		replay.apply(operation);
		if (i + 1 === ends[version])
			version++;
		t.true(crypto.equal(document(replay), documents[version]!));
	}
	t.true(cuts > 20000);
	// And a unit can live by it.
	const last = unit(replay);
	const kept = last.kept()!;
	t.is(last.open(kept.document, kept.origin).settings?.peers[0]?.connections[0]?.pfs, 31);
	t.is(last.pem("trusted", "between"), vectors.intermediate);
});

function log(): VPNLog {
	return new VPNLog(new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE));
}

function tail(storage: Flash, of: VPNLog, now: number): LogTail {
	const scratch = new Uint8Array(SETTINGS_SIZE);
	const result = new LogTail(now, { log: of, copies: new Copies({ storage, crypto, slot: LOG_SLOTS }), scratch: () => scratch });
	result.restore(now);
	return result;
}

test("keeping: the log's end outlasts a restart, its times count back, and it is said where it ends", (t) => {
	const storage = new Flash();
	const first = log();
	const keeper = tail(storage, first, 0);
	t.is(first.newest, 0);
	for (let i = 1; i <= VPN_LOG_ENTRIES + 10; i++)
		first.write(i * 1000, INFO, "branch", `entry ${i}`);
	keeper.keep(300000);
	t.is(keeper.fault, "");
	const second = log();
	tail(storage, second, 50);
	const entries = [...second.entries()];
	t.is(entries.length, VPN_LOG_KEPT + 1);
	t.deepEqual([entries[0]!.text, entries[0]!.time, entries[0]!.peer], [`entry ${VPN_LOG_ENTRIES + 10 - VPN_LOG_KEPT + 1}`, (VPN_LOG_ENTRIES + 10 - VPN_LOG_KEPT + 1) * 1000 - 300000, "branch"]);
	t.is(formatEntry(entries[VPN_LOG_KEPT - 1]!), "    -34.000 info    branch: entry 266");
	t.regex(entries[VPN_LOG_KEPT]!.text, /was started/);
	second.write(1000, INFO, "", "and on");
	t.is([...second.entries({ last: 1 })][0]!.sequence, VPN_LOG_KEPT + 2);
	// Once more: what was old is older.
	tail(storage, second, 50).keep(10000);
	t.is(storage.operations.length, 3, "nothing new");
});

test("keeping: the log is written an hour after the last time, sooner for an error, and not when there is nothing new", (t) => {
	const storage = new Flash();
	const of = log();
	const keeper = tail(storage, of, 0);
	t.is(keeper.at, undefined);
	of.write(1, INFO, "", "one");
	t.is(keeper.at, PERIOD + FIRST - ERROR_PERIOD);
	of.write(2, ERROR, "", "two");
	t.is(keeper.at, FIRST);
	keeper.keep(FIRST);
	t.is(keeper.at, undefined);
	of.write(FIRST + 1, INFO, "", "three");
	t.is(keeper.at, FIRST + PERIOD);
	of.write(FIRST + 2, ERROR, "", "four");
	t.is(keeper.at, FIRST + ERROR_PERIOD);
	t.is(storage.operations.length, 3);
	storage.fault = "full";
	keeper.keep(FIRST + ERROR_PERIOD);
	t.is(keeper.fault, "full");
});

test("keeping: a power cut at every byte of every write of the log leaves the one before, or the one after", (t) => {
	const storage = new Flash();
	const of = log();
	const keeper = tail(storage, of, 0);
	const ends: number[] = [];
	const names = ["", "entry 3", "entry 6", "entry 9"];
	for (let i = 1; i <= 9; i++) {
		of.write(i, INFO, "", `entry ${i}`);
		if (i % 3 === 0) {
			keeper.keep(i);
			ends.push(storage.operations.length);
		}
	}
	const newest = (from: Flash) => {
		const restored = log();
		tail(from, restored, 0);
		return [...restored.entries({ last: 2 })][0]?.text ?? "";
	};
	const replay = new Flash();
	let cuts = 0;
	for (let i = 0, version = 0; i < storage.operations.length; i++) {
		const operation = storage.operations[i]!;
		const memory = replay.slots[operation.slot]!;
		const size = replay.sizes[operation.slot]!;
		for (let count = 0; count < operation.bytes.length; count++, cuts++) {
			const next = memory[operation.offset + count]!;
			replay.apply(operation, count, count * 7);
			const result = newest(replay);
			if (result !== names[version] && result !== names[version + 1])
				t.fail(`operation ${i}, byte ${count}: ${result}`);
			memory[operation.offset + count] = next;
			replay.sizes[operation.slot] = size;
		}
		replay.apply(operation);
		if (i + 1 === ends[version])
			version++;
		t.is(newest(replay), names[version]!);
	}
	t.true(cuts > 3000);
});
