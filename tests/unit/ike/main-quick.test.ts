import test from "ava";
import { mismatch, two } from "./network.js";

test("main mode and quick mode without PFS bring up a pair of SAs with the same keys at both ends", (t) => {
	const { network, a, b } = two();
	t.is(a.ike.initiate(network.now, "b", "office"), "started");
	network.run(5000);
	t.deepEqual(a.problems, []);
	t.deepEqual(b.problems, []);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	if (a.up.length === 0)
		for (const line of [...a.lines, "---", ...b.lines]) trace(line + "\n");
});
