/** What other gateways have tried, for the console. */
import { printable } from "../log/printable.js";
import type { AttemptStatus } from "./types.js";
import { wrapped } from "./wrap.js";

/** Proposals of one that are listed. */
const LISTED = 6;

/** "branch (10.0.0.2)", "10.0.0.9, no peer of the settings" */
function attemptWho({ peer, address, port }: AttemptStatus): string {
	return `${address} port ${port}${peer === "" ? "" : `, taken for ${peer}`}`;
}

/** "refused by NO-PROPOSAL-CHOSEN: no peer in the settings has this address" */
function attemptOutcome({ refusal, text }: AttemptStatus): string {
	return refusal === "" ? `answered: ${text}` : `refused by ${refusal}: ${text}`;
}

/** Newest first. */
export function* attemptsText(attempts: Iterable<AttemptStatus>): Generator<string, void, undefined> {
	let none = true;
	for (const attempt of attempts) {
		none = false;
		const { mode, count, firstTime, lastTime, proposals, identity, implementation, vendors } = attempt;
		yield* wrapped(printable(`${attemptWho(attempt)}: ${mode} mode, ${count === 1 ? `at ${lastTime} s` : `${count} times from ${firstTime} s to ${lastTime} s`}`), "");
		yield* wrapped(printable(attemptOutcome(attempt)), "    ");
		if (identity !== "")
			yield* wrapped(printable(`says it is ${identity}`), "    ");
		yield* wrapped(printable(`offers ${proposals.slice(0, LISTED).join(", ")}${proposals.length > LISTED ? ` and ${proposals.length - LISTED} more` : ""}`), "    ");
		if (implementation !== "" || vendors !== "")
			yield* wrapped(printable([implementation, vendors].filter((part) => part !== "").join(": ")), "    ");
	}
	if (none)
		yield "none\n";
}
