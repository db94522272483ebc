// npm test: installs what is missing, builds, runs every suite, and ends with one line that counts them all.
//   node tests/run.mjs [unit] [repository] [node] [fuzz] [emulator] [interop] [web] [sanitizers]     (all when none is named)
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { multibufferPackages } from "../hosts/backends.mjs";
import { alone, build, debian, firmwarePackages, fuzzPackages, mbedtlsPackages, missing, root, step, testPackages } from "../hosts/setup.mjs";

const js = join(root, "build/js");
/** The gateway by the crypto library that devices have. */
const withMbedTLS = join(root, "build/linux-mbedtls");
/** The one whose own C tells of reads outside, uses after the end, leaks, overflows, and ends itself. */
const sanitized = join(root, "build/linux-asan");
/** ... and of two threads that touch the same bytes. */
const threads = join(root, "build/linux-tsan");
/**
 * `serial`: its files one after the other. `real`: its tests start programs that wait for each other, or for a clock, most of the time: on two processors there is room
 * for two of those that are `serial` at once (`beside`), each with its own namespaces, ports and folders. All others have the machine to themselves.
 */
const suites = [
	// what stands for the crypto library there runs the openssl command and waits for it, which once in a while does not end in a thread of node's
	{ name: "unit, in Node", of: "unit", ava: "tests/unit", processes: true },
	{ name: "unit, in XS", of: "unit", command: [join(root, "build/linux/keygate-test")] },
	{ name: "repository", of: "repository", ava: "tests/repository" },
	{ name: "unit, in XS with mbedTLS", of: "node", command: [join(withMbedTLS, "keygate-test")] },
	{ name: "hosts and engine", of: "node", ava: "tests/node", real: true },
	{ name: "fuzz", of: "fuzz", ava: "tests/fuzz", serial: true, real: true },
	{ name: "emulator", of: "emulator", ava: "tests/emulator", serial: true, real: true, beside: true },
	{ name: "interop", of: "interop", ava: "tests/interop", serial: true, real: true, beside: true },
	// the rest of them by hand: KEYGATE=build/linux-mbedtls/keygate npm run test:interop
	{ name: "interop with mbedTLS", of: "interop", ava: "tests/interop", serial: true, real: true, beside: true, only: ["certificates", "esp", "phase1"], env: { KEYGATE: join(withMbedTLS, "keygate") } },
	{ name: "web", of: "web", ava: "tests/web", serial: true, real: true, beside: true },
	// a choice, within minutes: all of them by hand: build/linux-asan/keygate-test; KEYGATE=build/linux-asan/keygate npm run test:interop
	{ name: "unit, in XS with sanitizers", of: "sanitizers", command: [join(sanitized, "keygate-test"), ...["crypto", "dhcp", "httpd", "ipsec", "log", "records", "settings", "unit"].map((name) => `tests/unit/${name}`)] },
	{ name: "gateway with sanitizers", of: "sanitizers", ava: "tests/node/linux", real: true, only: ["console", "gateway"], env: { KEYGATE: join(sanitized, "keygate") } },
	{ name: "interop with sanitizers", of: "sanitizers", ava: "tests/interop", serial: true, real: true, beside: true, only: ["certificates", "phase1"], env: { KEYGATE: join(sanitized, "keygate") } },
	{ name: "gateway with the thread sanitizer", of: "sanitizers", ava: "tests/node/linux", real: true, only: ["gateway"], env: { KEYGATE: join(threads, "keygate"), TSAN_OPTIONS: "halt_on_error=1" } },
];

/** All compiled test files below `folder`, or those of them that `only` names. */
function testFiles(folder, only) {
	const path = join(js, folder);
	const isWanted = (name) => name.endsWith(".test.js") && (only === undefined || only.includes(name.slice(0, -".test.js".length)));
	return existsSync(path) ? readdirSync(path, { recursive: true }).filter(isWanted).map((name) => join(path, name)).sort() : [];
}

/** Milliseconds without a word after which a suite is ended: more than any test takes. */
const silence = 12 * 60 * 1000;
/** ... and after which ava ends it without a name: more than any test has for itself, so that it is the test which says that it failed. */
const patience = "11m";

