/** What a first message says of its sender, packed so that it can be kept, and as people read it. */
import { isGroup } from "../../crypto/algorithms.js";
import type { AttemptContent } from "../types.js";
import { phase1Fields, phase1FieldsText } from "./phase1offers.js";
import { formatHex } from "./wire/bytes.js";
import type { Payload } from "./wire/chain.js";
import { KEY_IKE, PayloadType, ProtocolID } from "./wire/constants.js";
import { isFault } from "./wire/fault.js";
import { parsePhase1, type Phase1Attributes } from "./wire/phase1.js";
import { parseSA } from "./wire/sa.js";
import { parseVendor, vendorNames, vendors } from "./wire/vendor.js";

/** Bytes of a transform: cipher, key length in bytes, hash, group, and the method of authentication in two. */
const SIZE = 6;
/** Transforms that are packed. */
const MOST = 34;

/** Vendor IDs by which implementations are known, hexadecimal, as they begin. */
const implementations: readonly (readonly [name: string, id: string])[] = Object.freeze([
	/** MD5 of "strongSwan", of "KAME/racoon", of "MS NT5 ISAKMPOAKLEY" with a version behind it */
	Object.freeze(["strongSwan", "882fe56d6fd20dbc2251613b2ebe5beb"] as const),
	Object.freeze(["racoon", "7003cbc1097dbe9c2600ba6983bc8b35"] as const),
	Object.freeze(["Windows", "1e2b516905991c7d7c96fcbfb587e461"] as const),
	Object.freeze(["Check Point", "f4ed19e0c114eb516faaac0ee37daf2807b4381f"] as const),
	/** "OE" and a hash of the version */
	Object.freeze(["libreswan or Openswan", "4f45"] as const),
	Object.freeze(["Cisco", "12f5f28c457168a9702d9fe274cc"] as const)
]);

/** The payloads of a first message of phase 1. */
export function packAttempt(payloads: readonly Payload[]): AttemptContent {
	let offer = new Uint8Array(0);
	let identity = new Uint8Array(0);
	let offered = 0;
	let known = 0;
	let implementation = 0;
	let strangers = 0;
	for (let i = 0; i < payloads.length; i++) {
		const { type, body } = payloads[i]!;
		if (type === PayloadType.SA) {
			const proposals = parseSA(body);
			const packed: number[] = [];
			for (const proposal of isFault(proposals) ? [] : proposals)
				for (const transform of proposal.transforms) {
					const fields = proposal.protocol === ProtocolID.ISAKMP && transform.id === KEY_IKE ? parsePhase1(transform.attributes) : undefined;
					offered++;
					if (fields !== undefined && !isFault(fields) && packed.length < MOST * SIZE)
						packed.push(fields.encryption & 255, fields.keyLength >> 3 & 255, fields.hash & 255, fields.group & 255, fields.authentication >> 8 & 255, fields.authentication & 255);
				}
			offer = Uint8Array.from(packed);
		}
		else if (type === PayloadType.ID)
			identity = body.slice();
		else if (type === PayloadType.VENDOR) {
			const name = parseVendor(body);
			const number = implementationOf(body);
			if (name !== undefined)
				known |= 1 << vendorNames.indexOf(name);
			if (number !== 0)
				implementation = number;
			else if (name === undefined)
				strangers++;
		}
	}
	return { offer, offered, vendors: known, implementation, strangers, identity };
}

function implementationOf(body: Uint8Array): number {
	const digits = formatHex(body.length > 20 ? body.subarray(0, 20) : body);
	for (let i = 0; i < implementations.length; i++)
		if (digits.startsWith(implementations[i]![1]))
			return i + 1;
	return 0;
}

function fieldsAt(offer: Uint8Array, index: number): Phase1Attributes {
	const at = index * SIZE;
	return {
		encryption: offer[at]!, keyLength: offer[at + 1]! << 3, hash: offer[at + 2]!, group: offer[at + 3]!, authentication: offer[at + 4]! << 8 | offer[at + 5]!,
		seconds: 0, kilobytes: 0, unknown: 0
	};
}

/** Each transform as people read it: "AES-CBC-256/SHA256/MODP2048 by pre-shared key". */
export function* offerTexts({ offer, offered }: AttemptContent): Generator<string, void, undefined> {
	const count = offer.length / SIZE;
	for (let i = 0; i < count; i++)
		yield phase1FieldsText(fieldsAt(offer, i));
	if (offered > count)
		yield `${offered - count} more`;
}

/** What of the offer keygate has, with the method of authentication; each once, in their order. */
export function offeredProposals({ offer }: AttemptContent): NonNullable<ReturnType<typeof phase1Fields>>[] {
	const list: NonNullable<ReturnType<typeof phase1Fields>>[] = [];
	for (let i = 0; i < offer.length / SIZE; i++) {
		const fields = phase1Fields(fieldsAt(offer, i));
		if (fields !== undefined && isGroup(fields.dhGroup) && !list.some((each) => each.encryption === fields.encryption && each.hash === fields.hash && each.dhGroup === fields.dhGroup && each.authentication === fields.authentication))
			list.push(fields);
	}
	return list;
}

/** The known vendor IDs by name, then how many others: "NAT-T RFC 3947, DPD, 2 others". */
export function vendorTexts({ vendors: known, strangers }: AttemptContent): string {
	const list: string[] = [];
	let bit = 1;
	for (const name in vendors) {
		if (known & bit)
			list.push(vendors[name as keyof typeof vendors].text);
		bit <<= 1;
	}
	if (strangers > 0)
		list.push(strangers === 1 ? "one other" : `${strangers} others`);
	return list.join(", ");
}

/** Whether it can do NAT traversal of a kind that keygate has. */
export function knowsNATTraversal({ vendors: known }: AttemptContent): boolean {
	return (known & 15) !== 0;
}

/** Its name, "": it is not known. */
export function implementationText({ implementation }: AttemptContent): string {
	return implementations[implementation - 1]?.[0] ?? "";
}
