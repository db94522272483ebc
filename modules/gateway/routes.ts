/**
 * The connections of the settings with their policies and the host's routes to them. A connection keeps its policy's place in the SPD as long as it is in the
 * settings, whatever comes and goes beside it: SAs name their policy by it.
 */
import { eachNetwork, parseAddress, parseNetwork, type Selector } from "../addresses.js";
import { canReach } from "../ike/hostnames.js";
import { SPD } from "../ipsec/spd.js";
import { CONNECTIONS } from "../limits.js";
import { fingerprintOf, peerPart } from "../settings/fingerprint.js";
import type { ConnectionSettings, PeerSettings, Settings } from "../settings/types.js";
import type { Host } from "./host.js";

/** Milliseconds between two attempts to bring up a connection whose start is "always": doubled after each failure. */
export const firstRetry = 5000;
/** The longest of these pauses. */
export const longestRetry = 120000;

/** Milliseconds of a tunnel that was closed at once, and how many of them in a row are no accident. */
const BRIEF = 2000;
const BRIEF_TUNNELS = 3;

/** One connection with what the gateway needs at hand. */
export interface Route {
	peer: PeerSettings;
	connection: ConnectionSettings;
	/** Index of its policy. */
	readonly policy: number;
	/** `start` is "always": when to try next while it is down, and the pause after that. */
	retryAt: number | undefined;
	retryPause: number;
	/** Tunnels in a row that the peer closed as soon as they were up, and until when no other is begun for that. */
	brief: number;
	heldUntil: number;
}

export class Routes {
	readonly spd = new SPD();
	readonly #host: Host;
	/** In the order of the settings, by the places of their policies, and by name ("branch/office"). */
	#list: Route[] = [];
	readonly #places: (Route | undefined)[] = new Array<Route | undefined>(CONNECTIONS).fill(undefined);
	readonly #names = new Map<string, Route>();
	/** No `retryAt` is earlier. */
	#nextRetry = Infinity;
	/** What the routes' sources are from. */
	#lanAddress = "";

	constructor(host: Host) {
		this.#host = host;
	}

	/**
	 * The first peers. Connections whose policies an earlier control plane left keep their places, which is what SAs that it left name them by; the places of those are returned. Settings that
	 * differ in anything that SAs depend on are others.
	 */
	resume(settings: Settings): number[] {
		const found: number[] = [];
		for (const peer of settings.peers) {
			const part = peerPart(peer);
			for (const connection of peer.connections) {
				const policy = this.spd.find(fingerprintOf(part, connection));
				if (policy >= 0) {
					const route = { peer, connection, policy, retryAt: undefined, retryPause: firstRetry, brief: 0, heldUntil: 0 };
					this.#list.push(route);
					this.#names.set(nameOf(peer.name, connection.name), route);
					found.push(policy);
				}
			}
		}
		this.configure(settings, true);
		return found;
	}

