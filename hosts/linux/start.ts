/** Composition for Linux: what the command line asks for, and the gateway with its pages and its console around the loop. */
import { parseAddress } from "../../modules/addresses.js";
import { Console } from "../../modules/console/console.js";
import { Gateway, version, type GatewayOptions } from "../../modules/gateway/gateway.js";
import { isHeldBack } from "../../modules/gateway/heldback.js";
import { LogTail } from "../../modules/gateway/logtail.js";
import { Authentication } from "../../modules/httpd/authentication.js";
import { PENDING } from "../../modules/httpd/response.js";
import { HTTPServer } from "../../modules/httpd/server.js";
import { FormToken } from "../../modules/httpd/token.js";
import { uploadMemory } from "../../modules/httpd/memory.js";
import { Workspace } from "../../modules/httpd/workspace.js";
import { Syslog } from "../../modules/log/syslog.js";
import { SETTINGS_SIZE, type TableUse } from "../../modules/limits.js";
import { printable } from "../../modules/log/printable.js";
import { vpnLogTable } from "../../modules/log/table.js";
import { ERROR, NOTICE } from "../../modules/log/types.js";
import { VPNLog } from "../../modules/log/vpnlog.js";
import { Router } from "../../modules/pages/router.js";
import { OwnBackups } from "../../modules/settings/backup.js";
import { OwnKeyring } from "../../modules/settings/keyring.js";
import { Copies } from "../../modules/settings/copies.js";
import { checkAdministrator } from "../../modules/settings/password.js";
import { LOG_SLOTS, type Storage } from "../../modules/settings/storage.js";
import { Store } from "../../modules/settings/store.js";
import { settingsTable } from "../../modules/settings/table.js";
import type { PeerSettings } from "../../modules/settings/types.js";
import { faultLine, parse } from "../../modules/settings/validate.js";
import { deriveSlowly } from "../../modules/crypto/credentials.js";
import { Accelerator } from "../../modules/crypto/crypto.js";
import { engine } from "../xs/machine.js";
import { parseArguments, usage, type RunCommand } from "./arguments.js";
import { counters, keepTo, openInterface } from "./datapath.js";
import { CONTROL, EDQUOT, ENOSPC, EROFS, OK, PERMISSION, SETTINGS, StartFault, STATE, USAGE } from "./faults.js";
import { containsPeers, isNative, LinuxFollower, openNative } from "./follower.js";
import { LinuxHost } from "./host.js";
import { keepOut, Listener } from "./io/listener.js";
import { Serial } from "./io/serial.js";
import { TCP } from "./io/tcp.js";
import { UDP } from "./io/udp.js";
import { exit, listen, now, schedule, SIGHUP, SIGUSR1, startAnew, wallClock } from "./loop.js";
import { openSettings, readDocument } from "./settings.js";
import { folderFault, FolderStorage } from "./storage.js";
import { commandLine, errorText, makeFolder, print, printError, readFile, RESTART_HEAP, RESTART_SETTINGS, restartReason } from "./process.js";

/** Does what the command line says; the loop ends the process, at once or after a gateway's life. */
export function run(): void {
	const command = parseArguments(commandLine());
	switch (command.kind) {
		case "help":
			print(usage);
			return exit(OK);
		case "version":
			print(`keygate ${version}, ${engine()}, ${new Accelerator().description}`);
			return exit(OK);
		case "wrong":
			printError(`keygate: ${printable(command.text)}, try --help`);
			return exit(USAGE);
		case "check":
			return exit(check(command.file));
		case "run":
			return start(command);
	}
}

/** `--check`: every fault and every warning of a settings file, a line each on standard output. */
function check(file: string): number {
	const document = readFile(file, SETTINGS_SIZE + 1);
	if (typeof document === "string") {
		printError(`${file}: ${document}`);
		return SETTINGS;
	}
	const here = parse(document, wallClock());
	// What the firmware takes is right, although this program asks for more.
	const { faults, warnings } = here.faults.length === 0 ? here : parse(document, wallClock(), true);
	for (const fault of faults)
		print(faultLine(file, fault));
	for (const warning of faults.length > 0 || warnings === here.warnings ? warnings : [...warnings, ...here.faults])
		print(faultLine(file, warning, true));
	return faults.length > 0 ? SETTINGS : OK;
}

function start(command: RunCommand): void {
	const crypto = new Accelerator();
	const storage = command.state === undefined ? undefined : new FolderStorage(command.state);
	const store = new Store({ table: settingsTable(), crypto, wallClock, storage });
	try {
		const stateFault = command.state === undefined ? "" : openState(command.state);
		const told = store.resume() === undefined ? openSettings(store, command.config, command.state) : "";
		if (told === undefined)
			return exit(SETTINGS);
		if (stateFault !== "")
			store.storageFault = stateFault;
		new LinuxGateway(command, store, crypto, storage, told).open();
	}
	catch (error) {
		const fault = error instanceof StartFault ? error : new StartFault(CONTROL, `start failed: ${String(error)}`);
		printError(`keygate: ${printable(fault.message)}`);
		if (restartReason() !== RESTART_SETTINGS || !store.revert())
			return exit(fault.status);
		printError("keygate: the settings before are in use again");
		startAnew();
	}
}

