/** tests/formal/renewal.pml, gone through by spin in every order, with what the exchange table of the code says of quick mode. */
import test, { type ExecutionContext } from "ava";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quickInitiator, quickResponder } from "../../modules/ike/v1/exchange/quick.js";

const model = join(process.cwd(), "tests/formal/renewal.pml");
const hasSpin = existsSync("/usr/bin/spin");
const formal = hasSpin ? test : test.skip;

/** What the model takes from the code. */
const table = [`-DOFFER_REPEATS=${Number(quickInitiator[0]!.repeats)}`, `-DANSWER_REPEATS=${Number(quickResponder[0]!.repeats)}`];

function run(t: ExecutionContext, folder: string, command: string, ...words: string[]): string {
	const { status, stdout, stderr, error } = spawnSync(command, words, { cwd: folder, encoding: "utf8", timeout: 600000 });
	t.is(error, undefined);
	t.is(status, 0, `${command}: ${stdout}${stderr}`);
	return stdout;
}

/** How many orders end in a fault: 0 or more; the search is whole. */
function faults(t: ExecutionContext, ...definitions: string[]): number {
	t.timeout(1200000);
	const folder = mkdtempSync(join(tmpdir(), "keygate-formal-"));
	try {
		run(t, folder, "spin", "-a", ...table, ...definitions, model);
		run(t, folder, "gcc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c");
		const said = run(t, folder, "./pan", "-m200000", "-n");
		t.notRegex(said, /max search depth too small|out of memory/);
		return Number(/errors: (\d+)/.exec(said)?.[1] ?? NaN);
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

test("formal: the messages of quick mode are those that the model has", (t) => {
	const steps = (list: typeof quickInitiator) => list.map(({ message, repeats, send, after }) => `${message}${send === undefined ? "" : repeats ? " answers, again and again" : " answers once"}${after === undefined ? "" : ", complete"}`);
	t.deepEqual(steps(quickInitiator), ["0 answers, again and again", "2 answers once, complete"], "tests/formal/renewal.pml has to follow");
	t.deepEqual(steps(quickResponder), ["1 answers, again and again", "3, complete"], "tests/formal/renewal.pml has to follow");
});

// In every order: both begin at once, and each message is sent twice; or it comes when and as often as it likes.
const both = ["-DANSWER_AFTER_INBOUND=1", "-DTRIES=2"];
const once = ["-DANSWER_AFTER_INBOUND=1", "-DTRIES=1"];
const unordered = [...once, "-DUNORDERED"];

formal("formal: both renew at once, with repetitions: no packet on what the peer has deleted or has not yet, nobody waits forever", (t) => t.is(faults(t, ...both, "-DROOM=5"), 0));
formal("formal: both renew at once, with repetitions, and Deletes arrive: at the end each SA has its other end", (t) => t.is(faults(t, ...both, "-DROOM=6", "-DDELETES_ARRIVE"), 0));
formal("formal: messages are lost, doubled and come in any order: at the end each SA has its other end, since packets on others are answered", (t) => t.is(faults(t, ...unordered, "-DPACKETS_ARE_ANSWERED"), 0));

for (const [name, definitions] of [
	["an initiator that sends before it has an answer", [...once, "-DMUTANT_SENDS_AT_ONCE"]],
	["a responder that gives up without a word", [...once, "-DMUTANT_GIVES_UP_SILENTLY"]],
	["a responder that answers before it can receive", ["-DANSWER_AFTER_INBOUND=0", "-DTRIES=1"]],
	["a responder that says its answer again after a Delete", [...both, "-DMUTANT_ANSWERS_ON"]],
	["a Delete that overtakes the answer, where packets on what is gone are not answered", [...unordered, "-DDELETES_ARRIVE"]],
] as const)
	formal(`formal: ${name} is found`, (t) => t.is(faults(t, ...definitions), 1));
