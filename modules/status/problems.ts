/** What a problem means beyond its cause: how sure it is, what else it could be, and which values of both sides a person should compare. */
import { isTheirs, settingOf } from "../ike/causes.js";
import type { Cause, FactName, Problem } from "../ike/types.js";

/** certain: judged here, or told under protection and with one meaning. likely: what most often shows so. guess: nothing came that would tell. */
export type Certainty = "certain" | "likely" | "guess";

/** A value of which both sides have one. */
export interface ProblemValue {
	readonly name: FactName;
	/** Empty: we have none. */
	readonly ours: readonly string[];
	/** Empty: the other side did not tell. */
	readonly theirs: readonly string[];
	/** Both are known, and have nothing in common. */
	readonly differs: boolean;
	/** Where ours can be changed, "": nowhere. */
	readonly setting: string;
}

/** What of the settings bears on the meaning of a problem. */
export interface Situation {
	/** This unit proves itself by a certificate. */
	readonly certificate: boolean;
	/** The connection is in transport mode. */
	readonly transport: boolean;
}

/** A problem with all that is known of it. `time` is in seconds since start. */
export interface ShownProblem extends Problem, Situation {
	/** UDP ports of the settings: of IKE, and of NAT traversal. */
	readonly ports: readonly [number, number];
	readonly values: readonly ProblemValue[];
}

type Causes = readonly Cause[];

const none: Causes = Object.freeze([]);

/** Phase 1, what somebody says in clear. */
const clear: Readonly<Partial<Record<Cause, Causes>>> = Object.freeze({
	"phase1-algorithm-mismatch": Object.freeze(["peer-not-configured", "mode-mismatch", "authentication-method-mismatch", "id-mismatch"] as const),
	"mode-mismatch": Object.freeze(["peer-not-configured"] as const),
	"id-mismatch": Object.freeze(["mode-mismatch", "authentication-method-mismatch", "key-mismatch", "peer-not-configured"] as const),
	"key-mismatch": Object.freeze(["id-mismatch", "authentication-method-mismatch", "peer-not-configured"] as const),
	"certificate-untrusted": Object.freeze(["id-mismatch", "certificate-missing", "authentication-method-mismatch"] as const),
	"certificate-missing": Object.freeze(["authentication-method-mismatch"] as const),
	"peer-refused": Object.freeze(["peer-not-configured", "authentication-method-mismatch"] as const)
});

/** Phase 1, what the peer says under protection: it has our key, or could check our certificate. */
const protectedPhase1: Readonly<Partial<Record<Cause, Causes>>> = Object.freeze({
	"id-mismatch": Object.freeze(["mode-mismatch", "authentication-method-mismatch", "peer-not-configured"] as const),
	"certificate-untrusted": Object.freeze(["id-mismatch", "authentication-method-mismatch", "mode-mismatch", "certificate-expired", "certificate-revoked", "peer-not-configured"] as const),
	"key-mismatch": Object.freeze(["certificate-untrusted", "id-mismatch"] as const),
	"peer-refused": Object.freeze(["id-mismatch"] as const)
});

/** The words of a refusal of our certificate that are about itself, before those about who vouches for it. */
const invalidCertificate: Causes = Object.freeze(["certificate-expired", "certificate-revoked", "id-mismatch", "authentication-method-mismatch", "mode-mismatch", "peer-not-configured"]);

const phase2: Readonly<Partial<Record<Cause, Causes>>> = Object.freeze({
	"phase2-algorithm-mismatch": Object.freeze(["phase2-protocol-mismatch", "pfs-mismatch", "network-mismatch"] as const),
	"phase2-protocol-mismatch": Object.freeze(["phase2-algorithm-mismatch"] as const),
	"peer-refused": Object.freeze(["phase2-algorithm-mismatch", "pfs-mismatch", "network-mismatch", "phase2-protocol-mismatch"] as const)
});

