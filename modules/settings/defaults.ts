/** What stands for a field of the settings that is absent, where that is more than one value. */
import { certificateSubject } from "../crypto/certificates.js";
import type { Configuration } from "./configuration.js";
import type { Identity, PeerSettings, Phase1Proposal, Phase2Proposal } from "./types.js";

export const defaultPhase1Proposals: readonly Phase1Proposal[] = Object.freeze([
	Object.freeze({ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }),
	Object.freeze({ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 })
]);
export const defaultPhase2Proposals: readonly Phase2Proposal[] = Object.freeze([
	Object.freeze({ protocol: "esp", encryption: "aes-128-gcm-16" }),
	Object.freeze({ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }),
	Object.freeze({ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" })
]);

/** Who this gateway says it is when nothing else is said: its address, or what its certificate calls it. */
export function defaultIdentity(authentication: PeerSettings["authentication"] | undefined, wanAddress: string, certificate: string): Identity {
	return authentication === "certificate" ? { type: "dn", value: certificateSubject(certificate) } : { type: "address", value: wanAddress };
}

/** Whether the identity of `peer` in use is the one that it would have without any. */
export function hasDefaultIdentity(configuration: Configuration, { authentication, ownCertificate, localId }: PeerSettings): boolean {
	const { type, value } = defaultIdentity(authentication, configuration.settings.gateway.wanAddress, authentication === "certificate" ? configuration.pem("own", ownCertificate ?? "") ?? "" : "");
	return localId.type === type && localId.value === value;
}
