/** ESP and AH behind plain IP with a kernel's own IPsec, keyed by charon and by pluto: the matrix of what is negotiated. */
import { transforms } from "./algorithms.js";
import { ping } from "./traffic.js";
import { bothRoles } from "./vm/combination.js";
import { withVM } from "./vm/lab.js";
import { initiate, terminate } from "./vm/peers.js";

const secret = "interoperation, native";
const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }];
const proposals = "aes128-sha256-modp2048";

/** The peer takes any, and as the initiator offers all: what keygate is set to is what comes of it. */
const all = transforms.map(([, , esp]) => `${esp}-modp2048`).join(",");

for (const daemon of ["charon", "pluto"] as const)
	for (const [encryption, authentication, esp] of transforms) {
		const phase2 = [{ protocol: "esp" as const, encryption, ...(authentication === "" ? {} : { authentication }) }];
		withVM(`native: ${daemon} with a kernel's ESP, ${esp}, both roles`, (t, lab) => bothRoles(t, lab, {
			keygate: { phase1, phase2, pfs: 14, secret, natTraversal: "auto" },
			peer: { daemon, proposals, esp: all, secret },
			authentication: "PSK"
		}));
	}

const gcm = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];

for (const daemon of ["charon", "pluto"] as const) {
	for (const aggressive of [false, true]) {
		const phase1Mode = aggressive ? "aggressive" : "main";
		for (const translation of ["Near end", "Far end", "Both ends"] as const)
			withVM(`T22 T23 native: ${daemon}, ${phase1Mode} mode, behind a NAT: ${translation}, both roles`, (t, lab) => bothRoles(t, lab, {
				keygate: { phase1, phase2: gcm, pfs: 14, secret, natTraversal: "auto", phase1Mode },
				peer: { daemon, proposals, esp: all, secret, aggressive }, authentication: "PSK", translation, megabytes: 1
			}));
	}
	for (const phase1Mode of ["main", "aggressive"] as const)
		withVM(`T06 native: ${daemon} offers longer lives than we keep and is told so, ${phase1Mode} mode, both roles`, async (t, lab) => {
			await bothRoles(t, lab, {
				keygate: { phase1, phase2: gcm, pfs: 14, secret, natTraversal: "auto", phase1Mode, phase1Lifetime: 900, seconds: 600, kilobytes: 50000 },
				peer: { daemon, proposals, esp: all, secret, aggressive: phase1Mode === "aggressive" }, authentication: "PSK", megabytes: 1
			});
			const log = await lab.keygate.command("log 200");
			// charon, which does not renew here, offers a minute for phase 1.
			if (daemon === "pluto")
				t.regex(log, /informational sent: HASH N; RESPONDER-LIFETIME/);
			t.regex(log, /quick office 2 sent: HASH SA NONCE KE ID\*2 N/);
		});
	withVM(`native: ${daemon}, aggressive mode, both roles`, (t, lab) => bothRoles(t, lab, {
		keygate: { phase1, phase2: gcm, pfs: 14, secret, natTraversal: "auto", phase1Mode: "aggressive" },
		peer: { daemon, proposals, esp: all, secret, aggressive: true }, authentication: "PSK"
	}));
	withVM(`native: ${daemon}, ESP in UDP without a NAT, both roles`, (t, lab) => bothRoles(t, lab, {
		keygate: { phase1, phase2: gcm, pfs: 14, secret, natTraversal: "force" },
		peer: { daemon, proposals, esp: all, secret, encapsulate: true }, authentication: "PSK", natT: "Both ends"
	}));
}

const protections = [
	["hmac-md5-96", "md5"], ["hmac-sha1-96", "sha1"], ["hmac-sha256-128", "sha256"], ["hmac-sha384-192", "sha384"], ["hmac-sha512-256", "sha512"]
] as const;

for (const daemon of ["charon", "pluto"] as const) {
	for (const [authentication, theirs] of protections)
		withVM(`native: ${daemon} with a kernel's AH, ${theirs}, both roles`, (t, lab) => bothRoles(t, lab, {
			keygate: { phase1, phase2: [{ protocol: "ah", authentication }], pfs: 14, secret, natTraversal: "auto" },
			peer: { daemon, proposals, esp: protections.map(([, each]) => `${each}-modp2048`).join(","), ah: true, secret }, authentication: "PSK", megabytes: 1
		}));
	for (const [what, proposal, esp, ah] of [
		["ESP, aes128gcm16", gcm[0]!, all, false], ["ESP, aes256-sha256", { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }, all, false],
		["AH, sha256", { protocol: "ah", authentication: "hmac-sha256-128" }, "sha256-modp2048", true], ["AH, sha512", { protocol: "ah", authentication: "hmac-sha512-256" }, "sha512-modp2048", true]
	] as const)
		withVM(`native: ${daemon} with a kernel's ${what}, transport mode, both roles`, (t, lab) => bothRoles(t, lab, {
			keygate: { phase1, phase2: [proposal], pfs: 14, secret, natTraversal: "auto", mode: "transport" },
			peer: { daemon, proposals, esp, ah, transport: true, secret }, authentication: "PSK", megabytes: 0
		}));
}

// pluto knows them in IKEv2 only
withVM("native: charon with a kernel's ESP, sequence numbers of 64 bits, both roles", (t, lab) => bothRoles(t, lab, {
	keygate: { phase1, phase2: gcm, pfs: 14, secret, natTraversal: "auto", fields: { extendedSequenceNumbers: true } },
	peer: { daemon: "charon", proposals, esp: "aes128gcm16-modp2048", extended: true, secret }, authentication: "PSK", megabytes: 1
}));

withVM("native: a peer that begins anew when its tunnel is deleted (pluto)", async (t, lab) => {
	const { keygate, vm, network: { left } } = lab;
	await lab.set({ phase1, phase2: gcm, pfs: 14, secret, natTraversal: "auto" }, { daemon: "pluto", proposals, esp: all, secret });
	await initiate(vm, "pluto");
	const first = await keygate.up();
	await keygate.command("down branch");
	const second = await keygate.until((status) => status.securityAssociations.length === 2 && status.securityAssociations[0]!.spi !== first.securityAssociations[0]!.spi, "up again");
	t.is(second.ikeSecurityAssociations.find((sa) => sa.state === 9)!.role, "responder");
	t.deepEqual(await ping(left, vm.place), { sent: 5, received: 5 });
	await terminate(vm, "pluto");
	await keygate.down({ ike: true });
});
