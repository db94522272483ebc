/** Phase 2 proposals: what we offer, what we choose of a peer's, and whether an answer is one of ours (RFC 2408 4.2, RFC 2407 4.4, 4.5). */
import { isGroup, isWeak } from "../../crypto/algorithms.js";
import type { AuthenticationName, DHGroup, EncryptionName } from "../../crypto/types.js";
import type { ConnectionSettings, PeerSettings, Phase2Proposal } from "../../settings/types.js";
import { uint32 } from "../bytes.js";
import { facts } from "../diagnosis.js";
import { groupText, phase2Text } from "../names.js";
import { shorter } from "../schedule.js";
import type { Cause } from "../types.js";
import { AHTransform, Encapsulation, ESPTransform, Phase2Authentication, ProtocolID } from "./wire/constants.js";
import { isFault } from "./wire/fault.js";
import { emitPhase2, encapsulationValue, isTransport, isTunnel, isUDP, parsePhase2, type Phase2Attributes } from "./wire/phase2.js";
import { emitSA, proposalSPI, type Proposal, type Transform } from "./wire/sa.js";

/** What both sides agreed on. */
export interface Phase2Choice {
	readonly proposal: Phase2Proposal;
	/** The peer's inbound SPI: of ESP, or of AH when there is no ESP. */
	readonly spi: number;
	/** The peer's inbound SPI of the AH around ESP, 0: there is none. */
	readonly ahSPI: number;
	/** DH group of PFS, 0: none. */
	readonly group: DHGroup | 0;
	/** Sequence numbers of 64 bits. */
	readonly extendedSequence: boolean;
	/** What the transforms name, 0: nothing. */
	readonly seconds: number;
	readonly kilobytes: number;
	/** The peer's proposals with the one transform of each that was chosen, to be sent back with our SPI (T06). */
	readonly answer: readonly Proposal[];
}

export interface Phase2Mismatch {
	readonly cause: Cause;
	readonly offered: readonly string[];
	/** The same for `Problem.theirs`. */
	readonly theirs: string;
	/** All but what is tunnel and what is transport mode fits, or all but UDP; "": neither. */
	readonly differs: "mode" | "natTraversal" | "";
}

