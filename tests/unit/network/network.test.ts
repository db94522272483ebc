import test from "ava";
import { formatAddress, parseAddress } from "../../../modules/addresses.js";
import { PROBE_TIME } from "../../../modules/dhcp/server.js";
import { leaseTable } from "../../../modules/dhcp/table.js";
import { MessageType } from "../../../modules/dhcp/message.js";
import { Network } from "../../../modules/network/network.js";
import { Claim, LAN, State, WAN, type Port } from "../../../modules/network/types.js";
import type { GatewaySettings } from "../../../modules/settings/types.js";
import type { Datagram, UDPOptions, UDPSocket } from "../../../modules/types/io.js";
import { hardware, message } from "../dhcp/client.js";

const base: GatewaySettings = {
	name: "gate a", wanAddress: "10.0.0.1", wanPrefix: 28, wanRouter: "10.0.0.14", lanAddress: "10.1.0.1/24", tunnelInterface: "", ikePort: 500, natTraversalPort: 4500, firewallLog: "off",
	http: { address: "10.1.0.1", port: 80 }, admin: { user: "admin" },
};

class Socket implements UDPSocket {
	readonly options: UDPOptions;
	readonly sent: string[] = [];
	waiting: Datagram[] = [];
	closed = false;

	constructor(options: UDPOptions) {
		this.options = options;
	}

	read() {
		return this.waiting.shift();
	}

	write(datagram: ArrayBuffer | Uint8Array, address: string, port: number) {
		this.sent.push(`${datagram.byteLength} to ${address}:${port}`);
	}

	close() {
		this.closed = true;
	}

	deliver(bytes: Uint8Array, address: string, port: number) {
		this.waiting.push(Object.assign(bytes.slice().buffer, { address, port }));
		this.options.onReadable.call(this, this.waiting.length);
	}
}

/** A unit whose ports are the test's. */
class Unit {
	now = 1000;
	settings: GatewaySettings;
	readonly done: string[] = [];
	readonly told: string[] = [];
	readonly lines: string[] = [];
	readonly sockets: Socket[] = [];
	readonly states: number[][];
	readonly routers: number[] = [];
	other: string | undefined;
	taken = false;
	change: () => void = () => {};
	readonly network: Network;

	constructor(settings: Partial<GatewaySettings> = {}, isFactory = false) {
		this.settings = { ...base, ...settings };
		this.states = [WAN, LAN].map(() => [1, Claim.NONE, 0, 0, 0, 0, 0, 0, 0]);
		const unit = this;
		const write = (text: string) => this.lines.push(text);
		this.network = new Network({
			ports: {
				watch: (change) => this.change = change,
				setStatic: (port, address, prefix, router) => {
					const [state] = [this.states[port]!];
					// As in C: what is so already stays as it is, an address that was asked for among it.
					if (state[State.ADDRESS] === address && state[State.PREFIX] === prefix && this.routers[port] === router)
						return;
					this.done.push(`${port}: ${formatAddress(address)}/${prefix} by ${formatAddress(router)}`);
					this.routers[port] = router;
					if (address !== state[State.ADDRESS])
						this.set(port, State.CLAIM, address === 0 ? Claim.NONE : Claim.ASKING);
					this.set(port, State.ADDRESS, address);
					this.set(port, State.PREFIX, prefix);
				},
				askLease: (name) => {
					if (!this.done.includes(`lease for ${name}`))
						this.done.push(`lease for ${name}`);
				},
				setDNS: (first, second) => this.done.push(`DNS ${formatAddress(first)} ${formatAddress(second)}`),
				state: (port, what) => this.states[port]?.[what],
				other: () => this.other,
				ask: () => {},
				holder: () => undefined,
			},
			UDP: class extends Socket {
				constructor(options: UDPOptions) {
					if (unit.taken)
						throw new Error("taken");
					super(options);
					unit.sockets.push(this);
				}
			},
			log: { write: (_time, _severity, _peer, text) => write(text), limited: (_time, _severity, _peer, _source, _cause, text) => write(text) },
			now: () => this.now, wallClock: () => 0, setClock: (seconds) => this.told.push(`clock ${Math.floor(seconds)}`),
			random: (size) => new Uint8Array(size).fill(7), equal: (a, b) => a.join() === b.join(), lookUp: () => false,
			leases: leaseTable(), settings: () => this.settings,
			learn: (address) => this.told.push(`learn ${address}`), attach: (attached) => this.told.push(`attach ${attached}`),
			reschedule() {},
		});
		this.network.open(isFactory);
	}

	set(port: Port, what: number, value: number): void {
		this.states[port]![what] = value;
	}

	/** The WAN has a lease, 0: none any more. */
	lease(address: string, dns = "0.0.0.0"): void {
		this.set(WAN, State.ADDRESS, parseAddress(address)!);
		this.set(WAN, State.PREFIX, 24);
		this.set(WAN, State.LEASE, address === "0.0.0.0" ? 0 : 600);
		this.set(WAN, State.DNS, parseAddress(dns)!);
		this.change();
	}

