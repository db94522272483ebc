/** Which problem of a peer or connection is shown. */
import test from "ava";
import { logLines, Problems } from "../../../modules/gateway/problems.js";
import type { Problem } from "../../../modules/ike/types.js";
import { PROBLEMS } from "../../../modules/limits.js";

function problem(change: Partial<Problem>): Problem {
	return { time: 1000, peer: "branch", connection: "", phase: 1, cause: "key-mismatch", text: "", setting: "", sign: "clear", role: "initiator", mode: "main", state: 3, theirs: "", ...change };
}

function shown(problems: Problems): string[] {
	return [...problems].map(({ peer, connection, cause }) => `${peer}/${connection} ${cause}`);
}

test("one problem for each peer and connection, the newest", (t) => {
	const problems = new Problems();
	problems.add(problem({ cause: "mode-mismatch" }));
	problems.add(problem({ cause: "key-mismatch", state: 7 }));
	problems.add(problem({ connection: "office", phase: 2, cause: "pfs-mismatch", sign: "decision", state: 9 }));
	problems.add(problem({ connection: "store", phase: 2, cause: "pfs-mismatch", sign: "decision", state: 9 }));
	t.deepEqual(shown(problems), ["branch/ key-mismatch", "branch/office pfs-mismatch", "branch/store pfs-mismatch"]);
	problems.solved("branch", "");
	problems.remove("branch", "store");
	t.deepEqual(shown(problems), ["branch/office pfs-mismatch"]);
});

test("who asks for a peer is told what is wrong now, though what was told before was worth more", (t) => {
	const problems = new Problems();
	problems.add(problem({ cause: "id-mismatch", sign: "protected", state: 7 }));
	problems.add(problem({ cause: "phase1-algorithm-mismatch", sign: "clear", time: 2000 }));
	t.deepEqual(shown(problems), ["branch/ id-mismatch"]);
	problems.anew(3000, "other");
	problems.add(problem({ cause: "phase1-algorithm-mismatch", sign: "clear", time: 3000 }));
	t.deepEqual(shown(problems), ["branch/ id-mismatch"]);
	problems.anew(4000, "branch");
	t.deepEqual(shown(problems), ["branch/ id-mismatch"], "until something else is told");
	problems.add(problem({ cause: "phase1-algorithm-mismatch", sign: "clear", time: 4100 }));
	t.deepEqual(shown(problems), ["branch/ phase1-algorithm-mismatch"]);
	// From there on as ever.
	problems.add(problem({ cause: "peer-unreachable", sign: "silence", time: 5000 }));
	t.deepEqual(shown(problems), ["branch/ phase1-algorithm-mismatch"]);
});

test("both ends begin: what one role knows for sure is not displaced by what the other guesses", (t) => {
	const problems = new Problems();
	problems.add(problem({ cause: "mode-mismatch", sign: "request", role: "responder", state: 1 }));
	problems.add(problem({ cause: "phase1-algorithm-mismatch", sign: "clear", time: 2000 }));
	problems.add(problem({ cause: "peer-unreachable", sign: "silence", time: 3000 }));
	t.deepEqual(shown(problems), ["branch/ mode-mismatch"]);
	// Who gets further has something else in the way.
	problems.add(problem({ cause: "key-mismatch", sign: "garbage", state: 7, time: 4000 }));
	t.deepEqual(shown(problems), ["branch/ key-mismatch"]);
	// And in the end what is newer counts.
	problems.add(problem({ cause: "id-mismatch", sign: "decision", state: 7, time: 5000 }));
	problems.add(problem({ cause: "peer-unreachable", sign: "silence", state: 7, time: 6000 }));
	t.deepEqual(shown(problems), ["branch/ id-mismatch"]);
	problems.add(problem({ cause: "peer-unreachable", sign: "silence", state: 3, time: 300000 }));
	t.deepEqual(shown(problems), ["branch/ peer-unreachable"]);
});

test("while phase 1 does not come up, nothing is shown of phase 2; a first message that nobody has proved takes nothing away", (t) => {
	const problems = new Problems();
	problems.add(problem({ connection: "office", phase: 2, cause: "pfs-mismatch", sign: "decision", state: 9 }));
	problems.add(problem({ cause: "mode-mismatch", sign: "request", role: "responder", state: 1 }));
	problems.add(problem({ cause: "key-mismatch", sign: "garbage", role: "responder", state: 5 }));
	t.deepEqual(shown(problems), ["branch/office pfs-mismatch", "branch/ key-mismatch"]);
	problems.add(problem({ peer: "other", cause: "key-mismatch", state: 7 }));
	t.is(problems.count, 3);
	problems.add(problem({ cause: "key-mismatch", state: 7 }));
	t.deepEqual(shown(problems), ["other/ key-mismatch", "branch/ key-mismatch"]);
	// That all packets of a tunnel that is up fail has nothing to do with phase 1.
	problems.add(problem({ peer: "other", connection: "office", phase: 2, cause: "phase2-algorithm-mismatch", sign: "packets", state: 9 }));
	problems.add(problem({ peer: "other", cause: "peer-unreachable", sign: "silence", state: 7, time: 200000 }));
	t.is(problems.count, 3);
});

test("what was told of no connection in particular goes when one comes up", (t) => {
	const problems = new Problems();
	problems.add(problem({ phase: 2, cause: "network-mismatch", sign: "decision", state: 9 }));
	problems.solved("branch", "office");
	t.is(problems.count, 0);
	problems.add(problem({}));
	problems.solved("branch", "office");
	t.is(problems.count, 1, "phase 1's own stays");
	// Under an IKE SA that was up.
	problems.add(problem({ cause: "authentication-method-mismatch", sign: "protected", state: 9 }));
	problems.solved("branch", "office");
	t.is(problems.count, 0);
});

test("the oldest goes when there are too many", (t) => {
	const problems = new Problems();
	for (let i = 0; i <= PROBLEMS; i++)
		problems.add(problem({ peer: `p${i}` }));
	t.is(problems.count, PROBLEMS);
	t.is(shown(problems)[0], "p1/ key-mismatch");
});

test("in the log a problem takes as many entries as it needs, and ends with how sure it is", (t) => {
	const situation = { certificate: false, transport: false };
	t.deepEqual(logLines(problem({ cause: "mode-mismatch", sign: "request", text: "the peer uses main mode" }), situation), ["mode-mismatch: the peer uses main mode"]);
	const offers = Array.from({ length: 6 }, () => "AES-CBC-256/SHA256/MODP2048 by pre-shared key").join(", ");
	const lines = logLines(problem({ connection: "office", cause: "phase1-algorithm-mismatch", text: `the peer offers ${offers}; the settings accept ${offers}` }), situation);
	t.true(lines.every((line) => line.length <= 144));
	t.is(lines[0], "office: phase1-algorithm-mismatch: the peer offers AES-CBC-256/SHA256/MODP2048 by pre-shared key, ");
	t.is(lines.at(-1), "phase1-algorithm-mismatch is likely; it could be peer-not-configured, mode-mismatch, authentication-method-mismatch, id-mismatch");
	t.is(lines.join("").match(/AES-CBC-256/g)!.length, 12);
	t.is(logLines(problem({ text: "x".repeat(500), sign: "decision" }), situation).length, 4);
});
