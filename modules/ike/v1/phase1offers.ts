/** Phase 1 proposals: what we offer, what we choose of a peer's, and whether an answer is one of ours (RFC 2408 4.2, RFC 2409 5). */
import type { CBCName, DHGroup, HashName } from "../../crypto/types.js";
import type { PeerSettings, Phase1Proposal } from "../../settings/types.js";
import { facts } from "../diagnosis.js";
import { groupText, phase1Text } from "../names.js";
import type { Cause } from "../types.js";
import { AuthenticationMethod, KEY_IKE, Phase1Encryption, Phase1Hash, ProtocolID } from "./wire/constants.js";
import { isFault } from "./wire/fault.js";
import { publicValueSize } from "./wire/ke.js";
import { emitPhase1, parsePhase1, type Phase1Attributes } from "./wire/phase1.js";
import { emitSA, type Proposal, type Transform } from "./wire/sa.js";

/** What both sides agreed on. */
export interface Phase1Choice {
	/** The proposal of our settings that it is. */
	readonly proposal: Phase1Proposal;
	/** Lifetime in seconds that the peer's transform names, 0: none. */
	readonly seconds: number;
	/** Body of the SA payload that answers with it: the peer's transform as it came (T06). */
	readonly answer: Uint8Array;
}

export interface Phase1Mismatch {
	readonly cause: Cause;
	/** What the peer offers, one text for each transform. */
	readonly offered: readonly string[];
	/** The same for `Problem.theirs`. */
	readonly theirs: string;
}

const empty: readonly [] = Object.freeze([]);

const encryptionNumbers: Readonly<Record<CBCName, readonly [encryption: number, keyLength: number]>> = Object.freeze({
	"3des-cbc": Object.freeze([Phase1Encryption.TRIPLE_DES_CBC, 0] as const),
	"aes-128-cbc": Object.freeze([Phase1Encryption.AES_CBC, 128] as const),
	"aes-192-cbc": Object.freeze([Phase1Encryption.AES_CBC, 192] as const),
	"aes-256-cbc": Object.freeze([Phase1Encryption.AES_CBC, 256] as const)
});

const hashNumbers: Readonly<Record<HashName, number>> = Object.freeze({
	"md5": Phase1Hash.MD5, "sha1": Phase1Hash.SHA, "sha256": Phase1Hash.SHA2_256, "sha384": Phase1Hash.SHA2_384, "sha512": Phase1Hash.SHA2_512
});

const methodNumbers: Readonly<Record<PeerSettings["authentication"], number>> = Object.freeze({
	"pre-shared key": AuthenticationMethod.PRE_SHARED_KEY, "certificate": AuthenticationMethod.RSA_SIGNATURES
});

/** The body of the SA payload with all proposals of `peer`, in their order, as one proposal of as many transforms. */
export function offerPhase1(peer: PeerSettings): Uint8Array {
	const transforms: Transform[] = peer.phase1Proposals.map((proposal, index) => {
		const [encryption, keyLength] = encryptionNumbers[proposal.encryption];
		return {
			number: index + 1, id: KEY_IKE,
			attributes: emitPhase1({
				encryption, keyLength, hash: hashNumbers[proposal.hash], group: proposal.dhGroup,
				authentication: methodNumbers[peer.authentication], seconds: peer.phase1Lifetime, kilobytes: 0
			})
		};
	});
	return emitSA([{ number: 1, protocol: ProtocolID.ISAKMP, spi: new Uint8Array(0), transforms }]);
}

/**
 * What we take of a peer's `proposals`: the first of ours that is among them (T13), or why there is none. `valueSize`: bytes of the public value that came with
 * them, which only some groups have (T05); 0: none came.
 */
export function choosePhase1(peer: PeerSettings, proposals: readonly Proposal[], valueSize: number = 0): Phase1Choice | Phase1Mismatch {
	for (const own of peer.phase1Proposals)
		for (let i = 0; i < proposals.length; i++) {
			const proposal = proposals[i]!;
			if (proposal.protocol !== ProtocolID.ISAKMP || valueSize !== 0 && valueSize !== publicValueSize(own.dhGroup))
				continue;
			const { transforms } = proposal;
			for (let k = 0; k < transforms.length; k++) {
				const transform = transforms[k]!;
				const fields = read(transform);
				if (fields !== undefined && isSame(own, fields) && fields.authentication === methodNumbers[peer.authentication])
					return {
						proposal: own, seconds: fields.seconds,
						answer: emitSA([{ number: proposal.number, protocol: proposal.protocol, spi: proposal.spi, transforms: [transform] }])
					};
			}
		}
	return mismatch(peer, proposals);
}

/** Whether a responder's answer is one of our offers, and one only. */
export function acceptPhase1(peer: PeerSettings, proposals: readonly Proposal[]): Phase1Choice | undefined {
	const transforms = proposals.length === 1 ? proposals[0]!.transforms : empty;
	if (transforms.length !== 1)
		return undefined;
	const choice = choosePhase1(peer, proposals);
	return "proposal" in choice ? choice : undefined;
}

/** The transforms of an offer as people read them. */
export function describePhase1(proposals: readonly Proposal[]): string[] {
	const texts: string[] = [];
	for (const proposal of proposals)
		for (const transform of proposal.transforms)
			texts.push(transformText(transform));
	return texts;
}

