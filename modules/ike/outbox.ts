import type { Endpoint } from "../addresses.js";
import { IKE_SECURITY_ASSOCIATIONS } from "../limits.js";

/** One datagram to send. */
export interface Outgoing {
	/** Without the non-ESP marker. */
	readonly bytes: Uint8Array;
	readonly to: Endpoint;
	readonly localPort: number;
	/** It is not IKE and gets no non-ESP marker on the NAT traversal port: a NAT keepalive. */
	readonly bare: boolean;
	/** Called when it was given to the network: states advance here. */
	readonly emitted: ((now: number) => void) | undefined;
}

/** Datagrams that one call could want to send: for each IKE SA an answer, retransmissions and keepalives, and Deletes of its children. */
const CAPACITY = 8 * IKE_SECURITY_ASSOCIATIONS;

/** What waits for `dispatch`, in order. */
export class Outbox {
	#list: Outgoing[] = [];

	/** False when there is no room: as if the network had lost it. */
	push(outgoing: Outgoing): boolean {
		if (this.#list.length >= CAPACITY)
			return false;
		this.#list.push(outgoing);
		return true;
	}

	shift(): Outgoing | undefined {
		return this.#list.shift();
	}

	get isEmpty(): boolean {
		return this.#list.length === 0;
	}
}
