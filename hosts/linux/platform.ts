/** What Linux supplies around the unit: the command line's wishes, a TUN device, raw sockets, files, signals. */
import { parseAddress } from "../../modules/addresses.js";
import { ERROR, NOTICE } from "../../modules/log/types.js";
import { printable } from "../../modules/log/printable.js";
import type { Storage } from "../../modules/settings/storage.js";
import type { PeerSettings, Settings } from "../../modules/settings/types.js";
import type { SerialOptions, SerialPort } from "../../modules/types/io.js";
import { openNative } from "../unit/datapath.js";
import { PERMISSION, StartFault } from "../unit/faults.js";
import { containsPeers } from "../unit/follower.js";
import { keepOut, Listener, wrongPassword } from "../unit/io/listener.js";
import { Serial } from "../unit/io/serial.js";
import { TCP } from "../unit/io/tcp.js";
import { listen, now, schedule, startAnew, wallClock } from "../unit/loop.js";
import { isNative } from "../unit/native.js";
import type { Events, HostOptions, Note, Platform } from "../unit/platform.js";
import type { RunCommand } from "./arguments.js";
import { counters, keepTo, openInterface } from "./datapath.js";
import { LinuxHost } from "./host.js";
import { printError, RESTART_HEAP, RESTART_SETTINGS, restartReason, SIGUSR1 } from "./process.js";

export class LinuxPlatform implements Platform {
	readonly Listener = Listener;
	readonly wrongPassword = wrongPassword;
	readonly TCP = TCP;
	readonly #command: RunCommand;
	readonly storage: Storage | undefined;
	readonly #told: string;
	readonly #onSignal: (signal: number) => void;

	/** `told`: where the settings are from, when that is worth telling. */
	constructor(command: RunCommand, storage: Storage | undefined, told: string, onSignal: (signal: number) => void) {
		this.#command = command;
		this.storage = storage;
		this.#told = told;
		this.#onSignal = onSignal;
	}

	get isFresh(): boolean {
		return restartReason() === 0;
	}

	get keeps(): boolean {
		return restartReason() === RESTART_HEAP;
	}

	get notes(): readonly Note[] {
		const notes: Note[] = [];
		if (this.#told !== "")
			notes.push({ severity: NOTICE, text: this.#told });
		if (restartReason() === RESTART_HEAP)
			notes.push({ severity: ERROR, text: "control plane started anew: its heap was full; tunnels carry on" });
		else if (restartReason() === RESTART_SETTINGS)
			notes.push({ severity: NOTICE, text: "control plane started anew; all tunnels were closed" });
		return notes;
	}

	get http(): RunCommand["http"] {
		return this.#command.http;
	}

	now(): number {
		return now();
	}

	wallClock(): number {
		return wallClock();
	}

	schedule(at: number | undefined): void {
		schedule(at);
	}

	listen(events: Events): void {
		if (this.#command.fault !== "throw")
			return listen(() => events.onTimer(), this.#onSignal, () => events.onEngineEvents(), () => events.onJobs());
		const throwing = new Throwing(events);
		listen(() => throwing.onTimer(), (signal) => throwing.onSignal(signal, this.#onSignal), () => throwing.onEngineEvents(), () => throwing.onJobs());
	}

	startAnew(): void {
		startAnew();
	}

	makeHost(options: HostOptions): LinuxHost {
		return new LinuxHost(options);
	}

	openDatapath(settings: Settings): void {
		must(openInterface(settings.gateway.tunnelInterface));
		this.keepToWAN(settings, containsPeers(settings));
		must(explain(openNative(settings), settings.peers.find(isNative)));
	}

	openNative(settings: Settings): StartFault | undefined {
		return openNative(settings);
	}

	keepToWAN({ gateway }: Settings, isKept: boolean): void {
		keepTo(isKept ? parseAddress(gateway.wanAddress)! : 0);
	}

	keepOut({ gateway }: Settings): void {
		keepOut(parseAddress(gateway.wanAddress) ?? 0);
	}

	/** One line for whoever started this: where the pages are. */
	onServed({ gateway: { name, wanAddress } }: Settings, address: string, port: number): void {
		printError(`keygate: ${printable(name)} on ${wanAddress}, pages on http://${address}:${port}/`);
	}

	openConsole(): ((options: SerialOptions) => SerialPort) | undefined {
		const device = this.#command.console;
		return device === undefined ? undefined : (options) => new Serial({ ...options, device });
	}

	counters(): Iterable<{ readonly name: string; readonly value: number }> {
		return counters();
	}
}

/** For the test that an exception in a callback is a line and no more: after a SIGUSR1 each of them throws the next time. */
class Throwing implements Events {
	readonly #events: Events;
	#left: readonly string[] = [];

	constructor(events: Events) {
		this.#events = events;
	}

	private call(name: "onTimer" | "onEngineEvents" | "onJobs"): void {
		if (this.#left.includes(name)) {
			this.#left = this.#left.filter((each) => each !== name);
			throw new Error(`${name}, for a test`);
		}
		this.#events[name]();
	}

	onTimer(): void {
		this.call("onTimer");
	}

	onEngineEvents(): void {
		this.call("onEngineEvents");
	}

	onJobs(): void {
		this.call("onJobs");
	}

	onSignal(signal: number, onSignal: (signal: number) => void): void {
		if (signal !== SIGUSR1)
			return onSignal(signal);
		this.#left = ["onTimer", "onEngineEvents", "onJobs"];
		throw new Error("onSignal, for a test");
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
