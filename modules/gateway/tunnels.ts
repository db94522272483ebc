/**
 * The traffic tunnels: the pairs of SAs that quick modes made, from the SPI that is reserved for one to its end. What IKE
 * negotiated becomes records of the SAD here, and the newest pair of a connection carries what it sends.
 */
import { formatAddress, type Endpoint } from "../addresses.js";
import type { ChildSA } from "../ike/types.js";
import { SAD, slotOf, type Contexts } from "../ipsec/sad.js";
import type { Direction, EngineEvent, Handle, KeptPair, SAParameters, SAStatus } from "../ipsec/types.js";
import { CONNECTIONS, SECURITY_ASSOCIATIONS, type TableUse } from "../limits.js";
import { formatSPI } from "../log/format.js";
import type { History } from "../records/history.js";
import type { Traffic } from "../records/types.js";
import { ERROR, INFO, NOTICE, type Logger } from "../log/types.js";

/**
 * Milliseconds for which an initiator that has sent the last message of quick mode does not use the outgoing SA yet: a responder makes its incoming
 * one when it has that message, and some take their time. The first packet waits parked; a renewed connection's packets go on using the old SA.
 */
const firstGrace = 150;
const renewalGrace = 1000;

/** Pairs of a connection that are newer than one that may go when there is no room for others; and how many make it go although packets come in by it. */
const NEWER = 2;
const MANY = 6;
/** Milliseconds in which none has; and of the age of one that goes. */
const IDLE = 30000;

/** Packets that went out by a pair, and milliseconds of its life, after which it is remarkable that none came in. */
const UNANSWERED = 10;
const UNANSWERED_TIME = 10000;

type Sum = { -readonly [field in keyof Traffic]: number };

const refusedKeys = "the accelerator refused its keys";

export interface Pair {
	readonly peer: string;
	readonly connection: string;
	/** Index of the connection's policy. */
	readonly policy: number;
	readonly inboundSPI: number;
	readonly outboundSPI: number;
	/** Of the AH around ESP, 0: there is none. */
	readonly outboundAHSPI: number;
	readonly inbound: Handle;
	/** Undefined until the peer is known to be able to receive. */
	outbound: Handle | undefined;
	/** The outgoing SA while it waits to be used; undefined before and after. */
	waiting: Handle | undefined;
	/** When it is used. */
	outboundAt: number;
	remote: Endpoint;
	/** A newer pair carries the outgoing traffic. */
	replaced: boolean;
	dropped: boolean;
	/** It was told that nothing comes in by it. */
	unanswered: boolean;
	/** The next older one of its connection. */
	older: Pair | undefined;
}

export interface TunnelsOptions {
	readonly log: Logger;
	/** Unpredictable bytes, for SPIs. */
	readonly random: (size: number) => Uint8Array;
	/** Packets of the policy can be sent from now on. */
	readonly onUsable: (policy: number) => void;
	/** Remembers what connections have carried. */
	readonly history: History;
	/** Where keys go, the accelerator when absent. */
	readonly contexts: Contexts | undefined;
	/** SAs of an earlier control plane are there: `keep` says which of them stay. */
	readonly keeps: boolean;
}

/** A pair that the accelerator did not take: the peer has to be told. */
export interface Broken {
	readonly inboundSPI: number;
	readonly outboundSPI: number;
}

export class Tunnels {
	readonly #sad: SAD;
	readonly #log: Logger;
	readonly #onUsable: (policy: number) => void;
	readonly #history: History;
	/** Oldest first, beside their peers; by the numbers of their incoming records; and by policy the newest, which leads to the older ones. */
	readonly #pairs: Pair[] = [];
	readonly #peers: string[] = [];
	readonly #bySlot: (Pair | undefined)[] = new Array<Pair | undefined>(SECURITY_ASSOCIATIONS).fill(undefined);
	readonly #newest: (Pair | undefined)[] = new Array<Pair | undefined>(CONNECTIONS).fill(undefined);
	/** Those whose outgoing SA waits to be used, and no earlier than when. */
	#waiting: Pair[] = [];
	#nextUse = Infinity;
	/** Pairs that could not be installed, until IKE has been told. */
	#broken: Broken[] = [];

	constructor({ log, random, onUsable, history, contexts, keeps }: TunnelsOptions) {
		this.#sad = new SAD(random, contexts, keeps);
		this.#log = log;
		this.#onUsable = onUsable;
		this.#history = history;
	}