/** Makes the state folder if it is missing. "", or why nothing can be kept in it: a gateway goes on without. Throws a StartFault when it cannot be a folder. */
function openState(folder: string): string {
	const result = -makeFolder(folder);
	if (result !== 0 && result !== EROFS && result !== ENOSPC && result !== EDQUOT)
		throw new StartFault(STATE, `state folder ${folder} cannot be written: ${errorText(result)}`);
	return result === 0 ? "" : folderFault(result);
}

/** The gateway's counters and those of this machine's data path. */
class CountingGateway extends Gateway {
	readonly #log: VPNLog;

	constructor(options: GatewayOptions & { readonly log: VPNLog }) {
		super(options);
		this.#log = options.log;
	}

	override *tables(): Iterable<TableUse> {
		yield* super.tables();
		yield* this.#log.use();
	}

	override *counters(): Iterable<{ readonly name: string; readonly value: number }> {
		yield* super.counters();
		yield* counters();
	}
}

/** The gateway with everything around it, and the one timer that all of it shares. */
class LinuxGateway {
	readonly #command: RunCommand;
	readonly #store: Store;
	readonly #log: VPNLog;
	readonly #host: LinuxHost;
	readonly #gateway: Gateway;
	readonly #authentication: Authentication;
	readonly #follower: LinuxFollower;
	/** Absent where nothing is kept. */
	readonly #tail: LogTail | undefined;
	#gatewayAt: number | undefined;
	#server: HTTPServer | undefined;
	readonly #syslog: Syslog;
	#console: Console | undefined;

