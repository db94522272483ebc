// The machine of a device has a stack of 512 slots: how much of it each kind of negotiation takes, at both ends.
import test from "ava";
import { PageForm } from "../unit/pages/form.js";
import { place, RunningGateway, settings } from "./linux/gateways.js";

const options = { stdio: ["pipe", "pipe", "pipe"] as ["pipe", "pipe", "pipe"] };

async function stackOf(gateway: RunningGateway): Promise<number> {
	gateway.child.stdin!.write("memory\n");
	const [, , peak, size] = (await gateway.says(/XS stack +(\d+) +(\d+) +(\d+)/)).map(Number);
	if (size !== 512)
		throw new Error(`a stack of ${size}`);
	return peak!;
}

const gcm = ["aes-128-gcm-16", "aes-192-gcm-16", "aes-256-gcm-16"].map((encryption) => ({ protocol: "esp", encryption }));

for (const [what, phase1Mode, pfs, phase2Proposals] of [
	["main mode", "main", 19, [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }]],
	["aggressive mode", "aggressive", 19, [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }]],
	["main mode, and quick mode in fragments", "main", 18, [...gcm, { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }, { protocol: "ah", authentication: "hmac-sha256-128" }]]
] as const)
	test(`the stack of a device is enough for ${what}, with PFS and lives that differ, in both roles`, async (t) => {
		const here = await place();
		const peer = (side: 1 | 2): object => ({
			phase1Mode, phase1Lifetime: 1200 / side, connections: [{
				name: "office", localNetwork: `10.${side}.0.0/24`, remoteNetwork: `10.${3 - side}.0.0/24`, pfs, phase2Proposals, lifetime: { seconds: 3600 / side, kilobytes: 0 }
			}]
		});
		const one = new RunningGateway(here.folder, settings(here, 1, {}, peer(1)), ["--console", "stdio"], options);
		const two = new RunningGateway(here.folder, settings(here, 2, {}, peer(2)), ["--console", "stdio"], options);
		await Promise.all([one.ready(), two.ready()]);
		one.child.stdin!.write("up gate-2\n");
		await one.until((status) => status.securityAssociations.length === 2);
		await two.until((status) => status.securityAssociations.length === 2);
		const peaks = [await stackOf(one), await stackOf(two)];
		t.log(`${what}: initiator ${peaks[0]}, responder ${peaks[1]} of 512`);
		t.true(Math.max(...peaks) < 490);
		for (const gateway of [one, two]) {
			t.notRegex(gateway.error, /control plane/);
			t.is(await gateway.stop(), 0);
		}
	});

test("the stack of a device is enough for forms that are saved while a tunnel is up", async (t) => {
	const here = await place();
	const one = new RunningGateway(here.folder, settings(here, 1), ["--console", "stdio"], options);
	const two = new RunningGateway(here.folder, settings(here, 2), ["--console", "stdio"], options);
	await Promise.all([one.ready(), two.ready()]);
	const send = async (path: string, changes: Readonly<Record<string, string>>, status = 303): Promise<void> => {
		const form = new PageForm(await (await one.fetch(path)).text());
		for (const [name, value] of Object.entries(changes))
			form.set(name, value);
		const response = await one.post(form.action, form.body);
		t.is(response.status, status, `${path}: ${status === 303 ? await response.text() : ""}`);
	};
	const up = async (): Promise<void> => {
		one.child.stdin!.write("up gate-2\n");
		await one.until((status) => status.securityAssociations.length === 2);
	};
	await up();
	const peer = "/settings/peers/gate-2";
	await send(`${peer}/connections/office`, { "lifetime.seconds": "1800" });
	await up();
	await send(peer, { "remoteId.type": "dn", "remoteId.value": "C=DE, O=Example, CN=gate" });
	await send(peer, { "remoteId.type": "" });
	await up();
	await send(peer, { preSharedKey: "x".repeat(256), remoteGateway: "10.0.0.300", phase1Lifetime: "soon", "phase1Proposals.1.hash": "md5" }, 200);
	await send("/settings/tunnel", { remoteGateway: "127.0.0.9", remoteNetwork: "10.9.0.0/16", preSharedKey: "a key for the stack of a device" });
	await send(`${peer}/connection`, { name: "second", remoteNetwork: "10.8.0.0/16" });
	t.is((await one.post(`${peer}/connections/second/up`, "")).status, 303);
	t.is((await one.post(`${peer}/off`, "")).status, 303);
	t.is((await one.post(`${peer}/on`, "")).status, 303);
	await up();
	t.is((await one.post(`${peer}/connections/office/delete`, "")).status, 303);
	t.is((await one.post(`${peer}/delete`, "")).status, 303);
	const peak = await stackOf(one);
	t.log(`forms: ${peak} of 512`);
	t.true(peak < 490);
	t.notRegex(one.error, /control plane/);
	for (const gateway of [one, two])
		t.is(await gateway.stop(), 0);
});

