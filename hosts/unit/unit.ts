/** The gateway with everything around it (pages, console, syslog, the log's end that is kept), and the one timer that all of it shares. */
import { formatAddress, parseAddress } from "../../modules/addresses.js";
import { Console } from "../../modules/console/console.js";
import { deriveSlowly } from "../../modules/crypto/credentials.js";
import type { Accelerator } from "../../modules/crypto/crypto.js";
import { Gateway, type GatewayOptions } from "../../modules/gateway/gateway.js";
import { isHeldBack } from "../../modules/gateway/heldback.js";
import { LogTail } from "../../modules/gateway/logtail.js";
import { Authentication } from "../../modules/httpd/authentication.js";
import { uploadMemory } from "../../modules/httpd/memory.js";
import { PENDING } from "../../modules/httpd/response.js";
import { HTTPServer } from "../../modules/httpd/server.js";
import { FormToken } from "../../modules/httpd/token.js";
import { Workspace } from "../../modules/httpd/workspace.js";
import type { TableUse } from "../../modules/limits.js";
import { Syslog } from "../../modules/log/syslog.js";
import { leaseTable } from "../../modules/dhcp/table.js";
import { vpnLogTable } from "../../modules/log/table.js";
import { ERROR, NOTICE, WARNING } from "../../modules/log/types.js";
import { VPNLog } from "../../modules/log/vpnlog.js";
import { Network, wanAddressOf } from "../../modules/network/network.js";
import { LAN, State, type Ports } from "../../modules/network/types.js";
import { Router } from "../../modules/pages/router.js";
import { OwnBackups } from "../../modules/settings/backup.js";
import { Copies } from "../../modules/settings/copies.js";
import { OwnKeyring } from "../../modules/settings/keyring.js";
import { checkAdministrator } from "../../modules/settings/password.js";
import { LOG_SLOTS } from "../../modules/settings/storage.js";
import type { ChangeResult } from "../../modules/settings/configuration.js";
import type { Store } from "../../modules/settings/store.js";
import type { Settings } from "../../modules/settings/types.js";
import type { LeaseStatus } from "../../modules/status/types.js";
import { UnitFollower } from "./follower.js";
import { StartFault } from "./faults.js";
import type { Events, Platform, UnitHost } from "./platform.js";

type Counters = Iterable<{ readonly name: string; readonly value: number }>;

/** Milliseconds after which what threw is called again. */
const AGAIN = 1000;

/** Slots of the heap that a page has while it is half out. */
const PAGE_SLOTS = 300;

/** Tunnels of this unit's own and the console do without it. */
const NO_LAN = "there is no LAN port: no pages are served, and no host is there for tunnels";

/** The gateway's tables and counters, and those of what is around it. */
class CountingGateway extends Gateway {
	readonly #log: VPNLog;
	readonly #platform: Platform;
	readonly #network: () => Network | undefined;

	constructor(options: GatewayOptions & { readonly log: VPNLog }, platform: Platform, network: () => Network | undefined) {
		super(options);
		this.#log = options.log;
		this.#platform = platform;
		this.#network = network;
	}

	override *tables(): Iterable<TableUse> {
		yield* super.tables();
		yield* this.#log.use();
		const network = this.#network();
		if (network !== undefined)
			yield network.use();
		yield* this.#platform.tables?.() ?? [];
	}

	override leases(): Iterable<LeaseStatus> {
		return this.#network()?.leases() ?? [];
	}

	override *counters(): Counters {
		yield* super.counters();
		yield* this.#platform.counters();
		yield* this.#network()?.counters() ?? [];
	}
}

export interface UnitOptions {
	readonly platform: Platform;
	/** Has the settings in use. */
	readonly store: Store;
	readonly crypto: Accelerator;
}

export class Unit implements Events {
	readonly #platform: Platform;
	readonly #store: Store;
	readonly #log: VPNLog;
	readonly #host: UnitHost;
	readonly #gateway: Gateway;
	readonly #authentication: Authentication;
	readonly #follower: UnitFollower;
	/** Absent where nothing is kept. */
	readonly #tail: LogTail | undefined;
	#gatewayAt: number | undefined;
	/** When the first of those is due that say so themselves when that changes; Infinity: none. */
	#othersAt = Infinity;
	#server: HTTPServer | undefined;
	#router: Router | undefined;
	#workspace: Workspace | undefined;
	#storageTold = "";
	readonly #syslog: Syslog;
	/** Absent where the system has one. */
	readonly #network: Network | undefined;
	#console: Console | undefined;
	/** What is to be done in the next turn of the loop. */
	#next: (() => void) | undefined;

