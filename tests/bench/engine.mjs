// node tests/bench/engine.mjs [--write | --check]: what the packet engine costs over bare OpenSSL (goal: 1.3 times at 1400 bytes), and with large tables over one SA (goal: 1.2
// times): in instructions, which callgrind counts, and in time. Both by OpenSSL alone, also where a gateway has libipsec-mb.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backends, cryptoSources } from "../../hosts/backends.mjs";
import { debian, root } from "../../hosts/setup.mjs";
import { Report } from "./report.mjs";

const sizes = [64, 256, 576, 1400];
const packets = 64;
/** Connections of the large build; the gateway's own has as many as its limits say. */
const many = 1000;
const sources = ["sad", "replay", "events", "selectors", "esp", "ah", "ipv4", "carry", "ecn", "park", "mtu", "mss", "icmp", "fragments", "hints", "firewall", "engine"];

await debian([["valgrind", "/usr/include/valgrind/callgrind.h"]], "counting instructions");
const folder = mkdtempSync(join(tmpdir(), "keygate-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

function run(command, args) {
	const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
	if (status !== 0)
		throw new Error(`${command}: ${error?.message ?? `status ${status}`}\n${stdout}${stderr}`);
	return stdout;
}

function compile(name, modules) {
	const program = join(folder, name);
	run("gcc", ["-std=gnu11", "-O2", "-g", "-Wall", "-Wextra", "-Wconversion", ...["", "/crypto", "/ipsec"].flatMap((room) => ["-iquote", `${modules}${room}`]), "-iquote", "tests/node/ipsec", "-DKEYGATE_WITHOUT_MULTIBUFFER",
		"tests/bench/engine.c", ...sources.map((source) => `${modules}/ipsec/${source}.c`), ...cryptoSources("openssl").map((source) => source.replace(join(root, "modules"), modules)),
		...backends.openssl.libraries, "-o", program]);
	return program;
}

/** A copy of modules/ whose tables have room for `many` connections. */
function larger() {
	const modules = join(folder, "modules");
	cpSync(join(root, "modules"), modules, { recursive: true });
	const records = 8 + Math.ceil(many / 4) * 8;
	const change = (file, values) => {
		let text = readFileSync(join(modules, file), "utf8");
		for (const [name, value] of Object.entries(values))
			text = text.replace(new RegExp(`^#define ${name} .*$`, "m"), `#define ${name} ${value}`);
		writeFileSync(join(modules, file), text);
	};
	change("limits.h", { CONNECTIONS: many, SECURITY_ASSOCIATIONS: 2 * many, PACKET_CONTEXTS: 4 * many, PATHS: 1024 });
	// The firewall log, which is off there, has one byte for the policy.
	const log = join(modules, "ipsec/firewall.h");
	writeFileSync(log, readFileSync(log, "utf8").replace("CONNECTIONS < ENTRY_NO_POLICY", "1"));
	change("ipsec/layout.h", { SPI_SLOT_MASK: 2047, SA_TABLE_SIZE: 512 * 2 * many, SPD_RECORDS: records, SPD_TABLE_SIZE: records + 96 * many });
	return modules;
}

/** Microseconds by name. */
const timed = (program, ...words) => new Map([...run(program, ["time", ...words]).matchAll(/^(.+) ([\d.]+)$/gm)].map(([, name, value]) => [name, Number(value)]));

/** Instructions for one packet by name: callgrind writes a file for each. */
function counted(program, ...words) {
	const output = mkdtempSync(join(folder, "count-"));
	run("valgrind", ["-q", "--tool=callgrind", "--collect-atstart=no", "--compress-strings=no", `--callgrind-out-file=${join(output, "out")}`, program, "count", ...words]);
	const found = new Map();
	for (const file of readdirSync(output)) {
		const text = readFileSync(join(output, file), "utf8");
		const name = /^desc: Trigger: Client Request: (.+)$/m.exec(text)?.[1];
		if (name !== undefined)
			found.set(name, Number(/^(?:totals|summary): (\d+)/m.exec(text)[1]) / packets);
	}
	return found;
}

const small = compile("engine", "modules");
const large = compile("large", larger());
const [time, count] = [timed(small), counted(small)];
const [tableTime, tableCount] = [timed(large, "tables"), counted(large, "tables")];
const names = [...new Set([...time.keys()].filter((name) => name.startsWith("bare|")).map((name) => name.split("|")[1]))];
const times = (value, of) => (value / of).toFixed(2);

const report = new Report("engine");
/** Of one size: instructions and time, alone and as a multiple. */
const costs = (kind, values, digits) => names.map((name) => [name, ...sizes.flatMap((size) => ["seal", "open"].map((way) => {
	const [bare, engine] = [values.get(`bare|${name}|${size}|${way}`), values.get(`${kind}|${name}|${size}|${way}`)];
	return `${engine.toFixed(digits)} (${times(engine, bare)})`;
}))]);
const columns = ["ESP", ...sizes.flatMap((size) => [`${size}: seal`, "open"])];
report.table("instructions", columns, costs("engine", count, 0), { within: 0.1 });
report.table("time", columns, costs("engine", time, 2), { within: 0.5 });
report.table("run", columns, costs("run", count, 0), { within: 0.1 });

const table = (kind, what) => [1, 16, 64, many].map((connections) => [`${connections}, ${what}`, ...[tableCount, tableTime].flatMap((values, i) => ["seal", "open"].map((way) => {
	const value = values.get(`${kind}|AES-128-GCM|${connections}|${way}`);
	return `${value.toFixed(i ? 2 : 0)} (${times(value, values.get(`${kind}|AES-128-GCM|1|${way}`))})`;
}))]);
report.table("tables", ["policies and pairs of SAs", "instructions: seal", "open", "µs: seal", "open"], [...table("last", "packets of the last"), ...table("in turn", "a packet of each in turn")], { within: 0.5 });
report.table("log", ["firewall log", "instructions: seal", "open", "µs: seal", "open"], ["log off", "log on", "log on, an entry for each"].map((kind) =>
	[kind, ...[count, time].flatMap((values, i) => ["seal", "open"].map((way) => values.get(`${kind}|AES-128-GCM|1400|${way}`).toFixed(i ? 2 : 0)))]), { within: 0.5 });

const worst = (kind, values) => Math.max(...names.flatMap((name) => ["seal", "open"].map((way) => values.get(`${kind}|${name}|1400|${way}`) / values.get(`bare|${name}|1400|${way}`)))).toFixed(2);
report.goal("the engine at 1400 bytes, worst algorithm, of the same cryptography alone: instructions", worst("engine", count), { atMost: 1.3 });
report.goal("the same: time", worst("engine", time), { atMost: 1.3 });
const grown = (kind, values) => Math.max(...["seal", "open"].map((way) => values.get(`${kind}|AES-128-GCM|${many}|${way}`) / values.get(`${kind}|AES-128-GCM|1|${way}`))).toFixed(2);
report.goal(`a packet with ${many} policies and pairs of SAs, a flow of each in turn, of one with one: instructions`, grown("in turn", tableCount), { atMost: 1.2 });
report.goal("the same: time", grown("in turn", tableTime), { atMost: 1.2 });
report.goal(`a packet of the last of ${many} policies, of one with one: time`, grown("last", tableTime), { atMost: 1.2 });
report.end();
