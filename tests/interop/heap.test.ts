/** A full heap ends keygate's control plane while charon's and pluto's tunnels carry packets: not one is lost, and in the end there is one pair, at both ends. */
import type { ExecutionContext } from "ava";
import type { StatusDocument } from "../node/laboratory.js";
import type { CharonConnection } from "./charon.js";
import type { Keygate, KeygateConnection } from "./keygate.js";
import { interop, result } from "./lab.js";
import type { Side } from "./network.js";
import { until } from "./processes.js";
import { pingUntilAnswered, SteadyPing } from "./traffic.js";
import { withVM } from "./vm/lab.js";

const secret = "interoperation, full heaps";
const gcm = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];
const ours: KeygateConnection = { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }], phase2: gcm, pfs: "off", secret };
const theirs: CharonConnection = { proposals: "aes128-sha256-modp2048", esp: "aes128gcm16", secret };

function spis({ securityAssociations }: StatusDocument): string[] {
	return securityAssociations.map(({ spi }) => spi);
}

/** Fills the heap once, while pings go both ways until there is one pair, another; how many were answered. */
async function survive(t: ExecutionContext, keygate: Keygate, left: Side, right: Side): Promise<string> {
	const before = spis(await keygate.status());
	t.is(before.length, 2);
	const forth = new SteadyPing(left, right);
	const back = new SteadyPing(right, left);
	await keygate.fillHeap();
	t.deepEqual(spis(await keygate.status()).filter((spi) => before.includes(spi)), before);
	const after = await keygate.until((status) => status.securityAssociations.length === 2 && !spis(status).some((spi) => before.includes(spi)), "with one pair, another", 90000);
	t.is(after.ikeSecurityAssociations.filter(({ state }) => state === 9).length, 1);
	t.deepEqual(after.problems, []);
	const [there, here] = [await forth.stop(), await back.stop()];
	t.true(there.sent > 50 && here.sent > 50);
	t.is(there.sent - there.received, 0, `${there.received} of ${there.sent} pings answered`);
	t.is(here.sent - here.received, 0, `${here.received} of ${here.sent} pings from the other side answered`);
	return `${there.received + here.received} of ${there.sent + here.sent} pings answered`;
}

for (const role of ["initiator", "responder"] as const)
	interop(`heap: a full one as ${role} of the tunnel with charon: nothing is lost, charon sees a renewal, and has one pair`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		keygate.words = ["--fault", "heap"];
		await lab.set(ours, theirs);
		if (role === "responder")
			await charon.initiate();
		await pingUntilAnswered(left, right);
		const text = await survive(t, keygate, left, right);
		await until(async () => await charon.tunnels() === 1 ? true : undefined, () => charon.protocol, 30000);
		t.true((charon.recentLog.match(/parsed ID_PROT request [^\n]*N\(INITIAL_CONT/g) ?? []).length <= 1, "told once at most, of the first start");
		// Both go on as ever: it closes, we close.
		await charon.rekey();
		await pingUntilAnswered(left, right);
		await charon.terminate("child");
		await keygate.until((status) => status.securityAssociations.length === 0, "closed by charon");
		result(`heap     charon, ${role} before: ${text}, one pair at both ends`);
	});

interop("heap: full while only charon may begin: the tunnel carries on, and charon's next pair takes its place", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	keygate.words = ["--fault", "heap"];
	await lab.set({ ...ours, actAs: "responder" }, theirs);
	await charon.initiate();
	await pingUntilAnswered(left, right);
	const before = spis(await keygate.status());
	const steady = new SteadyPing(left, right);
	await keygate.fillHeap();
	await new Promise((resolve) => setTimeout(resolve, 3000));
	t.deepEqual(spis(await keygate.status()), before);
	const { sent, received } = await steady.stop();
	t.is(sent - received, 0, `${received} of ${sent}`);
	await charon.terminate("ike");
	await charon.initiate();
	await pingUntilAnswered(left, right);
});

for (const [daemon, name, more] of [["charon", "ESP", {}], ["pluto", "transport mode", { mode: "transport" }]] as const)
	withVM(`heap: a full one with ${daemon} and a kernel's ${name}: nothing is lost`, async (t, lab) => {
		const { keygate, vm, network: { left } } = lab;
		keygate.words = ["--fault", "heap"];
		await lab.set({ ...ours, natTraversal: "auto", ...more }, { daemon, proposals: "aes128-sha256-modp2048", esp: "aes128gcm16", secret, ...("mode" in more ? { transport: true } : {}) });
		const [from, to] = "mode" in more ? [{ ...left, lan: left.wan }, { lan: vm.wan }] : [left, vm];
		await pingUntilAnswered(from, to);
		const before = spis(await keygate.status());
		const steady = new SteadyPing(from, to);
		await keygate.fillHeap();
		t.deepEqual(spis(await keygate.status()).filter((spi) => before.includes(spi)), before);
		await keygate.until((status) => status.securityAssociations.length === 2 && !spis(status).some((spi) => before.includes(spi)), "with one pair, another", 90000);
		const { sent, received } = await steady.stop();
		t.true(sent > 50);
		// As in any renewal, pluto's kernel may use the new SA before the message by which we make ours has been read.
		t.true(sent - received <= (daemon === "pluto" ? 2 : 0), `${received} of ${sent} pings answered`);
		result(`heap     ${daemon} and a kernel's ${name}: ${received} of ${sent} pings answered`);
	});
