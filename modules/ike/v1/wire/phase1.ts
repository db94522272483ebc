/** The attributes of a phase 1 transform (RFC 2409 appendix A) as fields, and back. */
import { attributeType, attributeValue, isConsistent, nextAttribute, writeAttribute } from "./attributes.js";
import { LifeType, Phase1Attribute } from "./constants.js";
import { fault, type Fault } from "./fault.js";
import { lifetimeLength, writeLifetime } from "./lifetime.js";

/** Numbers as on the wire; 0: not given (no attribute has a use for 0, and one that says so is a fault). */
export interface Phase1Attributes {
	/** Phase1Encryption */
	encryption: number;
	/** Phase1Hash */
	hash: number;
	/** AuthenticationMethod */
	authentication: number;
	/** DH group. */
	group: number;
	/** Bits of a cipher with several key lengths; AES without it means 128 (T08). */
	keyLength: number;
	seconds: number;
	kilobytes: number;
	/** Type of the first attribute that has no field here (a private PRF, a group's own parameters); such a transform cannot be chosen. */
	unknown: number;
}

/**
 * The fields of a transform's attributes. A lifetime is a type with the duration after it, in any number of pairs, short or
 * long form (T07). Faults: attribute (zero, contradicting, a type without duration or the reverse).
 */
export function parsePhase1(attributes: Uint8Array): Phase1Attributes | Fault {
	const fields: Phase1Attributes = { encryption: 0, hash: 0, authentication: 0, group: 0, keyLength: 0, seconds: 0, kilobytes: 0, unknown: 0 };
	let lifeType = 0;
	for (let at = 0; at < attributes.length; at = nextAttribute(attributes, at)) {
		const type = attributeType(attributes, at);
		const value = attributeValue(attributes, at);
		let before = 0;
		switch (type) {
			case Phase1Attribute.ENCRYPTION: before = fields.encryption; fields.encryption = value; break;
			case Phase1Attribute.HASH: before = fields.hash; fields.hash = value; break;
			case Phase1Attribute.AUTHENTICATION: before = fields.authentication; fields.authentication = value; break;
			case Phase1Attribute.GROUP: before = fields.group; fields.group = value; break;
			case Phase1Attribute.KEY_LENGTH: before = fields.keyLength; fields.keyLength = value; break;
			case Phase1Attribute.LIFE_TYPE:
				if (lifeType !== 0)
					return fault("attribute", at);
				lifeType = value;
				break;
			case Phase1Attribute.LIFE_DURATION:
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

/** What a proposal of ours says; 0 or absent: not sent. */
export type Phase1Offer = Omit<Phase1Attributes, "unknown">;

/** The attributes of `offer` in a fresh buffer, a duration of 65536 and more in the variable form. */
export function emitPhase1(offer: Phase1Offer): Uint8Array {
	const { encryption, keyLength, hash, group, authentication, seconds, kilobytes } = offer;
	const bytes = new Uint8Array(16 + (keyLength ? 4 : 0) + lifetimeLength(seconds, kilobytes));
	let at = writeAttribute(bytes, 0, Phase1Attribute.ENCRYPTION, encryption);
	if (keyLength)
		at = writeAttribute(bytes, at, Phase1Attribute.KEY_LENGTH, keyLength);
	at = writeAttribute(bytes, at, Phase1Attribute.HASH, hash);
	at = writeAttribute(bytes, at, Phase1Attribute.GROUP, group);
	at = writeAttribute(bytes, at, Phase1Attribute.AUTHENTICATION, authentication);
	writeLifetime(bytes, at, Phase1Attribute.LIFE_TYPE, seconds, kilobytes);
	return bytes;
}
