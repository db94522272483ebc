/** A ladder in a line. */
import type { Ladder } from "../../../modules/records/types.js";

/** `main initiator done: 0>1 SA VID*3 x2 to 1000 =3, 20<informational0 N (14)`: times, direction, number and payloads of each message, how often, its state or notification. */
export function aLadder(ladder: Ladder): string {
	return `${ladder.exchange} ${ladder.role} ${ladder.outcome}${ladder.reason === "" ? "" : ` (${ladder.reason})`}${ladder.incomplete ? " incomplete" : ""}: ${[...ladder.messages()].map((each) =>
		`${each.time}${each.sent ? ">" : "<"}${each.exchange === ladder.exchange ? "" : each.exchange}${each.message}${each.fate === "taken" ? "" : `!${each.fate}`} ${each.payloads}`
		+ `${each.count > 1 ? ` x${each.count} to ${each.lastTime}` : ""}${each.state === 0 ? "" : ` =${each.state}`}${each.notification === 0 ? "" : ` (${each.notification})`}`).join(", ")}`;
}
