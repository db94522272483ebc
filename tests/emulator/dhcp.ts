/** DHCP that is not ours around a board on taps: busybox's server on the WAN, busybox's client on the LAN. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Namespace } from "../interop/network.js";
import type { Program } from "../interop/processes.js";

const BUSYBOX = "/bin/busybox";

export interface Pool {
	readonly first: string;
	readonly last: string;
	readonly router?: string;
	readonly dns?: string;
	/** Seconds. */
	readonly lease: number;
}

/** A DHCP server on the device of a namespace. */
export class Server {
	readonly #namespace: Namespace;
	readonly #device: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "keygate-udhcpd-"));
	#program: Program | undefined;

	constructor(namespace: Namespace, device: string) {
		this.#namespace = namespace;
		this.#device = device;
	}

	get output(): string {
		return this.#program?.output ?? "";
	}

	/** Starts it, or anew: it knows nothing of what it leased before. */
	async start({ first, last, router, dns, lease }: Pool): Promise<void> {
		await this.stop();
		const path = (name: string): string => join(this.#folder, name);
		rmSync(path("leases"), { force: true });
		writeFileSync(path("leases"), "");
		writeFileSync(path("conf"), `start ${first}
end ${last}
interface ${this.#device}
lease_file ${path("leases")}
pidfile ${path("pid")}
min_lease 10
option subnet 255.255.255.0
${router === undefined ? "" : `option router ${router}\n`}${dns === undefined ? "" : `option dns ${dns}\n`}option lease ${lease}
`);
		this.#program = this.#namespace.start([BUSYBOX, "udhcpd", "-f", path("conf")]);
		await this.#program.waitFor(/started/);
	}

	async stop(): Promise<void> {
		await this.#program?.stop();
		this.#program = undefined;
	}

	async close(): Promise<void> {
		await this.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** What a client was told, by busybox's names: `ip`, `mask`, `router`, `dns`, `lease`, `serverid`. */
export type Lease = ReadonlyMap<string, string>;

/** Asks once for an address of `device`, which then has it, with the router; undefined: there was no answer. */
export async function ask(namespace: Namespace, device: string, { request, seconds = 10 }: { readonly request?: string; readonly seconds?: number } = {}): Promise<Lease | undefined> {
	const folder = mkdtempSync(join(tmpdir(), "keygate-udhcpc-"));
	try {
		const script = join(folder, "script");
		writeFileSync(script, `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address flush dev "$interface"
ip address add "$ip/$mask" dev "$interface"
for each in $router; do ip route replace default via "$each"; done
for name in ip mask router dns lease serverid; do eval "echo lease: $name=\\$$name"; done
`);
		chmodSync(script, 0o755);
		const { status, output } = await namespace.run([BUSYBOX, "udhcpc", "-i", device, "-s", script, "-f", "-q", "-n", "-t", `${seconds}`, "-T", "1", "-A", "1", ...(request === undefined ? [] : ["-r", request])],
			{ limit: 1000 * seconds + 20000 });
		return status === 0 ? new Map([...output.matchAll(/^lease: (\w+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!])) : undefined;
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
