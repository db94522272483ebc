/**
 * The security association payload with its proposals and transforms (RFC 2408 3.4 to 3.6, RFC 2407 4.6.1).
 *
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !              Domain of Interpretation  (DOI)                  !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                           Situation                           !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Proposal, once or more:
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ! 0 or 2: more  !   RESERVED    !        Proposal Length        !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !  Proposal #   !  Protocol-Id  !    SPI Size   !# of Transforms!
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                        SPI (variable)                         !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Transform, once or more in each proposal:
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ! 0 or 3: more  !   RESERVED    !        Transform Length       !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !  Transform #  !  Transform-Id !           RESERVED2           !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                        SA Attributes                          ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { TRANSFORMS } from "../../../limits.js";
import { checkAttributes } from "./attributes.js";
import { read16, read32, write16, write32 } from "./bytes.js";
import { DOI_IPSEC, PayloadType, ProtocolID, SITUATION_IDENTITY_ONLY } from "./constants.js";
import { fault, isFault, type Fault } from "./fault.js";

export interface Transform {
	readonly number: number;
	/** KEY_IKE, or a value of AHTransform or ESPTransform: the proposal's protocol says which. */
	readonly id: number;
	/** Well-formed attributes as bytes (`phase1.ts`, `phase2.ts` read them); sent back unchanged by a responder (T06). */
	readonly attributes: Uint8Array;
}

export interface Proposal {
	/** Proposals of one number are one offer: all of them or none (RFC 2408 4.2). */
	readonly number: number;
	readonly protocol: number;
	/** Empty in phase 1, four bytes in phase 2. */
	readonly spi: Uint8Array;
	/** In the sender's order of preference; one in an answer. */
	readonly transforms: readonly Transform[];
}

const SITUATION = 4;
const FIRST_PROPOSAL = 8;
const PROPOSAL_SIZE = 8;
const TRANSFORM_SIZE = 8;
/** Of ESP and AH. */
const SPI_SIZE = 4;
/** Of other protocols: two cookies (RFC 2408 3.5); IPComp's are smaller. */
const SPI_MAXIMUM = 16;

/**
 * The proposals in an SA payload's body, in their order. SPIs and attributes are views of `body`. No more than
 * `limits.TRANSFORMS` proposals and, over all of them, transforms are taken: one message must not fill the heap.
 * Faults: truncated, length, reserved, payload-type, too-many, doi, situation, count, spi.
 */
export function parseSA(body: Uint8Array): Proposal[] | Fault {
	const end = body.length;
	if (end < FIRST_PROPOSAL)
		return fault("truncated", end);
	if (read32(body, 0) !== DOI_IPSEC)
		return fault("doi", 0);
	if (read32(body, SITUATION) !== SITUATION_IDENTITY_ONLY)
		return fault("situation", SITUATION);
	const proposals: Proposal[] = [];
	let room = TRANSFORMS;
	let offset = FIRST_PROPOSAL;
	let more = true;
	while (more) {
		if (offset + PROPOSAL_SIZE > end)
			return fault("truncated", offset);
		const next = body[offset]!;
		if (next !== PayloadType.NONE && next !== PayloadType.PROPOSAL)
			return fault("payload-type", offset);
		if (body[offset + 1] !== 0)
			return fault("reserved", offset + 1);
		const length = read16(body, offset + 2);
		if (length < PROPOSAL_SIZE)
			return fault("length", offset + 2);
		if (offset + length > end)
			return fault("truncated", offset + 2);
		const proposal = parseProposal(body, offset, length, room);
		if (isFault(proposal))
			return proposal;
		proposals.push(proposal);
		room -= proposal.transforms.length;
		offset += length;
		more = next !== PayloadType.NONE;
	}
	return offset === end ? proposals : fault("length", offset);
}

