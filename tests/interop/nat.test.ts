/**
 * A NAT that is one (nftables): two gateways behind it, charon in front of it, and the day on which it loses its state. And one of the
 * test's own, behind which both see a peer of the time before RFC 3947.
 */
import { fileURLToPath } from "node:url";
import type { CharonConnection } from "./charon.js";
import { Keygate, type KeygateConnection } from "./keygate.js";
import { interop, result } from "./lab.js";
import { Namespace, type Side } from "./network.js";
import { must } from "./processes.js";
import { ping, pingUntilAnswered } from "./traffic.js";

const secret = "interoperation, behind a NAT";
const ours: KeygateConnection = {
	phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: 14, secret,
	natTraversal: "auto", deadPeerDetection: { interval: 2, timeout: 20 }
};
const theirs: CharonConnection = { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret, remoteId: "%any", remoteNetwork: "10.8.0.0/13" };

/** By its path: among npm's programs there is another of that name. */
const nft = "/usr/sbin/nft";

/** A gateway's namespace behind `router`, number `n`: WAN 192.168.n.1, LAN 10.1n.0.0/24. */
async function inside(router: Side, n: number): Promise<Side> {
	const namespace = await Namespace.create(`inside${n}`);
	await must(["ip", "link", "add", `in${n}`, "netns", router.namespace.name, "type", "veth", "peer", "name", "wan", "netns", namespace.name]);
	await router.namespace.ip("address", "add", `192.168.${n}.254/24`, "dev", `in${n}`);
	await router.namespace.ip("link", "set", `in${n}`, "up");
	await namespace.ip("address", "add", `192.168.${n}.1/24`, "dev", "wan");
	await namespace.ip("link", "set", "wan", "up");
	await namespace.ip("route", "add", "default", "via", `192.168.${n}.254`);
	await namespace.ip("address", "add", `10.1${n}.0.1/24`, "dev", "lo");
	return { namespace, wan: `192.168.${n}.1`, lan: `10.1${n}.0.1`, network: `10.1${n}.0.0/24` };
}

/** `router` puts its own address and ports from `first` on in place of those of the gateways behind it. */
async function translate(router: Side, first: number): Promise<void> {
	await router.namespace.run([nft, "delete", "table", "ip", "nat"]);
	await router.namespace.must([nft, "add", "table", "ip", "nat"]);
	await router.namespace.must([nft, "add", "chain", "ip", "nat", "out", "{ type nat hook postrouting priority 100 ; }"]);
	await router.namespace.must([nft, "add", "rule", "ip", "nat", "out", "oif", "wan", "udp", "dport", "{ 500, 4500 }", "masquerade", "to", `:${first}-${first + 999}`]);
}

interop("T22 T23 NAT: two gateways behind one, both with charon; it loses its state, and both are followed to their new ports", async (t, lab) => {
	const { keygate, charon, network: { left: router, right } } = lab;
	await keygate.stop();
	await router.namespace.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
	await translate(router, 20000);
	const sides = [await inside(router, 1), await inside(router, 2)];
	const gates = sides.map((side) => new Keygate(side));
	try {
		await charon.terminate("ike");
		await charon.load(theirs, router);
		for (const [index, gate] of gates.entries()) {
			await gate.start(ours, right);
			await pingUntilAnswered(sides[index]!, right);
			const status = await gate.status();
			t.regex(status.ikeSecurityAssociations[0]!.natT, /Near end|Both ends/);
		}
		t.is(await charon.tunnels(), 2);
		// Each by a port of its own, and none by that of the gateways.
		const ports = new Set([...charon.recentLog.matchAll(/received packet: from 10\.0\.0\.1\[(\d+)\]/g)].map((match) => Number(match[1])));
		t.true(ports.size >= 4 && [...ports].every((port) => port >= 20000 && port < 21000), [...ports].join());
		for (const side of sides) {
			t.deepEqual(await ping(side, right, { count: 20 }), { sent: 20, received: 20 });
			t.deepEqual(await ping(right, side, { count: 20 }), { sent: 20, received: 20 });
		}

		// Its state goes with its interface, and its new ports are others.
		await translate(router, 40000);
		await router.namespace.ip("link", "set", "wan", "down");
		await router.namespace.ip("link", "set", "wan", "up");
		for (const side of sides)
			await pingUntilAnswered(side, right, 30);
		const later = [...charon.recentLog.matchAll(/received packet: from 10\.0\.0\.1\[(\d+)\]/g)].slice(-1).map((match) => Number(match[1]));
		t.true(later[0]! >= 40000 && later[0]! < 41000, `${later[0]}`);
		for (const side of sides)
			t.deepEqual(await ping(right, side, { count: 10 }), { sent: 10, received: 10 });
		for (const gate of gates) {
			const status = await gate.status();
			t.deepEqual(status.problems, []);
			t.is(status.ikeSecurityAssociations.length, 1);
		}
		result("nat      two gateways behind one NAT (nftables): both up, both after it lost its state");
	}
	finally {
		for (const gate of gates)
			await gate.close();
		for (const side of sides)
			await side.namespace.close();
		await router.namespace.run([nft, "delete", "table", "ip", "nat"]);
	}
});

interop("T21 T22 NAT: draft-02, as charon and we have it, both roles, behind a NAT that hides what is newer", async (t, lab) => {
	const { keygate, charon, network: { left: router, right } } = lab;
	await keygate.stop();
	const side = await inside(router, 1);
	const { NODE_OPTIONS: _, ...env } = process.env;
	const relay = router.namespace.start([process.execPath, fileURLToPath(new URL("./relay.js", import.meta.url)), "192.168.1.254", side.wan, router.wan, right.wan], { env });
	const gate = new Keygate(side);
	try {
		await relay.waitFor(/relaying/);
		await charon.terminate("ike");
		await charon.load({ ...theirs, remoteNetwork: side.network }, router);
		await gate.start(ours, { ...right, wan: "192.168.1.254" });
		await gate.command("up branch/office");
		t.is((await gate.up()).ikeSecurityAssociations[0]!.natT, "Both ends");
		t.regex(charon.recentLog, /received draft-ietf-ipsec-nat-t-ike-02/);
		t.notRegex(charon.recentLog, /received NAT-T \(RFC 3947\) vendor ID/);
		t.regex(charon.recentLog, /received packet: from 10\.0\.0\.1\[4500\]/);
		await pingUntilAnswered(side, right);
		t.deepEqual(await ping(right, side, { count: 10 }), { sent: 10, received: 10 });
		await charon.rekey();
		await gate.until((status) => status.ikeSecurityAssociations[0]!.phase2Negotiations === 2, "renewed by charon");
		await gate.command("down branch");
		await gate.down({ ike: true });
		await charon.initiate();
		await gate.up();
		t.deepEqual(await ping(right, side, { count: 10 }), { sent: 10, received: 10 });
		result("nat      draft-02 with charon through a NAT: both roles, renewed");
	}
	finally {
		await gate.close();
		await relay.stop();
		await side.namespace.close();
	}
});
