/** What a peer still sends on and this gateway does not have any more: after a kill, and after a Delete while there is no IKE SA. Neither peer has traps or dead peer detection here, so that nothing but this gateway mends it. */
import type { ExecutionContext } from "ava";
import type { CharonConnection } from "./charon.js";
import type { Keygate, KeygateConnection } from "./keygate.js";
import { interop, result } from "./lab.js";
import { until } from "./processes.js";
import { ping, pingUntilAnswered, type Place } from "./traffic.js";
import { withVM } from "./vm/lab.js";

const secret = "interoperation, orphans";
const gcm = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];
const ours: KeygateConnection = { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }], phase2: gcm, pfs: "off", secret };
const theirs: CharonConnection = { proposals: "aes128-sha256-modp2048", esp: "aes128gcm16", secret };

/** Seconds that pings from one LAN to the other go unanswered; or an error after `limit` of them. */
async function silence(from: Place, to: Place, limit = 60): Promise<number> {
	const began = performance.now();
	while ((await ping(from, to, { count: 1, wait: 0.5 })).received === 0)
		if (performance.now() - began > limit * 1000)
			throw new Error(`no answer within ${limit} s`);
	return (performance.now() - began) / 1000;
}

/** Kills the gateway and starts it anew; nothing but the peer's packets says that there was a tunnel. */
async function killed(t: ExecutionContext, keygate: Keygate, connection: KeygateConnection, peer: Parameters<Keygate["start"]>[1], from: Place, to: Place): Promise<number> {
	await keygate.stop("SIGKILL");
	await keygate.start(connection, peer);
	const seconds = await silence(from, to);
	t.deepEqual((await keygate.up()).problems, []);
	t.deepEqual(await ping(from, to, { count: 10 }), { sent: 10, received: 10 });
	t.deepEqual(await ping(to, from, { count: 10 }), { sent: 10, received: 10 });
	return seconds;
}

for (const mode of ["main", "aggressive"] as const)
	interop(`T29 orphans: we are killed, and only charon's side has something to send; the tunnel comes back at once, ${mode} mode`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		const connection = { ...ours, phase1Mode: mode };
		await lab.set(connection, { ...theirs, aggressive: mode === "aggressive" });
		await pingUntilAnswered(left, right);
		const seconds = await killed(t, keygate, connection, right, right, left);
		t.is(await charon.tunnels(), 1);
		result(`orphans  we are killed, charon's side pings, ${mode} mode: answered after ${seconds.toFixed(1)} s`);
	});

interop("T29 orphans: a unit that may only answer begins nothing", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	const connection = { ...ours, actAs: "responder" } as const;
	await lab.set(connection, theirs);
	await charon.initiate();
	await keygate.stop("SIGKILL");
	await keygate.start(connection, right);
	for (let i = 0; i < 4; i++)
		t.is((await ping(right, left, { count: 1, wait: 1 })).received, 0);
	t.true((await keygate.status()).ikeSecurityAssociations.every((sa) => sa.state === 0));
	t.regex(await keygate.command("log"), /branch: sends on SA 0x[0-9a-f]{8}, which is not ours any more, .*; this unit may only answer/);
	await charon.terminate("ike");
});

for (const daemon of ["charon", "pluto"] as const)
	for (const [what, phase2, more] of [["ESP", gcm, {}], ["AH", [{ protocol: "ah", authentication: "hmac-sha256-128" }], { ah: true, esp: "sha256" }]] as const)
		withVM(`T29 orphans: we are killed, and only ${daemon} with a kernel's ${what} has something to send; the tunnel comes back at once`, async (t, lab) => {
			const { keygate, vm, network: { left } } = lab;
			const connection: KeygateConnection = { ...ours, phase2, natTraversal: "auto" };
			await lab.set(connection, { daemon, proposals: "aes128-sha256-modp2048", esp: "aes128gcm16", secret, ...more });
			await pingUntilAnswered(left, vm.place);
			const seconds = await killed(t, keygate, connection, { wan: vm.wan, network: vm.network }, vm.place, left);
			// Each pair is two in its kernel: of those from before the kill none is left.
			await until(async () => ((await vm.run("ip xfrm state")).output.match(/^src /gm) ?? []).length === 2 ? true : undefined, () => "more than one pair");
			result(`orphans  we are killed, ${daemon}'s side pings by a kernel's ${what}: answered after ${seconds.toFixed(1)} s`);
		});

withVM("T29 orphans: a pair is deleted while there is no IKE SA; pluto is told all the same, over one that ends with it", async (t, lab) => {
	const { keygate, vm, network: { left } } = lab;
	await lab.set({ ...ours, natTraversal: "auto" }, { daemon: "pluto", proposals: "aes128-sha256-modp2048", esp: "aes128gcm16", secret });
	await pingUntilAnswered(left, vm.place);
	const pairs = async () => ((await vm.run("ip xfrm state")).output.match(/^src /gm) ?? []).length;
	await keygate.command(`delete ${(await keygate.status()).ikeSecurityAssociations[0]!.id}`);
	await keygate.until((status) => status.ikeSecurityAssociations.every((sa) => sa.state === 0), "without an IKE SA");
	t.is(await pairs(), 2);
	await keygate.command("down branch/office");
	await until(async () => await pairs() === 0 ? true : undefined, () => "pluto has its pair still");
	await keygate.down({ ike: true });
	t.deepEqual((await keygate.status()).problems, []);
});
