/** A gateway that is not one: rows as told, and a record of what was asked of it. */
import type { FirewallEntry, FirewallLevel, FirewallQuery, FirewallReader } from "../../../modules/log/firewall.js";
import type { LogEntry, LogQuery, LogReader } from "../../../modules/log/types.js";
import type { AskedStatus, AttemptStatus, Commands, ConnectionStatus, GatewayStatus, IKESecurityAssociation, Minute, NegotiationMessage, NegotiationView, PeerOverview, PeerStatus, SecurityAssociation, ShownProblem } from "../../../modules/status/types.js";
import { fakeConfiguration } from "./configuration.js";
import type { FakeConfiguration } from "./configuration.js";

export interface FakeGateway {
	readonly configuration: FakeConfiguration;
	readonly commands: Commands;
	readonly log: LogReader;
	readonly firewall: FirewallReader;
	gateway: GatewayStatus;
	securityAssociations: SecurityAssociation[];
	ikeSecurityAssociations: IKESecurityAssociation[];
	problems: ShownProblem[];
	peers: PeerStatus[];
	connections: ConnectionStatus[];
	/** By peer. */
	readonly negotiations: Map<string, NegotiationView[]>;
	entries: LogEntry[];
	firewallEntries: FirewallEntry[];
	firewallLevel: FirewallLevel;
	/** "sa 1a2b", "ike c485…": what Delete was pressed for. */
	readonly deleted: string[];
	/** What peers were asked: "ask branch", "stop". */
	readonly askings: string[];
	asked: AskedStatus | undefined;
	attempts: AttemptStatus[];
}

export function sa(number: number, change: Partial<SecurityAssociation> = {}): SecurityAssociation {
	const outgoing = number % 2 === 0;
	return {
		destination: outgoing ? `10.0.0.${2 + (number >> 1) % 8}` : "10.0.0.1", direction: outgoing ? "Outgoing" : "Incoming",
		spi: `0x${(0x7d403ccc + number * 7919).toString(16)}`, protocol: "ESP",
		algorithm: number % 4 < 2 ? "AES-CBC-128/HMAC-SHA256-128" : "AES-GCM-16-256",
		elapsedTime: 12 + number * 31, lifeTime: 3600, bytesProcessed: 123456 * (number + 1), erroredPackets: number === 3 ? 2 : 0, packets: 120,
		peer: `branch-${(number >> 1) % 8}`, connection: "office", localNetwork: "10.1.0.0/24", remoteNetwork: `10.2.${number >> 1}.0/24`,
		lifeKilobytes: 0, dying: false, young: false, ...change,
	};
}

export function ike(number: number, change: Partial<IKESecurityAssociation> = {}): IKESecurityAssociation {
	return {
		id: `c485f3f8ee56${(0x1000 + number).toString(16)}`, remoteGateway: `10.0.0.${2 + number}`, status: "Activated", state: 9, mode: "main",
		role: number % 2 === 0 ? "initiator" : "responder", algorithm: "AES-CBC-256/SHA256/MODP2048", authentication: "pre-shared key",
		elapsedTime: 13 + number, lifeTime: 28800, natT: "none", phase2Negotiations: 1 + number, peer: `branch-${number}`, dying: false, young: false, ...change,
	};
}

/** What the other tests do not look at is filled in. */
export function problem(change: Partial<ShownProblem>): ShownProblem {
	return {
		time: 0, peer: "branch", connection: "", phase: 1, cause: "mode-mismatch", text: "", setting: "", sign: "request", role: "responder", mode: "aggressive", state: 1, theirs: "",
		certificate: false, transport: false, ports: [500, 4500], values: [], ...change,
	};
}

export function idle(peer: string): IKESecurityAssociation {
	return ike(0, { id: "", status: "Idle", state: 0, algorithm: "", elapsedTime: 0, phase2Negotiations: 0, peer });
}

