import test from "ava";
import { isPrintable, printable, quoted } from "../../../modules/log/printable.js";

test("F16 printable: safe text of any script stays as it is", (t) => {
	for (const text of ["", "branch-1", "caf\u00e9", "\u65e5\u672c", "\ud83d\ude00", "a\\b", "\"q\""]) {
		t.is(printable(text), text);
		t.true(isPrintable(text));
	}
});

test("F16 printable: what moves, ends, turns or hides is escaped", (t) => {
	const cases: [string, string][] = [
		["\u0000", "\\x00"], ["\t", "\\x09"], ["\u001b[2J", "\\x1b[2J"], ["\u007f", "\\x7f"], ["\u0085", "\\x85"], ["\u009f", "\\x9f"], ["\u00ad", "\\xad"],
		["\u061c", "\\u061c"], ["\u200e", "\\u200e"], ["\u2028", "\\u2028"], ["\u202a", "\\u202a"], ["\u202e", "\\u202e"], ["\u2066", "\\u2066"], ["\u2069", "\\u2069"], ["\ufeff", "\\ufeff"], ["\uffff", "\\uffff"],
		["a\nb\r", "a\\x0ab\\x0d"]
	];
	for (const [text, expected] of cases) {
		t.is(printable(text), expected);
		t.is(printable(printable(text)), expected);
		t.false(isPrintable(text));
	}
});

test("F16 printable: quotes, cut before it is escaped", (t) => {
	t.is(quoted("a"), "\"a\"");
	t.is(quoted("abcdef", 5), "\"ab...\"");
	t.is(quoted("\u0001\u0002", 5), "\"\\x01\\x02\"");
});