	/** See `IKEHost.reserve`. */
	reserve(): number {
		return this.#sad.reserve();
	}

	/** See `IKEHost.release`. */
	release(inboundSPI: number): void {
		this.#sad.release(inboundSPI);
	}

	/** SAs that `reserve` can give, both directions counted. */
	get unused(): number {
		return this.#sad.unused;
	}

	/**
	 * Takes over the pairs of an earlier control plane for which `ownerOf` has a peer and a connection, oldest first; `adopted` gets each. All others are zeroed.
	 */
	keep(now: number, ownerOf: (pair: KeptPair) => { readonly peer: string; readonly connection: string } | undefined, adopted: (pair: Pair, kept: KeptPair) => void): void {
		for (const kept of this.#sad.keep((each) => ownerOf(each) !== undefined)) {
			const { peer, connection } = ownerOf(kept)!;
			const { policy, inboundSPI, outboundSPI, outboundAHSPI, inbound, remote, bornAt } = kept;
			let { outbound, waits } = kept;
			if (waits && this.isCarried(policy)) {
				// Whether the peer has had the message that completes its own nobody knows any more: the older one goes on.
				this.#sad.remove(outbound!);
				outbound = undefined;
				waits = false;
			}
			const pair: Pair = {
				peer, connection, policy, inboundSPI, outboundSPI, outboundAHSPI, inbound,
				outbound: waits ? undefined : outbound, waiting: waits ? outbound : undefined, outboundAt: bornAt + firstGrace, remote, replaced: false, dropped: false, unanswered: false,
				older: this.#newest[policy],
			};
			if (pair.outbound !== undefined)
				this.replaceOlder(pair);
			this.add(pair);
			if (waits)
				this.wait(pair);
			this.#log.write(now, NOTICE, peer, `${connection}: traffic tunnel kept, incoming ${formatSPI(inboundSPI)}, outgoing ${outbound === undefined ? "none" : formatSPI(outboundSPI)}`);
			if (outbound !== undefined)
				this.#history.turn(now, policy, true, "kept from before the restart");
			this.#history.mark(policy);
			adopted(pair, kept);
		}
	}

	/** The incoming SA of a new pair is live from now on. `policy` is the index of its connection's. */
	installInbound(now: number, child: ChildSA, policy: number): void {
		const { peer, connection, inboundSPI, outboundSPI, outboundAHSPI, remoteEndpoint } = child;
		try {
			const inbound = this.#sad.install(now, parameters(child, "Incoming", policy));
			this.add({
				peer, connection, policy, inboundSPI, outboundSPI, outboundAHSPI, inbound,
				outbound: undefined, waiting: undefined, outboundAt: 0, remote: remoteEndpoint, replaced: false, dropped: false, unanswered: false, older: this.#newest[policy],
			});
		}
		catch (error) {
			this.#sad.release(inboundSPI);
			this.fail(now, child, error);
		}
	}

	/** The outgoing SA is used as soon as the peer is sure to have its incoming one: at once by a responder, after a moment by an initiator. */
	installOutbound(now: number, child: ChildSA): void {
		const pair = this.withInboundSPI(child.inboundSPI);
		if (pair === undefined)
			return;
		try {
			pair.waiting = this.#sad.hold(now, parameters(child, "Outgoing", pair.policy));
		}
		catch (error) {
			this.drop(now, pair, refusedKeys);
			this.fail(now, pair, error);
			return;
		}
		if (child.role === "responder") {
			this.startUsing(now, pair, pair.waiting);
			return;
		}
		pair.outboundAt = now + (this.isCarried(pair.policy) ? renewalGrace : firstGrace);
		this.wait(pair);
	}

	/** The pair's outgoing SA is used when its time has come. */
	private wait(pair: Pair): void {
		this.#waiting.push(pair);
		this.#nextUse = Math.min(this.#nextUse, pair.outboundAt);
	}

