/** What every host's data path has: it runs without JavaScript, which opens it, adds routes and reads its counters. */
import { parseAddress } from "../../modules/addresses.js";
import type { Settings } from "../../modules/settings/types.js";
import { errorText, networkFault } from "./errno.js";
import type { StartFault } from "./faults.js";
import { isNative, needsHeader } from "./native.js";

const openRaw = native<(address: number, ah: boolean) => number>("xs_datapath_open_raw");
const changeRoute = native<(add: boolean, first: number, prefix: number, source: number) => number>("xs_datapath_route");
const leadOwnTraffic = native<(remote: number, source: number, protocol: number, localPort: number, remotePort: number) => number>("xs_datapath_own_traffic");
const counter = native<(index: number) => number | undefined>("xs_datapath_counter");

/** Own traffic that was led into the tunnel interface before, and not again since the last call, goes its own way. */
export const settleRules = native<() => void>("xs_datapath_settle");
/** Sends what is parked for policies whose SA is live now. */
export const unpark = native<() => void>("xs_datapath_unpark");

/** Opens the sockets for ESP and AH outside of UDP, as far as peers may need them and they are not open yet. */
export function openNative({ peers, gateway }: Settings): StartFault | undefined {
	const some = peers.filter(isNative);
	if (some.length === 0)
		return undefined;
	const ah = some.some(needsHeader);
	const result = openRaw(parseAddress(gateway.wanAddress)!, ah);
	return result < 0 ? networkFault(`raw sockets for ${ah ? "ESP and AH" : "ESP"} outside of UDP on ${gateway.wanAddress}`, -result) : undefined;
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

/** What the data path dropped or met outside the packet engine, that is not 0; `names` in the order of its counters. */
export function* counters(names: readonly string[]): Generator<{ readonly name: string; readonly value: number }, void, undefined> {
	for (let i = 0; i < names.length; i++) {
		const value = counter(i) ?? 0;
		if (value > 0)
			yield { name: names[i]!, value };
	}
}
