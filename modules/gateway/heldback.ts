/** What this unit sends itself, and should not bring a tunnel up by. */
import { netmask, parseAddress, parseNetwork } from "../addresses.js";
import type { Settings } from "../settings/types.js";
import type { Commands } from "../status/types.js";

/** Whether a packet of this unit's own to `address` belongs to a connection that is not up. */
export function isHeldBack(address: string, { gateway, peers }: Settings, commands: Commands): boolean {
	const number = parseAddress(address) ?? 0;
	const slash = gateway.lanAddress.indexOf("/");
	const isOnLAN = ((number ^ parseAddress(gateway.lanAddress.slice(0, slash))!) & netmask(Number(gateway.lanAddress.slice(slash + 1)))) === 0;
	if (isOnLAN)
		return false;
	for (const peer of peers) {
		for (const { name, enabled, mode, remoteNetwork } of peer.connections) {
			const { first, last } = parseNetwork(remoteNetwork)!;
			if (!enabled || !peer.enabled || mode !== "tunnel" || number < first || number > last)
				continue;
			for (const overview of commands.peers()) {
				if (overview.name === peer.name)
					return !overview.connections.some((connection) => connection.name === name && connection.up);
			}
		}
	}
	return false;
}
