import test from "ava";
import { Deadlines } from "../../../modules/ipsec/deadlines.js";

test("records come out in the order of their times, of the same time as they came in, and none before its own", (t) => {
	const deadlines = new Deadlines();
	t.is(deadlines.next, Infinity);
	t.is(deadlines.take(1e9), -1);
	for (const [at, slot] of [[30, 1], [10, 2], [20, 3], [10, 4], [Infinity, 5], [40, 6]] as const)
		deadlines.add(at, slot);
	t.is(deadlines.next, 10);
	t.is(deadlines.take(9), -1);
	t.deepEqual([deadlines.take(25), deadlines.take(25), deadlines.take(25), deadlines.take(25)], [2, 4, 3, -1]);
	t.is(deadlines.next, 30);
});

test("what is removed does not come out, and nothing else is", (t) => {
	const deadlines = new Deadlines();
	for (let slot = 0; slot < 8; slot++)
		deadlines.add(slot % 3, slot);
	for (const slot of [3, 1, 99])
		deadlines.remove(slot);
	t.deepEqual(Array.from({ length: 7 }, () => deadlines.take(5)), [0, 6, 4, 7, 2, 5, -1]);
});
