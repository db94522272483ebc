/** One thing wrong at a time between keygate and libreswan's pluto, in both roles, then two. pluto keeps its settings as long as it can: what is wrong is wrong here. */
import type { KeygateConnection } from "./keygate.js";
import { certain, judge, likely, type Misconfiguration } from "./misconfigurations.js";
import type { PeerConnection } from "./vm/peers.js";
import { withVM } from "./vm/lab.js";

const secret = "interoperation, diagnosis";

const keygate: KeygateConnection = {
	phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 19 }], phase2: [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }], pfs: 14, secret,
	natTraversal: "auto", remoteId: { type: "address", value: "10.0.0.2" }
};
const pluto: PeerConnection = { daemon: "pluto", proposals: "aes256-sha256-ecp256", esp: "aes128-sha256-modp2048", secret };

interface Row extends Misconfiguration {
	readonly keygate?: Partial<KeygateConnection>;
	readonly pluto?: Partial<PeerConnection>;
}

const rows: readonly Row[] = [
	{ wrong: "phase 1 encryption", cause: "phase1-algorithm-mismatch", keygate: { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }] }, initiator: likely("phase1-algorithm-mismatch"), responder: certain("phase1-algorithm-mismatch") },
	{ wrong: "phase 1 DH group", cause: "phase1-algorithm-mismatch", keygate: { phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 20 }] }, initiator: likely("phase1-algorithm-mismatch"), responder: certain("phase1-algorithm-mismatch") },
	{ wrong: "pre-shared key", cause: "key-mismatch", keygate: { secret: "another" }, initiator: likely("key-mismatch"), responder: likely("key-mismatch") },
	{ wrong: "our identity", cause: "id-mismatch", keygate: { localId: { type: "fqdn", value: "gate.example" } }, initiator: likely("id-mismatch"), responder: likely("id-mismatch") },
	{ wrong: "the peer's identity", cause: "id-mismatch", keygate: { remoteId: { type: "fqdn", value: "branch.example" } }, initiator: certain("id-mismatch"), responder: certain("id-mismatch") },
	{ wrong: "protocol: AH here, ESP there", cause: "phase2-protocol-mismatch", keygate: { phase2: [{ protocol: "ah", authentication: "hmac-sha256-128" }] }, initiator: likely("phase2-algorithm-mismatch"), responder: certain("phase2-protocol-mismatch") },
	{ wrong: "phase 2 encryption", cause: "phase2-algorithm-mismatch", keygate: { phase2: [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }] }, initiator: likely("phase2-algorithm-mismatch"), responder: certain("phase2-algorithm-mismatch") },
	{ wrong: "PFS group", cause: "pfs-mismatch", keygate: { pfs: 19 }, responder: certain("pfs-mismatch") },
	{ wrong: "PFS off here, on there", cause: "pfs-mismatch", keygate: { pfs: "off" }, initiator: likely("phase2-algorithm-mismatch") },
	{ wrong: "T11 local network", cause: "network-mismatch", keygate: { localNetwork: "10.8.0.0/24" }, initiator: certain("network-mismatch"), responder: certain("network-mismatch") },
	{ wrong: "T11 remote network", cause: "network-mismatch", keygate: { remoteNetwork: "10.9.0.0/24" }, initiator: certain("network-mismatch"), responder: certain("network-mismatch") },
	{ wrong: "transport mode here, tunnel mode there", cause: "network-mismatch", keygate: { mode: "transport" }, initiator: likely("network-mismatch"), responder: certain("network-mismatch") },
	{ wrong: "this unit is initiator only", cause: "peer-not-configured", keygate: { actAs: "initiator" }, responder: certain("peer-not-configured") },
	{ wrong: "aggressive mode here, main mode there", cause: "mode-mismatch", keygate: { phase1Mode: "aggressive" }, responder: certain("mode-mismatch") },
	{ wrong: "main mode here, aggressive mode there", cause: "mode-mismatch", pluto: { aggressive: true }, responder: certain("mode-mismatch") },
	{ wrong: "pre-shared key, aggressive mode", cause: "key-mismatch", keygate: { secret: "another", phase1Mode: "aggressive" }, pluto: { aggressive: true }, initiator: likely("key-mismatch"), responder: likely("key-mismatch") },
	{ wrong: "our identity, aggressive mode", cause: "id-mismatch", keygate: { localId: { type: "fqdn", value: "gate.example" }, phase1Mode: "aggressive" }, pluto: { aggressive: true }, responder: likely("id-mismatch") },
	{ wrong: "the peer's identity, aggressive mode", cause: "id-mismatch", keygate: { remoteId: { type: "fqdn", value: "branch.example" }, phase1Mode: "aggressive" }, pluto: { aggressive: true }, initiator: certain("id-mismatch"), responder: certain("id-mismatch") },
	{ wrong: "PFS on here, off there", cause: "pfs-mismatch", pluto: { esp: "aes128-sha256" }, responder: certain("pfs-mismatch") }
];

withVM("a table of misconfigurations: the cause is the right one and the only one (pluto)", async (t, lab) => {
	for (const row of rows)
		for (const role of ["initiator", "responder"] as const) {
			if (row[role] === undefined)
				continue;
			await lab.set({ ...keygate, ...row.keygate }, { ...pluto, ...row.pluto });
			const attempt = role === "initiator" ? void await lab.keygate.command("up branch/office") : lab.vm.run("timeout 15 ipsec auto --up net");
			await judge(t, lab.keygate, "pluto", row, role);
			await lab.vm.run("ipsec auto --down net");
			await attempt;
		}
});

for (const role of ["initiator", "responder"] as const)
	withVM(`two things wrong at once: the first is named, then, when repaired, the second (pluto, keygate as ${role})`, async (t, lab) => {
		const { vm, network } = lab;
		// What keygate is told is over at once, and its console has one command at a time.
		const begin = async () => ({ ends: role === "initiator" ? void await lab.keygate.command("up branch/office") : vm.run("timeout 15 ipsec auto --up net") });
		const repaired: KeygateConnection[] = [{ ...keygate, remoteId: { type: "fqdn", value: "branch.example" }, remoteNetwork: "10.9.0.0/24" }, { ...keygate, remoteNetwork: "10.9.0.0/24" }, keygate];
		const told: Misconfiguration[] = [
			{ wrong: "identity and network: first", cause: "id-mismatch", initiator: certain("id-mismatch"), responder: certain("id-mismatch") },
			{ wrong: "identity and network: then", cause: "network-mismatch", initiator: certain("network-mismatch"), responder: certain("network-mismatch") }
		];
		await lab.set(repaired[0]!, pluto);
		for (const [index, row] of told.entries()) {
			const { ends } = await begin();
			await judge(t, lab.keygate, "pluto", row, role);
			await vm.run("ipsec auto --down net");
			await ends;
			await lab.keygate.reload(repaired[index + 1]!, { wan: network.seenVM, network: vm.network });
		}
		const { ends } = await begin();
		await lab.keygate.up();
		await ends;
		t.deepEqual((await lab.keygate.status()).problems, []);
		await vm.run("ipsec auto --down net");
	});
