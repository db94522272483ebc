/** The ports of a device (hosts/lwip/network.c). */
import type { Port, Ports } from "../../modules/network/types.js";

const watch = native<(self: object, onChange: () => void) => void>("xs_network_watch");
const setStatic = native<(port: Port, address: number, prefix: number, router: number) => void>("xs_network_static");
const askLease = native<(name: string) => void>("xs_network_dhcp");
const setDNS = native<(first: number, second: number) => void>("xs_network_dns");
const state = native<(port: Port, what: number) => number | undefined>("xs_network_state");
const other = native<(port: Port) => string | undefined>("xs_network_other");
const ask = native<(address: number) => void>("xs_network_ask");
const holder = native<(address: number) => string | undefined>("xs_network_holder");
const counter = native<(index: number) => number | undefined>("xs_network_counter");
const portCounter = native<(port: Port, index: number) => number | undefined>("xs_network_port_counter");

/** In the order of NetworkCounter (hosts/lwip/network.h). */
const counterNames = Object.freeze([
	"frames-short", "frames-long", "frames-vlan", "frames-type", "source-impossible", "frames-for-many", "ip-options", "address-not-sure",
	"arp-malformed", "arp-foreign", "arp-unasked", "arp-changed", "arp-conflict", "forward-in-clear",
] as const);
/** In the order of BoardPortCounters (board.h). */
const portCounterNames = Object.freeze([
	Object.freeze(["wan-frames-received", "wan-frames-sent", "wan-frames-no-buffer", "wan-frames-ring-full", "wan-frames-malformed"] as const),
	Object.freeze(["lan-frames-received", "lan-frames-sent", "lan-frames-no-buffer", "lan-frames-ring-full", "lan-frames-malformed"] as const),
]);

export class DevicePorts implements Ports {
	watch(onChange: () => void): void {
		watch(this, onChange);
	}

	setStatic(port: Port, address: number, prefix: number, router: number): void {
		setStatic(port, address, prefix, router);
	}

	askLease(name: string): void {
		askLease(name);
	}

	setDNS(first: number, second: number): void {
		setDNS(first, second);
	}

	state(port: Port, what: number): number | undefined {
		return state(port, what);
	}

	other(port: Port): string | undefined {
		return other(port);
	}

	ask(address: number): void {
		ask(address);
	}

	holder(address: number): string | undefined {
		return holder(address);
	}
}

/** What the ports' guards and drivers have counted, that is not 0. */
export function* portCounters(): Generator<{ readonly name: string; readonly value: number }, void, undefined> {
	for (let i = 0; i < counterNames.length; i++) {
		const value = counter(i) ?? 0;
		if (value > 0)
			yield { name: counterNames[i]!, value };
	}
	for (const port of [0, 1] as const)
		for (let i = 0; i < portCounterNames[port]!.length; i++) {
			const value = portCounter(port, i) ?? 0;
			if (value > 0)
				yield { name: portCounterNames[port]![i]!, value };
		}
}