	/**
	 * Takes over the peers of `settings`. Policies that stay are written over in place, new ones and their routes are there before those that are gone go: at
	 * no time is there a way for a packet of a connection that stays but through its policy. Returns the places of those that are gone. `all`: also policies that are the same are written.
	 */
	configure(settings: Settings, all = false): number[] {
		const before = this.#list;
		// What leads into the tunnel interface now, before anything is taken over.
		const networks = networksOf(before);
		this.#list = [];
		this.#places.fill(undefined);
		for (const peer of settings.peers)
			for (const connection of peer.connections) {
				const route = this.find(peer.name, connection.name);
				if (route !== undefined)
					this.#places[route.policy] = route;
			}
		const gone = before.filter((route) => this.#places[route.policy] !== route);
		for (const route of gone)
			this.#names.delete(nameOf(route.peer.name, route.connection.name));
		let free = 0;
		for (const peer of settings.peers) {
			let part: number | undefined;
			for (const connection of peer.connections) {
				let route = this.find(peer.name, connection.name);
				const same = !all && route !== undefined && route.peer === peer && route.connection === connection;
				if (!same)
					part ??= peerPart(peer);
				if (route === undefined) {
					while (this.#places[free] !== undefined)
						free++;
					route = { peer, connection, policy: free, retryAt: undefined, retryPause: firstRetry, brief: 0, heldUntil: 0 };
					this.#places[free] = route;
					this.#names.set(nameOf(peer.name, connection.name), route);
				}
				this.#list.push(route);
				route.peer = peer;
				route.connection = connection;
				this.write(settings, route, same ? undefined : part);
			}
		}
		this.#lanAddress = settings.gateway.lanAddress;
		this.#host.settleOwnTraffic();
		for (const { policy } of gone)
			if (this.#places[policy] === undefined)
				this.spd.clear(policy);
		removeRoutes(this.#host, networks, networksOf(this.#list));
		return gone.map(({ policy }) => policy);
	}

	/** Policies that an earlier control plane left, and no connection has, go. */
	settle(): void {
		this.spd.keep((policy) => this.at(policy) !== undefined);
	}

	/** The connection with this policy. */
	at(policy: number): Route | undefined {
		return this.#places[policy];
	}

	/** Its names, and its peer's. */
	namesAt(policy: number): { readonly peer: string; readonly connection: string } | undefined {
		const route = this.at(policy);
		return route === undefined ? undefined : { peer: route.peer.name, connection: route.connection.name };
	}

	find(peer: string, connection: string): Route | undefined {
		return this.#names.get(nameOf(peer, connection));
	}

	/** The place of the connection's policy; -1: there is no such connection. */
	policyOf(peer: string, connection: string): number {
		return this.#names.get(nameOf(peer, connection))?.policy ?? -1;
	}

	get count(): number {
		return this.#list.length;
	}

	/** Sets when to try next. */
	retry(route: Route, at: number): void {
		route.retryAt = at;
		this.#nextRetry = Math.min(this.#nextRetry, at);
	}

	/** When `due` may have something to do; undefined: never. */
	get nextRetry(): number | undefined {
		return this.#nextRetry === Infinity ? undefined : this.#nextRetry;
	}

	/**
	 * The peer has closed the only tunnel of a connection, which was up since `bornAt` (-Infinity: it was not the peer who did). True: as it did with those before, as soon as they were up. Then packets
	 * do not bring it up again for a while, which grows: they would at once, and it would be closed again.
	 */
	closedAgain(now: number, route: Route, bornAt: number): boolean {
		route.brief = now - bornAt < BRIEF ? route.brief + 1 : 0;
		route.heldUntil = 0;
		if (route.brief < BRIEF_TUNNELS)
			return false;
		route.heldUntil = now + Math.min(longestRetry, firstRetry * 2 ** (route.brief - BRIEF_TUNNELS));
		return true;
	}

	/** Calls `act` for those whose `retryAt` has come. */
	due(now: number, act: (route: Route) => void): void {
		if (now < this.#nextRetry)
			return;
		const list = this.#list;
		this.#nextRetry = Infinity;
		for (let i = 0; i < list.length; i++) {
			const route = list[i]!;
			if (route.retryAt !== undefined && now >= route.retryAt)
				act(route);
			this.#nextRetry = Math.min(this.#nextRetry, route.retryAt ?? Infinity);
		}
	}

	/** In the order of the settings. */
	filter(matches: (route: Route) => boolean): Route[] {
		return this.#list.filter(matches);
	}

	[Symbol.iterator](): Iterator<Route> {
		return this.#list[Symbol.iterator]();
	}

	/** `part`: see `peerPart`; undefined: the policy is as it was. Rules for own traffic are said anew each time (`settleOwnTraffic`). */
	private write(settings: Settings, route: Route, part: number | undefined): void {
		const { peer, connection, policy } = route;
		const isTransport = connection.mode === "transport";
		if (part === undefined && !isTransport && settings.gateway.lanAddress === this.#lanAddress)
			return;
		const local = parseNetwork(connection.localNetwork)!;
		const remote = parseNetwork(connection.remoteNetwork)!;
		if (part !== undefined)
			this.spd.write(policy, {
				order: connection.order,
				local: selector(local, connection.localPort),
				remote: selector(remote, connection.remotePort),
				ipProtocol: connection.ipProtocol,
				enabled: peer.enabled && connection.enabled,
				acquire: mayInitiate(route),
				fingerprint: fingerprintOf(part, connection),
			});
		// A connection that is switched off keeps its route: its packets are dropped by the engine, not sent another way.
		if (isTransport)
			this.#host.leadOwnTraffic(remote.first, parseAddress(settings.gateway.wanAddress)!, connection.ipProtocol, connection.localPort, connection.remotePort);
		else
			eachNetwork(remote.first, remote.last, (first, prefix) => this.#host.addRoute(first, prefix, sourceIn(settings, local.first, local.last)));
	}
}

/** How a connection is named among those of all peers. */
function nameOf(peer: string, connection: string): string {
	return `${peer}/${connection}`;
}

/** The networks that are reached through the tunnel interface; what transport mode is for has rules of its own. */
export function networksOf(routes: Iterable<{ readonly connection: ConnectionSettings }>): string[] {
	const networks: string[] = [];
	for (const { connection } of routes)
		if (connection.mode === "tunnel")
			networks.push(connection.remoteNetwork);
	return networks;
}

/** Takes out of the tunnel interface what leads to `networks`, but not what leads to those that `stay`. */
export function removeRoutes(host: Pick<Host, "removeRoute">, networks: readonly string[], stay: readonly string[]): void {
	const kept: string[] = [];
	for (const network of stay)
		eachPart(network, (first, prefix) => kept.push(`${first}/${prefix}`));
	for (const network of networks)
		eachPart(network, (first, prefix) => {
			if (!kept.includes(`${first}/${prefix}`))
				host.removeRoute(first, prefix);
		});
}

function eachPart(network: string, visit: (first: number, prefix: number) => void): void {
	const { first, last } = parseNetwork(network)!;
	eachNetwork(first, last, visit);
}

/** Whether this unit may bring the connection up by itself. */
export function mayInitiate(route: Route): boolean {
	return route.peer.enabled && route.connection.enabled && route.connection.start !== "never" && canReach(route.peer);
}

/** This unit's own LAN address when it is inside a connection's local network, as source of what the unit itself sends; else 0. */
function sourceIn({ gateway }: Settings, first: number, last: number): number {
	const address = parseAddress(gateway.lanAddress.split("/")[0] ?? "") ?? 0;
	return address >= first && address <= last ? address : 0;
}

function selector({ first, last }: { readonly first: number; readonly last: number }, port: number): Selector {
	return { first, last, port };
}
