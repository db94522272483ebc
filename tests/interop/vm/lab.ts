/** keygate on the left, the peer VM on the right, and the tests that need them. */
import { existsSync } from "node:fs";
import test from "ava";
import { Keygate, type KeygateConnection } from "../keygate.js";
import { root } from "../../needs.js";
import { inLab } from "../labs.js";
import { kernelFile, systemFile } from "./image.js";
import { files, type PeerConnection } from "./peers.js";
import { VMNetwork, type Translation, type VM } from "./vm.js";

export { result } from "../labs.js";

export class VMLab {
	readonly network: VMNetwork;
	readonly keygate: Keygate;
	/** The peer's files that are in use; "" when they have to be given anew. */
	#loaded = "";

	private constructor(network: VMNetwork) {
		this.network = network;
		this.keygate = new Keygate(network.left);
	}

	get vm(): VM {
		return this.network.vm;
	}

	static async create(): Promise<VMLab> {
		return new VMLab(await VMNetwork.create());
	}

	/**
	 * Both gateways with these settings, no SA between them. A peer whose settings stay is not started anew, which takes seconds here: keygate,
	 * when it ends, has told it to forget its SAs.
	 */
	async set(keygate: KeygateConnection, peer: PeerConnection, translation: Translation = "none"): Promise<void> {
		const { network, network: { vm } } = this;
		await this.keygate.stop();
		await network.translate(translation);
		const wanted = files(peer, network);
		const loaded = JSON.stringify([peer.daemon, wanted]);
		if (loaded !== this.#loaded)
			await vm.peer(peer.daemon, wanted);
		this.#loaded = loaded;
		await this.keygate.start(keygate, { wan: network.seenVM, network: vm.network });
	}

	/** What the peer is in is not known after a test that failed. */
	spoiled(): void {
		this.#loaded = "";
	}

	async close(): Promise<void> {
		await this.keygate.close();
		await this.network.close();
	}
}

/** What the peer VM needs that is not there. */
export const wanting = root ?? (!existsSync(kernelFile) || !existsSync(systemFile) ? "the peer VM's image: npm test as root makes it" : undefined);
let combinations = 0;

/** Counts a combination of the matrix that was shown to work. */
export function count(): void {
	combinations++;
}

/** What both daemons of the peer VM logged, for a test that failed. */
export async function daemonLogs(vm: VM): Promise<Readonly<Record<string, string>>> {
	return { charon: (await vm.log("charon")).slice(-6000), pluto: (await vm.log("pluto")).slice(-6000) };
}

/** A test with the peer VM. */
export const withVM = inLab<VMLab>({
	wanting,
	limit: 300000,
	create: () => VMLab.create(),
	said: async (lab) => {
		lab.spoiled();
		return { keygate: lab.keygate.output.slice(-6000), ...await daemonLogs(lab.vm) };
	}
});

test.after.always("the combinations are told", () => {
	if (combinations > 0)
		console.error(`matrix   ${combinations} combinations of peer, mode, authentication, role, NAT and algorithm`);
});