/** Some look for the networks only among the tunnels of the mode that is asked for. */
const transportNetworks: Causes = Object.freeze(["phase2-protocol-mismatch"]);
const garbagePSK: Causes = Object.freeze(["id-mismatch", "authentication-method-mismatch"]);
const garbageCertificate: Causes = Object.freeze(["certificate-untrusted"]);
const closedPSK: Causes = Object.freeze(["authentication-method-mismatch", "mode-mismatch"]);
const closedCertificate: Causes = Object.freeze(["id-mismatch", "certificate-expired", "certificate-revoked", "authentication-method-mismatch"]);
const silentFirst: Causes = Object.freeze(["peer-not-configured", "mode-mismatch", "authentication-method-mismatch", "phase1-algorithm-mismatch"]);
const silentIdentity: Causes = Object.freeze(["id-mismatch", "peer-not-configured", "mode-mismatch", "authentication-method-mismatch", "phase1-algorithm-mismatch"]);
const silentKey: Causes = Object.freeze(["key-mismatch", "authentication-method-mismatch"]);
const silentProofPSK: Causes = Object.freeze(["key-mismatch", "id-mismatch", "authentication-method-mismatch", "peer-unreachable", "mode-mismatch"]);
const silentProofCertificate: Causes = Object.freeze(["certificate-untrusted", "id-mismatch", "authentication-method-mismatch", "peer-unreachable", "certificate-expired", "certificate-revoked", "mode-mismatch"]);
const silentAnswerPSK: Causes = Object.freeze(["key-mismatch", "id-mismatch"]);
const silentAnswerCertificate: Causes = Object.freeze(["certificate-untrusted", "id-mismatch"]);
const silentQuick: Causes = Object.freeze(["network-mismatch", "phase2-algorithm-mismatch", "pfs-mismatch", "phase2-protocol-mismatch"]);

/** What else it could be, likeliest first; empty when nothing. */
export function others(problem: Problem, situation: Situation): Causes {
	const list = alternatives(problem, situation);
	return list.includes(problem.cause) ? list.filter((cause) => cause !== problem.cause) : list;
}

function alternatives({ cause, sign, phase, role, mode, state, theirs }: Problem, { certificate, transport }: Situation): Causes {
	switch (sign) {
		case "clear": return clear[cause] ?? none;
		case "protected":
			if (cause === "certificate-untrusted" && told(theirs, "answer").includes("INVALID-CERTIFICATE"))
				return invalidCertificate;
			return cause === "network-mismatch" && transport ? transportNetworks : (phase === 1 ? protectedPhase1 : phase2)[cause] ?? none;
		case "garbage": return certificate ? garbageCertificate : garbagePSK;
		case "delete": return phase === 2 ? none : certificate ? closedCertificate : closedPSK;
		case "silence":
			if (phase === 2)
				return silentQuick;
			if (state === 9)
				return none;
			if (role === "responder")
				return mode === "main" ? state === 5 ? silentKey : none : certificate ? silentAnswerCertificate : silentAnswerPSK;
			if (state >= 7)
				return certificate ? silentProofCertificate : silentProofPSK;
			return mode === "aggressive" ? silentIdentity : state >= 5 ? silentKey : silentFirst;
		default: return none;
	}
}

export function certainty(problem: Problem, situation: Situation): Certainty {
	switch (problem.sign) {
		case "decision":
		case "request":
		case "reason":
		case "local": return "certain";
		case "protected": return others(problem, situation).length === 0 ? "certain" : "likely";
		// That they would be authentic if they were cut otherwise nobody can fake.
		case "packets": return problem.theirs === "" ? "likely" : "certain";
		case "silence": return "guess";
		default: return "likely";
	}
}

