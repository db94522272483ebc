import type { Endpoint } from "../addresses.js";
import type { DHGroup, KeyPair } from "../crypto/types.js";
import { wipe } from "./bytes.js";
import { holds, pack, unpack, type Packed } from "./packed.js";
import type { IKESA } from "./sa.js";

/** Numbers of byte strings; classes below begin at 16. */
const OWN_PUBLIC = 1;
const PEER_PUBLIC = 2;
const PRIVATE_VALUE = 3;
const SHARED_SECRET = 4;

/** A message that can only be judged with the shared secret, while the accelerator works on that. */
export interface Postponed {
	readonly bytes: Uint8Array;
	readonly from: Endpoint;
	readonly localPort: number;
	/** `dueAt` as it was: if the message is not what it should be, nothing has changed. */
	readonly dueAt: number | undefined;
}

/** What every exchange has: its place in its table of steps, its last message for retransmission, its work for the accelerator. */
export abstract class Exchange {
	abstract readonly sa: IKESA;
	/** Index of the step that waits for its message. */
	step = 0;
	/** The last message sent, as it went out: sent again when no answer comes, or when the peer asks again (T30). */
	sent: Uint8Array | undefined;
	/** How the log names it: "main 3: KE NONCE". */
	sentText = "";
	/** Fingerprint of the last message accepted, 0 before the first. */
	received = 0;
	/** Where its messages go; undefined: where the IKE SA's go. */
	to: Endpoint | undefined;
	/** How often `sent` was sent again. */
	tries = 0;
	/** How often the peer was answered again since the last step. */
	repeats = 0;
	/** When to send again, or to give up; undefined while the other side or the accelerator is not waited for. */
	dueAt: number | undefined;
	/** It has ended: what the accelerator still finishes for it is thrown away. */
	closed = false;

	/** The accelerator works for it; messages meanwhile are ignored. */
	busy = false;
	/** Taken again when the accelerator has finished. */
	postponed: Postponed | undefined;
	/** Why the accelerator did not do its work; "" when it did. */
	failure = "";
	/** The group of our own public value, 0 when none is needed. */
	group: DHGroup | 0 = 0;
	/** Byte strings that are no secrets, and those that are, by the numbers that this class and those below it give them. */
	protected packed: Packed;
	protected packedSecrets: Packed;

	/** Our private and public value. */
	get pair(): KeyPair | undefined {
		const privateValue = unpack(this.packedSecrets, PRIVATE_VALUE);
		return privateValue === undefined ? undefined : { group: this.group as DHGroup, privateValue, publicValue: unpack(this.packed, OWN_PUBLIC)! };
	}

	set pair(pair: KeyPair | undefined) {
		this.packedSecrets = pack(this.packedSecrets, PRIVATE_VALUE, pair?.privateValue, true);
		if (pair !== undefined)
			this.packed = pack(this.packed, OWN_PUBLIC, pair.publicValue, false);
	}

	get hasPair(): boolean {
		return holds(this.packedSecrets, PRIVATE_VALUE);
	}

	/** The accelerator is to make our private and public value. */
	get needsPair(): boolean {
		return this.group !== 0 && !this.hasPair;
	}

	/** It is to make the shared secret: both public values are there. */
	get needsSecret(): boolean {
		return holds(this.packed, PEER_PUBLIC) && holds(this.packedSecrets, PRIVATE_VALUE) && !holds(this.packedSecrets, SHARED_SECRET);
	}

	/** Our public value, also when the private one has done its work; empty before. */
	get ownPublic(): Uint8Array {
		return unpack(this.packed, OWN_PUBLIC) ?? new Uint8Array(0);
	}

	/** The peer's public value; undefined while no shared secret is needed. */
	get peerPublic(): Uint8Array | undefined {
		return unpack(this.packed, PEER_PUBLIC);
	}

	set peerPublic(value: Uint8Array | undefined) {
		this.packed = pack(this.packed, PEER_PUBLIC, value, false);
	}

	get secret(): Uint8Array | undefined {
		return unpack(this.packedSecrets, SHARED_SECRET);
	}

	set secret(value: Uint8Array | undefined) {
		this.packedSecrets = pack(this.packedSecrets, SHARED_SECRET, value, true);
	}

	/** Wipes its secrets. Idempotent. */
	close(): void {
		this.closed = true;
		this.dueAt = undefined;
		this.wipe();
	}

	/** The private value and the shared secret have done their work. */
	wipe(): void {
		wipe(this.packedSecrets);
		this.packedSecrets = this.postponed = undefined;
		this.peerPublic = undefined;
		this.group = 0;
	}

	/** The shared secret was made with a public value that turned out not to be the peer's. */
	forgetSecret(): void {
		this.secret = this.peerPublic = undefined;
	}
}
