/**
 * The way into the key exchange. Sans-I/O: datagrams, the time and the gateway's wishes come in; datagrams go out through
 * `dispatch`, everything else through `IKEHost`.
 */
import { formatAddress, type Endpoint } from "../addresses.js";
import { IKE_MESSAGE_SIZE, type TableUse } from "../limits.js";
import { DEBUG, INFO } from "../log/types.js";
import type { PeerSettings } from "../settings/types.js";
import { expire } from "./answered.js";
import { Children, type Child } from "./children.js";
import { Connections } from "./connections.js";
import type { Context, WAN } from "./context.js";
import { Counters } from "../counters.js";
import { refused } from "./diagnosis.js";
import type { Exchange } from "./exchange.js";
import { canReach, hasHostName, HostNames } from "./hostnames.js";
import { Openings } from "./openings.js";
import { Orphans } from "./orphans.js";
import { Outbox } from "./outbox.js";
import { Past } from "./past.js";
import type { IKESA } from "./sa.js";
import { KEEPALIVE } from "./schedule.js";
import { Table, type TableSizes } from "./table.js";
import type { IKEHost, IKESAStatus } from "./types.js";
import { answerPhase1, beginPhase1, receiveOther } from "./v1/exchange/begin.js";
import { configure } from "./v1/exchange/configure.js";
import { receiveEarly, takeEarly } from "./v1/exchange/early.js";
import { abort, closeIKESA, deleteIKESA, endChild } from "./v1/exchange/end.js";
import { receiveInformational } from "./v1/exchange/informational.js";
import { checkLife, checkPath, suspect } from "./v1/exchange/liveness.js";
import { giveUpUnproven, makeRoom } from "./v1/exchange/memory.js";
import { phase1 } from "./v1/exchange/modes.js";
import { bereaved, strayed } from "./v1/exchange/orphans.js";
import { Phase1 } from "./v1/exchange/phase1.js";
import { quickMode, receiveQuick, underway } from "./v1/exchange/quick.js";
import { QuickMode } from "./v1/exchange/quickmode.js";
import { broken, due, receive, repeated, resume } from "./v1/exchange/run.js";
import { locate, lookedUp, noBeginning, serve } from "./v1/exchange/serve.js";
import { receiveTransaction } from "./v1/exchange/transaction.js";
import { cut, Fragments, WHOLE_SIZE } from "./v1/fragments.js";
import { messageOf, type Message } from "./v1/message.js";
import { beginsWith, read32 } from "./v1/wire/bytes.js";
import { parsePayloads } from "./v1/wire/chain.js";
import { COOKIE_SIZE, ExchangeType, Flag, HEADER_SIZE, NON_ESP_MARKER_SIZE, PayloadType, ProtocolID } from "./v1/wire/constants.js";
import { fault, isFault } from "./v1/wire/fault.js";
import { parseFragment } from "./v1/wire/fragment.js";
import { parseHeader, type Header } from "./v1/wire/header.js";
import { exchangeName } from "./v1/wire/names.js";
import { Waiting } from "./waiting.js";

export interface IKEOptions {
	readonly host: IKEHost;
	/** After validation. */
	readonly peers: readonly PeerSettings[];
	readonly gateway: WAN;
	/** The accelerator has finished something, outside of any call of ours: there is reason to call `dispatch`. */
	readonly onReady?: () => void;
	/** Smaller than `limits` for tests. */
	readonly sizes?: TableSizes;
	/** Messages of more bytes go in fragments to peers that take them (T24): less for tests. */
	readonly wholeSize?: number;
	/** Nobody is told that this gateway has started anew (T18). */
	readonly quiet?: boolean;
}

export type Initiated =
	/** A negotiation has begun, or waits for the IKE SA that has. */
	| "started"
	/** One is under way for this connection. */
	| "already"
	/** The peer or the connection is not in the settings, switched off, or not to be reached from here. */
	| "refused";

export class IKE {
	readonly #context: Context;
	readonly #fragments = new Fragments();
	readonly #wholeSize: number;

