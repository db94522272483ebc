/** Main mode with every hash, cipher and group, in both roles: who initiates, and who deletes. */
import { ciphers, groups, hashes } from "./algorithms.js";
import { interop, result, type Lab } from "./lab.js";
import { bothRoles } from "./roles.js";
import type { ExecutionContext } from "ava";

async function negotiated(t: ExecutionContext, lab: Lab, [encryption, cipher]: readonly [string, string], [hash, its]: readonly [string, string], [group, name]: readonly [number, string]): Promise<void> {
	const secret = "interoperation, phase 1";
	await lab.set(
		{ phase1: [{ encryption, hash, dhGroup: group }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret },
		{ proposals: `${cipher}-${its}-${name}`, esp: "aes128gcm16", secret });

	result(`phase 1  ${encryption}/${hash}/group ${group}: ${(await bothRoles(t, lab)).text}`);
}

const aes = ciphers[3]!;
const sha256 = hashes[2]!;
const modp2048 = groups[2]!;

for (const hash of hashes)
	interop(`phase 1: hash ${hash[0]}, both roles`, (t, lab) => negotiated(t, lab, aes, hash, modp2048));
for (const group of groups)
	interop(`phase 1: group ${group[0]}, both roles`, (t, lab) => negotiated(t, lab, aes, sha256, group));
for (const cipher of ciphers)
	interop(`phase 1: ${cipher[0]}, both roles`, (t, lab) => negotiated(t, lab, cipher, sha256, modp2048));
interop("phase 1: 3DES with MD5, whose hash is too short for the key, both roles", (t, lab) => negotiated(t, lab, ciphers[0]!, hashes[0]!, groups[0]!));
