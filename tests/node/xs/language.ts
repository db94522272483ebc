/**
 * What the language does, a line for each group: the same in Node and in XS (which has neither Intl nor String.prototype.normalize
 * nor Array.prototype.toSorted, and whose toPrecision drops zeros at the end of some numbers). Imports nothing:
 * its compiled text is put into a machine.
 */

const samples = ["", "abc", "ÄÖÜ ß", "日本", "🔑", "a🔑b", "👨‍👩‍👧", "\u{10ffff}\u{10000}", "\ud83d", "\udd11x", "x\ud83dy", "\u0000nul\u0000", "\uffff\ufffd", "e\u0301"];

const units = (text: string): string => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(".");

/** Text without the characters whose printing would hide a difference. */
const plain = (value: unknown): string => units(typeof value === "string" ? value : JSON.stringify(value) ?? String(value));

function* strings(): Generator<string> {
	yield `length ${samples.map((text) => text.length).join()}`;
	yield `units ${samples.map(units).join(" ")}`;
	yield `points ${samples.map((text) => [...text].map((c) => c.codePointAt(0)?.toString(16)).join(".")).join(" ")}`;
	yield `codePointAt ${samples.map((text) => [0, 1, 2].map((i) => text.codePointAt(i)).join(".")).join(" ")}`;
	yield `slices ${samples.map((text) => [text.slice(1), text.slice(0, -1), text.at(-1) ?? "none", text.charAt(1), text.substring(2, 1)].map(units).join(",")).join(" ")}`;
	yield `indexOf ${samples.map((text) => [text.indexOf("\udd11"), text.indexOf("🔑"), text.lastIndexOf("b"), text.includes("\ud83d"), text.startsWith("🔑", 1)].join()).join(" ")}`;
	yield `split ${samples.map((text) => text.split("").map(units).join(",")).join(" ")}`;
	yield `join ${units(samples.join("\ud83d"))}`;
	yield `halves ${units("\ud83d" + "\udd11")} ${"\ud83d" + "\udd11" === "🔑"} ${["\ud83d", "\udd11"].join("") === "🔑"} ${`${"\ud83d"}${"\udd11"}`.length}`;
	yield `order ${[...samples].sort().map(units).join(" ")}`;
	yield `compare ${"\uffff" > "🔑"} ${"🔑" < "\ufffd"} ${"a\u0000" > "a"}`;
	yield `case ${samples.map((text) => units(text.toUpperCase()) + "," + units(text.toLowerCase())).join(" ")}`;
	yield `pad ${units("🔑".padStart(5, "ab"))} ${units("x".padEnd(4, "🔑"))} ${units("🔑".repeat(2))} ${units("  🔑\ufeff ".trim())}`;
	yield `replace ${units("a🔑b🔑".replaceAll("🔑", "$&$&"))} ${units("x🔑y".replace("🔑", (found) => units(found)))}`;
	yield `json ${samples.map((text) => JSON.stringify(text)).map(units).join(" ")}`;
	yield `parsed ${plain(JSON.parse("[\"\\ud83d\\udd11\",\"\\ud83d\",\"🔑\",\"\\u0000\"]"))}`;
	yield `keys ${plain(Object.keys({ "🔑": 1, "\ud83d": 2, "\u0000": 3, b: 4, 2: 5, 1: 6 }))}`;
	yield `map ${new Map([["🔑", 1], ["\ud83d\udd11", 2]]).size} ${new Set(samples).size}`;
	yield `points ${units(String.fromCodePoint(0x1f511, 0x10ffff))} ${units(String.fromCharCode(0xd83d, 0xdd11, 0))}`;
	yield `uri ${encodeURIComponent("ä🔑/ ")} ${units(decodeURIComponent("%F0%9F%94%91%20"))}`;
}

function* expressions(): Generator<string> {
	yield `dot ${"a🔑b".match(/^a.b$/) === null} ${/^a.b$/u.test("a🔑b")} ${/^..$/.test("🔑")} ${/^.$/u.test("🔑")}`;
	yield `class ${/[🔑]/u.test("🔑")} ${units("x🔑y".replace(/\u{1f511}/gu, "!"))} ${/\ud83d/.test("🔑")}`;
	yield `groups ${plain("2026-11-24".match(/(?<y>\d+)-(?<m>\d+)/)?.groups)} ${plain("a,b;c".split(/[,;]/))}`;
	yield `index ${"日本🔑x".search(/x/)} ${[..."a1b22".matchAll(/\d+/g)].map((match) => `${match[0]}@${match.index}`).join()}`;
	yield `around ${"price: 42".replace(/(?<=: )\d+/, "[$&]")} ${/^(?!10\.)/.test("10.1")} ${/(\w)\1/.exec("hello")?.[0]}`;
}

