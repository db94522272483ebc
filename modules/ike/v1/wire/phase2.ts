/** The attributes of a phase 2 transform (RFC 2407 4.5, RFC 3947 5.1, RFC 4304) as fields, and back. */
import { attributeType, attributeValue, isConsistent, nextAttribute, writeAttribute } from "./attributes.js";
import { Encapsulation, LifeType, Phase2Attribute } from "./constants.js";
import { fault, type Fault } from "./fault.js";
import { lifetimeLength, writeLifetime } from "./lifetime.js";

/** Numbers as on the wire; 0: not given (no attribute has a use for 0, and one that says so is a fault). */
export interface Phase2Attributes {
	/** Encapsulation */
	encapsulation: number;
	/** Phase2Authentication; not given for an AEAD cipher. */
	authentication: number;
	/** DH group of perfect forward secrecy. */
	group: number;
	/** Bits of a cipher with several key lengths; AES without it means 128 (T08). */
	keyLength: number;
	seconds: number;
	kilobytes: number;
	/** 1: 64-bit sequence numbers (RFC 4304). */
	extendedSequence: number;
	/** Type of the first attribute that has no field here; such a transform cannot be chosen. */
	unknown: number;
}

/**
 * The fields of a transform's attributes. A lifetime is a type with the duration after it, in any number of pairs, short or
 * long form (T07). Faults: attribute (zero, contradicting, a type without duration or the reverse).
 */
export function parsePhase2(attributes: Uint8Array): Phase2Attributes | Fault {
	const fields: Phase2Attributes = {
		encapsulation: 0, authentication: 0, group: 0, keyLength: 0, seconds: 0, kilobytes: 0, extendedSequence: 0, unknown: 0
	};
	let lifeType = 0;
	for (let at = 0; at < attributes.length; at = nextAttribute(attributes, at)) {
		const type = attributeType(attributes, at);
		const value = attributeValue(attributes, at);
		let before = 0;
		switch (type) {
			case Phase2Attribute.ENCAPSULATION: before = fields.encapsulation; fields.encapsulation = value; break;
			case Phase2Attribute.AUTHENTICATION: before = fields.authentication; fields.authentication = value; break;
			case Phase2Attribute.GROUP: before = fields.group; fields.group = value; break;
			case Phase2Attribute.KEY_LENGTH: before = fields.keyLength; fields.keyLength = value; break;
			case Phase2Attribute.ESN: before = fields.extendedSequence; fields.extendedSequence = value; break;
			case Phase2Attribute.LIFE_TYPE:
				if (lifeType !== 0)
					return fault("attribute", at);
				lifeType = value;
				break;
			case Phase2Attribute.LIFE_DURATION:
				if (lifeType === 0)
					return fault("attribute", at);
				if (lifeType === LifeType.SECONDS) { before = fields.seconds; fields.seconds = value; }
				else if (lifeType === LifeType.KILOBYTES) { before = fields.kilobytes; fields.kilobytes = value; }
				else if (fields.unknown === 0) fields.unknown = type;
				lifeType = 0;
				break;
			default:
				if (fields.unknown === 0) fields.unknown = type;
				continue;
		}
		if (!isConsistent(before, value))
			return fault("attribute", at);
	}
	return lifeType === 0 ? fields : fault("attribute", attributes.length);
}

/** What a proposal of ours says; 0: not sent. */
export type Phase2Offer = Omit<Phase2Attributes, "unknown">;

/** The attributes of `offer` in a fresh buffer, a duration of 65536 and more in the variable form. */
export function emitPhase2(offer: Phase2Offer): Uint8Array {
	const { encapsulation, authentication, group, keyLength, seconds, kilobytes, extendedSequence } = offer;
	const bytes = new Uint8Array(4 + (authentication ? 4 : 0) + (group ? 4 : 0) + (keyLength ? 4 : 0) + (extendedSequence ? 4 : 0) + lifetimeLength(seconds, kilobytes));
	let at = writeLifetime(bytes, 0, Phase2Attribute.LIFE_TYPE, seconds, kilobytes);
	at = writeAttribute(bytes, at, Phase2Attribute.ENCAPSULATION, encapsulation);
	if (authentication)
		at = writeAttribute(bytes, at, Phase2Attribute.AUTHENTICATION, authentication);
	if (keyLength)
		at = writeAttribute(bytes, at, Phase2Attribute.KEY_LENGTH, keyLength);
	if (group)
		at = writeAttribute(bytes, at, Phase2Attribute.GROUP, group);
	if (extendedSequence)
		writeAttribute(bytes, at, Phase2Attribute.ESN, extendedSequence);
	return bytes;
}

/** Whether an encapsulation value means tunnel mode, in UDP or not (T21). */
export function isTunnel(encapsulation: number): boolean {
	return encapsulation === Encapsulation.TUNNEL || encapsulation === Encapsulation.UDP_TUNNEL || encapsulation === Encapsulation.UDP_TUNNEL_DRAFT;
}

/** Whether an encapsulation value means transport mode, in UDP or not. */
export function isTransport(encapsulation: number): boolean {
	return encapsulation === Encapsulation.TRANSPORT || encapsulation === Encapsulation.UDP_TRANSPORT || encapsulation === Encapsulation.UDP_TRANSPORT_DRAFT;
}

/** Whether an encapsulation value means ESP in UDP. */
export function isUDP(encapsulation: number): boolean {
	return encapsulation === Encapsulation.UDP_TUNNEL || encapsulation === Encapsulation.UDP_TRANSPORT
		|| encapsulation === Encapsulation.UDP_TUNNEL_DRAFT || encapsulation === Encapsulation.UDP_TRANSPORT_DRAFT;
}

/** The encapsulation value to offer: of either mode, in UDP or not, by the numbers of RFC 3947 or of its drafts (T21). */
export function encapsulationValue(transport: boolean, udp: boolean, draft: boolean): number {
	if (!udp)
		return transport ? Encapsulation.TRANSPORT : Encapsulation.TUNNEL;
	if (draft)
		return transport ? Encapsulation.UDP_TRANSPORT_DRAFT : Encapsulation.UDP_TUNNEL_DRAFT;
	return transport ? Encapsulation.UDP_TRANSPORT : Encapsulation.UDP_TUNNEL;
}
