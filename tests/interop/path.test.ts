/** Sizes on the way: what senders are told, what routers say, fragments, and what is copied between headers. */
import { result } from "./lab.js";
import { withSites, type Site, type SitePeer, type Sites } from "./sites.js";
import { ping, pingUntilAnswered, transfer } from "./traffic.js";

function office(site: number, changes: object = {}, natTraversal: "auto" | "force" = "auto"): SitePeer[] {
	return [{ site, natTraversal, connections: [{ name: "office", localNetwork: `10.${3 - site}.0.0/24`, remoteNetwork: `10.${site}.0.0/24`, ...changes }] }];
}

/** The largest packet that a host is told fits, after one of `size` bytes that may not be cut; undefined when it was told nothing. */
async function told(from: Site, to: Site, size: number): Promise<number | undefined> {
	await from.host.must(["ip", "route", "flush", "cache"]);
	const { output } = await from.host.run(["ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", "-M", "do", "-s", `${size - 28}`, to.address]);
	const match = output.match(/mtu ?= ?(\d+)/);
	return match === null ? undefined : Number(match[1]);
}

/** Whether packets of `size` bytes that may not be cut arrive. */
async function fits(from: Site, to: Site, size: number): Promise<boolean> {
	const { output } = await from.host.run(["ping", "-n", "-c", "2", "-i", "0.2", "-W", "2", "-M", "do", "-s", `${size - 28}`, to.address]);
	return output.includes(" 2 received");
}

