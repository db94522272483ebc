/** A hub and its spokes: what comes out of one tunnel goes into another, or nowhere. */
import { result } from "./lab.js";
import { inTheClear, withSites, type Site, type SitePeer } from "./sites.js";
import { ping, pingUntilAnswered, transfer } from "./traffic.js";

/** All LANs, as a spoke sees them: its own lies inside. */
const all = "10.0.0.0/8";

function spoke(number: number): SitePeer[] {
	return [{ site: 1, connections: [{ name: "all", localNetwork: `10.${number}.0.0/24`, remoteNetwork: all }] }];
}

function hub(changes: object = {}): SitePeer[] {
	return [2, 3].map((site) => ({ site, connections: [{ name: `spoke-${site}`, order: site, localNetwork: all, remoteNetwork: `10.${site}.0.0/24`, ...(site === 3 ? changes : {}) }] }));
}

withSites(3, "hub: traffic from one tunnel into another, in both directions, and nothing in the clear when one is down", async (t, sites) => {
	const [, center, left, right] = sites.sites as [undefined, Site, Site, Site];
	await pingUntilAnswered(left.side, right.side);
	await center.start(hub());
	await left.start(spoke(2));
	await right.start(spoke(3));
	const capture = await sites.capture(1);
	try {
		// the first packet brings up both tunnels, each in its turn
		await pingUntilAnswered(left.side, right.side);
		t.deepEqual(await ping(left.side, right.side, { count: 20 }), { sent: 20, received: 20 });
		t.deepEqual(await ping(right.side, left.side, { count: 20 }), { sent: 20, received: 20 });
		// one hop at each gateway: the spoke, the hub, the other spoke
		const { output } = await left.host.run(["ping", "-n", "-c", "3", "-i", "0.2", right.address]);
		t.regex(output, /ttl=61 /);
		t.notRegex(output, /redirect/i, "the hub's system makes some, since packets leave where they came in; none comes through the tunnel");
		// larger than both tunnels: told by the first gateway, and through in pieces
		await left.host.run(["ping", "-n", "-c", "1", "-W", "1", "-M", "do", "-s", "1472", right.address]);
		t.deepEqual(await ping(left.side, right.side, { count: 3, size: 4000 }), { sent: 3, received: 3 });
		const speed = await transfer(left.side, right.side, 8);
		// spokes with the hub's own LAN; and a spoke's own LAN, which lies inside its remote network, stays local
		t.deepEqual(await ping(left.side, center.side, { count: 5 }), { sent: 5, received: 5 });
		t.deepEqual(await ping(center.side, right.side, { count: 5 }), { sent: 5, received: 5 });
		t.is((await left.host.run(["ping", "-n", "-c", "2", "-i", "0.1", left.lan])).status, 0);
		t.is((await left.gateway.run(["ping", "-n", "-c", "2", "-i", "0.1", left.address])).status, 0);

		// the second tunnel switched off at the hub: what comes out of the first ends there
		center.write(hub({ enabled: false }));
		await center.signal("SIGHUP", /pages on/);
		t.is((await ping(left.side, right.side, { count: 10, wait: 1 })).received, 0);
		t.deepEqual(await ping(left.side, center.side, { count: 5 }), { sent: 5, received: 5 });
		// on again, but the other spoke is gone
		center.write(hub());
		await right.stop("SIGKILL");
		await center.signal("SIGHUP", /pages on/);
		t.is((await ping(left.side, right.side, { count: 10, wait: 1 })).received, 0);
		await capture.stop();
		t.deepEqual((await inTheClear(capture)).slice(0, 5), []);
		result(`hub      three gateways: 8 MB through two tunnels at ${speed} Mbit/s, none in the clear`);
	}
	finally {
		await capture.close();
	}
});

