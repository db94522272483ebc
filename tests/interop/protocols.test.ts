/**
 * Two keygates with raw sockets between them: native ESP, AH, and AH around ESP, in tunnel and in transport mode. What is on the wire, tshark
 * says.
 */
import type { ExecutionContext } from "ava";
import { root, testUnless } from "../needs.js";
import { logging } from "../said.js";
import { Capture } from "./capture.js";
import { Keygate, type KeygateConnection } from "./keygate.js";
import { Namespace, Network, type Side } from "./network.js";
import { must, until } from "./processes.js";
import { ping, pingUntilAnswered, transfer } from "./traffic.js";

const base = {
	phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], pfs: "off", secret: "interoperation, two of us", natTraversal: "auto"
} as const;

type Proposal = KeygateConnection["phase2"][number];

interface Pair {
	readonly left: Keygate;
	readonly right: Keygate;
	readonly network: Network;
}

/** A test of two gateways with a network between them. */
function both(title: string, body: (t: ExecutionContext, pair: Pair) => Promise<void>, create: () => Promise<Pick<Network, "left" | "right" | "close">> = () => Network.create()): void {
	testUnless(root, title, 300000, async (t) => {
		const network = await create();
		const left = new Keygate(network.left);
		const right = new Keygate(network.right);
		const said = (gateway: Keygate): Promise<string> => gateway.command("log").catch(() => gateway.output.slice(-4000));
		try {
			await logging(t, async () => ({ left: await said(left), right: await said(right) }), () => body(t, { left, right, network }));
		}
		finally {
			await left.close();
			await right.close();
			await network.close();
		}
	});
}

/** The ends that speak: the LANs' addresses, or in transport mode the gateways themselves. */
function ends({ left, right }: Network, mode: string): [Side, Side] {
	return mode === "transport" ? [{ ...left, lan: left.wan }, { ...right, lan: right.wan }] : [left, right];
}

const cases: readonly { name: string; mode: "tunnel" | "transport"; proposal: Proposal; fields?: object; shown: string; algorithm: string; wire: string; protocols: RegExp }[] = [
	{
		name: "ESP AES-CBC HMAC-SHA2-256", mode: "tunnel", proposal: { protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }, shown: "ESP",
		algorithm: "AES-CBC-128/HMAC-SHA256-128", wire: "esp && !ah", protocols: /^eth:ethertype:ip:esp$/
	},
	{
		name: "ESP NULL HMAC-SHA2-256 of 96 bits (T14), 64-bit sequence numbers", mode: "tunnel", proposal: { protocol: "esp", encryption: "null", authentication: "hmac-sha256-128" },
		fields: { sha256Truncation: 96, extendedSequenceNumbers: true }, shown: "ESP", algorithm: "NULL/HMAC-SHA256-96", wire: "esp && !ah", protocols: /^eth:ethertype:ip:esp$/
	},
	{
		name: "AH HMAC-SHA1", mode: "tunnel", proposal: { protocol: "ah", authentication: "hmac-sha1-96" }, shown: "AH", algorithm: "HMAC-SHA1-96", wire: "ah",
		protocols: /^eth:ethertype:ip:ah:ip:(icmp|tcp|udp)/
	},
	{
		name: "AH HMAC-SHA2-512, 64-bit sequence numbers", mode: "tunnel", proposal: { protocol: "ah", authentication: "hmac-sha512-256" }, fields: { extendedSequenceNumbers: true },
		shown: "AH", algorithm: "HMAC-SHA512-256", wire: "ah", protocols: /^eth:ethertype:ip:ah:ip:(icmp|tcp|udp)/
	},
	{
		name: "AH HMAC-MD5 around ESP 3DES", mode: "tunnel", proposal: { protocol: "ah+esp", encryption: "3des-cbc", authentication: "hmac-md5-96" }, shown: "AH+ESP",
		algorithm: "3DES-CBC/HMAC-MD5-96", wire: "ah", protocols: /^eth:ethertype:ip:ah:esp$/
	},
	{
		name: "AH HMAC-SHA2-256 around ESP AES-CTR HMAC-SHA1", mode: "tunnel",
		proposal: { protocol: "ah+esp", encryption: "aes-128-ctr", authentication: "hmac-sha256-128", espAuthentication: "hmac-sha1-96" }, shown: "AH+ESP",
		algorithm: "AES-CTR-128/HMAC-SHA1-96/HMAC-SHA256-128", wire: "ah", protocols: /^eth:ethertype:ip:ah:esp$/
	},
	{
		name: "ESP AES-GCM", mode: "transport", proposal: { protocol: "esp", encryption: "aes-128-gcm-16" }, shown: "ESP", algorithm: "AES-GCM-16-128", wire: "esp && !ah",
		protocols: /^eth:ethertype:ip:esp$/
	},
	{
		name: "AH HMAC-SHA2-384", mode: "transport", proposal: { protocol: "ah", authentication: "hmac-sha384-192" }, shown: "AH", algorithm: "HMAC-SHA384-192", wire: "ah",
		protocols: /^eth:ethertype:ip:ah:(icmp|tcp|udp)/
	},
	{
		name: "AH HMAC-SHA2-256 around ESP AES-GCM, 64-bit sequence numbers", mode: "transport",
		proposal: { protocol: "ah+esp", encryption: "aes-256-gcm-16", authentication: "hmac-sha256-128" }, fields: { extendedSequenceNumbers: true }, shown: "AH+ESP",
		algorithm: "AES-GCM-16-256/HMAC-SHA256-128", wire: "ah", protocols: /^eth:ethertype:ip:ah:esp$/
	}
];