/** An hour of traffic that differs by `number`. */
export function hour(number: number): Minute[] {
	return Array.from({ length: 60 }, (_, minute) => ({
		bytesIn: Math.round(1e6 * (1 + Math.sin((minute + 7 * number) / 5))), bytesOut: minute % 17 === number ? 9e6 : minute * 20000 * (number % 3), errorsIn: minute % 23 === number ? 3 : 0, errorsOut: 0,
	}));
}

export function connection(number: number, change: Partial<ConnectionStatus> = {}): ConnectionStatus {
	return {
		peer: `branch-${number >> 1}`, connection: number % 2 === 0 ? "office" : "lab", enabled: true, up: true, waits: false, localNetwork: "10.1.0.0/24", remoteNetwork: `10.2.${number}.0/24`,
		bytesIn: 1234567 * number, bytesOut: 7654321, packetsIn: 1200 * number, packetsOut: 9000, errorsIn: number === 3 ? 4 : 0, errorsOut: 0,
		negotiations: 3 + number, failedNegotiations: number === 3 ? 2 : 0, turnCount: 3,
		turns: () => [{ time: 700, up: true, reason: "this unit began" }, { time: 640, up: false, reason: "deleted by the peer" }, { time: 12, up: true, reason: "the peer began" }],
		minutes: () => hour(number), ...change,
	};
}

export function message(change: Partial<NegotiationMessage>): NegotiationMessage {
	return { sent: true, fate: "taken", exchange: "main", message: 1, payloads: "SA VID*6", notification: "", state: 3, time: 0, lastTime: 0, count: 1, ...change };
}

/** Main mode that ended well, as initiator. */
export function mainMode(change: Partial<NegotiationView> = {}): NegotiationView {
	return {
		connection: "", phase: 1, role: "initiator", exchange: "main", began: 700, outcome: "done", reason: "", incomplete: false,
		messages: () => [
			message({}), message({ sent: false, message: 2, payloads: "SA VID*4", state: 4, time: 12 }),
			message({ message: 3, payloads: "KE NONCE NAT-D*2", state: 5, time: 31, count: 2, lastTime: 1040 }), message({ sent: false, message: 4, payloads: "KE NONCE NAT-D*2", state: 6, time: 1066 }),
			message({ message: 5, payloads: "ID HASH N", state: 7, time: 1079 }), message({ sent: false, message: 6, payloads: "ID HASH", state: 8, time: 1102 }),
		], ...change,
	};
}

/** Main mode that nobody answers. */
export function unanswered(change: Partial<NegotiationView> = {}): NegotiationView {
	return { ...mainMode(), began: 720, outcome: "failed", reason: "no answer", messages: () => [message({ count: 6, lastTime: 31044 })], ...change };
}

/** Quick mode that the peer refuses. */
export function refused(change: Partial<NegotiationView> = {}): NegotiationView {
	return {
		connection: "office", phase: 2, role: "initiator", exchange: "quick", began: 702, outcome: "failed", reason: "the peer answers NO-PROPOSAL-CHOSEN", incomplete: false,
		messages: () => [
			message({ exchange: "quick", payloads: "HASH SA NONCE KE ID*2", state: 0 }),
			message({ sent: false, exchange: "informational", message: 0, payloads: "HASH N", notification: "NO-PROPOSAL-CHOSEN", state: 0, time: 9, lastTime: 9 }),
		], ...change,
	};
}

