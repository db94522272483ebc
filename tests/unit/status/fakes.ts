/** A gateway that shows what it is told to. */
import type { TableUse } from "../../../modules/limits.js";
import type { AskedStatus, AttemptStatus, CommandResult, Commands, ConnectionStatus, IKESecurityAssociation, PeerOverview, PeerStatus, SecurityAssociation, ShownProblem, Snapshot } from "../../../modules/status/types.js";
import { fakeConfiguration } from "../pages/configuration.js";

export const sa: SecurityAssociation = Object.freeze({
	destination: "10.0.0.2", direction: "Outgoing", spi: "0x7d403ccc", protocol: "ESP", algorithm: "AES-CBC-128/HMAC-SHA256-128", elapsedTime: 12, lifeTime: 3600,
	bytesProcessed: 123456, erroredPackets: 0, packets: 120, peer: "branch", connection: "office", localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.0/24",
	lifeKilobytes: 0, dying: false, young: false
});

export const ikeSA: IKESecurityAssociation = Object.freeze({
	id: "c485f3f8ee5606e0", remoteGateway: "10.0.0.2", status: "Activated", state: 9, mode: "main", role: "initiator", algorithm: "AES-CBC-256/SHA256/MODP2048",
	authentication: "pre-shared key", elapsedTime: 13, lifeTime: 28800, natT: "none", phase2Negotiations: 1, peer: "branch", dying: false, young: false
});

export const problem: ShownProblem = Object.freeze({
	time: 800, peer: "branch", connection: "office", phase: 2, cause: "pfs-mismatch", text: "The peer wants no PFS, here it is group 14.",
	setting: "/settings/peers/branch/connections/office#pfs", sign: "decision", role: "responder", mode: "main", state: 9, theirs: "pfs off\n", certificate: false, transport: false, ports: Object.freeze([500, 4500] as const),
	values: Object.freeze([
		Object.freeze({ name: "address", ours: Object.freeze(["10.0.0.1"]), theirs: Object.freeze(["10.0.0.2"]), differs: false, setting: "/settings/peers/branch#remoteGateway" }),
		Object.freeze({ name: "pfs", ours: Object.freeze(["MODP2048"]), theirs: Object.freeze(["off"]), differs: true, setting: "/settings/peers/branch/connections/office#pfs" })
	])
});

export class FakeGateway implements Commands {
	readonly configuration = fakeConfiguration();
	storageFault = "";
	sas: SecurityAssociation[] = [];
	ikeSAs: IKESecurityAssociation[] = [];
	problems: ShownProblem[] = [];
	peerStatus: PeerStatus[] = [];
	connections: ConnectionStatus[] = [];
	peerList: PeerOverview[] = [];
	tableList: TableUse[] = [];
	counterList: { name: string; value: number }[] = [];
	result: CommandResult = { ok: true, text: "done" };
	found = true;
	readonly calls: string[] = [];

	snapshot(): Snapshot {
		return {
			gateway: { name: "gate-a", version: "0.1.0", uptime: 812, engine: "XS 13.3.0", crypto: "openssl 3.0.17", storageFault: this.storageFault },
			securityAssociations: () => this.sas,
			ikeSecurityAssociations: () => this.ikeSAs,
			problems: () => this.problems,
			peers: () => this.peerStatus,
			connections: () => this.connections,
			negotiations: () => []
		};
	}

	acknowledge(): void {
		this.calls.push("acknowledge");
	}

	peers() {
		return this.peerList;
	}

	tables() {
		return this.tableList;
	}

	counters() {
		return this.counterList;
	}

	up(peer: string, connection: string) {
		this.calls.push(`up ${peer}|${connection}`);
		return this.result;
	}

	down(peer: string, connection: string) {
		this.calls.push(`down ${peer}|${connection}`);
		return this.result;
	}

	deleteSA(spi: number) {
		this.calls.push(`deleteSA ${spi}`);
		return this.found;
	}

	reboot() {
		this.calls.push("reboot");
		return this.result;
	}

	deleteIKESA(id: string) {
		this.calls.push(`deleteIKESA ${id}`);
		return this.found;
	}

	askedStatus: AskedStatus | undefined;

	ask(peer: string, aggressive: boolean) {
		this.calls.push(`ask ${peer}|${aggressive}`);
		return this.result;
	}

	stopAsking() {
		this.calls.push("stopAsking");
		return this.result;
	}

	asked() {
		return this.askedStatus;
	}

	attemptList: AttemptStatus[] = [];

	attempts() {
		return this.attemptList;
	}

	attemptEdit() {
		return undefined;
	}
}
