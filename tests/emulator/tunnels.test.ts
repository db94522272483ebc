/** The firmware and charon: ESP in UDP, in both roles, with pre-shared keys and certificates, with LAN hosts behind both. */
import { Authority } from "../authority.js";
import { transforms } from "../interop/algorithms.js";
import type { CharonConnection } from "../interop/charon.js";
import type { KeygateConnection } from "../interop/keygate.js";
import { until } from "../interop/processes.js";
import { bothRoles } from "../interop/roles.js";
import { ping, pingUntilAnswered, SteadyPing, transfer } from "../interop/traffic.js";
import { result, withBoard } from "./lab.js";

const secret = "emulator, tunnels";
const gcm = { protocol: "esp", encryption: "aes-128-gcm-16" } as const;
const ours: KeygateConnection = { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], phase2: [gcm], pfs: 31, secret };
const theirs: CharonConnection = { proposals: "aes128-sha256-curve25519", esp: "aes128gcm16-curve25519", secret };

withBoard("tunnels: pre-shared key, main mode, group 14, both roles", async (t, lab) => {
	await lab.set({ ...ours, phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], pfs: 14 }, { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
	const walk = await bothRoles(t, lab);
	t.is(walk.ours.mode, "main");
	result(`board    charon  main mode, pre-shared key, ${walk.ours.algorithm}: ${walk.text}`);
});

withBoard("tunnels: pre-shared key, aggressive mode, identities by name, both roles", async (t, lab) => {
	await lab.set({ ...ours, phase1Mode: "aggressive", localId: { type: "fqdn", value: "gate.example" }, remoteId: { type: "fqdn", value: "branch.example" } },
		{ ...theirs, aggressive: true, localId: "branch.example", remoteId: "gate.example" });
	const walk = await bothRoles(t, lab);
	t.is(walk.ours.mode, "aggressive");
	result(`board    charon  aggressive mode, pre-shared key, ${walk.ours.algorithm}: ${walk.text}`);
});

withBoard("tunnels: the first ping of a LAN host brings the tunnel up and is not lost; 64 MB of TCP each way", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	t.is((await keygate.status()).securityAssociations.length, 0);
	const began = performance.now();
	const tries = await pingUntilAnswered(left, right);
	t.true(tries <= 2, `${tries} pings`);
	const first = Math.round(performance.now() - began);
	t.deepEqual(await ping(left, right, { count: 20 }), { sent: 20, received: 20 });
	t.deepEqual(await ping(right, left, { count: 20, size: 1200 }), { sent: 20, received: 20 });
	// larger than a link: fragments on both LANs, and on the WAN
	t.deepEqual(await ping(left, right, { count: 3, size: 4000 }), { sent: 3, received: 3 });
	t.deepEqual(await ping(right, left, { count: 3, size: 4000 }), { sent: 3, received: 3 });
	const out = await transfer(left, right, 64, 600000);
	const back = await transfer(right, left, 64, 600000);
	const sas = (await keygate.status()).securityAssociations;
	t.deepEqual(sas.map((sa) => sa.erroredPackets), [0, 0]);
	for (const sa of sas)
		t.true(sa.bytesProcessed > 64 * 1024 * 1024, `${sa.direction} ${sa.bytesProcessed} bytes`);
	result(`board    first ping answered after ${first} ms; 64 MB of TCP between LAN hosts, ${sas[0]!.algorithm}: ${out} and ${back} Mbit/s`);
});

withBoard("tunnels: one that is asked for before the WAN's address may be used comes up with it", async (t, lab) => {
	const { keygate } = lab;
	await lab.set(ours, theirs);
	await keygate.boot();
	// it asks on the cable for some tenths of a second whether the address is anybody's
	const answer = await keygate.command("up branch/office");
	await keygate.up(30000);
	const log = await keygate.command("log vpn");
	t.true(/waits: this unit has no address on the WAN, and is brought up/.test(answer) || /the WAN address is/.test(log), answer);
	t.notRegex(log, /again, no answer/);
});

for (const [encryption, authentication, esp] of transforms.slice(1))
	withBoard(`tunnels: ${esp}, both roles`, async (t, lab) => {
		const { keygate, network: { left, right } } = lab;
		await lab.set({ ...ours, phase2: [{ protocol: "esp", encryption, ...(authentication === "" ? {} : { authentication }) }], pfs: "off" }, { ...theirs, esp });
		const walk = await bothRoles(t, lab);
		await keygate.command("up branch/office");
		const { algorithm } = (await keygate.up()).securityAssociations[0]!;
		await pingUntilAnswered(left, right);
		const speed = await transfer(left, right, 2, 120000);
		t.deepEqual((await keygate.status()).securityAssociations.map((sa) => sa.erroredPackets), [0, 0]);
		result(`board    charon  ${algorithm}: ${walk.text}, 2 MB of TCP at ${speed} Mbit/s`);
	});

withBoard("tunnels: certificates with an authority in between, main mode, both roles", async (t, lab) => {
	const root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
	const between = new Authority({ subject: "/C=DE/O=Keygate/CN=Between", pathLength: 0 }, root);
	const gate = between.issue({ subject: "/C=DE/O=Keygate/CN=gate", names: "DNS:gate.example,IP:10.0.0.1" });
	const charon = between.issue({ subject: "/C=DE/O=Keygate/CN=charon", names: "DNS:charon.example,IP:10.0.0.2" });
	await lab.set({
		...ours, remoteId: { type: "dn", value: "C=DE, O=Keygate, CN=charon" },
		certificates: { own: [{ name: "gate", certificate: gate.certificate + between.certificate, key: gate.key }], trusted: [{ name: "root", certificate: root.certificate }] }
	}, { ...theirs, certificates: { certificate: charon.certificate, key: charon.key, authorities: [root.certificate, between.certificate] } });
	// a board has no clock that goes on without power: it is told the time
	t.regex(await lab.keygate.command(`clock ${new Date().toISOString().slice(0, 19)}Z`), /the clock is set/);
	const walk = await bothRoles(t, lab);
	t.is(walk.ours.authentication, "certificate");
	result(`board    charon  main mode, certificates, ${walk.ours.algorithm}: ${walk.text}`);
});

withBoard("tunnels: renewals of both kinds under traffic, no ping lost", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	await lab.set({ ...ours, seconds: 20, phase1Lifetime: 30 }, theirs);
	await pingUntilAnswered(left, right);
	const before = await keygate.status();
	const steady = new SteadyPing(left, right, 0.05);
	const ike = before.ikeSecurityAssociations[0]!.id;
	const spi = before.securityAssociations[0]!.spi;
	await keygate.until((status) => status.securityAssociations.every((sa) => sa.spi !== spi) && status.ikeSecurityAssociations.every((sa) => sa.id !== ike) && status.ikeSecurityAssociations.some((sa) => sa.state === 9),
		"renewed", 300000);
	const { sent, received } = await steady.stop();
	t.is(sent - received, 0, `${received} of ${sent} pings answered`);
	result(`board    renewals of the traffic tunnel and of the IKE SA: ${received}/${sent} pings`);
});

withBoard("tunnels: a wrong key is told, and both sides' Deletes are heard", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, { ...theirs, secret: "another one" });
	await keygate.command("up branch/office");
	const { problems } = await keygate.until((status) => status.problems.length > 0, "told of a problem", 60000);
	t.is(problems[0]!.cause, "key-mismatch");
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	await keygate.command("down branch");
	await until(async () => await charon.tunnels() === 0 ? true : undefined, () => charon.protocol);
	await charon.initiate();
	await keygate.up();
	await charon.terminate("ike");
	await keygate.down({ ike: true });
});
