/** An offer of phase 2: the connection that is offered, in words, and what of it was accepted. */
import type { ConnectionSettings } from "../../settings/types.js";
import { groupText, phase2Text } from "../names.js";
import type { ChildSA } from "../types.js";
import { pfsGroups, phase2Candidates } from "./candidates.js";
import type { Phase2Question } from "./questions.js";

/** A connection as it is offered: settings of its own, since they change while negotiations refer to them. */
export function draftOf(connection: ConnectionSettings | undefined): ConnectionSettings {
	return connection !== undefined ? { ...connection, enabled: true } : {
		name: "none", enabled: true, order: 1, localNetwork: "0.0.0.0/0", remoteNetwork: "0.0.0.0/0", ipProtocol: 0, localPort: 0, remotePort: 0, mode: "tunnel",
		phase2Proposals: [phase2Candidates[0]!], pfs: "off", extendedSequenceNumbers: false, sha256Truncation: 128, lifetime: { seconds: 3600, kilobytes: 0 }, start: "never"
	};
}

/** The place among the candidates of what the peer chose of a question's. */
export function acceptedOf({ set }: Phase2Question, child: ChildSA): number {
	return set.find((each) => {
		const proposal = phase2Candidates[each]!;
		return proposal.protocol === child.protocol && (proposal.protocol === "ah" ? proposal.authentication === child.ahAuthentication
			: proposal.encryption === child.encryption && proposal.authentication === child.authentication);
	}) ?? set[0]!;
}

/** A question for the log. */
export function questionText({ name, localNetwork, remoteNetwork }: ConnectionSettings, { set, group }: Phase2Question): string {
	const pfs = pfsGroups[group]!;
	return `${name}, ${set.length === 1 ? phase2Text(phase2Candidates[set[0]!]!) : `${set.length} proposals`} ${pfs === "off" ? "without PFS" : `with PFS by ${groupText(pfs)}`}, ${localNetwork} to ${remoteNetwork}`;
}
