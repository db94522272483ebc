/** A whole gateway, its host made of plain objects, with peers that are bare IKE engines on a network of the test's own. */
import { formatAddress, parseAddress, type Endpoint } from "../../../modules/addresses.js";
import { Gateway, type GatewayOptions } from "../../../modules/gateway/gateway.js";
import type { Host } from "../../../modules/gateway/host.js";
import {
	ENGINE_EVENT_RING, ENGINE_EVENTS_WRITTEN, EVENT_ACQUIRE, EVENT_ADDRESS, EVENT_AUTHENTIC, EVENT_DIRECTION, EVENT_KIND, EVENT_MOVED, EVENT_POLICY, EVENT_PORT, EVENT_SIZE, EVENT_SOFT, EVENT_SPI, EVENT_UNAUTHENTIC, EVENT_UNKNOWN_SPI,
	INCOMING, OUTGOING
} from "../../../modules/ipsec/layout.js";
import { closeContext, engineTable, openContext } from "../../../modules/ipsec/tables.js";
import { ENGINE_EVENTS } from "../../../modules/limits.js";
import type { Configuration } from "../../../modules/settings/configuration.js";
import { draftOf, followSources } from "../../../modules/settings/draft.js";
import { keepEqualParts } from "../../../modules/settings/sharing.js";
import type { PeerSettings, Settings } from "../../../modules/settings/types.js";
import type { SecurityAssociation } from "../../../modules/status/types.js";
import type { Datagram, UDPOptions, UDPSocket } from "../../../modules/types/io.js";
import { connection, Network, Node, peer, type Packet } from "../ike/network.js";

const own = "10.0.0.1";
const other = "10.0.0.2";

/** A socket that hands what is sent to the network, and takes what `deliver` brings. */
class Socket implements UDPSocket {
	readonly port: number;
	readonly #options: UDPOptions;
	readonly #send: (bytes: Uint8Array, to: Endpoint, port: number) => void;
	readonly #called: (what: string) => void;
	#waiting: Datagram[] = [];
	closed = false;

	constructor(options: UDPOptions, send: (bytes: Uint8Array, to: Endpoint, port: number) => void, called: (what: string) => void) {
		called("UDP");
		this.#options = options;
		this.#send = send;
		this.#called = called;
		this.port = options.port;
	}

	/** In one call. */
	deliver(datagrams: readonly Pick<Transfer, "from" | "bytes">[]): void {
		for (const { from, bytes } of datagrams)
			this.#waiting.push(Object.assign(bytes.slice().buffer, { address: formatAddress(from.address), port: from.port }));
		this.#options.onReadable.call(this, this.#waiting.length);
	}

	read(): Datagram | undefined {
		this.#called("read");
		return this.#waiting.shift();
	}

	write(datagram: ArrayBuffer | Uint8Array, address: string, port: number): void {
		this.#called("write");
		const bytes = datagram instanceof Uint8Array ? datagram : new Uint8Array(datagram);
		this.#send(bytes.slice(), { address: parseAddress(address)!, port }, this.port);
	}

	close(): void {
		this.closed = true;
	}
}

/** A datagram under way, and when it is there. */
type Transfer = Pick<Packet, "from" | "to" | "bytes" | "at">;

/** Of the host, those that `called` is told of. */
const calls = Object.freeze(["now", "wallClock", "schedule", "addRoute", "removeRoute", "leadOwnTraffic", "settleOwnTraffic", "lookUp", "unpark"] as const);