	claim(port: Port, claim: number): void {
		this.set(port, State.CLAIM, claim);
		this.change();
	}

	/** What was told since the last call. */
	take(): string[] {
		return this.told.splice(0);
	}
}

test("network: addresses that are set: the WAN's is used when nobody else has it", (t) => {
	const unit = new Unit();
	t.deepEqual(unit.done, ["1: 10.1.0.1/24 by 0.0.0.0", "0: 10.0.0.1/28 by 10.0.0.14", "DNS 0.0.0.0 0.0.0.0"]);
	t.deepEqual(unit.take(), ["attach false"]);
	t.is(unit.network.notice(), "");
	unit.claim(WAN, Claim.OURS);
	t.deepEqual(unit.take(), ["attach true"]);
	t.deepEqual([unit.lines, unit.sockets.length, unit.network.pollAt()], [[], 0, undefined]);
});

test("network: two units with one address: this one keeps still, says so, and starts when the other is gone", (t) => {
	const unit = new Unit();
	unit.other = "52:54:00:00:00:02";
	unit.claim(WAN, Claim.TAKEN);
	t.deepEqual(unit.take(), ["attach false", "attach false"]);
	t.deepEqual(unit.lines, ["WAN: the address 10.0.0.1 is in use by 52:54:00:00:00:02: this unit keeps still there, and asks again later"]);
	t.is(unit.network.notice(), "the WAN address 10.0.0.1 is in use by 52:54:00:00:00:02: this unit keeps still there until it is free");
	unit.claim(WAN, Claim.ASKING);
	unit.claim(WAN, Claim.TAKEN);
	t.is(unit.lines.length, 1);
	unit.claim(WAN, Claim.ASKING);
	unit.claim(WAN, Claim.OURS);
	t.is(unit.take().pop(), "attach true");
	t.is(unit.lines[1], "WAN: the address 10.0.0.1 is free now, and used");
});

test("network: who claims an address in use is told of; the address stays", (t) => {
	const unit = new Unit();
	unit.claim(LAN, Claim.OURS);
	unit.claim(WAN, Claim.OURS);
	unit.take();
	unit.other = "52:54:00:00:00:66";
	unit.set(LAN, State.CONFLICTS, 1);
	unit.change();
	t.deepEqual(unit.lines, ["LAN: 52:54:00:00:00:66 claims this unit's address 10.1.0.1; it stays this unit's"]);
	t.deepEqual(unit.take(), ["attach true"]);
});

test("network: the WAN by DHCP: the lease is told, its change and its end too; the cable is logged and shown", (t) => {
	const unit = new Unit({ wanAddressing: "dhcp", wanAddress: "0.0.0.0" });
	t.deepEqual(unit.done.slice(1), ["lease for gate-a", "DNS 0.0.0.0 0.0.0.0"]);
	t.deepEqual(unit.take(), ["learn 0.0.0.0"]);
	// An address that is being checked is no lease yet.
	unit.set(WAN, State.ADDRESS, 1);
	unit.change();
	t.deepEqual(unit.take(), ["learn 0.0.0.0"]);
	unit.lease("10.0.0.7");
	t.deepEqual(unit.take(), ["learn 10.0.0.7"]);
	t.deepEqual(unit.lines, ["WAN: leased 10.0.0.7/24 for 600 s, router 0.0.0.0"]);
	unit.lease("10.0.0.8");
	unit.lease("0.0.0.0");
	t.deepEqual(unit.take(), ["learn 10.0.0.8", "learn 0.0.0.0"]);
	unit.set(WAN, State.LINK, 0);
	unit.change();
	t.is(unit.network.notice(), "the cable of the WAN port is out");
	unit.set(WAN, State.LINK, 1);
	unit.change();
	t.deepEqual(unit.lines.slice(2), ["WAN: the cable is out", "WAN: the cable is in"]);
	t.is(unit.network.notice(), "");
});

