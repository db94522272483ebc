// The processor's cryptography instructions as accelerator: found when they are there, and the same results with them and without.
import test from "ava";
import { build, figures, processors, run } from "./zkn/zkn.js";

test("the mbedTLS backend by the processor's cryptography instructions, and without them: vectors, every size, instructions a byte", async (t) => {
	t.timeout(900000);
	const program = await build();
	const able = run(program, processors.with);
	t.regex(able, /^# parts 1 1 1$/m);
	t.regex(able, /^ok$/m, able);
	const plain = run(program, processors.without);
	t.regex(plain, /^# parts 0 0 0$/m);
	t.regex(plain, /^ok$/m, plain);
	const [quick, slow] = [figures(able, "with"), figures(able, "without")];
	for (const [name, atLeast] of [["AES-128-GCM", 3], ["AES-256-GCM", 3], ["AES-128-CBC", 1.7], ["AES-128-CTR", 1.7], ["HMAC-SHA256", 2], ["HMAC-SHA512", 2]] as const) {
		t.log(`${name}: ${quick.get(name)} instructions a byte, ${slow.get(name)} without`);
		t.true(slow.get(name)! > atLeast * quick.get(name)!, name);
	}
});
