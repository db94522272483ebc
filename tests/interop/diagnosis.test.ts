/** One thing wrong at a time between keygate and charon, in both roles; then two. */
import type { ExecutionContext } from "ava";
import { Authority, type Issued } from "../authority.js";
import type { CharonConnection } from "./charon.js";
import type { KeygateConnection } from "./keygate.js";
import { interop, type Lab } from "./lab.js";
import { certain, judge, likely, type Misconfiguration, type Role } from "./misconfigurations.js";

const secret = "interoperation, diagnosis";
const left = "10.0.0.1";
const right = "10.0.0.2";

const keygate: KeygateConnection = {
	phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 19 }], phase2: [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }], pfs: 19, secret,
	remoteId: { type: "address", value: right }
};
const charon: CharonConnection = { proposals: "aes256-sha256-ecp256", esp: "aes128-sha256-ecp256", secret };

interface Row extends Misconfiguration {
	readonly keygate?: Partial<KeygateConnection>;
	readonly charon?: Partial<CharonConnection>;
	/** charon has its tunnel with another gateway. */
	readonly elsewhere?: boolean;
	/** It shows in packets. */
	readonly traffic?: boolean;
}

/** The same in aggressive mode. */
function aggressive(changes: Partial<KeygateConnection>, its: Partial<CharonConnection> = {}): Pick<Row, "keygate" | "charon"> {
	return { keygate: { ...changes, phase1Mode: "aggressive" }, charon: { ...its, aggressive: true } };
}

