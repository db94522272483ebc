/** QEMU's own networks around a board, which need no root: each port's fits the addresses that the settings give the board there. */
import { createServer } from "node:net";
import { formatAddress, parseAddress } from "../../modules/addresses.js";
import type { Link } from "./qemu.js";

/** What of a settings document says where the board is. */
export interface Addresses {
	/** "": the board asks for one. */
	readonly wanAddress: string;
	readonly wanPrefix: number;
	/** "": none. */
	readonly wanRouter: string;
	/** With its prefix. */
	readonly lanAddress: string;
	readonly httpAddress: string;
	readonly httpPort: number;
}

/** Where a board is that asks for its address. */
const WAN_NETWORK = "10.0.2.0/24";
/** Where a board has its pages that nobody has told anything. */
const FIRST_LAN = "192.168.1.1/24";

/** What a settings document says; undefined: a board without settings. */
export function addressesOf(document: Uint8Array | undefined): Addresses {
	const { gateway = {} } = document === undefined ? {} : JSON.parse(Buffer.from(document).toString("utf8")) as { gateway?: DocumentGateway };
	const lanAddress = gateway.lanAddress ?? FIRST_LAN;
	return {
		wanAddress: gateway.wanAddressing === "dhcp" ? "" : gateway.wanAddress ?? "", wanPrefix: gateway.wanPrefix ?? 24, wanRouter: gateway.wanRouter ?? "", lanAddress,
		httpAddress: gateway.http?.address ?? lanAddress.slice(0, lanAddress.indexOf("/")), httpPort: gateway.http?.port ?? 80
	};
}

interface DocumentGateway {
	readonly wanAddressing?: string;
	readonly wanAddress?: string;
	readonly wanPrefix?: number;
	readonly wanRouter?: string;
	readonly lanAddress?: string;
	readonly http?: { readonly address?: string; readonly port?: number };
}

/** The WAN's: QEMU's router is where the settings have theirs. */
export function wanLink({ wanAddress, wanPrefix, wanRouter }: Addresses): Link {
	if (wanAddress === "")
		return { kind: "user", network: WAN_NETWORK, ...spare(WAN_NETWORK, []) };
	const network = `${wanAddress}/${wanPrefix}`;
	const others = spare(network, [wanAddress, wanRouter]);
	return { kind: "user", network: networkOf(network), ...others, ...(wanRouter === "" ? {} : { router: wanRouter }) };
}

/** The LAN's: connections to `port` on loopback, if there is one, go to the board's pages. */
export function lanLink({ lanAddress, httpAddress, httpPort }: Addresses, port: number | undefined): Link {
	const own = lanAddress.slice(0, lanAddress.indexOf("/"));
	return { kind: "user", network: networkOf(lanAddress), ...spare(lanAddress, [own, httpAddress]), ...(port === undefined ? {} : { forward: { port, to: httpAddress, toPort: httpPort } }) };
}

/** Three addresses of a network, its last ones that are not `taken`: for QEMU's router, its name server, and its one lease. */
function spare(network: string, taken: readonly string[]): { readonly router: string; readonly names: string; readonly lease: string } {
	const [first, size] = range(network);
	const free: string[] = [];
	for (let offset = size - 2; offset > 0 && free.length < 3; offset--) {
		const text = formatAddress(first + offset);
		if (!taken.includes(text))
			free.push(text);
	}
	if (free.length < 3)
		throw new Error(`${network} is too small for QEMU's own network: expected a prefix of at most 29, or --wan and --lan with tap devices`);
	const [router, names, lease] = free as [string, string, string];
	return { router, names, lease };
}

function networkOf(text: string): string {
	return `${formatAddress(range(text)[0])}/${text.slice(text.indexOf("/") + 1)}`;
}

/** A network's first address, and how many it has. */
function range(text: string): [number, number] {
	const slash = text.indexOf("/");
	const address = parseAddress(text.slice(0, slash))!;
	const size = 2 ** (32 - Number(text.slice(slash + 1)));
	return [address - address % size, size];
}

/** A port of loopback that is free. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}
