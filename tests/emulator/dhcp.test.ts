/** Addresses by DHCP, with busybox's server and client: the WAN's, with a tunnel that lives by it, and what LAN hosts get. */
import type { CharonConnection } from "../interop/charon.js";
import type { KeygateConnection } from "../interop/keygate.js";
import { ping, pingUntilAnswered } from "../interop/traffic.js";
import { ask, Server } from "./dhcp.js";
import { result, withBoard } from "./lab.js";

const secret = "emulator, addresses";
/** Each by its name: the address is whatever it is. */
const ours: KeygateConnection = {
	phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret, start: "always",
	phase1Mode: "aggressive", localId: { type: "fqdn", value: "gate.example" }
};
const theirs: CharonConnection = { proposals: "aes128-sha256-curve25519", esp: "aes128gcm16", secret, aggressive: true, remoteId: "gate.example" };
const learned = { wanAddressing: "dhcp", wanAddress: undefined };

withBoard("dhcp: the WAN's address is leased; a tunnel lives by it; with another address the tunnel comes again; without a lease it ends, and nothing passes", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	const server = new Server(right.namespace, "wan");
	try {
		await server.start({ first: "10.0.0.100", last: "10.0.0.100", router: "10.0.0.2", dns: "10.0.0.53", lease: 120 });
		await charon.terminate("ike");
		await charon.load(theirs, { ...left, wan: "%any" });
		await keygate.boot(lab.settings(ours, learned));
		await keygate.up(30000);
		await pingUntilAnswered(left, right);
		t.regex(await charon.sas(), /10\.0\.0\.100/);
		t.regex(await keygate.command("log vpn 100"), /10\.0\.0\.100/);

		// the cable goes to another network, as it seems: the server knows nothing of that lease
		await server.start({ first: "10.0.0.101", last: "10.0.0.101", router: "10.0.0.2", lease: 120 });
		await keygate.emulator.link("wan", false);
		await new Promise((resolve) => setTimeout(resolve, 500));
		await keygate.emulator.link("wan", true);
		const before = Date.now();
		await keygate.until((status) => status.securityAssociations.length >= 2 && status.ikeSecurityAssociations.some((sa) => sa.state === 9) , "up by another address", 90000);
		await pingUntilAnswered(left, right, 60);
		t.regex(await charon.sas(), /10\.0\.0\.101/);
		result(`board    DHCP: another WAN address, tunnel again after ${((Date.now() - before) / 1000).toFixed(1)} s`);

		// nobody renews the lease
		await server.stop();
		const lost = Date.now();
		await keygate.until((status) => status.securityAssociations.length === 0, "without tunnels", 300000);
		t.is((await ping(left, right, { count: 2, wait: 1 })).received, 0);
		result(`board    DHCP: a lease of 120 s that nobody renews is given up after ${Math.round((Date.now() - lost) / 1000)} s, with a line: ${(await keygate.command("log vpn 30")).split("\n").find((line) => /lease/i.test(line))?.trim()}`);
		t.regex(await keygate.command("log vpn 50"), /lease/i);

		// and then there is somebody again
		await server.start({ first: "10.0.0.102", last: "10.0.0.102", router: "10.0.0.2", lease: 120 });
		await keygate.up(120000);
		await pingUntilAnswered(left, right);
	}
	finally {
		await server.close();
	}
});

withBoard("dhcp: LAN hosts get addresses, router and name server; the same one again; a fixed one; a full range is told", async (t, lab) => {
	const { keygate, charon, network: { left } } = lab;
	const host = left.namespace;
	await host.ip("link", "set", "lan", "address", "52:54:00:00:00:10");
	await charon.load(theirs, left);
	const dhcpServer = { enabled: true, first: "10.1.0.100", last: "10.1.0.101", leaseSeconds: 600, fixed: [{ hardwareAddress: "52:54:00:00:00:77", address: "10.1.0.77" }] };
	await keygate.boot(lab.settings({ ...ours, start: "never" }, { dhcpServer, dnsServers: "10.0.0.53, 10.0.0.54" }));
	try {
		const first = await ask(host, "lan");
		t.truthy(first);
		t.regex(first!.get("ip")!, /^10\.1\.0\.10[01]$/);
		t.is(first!.get("mask"), "24");
		t.is(first!.get("router"), "10.1.0.1");
		t.is(first!.get("lease"), "600");
		t.is(first!.get("serverid"), "10.1.0.1");
		t.is(first!.get("dns"), "10.0.0.53 10.0.0.54");
		t.deepEqual(await ping({ lan: first!.get("ip")!, namespace: host }, { lan: "10.1.0.1" }), { sent: 5, received: 5 });
		const again = await ask(host, "lan");
		t.is(again!.get("ip"), first!.get("ip"));

		await host.ip("link", "set", "lan", "address", "52:54:00:00:00:77");
		t.is((await ask(host, "lan"))!.get("ip"), "10.1.0.77");

		await host.ip("link", "set", "lan", "address", "52:54:00:00:00:11");
		const second = await ask(host, "lan");
		t.truthy(second);
		t.not(second!.get("ip"), first!.get("ip"));
		await host.ip("link", "set", "lan", "address", "52:54:00:00:00:12");
		t.is(await ask(host, "lan", { seconds: 3 }), undefined);
		t.regex(await keygate.command("log vpn 50"), /DHCP|lease/i);
		result(`board    DHCP: leases ${first!.get("ip")} and ${second!.get("ip")} of two, a fixed one, none to the third, with a line: ${(await keygate.command("log vpn 30")).split("\n").find((line) => /no (free )?address|full|exhausted/i.test(line))?.trim()}`);
	}
	finally {
		await host.ip("address", "flush", "dev", "lan");
		await host.ip("link", "set", "lan", "address", "52:54:00:00:00:10");
		await host.ip("address", "add", `${left.lan}/24`, "dev", "lan");
		await host.run(["ip", "route", "replace", "default", "via", "10.1.0.1"]);
	}
});
