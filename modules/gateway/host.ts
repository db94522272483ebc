/** What the gateway needs of the machine it runs on; each host implements it (the fake network of the unit tests too). */
import type { Crypto } from "../crypto/types.js";
import type { UDPConstructor } from "../types/io.js";

export interface Host {
	/** Milliseconds of a monotonic clock that starts near 0 with the gateway. */
	now(): number;
	/** Seconds since 1970; 0: the clock was not set since power-up. */
	wallClock(): number;
	/** Sets it, seconds since 1970; absent: it is not this unit's to set. */
	readonly setClock?: (seconds: number) => void;
	readonly crypto: Crypto;
	readonly UDP: UDPConstructor;
	/** Calls `Gateway.wake()` once at `at` (milliseconds of `now()`); a later call replaces an earlier one; undefined: no call. */
	schedule(at: number | undefined): void;
	/** The remote network `first`..`last` (a CIDR block) is reached through the tunnel interface, from `source` if it is not 0. */
	addRoute(first: number, prefix: number, source: number): void;
	/**
	 * Transport mode: what this machine itself sends to `remote`, of `protocol` and between these ports (0: any), goes through the tunnel interface too, from `source`;
	 * but what the gateway's own sockets send does not.
	 */
	leadOwnTraffic(remote: number, source: number, protocol: number, localPort: number, remotePort: number): void;
	/** What was led this way before, and not again since the last call, goes its own way. */
	settleOwnTraffic(): void;
	removeRoute(first: number, prefix: number): void;
	/**
	 * Looks for an IPv4 address of a host name without blocking. `answer` is called once and not before this returns, with 0 when the name has none.
	 * False: nothing can be asked now.
	 */
	lookUp(name: string, answer: (address: number) => void): boolean;
	/** What is wrong with this unit's network, for people, in one line; "" or absent: nothing that is known. */
	readonly notice?: () => string;
	/** Starts this unit anew in a moment. */
	reboot(): void;
	/** Erases all that is kept and starts this unit anew in a moment: "", or why not all is erased. Absent: what is kept is not this unit's own to erase. */
	readonly reset?: (() => string) | undefined;
	/** Why this start was not a regular one, for people, in one line, until `acknowledge`; "" or absent: it was. */
	readonly startNotice?: () => string;
	readonly acknowledge?: () => void;
	/** An exchange under this cookie of ours begins, or is over (`IKEHost`). */
	readonly know?: (cookie: Uint8Array, isThere: boolean) => void;
	/** Whether a message may have come to IKE's ports since then that was not given to it (`IKEHost`). */
	readonly missed?: (since: number) => boolean;
	/** Sends what is parked for policies whose SA is live now (`engine_unpark`). */
	unpark(): void;
	/** Whether the machine's heap, which does not grow, has room for so many slots more; absent: it always has. */
	hasSlots?(count: number): boolean;
	/** Engine and version: "XS 13.3.0". */
	readonly engine: string;
	/** Current and peak use of the machine's slots, chunks and stack. */
	memory(): Iterable<{ readonly name: string; readonly used: number; readonly highWater: number; readonly size: number; readonly bytes: number }>;
}
