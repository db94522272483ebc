/** Peers without an address in the settings: two behind one NAT at 0.0.0.0, charon and keygate, in both modes; and a peer at a host name. */
import type { ExecutionContext } from "ava";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, testUnless } from "../needs.js";
import { logging } from "../said.js";
import { Capture } from "./capture.js";
import { Charon } from "./charon.js";
import { Keygate, settings, type KeygateConnection } from "./keygate.js";
import { Namespace, type Side } from "./network.js";
import { must, until } from "./processes.js";
import { ping, pingUntilAnswered } from "./traffic.js";

/**
 *    center  10.9.0.1 (lo), 10.0.0.9 (wan) === (outside) 10.0.0.254  NAT  192.168.0.254 (inside) === (wan) 192.168.0.N, 10.N.0.1 (lo)  branch N
 */
class Anywhere {
	readonly center: Side;
	readonly branches: readonly Side[];
	readonly router: Namespace;

	private constructor(center: Side, branches: readonly Side[], router: Namespace) {
		this.center = center;
		this.branches = branches;
		this.router = router;
	}

	static async create(): Promise<Anywhere> {
		const router = await Namespace.create("nat");
		const side = async (role: string, wan: string, index: number): Promise<Side> => ({ namespace: await Namespace.create(role), wan, lan: `10.${index}.0.1`, network: `10.${index}.0.0/24` });
		const center = await side("center", "10.0.0.9", 9);
		const branches = [await side("one", "192.168.0.1", 1), await side("two", "192.168.0.2", 2)];
		await router.ip("link", "add", "inside", "type", "bridge");
		await router.ip("address", "add", "192.168.0.254/24", "dev", "inside");
		await router.ip("link", "set", "inside", "up");
		for (const [index, each] of [center, ...branches].entries()) {
			const device = index === 0 ? "outside" : `inside${index}`;
			await must(["ip", "link", "add", "wan", "netns", each.namespace.name, "type", "veth", "peer", "name", device, "netns", router.name]);
			if (index === 0)
				await router.ip("address", "add", "10.0.0.254/24", "dev", device);
			else
				await router.ip("link", "set", device, "master", "inside");
			await router.ip("link", "set", device, "up");
			await each.namespace.ip("address", "add", `${each.wan}/24`, "dev", "wan");
			await each.namespace.ip("link", "set", "wan", "up");
			await each.namespace.ip("address", "add", `${each.lan}/24`, "dev", "lo");
			await each.namespace.ip("route", "add", "default", "via", index === 0 ? "10.0.0.254" : "192.168.0.254");
		}
		await router.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
		// Node has an nft of its own in its path.
		await router.must(["/usr/sbin/nft", "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; add rule ip nat out oifname outside masquerade"]);
		return new Anywhere(center, branches, router);
	}

	async close(): Promise<void> {
		for (const namespace of [this.center.namespace, ...this.branches.map((each) => each.namespace), this.router])
			await namespace.close();
	}
}

const proposals: Pick<KeygateConnection, "phase1" | "phase2" | "pfs"> = {
	phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 19 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off"
};
const key = (name: string): string => `the key of branch ${name}`;

const interop = (title: string, body: (t: ExecutionContext) => Promise<void>): void => testUnless(root, title, 300000, body);

