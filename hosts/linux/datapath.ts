/** The data path of this machine (datapath.c): it runs without JavaScript, which opens it, adds routes and reads its counters. */
import { errorText } from "./process.js";
import { EACCES, EADDRINUSE, EBUSY, networkFault, PERMISSION, StartFault } from "./faults.js";

const openLAN = native<(name: string) => string | undefined>("xs_datapath_open");
const openRaw = native<(address: number, ah: boolean) => number>("xs_datapath_open_raw");
const changeRoute = native<(add: boolean, first: number, prefix: number, source: number) => number>("xs_datapath_route");
const counter = native<(index: number) => number | undefined>("xs_datapath_counter");

/**
 * All sockets of the WAN that are opened from now on keep to the interface that has this address, whatever the routes say; 0: they go by the routes. For tunnels
 * whose network contains a peer's own address.
 */
export const keepTo = native<(address: number) => void>("xs_datapath_keep_to");
const leadOwnTraffic = native<(remote: number, source: number, protocol: number, localPort: number, remotePort: number) => number>("xs_datapath_own_traffic");
/** Own traffic that was led into the tunnel interface before, and not again since the last call, goes its own way. */
export const settleRules = native<() => void>("xs_datapath_settle");
/** Whether the kernel's reverse path filter of the interface with this address is strict. */
export const isFilterStrict = native<(address: number) => boolean>("xs_datapath_strict_filter");

/** Sends what is parked for policies whose SA is live now. */
export const unpark = native<() => void>("xs_datapath_unpark");

/** In the order of DatapathCounter (datapath.h). */
const counterNames = Object.freeze([
	"lan-no-connection", "lan-nobody", "lan-full", "lan-protocol", "wan-no-socket", "wan-full", "wan-refused", "wan-fragmented",
	"nat-keepalives", "udp-runts", "ike-full", "ike-too-long", "javascript-slow-calls", "javascript-longest-us",
] as const);

/** Opens the LAN side: a TUN device, or `unix:PATH`. What is open already stays. */
export function openInterface(name: string): StartFault | undefined {
	const fault = openLAN(name);
	if (fault === undefined)
		return undefined;
	const blank = fault.indexOf(" ");
	const errno = Number(fault.slice(0, blank));
	const what = `tunnel interface ${name}`;
	if (name.startsWith("unix:") && errno === EACCES)
		return new StartFault(PERMISSION, `${what}: ${errorText(errno)}`);
	return networkFault(errno === EBUSY ? what : `${what} (${fault.slice(blank + 1)})`, errno === EBUSY ? EADDRINUSE : errno);
}

/** Opens the raw sockets for ESP, and for AH if asked, on the WAN address. */
export function openProtocols(address: number, ah: boolean): StartFault | undefined {
	const result = openRaw(address, ah);
	return result < 0 ? networkFault(`raw sockets for ${ah ? "ESP and AH" : "ESP"} outside of UDP`, -result) : undefined;
}

/** Adds or removes a route through the tunnel interface; undefined, or why not. */
export function route(add: boolean, first: number, prefix: number, source: number): string | undefined {
	const result = changeRoute(add, first, prefix, source);
	return result < 0 ? errorText(-result) : undefined;
}

/** Leads what this machine itself sends to `remote` into the tunnel interface; undefined, or why not. 0: any protocol, any port. */
export function ownTraffic(remote: number, source: number, protocol: number, localPort: number, remotePort: number): string | undefined {
	const result = leadOwnTraffic(remote, source, protocol, localPort, remotePort);
	return result < 0 ? errorText(-result) : undefined;
}

/** What the data path dropped or met outside the packet engine, that is not 0. */
export function* counters(): Generator<{ readonly name: string; readonly value: number }, void, undefined> {
	for (let i = 0; i < counterNames.length; i++) {
		const value = counter(i) ?? 0;
		if (value > 0)
			yield { name: counterNames[i]!, value };
	}
}
