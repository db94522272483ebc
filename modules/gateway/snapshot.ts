/** The gateway's state as rows for pages, /status.json, console and metrics, made one at a time as they are pulled. */
import { formatAddress, formatRange } from "../addresses.js";
import type { FactName, IKESAStatus, Problem } from "../ike/types.js";
import type { SAStatus } from "../ipsec/types.js";
import { formatSPI } from "../log/format.js";
import type { PeerSettings } from "../settings/types.js";
import type { GatewayStatus, IKESecurityAssociation, SecurityAssociation, Snapshot } from "../status/types.js";
import { values, type ShownProblem } from "../status/problems.js";
import { statusWord } from "../status/words.js";
import type { Pair, Tunnels } from "./tunnels.js";
import { ownValues } from "./values.js";

/** Where a snapshot's rows come from. */
export interface SnapshotSource {
	readonly now: number;
	readonly gateway: GatewayStatus;
	readonly wanAddress: string;
	readonly peers: readonly PeerSettings[];
	readonly tunnels: Tunnels;
	readonly ikeSecurityAssociations: () => Iterable<IKESAStatus>;
	readonly problems: Iterable<Problem>;
}

function seconds(milliseconds: number): number {
	return Math.max(0, Math.floor(milliseconds / 1000));
}

function securityAssociation(now: number, pair: Pair, sa: SAStatus): SecurityAssociation {
	return {
		destination: formatAddress(sa.destination),
		direction: sa.direction,
		spi: formatSPI(sa.spi),
		protocol: sa.protocol,
		algorithm: sa.algorithm,
		elapsedTime: seconds(now - sa.bornAt),
		lifeTime: sa.lifetime,
		bytesProcessed: sa.bytes,
		erroredPackets: sa.errors,
		packets: sa.packets,
		peer: pair.peer,
		connection: pair.connection,
		localNetwork: formatRange(sa.local.first, sa.local.last),
		remoteNetwork: formatRange(sa.remote.first, sa.remote.last),
		lifeKilobytes: sa.kilobytes,
		dying: pair.replaced,
	};
}

function ikeSecurityAssociation(now: number, sa: IKESAStatus): IKESecurityAssociation {
	return {
		id: sa.id,
		remoteGateway: formatAddress(sa.remote.address),
		status: statusWord(sa.state),
		state: sa.state,
		mode: sa.mode,
		role: sa.role,
		algorithm: sa.algorithm,
		authentication: sa.authentication,
		elapsedTime: seconds(now - (sa.establishedAt ?? sa.startedAt)),
		lifeTime: sa.lifetime,
		natT: sa.natT,
		phase2Negotiations: sa.phase2Negotiations,
		peer: sa.peer,
	};
}

/** A peer that has no IKE SA is shown all the same. */
function idle(peer: PeerSettings): IKESecurityAssociation {
	return {
		id: "",
		remoteGateway: peer.remoteGateway,
		status: statusWord(0),
		state: 0,
		mode: peer.phase1Mode,
		role: peer.actAs === "responder" ? "responder" : "initiator",
		algorithm: "",
		authentication: peer.authentication,
		elapsedTime: 0,
		lifeTime: peer.phase1Lifetime,
		natT: "none",
		phase2Negotiations: 0,
		peer: peer.name,
	};
}

function shown(problem: Problem, { peers, wanAddress }: SnapshotSource): ShownProblem {
	const peer = peers.find((each) => each.name === problem.peer);
	const certificate = peer?.authentication === "certificate";
	const connections = peer?.connections.filter((each) => problem.connection === "" ? each.enabled : each.name === problem.connection) ?? [];
	return {
		...problem, time: seconds(problem.time), certificate,
		values: values(problem, certificate, peer?.remoteGateway ?? "", (name: FactName) => ownValues(name, wanAddress, peer, connections)),
	};
}

export function makeSnapshot(source: SnapshotSource): Snapshot {
	const { now, gateway, peers, tunnels, ikeSecurityAssociations, problems } = source;
	return {
		gateway,
		*securityAssociations() {
			// A page is sent in pieces: what is dropped between two rows is left out.
			for (const pair of tunnels.filter(() => true)) {
				if (tunnels.has(pair) && pair.outbound !== undefined)
					yield securityAssociation(now, pair, tunnels.status(pair.outbound));
				if (tunnels.has(pair))
					yield securityAssociation(now, pair, tunnels.status(pair.inbound));
			}
		},
		*ikeSecurityAssociations() {
			for (const sa of ikeSecurityAssociations())
				yield ikeSecurityAssociation(now, sa);
			for (const peer of peers) {
				let found = false;
				for (const sa of ikeSecurityAssociations())
					found ||= sa.peer === peer.name;
				if (!found)
					yield idle(peer);
			}
		},
		*problems() {
			for (const problem of problems)
				yield shown(problem, source);
		},
	};
}
