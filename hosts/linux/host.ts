/** What this machine gives to the gateway. */
import { formatAddress } from "../../modules/addresses.js";
import type { Accelerator } from "../../modules/crypto/crypto.js";
import type { Host } from "../../modules/gateway/host.js";
import { WARNING, type Logger } from "../../modules/log/types.js";
import { areas, engine, type Area } from "../xs/machine.js";
import { isFilterStrict, ownTraffic, route, settleRules, unpark } from "./datapath.js";
import { UDP } from "./io/udp.js";
import { now, wallClock } from "./loop.js";
import { Resolver } from "./resolver.js";

export interface LinuxHostOptions {
	readonly log: Logger;
	readonly crypto: Accelerator;
	/** The gateway wants to be woken at `at`. */
	readonly schedule: (at: number | undefined) => void;
	/** The control plane is to start anew. */
	readonly reboot: () => void;
}

export class LinuxHost implements Host {
	readonly crypto: Accelerator;
	readonly UDP = UDP;
	readonly engine = engine();
	readonly #resolver = new Resolver();
	readonly #log: Logger;
	readonly #schedule: (at: number | undefined) => void;
	readonly reboot: () => void;

	constructor({ log, crypto, schedule, reboot }: LinuxHostOptions) {
		this.#log = log;
		this.crypto = crypto;
		this.#schedule = schedule;
		this.reboot = reboot;
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
			this.#log.write(now(), WARNING, "", `route to ${formatAddress(first)}/${prefix}: ${fault}`);
	}

	removeRoute(first: number, prefix: number): void {
		const fault = route(false, first, prefix, 0);
		if (fault !== undefined)
			this.#log.write(now(), WARNING, "", `route to ${formatAddress(first)}/${prefix} is not removed: ${fault}`);
	}

	lookUp(name: string, answer: (address: number) => void): boolean {
		return this.#resolver.lookUp(name, answer);
	}

	leadOwnTraffic(remote: number, source: number, protocol: number, localPort: number, remotePort: number): void {
		const fault = ownTraffic(remote, source, protocol, localPort, remotePort);
		if (fault !== undefined)
			this.#log.write(now(), WARNING, "", `rule for own traffic to ${formatAddress(remote)}: ${fault}; it is not protected`);
		else if (isFilterStrict(source))
			this.#log.write(now(), WARNING, "", `transport mode with ${formatAddress(remote)}: rp_filter of the WAN interface is 1, which drops what the peer sends; 2 or 0 lets it in`);
	}

	settleOwnTraffic(): void {
		settleRules();
	}

	unpark(): void {
		unpark();
	}

	memory(): Iterable<Area> {
		return areas();
	}
}
