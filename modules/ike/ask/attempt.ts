/** What another gateway has tried, as lines for people, and as a peer of the settings. */
import { formatAddress } from "../../addresses.js";
import { distinguishedNameText } from "../../crypto/certificates.js";
import { printable } from "../../log/printable.js";
import type { Attempt } from "../../records/types.js";
import { fqdn, hostAddress, userAtDomain } from "../../settings/forms.js";
import type { Identity, PeerSettings, Phase1Proposal, Settings } from "../../settings/types.js";
import { freeName } from "../../texts.js";
import { implementationText, knowsNATTraversal, offeredProposals, offerTexts, vendorTexts } from "../v1/attempt.js";
import { shownIDBody } from "../v1/exchange/identification.js";
import { IDType } from "../v1/wire/constants.js";
import { isFault } from "../v1/wire/fault.js";
import { parseID } from "../v1/wire/id.js";
import { notificationName } from "../v1/wire/names.js";
import { formatHex, read32 } from "../v1/wire/bytes.js";
import { isWeakPhase1, phase1Index } from "./candidates.js";

/** Proposals that a peer made of an attempt has. */
const PROPOSALS = 3;
/** Characters of a name, of which there may be a number behind it. */
const NAME = 24;

export { implementationText, knowsNATTraversal, offerTexts, vendorTexts };

/** Who it says it is: "fqdn branch.example", "": it does not say, as in main mode. */
export function attemptIdentity({ identity, isCut }: Attempt): string {
	return identity.length === 0 ? "" : `${printable(shownIDBody(identity))}${isCut ? "..." : ""}`;
}

/** "INVALID-ID-INFORMATION", "": it was answered. */
export function attemptRefusal({ notify }: Attempt): string {
	return notify === 0 ? "" : notificationName(notify);
}

/** The proposals that a peer made of it would have, the strongest first: weak ones only when it has no others. */
export function attemptProposals(attempt: Attempt): readonly (Phase1Proposal & { readonly authentication: PeerSettings["authentication"] })[] {
	const all = offeredProposals(attempt).sort((a, b) => phase1Index(a) - phase1Index(b));
	const strong = all.filter((each) => !isWeakPhase1(each));
	const list = strong.length > 0 ? strong : all;
	const first = list[0];
	// One method, and in aggressive mode one group (T05).
	return first === undefined ? [] : list.filter((each) => each.authentication === first.authentication && (attempt.mode === "main" || each.dhGroup === first.dhGroup)).slice(0, PROPOSALS);
}

/** Adds it to a draft of the settings as a peer that is switched off; undefined: there is nothing in it that keygate has. `name` is the new peer's. */
export function attemptEdit(attempt: Attempt, names: readonly string[]): { readonly name: string; readonly edit: (draft: Settings) => void } | undefined {
	const proposals = attemptProposals(attempt);
	if (proposals.length === 0)
		return undefined;
	const remoteId = identityOf(attempt);
	const name = nameFor(remoteId, attempt, names);
	return {
		name,
		edit: (draft) => {
			// What is absent the settings' own defaults fill in.
			const peer: Partial<PeerSettings> = {
				name, enabled: false, remoteGateway: formatAddress(attempt.address), phase1Mode: attempt.mode, authentication: proposals[0]!.authentication,
				phase1Proposals: proposals.map(({ encryption, hash, dhGroup }) => ({ encryption, hash, dhGroup })), connections: []
			};
			if (remoteId !== undefined)
				peer.remoteId = remoteId;
			draft.peers.push(peer as PeerSettings);
		}
	};
}

/** The identity that it showed as the settings write it; undefined: none, or one that they cannot have. */
function identityOf({ identity, isCut }: Attempt): Identity | undefined {
	const id = identity.length === 0 || isCut ? undefined : parseID(identity);
	if (id === undefined || isFault(id))
		return undefined;
	const { type, data } = id;
	const value = ascii(data);
	switch (type) {
		case IDType.IPV4_ADDR: {
			const address = formatAddress(read32(data, 0));
			return hostAddress(address) === undefined ? { type: "address", value: address } : undefined;
		}
		case IDType.DER_ASN1_DN: {
			const name = distinguishedNameText(data);
			return name === undefined ? undefined : { type: "dn", value: name };
		}
		case IDType.FQDN:
			return fqdn(value) === undefined ? { type: "fqdn", value } : undefined;
		case IDType.USER_FQDN:
			return userAtDomain(value) === undefined ? { type: "user-fqdn", value } : undefined;
		case IDType.KEY_ID:
			// Text that begins like bytes is said as those.
			return data.length === 0 ? undefined : { type: "key-id", value: value === "" || value.startsWith("0x") ? `0x${formatHex(data)}` : value };
		default:
			return undefined;
	}
}

/** Text of visible ASCII characters; "": it is something else. */
function ascii(data: Uint8Array): string {
	let text = "";
	for (const c of data) {
		if (c < 0x21 || c > 0x7e)
			return "";
		text += String.fromCharCode(c);
	}
	return text;
}

/** A name that no peer has: the first part of its own, else its address. */
function nameFor(remoteId: Identity | undefined, { address }: Attempt, names: readonly string[]): string {
	const own = remoteId?.type === "fqdn" ? remoteId.value.split(".")[0]! : remoteId?.type === "user-fqdn" ? remoteId.value.split("@")[0]! : "";
	let plain = "";
	for (const c of own)
		if (c >= "a" && c <= "z" || c >= "A" && c <= "Z" || c >= "0" && c <= "9" || c === "-" || c === "_")
			plain += c;
	const base = plain === "" ? `peer-${formatAddress(address)}` : plain.slice(0, NAME);
	return freeName(base, (name) => names.includes(name));
}
