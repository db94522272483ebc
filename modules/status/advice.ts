/** What a problem says to a person: what happened, what to change here, what to ask of the other side, how sure it is. Page, console and JSON share these texts. */
import { IKE_V2 } from "../ike/causes.js";
import type { Cause, FactName } from "../ike/types.js";
import { ANY, certainty, others, type ShownProblem } from "./problems.js";
import { ACTIVATED, stateMeaning } from "./words.js";

const titles: Readonly<Record<Cause, string>> = Object.freeze({
	"peer-unreachable": "The peer does not answer",
	"mode-mismatch": "The two ends use different modes",
	"phase1-algorithm-mismatch": "No common algorithms for the key tunnel",
	"id-mismatch": "The identities do not match",
	"key-mismatch": "The pre-shared keys differ",
	"certificate-missing": "A certificate is missing",
	"certificate-untrusted": "The certificate is not trusted",
	"certificate-expired": "The certificate is not valid now",
	"certificate-revoked": "The certificate was revoked",
	"authentication-method-mismatch": "The two ends authenticate in different ways",
	"phase2-protocol-mismatch": "No common protocol for the traffic tunnel",
	"phase2-algorithm-mismatch": "No common algorithms for the traffic tunnel",
	"pfs-mismatch": "The two ends disagree about PFS",
	"network-mismatch": "The local and remote networks do not correspond",
	"peer-not-configured": "A gateway that is no peer of this unit",
	"table-full": "A table of this unit is full",
	"peer-refused": "The peer refused"
});

const valueNames: Readonly<Record<FactName, string>> = Object.freeze({
	address: "Address", mode: "Phase 1 mode", authentication: "Authentication", algorithms: "Phase 1 proposals", ownIdentity: "Identity of this unit", peerIdentity: "Identity of the peer",
	ownCertificate: "Certificate of this unit", peerCertificate: "Certificate of the peer", localNetwork: "Local network", remoteNetwork: "Remote network",
	proposals: "Phase 2 proposals", pfs: "PFS", encapsulation: "Tunnel or transport mode", truncation: "HMAC-SHA2-256 cut to", answer: "Answer"
});

/** What else it could be, each as the end of "It could also be that ...". */
const alternatives: Readonly<Record<Exclude<Cause, "peer-unreachable">, string>> = Object.freeze({
	"mode-mismatch": "the other side wants the other mode of phase 1, main or aggressive",
	"phase1-algorithm-mismatch": "the other side accepts none of our proposals of phase 1, and keeps silent about it",
	"id-mismatch": "the other side expects another identity of this unit, in type or in text, or keeps its key under another one",
	"key-mismatch": "the other side has another key for this unit, or none",
	"certificate-missing": "the other side waits for a certificate that it did not get",
	"certificate-untrusted": "the other side does not trust the authority of our certificate",
	"certificate-expired": "our certificate is not valid at the other side, by its clock",
	"certificate-revoked": "our certificate was revoked by its authority, or its revocation list is out of date at the other side",
	"authentication-method-mismatch": "the other side wants another method of authentication: pre-shared key, certificate, or XAUTH",
	"phase2-protocol-mismatch": "the other side wants another protocol (ESP or AH), or the other of tunnel and transport mode",
	"phase2-algorithm-mismatch": "the other side accepts none of our proposals of phase 2",
	"pfs-mismatch": "the other side wants PFS with another group, or none",
	"network-mismatch": "the other side has other networks for this tunnel",
	"peer-not-configured": "the other side has no tunnel for our address or identity, or it is switched off there",
	"table-full": "a table of the other side is full",
	"peer-refused": "the other side refuses for a reason of its own"
});

export function titleOf({ cause, sign, certificate }: ShownProblem): string {
	if (sign === "reason" && (cause === "table-full" || cause === "network-mismatch"))
		return cause === "table-full" ? "A table of the other side is full" : "The other side has the connection switched off";
	return cause === "key-mismatch" && certificate ? "A signature is not by the key of its certificate" : (titles as Readonly<Record<string, string | undefined>>)[cause] ?? cause;
}

export function valueName(name: FactName): string {
	return valueNames[name];
}

