/**
 * The network of a unit that has its ports to itself: brings up addresses as the settings say, tells the gateway when the WAN's comes, changes and goes, serves DHCP on the LAN, asks for the
 * time.
 */
import { formatAddress, parseAddress } from "../addresses.js";
import { DHCPServer, type Lease, type Plan } from "../dhcp/server.js";
import { CLIENT_PORT, SERVER_PORT } from "../dhcp/message.js";
import { NOTICE, WARNING, type Logger } from "../log/types.js";
import type { TableUse } from "../limits.js";
import { TimeClient } from "../ntp/client.js";
import { NO_ADDRESS, WAN_PREFIX, withPrefix } from "../settings/network.js";
import type { GatewaySettings } from "../settings/types.js";
import type { UDPConstructor, UDPOptions, UDPSocket } from "../types/io.js";
import { Claim, LAN, State, WAN, type Port, type Ports } from "./types.js";

export interface NetworkOptions {
	readonly ports: Ports;
	readonly UDP: UDPConstructor;
	readonly log: Logger;
	readonly now: () => number;
	/** Seconds since 1970, 0: not known. */
	readonly wallClock: () => number;
	readonly setClock: (seconds: number) => void;
	readonly random: (size: number) => Uint8Array;
	readonly equal: (a: Uint8Array, b: Uint8Array) => boolean;
	readonly lookUp: (name: string, answer: (address: number) => void) => boolean;
	/** From `leaseTable()` of dhcp/table.ts. */
	readonly leases: ArrayBuffer;
	readonly settings: () => GatewaySettings;
	/** A lease says that the WAN address is this; NO_ADDRESS: there is none. */
	readonly learn: (address: string) => void;
	/** The WAN address of the settings may be used, or not. */
	readonly attach: (attached: boolean) => void;
	/** `pollAt()` has changed. */
	readonly reschedule: () => void;
}

const names = Object.freeze(["WAN", "LAN"] as const);

export class Network {
	readonly #options: NetworkOptions;
	readonly #dhcp: DHCPServer;
	readonly #time: TimeClient;
	#dhcpSocket: UDPSocket | undefined;
	#timeSocket: UDPSocket | undefined;
	/** What was last told, by port: the cable, whose the address is, conflicts. */
	readonly #links: (number | undefined)[] = [undefined, undefined];
	readonly #claims = [Claim.NONE, Claim.NONE] as number[];
	readonly #conflicts = [0, 0];
	#wanAddress = 0;
	#lanAddress = 0;
	/** Nobody has set the unit up: there is a LAN alone. */
	#isFactory = false;
	#dns = "";

