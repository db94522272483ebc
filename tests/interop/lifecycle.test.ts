/** A tunnel's life with charon: the packet that starts it, its renewal, its end; and what is said when it does not come up. */
import type { ExecutionContext } from "ava";
import type { CharonConnection } from "./charon.js";
import type { KeygateConnection } from "./keygate.js";
import { interop, result, type Lab } from "./lab.js";
import { until } from "./processes.js";
import { ping, pingUntilAnswered, SteadyPing, transfer } from "./traffic.js";

const secret = "interoperation, life";
const ours: KeygateConnection = {
	phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: 14, secret
};
const theirs: CharonConnection = { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret };

/** A tunnel made by us, ended by `end`, and made again by charon. */
async function bothRoles(t: ExecutionContext, { keygate, charon, network: { left, right } }: Lab, end: () => Promise<unknown>): Promise<void> {
	await keygate.command("up branch/office");
	await keygate.up();
	await pingUntilAnswered(left, right);
	await end();
	await keygate.down({ ike: true });
	await charon.initiate();
	await keygate.up();
	t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
}

interop("life: the first ping brings the tunnel up", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	t.is((await keygate.status()).securityAssociations.length, 0);
	const tries = await pingUntilAnswered(left, right);
	t.true(tries <= 2, `${tries} pings`);
	t.deepEqual(await ping(left, right, { count: 20 }), { sent: 20, received: 20 });
	const status = await keygate.status();
	t.is(status.securityAssociations.length, 2);
	t.deepEqual(status.securityAssociations.map((sa) => sa.direction).sort(), ["Incoming", "Outgoing"]);
	result(`life     first ping: answered at number ${tries}`);
});

interop("life: from up to Activated", async (t, lab) => {
	const { keygate } = lab;
	await lab.set(ours, theirs);
	const began = performance.now();
	await keygate.command("up branch/office");
	await keygate.up();
	const milliseconds = performance.now() - began;
	t.is((await keygate.status()).securityAssociations.length, 2);
	result(`life     up to Activated with a pair of SAs (group 14, PFS): ${Math.round(milliseconds)} ms, asking included`);
});

interop("T13 life: our order of proposals, theirs, and the ones that both have", async (t, lab) => {
	const { keygate } = lab;
	await lab.set({
		...ours,
		phase1: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 16 }, { encryption: "aes-128-cbc", hash: "sha1", dhGroup: 14 }, { encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }],
		phase2: [{ protocol: "esp", encryption: "aes-256-gcm-16" }, { protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha1-96" }, { protocol: "esp", encryption: "aes-128-gcm-16" }]
	}, { ...theirs, proposals: "aes256-sha256-modp2048,aes128-sha1-modp2048", esp: "aes128gcm16-modp2048,aes128-sha1-modp2048" });
	await bothRoles(t, lab, () => keygate.command("down branch"));
});

interop("T03 life: identities by name, both roles", async (t, lab) => {
	const { charon } = lab;
	await lab.set({ ...ours, localId: { type: "fqdn", value: "gate.example" }, remoteId: { type: "fqdn", value: "branch.example" } },
		{ ...theirs, localId: "branch.example", remoteId: "gate.example" });
	await bothRoles(t, lab, () => charon.terminate("ike"));
});

interop("T09 life: single addresses as client IDs", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	await lab.set({ ...ours, localNetwork: `${left.lan}/32`, remoteNetwork: `${right.lan}/32` },
		{ ...theirs, localNetwork: `${right.lan}/32`, remoteNetwork: `${left.lan}/32` });
	await bothRoles(t, lab, () => keygate.command("down branch"));
});

interop("T09 life: ranges of addresses, and a protocol with a port, from either side", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	const ranges = { localNetwork: `${left.lan}-${left.lan}9`, remoteNetwork: `${right.lan}-${right.lan}20` };
	const forms = [
		{ ours: ranges, theirs: { localNetwork: ranges.remoteNetwork, remoteNetwork: ranges.localNetwork } },
		{ ours: { fields: { ipProtocol: 1 } }, theirs: { localNetwork: `${right.network}[icmp]`, remoteNetwork: `${left.network}[icmp]` } },
		{ ours: { fields: { ipProtocol: 17, remotePort: 7000 } }, theirs: { localNetwork: `${right.network}[udp/7000]`, remoteNetwork: `${left.network}[udp]` } },
	];
	for (const form of forms) {
		await lab.set({ ...ours, ...form.ours }, { ...theirs, ...form.theirs });
		await keygate.command("up branch/office");
		await keygate.up();
		await keygate.command("down branch");
		await keygate.down({ ike: true });
		await charon.initiate();
		await keygate.up();
		if (form !== forms[2])
			t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
		t.is((await keygate.status()).problems.length, 0);
	}
});

interop("life: traffic tunnels deleted by either side come again with the next packet", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	const first = (await keygate.status()).securityAssociations[0]!.spi;
	await keygate.command(`delete ${first}`);
	await keygate.down({ ike: false });
	await until(async () => await charon.tunnels() === 0 ? true : undefined, () => charon.protocol);
	await pingUntilAnswered(left, right);
	await charon.terminate("child");
	await keygate.down({ ike: false });
	await pingUntilAnswered(left, right);
	const status = await keygate.status();
	t.is(status.securityAssociations.length, 2);
	t.is(status.ikeSecurityAssociations.length, 1);
	t.is(status.ikeSecurityAssociations[0]!.phase2Negotiations, 3);
});

