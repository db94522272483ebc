/** The negotiation states in words. */
import type { Role } from "../ike/types.js";

/** IKE SA established. */
export const ACTIVATED = 9;

/** `Idle`, `Activated`, or `Negotiating(n)` for the state numbers 0 to 9. */
export function statusWord(state: number): string {
	return state === 0 ? "Idle" : state === ACTIVATED ? "Activated" : `Negotiating(${state})`;
}

/** Why a unit cannot be brought back to how it left the factory. */
export const NO_RESET = "this program has its settings from a file: remove what it keeps in its state folder instead, and start it anew";

/** What happened last in states 0 to 9: main mode as initiator and as responder, aggressive mode as initiator and as responder. "": the state is not passed. */
export const negotiationStates: readonly (readonly [string, string, string, string])[] = Object.freeze([
	Object.freeze(["", "", "", ""] as const),
	Object.freeze(["start", "start (1st message received)", "start", "start (1st message received)"] as const),
	Object.freeze(["", "1st valid message received", "", "1st valid message received"] as const),
	Object.freeze(["1st message sent", "1st message sent", "1st message sent", "1st message sent"] as const),
	Object.freeze(["1st valid message received", "2nd valid message received", "1st valid message received", "2nd valid message received"] as const),
	Object.freeze(["2nd message sent", "2nd message sent", "", ""] as const),
	Object.freeze(["2nd valid message received", "3rd valid message received", "", ""] as const),
	Object.freeze(["3rd message sent", "3rd message sent", "", ""] as const),
	Object.freeze(["3rd valid message received", "", "", ""] as const),
	Object.freeze(["IKE SA established", "IKE SA established", "IKE SA established", "IKE SA established"] as const)
]);

/** What happened last in `state`, "" when nothing has (Idle) or the exchange does not pass it. */
export function stateMeaning(state: number, mode: "main" | "aggressive", role: Role): string {
	return negotiationStates[state]?.[(mode === "aggressive" ? 2 : 0) + (role === "responder" ? 1 : 0)] ?? "";
}
