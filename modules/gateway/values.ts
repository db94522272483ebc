/** This unit's own values of what a problem is about, as the settings have them now. Never a secret. */
import { formatRange, parseNetwork } from "../addresses.js";
import { identityText } from "../ike/identity.js";
import { groupText, phase1Text, phase2Text } from "../ike/names.js";
import type { FactName } from "../ike/types.js";
import type { ConnectionSettings, PeerSettings, Phase2Proposal } from "../settings/types.js";
import { ANY } from "../status/problems.js";

const none = Object.freeze([]) as readonly string[];

/** Values of `peer`, and of `connections`: the one that the problem is of, or all. */
export function ownValues(name: FactName, wanAddress: string, peer: PeerSettings | undefined, connections: readonly ConnectionSettings[]): readonly string[] {
	if (name === "address")
		return [wanAddress];
	if (peer === undefined)
		return none;
	switch (name) {
		case "mode": return [peer.phase1Mode];
		case "authentication": return [peer.authentication];
		case "algorithms": return peer.phase1Proposals.map(phase1Text);
		case "ownIdentity": return [identityText(peer.localId)];
		case "peerIdentity": return [peer.remoteId === undefined ? ANY : identityText(peer.remoteId)];
		case "ownCertificate": return peer.authentication === "certificate" && peer.ownCertificate !== undefined ? [peer.ownCertificate] : none;
		case "proposals": return unique(proposalTexts(connections));
		case "encapsulation": return unique(connections.map(({ mode }) => mode));
		case "pfs": return unique(connections.map(({ pfs }) => pfs === "off" ? "off" : groupText(pfs)));
		case "localNetwork": return unique(connections.map((each) => networkText(each.localNetwork, each.ipProtocol, each.localPort)));
		case "remoteNetwork": return unique(connections.map((each) => networkText(each.remoteNetwork, each.ipProtocol, each.remotePort)));
		case "truncation": return unique(connections.map((each) => `${each.sha256Truncation} bits`));
		default: return none;
	}
}

function proposalTexts(connections: readonly ConnectionSettings[]): string[] {
	const texts: string[] = [];
	for (const { phase2Proposals } of connections)
		for (const proposal of phase2Proposals)
			texts.push(proposalText(proposal));
	return texts;
}

function unique(list: readonly string[]): string[] {
	return list.filter((each, index) => list.indexOf(each) === index);
}

/** AH around ESP as offers are described: two proposals under one number. */
function proposalText(proposal: Phase2Proposal): string {
	if (proposal.protocol !== "ah+esp")
		return phase2Text(proposal);
	const { encryption, authentication, espAuthentication } = proposal;
	return `${phase2Text({ protocol: "ah", authentication })} and ${phase2Text(espAuthentication === undefined ? { protocol: "esp", encryption } : { protocol: "esp", encryption, authentication: espAuthentication })}`;
}

function networkText(network: string, ipProtocol: number, port: number): string {
	const range = parseNetwork(network);
	const text = range === undefined ? network : formatRange(range.first, range.last);
	return ipProtocol === 0 && port === 0 ? text : `${text} protocol ${ipProtocol} port ${port}`;
}
