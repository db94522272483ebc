/** A device that is not one: the unit as every host has it, with a flash, two ports and a serial line that the test holds the other ends of. */
import { StartFault } from "../../../hosts/unit/faults.js";
import type { Events, HostOptions, Note, Platform, UnitHost } from "../../../hosts/unit/platform.js";
import { Unit } from "../../../hosts/unit/unit.js";
import { encode64 } from "../../../modules/base64.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { vpnLogTable } from "../../../modules/log/table.js";
import { Store } from "../../../modules/settings/store.js";
import { settingsTable } from "../../../modules/settings/table.js";
import type { Settings } from "../../../modules/settings/types.js";
import type { ListenerOptions, SerialOptions, UDPOptions, UDPSocket } from "../../../modules/types/io.js";
import { FakePort } from "../console/port.js";
import { bytesOf, Network, type Answer } from "../httpd/network.js";
import { Flash } from "../settings/flash.js";

/** What is asked of the hardware, in order. */
export class Device {
	readonly flash: Flash;
	readonly network = new Network();
	readonly crypto = new Accelerator();
	store!: Store;
	unit!: Unit;
	console!: FakePort;
	/** "udp 10.0.0.1:500", "lan 192.168.1.1/24", "anew", "restart". */
	readonly done: string[] = [];
	/** What the last start left behind: "" nothing. */
	notice = "";
	/** Every socket on the WAN is refused. */
	refuses = false;
	/** This port for pages is. */
	taken = 0;
	#events: Events | undefined;
	#at: number | undefined;
	#again: "" | "anew" | "restart" = "";

	/** With its power on. */
	constructor(flash = new Flash()) {
		this.flash = flash;
		this.powerUp();
	}

	/** Memory is empty, and the first control plane starts. */
	powerUp(): void {
		new Uint8Array(settingsTable()).fill(0);
		new Uint8Array(vpnLogTable()).fill(0);
		this.start(true, []);
	}

	/** A control plane starts: as the start of a device does it. */
	start(isFresh: boolean, notes: readonly Note[]): void {
		this.#again = "";
		this.#at = undefined;
		this.store = new Store({ table: settingsTable(), crypto: this.crypto, wallClock: () => 0, storage: this.flash, firmware: true });
		if (this.store.resume() === undefined)
			this.store.openKept();
		this.unit = new Unit({ platform: this.platform(isFresh, notes), store: this.store, crypto: this.crypto });
		try {
			this.unit.open();
		}
		catch (error) {
			if (!(error instanceof StartFault) || !this.store.revert())
				throw error;
			this.#anew();
			return;
		}
		this.console.writable(1e6);
	}

	#anew(): void {
		this.done.push("anew");
		this.#again = "anew";
	}

	/** Lets time pass, with what is due in it; a fresh control plane or a restart comes by itself. */
	run(milliseconds: number): void {
		const end = this.network.time + milliseconds;
		for (;;) {
			this.settle();
			if (this.#again === "restart")
				this.powerUp();
			else if (this.#again === "anew")
				this.start(false, []);
			else if (this.#at === undefined || this.#at > end)
				break;
			else {
				this.network.time = Math.max(this.network.time, this.#at);
				this.#at = undefined;
				this.#events!.onTimer();
			}
		}
		this.network.time = end;
	}

	/** The accelerator's jobs, and what waited for them. */
	settle(): void {
		while (this.crypto.pending > 0 || this.#at === 0) {
			if (this.crypto.pending > 0)
				this.#events!.onJobs();
			else {
				this.#at = undefined;
				this.#events!.onTimer();
			}
		}
	}

	/** One request of a browser on the LAN. `password`: of the administrator. */
	ask(line: string, body = "", password = "", host = "192.168.1.1"): Answer {
		const client = this.network.connect();
		const authorization = password === "" ? "" : `Authorization: Basic ${basic(`admin:${password}`)}\r\n`;
		client.send(`${line} HTTP/1.1\r\nHost: ${host}\r\n${authorization}Connection: close\r\n${body === "" ? "" : `Content-Length: ${body.length}\r\n`}\r\n${body}`);
		this.settle();
		client.leave();
		return client.answers()[0]!;
	}

	/** The hidden token of a form. */
	token(html: string): string {
		return /name=token value=([0-9a-zA-Z]+)/.exec(html)![1]!;
	}

	get log(): string {
		return this.typed("log 64");
	}

	/** What the console says to a line. */
	typed(line: string): string {
		const before = this.console.output.length;
		this.console.type(`${line}\r`);
		this.settle();
		return this.console.output.slice(before);
	}

	private platform(isFresh: boolean, notes: readonly Note[]): Platform {
		const { network, done } = this;
		const device = this;
		return {
			Listener: class extends network.Listener {
				constructor(options: ListenerOptions) {
					if (options.port === device.taken)
						throw new StartFault(4, `TCP port ${options.port} is taken`);
					super(options);
				}
			},
			TCP: network.TCP,
			storage: this.flash,
			isFresh, notes, keeps: false,
			http: undefined,
			now: () => network.time,
			wallClock: () => 0,
			schedule: (at) => this.#at = at,
			listen: (events) => this.#events = events,
			startAnew: () => this.#anew(),
			restart: () => {
				done.push("restart");
				this.#again = "restart";
			},
			makeHost: (options) => this.host(options),
			openDatapath: ({ gateway }: Settings, isFactory) => {
				done.push(`lan ${gateway.lanAddress}`);
				if (!isFactory)
					done.push(`wan ${gateway.wanAddressing ?? "static"} ${gateway.wanAddress}/${gateway.wanPrefix ?? ""} by ${gateway.wanRouter ?? ""}`);
			},
			openNative: () => undefined,
			keepOut: () => undefined,
			onServed: (_settings, address, port, isFactory) => done.push(`pages ${address}:${port}${isFactory ? " factory" : ""}`),
			onUnserved: (text) => done.push(text),
			openConsole: () => (options: SerialOptions) => this.console = new FakePort(options, true, 0),
			counters: () => [],
		};
	}

	private host({ crypto, schedule, reboot, reset }: HostOptions): UnitHost {
		const device = this;
		return {
			crypto,
			engine: "XS of a test",
			now: () => device.network.time,
			wallClock: () => 0,
			UDP: class implements UDPSocket {
				constructor({ address, port }: UDPOptions) {
					if (device.refuses)
						throw new StartFault(4, `UDP port ${port} is taken`);
					device.done.push(`udp ${address}:${port}`);
				}
				read(): undefined {
					return undefined;
				}
				write(): void {}
				close(): void {}
			},
			schedule, reboot, reset,
			addRoute() {},
			removeRoute() {},
			leadOwnTraffic() {},
			settleOwnTraffic() {},
			lookUp: () => false,
			unpark() {},
			startNotice: () => device.notice,
			acknowledge: () => device.notice = "",
			*memory() {},
		};
	}
}

function basic(text: string): string {
	const bytes = bytesOf(text);
	return encode64(bytes, 0, bytes.length);
}
