/** The packet engine's cases in C, under the address and undefined-behaviour sanitizers. */
import test from "ava";
import { compile, runCases } from "./programs.js";

const program = compile("engine", ["main.c", "replay_cases.c", "esp_cases.c", "ah_cases.c", "transport_cases.c", "extended_cases.c", "inbound_cases.c", "outbound_cases.c", "path_cases.c", "icmp_cases.c", "table_cases.c", "firewall_cases.c", "fuzzed_cases.c"]);
const cases = runCases(program);

for (const { name, ok, notes } of cases)
	test(name, (t) => t.true(ok, notes));

test("the program ran all its cases", (t) => t.true(cases.length > 40, `${cases.length} cases`));
