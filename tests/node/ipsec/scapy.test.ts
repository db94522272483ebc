/** ESP, AH and both against Scapy's own implementation, every algorithm, both ways. */
import { spawnSync } from "node:child_process";
import test from "ava";
import { compile, runCases } from "./programs.js";

const python = "/usr/bin/python3";

if (spawnSync(python, ["-c", "from scapy.layers.ipsec import ESP"]).status !== 0)
	test.skip("ESP and AH against Scapy: needs python3-scapy", (t) => t.pass());
else {
	const cases = runCases(python, ["tests/node/ipsec/scapy_peer.py", compile("engine-tool", ["tool.c"])]);
	for (const { name, ok, notes } of cases)
		test(name, (t) => t.true(ok, notes));
	test("every combination was tried", (t) => t.is(cases.filter((each) => each.name.startsWith("scapy:")).length, 130));
}
