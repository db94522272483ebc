/** What other gateways have tried, as pages and console show it. */
import { formatAddress } from "../addresses.js";
import { attemptIdentity, attemptProposals, attemptRefusal, implementationText, knowsNATTraversal, offerTexts, vendorTexts } from "../ike/ask/attempt.js";
import { isWeakPhase1 } from "../ike/ask/candidates.js";
import { phase1Text } from "../ike/names.js";
import type { Attempt } from "../records/types.js";
import type { AttemptStatus } from "../status/types.js";

/** Tells it from others, and from what takes its place later. */
export function attemptID({ address, mode, firstTime }: Attempt): string {
	return `${formatAddress(address)}-${mode}-${Math.floor(firstTime)}`;
}

/** `startedAt`: milliseconds of the same clock. */
export function attemptStatus(attempt: Attempt, startedAt: number): AttemptStatus {
	const { firstTime, lastTime, count, address, port, mode, peer, text } = attempt;
	const proposals = attemptProposals(attempt);
	const seconds = (time: number): number => Math.max(0, Math.floor((time - startedAt) / 1000));
	return {
		id: attemptID(attempt), firstTime: seconds(firstTime), lastTime: seconds(lastTime), count, address: formatAddress(address), port, mode, peer,
		refusal: attemptRefusal(attempt), text, proposals: [...offerTexts(attempt)], identity: attemptIdentity(attempt), implementation: implementationText(attempt),
		vendors: vendorTexts(attempt), natTraversal: knowsNATTraversal(attempt),
		usable: proposals.map(phase1Text), weak: proposals.some(isWeakPhase1)
	};
}
