/** What a host gives to the gateway, as far as it is the same on all of them: over natives of the same names. */
import { formatAddress } from "../../modules/addresses.js";
import type { Accelerator } from "../../modules/crypto/crypto.js";
import { WARNING, type Logger } from "../../modules/log/types.js";
import { areas, engine, hasSlots, type Area } from "../xs/machine.js";
import { ownTraffic, route, settleRules, unpark } from "./datapath.js";
import { missed, UDP } from "./io/udp.js";
import { now, wallClock } from "./loop.js";
import type { HostOptions, UnitHost } from "./platform.js";
import { Resolver } from "./resolver.js";

export class NativeHost implements UnitHost {
	readonly crypto: Accelerator;
	readonly UDP = UDP;
	readonly engine = engine();
	readonly missed = missed;
	readonly #resolver = new Resolver();
	protected readonly log: Logger;
	readonly #schedule: (at: number | undefined) => void;
	readonly reboot: () => void;
	readonly notice: () => string;
	declare readonly setClock?: (seconds: number) => void;
	readonly reset: (() => string) | undefined;

	constructor({ log, crypto, schedule, reboot, notice, setClock, reset }: HostOptions) {
		this.log = log;
		this.crypto = crypto;
		this.#schedule = schedule;
		this.reboot = reboot;
		this.notice = notice;
		if (setClock !== undefined)
			this.setClock = setClock;
		this.reset = reset;
	}

	now(): number {
		return now();
	}

	wallClock(): number {
		return wallClock();
	}

	schedule(at: number | undefined): void {
		this.#schedule(at);
	}

	addRoute(first: number, prefix: number, source: number): void {
		const fault = route(true, first, prefix, source);
		if (fault !== undefined)
			this.log.write(now(), WARNING, "", `route to ${formatAddress(first)}/${prefix}: ${fault}`);
	}

	removeRoute(first: number, prefix: number): void {
		const fault = route(false, first, prefix, 0);
		if (fault !== undefined)
			this.log.write(now(), WARNING, "", `route to ${formatAddress(first)}/${prefix} is not removed: ${fault}`);
	}

	lookUp(name: string, answer: (address: number) => void): boolean {
		return this.#resolver.lookUp(name, answer);
	}

	leadOwnTraffic(remote: number, source: number, protocol: number, localPort: number, remotePort: number): void {
		this.lead(remote, source, protocol, localPort, remotePort);
	}

	/** False: it could not be done, which was told. */
	protected lead(remote: number, source: number, protocol: number, localPort: number, remotePort: number): boolean {
		const fault = ownTraffic(remote, source, protocol, localPort, remotePort);
		if (fault !== undefined)
			this.log.write(now(), WARNING, "", `rule for own traffic to ${formatAddress(remote)}: ${fault}; it is not protected`);
		return fault === undefined;
	}

	settleOwnTraffic(): void {
		settleRules();
	}

	unpark(): void {
		unpark();
	}

	hasSlots(count: number): boolean {
		return hasSlots(count);
	}

	memory(): Iterable<Area> {
		return areas();
	}
}
