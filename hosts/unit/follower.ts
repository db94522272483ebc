/** What a change of the settings does: most take effect while tunnels are up; what every tunnel depends on (the WAN address, ports, interface) needs a control plane of its own. */
import { parseAddress, parseNetwork } from "../../modules/addresses.js";
import type { Gateway } from "../../modules/gateway/gateway.js";
import { networksOf, removeRoutes } from "../../modules/gateway/routes.js";
import type { Change, Follower } from "../../modules/settings/store.js";
import type { ConnectionSettings, Fault, Settings } from "../../modules/settings/types.js";
import { StartFault } from "./faults.js";
import { isNative } from "./native.js";
import type { Platform, UnitHost } from "./platform.js";

/** Milliseconds until a control plane starts anew, or pages move: an answer to whoever asked for it gets out meanwhile. */
const PAUSE = 500;

export interface UnitFollowerOptions {
	readonly platform: Platform;
	readonly host: UnitHost;
	readonly gateway: Gateway;
	/** The unit's addresses are what the settings say, not those of a system under it. */
	readonly firmware: boolean;
	/** The gateway was not started, since nobody has set the unit up. */
	readonly isFactory: boolean;
	/** Whether the heap has room for so many slots. */
	readonly hasRoom: (slots: number) => boolean;
	/** The administrator is another one, or has another password. */
	readonly onAdministrator: () => void;
	/** The settings have changed, and this control plane goes on by them. */
	readonly onConfigured: () => void;
	/** There is something to do at `at` now. */
	readonly reschedule: () => void;
}

export class UnitFollower implements Follower {
	readonly #options: UnitFollowerOptions;
	/** What the gateway lives by now. */
	#settings: Settings;
	/** What is sent on the WAN is kept there. */
	#isKept: boolean;
	/** When the pages are to be found where the settings say, and with them the LAN address of a unit that has its own; undefined: they are. */
	movesAt: number | undefined;
	/** When the control plane starts anew; undefined: it does not. */
	at: number | undefined;
	/** It is the whole unit that starts anew then. */
	isWhole = false;

	/** `settings`: what the gateway was started with. */
	constructor(settings: Settings, options: UnitFollowerOptions) {
		this.#options = options;
		this.#settings = settings;
		this.#isKept = containsPeers(settings);
	}

	hasRoom(slots: number): boolean {
		return this.#options.hasRoom(slots);
	}

