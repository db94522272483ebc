/** The guards of a device's ports, with lwIP behind them, under the address and undefined-behaviour sanitizers. */
import test from "ava";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runCases, sanitizers } from "../ipsec/programs.js";

const root = process.cwd();
const sources = join(root, "build/riscv/sources");
const { debianSources } = await import(pathToFileURL(join(root, "hosts/riscv/debian.mjs")).href);
const includes = ["-iquote", "modules", "-Ihosts/lwip", `-I${join(sources, "lwip/src/include")}`];

function gcc(args: readonly string[]): void {
	const { status, stderr, error } = spawnSync("gcc", ["-std=gnu11", ...sanitizers, ...includes, ...args], { cwd: root, encoding: "utf8" });
	if (error !== undefined || status !== 0)
		throw new Error(`gcc: ${error?.message ?? stderr}`);
}

/** lwIP is not ours to warn of. */
function compile(): string {
	debianSources(sources, ["lwip"]);
	const core = join(sources, "lwip/src/core");
	const program = join(root, "build/tests/ports");
	mkdirSync(join(root, "build/tests"), { recursive: true });
	const files = [core, join(core, "ipv4")].flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".c")).map((name) => join(folder, name)));
	gcc(["-w", "-r", "-nostdlib", ...files, join(sources, "lwip/src/netif/ethernet.c"), "-o", `${program}-lwip.o`]);
	gcc(["-Wall", "-Wextra", "-Wconversion", "-Werror", "tests/node/lwip/ports_cases.c", ...["arp", "ethernet", "forward"].map((name) => `hosts/lwip/${name}.c`), `${program}-lwip.o`, "-o", program]);
	return program;
}

const cases = runCases(compile());
for (const { name, ok, notes } of cases)
	test(name, (t) => t.true(ok, notes));

test("the program ran all its cases", (t) => t.true(cases.length > 15, `${cases.length} cases`));