function* numbers(): Generator<string> {
	const values = [0, -0, 1, -1.5, 0.1 + 0.2, 1e21, 1e-7, 123456789.125, 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE, NaN, Infinity, 4294967295, 0.000001];
	yield `text ${values.map(String).join()}`;
	yield `fixed ${values.slice(0, 9).map((value) => value.toFixed(2)).join()}`;
	yield `precision ${values.slice(4, 9).map((value) => value.toPrecision(3)).join()} ${values.slice(0, 9).map((value) => value.toExponential(2)).join()}`;
	yield `radix ${[255, 4294967295, -31, 0.5].map((value) => [2, 16, 36].map((radix) => value.toString(radix)).join("/")).join()}`;
	yield `parse ${["12", " 12 ", "0x1f", "1e3", "12px", "", "-0", ".5", "١"].map((text) => `${Number(text)}/${parseInt(text)}/${parseFloat(text)}`).join()}`;
	yield `bits ${[0x80000000 | 0, 0x80000000 >>> 0, -1 >>> 28, 1 << 31, 2 ** 32 >> 0, ~~-1.9, 5.7 | 0, 0xffffffff & -2, Math.imul(0xffffffff, 5), Math.clz32(1)].join()}`;
	yield `math ${[Math.round(-0.5), Math.round(2.5), Math.trunc(-1.9), Math.max(), Math.hypot(3, 4), Math.sign(-0), Math.fround(5.5), Math.log2(8), 7 % -3, -7 % 3].map((value) => Object.is(value, -0) ? "-0" : value).join()}`;
	yield `big ${[2n ** 100n, -(2n ** 64n) / 3n, -7n % 3n, 5n << 70n, -5n >> 1n, BigInt.asUintN(8, -1n), BigInt("0xff"), BigInt(2 ** 53) + 1n].join()} ${(2n ** 64n).toString(16)} ${10n > 9} ${Number(2n ** 60n)}`;
}

function* buffers(): Generator<string> {
	const bytes = new Uint8Array([1, 2, 250, 255]);
	const view = new DataView(bytes.buffer);
	yield `view ${[view.getUint16(0), view.getUint16(0, true), view.getInt8(3), view.getUint32(0), view.getInt32(0), view.getUint32(0, true)].join()}`;
	view.setUint32(0, 0xdeadbeef);
	yield `set ${[...bytes].join()} ${[...new Uint8Array(new Uint16Array([258, 65535]).buffer)].join()}`;
	yield `sub ${[...bytes.subarray(1, 3)].join()} ${[...bytes.slice(-2)].join()} ${bytes.indexOf(0xbe)} ${[...Uint8Array.from([300, -1, 1.9])].join()} ${[...new Uint8Array(4).fill(7, 1, 3)].join()}`;
	bytes.set([9, 8], 2);
	bytes.copyWithin(0, 2);
	yield `copy ${[...bytes].join()} ${[...bytes].reverse().join()} ${bytes.every((byte) => byte > 7)} ${bytes.reduce((sum, byte) => sum + byte, 0)}`;
	yield `range ${[() => view.getUint32(1), () => new Uint8Array(-1), () => bytes.set([1], 4), () => new Uint16Array(bytes.buffer, 1)].map((f) => { try { f(); return "none"; } catch (error) { return (error as Error).name; } }).join()}`;
}

/** Throws through tries within tries, out of callbacks of built-ins, and where something was caught before. */
function tries(): string[] {
	const log: string[] = [];
	const fail = (x: number): number => {
		if (x % 2 === 1)
			throw new RangeError(`${x}`);
		return x;
	};
	for (let i = 0; i < 4; i++) {
		let kept = i * 10;
		try {
			try {
				kept++;
				log.push(`${[0, 2, i].map(fail).join("-")}`);
				continue;
			}
			catch (error) {
				kept++;
				log.push(`caught${(error as Error).message}`);
				if (i === 3)
					[i].forEach(fail);
			}
			finally {
				log.push(`kept${kept++}`);
			}
			log.push(`on${kept}`);
		}
		catch (error) {
			log.push(`outer${(error as Error).message}${kept}`);
		}
	}
	return log;
}