/** "Phase 1, main mode, this unit began; stopped in state 7: 3rd message sent" */
export function whereText({ phase, role, mode, state, sign }: ShownProblem): string {
	if (sign === "packets")
		return "The tunnel is up; its incoming packets are dropped";
	const who = role === "initiator" ? "this unit began" : "the other side began";
	if (phase === 2)
		return `Phase 2 (quick mode), ${who}; the key tunnel is up`;
	const meaning = state > 0 ? stateMeaning(state, mode, role) : "";
	return `Phase 1, ${mode} mode, ${state === 0 ? "before the first message" : `${who}; ${state === ACTIVATED ? "after" : "stopped in"} state ${state}${meaning === "" ? "" : `: ${meaning}`}`}`;
}

/** How sure it is and why, in a sentence. */
export function sureText(problem: ShownProblem): string {
	switch (problem.sign) {
		case "decision": return "Certain: this unit judged what the peer sent.";
		case "request": return "Certain as to what came; who sent it was not proved yet.";
		case "local": return "Certain: it is a matter of this unit alone.";
		case "protected": return certainty(problem, problem) === "certain" ? "Certain: the peer said it, under protection." : "Likely: the peer said so under protection, but its answer has several meanings.";
		case "reason": return "Certain: the peer said it, under protection and with its reason.";
		case "clear": return "Likely: the answer came without protection, and its words have several meanings.";
		case "garbage": return "Likely: this is what different keys look like.";
		case "delete": return "Likely: this is how some gateways refuse.";
		case "packets": return problem.theirs === "" ? "Likely: somebody else could have sent such packets." : "Certain: cut that way, the packets would be authentic.";
		default: return "A guess: silence has many reasons.";
	}
}

/** The other side's values of `name`, as a list in a sentence; "" when it did not tell. */
function theirs(problem: ShownProblem, name: FactName): string {
	return problem.values.find((value) => value.name === name)?.theirs.join(", ") ?? "";
}

/** The same of those that this unit has as well: what it does not know is named by its number. */
function possible(problem: ShownProblem, name: FactName): string {
	return theirs(problem, name).split(", ").filter((value) => !value.includes("cipher ") && !value.includes("transform") && !value.includes("group ") && !value.endsWith(" more")).join(", ");
}

function ours(problem: ShownProblem, name: FactName): string {
	return problem.values.find((value) => value.name === name)?.ours.join(", ") ?? "";
}

/** What is to be done where all that the other side offers is unknown here. */
const NOT_HERE = "Here nothing: this unit has none of what the other side offers. Have the other side offer what is set here.";

function other(mode: string): string {
	return mode === "main" ? "aggressive" : "main";
}

