/** How many calls of JavaScript somebody may cost who has not shown the password: the cases in C, under the sanitizers. */
import test from "ava";
import { compile, runCases } from "../ipsec/programs.js";

const cases = runCases(compile("visitors", ["tests/node/linux/visitors_cases.c", "hosts/unit/io/visitors.c"]));

for (const { name, ok, notes } of cases)
	test(name, (t) => t.true(ok, notes));

test("the program ran all its cases", (t) => t.true(cases.length > 20, `${cases.length} cases`));
