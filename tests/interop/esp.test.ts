/** ESP in UDP with every algorithm, with and without perfect forward secrecy: pings and 64 MB of TCP each way. */
import { groups, transforms } from "./algorithms.js";
import { interop, result } from "./lab.js";
import { ping, pingUntilAnswered, transfer } from "./traffic.js";

const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }];
const proposals = "aes128-sha256-modp2048";
const secret = "interoperation, phase 2";

for (const [encryption, authentication, esp] of transforms) {
	const phase2 = [{ protocol: "esp" as const, encryption, ...(authentication === "" ? {} : { authentication }) }];

	interop(`esp: ${esp} with PFS, keygate initiates, 64 MB each way`, async (t, lab) => {
		const { keygate, network: { left, right } } = lab;
		await lab.set({ phase1, phase2, pfs: 14, secret }, { proposals, esp: `${esp}-modp2048`, secret });
		await keygate.command("up branch/office");
		const status = await keygate.up();
		t.is(status.securityAssociations.length, 2);
		await pingUntilAnswered(left, right);
		t.deepEqual(await ping(left, right, { count: 20 }), { sent: 20, received: 20 });
		t.deepEqual(await ping(right, left, { count: 10, size: 1200 }), { sent: 10, received: 10 });
		const out = await transfer(left, right);
		const back = await transfer(right, left);
		const sas = (await keygate.status()).securityAssociations;
		t.deepEqual(sas.map((sa) => sa.erroredPackets), [0, 0]);
		for (const sa of sas)
			t.true(sa.bytesProcessed > 64 * 1024 * 1024, `${sa.direction} ${sa.bytesProcessed} bytes`);
		result(`esp      ${sas[0]!.algorithm}: PFS, pings 30/30, 64 MB at ${out} and ${back} Mbit/s`);
	});

	interop(`esp: ${esp} without PFS, charon initiates`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await lab.set({ phase1, phase2, pfs: "off", secret }, { proposals, esp, secret });
		await charon.initiate();
		await keygate.up();
		t.deepEqual(await ping(right, left, { count: 10 }), { sent: 10, received: 10 });
		t.deepEqual(await ping(left, right, { count: 10, size: 1200 }), { sent: 10, received: 10 });
		t.deepEqual((await keygate.status()).securityAssociations.map((sa) => sa.erroredPackets), [0, 0]);
	});
}

for (const [group, name] of groups)
	interop(`esp: PFS with group ${group}, both roles`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await lab.set({ phase1, phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: group, secret }, { proposals, esp: `aes128gcm16-${name}`, secret });
		await keygate.command("up branch/office");
		await keygate.up();
		await pingUntilAnswered(left, right);
		await charon.terminate("child");
		await keygate.down({ ike: false });
		await charon.initiate();
		await keygate.up();
		t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
		result(`pfs      group ${group}: both roles`);
	});
