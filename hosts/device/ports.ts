/** The addresses of the two Ethernet ports (hosts/lwip/netifs.c). */
import { parseAddress } from "../../modules/addresses.js";
import type { Settings } from "../../modules/settings/types.js";

/** Address 0: none; router 0: none. */
const set = native<(port: number, address: number, prefix: number, router: number) => void>("xs_netifs_set");
const WAN = 0;
const LAN = 1;
/** Prefix length of the WAN when none is given. */
const WAN_PREFIX = 24;

/** `wan`: with the WAN as the settings have it; without: the LAN alone. A lease's address is set by whoever has the lease. */
export function openPorts({ gateway }: Settings, wan: boolean): void {
	const { wanAddress, wanAddressing, wanPrefix = WAN_PREFIX, wanRouter = "", lanAddress } = gateway;
	const slash = lanAddress.indexOf("/");
	set(LAN, parseAddress(lanAddress.slice(0, slash))!, Number(lanAddress.slice(slash + 1)), 0);
	if (wan && wanAddressing !== "dhcp")
		set(WAN, parseAddress(wanAddress)!, wanPrefix, parseAddress(wanRouter) ?? 0);
	else
		set(WAN, 0, 0, 0);
}