export class World {
	readonly network = new Network();
	peer: Node;
	readonly #theirs: PeerSettings[];
	gateway: Gateway;
	settings: Settings;
	readonly routes: string[] = [];
	readonly lines: string[] = [];
	readonly sockets: Socket[] = [];
	unparked = 0;
	reboots = 0;
	/** Host names that the gateway asked for, with the way to answer. */
	readonly lookups: { readonly name: string; readonly answer: (address: number) => void }[] = [];
	/** When the gateway wants to be woken. */
	wakeAt: number | undefined;
	/** Datagrams of the gateway are lost while this is true. */
	cut = false;
	sent = 0;
	/** Milliseconds that a datagram takes, either way. */
	delay = 0;
	/** What becomes of a datagram on its way, either way: when each copy of it arrives, in milliseconds. */
	weather: () => readonly number[] = () => [this.delay];
	/** What has come for a port of the gateway is handed over in one call. */
	together = false;
	/** The accelerator takes no keys while this is true. */
	refuseKeys = false;
	/** The host has called the gateway, which has not returned. */
	isInside = false;
	/** Told of each call that the gateway makes of its host, but for crypto's. What it throws is what the call throws. */
	called: (what: string) => void = () => {};
	/** The same when keys go to the accelerator or come back. */
	keyed: (what: string) => void = () => {};
	readonly #options: Omit<GatewayOptions, "keeps">;
	readonly #fromGateway: Transfer[] = [];
	readonly #toGateway: Transfer[] = [];

	/** Where the gateway is on the WAN, "0.0.0.0": nowhere. */
	address: string;

