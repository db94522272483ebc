/** keygate on the left, charon on the right, and the tests that need them. */
import type { CharonConnection } from "./charon.js";
import { Keygate, type KeygateConnection } from "./keygate.js";
import { root } from "../needs.js";
import { CharonLab, inLab } from "./labs.js";
import { Network } from "./network.js";

export { result } from "./labs.js";

export class Lab extends CharonLab<Network, Keygate> {
	static async create(): Promise<Lab> {
		const network = await Network.create();
		return new Lab(network, new Keygate(network.left)).begin();
	}

	/** Both gateways with these settings, no SA between them. */
	async set(keygate: KeygateConnection, charon: CharonConnection): Promise<void> {
		const { left, right } = this.network;
		await this.keygate.stop();
		await this.charon.terminate("ike");
		await this.charon.load(charon, left);
		await this.keygate.start(keygate, right);
	}
}

/** A test in the lab. Needs root, for the namespaces. */
export const interop = inLab({
	wanting: root,
	limit: 300000,
	create: () => Lab.create(),
	said: async ({ keygate, charon }) => ({ keygate: keygate.output.slice(-6000), charon: charon.protocol.slice(-6000) })
});