for (const phase1Mode of ["main", "aggressive"] as const)
	interop(`T02 T18 two branches at 0.0.0.0 behind one NAT, charon and keygate, ${phase1Mode} mode`, async (t) => {
		const lab = await Anywhere.create();
		const { center, branches } = lab;
		const [one, two] = branches as [Side, Side];
		const gate = new Keygate(center);
		const charon = new Charon(one);
		const other = new Keygate(two);
		try {
			await logging(t, () => ({ center: gate.output.slice(-6000), charon: charon.protocol.slice(-4000), two: other.output.slice(-4000) }), async () => {
				await charon.start();
				const peer = (name: string, side: Side): object => {
					const document = settings({ ...proposals, secret: key(name), phase1Mode, natTraversal: "auto", actAs: "responder", remoteId: { type: "fqdn", value: `${name}.example` } }, center, side) as { peers: object[] };
					return { ...document.peers[0], name, remoteGateway: "0.0.0.0" };
				};
				const document = settings({ ...proposals, secret: key("one") }, center, one) as { peers: { connections: { order: number }[] }[] };
				document.peers = [peer("one", one), peer("two", two)] as typeof document.peers;
				document.peers[1]!.connections[0]!.order = 2;
				await gate.startWith(document);
				await charon.load({ aggressive: phase1Mode === "aggressive", proposals: "aes256-sha256-ecp256", esp: "aes128gcm16", secret: key("one"), localId: "one.example" }, center);
				const branch: KeygateConnection = { ...proposals, secret: key("two"), phase1Mode, natTraversal: "auto", localId: { type: "fqdn", value: "two.example" } };
				await other.start(branch, center);

				const capture = await Capture.start(center);
				// Nobody has come yet: what goes to the branches is dropped.
				t.is((await ping(center, one, { count: 1, wait: 1 })).received, 0);

				await charon.initiate();
				await pingUntilAnswered(two, center);
				const status = await gate.until((each) => each.securityAssociations.length === 4, "up with both");
				const rows = status.ikeSecurityAssociations.filter((sa) => sa.state === 9);
				t.deepEqual(rows.map((sa) => [sa.peer, sa.remoteGateway, sa.natT, sa.mode]).sort(), [["one", "10.0.0.254", "Far end", phase1Mode], ["two", "10.0.0.254", "Far end", phase1Mode]]);
				for (const side of branches) {
					t.deepEqual(await ping(center, side), { sent: 5, received: 5 });
					t.deepEqual(await ping(side, center), { sent: 5, received: 5 });
				}

				// One starts anew without a word: its INITIAL-CONTACT is about nobody else.
				await other.stop("SIGKILL");
				await other.start(branch, center);
				await pingUntilAnswered(two, center);
				await gate.until((each) => each.securityAssociations.length === 4, "up with both again");
				for (const side of branches)
					t.deepEqual(await ping(center, side), { sent: 5, received: 5 });
				t.deepEqual((await gate.status()).problems, []);

				// One goes: what is meant for it is dropped, and the other stays.
				await charon.terminate("ike");
				await gate.until((each) => each.securityAssociations.length === 2, "without one");
				t.is((await ping(center, one, { count: 1, wait: 1 })).received, 0);
				t.deepEqual(await ping(center, two), { sent: 5, received: 5 });
				await capture.stop();
				t.deepEqual(await capture.fields("ip.addr == 10.9.0.0/24 && !udp", ["ip.src", "ip.dst"]), [], "no inner packet in the clear");
				await capture.close();
			});
		}
		finally {
			await gate.close();
			await other.close();
			await charon.close();
			await lab.close();
		}
	});

interop("a peer at a host name: told when the name does not resolve, up when it does", async (t) => {
	const lab = await Anywhere.create();
	const { center, branches } = lab;
	const two = branches[1]!;
	const gate = new Keygate(two);
	const charon = new Charon(center);
	const folder = mkdtempSync(join(tmpdir(), "keygate-hosts-"));
	try {
		await logging(t, () => ({ gate: gate.output.slice(-6000), charon: charon.protocol.slice(-4000) }), async () => {
			const hosts = join(folder, "hosts");
			const resolv = join(folder, "resolv.conf");
			// No name server answers on loopback; what is in the file is known at once.
			writeFileSync(hosts, "127.0.0.1 localhost\n");
			writeFileSync(resolv, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
			await charon.start();
			await charon.load({ proposals: "aes256-sha256-ecp256", esp: "aes128gcm16", secret: key("two"), remoteId: "two.example" }, { ...two, wan: "%any" });
			const document = settings({ ...proposals, secret: key("two"), localId: { type: "fqdn", value: "two.example" } }, two, center) as { peers: { remoteGateway: string }[] };
			document.peers[0]!.remoteGateway = "center.example";
			await gate.startWith(document, { hosts, "resolv.conf": resolv });
			await gate.command("up branch/office");
			const { problems } = await gate.until((status) => status.problems.length > 0, "told of the name");
			t.is(problems[0]!.cause, "peer-unreachable");
			t.true(problems[0]!.text.includes("center.example") && problems[0]!.text.includes("does not resolve"), problems[0]!.text);
			writeFileSync(hosts, `127.0.0.1 localhost\n${center.wan} center.example\n`);
			await gate.up(20000);
			t.deepEqual((await gate.status()).problems, []);
			await pingUntilAnswered(two, center);
			t.deepEqual(await ping(two, center), { sent: 5, received: 5 });
			t.is((await gate.status()).ikeSecurityAssociations[0]!.remoteGateway, center.wan);
			await until(async () => await charon.tunnels() === 1 ? true : undefined, () => charon.protocol);
		});
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
		await gate.close();
		await charon.close();
		await lab.close();
	}
});
