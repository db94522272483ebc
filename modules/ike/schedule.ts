/** When SAs are renewed: before their end, by a random margin, the side that made them first (so both seldom do at once, T15). */
import { PROBES } from "../limits.js";
import type { Role } from "./types.js";

/** Milliseconds that a renewed IKE SA is kept for messages still under way (T16). */
export const RETIRE = 30000;
/** Milliseconds that an initiator of aggressive mode waits before quick mode: its last message is still being judged, or is overtaken inside the peer. */
export const SETTLING = 100;
/** T23: milliseconds between keepalives from the side behind a NAT. */
export const KEEPALIVE = 20000;

/** T25: milliseconds between two answers to R-U-THERE under one IKE SA. Who asks more often repeats what others said. */
export const ANSWER_PAUSE = 100;
/** Milliseconds by which this unit may be late without it being said that it did not listen. */
export const PUNCTUAL = 1000;
/** T29: milliseconds after a sign of life in which no unproven hint makes us ask for another. */
export const HINT_PAUSE = 5000;

/**
 * Milliseconds without a sign of life after which the peer is asked whether it lives. A responder waits a tenth longer: two gateways that have the same `interval` heard of each other last at
 * the same time, and the question of one is the sign of life that saves the other's.
 */
export function silence(role: Role, interval: number): number {
	return interval * (role === "initiator" ? 1000 : 1100);
}

/** Milliseconds between two R-U-THEREs, the first of which comes after `silence` milliseconds: the peer is dead after `timeout` seconds. */
export function probePause(silence: number, timeout: number): number {
	return Math.max(1000, Math.floor((timeout * 1000 - silence) / PROBES));
}

/** The share of a lifetime after which `role` renews: 75 to 85 percent for the initiator, 88 to 95 for the responder. `random` is a byte. */
function share(role: Role, random: number): number {
	return role === "initiator" ? 0.75 + 0.1 * random / 255 : 0.88 + 0.07 * random / 255;
}

/** The soft limit that goes with a hard one (seconds or kilobytes); 0 where there is none. */
export function softLimit(hard: number, role: Role, random: number): number {
	return hard === 0 ? 0 : Math.max(1, Math.floor(hard * share(role, random)));
}

/** The smaller of two limits, of which 0 is none. */
export function shorter(a: number, b: number): number {
	return a === 0 ? b : b === 0 ? a : Math.min(a, b);
}
