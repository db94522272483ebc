/** What connections carry: networks that are none, and selectors that leave a connection nothing. */
import { parseNetwork } from "../addresses.js";
import { quoted } from "../log/printable.js";
import type { Report } from "./report.js";
import type { ConnectionSettings, PeerSettings } from "./types.js";

type Partially<T> = { -readonly [K in keyof T]?: T[K] | undefined };
type Connection = Partially<Pick<ConnectionSettings, "enabled" | "mode" | "order" | "localNetwork" | "remoteNetwork" | "ipProtocol" | "localPort" | "remotePort">>;
type Peer = Partially<Pick<PeerSettings, "enabled">> & { readonly connections?: readonly Connection[] | undefined };

const EVERYTHING = 0xffffffff;

export function checkSelectors(report: Report, peers: readonly Peer[]): void {
	/** Of each selector the connection that has it first. */
	const places = new Map<string, string>();
	for (let i = 0; i < peers.length; i++) {
		const connections = peers[i]!.connections ?? [];
		for (let j = 0; j < connections.length; j++) {
			const path = `peers[${i}].connections[${j}]`;
			checkNetworks(report, connections[j]!, path);
			const selector = isOn(peers[i]!, connections[j]!) ? selectorText(connections[j]!) : "";
			const twin = places.get(selector);
			if (twin === undefined && selector !== "")
				places.set(selector, path);
			else if (twin !== undefined)
				report.warn(`${path}.remoteNetwork`, `selects the same packets as ${twin}, with localNetwork, protocol and ports: whichever is first in order carries them all`);
		}
	}
}

function checkNetworks(report: Report, { mode, localNetwork, remoteNetwork }: Connection, path: string): void {
	// Of transport mode they are the gateways' addresses, of which one may not be known yet.
	if (mode === "transport")
		return;
	for (const [name, text] of [["localNetwork", localNetwork], ["remoteNetwork", remoteNetwork]] as const) {
		if (text === "0.0.0.0" || text === "0.0.0.0/32")
			report.fault(`${path}.${name}`, `${quoted(text)} is no network: expected "0.0.0.0/0" for all addresses`);
	}
	const local = parseNetwork(localNetwork ?? "");
	const remote = parseNetwork(remoteNetwork ?? "");
	// However they are written.
	if (local !== undefined && remote !== undefined && local.first === remote.first && local.last === remote.last && local.last - local.first < EVERYTHING)
		report.warn(`${path}.remoteNetwork`, `${quoted(remoteNetwork!)} is localNetwork too: packets that should stay on the LAN would go into the tunnel`);
}

function isOn({ enabled }: Peer, connection: Connection): boolean {
	return enabled !== false && connection.enabled !== false;
}

/** What a connection selects, however that is written; "": it cannot be told. */
function selectorText({ mode, ipProtocol, localPort, remotePort, localNetwork, remoteNetwork }: Connection): string {
	const local = parseNetwork(localNetwork ?? "");
	const remote = parseNetwork(remoteNetwork ?? "");
	return local === undefined || remote === undefined ? "" : [mode, ipProtocol, localPort, remotePort, local.first, local.last, remote.first, remote.last].join(" ");
}
