/** Algorithms as people read them: "AES-CBC-256", "SHA256", "MODP2048". */
import { isGroup } from "../crypto/algorithms.js";
import type { AuthenticationName, DHGroup, EncryptionName, HashName } from "../crypto/types.js";
import type { Phase1Proposal, Phase2Proposal } from "../settings/types.js";

const encryptionNames: Readonly<Record<EncryptionName, string>> = Object.freeze({
	"3des-cbc": "3DES-CBC", "aes-128-cbc": "AES-CBC-128", "aes-192-cbc": "AES-CBC-192", "aes-256-cbc": "AES-CBC-256",
	"aes-128-gcm-16": "AES-GCM-16-128", "aes-192-gcm-16": "AES-GCM-16-192", "aes-256-gcm-16": "AES-GCM-16-256",
	"aes-128-ctr": "AES-CTR-128", "aes-256-ctr": "AES-CTR-256", "null": "NULL"
});

const groupNames: Readonly<Record<DHGroup, string>> = Object.freeze({
	2: "MODP1024", 5: "MODP1536", 14: "MODP2048", 15: "MODP3072", 16: "MODP4096", 17: "MODP6144", 18: "MODP8192",
	19: "ECP256", 20: "ECP384", 21: "ECP521", 31: "CURVE25519"
});

function encryptionText(name: EncryptionName): string {
	return encryptionNames[name];
}

function hashText(name: HashName): string {
	return name.toUpperCase();
}

function authenticationText(name: AuthenticationName): string {
	return name.toUpperCase();
}

/** "MODP2048"; "group 77" for one that keygate does not have. */
export function groupText(group: number): string {
	return isGroup(group) ? groupNames[group] : `group ${group}`;
}

/** "AES-CBC-256/SHA256/MODP2048", as the status shows it. */
export function phase1Text(proposal: Phase1Proposal): string {
	return `${encryptionText(proposal.encryption)}/${hashText(proposal.hash)}/${groupText(proposal.dhGroup)}`;
}

/** "ESP AES-CBC-128/HMAC-SHA256-128", "AH HMAC-SHA1-96", "AH+ESP 3DES-CBC/HMAC-MD5-96" (AH's last, after ESP's own if it has one) */
export function phase2Text(proposal: Phase2Proposal): string {
	const protocol = proposal.protocol.toUpperCase();
	const encryption = proposal.protocol === "ah" ? "" : encryptionText(proposal.encryption);
	const authentication = proposal.authentication === undefined ? "" : authenticationText(proposal.authentication);
	const inside = proposal.protocol === "ah+esp" && proposal.espAuthentication !== undefined ? `/${authenticationText(proposal.espAuthentication)}` : "";
	return `${protocol} ${encryption}${inside}${encryption !== "" && authentication !== "" ? "/" : ""}${authentication}`;
}

/** The first few of a list, for a sentence: what a peer offers may be long. */
export function few(list: readonly string[]): string {
	const most = 6;
	return list.length === 0 ? "nothing" : list.slice(0, most).join(", ") + (list.length > most ? ` and ${list.length - most} more` : "");
}