/** What to change here, or to look at. */
export function changeText(problem: ShownProblem): string {
	const { cause, sign, phase, role, state, certificate, connection, setting, ports } = problem;
	const told = sign === "decision" || sign === "request";
	switch (cause) {
		case "peer-unreachable":
			if (sign === "local")
				return "Correct the host name of the remote gateway, or see to it that this unit reaches a name server.";
			if (phase === 2)
				return "Compare networks, proposals and PFS of this connection with the other side: some gateways refuse without a word.";
			return role === "responder" ? `See to it that what this unit sends reaches the other side: UDP ports ${ports.join(" and ")}, and a route back.`
				: `Check the address of the remote gateway, and that UDP ports ${ports.join(" and ")} pass both ways between this unit and it${state === ACTIVATED ? "" : "; and that the other side has its tunnel with IKEv1"}.`;
		case "mode-mismatch": {
			const mode = theirs(problem, "mode") || other(ours(problem, "mode"));
			return mode === IKE_V2 ? "Have the other side use IKEv1 for this tunnel." : `Set the mode of phase 1 to ${mode}, or have the other side use ${ours(problem, "mode")} mode.`;
		}
		case "phase1-algorithm-mismatch": {
			const offered = possible(problem, "algorithms");
			if (offered !== "")
				return `Add a proposal that the other side offers: ${offered}.`;
			if (theirs(problem, "algorithms") !== "")
				return NOT_HERE;
			// Most gateways say the same to whom they do not know.
			return sign === "clear" ? "Ask whether the other side has a tunnel for our address, with IKEv1. If it has, add a proposal that it accepts; the peer can be asked which."
				: "Add a proposal that the other side accepts; the peer can be asked which.";
		}
		case "id-mismatch":
			if (!told)
				return "Set the identity of this unit, type and text, to what the other side expects.";
			if (theirs(problem, "peerCertificate") !== "")
				return "Here nothing: the other side has to say an identity that its certificate names, or to show a certificate that names it.";
			return theirs(problem, "peerIdentity") === "" ? "Set the identity of the peer to what it says it is."
				: `If that is who it should be, set the identity of the peer to ${theirs(problem, "peerIdentity")}, type and text.`;
		case "key-mismatch":
			return certificate ? "Check that certificate and private key of each side belong together." : "Type the pre-shared key again at both ends: capital letters, blanks at its ends, and \"0x\" before bytes count.";
		case "certificate-missing":
			return told ? "The other side has to send its certificate; here nothing is missing." : "Choose a certificate of this unit that the other side takes.";
		case "certificate-untrusted":
			if (told)
				return "If the authority that issued the peer's certificate is not known here, and you trust it, import its certificate; else the other side needs another one.";
			return `${theirs(problem, "answer") === "INVALID-CERTIFICATE" ? "See whether the certificate of this unit is valid now, and renew it if it is not; else choose" : "Choose"} a certificate of an authority that the other side trusts, or have our authority imported there.`;
		case "certificate-expired":
			return told ? "Check the clock of this unit; if it is right, the other side needs a new certificate." : "Renew the certificate of this unit; check the clocks of both sides.";
		case "certificate-revoked":
			return told ? "The other side needs a new certificate, or this unit a newer revocation list." : "Renew the certificate of this unit.";
		case "authentication-method-mismatch": {
			const method = theirs(problem, "authentication");
			return method === "certificate" || method === "pre-shared key" ? `Set the authentication to ${method}, or have the other side use ${ours(problem, "authentication")}.`
				: `Have the other side use ${ours(problem, "authentication")}${method === "" ? "" : ` ${method === "XAUTH" || method === "mode config" ? "without" : "in place of"} ${method}`}.`;
		}
		case "phase2-protocol-mismatch":
		case "phase2-algorithm-mismatch": {
			if (theirs(problem, "truncation") !== "")
				return `Set the truncation of HMAC-SHA2-256 to ${theirs(problem, "truncation")}.`;
			if (sign === "local")
				return "Add a proposal of ESP at both ends: it passes a NAT, AH does not.";
			if (sign === "packets")
				return "Use a proposal with other algorithms at both ends: one of them does not do what was agreed on.";
			if (setting.endsWith("#natTraversal"))
				return "Set NAT traversal so that both ends put the packets into UDP, or neither does; where a NAT is on the way both have to.";
			if (setting.endsWith("#mode"))
				return `Set the mode to ${theirs(problem, "encapsulation")}, or have the other side use ${ours(problem, "encapsulation")} mode.`;
			if (sign === "reason")
				return `${cause === "phase2-protocol-mismatch" ? "Add a proposal with another protocol (ESP, AH, or both)" : "Add a proposal with other algorithms of the same protocol"}, as the other side accepts it; the peer can be asked which.`;
			const offered = possible(problem, "proposals");
			if (offered === "" && theirs(problem, "proposals") !== "")
				return NOT_HERE;
			// Of a refusal in these words PFS is as often the reason.
			return offered === "" ? `Add a proposal that the other side accepts${cause === "phase2-algorithm-mismatch" && sign === "protected" ? ", or set PFS as it has it" : ""}; the peer can be asked which.` : `Add a proposal that the other side offers: ${offered}${cause === "phase2-protocol-mismatch" ? `, in ${theirs(problem, "encapsulation")} mode` : ""}.`;
		}
		case "pfs-mismatch": {
			const group = possible(problem, "pfs");
			const own = ours(problem, "pfs");
			if (group === "" && theirs(problem, "pfs") !== "")
				return NOT_HERE;
			return group === "" ? "Set PFS as the other side has it." : `${group === "off" ? "Switch PFS off" : `Set PFS to ${group}`}, or have the other side ${own === "off" ? "switch it off" : `use ${own}`}.`;
		}
		case "network-mismatch":
			if (setting.endsWith("#enabled"))
				return "Switch the connection on, if it is the one that is wanted.";
			if (sign === "reason")
				return "Here nothing: the other side has to switch its connection on.";
			return connection === "" ? "Make a connection with the networks that the other side asks for, or correct one."
				: `Make the local network here the remote network there, and the other way round, with the same masks, protocol and ports.${sign === "protected" ? " If they are, the tunnel may be switched off there." : ""}`;
		case "peer-not-configured":
			if (setting.endsWith("#enabled"))
				return "Switch the peer on, if it should have a tunnel.";
			return problem.peer === "" ? "If this gateway should have a tunnel, make a peer with its address." : "Let this unit act as responder as well, if that peer may begin.";
		case "table-full": return sign === "reason" ? "Here nothing: the other side has to close tunnels that are not needed." : "Close tunnels that are not needed; the console's memory command shows the tables.";
		default: return sign === "delete" ? "Look into the log of the other side: it says why it closes the tunnel." : "Compare the settings with the other side, and look into its log.";
	}
}