export function fakeGateway(configuration = fakeConfiguration()): FakeGateway {
	const fake: FakeGateway = {
		configuration,
		gateway: { name: "gate-a", version: "0.1.0", uptime: 812, engine: "XS 13.3.0", crypto: "openssl 3.0.17", storageFault: "" },
		securityAssociations: [], ikeSecurityAssociations: [], problems: [], peers: [], connections: [], negotiations: new Map(), entries: [], firewallEntries: [], firewallLevel: "off", deleted: [], askings: [], asked: undefined, attempts: [],
		commands: {
			configuration,
			snapshot: () => ({
				gateway: fake.gateway,
				securityAssociations: () => fake.securityAssociations,
				ikeSecurityAssociations: () => fake.ikeSecurityAssociations,
				problems: () => fake.problems,
				peers: () => fake.peers,
				connections: () => fake.connections,
				negotiations: (peer) => fake.negotiations.get(peer) ?? [],
			}),
			peers: () => peers(fake),
			tables: () => [],
			counters: () => [],
			up: () => ({ ok: true, text: "" }),
			down: () => ({ ok: true, text: "" }),
			deleteSA(spi) {
				fake.deleted.push(`sa ${spi.toString(16)}`);
				const found = fake.securityAssociations.findIndex((one) => Number(one.spi) === spi);
				if (found >= 0)
					fake.securityAssociations.splice(found, 1);
				return found >= 0;
			},
			reboot: () => ({ ok: true, text: "this unit starts anew" }),
			acknowledge() {
				fake.gateway = { ...fake.gateway, startNotice: "" };
			},
			deleteIKESA(id) {
				fake.deleted.push(`ike ${id}`);
				const found = fake.ikeSecurityAssociations.findIndex((one) => one.id === id);
				if (found >= 0)
					fake.ikeSecurityAssociations.splice(found, 1);
				return found >= 0;
			},
			ask(peer, aggressive) {
				fake.askings.push(`ask ${peer}${aggressive ? " aggressive" : ""}`);
				return { ok: true, text: "asking" };
			},
			stopAsking() {
				fake.askings.push("stop");
				return { ok: true, text: "stopped" };
			},
			asked: () => fake.asked,
			attempts: () => fake.attempts,
			attemptEdit: (id) => fake.attempts.some((one) => one.id === id) ? { name: "found", edit: (draft) => { draft.peers.push({ ...draft.peers[0]!, name: "found", enabled: false, connections: [] }); } } : undefined,
		},
		log: {
			entries: (query: LogQuery = {}) => fake.entries.filter((entry) => (query.peer === undefined || entry.peer === query.peer) && entry.severity >= (query.severity ?? 0)),
			get newest() {
				return fake.entries.length;
			},
			size: 256,
		},
		firewall: {
			get level() {
				return fake.firewallLevel;
			},
			entries: (query: FirewallQuery = {}) => selected(fake.firewallEntries, query),
			get newest() {
				return fake.firewallEntries.length;
			},
			size: 512,
		},
	};
	return fake;
}

function selected(entries: FirewallEntry[], { verdict, spi, peer, before, last }: FirewallQuery): FirewallEntry[] {
	const found = entries.filter((entry) => (verdict === undefined || entry.verdict === verdict) && (spi === undefined || entry.spi === spi)
		&& (peer === undefined || entry.peer === peer) && (before === undefined || entry.sequence < before));
	return last === undefined ? found : found.slice(-last);
}

function peers(fake: FakeGateway): PeerOverview[] {
	return fake.ikeSecurityAssociations.map((one) => ({ name: one.peer, enabled: true, remoteGateway: one.remoteGateway, status: one.status, connections: [] }));
}

/** The gateway with every table full: 48 SAs, 16 IKE SAs, 16 connections, and what is remembered of them. */
export function fullGateway(): FakeGateway {
	const fake = fakeGateway();
	for (let i = 0; i < 48; i++)
		fake.securityAssociations.push(sa(i, i >= 40 ? { dying: true } : {}));
	for (let i = 0; i < 16; i++)
		fake.ikeSecurityAssociations.push(ike(i, i === 5 ? { status: "Negotiating(4)", state: 4 } : {}));
	for (let i = 0; i < 16; i++)
		fake.connections.push(connection(i));
	for (let i = 0; i < 8; i++) {
		fake.peers.push({ peer: `branch-${i}`, enabled: true, state: 9, established: 1 + i, failed: i % 3 });
		fake.negotiations.set(`branch-${i}`, [mainMode(), unanswered(), refused({ connection: "" }), refused(), refused({ connection: "lab" })]);
	}
	return fake;
}
