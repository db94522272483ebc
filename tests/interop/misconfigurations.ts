/**
 * Gateways that do not fit each other, one thing wrong at a time: what keygate says of it as initiator and as responder. The table at the end of a file's
 * tests says for each whether the cause was named outright, or is among those that the peer's behaviour cannot tell apart.
 */
import test, { type ExecutionContext } from "ava";
import type { StatusDocument } from "../node/laboratory.js";
import type { Keygate } from "./keygate.js";

export type Role = "initiator" | "responder";

/** What has to be told in one role. */
export interface Told {
	readonly cause: string;
	/** certain, likely or guess. */
	readonly sure: string;
}

export interface Misconfiguration {
	/** What is wrong, for the table: "another pre-shared key". */
	readonly wrong: string;
	/** The cause that it is. */
	readonly cause: string;
	/** Undefined: the peer takes it, or it has no meaning in that role. */
	readonly initiator?: Told;
	readonly responder?: Told;
	/** As responder: the field that the problem's link leads to. */
	readonly field?: string;
}

/** As told as it is: the cause itself, and for sure. */
export const certain = (cause: string): Told => ({ cause, sure: "certain" });
export const likely = (cause: string): Told => ({ cause, sure: "likely" });
export const guess = (cause: string): Told => ({ cause, sure: "guess" });

/** Milliseconds for which a problem has to stay what it is, and the only one. */
const STAY = 250;

const lines: string[] = [];
let outright = 0;
let among = 0;

/** Waits for what keygate tells, holds it against what is wrong, and notes it for the table. */
export async function judge(t: ExecutionContext, keygate: Keygate, peer: string, row: Misconfiguration, role: Role, limit = 15000): Promise<StatusDocument["problems"][number]> {
	const what = `${row.wrong}, ${peer}, keygate as ${role}`;
	const told = row[role]!;
	const began = performance.now();
	const first = (await keygate.until((status) => status.problems.length > 0, `told of ${what}`, limit)).problems;
	const milliseconds = Math.round(performance.now() - began);
	await new Promise((resolve) => setTimeout(resolve, STAY));
	const { problems } = await keygate.status();
	t.is(problems.length, 1, `${what}: ${JSON.stringify(problems)}`);
	const problem = problems[0]!;
	const all = `${what}: ${JSON.stringify(problem, null, "\t")}`;
	t.is(first[0]!.cause, told.cause, all);
	t.is(problem.cause, told.cause, all);
	t.is(problem.certainty, told.sure, all);
	t.is(problem.role, role, all);
	if (role === "responder" && row.field !== undefined)
		t.true(problem.setting.endsWith(`#${row.field}`), all);
	// What is named, or else among what it could also be.
	t.true(problem.cause === row.cause || problem.otherwise.includes(row.cause), all);
	t.true(/does not come up|is up and carries nothing/.test(problem.ask) && problem.change !== "", all);
	const named = problem.cause === row.cause;
	outright += Number(named);
	among += Number(!named);
	lines.push(`${peer.padEnd(11)} ${role.padEnd(9)} ${row.wrong.padEnd(46)} ${problem.cause.padEnd(30)} ${problem.certainty.padEnd(7)} ${named ? "" : `or ${problem.otherwise.join(", ")}`}`.trimEnd() + ` (${milliseconds} ms)`);
	return problem;
}

test.after.always("the table", () => {
	if (lines.length > 0)
		console.error([`diagnosis   ${lines.length} cases: ${outright} named outright, ${among} among what the peer's answer can mean; no other problem shown in any`, ...lines].join("\n"));
});
