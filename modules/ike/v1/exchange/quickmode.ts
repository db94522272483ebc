import type { Selector } from "../../../addresses.js";
import { Exchange } from "../../exchange.js";
import { pack, unpack } from "../../packed.js";
import type { IKESA } from "../../sa.js";
import type { ConnectionSettings } from "../../../settings/types.js";
import type { Role, SAKeys } from "../../types.js";
import { wipe } from "../../bytes.js";
import type { Phase2Choice } from "../phase2offers.js";

/** Numbers of byte strings. */
const INITIATOR_NONCE = 16;
const RESPONDER_NONCE = 17;
const LAST_BLOCK = 18;
const SA_BODY = 19;
const INITIATOR_ID = 20;
const RESPONDER_ID = 21;

/** Steps of either role. */
const STEPS = 2;

/** One quick mode under an IKE SA, told from others by its message ID (T17). */
export class QuickMode extends Exchange {
	readonly sa: IKESA;
	readonly role: Role;
	readonly messageID: number;
	readonly startedAt: number;
	/** Undefined until a responder has found it. */
	connection: ConnectionSettings | undefined;
	/** Inbound SPI of the pair to be replaced, 0: none. */
	replaces = 0;
	/** Reserved, from the start on; 0: not yet. */
	inboundSPI = 0;
	/** The SPI that the peer receives on (of ESP, or of AH when there is no ESP); 0: not yet known. */
	outboundSPI = 0;
	/** The inbound SA is live: it has to be removed, not released. */
	installed = false;
	choice: Phase2Choice | undefined;
	local: Selector | undefined;
	remote: Selector | undefined;
	ipProtocol = 0;
	/** RESPONDER-LIFETIME or what the transform named, whichever is shorter; 0: none named. */
	seconds = 0;
	kilobytes = 0;
	softSeconds = 0;
	softKilobytes = 0;
	outboundKeys: SAKeys | undefined;

	constructor(sa: IKESA, role: Role, messageID: number, startedAt: number) {
		super();
		this.sa = sa;
		this.role = role;
		this.messageID = messageID;
		this.startedAt = startedAt;
	}

	get ni(): Uint8Array {
		return unpack(this.packed, INITIATOR_NONCE) ?? new Uint8Array(0);
	}

	set ni(value: Uint8Array) {
		this.packed = pack(this.packed, INITIATOR_NONCE, value, false);
	}

	get nr(): Uint8Array {
		return unpack(this.packed, RESPONDER_NONCE) ?? new Uint8Array(0);
	}

	set nr(value: Uint8Array) {
		this.packed = pack(this.packed, RESPONDER_NONCE, value, false);
	}

	/** Last cipher block of this exchange. */
	get iv(): Uint8Array {
		return unpack(this.packed, LAST_BLOCK) ?? new Uint8Array(0);
	}

	set iv(value: Uint8Array) {
		this.packed = pack(this.packed, LAST_BLOCK, value, false);
	}

	/** Bodies of the payloads that a responder sends back. */
	get sa_b(): Uint8Array {
		return unpack(this.packed, SA_BODY) ?? new Uint8Array(0);
	}

	set sa_b(value: Uint8Array) {
		this.packed = pack(this.packed, SA_BODY, value, false);
	}

	get initiatorID(): Uint8Array | undefined {
		return unpack(this.packed, INITIATOR_ID);
	}

	set initiatorID(value: Uint8Array | undefined) {
		this.packed = pack(this.packed, INITIATOR_ID, value, false);
	}

	get responderID(): Uint8Array | undefined {
		return unpack(this.packed, RESPONDER_ID);
	}

	set responderID(value: Uint8Array | undefined) {
		this.packed = pack(this.packed, RESPONDER_ID, value, false);
	}

	/** All messages have come; the last of ours may still be on its way out. */
	get isDone(): boolean {
		return this.step === STEPS;
	}

	override close(): void {
		super.close();
		if (this.outboundKeys !== undefined)
			wipeKeys(this.outboundKeys);
		this.outboundKeys = undefined;
	}
}

export function wipeKeys(keys: SAKeys): void {
	wipe(keys.encryption);
	wipe(keys.authentication);
	wipe(keys.ah);
}
