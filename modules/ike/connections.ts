import { parseAddress, parseNetwork } from "../addresses.js";
import type { ConnectionSettings, PeerSettings } from "../settings/types.js";
import { isAnywhere } from "./hostnames.js";

/** Of a peer: its address is not known. Of a connection in transport mode: the networks are the gateways themselves, which a NAT may call by other addresses. */
const ANYWHERE = -1;

/** The peers and their connections, beside what they are looked for by: the engine goes through such a list many times faster than we do. */
export class Connections {
	readonly #list: ConnectionSettings[] = [];
	/** "branch/office": many may be called the same. */
	readonly #names: string[] = [];
	/** First address of the remote network. */
	readonly #networks: number[] = [];
	/** Of each connection its peer's name. */
	readonly #peers: string[] = [];
	readonly #settings: readonly PeerSettings[];
	/** Of each peer its name, and its address: ANYWHERE for 0.0.0.0 and host names. */
	readonly #peerNames: string[] = [];
	readonly #addresses: number[] = [];

	constructor(peers: readonly PeerSettings[]) {
		this.#settings = peers;
		for (const peer of peers) {
			const { name, connections } = peer;
			this.#peerNames.push(name);
			this.#addresses.push(isAnywhere(peer) ? ANYWHERE : parseAddress(peer.remoteGateway)!);
			for (const connection of connections) {
				this.#list.push(connection);
				this.#names.push(nameOf(name, connection.name));
				this.#networks.push(connection.mode === "transport" ? ANYWHERE : parseNetwork(connection.remoteNetwork)!.first);
				this.#peers.push(name);
			}
		}
	}

	/** The peer of this name. */
	peer(name: string): PeerSettings | undefined {
		const index = this.#peerNames.indexOf(name);
		return index < 0 ? undefined : this.#settings[index];
	}

	/** The peers that the settings have at this address, and those that may be anywhere (undefined). */
	peersAt(address: number | undefined): PeerSettings[] {
		const found: PeerSettings[] = [];
		const addresses = this.#addresses;
		const wanted = address ?? ANYWHERE;
		for (let i = addresses.indexOf(wanted); i >= 0; i = addresses.indexOf(wanted, i + 1))
			found.push(this.#settings[i]!);
		return found;
	}

	find(peer: string, name: string): ConnectionSettings | undefined {
		const index = this.#names.indexOf(nameOf(peer, name));
		return index < 0 ? undefined : this.#list[index];
	}

	/** Those of `peer` whose remote network may be one that begins with this address. */
	towards(peer: string, first: number): ConnectionSettings[] {
		const found: ConnectionSettings[] = [];
		this.collect(found, peer, first);
		this.collect(found, peer, ANYWHERE);
		return found;
	}

	private collect(found: ConnectionSettings[], peer: string, network: number): void {
		const networks = this.#networks;
		for (let i = networks.indexOf(network); i >= 0; i = networks.indexOf(network, i + 1))
			if (this.#peers[i] === peer)
				found.push(this.#list[i]!);
	}
}

/** How a connection is named among those of all peers. */
export function nameOf(peer: string, connection: string): string {
	return `${peer}/${connection}`;
}
