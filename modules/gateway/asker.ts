/** The one asking that there can be at a time, and what the last one found. */
import { formatRange, parseNetwork, type Endpoint } from "../addresses.js";
import { Asking, MOST, type AskingOptions } from "../ike/ask/asking.js";
import type { Found } from "../ike/ask/found.js";
import { askedEdit, askedRows } from "../ike/ask/table.js";
import type { IKE } from "../ike/ike.js";
import type { PeerSettings } from "../settings/types.js";
import type { AskedStatus, CommandResult } from "../status/types.js";

/** Negotiations of the gateway's own beside which nobody is asked. */
const BUSY = 4;

export class Asker {
	#asking: Asking | undefined;
	/** What stays of the last one. */
	#found: Found | undefined;

	/** Begins to ask; refuses while another is asked. */
	start(options: AskingOptions): CommandResult {
		const { settings } = options;
		const asking = this.#asking;
		if (asking !== undefined && !asking.isOver)
			return { ok: false, text: `${asking.settings.name} is being asked: one peer at a time` };
		if (settings.remoteGateway === "0.0.0.0")
			return { ok: false, text: `${settings.name} cannot be asked: its address is not known` };
		this.#found = undefined;
		this.#asking = new Asking(options);
		return { ok: true, text: `asking ${settings.name} what it accepts: at most ${MOST} offers, one a second` };
	}

	stop(now: number, why: string): CommandResult {
		const asking = this.#asking;
		if (asking === undefined || asking.isOver)
			return { ok: false, text: "no peer is being asked" };
		asking.stop(now, why);
		return { ok: true, text: `stopped asking ${asking.settings.name}` };
	}

	/** The engine of its own that a datagram is for; undefined: the gateway's. */
	concerned(now: number, from: Endpoint, localPort: number, bytes: Uint8Array): IKE | undefined {
		return this.#asking?.concerned(now, from, localPort, bytes);
	}

	dispatch(now: number, emit: (bytes: Uint8Array, to: Endpoint, localPort: number) => void, ike: Pick<IKE, "underway">): void {
		if (this.#asking === undefined && this.#found === undefined)
			return;
		const { underway } = ike;
		if (underway > BUSY) {
			// A device's heap is for those: what was found goes as well, once it is over.
			this.#asking?.stop(now, "this unit has other negotiations under way");
			this.#found = undefined;
		}
		this.#asking?.dispatch(now, emit);
		const found = this.#asking?.found;
		if (found !== undefined) {
			this.#found = underway > BUSY ? undefined : found;
			this.#asking = undefined;
		}
	}

	pollAt(): number | undefined {
		return this.#asking?.pollAt();
	}

	/** What was found so far, or by the last asking; undefined: none since the start, or the peer is gone. `peers`: as the settings have them now. */
	status(peers: readonly PeerSettings[]): AskedStatus | undefined {
		const asking: Found | undefined = this.#asking ?? this.#found;
		const current = peers.find((peer) => peer.name === asking?.settings.name);
		return asking === undefined || current === undefined ? undefined : {
			peer: asking.settings.name, offers: asking.asked, most: MOST, end: asking.end,
			rows: () => askedRows(asking, current),
			edit: (use) => askedEdit(asking, use, current)
		};
	}
}

/** The network of an address with its prefix; "" when it is none. */
export function networkAround(lanAddress: string): string {
	const [address = "", prefix = "32"] = lanAddress.split("/");
	const host = parseNetwork(`${address}/32`);
	const size = 2 ** (32 - Number(prefix));
	return host === undefined || !(size >= 1) ? "" : formatRange(host.first - host.first % size, host.first - host.first % size + size - 1);
}
