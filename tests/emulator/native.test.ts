/** The firmware and a kernel's own IPsec: ESP and AH behind plain IP, keyed by charon and by pluto. */
import { bothRoles } from "../interop/vm/combination.js";
import { withBoardAndVM } from "./vm.js";

const secret = "emulator, native";
const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }];
const proposals = "aes128-sha256-modp2048";
const gcm = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];
const cbc = [{ protocol: "esp" as const, encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }];
const base = { phase1, pfs: 14, secret, natTraversal: "auto" } as const;

for (const daemon of ["charon", "pluto"] as const) {
	for (const [phase2, esp] of [[gcm, "aes128gcm16-modp2048"], [cbc, "aes256-sha256-modp2048"]] as const)
		withBoardAndVM(`native: ${daemon} with a kernel's ESP, ${esp}, both roles`, (t, lab) => bothRoles(t, lab, {
			keygate: { ...base, phase2 }, peer: { daemon, proposals, esp, secret }, authentication: "PSK", host: "board"
		}));
	withBoardAndVM(`native: ${daemon} with a kernel's AH, sha256, both roles`, (t, lab) => bothRoles(t, lab, {
		keygate: { ...base, phase2: [{ protocol: "ah", authentication: "hmac-sha256-128" }] }, peer: { daemon, proposals, esp: "sha256-modp2048", ah: true, secret },
		authentication: "PSK", megabytes: 1, host: "board"
	}));
}

withBoardAndVM("native: charon with a kernel's ESP, aggressive mode, both roles", (t, lab) => bothRoles(t, lab, {
	keygate: { ...base, phase2: gcm, phase1Mode: "aggressive" }, peer: { daemon: "charon", proposals, esp: "aes128gcm16-modp2048", secret, aggressive: true },
	authentication: "PSK", megabytes: 1, host: "board"
}));

withBoardAndVM("native: charon with a kernel's ESP, sequence numbers of 64 bits, both roles", (t, lab) => bothRoles(t, lab, {
	keygate: { ...base, phase2: gcm, fields: { extendedSequenceNumbers: true } }, peer: { daemon: "charon", proposals, esp: "aes128gcm16-modp2048", extended: true, secret },
	authentication: "PSK", megabytes: 1, host: "board"
}));
