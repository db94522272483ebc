/** Phase 2 proposals: what we offer, what we choose of a peer's, and whether an answer is one of ours (RFC 2408 4.2, RFC 2407 4.4, 4.5). */
import { groups, isWeak } from "../../crypto/algorithms.js";
import type { AuthenticationName, DHGroup, EncryptionName } from "../../crypto/types.js";
import type { ConnectionSettings, PeerSettings, Phase2Proposal } from "../../settings/types.js";
import { uint32 } from "../bytes.js";
import { groupText, phase2Text } from "../names.js";
import type { Cause } from "../types.js";
import { Encapsulation, ESPTransform, Phase2Authentication, ProtocolID } from "./wire/constants.js";
import { isFault } from "./wire/fault.js";
import { emitPhase2, encapsulationValue, isUDP, isTunnel, parsePhase2, type Phase2Attributes } from "./wire/phase2.js";
import { emitSA, proposalSPI, type Proposal, type Transform } from "./wire/sa.js";

export type ESPProposal = Extract<Phase2Proposal, { protocol: "esp" }>;

/** What both sides agreed on. */
export interface Phase2Choice {
	readonly proposal: ESPProposal;
	/** The peer's inbound SPI. */
	readonly spi: number;
	/** DH group of PFS, 0: none. */
	readonly group: DHGroup | 0;
	/** What the transform names, 0: nothing. */
	readonly seconds: number;
	readonly kilobytes: number;
	/** The peer's proposal and transform, to be sent back with our SPI (T06). */
	readonly number: number;
	readonly transform: Transform;
}

export interface Phase2Mismatch {
	readonly cause: Cause;
	readonly offered: readonly string[];
}

/** What a transform has to be besides its algorithms. */
export interface Phase2Terms {
	/** ESP in UDP. */
	readonly encapsulation: boolean;
	/** Whether a group that we did not ask for may be taken (T12): as responder. */
	readonly anyGroup: (group: number) => boolean;
}

const cipherNumbers: Readonly<Record<EncryptionName, readonly [transform: number, keyLength: number]>> = Object.freeze({
	"3des-cbc": Object.freeze([ESPTransform.TRIPLE_DES, 0] as const),
	"aes-128-cbc": Object.freeze([ESPTransform.AES_CBC, 128] as const),
	"aes-192-cbc": Object.freeze([ESPTransform.AES_CBC, 192] as const),
	"aes-256-cbc": Object.freeze([ESPTransform.AES_CBC, 256] as const),
	"aes-128-gcm-16": Object.freeze([ESPTransform.AES_GCM_16, 128] as const),
	"aes-192-gcm-16": Object.freeze([ESPTransform.AES_GCM_16, 192] as const),
	"aes-256-gcm-16": Object.freeze([ESPTransform.AES_GCM_16, 256] as const),
	"aes-128-ctr": Object.freeze([ESPTransform.AES_CTR, 128] as const),
	"aes-256-ctr": Object.freeze([ESPTransform.AES_CTR, 256] as const),
	"null": Object.freeze([ESPTransform.NULL, 0] as const)
});

const authenticationNumbers: Readonly<Record<AuthenticationName, number>> = Object.freeze({
	"hmac-md5-96": Phase2Authentication.HMAC_MD5, "hmac-sha1-96": Phase2Authentication.HMAC_SHA,
	"hmac-sha256-128": Phase2Authentication.HMAC_SHA2_256, "hmac-sha384-192": Phase2Authentication.HMAC_SHA2_384,
	"hmac-sha512-256": Phase2Authentication.HMAC_SHA2_512
});

/** `encapsulation`: in UDP, with `draft` by the numbers before RFC 3947. The body of the SA payload with all ESP proposals of `connection`, in their order, as one proposal of as many transforms. */
export function offerPhase2(connection: ConnectionSettings, spi: number, encapsulation: boolean, draft: boolean = false): Uint8Array {
	const transforms: Transform[] = [];
	for (const proposal of connection.phase2Proposals) {
		if (proposal.protocol !== "esp")
			continue;
		const [id, keyLength] = cipherNumbers[proposal.encryption];
		transforms.push({
			number: transforms.length + 1, id,
			attributes: emitPhase2({
				encapsulation: encapsulationValue(false, encapsulation, draft),
				authentication: proposal.authentication ? authenticationNumbers[proposal.authentication] : 0,
				group: connection.pfs === "off" ? 0 : connection.pfs,
				keyLength, seconds: connection.lifetime.seconds, kilobytes: connection.lifetime.kilobytes
			})
		});
	}
	return emitSA([{ number: 1, protocol: ProtocolID.ESP, spi: uint32(spi), transforms }]);
}

/** The body of the SA payload that answers with `choice`. */
export function answerPhase2(choice: Phase2Choice, spi: number): Uint8Array {
	return emitSA([{ number: choice.number, protocol: ProtocolID.ESP, spi: uint32(spi), transforms: [choice.transform] }]);
}

/** The groups that a peer may use for PFS where our settings want none (T12): those without a warning, and those of its phase 1. */
export function allowsGroup(peer: PeerSettings, group: number): boolean {
	return groups[group as DHGroup] !== undefined
		&& (!isWeak(group as DHGroup) || peer.phase1Proposals.some((proposal) => proposal.dhGroup === group));
}

