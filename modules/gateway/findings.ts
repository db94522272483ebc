/** What a gateway finds of tunnels that are up and carry nothing, or do not stay up. */
import { settingOf } from "../ike/causes.js";
import { fact } from "../ike/diagnosis.js";
import type { IKESAStatus, Problem } from "../ike/types.js";
import type { SAStatus } from "../ipsec/types.js";
import { formatSPI } from "../log/format.js";
import { ACTIVATED } from "../status/words.js";
import type { Route } from "./routes.js";
import type { Pair } from "./tunnels.js";

/** Of the peer's IKE SA, or what the settings have of it. */
export type Established = Pick<IKESAStatus, "mode" | "role" | "natT">;

/** T14: the tunnel is up, and nothing that comes through it is authentic. Anybody who has seen its SPI can send such packets, so this is told and no more. */
export function unauthentic(now: number, { peer, connection, inboundSPI }: Pair, { mode, role }: Established, bits: number): Problem {
	const text = bits === 0 ? `none of the packets in the new SA ${formatSPI(inboundSPI)} is authentic: the peer uses other keys or algorithms than were agreed on, or the packets are somebody else's`
		: `every packet in the new SA ${formatSPI(inboundSPI)} would be authentic with ${bits} bits of HMAC-SHA2-256: the peer cuts it to ${bits}, the settings say ${bits === 96 ? 128 : 96}; set sha256Truncation to ${bits} here, or have the peer changed`;
	return {
		time: now, peer, connection, phase: 2, cause: "phase2-algorithm-mismatch", text,
		setting: settingOf(peer, connection, "phase2-algorithm-mismatch", "packets", false, bits === 0 ? undefined : "sha256Truncation"),
		sign: "packets", role, mode, state: ACTIVATED, theirs: bits === 0 ? "" : fact("truncation", `${bits} bits`),
	};
}

/** The peer closes each tunnel of a connection as soon as it is up, the last one for `reason`. */
export function closedAtOnce(now: number, { peer: { name: peer }, connection: { name: connection }, brief, heldUntil }: Route, { mode, role }: Established, reason: string): Problem {
	return {
		time: now, peer, connection, phase: 2, cause: "peer-refused", text: `the tunnel came up ${brief} times in a row and was closed at once: ${reason}; the next is begun in ${Math.round((heldUntil - now) / 1000)} s at the earliest`,
		setting: settingOf(peer, connection, "peer-refused", "delete", false), sign: "delete", role, mode, state: ACTIVATED, theirs: fact("answer", "Delete"),
	};
}

/** The peer answers by IKE, and by the tunnel nothing comes in. */
export function unansweredText({ connection, packets, protocol }: { readonly connection: string; readonly packets: number; readonly protocol: SAStatus["protocol"] }, { natT }: Established, natTraversalPort: number): string {
	const way = natT !== "none" ? `ESP on UDP port ${natTraversalPort}` : protocol === "ESP" ? "ESP (IP protocol 50)" : "AH (IP protocol 51)";
	return `${connection}: ${packets} packets went out and none came in, though the peer answers IKE: is ${way} blocked on the way, or nobody there?`;
}
