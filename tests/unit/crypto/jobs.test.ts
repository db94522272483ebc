import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { DHGroup, KeyPair } from "../../../modules/crypto/types.js";
import { DH_JOBS } from "../../../modules/limits.js";
import { generate, settle, toHex } from "./bytes.js";

test("nothing is answered before generate or agree returns, and each job once", (t) => {
	const accelerator = new Accelerator();
	let answers = 0;
	accelerator.generate(31, () => { answers++; });
	accelerator.generate(19, () => { answers++; });
	t.is(answers, 0);
	t.is(accelerator.pending, 2);
	settle(accelerator);
	t.is(answers, 2);
	t.is(accelerator.pending, 0);
	t.is(accelerator.collect(), 0);
	t.is(answers, 2);
});

test("a refusal too comes later, by collect", (t) => {
	const accelerator = new Accelerator();
	const pair = generate(accelerator, 19);
	let error: string | undefined;
	accelerator.agree(pair, new Uint8Array(3), (_secret, words) => { error = words; });
	t.is(error, undefined);
	t.is(accelerator.pending, 1);
	t.is(accelerator.collect(), 1);
	t.is(error, "refused");
	t.is(accelerator.pending, 0);
});

test("jobs are answered in the order in which they were asked for", (t) => {
	const accelerator = new Accelerator();
	const order: DHGroup[] = [];
	for (const group of [16, 31, 19, 14, 20] as const)
		accelerator.generate(group, (pair) => { order.push(pair!.group); });
	settle(accelerator);
	t.deepEqual(order, [16, 31, 19, 14, 20]);
});

test("a full queue refuses, says so, and takes more when there is room", (t) => {
	const accelerator = new Accelerator();
	const answers: string[] = [];
	for (let i = 0; i < DH_JOBS + 3; i++)
		accelerator.generate(31, (pair, error) => { answers.push(pair ? "pair" : error!); });
	t.is(accelerator.pending, DH_JOBS + 3);
	settle(accelerator);
	t.is(answers.filter((answer) => answer === "pair").length, DH_JOBS);
	t.is(answers.filter((answer) => answer === "full").length, 3);
	t.is(generate(accelerator, 31).publicValue.length, 32);
});

test("an answer may ask for the next job", (t) => {
	const accelerator = new Accelerator();
	const other = generate(accelerator, 19);
	let own: KeyPair | undefined;
	let secret: Uint8Array | undefined;
	accelerator.generate(19, (pair) => {
		own = pair;
		accelerator.agree(pair!, other.publicValue, (shared) => { secret = shared; });
	});
	settle(accelerator);
	let check: Uint8Array | undefined;
	accelerator.agree(other, own!.publicValue, (shared) => { check = shared; });
	settle(accelerator);
	t.is(toHex(secret!), toHex(check!));
});

test("what an answer throws comes out of collect and loses no other job", (t) => {
	const accelerator = new Accelerator();
	let answered = false;
	accelerator.generate(31, () => { throw new Error("in an answer"); });
	accelerator.generate(31, () => { answered = true; });
	let thrown: unknown;
	while (accelerator.pending > 0) {
		try {
			accelerator.collect();
		}
		catch (error) {
			thrown = error;
		}
	}
	t.is((thrown as Error).message, "in an answer");
	t.true(answered);
});

test("two users of the queue get their own answers", (t) => {
	const first = new Accelerator();
	const second = new Accelerator();
	const groups: string[] = [];
	first.generate(19, (pair) => { groups.push(`first ${pair!.group}`); });
	second.generate(31, (pair) => { groups.push(`second ${pair!.group}`); });
	settle(second);
	t.deepEqual(groups, ["second 31"]);
	t.is(first.pending, 1);
	settle(first);
	t.deepEqual(groups, ["second 31", "first 19"]);
});

test("nothing is answered after close, and the queue is free again", (t) => {
	const accelerator = new Accelerator();
	let answers = 0;
	for (let i = 0; i < DH_JOBS + 1; i++)
		accelerator.generate(14, () => { answers++; });
	accelerator.close();
	accelerator.close();
	t.is(accelerator.pending, 0);
	t.is(accelerator.collect(), 0);
	t.is(answers, 0);
	t.is(generate(accelerator, 31).group, 31);
	t.is(answers, 0);
});

test("close within an answer is the end of them", (t) => {
	const accelerator = new Accelerator();
	let answers = 0;
	for (let i = 0; i < DH_JOBS + 2; i++)
		accelerator.generate(31, () => {
			answers++;
			accelerator.close();
		});
	settle(accelerator);
	t.is(answers, 1);
});

test("a programmer's error throws: an unknown group, a private value of no or too many bytes", (t) => {
	const accelerator = new Accelerator();
	const publicValue = new Uint8Array(128);
	t.throws(() => accelerator.generate(1 as DHGroup, () => t.fail()), { instanceOf: RangeError });
	t.throws(() => accelerator.agree({ group: 22 as DHGroup, publicValue, privateValue: publicValue }, publicValue, () => t.fail()), { instanceOf: RangeError });
	for (const size of [0, 129])
		t.throws(() => accelerator.agree({ group: 2, publicValue, privateValue: new Uint8Array(size) }, publicValue, () => t.fail()), { instanceOf: RangeError });
	t.is(accelerator.pending, 0);
});

test("the answer's values are the caller's own: zeroing one leaves the other", (t) => {
	const accelerator = new Accelerator();
	const pair = generate(accelerator, 31);
	const publicValue = toHex(pair.publicValue);
	pair.privateValue.fill(0);
	t.is(toHex(pair.publicValue), publicValue);
	t.is(pair.privateValue.buffer.byteLength, 32);
	t.is(pair.publicValue.buffer.byteLength, 32);
});