for (const { name, mode, proposal, fields, shown, algorithm, wire, protocols } of cases)
	both(`protocols: ${name} in ${mode} mode between two gateways`, async (t, { left, right, network }) => {
		const connection: KeygateConnection = { ...base, phase2: [proposal], mode, ...(fields ? { fields } : {}) };
		await left.start(connection, network.right);
		await right.start(connection, network.left);
		const capture = await Capture.start(network.left, [network.right.namespace]);
		try {
			const [here, there] = ends(network, mode);
			await pingUntilAnswered(here, there);
			t.deepEqual(await ping(here, there, { count: 20 }), { sent: 20, received: 20 });
			t.deepEqual(await ping(there, here, { count: 20 }), { sent: 20, received: 20 });
			// larger than the link, cut before or after it is sealed
			t.deepEqual(await ping(here, there, { count: 3, size: 4000 }), { sent: 3, received: 3 });
			await transfer(here, there, 2);
			await transfer(there, here, 2);
			for (const each of [left, right]) {
				const { securityAssociations } = await each.status();
				t.deepEqual(securityAssociations.map((sa) => [sa.protocol, sa.algorithm, sa.erroredPackets]), [[shown, algorithm, 0], [shown, algorithm, 0]]);
				t.true(securityAssociations.every((sa) => sa.bytesProcessed > 2e6));
			}
			// a Delete for each protocol ends both sides
			await left.command("down branch/office");
			await right.down({ ike: false });
			await capture.stop();
			const seen = await capture.fields(wire, ["frame.protocols"]);
			t.true(seen.length > 40, `${seen.length} packets`);
			t.deepEqual(seen.filter(([text]) => !protocols.test(text!) && !text!.endsWith(":data")).slice(0, 3), []);
			const clear = await capture.fields("ip && !esp && !ah && !isakmp && ip.flags.mf == 0 && ip.frag_offset == 0", ["frame.protocols", "ip.src", "ip.dst"]);
			t.deepEqual(clear.slice(0, 3), [], "nothing else on the WAN");
			t.deepEqual(await capture.fields("_ws.malformed", ["frame.number"]), []);
		}
		finally {
			await capture.close();
		}
	});

