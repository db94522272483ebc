/** The fields of the settings that go with each cause of a problem. */
import type { Cause, Sign } from "./types.js";

/** As the mode of phase 1 of a peer that speaks another version of IKE. */
export const IKE_V2 = "IKEv2";

const fields: Readonly<Record<Cause, string>> = Object.freeze({
	"peer-unreachable": "remoteGateway",
	"mode-mismatch": "phase1Mode",
	"phase1-algorithm-mismatch": "phase1Proposals",
	"id-mismatch": "remoteId",
	"key-mismatch": "preSharedKey",
	"certificate-missing": "ownCertificate",
	"certificate-untrusted": "ownCertificate",
	"certificate-expired": "ownCertificate",
	"certificate-revoked": "ownCertificate",
	"authentication-method-mismatch": "authentication",
	"phase2-protocol-mismatch": "phase2Proposals",
	"phase2-algorithm-mismatch": "phase2Proposals",
	"pfs-mismatch": "pfs",
	"network-mismatch": "remoteNetwork",
	"peer-not-configured": "actAs",
	"table-full": "",
	"peer-refused": ""
});

/** Whether a problem with this sign is of what the other side judged: then it is our identity or certificate that is in question, not the peer's. */
export function isTheirs(sign: Sign): boolean {
	return sign === "protected" || sign === "reason" || sign === "clear" || sign === "silence" || sign === "delete";
}

/** Path and field to change: `/settings/peers/branch/connections/office#pfs`. `certificate`: the peer proves itself by one; `own`: another field than the one of the cause. */
export function settingOf(peer: string, connection: string, cause: Cause, sign: Sign, certificate: boolean, own?: string): string {
	if (peer === "")
		return "/settings/peers";
	const ofTheirs = own === undefined && !isTheirs(sign);
	if (ofTheirs && (cause === "certificate-untrusted" || cause === "certificate-revoked"))
		return `/settings/certificates#${cause === "certificate-revoked" ? "lists" : "trusted"}`;
	// That the other side sends none, or one that is not valid now, no field of ours can change.
	const field = ofTheirs && (cause === "certificate-missing" || cause === "certificate-expired") ? ""
		: own ?? (certificate && cause === "key-mismatch" ? "ownCertificate" : cause === "id-mismatch" && isTheirs(sign) ? "localId" : fields[cause]);
	// None of the connections is meant: the peer's page lists them. That quick mode is not answered no single field of the connection is the reason of.
	const hash = field === "" || own === undefined && (connection === "" ? cause === "network-mismatch" : cause === "peer-unreachable") ? "" : `#${field}`;
	const path = `/settings/peers/${encodeURIComponent(peer)}`;
	// The peer has the setting for all of its connections.
	return connection === "" || own === "natTraversal" ? path + hash : `${path}/connections/${encodeURIComponent(connection)}${hash}`;
}
