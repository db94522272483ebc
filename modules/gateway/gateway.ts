/**
 * The gateway: settings become peers, connections and policies; IKE's results become SAs; the packet engine's events become
 * negotiations. Everything else of keygate is below it (ike, ipsec) or reads from it (status, pages, console).
 */
import { formatAddress, parseAddress, type Endpoint } from "../addresses.js";
import { timestamp } from "../dates.js";
import { attemptEdit } from "../ike/ask/attempt.js";
import { canReach } from "../ike/hostnames.js";
import { IKE } from "../ike/ike.js";
import type { IKEHost, Problem } from "../ike/types.js";
import { Events } from "../ipsec/events.js";
import { FirewallLog } from "../ipsec/firewall.js";
import type { Contexts } from "../ipsec/sad.js";
import type { EngineEvent, KeptPair } from "../ipsec/types.js";
import { PROBLEMS, type TableUse } from "../limits.js";
import type { FirewallReader } from "../log/firewall.js";
import { formatSPI } from "../log/format.js";
import { ERROR, INFO, NOTICE, WARNING, type Logger } from "../log/types.js";
import type { Configuration } from "../settings/configuration.js";
import type { Change } from "../settings/store.js";
import { NO_ADDRESS } from "../settings/network.js";
import type { Settings } from "../settings/types.js";
import type { AskedStatus, AttemptStatus, CommandResult, Commands, LeaseStatus, PeerOverview, Snapshot } from "../status/types.js";
import { Asker, networkAround } from "./asker.js";
import { attemptID, attemptStatus } from "./attempts.js";
import { closedAtOnce, unansweredText, unauthentic, type Established } from "./findings.js";
import type { Host } from "./host.js";
import { Kept } from "./kept.js";
import { logLines, Problems } from "./problems.js";
import { Records } from "./records.js";
import { firstRetry, longestRetry, mayInitiate, Routes, type Route } from "./routes.js";
import { makeSnapshot, peerOverviews, situationOf } from "./snapshot.js";
import { Tunnels, type Broken, type Pair } from "./tunnels.js";
import { renewalText, withOwnEnd } from "./validity.js";
import { WANSide } from "./wan.js";

export const version = "0.1.0";

const NO_LEASE = "this unit has no address on the WAN";

export interface GatewayOptions {
	readonly host: Host;
	readonly configuration: Configuration;
	readonly log: Logger;
	/** Where the keys of traffic SAs go: for tests. */
	readonly contexts?: Contexts;
	/** Policies and SAs of an earlier gateway of this unit are there, which has died: `start` takes over what fits the settings. */
	readonly keeps?: boolean;
}

export class Gateway implements Commands {
	readonly #host: Host;
	readonly configuration: Configuration;
	readonly #log: Logger;
	readonly #tunnels: Tunnels;
	readonly #routes: Routes;
	readonly #emit = (bytes: Uint8Array, to: Endpoint, localPort: number): void => this.#wan.send(bytes, to, localPort);
	readonly #events = new Events();
	readonly #firewall: FirewallLog;
	readonly #ike: IKE;
	readonly #asker = new Asker();
	readonly #problems = new Problems();
	readonly #wan: WANSide;
	readonly #records: Records;
	readonly #kept: Kept;
	readonly #keeps: boolean;
	#startedAt = 0;
	#attached = true;
	#running = false;