	constructor({ host, peers, gateway, onReady, sizes, wholeSize = WHOLE_SIZE, quiet = false }: IKEOptions) {
		this.#wholeSize = wholeSize;
		this.#context = {
			host, gateway, peers,
			table: new Table(sizes, (sa, isThere) => host.know?.(sa.role === "initiator" ? sa.initiatorCookie : sa.responderCookie, isThere)),
			outbox: new Outbox(),
			children: new Children(),
			connections: new Connections(peers),
			waiting: new Waiting(),
			orphans: new Orphans(),
			past: new Past(),
			underway: [],
			openings: new Openings(sizes?.openings),
			starved: [],
			counters: new Counters("ike-"),
			hostNames: new HostNames(),
			finished: [],
			onReady: onReady ?? (() => {}),
			contacted: quiet ? undefined : new Set(),
			told: new Map()
		};
	}

	// Datagrams

	/** Takes a datagram that came to `localPort`; on the NAT traversal port with the non-ESP marker. `bytes` may be overwritten after the call. */
	process(now: number, from: Endpoint, localPort: number, bytes: Uint8Array): void {
		const context = this.#context;
		if (localPort === context.gateway.natTraversalPort) {
			if (bytes.length === 1 && bytes[0] === 0xff)
				return;
			if (bytes.length < NON_ESP_MARKER_SIZE || (bytes[0]! | bytes[1]! | bytes[2]! | bytes[3]!) !== 0) {
				refused(context, now, "", from.address, "no-marker", `datagram from ${formatAddress(from.address)} without non-ESP marker dropped`);
				return;
			}
			bytes = bytes.subarray(NON_ESP_MARKER_SIZE);
		}
		const whole = this.message(now, from, localPort, bytes, false);
		// Not from within: a device's stack has no room for both.
		if (whole !== undefined)
			this.message(now, from, localPort, whole, true);
		serve(context, now);
	}

	/** A message, or a piece of one; `isWhole`: put together from pieces. Returns the message that is whole with this piece, undefined: there is none. */
	private message(now: number, from: Endpoint, localPort: number, bytes: Uint8Array, isWhole: boolean): Uint8Array | undefined {
		const context = this.#context;
		const header = parseHeader(bytes);
		if (isFault(header)) {
			if (header.fault === "version")
				receiveOther(context, now, this.find(bytes, from), { from, bytes });
			else
				refused(context, now, "", from.address, `header-${header.fault}`, `message from ${formatAddress(from.address)} dropped: header ${header.fault} at ${header.at}`);
			return undefined;
		}
		if (header.length > IKE_MESSAGE_SIZE) {
			refused(context, now, "", from.address, "too-long", `message from ${formatAddress(from.address)} dropped: ${header.length} bytes`);
			return undefined;
		}
		// T27: what follows the header's length is padding.
		const whole = header.length === bytes.length ? bytes : bytes.subarray(0, header.length);
		if (header.nextPayload === PayloadType.FRAGMENT) {
			if (!isWhole)
				return this.piece(now, from, header, whole);
			refused(context, now, "", from.address, "fragment-in-fragment", `message from ${formatAddress(from.address)} dropped: fragments of a fragment`);
			return undefined;
		}
		const message = messageOf(context.host.crypto, header, whole, from, localPort);
		const sa = this.find(whole, from);
		if (header.flags & Flag.COMMIT)
			// T20
			context.host.log.limited(now, DEBUG, sa?.peer ?? "", from.address, "commit-bit", `commit bit of ${exchangeName(header.exchangeType)} ignored`);
		this.handle(now, sa, message);
		return undefined;
	}

	/** T24: a piece of a message to an IKE SA that there is. It proves nothing: what it is a piece of has to. Returns that, when it was the last one. */
	private piece(now: number, from: Endpoint, header: Header, bytes: Uint8Array): Uint8Array | undefined {
		const context = this.#context;
		const sa = this.find(bytes, from);
		const payloads = parsePayloads(bytes, header.nextPayload, HEADER_SIZE, bytes.length);
		const fragment = isFault(payloads) ? payloads : payloads.length !== 1 ? fault("count", HEADER_SIZE) : parseFragment(payloads[0]!.body);
		const taken = sa === undefined ? "fragment-unknown-cookies" : isFault(fragment) ? `fragment-${fragment.fault}` as const : this.#fragments.take(now, sa, fragment);
		if (typeof taken !== "string")
			return taken;
		refused(context, now, sa?.peer ?? "", from.address, taken, `fragment from ${formatAddress(from.address)} dropped: ${taken}`);
		return undefined;
	}

	private handle(now: number, sa: IKESA | undefined, message: Message): void {
		const context = this.#context;
		const { header, from } = message;
		const { exchangeType } = header;
		const peer = sa?.peer ?? "";
		switch (exchangeType) {
			case ExchangeType.MAIN:
			case ExchangeType.AGGRESSIVE: {
				if (header.messageID !== 0) {
					refused(context, now, peer, from.address, "message-id", `${exchangeName(exchangeType)} from ${formatAddress(from.address)} dropped: message ID in phase 1`);
					return;
				}
				if (sa !== undefined) {
					const exchange = sa.negotiation;
					const over = sa.answered.find((each) => each.messageID === 0);
					if (exchange instanceof Phase1 && exchangeName(exchangeType) === sa.mode)
						receive(context, now, phase1, exchange, message);
					else if (over !== undefined)
						repeated(context, now, sa, over, message);
					else
						refused(context, now, peer, from.address, "unexpected-message", `${exchangeName(exchangeType)} from ${formatAddress(from.address)} dropped in state ${sa.state}`);
					return;
				}
				if (isZero(header.responderCookie) && !(header.flags & Flag.ENCRYPTION) && !isZero(header.initiatorCookie)) {
					answerPhase1(context, now, message);
					return;
				}
				break;
			}
			case ExchangeType.QUICK:
				if (sa !== undefined) {
					if (sa.isEstablished)
						receiveQuick(context, now, sa, message);
					else
						receiveEarly(context, now, sa, message);
					return;
				}
				break;
			case ExchangeType.INFORMATIONAL:
				receiveInformational(context, now, sa, message);
				return;
			case ExchangeType.TRANSACTION:
				receiveTransaction(context, now, sa, message);
				return;
			default:
				refused(context, now, peer, from.address, "unknown-exchange", `${exchangeName(exchangeType)} from ${formatAddress(from.address)} dropped: not an exchange of ours`);
				return;
		}
		refused(context, now, "", from.address, "unknown-cookies", `${exchangeName(exchangeType)} from ${formatAddress(from.address)} dropped: no such IKE SA`);
	}

	/** The IKE SA that the cookies of a message name: an initiator's that waits for its first answer, or a responder's whose first message is repeated, too. */
	private find(bytes: Uint8Array, from: Endpoint): IKESA | undefined {
		const first = read32(bytes, COOKIE_SIZE) === 0 && read32(bytes, COOKIE_SIZE + 4) === 0;
		return this.#context.table.withCookie(bytes, (sa) => {
			const { cookies, remote } = sa;
			if (beginsWith(bytes, cookies))
				return !first || remote.address === from.address;
			return remote.address === from.address && beginsWith(bytes, sa.initiatorCookie) && (sa.role === "initiator" ? isZero(sa.responderCookie) : first && remote.port === from.port);
		});
	}

	/** Does what is due, and gives everything that waits to be sent to `emit`: `bytes` are ready for the socket of `localPort`. */
	dispatch(now: number, emit: (bytes: Uint8Array, to: Endpoint, localPort: number) => void): void {
		const context = this.#context;
		const { finished, outbox } = context;
		this.tick(now);
		do {
			while (finished.length > 0) {
				const exchange = finished.shift()!;
				try {
					if (exchange instanceof Phase1) {
						resume(context, now, phase1, exchange);
						takeEarly(context, now, exchange);
					}
					else if (exchange instanceof QuickMode)
						resume(context, now, quickMode, exchange);
				}
				catch (error) {
					this.broken(now, exchange, error);
				}
			}
			serve(context, now);
			for (let outgoing = outbox.shift(); outgoing !== undefined; outgoing = outbox.shift()) {
				const { bytes, to, localPort, bare, emitted } = outgoing;
				const withMarker = localPort === context.gateway.natTraversalPort && !bare;
				const sa = bytes.length > this.#wholeSize ? this.fragmenting(bytes) : undefined;
				if (sa === undefined)
					emit(withMarker ? marked(bytes) : bytes, to, localPort);
				else {
					context.counters.add("sent-in-fragments");
					for (const piece of cut(sa, bytes, this.#wholeSize))
						emit(withMarker ? marked(piece) : piece, to, localPort);
				}
				emitted?.(now);
			}
			serve(context, now);
		} while (!outbox.isEmpty || finished.length > 0);
	}

	/** The IKE SA of a message of ours, when its peer takes fragments. */
	private fragmenting(bytes: Uint8Array): IKESA | undefined {
		return this.#context.table.withCookie(bytes, (sa) => sa.fragmentation && beginsWith(bytes, sa.cookies));
	}

	/** When `dispatch` has something to do: 0 for at once, undefined for never. */
	pollAt(): number | undefined {
		const { outbox, finished, table, waiting } = this.#context;
		if (!outbox.isEmpty || finished.length > 0)
			return 0;
		const at = Math.min(this.#context.hostNames.nextAt, this.#context.children.nextAt, this.#fragments.nextDeadline ?? Infinity, table.nextAt, waiting.retryAt ?? Infinity);
		return at === Infinity ? undefined : at;
	}

	private tick(now: number): void {
		const { children, hostNames, table } = this.#context;
		this.#fragments.expire(now);
		hostNames.due(now);
		if (now >= children.nextAt)
			this.keepOpen(now);
		if (now >= table.nextAt)
			table.due(now, (sa) => this.due(now, sa));
	}

	private due(now: number, sa: IKESA): void {
		const context = this.#context;
		const { negotiation } = sa;
		if (negotiation instanceof Phase1 && isDue(now, negotiation.dueAt))
			due(context, now, phase1, negotiation);
		for (const exchange of [...sa.exchanges])
			if (exchange instanceof QuickMode && isDue(now, exchange.dueAt))
				due(context, now, quickMode, exchange);
		expire(sa.answered, now);
		if (isDue(now, sa.expiresAt))
			deleteIKESA(context, now, sa, sa.replaced ? "another has taken over" : "the end of its life");
		if (isDue(now, sa.renewAt))
			this.renewIKESA(now, sa);
		if (isDue(now, sa.settledAt)) {
			sa.settledAt = undefined;
			context.waiting.touch(sa.peer);
		}
		if (isDue(now, sa.keepaliveAt))
			this.keepAlive(now, sa);
		if (isDue(now, sa.livenessAt))
			checkLife(context, now, sa);
	}

	private broken(now: number, exchange: Exchange, error: unknown): void {
		if (exchange instanceof Phase1)
			broken(this.#context, now, phase1, exchange, error);
		else if (exchange instanceof QuickMode)
			broken(this.#context, now, quickMode, exchange, error);
	}

	/** Makes a new IKE SA ahead of time, when there is still something that will need one. */
	private renewIKESA(now: number, sa: IKESA): void {
		const context = this.#context;
		const { table, children } = context;
		// Again later if it fails, while there is time.
		sa.renewAt = now + Math.max(1000, sa.lifetime * 50);
		const settings = sa.settings;
		if (settings === undefined || table.current(sa.peer) !== sa || children.of(sa.peer).length === 0 || !canReach(settings))
			return;
		if (!table.of(sa.peer).some((other) => other.role === "initiator" && !other.isEstablished) && makeRoom(context, now))
			try {
				beginPhase1(context, now, settings, sa);
			}
			catch (error) {
				noBeginning(context, now, sa.peer, error);
			}
	}

	/** Gives up the oldest exchange whose initiator has proved nothing, for its memory; false: there is none. */
	shed(now: number): boolean {
		return giveUpUnproven(this.#context, now);
	}

	/** T23 */
	private keepAlive(now: number, sa: IKESA): void {
		sa.keepaliveAt = now + KEEPALIVE;
		if (this.#context.table.current(sa.peer) === sa)
			this.pass(sa);
	}

	/** T23 T25, for pairs whose IKE SA has gone before them: the peer has closed it, or it was not for this gateway to renew it. */
	private keepOpen(now: number): void {
		const context = this.#context;
		const { children, table } = context;
		const { paths } = children;
		for (let i = paths.length - 1; i >= 0; i--) {
			const path = paths[i]!;
			if (now < path.keepaliveAt && now < path.livenessAt)
				continue;
			if (table.current(path.peer) !== undefined || children.of(path.peer).length === 0) {
				paths.splice(i, 1);
				continue;
			}
			if (now >= path.keepaliveAt) {
				path.keepaliveAt = now + KEEPALIVE;
				this.pass(path);
			}
			if (now >= path.livenessAt)
				checkPath(context, now, path);
		}
	}

	/** A keepalive (RFC 3948 2.3), which the NAT forwards and the peer throws away. */
	private pass({ remote, localPort }: { readonly remote: Endpoint; readonly localPort: number }): void {
		this.#context.outbox.push({ bytes: Uint8Array.of(0xff), to: remote, localPort, bare: true, emitted: undefined });
	}

	// The gateway's wishes

	/** Brings up a connection, and phase 1 before it where needed. Several wait for one phase 1. */
	initiate(now: number, peer: string, connection: string): Initiated {
		const context = this.#context;
		const settings = this.settings(peer);
		if (settings === undefined || context.connections.find(peer, connection)?.enabled !== true)
			return "refused";
		if (this.isUnderway(peer, connection))
			return "already";
		if (context.table.current(peer) === undefined && !canReach(settings))
			return "refused";
		return this.want(now, peer, connection, context.children.youngest(peer, connection)?.inboundSPI ?? 0);
	}

	/**
	 * Somebody wants it now, perhaps since he has just repaired what was wrong at the other end: a phase 1 of ours that seems to be in vain does not hold that up
	 * until it has been repeated for the last time. What seemed so anybody could have sent: so only a person may end it, the next packet may not.
	 */
	initiateAnew(now: number, peer: string, connection: string): Initiated {
		const context = this.#context;
		for (const sa of context.table.of(peer).filter((each) => each.role === "initiator" && each.negotiation instanceof Phase1 && each.negotiation.hinted))
			closeIKESA(context, now, sa, "asked for anew");
		const settings = this.settings(peer);
		if (settings !== undefined && hasHostName(settings))
			context.hostNames.hurry(settings);
		context.waiting.touch(peer);
		const initiated = this.initiate(now, peer, connection);
		serve(context, now);
		return initiated;
	}

	/** Makes a new pair in place of the one with this inbound SPI: for a pair at its soft limit that no other has replaced, which its owner knows. */
	renew(now: number, inboundSPI: number): Initiated {
		const context = this.#context;
		const child = context.children.find(inboundSPI);
		const settings = child === undefined ? undefined : this.settings(child.peer);
		if (child === undefined || settings === undefined)
			return "refused";
		const { peer, connection } = child;
		if (this.isUnderway(peer, connection))
			return "already";
		if (context.table.current(peer) === undefined && !canReach(settings))
			return "refused";
		return this.want(now, peer, connection, inboundSPI);
	}

	/** A pair that an earlier control plane of this unit made. Its peer has it, and everything else of it: it is not told that this gateway has started anew (T18). */
	adopt(child: Child): void {
		this.#context.children.add(child);
		this.#context.contacted?.add(child.peer);
	}

	private want(now: number, peer: string, connection: string, replaces: number): Initiated {
		this.#context.orphans.open(peer);
		if (!this.#context.waiting.add({ peer, connection, replaces }))
			return "refused";
		serve(this.#context, now);
		return "started";
	}

	private settings(peer: string): PeerSettings | undefined {
		const settings = this.#context.connections.peer(peer);
		return settings?.enabled ? settings : undefined;
	}

	/** A negotiation for the connection has begun, or waits for an IKE SA. */
	isUnderway(peer: string, connection: string): boolean {
		const { underway, waiting } = this.#context;
		return waiting.has(peer, connection) || underway.some((quick) => quick instanceof QuickMode && quick.sa.peer === peer && !quick.isDone && quick.connection?.name === connection);
	}

	/** The gateway closes a pair: the peer is told. `byHand`: also if an IKE SA has to be negotiated for it. */
	deleteChild(now: number, inboundSPI: number, _outboundSPI: number, byHand = false): void {
		const context = this.#context;
		const child = context.children.find(inboundSPI);
		if (child === undefined)
			return;
		endChild(context, now, child.peer, inboundSPI);
		if (byHand && context.table.current(child.peer) === undefined)
			bereaved(context, now, child);
	}

	/** Closes the IKE SA with this id and tells the peer. Its children live on. False: there is none. */
	deleteIKESA(now: number, id: string): boolean {
		const context = this.#context;
		const sa = context.table.find((each) => each.id === id);
		if (sa === undefined)
			return false;
		abort(context, now, sa, "", byAdministrator);
		deleteIKESA(context, now, sa, "deleted by the administrator");
		return true;
	}

	/** Ends what is under negotiation for a connection; with "" the peer's IKE SAs too. Its pairs are the gateway's to delete, before. */
	down(now: number, peer: string, connection: string): void {
		const context = this.#context;
		context.waiting.take(peer, connection);
		context.told.delete(peer);
		context.orphans.close(peer);
		const orphan = connection === "" ? context.orphans.find(peer) : undefined;
		// Of what is closed the peer is still to be told, over the IKE SA that begins, and no longer than that.
		const telling = orphan?.waits === true;
		for (const sa of context.table.of(peer)) {
			abort(context, now, sa, connection, byAdministrator);
			if (connection === "" && !(telling && sa.role === "initiator" && !sa.isEstablished))
				deleteIKESA(context, now, sa, byAdministrator);
		}
		if (telling) {
			orphan.alone = true;
			context.waiting.add({ peer, connection, replaces: 0 });
		}
	}

	/**
	 * Ends the next IKE SA and the tunnels of its peer, of many some in each call; the Deletes go with the next `dispatch`. One after the other: those of all peers at once are more than a
	 * device's heap holds. False: there is none left. The gateway drops its pairs itself.
	 */
	closeNext(now: number, reason = "the gateway stops"): boolean {
		const context = this.#context;
		for (const sa of context.table) {
			context.waiting.take(sa.peer);
			abort(context, now, sa, "", reason);
			const children = context.children.of(sa.peer);
			for (let i = 0; i < children.length && i < CLOSED_AT_ONCE; i++)
				endChild(context, now, sa.peer, children[i]!.inboundSPI);
			if (children.length <= CLOSED_AT_ONCE)
				deleteIKESA(context, now, sa, reason);
			return true;
		}
		return false;
	}

	/** This gateway has another address on the WAN, 0: none. What was negotiated from the old one is the gateway's to close. */
	moveTo(wanAddress: number): void {
		const context = this.#context;
		context.gateway = { ...context.gateway, wanAddress };
	}

	/** The answer to `IKEHost.lookUp`: an address for the peer's host name, 0: it has none. */
	lookedUp(now: number, peer: string, name: string, address: number): void {
		const settings = this.settings(peer);
		if (settings?.remoteGateway === name)
			lookedUp(this.#context, now, settings, address);
	}

	/** ESP that was authenticated came from a new address or port of this peer (T22): IKE goes there too. Others that are the same peer of the settings stay where they are. */
	moved(now: number, peer: string, remote: Endpoint, identity: number): void {
		for (const path of this.#context.children.paths)
			if (path.peer === peer && path.identity === identity)
				path.remote = remote;
		for (const sa of this.#context.table)
			if (sa.peer === peer && sa.identity === identity && sa.isEstablished && sa.encapsulation && (sa.remote.address !== remote.address || sa.remote.port !== remote.port)) {
				sa.remote = remote;
				this.#context.host.log.write(now, INFO, peer, `IKE SA ${sa.id} follows its ESP to ${formatAddress(remote.address)} port ${remote.port}`);
			}
	}

	/**
	 * ESP, or AH, with this SPI, which nobody has, came from `address`: its sender may have lost what we have, or we what it has. Anybody can send such
	 * (T29), so the caller bounds how many are told.
	 */
	suspect(now: number, address: number, spi: number, ah = false): void {
		const context = this.#context;
		if (spi >= FIRST_SPI && !strayed(context, now, address, spi, ah ? ProtocolID.AH : ProtocolID.ESP) && context.orphans.mayLook(now))
			locate(context, now);
		suspect(context, now, address);
		serve(context, now);
	}

	/**
	 * Takes over new settings. What belongs to peers and connections that are gone, or not the same any more, is closed; so is what was proved with one of
	 * this gateway's certificates that are `renewed`.
	 */
	configure(now: number, peers: readonly PeerSettings[], renewed: readonly string[] = []): void {
		configure(this.#context, now, peers, renewed);
	}

	// For an engine beside this one that asks a peer what it accepts

	/** Other connections have been put into the lists of the peers. */
	reread(): void {
		this.#context.connections = new Connections(this.#context.peers);
	}

	/** Where a peer is, 0: not known. */
	addressOf(settings: PeerSettings): number {
		return this.#context.hostNames.address(settings);
	}

	/** The IKE SA that new quick modes with a peer go over. */
	established(peer: string): IKESA | undefined {
		return this.#context.table.current(peer);
	}

	/** Negotiations under way, of both phases. */
	get underway(): number {
		let count = 0;
		for (const sa of this.#context.table)
			count += sa.isEstablished ? underway(sa) : 1;
		return count;
	}

	/** Quick modes are made here under an IKE SA of another engine, with these settings. */
	borrow(sa: IKESA, settings: PeerSettings): IKESA {
		const copy = sa.copy();
		copy.settings = settings;
		this.#context.table.add(copy);
		return copy;
	}

	// What there is to see

	/** Those of a peer, oldest first. */
	of(peer: string): readonly IKESAStatus[] {
		return this.#context.table.of(peer);
	}

	ikeSecurityAssociations(): Iterable<IKESAStatus> {
		return this.#context.table;
	}

	/** Messages refused, by reason, and other counters. */
	counters(): Iterable<{ readonly name: string; readonly value: number }> {
		return this.#context.counters;
	}

	*use(): Iterable<TableUse> {
		const { table, children } = this.#context;
		yield { name: "IKE SAs", used: table.count, highWater: table.highWater, size: table.size, bytes: 0 };
		yield this.#fragments.use();
		yield { name: "SA pairs", used: children.count, highWater: children.highWater, size: children.size, bytes: 0 };
	}
}

/** Smaller ones are nobody's (RFC 4303 2.1). */
const FIRST_SPI = 256;

/** Deletes of tunnels that are sent before others are made. */
const CLOSED_AT_ONCE = 32;

const byAdministrator = "closed by the administrator";

function isDue(now: number, at: number | undefined): boolean {
	return at !== undefined && now >= at;
}

function isZero(cookie: Uint8Array): boolean {
	return (cookie[0]! | cookie[1]! | cookie[2]! | cookie[3]! | cookie[4]! | cookie[5]! | cookie[6]! | cookie[7]!) === 0;
}

function marked(bytes: Uint8Array): Uint8Array {
	const result = new Uint8Array(NON_ESP_MARKER_SIZE + bytes.length);
	result.set(bytes, NON_ESP_MARKER_SIZE);
	return result;
}