const rows: readonly Row[] = [
	{ wrong: "phase 1 encryption", cause: "phase1-algorithm-mismatch", keygate: { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }] }, initiator: likely("phase1-algorithm-mismatch"), responder: certain("phase1-algorithm-mismatch") },
	{ wrong: "phase 1 hash", cause: "phase1-algorithm-mismatch", keygate: { phase1: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 19 }] }, initiator: likely("phase1-algorithm-mismatch"), responder: certain("phase1-algorithm-mismatch") },
	{ wrong: "phase 1 DH group", cause: "phase1-algorithm-mismatch", keygate: { phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 20 }] }, initiator: likely("phase1-algorithm-mismatch"), responder: certain("phase1-algorithm-mismatch") },
	{ wrong: "aggressive mode here, main mode there", cause: "mode-mismatch", keygate: { phase1Mode: "aggressive" }, initiator: likely("id-mismatch"), responder: certain("mode-mismatch") },
	{ wrong: "main mode here, aggressive mode there", cause: "mode-mismatch", charon: { aggressive: true }, initiator: likely("id-mismatch"), responder: certain("mode-mismatch") },
	{ wrong: "pre-shared key", cause: "key-mismatch", keygate: { secret: "another" }, initiator: likely("key-mismatch"), responder: likely("key-mismatch") },
	{ wrong: "pre-shared key, aggressive mode", cause: "key-mismatch", keygate: { secret: "another", phase1Mode: "aggressive" }, charon: { aggressive: true }, initiator: likely("key-mismatch"), responder: likely("key-mismatch") },
	{ wrong: "our identity", cause: "id-mismatch", keygate: { localId: { type: "fqdn", value: "gate.example" } }, initiator: likely("id-mismatch"), responder: likely("id-mismatch") },
	{ wrong: "our identity, aggressive mode", cause: "id-mismatch", keygate: { localId: { type: "fqdn", value: "gate.example" }, phase1Mode: "aggressive" }, charon: { aggressive: true }, initiator: likely("id-mismatch"), responder: likely("id-mismatch") },
	{ wrong: "T03 type of our identity", cause: "id-mismatch", keygate: { localId: { type: "fqdn", value: "gate.example" } }, charon: { remoteId: "keyid:gate.example" }, initiator: likely("id-mismatch"), responder: likely("id-mismatch") },
	{ wrong: "the peer's identity", cause: "id-mismatch", keygate: { remoteId: { type: "fqdn", value: "branch.example" } }, initiator: certain("id-mismatch"), responder: certain("id-mismatch") },
	{ wrong: "the peer's identity, aggressive mode", cause: "id-mismatch", keygate: { remoteId: { type: "fqdn", value: "branch.example" }, phase1Mode: "aggressive" }, charon: { aggressive: true }, initiator: certain("id-mismatch"), responder: certain("id-mismatch") },
	{ wrong: "protocol: AH here, ESP there", cause: "phase2-protocol-mismatch", keygate: { phase2: [{ protocol: "ah", authentication: "hmac-sha256-128" }], natTraversal: "auto" }, initiator: certain("phase2-protocol-mismatch"), responder: certain("phase2-protocol-mismatch") },
	{ wrong: "phase 2 encryption", cause: "phase2-algorithm-mismatch", keygate: { phase2: [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }] }, initiator: likely("phase2-algorithm-mismatch"), responder: certain("phase2-algorithm-mismatch") },
	{ wrong: "phase 2 authentication", cause: "phase2-algorithm-mismatch", keygate: { phase2: [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha1-96" }] }, initiator: likely("phase2-algorithm-mismatch"), responder: certain("phase2-algorithm-mismatch") },
	{ wrong: "PFS group", cause: "pfs-mismatch", keygate: { pfs: 20 }, initiator: likely("phase2-algorithm-mismatch"), responder: certain("pfs-mismatch") },
	{ wrong: "PFS off here, on there", cause: "pfs-mismatch", keygate: { pfs: "off" }, initiator: likely("phase2-algorithm-mismatch") },
	{ wrong: "PFS on here, off there", cause: "pfs-mismatch", charon: { esp: "aes128-sha256" }, initiator: likely("phase2-algorithm-mismatch"), responder: certain("pfs-mismatch") },
	{ wrong: "T11 local network", cause: "network-mismatch", keygate: { localNetwork: "10.8.0.0/24" }, initiator: certain("network-mismatch"), responder: certain("network-mismatch") },
	{ wrong: "T11 remote network", cause: "network-mismatch", keygate: { remoteNetwork: "10.9.0.0/24" }, initiator: certain("network-mismatch"), responder: certain("network-mismatch") },
	{ wrong: "ports of the connection", cause: "network-mismatch", keygate: { fields: { ipProtocol: 17, localPort: 53 } }, responder: certain("network-mismatch"), field: "ipProtocol" },
	{ wrong: "the connection is switched off here", cause: "network-mismatch", keygate: { fields: { enabled: false } }, responder: certain("network-mismatch"), field: "enabled" },
	{ wrong: "this unit is initiator only", cause: "peer-not-configured", keygate: { actAs: "initiator" }, responder: certain("peer-not-configured") },
	{ wrong: "no tunnel with us there", cause: "peer-not-configured", elsewhere: true, initiator: likely("phase1-algorithm-mismatch") },
	{ wrong: "transport mode here, tunnel mode there", cause: "phase2-protocol-mismatch", keygate: { mode: "transport" }, charon: { localNetwork: `${right}/32`, remoteNetwork: `${left}/32` }, initiator: likely("network-mismatch"), responder: certain("phase2-protocol-mismatch"), field: "mode" },
	{ wrong: "phase 1 hash, aggressive mode", cause: "phase1-algorithm-mismatch", ...aggressive({ phase1: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 19 }] }), initiator: likely("phase1-algorithm-mismatch"), responder: certain("phase1-algorithm-mismatch") },
	{ wrong: "phase 1 DH group, aggressive mode", cause: "phase1-algorithm-mismatch", ...aggressive({ phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 20 }] }), initiator: likely("phase1-algorithm-mismatch"), responder: certain("phase1-algorithm-mismatch") },
	{ wrong: "PFS group, aggressive mode", cause: "pfs-mismatch", ...aggressive({ pfs: 20 }), initiator: likely("phase2-algorithm-mismatch"), responder: certain("pfs-mismatch") },
	{ wrong: "T11 local network, aggressive mode", cause: "network-mismatch", ...aggressive({ localNetwork: "10.8.0.0/24" }), initiator: certain("network-mismatch"), responder: certain("network-mismatch"), field: "localNetwork" },
	{ wrong: "this unit is initiator only, aggressive mode", cause: "peer-not-configured", ...aggressive({ actAs: "initiator" }), responder: certain("peer-not-configured") },
	{ wrong: "T14 HMAC-SHA2-256 cut to 96 bits here, 128 there", cause: "phase2-algorithm-mismatch", keygate: { fields: { sha256Truncation: 96 } }, traffic: true, initiator: certain("phase2-algorithm-mismatch"), responder: certain("phase2-algorithm-mismatch") }
];

