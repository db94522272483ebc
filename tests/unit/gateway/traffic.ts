/** Packets between the LANs behind a gateway and its peer, as far as SAs see them: which one a packet goes by, and whether the other side has it when it arrives. */
import {
	INCOMING, OUTGOING, SA_DIRECTION, SA_LIVE, SA_PACKETS, SA_POLICY, SA_SERIAL, SA_SIZE, SA_SPI, SA_STATE, SA_USED_AT
} from "../../../modules/ipsec/layout.js";
import { getNumber64, sadTable, setNumber64 } from "../../../modules/ipsec/tables.js";
import { SECURITY_ASSOCIATIONS } from "../../../modules/limits.js";
import type { InstalledPair } from "../ike/network.js";
import type { World } from "./world.js";

/** Milliseconds after quick mode's last message in which a responder may not have its incoming SA yet: charon takes up to so many. */
const SLOW_RESPONDER = 300;

export class Traffic {
	readonly #world: World;
	readonly #view = new DataView(sadTable());
	sent = 0;
	lost = 0;
	/** What became of the first packets that were lost. */
	readonly causes: string[] = [];
	#lost: string[] = [];

	constructor(world: World) {
		this.#world = world;
	}

	/** One packet each way, sent now and there after the network's delay. Returns what became of those that were lost. */
	exchange(): string[] {
		this.#lost = [];
		const { network, delay } = this.#world;
		const outgoing = this.#preferred();
		const theirs = this.#theirs();
		this.sent += 2;
		if (outgoing < 0)
			this.#lose("the gateway has no outgoing SA");
		else
			this.#count(outgoing);
		if (theirs === undefined)
			this.#lose("the peer has no outgoing SA");
		const spi = outgoing < 0 ? 0 : this.#view.getUint32(outgoing + SA_SPI, true);
		this.#world.run(delay);
		if (outgoing >= 0) {
			const pair = this.#world.peer.pairs.get(spi);
			const { now } = network;
			if (pair === undefined || pair.child.role === "responder" && now < pair.completeAt + SLOW_RESPONDER)
				this.#lose(`the peer has no incoming SA for ${spi} ${pair === undefined ? "at all" : "yet"}`);
			else
				this.#world.peer.esp = now;
		}
		if (theirs !== undefined) {
			const incoming = this.#incoming(theirs.child.outboundSPI);
			if (incoming < 0)
				this.#lose("the gateway has no incoming SA");
			else
				this.#count(incoming);
		}
		return this.#lost;
	}

	/** Ends and renews the peer's pairs, as its own packet engine and gateway would. */
	age(): void {
		const { peer, network } = this.#world;
		for (const pair of [...peer.pairs.values()]) {
			const age = (network.now - pair.at) / 1000;
			if (age >= pair.child.seconds)
				peer.deletePair(pair.child.inboundSPI);
			else if (age >= pair.child.softSeconds && pair === this.#theirs())
				peer.ike.renew(network.now, pair.child.inboundSPI);
		}
	}

	#lose(cause: string): void {
		this.lost++;
		this.#lost.push(cause);
		if (this.causes.length < 10)
			this.causes.push(`${this.#world.network.now}: ${cause}`);
	}

	/** The record counts a packet, as the engine does. */
	#count(at: number): void {
		setNumber64(this.#view, at + SA_PACKETS, getNumber64(this.#view, at + SA_PACKETS) + 1);
		setNumber64(this.#view, at + SA_USED_AT, this.#world.network.now);
	}

	/** The newest live outgoing SA of the first policy; -1: none. */
	#preferred(): number {
		let best = -1;
		let newest = -1;
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
			const at = slot * SA_SIZE;
			const view = this.#view;
			const serial = view.getUint32(at + SA_SERIAL, true);
			if (view.getUint8(at + SA_STATE) === SA_LIVE && view.getUint8(at + SA_DIRECTION) === OUTGOING && view.getUint16(at + SA_POLICY, true) === 0 && serial > newest) {
				newest = serial;
				best = at;
			}
		}
		return best;
	}

	#incoming(spi: number): number {
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
			const at = slot * SA_SIZE;
			if (this.#view.getUint8(at + SA_STATE) === SA_LIVE && this.#view.getUint8(at + SA_DIRECTION) === INCOMING && this.#view.getUint32(at + SA_SPI, true) === spi)
				return at;
		}
		return -1;
	}

	/** The pair by which the peer sends: the newest. */
	#theirs(): InstalledPair | undefined {
		let newest: InstalledPair | undefined;
		for (const pair of this.#world.peer.pairs.values())
			if (pair.outbound && (newest === undefined || pair.completeAt >= newest.completeAt))
				newest = pair;
		return newest;
	}
}
