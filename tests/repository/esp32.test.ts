// hosts/esp32 as far as it can be checked without Espressif's toolchain: its C fits the declarations of what it calls, and the numbers that stand in several places agree.
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { promisify } from "node:util";
import test from "ava";
import { files, manifests, read } from "./manifest.js";

const run = promisify(execFile);
const declarations = "tests/repository/esp-idf";
const folder = "hosts/esp32";
const sources = readdirSync(folder).filter((name) => name.endsWith(".c"));
const xs = "node_modules/@agoric/xsnap/moddable/xs/includes";

/** A 32-bit compiler when there is one, as the board's is; else the machine's own, which sees all but sizes. */
const compiler = existsSync("/usr/bin/riscv64-unknown-elf-gcc")
	? ["riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs"] as const
	: ["gcc"] as const;

for (const source of sources) {
	test(`esp32: ${source} fits the declarations of what it calls`, async (t) => {
		const [command, ...flags] = compiler;
		try {
			await run(command, [...flags, "-fsyntax-only", "-std=gnu17", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-include", "stddef.h", "-isystem", declarations, "-isystem", xs,
				"-iquote", "hosts/xs", "-iquote", "hosts/sdk", "-iquote", "modules/ipsec", "-iquote", "modules", `${folder}/${source}`]);
			t.pass();
		}
		catch (error) {
			t.fail((error as { readonly stderr?: string }).stderr ?? String(error));
		}
	});
}

