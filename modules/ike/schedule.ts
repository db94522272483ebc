/** When SAs are renewed: before their end, by a random margin, the side that made them first (so both seldom do at once, T15). */
import type { Role } from "./types.js";

/** Milliseconds that a renewed IKE SA is kept for messages still under way (T16). */
export const RETIRE = 30000;
/** T23: milliseconds between keepalives from the side behind a NAT. */
export const KEEPALIVE = 20000;

/** The share of a lifetime after which `role` renews: 75 to 85 percent for the initiator, 88 to 95 for the responder. `random` is a byte. */
function share(role: Role, random: number): number {
	return role === "initiator" ? 0.75 + 0.1 * random / 255 : 0.88 + 0.07 * random / 255;
}

/** The soft limit that goes with a hard one (seconds or kilobytes); 0 where there is none. */
export function softLimit(hard: number, role: Role, random: number): number {
	return hard === 0 ? 0 : Math.max(1, Math.floor(hard * share(role, random)));
}
