/** Main mode with every hash, cipher and group, in both roles: who initiates, and who deletes. */
import { ciphers, groups, hashes } from "./algorithms.js";
import { interop, result, type Lab } from "./lab.js";
import { ping, pingUntilAnswered } from "./traffic.js";
import type { ExecutionContext } from "ava";

async function bothRoles(t: ExecutionContext, lab: Lab, [encryption, cipher]: readonly [string, string], [hash, its]: readonly [string, string], [group, name]: readonly [number, string]): Promise<void> {
	const { keygate, charon, network: { left, right } } = lab;
	const secret = "interoperation, phase 1";
	await lab.set(
		{ phase1: [{ encryption, hash, dhGroup: group }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret },
		{ proposals: `${cipher}-${its}-${name}`, esp: "aes128gcm16", secret });

	const began = performance.now();
	await keygate.command("up branch/office");
	const ours = (await keygate.up()).ikeSecurityAssociations.find((sa) => sa.state === 9)!;
	const milliseconds = Math.round(performance.now() - began);
	t.is(ours.role, "initiator");
	t.is(ours.status, "Activated");
	await pingUntilAnswered(left, right);
	t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
	await keygate.command("down branch");
	await keygate.down({ ike: true });
	t.is(await charon.tunnels(), 0, "charon heard our Delete");

	const before = performance.now();
	await charon.initiate();
	const its_ = Math.round(performance.now() - before);
	const theirs = (await keygate.up()).ikeSecurityAssociations.find((sa) => sa.state === 9)!;
	t.is(theirs.role, "responder");
	t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
	await charon.terminate("ike");
	await keygate.down({ ike: true });
	t.deepEqual((await keygate.status()).problems, []);
	result(`phase 1  ${encryption}/${hash}/group ${group}: initiator ${milliseconds} ms, responder ${its_} ms, pings 10/10`);
}

const aes = ciphers[3]!;
const sha256 = hashes[2]!;
const modp2048 = groups[2]!;

for (const hash of hashes)
	interop(`phase 1: hash ${hash[0]}, both roles`, (t, lab) => bothRoles(t, lab, aes, hash, modp2048));
for (const group of groups)
	interop(`phase 1: group ${group[0]}, both roles`, (t, lab) => bothRoles(t, lab, aes, sha256, group));
for (const cipher of ciphers)
	interop(`phase 1: ${cipher[0]}, both roles`, (t, lab) => bothRoles(t, lab, cipher, sha256, modp2048));
interop("phase 1: 3DES with MD5, whose hash is too short for the key, both roles", (t, lab) => bothRoles(t, lab, ciphers[0]!, hashes[0]!, groups[0]!));
