/** `npm run firmware`, as people start it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { repository } from "../interop/keygate.js";
import { Program, until } from "../interop/processes.js";
import { firmware } from "./lab.js";
import { document, PASSWORD } from "./settings.js";

const script = join(repository, "hosts/riscv/firmware.mjs");
const { NODE_OPTIONS: _, ...env } = process.env;

/** QEMUs that this process or one of its children has started. */
function boards(): string[] {
	return spawnSync("pgrep", ["-f", "qemu-system-riscv32.*keygate-(firmware|runner)-"], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);
}

class Run {
	readonly program: Program;

	constructor(...words: string[]) {
		this.program = new Program([process.execPath, script, ...words], { env });
	}

	/** Its status page line. */
	async ready(): Promise<{ readonly url: string; readonly rest: string }> {
		const [, url, rest] = await this.program.waitFor(/^status page: (\S+)(.*)$/m, { limit: 240000 });
		return { url: url!, rest: rest! };
	}

	async get(url: string, path: string, password?: string): Promise<Response> {
		return fetch(new URL(path, url), { redirect: "manual", ...(password === undefined ? {} : { headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` } }) });
	}
}

test("runner: words that are not understood are named, with what is expected", (t) => {
	for (const [words, text] of [
		[["--flsh", "x"], /unknown option "--flsh"/], [["x"], /unexpected word "x"/], [["--http"], /--http needs a value/], [["--http", "70000"], /"70000" is not a port: expected 1 to 65535/],
		[["--http", "80", "--lan", "tap0"], /--http goes without --lan/], [["--wan", "a", "--lan", "a"], /both "a"/], [["--wan", "a b"], /"a b" is not the name/],
		[["--flash", "a", "--flash=b"], /--flash is given twice/]
	] as const) {
		const { status, stderr } = spawnSync(process.execPath, [script, ...words], { encoding: "utf8", env });
		t.is(status, 2, words.join(" "));
		t.regex(stderr, text);
	}
	const { status, stdout } = spawnSync(process.execPath, [script, "--help"], { encoding: "utf8", env });
	t.is(status, 0);
	t.regex(stdout, /--flash FILE/);
});

firmware("runner: without options a board for a look around: page, console, SIGTERM", async (t) => {
	const run = new Run();
	try {
		const { url, rest } = await run.ready();
		const password = rest.match(/^ {2}user: admin {2}password: (\S+)$/)![1]!;
		t.is((await run.get(url, "/status.json")).status, 401);
		const response = await run.get(url, "/status.json", password);
		t.is(response.status, 200);
		t.is((await response.json() as { gateway: { name: string } }).gateway.name, "gate");
		await run.program.waitFor(/^keygate> $/m);
		run.program.write("version\r");
		await run.program.waitFor(/keygate \d+\.\d+\.\d+, XS .*\r?\n[^]*keygate> $/);
	}
	finally {
		t.is(await run.program.stop(), 0);
	}
	await until(() => boards().length === 0 ? true : undefined, () => `still there: ${boards().join(" ")}`);
});

firmware("runner: what is typed before the board is there is its console's first line, all of it", async (t) => {
	const run = new Run();
	try {
		run.program.write("version\r");
		await run.program.waitFor(/keygate> (version\r\n)?keygate \d+\.\d+\.\d+, XS .*\r?\n[^]*keygate> $/, { limit: 240000 });
		t.notRegex(run.program.output, /unknown command/);
	}
	finally {
		t.is(await run.program.stop(), 0);
	}
});

firmware("runner: a flash file keeps the settings from one run to the next; faults of settings and files are told", async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "keygate-runner-"));
	const flash = join(folder, "flash");
	const settings = join(folder, "settings.json");
	try {
		writeFileSync(settings, JSON.stringify(document()));
		let run = new Run("--flash", flash, "--settings", settings);
		try {
			const { url, rest } = await run.ready();
			t.is(rest, "");
			t.is((await run.get(url, "/status", PASSWORD)).status, 200);
		}
		finally {
			t.is(await run.program.stop(), 0);
		}
		t.is(statSync(flash).size, 32 * 1024 * 1024);
		t.false(readFileSync(flash).includes(PASSWORD), "a password is kept as a hash");
		run = new Run("--flash", flash);
		try {
			const { url } = await run.ready();
			t.is((await run.get(url, "/status", PASSWORD)).status, 200);
		}
		finally {
			t.is(await run.program.stop(), 0);
		}

		writeFileSync(settings, JSON.stringify(document({ gateway: { lanAddress: "10.1.0.300/24" } })));
		for (const [words, text] of [
			[["--flash", flash, "--settings", settings], /settings\.json: gateway\.lanAddress: .*10\.1\.0\.300/], [["--settings", join(folder, "none.json")], /^\S+none\.json: no such file or directory\n$/],
			[["--flash", join(folder, "none", "flash")], /^\S+none\/flash: no such file or directory\n$/], [["--flash", settings], /settings\.json: \d+ bytes, expected 33554432/], [["--wan", "keygate-none"], /no network device "keygate-none"/], [["--lan", "lo"], /"lo" is no tap device/]
		] as const) {
			const failed = spawnSync(process.execPath, [script, ...words], { encoding: "utf8", env, timeout: 240000 });
			t.is(failed.status, 1, words.join(" "));
			t.regex(failed.stderr, text);
		}
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

firmware("runner: killed by force it leaves no QEMU behind", async (t) => {
	const run = new Run();
	await run.ready();
	t.true(boards().length > 0);
	await run.program.stop("SIGKILL");
	await until(() => boards().length === 0 ? true : undefined, () => `still there: ${boards().join(" ")}`);
});