withSites(3, "hub: connections with the same networks and other ports, and order over all peers", async (t, sites) => {
	const [, center, left, right] = sites.sites as [undefined, Site, Site, Site];
	// the same two networks four times, by protocol and port; the last is for all the rest. 10.2.0.0/24 is at both peers: order decides
	const networks = (from: number, to: number, swap: boolean) => [
		{ name: "web", ipProtocol: 6, [swap ? "localPort" : "remotePort"]: 80 },
		{ name: "dns", ipProtocol: 17, [swap ? "localPort" : "remotePort"]: 53 },
		{ name: "udp", ipProtocol: 17 },
		{ name: "rest" },
	].map((connection, i) => ({ ...connection, order: 10 + i, localNetwork: `10.${from}.0.0/24`, remoteNetwork: `10.${to}.0.0/24` }));
	const other = (order: number): SitePeer => ({ site: 3, connections: [{ name: "host", order, localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.10/32" }] });
	await left.start([{ site: 1, connections: networks(2, 1, true) }]);
	await right.start([]);
	await center.start([{ site: 2, connections: networks(1, 2, false) }, other(20)]);
	const packets = async (): Promise<Record<string, number>> => Object.fromEntries((await center.status()).securityAssociations
		.filter(({ direction }) => direction === "Outgoing").map(({ connection, packets }) => [connection, packets]));
	// sends `count` datagrams of `size` bytes and answers how many came
	const datagrams = async (port: number, size: number, count = 5): Promise<number> => {
		const receiver = left.host.start(["/usr/bin/python3", "-u", "-c", `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("10.2.0.10", ${port})); print("bound")
while True:
    print("got", len(s.recv(65536)))`]);
		await receiver.waitFor(/bound/);
		await center.host.must(["/usr/bin/python3", "-c", `
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(${count}):
    s.sendto(bytes(${size}), ("10.2.0.10", ${port})); time.sleep(0.3 if i == 0 else 0.02)`]);
		await receiver.waitFor(new RegExp(`(got ${size}\\s+){${count}}`), { limit: 5000 }).catch(() => undefined);
		await receiver.stop("SIGKILL");
		return [...receiver.output.matchAll(/got (\d+)/g)].filter(([, length]) => Number(length) === size).length;
	};
	t.is(await datagrams(53, 100), 5);
	t.deepEqual(await packets(), { dns: 5 });
	t.is(await datagrams(54, 100), 5);
	t.deepEqual(await packets(), { dns: 5, udp: 5 });
	await pingUntilAnswered(center.side, left.side);
	t.deepEqual(Object.keys(await packets()).sort(), ["dns", "rest", "udp"]);
	// in fragments: the first shows the port, the others follow it into its tunnel; none goes through the next one
	const before = await packets();
	t.is(await datagrams(53, 4000), 5);
	const after = await packets();
	t.is(after["udp"], before["udp"]);
	t.is(after["dns"]! - before["dns"]!, 15);
	// a port that nobody listens on: the error comes back through the tunnel that is for UDP alone
	const { output } = await center.host.run(["/usr/bin/python3", "-c", `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3); s.connect(("10.2.0.10", 9999)); s.send(b"x")
try: s.recv(100)
except OSError as error: print(type(error).__name__)`]);
	t.regex(output, /ConnectionRefusedError/);
	// the other peer's connection comes first now: it has all of the host's packets, at once, and nobody answers for it
	center.write([{ site: 2, connections: networks(1, 2, false) }, other(1)]);
	await center.signal("SIGHUP", /pages on/);
	t.is((await ping(center.side, left.side, { count: 5, wait: 1 })).received, 0);
	center.write([{ site: 2, connections: networks(1, 2, false) }, other(20)]);
	await center.signal("SIGHUP", /pages on/);
	await pingUntilAnswered(center.side, left.side);
	result("hub      four connections with the same networks, by protocol and port; order over two peers");
});

withSites(2, "hub: everything goes through the tunnel (0.0.0.0/0), but not the tunnel itself", async (t, sites) => {
	const [, here, there] = sites.sites as [undefined, Site, Site];
	await there.start([{ site: 1, connections: [{ name: "all", localNetwork: "0.0.0.0/0", remoteNetwork: "10.1.0.0/24" }] }]);
	await here.start([{ site: 2, connections: [{ name: "all", localNetwork: "10.1.0.0/24", remoteNetwork: "0.0.0.0/0" }] }]);
	const capture = await sites.capture(1);
	try {
		await pingUntilAnswered(here.side, there.side);
		t.deepEqual(await ping(here.side, there.side, { count: 10 }), { sent: 10, received: 10 });
		t.is((await here.host.run(["ping", "-n", "-c", "2", "-i", "0.1", here.lan])).status, 0, "the LAN stays local");
		await there.stop("SIGKILL");
		await here.command("down site-2");
		for (const address of [there.address, "172.16.2.254", "8.8.8.8"])
			t.not((await here.host.run(["ping", "-n", "-c", "3", "-i", "0.1", "-W", "1", address])).status, 0);
		await capture.stop();
		t.deepEqual((await inTheClear(capture)).slice(0, 5), []);
	}
	finally {
		await capture.close();
	}
});