interop("a table of misconfigurations: the cause is the right one and the only one (charon)", async (t, lab) => {
	for (const row of rows)
		for (const role of ["initiator", "responder"] as const)
			if (row[role] !== undefined)
				await one(t, lab, row, role);
});

async function one(t: ExecutionContext, lab: Lab, row: Row, role: Role): Promise<void> {
	await lab.set({ ...keygate, ...row.keygate }, { ...charon, ...row.charon });
	if (row.elsewhere === true)
		await lab.charon.load({ ...charon, ...row.charon }, { ...lab.network.left, wan: "10.0.0.77" });
	const attempt = role === "initiator" ? void await lab.keygate.command("up branch/office") : lab.charon.attempt(3);
	if (row.traffic === true) {
		await lab.keygate.up();
		const { namespace, lan } = lab.network.right;
		await namespace.run(["ping", "-q", "-c", "8", "-i", "0.02", "-W", "1", "-I", lan, lab.network.left.lan]);
	}
	await judge(t, lab.keygate, "charon", row, role);
	await lab.charon.terminate("ike");
	await attempt;
}

/** A root that both know, one that nobody knows, and certificates by them; made when they are needed. */
function authorities() {
	const root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
	const stranger = new Authority({ subject: "/C=DE/O=Elsewhere/CN=Root" });
	const names = { gate: { subject: "/CN=gate", names: `IP:${left}` }, charon: { subject: "/CN=charon", names: `IP:${right}` } };
	return { root, stranger, gate: root.issue(names.gate), charon: root.issue(names.charon), strangeGate: stranger.issue(names.gate), strangeCharon: stranger.issue(names.charon) };
}

interop("a table of misconfigurations of certificates (charon)", async (t, lab) => {
	const { root, gate, charon: its, strangeGate, strangeCharon } = authorities();
	const own = ({ certificate, key }: Issued) => ({ certificates: { own: [{ name: "gate", certificate, key }], trusted: [{ name: "root", certificate: root.certificate }] }, localId: { type: "address", value: left } });
	const of = ({ certificate, key }: Issued, send: "always" | "never" = "always") => ({ certificates: { certificate, key, authorities: [root.certificate], send }, localId: right, remoteId: left });
	const list: readonly Row[] = [
		{ wrong: "certificate here, pre-shared key there", cause: "authentication-method-mismatch", keygate: own(gate), initiator: likely("certificate-untrusted"), responder: certain("authentication-method-mismatch") },
		{ wrong: "pre-shared key here, certificate there", cause: "authentication-method-mismatch", charon: of(its), initiator: likely("id-mismatch"), responder: certain("authentication-method-mismatch") },
		{ wrong: "the peer's authority is not trusted", cause: "certificate-untrusted", keygate: own(gate), charon: of(strangeCharon), initiator: certain("certificate-untrusted"), responder: certain("certificate-untrusted") },
		{ wrong: "our authority is not trusted there", cause: "certificate-untrusted", keygate: own(strangeGate), charon: of(its), initiator: likely("certificate-untrusted"), responder: likely("certificate-untrusted") },
		{ wrong: "the peer sends no certificate", cause: "certificate-missing", keygate: own(gate), charon: of(its, "never"), initiator: certain("certificate-missing"), responder: certain("certificate-missing") },
		{ wrong: "the peer's identity, certificates", cause: "id-mismatch", keygate: { ...own(gate), remoteId: { type: "fqdn", value: "branch.example" } }, charon: of(its), initiator: certain("id-mismatch"), responder: certain("id-mismatch") },
		{ wrong: "certificate here, pre-shared key there, aggressive mode", cause: "authentication-method-mismatch", ...aggressive(own(gate)), initiator: likely("id-mismatch"), responder: certain("authentication-method-mismatch") },
		{ wrong: "the peer's authority is not trusted, aggressive mode", cause: "certificate-untrusted", ...aggressive(own(gate), of(strangeCharon)), initiator: certain("certificate-untrusted"), responder: certain("certificate-untrusted") },
		{ wrong: "our authority is not trusted there, aggressive mode", cause: "certificate-untrusted", ...aggressive(own(strangeGate), of(its)), initiator: likely("certificate-untrusted"), responder: likely("certificate-untrusted") },
		{ wrong: "the peer has no proof of who it says it is, aggressive mode", cause: "id-mismatch", ...aggressive(own(gate), { ...of(its), localId: "branch.example" }), initiator: likely("id-mismatch") }
	];
	for (const row of list)
		for (const role of ["initiator", "responder"] as const)
			if (row[role] !== undefined)
				await one(t, lab, row, role);
});

