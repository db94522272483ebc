/** What a device supplies around the unit: its two ports, its flash, its serial port. */
import { parseAddress } from "../../modules/addresses.js";
import { version } from "../../modules/gateway/gateway.js";
import type { TableUse } from "../../modules/limits.js";
import { printable } from "../../modules/log/printable.js";
import { ERROR, NOTICE } from "../../modules/log/types.js";
import type { Settings } from "../../modules/settings/types.js";
import type { SerialOptions, SerialPort } from "../../modules/types/io.js";
import { counters } from "../lwip/datapath.js";
import { openNative } from "../unit/datapath.js";
import type { StartFault } from "../unit/faults.js";
import { keepOut, Listener, wrongPassword } from "../unit/io/listener.js";
import { Serial } from "../unit/io/serial.js";
import { TCP } from "../unit/io/tcp.js";
import { listen, now, schedule, startAnew, wallClock } from "../unit/loop.js";
import type { Events, HostOptions, Note, Platform } from "../unit/platform.js";
import { print, restart, RESTART_HEAP, restartReason, startNotice } from "./boot.js";
import { DeviceFirmware } from "./firmware.js";
import { flash } from "./flash.js";
import { DeviceHost } from "./host.js";
import { memory } from "./memory.js";
import { DevicePorts, portCounters } from "./ports.js";
import { slots } from "./slots.js";
import { FlashStorage } from "./storage.js";

/** Seconds since 1970; 0: the time is not known. */
const setWallClock = native<(seconds: number) => void>("xs_loop_set_wall_clock");

export class DevicePlatform implements Platform {
	readonly Listener = Listener;
	readonly wrongPassword = wrongPassword;
	readonly TCP = TCP;
	readonly ports = new DevicePorts();
	readonly storage = new FlashStorage(flash);
	readonly firmware = new DeviceFirmware({ natives: slots, version, reason: startNotice() ?? "" });

	get isFresh(): boolean {
		return restartReason() === 0;
	}

	get keeps(): boolean {
		return restartReason() === RESTART_HEAP;
	}

	get notes(): readonly Note[] {
		if (restartReason() === RESTART_HEAP)
			return [{ severity: ERROR, text: "control plane started anew: its heap was full; tunnels carry on" }];
		if (!this.isFresh)
			return [{ severity: NOTICE, text: "control plane started anew; all tunnels were closed" }];
		const notice = startNotice();
		// An entry of its own: with words around it the longest would not fit.
		return notice === undefined ? [] : [{ severity: ERROR, text: "this unit started anew by itself, and this is why:" }, { severity: ERROR, text: notice }];
	}

	get http(): undefined {
		return undefined;
	}

	now(): number {
		return now();
	}

	wallClock(): number {
		return wallClock();
	}

	setClock(seconds: number): void {
		setWallClock(seconds);
	}

	schedule(at: number | undefined): void {
		schedule(at);
	}

	listen(events: Events): void {
		listen(() => events.onTimer(), () => undefined, () => events.onEngineEvents(), () => events.onJobs());
	}

	startAnew(): void {
		startAnew();
	}

	restart(): void {
		restart();
	}

	makeHost(options: HostOptions): DeviceHost {
		return new DeviceHost(options);
	}

	openDatapath(settings: Settings, isFactory: boolean): void {
		const fault = isFactory ? undefined : openNative(settings);
		if (fault !== undefined)
			throw fault;
	}

	openNative(settings: Settings): StartFault | undefined {
		return openNative(settings);
	}

	keepOut({ gateway }: Settings): void {
		keepOut(parseAddress(gateway.wanAddress) ?? 0);
	}

	/** For who sits at the serial port. */
	onServed({ gateway: { name } }: Settings, address: string, port: number, isFactory: boolean): void {
		const url = `http://${address}${port === 80 ? "" : `:${port}`}/`;
		print(isFactory ? `keygate: this unit is not set up: open ${url} on its LAN port, or type "setup"` : `keygate: ${printable(name)}, pages on ${url}`);
	}

	onUnserved(text: string): void {
		print(`keygate: ${text}`);
	}

	openConsole(): (options: SerialOptions) => SerialPort {
		return (options) => new Serial({ ...options, device: "serial" });
	}

	tables(): Iterable<TableUse> {
		return memory();
	}

	*counters(): Iterable<{ readonly name: string; readonly value: number }> {
		yield* counters();
		yield* portCounters();
		const faults = this.storage.faults + this.firmware.faults;
		if (faults > 0)
			yield { name: "flash-faults", value: faults };
	}
}
