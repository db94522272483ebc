/** Composition for Linux: what the command line asks for, and the gateway with its pages and its console around the loop. */
import { eachNetwork, parseAddress, parseNetwork } from "../../modules/addresses.js";
import { Console } from "../../modules/console/console.js";
import { Gateway, version } from "../../modules/gateway/gateway.js";
import { Authentication } from "../../modules/httpd/authentication.js";
import { HTTPServer } from "../../modules/httpd/server.js";
import { FormToken } from "../../modules/httpd/token.js";
import { SETTINGS_SIZE } from "../../modules/limits.js";
import { printable } from "../../modules/log/printable.js";
import { vpnLogTable } from "../../modules/log/table.js";
import { ERROR, NOTICE } from "../../modules/log/types.js";
import { VPNLog } from "../../modules/log/vpnlog.js";
import { Router } from "../../modules/pages/router.js";
import { isAdministrator } from "../../modules/settings/password.js";
import type { PeerSettings, Settings } from "../../modules/settings/types.js";
import { faultLine, parse } from "../../modules/settings/validate.js";
import { Accelerator } from "../../modules/crypto/crypto.js";
import { engine } from "../xs/machine.js";
import { parseArguments, usage, type RunCommand } from "./arguments.js";
import { counters, keepTo, openInterface, openProtocols, route, settleRules } from "./datapath.js";
import { CONTROL, OK, PERMISSION, SETTINGS, StartFault, STATE, USAGE } from "./faults.js";
import { LinuxHost } from "./host.js";
import { Listener } from "./io/listener.js";
import { Serial } from "./io/serial.js";
import { TCP } from "./io/tcp.js";
import { exit, listen, now, schedule, SIGHUP, SIGUSR1, startAnew, wallClock } from "./loop.js";
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
	const { faults, warnings } = parse(document, wallClock());
	for (const fault of faults)
		print(faultLine(file, fault));
	for (const warning of warnings)
		print(faultLine(file, warning, true));
	return faults.length > 0 ? SETTINGS : OK;
}

function start(command: RunCommand): void {
	try {
		const settings = loadSettings(command.config);
		if (settings === undefined)
			return restartReason() === 0 ? exit(SETTINGS) : stayClosed();
		if (command.state !== undefined) {
			const result = makeFolder(command.state);
			if (result < 0)
				throw new StartFault(STATE, `state folder ${command.state} cannot be written: ${errorText(-result)}`);
		}
		new LinuxGateway(command, settings).open();
	}
	catch (error) {
		const fault = error instanceof StartFault ? error : new StartFault(CONTROL, `start failed: ${String(error)}`);
		printError(`keygate: ${printable(fault.message)}`);
		exit(fault.status);
	}
}

/**
 * The settings of a gateway that has policies cannot be read any more. Its end would take the tunnel interface away, and what it kept from leaving in the
 * clear would leave: it stays as it is, without a tunnel, until the file is right.
 */
function stayClosed(): void {
	printError("keygate: nothing is carried until the settings are right: then send SIGHUP");
	listen(() => undefined, (signal) => signal === SIGHUP ? startAnew() : signal === SIGUSR1 ? undefined : exit(OK), () => undefined, () => undefined);
}

function loadSettings(file: string): Settings | undefined {
	const document = readFile(file, SETTINGS_SIZE + 1);
	if (typeof document === "string") {
		printError(`${file}: ${document}`);
		return undefined;
	}
	const { settings, faults } = parse(document, wallClock());
	for (const fault of faults)
		printError(faultLine(file, fault));
	return settings;
}

/** The gateway's counters and those of this machine's data path. */
class CountingGateway extends Gateway {
	override *counters(): Iterable<{ readonly name: string; readonly value: number }> {
		yield* super.counters();
		yield* counters();
	}
}

/** The gateway with everything around it, and the one timer that all of it shares. */
class LinuxGateway {
	readonly #command: RunCommand;
	readonly #settings: Settings;
	readonly #log: VPNLog;
	readonly #host: LinuxHost;
	readonly #gateway: Gateway;
	#gatewayAt: number | undefined;
	#server: HTTPServer | undefined;
	#console: Console | undefined;

