/**
 * A board at its limits: every peer and connection that there can be, every place for an SA taken, certificates of RSA-4096 agreed on while its largest
 * pages are sent and its logs are full. What `memory` says of it then.
 */
import { CONNECTIONS, PEERS, SECURITY_ASSOCIATIONS } from "../../modules/limits.js";
import { Authority, type Issued } from "../authority.js";
import { Keygate } from "../interop/keygate.js";
import { until } from "../interop/processes.js";
import { Firmware } from "./firmware.js";
import { BOARD, Taps } from "./taps.js";

/** Milliseconds for negotiations in the emulator, on a machine that is busy with other things. */
const LIMIT = 120000;
const PASSWORD = "a word for the board";
const each = CONNECTIONS / PEERS;
/** Peers with certificates; the others have a key. */
const CERTIFIED = 2;
/** Connections whose SAs are made twice. */
const AGAIN = SECURITY_ASSOCIATIONS / 2 - CONNECTIONS;
const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const wan = (peer: number): string => `10.0.0.${11 + peer}`;

/** Used, highest and size of a table. */
export interface Use {
	readonly used: number;
	readonly highest: number;
	readonly size: number;
}

function certificatesOf({ certificate, key }: Issued, between: Authority, root: Authority): object {
	return {
		own: [{ name: "own", certificate: certificate + between.certificate, key }],
		trusted: [{ name: "root", certificate: root.certificate }],
		revocationLists: [{ name: "root", crl: root.list() }, { name: "between", crl: between.list() }],
	};
}

function peer(index: number, name: string, remoteGateway: string, hub: boolean, remoteName: string): object {
	return {
		name, remoteGateway, natTraversal: "force",
		...(index < CERTIFIED
			? { authentication: "certificate", ownCertificate: "own", remoteId: { type: "dn", value: `C=DE, O=Keygate, OU=A gateway of the worst case, CN=${remoteName}` } }
			: { preSharedKey: `worst case, peer ${index}` }),
		phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: index < CERTIFIED ? 14 : 31 }, { encryption: "aes-256-cbc", hash: "sha384", dhGroup: index < CERTIFIED ? 14 : 31 }],
		connections: indices(each).map((i) => {
			const net = each * index + i;
			const [near, far] = [`10.1.${net}.0/24`, `10.${100 + net}.0.0/16`];
			return {
				name: `net-${net}`, order: net + 1, localNetwork: hub ? near : far, remoteNetwork: hub ? far : near, start: "never",
				// what takes most of mbedTLS's block
				phase2Proposals: [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha512-256" }, { protocol: "esp", encryption: "aes-256-gcm-16" }],
				pfs: index < CERTIFIED ? 14 : 31,
			};
		}),
	};
}

export class WorstCase {
	readonly board: Firmware;
	readonly #taps: Taps;
	readonly #spokes: Keygate[] = [];
	#pages = 0;

	private constructor(taps: Taps) {
		this.#taps = taps;
		this.board = new Firmware(taps.place);
	}

	/** Boots the board and starts its peers. */
	static async create(): Promise<WorstCase> {
		const lab = new WorstCase(await Taps.create());
		try {
			await lab.#start();
			return lab;
		}
		catch (error) {
			await lab.close();
			throw error;
		}
	}

