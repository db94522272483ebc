/** keygate on the left, charon on the right, and the tests that need them. One lab for all tests of a file. */
import test, { type ExecutionContext } from "ava";
import { Charon, type CharonConnection } from "./charon.js";
import { Keygate, type KeygateConnection } from "./keygate.js";
import { Network } from "./network.js";

export class Lab {
	readonly network: Network;
	readonly keygate: Keygate;
	readonly charon: Charon;

	private constructor(network: Network) {
		this.network = network;
		this.keygate = new Keygate(network.left);
		this.charon = new Charon(network.right);
	}

	static async create(): Promise<Lab> {
		const lab = new Lab(await Network.create());
		try {
			await lab.charon.start();
			return lab;
		}
		catch (error) {
			await lab.close();
			throw error;
		}
	}

	/** Both gateways with these settings, no SA between them. */
	async set(keygate: KeygateConnection, charon: CharonConnection): Promise<void> {
		const { left, right } = this.network;
		await this.keygate.stop();
		await this.charon.terminate("ike");
		await this.charon.load(charon, left);
		await this.keygate.start(keygate, right);
	}

	async close(): Promise<void> {
		try {
			await this.keygate.close();
			await this.charon.close();
		}
		finally {
			await this.network.close();
		}
	}
}

const root = process.getuid?.() === 0;
const results: string[] = [];
let lab: Promise<Lab> | undefined;

/** A line for the table that a file's tests print at their end. */
export function result(line: string): void {
	results.push(line);
}

/** A test in the lab; what both gateways logged is shown when it fails. Needs root, for the namespaces. */
export function interop(title: string, body: (t: ExecutionContext, lab: Lab) => Promise<void>): void {
	if (!root) {
		test.skip(`skipped: needs root: ${title}`, () => {});
		return;
	}
	test.serial(title, async (t) => {
		t.timeout(300000);
		const { keygate, charon } = await (lab ??= Lab.create());
		try {
			await body(t, await lab);
		}
		catch (error) {
			t.log(`keygate:\n${keygate.output.slice(-6000)}`);
			t.log(`charon:\n${charon.protocol.slice(-6000)}`);
			throw error;
		}
	});
}

test.after.always("the lab is taken away", async () => {
	await (await lab)?.close();
	if (results.length > 0)
		console.error(results.join("\n"));
});