both("F17 protocols: transport mode: own traffic waits for the tunnel or is dropped, never in clear; IKE itself passes; what is not meant goes as ever", async (t, { left, right, network }) => {
	const [here, there] = ends(network, "transport");
	// UDP to port 7 only
	const only = { ...base, phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], mode: "transport", start: "never" } as const;
	await left.start({ ...only, fields: { ipProtocol: 1 } }, network.right);
	await right.start({ ...only, fields: { ipProtocol: 1 } }, network.left);
	const capture = await Capture.start(network.left, [network.right.namespace]);
	try {
		// no tunnel, and nobody may start one: nothing leaves
		t.is((await ping(here, there, { count: 3, wait: 1 })).received, 0);
		// TCP is not of the connection: it goes beside
		await transfer(here, there, 1);
		t.is((await left.status()).securityAssociations.length, 0);
		await left.command("up branch/office");
		await left.up();
		await pingUntilAnswered(here, there);
		t.deepEqual(await ping(here, there, { count: 10 }), { sent: 10, received: 10 });
		// the other end is gone
		await right.stop("SIGKILL");
		await left.command("down branch");
		t.is((await ping(here, there, { count: 3, wait: 1 })).received, 0);
		await capture.stop();
		const icmp = await capture.fields("icmp", ["ip.src", "icmp.type"]);
		t.deepEqual(icmp.filter(([from, type]) => from === network.left.wan && type === "8"), [], "pings in clear");
		t.true((await capture.fields("tcp", ["frame.number"])).length > 0);
		// rules go with the gateway
		t.regex(await network.left.namespace.ip("rule"), /27495/);
		await left.stop();
		t.notRegex(await network.left.namespace.ip("rule"), /27495|27496|27497/);
		t.deepEqual(await ping(here, there, { count: 1 }), { sent: 1, received: 1 });
	}
	finally {
		await capture.close();
	}
});

both("T14 protocols: HMAC-SHA2-256 of 96 bits at one end: the tunnel is up, and both say what to set", async (t, { left, right, network }) => {
	const connection = { ...base, phase2: [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }] } as const;
	await left.start({ ...connection, fields: { sha256Truncation: 96 } }, network.right);
	await right.start(connection, network.left);
	await ping(network.left, network.right, { count: 5, wait: 1 });
	await ping(network.right, network.left, { count: 5, wait: 1 });
	for (const [each, bits] of [[left, 128], [right, 96]] as const) {
		const status = await each.until(({ problems }) => problems.length > 0, "a problem");
		t.is(status.securityAssociations.length, 2);
		t.true(status.securityAssociations.some((sa) => sa.direction === "Incoming" && sa.erroredPackets > 0));
		t.is(status.problems[0]!.cause, "phase2-algorithm-mismatch");
		t.is(status.problems[0]!.setting, "/settings/peers/branch/connections/office#sha256Truncation");
		t.regex(status.problems[0]!.text, new RegExp(`set sha256Truncation to ${bits}`));
	}
});

both("protocols: strict reverse path filter: said at start where transport mode needs another", async (t, { left, network }) => {
	const connection = { ...base, phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], mode: "transport" } as const;
	await network.left.namespace.must(["sysctl", "-q", "-w", "net.ipv4.conf.wan.rp_filter=1"]);
	await left.start(connection, network.right);
	t.regex(await left.command("log"), /rp_filter of the WAN interface is 1/);
	await left.stop();
	await network.left.namespace.must(["sysctl", "-q", "-w", "net.ipv4.conf.wan.rp_filter=2"]);
	await left.start(connection, network.right);
	t.notRegex(await left.command("log"), /rp_filter/);
});

/** Left of a router that gives it another address: 192.168.5.2 is 10.0.0.1 for 10.0.0.2 on the right. */
async function behindNAT(): Promise<{ readonly left: Side; readonly right: Side; close(): Promise<void> }> {
	const [left, middle, right] = [await Namespace.create("left"), await Namespace.create("middle"), await Namespace.create("right")];
	const close = async () => {
		for (const namespace of [left, middle, right])
			await namespace.close();
	};
	try {
		for (const [side, device, here, there] of [[left, "left", "192.168.5.2", "192.168.5.1"], [right, "right", "10.0.0.2", "10.0.0.1"]] as const) {
			await must(["ip", "link", "add", "wan", "netns", side.name, "type", "veth", "peer", "name", device, "netns", middle.name]);
			await side.ip("address", "add", `${here}/24`, "dev", "wan");
			await side.ip("link", "set", "wan", "up");
			await middle.ip("address", "add", `${there}/24`, "dev", device);
			await middle.ip("link", "set", device, "up");
		}
		await left.ip("route", "add", "default", "via", "192.168.5.1");
		await middle.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
		for (const line of ["add table ip nat", "add chain ip nat post { type nat hook postrouting priority 100; }", "add rule ip nat post ip saddr 192.168.5.2 snat to 10.0.0.1"])
			// Node has an nft of its own in its path.
			await middle.must(["/usr/sbin/nft", line]);
		await left.ip("address", "add", "10.1.0.1/24", "dev", "lo");
		await right.ip("address", "add", "10.2.0.1/24", "dev", "lo");
		return {
			left: { namespace: left, wan: "192.168.5.2", lan: "10.1.0.1", network: "10.1.0.0/24" }, right: { namespace: right, wan: "10.0.0.2", lan: "10.2.0.1", network: "10.2.0.0/24" }, close
		};
	}
	catch (error) {
		await close();
		throw error;
	}
}