/** The last line of keygate-test, which says `not ok` of what failed and nothing of what passed. */
const closing = /^(\d+) passed, (\d+) failed$/;

/** Runs one suite, or only `files` of it; its program prints TAP lines (`ok`, `not ok`, `# SKIP`). Failures are shown as they come, each line with the suite's name, their titles kept in `titles`. */
async function run({ name, ava, command, serial, processes, only, env: more }, files = ava && testFiles(ava, only)) {
	const counts = { passed: 0, failed: 0, skipped: 0, titles: [] };
	let words = command;
	if (ava !== undefined) {
		if (files.length === 0)
			return counts;
		words = [join(root, "node_modules/.bin/ava"), "--tap", `--timeout=${patience}`, ...(processes ? ["--no-worker-threads"] : []), ...(serial ? ["--serial", "--concurrency=1"] : ["--concurrency=2"]),
			...files.map((file) => relative(root, file))];
	}
	const began = Date.now();
	const env = { ...process.env, ...more, NODE_OPTIONS: `--import=${pathToFileURL(join(js, "hosts/node/natives.js")).href}`, FORCE_COLOR: "0" };
	const child = spawn(words[0], words.slice(1), { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
	createInterface({ input: child.stderr }).on("line", (line) => console.error(`${name}: ${line}`));
	const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
	let heard = Date.now();
	const progress = setInterval(() => {
		console.log(`${name}: ${counts.passed} passed so far ...`);
		// a test file that has passed and does not end would otherwise be waited for
		if (Date.now() - heard > silence)
			child.kill("SIGKILL");
	}, 20000);
	let failing = false;
	for await (const line of createInterface({ input: child.stdout })) {
		heard = Date.now();
		if (/^ok\b/.test(line)) {
			failing = false;
			if (/# SKIP/i.test(line)) {
				counts.skipped++;
				console.log(line.replace(/^ok \d+ - /, `skipped: ${name}: `));
			}
			else
				counts.passed++;
		}
		else if (/^not ok\b/.test(line)) {
			failing = true;
			counts.failed++;
			counts.titles.push(line.replace(/^not ok( \d+)? - /, ""));
			console.log(`${name}: ${line}`);
		}
		else if (ava === undefined && closing.test(line)) {
			const [, passed, failed] = line.match(closing);
			counts.passed = Number(passed);
			counts.failed = Number(failed);
		}
		else if (failing || !/^#/.test(line) && /^\s*\S/.test(line) && !/^(TAP version|\d+\.\.|---|\s|\d+ passed)/.test(line))
			console.log(`${name}: ${line}`);
	}
	const status = await ended;
	clearInterval(progress);
	if (status !== 0 && counts.failed === 0) {
		counts.failed = 1;
		counts.titles.push(`ended with ${status}`);
		console.log(`${name}: ended with ${status}`);
	}
	console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ""} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
	return counts;
}

/** The folder that all of `files` are below. */
function folderOf(files) {
	const common = files.reduce((path, file) => path.slice(0, [...path, ""].findIndex((letter, i) => letter !== file[i])));
	return common.slice(0, common.lastIndexOf("/"));
}

/** The files that a failure can be of, by its title: that of a test begins with the file's path, that of a file that broke down has it, and others say nothing. */
function filesOf(title, files) {
	const folder = folderOf(files);
	const known = files.filter((file) => title.startsWith(`${relative(folder, file).replace(/\.test\.js$/, "").replaceAll("/", " › ")} › `) || title.startsWith(`${relative(root, file)} exited `));
	return known.length > 0 ? known : files;
}

/** Files that failed beyond which it is not for the machine that they did. */
const FEW = 3;

/**
 * Runs a suite. Tests with real programs wait for them, which a busy machine can hold up for longer than any limit: when no more than a few files failed they are
 * run once more, one after the other, and what then passes is told, but not counted as failed. What only computes comes to the same each time, and is not repeated.
 */
async function runTwice(suite) {
	const absent = lacking(suite);
	if (absent !== "")
		return without(suite, absent);
	const counts = await run(suite);
	if (counts.failed === 0 || !suite.real)
		return counts;
	const all = testFiles(suite.ava, suite.only);
	const files = new Set(counts.titles.flatMap((title) => filesOf(title, all)));
	if (files.size > FEW)
		return counts;
	const again = await run({ ...suite, name: `${suite.name}, repeated`, serial: true }, [...files]);
	if (again.failed === 0)
		notes.push(...counts.titles.map((title) => `failed once, passed when its file was repeated: ${suite.name}: ${title}`));
	return { passed: counts.passed + (again.failed === 0 ? counts.failed : 0), failed: again.failed, skipped: counts.skipped, titles: again.titles };
}

/** Why a suite cannot run here, "": it can. */
function lacking({ of, command, env }) {
	const program = command?.[0] ?? env?.KEYGATE;
	return of === "emulator" ? hasNoFirmware : program === undefined || existsSync(program) ? "" : `needs ${missing(mbedtlsPackages).join(" ")}`;
}

/** What is missing for want of rights is skipped, a firmware that does not build is a failure. */
function without({ name }, absent) {
	const skipped = absent.startsWith("needs ");
	console.log(`${skipped ? "skipped: " : ""}${name}: ${absent}`);
	return { passed: 0, failed: skipped ? 0 : 1, skipped: skipped ? 1 : 0, titles: skipped ? [] : [absent] };
}

const asked = process.argv.slice(2);
const unknown = asked.find((word) => !suites.some((suite) => suite.of === word));
if (unknown !== undefined) {
	console.error(`unknown suite "${unknown}": unit, repository, node, fuzz, emulator, interop, web, sanitizers`);
	process.exit(2);
}
const chosen = suites.filter((suite) => asked.length === 0 || asked.includes(suite.of));
await debian(multibufferPackages, "the fastest packets");
await build();
const isOf = (folder) => chosen.some(({ command, env }) => command?.[0].startsWith(folder) || env?.KEYGATE?.startsWith(folder));
if (isOf(withMbedTLS) && await debian(mbedtlsPackages, "the gateway with mbedTLS"))
	await build("--crypto=mbedtls");
if (isOf(sanitized))
	await build("--sanitize");
if (isOf(threads))
	await build("--sanitize=thread");
if (chosen.some((suite) => suite.of !== "unit"))
	await debian(testPackages, "some tests");
if (chosen.some((suite) => suite.of === "fuzz"))
	await debian(fuzzPackages, "fuzzing of C");
const needsFirmware = chosen.some((suite) => suite.of === "emulator");
if (needsFirmware)
	await debian(firmwarePackages, "the emulator tests");
const hasNoFirmware = missing(firmwarePackages).length > 0 ? `needs ${missing(firmwarePackages).join(" ")}`
	: needsFirmware && await alone(() => step("building the firmware", process.execPath, [join(root, "hosts/riscv/build.mjs")])) !== 0 ? "the firmware was not built" : "";
// without it the tests with a kernel of the peer's own are skipped, and say so
if (chosen.some((suite) => suite.of === "interop" || suite.of === "emulator") && process.getuid?.() === 0
	&& await step("making the peer VM", process.execPath, [join(js, "tests/interop/vm/image.js")]) === 0)
	await step("booting the peer VM", process.execPath, [join(js, "tests/interop/vm/state.js")]);

const total = { passed: 0, failed: 0, skipped: 0 };
const notes = [];

/** Runs what is left of the list, one after the other. */
async function inTurn(list) {
	for (let suite = list.shift(); suite !== undefined; suite = list.shift()) {
		const counts = await runTwice(suite);
		for (const key of Object.keys(total))
			total[key] += counts[key];
		notes.push(...counts.titles.map((title) => `failed: ${suite.name}: ${title}`));
	}
}

await inTurn(chosen.filter(({ beside }) => !beside));
const pairs = chosen.filter(({ beside }) => beside);
await Promise.all([inTurn(pairs), inTurn(pairs)]);
// once more at the end, where whoever reads the last lines finds them
notes.forEach((note) => console.log(note));
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
