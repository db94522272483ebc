import type { Endpoint } from "../addresses.js";
import type { Answered } from "./answered.js";
import type { CBCName } from "../crypto/types.js";
import type { PeerSettings } from "../settings/types.js";
import { wipe } from "./bytes.js";
import type { Exchange } from "./exchange.js";
import { pack, unpack, type Packed } from "./packed.js";
import type { PRF } from "./prf.js";
import type { IKESAStatus, NATPosition, Role } from "./types.js";

/** Numbers of byte strings. */
const SKEYID_D = 1;
const SKEYID_A = 2;
const KEY = 3;
const LAST_BLOCK = 4;

/** The state of an IKE SA that is established: "Activated". */
export const ESTABLISHED = 9;

export interface IKESAOptions {
	readonly id: string;
	/** 16 bytes; the responder's half is zero until it is known. */
	readonly cookies: Uint8Array;
	readonly role: Role;
	readonly mode: "main" | "aggressive";
	readonly startedAt: number;
	readonly remote: Endpoint;
	readonly localPort: number;
}

/** One IKE SA, from its first message to its end. Its fields are flat: a device has thousands of slots, not millions. */
export class IKESA implements IKESAStatus {
	readonly id: string;
	readonly cookies: Uint8Array;
	readonly role: Role;
	readonly mode: "main" | "aggressive";
	readonly startedAt: number;

	/** Name in the settings; "" while a responder does not know yet who asks. */
	peer = "";
	/** Fingerprint of the identity that the peer has proved, 0 before. */
	identity = 0;
	settings: PeerSettings | undefined;
	remote: Endpoint;
	localPort: number;

	state = 1;
	algorithm = "";
	authentication: "pre-shared key" | "certificate" = "pre-shared key";
	establishedAt: number | undefined;
	/** Seconds. */
	lifetime = 0;
	natT: NATPosition = "none";
	/** ESP goes in UDP: a NAT was found, or one end was told to behave as if. */
	encapsulation = false;
	/** NAT traversal as in the drafts before RFC 3947: the same under other numbers (T21). */
	natDraft = false;
	phase2Negotiations = 0;
	/** The peer takes IKE messages in fragments (T24). */
	fragmentation = false;
	/** The peer sent the vendor ID of RFC 3706 (T25). */
	deadPeerDetection = false;
	/** The last proof of life that came as IKE; what came as ESP the packet engine knows. */
	heardAt = 0;
	/** When to look whether the peer lives; undefined: never. */
	livenessAt: number | undefined;
	/** R-U-THEREs without an answer, how many of them are not held against the peer, the time of the first, and the sequence number of the last. */
	probes = 0;
	excused = 0;
	probedAt = 0;
	probe = 0;
	/** The peer's last R-U-THERE, -1 before the first, and when one was answered last. */
	asked = -1;
	answeredAt = 0;

	cipher: CBCName = "aes-128-cbc";
	prf: PRF | undefined;
	#packedSecrets: Packed;

	/** Phase 1 while it lasts. */
	negotiation: Exchange | undefined;
	/** Exchanges of phase 2. */
	exchanges: Exchange[] = [];
	/** Exchanges of both phases that are over, oldest first. */
	readonly answered: Answered[] = [];
	/** The IKE SA that this one is to replace: it goes some time after this one is up. */
	replaces: IKESA | undefined;
	/** A newer one has taken over. */
	replaced = false;
	/** The peer has deleted pairs under it: it was made for that, and not refused. */
	isUsed = false;

	/** Milliseconds of the clock; undefined: never. */
	renewAt: number | undefined;
	expiresAt: number | undefined;
	keepaliveAt: number | undefined;
	/** Quick modes of ours wait until then. */
	settledAt: number | undefined;
	/** None of these, and no time of its exchanges, is earlier; Infinity: there is none. See `Table.soon`. */
	nextAt = Infinity;
	closed = false;
	/** It is another engine's: whatever happens here, the peer is not told that it ends. */
	isCopy = false;