both("T10 T22 protocols: ESP in UDP in transport mode behind a NAT: pings and TCP, whose checksums are made anew; AH has no way", async (t, { left, right, network }) => {
	const connection = { ...base, phase2: [{ protocol: "ah", authentication: "hmac-sha256-128" }, { protocol: "esp", encryption: "aes-128-gcm-16" }], mode: "transport" } as const;
	await left.start(connection, network.right);
	await right.start({ ...connection, remoteNetwork: "10.0.0.1", remoteId: { type: "address", value: "192.168.5.2" } }, { ...network.left, wan: "10.0.0.1" });
	const here = { ...network.left, lan: network.left.wan };
	const there = { ...network.right, lan: network.right.wan };
	const capture = await Capture.start(network.right, [network.left.namespace]);
	try {
		await pingUntilAnswered(here, there);
		t.deepEqual(await ping(here, there, { count: 10 }), { sent: 10, received: 10 });
		t.deepEqual(await ping(here, there, { count: 3, size: 4000 }), { sent: 3, received: 3 });
		await transfer(here, there, 2);
		for (const [each, natT] of [[left, "Near end"], [right, "Far end"]] as const) {
			const status = await each.status();
			t.is(status.ikeSecurityAssociations.find((sa) => sa.state === 9)!.natT, natT);
			t.deepEqual(status.securityAssociations.map((sa) => [sa.protocol, sa.erroredPackets]), [["ESP", 0], ["ESP", 0]]);
		}
		await capture.stop();
		t.deepEqual((await capture.fields("ip && !udpencap && !isakmp && ip.flags.mf == 0 && ip.frag_offset == 0", ["frame.protocols"])).slice(0, 3), []);
	}
	finally {
		await capture.close();
	}
	// AH alone cannot pass: it is not even offered, and told
	await left.start({ ...connection, phase2: [{ protocol: "ah", authentication: "hmac-sha256-128" }] }, network.right);
	await left.command("up branch/office");
	const { problems } = await left.until((status) => status.problems.length > 0, "a problem");
	t.is(problems[0]!.cause, "phase2-protocol-mismatch");
	t.regex(problems[0]!.text, /NAT is between/);
}, behindNAT);

both("protocols: ESP is blocked on the way while IKE passes: the tunnel is up, and the log says what does not come in", async (t, { left, right, network }) => {
	const connection = { ...base, phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], deadPeerDetection: { interval: 5, timeout: 20 } } as const;
	await left.start(connection, network.right);
	await right.start(connection, network.left);
	for (const line of ["add table ip filter", "add chain ip filter in { type filter hook input priority 0; }", "add rule ip filter in ip protocol esp drop"])
		await network.right.namespace.must(["/usr/sbin/nft", line]);
	t.is((await ping(network.left, network.right, { count: 20, interval: 0.05, wait: 1 })).received, 0);
	await until(async () => (await left.command("log")).includes("none came in, though the peer answers IKE: is ESP (IP protocol 50) blocked") || undefined, () => "nothing is said", 60000);
	const { securityAssociations, problems } = await left.status();
	t.is(securityAssociations.length, 2);
	t.deepEqual(problems, []);
	t.notRegex(await right.command("log"), /none came in/, "it sent nothing");
});