	async #start(): Promise<void> {
		const { right } = this.#taps;
		const root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root", bits: 4096 });
		const between = new Authority({ subject: "/C=DE/O=Keygate/CN=Between", bits: 4096, pathLength: 0 }, root);
		const issue = (name: string): object => certificatesOf(between.issue({ subject: `/C=DE/O=Keygate/OU=A gateway of the worst case/CN=${name}`, bits: 4096 }), between, root);
		await this.board.boot({
			version: 1,
			gateway: { name: "board", wanAddress: BOARD.wan, wanPrefix: 24, wanRouter: "10.0.0.254", lanAddress: `${BOARD.lan}/24`, firewallLog: "all", admin: { user: "admin", password: PASSWORD } },
			certificates: issue("board"),
			peers: indices(PEERS).map((i) => peer(i, `spoke-${i}`, wan(i), true, `spoke-${i}`)),
		});
		await this.board.addressed();
		await this.board.command(`clock ${new Date().toISOString().slice(0, 19)}Z`);
		for (const i of indices(PEERS)) {
			await right.namespace.ip("address", "add", `${wan(i)}/24`, "dev", "wan");
			const spoke = new Keygate(right);
			this.#spokes.push(spoke);
			await spoke.startWith({
				version: 1,
				gateway: { name: `spoke-${i}`, wanAddress: wan(i), lanAddress: "10.2.0.1/24", tunnelInterface: `kg${i}`, http: { address: "127.0.0.1", port: 8000 + i }, admin: { user: "admin", password: PASSWORD } },
				...(i < CERTIFIED ? { certificates: issue(`spoke-${i}`) } : {}),
				peers: [peer(i, "board", BOARD.wan, false, "board")],
			});
		}
	}

	/** Brings it to its limits. */
	async fill(): Promise<void> {
		const browser = { isThere: true };
		const asking = this.#ask(browser);
		try {
			await this.#reaches(2 * each * CERTIFIED, this.#spokes.slice(0, CERTIFIED));
			await this.#reaches(2 * CONNECTIONS, this.#spokes);
			// With the cable out the peers forget these tunnels, and those with certificates their IKE SAs: the board keeps its own, and makes others beside them. Each peer keeps one, or it would
			// say by INITIAL-CONTACT that the board is to forget all.
			const { namespace } = this.#taps.right;
			await namespace.ip("link", "set", "wan", "down");
			for (const i of indices(AGAIN))
				await this.#spokes[i % PEERS]!.command(`down board/net-${each * (i % PEERS) + Math.floor(i / PEERS)}`);
			for (const spoke of this.#spokes.slice(0, CERTIFIED))
				for (const { id } of (await spoke.status()).ikeSecurityAssociations)
					await spoke.command(`delete ${id}`);
			await namespace.ip("link", "set", "wan", "up");
			await this.#reaches(SECURITY_ASSOCIATIONS, this.#spokes);
		}
		finally {
			browser.isThere = false;
			await asking;
		}
	}

	/** Pages that were fetched meanwhile, whole. */
	get pages(): number {
		return this.#pages;
	}

	/** What `memory` says now. */
	async memory(): Promise<Map<string, Use>> {
		const rows = (await this.board.command("memory")).matchAll(/^(\S.*?) +(\d+) +(\d+) +(\d+) +\d+$/gm);
		return new Map([...rows].map(([, name, used, highest, size]) => [name!, { used: Number(used), highest: Number(highest), size: Number(size) }]));
	}

	/** Has peers bring up what is not up, until the board has so many SAs: one that begins among many others may have to begin again. */
	async #reaches(count: number, spokes: readonly Keygate[]): Promise<void> {
		let next = 0;
		await until(async () => {
			if (performance.now() >= next) {
				for (const spoke of spokes)
					await spoke.command("up board");
				next = performance.now() + 5000;
			}
			return (await this.memory()).get("security associations")?.used === count ? true : undefined;
		}, () => `not ${count} SAs`, LIMIT, 500).catch(async (error: unknown) => {
			throw new Error(`${String(error)}:\n${await this.board.command("memory")}\n${await this.board.command("log vpn 80")}`);
		});
	}

	/** A browser that loads the largest pages one after the other, two at once. */
	async #ask(browser: { readonly isThere: boolean }): Promise<void> {
		const { namespace } = this.#taps.left;
		const paths = ["/status", "/log/vpn", "/log/firewall", "/settings/peers/spoke-0", "/settings/peers/spoke-0/connections/net-0", "/settings/certificates", "/status.json"];
		const one = async (path: string): Promise<void> => {
			const { output } = await namespace.run(["curl", "-s", "-u", `admin:${PASSWORD}`, "-m", "60", "-o", "/dev/null", "-w", "%{http_code}", `http://${BOARD.lan}${path}`], { limit: 70000 });
			if (output === "200")
				this.#pages++;
		};
		for (let i = 0; browser.isThere; i++)
			await Promise.all([one(paths[i % paths.length]!), one(paths[(i + 3) % paths.length]!)]);
	}

	async close(): Promise<void> {
		for (const spoke of this.#spokes)
			await spoke.close();
		await this.board.close();
		await this.#taps.close();
	}
}