const algorithms = [
	{ proposal: { protocol: "esp", encryption: "aes-128-gcm-16" }, nat: "auto", inner: 1446 },
	{ proposal: { protocol: "esp", encryption: "aes-128-gcm-16" }, nat: "force", inner: 1438 },
	{ proposal: { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }, nat: "auto", inner: 1438 },
	{ proposal: { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha512-256" }, nat: "force", inner: 1406 },
	{ proposal: { protocol: "esp", encryption: "3des-cbc", authentication: "hmac-md5-96" }, nat: "auto", inner: 1446 },
] as const;

withSites(2, "path: the sender is told what fits, to the byte, for each algorithm and encapsulation", async (t, sites) => {
	const [, here, there] = sites.sites as [undefined, Site, Site];
	for (const { proposal, nat, inner } of algorithms) {
		await there.start(office(1, { phase2Proposals: [proposal] }, nat));
		await here.start(office(2, { phase2Proposals: [proposal] }, nat));
		await pingUntilAnswered(here.side, there.side);
		const capture = await sites.capture(1);
		try {
			t.is(await told(here, there, 1500), inner, JSON.stringify(proposal));
			t.true(await fits(here, there, inner));
			t.is(await told(here, there, inner + 1), inner);
			// without Don't Fragment: in pieces that are whole packets outside
			t.deepEqual(await ping(here.side, there.side, { count: 5, size: 4000 }), { sent: 5, received: 5 });
			// both ends of a TCP connection are told, on their LANs, what fits
			const watchers = [here, there].map((site) => site.host.start(["tcpdump", "-n", "-l", "--immediate-mode", "-Z", "root", "-i", "lan", "tcp[tcpflags] & tcp-syn != 0"]));
			for (const watcher of watchers)
				await watcher.waitFor(/listening on/);
			await transfer(here.side, there.side, 2);
			for (const [i, watcher] of watchers.entries()) {
				await watcher.waitFor(/mss[^]*mss/);
				const sizes = [...watcher.output.matchAll(/mss (\d+)/g)].map((match) => Number(match[1]));
				t.is(Math.max(...sizes.slice(1 - i, 2 - i)), inner - 40, sizes.join());
				await watcher.stop("SIGINT");
			}
			await capture.stop();
			const sizes = (await capture.fields("esp && ip.src == 172.16.1.1", ["ip.len", "ip.flags.df"])).map(([length]) => Number(length!.split(",")[0]));
			t.true(Math.max(...sizes) > 1480 && Math.max(...sizes) <= 1500, `${Math.max(...sizes)} bytes outside`);
			t.deepEqual(await capture.fields("ip.flags.mf == 1 || ip.frag_offset > 0", ["ip.len"]), [], "nothing is cut outside");
		}
		finally {
			await capture.close();
		}
	}
	result(`path     ${algorithms.length} algorithms and encapsulations: told to the byte, nothing cut outside`);
});

/** Packets to site 2 may have 1400 bytes, says the router. */
async function narrow(sites: Sites): Promise<void> {
	await sites.router.ip("route", "replace", "172.16.2.0/24", "dev", "wan2", "mtu", "lock", "1400");
}

withSites(2, "path: a router's message is believed within bounds; a forged one changes no size; fragments of authentic packets tell", async (t, sites) => {
	const [, here, there] = sites.sites as [undefined, Site, Site];
	await there.start(office(1));
	await here.start(office(2));
	await pingUntilAnswered(here.side, there.side);
	t.true(await fits(here, there, 1446));

	// forged by somebody who knows all but what is in the packets
	const spi = (await here.status()).securityAssociations.find(({ direction }) => direction === "Outgoing")!.spi;
	const forge = (number: string, sequence: number, mtu: number) => sites.router.must(["/usr/bin/python3", "-c", `
import logging; logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.all import IP, ICMP, Raw, send
quoted = IP(src="172.16.1.1", dst="172.16.2.1", proto=50, len=1500, flags="DF") / Raw(int("${number}", 16).to_bytes(4, "big") + (${sequence}).to_bytes(4, "big"))
send(IP(src="172.16.1.254", dst="172.16.1.1") / ICMP(type=3, code=4, nexthopmtu=${mtu}) / quoted, verbose=False)`]);
	await forge("0x12345678", 1, 600);
	await forge(spi, 100000, 600);
	t.is(await told(here, there, 1500), 1446);
	t.true(await fits(here, there, 1446));
	// but routers may cut for a while
	const capture = await sites.capture(1);
	t.true(await fits(here, there, 1446));
	await capture.stop();
	const flags = (await capture.fields("esp && ip.src == 172.16.1.1", ["ip.flags.df"])).map(([df]) => df);
	t.true(flags.length >= 2 && flags.every((df) => df === "0" || df === "False"), JSON.stringify(flags));
	await capture.close();
	t.regex(await here.gateway.must(["curl", "-s", "-u", "admin:interoperation", `http://${here.lan}/metrics`]), /path-mtu-doubted.* 2$/m);

	// started anew nothing is known; now the path is narrow, and its router says so
	await narrow(sites);
	await here.stop();
	await here.start(office(2));
	await pingUntilAnswered(here.side, there.side);
	await here.host.run(["ping", "-n", "-c", "1", "-W", "1", "-M", "do", "-s", "1418", there.address]);
	t.is(await told(here, there, 1446), 1346);
	t.true(await fits(here, there, 1346));
	t.deepEqual(await ping(here.side, there.side, { count: 5, size: 4000 }), { sent: 5, received: 5 });
	await transfer(here.side, there.side, 4);
	await transfer(there.side, here.side, 4);
	// told once, in spite of its size the bound holds: 576 bytes always fit
	const outgoing = (await here.status()).securityAssociations.find(({ direction }) => direction === "Outgoing")!;
	await forge(outgoing.spi, outgoing.packets, 68);
	t.is(await told(here, there, 1346), 674);

	// a gateway that knows nothing sends what may be cut; the router cuts it, and the other gateway learns from the pieces how wide the way is
	await here.stop();
	await there.stop();
	await there.start(office(1));
	await here.start(office(2));
	await pingUntilAnswered(here.side, there.side);
	t.is(await told(there, here, 1446), undefined);
	await here.host.must(["ip", "route", "flush", "cache"]);
	t.is((await here.host.run(["ping", "-n", "-c", "3", "-i", "0.1", "-M", "dont", "-s", "1410", there.address])).status, 0);
	t.is(await told(there, here, 1446), 1342);
	result("path     a router with 1400 bytes: believed; forged messages: no size; fragments of authentic packets: learned");
});

withSites(2, "path: DSCP, ECN, TTL and ICMP errors through the tunnel", async (t, sites) => {
	const [, here, there] = sites.sites as [undefined, Site, Site];
	await there.start(office(1));
	await here.start(office(2));
	await pingUntilAnswered(here.side, there.side);
	const capture = await sites.capture(1);
	try {
		t.is((await here.host.run(["ping", "-n", "-c", "3", "-i", "0.1", "-Q", "0xb8", there.address])).status, 0);
		t.is((await here.host.run(["ping", "-n", "-c", "3", "-i", "0.1", "-Q", "0x29", there.address])).status, 0);
		await capture.stop();
		const outside = (await capture.fields("esp && ip.src == 172.16.1.1", ["ip.dsfield", "ip.ttl"])).map((fields) => fields.map((field) => field.split(",")[0]).join(" "));
		t.deepEqual(outside, ["0xb8 64", "0xb8 64", "0xb8 64", "0x29 64", "0x29 64", "0x29 64"]);
	}
	finally {
		await capture.close();
	}
	// each gateway is a hop; the second one's error comes through the tunnel
	for (const [ttl, from] of [[1, here.lan], [2, there.lan]] as const)
		t.regex((await here.host.run(["ping", "-n", "-c", "1", "-W", "2", "-t", `${ttl}`, there.address])).output, new RegExp(`From ${from.replaceAll(".", "\\.")} .*Time to live exceeded`, "i"));
	t.regex((await here.host.run(["ping", "-n", "-c", "1", "-W", "2", there.address])).output, /ttl=62 /);
	// a router behind the other gateway, with an address that no selector has, reports about a packet that came through the tunnel
	await there.host.ip("address", "add", "192.168.77.1/32", "dev", "lo");
	await there.host.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
	await there.gateway.ip("route", "add", "10.2.0.128/25", "via", there.address);
	await there.host.ip("route", "add", "10.2.0.128/25", "dev", "lo", "src", "192.168.77.1").catch(() => undefined);
	await there.host.ip("route", "change", "default", "via", there.lan, "src", "192.168.77.1");
	const seen = (await here.host.run(["ping", "-n", "-c", "2", "-i", "0.2", "-W", "2", "-t", "3", "10.2.0.200"])).output;
	t.regex(seen, /From 192\.168\.77\.1 /);
	result("path     DSCP and ECN copied, TTL lowered at each gateway, an inner router's error comes through");
});
