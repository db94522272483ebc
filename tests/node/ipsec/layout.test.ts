/** One layout: the headers that C reads say what the modules of their names say, and the names of drop reasons stand in their order. */
import { readFileSync } from "node:fs";
import test from "ava";
import * as layout from "../../../modules/ipsec/layout.js";
import { dropReasons, noteNames } from "../../../modules/ipsec/types.js";
import * as limits from "../../../modules/limits.js";
import * as log from "../../../modules/log/entry.js";
import * as records from "../../../modules/records/ladder.js";

function defines(path: string): Map<string, number> {
	const found = new Map<string, number>();
	for (const [, device, name, value] of readFileSync(path, "utf8").matchAll(/^(#if .*\n)?#define (\w+) \(?(-?\d+)u?\)?$/gm))
		found.set(device === undefined ? name! : `DEVICE_${name}`, Number(value));
	return found;
}

for (const [path, exports] of [["modules/ipsec/layout.h", layout], ["modules/limits.h", limits], ["modules/log/entry.h", log], ["modules/records/ladder.h", records]] as const)
	test(`${path} says what its module says, no more and no less`, (t) => {
		const found = defines(path);
		t.deepEqual([...found.entries()].sort(), Object.entries(exports as Record<string, unknown>).filter((entry): entry is [string, number] => typeof entry[1] === "number").sort());
		t.true(found.size > 6);
	});

test("drop reasons have the numbers of their names", (t) => {
	t.is(dropReasons.length, layout.DROP_REASONS);
	for (const [index, reason] of dropReasons.entries())
		t.is((layout as Record<string, unknown>)[`DROP_${reason.replaceAll("-", "_").toUpperCase()}`], index, reason);
});

test("notes have the numbers of their names", (t) => {
	t.is(noteNames.length, layout.NOTES);
	t.deepEqual(noteNames.map((name) => name.replace(/^packets-|mtu-/g, "").replaceAll("-", "_").toUpperCase()),
		Object.entries(layout).filter(([name]) => name.startsWith("NOTE_")).sort(([, a], [, b]) => a - b).map(([name]) => name.slice(5)));
});

/** Bytes of each field of a record, in order, as layout.ts says them in words. */
function overlaps(prefix: string, sizes: Readonly<Record<string, number>>, size: number): string[] {
	const faults: string[] = [];
	const taken: (string | undefined)[] = [];
	for (const [name, bytes] of Object.entries(sizes)) {
		const at = (layout as unknown as Record<string, number>)[`${prefix}_${name}`]!;
		for (let i = at; i < at + bytes; i++) {
			if (taken[i] !== undefined)
				faults.push(`${name} lies on ${taken[i]}`);
			taken[i] = name;
		}
		if (at % Math.min(bytes, 8) !== 0 && bytes < 8)
			faults.push(`${name} is not aligned`);
	}
	if (taken.length > size)
		faults.push("the record is too small");
	return faults;
}

test("fields of a record do not overlap", (t) => {
	t.deepEqual(overlaps("SA", {
		STATE: 1, DIRECTION: 1, PROTOCOL: 1, MODE: 1, CIPHER: 1, HASH: 1, FLAGS: 2, GENERATION: 4, SPI: 4, AH_SPI: 4, PAIR_SPI: 4, SERIAL: 4, POLICY: 2,
		IP_PROTOCOL: 1, AH_HASH: 1, LOCAL_PORT: 2, REMOTE_PORT: 2, SELECTOR_LOCAL_PORT: 2, SELECTOR_REMOTE_PORT: 2, LOCAL_ADDRESS: 16, REMOTE_ADDRESS: 16,
		LOCAL_FIRST: 16, LOCAL_LAST: 16, REMOTE_FIRST: 16, REMOTE_LAST: 16, BORN_AT: 8, USED_AT: 8, SOFT_AT: 8, HARD_AT: 8, SOFT_BYTES: 8, HARD_BYTES: 8,
		BYTES: 8, PACKETS: 8, ERRORS: 8, ICV_ERRORS: 4, SECONDS: 4, KILOBYTES: 4, ENCRYPTION_KEY_SIZE: 2, AUTHENTICATION_KEY_SIZE: 2, SEQUENCE: 8,
		ENCRYPTION_KEY: layout.SA_ENCRYPTION_KEY_MAXIMUM, AUTHENTICATION_KEY: layout.SA_AUTHENTICATION_KEY_MAXIMUM, AH_KEY: layout.SA_AH_KEY_MAXIMUM, AH_KEY_SIZE: 2,
	}, layout.SA_SIZE), []);
	t.true(layout.SA_WINDOW >= layout.SA_ENCRYPTION_KEY && layout.SA_WINDOW + layout.SA_WINDOW_WORDS * 8 <= layout.SA_AH_KEY_SIZE, "the window is where the keys have been");
	t.is(layout.SA_WINDOW % 8, 0);
	t.deepEqual(overlaps("POLICY", {
		USED: 1, FLAGS: 1, IP_PROTOCOL: 1, ORDER: 4, LOCAL_PORT: 2, REMOTE_PORT: 2, OUTBOUND: 4, ACQUIRED_AT: 8, LOCAL_FIRST: 16,
		LOCAL_LAST: 16, REMOTE_FIRST: 16, REMOTE_LAST: 16,
	}, layout.POLICY_SIZE), []);
	t.deepEqual(overlaps("EVENT", { KIND: 1, DIRECTION: 1, PORT: 2, POLICY: 4, SPI: 4, ADDRESS: 16 }, layout.EVENT_SIZE), []);
});

test("IPv6: every address of every record has its 16 bytes, as docs/ipv6.md says", (t) => {
	const numbers = layout as unknown as Record<string, number>;
	const addresses = Object.keys(layout).filter((name) => /^(SA|POLICY|EVENT)_(LOCAL_|REMOTE_)?(ADDRESS|FIRST|LAST)$/.test(name));
	t.is(addresses.length, 6 + 4 + 1);
	for (const name of addresses) {
		const [record] = name.split("_") as [string];
		const size = numbers[`${record}_SIZE`]!;
		const others = Object.keys(layout).filter((other) => other.startsWith(`${record}_`) && numbers[other]! > numbers[name]! && numbers[other]! < size && !/(MAXIMUM|WORDS|FREE|LIVE|OVER|RESERVED|FLAG_.*)$/.test(other));
		t.true(Math.min(size, ...others.map((other) => numbers[other]!)) - numbers[name]! >= 16, name);
		t.is(numbers[name]! % 8, 0, name);
	}
});