	constructor(command: RunCommand, settings: Settings) {
		this.#command = command;
		this.#settings = settings;
		this.#log = new VPNLog(vpnLogTable());
		if (restartReason() === RESTART_HEAP)
			this.#log.write(now(), ERROR, "", "control plane started anew: its heap was full; all tunnels were closed");
		else if (restartReason() === RESTART_SETTINGS)
			this.#log.write(now(), NOTICE, "", "settings read anew; all tunnels were closed");
		this.#host = new LinuxHost({
			log: this.#log,
			schedule: (at) => {
				this.#gatewayAt = at;
				this.#reschedule();
			},
		});
		this.#gateway = new CountingGateway({ host: this.#host, settings, log: this.#log });
	}

	/** Opens everything, in the order in which a fault is worth knowing. Throws a StartFault. */
	open(): void {
		const { wanAddress, tunnelInterface } = this.#settings.gateway;
		must(openInterface(tunnelInterface));
		keepTo(containsPeers(this.#settings) ? parseAddress(wanAddress)! : 0);
		const native = this.#settings.peers.filter((peer) => peer.enabled && peer.natTraversal !== "force");
		if (native.length > 0)
			must(explain(openProtocols(parseAddress(wanAddress)!, native.some(needsHeader)), native[0]!));
		listen(
			() => this.#onTimer(),
			(signal) => this.#onSignal(signal),
			() => this.#gateway.onEngineEvents(now()),
			() => this.#host.crypto.collect(),
		);
		this.#gateway.start(now());
		settleRules();
		this.#serve();
		const device = this.#command.console;
		if (device !== undefined) {
			this.#console = new Console({
				open: (options) => new Serial({ ...options, device }),
				commands: this.#gateway,
				log: this.#log,
				firewall: this.#gateway.firewall,
				// Whoever sat there has gone; the gateway stays.
				onClose: () => this.#console = undefined,
			});
		}
	}

	#serve(): void {
		const { name, http, admin } = this.#settings.gateway;
		const { address, port } = this.#command.http ?? http;
		const crypto = this.#host.crypto;
		this.#server = new HTTPServer({
			Listener, TCP, address, port, now,
			handler: new Router({
				commands: this.#gateway,
				log: this.#log,
				firewall: this.#gateway.firewall,
				authentication: new Authentication({
					realm: name, crypto, now,
					verify: (user, password) => isAdministrator(admin, user, password, crypto),
				}),
				token: new FormToken(crypto),
				names: [name.toLowerCase(), "localhost"],
			}),
			reschedule: () => this.#reschedule(),
			fault: (text) => this.#log.write(now(), ERROR, "", `page: ${text}`),
		});
		printError(`keygate: ${printable(name)} on ${this.#settings.gateway.wanAddress}, pages on http://${address}:${this.#server.port}/`);
	}

	#reschedule(): void {
		const at = this.#server?.pollAt();
		schedule(at === undefined ? this.#gatewayAt : this.#gatewayAt === undefined ? at : Math.min(at, this.#gatewayAt));
	}

	#onTimer(): void {
		const time = now();
		if (this.#gatewayAt !== undefined && this.#gatewayAt <= time) {
			this.#gatewayAt = undefined;
			this.#gateway.wake(time);
		}
		this.#server?.poll(time);
		this.#reschedule();
	}

	#onSignal(signal: number): void {
		if (signal === SIGUSR1) {
			if (this.#command.fault === "heap")
				fillHeap();
			return;
		}
		if (signal === SIGHUP)
			return this.#reload();
		try {
			this.#gateway.close(now());
			this.#server?.close();
			this.#console?.close();
		}
		finally {
			exit(OK);
		}
	}

	/**
	 * Reads the settings again and starts anew with them: tunnels are closed, policies stay until those of the new settings are there, all in one turn of
	 * the loop, so that no packet meets a gateway without them. Settings with faults change nothing.
	 */
	#reload(): void {
		const settings = loadSettings(this.#command.config);
		if (settings === undefined) {
			this.#log.write(now(), ERROR, "", "the settings have faults and are not read anew: keygate --check says which");
			return;
		}
		const kept = networks(settings);
		this.#gateway.close(now());
		for (const network of networks(this.#settings)) {
			if (kept.includes(network))
				continue;
			const { first, last } = parseNetwork(network)!;
			eachNetwork(first, last, (at, prefix) => route(false, at, prefix, 0));
		}
		startAnew();
	}
}

/** Whether the way to a tunnel's network would be the way to a peer too. One whose address is not known may be anywhere. */
function containsPeers(settings: Settings): boolean {
	return networks(settings).some((network) => {
		const { first, last } = parseNetwork(network)!;
		return settings.peers.some(({ remoteGateway }) => {
			const address = parseAddress(remoteGateway) ?? 0;
			return address >= first && address <= last;
		});
	});
}

/** The remote networks of all tunnels; what transport mode is for has rules of its own. */
function networks({ peers }: Settings): string[] {
	return peers.flatMap(({ connections }) => connections.filter(({ mode }) => mode === "tunnel").map(({ remoteNetwork }) => remoteNetwork));
}

function must(fault: StartFault | undefined): void {
	if (fault !== undefined)
		throw fault;
}

/** Which setting asks for what is not permitted, and which would not. */
function explain(fault: StartFault | undefined, peer: PeerSettings): StartFault | undefined {
	if (fault?.status !== PERMISSION)
		return fault;
	return new StartFault(PERMISSION, `${fault.message}; peer ${peer.name} may need them unless its natTraversal is "force"`);
}

/** AH, and transport mode, make the packet with its header: the socket for them is another one than that of ESP. */
function needsHeader(peer: PeerSettings): boolean {
	return peer.connections.some((connection) => connection.mode === "transport" || connection.phase2Proposals.some((proposal) => proposal.protocol !== "esp"));
}

/** For the test that a full heap ends this control plane and starts another. */
function fillHeap(): never {
	const hoard: ArrayBuffer[] = [];
	for (;;)
		hoard.push(new ArrayBuffer(1024));
}
