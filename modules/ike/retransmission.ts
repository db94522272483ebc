/** When a message that was not answered is sent again (the end is limits.RETRANSMISSIONS). */

/** Milliseconds to wait for the answer to the first sending; each further wait is twice as long, up to LONGEST. */
const FIRST = 1000;
const LONGEST = 16000;

/**
 * How often a message of phase 1 is sent again that seems to be in vain, since somebody has refused it in clear or answers what does not decrypt. As anybody could have
 * sent that it is not over yet; but the next attempt, which may find the other end repaired, is not kept waiting for 47 s, only for 15.
 */
export const VAIN_RETRANSMISSIONS = 3;

/** What is kept to answer a peer that asks again after the end of an exchange (T30), and the life of a half-open responder. */
export const LINGER = 60000;
export const HALF_OPEN_TIME = 60000;

/**
 * Milliseconds to wait after a message was sent `tries` times before (0 for the first sending). `random` is a byte: the wait
 * varies by a tenth either way, so that gateways that lost the same link do not come back in step.
 */
export function retransmissionDelay(tries: number, random: number): number {
	let wait = FIRST;
	for (let i = 0; i < tries && wait < LONGEST; i++)
		wait *= 2;
	return Math.round(wait * (0.9 + 0.2 * random / 255));
}

/** The repetition by the peer from which on it is remarkable that our last message of phase 1 does not help it. */
export const DOUBT = 3;