interop("life: the IKE SA deleted by charon, and by us by its id", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	await charon.terminate("ike");
	await keygate.down({ ike: true });
	await pingUntilAnswered(left, right);
	const status = await keygate.status();
	await keygate.command(`delete ${status.ikeSecurityAssociations[0]!.id}`);
	await keygate.until((each) => each.ikeSecurityAssociations.every((sa) => sa.state === 0), "without an IKE SA");
	await until(async () => await charon.sas() === "" ? true : undefined, () => charon.protocol);
	// It has closed its traffic tunnels with it, and did not say so: ours are not sent by.
	t.true(await pingUntilAnswered(left, right) <= 2);
});

interop("life: SIGTERM tells charon and ends with 0", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	t.is(await charon.tunnels(), 1);
	t.is(await keygate.stop(), 0);
	await until(async () => await charon.sas() === "" ? true : undefined, () => charon.protocol);
});

interop("life: we renew under ping and lose nothing", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	await lab.set({ ...ours, seconds: 12 }, theirs);
	await pingUntilAnswered(left, right);
	const first = (await keygate.status()).securityAssociations.map((sa) => sa.spi);
	const steady = new SteadyPing(left, right);
	await keygate.until((status) => status.securityAssociations.length === 4, "renewing (four SAs)");
	await keygate.until((status) => status.securityAssociations.length === 2 && status.securityAssociations.every((sa) => !first.includes(sa.spi)), "renewed");
	const { sent, received } = await steady.stop();
	t.true(sent > 100, `${sent}`);
	t.is(sent - received, 0, `${received} of ${sent} pings answered`);
	t.deepEqual((await keygate.status()).securityAssociations.map((sa) => sa.erroredPackets), [0, 0]);
	result(`life     renewed by us after 12 s lifetime: ${received} of ${sent} pings answered`);
});

interop("life: charon renews under ping and we lose nothing", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	const first = (await keygate.status()).securityAssociations.map((sa) => sa.spi);
	const steady = new SteadyPing(left, right);
	await charon.rekey();
	await keygate.until((status) => status.securityAssociations.filter((sa) => !first.includes(sa.spi)).length === 2, "renewed");
	await ping(left, right, { count: 100 });
	const { sent, received } = await steady.stop();
	t.is(sent - received, 0, `${received} of ${sent} pings answered`);
	result(`life     renewed by charon: ${received} of ${sent} pings answered`);
});

interop("life: renewed by kilobytes in the middle of a transfer", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	await lab.set({ ...ours, kilobytes: 20000 }, theirs);
	await pingUntilAnswered(left, right);
	const first = (await keygate.status()).securityAssociations.map((sa) => sa.spi);
	const speed = await transfer(left, right, 64);
	const status = await keygate.status();
	t.true(status.securityAssociations.some((sa) => !first.includes(sa.spi)));
	t.true(status.ikeSecurityAssociations[0]!.phase2Negotiations >= 3);
	result(`life     64 MB over ${status.ikeSecurityAssociations[0]!.phase2Negotiations} pairs of 20000 kilobytes: ${speed} Mbit/s`);
});

/** Tries from both sides; keygate names the cause each time: `asInitiator`, where it knows no more than charon's answer, may be another. */
function refused(name: string, cause: string, keygateChange: Partial<KeygateConnection>, charonChange: Partial<CharonConnection>, phase: 1 | 2, asInitiator: string = cause): void {
	interop(`problem: ${name}: ${cause}${asInitiator === cause ? ", as initiator and as responder" : ` as responder, ${asInitiator} as initiator`}`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await lab.set({ ...ours, ...keygateChange }, { ...theirs, ...charonChange });
		await keygate.command("up branch/office");
		const status = await keygate.until((each) => each.problems.some((problem) => problem.cause === asInitiator), `saying ${asInitiator} as initiator`);
		const problem = status.problems.find((each) => each.cause === asInitiator)!;
		t.is(problem.peer, "branch");
		t.is(problem.phase, phase);
		t.is(status.securityAssociations.length, 0);
		t.false(JSON.stringify(status).includes(secret));
		t.is((await ping(left, right, { count: 2, wait: 1 })).received, 0);

		await lab.set({ ...ours, ...keygateChange }, { ...theirs, ...charonChange });
		await charon.attempt(3);
		const theirStatus = await keygate.until((each) => each.problems.some((other) => other.cause === cause), `saying ${cause} as responder`);
		t.is(theirStatus.securityAssociations.length, 0);
		t.is(await charon.tunnels(), 0);
		result(`problem  ${name}: ${asInitiator} as initiator, ${cause} as responder`);
	});
}

refused("T01 wrong pre-shared key", "key-mismatch", {}, { secret: "another" }, 1);
refused("no phase 1 proposal in common", "phase1-algorithm-mismatch", {}, { proposals: "aes128-sha1-modp2048" }, 1);
refused("no phase 2 proposal in common", "phase2-algorithm-mismatch", {}, { esp: "aes256-sha1-modp2048" }, 2);
// charon's answer is NO-PROPOSAL-CHOSEN, which does not say that the group was the reason
refused("T12 PFS wanted by us alone", "pfs-mismatch", {}, { esp: "aes128gcm16" }, 2, "phase2-algorithm-mismatch");
refused("T11 another network", "network-mismatch", {}, { localNetwork: "10.9.0.0/24" }, 2);
