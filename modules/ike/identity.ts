/** Who a gateway says it is, in phase 1. */
import { parseAddress } from "../addresses.js";
import { distinguishedName, isSameName } from "../crypto/certificates.js";
import { textOrBytes, utf8 } from "../settings/bytes.js";
import type { Identity } from "../settings/types.js";

/** "fqdn gate.example": type first, since the type counts as much as the text (T03). */
export function identityText(identity: Identity): string {
	return `${identity.type} ${identity.value}`;
}

/** The bytes that stand for the identity's value on the wire: an address in four bytes, a name in UTF-8, a distinguished name in DER, a key ID as text or bytes. */
export function identityData(identity: Identity): Uint8Array {
	if (identity.type === "address") {
		const address = parseAddress(identity.value);
		if (address === undefined)
			throw new RangeError("identity is not an IPv4 address");
		return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
	}
	if (identity.type === "dn") {
		const name = distinguishedName(identity.value);
		if (name === undefined)
			throw new RangeError("identity is not a distinguished name");
		return name;
	}
	return identity.type === "key-id" ? textOrBytes(identity.value) : utf8(identity.value);
}

/** Whether `data`, of the type that `identity` has, is that identity. Names of hosts are compared without regard to the case of ASCII letters, distinguished names as RFC 5280 does (T32). */
export function isIdentity(identity: Identity, data: Uint8Array): boolean {
	const expected = identityData(identity);
	if (identity.type === "dn")
		return isSameName(expected, data);
	if (expected.length !== data.length)
		return false;
	const anyCase = identity.type === "fqdn" || identity.type === "user-fqdn";
	for (let i = 0; i < data.length; i++)
		if (data[i] !== expected[i] && !(anyCase && lower(data[i]!) === lower(expected[i]!)))
			return false;
	return true;
}

function lower(c: number): number {
	return c >= 0x41 && c <= 0x5a ? c + 0x20 : c;
}