test("network: DHCP on the LAN hands out DNS servers of the lease, or those of the settings; it is switched on and off without a new start", (t) => {
	const dhcpServer = { enabled: true, first: "10.1.0.100", last: "10.1.0.199", leaseSeconds: 3600, fixed: [{ hardwareAddress: "52:54:00:00:00:0A", address: "10.1.0.10" }] };
	const unit = new Unit({ wanAddressing: "dhcp", dhcpServer });
	const [socket] = unit.sockets;
	t.deepEqual([socket!.options.address, socket!.options.port], ["10.1.0.1", 67]);
	unit.lease("10.0.0.7", "10.0.0.53");
	socket!.deliver(message(hardware(10), { type: MessageType.DISCOVER }), "0.0.0.0", 68);
	t.is(unit.network.pollAt(), unit.now + PROBE_TIME);
	unit.now += PROBE_TIME;
	unit.network.poll(unit.now);
	t.deepEqual(socket!.sent, ["300 to 255.255.255.255:68"]);
	t.is(unit.network.use().used, 1);
	unit.settings = { ...unit.settings, dnsServers: "10.9.9.9, 10.9.9.8" };
	unit.network.configure();
	t.is(unit.done.pop(), "DNS 10.9.9.9 10.9.9.8");
	t.is(unit.sockets.length, 1);
	unit.settings = { ...unit.settings, dhcpServer: { ...dhcpServer, enabled: false } };
	unit.network.configure();
	t.true(socket!.closed);
	unit.settings = { ...unit.settings, dhcpServer };
	unit.taken = true;
	unit.network.configure();
	t.is(unit.lines.pop(), "UDP port 67: Error: taken");
	unit.taken = false;
	unit.network.configure();
	t.is(unit.sockets.length, 2);
	unit.network.close();
	t.true(unit.sockets.every(({ closed }) => closed));
});

test("network: another way out of the WAN, and another LAN, take nothing from an address that stays; DHCP is served at the new one", (t) => {
	const dhcpServer = { enabled: true, first: "10.1.0.100", last: "10.1.0.199", leaseSeconds: 3600 };
	const unit = new Unit({ dhcpServer });
	unit.claim(LAN, Claim.OURS);
	unit.claim(WAN, Claim.OURS);
	unit.take();
	unit.done.length = 0;
	unit.settings = { ...unit.settings, wanPrefix: 24, wanRouter: "10.0.0.200" };
	unit.network.configure();
	t.deepEqual(unit.done, ["0: 10.0.0.1/24 by 10.0.0.200", "DNS 0.0.0.0 0.0.0.0"]);
	t.is(unit.sockets.length, 1);
	unit.settings = { ...unit.settings, lanAddress: "10.1.0.5/24" };
	unit.network.configure();
	t.deepEqual(unit.done.slice(2), ["1: 10.1.0.5/24 by 0.0.0.0", "DNS 0.0.0.0 0.0.0.0"]);
	t.true(unit.sockets[0]!.closed);
	t.deepEqual([unit.sockets[1]!.options.address, unit.sockets[1]!.options.port], ["10.1.0.5", 67]);
	unit.change();
	t.deepEqual(unit.take(), ["attach true"]);
	unit.settings = { ...unit.settings, lanAddress: "10.1.0.5/16" };
	unit.network.configure();
	t.is(unit.sockets.length, 2);
	unit.network.close();
	t.true(unit.sockets.every(({ closed }) => closed));
});

test("network: the time is asked for when there is a way, from a port that nobody knows", (t) => {
	const unit = new Unit({ timeServer: "10.0.0.123" });
	unit.network.poll(unit.now);
	t.is(unit.sockets.length, 1);
	unit.now += 100000;
	unit.claim(WAN, Claim.OURS);
	unit.network.poll(unit.now);
	t.deepEqual([unit.sockets[0]!.options.port, unit.sockets[0]!.sent], [0, ["48 to 10.0.0.123:123", "48 to 10.0.0.123:123"]]);
	const answer = new Uint8Array(48);
	answer.set([0x24, 2]);
	answer.fill(7, 24, 32);
	new DataView(answer.buffer).setUint32(40, (1795701600 + 2208988800) % 4294967296);
	unit.sockets[0]!.deliver(answer, "10.0.0.123", 123);
	t.deepEqual(unit.take().filter((each) => each.startsWith("clock")), ["clock 1795701600"]);
	unit.sockets[0]!.deliver(answer, "10.0.0.123", 123);
	t.deepEqual([...unit.network.counters()], [{ name: "ntp-elsewhere", value: 1 }]);
});

test("network: a unit that nobody has set up serves its LAN, and has nothing on the WAN", (t) => {
	const unit = new Unit({ wanAddressing: "dhcp", wanAddress: "0.0.0.0", dhcpServer: { enabled: true, first: "10.1.0.100", last: "10.1.0.199", leaseSeconds: 3600 } }, true);
	t.deepEqual(unit.done, ["1: 10.1.0.1/24 by 0.0.0.0", "0: 0.0.0.0/0 by 0.0.0.0", "DNS 0.0.0.0 0.0.0.0"]);
	t.deepEqual(unit.take(), []);
	unit.sockets[0]!.deliver(message(hardware(1), { type: MessageType.DISCOVER }), "0.0.0.0", 68);
	unit.now += PROBE_TIME;
	unit.network.poll(unit.now);
	t.deepEqual(unit.sockets[0]!.sent, ["300 to 255.255.255.255:68"]);
	unit.lease("10.0.0.7");
	t.deepEqual(unit.take(), []);
});