function mismatch(peer: PeerSettings, proposals: readonly Proposal[]): Phase1Mismatch {
	let methods = false;
	let algorithms = false;
	for (const proposal of proposals)
		for (const transform of proposal.transforms) {
			const fields = read(transform);
			if (fields === undefined)
				continue;
			methods ||= fields.authentication === methodNumbers[peer.authentication];
			algorithms ||= peer.phase1Proposals.some((own) => isSame(own, fields));
		}
	return { cause: algorithms && !methods ? "authentication-method-mismatch" : "phase1-algorithm-mismatch", offered: describePhase1(proposals), theirs: phase1Facts(proposals) };
}

/** The fields of a transform that could be chosen. */
function read(transform: Transform): Phase1Attributes | undefined {
	if (transform.id !== KEY_IKE)
		return undefined;
	const fields = parsePhase1(transform.attributes);
	return isFault(fields) || fields.unknown !== 0 ? undefined : fields;
}

function isSame(own: Phase1Proposal, fields: Phase1Attributes): boolean {
	const numbers = encryptionNumbers[own.encryption];
	return fields.encryption === numbers[0] && keyBits(fields) === numbers[1] && fields.hash === hashNumbers[own.hash] && fields.group === own.dhGroup;
}

/** AES without a key length has 128 bits (T08). */
function keyBits(fields: Phase1Attributes): number {
	return fields.encryption === Phase1Encryption.AES_CBC && fields.keyLength === 0 ? 128 : fields.keyLength;
}

const methodNames: { readonly [method: number]: string } = Object.freeze({
	[AuthenticationMethod.PRE_SHARED_KEY]: "pre-shared key", [AuthenticationMethod.DSS_SIGNATURES]: "DSS signatures",
	[AuthenticationMethod.RSA_SIGNATURES]: "RSA signatures", [AuthenticationMethod.RSA_ENCRYPTION]: "RSA encryption",
	[AuthenticationMethod.REVISED_RSA_ENCRYPTION]: "RSA encryption",
	[AuthenticationMethod.XAUTH_INIT_PRE_SHARED]: "pre-shared key with XAUTH (not supported)", [AuthenticationMethod.XAUTH_RESP_PRE_SHARED]: "pre-shared key with XAUTH (not supported)",
	[AuthenticationMethod.XAUTH_INIT_RSA]: "RSA signatures with XAUTH (not supported)", [AuthenticationMethod.XAUTH_RESP_RSA]: "RSA signatures with XAUTH (not supported)",
	[AuthenticationMethod.HYBRID_INIT_RSA]: "hybrid RSA with XAUTH (not supported)"
});

/** What a peer offers or has chosen, for `Problem.theirs`. */
export function phase1Facts(proposals: readonly Proposal[]): string {
	const algorithms: string[] = [];
	const methods: string[] = [];
	for (const proposal of proposals)
		for (const transform of proposal.transforms) {
			const fields = parsePhase1(transform.attributes);
			algorithms.push(isFault(fields) ? malformed : algorithmsText(fields));
			if (!isFault(fields))
				// As the settings call it.
				methods.push(fields.authentication === AuthenticationMethod.RSA_SIGNATURES ? "certificate" : methodText(fields));
		}
	return facts("algorithms", algorithms) + facts("authentication", methods);
}

const malformed = "a malformed transform";

/** "AES-CBC-256/SHA256/MODP2048 by pre-shared key" */
export function phase1FieldsText(fields: Phase1Attributes): string {
	return `${algorithmsText(fields)} by ${methodText(fields)}`;
}

/** What of a transform the settings can have; undefined: there is something in it that keygate does not have. */
export function phase1Fields(fields: Phase1Attributes): Phase1Proposal & { readonly authentication: PeerSettings["authentication"] } | undefined {
	const { authentication, group } = fields;
	if (authentication !== AuthenticationMethod.PRE_SHARED_KEY && authentication !== AuthenticationMethod.RSA_SIGNATURES)
		return undefined;
	for (const encryption in encryptionNumbers)
		for (const hash in hashNumbers) {
			const proposal = { encryption: encryption as CBCName, hash: hash as HashName, dhGroup: group as DHGroup };
			if (isSame(proposal, fields))
				return { ...proposal, authentication: authentication === AuthenticationMethod.RSA_SIGNATURES ? "certificate" : "pre-shared key" };
		}
	return undefined;
}

function transformText(transform: Transform): string {
	const fields = parsePhase1(transform.attributes);
	return isFault(fields) ? malformed : phase1FieldsText(fields);
}

function methodText({ authentication }: Phase1Attributes): string {
	return methodNames[authentication] ?? `method ${authentication}`;
}

/** "AES-CBC-256/SHA256/MODP2048"; what has no name is shown by its number. */
function algorithmsText(fields: Phase1Attributes): string {
	for (const encryption in encryptionNumbers) {
		const [number, bits] = encryptionNumbers[encryption as CBCName];
		if (number !== fields.encryption || bits !== keyBits(fields))
			continue;
		for (const hash in hashNumbers)
			if (hashNumbers[hash as HashName] === fields.hash)
				return phase1Text({ encryption: encryption as CBCName, hash: hash as HashName, dhGroup: fields.group as DHGroup });
	}
	return `cipher ${fields.encryption}${fields.keyLength ? `-${fields.keyLength}` : ""}/hash ${fields.hash}/${groupText(fields.group)}`;
}
