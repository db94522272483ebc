/** The gateway's state as rows for pages, /status.json, console and metrics, made one at a time as they are pulled. */
import { formatAddress, formatRange } from "../addresses.js";
import { canReach } from "../ike/hostnames.js";
import type { FactName, IKESAStatus, Problem } from "../ike/types.js";
import type { SAStatus } from "../ipsec/types.js";
import { notificationName } from "../ike/v1/wire/names.js";
import { formatSPI } from "../log/format.js";
import type { Connections, Ladder } from "../records/types.js";
import type { ConnectionSettings, PeerSettings } from "../settings/types.js";
import type { ConnectionStatus, GatewayStatus, IKESecurityAssociation, NegotiationView, PeerOverview, PeerStatus, SecurityAssociation, Snapshot } from "../status/types.js";
import { values, type ShownProblem, type Situation } from "../status/problems.js";
import { statusWord } from "../status/words.js";
import type { Records } from "./records.js";
import type { Pair, Tunnels } from "./tunnels.js";
import { ownValues } from "./values.js";

/** The IKE SAs of a peer. */
type OfPeer = (peer: string) => readonly IKESAStatus[];

/** Where a snapshot's rows come from. */
export interface SnapshotSource {
	readonly now: number;
	/** When this gateway was started, which need not be when the clock began: rows tell times since then, as its uptime does. */
	readonly startedAt: number;
	readonly gateway: GatewayStatus;
	readonly wanAddress: string;
	readonly ports: readonly [number, number];
	readonly peers: readonly PeerSettings[];
	readonly connections: Connections;
	readonly tunnels: Tunnels;
	readonly ikeSecurityAssociations: () => Iterable<IKESAStatus>;
	readonly ofPeer: OfPeer;
	readonly problems: Iterable<Problem>;
	readonly records: Records;
}

function seconds(milliseconds: number): number {
	return Math.max(0, Math.floor(milliseconds / 1000));
}

function securityAssociation(now: number, pair: Pair, sa: SAStatus, young: boolean): SecurityAssociation {
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
		young,
	};
}

function ikeSecurityAssociation(now: number, sa: IKESAStatus, young: boolean): IKESecurityAssociation {
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
		dying: sa.replaced,
		young,
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
		dying: false,
		young: false,
	};
}

function connectionStatus({ startedAt, tunnels, connections, records: { history } }: SnapshotSource, peer: PeerSettings, connection: ConnectionSettings): ConnectionStatus {
	const policy = connections.policyOf(peer.name, connection.name);
	const { made, failed } = history.negotiations(policy);
	return {
		peer: peer.name,
		connection: connection.name,
		enabled: peer.enabled && connection.enabled,
		up: tunnels.isUp(policy),
		waits: !canReach(peer),
		localNetwork: connection.localNetwork,
		remoteNetwork: connection.remoteNetwork,
		...history.traffic(policy),
		negotiations: made,
		failedNegotiations: failed,
		turnCount: history.turnCount(policy),
		*turns() {
			for (const turn of history.turns(policy))
				yield { ...turn, time: seconds(turn.time - startedAt) };
		},
		minutes: () => history.minutes(policy),
	};
}

function negotiationView(ladder: Ladder, connection: string, startedAt: number): NegotiationView {
	const { phase, role, exchange, beganAt, outcome, reason, incomplete } = ladder;
	return {
		connection, phase, role, exchange, outcome, reason, incomplete,
		began: seconds(beganAt - startedAt),
		*messages() {
			for (const message of ladder.messages())
				yield { ...message, notification: message.notification === 0 ? "" : notificationName(message.notification) };
		},
	};
}

/** What of the settings bears on the meaning of a problem of `peer` and its connection. */
export function situationOf(peer: PeerSettings | undefined, connection: string): Situation {
	return {
		certificate: peer?.authentication === "certificate",
		transport: peer?.connections.some((each) => each.name === connection && each.mode === "transport") === true,
	};
}

function shown(problem: Problem, { startedAt, peers, wanAddress, ports }: SnapshotSource): ShownProblem {
	const peer = peers.find((each) => each.name === problem.peer);
	const connections = peer?.connections.filter((each) => problem.connection === "" ? each.enabled : each.name === problem.connection) ?? [];
	const situation = situationOf(peer, problem.connection);
	return {
		...problem, ...situation, ports, time: seconds(problem.time - startedAt),
		values: values(problem, situation, peer?.remoteGateway ?? "", (name: FactName) => ownValues(name, wanAddress, peer, connections)),
	};
}

/** The state of the one that has got furthest, 0: there is none. */
function furthest(list: readonly IKESAStatus[]): number {
	let state = 0;
	for (let i = 0; i < list.length; i++)
		state = Math.max(state, list[i]!.state);
	return state;
}

export function makeSnapshot(source: SnapshotSource): Snapshot {
	const { now, startedAt, gateway, peers, tunnels, ikeSecurityAssociations, ofPeer, problems, records } = source;
	return {
		gateway,
		*securityAssociations() {
			// A page is sent in pieces: what is dropped between two rows is left out.
			for (const pair of tunnels.filter(() => true)) {
				const young = !pair.replaced && tunnels.of(pair.policy).some((each) => each.replaced);
				if (tunnels.has(pair) && pair.outbound !== undefined)
					yield securityAssociation(now, pair, tunnels.status(pair.outbound), young);
				if (tunnels.has(pair))
					yield securityAssociation(now, pair, tunnels.status(pair.inbound), young);
			}
		},
		*ikeSecurityAssociations() {
			for (const sa of ikeSecurityAssociations())
				yield ikeSecurityAssociation(now, sa, !sa.replaced && sa.establishedAt !== undefined && ofPeer(sa.peer).some((each) => each.replaced));
			for (const peer of peers)
				if (ofPeer(peer.name).length === 0)
					yield idle(peer);
		},
		*problems() {
			for (const problem of problems)
				yield shown(problem, source);
		},
		*peers() {
			for (const { name, enabled } of peers)
				yield { peer: name, enabled, state: furthest(ofPeer(name)), ...records.ladders.counts(name) } satisfies PeerStatus;
		},
		*connections() {
			for (const peer of peers)
				for (const connection of peer.connections)
					yield connectionStatus(source, peer, connection);
		},
		*negotiations(name) {
			for (const ladder of records.ladders.ofPeer(name))
				yield negotiationView(ladder, "", startedAt);
			for (const { name: connection } of peers.find((peer) => peer.name === name)?.connections ?? []) {
				const ladder = records.ladders.ofConnection(name, connection);
				if (ladder !== undefined)
					yield negotiationView(ladder, connection, startedAt);
			}
		},
	};
}

/** The peers of the settings, one at a time, each with its furthest negotiation and its connections. */
export function* peerOverviews(peers: readonly PeerSettings[], ofPeer: OfPeer, isUp: (peer: string, connection: string) => boolean): Iterable<PeerOverview> {
	for (const { name, enabled, remoteGateway, connections } of peers) {
		yield {
			name, enabled, remoteGateway,
			status: statusWord(furthest(ofPeer(name))),
			connections: connections.map((connection) => ({
				name: connection.name,
				enabled: connection.enabled,
				localNetwork: connection.localNetwork,
				remoteNetwork: connection.remoteNetwork,
				up: isUp(name, connection.name),
			})),
		};
	}
}
