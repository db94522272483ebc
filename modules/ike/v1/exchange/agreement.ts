/** What both sides can do and what they agree on: vendor IDs and the chosen proposal, in main and in aggressive mode. */
import type { Context } from "../../context.js";
import { phase1Text } from "../../names.js";
import { PRF } from "../../prf.js";
import type { Opened } from "../message.js";
import type { Phase1Choice } from "../phase1offers.js";
import type { Payload } from "../wire/chain.js";
import { PayloadType } from "../wire/constants.js";
import { emitVendor, isVendor } from "../wire/vendor.js";
import type { Phase1 } from "./phase1.js";

const { VENDOR } = PayloadType;

/** The vendor IDs that say what we can do. */
export function vendorPayloads(natTraversal: boolean): Payload[] {
	const payloads: Payload[] = [];
	if (natTraversal)
		payloads.push({ type: VENDOR, body: emitVendor("natTraversal") });
	payloads.push({ type: VENDOR, body: emitVendor("deadPeerDetection") });
	return payloads;
}

/** Takes over what the peer's vendor IDs say; those that nobody knows are left alone. */
export function readVendors(exchange: Phase1, opened: Opened): void {
	for (const payload of opened.payloads)
		if (payload.type === VENDOR) {
			if (isVendor(payload.body, "natTraversal"))
				exchange.natTraversal = exchange.settings.natTraversal !== "off";
			else if (isVendor(payload.body, "deadPeerDetection"))
				exchange.sa.deadPeerDetection = true;
		}
}

/** Takes over what was agreed on. The shorter lifetime rules (T06). */
export function commitChoice(context: Context, exchange: Phase1, choice: Phase1Choice): void {
	const { sa } = exchange;
	const { proposal, seconds } = choice;
	sa.cipher = proposal.encryption;
	sa.prf = new PRF(context.host.crypto, proposal.hash);
	sa.algorithm = phase1Text(proposal);
	const own = exchange.settings.phase1Lifetime;
	sa.lifetime = seconds === 0 ? own : Math.min(own, seconds);
	exchange.dhGroup = proposal.dhGroup;
}
