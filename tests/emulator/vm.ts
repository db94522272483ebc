/**
 * The firmware and the peer VM: the namespace where keygate for Linux would run has the board's taps, bridged to its cables.
 *
 *    host 10.1.0.10 (lan) === left: bridge "lanbridge" with the tap "lan0"   board   tap "wan0" with bridge "wanbridge" === middle ==== VM
 *
 * In the middle is a bridge, or a router that translates addresses.
 */
import { settings, type KeygateConnection } from "../interop/keygate.js";
import { inLab } from "../interop/labs.js";
import { Namespace, type Side } from "../interop/network.js";
import { must } from "../interop/processes.js";
import { daemonLogs, wanting as vmWanting } from "../interop/vm/lab.js";
import { files, type PeerConnection } from "../interop/vm/peers.js";
import { VMNetwork, type Translation, type VM } from "../interop/vm/vm.js";
import type { VMEnds } from "../interop/vm/combination.js";
import { Firmware } from "./firmware.js";
import { boardLog, FIRMWARE_LIMIT, wanting } from "./lab.js";
import { BOARD } from "./taps.js";

export class BoardVMLab implements VMEnds {
	readonly keygate: Firmware;
	readonly network: { readonly left: Side };
	readonly #vms: VMNetwork;
	readonly #host: Namespace;

	private constructor(vms: VMNetwork, host: Namespace) {
		this.#vms = vms;
		this.#host = host;
		this.network = {
			get left() {
				return { namespace: host, wan: vms.left.wan, lan: "10.1.0.10", network: BOARD.network };
			}
		};
		this.keygate = new Firmware({ namespace: vms.left.namespace, wan: { kind: "tap", name: "wan0" }, lan: { kind: "tap", name: "lan0" } });
	}

	static async create(): Promise<BoardVMLab> {
		const vms = await VMNetwork.create();
		const host = await Namespace.create("host");
		const lab = new BoardVMLab(vms, host);
		try {
			const board = vms.left.namespace;
			await board.ip("address", "flush", "dev", "wan");
			await board.ip("address", "flush", "dev", "lo");
			await must(["ip", "link", "add", "lan", "netns", board.name, "type", "veth", "peer", "name", "lan", "netns", host.name]);
			for (const port of ["wan", "lan"]) {
				await board.ip("link", "add", `${port}bridge`, "type", "bridge");
				await board.ip("tuntap", "add", "dev", `${port}0`, "mode", "tap");
				for (const device of [`${port}0`, port])
					await board.ip("link", "set", device, "master", `${port}bridge`, "up");
				await board.ip("link", "set", `${port}bridge`, "up");
			}
			await host.ip("address", "add", "10.1.0.10/24", "dev", "lan");
			await host.ip("link", "set", "lan", "up");
			await host.ip("route", "add", "default", "via", BOARD.lan);
			return lab;
		}
		catch (error) {
			await lab.close();
			throw error;
		}
	}

	get vm(): VM {
		return this.#vms.vm;
	}

	async set(keygate: KeygateConnection, peer: PeerConnection, translation: Translation = "none"): Promise<void> {
		await this.keygate.off();
		await this.#vms.translate(translation);
		// what the router's other end had is the board's
		await this.#vms.left.namespace.ip("address", "flush", "dev", "wan");
		// a board that is turned off sends no Delete: the peer is started anew, without what it still has
		await this.vm.peer(peer.daemon, files(peer, this.#vms));
		const { left } = this.network;
		const document = settings(keygate, { ...left, lan: BOARD.lan }, { wan: this.#vms.seenVM, network: this.vm.network }) as { gateway: object };
		const router = translation === "none" ? {} : { wanPrefix: 24, wanRouter: left.wan.replace(/\d+$/, "1") };
		await this.keygate.boot({ ...document, gateway: { ...document.gateway, ...router } });
		await this.keygate.addressed();
	}

	async close(): Promise<void> {
		await this.keygate.close();
		await this.#host.close();
		await this.#vms.close();
	}
}

/** A test with the board and the peer VM. */
export const withBoardAndVM = inLab({
	wanting: vmWanting ?? wanting,
	limit: FIRMWARE_LIMIT,
	create: () => BoardVMLab.create(),
	said: async ({ keygate, vm }) => ({ "the board": await boardLog(keygate), ...await daemonLogs(vm) })
});
