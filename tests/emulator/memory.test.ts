/** What the image takes of flash and RAM, and a board at its limits of both, held against the limits that docs/memory.md states. */
import test from "ava";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { SECURITY_ASSOCIATIONS } from "../../modules/limits.js";
import { root } from "../needs.js";
import { firmware } from "./lab.js";
import { WorstCase } from "./worst.js";

type Figures = Readonly<Record<"flash" | "ram" | "tables", readonly (readonly [string, number])[]>>;

const file = join(process.cwd(), "build/riscv/memory.json");
const number = (text: string): number => Number(text.replaceAll(",", ""));

/** The rows of the table below a heading: name, bytes, limit. */
function stated(heading: string): Map<string, { bytes: number; limit: number }> {
	const text = readFileSync(join(process.cwd(), "docs/memory.md"), "utf8");
	const section = text.slice(text.indexOf(`\n## ${heading}\n`) + 1).split("\n## ")[0]!;
	return new Map([...section.matchAll(/^\| (.+?) \| ([\d,]+) \| ([\d,]+) \|/gm)].map(([, name, bytes, limit]) => [name!, { bytes: number(bytes!), limit: number(limit!) }]));
}

for (const [part, heading] of [["flash", "Flash"], ["ram", "RAM"], ["tables", "Tables"]] as const)
	(existsSync(file) ? test : test.skip)(`memory: ${heading}: each part is stated, and within its limit`, (t) => {
		const figures = (JSON.parse(readFileSync(file, "utf8")) as Figures)[part];
		const table = stated(heading);
		t.true(figures.length > 5);
		for (const [name, bytes] of figures) {
			const row = table.get(name);
			t.true(row !== undefined, `docs/memory.md says nothing of ${name}, ${bytes} bytes`);
			t.true(bytes <= row!.limit, `${name}: ${bytes} bytes, the limit is ${row!.limit}`);
			t.true(Math.abs(bytes - row!.bytes) <= row!.bytes / 10 + 256, `${name}: ${bytes} bytes, docs/memory.md says ${row!.bytes}`);
		}
		for (const name of table.keys())
			t.true(figures.some(([each]) => each === name), `docs/memory.md has a row for ${name}, which there is not`);
	});

(existsSync(file) ? test : test.skip)("memory: the image needs at most 512 KiB of RAM in all", (t) => {
	const { ram } = JSON.parse(readFileSync(file, "utf8")) as Figures;
	t.true(ram.reduce((sum, [, bytes]) => sum + bytes, 0) <= 512 * 1024);
});

(existsSync(file) ? test : test.skip)("memory: an image has room in a slot of 1 MiB", (t) => {
	t.true(statSync(join(process.cwd(), "build/riscv/keygate.bin")).size <= 1024 * 1024);
});

/** Of these what is kept counts: garbage goes when they are full. */
const kept = new Set(["XS slots", "XS chunks"]);

firmware("memory: a board at its limits keeps within those that are stated, and goes on", async (t) => {
	const lab = await WorstCase.create();
	try {
		await lab.fill();
		const use = await lab.memory();
		t.log([...use].map(([name, { used, highest, size }]) => `${name}: ${used}, at most ${highest} of ${size}`).join("\n"));
		t.is(use.get("security associations")!.used, SECURITY_ASSOCIATIONS);
		t.true(lab.pages > 10, `${lab.pages} pages were sent meanwhile`);
		t.notRegex(await lab.board.command("log vpn 80"), /started anew/);
		const table = stated("At its limits");
		t.true(table.size > 8);
		for (const [name, { limit }] of table) {
			const { used, highest } = use.get(name)!;
			const figure = kept.has(name) ? used : highest;
			t.true(figure <= limit, `${name}: ${figure}, the limit is ${limit}`);
		}
	}
	finally {
		await lab.close();
	}
}, root);