/** A generator that is left and gone on with inside of tries, and thrown into. */
function* tried(): Generator<string> {
	function* inner(): Generator<string, string> {
		let kept = 0;
		try {
			kept++;
			yield `a${kept}`;
			try {
				kept++;
				yield `b${kept}`;
			}
			catch (error) {
				kept++;
				yield `${(error as Error).message}${kept}`;
				throw new RangeError("deep");
			}
		}
		catch (error) {
			yield `${(error as Error).message}${kept}`;
		}
		finally {
			yield `finally${kept}`;
		}
		return "end";
	}
	const generator = inner();
	yield generator.next().value;
	yield generator.next().value;
	yield generator.throw(new TypeError("into")).value;
	for (let i = 0; i < 4; i++) {
		const { value, done } = generator.next();
		yield `${value}${done}`;
	}
}

function* language(): Generator<string> {
	// here, since the classes of a preloaded module are constants
	class Base {
		static made = 0;
		#value = 1;
		field = "field";
		constructor() { Base.made++; }
		get value(): number { return this.#value; }
		set value(to: number) { this.#value = to; }
		name(): string { return "base"; }
	}
	class Derived extends Base {
		override name(): string { return `derived of ${super.name()}`; }
		static { Derived.made += 10; }
	}
	const derived = new Derived();
	derived.value += 4;
	yield `class ${derived.name()} ${derived.value} ${derived.field} ${derived instanceof Base} ${Base.made}`;
	const { a, ...rest } = { a: 1, b: 2, c: [3, ...[4, 5]] };
	yield `spread ${a} ${JSON.stringify(rest)} ${JSON.stringify([..."ab"].entries().next())}`;
	yield `optional ${(undefined as { x?: number } | undefined)?.x ?? "none"} ${JSON.stringify([1, [2, [3]]].flat(Infinity))}`;
	yield `sort ${[3, 20, 100].sort().join()} ${[5, 1, 4].sort((x, y) => x - y).join()} ${[["b", 1], ["a", 1], ["c", 0]].sort((x, y) => Number(x[1]) - Number(y[1])).map((x) => x[0]).join("")}`;
	yield `array ${[1, 2, 3].at(-1)} ${[1, 2, 3].findLast((x) => x < 3)} ${[1, 2, 3, 4].splice(1, 2).join()} ${[, 1].length} ${Array.from({ length: 3 }, (_, i) => i * i).join()}`;
	yield `frozen ${(() => { try { (Object.freeze([1]) as number[]).push(2); return "pushed"; } catch (error) { return (error as Error).name; } })()} ${Object.isFrozen(Object.freeze({}))}`;
	yield `errors ${[() => (null as unknown as { x: number }).x, () => { throw new RangeError("r"); }, () => BigInt(0.5), () => JSON.parse("{"), () => decodeURIComponent("%"), () => "x".repeat(-1)].map((f) => { try { f(); return "none"; } catch (error) { return (error as Error).name; } }).join()}`;
	const log: string[] = [];
	for (const x of (function* () { try { yield 1; yield 2; } finally { log.push("finally"); } })()) {
		log.push(String(x));
		break;
	}
	label: for (let i = 0; i < 3; i++) {
		for (let j = 0; j < 3; j++) {
			if (j === 1)
				continue label;
			if (i === 2)
				break label;
			log.push(`${i}${j}`);
		}
	}
	yield `flow ${log.join()} ${(() => { try { return "try"; } finally { log.push("x"); } })()} ${[1, 2, 3].map((x) => () => x).map((f) => f()).join()}`;
	yield `tries ${tries().join(" ")} ${[...tried()].join()}`;
	yield `symbol ${String(Symbol("🔑")).length} ${Symbol.for("x") === Symbol.for("x")} ${typeof Symbol.iterator}`;
	yield `json ${JSON.stringify({ u: undefined, d: new Date(0), n: NaN, t: { toJSON: () => "t" }, f: () => 1, a: [undefined] })} ${JSON.stringify([1, { b: 2 }], null, 2).length}`;
	yield `date ${new Date(Date.UTC(2026, 10, 24, 3, 4, 5, 6)).toISOString()} ${new Date("2026-11-24T00:00:00Z").getTime()}`;
	yield `weak ${new WeakMap([[derived, 1]]).get(derived)} ${new WeakRef(derived).deref() === derived}`;
	yield `proxy ${new Proxy({ x: 1 }, { get: (target, key) => key === "x" ? target.x + 1 : "other" }).x} ${Reflect.ownKeys({ b: 1, a: 2, 1: 3 }).join()}`;
}

/** All lines. */
export function* lines(): Generator<string> {
	yield* strings();
	yield* expressions();
	yield* numbers();
	yield* buffers();
	yield* language();
}
