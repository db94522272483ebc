/** The firmware on an emulated board on taps, charon on the right, and the tests that need them. One lab for all tests of a file. */
import { existsSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { QEMU } from "../../hosts/emulator/qemu.js";
import { Charon, type CharonConnection } from "../interop/charon.js";
import { settings, type KeygateConnection } from "../interop/keygate.js";
import { Firmware, image } from "./firmware.js";
import { BOARD, Taps } from "./taps.js";

export class BoardLab {
	readonly network: Taps;
	readonly keygate: Firmware;
	readonly charon: Charon;

	private constructor(network: Taps) {
		this.network = network;
		this.keygate = new Firmware({ namespace: network.board, wan: network.wan, lan: network.lan });
		this.charon = new Charon(network.right);
	}

	static async create(): Promise<BoardLab> {
		const lab = new BoardLab(await Taps.create());
		try {
			await lab.charon.start();
			return lab;
		}
		catch (error) {
			await lab.close();
			throw error;
		}
	}

	/** What the board is told of `connection`; `gateway`: further fields of the gateway, as the settings have them. */
	settings(connection: KeygateConnection, gateway: object = {}): object {
		const { right, left } = this.network;
		const document = settings(connection, { ...left, lan: BOARD.lan }, right) as { gateway: object };
		return { ...document, gateway: { ...document.gateway, ...gateway } };
	}

	/** Both gateways with these settings, no SA between them. */
	async set(keygate: KeygateConnection, charon: CharonConnection, gateway: object = {}): Promise<void> {
		await this.keygate.off();
		await this.charon.terminate("ike");
		await this.charon.load(charon, this.network.left);
		await this.keygate.boot(this.settings(keygate, gateway));
		await this.keygate.addressed();
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

/** Why the firmware cannot be tried here; undefined: it can. */
export const wanting = !existsSync(QEMU) ? "qemu-system-misc" : !existsSync(image) ? "the firmware: npm run build:riscv" : undefined;
const root = process.getuid?.() === 0;
const results: string[] = [];
let lab: Promise<BoardLab> | undefined;

/** A line for the table that a file's tests print at their end. */
export function result(line: string): void {
	results.push(line);
}

/** A test of the firmware that makes what it needs. */
export function firmware(title: string, body: (t: ExecutionContext) => Promise<void>): void {
	if (wanting !== undefined) {
		test.skip(`skipped: needs ${wanting}: ${title}`, () => {});
		return;
	}
	test.serial(title, async (t) => {
		t.timeout(600000);
		await body(t);
	});
}

/** A test in the lab; what both gateways said is shown when it fails. Needs root, for the namespaces. */
export function withBoard(title: string, body: (t: ExecutionContext, lab: BoardLab) => Promise<void>): void {
	if (!root) {
		test.skip(`skipped: needs root: ${title}`, () => {});
		return;
	}
	firmware(title, async (t) => {
		const { keygate, charon } = await (lab ??= BoardLab.create());
		try {
			await body(t, await lab);
		}
		catch (error) {
			t.log(`the board:\n${await keygate.command("log").catch(() => keygate.output.slice(-6000))}`);
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
