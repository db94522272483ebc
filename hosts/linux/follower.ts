/** What a change of the settings does on this machine: most take effect while tunnels are up; other addresses, ports and interfaces need a control plane of their own. */
import { parseAddress, parseNetwork } from "../../modules/addresses.js";
import type { Gateway } from "../../modules/gateway/gateway.js";
import { networksOf, removeRoutes } from "../../modules/gateway/routes.js";
import type { Change, Follower } from "../../modules/settings/store.js";
import type { Fault, PeerSettings, Settings } from "../../modules/settings/types.js";
import { openProtocols } from "./datapath.js";
import { StartFault } from "./faults.js";
import type { LinuxHost } from "./host.js";
import { Listener } from "./io/listener.js";
import { UDP } from "./io/udp.js";
import { now, startAnew } from "./loop.js";

/** Milliseconds until a control plane starts anew: an answer to whoever asked for it gets out meanwhile. */
const PAUSE = 500;

export interface LinuxFollowerOptions {
	readonly host: LinuxHost;
	readonly gateway: Gateway;
	/** The settings that the gateway was started with. */
	readonly settings: Settings;
	/** Address and port of the pages are those of the command line. */
	readonly ownHTTP: boolean;
	/** The administrator is another one, or has another password. */
	readonly onAdministrator: () => void;
	/** There is something to do at `at` now. */
	readonly reschedule: () => void;
}

export class LinuxFollower implements Follower {
	readonly #options: LinuxFollowerOptions;
	/** What the gateway lives by now. */
	#settings: Settings;
	/** When the control plane starts anew; undefined: it does not. */
	at: number | undefined;

	constructor(options: LinuxFollowerOptions) {
		this.#options = options;
		this.#settings = options.settings;
	}

	examine(settings: Settings): Fault | undefined {
		const { gateway } = settings;
		const own = this.#settings.gateway;
		for (const name of ["ikePort", "natTraversalPort"] as const) {
			const port = gateway[name];
			if (gateway.wanAddress === own.wanAddress && (port === own.ikePort || port === own.natTraversalPort))
				continue;
			const fault = refused(() => new UDP({ address: gateway.wanAddress, port, encapsulation: false, onReadable() {}, onError() {} }));
			if (fault !== undefined)
				return { path: gateway.wanAddress === own.wanAddress ? `gateway.${name}` : "gateway.wanAddress", text: fault };
		}
		const { address, port } = gateway.http;
		if (!this.#options.ownHTTP && (address !== own.http.address || port !== own.http.port) && (port !== own.http.port || address !== "0.0.0.0" && own.http.address !== "0.0.0.0")) {
			const fault = refused(() => new Listener({ address, port, onReadable() {} }));
			if (fault !== undefined)
				return { path: "gateway.http.address", text: fault };
		}
		const fault = gateway.wanAddress === own.wanAddress ? openNative(settings) : undefined;
		return fault === undefined ? undefined : { path: `peers[${settings.peers.findIndex(isNative)}].natTraversal`, text: `${fault.message}: "force" needs none` };
	}

	follow(change: Change): string {
		const { before, settings } = change;
		if (this.at !== undefined || this.needsAnother(settings)) {
			this.reboot();
			return "This unit starts anew by them in a moment: all tunnels are closed, and come up again when there is something to send.";
		}
		this.#settings = settings;
		const { user, passwordHash } = settings.gateway.admin;
		if (user !== before.gateway.admin.user || passwordHash !== before.gateway.admin.passwordHash)
			this.#options.onAdministrator();
		const closed = this.#options.gateway.configure(now(), change);
		return closed.length === 0 ? "The settings are in use; no tunnel was closed." : `The settings are in use; closed, to be made by them: ${closed.join(", ")}.`;
	}

	/** The control plane starts anew in a moment. */
	reboot(): void {
		this.at ??= now() + PAUSE;
		this.#options.reschedule();
	}

	/**
	 * Ends this control plane for one that lives by `settings`: tunnels are closed, policies stay until the new ones are there, all in one turn of the loop, so that
	 * no packet meets a gateway without them.
	 */
	startAnew(settings: Settings): void {
		this.#options.gateway.close(now());
		removeRoutes(this.#options.host, tunnelNetworks(this.#settings), tunnelNetworks(settings));
		startAnew();
	}

	private needsAnother(settings: Settings): boolean {
		const own = this.#settings.gateway;
		const { wanAddress, lanAddress, tunnelInterface, ikePort, natTraversalPort, http } = settings.gateway;
		return wanAddress !== own.wanAddress || lanAddress !== own.lanAddress || tunnelInterface !== own.tunnelInterface || ikePort !== own.ikePort
			|| natTraversalPort !== own.natTraversalPort || !this.#options.ownHTTP && (http.address !== own.http.address || http.port !== own.http.port)
			|| containsPeers(settings) !== containsPeers(this.#settings);
	}
}

/** Why something cannot be opened; undefined: it can. */
function refused(open: () => { close(): void }): string | undefined {
	try {
		open().close();
		return undefined;
	}
	catch (error) {
		if (error instanceof StartFault)
			return error.message;
		throw error;
	}
}

/** Opens the sockets for ESP and AH outside of UDP, as far as peers may need them and they are not open yet. */
export function openNative(settings: Settings): StartFault | undefined {
	const peers = settings.peers.filter(isNative);
	return peers.length === 0 ? undefined : openProtocols(parseAddress(settings.gateway.wanAddress)!, peers.some(needsHeader));
}

/** Whether a peer may need ESP or AH outside of UDP. */
export function isNative(peer: PeerSettings): boolean {
	return peer.enabled && peer.natTraversal !== "force";
}

/** AH, and transport mode, make the packet with its header: the socket for them is another one than that of ESP. */
function needsHeader(peer: PeerSettings): boolean {
	return peer.connections.some((connection) => connection.mode === "transport" || connection.phase2Proposals.some((proposal) => proposal.protocol !== "esp"));
}

/** Whether the way to a tunnel's network would be the way to a peer too. One whose address is not known may be anywhere. */
export function containsPeers(settings: Settings): boolean {
	return tunnelNetworks(settings).some((network) => {
		const { first, last } = parseNetwork(network)!;
		return settings.peers.some(({ remoteGateway }) => {
			const address = parseAddress(remoteGateway) ?? 0;
			return address >= first && address <= last;
		});
	});
}

function tunnelNetworks({ peers }: Settings): string[] {
	return networksOf(peers.flatMap(({ connections }) => connections.map((connection) => ({ connection }))));
}
