/** Settings that change, on a page or by SIGHUP, while tunnels are up: one connection's change is nothing to the other, and what is the unit's own is nothing to any. */
import type { ExecutionContext } from "ava";
import { filled } from "../form.js";
import { settings, type Keygate, type KeygateConnection } from "./keygate.js";
import { interop, result } from "./lab.js";
import type { Side } from "./network.js";
import { until } from "./processes.js";
import { withSites, type Site } from "./sites.js";
import { pingUntilAnswered, SteadyPing } from "./traffic.js";
import { withVM } from "./vm/lab.js";

const secret = "interoperation, settings";
const phase2 = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];
const ours: KeygateConnection = { phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2, pfs: 14, secret };

/** Both gateways' tunnels in swanctl's words. */
function swanctl(left: Side, right: Side): string {
	const child = (network: string) => `local_ts = ${network}
				remote_ts = ${left.network}
				esp_proposals = aes128gcm16-modp2048,aes128gcm16-ecp256
				rekey_time = 0`;
	return `connections {
	gw {
		version = 1
		local_addrs = ${right.wan}
		remote_addrs = ${left.wan}
		proposals = aes256-sha256-modp2048
		encap = yes
		local { auth = psk }
		remote { auth = psk }
		children {
			net {
				${child(right.network)}
			}
			lab {
				${child("10.3.0.0/24")}
			}
		}
	}
}
secrets {
	ike-1 {
		secret = "${secret}"
	}
}
`;
}

interop("settings: a connection is changed on its page, three times and its order, while pings go through another one: none is lost, its SAs stay", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await keygate.stop();
	await charon.terminate("ike");
	// charon installs only what it has an address for
	await right.namespace.ip("address", "replace", "10.3.0.1/24", "dev", "lo");
	await charon.loadText(swanctl(left, right), "gw");
	await keygate.startWith(settings({ ...ours, more: [{ name: "lab", order: 2, localNetwork: left.network, remoteNetwork: "10.3.0.0/24", phase2Proposals: phase2, pfs: 14 }] }, left, right));
	const spis = async (name: string) => (await keygate.status()).securityAssociations.filter(({ connection }) => connection === name).map(({ spi }) => spi).sort();
	const page = "/settings/peers/branch/connections/lab";
	const curl = (path: string, ...words: string[]) => left.namespace.must(["curl", "-sS", "-u", "admin:interoperation", "-w", "\n%{http_code}", ...words, `http://${left.lan}${path}`]);
	const save = async (changes: Record<string, string>) => {
		const body = filled(await curl(page), "pfs");
		for (const [name, value] of Object.entries(changes))
			body.set(name, value);
		return curl(page, "--data-binary", `${body}`);
	};
	await pingUntilAnswered(left, right);
	await keygate.command("up branch/lab");
	await keygate.until((status) => status.securityAssociations.length === 4, "two tunnels");
	const office = await spis("office");
	const { id } = (await keygate.status()).ikeSecurityAssociations[0]!;
	const pings = new SteadyPing(left, right, 0.005);
	for (const pfs of ["19", "14", "19"]) {
		const before = await spis("lab");
		t.regex(await save({ pfs }), /303$/);
		t.deepEqual(await spis("lab"), []);
		t.is(await charon.tunnels(), 1, "the peer was told");
		await keygate.command("up branch/lab");
		await keygate.until((status) => status.securityAssociations.length === 4, "two tunnels");
		t.notDeepEqual(await spis("lab"), before);
	}
	// its order is none of the tunnels'
	const young = await spis("lab");
	t.regex(await save({ order: "9" }), /303$/);
	t.deepEqual(await spis("lab"), young);
	const { sent, received } = await pings.stop();
	t.is(received, sent);
	t.true(sent > 200, `${sent} pings`);
	t.deepEqual(await spis("office"), office);
	t.is((await keygate.status()).ikeSecurityAssociations[0]!.id, id);
	result(`settings one of two connections changed three times on its page: ${received} of ${sent} pings through the other answered, SPIs and IKE SA unchanged`);
});

/**
 * Saves, on the page, another name, another password, a port and an address for the pages, one after the other, each at the place that the one before has made; pings go through the tunnel meanwhile. How
 * many were answered.
 */