/** What we take of a peer's `proposals`: the first of ours that is among them (T13), or why there is none. */
export function choosePhase2(connection: ConnectionSettings, proposals: readonly Proposal[], terms: Phase2Terms): Phase2Choice | Phase2Mismatch {
	// How close the best offer came, for the diagnosis.
	let cause: Cause = "phase2-protocol-mismatch";
	for (const own of connection.phase2Proposals) {
		if (own.protocol !== "esp")
			continue;
		for (const proposal of proposals) {
			if (!isAlone(proposal, proposals))
				continue;
			if (cause === "phase2-protocol-mismatch")
				cause = "phase2-algorithm-mismatch";
			for (const transform of proposal.transforms) {
				const fields = read(transform);
				if (fields === undefined || !isSame(own, transform.id, fields) || !isMode(fields, terms))
					continue;
				const group = fields.group as DHGroup | 0;
				const wanted = connection.pfs === "off" ? 0 : connection.pfs;
				if (group !== wanted && !(wanted === 0 && terms.anyGroup(group))) {
					cause = "pfs-mismatch";
					continue;
				}
				return { proposal: own, spi: proposalSPI(proposal), group, seconds: fields.seconds, kilobytes: fields.kilobytes, number: proposal.number, transform };
			}
		}
	}
	return { cause, offered: describePhase2(proposals) };
}

/** Whether a responder's answer is one of our offers, and one only. */
export function acceptPhase2(connection: ConnectionSettings, proposals: readonly Proposal[], encapsulation: boolean): Phase2Choice | undefined {
	if (proposals.length !== 1 || proposals[0]!.transforms.length !== 1)
		return undefined;
	const choice = choosePhase2(connection, proposals, { encapsulation, anyGroup: () => false });
	return "proposal" in choice ? choice : undefined;
}

/** The transforms of an offer as people read them. */
export function describePhase2(proposals: readonly Proposal[]): string[] {
	const texts: string[] = [];
	for (const proposal of proposals)
		for (const transform of proposal.transforms)
			texts.push(transformText(proposal.protocol, transform));
	return texts;
}

/** ESP, with an SPI that an SA may have, and no other protocol to go with it under the same number. */
function isAlone(proposal: Proposal, proposals: readonly Proposal[]): boolean {
	return proposal.protocol === ProtocolID.ESP && proposalSPI(proposal) >= 256
		&& proposals.every((other) => other === proposal || other.number !== proposal.number);
}

function read(transform: Transform): Phase2Attributes | undefined {
	const fields = parsePhase2(transform.attributes);
	return isFault(fields) || fields.unknown !== 0 || fields.extendedSequence === 1 ? undefined : fields;
}

/** Tunnel mode, and in UDP or not as NAT detection found. Without the attribute it is the tunnel that everybody means. */
function isMode(fields: Phase2Attributes, terms: Phase2Terms): boolean {
	const encapsulation = fields.encapsulation || Encapsulation.TUNNEL;
	return isTunnel(encapsulation) && isUDP(encapsulation) === terms.encapsulation;
}

function isSame(own: ESPProposal, id: number, fields: Phase2Attributes): boolean {
	const [transform, keyLength] = cipherNumbers[own.encryption];
	return id === transform && keyBits(id, fields) === keyLength
		&& fields.authentication === (own.authentication ? authenticationNumbers[own.authentication] : 0);
}

/** AES without a key length has 128 bits (T08). */
function keyBits(id: number, fields: Phase2Attributes): number {
	const aes = id === ESPTransform.AES_CBC || id === ESPTransform.AES_CTR || id === ESPTransform.AES_GCM_16;
	return aes && fields.keyLength === 0 ? 128 : fields.keyLength;
}

const protocolNames: { readonly [protocol: number]: string } = Object.freeze({ 2: "AH", 3: "ESP", 4: "IPCOMP" });

/** "ESP AES-CBC-128/HMAC-SHA1-96 with MODP2048"; what has no name is shown by its number. */
function transformText(protocol: number, transform: Transform): string {
	const fields = parsePhase2(transform.attributes);
	if (isFault(fields))
		return "a malformed transform";
	let text = `${protocolNames[protocol] ?? `protocol ${protocol}`} transform ${transform.id}${fields.keyLength ? `-${fields.keyLength}` : ""}/authentication ${fields.authentication}`;
	if (protocol === ProtocolID.ESP) {
		const encryption = nameOf(cipherNumbers, (numbers) => numbers[0] === transform.id && numbers[1] === keyBits(transform.id, fields));
		const authentication = nameOf(authenticationNumbers, (number) => number === fields.authentication);
		if (encryption !== undefined && (authentication !== undefined || fields.authentication === 0))
			text = phase2Text({ protocol: "esp", encryption, ...(authentication ? { authentication } : {}) });
	}
	if (fields.group !== 0)
		text += ` with ${groupText(fields.group)}`;
	if (fields.encapsulation !== 0 && !isTunnel(fields.encapsulation))
		text += " in transport mode";
	return isUDP(fields.encapsulation) ? text + " in UDP" : text;
}

function nameOf<K extends string, V>(table: Readonly<Record<K, V>>, matches: (value: V) => boolean): K | undefined {
	for (const name in table)
		if (matches(table[name]))
			return name;
	return undefined;
}