test("esp32: headers for which the SDK's makefile has no folder are found by ours", (t) => {
	t.regex(readFileSync(`${folder}/ota.c`, "utf8"), /#include "esp_ota_ops\.h"/);
	t.regex(readFileSync(`${folder}/make.mk`, "utf8"), /^INC_DIRS \+= \\\n\t\$\(IDF_PATH\)\/components\/app_update\/include/m);
});

test("esp32: what the linker is told to call in place of a function of ESP-IDF is there, and calls that function", (t) => {
	const wrapped = [...readFileSync(`${folder}/components/keygate/CMakeLists.txt`, "utf8").matchAll(/--wrap=(\w+)/g)].map((match) => match[1]!).sort();
	const text = sources.map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("\n");
	t.deepEqual([...new Set([...text.matchAll(/\b__wrap_(\w+)\(/g)].map((match) => match[1]!))].sort(), wrapped);
	for (const name of wrapped)
		t.regex(text, new RegExp(`\t(?:return )?__real_${name}\\(`), name);
});

test("esp32: nothing is declared that is not called", (t) => {
	const text = [...readdirSync(folder).map((name) => `${folder}/${name}`), "hosts/lwip/lock.h", "hosts/lwip/frame.h"].filter((path) => /\.[ch]$/.test(path)).map((path) => readFileSync(path, "utf8")).join("\n");
	for (const path of readdirSync(declarations, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".h")))
		for (const [, name] of readFileSync(`${declarations}/${path}`, "utf8").matchAll(/^(?!typedef|#)[\w ]+[* ](\w+)\(.*\)(?: __attribute__.*)?;$/gm))
			if (!/^sys_(un)?lock_tcpip_core$/.test(name!))
				t.regex(text, new RegExp(`\\b${name}\\b`), `${path}: ${name}`);
});

/** C without comments, texts and what a board of another kind has under a condition. */
function plainC(path: string): string {
	return readFileSync(path, "utf8").replace(/\/\*[^]*?\*\//g, "").replace(/"(?:[^"\\\n]|\\.)*"/g, "\"\"").replace(/^#ifdef KEYGATE_OWN_GCM$[^]*?^#(?:else|endif)$/gm, "");
}

test("esp32: every function of ours that the image calls is defined in a file that the manifest names", (t) => {
	const folders = ["modules", "modules/crypto", "modules/crypto/mbedtls", "modules/dhcp", "modules/httpd", "modules/ipsec", "modules/log", "modules/records", "modules/settings", "hosts/device", "hosts/lwip", "hosts/sdk", "hosts/unit", "hosts/unit/io", "hosts/xs", folder];
	const headers = folders.flatMap((each) => readdirSync(each).filter((name) => name.endsWith(".h")).map((name) => `${each}/${name}`));
	const declared = new Set(headers.flatMap((path) => [...plainC(path).matchAll(/^(?!typedef|static|#)[A-Za-z][\w ]*[* ](\w+)\([^;{}]*\);/gm)].map((match) => match[1]!)));
	t.true(declared.size > 300, `${declared.size}`);
	for (const platform of ["esp32/ethernet_kit", "esp32/wt32_eth01"]) {
		const texts = files(platform).map(({ file }) => file).filter((file) => file.endsWith(".c")).map(plainC);
		const defined = new Set(texts.flatMap((text) => [...text.matchAll(/^(?!static)[A-Za-z][\w ]*[* ](\w+)\([^;{}]*\)\n\{/gm)].map((match) => match[1]!)));
		const called = new Set(texts.flatMap((text) => [...text.matchAll(/\b(\w+)\(/g)].map((match) => match[1]!)));
		t.deepEqual([...called].filter((name) => declared.has(name) && !defined.has(name) && !name.startsWith("mbedtls_")).sort(), [], platform);
	}
	// the two constants that are no function are written by a rule of make.mk
	t.regex(readFileSync(`${folder}/make.mk`, "utf8"), /image\.mjs --trust \$\(TMP_DIR\)\/trust\.c --board \$\(KEYGATE_BOARD\)/);
	const boards = ["esp32/ethernet_kit", "esp32/wt32_eth01"].map((platform) => manifests("manifest.json", platform).map(({ build }) => build?.["KEYGATE_BOARD"]).filter((name) => name !== undefined));
	t.deepEqual(boards, [["ethernet_kit"], ["wt32_eth01"]]);
});

interface Partition {
	readonly name: string;
	readonly type: string;
	readonly at: number;
	readonly size: number;
}

function partitionsOf(file: string): Partition[] {
	return readFileSync(`${folder}/${file}`, "utf8").split("\n").filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => line.split(",").map((field) => field.trim())).map(([name, type, , at, size]) => ({ name: name!, type: type!, at: Number(at), size: Number(size) }));
}

const partitions = partitionsOf("partitions.csv");
/** By bytes of the flash. */
const tables: readonly (readonly [number, readonly Partition[]])[] = [[0x400000, partitions], [0x800000, partitionsOf("partitions-8m.csv")]];
const named = (table: readonly Partition[], name: string): Partition | undefined => table.find((each) => each.name === name);

test("esp32: partitions lie behind each other in 4 or 8 MiB, and C finds each by its name", (t) => {
	const names = [...readFileSync(`${folder}/flash.c`, "utf8").matchAll(/^\t\[kFlash\w+\] = "(\w+)"/gm)].map((match) => match[1]!);
	t.is(names.length, 4);
	for (const [flash, table] of tables) {
		let end = 0x9000;
		for (const { name, type, at, size } of table) {
			t.true(at >= end, `${name} begins in the partition before it`);
			t.is(at % (type === "app" ? 0x10000 : 0x1000), 0, name);
			t.is(size % 0x1000, 0, name);
			end = at + size;
		}
		t.true(end <= flash);
		for (const name of [...names, "radio"])
			t.deepEqual(named(table, name), named(partitions, name), name);
	}
	t.truthy(named(partitions, "factory"));
	t.is(named(tables[1]![1], "ota_0")?.size, named(tables[1]![1], "ota_1")?.size);
	t.truthy(named(tables[1]![1], "otadata"));
});

test("esp32: an application has room for what the other board's image takes, and a mebibyte of ESP-IDF", (t) => {
	const image = Number(/The image takes ([\d,]+) bytes/.exec(readFileSync("docs/memory.md", "utf8"))?.[1]?.replaceAll(",", ""));
	t.true(image > 0x100000, `${image}`);
	for (const [, table] of tables)
		for (const { name, size } of table.filter(({ type }) => type === "app"))
			t.true(image + 0x100000 <= size, name);
});

test("esp32: slots of settings and log have the sizes that they have on the other board", (t) => {
	const layout = readFileSync("hosts/riscv/layout.h", "utf8");
	const number = (name: string): number => Number(new RegExp(`^#define ${name} (\\w+)$`, "m").exec(layout)?.[1]);
	for (const [name, size] of [["settings0", "SETTINGS_SLOT_SIZE"], ["settings1", "SETTINGS_SLOT_SIZE"], ["log0", "LOG_SLOT_SIZE"], ["log1", "LOG_SLOT_SIZE"]] as const)
		t.is(named(partitions, name)?.size, number(size), name);
});

test("esp32: the watchdog's time, and what the README says", (t) => {
	const options = (board: string): string => readFileSync(`${folder}/sdkconfig/${board}/sdkconfig.defaults`, "utf8");
	t.true(options("ethernet_kit").startsWith(options("wt32_eth01")), "one board has more than the other, and nothing else");
	const seconds = Number(/^CONFIG_ESP_TASK_WDT_TIMEOUT_S=(\d+)$/m.exec(options("wt32_eth01"))?.[1]);
	t.is(seconds * 1000, Number(/^#define kWatchdog (\d+)$/m.exec(readFileSync("hosts/device/board.h", "utf8"))?.[1]));
	const readme = readFileSync("README.md", "utf8");
	for (const platform of Object.keys(read("manifest.json").platforms ?? {}).filter((name) => name.startsWith("esp32/")))
		t.true(readme.includes(`mcconfig -m -p ${platform}`), platform);
	for (const [, table] of tables)
		for (const { name, at, size } of table.filter((each) => !["nvs", "otadata", "phy_init"].includes(each.name)))
			t.true(readme.includes(`| \`${name}\` | 0x${at.toString(16)} | ${size / 1024} KiB |`), `README.md: ${name} | 0x${at.toString(16)} | ${size / 1024} KiB`);
});

test("esp32: both boards have the heap of the SDK's own targets, the stack of C that esp32.h says, and not the options of lwIP for the other board", (t) => {
	for (const platform of ["esp32/ethernet_kit", "esp32/wt32_eth01"]) {
		const all = manifests("manifest.json", platform);
		t.true(all.some(({ creation }) => creation?.main === "hosts/esp32/main"), platform);
		t.false(all.some(({ creation }) => creation?.heap !== undefined && creation.heap.initial !== 4928), platform);
		t.true(all.some(({ creation }) => creation?.nativeStack === Number(/^#define kStack (\d+)$/m.exec(readFileSync(`${folder}/esp32.h`, "utf8"))?.[1])), platform);
		// a folder with headers is searched for all of them, and lwipopts.h here is for boards without an operating system
		for (const sources of all.flatMap(({ modules = {} }) => Object.values(modules)).flat())
			t.false(/\/hosts\/lwip\/(\*|.*\.h)$/.test(sources), sources);
	}
});