/** Whether a problem is worth more than one of the same connection that is shown already: what is proved counts more than what anybody could have sent, and that more than silence. */
export function weight({ sign }: Problem): number {
	switch (sign) {
		case "decision":
		case "protected":
		case "reason":
		case "local": return 3;
		case "request": return 2;
		case "silence": return 0;
		default: return 1;
	}
}

/** In the order in which they are shown. */
const names: readonly FactName[] = Object.freeze([
	"address", "mode", "authentication", "algorithms", "ownIdentity", "peerIdentity", "ownCertificate", "peerCertificate",
	"localNetwork", "remoteNetwork", "proposals", "pfs", "encapsulation", "truncation", "answer"
]);

function concerns(cause: Cause, name: FactName, theirs: boolean, certificate: boolean): boolean {
	switch (name) {
		case "address": return true;
		case "mode": return cause === "mode-mismatch";
		case "authentication": return cause === "authentication-method-mismatch";
		case "algorithms": return cause === "phase1-algorithm-mismatch";
		case "ownIdentity": return cause === "id-mismatch" && theirs || cause === "key-mismatch" && !certificate;
		case "peerIdentity": return cause === "id-mismatch" && !theirs || cause === "key-mismatch" && !certificate;
		case "ownCertificate": return theirs && cause.startsWith("certificate") || cause === "key-mismatch" && certificate;
		case "proposals": return cause === "phase2-algorithm-mismatch" || cause === "phase2-protocol-mismatch";
		case "encapsulation": return cause === "phase2-protocol-mismatch";
		case "pfs": return cause === "pfs-mismatch";
		case "localNetwork":
		case "remoteNetwork": return cause === "network-mismatch";
		default: return false;
	}
}

/** The other side's values of one name, from `Problem.theirs`. */
function told(theirs: string, name: FactName): string[] {
	const values: string[] = [];
	for (const line of theirs.split("\n"))
		if (line.startsWith(`${name} `))
			values.push(line.slice(name.length + 1));
	return values;
}

const fields: Readonly<Record<FactName, string>> = Object.freeze({
	address: "remoteGateway", mode: "phase1Mode", authentication: "authentication", algorithms: "phase1Proposals", ownIdentity: "localId", peerIdentity: "remoteId",
	ownCertificate: "ownCertificate", peerCertificate: "", proposals: "phase2Proposals", encapsulation: "mode", pfs: "pfs", localNetwork: "localNetwork",
	remoteNetwork: "remoteNetwork", truncation: "sha256Truncation", answer: ""
});

/** The values that belong to a problem; `ours` gives this unit's own of a name, `remoteGateway` is the peer as the settings have it. */
export function values(problem: Problem, situation: Situation, remoteGateway: string, ours: (name: FactName) => readonly string[]): ProblemValue[] {
	const { certificate } = situation;
	const causes = [problem.cause, ...others(problem, situation)];
	const theirs = isTheirs(problem.sign);
	const rows: ProblemValue[] = [];
	for (const name of names) {
		const said = told(problem.theirs, name);
		if (name === "address" && said.length === 0 && remoteGateway !== "" && remoteGateway !== "0.0.0.0")
			said.push(remoteGateway);
		if (said.length === 0 && !causes.some((cause) => concerns(cause, name, theirs, certificate)))
			continue;
		const own = ours(name);
		if (own.length === 0 && said.length === 0)
			continue;
		rows.push({
			name, ours: own, theirs: said,
			differs: name !== "address" && own.length > 0 && said.length > 0 && !own.some((each) => each === ANY || said.includes(each)),
			setting: own.length === 0 || fields[name] === "" || problem.peer === "" ? "" : settingOf(problem.peer, problem.phase === 2 && problem.connection !== "" && ofConnection(name) ? problem.connection : "",
				problem.cause, problem.sign, certificate, fields[name])
		});
	}
	return rows;
}

/** As the value of a setting that everything fits. */
export const ANY = "any";

function ofConnection(name: FactName): boolean {
	return names.indexOf(name) >= names.indexOf("localNetwork");
}
