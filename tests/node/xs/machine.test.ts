// The machine that C enters: its limits hold, its end is survived, what it says is told.
import test from "ava";
import { run, Workshop } from "./workshop.js";

const workshop = new Workshop("machine");

interface Result {
	/** What came before: traces, reports. */
	readonly lines: readonly string[];
	/** "ok", "threw", "dead (memory full)" */
	readonly end: string;
	readonly slots: readonly [number, number, number];
	readonly chunks: readonly [number, number, number];
	readonly stack: readonly [number, number, number];
	readonly keys: readonly [number, number];
	readonly collections: number;
	readonly again: number;
}

/** Runs `order` of the modules, each in a machine of its own; names are without their folder `load/`. */
async function machines(sources: Readonly<Record<string, string>>, order: readonly string[], preloaded: Readonly<Record<string, string>> = {}): Promise<Result[]> {
	const all = { ...preloaded, ...Object.fromEntries(Object.entries(sources).map(([name, text]) => [`load/${name}`, text])) };
	const { status, out, error } = await run(await workshop.make(all, "tests/node/xs/driver.c"), ...order.map((name) => `load/${name}`));
	if (status !== 0)
		throw new Error(`the driver ended with ${status}: ${error}${out.slice(-500)}`);
	const results: Result[] = [];
	let lines: string[] = [];
	const rest = out.split("\n");
	for (let line = rest.shift(); line !== undefined; line = rest.shift()) {
		const name = order[results.length];
		if (name !== undefined && line.startsWith(`load/${name}: `)) {
			results.push({ lines, end: line.slice(name.length + 7), ...JSON.parse(rest.shift() ?? "") });
			lines = [];
		}
		else
			lines.push(line);
	}
	return results;
}

const slot = "dead (memory full: no slot left)";
const chunk = "dead (memory full: no room for chunks)";
const stack = "dead (stack overflow)";
/** What fills a machine, and how that ends. */
const endings: readonly (readonly [what: string, text: string, end: string])[] = [
	["slots", "let list;\ntry { for (;;) list = { list }; } catch { trace(\"caught\\n\"); } finally { trace(\"finally\\n\"); }\n", slot],
	["chunks", "const list = [];\ntry { for (let i = 0; ; i++) list.push(new ArrayBuffer(1000)); } catch { trace(\"caught\\n\"); }\n", chunk],
	["a string", "let text = \"x\";\ntry { for (;;) text += text; } catch { trace(\"caught\\n\"); }\n", chunk],
	["one large array", "try { new Uint8Array(200000); } catch { trace(\"caught\\n\"); }\n", chunk],
	["recursion", "function f(n) { return f(n + 1) + 1; }\ntry { f(0); } catch { trace(\"caught\\n\"); }\n", stack],
	["a promise job", "Promise.resolve().then(() => { let list; for (;;) list = { list }; });\ntrace(\"later\\n\");\n", slot],
	["calls nested in C", "const nest = native(\"xs_driver_nest\");\nnest(() => nest(() => { let list; for (;;) list = { list }; }));\ntrace(\"not reached\\n\");\n", slot],
	["names", "const o = {};\nfor (let i = 0; ; i++) o[\"name\" + i] = i;\n", slot],
	["depth of data", "let deep = [];\nfor (let i = 0; i < 1000; i++) deep = [deep];\ntry { JSON.stringify(deep); } catch { trace(\"caught\\n\"); }\n", stack]
];
const hello = "trace(\"hello\\n\");\n";

test("limits of a device: what the machine has, and no more", async (t) => {
	const [result] = await machines({ hello }, ["hello"]);
	t.is(result?.end, "ok");
	t.deepEqual(result?.lines, ["hello"]);
	t.is(result?.slots[2], 4927); // one slot of each block is its header
	t.is(result?.chunks[2], 78848 * 2);
	t.is(result?.stack[2], 512);
	t.true((result?.slots[1] ?? Infinity) < 200);
});

