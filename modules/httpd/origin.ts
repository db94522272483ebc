/**
 * The Host check against DNS rebinding: a name under someone else's control may come to resolve to this unit's address, and a page
 * loaded under that name would then be of the same origin as ours. An address cannot be made to point elsewhere, a name can: so
 * addresses are served, and of names only those that are this unit's.
 */
import { parseAddress } from "../addresses.js";

/** `host` (value of the Host field) is an IPv4 address or one of `names` (lower case), with or without a port. */
export function isOwnHost(host: string, names: readonly string[]): boolean {
	const colon = host.indexOf(":");
	const name = (colon < 0 ? host : host.slice(0, colon)).toLowerCase();
	if (colon >= 0) {
		const port = host.slice(colon + 1);
		for (let i = 0; i < port.length; i++) {
			if (port[i]! < "0" || port[i]! > "9")
				return false;
		}
		if (port.length > 5)
			return false;
	}
	return parseAddress(name) !== undefined || names.indexOf(name) >= 0;
}
