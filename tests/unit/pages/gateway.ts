/** A gateway that is not one: rows as told, and a record of what was asked of it. */
import type { FirewallEntry, FirewallLevel, FirewallQuery, FirewallReader } from "../../../modules/log/firewall.js";
import type { LogEntry, LogQuery, LogReader } from "../../../modules/log/types.js";
import type { Commands, GatewayStatus, IKESecurityAssociation, PeerOverview, SecurityAssociation, ShownProblem } from "../../../modules/status/types.js";
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
	entries: LogEntry[];
	firewallEntries: FirewallEntry[];
	firewallLevel: FirewallLevel;
	/** "sa 1a2b", "ike c485…": what Delete was pressed for. */
	readonly deleted: string[];
}

export function sa(number: number, change: Partial<SecurityAssociation> = {}): SecurityAssociation {
	const outgoing = number % 2 === 0;
	return {
		destination: outgoing ? `10.0.0.${2 + (number >> 1) % 8}` : "10.0.0.1", direction: outgoing ? "Outgoing" : "Incoming",
		spi: `0x${(0x7d403ccc + number * 7919).toString(16)}`, protocol: "ESP",
		algorithm: number % 4 < 2 ? "AES-CBC-128/HMAC-SHA256-128" : "AES-GCM-16-256",
		elapsedTime: 12 + number * 31, lifeTime: 3600, bytesProcessed: 123456 * (number + 1), erroredPackets: number === 3 ? 2 : 0, packets: 120,
		peer: `branch-${(number >> 1) % 8}`, connection: "office", localNetwork: "10.1.0.0/24", remoteNetwork: `10.2.${number >> 1}.0/24`,
		lifeKilobytes: 0, dying: false, ...change,
	};
}

export function ike(number: number, change: Partial<IKESecurityAssociation> = {}): IKESecurityAssociation {
	return {
		id: `c485f3f8ee56${(0x1000 + number).toString(16)}`, remoteGateway: `10.0.0.${2 + number}`, status: "Activated", state: 9, mode: "main",
		role: number % 2 === 0 ? "initiator" : "responder", algorithm: "AES-CBC-256/SHA256/MODP2048", authentication: "pre-shared key",
		elapsedTime: 13 + number, lifeTime: 28800, natT: "none", phase2Negotiations: 1 + number, peer: `branch-${number}`, ...change,
	};
}

/** What the other tests do not look at is filled in. */
export function problem(change: Partial<ShownProblem>): ShownProblem {
	return {
		time: 0, peer: "branch", connection: "", phase: 1, cause: "mode-mismatch", text: "", setting: "", sign: "request", role: "responder", mode: "aggressive", state: 1, theirs: "",
		certificate: false, values: [], ...change,
	};
}

export function idle(peer: string): IKESecurityAssociation {
	return ike(0, { id: "", status: "Idle", state: 0, algorithm: "", elapsedTime: 0, phase2Negotiations: 0, peer });
}

export function fakeGateway(configuration = fakeConfiguration()): FakeGateway {
	const fake: FakeGateway = {
		configuration,
		gateway: { name: "gate-a", version: "0.1.0", uptime: 812, engine: "XS 13.3.0", crypto: "openssl 3.0.17" },
		securityAssociations: [], ikeSecurityAssociations: [], problems: [], entries: [], firewallEntries: [], firewallLevel: "off", deleted: [],
		commands: {
			configuration,
			snapshot: () => ({
				gateway: fake.gateway,
				securityAssociations: () => fake.securityAssociations,
				ikeSecurityAssociations: () => fake.ikeSecurityAssociations,
				problems: () => fake.problems,
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
			deleteIKESA(id) {
				fake.deleted.push(`ike ${id}`);
				const found = fake.ikeSecurityAssociations.findIndex((one) => one.id === id);
				if (found >= 0)
					fake.ikeSecurityAssociations.splice(found, 1);
				return found >= 0;
			},
		},
		log: {
			entries: (query: LogQuery = {}) => fake.entries.filter((entry) => (query.peer === undefined || entry.peer === query.peer) && entry.severity >= (query.severity ?? 0)),
			get newest() {
				return fake.entries.length;
			},
		},
		firewall: {
			get level() {
				return fake.firewallLevel;
			},
			entries: (query: FirewallQuery = {}) => selected(fake.firewallEntries, query),
			get newest() {
				return fake.firewallEntries.length;
			},
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

/** The gateway with every table full: 48 SAs, 16 IKE SAs, 16 problems. */
export function fullGateway(): FakeGateway {
	const fake = fakeGateway();
	for (let i = 0; i < 48; i++)
		fake.securityAssociations.push(sa(i, i >= 40 ? { dying: true } : {}));
	for (let i = 0; i < 16; i++)
		fake.ikeSecurityAssociations.push(ike(i, i === 5 ? { status: "Negotiating(4)", state: 4 } : {}));
	return fake;
}
