/** Aggressive mode with pre-shared keys against charon, in both roles; identities of every type, in both modes; what is told when they do not fit. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groups, hashes } from "./algorithms.js";
import type { CharonConnection } from "./charon.js";
import type { KeygateConnection } from "./keygate.js";
import { interop, result } from "./lab.js";
import { bothRoles } from "./roles.js";
import { ping, pingUntilAnswered } from "./traffic.js";

const secret = "interoperation, aggressive mode";

type Pair = { readonly keygate: KeygateConnection; readonly charon: CharonConnection };

/** Both gateways in aggressive mode, with a hash and a group. */
function pair([hash, its]: readonly [string, string], [group, name]: readonly [number, string]): Pair {
	return {
		keygate: { phase1Mode: "aggressive", phase1: [{ encryption: "aes-256-cbc", hash, dhGroup: group }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret },
		charon: { aggressive: true, proposals: `aes256-${its}-${name}`, esp: "aes128gcm16", secret }
	};
}

const sha256 = hashes[2]!;
const modp2048 = groups[2]!;

for (const hash of hashes)
	interop(`aggressive mode: hash ${hash[0]}, both roles`, async (t, lab) => {
		const { keygate, charon } = pair(hash, modp2048);
		await lab.set(keygate, charon);
		result(`aggressive  ${hash[0]}/group 14: ${(await bothRoles(t, lab)).text}`);
	});

for (const group of groups)
	interop(`aggressive mode: group ${group[0]}, both roles`, async (t, lab) => {
		const { keygate, charon } = pair(sha256, group);
		await lab.set(keygate, charon);
		result(`aggressive  sha256/group ${group[0]}: ${(await bothRoles(t, lab)).text}`);
	});

/** Type, our identity and charon's, and both in charon's words. */
const identities: readonly (readonly [string, string, string, string, string])[] = [
	["address", "10.9.9.1", "10.9.9.2", "10.9.9.1", "10.9.9.2"],
	["fqdn", "gate.example", "branch.example", "gate.example", "branch.example"],
	["user-fqdn", "gate@keygate.example", "branch@keygate.example", "gate@keygate.example", "branch@keygate.example"],
	["key-id", "gate key", "branch key", "keyid:gate key", "keyid:branch key"]
];

for (const mode of ["main", "aggressive"] as const)
	for (const [type, ours, theirs, inCharon, itsOwn] of identities)
		interop(`T03 identity ${type}, ${mode} mode, both roles`, async (t, lab) => {
			const { keygate, charon } = pair(sha256, modp2048);
			await lab.set(
				{ ...keygate, phase1Mode: mode, localId: { type, value: ours }, remoteId: { type, value: theirs } },
				{ ...charon, aggressive: mode === "aggressive", localId: itsOwn, remoteId: inCharon });
			result(`${mode}  identity ${type}: ${(await bothRoles(t, lab)).text}`);
		});

interop("aggressive mode: different keys are told in both roles", async (t, lab) => {
	const { keygate, charon } = pair(sha256, modp2048);
	await lab.set(keygate, { ...charon, secret: "another one" });
	await lab.keygate.command("up branch/office");
	const ours = await lab.keygate.until((status) => status.problems.length > 0, "told of the key");
	t.is(ours.problems[0]!.cause, "key-mismatch");
	await lab.set(keygate, { ...charon, secret: "another one" });
	await lab.charon.attempt();
	const theirs = await lab.keygate.until((status) => status.problems.length > 0, "told of the key");
	t.is(theirs.problems[0]!.cause, "key-mismatch");
	t.is(theirs.ikeSecurityAssociations.filter((sa) => sa.state === 9).length, 0);
});

interop("aggressive mode: T03 another identity is told in both roles", async (t, lab) => {
	const { keygate, charon } = pair(sha256, modp2048);
	const other: KeygateConnection = { ...keygate, remoteId: { type: "fqdn", value: "branch.example" } };
	for (const initiator of ["keygate", "charon"]) {
		await lab.set(other, { ...charon, localId: "somebody.example", remoteId: lab.network.left.wan });
		await (initiator === "keygate" ? lab.keygate.command("up branch/office") : lab.charon.attempt());
		const { problems } = await lab.keygate.until((status) => status.problems.length > 0, "told of the identity");
		t.is(problems[0]!.cause, "id-mismatch", initiator);
		t.true(problems[0]!.text.includes("fqdn somebody.example") && problems[0]!.text.includes("fqdn branch.example"), problems[0]!.text);
	}
});

interop("F01 aggressive mode: ike-scan gets a hash that a short key is found by, for who is expected and by nobody else's name", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	// SHA-1, since psk-crack knows nothing better; whoever attacks does.
	const { keygate: ours, charon } = pair(hashes[1]!, modp2048);
	const guessable = "letmein";
	await lab.set({ ...ours, secret: guessable, remoteId: { type: "fqdn", value: "branch.example" } }, { ...charon, secret: guessable });
	const scan = async (...words: string[]) => (await right.namespace.run(["ike-scan", "--sport=0", "--retry=1", "--timeout=2000", "-M", "-A", "--idtype=2", ...words, left.wan])).output;
	const folder = mkdtempSync(join(tmpdir(), "keygate-scan-"));
	try {
		const offer = "--trans=(1=7,14=256,2=2,3=1,4=14)";
		const hash = join(folder, "hash");
		t.regex(await scan("--id=branch.example", "--dhgroup=14", offer, `--pskcrack=${hash}`), /Aggressive Mode Handshake returned/);
		writeFileSync(join(folder, "words"), ["password", guessable, "other"].join("\n") + "\n");
		const cracked = await right.namespace.run(["psk-crack", "-d", join(folder, "words"), hash], { limit: 20000 });
		t.true(cracked.output.includes(`key "${guessable}" matches SHA1 hash`), cracked.output);
		for (const [words, what] of [
			[["--id=somebody.example", "--dhgroup=14", offer], "another identity"], [["--id=branch.example", "--dhgroup=2", offer], "a public value of another group"],
			[["--id=branch.example", "--dhgroup=14", "--trans=(1=7,14=256,2=2,3=65001,4=14)"], "XAUTH"], [["--id=branch.example", "--dhgroup=14", "--trans=(1=7,14=256,2=2,3=3,4=14)"], "RSA signatures"]
		] as const)
			t.notRegex(await scan(...words), /Handshake returned/, what);
		const { problems, ikeSecurityAssociations } = await keygate.status();
		t.true(problems.length === 1);
		t.is(ikeSecurityAssociations.filter((sa) => sa.state === 9).length, 0);
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

interop("aggressive mode here, main mode there: told in both roles", async (t, lab) => {
	const { keygate, charon } = pair(sha256, modp2048);
	await lab.set(keygate, { ...charon, aggressive: false });
	await lab.charon.attempt();
	const theirs = await lab.keygate.until((status) => status.problems.length > 0, "told of the mode");
	t.is(theirs.problems[0]!.cause, "mode-mismatch");
	await lab.set(keygate, { ...charon, aggressive: false });
	await lab.keygate.command("up branch/office");
	const ours = await lab.keygate.until((status) => status.problems.length > 0, "told of the mode", 60000);
	result(`aggressive mode against charon's main mode as initiator: ${ours.problems[0]!.cause}: ${ours.problems[0]!.text}`);
	// charon answers the same to an identity that it does not know: both are named.
	t.is(ours.problems[0]!.cause, "id-mismatch");
	t.true(ours.problems[0]!.text.includes("wants main mode"));
});

for (const mode of ["main", "aggressive"] as const)
	interop(`T15 keygate and charon begin ${mode} mode at once: the tunnel is usable, and nothing loops`, async (t, lab) => {
		const { network: { left, right } } = lab;
		const { keygate, charon } = pair(sha256, modp2048);
		await lab.set({ ...keygate, phase1Mode: mode }, { ...charon, aggressive: mode === "aggressive" });
		await Promise.all([lab.charon.attempt(8), lab.keygate.command("up branch/office")]);
		await lab.keygate.up();
		await pingUntilAnswered(left, right);
		await new Promise((resolve) => setTimeout(resolve, 1500));
		t.deepEqual(await ping(left, right, { count: 20 }), { sent: 20, received: 20 });
		t.deepEqual(await ping(right, left, { count: 20 }), { sent: 20, received: 20 });
		const { ikeSecurityAssociations, securityAssociations, problems } = await lab.keygate.status();
		const states = ikeSecurityAssociations.map((sa) => `${sa.role} ${sa.state}`);
		t.true(states.length <= 2 && states.every((state) => state.endsWith(" 9")), states.join());
		t.true(securityAssociations.length === 2 || securityAssociations.length === 4, String(securityAssociations.length));
		t.deepEqual(problems, []);
		result(`T15 ${mode}: ${states.join(", ")}; ${securityAssociations.length} SAs`);
	});
