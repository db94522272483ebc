/** The firmware on an emulated board on taps, charon on the right, and the tests that need them. */
import { existsSync } from "node:fs";
import type { ExecutionContext } from "ava";
import { QEMU, type Link } from "../../hosts/emulator/qemu.js";
import { freePort } from "../../hosts/emulator/usernet.js";
import type { CharonConnection } from "../interop/charon.js";
import { settings, type KeygateConnection } from "../interop/keygate.js";
import { CharonLab, inLab } from "../interop/labs.js";
import { root, testUnless } from "../needs.js";
import { logging } from "../said.js";
import { Firmware, image, type FirmwarePlace } from "./firmware.js";
import { Pages } from "./pages.js";
import { document, userNetworks } from "./settings.js";
import { BOARD, Taps } from "./taps.js";

export { result } from "../interop/labs.js";

export class BoardLab extends CharonLab<Taps, Firmware> {
	static async create(): Promise<BoardLab> {
		const network = await Taps.create();
		return new BoardLab(network, new Firmware(network.place)).begin();
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
}

/** Why the firmware cannot be tried here; undefined: it can. */
export const wanting = !existsSync(QEMU) ? "qemu-system-misc" : !existsSync(image) ? "the firmware: npm run build:riscv" : undefined;
/** Milliseconds that a test with the firmware may take. */
export const FIRMWARE_LIMIT = 600000;

/** A test of the firmware that makes what it needs; `further`: what else is wanting for it. */
export function firmware(title: string, body: (t: ExecutionContext) => Promise<void>, further?: string): void {
	testUnless(further ?? wanting, title, FIRMWARE_LIMIT, body);
}

/** Runs `body` with a board of its own, which is off until it is booted, and gone at the end; what it said is logged when something throws. */
export async function withFirmware(t: ExecutionContext, place: FirmwarePlace, body: (board: Firmware) => Promise<void>): Promise<void> {
	const board = new Firmware(place);
	try {
		await logging(t, () => ({ "the board": board.output.slice(-6000) }), () => body(board));
	}
	finally {
		await board.close();
	}
}

/** What a board said, for a test that failed. */
export function boardLog(board: Firmware): Promise<string> {
	return board.command("log").catch(() => board.output.slice(-6000));
}

/** A test in the lab. Needs root, for the namespaces. */
export const withBoard = inLab({
	wanting: root ?? wanting,
	limit: FIRMWARE_LIMIT,
	create: () => BoardLab.create(),
	said: async ({ keygate, charon }) => ({ "the board": await boardLog(keygate), charon: charon.protocol.slice(-6000) })
});

export interface PagesPlace {
	/** What is in its flash; undefined: it is as it leaves the factory. */
	readonly settings?: object | undefined;
	/** The WAN's other end, unless it is in QEMU's own network too. */
	readonly wan?: Link | undefined;
	/** Whether the body turns it on. */
	readonly isOff?: boolean | undefined;
}

/** Runs `body` with a board of its own whose pages are served. */
export async function withPages(t: ExecutionContext, body: (board: Firmware, pages: Pages) => Promise<void>, place: PagesPlace = {}): Promise<void> {
	const { settings, wan, isOff = false } = { settings: document(), ...place };
	const port = await freePort();
	const networks = userNetworks(settings, port);
	await withFirmware(t, { ...networks, wan: wan ?? networks.wan }, async (board) => {
		const pages = new Pages(port);
		if (settings !== undefined)
			await board.chip.put(settings);
		if (!isOff) {
			await board.boot();
			await pages.served();
		}
		await body(board, pages);
	});
}