async function changeUnit(t: ExecutionContext, keygate: Keygate, left: Side, steady: readonly SteadyPing[]): Promise<string> {
	const { securityAssociations, ikeSecurityAssociations } = await keygate.status();
	let at = `http://${left.lan}:80`;
	let password = "interoperation";
	const save = (path: string, fields: Record<string, string>) =>
		left.namespace.must(["curl", "-sS", "-u", `admin:${password}`, "-H", "X-Keygate: 1", "-w", "%{http_code}", "--data-binary", `${new URLSearchParams(fields)}`, `${at}/settings/administration/${path}`]);
	/** Saved, and the pages are at `address` then. */
	const move = async (address: string, fields: Record<string, string>) => {
		const from = keygate.output.length;
		t.regex(await save("unit", fields), /303$/);
		await keygate.says(new RegExp(`pages on ${address}/`), from);
		t.not((await left.namespace.run(["curl", "-sS", "-m", "2", `${at}/status`])).status, 0, "nothing is served there any more");
		at = address;
	};
	t.regex(await save("unit", { name: "another" }), /303$/);
	t.regex(await save("password", { user: "admin", current: password, new: "another word for it", again: "another word for it" }), /303$/);
	password = "another word for it";
	await move(`http://${left.lan}:8080`, { "http.port": "8080" });
	await left.namespace.ip("address", "replace", "10.1.0.77/24", "dev", "lo");
	await move("http://10.1.0.77:8080", { lanAddress: "10.1.0.77/24", "http.address": "10.1.0.77" });
	await move(`http://${left.lan}:80`, { lanAddress: `${left.lan}/24`, "http.address": left.lan, "http.port": "80" });
	t.regex(await left.namespace.must(["curl", "-sS", "-u", `admin:${password}`, `${at}/status.json`]), /"name": "another"/);
	let [sent, received] = [0, 0];
	for (const each of steady) {
		const pings = await each.stop();
		t.is(pings.sent - pings.received, 0, `${pings.received} of ${pings.sent}`);
		sent += pings.sent;
		received += pings.received;
	}
	t.true(sent > 20, `${sent} pings`);
	const after = await keygate.status();
	t.deepEqual(after.securityAssociations.map(({ spi }) => spi), securityAssociations.map(({ spi }) => spi));
	t.deepEqual(after.ikeSecurityAssociations.map(({ id }) => id), ikeSecurityAssociations.map(({ id }) => id));
	await left.namespace.ip("address", "del", "10.1.0.77/24", "dev", "lo");
	return `${received} of ${sent} pings answered, SPIs and IKE SA unchanged`;
}

interop("settings: name, password, the pages' port and the LAN address are changed on the page: nothing is lost, and all SAs stay", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
	await pingUntilAnswered(left, right);
	const text = await changeUnit(t, keygate, left, [new SteadyPing(left, right), new SteadyPing(right, left)]);
	t.is(await charon.tunnels(), 1);
	t.notRegex(charon.recentLog, /received DELETE/);
	result(`settings name, password, addresses of the pages changed beside a tunnel with charon: ${text}`);
});

