/**
 * The emulated board between two namespaces, on taps:
 *
 *    host 10.1.0.10 (lan) === bridge "lan" with the tap "lan0"   board: LAN 10.1.0.1, WAN 10.0.0.1   tap "wan0" with bridge "wan" === (wan) 10.0.0.2/24,
 *                                                                                                    LAN 10.2.0.1/24 (on lo) :right
 *
 * QEMU and the bridges are in a namespace of their own, so that the ports' other ends stay as they are when QEMU ends.
 */
import { Namespace, type Side } from "../interop/network.js";
import { must } from "../interop/processes.js";
import type { FirmwarePlace } from "./firmware.js";

export const BOARD = Object.freeze({ wan: "10.0.0.1", lan: "10.1.0.1", network: "10.1.0.0/24" });

export class Taps {
	/** Where QEMU runs. */
	readonly board: Namespace;
	/** The host behind the board, as an end of pings and transfers. */
	readonly left: Side;
	readonly right: Side;
	/** Where the board is. */
	readonly place: FirmwarePlace;

	private constructor(board: Namespace, host: Namespace, right: Namespace) {
		this.board = board;
		this.place = { namespace: board, wan: { kind: "tap", name: "wan0" }, lan: { kind: "tap", name: "lan0" } };
		this.left = { namespace: host, wan: BOARD.wan, lan: "10.1.0.10", network: BOARD.network };
		this.right = { namespace: right, wan: "10.0.0.2", lan: "10.2.0.1", network: "10.2.0.0/24" };
	}

	static async create(): Promise<Taps> {
		const made: Namespace[] = [];
		const make = async (role: string): Promise<Namespace> => {
			const namespace = await Namespace.create(role);
			made.push(namespace);
			return namespace;
		};
		try {
			const taps = new Taps(await make("board"), await make("host"), await make("right"));
			const { board, left, right } = taps;
			for (const [name, far] of [["wan", right.namespace], ["lan", left.namespace]] as const) {
				await board.ip("link", "add", name, "type", "bridge");
				await board.ip("tuntap", "add", "dev", `${name}0`, "mode", "tap");
				await must(["ip", "link", "add", `${name}1`, "netns", board.name, "type", "veth", "peer", "name", name, "netns", far.name]);
				for (const device of [`${name}0`, `${name}1`])
					await board.ip("link", "set", device, "master", name, "up");
				await board.ip("link", "set", name, "up");
				await far.ip("link", "set", name, "up");
			}
			await right.namespace.ip("address", "add", `${right.wan}/24`, "dev", "wan");
			await right.namespace.ip("address", "add", `${right.lan}/24`, "dev", "lo");
			await left.namespace.ip("address", "add", `${left.lan}/24`, "dev", "lan");
			await left.namespace.ip("route", "add", "default", "via", BOARD.lan);
			return taps;
		}
		catch (error) {
			for (const namespace of made)
				await namespace.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		for (const namespace of [this.board, this.left.namespace, this.right.namespace])
			await namespace.close();
	}
}
