/** Labs for the tests of a file: one lab for all of them, made when the first one needs it and taken away at the end, and the table that they print then. */
import test, { type ExecutionContext } from "ava";
import { testUnless } from "../needs.js";
import { logging } from "../said.js";
import { Charon } from "./charon.js";
import type { Side } from "./network.js";

interface Closing {
	close(): Promise<void>;
}

/** A gateway on the left, charon on the right, and the network between them. */
export class CharonLab<Network extends Closing & { readonly right: Side }, Gateway extends Closing> {
	readonly network: Network;
	readonly keygate: Gateway;
	readonly charon: Charon;

	protected constructor(network: Network, keygate: Gateway) {
		this.network = network;
		this.keygate = keygate;
		this.charon = new Charon(network.right);
	}

	/** Starts charon; when it does not start, everything is taken away again. */
	protected async begin(): Promise<this> {
		try {
			await this.charon.start();
			return this;
		}
		catch (error) {
			await this.close();
			throw error;
		}
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

export interface LabOptions<Lab> {
	/** What is not there that a lab needs. */
	readonly wanting: string | undefined;
	/** Milliseconds that a test may take. */
	readonly limit: number;
	readonly create: () => Promise<Lab>;
	/** What everybody in it said, by name, for a test that failed. */
	readonly said: (lab: Lab) => Promise<Readonly<Record<string, string>>>;
}

export type LabTest<Lab> = (title: string, body: (t: ExecutionContext, lab: Lab) => Promise<void>) => void;

const closings: (() => Promise<void>)[] = [];
const results: string[] = [];

/** A line for the table that a file's tests print at their end. */
export function result(line: string): void {
	results.push(line);
}

/** Declares tests, one after the other, in a lab that they share. */
export function inLab<Lab extends Closing>({ wanting, limit, create, said }: LabOptions<Lab>): LabTest<Lab> {
	let lab: Promise<Lab> | undefined;
	closings.push(async () => (await lab)?.close());
	return (title, body) => testUnless(wanting, title, limit, async (t) => {
		// one that could not be made is made for the next test, and is none to take away
		const shared = await (lab ??= create().catch((error: unknown) => {
			lab = undefined;
			throw error;
		}));
		await logging(t, () => said(shared), () => body(t, shared));
	});
}

test.after.always("labs are taken away", async () => {
	for (const close of closings)
		await close();
	if (results.length > 0)
		console.error(results.join("\n"));
});