for (const role of ["initiator", "responder"] as const)
	interop(`two things wrong at once: the first is named, then, when repaired, the second (charon, keygate as ${role})`, async (t, lab) => {
		// What keygate is told is over at once, and its console has one command at a time.
		const begin = async () => ({ ends: role === "initiator" ? void await lab.keygate.command("up branch/office") : lab.charon.attempt(3) });
		const repaired: KeygateConnection[] = [{ ...keygate, secret: "another", pfs: 20 }, { ...keygate, pfs: 20 }, keygate];
		const told: Misconfiguration[] = [
			{ wrong: "pre-shared key and PFS: first", cause: "key-mismatch", initiator: likely("key-mismatch"), responder: likely("key-mismatch") },
			{ wrong: "pre-shared key and PFS: then", cause: "pfs-mismatch", initiator: likely("phase2-algorithm-mismatch"), responder: certain("pfs-mismatch") }
		];
		await lab.set(repaired[0]!, charon);
		for (const [index, row] of told.entries()) {
			const { ends } = await begin();
			await judge(t, lab.keygate, "charon", row, role);
			await lab.charon.terminate("ike");
			await ends;
			await lab.keygate.reload(repaired[index + 1]!, lab.network.right);
		}
		const { ends } = await begin();
		await lab.keygate.up();
		await ends;
		t.deepEqual((await lab.keygate.status()).problems, []);
		t.regex(await lab.keygate.command("log 200"), /key-mismatch[^]*(pfs|phase2-algorithm)-mismatch/, "the history is in the log");
		await lab.charon.terminate("ike");
	});

interop("a key that is repaired at the other end: `up` does not wait for the negotiation that was in vain (charon)", async (t, lab) => {
	await lab.set(keygate, { ...charon, secret: "another" });
	await lab.keygate.command("up branch/office");
	t.is((await lab.keygate.until((status) => status.problems.length > 0, "told of the key")).problems[0]!.cause, "key-mismatch");
	await lab.charon.load(charon, lab.network.left);
	await lab.keygate.command("up branch/office");
	t.deepEqual((await lab.keygate.up()).problems, []);
	await lab.charon.terminate("ike");
});

for (const [role, mode, number] of [["responder", "main", 5], ["initiator", "aggressive", 2]] as const)
	interop(`UDP port 4500 is blocked towards the peer, which repeats its message ${number} of ${mode} mode: told as ${role} (charon)`, async (t, lab) => {
		const { namespace } = lab.network.right;
		await lab.set({ ...keygate, phase1Mode: mode }, { ...charon, aggressive: mode === "aggressive" });
		for (const line of ["add table ip filter", "add chain ip filter in { type filter hook input priority 0; }", "add rule ip filter in udp dport 4500 drop"])
			await namespace.must(["/usr/sbin/nft", line]);
		let attempt: Promise<string> | undefined;
		try {
			if (role === "initiator")
				await lab.keygate.command("up branch/office");
			else
				attempt = lab.charon.attempt(20);
			const { problems } = await lab.keygate.until((status) => status.problems.length > 0, "told", 40000);
			t.deepEqual(problems.map(({ cause, role: of, phase }) => [cause, of, phase]), [["peer-unreachable", role, 1]]);
			t.regex(problems[0]!.text, new RegExp(`repeats its message ${number}, .*UDP port 4500`));
		}
		finally {
			await namespace.run(["/usr/sbin/nft", "delete table ip filter"]);
			await lab.charon.terminate("ike");
			await attempt;
		}
		await lab.keygate.command("down branch");
		await lab.keygate.command("up branch/office");
		t.deepEqual((await lab.keygate.up()).problems, []);
		await lab.charon.terminate("ike");
	});
