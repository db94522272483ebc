/**
 * Several sites around a router, each a gateway with keygate and a host behind it:
 *
 *    host 10.N.0.10 === (lan) 10.N.0.1  gateway N  172.16.N.1 (wan) === (wanN) 172.16.N.254  router
 *
 * A site's packets to another site's network have a way in the clear too: the router knows all LANs, so that whatever a gateway lets slip arrives.
 */
import type { ExecutionContext } from "ava";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, testUnless } from "../needs.js";
import type { StatusDocument } from "../node/laboratory.js";
import { logging } from "../said.js";
import { Capture } from "./capture.js";
import { GatewayConsole } from "./console.js";
import { executable } from "./keygate.js";
import { Namespace, type Side } from "./network.js";
import { must } from "./processes.js";

/** What a test says of a connection; the rest is the same for all. */
export interface SiteConnection {
	readonly name: string;
	readonly localNetwork: string;
	readonly remoteNetwork: string;
	readonly enabled?: boolean;
	readonly order?: number;
	readonly ipProtocol?: number;
	readonly localPort?: number;
	readonly remotePort?: number;
	readonly start?: "on traffic" | "always" | "never";
	readonly phase2Proposals?: readonly object[];
}

export interface SitePeer {
	/** Number of the other site. */
	readonly site: number;
	readonly connections: readonly SiteConnection[];
	readonly preSharedKey?: string;
	readonly natTraversal?: "auto" | "force";
}

export class Site extends GatewayConsole {
	readonly number: number;
	readonly gateway: Namespace;
	readonly host: Namespace;
	readonly wan: string;
	readonly lan: string;
	/** The host's address. */
	readonly address: string;
	readonly network: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "keygate-site-"));

	private constructor(number: number, gateway: Namespace, host: Namespace) {
		super(`gateway ${number}`);
		this.number = number;
		this.gateway = gateway;
		this.host = host;
		this.wan = `172.16.${number}.1`;
		this.lan = `10.${number}.0.1`;
		this.address = `10.${number}.0.10`;
		this.network = `10.${number}.0.0/24`;
	}

	static async create(number: number, router: Namespace): Promise<Site> {
		const gateway = await Namespace.create(`gate${number}`);
		const host = await Namespace.create(`host${number}`);
		const site = new Site(number, gateway, host);
		const { wan, lan, address, network } = site;
		await must(["ip", "link", "add", "wan", "netns", gateway.name, "type", "veth", "peer", "name", `wan${number}`, "netns", router.name]);
		await must(["ip", "link", "add", "lan", "netns", gateway.name, "type", "veth", "peer", "name", "lan", "netns", host.name]);
		for (const [namespace, own, device] of [[gateway, wan, "wan"], [router, wan.replace(/1$/, "254"), `wan${number}`], [gateway, lan, "lan"], [host, address, "lan"]] as const) {
			await namespace.ip("address", "add", `${own}/24`, "dev", device);
			await namespace.ip("link", "set", device, "up");
		}
		await gateway.ip("route", "add", "default", "via", wan.replace(/1$/, "254"));
		await host.ip("route", "add", "default", "via", lan);
		await router.ip("route", "add", network, "via", wan);
		await gateway.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
		return site;
	}

	/** The host as the one end of pings and transfers. */
	get side(): Side {
		return { namespace: this.host, wan: this.wan, lan: this.address, network: this.network };
	}

	get file(): string {
		return join(this.#folder, "settings.json");
	}

	/** Writes the settings file. `gateway`: other fields of it. */
	write(peers: readonly SitePeer[], gateway: object = {}): void {
		writeFileSync(this.file, JSON.stringify({
			version: 1,
			gateway: {
				name: `gate-${this.number}`, wanAddress: this.wan, lanAddress: `${this.lan}/24`, http: { address: this.lan, port: 80 },
				admin: { user: "admin", password: "interoperation" }, ...gateway
			},
			peers: peers.map(({ site, connections, preSharedKey, natTraversal }) => ({
				name: `site-${site}`, remoteGateway: `172.16.${site}.1`,
				preSharedKey: preSharedKey ?? "interoperation between sites",
				phase1Proposals: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }],
				natTraversal: natTraversal ?? "auto",
				deadPeerDetection: { interval: 0, timeout: 120 },
				connections: connections.map((connection) => ({ phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", ...connection }))
			}))
		}));
	}

	/** Starts keygate with these settings, or anew with others; `words` follow on its command line. */
	async start(peers: readonly SitePeer[], ...words: string[]): Promise<void> {
		await this.stop();
		this.write(peers);
		const { NODE_OPTIONS: _, ...env } = process.env;
		this.program = this.gateway.start([executable, "--config", this.file, "--console", "stdio", ...words], { env });
		// the prompt and the line of the start come by two ways, in either order
		await this.program.waitFor(/keygate> /, { limit: 20000 });
		await this.program.waitFor(/keygate: .* pages on .*\r?\n/, { limit: 20000 });
	}

	override until(wanted: (status: StatusDocument) => boolean, what: string, limit = 20000): Promise<StatusDocument> {
		return super.until(wanted, what, limit);
	}

	/** Sends a signal to keygate and waits for what it says then. */
	async signal(name: NodeJS.Signals, says: RegExp): Promise<void> {
		const program = this.program!;
		const from = program.output.length;
		process.kill(program.pid, name);
		await program.waitFor(says, { from });
	}

	async close(): Promise<void> {
		await this.stop();
		await this.host.close();
		await this.gateway.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

export class Sites {
	readonly router: Namespace;
	/** By number; 0 is not there. */
	readonly sites: readonly Site[];

	private constructor(router: Namespace, sites: readonly Site[]) {
		this.router = router;
		this.sites = sites;
	}

	static async create(count: number): Promise<Sites> {
		const router = await Namespace.create("router");
		await router.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
		const sites: Site[] = [];
		for (let number = 1; number <= count; number++)
			sites[number] = await Site.create(number, router);
		return new Sites(router, sites);
	}

	/** What goes over a site's WAN from now on. */
	capture(number: number): Promise<Capture> {
		return Capture.start({ ...this.sites[number]!.side, namespace: this.sites[number]!.gateway }, this.sites.flatMap((site) => site === undefined ? [] : [site.gateway]));
	}

	async close(): Promise<void> {
		for (const site of this.sites)
			await site?.close();
		await this.router.close();
	}
}

/** The packets of a capture that show an address of a LAN outside of ESP. */
export async function inTheClear(capture: Capture): Promise<string[][]> {
	const packets = await capture.fields("ip && !udp.port == 500 && !udp.port == 4500 && !esp", ["ip.src", "ip.dst", "frame.protocols"]);
	return packets.filter(([from, to]) => /(^|,)10\./.test(from!) || /(^|,)10\./.test(to!));
}

/** A test with sites of its own; what all gateways said is shown when it fails. Needs root. */
export function withSites(count: number, title: string, body: (t: ExecutionContext, sites: Sites) => Promise<void>): void {
	testUnless(root, title, 300000, async (t) => {
		const sites = await Sites.create(count);
		try {
			await logging(t, () => Object.fromEntries(sites.sites.flatMap((site) => site === undefined ? [] : [[`gateway ${site.number}`, site.output.slice(-3000)]])), () => body(t, sites));
		}
		finally {
			await sites.close();
		}
	});
}