	/** Whether there is an SA that the policy's packets go out by. */
	private isCarried(policy: number): boolean {
		for (let pair = this.#newest[policy]; pair !== undefined; pair = pair.older)
			if (pair.outbound !== undefined)
				return true;
		return false;
	}

	/** Outgoing traffic goes by another pair, or is about to. Which of two came last does not tell: when both sides begin at once, each side's own waits. */
	isSucceeded(pair: Pair): boolean {
		return pair.replaced || this.of(pair.policy).some((other) => other !== pair && (other.waiting !== undefined || pair.outbound === undefined && other.outbound !== undefined));
	}

	/** What is due by `now`: outgoing SAs that waited are used, limits in seconds that were reached are told. */
	*due(now: number): Iterable<EngineEvent> {
		if (now >= this.#nextUse) {
			for (const pair of this.#waiting)
				if (!pair.dropped && pair.waiting !== undefined && now >= pair.outboundAt)
					this.startUsing(now, pair, pair.waiting);
			this.#waiting = this.#waiting.filter((pair) => !pair.dropped && pair.waiting !== undefined);
			this.#nextUse = Infinity;
			for (const { outboundAt } of this.#waiting)
				this.#nextUse = Math.min(this.#nextUse, outboundAt);
		}
		yield* this.#sad.expire(now);
	}

	/** When `due` has something to do next; Infinity: never. */
	get nextDeadline(): number {
		return Math.min(this.#sad.nextDeadline, this.#nextUse);
	}

	/** Closes the pair: its records and keys are zeroed. */
	drop(now: number, pair: Pair, reason: string): void {
		const outgoing = pair.outbound ?? pair.waiting;
		const { policy } = pair;
		const carried = { bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0, errorsIn: 0, errorsOut: 0 };
		this.sum(carried, pair);
		this.#history.gone(policy, carried);
		if (outgoing === undefined)
			this.#sad.release(pair.inboundSPI);
		else
			this.#sad.remove(outgoing);
		this.#sad.remove(pair.inbound);
		this.forget(pair);
		// A newer pair that waits has nothing to fall back on now, and a peer that deleted the old one has the new one.
		for (let newer = this.#newest[policy]; newer !== undefined; newer = newer.older)
			if (newer.waiting !== undefined)
				this.startUsing(now, newer, newer.waiting);
		if (!this.isUp(policy))
			this.#history.turn(now, policy, false, reason);
	}

	/** The pair sends nothing any more; what still comes by it is taken. `reason`: why the connection is down, where it has no other. */
	receiveOnly(now: number, pair: Pair, reason: string): void {
		const outgoing = pair.outbound ?? pair.waiting;
		if (outgoing === undefined)
			return;
		const { bytes, packets, errors } = this.#sad.counts(outgoing);
		this.#history.gone(pair.policy, { bytesIn: 0, bytesOut: bytes, packetsIn: 0, packetsOut: packets, errorsIn: 0, errorsOut: errors });
		pair.outbound = pair.waiting = undefined;
		this.#sad.remove(outgoing);
		if (!this.isUp(pair.policy))
			this.#history.turn(now, pair.policy, false, reason);
	}

	private add(pair: Pair): void {
		this.#pairs.push(pair);
		this.#peers.push(pair.peer);
		this.#bySlot[slotOf(pair.inboundSPI)] = this.#newest[pair.policy] = pair;
	}

	/** Takes the pair out of all lists. */
	private forget(pair: Pair): void {
		const { policy, inboundSPI, older } = pair;
		pair.dropped = true;
		const place = this.#pairs.indexOf(pair);
		this.#pairs.splice(place, 1);
		this.#peers.splice(place, 1);
		this.#bySlot[slotOf(inboundSPI)] = undefined;
		let newer = this.#newest[policy];
		if (newer === pair)
			this.#newest[policy] = older;
		for (; newer !== undefined; newer = newer.older)
			if (newer.older === pair)
				newer.older = older;
	}

	/** What the SAs of a connection that there are have carried. */
	traffic(policy: number): Traffic {
		const sum = { bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0, errorsIn: 0, errorsOut: 0 };
		for (let pair = this.#newest[policy]; pair !== undefined; pair = pair.older)
			this.sum(sum, pair);
		return sum;
	}

	private sum(sum: Sum, { inbound, outbound }: Pair): void {
		const { bytes, packets, errors } = this.#sad.counts(inbound);
		sum.bytesIn += bytes;
		sum.packetsIn += packets;
		sum.errorsIn += errors;
		if (outbound === undefined)
			return;
		const sent = this.#sad.counts(outbound);
		sum.bytesOut += sent.bytes;
		sum.packetsOut += sent.packets;
		sum.errorsOut += sent.errors;
	}

	/** Of several gateways that may be the peer the one that the pair is with. */
	identity(pair: Pair): number {
		return this.#sad.identity(pair.inbound);
	}

	/** The peer with this identity is at another address or port: its SAs follow. */
	move(now: number, peer: string, remote: Endpoint, identity: number): void {
		const peers = this.#peers;
		for (let i = peers.indexOf(peer); i >= 0; i = peers.indexOf(peer, i + 1)) {
			const pair = this.#pairs[i]!;
			if (pair.remote.address === remote.address && pair.remote.port === remote.port || this.identity(pair) !== identity)
				continue;
			pair.remote = remote;
			this.#sad.setRemote(pair.inbound, remote);
			const outgoing = pair.outbound ?? pair.waiting;
			if (outgoing !== undefined)
				this.#sad.setRemote(outgoing, remote);
			this.#log.write(now, NOTICE, peer, `${pair.connection}: the peer is now at ${formatAddress(remote.address)}:${remote.port}`);
		}
	}

	/** The pair that has an SA with `spi` in this direction. */
	withSPI(direction: Direction, spi: number): Pair | undefined {
		return direction === "Incoming" ? this.withInboundSPI(spi) : this.#pairs.find((pair) => pair.outboundSPI === spi && pair.outbound !== undefined);
	}

	/** The pair of a connection that has an SA with `spi` in this direction: what other peers receive on may have the same number. */
	ofPolicy({ direction, spi, policy }: { readonly direction: Direction; readonly spi: number; readonly policy: number }): Pair | undefined {
		return this.of(policy).find((pair) => direction === "Incoming" ? pair.inboundSPI === spi : pair.outboundSPI === spi && pair.outbound !== undefined);
	}

	/** The pair with this incoming SA. */
	withInboundSPI(spi: number): Pair | undefined {
		const pair = this.#bySlot[slotOf(spi)];
		return pair?.inboundSPI === spi ? pair : undefined;
	}

	/** The pairs of a connection, newest first, in a list of their own. */
	of(policy: number): Pair[] {
		const pairs: Pair[] = [];
		for (let pair = this.#newest[policy]; pair !== undefined; pair = pair.older)
			pairs.push(pair);
		return pairs;
	}

	/** The pairs that match, in a list of their own: the caller may drop them while it goes through it. */
	filter(matches: (pair: Pair) => boolean): Pair[] {
		return this.#pairs.filter(matches);
	}

	/** Whether the pair has not been dropped. */
	has(pair: Pair): boolean {
		return !pair.dropped;
	}

	[Symbol.iterator](): Iterator<Pair> {
		return this.#pairs[Symbol.iterator]();
	}

	/** Whether the connection has a pair that carries its packets, or will in a moment. */
	isUp(policy: number): boolean {
		for (let pair = this.#newest[policy]; pair !== undefined; pair = pair.older)
			if ((pair.outbound ?? pair.waiting) !== undefined)
				return true;
		return false;
	}

	/**
	 * Where there is no room for another pair: the oldest that several newer ones have replaced, and that the peer does not use any more; undefined: there is none such. A peer that makes one
	 * after the other, and closes none, is to fill no more than its own places.
	 */
	surplus(now: number): Pair | undefined {
		return this.unused >= 2 ? undefined : this.#pairs.find((pair) => {
			let newer = 0;
			for (let other = this.#newest[pair.policy]; other !== pair && other !== undefined; other = other.older)
				if (other.outbound !== undefined)
					newer++;
			if (newer < NEWER)
				return false;
			const { bornAt } = this.#sad.status(pair.inbound);
			return now - (newer >= MANY ? bornAt : Math.max(this.usedAt(pair), bornAt)) >= IDLE;
		});
	}

	/** When the pair's incoming SA carried its last packet; 0: none yet. */
	usedAt(pair: Pair): number {
		return this.#sad.usedAt(pair.inbound) ?? 0;
	}

	/** See `IKEHost.heard`. */
	heard(peer: string): number {
		let last = 0;
		const peers = this.#peers;
		for (let i = peers.indexOf(peer); i >= 0; i = peers.indexOf(peer, i + 1))
			last = Math.max(last, this.#sad.usedAt(this.#pairs[i]!.inbound) ?? 0);
		return last;
	}

	/** Pairs of a peer by which packets went out for a while and none has ever come in, each once: how many, and what they went in. */
	unanswered(now: number, peer: string): readonly { readonly connection: string; readonly packets: number; readonly protocol: SAStatus["protocol"] }[] {
		const found: { readonly connection: string; readonly packets: number; readonly protocol: SAStatus["protocol"] }[] = [];
		const peers = this.#peers;
		for (let i = peers.indexOf(peer); i >= 0; i = peers.indexOf(peer, i + 1)) {
			const pair = this.#pairs[i]!;
			const { inbound, outbound, connection } = pair;
			if (outbound === undefined || pair.unanswered || this.#sad.counts(outbound).packets < UNANSWERED || this.#sad.counts(inbound).packets > 0)
				continue;
			const { bornAt, packets, protocol } = this.#sad.status(outbound);
			if (now - bornAt < UNANSWERED_TIME)
				continue;
			pair.unanswered = true;
			found.push({ connection, packets, protocol });
		}
		return found;
	}

	/** The SAD's view of one SA of a pair. */
	status(handle: Handle): SAStatus {
		return this.#sad.status(handle);
	}

	/** The pairs that could not be installed since the last call. */
	takeBroken(): readonly Broken[] {
		const broken = this.#broken;
		if (broken.length > 0)
			this.#broken = [];
		return broken;
	}

	use(): Iterable<TableUse> {
		return this.#sad.use();
	}

	/** The outgoing SA of `pair` carries its connection's packets from now on. */
	private startUsing(now: number, pair: Pair, outgoing: Handle): void {
		const { peer, connection, policy, inboundSPI, outboundSPI } = pair;
		pair.waiting = undefined;
		try {
			this.#sad.engage(outgoing);
			pair.outbound = outgoing;
		}
		catch (error) {
			this.drop(now, pair, refusedKeys);
			this.fail(now, pair, error);
			return;
		}
		this.#history.made(policy);
		// A responder does not wait.
		this.#history.turn(now, policy, true, pair.outboundAt === 0 ? "the peer began" : "this unit began");
		this.replaceOlder(pair);
		this.#log.write(now, NOTICE, peer, `${connection}: traffic tunnel up, incoming ${formatSPI(inboundSPI)}, outgoing ${formatSPI(outboundSPI)}`);
		this.#onUsable(policy);
	}

	/** The others of its connection carry no outgoing traffic any more. */
	private replaceOlder(pair: Pair): void {
		for (let other = this.#newest[pair.policy]; other !== undefined; other = other.older)
			if (other !== pair && other.outbound !== undefined)
				other.replaced = true;
	}

	private fail(now: number, { peer, connection, inboundSPI, outboundSPI }: Broken & { readonly peer: string; readonly connection: string }, error: unknown): void {
		this.#broken.push({ inboundSPI, outboundSPI });
		this.#log.write(now, ERROR, peer, `${connection}: the traffic tunnel cannot be installed: ${error instanceof Error ? error.message : String(error)}`);
	}

	/** Closes the pair, and logs it: for a reason that the peer or time gave. */
	end(now: number, pair: Pair, reason: string): void {
		const { peer, connection, inboundSPI, outboundSPI } = pair;
		this.#log.write(now, INFO, peer, `${connection}: traffic tunnel ${formatSPI(inboundSPI)}/${formatSPI(outboundSPI)} closed: ${reason}`);
		this.drop(now, pair, reason);
	}
}

function parameters(child: ChildSA, direction: Direction, policy: number): SAParameters {
	const incoming = direction === "Incoming";
	const keys = incoming ? child.inboundKeys : child.outboundKeys;
	return {
		direction, policy,
		spi: incoming ? child.inboundSPI : child.outboundSPI,
		inboundSPI: child.inboundSPI,
		protocol: child.protocol,
		mode: child.mode,
		ahSPI: child.protocol !== "ah+esp" ? 0 : incoming ? child.inboundSPI : child.outboundAHSPI,
		encryption: child.encryption,
		authentication: child.authentication,
		ahAuthentication: child.ahAuthentication,
		extendedSequence: child.extendedSequence,
		shortSHA256: child.shortSHA256,
		encryptionKey: keys.encryption,
		authenticationKey: keys.authentication,
		ahKey: keys.ah,
		localEndpoint: child.localEndpoint,
		remoteEndpoint: child.remoteEndpoint,
		udpEncapsulation: child.udpEncapsulation,
		identity: child.identity,
		local: child.local,
		remote: child.remote,
		ipProtocol: child.ipProtocol,
		seconds: child.seconds,
		kilobytes: child.kilobytes,
		softSeconds: child.softSeconds,
		softKilobytes: child.softKilobytes,
	};
}
