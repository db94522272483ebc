/** What one method of authentication does in phase 1 (RFC 2409 5.1 to 5.4): the seed of the keys, and the proof of an identity. */
import type { Context } from "../../context.js";
import type { PeerSettings } from "../../../settings/types.js";
import type { Cause } from "../../types.js";
import type { Opened } from "../message.js";
import type { Payload } from "../wire/chain.js";
import type { Identification } from "../wire/id.js";
import type { Phase1 } from "./phase1.js";

/** Why the peer's proof is not good enough although its keys are right. */
export interface Distrust {
	readonly cause: Cause;
	readonly text: string;
	/** NotifyType */
	readonly notify: number;
	/** What the peer has shown: see `Problem.theirs`. */
	readonly theirs: string;
}

/** What the accelerator has done: whether it failed, and how. */
export type Signed = (failed: boolean, error?: string) => void;

export interface Method {
	/** The type of payload that is the proof, exactly once in the message: HASH or SIG. */
	readonly proof: number;
	/** As sentences call what both sides must have: "pre-shared key". */
	readonly secret: string;
	/** SKEYID is made from the shared secret. */
	readonly needsSecret: boolean;
	/** SKEYID with what the settings of one candidate give to it. The caller wipes it. */
	skeyid(context: Context, exchange: Phase1, settings: PeerSettings): Uint8Array;
	/** Has `hash` signed, before `prove`: a job for the accelerator, whose result goes to `exchange.signature`. Undefined where nothing is to be signed. */
	readonly sign?: (context: Context, exchange: Phase1, hash: Uint8Array, done: Signed) => void;
	/** The payloads that prove our identity by `hash`, which is HASH_I or HASH_R over it. */
	prove(context: Context, exchange: Phase1, hash: Uint8Array): Payload[];
	/** Whether the peer's payloads prove its identity by `hash`; if not, undefined when nothing is known but that, else why. */
	verify(context: Context, exchange: Phase1, settings: PeerSettings, hash: Uint8Array, opened: Opened, identity: Identification): "proved" | Distrust | undefined;
}