	constructor(options: NetworkOptions) {
		this.#options = options;
		const { ports, log, leases, reschedule } = options;
		this.#dhcp = new DHCPServer({
			table: leases, log, reschedule,
			send: (bytes, address) => this.#dhcpSocket?.write(bytes, formatAddress(address), CLIENT_PORT),
			ask: (address) => ports.ask(address),
			holder: (address) => ports.holder(address),
		});
		const { now, wallClock, setClock, random, equal, lookUp } = options;
		this.#time = new TimeClient({
			log, now, wallClock, setClock, random, equal, lookUp, reschedule,
			send: (bytes, address, port) => this.send(bytes, address, port),
		});
	}

	/**
	 * Brings the ports up; `isFactory`: the LAN's alone, since nobody has set this unit up yet. Nothing is told of the WAN's address before this returns, but
	 * that it is not there yet.
	 */
	open(isFactory = false): void {
		this.#options.ports.watch(() => this.changed());
		this.#isFactory = isFactory;
		this.configure();
		this.changed();
	}

	/** Takes over settings. Another WAN address, or way to one, is not among them: with it tunnels end. */
	configure(): void {
		const { ports, now, settings } = this.#options;
		const { name, wanAddressing, wanAddress, wanPrefix = WAN_PREFIX, wanRouter = "", dnsServers = "", timeServer = "", dhcpServer, lanAddress } = settings();
		const { address, prefix } = withPrefix(lanAddress);
		ports.setStatic(LAN, address, prefix, 0);
		if (this.#isFactory)
			ports.setStatic(WAN, 0, 0, 0);
		else if (wanAddressing === "dhcp")
			ports.askLease(hostName(name));
		else
			ports.setStatic(WAN, parseAddress(wanAddress)!, wanPrefix, parseAddress(wanRouter) ?? 0);
		if (address !== this.#lanAddress)
			this.closeServer();
		this.#lanAddress = address;
		const comma = dnsServers.indexOf(",");
		ports.setDNS(parseAddress((comma < 0 ? dnsServers : dnsServers.slice(0, comma)).trim()) ?? 0, comma < 0 ? 0 : parseAddress(dnsServers.slice(comma + 1).trim()) ?? 0);
		this.#time.configure(now(), timeServer);
		if (dhcpServer?.enabled !== true) {
			this.#dhcp.configure(undefined);
			this.closeServer();
			return;
		}
		this.#dhcp.configure(this.plan());
		const network = this;
		this.#dhcpSocket ??= this.bind({
			address: formatAddress(address), port: SERVER_PORT,
			onReadable(count) {
				for (let datagram = this.read(); datagram !== undefined; datagram = --count > 0 ? this.read() : undefined)
					network.#dhcp.receive(now(), new Uint8Array(datagram));
			},
		});
	}

	pollAt(): number | undefined {
		const dhcp = this.#dhcp.pollAt();
		const time = this.#time.pollAt();
		return dhcp === undefined ? time : time === undefined ? dhcp : Math.min(dhcp, time);
	}

	poll(now: number): void {
		this.#dhcp.poll(now);
		this.#time.poll(now);
	}

	close(): void {
		this.closeServer();
		this.#timeSocket?.close();
		this.#timeSocket = undefined;
	}

	private closeServer(): void {
		this.#dhcpSocket?.close();
		this.#dhcpSocket = undefined;
	}

	/** What is wrong, in one line for people; "": nothing. */
	notice(): string {
		const parts: string[] = [];
		for (const port of [WAN, LAN] as const) {
			const { ports } = this.#options;
			const claim = ports.state(port, State.CLAIM);
			if (claim === undefined)
				parts.push(`there is no ${names[port]} port`);
			else if (ports.state(port, State.LINK) !== 1)
				parts.push(`the cable of the ${names[port]} port is out`);
			else if (claim === Claim.TAKEN)
				parts.push(`the ${names[port]} address ${this.address(port)} is in use by ${ports.other(port) ?? "another machine"}: this unit keeps still there until it is free`);
		}
		return parts.join("; ");
	}

	*counters(): Generator<{ readonly name: string; readonly value: number }, void, undefined> {
		yield* this.#dhcp.counters;
		yield* this.#time.counters;
	}

	/** Machines on the LAN that have an address from here. */
	leases(): Iterable<Lease> {
		return this.#dhcp.leases(this.#options.now());
	}

	use(): TableUse {
		return this.#dhcp.use();
	}

	/** Something of the ports has changed. */
	private changed(): void {
		const { ports, settings, now, learn, attach } = this.#options;
		for (const port of [WAN, LAN] as const)
			this.tell(port);
		if (this.#isFactory)
			return;
		const leased = settings().wanAddressing === "dhcp";
		const address = wanAddressOf(ports, leased);
		const moved = address !== this.#wanAddress;
		this.#wanAddress = address;
		if (leased)
			learn(address === 0 ? NO_ADDRESS : formatAddress(address));
		else
			attach(address !== 0);
		if (moved && address !== 0) {
			if (leased)
				this.#options.log.write(now(), NOTICE, "", `WAN: leased ${formatAddress(address)}/${ports.state(WAN, State.PREFIX)} for ${ports.state(WAN, State.LEASE)} s, router ${formatAddress(ports.state(WAN, State.ROUTER) ?? 0)}`);
			this.#time.again(now());
		}
		const dns = `${ports.state(WAN, State.DNS)},${ports.state(WAN, State.SECOND_DNS)}`;
		if (dns !== this.#dns) {
			this.#dns = dns;
			if (settings().dhcpServer?.enabled === true)
				this.#dhcp.configure(this.plan());
		}
	}

	/** What has changed of a port, for the log. */
	private tell(port: Port): void {
		const { ports, log, now } = this.#options;
		const link = ports.state(port, State.LINK) ?? 0;
		const claim = ports.state(port, State.CLAIM) ?? Claim.NONE;
		const conflicts = ports.state(port, State.CONFLICTS) ?? 0;
		const other = ports.other(port) ?? "another machine";
		// At the start a driver may still be looking.
		if (link !== this.#links[port] && this.#links[port] !== undefined)
			log.write(now(), link === 1 ? NOTICE : WARNING, "", `${names[port]}: the cable is ${link === 1 ? "in" : "out"}`);
		if (claim === Claim.TAKEN && this.#claims[port] !== Claim.TAKEN)
			log.limited(now(), WARNING, "", port, "address-taken", `${names[port]}: the address ${this.address(port)} is in use by ${other}: this unit keeps still there, and asks again later`);
		else if (claim === Claim.OURS && this.#claims[port] === Claim.TAKEN)
			log.write(now(), NOTICE, "", `${names[port]}: the address ${this.address(port)} is free now, and used`);
		else if (claim !== Claim.TAKEN && conflicts > this.#conflicts[port]!)
			log.limited(now(), WARNING, "", port, "address-claimed", `${names[port]}: ${other} claims this unit's address ${this.address(port)}; it stays this unit's`);
		this.#links[port] = link;
		// While it is asked again nothing is known yet.
		if (claim !== Claim.ASKING)
			this.#claims[port] = claim;
		this.#conflicts[port] = conflicts;
	}

	private address(port: Port): string {
		return formatAddress(this.#options.ports.state(port, State.ADDRESS) ?? 0);
	}

	/** What the DHCP server goes by; the settings were checked. */
	private plan(): Plan {
		const { ports, settings } = this.#options;
		const { lanAddress, dhcpServer } = settings();
		const { first = NO_ADDRESS, last = NO_ADDRESS, leaseSeconds = 0, fixed = [] } = dhcpServer ?? {};
		return {
			...withPrefix(lanAddress), first: parseAddress(first)!, last: parseAddress(last)!, leaseSeconds,
			fixed: fixed.map(({ hardwareAddress, address }) => ({ hardwareAddress: hardwareAddress.toLowerCase(), address: parseAddress(address)! })),
			dns: [State.DNS, State.SECOND_DNS].map((what) => ports.state(WAN, what) ?? 0).filter((address) => address !== 0),
		};
	}

	private send(bytes: Uint8Array, address: number, port: number): void {
		const network = this;
		this.#timeSocket ??= this.bind({
			port: 0,
			onReadable(count) {
				for (let datagram = this.read(); datagram !== undefined; datagram = --count > 0 ? this.read() : undefined)
					network.#time.receive(network.#options.now(), parseAddress(datagram.address)!, datagram.port, new Uint8Array(datagram));
			},
		});
		this.#timeSocket?.write(bytes, formatAddress(address), port);
	}

	/** Undefined: it cannot be had, which is told. */
	private bind(options: Pick<UDPOptions, "address" | "port" | "onReadable">): UDPSocket | undefined {
		const { UDP, log, now } = this.#options;
		try {
			return new UDP({ ...options, onError() {} });
		}
		catch (error) {
			log.write(now(), WARNING, "", `UDP port ${options.port}: ${String(error)}`);
			return undefined;
		}
	}
}

/** The address that the WAN port may be used with now, 0: none. `leased`: it is a DHCP server's to give. */
export function wanAddressOf(ports: Ports, leased: boolean): number {
	if (leased)
		return ports.state(WAN, State.LEASE) === 0 ? 0 : ports.state(WAN, State.ADDRESS) ?? 0;
	return ports.state(WAN, State.CLAIM) === Claim.OURS ? ports.state(WAN, State.ADDRESS) ?? 0 : 0;
}

/** A name that a DHCP server can be told: letters, digits and dashes. */
function hostName(text: string): string {
	let result = "";
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		result += c >= 0x30 && c <= 0x39 || (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a ? text.charAt(i) : "-";
	}
	return result;
}
