// npm run build does nothing twice, and stops where C and TypeScript disagree.
import test from "ava";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "./workshop.js";

interface Headers {
	header(exports: Readonly<Record<string, unknown>>, options: { from: string; guard: string }): string;
	difference(is: string, shouldBe: string): string | undefined;
}

const { header, difference } = await import(pathToFileURL(join(process.cwd(), "hosts/xs/headers.mjs")).href) as Headers;

test("a build with nothing changed says one line and makes nothing", async (t) => {
	const products = ["keygate", "keygate-test"].map((name) => join(process.cwd(), "build/linux", name));
	const before = await Promise.all(products.map(async (path) => (await stat(path)).mtimeMs));
	const { status, out, error } = await run(process.execPath, "hosts/linux/build.mjs");
	t.is(status, 0, error);
	t.regex(out, /^build\/linux\/keygate: \d+ KiB, \d+\.\d s\n$/);
	t.deepEqual(await Promise.all(products.map(async (path) => (await stat(path)).mtimeMs)), before);
});

test("a word that it does not know stops it", async (t) => {
	const { status, error } = await run(process.execPath, "hosts/linux/build.mjs", "--sanitise");
	t.is(status, 1);
	t.regex(error, /^unknown option "--sanitise": .*--sanitize/);
});

test("of two builds in one folder the second waits for the first", async (t) => {
	const { alone } = await import(pathToFileURL(join(process.cwd(), "hosts/setup.mjs")).href) as { alone: (work: () => Promise<void>) => Promise<void> };
	const other = `const { alone } = await import("./hosts/setup.mjs"); await alone(async () => console.log(Date.now()));`;
	let released = 0;
	let second: ReturnType<typeof run> | undefined;
	await alone(async () => {
		second = run(process.execPath, "--input-type=module", "-e", other);
		await new Promise((resolve) => setTimeout(resolve, 1000));
		released = Date.now();
	});
	const { status, out, error } = await second!;
	t.is(status, 0, error);
	t.true(Number(/(\d+)\n$/.exec(out)?.[1]) >= released, out);
});

test("an object is made again when a header changes, in a folder with a blank in its name too", async (t) => {
	const { object } = await import(pathToFileURL(join(process.cwd(), "hosts/xs/chain.mjs")).href) as { object: (compiler: string, source: string, path: string, flags: readonly string[]) => Promise<string> };
	const folder = await mkdtemp(join(tmpdir(), "keygate a blank-"));
	t.teardown(() => rm(folder, { recursive: true }));
	const [source, header] = [join(folder, "one.c"), join(folder, "one.h")];
	await writeFile(source, "#include \"one.h\"\nint one = ONE;\n");
	const made = async (text: string): Promise<number> => {
		await writeFile(header, text);
		return (await stat(await object("gcc", source, join(folder, "one.o"), ["-MMD"]))).mtimeMs;
	};
	const first = await made("#define ONE 1\n");
	t.true(await made("#define ONE 1 + 1\n") > first);
});

const options = { from: "limits.ts", guard: "LIMITS_H" };

test("a header has the whole numbers of a module, those of its plain objects too, and its lists of texts", (t) => {
	const lines = header({ PEERS: 8, record: Object.freeze({ spi: 4, sequenceLow: 8, deep: { end: -1 } }), MASK: 0xffffffff, names: Object.freeze(["a", "b\"c"]), mixed: ["a", 1], f: () => 1, text: "x" }, options).split("\n");
	t.deepEqual(lines.filter((line) => line.startsWith("#define")), [
		"#define LIMITS_H", "#define PEERS 8", "#define RECORD_SPI 4", "#define RECORD_SEQUENCE_LOW 8", "#define RECORD_DEEP_END (-1)", "#define MASK 4294967295u", "#define NAMES \"a\", \"b\\\"c\""
	]);
	t.throws(() => header({ RATIO: 0.5 }, options), { message: "limits.ts: RATIO is not a whole number" });
});

test("where a header disagrees, each name is told with both values", (t) => {
	const is = header({ A: 1, B: 2, C: 3 }, options);
	t.is(difference(is, is), undefined);
	t.is(difference(is, header({ A: 1, B: 3, D: 4 }, options)), "B is 2, should be 3; D is absent, should be 4; C is 3, should be absent");
	t.is(difference(`${is}\n`, is), "its text");
});
