/** What Linux hands over as one packet is cut, and what came apart is joined: the cases in C, under the sanitizers. */
import test from "ava";
import { compile, runCases } from "../ipsec/programs.js";

const cases = runCases(compile("offload", ["tests/node/linux/offload_cases.c", "hosts/linux/offload.c"]));

for (const { name, ok, notes } of cases)
	test(name, (t) => t.true(ok, notes));

test("the program ran all its cases", (t) => t.true(cases.length > 45, `${cases.length} cases`));
