import test from "ava";
import { Deadlines } from "../../modules/deadlines.js";

test("records come out in the order of their times, of the same time as they came in, and none before its own", (t) => {
	const deadlines = new Deadlines<number>();
	t.is(deadlines.next, Infinity);
	t.is(deadlines.take(1e9), undefined);
	for (const [at, slot] of [[30, 1], [10, 2], [20, 3], [10, 4], [Infinity, 5], [40, 6]] as const)
		deadlines.add(at, slot);
	t.is(deadlines.next, 10);
	t.is(deadlines.take(9), undefined);
	t.deepEqual([deadlines.take(25), deadlines.take(25), deadlines.take(25), deadlines.take(25)], [2, 4, 3, undefined]);
	t.is(deadlines.next, 30);
});

test("what is removed does not come out, and nothing else is", (t) => {
	const deadlines = new Deadlines<number>();
	for (let slot = 0; slot < 8; slot++)
		deadlines.add(slot % 3, slot);
	for (const slot of [3, 1, 99])
		deadlines.remove(slot);
	t.deepEqual(Array.from({ length: 7 }, () => deadlines.take(5)), [0, 6, 4, 7, 2, 5, undefined]);
});

test("whoever knows the time of what is removed says it; others of the same time stay", (t) => {
	const deadlines = new Deadlines<string>();
	for (const [at, what] of [[2, "a"], [1, "b"], [2, "c"], [3, "d"], [2, "e"]] as const)
		deadlines.add(at, what);
	deadlines.remove("c", 2);
	deadlines.remove("b", 1);
	deadlines.remove("d", 3);
	deadlines.remove("z", 2);
	t.deepEqual(Array.from({ length: 3 }, () => deadlines.take(5)), ["a", "e", undefined]);
});