for (const [what, text, end] of endings) {
	test(`full by ${what}: the machine ends, nothing catches it, and a fresh one works`, async (t) => {
		const results = await machines({ hello, end: text }, ["hello", "end", "hello", "end", "hello"]);
		t.deepEqual(results.map((result) => result.end), ["ok", end, "ok", end, "ok"]);
		t.deepEqual(results[1]?.lines, what === "a promise job" ? ["later"] : []);
		t.is(results[1]?.again, 2, "a dead machine stays dead");
		t.deepEqual(results[4]?.lines, ["hello"]);
		t.true((results[1]?.slots[1] ?? Infinity) <= 4927);
		t.true((results[1]?.chunks[1] ?? Infinity) <= 78848 * 2);
		t.deepEqual(results[4]?.slots, results[0]?.slots);
	});
}

test("garbage is collected under a heap that is nearly full, and what lives stays as it was", async (t) => {
	const source = `
		const live = [];
		for (let i = 0; i < 300; i++)
			live.push({ i, text: "entry " + i, bytes: new Uint8Array(64).fill(i) });
		function check() {
			for (let i = 0; i < 300; i++) {
				const { i: n, text, bytes } = live[i];
				if (n !== i || text !== "entry " + i || bytes.length !== 64 || bytes[0] !== (i & 255) || bytes[63] !== (i & 255))
					throw new Error("entry " + i + " is damaged");
			}
		}
		let sum = 0;
		for (let round = 0; round < 20000; round++) {
			const garbage = { round, text: "round " + round + "!".repeat(round % 500), list: [round, round + 1, round + 2] };
			sum += garbage.list[2] - garbage.round;
			live[round % 300] = { i: round % 300, text: "entry " + (round % 300), bytes: new Uint8Array(64).fill(round % 300) };
			if (round % 1000 === 0)
				check();
		}
		check();
		trace("sum " + sum + "\\n");
	`;
	const [result] = await machines({ source }, ["source"]);
	t.is(result?.end, "ok");
	t.deepEqual(result?.lines, ["sum 40000"]);
	t.true((result?.collections ?? 0) > 100, `${result?.collections} collections`);
});

test("whether slots can be had: garbage counts as free, what lives does not, and it is collected only when it has to be", async (t) => {
	const source = `
		const hasSlots = native("xs_machine_has_slots");
		const list = [];
		for (let i = 0; i < 1000; i++)
			list.push({ i });
		trace(hasSlots(1000) + " " + hasSlots(3000) + "\\n");
		let garbage;
		for (let i = 0; i < 1000; i++)
			garbage = { i };
		trace(hasSlots(2500) + " " + hasSlots(1000) + "\\n");
	`;
	const [result] = await machines({ source }, ["source"]);
	t.is(result?.end, "ok");
	t.deepEqual(result?.lines, ["true false", "true true"]);
	// Once for the one that there are not, once for the garbage.
	t.is(result?.collections, 2);
});

test("preloaded modules: their objects can be used and replaced under collection, and each machine begins with the same", async (t) => {
	const preloaded = {
		"modules/shared": `
			export const words = Object.freeze(["alpha", "be" + "ta".slice(0), \`gam\${"ma"}\`, String(12345678901n * 3n)]);
			export const big = 2n ** 70n + 1n;
			export const pattern = Object.freeze(/(\\w+)-(\\d+)/);
			export const nested = Object.freeze({ list: Object.freeze(words.map((word) => Object.freeze({ word, upper: word.toUpperCase() }))) });
			export class Counter { static made = "none".concat(""); #n = 0; next() { return ++this.#n; } get text() { return \`n=\${this.#n}\`; } }
			export function tagged() { return ((strings) => strings[0])\`tagged text\`; }
			export function* numbers() { yield* [1, 2, 3]; }
			export const add = (a) => (b) => a + b;
			export const addFive = add(5);
		`
	};
	const use = `
		import { words, big, pattern, nested, Counter, tagged, numbers, addFive } from "../modules/shared.js";
		const before = Counter.made + "/" + (Counter.prototype.extra ?? "no extra") + "/" + (Array.prototype.mine ?? "not mine");
		Counter.prototype.extra = "extra";
		Array.prototype.mine = "mine";
		globalThis.mark = (globalThis.mark ?? 0) + 1;
		let last = "";
		for (let i = 0; i < 3000; i++) {
			const match = pattern.exec("word-" + i);
			const counter = new Counter();
			counter.next();
			last = [words.join(), big + BigInt(i), match[1] + match[2], nested.list[i % 4].upper, counter.text, tagged(), [...numbers()].length, addFive(i)].join(" ");
			const garbage = words.map((word) => word + i);
			if (garbage.length !== 4)
				throw new Error("garbage");
		}
		let refused = 0;
		for (const change of [() => words.push("x"), () => { nested.list = 1; }, () => { words[0] = "y"; }, () => { pattern.lastIndex = 3; }, () => { Counter.made = "changed"; }]) {
			try { change(); } catch (error) { refused += error instanceof TypeError ? 1 : 0; }
		}
		trace([before, last, refused, globalThis.mark, Counter.made].join("|") + "\\n");
	`;
	const results = await machines({ use }, ["use", "use"], preloaded);
	t.deepEqual(results.map(({ end }) => end), ["ok", "ok"]);
	const last = "alpha,beta,gamma,37037036703 1180591620717411306424 word2999 37037036703 n=1 tagged text 3 3004";
	const line = `none/no extra/not mine|${last}|5|1|none`;
	t.deepEqual(results.map(({ lines }) => lines), [[line], [line]]);
	t.true((results[0]?.collections ?? 0) > 10);
});