/** What a transform has to be besides its algorithms. */
export interface Phase2Terms {
	/** ESP in UDP. */
	readonly encapsulation: boolean;
	/** Whether what we did not ask for may be taken: a group (T12), sequence numbers of 64 bits. As responder. */
	readonly anyGroup: (group: number) => boolean;
	readonly anySequence: boolean;
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

const ahNumbers: Readonly<Record<AuthenticationName, number>> = Object.freeze({
	"hmac-md5-96": AHTransform.MD5, "hmac-sha1-96": AHTransform.SHA, "hmac-sha256-128": AHTransform.SHA2_256, "hmac-sha384-192": AHTransform.SHA2_384,
	"hmac-sha512-256": AHTransform.SHA2_512
});

/** Whether the connection has a proposal that can be carried: AH covers the addresses that a NAT changes, so not in UDP (RFC 3948 1). */
export function hasOffer(connection: ConnectionSettings, encapsulation: boolean): boolean {
	return connection.phase2Proposals.some((proposal) => proposal.protocol === "esp" || !encapsulation);
}

/** What authenticates ESP by itself, beside the AH around it. */
export function espAuthentication(proposal: Phase2Proposal): AuthenticationName | undefined {
	return proposal.protocol === "esp" ? proposal.authentication : proposal.protocol === "ah" ? undefined : proposal.espAuthentication;
}

/**
 * The body of the SA payload with the proposals of `connection`, in their order. Those of one protocol that follow one another are one proposal with as many
 * transforms; AH with ESP is two proposals under one number (RFC 2408 4.2), both with our SPI: each protocol counts its own. `encapsulation`: in UDP, with
 * `draft` by the numbers before RFC 3947.
 */
export function offerPhase2(connection: ConnectionSettings, spi: number, encapsulation: boolean, draft: boolean = false): Uint8Array {
	const proposals: { readonly number: number; readonly protocol: number; readonly spi: Uint8Array; readonly transforms: Transform[] }[] = [];
	let number = 0;
	let before = "";
	for (const proposal of connection.phase2Proposals) {
		const { protocol } = proposal;
		if (encapsulation && protocol !== "esp")
			continue;
		if (protocol !== before || protocol === "ah+esp") {
			number++;
			for (const each of protocol === "ah" ? [ProtocolID.AH] : protocol === "esp" ? [ProtocolID.ESP] : [ProtocolID.AH, ProtocolID.ESP])
				proposals.push({ number, protocol: each, spi: uint32(spi), transforms: [] });
			before = protocol;
		}
		for (const { number: own, protocol: each, transforms } of proposals)
			if (own === number)
				transforms.push(offerTransform(connection, proposal, each, transforms.length + 1, encapsulationValue(connection.mode === "transport", encapsulation, draft)));
	}
	return emitSA(proposals);
}

function offerTransform(connection: ConnectionSettings, proposal: Phase2Proposal, protocol: number, number: number, encapsulation: number): Transform {
	const ah = protocol === ProtocolID.AH;
	const [id, keyLength] = ah ? [ahNumbers[proposal.authentication!], 0] : cipherNumbers[(proposal as { encryption: EncryptionName }).encryption];
	const authentication = ah ? proposal.authentication : espAuthentication(proposal);
	return {
		number, id,
		attributes: emitPhase2({
			encapsulation,
			authentication: authentication ? authenticationNumbers[authentication] : 0,
			group: connection.pfs === "off" ? 0 : connection.pfs,
			keyLength, seconds: connection.lifetime.seconds, kilobytes: connection.lifetime.kilobytes,
			extendedSequence: connection.extendedSequenceNumbers ? 1 : 0
		})
	};
}

/** The body of the SA payload that answers with `choice`. */
export function answerPhase2(choice: Phase2Choice, spi: number): Uint8Array {
	return emitSA(choice.answer.map((proposal) => ({ ...proposal, spi: uint32(spi) })));
}

/** The groups that a peer may use for PFS where our settings want none (T12): those without a warning, and those of its phase 1. */
export function allowsGroup(peer: PeerSettings, group: number): boolean {
	return isGroup(group)
		&& (!isWeak(group) || peer.phase1Proposals.some((proposal) => proposal.dhGroup === group));
}

/** What we take of a peer's `proposals`: the first of ours that is among them (T13), or why there is none. */
export function choosePhase2(connection: ConnectionSettings, proposals: readonly Proposal[], terms: Phase2Terms): Phase2Choice | Phase2Mismatch {
	// How close the best offer came, for the diagnosis.
	const best: Closeness = { degree: 0 };
	for (const own of connection.phase2Proposals) {
		if (terms.encapsulation && own.protocol !== "esp")
			continue;
		for (let i = 0; i < proposals.length; i++) {
			const proposal = proposals[i]!;
			const together = proposals.filter((other) => other.number === proposal.number);
			if (together[0] !== proposal || !isProtocol(own, together))
				continue;
			closer(best, ALGORITHMS);
			const choice = chooseTransforms(connection, own, together, terms, best);
			if (choice !== undefined)
				return choice;
		}
	}
	const { degree } = best;
	return { cause: causes[degree]!, offered: describePhase2(proposals), theirs: phase2Facts(proposals), differs: degree === MODE ? "mode" : degree === UDP ? "natTraversal" : "" };
}

/** What a mismatch is for, by how much fitted: nothing, the protocol, protocol and algorithms but the mode, these but that it is in UDP or not, all but the group. */
const causes: readonly Cause[] = Object.freeze(["phase2-protocol-mismatch", "phase2-algorithm-mismatch", "phase2-protocol-mismatch", "phase2-protocol-mismatch", "pfs-mismatch"]);
const ALGORITHMS = 1;
const MODE = 2;
const UDP = 3;
const GROUP = 4;

interface Closeness {
	degree: number;
}

function closer(best: Closeness, degree: number): void {
	best.degree = Math.max(best.degree, degree);
}

/** Whether proposals of one number have the protocols of ours, with SPIs that SAs may have. */
function isProtocol(own: Phase2Proposal, together: readonly Proposal[]): boolean {
	const has = (protocol: number) => together.some((proposal) => proposal.protocol === protocol && proposalSPI(proposal) >= 256);
	switch (own.protocol) {
		case "esp": return together.length === 1 && has(ProtocolID.ESP);
		case "ah": return together.length === 1 && has(ProtocolID.AH);
		case "ah+esp": return together.length === 2 && has(ProtocolID.AH) && has(ProtocolID.ESP);
	}
}

/** The first transform of ESP (or AH alone) that is as our proposal, with one of AH that goes with it where both are wanted. */
function chooseTransforms(connection: ConnectionSettings, own: Phase2Proposal, together: readonly Proposal[], terms: Phase2Terms, best: Closeness): Phase2Choice | undefined {
	const first = together.find((proposal) => proposal.protocol === (own.protocol === "ah" ? ProtocolID.AH : ProtocolID.ESP))!;
	const around = own.protocol === "ah+esp" ? together.find((proposal) => proposal.protocol === ProtocolID.AH) : undefined;
	const wanted = connection.pfs === "off" ? 0 : connection.pfs;
	const { transforms } = first;
	for (let i = 0; i < transforms.length; i++) {
		const transform = transforms[i]!;
		const fields = read(transform);
		if (fields === undefined || !isSame(own, first.protocol, transform.id, fields))
			continue;
		const outer = around?.transforms.find((each) => goesWith(own, each, fields));
		if (around !== undefined && outer === undefined)
			continue;
		if (!isMode(connection, fields, terms, best))
			continue;
		if (fields.extendedSequence !== (connection.extendedSequenceNumbers ? 1 : 0) && !terms.anySequence)
			continue;
		const group = fields.group as DHGroup | 0;
		if (group !== wanted && !(wanted === 0 && terms.anyGroup(group))) {
			closer(best, GROUP);
			continue;
		}
		const outerFields = outer === undefined ? undefined : read(outer);
		return {
			proposal: own, spi: proposalSPI(first), ahSPI: around === undefined ? 0 : proposalSPI(around), group, extendedSequence: fields.extendedSequence === 1,
			seconds: shorter(fields.seconds, outerFields?.seconds ?? 0), kilobytes: shorter(fields.kilobytes, outerFields?.kilobytes ?? 0),
			answer: together.map((proposal) => ({ ...proposal, transforms: [proposal === first ? transform : outer!] }))
		};
	}
	return undefined;
}

/** AH around an ESP that has `fields`: its algorithm is ours, and what both transforms say is the same. Some peers say "transport" of the AH around a tunnel. */
function goesWith(own: Phase2Proposal, transform: Transform, fields: Phase2Attributes): boolean {
	const ah = read(transform);
	return ah !== undefined && isSame(own, ProtocolID.AH, transform.id, ah) && ah.group === fields.group && ah.extendedSequence === fields.extendedSequence
		&& !isUDP(ah.encapsulation) && (isTransport(ah.encapsulation) || !isTransport(fields.encapsulation));
}

/** Whether a responder's answer is one of our offers, and one only. */
export function acceptPhase2(connection: ConnectionSettings, proposals: readonly Proposal[], encapsulation: boolean): Phase2Choice | undefined {
	if (proposals.some((proposal) => proposal.number !== proposals[0]!.number || proposal.transforms.length !== 1))
		return undefined;
	const choice = choosePhase2(connection, proposals, { encapsulation, anyGroup: () => false, anySequence: false });
	return "proposal" in choice ? choice : undefined;
}

/** The transforms of an offer as people read them: "ESP AES-CBC-128/HMAC-SHA1-96", "AH HMAC-MD5-96 and ESP 3DES-CBC" for proposals under one number. */
export function describePhase2(proposals: readonly Proposal[]): string[] {
	return describe(proposals, transformText);
}

function describe(proposals: readonly Proposal[], text: (protocol: number, transform: Transform) => string): string[] {
	const texts: string[] = [];
	for (const proposal of proposals) {
		const together = proposals.filter((other) => other.number === proposal.number);
		if (together.length === 1)
			for (const transform of proposal.transforms)
				texts.push(text(proposal.protocol, transform));
		else if (together[0] === proposal)
			texts.push(together.map((each) => each.transforms.map((transform) => text(each.protocol, transform)).join(" or ")).join(" and "));
	}
	return texts;
}

/** What a peer offers or has chosen, for `Problem.theirs`: algorithms, groups and modes apart. */
export function phase2Facts(proposals: readonly Proposal[]): string {
	const all = attributesOf(proposals);
	return facts("proposals", describe(proposals, algorithmsText))
		+ facts("pfs", all.map(({ group }) => group === 0 ? "off" : groupText(group)))
		+ facts("encapsulation", all.map(({ encapsulation }) => isTransport(encapsulation) ? "transport" : "tunnel"));
}

function attributesOf(proposals: readonly Proposal[]): Phase2Attributes[] {
	const all: Phase2Attributes[] = [];
	for (const { transforms } of proposals)
		for (const { attributes } of transforms) {
			const fields = parsePhase2(attributes);
			if (!isFault(fields))
				all.push(fields);
		}
	return all;
}

function read(transform: Transform): Phase2Attributes | undefined {
	const fields = parsePhase2(transform.attributes);
	return isFault(fields) || fields.unknown !== 0 || fields.extendedSequence > 1 ? undefined : fields;
}

/** The connection's mode, and in UDP or not as NAT detection found. Without the attribute it is the tunnel that everybody means. */
function isMode(connection: ConnectionSettings, fields: Phase2Attributes, terms: Phase2Terms, best: Closeness): boolean {
	const encapsulation = fields.encapsulation || Encapsulation.TUNNEL;
	if (connection.mode === "transport" ? !isTransport(encapsulation) : !isTunnel(encapsulation)) {
		closer(best, MODE);
		return false;
	}
	if (isUDP(encapsulation) === terms.encapsulation)
		return true;
	closer(best, UDP);
	return false;
}

function isSame(own: Phase2Proposal, protocol: number, id: number, fields: Phase2Attributes): boolean {
	if (protocol === ProtocolID.AH)
		return own.protocol !== "esp" && id === ahNumbers[own.authentication] && fields.authentication === authenticationNumbers[own.authentication] && fields.keyLength === 0;
	if (own.protocol === "ah")
		return false;
	const numbers = cipherNumbers[own.encryption];
	const authentication = espAuthentication(own);
	return id === numbers[0] && keyBits(id, fields) === numbers[1] && fields.authentication === (authentication ? authenticationNumbers[authentication] : 0);
}

/** AES without a key length has 128 bits (T08). */
function keyBits(id: number, fields: Phase2Attributes): number {
	const aes = id === ESPTransform.AES_CBC || id === ESPTransform.AES_CTR || id === ESPTransform.AES_GCM_16;
	return aes && fields.keyLength === 0 ? 128 : fields.keyLength;
}

const protocolNames: { readonly [protocol: number]: string } = Object.freeze({ 2: "AH", 3: "ESP", 4: "IPCOMP" });

/** "ESP AES-CBC-128/HMAC-SHA1-96 with MODP2048" */
function transformText(protocol: number, transform: Transform): string {
	let text = algorithmsText(protocol, transform);
	const fields = parsePhase2(transform.attributes);
	if (isFault(fields))
		return text;
	if (fields.group !== 0)
		text += ` with ${groupText(fields.group)}`;
	if (fields.extendedSequence === 1)
		text += " with 64-bit sequence numbers";
	if (isTransport(fields.encapsulation))
		text += " in transport mode";
	return isUDP(fields.encapsulation) ? text + " in UDP" : text;
}

/** "ESP AES-CBC-128/HMAC-SHA1-96"; what has no name is shown by its number. */
function algorithmsText(protocol: number, transform: Transform): string {
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
	if (protocol === ProtocolID.AH) {
		const authentication = nameOf(ahNumbers, (number) => number === transform.id);
		if (authentication !== undefined && authenticationNumbers[authentication] === fields.authentication)
			text = phase2Text({ protocol: "ah", authentication });
	}
	return text;
}

function nameOf<K extends string, V>(table: Readonly<Record<K, V>>, matches: (value: V) => boolean): K | undefined {
	for (const name in table)
		if (matches(table[name]))
			return name;
	return undefined;
}
