/** What a peer can be asked about, in the order in which it is asked: the strong ones first. Constant: on a device it is in flash. */
import { isWeak } from "../../crypto/algorithms.js";
import { isOffered } from "../../crypto/offer.js";
import type { AuthenticationName, CBCName, DHGroup, EncryptionName, HashName } from "../../crypto/types.js";
import type { ConnectionSettings, Phase1Proposal, Phase2Proposal } from "../../settings/types.js";

const strongGroups: readonly DHGroup[] = Object.freeze([14, 19, 20, 31, 15, 16, 21, 17, 18]);
/** What has a weak part is in old peers, with old groups. */
const weakGroups: readonly DHGroup[] = Object.freeze([14, 2, 5, 19, 20, 31, 15, 16, 21, 17, 18]);
const phase1Ciphers: readonly CBCName[] = Object.freeze(["aes-256-cbc", "aes-128-cbc", "aes-192-cbc", "3des-cbc"]);
const hashes: readonly HashName[] = Object.freeze(["sha256", "sha512", "sha384", "sha1", "md5"]);

const phase2Ciphers: readonly EncryptionName[] = Object.freeze([
	"aes-256-gcm-16", "aes-128-gcm-16", "aes-192-gcm-16", "aes-256-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-ctr", "aes-128-ctr", "3des-cbc", "null"
]);
const authentications: readonly AuthenticationName[] = Object.freeze(["hmac-sha256-128", "hmac-sha512-256", "hmac-sha384-192", "hmac-sha1-96", "hmac-md5-96"]);

export type PFS = ConnectionSettings["pfs"];

/** Of phase 2. */
export const pfsGroups: readonly PFS[] = Object.freeze([14, "off", 19, 20, 31, 15, 16, 21, 2, 5, 17, 18] as const);

export function isWeakPhase1({ encryption, hash, dhGroup }: Phase1Proposal): boolean {
	return isWeak(encryption) || isWeak(hash) || isWeak(dhGroup);
}

/** Whether this unit could do it, were it accepted: nothing else is asked for. */
export function isPossible({ encryption }: { readonly protocol?: string; readonly encryption?: EncryptionName }): boolean {
	return encryption === undefined || isOffered(encryption);
}

/** Without encryption it is weak here as well, whatever authenticates it: nobody asks for that by mistake. */
export function isWeakPhase2(proposal: Phase2Proposal): boolean {
	return proposal.protocol !== "ah" && (isWeak(proposal.encryption) || proposal.encryption === "null")
		|| proposal.authentication !== undefined && isWeak(proposal.authentication)
		|| proposal.protocol === "ah+esp" && proposal.espAuthentication !== undefined && isWeak(proposal.espAuthentication);
}

export function isWeakGroup(group: PFS): boolean {
	return group !== "off" && isWeak(group);
}

function makePhase1(): readonly Phase1Proposal[] {
	const list: Phase1Proposal[] = [];
	for (const weak of [false, true])
		for (const dhGroup of weak ? weakGroups : strongGroups)
			for (const encryption of phase1Ciphers)
				for (const hash of hashes) {
					const proposal = { encryption, hash, dhGroup };
					if (isWeakPhase1(proposal) === weak)
						list.push(Object.freeze(proposal));
				}
	return Object.freeze(list);
}

function makePhase2(): readonly Phase2Proposal[] {
	const strong: Phase2Proposal[] = [];
	const weak: Phase2Proposal[] = [];
	const add = (proposal: Phase2Proposal): void => {
		(isWeakPhase2(proposal) ? weak : strong).push(Object.freeze(proposal));
	};
	for (const encryption of phase2Ciphers)
		if (encryption.endsWith("-gcm-16"))
			add({ protocol: "esp", encryption });
		else
			for (const authentication of authentications)
				add({ protocol: "esp", encryption, authentication });
	const esp = [...strong, ...weak];
	for (const authentication of authentications)
		esp.push(Object.freeze({ protocol: "ah", authentication }));
	return Object.freeze(esp);
}

export const phase1Candidates: readonly Phase1Proposal[] = makePhase1();
/** ESP, the strong ones first, then AH. */
export const phase2Candidates: readonly Phase2Proposal[] = makePhase2();

/** The place of `proposal` among the candidates, -1: it is none of them. */
export function phase1Index({ encryption, hash, dhGroup }: Phase1Proposal): number {
	return phase1Candidates.findIndex((each) => each.encryption === encryption && each.hash === hash && each.dhGroup === dhGroup);
}

/** The same of phase 2; AH around ESP is no candidate. */
export function phase2Index(proposal: Phase2Proposal): number {
	return phase2Candidates.findIndex((each) => each.protocol === proposal.protocol && each.authentication === proposal.authentication
		&& (each.protocol === "ah" ? "" : each.encryption) === (proposal.protocol === "ah" ? "" : proposal.encryption));
}