	/** Takes all memory it will ever need; nothing is sent, bound or routed before `start`. */
	constructor({ host, configuration, log, contexts, keeps = false }: GatewayOptions) {
		const { settings } = configuration;
		this.#host = host;
		this.configuration = configuration;
		this.#log = log;
		this.#keeps = keeps;
		this.loadCertificates(settings);
		this.#routes = new Routes(host);
		this.#records = new Records(this.#routes, (policy) => this.#tunnels.traffic(policy));
		this.#tunnels = new Tunnels({ log, random: (size) => host.crypto.random(size), contexts, keeps, history: this.#records.history, onUsable: (policy) => this.usable(policy) });
		this.#firewall = new FirewallLog((policy) => this.#routes.namesAt(policy));
		this.#firewall.level = settings.gateway.firewallLog;
		const { ikePort, natTraversalPort } = settings.gateway;
		this.#wan = new WANSide({
			UDP: host.UDP, ikePort, natTraversalPort,
			now: () => host.now(),
			receiver: (now, from, port, bytes) => this.#asker.concerned(now, from, port, bytes) ?? this.#ike,
			taken: () => this.flush(host.now()),
			failed: (port, message) => log.limited(host.now(), WARNING, "", 0, `udp-${port}`, `UDP port ${port}: ${message}`),
		});
		this.#ike = new IKE({
			host: this.ikeHost(),
			peers: settings.peers,
			gateway: { wanAddress: parseAddress(settings.gateway.wanAddress)!, ikePort, natTraversalPort },
			// In a turn of its own: a device's stack is short, and the accelerator's answer stands on it.
			onReady: () => this.#host.schedule(this.#host.now()),
		});
		this.#kept = new Kept({ tunnels: this.#tunnels, ike: this.#ike });
	}

	/**
	 * Whether the WAN address is this unit's to use; it is, unless this has said otherwise. Without it all tunnels are closed, and those that were up are begun anew as soon as it is again.
	 */
	attach(now: number, attached: boolean): void {
		if (attached === this.#attached)
			return;
		this.#attached = attached;
		if (!this.#running)
			return;
		this.move(now);
		this.begin(now);
		this.wake(now);
	}

	/** NO_ADDRESS: there is none, or it may not be used. */
	private get wanAddress(): string {
		return this.#attached ? this.configuration.settings.gateway.wanAddress : NO_ADDRESS;
	}

	/** Writes the policies, adds the routes, binds the IKE ports and starts the connections that are always up. Throws when a port is taken. */
	start(now: number): void {
		const { settings } = this.configuration;
		const { name, ikePort, natTraversalPort } = settings.gateway;
		const { wanAddress } = this;
		this.#startedAt = now;
		this.#wan.open(wanAddress);
		if (this.#keeps)
			this.resume(now);
		else
			this.#records.keep(settings.peers, this.#routes.configure(settings), this.#routes.count);
		this.#routes.settle();
		for (const route of this.#routes)
			if (isAlwaysUp(route))
				this.#routes.retry(route, now);
		if (this.#host.wallClock() === 0 && settings.peers.some((peer) => peer.enabled && peer.authentication === "certificate"))
			this.#log.write(now, WARNING, "", "this unit does not know the time: until it does, no peer's certificate is taken");
		this.#running = true;
		this.#log.write(now, INFO, "", wanAddress === NO_ADDRESS ? `gateway ${name} started; it waits for an address on the WAN`
			: `gateway ${name} started on ${wanAddress}, IKE on ports ${ikePort} and ${natTraversalPort}`);
		this.wake(now);
	}

	/** Does what is due: expired SAs, connections to bring up, messages to send or repeat. The host calls it when `schedule` said. */
	wake(now: number): void {
		if (!this.#running) {
			this.#host.schedule(undefined);
			return;
		}
		this.#records.history.sample(now);
		if (now >= this.#tunnels.nextDeadline)
			for (const event of this.#tunnels.due(now))
				this.handle(now, event);
		if (this.#wan.isOpen) {
			this.#kept.due(now);
			this.#routes.due(now, (route) => this.retry(now, route));
		}
		this.flush(now);
	}

	/** Takes what the packet engine has to tell; the host calls it once a turn of its loop when `engine_has_events()`. */
	onEngineEvents(now: number): void {
		try {
			for (let event = this.#events.next(); event !== undefined; event = this.#events.next())
				this.handle(now, event);
		}
		finally {
			this.flush(now);
		}
	}

	/** Sends a Delete for each tunnel and key tunnel, and stops. Policies stay: nothing that matches one leaves in the clear. */
	close(now: number): void {
		if (!this.#running)
			return;
		this.#asker.stop(now, "the gateway stops");
		while (this.#ike.closeNext(now))
			this.flush(now);
		for (const pair of this.#tunnels.filter(() => true))
			this.#tunnels.drop(now, pair, "the gateway stops");
		this.flush(now);
		this.#running = false;
		this.#host.schedule(undefined);
		this.#wan.close();
		this.#log.write(now, INFO, "", "gateway stopped");
	}

	/** Gives up the oldest negotiation of somebody who has proved nothing, for its memory; false: there is none. */
	shed(now: number): boolean {
		return this.#ike.shed(now);
	}

	/** For pages and console. */
	get firewall(): FirewallReader {
		return this.#firewall;
	}

	/**
	 * Takes over settings that have changed, all but ports and interfaces, which need another gateway. Closes the tunnels of what has changed or is gone,
	 * and no other; with another WAN address all of them, which are begun anew. Names of those that are closed are returned. The policies are never without those of a connection that stays.
	 */
	configure(now: number, { before, settings, certificates, renewed }: Change): string[] {
		const up = this.#routes.filter(({ policy }) => this.#tunnels.isUp(policy)).map((route) => ({ peer: route.peer.name, connection: route.connection.name }));
		const moved = this.#attached && settings.gateway.wanAddress !== before.gateway.wanAddress;
		if (moved)
			this.move(now);
		if (certificates)
			this.loadCertificates(settings);
		this.#asker.stop(now, "the settings have changed");
		this.#kept.settle(now);
		this.#ike.configure(now, settings.peers, renewed);
		const gone = this.#routes.configure(settings);
		for (const policy of gone)
			this.#firewall.forget(policy);
		this.#records.keep(settings.peers, gone, this.#routes.count);
		this.#problems.keep(before.peers, settings.peers);
		this.#firewall.level = settings.gateway.firewallLog;
		for (const route of this.#routes)
			if (!isAlwaysUp(route) || this.#tunnels.isUp(route.policy))
				route.retryAt = undefined;
			else
				this.#routes.retry(route, route.retryAt ?? now);
		if (moved)
			this.begin(now);
		this.wake(now);
		return up.filter((each) => !this.isUp(each.peer, each.connection)).map(({ peer, connection }) => `${peer}/${connection}`);
	}

	private isUp(peer: string, connection: string): boolean {
		return this.#tunnels.isUp(this.#routes.policyOf(peer, connection));
	}

	// Commands

	snapshot(): Snapshot {
		const host = this.#host;
		const now = host.now();
		const { gateway: { name, wanAddress, ikePort, natTraversalPort }, peers } = this.configuration.settings;
		return makeSnapshot({
			now,
			startedAt: this.#startedAt,
			gateway: {
				name,
				version,
				uptime: Math.floor((now - this.#startedAt) / 1000),
				engine: host.engine,
				crypto: host.crypto.description,
				storageFault: this.configuration.storageNotice,
				startNotice: host.startNotice?.() ?? "",
				// Every page takes a snapshot, and few of them show it: certificates are looked at when it is asked for.
				get certificateNotice(): string {
					return renewalText(host.crypto.certificates, peers, host.wallClock());
				},
				networkNotice: [this.wanAddress === NO_ADDRESS ? NO_LEASE : "", host.notice?.() ?? ""].filter((text) => text !== "").join("; "),
			},
			wanAddress,
			ports: [ikePort, natTraversalPort],
			peers,
			connections: this.#routes,
			tunnels: this.#tunnels,
			ikeSecurityAssociations: () => this.#ike.ikeSecurityAssociations(),
			ofPeer: (peer) => this.#ike.of(peer),
			problems: this.#problems,
			records: this.#records,
		});
	}

	peers(): Iterable<PeerOverview> {
		return peerOverviews(this.configuration.settings.peers, (peer) => this.#ike.of(peer), (peer, connection) => this.isUp(peer, connection));
	}

	*tables(): Iterable<TableUse> {
		yield* this.#host.memory();
		yield* this.#tunnels.use();
		yield* this.#routes.spd.use();
		yield* this.#ike.use();
		yield* this.#firewall.use();
		yield* this.#records.use();
		yield { name: "problems", used: this.#problems.count, highWater: this.#problems.count, size: PROBLEMS, bytes: 0 };
	}

	*counters(): Iterable<{ readonly name: string; readonly value: number }> {
		yield* this.#routes.spd.counters();
		yield* this.#ike.counters();
	}

	up(peer: string, connection: string): CommandResult {
		return this.each(peer, connection, (route) => {
			const what = `${peer}/${route.connection.name}`;
			if (!route.peer.enabled || !route.connection.enabled)
				return `${what} is switched off in the settings`;
			if (!canReach(route.peer))
				return `${what} can only be started by the other side (${route.peer.actAs === "responder" ? "this unit acts as responder" : "its address is not known"})`;
			if (this.#tunnels.isUp(route.policy))
				return `${what} is up`;
			if (!this.#wan.isOpen) {
				this.#wan.wait(route.policy);
				return `${what} waits: ${NO_LEASE}, and is brought up when it has one`;
			}
			this.#problems.anew(this.#host.now(), peer);
			this.#ike.initiateAnew(this.#host.now(), peer, route.connection.name);
			return undefined;
		}, "bringing up");
	}

	down(peer: string, connection: string): CommandResult {
		const now = this.#host.now();
		const result = this.each(peer, connection, (route) => {
			route.retryAt = undefined;
			this.#wan.forget(route.policy);
			this.#problems.remove(peer, route.connection.name);
			this.#ike.down(now, peer, route.connection.name);
			// Of a negotiation that ends here nothing more will be heard: the next packet may ask for another.
			this.#routes.spd.answered(route.policy);
			for (const pair of this.#tunnels.of(route.policy))
				this.deletePair(now, pair, "closed by the administrator", true);
			return undefined;
		}, "closed");
		if (result.ok && connection === "") {
			this.#problems.remove(peer, "");
			this.#ike.down(now, peer, "");
		}
		this.flush(now);
		return result;
	}

	deleteSA(spi: number): boolean {
		const pair = this.#tunnels.withSPI("Incoming", spi) ?? this.#tunnels.withSPI("Outgoing", spi);
		if (pair === undefined)
			return false;
		const now = this.#host.now();
		this.deletePair(now, pair, "deleted by the administrator", true);
		this.again(now, pair.policy);
		this.flush(now);
		return true;
	}

	reboot(): CommandResult {
		this.#log.write(this.#host.now(), NOTICE, "", "reboot, asked for by the administrator");
		this.#host.reboot();
		return { ok: true, text: "this unit starts anew in a moment; all tunnels are closed, and come up again when there is something to send" };
	}

	/** None: whoever has a DHCP server beside this says. */
	leases(): Iterable<LeaseStatus> {
		return [];
	}

	clock(): number {
		return this.#host.wallClock();
	}

	setClock(seconds: number): CommandResult {
		const { setClock } = this.#host;
		if (setClock === undefined)
			return { ok: false, text: "the clock is the operating system's: set it there" };
		setClock(seconds);
		this.#log.write(this.#host.now(), NOTICE, "", `the clock was set by the administrator: ${timestamp(seconds)}`);
		return { ok: true, text: `the clock is set: ${timestamp(this.#host.wallClock())}` };
	}

	get reset(): (() => CommandResult) | undefined {
		const { reset } = this.#host;
		if (reset === undefined)
			return undefined;
		return () => {
			const fault = reset();
			if (fault !== "")
				this.#log.write(this.#host.now(), ERROR, "", `back to the factory's settings: ${fault}`);
			return fault === "" ? { ok: true, text: "everything is erased; this unit starts anew in a moment, and is to be set up again" } : { ok: false, text: `not everything is erased: ${fault}` };
		};
	}

	acknowledge(): void {
		this.#host.acknowledge?.();
	}

	deleteIKESA(id: string): boolean {
		const now = this.#host.now();
		let peer = "";
		for (const sa of this.#ike.ikeSecurityAssociations())
			if (sa.id === id)
				peer = sa.peer;
		const found = this.#ike.deleteIKESA(now, id);
		if (found)
			for (const { policy } of this.#routes)
				this.#routes.spd.answered(policy);
		// Some (strongSwan) close the traffic tunnels with their last key tunnel, and do not say so: what goes out makes others, where this unit may begin.
		if (found && this.#ike.established(peer) === undefined)
			for (const pair of this.#tunnels.filter((each) => each.peer === peer)) {
				const route = this.#routes.at(pair.policy);
				if (route !== undefined && mayInitiate(route)) {
					this.#tunnels.receiveOnly(now, pair, "its key tunnel was deleted");
					this.again(now, pair.policy);
				}
			}
		this.flush(now);
		return found;
	}

	ask(peer: string, aggressive: boolean): CommandResult {
		const now = this.#host.now();
		const { peers, gateway: { wanAddress, ikePort, natTraversalPort, lanAddress } } = this.configuration.settings;
		const settings = peers.find((each) => each.name === peer);
		if (settings === undefined)
			return { ok: false, text: `there is no peer "${peer}"` };
		if (!this.#wan.isOpen)
			return { ok: false, text: `${peer} cannot be asked: ${NO_LEASE}` };
		const result = this.#asker.start({
			now, ike: this.#ike, crypto: this.#host.crypto, log: this.#log, settings, aggressive,
			gateway: { wanAddress: parseAddress(wanAddress)!, ikePort, natTraversalPort }, lan: networkAround(lanAddress), wanted: this.#problems.networks(peer),
			isUp: (connection) => this.isUp(peer, connection),
			wallClock: () => this.#host.wallClock(),
			lookUp: (name, answer) => this.#host.lookUp(name, (address) => {
				answer(address);
				this.flush(this.#host.now());
			}),
			onReady: () => this.#host.schedule(this.#host.now()),
		});
		// In a turn of its own: whoever asked stands on the stack.
		this.#host.schedule(now);
		return result;
	}

	stopAsking(): CommandResult {
		const now = this.#host.now();
		const result = this.#asker.stop(now, "stopped by the administrator");
		this.#host.schedule(now);
		return result;
	}

	asked(): AskedStatus | undefined {
		return this.#asker.status(this.configuration.settings.peers);
	}

	*attempts(): Iterable<AttemptStatus> {
		for (const attempt of this.#records.attempts.entries())
			yield attemptStatus(attempt, this.#startedAt);
	}

	attemptEdit(id: string): ReturnType<Commands["attemptEdit"]> {
		for (const attempt of this.#records.attempts.entries())
			if (attemptID(attempt) === id)
				return attemptEdit(attempt, this.configuration.settings.peers.map((peer) => peer.name));
		return undefined;
	}

	// What an earlier gateway of this unit left

	/** Its policies are never missing; of its SAs those stay that were made by what the settings are now, at the address that this unit has now. */
	private resume(now: number): void {
		const { settings } = this.configuration;
		const found = this.#routes.resume(settings);
		this.#records.keep(settings.peers, [], this.#routes.count);
		const own = parseAddress(this.wanAddress)!;
		const ownerOf = ({ policy, local }: KeptPair) => found.includes(policy) && local.address === own ? this.#routes.namesAt(policy) : undefined;
		this.#tunnels.keep(now, ownerOf, (pair, { protocol, identity, bornAt }) => {
			const { peer, connection, inboundSPI, outboundSPI, outboundAHSPI } = pair;
			this.#ike.adopt({ peer, connection, identity, protocol, inboundSPI, outboundSPI, outboundAHSPI, bornAt });
			this.#kept.add(now, pair);
		});
	}

	// The WAN

	/** The WAN address is another one, or gone: what was made from the old one ends. Peers are told from the new one; nothing of the policies changes. */
	private move(now: number): void {
		const address = this.wanAddress;
		const why = address === NO_ADDRESS ? "the WAN address is gone" : "the WAN address has changed";
		this.#log.write(now, NOTICE, "", address === NO_ADDRESS ? `${why}: ${NO_LEASE}; all tunnels are closed` : `the WAN address is ${address} now`);
		this.#asker.stop(now, why);
		this.#wan.close();
		try {
			this.#wan.open(address);
		}
		catch (error) {
			this.#log.write(now, ERROR, "", `IKE on ${address}: ${String(error)}`);
		}
		this.#ike.moveTo(parseAddress(address)!);
		for (const { peer, connection, policy } of this.#routes)
			if (this.#tunnels.isUp(policy) || this.#ike.isUnderway(peer.name, connection.name))
				this.#wan.wait(policy);
		while (this.#ike.closeNext(now, why))
			this.flush(now);
		for (const pair of this.#tunnels.filter(() => true))
			this.#tunnels.end(now, pair, why);
	}

	/** Begins what has waited for an address. */
	private begin(now: number): void {
		for (const policy of this.#wan.isOpen ? this.#wan.takeWaiting() : []) {
			const route = this.#routes.at(policy);
			this.#routes.spd.answered(policy);
			if (route !== undefined && mayInitiate(route))
				this.initiate(now, route);
		}
	}

	/** Sends what IKE has to send and asks the host for the next call. */
	private flush(now: number): void {
		let broken: readonly Broken[];
		let surplus: Pair | undefined;
		do {
			this.#ike.dispatch(now, this.#emit);
			this.#asker.dispatch(now, this.#emit, this.#ike);
			broken = this.#tunnels.takeBroken();
			for (let i = 0; i < broken.length; i++)
				this.#ike.deleteChild(now, broken[i]!.inboundSPI, broken[i]!.outboundSPI);
			surplus = this.#tunnels.surplus(now);
			if (surplus !== undefined)
				this.deletePair(now, surplus, "newer ones have taken its place, and all security associations are in use", false);
		} while (broken.length > 0 || surplus !== undefined);
		const never = Infinity;
		const { isOpen } = this.#wan;
		this.#host.schedule(Math.min(this.#ike.pollAt() ?? never, this.#asker.pollAt() ?? never, this.#tunnels.nextDeadline, this.#records.history.nextDeadline,
			isOpen ? this.#routes.nextRetry ?? never : never, isOpen ? this.#kept.at ?? never : never));
	}

	// From the packet engine

	private handle(now: number, event: EngineEvent): void {
		switch (event.kind) {
			case "acquire": {
				const route = this.#routes.at(event.policy);
				if (route !== undefined && now < route.heldUntil)
					this.#routes.spd.answered(event.policy);
				else if (route !== undefined && mayInitiate(route))
					this.initiate(now, route);
				break;
			}
			case "soft": {
				const pair = this.#tunnels.ofPolicy(event);
				if (pair !== undefined && !this.#tunnels.isSucceeded(pair))
					this.#ike.renew(now, pair.inboundSPI);
				break;
			}
			case "hard": {
				const pair = this.#tunnels.ofPolicy(event);
				if (pair !== undefined) {
					this.#log.write(now, INFO, pair.peer, `${pair.connection}: SA ${formatSPI(event.spi)} reached the end of its life`);
					this.deletePair(now, pair, "the end of its life", false);
					this.again(now, pair.policy);
				}
				break;
			}
			case "unknown-spi":
				this.#log.limited(now, NOTICE, "", event.address, "unknown-spi", `packet from ${formatAddress(event.address)} with unknown SPI ${formatSPI(event.spi)} dropped`);
				if (this.#wan.isOpen)
					this.#ike.suspect(now, event.address, event.spi, event.ah);
				break;
			case "moved": {
				const pair = this.#tunnels.withSPI("Incoming", event.spi);
				if (pair !== undefined) {
					const remote = { address: event.address, port: event.port };
					const identity = this.#tunnels.identity(pair);
					this.#ike.moved(now, pair.peer, remote, identity);
					this.#tunnels.move(now, pair.peer, remote, identity);
				}
				break;
			}
			case "unauthentic": {
				const pair = this.#tunnels.withSPI("Incoming", event.spi);
				if (pair !== undefined)
					this.report(unauthentic(now, pair, this.established(pair.peer), event.bits));
				break;
			}
			case "authentic": {
				const pair = this.#tunnels.withSPI("Incoming", event.spi);
				if (pair !== undefined)
					this.#problems.remove(pair.peer, pair.connection);
				break;
			}
		}
	}

	/** What is known of the peer's IKE SA; without one by the settings. */
	private established(peer: string): Established {
		return this.#ike.of(peer)[0] ?? { mode: this.configuration.settings.peers.find((each) => each.name === peer)?.phase1Mode ?? "main", role: "initiator", natT: "none" };
	}

	/** False: a negotiation for it is under way, or waits for its turn. */
	private initiate(now: number, { peer, connection, policy }: Route): boolean {
		if (this.#wan.isOpen)
			return this.#ike.initiate(now, peer.name, connection.name) !== "already";
		this.#wan.wait(policy);
		return true;
	}

	/** A connection that is always up lost its SAs, or is not up yet. */
	private again(now: number, policy: number): void {
		const route = this.#routes.at(policy);
		if (route === undefined || !isAlwaysUp(route) || this.#tunnels.isUp(policy))
			return;
		route.retryPause = firstRetry;
		this.#routes.retry(route, now);
	}

	private retry(now: number, route: Route): void {
		if (this.#tunnels.isUp(route.policy)) {
			route.retryAt = undefined;
			return;
		}
		if (now < route.heldUntil) {
			this.#routes.retry(route, route.heldUntil);
			return;
		}
		const isNew = this.initiate(now, route);
		this.#routes.retry(route, now + route.retryPause);
		// One that takes long, or waits for others, has not failed.
		if (isNew)
			route.retryPause = Math.min(route.retryPause * 2, longestRetry);
	}

	// From IKE

	private ikeHost(): IKEHost {
		return {
			crypto: this.#host.crypto,
			log: this.#log,
			wallClock: () => this.#host.wallClock(),
			lookUp: (peer, name) => this.#host.lookUp(name, (address) => {
				const now = this.#host.now();
				this.#ike.lookedUp(now, peer, name, address);
				this.flush(now);
			}),
			reserve: () => this.#tunnels.reserve(),
			release: (inboundSPI) => this.#tunnels.release(inboundSPI),
			installInbound: (now, child) => this.#tunnels.installInbound(now, child, this.#routes.policyOf(child.peer, child.connection)),
			installOutbound: (now, child) => this.#tunnels.installOutbound(now, child),
			remove: (now, inboundSPI, reason, byPeer = false) => this.removed(now, inboundSPI, reason, byPeer),
			heard: (peer) => this.#tunnels.heard(peer),
			alive: (now, peer) => this.alive(now, peer),
			problem: (problem) => this.report(problem),
			solved: (peer, connection) => this.#problems.solved(peer, connection),
			seen: (now, negotiation, message) => this.#records.ladders.seen(now, negotiation, message),
			ended: (negotiation, reason) => this.#records.ended(negotiation, reason),
			attempted: (now, attempt, payloads, peer, notify, text) => this.#records.attempted(now, attempt, payloads, peer, notify, text),
			moved: (peer, remote, identity) => this.#tunnels.move(this.#host.now(), peer, remote, identity),
			hasSlots: (count) => this.#host.hasSlots?.(count) ?? true,
			...(this.#host.know === undefined ? {} : { know: this.#host.know }),
			...(this.#host.missed === undefined ? {} : { missed: this.#host.missed }),
		};
	}

	private usable(policy: number): void {
		const route = this.#routes.at(policy)!;
		route.retryAt = undefined;
		route.retryPause = firstRetry;
		this.#host.unpark();
	}

	private removed(now: number, inboundSPI: number, reason: string, byPeer: boolean): void {
		const pair = this.#tunnels.withInboundSPI(inboundSPI);
		if (pair === undefined)
			return;
		const { peer, policy, inbound } = pair;
		const { bornAt } = this.#tunnels.status(inbound);
		this.#tunnels.end(now, pair, reason);
		if (!this.#tunnels.isUp(policy)) {
			// Closed before it carried a packet: those that wait for it ask anew.
			this.#routes.spd.answered(policy);
			const route = this.#routes.at(policy);
			if (route !== undefined && this.#routes.closedAgain(now, route, byPeer ? bornAt : -Infinity))
				this.report(closedAtOnce(now, route, this.established(peer), reason));
		}
		this.again(now, policy);
	}

	/** The peer has shown that it is there, but not by its tunnels: those that nothing has come through, though much went out, are told of, once. */
	private alive(now: number, peer: string): void {
		for (const each of this.#tunnels.unanswered(now, peer))
			this.#log.write(now, NOTICE, peer, unansweredText(each, this.established(peer), this.configuration.settings.gateway.natTraversalPort));
	}

	private report(found: Problem): void {
		const settings = this.configuration.settings.peers.find((peer) => peer.name === found.peer);
		const situation = situationOf(settings, found.connection);
		const problem = withOwnEnd(found, situation, this.#host.crypto.certificates, settings, this.#host.wallClock());
		this.#problems.add(problem);
		for (const line of logLines(problem, situation))
			this.#log.write(problem.time, WARNING, problem.peer, line);
		for (const { peer, connection, policy } of this.#routes)
			if (peer.name === problem.peer && (problem.connection === "" || connection.name === problem.connection))
				this.#routes.spd.answered(policy);
	}

	// What others rely on

	/** `byHand`: the peer is told also when an IKE SA has to be negotiated for it. */
	private deletePair(now: number, pair: Pair, reason: string, byHand: boolean): void {
		this.#ike.deleteChild(now, pair.inboundSPI, pair.outboundSPI, byHand);
		this.#tunnels.drop(now, pair, reason);
	}

	private loadCertificates({ certificates }: Settings): void {
		for (const name of this.#host.crypto.certificates.load(certificates))
			this.#log.write(this.#host.now(), ERROR, "", `certificate ${name} is refused by the crypto library`);
	}

	/** Does `act` for the named connection, or for all of the peer; it answers undefined or why nothing was done. */
	private each(peer: string, connection: string, act: (route: Route) => string | undefined, done: string): CommandResult {
		if (!this.configuration.settings.peers.some((each) => each.name === peer))
			return { ok: false, text: `there is no peer "${peer}"` };
		const routes = this.#routes.filter((route) => route.peer.name === peer && (connection === "" || route.connection.name === connection));
		if (routes.length === 0)
			return { ok: false, text: connection === "" ? `peer "${peer}" has no connections` : `peer "${peer}" has no connection "${connection}"` };
		const texts: string[] = [];
		let ok = false;
		for (const route of routes) {
			const refusal = act(route);
			ok ||= refusal === undefined;
			texts.push(refusal ?? `${done} ${peer}/${route.connection.name}`);
		}
		this.flush(this.#host.now());
		return { ok, text: texts.join("; ") };
	}
}

/** Whether the connection is to be up also without traffic. */
function isAlwaysUp(route: Route): boolean {
	return route.connection.start === "always" && mayInitiate(route);
}
