/**
 * The board with a Node program at each cable's other end, which may send what no kernel would. No root is needed.
 *
 *    host 10.1.0.10 === (LAN 10.1.0.1)  board  (WAN 10.0.0.1) === router 10.0.0.254
 */
import type { ExecutionContext } from "ava";
import { Cable } from "./cable.js";
import type { Firmware } from "./firmware.js";
import { firmware, withFirmware } from "./lab.js";
import { Peer } from "./peer.js";
import { document } from "./settings.js";

export class CabledBoard {
	readonly board: Firmware;
	readonly host: Peer;
	readonly router: Peer;

	constructor(board: Firmware, wan: Cable, lan: Cable) {
		this.board = board;
		this.router = new Peer(wan, "10.0.0.254", { hardware: "52:54:00:00:00:fe" });
		this.host = new Peer(lan, "10.1.0.10", { hardware: "52:54:00:00:00:10" });
	}

	/** What `memory` counts, by name. */
	async counters(): Promise<Map<string, number>> {
		return new Map([...(await this.board.command("memory")).matchAll(/^\s*(\S+) +(\d+)/gm)].map((match) => [match[1]!, Number(match[2])]));
	}

	/** What the VPN log has had since the board's start, as far as its ring remembers. */
	log(): Promise<string> {
		return this.board.command("log vpn 200");
	}
}

/** A test with a board of its own, with these settings. */
export function withCables(title: string, body: (t: ExecutionContext, cabled: CabledBoard) => Promise<void>, settings: object | undefined = document()): void {
	firmware(title, async (t) => {
		const wan = await Cable.lay();
		const lan = await Cable.lay();
		try {
			await withFirmware(t, { wan: wan.link, lan: lan.link }, async (board) => {
				await board.boot(settings);
				await body(t, new CabledBoard(board, wan, lan));
			});
		}
		finally {
			wan.close();
			lan.close();
		}
	});
}
