/** Identities on their way between the settings, the wire and a person's eyes: where distinguished names are among them, the crypto library has its say. */
import type { Context } from "../../context.js";
import { distinguishedNameText } from "../../../crypto/certificates.js";
import { identityData, isIdentity } from "../../identity.js";
import type { Identity, PeerSettings } from "../../../settings/types.js";
import { fingerprint } from "../message.js";
import { IDType } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import { emitID, formatID, parseID, type Identification } from "../wire/id.js";

const idTypes: Readonly<Record<Identity["type"], number>> = Object.freeze({
	"address": IDType.IPV4_ADDR, "fqdn": IDType.FQDN, "user-fqdn": IDType.USER_FQDN, "dn": IDType.DER_ASN1_DN, "key-id": IDType.KEY_ID
});

/** Body of our ID payload. A distinguished name goes out as our certificate has it, to the byte. */
export function ownIdentity(context: Context, { authentication, ownCertificate, localId }: PeerSettings): Uint8Array {
	const { certificates } = context.host.crypto;
	const data = localId.type === "dn" && authentication === "certificate" ? certificates.subject(certificates.find(ownCertificate ?? "")) : identityData(localId);
	return emitID(idTypes[localId.type], 0, 0, data);
}

/** Tells a peer's identities apart, by the body of its ID payload. Its protocol and port are of no account (T04): some peers send others when they answer, or behind a NAT. */
export function identityPrint({ host }: Pick<Context, "host">, body: Uint8Array): number {
	const bytes = body.slice();
	bytes.fill(0, 1, 4);
	return fingerprint(host.crypto, bytes);
}

/** Whether the peer is who the settings say, by type and by text (T03). Its protocol and port are of no account (T04). */
export function isExpected({ remoteId }: PeerSettings, identity: Identification): boolean {
	return remoteId === undefined || (idTypes[remoteId.type] === identity.type && isIdentity(remoteId, identity.data));
}

/** `formatID`, and a distinguished name as text. */
export function shownID(identity: Identification): string {
	const name = identity.type === IDType.DER_ASN1_DN ? distinguishedNameText(identity.data) : undefined;
	return name === undefined ? formatID(identity) : `dn ${name}`;
}

/** The identification in a payload's body, as people read it. */
export function shownIDBody(body: Uint8Array): string {
	const identity = parseID(body);
	return isFault(identity) ? "a malformed ID" : shownID(identity);
}