	examine(settings: Settings): Fault | undefined {
		const { platform, firmware, isFactory } = this.#options;
		const busy = firmware ? examinePage(settings.gateway) : this.examineSockets(settings);
		// A unit whose ports are its own does not have another address before it is started anew.
		if (busy !== undefined || isFactory || !firmware && settings.gateway.wanAddress !== this.#settings.gateway.wanAddress)
			return busy;
		const fault = platform.openNative(settings);
		return fault === undefined ? undefined : { path: `peers[${settings.peers.findIndex(isNative)}].natTraversal`, text: `${fault.message}: "force" needs none` };
	}

	/** Addresses and ports that this machine does not have, or somebody else has. */
	private examineSockets({ gateway }: Settings): Fault | undefined {
		const { platform, host } = this.#options;
		const own = this.#settings.gateway;
		for (const name of ["ikePort", "natTraversalPort"] as const) {
			const port = gateway[name];
			if (gateway.wanAddress === own.wanAddress && (port === own.ikePort || port === own.natTraversalPort))
				continue;
			const fault = refused(() => new host.UDP({ address: gateway.wanAddress, port, encapsulation: false, onReadable() {}, onError() {} }));
			if (fault !== undefined)
				return { path: gateway.wanAddress === own.wanAddress ? `gateway.${name}` : "gateway.wanAddress", text: fault };
		}
		const { address, port } = gateway.http;
		if (platform.http !== undefined || address === own.http.address && port === own.http.port || port === own.http.port && (address === "0.0.0.0" || own.http.address === "0.0.0.0"))
			return undefined;
		const fault = refused(() => new platform.Listener({ address, port, onReadable() {} }));
		return fault === undefined ? undefined : { path: "gateway.http.address", text: fault };
	}

	livesBy(settings: Settings): boolean {
		return settings === this.#settings && this.movesAt === undefined;
	}

	/** The WAN address is another one, as a lease says. */
	learned(change: Change): void {
		this.#settings = change.settings;
		this.#options.gateway.configure(this.#options.platform.now(), change);
	}

	follow(change: Change): string {
		const { before, settings } = change;
		if (this.at !== undefined || this.needsAnother(settings)) {
			this.reboot();
			return this.#options.isFactory ? "The gateway starts by them in a moment." : "This unit starts anew by them in a moment: all tunnels are closed, and come up again when there is something to send.";
		}
		if (this.moves(settings)) {
			this.movesAt ??= this.#options.platform.now() + PAUSE;
			this.#options.reschedule();
		}
		this.#settings = settings;
		const { user, passwordHash } = settings.gateway.admin;
		if (user !== before.gateway.admin.user || passwordHash !== before.gateway.admin.passwordHash)
			this.#options.onAdministrator();
		this.keepToWAN(settings, true);
		const closed = this.#options.gateway.configure(this.#options.platform.now(), change);
		this.keepToWAN(settings, false);
		this.#options.onConfigured();
		return `${closed.length === 0 ? "The settings are in use; no tunnel was closed" : `The settings are in use; closed, to be made by them: ${closed.join(", ")}`}${this.movesAt === undefined ? "." : "; these pages are at the new address in a moment."}`;
	}

	/** The way to a peer never leads into a tunnel: before there are such routes what is sent on the WAN is kept there, and it goes by the routes again once they are gone. */
	private keepToWAN(settings: Settings, isKept: boolean): void {
		if (isKept === this.#isKept || containsPeers(settings) !== isKept)
			return;
		this.#options.platform.keepToWAN?.(settings, isKept);
		this.#isKept = isKept;
	}

	/** The control plane starts anew in a moment; `isWhole`: the whole unit. */
	reboot(isWhole = false): void {
		this.isWhole ||= isWhole;
		this.at ??= this.#options.platform.now() + PAUSE;
		this.#options.reschedule();
	}

	/**
	 * Ends this control plane for one that lives by `settings`: tunnels are closed, policies stay until the new ones are there, all in one turn of the loop, so that
	 * no packet meets a gateway without them.
	 */
	startAnew(settings: Settings): void {
		const { platform, host, gateway } = this.#options;
		gateway.close(platform.now());
		removeRoutes(host, tunnelNetworks(this.#settings), tunnelNetworks(settings));
		platform.startAnew();
	}

	private needsAnother(settings: Settings): boolean {
		if (this.#options.isFactory)
			return true;
		const own = this.#settings.gateway;
		const { wanAddressing, wanAddress, tunnelInterface, ikePort, natTraversalPort } = settings.gateway;
		return (wanAddressing === "dhcp") !== (own.wanAddressing === "dhcp") || wanAddress !== own.wanAddress || ikePort !== own.ikePort || natTraversalPort !== own.natTraversalPort
			|| !this.#options.firmware && tunnelInterface !== own.tunnelInterface;
	}

	private moves({ gateway: { http, lanAddress } }: Settings): boolean {
		const own = this.#settings.gateway;
		return this.#options.platform.http === undefined && (http.address !== own.http.address || http.port !== own.http.port) || this.#options.firmware && lanAddress !== own.lanAddress;
	}
}

/** Pages at an address that is not this unit's would be nowhere. */
function examinePage({ http: { address }, lanAddress }: Settings["gateway"]): Fault | undefined {
	return address === "0.0.0.0" || address === lanAddress.slice(0, lanAddress.indexOf("/")) ? undefined
		: { path: "gateway.http.address", text: `"${address}" is not an address of this unit on the LAN: expected that of lanAddress` };
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

/** Whether the way to a tunnel's network would be the way to a peer too. One whose address is not known may be anywhere. */
export function containsPeers(settings: Settings): boolean {
	const addresses = settings.peers.map(({ remoteGateway }) => parseAddress(remoteGateway) ?? 0);
	return tunnelNetworks(settings).some((network) => {
		const { first, last } = parseNetwork(network)!;
		return addresses.some((address) => address >= first && address <= last);
	});
}

function tunnelNetworks({ peers }: Settings): string[] {
	const routes: { readonly connection: ConnectionSettings }[] = [];
	for (const { connections } of peers)
		for (const connection of connections)
			routes.push({ connection });
	return networksOf(routes);
}