test("exceptions and rejections are reported in one line each, and the machine goes on", async (t) => {
	const results = await machines({
		throws: "function inner() { throw new TypeError(\"bad\\nline \\u001b[31m\"); }\nfunction outer() { inner(); }\nouter();\n",
		strange: "throw { toString() { throw new Error(\"again\"); } };\n",
		rejects: "Promise.reject(new Error(\"nobody heard\"));\nconst late = Promise.reject(new Error(\"heard later\"));\nPromise.resolve().then(() => late.catch(() => trace(\"heard\\n\")));\n",
		job: "Promise.resolve().then(() => { throw new RangeError(\"in a job\"); });\nPromise.resolve().then(() => trace(\"the next job\\n\"));\n",
		nested: "const nest = native(\"xs_driver_nest\");\nnest(() => { throw new Error(\"inside\"); });\nnest(() => { Promise.resolve().then(() => trace(\"job\\n\")); });\ntrace(\"after\\n\");\n"
	}, ["throws", "strange", "rejects", "job", "nested"]);
	t.deepEqual(results.map(({ end }) => end), ["threw", "threw", "ok", "ok", "ok"]);
	t.deepEqual(results[0]?.lines, ["report: TypeError: bad\\x0aline \\x1b[31m, in inner, in outer, in load/throws"]);
	t.deepEqual(results[1]?.lines, ["report: an exception that cannot be shown"]);
	t.deepEqual(results[2]?.lines, ["heard", "report: unhandled rejection: Error: nobody heard, in load/rejects"]);
	t.deepEqual(results[3]?.lines, ["the next job", "report: unhandled rejection: RangeError: in a job"].map((line) => line));
	t.deepEqual(results[4]?.lines, ["report: Error: inside, in load/nested", "nested: threw", "nested: ok", "after", "job"], "promise jobs wait for the outermost call");
});

test("C calls JavaScript with arguments of every kind", async (t) => {
	const [result, none] = await machines({
		call: "native(\"xs_driver_register\")(function (...args) { trace(JSON.stringify([args.length, args[0] === undefined, args[1], args[2], args[3], args[4], args[4].length, [...new Uint8Array(args[5])], args[6] === this]) + \"\\n\"); });\n",
		none: "native(\"xs_driver_register\")(undefined);\n"
	}, ["call", "none"]);
	t.deepEqual(JSON.parse(result?.lines[0] ?? "null"), [7, true, -7, 4294967296.5, true, "zürich 🔑", 9, [1, 2, 250], true]);
	t.is(none?.end, "ok", "what is no function is not called");
});

test("code from text is refused", async (t) => {
	const [result] = await machines({ evaluate: "for (const f of [() => (0, eval)(\"1\"), () => new Function(\"return 1\")]) {\n\ttry { f(); trace(\"ran\\n\"); } catch (error) { trace(error.name + \"\\n\"); }\n}\n" }, ["evaluate"]);
	t.deepEqual(result?.lines, ["SyntaxError", "SyntaxError"]);
});

test("the root machine and its byte code are read-only, a clone is not", async (t) => {
	const program = await workshop.make({ "modules/shared": "export const f = () => 1;\n" }, "tests/node/xs/driver.c");
	const { out } = await run(program, "--maps");
	t.deepEqual(out.split("\n"), ["code r--p", "code's end r--p", "root r--p", "clone rw-p", ""]);
});
