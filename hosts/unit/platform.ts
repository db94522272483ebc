/** What a host supplies around the unit: everything that is not the same everywhere. */
import type { Accelerator } from "../../modules/crypto/crypto.js";
import type { Host } from "../../modules/gateway/host.js";
import type { TableUse } from "../../modules/limits.js";
import type { Logger, Severity } from "../../modules/log/types.js";
import type { Ports } from "../../modules/network/types.js";
import type { Firmware } from "../../modules/settings/services.js";
import type { Storage } from "../../modules/settings/storage.js";
import type { Settings } from "../../modules/settings/types.js";
import type { ListenerConstructor, SerialOptions, SerialPort, TCPConstructor } from "../../modules/types/io.js";
import type { StartFault } from "./faults.js";

/** The machine as the gateway sees it, with the accelerator as it is. */
export interface UnitHost extends Host {
	readonly crypto: Accelerator;
}

export interface HostOptions {
	readonly log: Logger;
	readonly crypto: Accelerator;
	/** The gateway wants to be woken at `at`. */
	readonly schedule: (at: number | undefined) => void;
	/** This unit is to start anew in a moment. */
	readonly reboot: () => void;
	/** What is wrong with this unit's own network, "": nothing. */
	readonly notice: () => string;
	/** Absent: the clock is the system's. */
	readonly setClock?: (seconds: number) => void;
	/** All that is kept is erased, and the unit starts anew in a moment: "", or why not. Undefined where what is kept is not the unit's own to erase. */
	readonly reset: (() => string) | undefined;
}

/** What the loop calls. */
export interface Events {
	/** What was scheduled is due. */
	onTimer(): void;
	/** The packet engine has something to tell. */
	onEngineEvents(): void;
	/** Finished jobs of the accelerator wait. */
	onJobs(): void;
}

/** The firmware as the unit lives with it: it is healthy when the gateway was started and went on for a while. */
export interface UnitFirmware extends Firmware {
	started(now: number): void;
	/** When `poll` is due; undefined: not any more. */
	readonly at: number | undefined;
	poll(now: number): void;
}

export interface Platform {
	readonly Listener: ListenerConstructor;
	readonly TCP: TCPConstructor;
	/** Milliseconds of a monotonic clock. */
	now(): number;
	/** Seconds since 1970; 0: the clock was not set since power-up. */
	wallClock(): number;
	/** Sets it; absent: it is the system's. */
	setClock?(seconds: number): void;
	/** The ports, where they are this unit's own; absent: the system has brought them up. */
	readonly ports?: Ports;
	/** `Events.onTimer` is called once at `at`; a later call replaces an earlier one, undefined takes it back. */
	schedule(at: number | undefined): void;
	/** From now on `events` are told. */
	listen(events: Events): void;
	/** Ends this control plane after this turn for a fresh one; tunnel interface, routes and policies stay as they are. */
	startAnew(): void;
	/** Starts the whole unit anew after this turn; absent: it is a program among others, which has its settings from one of them. */
	restart?(): void;
	/** Where things are kept; absent: nowhere. */
	readonly storage: Storage | undefined;
	/** This unit's own firmware, which others can take the place of; absent: it is not its own affair. */
	readonly firmware?: UnitFirmware | undefined;
	/** The whole unit was started, not its control plane alone. */
	readonly isFresh: boolean;
	/** Only its control plane was, and its SAs are still there: it was not for other settings. */
	readonly keeps: boolean;
	/** For the VPN log, before anything else. */
	readonly notes: readonly Note[];
	/** Where the pages are served, when that is not for the settings to say. */
	readonly http: { readonly address: string; readonly port: number } | undefined;
	makeHost(options: HostOptions): UnitHost;
	/** Opens LAN and WAN for packets; `isFactory`: nobody has set this unit up yet. Throws a StartFault. */
	openDatapath(settings: Settings, isFactory: boolean): void;
	/** Opens what ESP and AH outside of UDP need, as far as peers may need it and it is not open yet. */
	openNative(settings: Settings): StartFault | undefined;
	/** What is sent on the WAN leaves by the interface of its address, whatever the routes say, or as they say. Absent where it never goes another way. */
	keepToWAN?(settings: Settings, isKept: boolean): void;
	/** Before the pages are served: what listens from now on is not for the WAN of these settings. */
	keepOut(settings: Settings): void;
	/** Whether a wrong password came from an address lately; `isWrong`: another one has. Absent: who connects is not remembered. */
	readonly wrongPassword?: (address: number, isWrong: boolean) => boolean;
	/** The pages are served there now. */
	onServed(settings: Settings, address: string, port: number, isFactory: boolean): void;
	/** They are not, since this unit's own LAN port is missing, as `text` says. Absent where the ports are the system's. */
	onUnserved?(text: string): void;
	/** The serial console; undefined: there is none. Throws a StartFault. */
	openConsole(): ((options: SerialOptions) => SerialPort) | undefined;
	/** Fixed memory that is only on such a host. */
	tables?(): Iterable<TableUse>;
	/** What the data path counted outside the packet engine, that is not 0. */
	counters(): Iterable<{ readonly name: string; readonly value: number }>;
}

export interface Note {
	readonly severity: Severity;
	readonly text: string;
}
