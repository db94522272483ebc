/** `build/linux/keygate` in a namespace, driven by its settings file and its serial console. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GatewayConsole } from "./console.js";
import type { Side } from "./network.js";

function findRepository(): string {
	let folder = dirname(fileURLToPath(import.meta.url));
	while (!existsSync(join(folder, "package.json")))
		folder = dirname(folder);
	return folder;
}

/** The nearest folder above that has a package.json. */
export const repository = findRepository();

export const executable = process.env["KEYGATE"] ?? join(repository, "build/linux/keygate");

/** What tests choose of a peer named `branch` and its connection `office`. */
export interface KeygateConnection {
	readonly phase1: readonly { encryption: string; hash: string; dhGroup: number }[];
	readonly phase2: readonly { protocol: "esp" | "ah" | "ah+esp"; encryption?: string; authentication?: string; espAuthentication?: string }[];
	/** Transport mode is between the WAN addresses. */
	readonly mode?: "tunnel" | "transport";
	/** Further fields of the connection, as the settings have them. */
	readonly fields?: object;
	readonly pfs: number | "off";
	readonly secret: string;
	readonly phase1Mode?: "main" | "aggressive";
	readonly localId?: { type: string; value: string };
	readonly remoteId?: { type: string; value: string };
	/** Seconds of the traffic tunnel, and kilobytes. */
	readonly seconds?: number;
	readonly kilobytes?: number;
	readonly phase1Lifetime?: number;
	readonly natTraversal?: "auto" | "off" | "force";
	readonly start?: "on traffic" | "always" | "never";
	readonly actAs?: "initiator and responder" | "initiator" | "responder";
	readonly deadPeerDetection?: { interval: number; timeout: number };
	readonly localNetwork?: string;
	readonly remoteNetwork?: string;
	/** As the settings have them; the peer then uses the first of `own` in place of the secret. */
	readonly certificates?: { readonly own: readonly { readonly name: string; readonly certificate: string; readonly key: string }[]; readonly trusted: readonly object[]; readonly revocationLists?: readonly object[] };
	/** Further connections with the same peer, as the settings have them. */
	readonly more?: readonly object[];
}

/** The whole settings document for `connection`. */
export function settings(connection: KeygateConnection, side: Side, peer: Pick<Side, "wan" | "network">): object {
	return {
		version: 1,
		gateway: {
			name: "gate", wanAddress: side.wan, lanAddress: `${side.lan}/24`, http: { address: side.lan, port: 80 },
			admin: { user: "admin", password: "interoperation" }
		},
		...(connection.certificates === undefined ? {} : { certificates: connection.certificates }),
		peers: [{
			name: "branch", remoteGateway: peer.wan, preSharedKey: connection.secret,
			...(connection.certificates === undefined ? {} : { authentication: "certificate", ownCertificate: connection.certificates.own[0]!.name }),
			actAs: connection.actAs ?? "initiator and responder",
			phase1Mode: connection.phase1Mode ?? "main",
			natTraversal: connection.natTraversal ?? "force",
			phase1Proposals: connection.phase1,
			phase1Lifetime: connection.phase1Lifetime ?? 28800,
			deadPeerDetection: connection.deadPeerDetection ?? { interval: 0, timeout: 120 },
			...(connection.localId === undefined ? {} : { localId: connection.localId }),
			...(connection.remoteId === undefined ? {} : { remoteId: connection.remoteId }),
			connections: [{
				name: "office", order: 1,
				localNetwork: connection.localNetwork ?? (connection.mode === "transport" ? side.wan : side.network),
				remoteNetwork: connection.remoteNetwork ?? (connection.mode === "transport" ? peer.wan : peer.network),
				mode: connection.mode ?? "tunnel",
				phase2Proposals: connection.phase2, pfs: connection.pfs,
				lifetime: { seconds: connection.seconds ?? 3600, kilobytes: connection.kilobytes ?? 0 },
				start: connection.start ?? "on traffic",
				...connection.fields
			}, ...connection.more ?? []]
		}]
	};
}

export class Keygate extends GatewayConsole {
	readonly side: Side;
	/** Further words of its command line, from the next start on. */
	words: readonly string[] = [];
	readonly #folder: string;

	constructor(side: Side) {
		super("keygate");
		this.side = side;
		this.#folder = mkdtempSync(join(tmpdir(), "keygate-gate-"));
	}

	/** Starts it with these settings, or anew with others; the console is ready when this returns. */
	start(connection: KeygateConnection, peer: Pick<Side, "wan" | "network">): Promise<void> {
		return this.startWith(settings(connection, this.side, peer));
	}

	/** The same with a whole document. `etc` are files of /etc by their names that it sees in place of the machine's. */
	async startWith(document: object, etc: Readonly<Record<string, string>> = {}): Promise<void> {
		if (!existsSync(executable))
			throw new Error(`${executable} is not there: npm run build`);
		await this.stop();
		const file = join(this.#folder, "settings.json");
		writeFileSync(file, JSON.stringify(document));
		const mounts = Object.entries(etc).map(([name, path]) => `mount --bind ${path} /etc/${name}; `).join("");
		const words = [executable, "--config", file, "--console", "stdio", ...this.words];
		const { NODE_OPTIONS: _, ...env } = process.env;
		this.program = this.side.namespace.start(mounts === "" ? words : ["unshare", "-m", "sh", "-c", `${mounts}exec "$@"`, "sh", ...words], { env });
		// the prompt and the line of the start come by two ways, in either order
		await this.program.waitFor(/keygate> /, { limit: 20000 });
		await this.program.waitFor(/keygate: .* pages on /, { limit: 20000 });
	}

	/** Has it read other settings while it runs. */
	async reload(connection: KeygateConnection, peer: Pick<Side, "wan" | "network">): Promise<void> {
		const program = this.program!;
		const from = program.output.length;
		writeFileSync(join(this.#folder, "settings.json"), JSON.stringify(settings(connection, this.side, peer)));
		process.kill(program.pid, "SIGHUP");
		await program.waitFor(/pages on /, { from });
	}

	/** Fills its heap, for which it was started with `--fault heap`; its control plane is there again when this returns. */
	async fillHeap(): Promise<void> {
		const program = this.program!;
		const from = program.output.length;
		process.kill(program.pid, "SIGUSR1");
		await program.waitFor(/heap exhausted \([^)]+\); tunnels keep carrying/, { from });
		await program.waitFor(/pages on /, { from });
		await program.waitFor(/keygate> $/, { from });
	}

	async close(): Promise<void> {
		await this.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
