import { parseNetwork } from "../addresses.js";
import type { ConnectionSettings, PeerSettings } from "../settings/types.js";

/** In transport mode the networks are the gateways themselves, which a NAT may call by other addresses. */
const ANYWHERE = -1;

/** The connections of all peers, beside what they are looked for by: the engine goes through such a list many times faster than we do. */
export class Connections {
	readonly #list: ConnectionSettings[] = [];
	readonly #names: string[] = [];
	/** First address of the remote network. */
	readonly #networks: number[] = [];
	/** Of each connection its peer's name. */
	readonly #peers: string[] = [];

	constructor(peers: readonly PeerSettings[]) {
		for (const { name, connections } of peers)
			for (const connection of connections) {
				this.#list.push(connection);
				this.#names.push(connection.name);
				this.#networks.push(connection.mode === "transport" ? ANYWHERE : parseNetwork(connection.remoteNetwork)!.first);
				this.#peers.push(name);
			}
	}

	find(peer: string, name: string): ConnectionSettings | undefined {
		const names = this.#names;
		for (let i = names.indexOf(name); i >= 0; i = names.indexOf(name, i + 1))
			if (this.#peers[i] === peer)
				return this.#list[i];
		return undefined;
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