	constructor({ platform, store, crypto }: UnitOptions) {
		const now = (): number => platform.now();
		const { storage } = platform;
		this.#platform = platform;
		this.#store = store;
		this.#log = new VPNLog(vpnLogTable());
		if (storage !== undefined) {
			this.#tail = new LogTail(now(), { log: this.#log, copies: new Copies({ storage, crypto, slot: LOG_SLOTS, state: store.state }), scratch: () => store.isLent ? undefined : store.spare });
			if (platform.isFresh)
				this.#tail.restore(now());
		}
		for (const { severity, text } of platform.notes)
			this.#log.write(now(), severity, "", text);
		this.tellStorage();
		this.#host = platform.makeHost({
			log: this.#log, crypto,
			schedule: (at) => {
				if (at === this.#gatewayAt)
					return;
				this.#gatewayAt = at;
				this.schedule();
			},
			reboot: () => this.#follower.reboot(true),
			reset: platform.restart === undefined ? undefined : () => this.reset(),
			notice: () => this.#network?.notice() ?? "",
			...(platform.setClock === undefined ? {} : { setClock: (seconds) => platform.setClock!(seconds) }),
		});
		if (platform.keeps && platform.ports !== undefined && store.settings.gateway.wanAddressing === "dhcp")
			// The lease has outlived the control plane that was told of it.
			store.learn(formatAddress(wanAddressOf(platform.ports, true)));
		this.#gateway = new CountingGateway({ host: this.#host, configuration: store, log: this.#log, keeps: platform.keeps }, platform, () => this.#network);
		this.#authentication = new Authentication({
			get realm() {
				return store.settings.gateway.name;
			},
			crypto, now,
			verify: (user, password, done) => checkAdministrator(store.settings.gateway.admin, user, password, crypto,
				(text, salt, iterations, derived) => deriveSlowly(crypto, text, salt, iterations, derived), done) ?? PENDING,
			isSuspect: (address) => platform.wrongPassword?.(parseAddress(address) ?? 0, false) === true,
			failed: (address, wait) => {
				const number = parseAddress(address) ?? 0;
				platform.wrongPassword?.(number, true);
				this.#log.limited(now(), NOTICE, "", number, "password", `wrong password for the pages from ${address}${wait === 0 ? "" : `, which has to wait ${wait / 1000} s now`}`);
			},
		});
		this.#follower = store.follower = new UnitFollower(store.settings, {
			platform,
			host: this.#host, gateway: this.#gateway, firmware: store.firmware, isFactory: store.isFactory,
			hasRoom: (slots) => this.hasRoom(slots),
			onAdministrator: () => this.#authentication.forget(),
			onConfigured: () => {
				// Another LAN address waits for the answer that goes out by this one.
				if (this.#follower.movesAt === undefined)
					this.#network?.configure();
				this.reschedule();
				this.tellStorage();
			},
			reschedule: () => this.reschedule(),
		});
		this.#syslog = new Syslog({
			log: this.#log, UDP: this.#host.UDP, now, wallClock: () => platform.wallClock(),
			name: () => store.settings.gateway.name,
			target: () => store.settings.gateway.syslog,
			isHeld: (address) => isHeldBack(address, store.settings, this.#gateway),
			reschedule: () => this.reschedule(),
		});
		this.#log.onEntry = () => this.#syslog.wake();
		this.#network = platform.ports === undefined ? undefined : this.makeNetwork(platform.ports);
	}

	private makeNetwork(ports: Ports): Network {
		const platform = this.#platform;
		const store = this.#store;
		const { crypto, UDP } = this.#host;
		const now = (): number => platform.now();
		return new Network({
			ports, UDP, now, log: this.#log, leases: leaseTable(),
			wallClock: () => platform.wallClock(),
			setClock: (seconds) => platform.setClock?.(seconds),
			random: (size) => crypto.random(size),
			equal: (a, b) => crypto.equal(a, b),
			lookUp: (name, answer) => this.#host.lookUp(name, answer),
			settings: () => store.settings.gateway,
			learn: (address) => {
				const change = store.learn(address);
				if (change !== undefined)
					this.#follower.learned(change);
			},
			attach: (attached) => this.#gateway.attach(now(), attached),
			reschedule: () => this.reschedule(),
		});
	}

	/** Opens everything, in the order in which a fault is worth knowing. Before anybody has set the unit up only pages and console. Throws a StartFault. */
	open(): void {
		const platform = this.#platform;
		const { settings, isFactory } = this.#store;
		platform.openDatapath(settings, isFactory);
		platform.listen(this);
		if (isFactory)
			this.#log.write(platform.now(), NOTICE, "", `this unit is not set up${this.#store.factoryReason === "" ? "" : `: ${this.#store.factoryReason}`}`);
		else {
			// An address that is to be had, or to be asked for first, comes later.
			if (this.#network !== undefined)
				this.#gateway.attach(platform.now(), settings.gateway.wanAddressing === "dhcp" || this.isAttached(settings));
			this.#gateway.start(platform.now());
		}
		this.#network?.open(isFactory);
		this.reschedule();
		this.serve();
		platform.firmware?.started(platform.now());
		const open = platform.openConsole();
		if (open !== undefined) {
			this.#console = new Console({
				open,
				commands: this.#gateway,
				log: this.#log,
				firewall: this.#gateway.firewall,
				unlock: () => this.#authentication.unlock(),
				firmware: platform.firmware,
				now: () => platform.now(),
				reschedule: () => this.reschedule(),
				// Whoever sat there has gone; the gateway stays.
				onClose: () => this.#console = undefined,
			});
		}
	}

	/** The address that this unit has had before its control plane started anew is its still. */
	private isAttached({ gateway: { wanAddress } }: Settings): boolean {
		const { keeps, ports } = this.#platform;
		return keeps && ports !== undefined && wanAddressOf(ports, false) === parseAddress(wanAddress);
	}

	private startAnew(): void {
		const platform = this.#platform;
		if (!this.#follower.isWhole || platform.restart === undefined)
			return this.#follower.startAnew(this.#store.settings);
		this.close();
		platform.restart();
	}

	/** Erases all that is kept, and starts anew. */
	private reset(): string {
		const fault = this.#store.clear() || (this.#tail?.clear() ?? "");
		if (fault === "")
			this.#follower.reboot(true);
		return fault;
	}

	/** Ends in an orderly way: a Delete to each peer, and what is kept is written. `meanwhile`: after the gateway's end. */
	close(meanwhile?: () => void): void {
		this.#gateway.close(this.#platform.now());
		meanwhile?.();
		this.keep();
		this.#server?.close();
		this.#console?.close();
		this.#network?.close();
	}

	/**
	 * Takes settings from outside; undefined: they cannot even be read. Those with faults change nothing; others touch only what they concern. `tell` gets what
	 * came of it.
	 */
	reload(document: Uint8Array | undefined, tell: (result: ChangeResult | undefined) => void): void {
		if (document === undefined)
			return this.reloaded(undefined, tell);
		const take = this.#store.read(document);
		// Packets come between the one and the other.
		this.#next = () => this.reloaded(take(), tell);
		this.reschedule();
	}

	private reloaded(result: ChangeResult | undefined, tell: (result: ChangeResult | undefined) => void): void {
		tell(result);
		const now = this.#platform.now();
		if (result?.ok !== true)
			return this.#log.write(now, ERROR, "", result !== undefined && result.faults.length === 0 ? `the settings are not read anew: ${result.text}` : "the settings have faults and are not read anew: keygate --check says which");
		this.#log.write(now, NOTICE, "", `settings read anew: ${result.text}`);
		if (!this.isMoving)
			this.served();
	}

	// From the loop

	onTimer(): void {
		const time = this.#platform.now();
		if (this.#next !== undefined) {
			const next = this.#next;
			this.#next = undefined;
			next();
			return this.reschedule();
		}
		if (this.#follower.at !== undefined && this.#follower.at <= time)
			return this.startAnew();
		if (this.#follower.movesAt !== undefined && this.#follower.movesAt <= time)
			this.move();
		this.wake(time);
		this.#server?.poll(time);
		this.#syslog.poll(time);
		this.#network?.poll(time);
		// Before a fresh start the memory that this takes has the settings to go back to.
		if (this.#tail?.at !== undefined && this.#tail.at <= time && !this.isMoving)
			this.keep();
		this.#console?.poll(time);
		this.#platform.firmware?.poll(time);
		this.reschedule();
	}

	/** The gateway does what is due. It says itself when it wants to be called next; but if it throws, the host writes a line, and calls again as well. */
	private wake(time: number): void {
		if (this.#gatewayAt !== undefined && this.#gatewayAt <= time) {
			this.#gatewayAt = time + AGAIN;
			this.#gateway.wake(time);
		}
	}

	onEngineEvents(): void {
		this.#gateway.onEngineEvents(this.#platform.now());
	}

	onJobs(): void {
		this.#host.crypto.collect();
		// What waited for one of them goes on in this very turn.
		this.wake(this.#platform.now());
	}

	/** Something is to end or to move in a moment, for other settings. */
	private get isMoving(): boolean {
		return this.#follower.at !== undefined || this.#follower.movesAt !== undefined;
	}

	/** The pages, and the LAN address where that is this unit's own, become what the settings say. Where they cannot be, a fresh control plane finds that out, and goes back. */
	private move(): void {
		this.#follower.movesAt = undefined;
		this.#server?.close();
		this.#network?.configure();
		try {
			this.serve();
		}
		catch (error) {
			if (!(error instanceof StartFault))
				throw error;
			this.#follower.reboot();
		}
	}

	private serve(): void {
		const platform = this.#platform;
		const store = this.#store;
		if (platform.ports !== undefined && platform.ports.state(LAN, State.CLAIM) === undefined) {
			this.#log.write(platform.now(), ERROR, "", NO_LAN);
			return platform.onUnserved?.(NO_LAN);
		}
		const { address, port } = platform.http ?? store.settings.gateway.http;
		platform.keepOut(store.settings);
		const { crypto } = this.#host;
		const workspace = this.#workspace ??= new Workspace(uploadMemory(), (isLent) => store.share(isLent));
		this.#server = new HTTPServer({
			Listener: platform.Listener, TCP: platform.TCP, address, port, workspace,
			now: () => platform.now(),
			// What a form was shown with is good for it at another address, too.
			handler: this.#router ??= new Router({
				commands: this.#gateway,
				log: this.#log,
				firewall: this.#gateway.firewall,
				authentication: this.#authentication,
				token: new FormToken(crypto),
				random: (size) => crypto.random(size),
				keyring: new OwnKeyring({ crypto, wallClock: () => platform.wallClock() }),
				backups: new OwnBackups({ configuration: store, crypto }),
				workspace,
				firmware: platform.firmware,
				get names() {
					return [store.settings.gateway.name.toLowerCase(), "localhost"];
				},
			}),
			hasRoom: () => this.hasRoom(PAGE_SLOTS),
			reschedule: () => this.reschedule(),
			refused: (count, address) => this.#log.write(platform.now(), WARNING, "", `more connections to the pages, without the password, than are looked at: ${count} were refused, the last from ${address}`),
			fault: (text) => this.#log.write(platform.now(), ERROR, "", `page: ${text}`),
		});
		this.served();
	}

	/** Whether the heap has room for so many slots. What is least needed goes for it: kept connections of browsers, then what others negotiate who have proved nothing. */
	private hasRoom(slots: number): boolean {
		while (this.#host.hasSlots?.(slots) === false)
			if (this.#server?.shed() !== true && !this.#gateway.shed(this.#platform.now()))
				return false;
		return true;
	}

	private served(): void {
		const { settings, isFactory } = this.#store;
		this.#platform.onServed(settings, (this.#platform.http ?? settings.gateway.http).address, this.#server!.port, isFactory);
	}

	private reschedule(): void {
		this.#othersAt = Math.min(this.#server?.pollAt() ?? Infinity, this.#console?.pollAt() ?? Infinity, this.#syslog.pollAt() ?? Infinity, this.#network?.pollAt() ?? Infinity);
		this.schedule();
	}

	/** The gateway, which asks with each message, does not have all others asked. */
	private schedule(): void {
		if (this.#next !== undefined)
			// What is due now is done in this very turn.
			return this.#platform.schedule(this.#platform.now() + 2);
		const at = Math.min(this.#othersAt, this.#gatewayAt ?? Infinity, this.#follower.at ?? this.#follower.movesAt ?? this.#tail?.at ?? Infinity, this.#platform.firmware?.at ?? Infinity);
		this.#platform.schedule(at === Infinity ? undefined : at);
	}

	/** Keeps what outlasts this unit's end. */
	private keep(): void {
		this.#tail?.keep(this.#platform.now());
		this.#store.keep();
		if (!this.#store.isUnkept && this.#tail !== undefined)
			this.#store.storageFault = this.#tail.fault;
		this.tellStorage();
	}

	/** What is wrong with the place where things are kept, in the log, once. */
	private tellStorage(): void {
		const { storageNotice } = this.#store;
		if (storageNotice === this.#storageTold)
			return;
		this.#storageTold = storageNotice;
		if (storageNotice !== "")
			this.#log.write(this.#platform.now(), ERROR, "", `${storageNotice}: what is changed is lost when this unit ends`);
	}
}
