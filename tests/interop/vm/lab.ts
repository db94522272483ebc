/** keygate on the left, the peer VM on the right, and the tests that need them. One lab for all tests of a file. */
import { existsSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { Keygate, type KeygateConnection } from "../keygate.js";
import { kernelFile, systemFile } from "./image.js";
import { files, type PeerConnection } from "./peers.js";
import { VMNetwork, type Translation, type VM } from "./vm.js";

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

const wanting = process.getuid?.() !== 0 ? "root" : !existsSync(kernelFile) || !existsSync(systemFile) ? "the peer VM's image: npm test as root makes it" : undefined;
const results: string[] = [];
let combinations = 0;
let lab: Promise<VMLab> | undefined;

/** A line for the table that a file's tests print at their end. */
export function result(line: string): void {
	results.push(line);
}

/** Counts a combination of the matrix that was shown to work. */
export function count(): void {
	combinations++;
}

/** A test with the peer VM; what both gateways logged is shown when it fails. */
export function withVM(title: string, body: (t: ExecutionContext, lab: VMLab) => Promise<void>): void {
	if (wanting !== undefined) {
		test.skip(`skipped: needs ${wanting}: ${title}`, () => {});
		return;
	}
	test.serial(title, async (t) => {
		t.timeout(300000);
		const { keygate, vm } = await (lab ??= VMLab.create());
		try {
			await body(t, await lab);
		}
		catch (error) {
			(await lab).spoiled();
			t.log(`keygate:\n${keygate.output.slice(-6000)}`);
			for (const daemon of ["charon", "pluto"] as const)
				t.log(`${daemon}:\n${(await vm.log(daemon)).slice(-6000)}`);
			throw error;
		}
	});
}

test.after.always("the VM is taken away", async () => {
	await (await lab)?.close();
	if (results.length > 0)
		console.error(results.join("\n"));
	if (combinations > 0)
		console.error(`matrix   ${combinations} combinations of peer, mode, authentication, role, NAT and algorithm`);
});