withVM("settings: the same with a kernel's ESP", async (t, lab) => {
	const { keygate, vm, network: { left } } = lab;
	await lab.set({ ...ours, natTraversal: "auto" }, { daemon: "charon", proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
	await pingUntilAnswered(left, vm);
	result(`settings the same with a kernel's ESP: ${await changeUnit(t, keygate, left, [new SteadyPing(left, vm)])}`);
});

interop("settings: other ports of IKE, and reboot, close the tunnel with a Delete, and the next packet brings it up again", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
	const closed = async (act: () => Promise<unknown>) => {
		await pingUntilAnswered(left, right);
		const from = keygate.output.length;
		const mark = charon.recentLog.length;
		await act();
		await keygate.says(/pages on /, from);
		await until(async () => await charon.tunnels() === 0 || undefined, () => "charon was not told", 20000);
		t.regex(charon.recentLog.slice(mark), /received DELETE for ESP CHILD_SA[^]*received DELETE for IKE_SA/);
	};
	const ports = (ikePort: number, natTraversalPort: number) => () =>
		left.namespace.must(["curl", "-sS", "-u", "admin:interoperation", "-H", "X-Keygate: 1", "--data-binary", `ikePort=${ikePort}&natTraversalPort=${natTraversalPort}`, `http://${left.lan}/settings/administration/unit`]);
	await closed(ports(1500, 1501));
	await ports(500, 4500)();
	await keygate.says(/(pages on [^]*){3}/, 0);
	await closed(() => keygate.command("reboot"));
	await pingUntilAnswered(left, right);
});

withSites(3, "settings: SIGHUP with another name, place of the pages and one of two peers changed: that one's tunnels end with a Delete and are made anew, the other loses nothing, also while everything is to go through a tunnel", async (t, sites) => {
	const [, here, second, third] = sites.sites as [undefined, Site, Site, Site];
	const net = (own: number, other: number) => ({ name: "net", order: other, localNetwork: `10.${own}.0.0/24`, remoteNetwork: `10.${other}.0.0/24` });
	const stays = { site: 2, connections: [net(1, 2)] };
	await second.start([{ site: 1, connections: [net(2, 1)] }]);
	await third.start([{ site: 1, connections: [net(3, 1), { name: "all", order: 9, localNetwork: "0.0.0.0/0", remoteNetwork: "10.1.0.0/24" }] }]);
	await here.start([stays, { site: 3, connections: [net(1, 3)] }]);
	await pingUntilAnswered(here.side, second.side);
	await pingUntilAnswered(here.side, third.side);
	const spis = async (peer: string) => (await here.status()).securityAssociations.filter((each) => each.peer === peer).map(({ spi }) => spi);
	const [steady, changed] = [await spis("site-2"), await spis("site-3")];
	const [forth, back] = [new SteadyPing(here.side, second.side), new SteadyPing(second.side, here.side)];
	const gateway = { name: "another", http: { address: here.lan, port: 8080 } };
	here.write([stays, { site: 3, natTraversal: "force", connections: [net(1, 3)] }], gateway);
	await here.signal("SIGHUP", /closed, to be made by them: site-3\/net; these pages are at the new address in a moment\.[^]*keygate: another on 172\.16\.1\.1, pages on http:\/\/10\.1\.0\.1:8080\//);
	t.deepEqual(await spis("site-3"), []);
	await third.until((status) => status.securityAssociations.length === 0, "told");
	await pingUntilAnswered(here.side, third.side);
	t.false((await spis("site-3")).some((spi) => changed.includes(spi)));
	// a network that contains the peers: their packets keep to the WAN from now on, by the sockets that there are
	here.write([stays, { site: 3, natTraversal: "force", connections: [net(1, 3), { name: "all", order: 9, localNetwork: "10.1.0.0/24", remoteNetwork: "0.0.0.0/0" }] }], gateway);
	await here.signal("SIGHUP", /no tunnel was closed\.[^]*pages on/);
	t.regex(await here.gateway.must(["ip", "route", "get", "172.16.2.1"]), /keygate0/);
	await here.command("up site-3/all");
	await here.until((status) => status.securityAssociations.filter(({ connection }) => connection === "all").length === 2, "everything through a tunnel");
	t.is((await here.host.run(["ping", "-n", "-c", "3", "-i", "0.1", "-W", "2", third.lan])).status, 0);
	// and back: they go by the routes
	here.write([stays, { site: 3, natTraversal: "force", connections: [net(1, 3)] }]);
	await here.signal("SIGHUP", /closed, to be made by them: site-3\/all[^]*pages on http:\/\/10\.1\.0\.1:80\//);
	t.notRegex(await here.gateway.must(["ip", "route", "get", "172.16.2.1"]), /keygate0/);
	await here.command("delete " + (await spis("site-3"))[0]!);
	await pingUntilAnswered(here.side, third.side);
	for (const pings of [await forth.stop(), await back.stop()]) {
		t.true(pings.sent > 50);
		t.is(pings.sent - pings.received, 0, `${pings.received} of ${pings.sent}`);
	}
	t.deepEqual(await spis("site-2"), steady);
	result(`settings SIGHUP: one of two peers changed, the pages moved, a tunnel for everything made and taken away: nothing of the other lost, its SPIs unchanged`);
});