	/** `told`: where the settings are from, when that is worth telling. */
	constructor(command: RunCommand, store: Store, crypto: Accelerator, storage: Storage | undefined, told: string) {
		this.#command = command;
		this.#store = store;
		this.#log = new VPNLog(vpnLogTable());
		if (storage !== undefined) {
			this.#tail = new LogTail(now(), { log: this.#log, copies: new Copies({ storage, crypto, slot: LOG_SLOTS, state: store.state }), scratch: () => store.spare });
			if (restartReason() === 0)
				this.#tail.restore(now());
		}
		if (told !== "")
			this.#log.write(now(), NOTICE, "", told);
		if (store.storageNotice !== "")
			this.#log.write(now(), ERROR, "", `${store.storageNotice}: what is changed is lost when this unit ends`);
		if (restartReason() === RESTART_HEAP)
			this.#log.write(now(), ERROR, "", "control plane started anew: its heap was full; all tunnels were closed");
		else if (restartReason() === RESTART_SETTINGS)
			this.#log.write(now(), NOTICE, "", "control plane started anew; all tunnels were closed");
		this.#host = new LinuxHost({
			log: this.#log, crypto,
			schedule: (at) => {
				this.#gatewayAt = at;
				this.reschedule();
			},
			reboot: () => this.#follower.reboot(),
		});
		this.#gateway = new CountingGateway({ host: this.#host, configuration: store, log: this.#log });
		this.#authentication = new Authentication({
			get realm() {
				return store.settings.gateway.name;
			},
			crypto, now,
			verify: (user, password, done) => checkAdministrator(store.settings.gateway.admin, user, password, crypto,
				(text, salt, iterations, derived) => deriveSlowly(crypto, text, salt, iterations, derived), done) ?? PENDING,
			failed: (address, wait) => this.#log.limited(now(), NOTICE, "", parseAddress(address) ?? 0, "password",
				`wrong password for the pages from ${address}${wait === 0 ? "" : `, which has to wait ${wait / 1000} s now`}`),
		});
		this.#follower = store.follower = new LinuxFollower({
			host: this.#host, gateway: this.#gateway, settings: store.settings,
			ownHTTP: command.http !== undefined,
			onAdministrator: () => this.#authentication.forget(),
			reschedule: () => this.reschedule(),
		});
		this.#syslog = new Syslog({
			log: this.#log, UDP, now, wallClock,
			name: () => store.settings.gateway.name,
			target: () => store.settings.gateway.syslog,
			isHeld: (address) => isHeldBack(address, store.settings, this.#gateway),
			reschedule: () => this.reschedule(),
		});
		this.#log.onEntry = () => this.#syslog.wake();
	}

	/** Opens everything, in the order in which a fault is worth knowing. Throws a StartFault. */
	open(): void {
		const { settings } = this.#store;
		const { wanAddress, tunnelInterface } = settings.gateway;
		must(openInterface(tunnelInterface));
		keepTo(containsPeers(settings) ? parseAddress(wanAddress)! : 0);
		must(explain(openNative(settings), settings.peers.find(isNative)));
		listen(
			() => this.onTimer(),
			(signal) => this.onSignal(signal),
			() => this.#gateway.onEngineEvents(now()),
			() => this.#host.crypto.collect(),
		);
		this.#gateway.start(now());
		this.serve();
		const device = this.#command.console;
		if (device !== undefined) {
			this.#console = new Console({
				open: (options) => new Serial({ ...options, device }),
				commands: this.#gateway,
				log: this.#log,
				firewall: this.#gateway.firewall,
				unlock: () => this.#authentication.unlock(),
				now,
				reschedule: () => this.reschedule(),
				// Whoever sat there has gone; the gateway stays.
				onClose: () => this.#console = undefined,
			});
		}
	}

	private serve(): void {
		const store = this.#store;
		const { address, port } = this.#command.http ?? store.settings.gateway.http;
		keepOut(parseAddress(store.settings.gateway.wanAddress) ?? 0);
		const { crypto } = this.#host;
		const workspace = new Workspace(uploadMemory());
		this.#server = new HTTPServer({
			Listener, TCP, address, port, now, workspace,
			handler: new Router({
				commands: this.#gateway,
				log: this.#log,
				firewall: this.#gateway.firewall,
				authentication: this.#authentication,
				token: new FormToken(crypto),
				random: (size) => crypto.random(size),
				keyring: new OwnKeyring({ crypto, wallClock }),
				backups: new OwnBackups({ configuration: store, crypto, scratch: () => store.spare }),
				workspace,
				get names() {
					return [store.settings.gateway.name.toLowerCase(), "localhost"];
				},
			}),
			reschedule: () => this.reschedule(),
			fault: (text) => this.#log.write(now(), ERROR, "", `page: ${text}`),
		});
		this.say();
	}

	/** One line for whoever started this: where the pages are. */
	private say(): void {
		const { name, wanAddress, http } = this.#store.settings.gateway;
		printError(`keygate: ${printable(name)} on ${wanAddress}, pages on http://${(this.#command.http ?? http).address}:${this.#server!.port}/`);
	}

	private reschedule(): void {
		const at = Math.min(this.#server?.pollAt() ?? Infinity, this.#console?.pollAt() ?? Infinity, this.#gatewayAt ?? Infinity, this.#follower.at ?? this.#tail?.at ?? Infinity, this.#syslog.pollAt() ?? Infinity);
		schedule(at === Infinity ? undefined : at);
	}

	private onTimer(): void {
		const time = now();
		if (this.#follower.at !== undefined && this.#follower.at <= time)
			return this.#follower.startAnew(this.#store.settings);
		if (this.#gatewayAt !== undefined && this.#gatewayAt <= time) {
			this.#gatewayAt = undefined;
			this.#gateway.wake(time);
		}
		this.#server?.poll(time);
		this.#syslog.poll(time);
		// Before a fresh start the memory that this takes has the settings to go back to.
		if (this.#tail?.at !== undefined && this.#tail.at <= time && this.#follower.at === undefined)
			this.keep();
		this.#console?.poll(time);
		this.reschedule();
	}

	/** Keeps what outlasts this process. */
	private keep(): void {
		this.#tail?.keep(now());
		this.#store.keep();
		if (!this.#store.isUnkept && this.#tail !== undefined)
			this.#store.storageFault = this.#tail.fault;
	}

	private onSignal(signal: number): void {
		if (signal === SIGUSR1) {
			if (this.#command.fault === "heap")
				fillHeap();
			return;
		}
		if (signal === SIGHUP)
			return this.reload();
		try {
			this.#gateway.close(now());
			if (this.#command.fault === "end")
				fillHeap();
			this.keep();
			this.#server?.close();
			this.#console?.close();
		}
		finally {
			exit(OK);
		}
	}

	/** Reads the settings again. Settings with faults change nothing; others touch only what they concern. */
	private reload(): void {
		const { config } = this.#command;
		const document = readDocument(this.#store, config);
		const result = document === undefined ? undefined : this.#store.replace(document, this.#store.digest(document));
		if (result?.ok !== true) {
			for (const fault of result?.faults ?? [])
				printError(faultLine(config, fault));
			this.#log.write(now(), ERROR, "", "the settings have faults and are not read anew: keygate --check says which");
			return;
		}
		this.#log.write(now(), NOTICE, "", `settings read anew: ${result.text}`);
		printError(`keygate: settings read anew: ${result.text}`);
		if (this.#follower.at === undefined)
			this.say();
	}
}

function must(fault: StartFault | undefined): void {
	if (fault !== undefined)
		throw fault;
}

/** Which setting asks for what is not permitted, and which would not. */
function explain(fault: StartFault | undefined, peer: PeerSettings | undefined): StartFault | undefined {
	if (fault?.status !== PERMISSION || peer === undefined)
		return fault;
	return new StartFault(PERMISSION, `${fault.message}; peer ${peer.name} may need them unless its natTraversal is "force"`);
}

/** For the test that a full heap ends this control plane and starts another. */
function fillHeap(): never {
	const hoard: ArrayBuffer[] = [];
	for (;;)
		hoard.push(new ArrayBuffer(1024));
}