function parseProposal(body: Uint8Array, start: number, length: number, room: number): Proposal | Fault {
	const end = start + length;
	const protocol = body[start + 5]!;
	const spiSize = body[start + 6]!;
	const count = body[start + 7]!;
	if (protocol === ProtocolID.ESP || protocol === ProtocolID.AH ? spiSize !== SPI_SIZE : spiSize > SPI_MAXIMUM)
		return fault("spi", start + 6);
	if (count === 0)
		return fault("count", start + 7);
	if (count > room)
		return fault("too-many", start + 7);
	let offset = start + PROPOSAL_SIZE + spiSize;
	if (offset > end)
		return fault("truncated", start + 6);
	const spi = body.subarray(start + PROPOSAL_SIZE, offset);
	const transforms: Transform[] = [];
	for (let left = count - 1; left >= 0; left--) {
		if (offset + TRANSFORM_SIZE > end)
			return fault("truncated", offset);
		// the chain's link and the count say the same, or one of them lies
		if (body[offset] !== (left > 0 ? PayloadType.TRANSFORM : PayloadType.NONE))
			return fault("count", offset);
		if (body[offset + 1] !== 0)
			return fault("reserved", offset + 1);
		const size = read16(body, offset + 2);
		if (size < TRANSFORM_SIZE)
			return fault("length", offset + 2);
		if (offset + size > end)
			return fault("truncated", offset + 2);
		if (read16(body, offset + 6) !== 0)
			return fault("reserved", offset + 6);
		const wrong = checkAttributes(body, offset + TRANSFORM_SIZE, offset + size);
		if (wrong !== undefined)
			return wrong;
		transforms.push({
			number: body[offset + 4]!, id: body[offset + 5]!, attributes: body.subarray(offset + TRANSFORM_SIZE, offset + size)
		});
		offset += size;
	}
	return offset === end ? { number: body[start + 4]!, protocol, spi, transforms } : fault("length", offset);
}

/** The SPI of a phase 2 proposal as an unsigned number; 0, which no SA can have, when it is not of four bytes. */
export function proposalSPI(proposal: Proposal): number {
	return proposal.spi.length === 4 ? read32(proposal.spi, 0) : 0;
}

function proposalLength(proposal: Proposal): number {
	let length = PROPOSAL_SIZE + proposal.spi.length;
	for (let i = 0; i < proposal.transforms.length; i++)
		length += TRANSFORM_SIZE + proposal.transforms[i]!.attributes.length;
	return length;
}

/** The body of an SA payload, with the IPsec DOI and SIT_IDENTITY_ONLY, in a fresh buffer. */
export function emitSA(proposals: readonly Proposal[]): Uint8Array {
	let length = FIRST_PROPOSAL;
	for (let i = 0; i < proposals.length; i++)
		length += proposalLength(proposals[i]!);
	const body = new Uint8Array(length);
	write32(body, 0, DOI_IPSEC);
	write32(body, SITUATION, SITUATION_IDENTITY_ONLY);
	let offset = FIRST_PROPOSAL;
	for (let i = 0; i < proposals.length; i++) {
		body[offset] = i + 1 < proposals.length ? PayloadType.PROPOSAL : PayloadType.NONE;
		offset = writeProposal(body, offset, proposals[i]!);
	}
	return body;
}

/** Writes a proposal but for its link. Returns where it ends. */
function writeProposal(body: Uint8Array, offset: number, proposal: Proposal): number {
	const transforms = proposal.transforms;
	write16(body, offset + 2, proposalLength(proposal));
	body[offset + 4] = proposal.number;
	body[offset + 5] = proposal.protocol;
	body[offset + 6] = proposal.spi.length;
	body[offset + 7] = transforms.length;
	body.set(proposal.spi, offset + PROPOSAL_SIZE);
	offset += PROPOSAL_SIZE + proposal.spi.length;
	for (let i = 0; i < transforms.length; i++) {
		const transform = transforms[i]!;
		const size = TRANSFORM_SIZE + transform.attributes.length;
		body[offset] = i + 1 < transforms.length ? PayloadType.TRANSFORM : PayloadType.NONE;
		write16(body, offset + 2, size);
		body[offset + 4] = transform.number;
		body[offset + 5] = transform.id;
		body.set(transform.attributes, offset + TRANSFORM_SIZE);
		offset += size;
	}
	return offset;
}