/** The question to the other side's administrator, at the end of what is to be copied. */
function question(problem: ShownProblem): string {
	const { cause, sign, phase, ports } = problem;
	const judged = sign === "decision" || sign === "request";
	switch (cause) {
		case "peer-unreachable": return phase === 2 ? "Why does your gateway not answer our quick mode? Please look into its log." : `Do our messages arrive at your gateway (UDP ports ${ports.join(" and ")}), and does it have a tunnel for our address, with IKEv1?`;
		case "mode-mismatch": return theirs(problem, "mode") === IKE_V2 ? "Please set your gateway's tunnel to IKEv1." : "Which mode of phase 1 does your gateway use, main or aggressive?";
		case "phase1-algorithm-mismatch": return `${sign === "clear" ? "Does your gateway have a tunnel for our address, with IKEv1? " : ""}Which encryption, hash and DH group does your gateway accept in phase 1?`;
		case "id-mismatch": return judged ? "Which identity (type and text) should your gateway show?" : "Which identity (type and text) does your gateway expect of ours?";
		case "key-mismatch": return "Please set the key for our gateway anew; we shall agree on it by telephone, not in this message.";
		case "certificate-missing": return judged ? "Please have your gateway send its certificate." : "Which certificate does your gateway want of ours?";
		case "certificate-untrusted": return judged ? "Which authority issued your gateway's certificate? Please send us that authority's certificate." : "Which authorities does your gateway trust? Ours may have to be imported there.";
		case "certificate-expired": return judged ? "Is the certificate of your gateway still valid, and its clock right?" : "Is the clock of your gateway right? What does it say of our certificate?";
		case "certificate-revoked": return judged ? "Your gateway's certificate is on a revocation list: is there a new one?" : "Does your gateway have a current revocation list?";
		case "authentication-method-mismatch": return "Which authentication does your gateway use: pre-shared key, certificate, with or without XAUTH?";
		case "phase2-protocol-mismatch": return "Does your gateway use ESP or AH, in tunnel or transport mode?";
		case "phase2-algorithm-mismatch": return "Which encryption and authentication does your gateway accept in phase 2, and how does it cut HMAC-SHA2-256?";
		case "pfs-mismatch": return "Does your gateway use PFS, and with which DH group?";
		case "network-mismatch": return sign === "reason" ? "Please switch the connection on at your gateway." : "Which networks does your gateway have for this tunnel? Ours is your remote network, and yours our remote network.";
		default: return "What does your gateway's log say at that time?";
	}
}

/** What to send to the administrator of the other side: lines without secrets. */
export function* askText(problem: ShownProblem): Generator<string, void, undefined> {
	yield `The IPsec tunnel (IKEv1) between our gateway ${ours(problem, "address")} and yours, ${theirs(problem, "address") || "at an address we do not know"}, ${problem.sign === "packets" ? "is up and carries nothing" : "does not come up"}.`;
	yield `${whereText(problem)}.`;
	yield `Seen here: ${problem.text}${problem.text.endsWith(".") ? "" : "."}`;
	let first = true;
	for (const { name, ours: own } of problem.values) {
		if (name === "address" || own.length === 0 || own.length === 1 && own[0] === ANY)
			continue;
		if (first)
			yield "Our settings:";
		first = false;
		yield `- ${mirrored(name)}: ${own.join(", ")}`;
	}
	yield question(problem);
}

/** The name of one of our values as the other side sees it. */
function mirrored(name: FactName): string {
	switch (name) {
		case "ownIdentity": return "Identity of our gateway";
		case "peerIdentity": return "Identity that we expect of yours";
		case "ownCertificate": return "Certificate of our gateway, as we call it";
		case "localNetwork": return "Our network (remote network for you)";
		case "remoteNetwork": return "Your network (local network for you)";
		default: return valueNames[name];
	}
}

/** The sentences of what else it could be. */
export function* otherTexts(problem: ShownProblem): Generator<string, void, undefined> {
	for (const cause of others(problem, problem))
		yield cause === "peer-unreachable" ? `messages are lost on the way: UDP port ${problem.ports[1]} is blocked, or large datagrams that go in fragments` : alternatives[cause];
}
