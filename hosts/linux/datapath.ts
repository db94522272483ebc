/** What this machine's data path has beyond that of every host (datapath.c). */
import { counters as countersOf } from "../unit/datapath.js";
import { EACCES, EADDRINUSE, EBUSY, errorText, networkFault } from "../unit/errno.js";
import { PERMISSION, StartFault } from "../unit/faults.js";

const openLAN = native<(name: string) => string | undefined>("xs_datapath_open");

/**
 * All sockets of the WAN, open ones and those to come, keep to the interface that has this address, whatever the routes say; 0: they go by the routes. For tunnels
 * whose network contains a peer's own address.
 */
export const keepTo = native<(address: number) => void>("xs_datapath_keep_to");
/** Whether the kernel's reverse path filter of the interface with this address is strict. */
export const isFilterStrict = native<(address: number) => boolean>("xs_datapath_strict_filter");

/** In the order of DatapathCounter (datapath.h). */
const counterNames = Object.freeze([
	"lan-no-connection", "lan-nobody", "lan-full", "lan-protocol", "wan-no-socket", "wan-full", "wan-refused", "wan-fragmented",
	"nat-keepalives", "udp-runts", "ike-full", "ike-too-long", "ike-flood", "http-flood", "javascript-slow-calls", "javascript-longest-us",
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

/** What the data path dropped or met outside the packet engine, that is not 0. */
export function counters(): Iterable<{ readonly name: string; readonly value: number }> {
	return countersOf(counterNames);
}
