import test from "ava";
import { JSON_DEPTH, UNKNOWN, parseJSON } from "../../../modules/settings/json.js";

function read(text: string) {
	return parseJSON(new Uint8Array(ArrayBuffer.fromString(text)));
}

test("json: values as JSON.parse has them", (t) => {
	const texts = [
		"{}", "[]", " [ ] ", "0", "-0", "12", "-1.5e3", "2E-2", "true", "false", "null", "\"\"", "\"a\"",
		"[1,[2,[3]],{}]", "{\"a\":{\"b\":[{\"c\":null}]},\"d\":\"e\"}", "\r\n\t {\"a\" : 1 , \"b\" : [ ] }\n",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\"", "\"caf\u00e9 \u20ac\"", "\"\\ud83d\\ude00x\""
	];
	for (const text of texts)
		t.deepEqual((read(text) as { value: unknown }).value, JSON.parse(text), text);
});

test("json: a byte order mark is passed over", (t) => {
	t.deepEqual(read("\ufeff{\"a\":1}"), { value: { a: 1 } });
});

test("json: line, column and cause of what is wrong", (t) => {
	const cases: [string, number, number, RegExp][] = [
		["", 1, 1, /ends here, expected a value/],
		["{", 1, 2, /expected a name/],
		["[1,\n 2,\n ]", 3, 2, /no comma before a closing/],
		["{\"a\":1,}", 1, 8, /expected a name in double quotes \(JSON has no comma before a closing bracket\)$/],
		["{]", 1, 2, /expected a name in double quotes$/],
		["{\"a\" 1}", 1, 6, /expected ":"/],
		["{\"a\":1 \"b\":2}", 1, 8, /expected "," or "}"/],
		["[1 2]", 1, 4, /expected "," or "\]"/],
		["[1}", 1, 3, /expected "," or "\]"$/],
		["[1 // one\n]", 1, 4, /expected "," or "\]" \(JSON has no comments\)$/],
		["{} x", 1, 4, /nothing more/],
		["{\n\t// x\n}", 2, 2, /expected a name in double quotes \(JSON has no comments\)$/],
		["[\n\t// x\n]", 2, 2, /no comments/],
		["[\n\t# x\n]", 2, 2, /no comments/],
		["['a']", 1, 2, /double quotes/],
		["{'a': 1}", 1, 2, /expected a name in double quotes$/],
		["[01]", 1, 2, /not a number/],
		["[1.]", 1, 2, /not a number/],
		["[.5]", 1, 2, /expected a value/],
		["[+1]", 1, 2, /expected a value/],
		["[1e]", 1, 2, /not a number/],
		["[-]", 1, 2, /not a number/],
		["[11111111111111111111111111]", 1, 2, /too long/],
		["[tru]", 1, 2, /expected a value/],
		["[\"a\nb\"]", 1, 4, /control character/],
		["[\"abc", 1, 6, /ends inside a text/],
		["[\"\\x\"]", 1, 3, /unknown escape/],
		["[\"\\u12g4\"]", 1, 3, /hexadecimal/],
		["[\"\\ud800\"]", 1, 3, /surrogate/],
		["[\"\\ude00\\ud800\"]", 1, 3, /surrogate/],
		["[\"\u00e9\u00e9\", x]", 1, 8, /expected a value/],
		["{\"a\":1,\n\"b\":2,\n\"a\":3}", 3, 1, /"a" is given twice/]
	];
	for (const [text, line, column, cause] of cases) {
		const { fault } = read(text);
		t.truthy(fault, text);
		t.regex(fault?.text ?? "", cause, text);
		t.deepEqual([fault?.line, fault?.column], [line, column], text);
	}
});

test("json: depth is bounded before it costs stack", (t) => {
	t.is(read("[".repeat(JSON_DEPTH) + "]".repeat(JSON_DEPTH)).fault, undefined);
	t.regex(read("[".repeat(20000)).fault?.text ?? "", /levels deep/);
});

test("json: values are bounded before they fill the heap, and so are names that no field has", (t) => {
	const list = (count: number): string => `[${"1,".repeat(count - 1)}1]`;
	t.is(read(list(500)).fault, undefined);
	t.deepEqual(read(list(501)).fault, { line: 1, column: 1002, text: "more values than any settings have" });
	const lists = (count: number): string => `[${`${list(99)},`.repeat(count - 1)}${list(99)}`;
	t.is(read(`${lists(19)},${list(98)}]`).fault, undefined, "with the lists 2000 values");
	t.deepEqual(read(`${lists(19)},${list(99)}]`).fault?.text, "more values than any settings have");
	const names = Array.from({ length: 1500 }, (_, i) => `"x${i}":1`).join(",");
	const { value } = parseJSON(new Uint8Array(ArrayBuffer.fromString(`{${names}}`)), ["a"]) as { value: any };
	t.is(value[UNKNOWN].length, 100);
});

test("json: text that is not UTF-8", (t) => {
	const bytes = new Uint8Array([0x5b, 0x22, 0x61, 0xff, 0x22, 0x5d]);
	t.deepEqual(parseJSON(bytes).fault, { line: 1, column: 3, text: "the text is not UTF-8" });
});

test("json: __proto__ is a name like any other", (t) => {
	const result = read("{\"__proto__\":{\"polluted\":true}}") as { value: object };
	t.deepEqual(Object.keys(result.value), ["__proto__"]);
	t.is((result.value as { polluted?: boolean }).polluted, undefined);
});

test("json: with known names, others are listed and their values dropped", (t) => {
	const bytes = new Uint8Array(ArrayBuffer.fromString("{\"a\":{\"x\":{\"a\":[1,{}]},\"a\":2,\"y\":3},\"?\":4,\"\":5,\"__proto__\":6}"));
	const { value } = parseJSON(bytes, ["a"]) as { value: any };
	t.deepEqual(Object.keys(value), ["a", UNKNOWN]);
	t.deepEqual(value[UNKNOWN], ["?", "", "__proto__"]);
	t.deepEqual(value.a, { [UNKNOWN]: ["x", "y"], a: 2 });
	t.regex(parseJSON(new Uint8Array(ArrayBuffer.fromString("{\"x\":1,\"x\":2}")), ["a"]).fault?.text ?? "", /"x" is given twice/);
});