	constructor(options: IKESAOptions) {
		this.id = options.id;
		this.cookies = options.cookies;
		this.role = options.role;
		this.mode = options.mode;
		this.startedAt = options.startedAt;
		this.remote = options.remote;
		this.localPort = options.localPort;
	}

	/** SKEYID_d, as SKEYID_a and the cipher's key empty until they are agreed. */
	get d(): Uint8Array {
		return unpack(this.#packedSecrets, SKEYID_D) ?? new Uint8Array(0);
	}

	set d(value: Uint8Array) {
		this.#packedSecrets = pack(this.#packedSecrets, SKEYID_D, value, true);
	}

	/** SKEYID_a. */
	get a(): Uint8Array {
		return unpack(this.#packedSecrets, SKEYID_A) ?? new Uint8Array(0);
	}

	set a(value: Uint8Array) {
		this.#packedSecrets = pack(this.#packedSecrets, SKEYID_A, value, true);
	}

	/** The cipher's key. */
	get key(): Uint8Array {
		return unpack(this.#packedSecrets, KEY) ?? new Uint8Array(0);
	}

	set key(value: Uint8Array) {
		this.#packedSecrets = pack(this.#packedSecrets, KEY, value, true);
	}

	/** Last cipher block of phase 1. */
	get iv(): Uint8Array {
		return unpack(this.#packedSecrets, LAST_BLOCK) ?? new Uint8Array(0);
	}

	set iv(value: Uint8Array) {
		this.#packedSecrets = pack(this.#packedSecrets, LAST_BLOCK, value, true);
	}

	/** 8 bytes. */
	get initiatorCookie(): Uint8Array {
		return this.cookies.subarray(0, 8);
	}

	/** 8 bytes, all zero while an initiator has no answer. */
	get responderCookie(): Uint8Array {
		return this.cookies.subarray(8, 16);
	}

	get isEstablished(): boolean {
		return this.state === ESTABLISHED;
	}

	/** Nothing that its initiator sent was authenticated so far (F13). */
	get isUnproven(): boolean {
		return this.role === "responder" && this.state !== ESTABLISHED;
	}

	/** When something of it or of its exchanges is to be done next; Infinity: never. */
	deadline(): number {
		let at = Math.min(this.negotiation?.dueAt ?? Infinity, this.renewAt ?? Infinity, this.expiresAt ?? Infinity, this.keepaliveAt ?? Infinity,
			this.livenessAt ?? Infinity, this.settledAt ?? Infinity, this.answered[0]?.until ?? Infinity);
		for (let i = 0; i < this.exchanges.length; i++)
			at = Math.min(at, this.exchanges[i]!.dueAt ?? Infinity);
		return at;
	}

	/** Another of the same cookies and keys, for quick modes that this one is to know nothing of. It never expires. */
	copy(): IKESA {
		const { id, cookies, role, mode, startedAt, remote, localPort } = this;
		const copy = new IKESA({ id, cookies: cookies.slice(), role, mode, startedAt, remote, localPort });
		copy.isCopy = true;
		copy.peer = this.peer;
		copy.settings = this.settings;
		copy.state = this.state;
		copy.establishedAt = this.establishedAt;
		copy.lifetime = this.lifetime;
		copy.encapsulation = this.encapsulation;
		copy.natDraft = this.natDraft;
		copy.fragmentation = this.fragmentation;
		copy.cipher = this.cipher;
		copy.prf = this.prf;
		copy.a = this.a;
		copy.d = this.d;
		copy.key = this.key;
		copy.iv = this.iv;
		return copy;
	}

	/** Ends its exchanges and wipes its secrets. Idempotent. */
	close(): void {
		this.closed = true;
		this.negotiation?.close();
		this.negotiation = undefined;
		for (const exchange of this.exchanges)
			exchange.close();
		this.exchanges = [];
		this.answered.length = 0;
		this.replaces = undefined;
		this.settledAt = this.renewAt = this.expiresAt = this.keepaliveAt = this.livenessAt = undefined;
		wipe(this.#packedSecrets);
		this.#packedSecrets = undefined;
	}
}