test("the stack of a device is enough for a page that is asked for before any password was verified", async (t) => {
	const here = await place();
	const one = new RunningGateway(here.folder, settings(here, 1), ["--console", "stdio"], options);
	const two = new RunningGateway(here.folder, settings(here, 2), ["--console", "stdio"], options);
	await Promise.all([one.ready(), two.ready()]);
	one.child.stdin!.write("up gate-2\n");
	await one.repeats("peers", /office +up/);
	t.true((await (await one.fetch("/status")).text()).includes("</html>"));
	const peak = await stackOf(one);
	t.log(`first page: ${peak} of 512`);
	t.true(peak < 490);
	t.notRegex(one.error, /control plane/);
	for (const gateway of [one, two])
		t.is(await gateway.stop(), 0);
});

test("the stack of a device is enough for problems in full: pages, data and console", async (t) => {
	const here = await place();
	const one = new RunningGateway(here.folder, settings(here, 1), ["--console", "stdio"], options);
	const two = new RunningGateway(here.folder, settings(here, 2, {}, { preSharedKey: "another key than the tests share" }), ["--console", "stdio"], options);
	await Promise.all([one.ready(), two.ready()]);
	one.child.stdin!.write("up gate-2\n");
	for (const gateway of [one, two]) {
		await gateway.until((status) => status.problems.length === 1);
		for (const path of ["/status", "/problems"])
			t.true((await (await gateway.fetch(path)).text()).includes("To send to the administrator of the other side"), path);
		gateway.child.stdin!.write("problems\n");
		await gateway.says(/\| Please set the key for our gateway anew/);
		const peak = await stackOf(gateway);
		t.log(`problems: ${peak} of 512`);
		t.true(peak < 490);
		t.notRegex(gateway.error, /control plane/);
		t.is(await gateway.stop(), 0);
	}
});

for (const up of [false, true])
	test(`the stack of a device is enough for asking a peer ${up ? "beside a tunnel with it" : "that there is no tunnel with"}`, async (t) => {
		const here = await place();
		const connections = (side: 1 | 2): object[] => [0, 1].map((i) => ({
			name: `net-${i}`, localNetwork: `10.${side}.${i}.0/24`, remoteNetwork: `10.${3 - side}.${i}.0/24`, pfs: i === 0 ? "off" : 19,
			phase2Proposals: [{ protocol: "esp", encryption: i === 1 && side === 1 ? "aes-256-gcm-16" : "aes-128-gcm-16" }]
		}));
		const one = new RunningGateway(here.folder, settings(here, 1, {}, { connections: connections(1) }), ["--console", "stdio"], options);
		const two = new RunningGateway(here.folder, settings(here, 2, {}, { connections: connections(2) }), ["--console", "stdio"], options);
		await Promise.all([one.ready(), two.ready()]);
		if (up) {
			one.child.stdin!.write("up gate-2/net-0\n");
			await one.until((status) => status.securityAssociations.length === 2);
		}
		one.child.stdin!.write("ask gate-2\n");
		await one.repeats("ask", /net-[01]: algorithms +ESP AES-GCM-16-128 .*accepted/);
		const peaks = [await stackOf(one), await stackOf(two)];
		t.log(`asking ${peaks[0]}, asked ${peaks[1]} of 512`);
		t.true(Math.max(...peaks) < 490);
		for (const gateway of [one, two]) {
			t.notRegex(gateway.error, /control plane/);
			t.is(await gateway.stop(), 0);
		}
	});