	/** `changes` are those of the gateway's peer "branch"; `answer` those of the other side's. */
	constructor(changes: Partial<PeerSettings> = {}, answer: Partial<PeerSettings> = {}, address = own) {
		const { network } = this;
		this.address = address;
		const mirrored = connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" });
		this.#theirs = [peer("gate", other, own, { connections: [mirrored], ...answer })];
		this.peer = network.add("branch", other, this.#theirs);
		this.settings = {
			version: 1,
			gateway: {
				name: "gate", wanAddress: address, lanAddress: "10.1.0.1/24", tunnelInterface: "keygate0", ikePort: 500, natTraversalPort: 4500, firewallLog: "off",
				http: { address: "10.1.0.1", port: 80 }, admin: { user: "admin", password: "long enough" },
			},
			certificates: { own: [], trusted: [], revocationLists: [] },
			peers: [peer("branch", address, other, { connections: [connection()], ...changes })],
		};
		const world = this;
		const host: Host = {
			now: () => network.now,
			wallClock: () => network.wallClock,
			crypto: this.peer.crypto,
			UDP: class extends Socket {
				constructor(options: UDPOptions) {
					super(options, (bytes, to, port) => world.#send(bytes, to, port), (what) => world.called(what));
					world.sockets.push(this);
				}
			},
			schedule: (at) => this.wakeAt = at,
			addRoute: (first, prefix, source) => {
				const route = `${formatAddress(first)}/${prefix} from ${formatAddress(source)}`;
				if (!this.routes.includes(route))
					this.routes.push(route);
			},
			leadOwnTraffic: (remote, source, protocol, localPort, remotePort) => this.routes.push(`own ${protocol}/${localPort}/${remotePort} to ${formatAddress(remote)} from ${formatAddress(source)}`),
			reboot: () => this.reboots++,
			settleOwnTraffic: () => {},
			removeRoute: (first, prefix) => {
				const index = this.routes.findIndex((route) => route.startsWith(`${formatAddress(first)}/${prefix} `));
				if (index >= 0)
					this.routes.splice(index, 1);
			},
			lookUp: (name, answer) => {
				this.lookups.push({ name, answer });
				return true;
			},
			unpark: () => this.unparked++,
			engine: "XS of a test",
			*memory() {},
		};
		for (const name of calls) {
			const call = host[name] as (...values: unknown[]) => unknown;
			(host as unknown as Record<string, unknown>)[name] = (...values: unknown[]) => {
				this.called(name);
				return call(...values);
			};
		}
		const configuration: Configuration = {
			get settings() {
				return world.settings;
			},
			revision: 1,
			storageFault: "",
			storageNotice: "",
			change: () => ({ ok: false, faults: [], text: "" }),
			replace: () => ({ ok: false, faults: [], text: "" }),
			document: () => [],
			pem: () => undefined,
			keyText: () => undefined,
		};
		const write = (_time: number, _severity: number, name: string, text: string) => {
			if (network.recording)
				this.lines.push(`${name}: ${text}`);
		};
		this.#options = {
			host, configuration,
			log: { write, limited: (time, severity, name, _source, _cause, text) => write(time, severity, name, text) },
			contexts: {
				open: (slot) => {
					this.keyed("open");
					return this.refuseKeys ? -3 : openContext(slot);
				},
				close: (slot) => {
					this.keyed("close");
					closeContext(slot);
				},
			},
		};
		this.gateway = new Gateway(this.#options);
		network.filter = (packet) => this.#fromPeer(packet);
		// Events that an earlier gateway left unread.
		this.gateway.onEngineEvents(network.now);
	}

	/** The gateway's heap is full: another one takes its place, with what C has kept, its sockets opened anew. `peers`: the settings were changed at that very moment. */
	restart(...peers: PeerSettings[]): void {
		const { network } = this;
		for (const socket of this.sockets)
			socket.close();
		this.wakeAt = undefined;
		this.#fromGateway.length = 0;
		if (peers.length > 0)
			this.settings = { ...this.settings, peers };
		this.gateway = new Gateway({ ...this.#options, keeps: true });
		this.gateway.onEngineEvents(network.now);
		this.gateway.start(network.now);
	}

	/** The peer starts anew, without anything that it had, and begins. */
	replacePeer(): void {
		const { network } = this;
		network.nodes.splice(network.nodes.indexOf(this.peer), 1);
		this.peer = network.add("branch", other, this.#theirs);
		this.peer.ike.initiate(network.now, "gate", "office");
	}

	/** Other peers, as a change of the settings brings them; returns the connections whose tunnels were closed. */
	configure(...peers: PeerSettings[]): string[] {
		keepEqualParts(peers, this.settings.peers);
		return this.#change({ ...this.settings, peers });
	}

	/** The same with other settings of the gateway itself. */
	configureGateway(changes: Partial<Settings["gateway"]>): string[] {
		return this.#change({ ...this.settings, gateway: { ...this.settings.gateway, ...changes } });
	}

	#change(settings: Settings): string[] {
		const before = this.settings;
		this.settings = settings;
		return this.gateway.configure(this.network.now, { before, settings, certificates: false, renewed: [] });
	}

	/** A lease says that the gateway is at `address`, as Store.learn does it; the connections whose tunnels were closed. */
	lease(address: string): string[] {
		const before = this.settings;
		const settings = draftOf(before);
		settings.gateway.wanAddress = address;
		followSources(settings, before, { text: () => "" });
		keepEqualParts(settings.peers, before.peers);
		this.address = address;
		return this.#change(settings);
	}

	/** Lets `milliseconds` pass for everybody. */
	run(milliseconds: number): void {
		const { network } = this;
		const end = network.now + milliseconds;
		for (this.#settle(); network.now < end; this.#settle()) {
			const next = Math.min(this.wakeAt ?? end, this.peer.ike.pollAt() ?? end, this.#fromGateway[0]?.at ?? end, this.#toGateway[0]?.at ?? end, end);
			network.run(Math.max(0, next - network.now));
		}
	}

	/** A packet of the connection with policy `policy` found no SA. */
	traffic(policy = 0): void {
		this.#raise((view, at) => {
			view.setUint8(at + EVENT_KIND, EVENT_ACQUIRE);
			view.setUint32(at + EVENT_POLICY, policy, true);
		});
	}

	/** The outgoing SA of the connection with policy `policy` reached its soft limit. */
	soft(spi: string, policy = 0): void {
		this.#raise((view, at) => {
			view.setUint8(at + EVENT_KIND, EVENT_SOFT);
			view.setUint32(at + EVENT_POLICY, policy, true);
			view.setUint8(at + EVENT_DIRECTION, OUTGOING);
			view.setUint32(at + EVENT_SPI, Number(spi), true);
		});
	}

	/** The packets of the incoming SA are not authentic; `bits` of HMAC-SHA2-256 would be. Then, with `right`, one is. */
	unauthentic(spi: string, bits: number, right = false): void {
		this.#raise((view, at) => {
			view.setUint8(at + EVENT_KIND, right ? EVENT_AUTHENTIC : EVENT_UNAUTHENTIC);
			view.setUint8(at + EVENT_DIRECTION, INCOMING);
			view.setUint16(at + EVENT_PORT, bits, true);
			view.setUint32(at + EVENT_SPI, Number(spi), true);
		});
	}

	/** An authentic packet of the incoming SA came from there. */
	moved(spi: string, address: string, port: number): void {
		this.#raise((view, at) => {
			view.setUint8(at + EVENT_KIND, EVENT_MOVED);
			view.setUint16(at + EVENT_PORT, port, true);
			view.setUint32(at + EVENT_SPI, Number(spi), true);
			view.setUint32(at + EVENT_ADDRESS, parseAddress(address)!, true);
		});
	}

	/** A packet with this SPI, which no SA has, came from `address`. */
	stray(spi: number, address = other): void {
		this.#raise((view, at) => {
			view.setUint8(at + EVENT_KIND, EVENT_UNKNOWN_SPI);
			view.setUint16(at + EVENT_PORT, 50, true);
			view.setUint32(at + EVENT_SPI, spi, true);
			view.setUint32(at + EVENT_ADDRESS, parseAddress(address)!, true);
		});
	}

	/** The engine tells something. */
	#raise(write: (view: DataView, at: number) => void): void {
		const view = new DataView(engineTable());
		const written = view.getUint32(ENGINE_EVENTS_WRITTEN, true);
		write(view, ENGINE_EVENT_RING + (written % ENGINE_EVENTS) * EVENT_SIZE);
		view.setUint32(ENGINE_EVENTS_WRITTEN, written + 1, true);
		this.#guard(() => this.gateway.onEngineEvents(this.network.now));
	}

	/** A call from the host: an exception is a line, and the host goes on. */
	#guard(call: () => void): void {
		const { caught } = this.network;
		this.isInside = true;
		try {
			call();
		}
		catch (error) {
			if (caught === undefined)
				throw error;
			caught.push(String(error));
		}
		finally {
			this.isInside = false;
		}
	}

	get associations(): SecurityAssociation[] {
		return [...this.gateway.snapshot().securityAssociations()];
	}

	get causes(): string[] {
		return [...this.gateway.snapshot().problems()].map((problem) => `${problem.connection}: ${problem.cause}`);
	}

	/** What takes no time: datagrams arrive, the accelerator answers, whoever is due is woken. */
	#settle(): void {
		const { network } = this;
		for (;;) {
			network.settle();
			const incoming = this.#arrived(this.#toGateway);
			const outgoing = incoming === undefined ? this.#arrived(this.#fromGateway) : undefined;
			if (incoming !== undefined) {
				const datagrams = [incoming];
				while (this.together && this.#toGateway[0]?.to.port === incoming.to.port) {
					const next = this.#arrived(this.#toGateway);
					if (next === undefined)
						break;
					datagrams.push(next);
				}
				this.#guard(() => this.sockets.find((socket) => socket.port === incoming.to.port && !socket.closed)?.deliver(datagrams));
			}
			else if (outgoing !== undefined)
				network.inject(outgoing.from, outgoing.to, outgoing.bytes);
			else if (this.wakeAt !== undefined && this.wakeAt <= network.now) {
				// as the unit does it: what throws is called again
				this.wakeAt = network.caught === undefined ? undefined : network.now + 1000;
				this.#guard(() => this.gateway.wake(network.now));
			}
			else
				return;
		}
	}

	#arrived(list: Transfer[]): Transfer | undefined {
		return list.length > 0 && list[0]!.at <= this.network.now ? list.shift() : undefined;
	}

	/* what the sockets of the class made in attach() call */
	// oxlint-disable-next-line eslint/no-unused-private-class-members
	#send(bytes: Uint8Array, to: Endpoint, port: number): void {
		this.sent++;
		this.#post(this.#fromGateway, { from: { address: parseAddress(this.address)!, port }, to, bytes });
	}

	/** Datagrams for the gateway leave the network here. */
	#fromPeer({ from, to, bytes }: Packet): boolean {
		if (to.address !== parseAddress(this.address))
			return true;
		this.#post(this.#toGateway, { from, to, bytes });
		return false;
	}

	#post(list: Transfer[], datagram: Omit<Transfer, "at">): void {
		if (this.cut)
			return;
		for (const delay of this.weather()) {
			const at = this.network.now + delay;
			let place = list.length;
			while (place > 0 && list[place - 1]!.at > at)
				place--;
			list.splice(place, 0, { ...datagram, at });
		}
	}
}
