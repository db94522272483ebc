/** QEMU's command line for the board that hosts/riscv is made for: `virt`, 32 bits, two Ethernet ports, a flash chip, a serial line. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

export const QEMU = "/usr/bin/qemu-system-riscv32";
/** What ends QEMU when the process that started it is gone, however that ended. */
const WITH_PARENT = Object.freeze(["setpriv", "--pdeathsig", "KILL"]);

/** The processor with its source of entropy, and with the instructions for AES and SHA-2, or without. */
export const CPU = "rv32,zkr=true,zkne=true,zknd=true,zknh=true,zbkb=true,zbkc=true";
export const PLAIN_CPU = "rv32,zkr=true";

/** Where the cable of an Ethernet port leads. */
export type Link =
	/** A tap device of this network namespace. */
	| { readonly kind: "tap"; readonly name: string }
	/** A unix socket where somebody listens for frames, each behind its length. */
	| { readonly kind: "socket"; readonly path: string }
	/** QEMU's own network, with its router, its name server, and the address that it leases; TCP connections to `port` on loopback go to `to`. */
	| {
		readonly kind: "user"; readonly network: string; readonly router: string; readonly names: string; readonly lease: string;
		readonly forward?: { readonly port: number; readonly to: string; readonly toPort: number };
	};

export interface Board {
	/** An image that is started at once, in place of the boot loader in the flash. */
	readonly image?: string | undefined;
	/** The chip's contents, as large as `virt` says. */
	readonly flash?: string | undefined;
	readonly wan?: Link | undefined;
	readonly lan?: Link | undefined;
	readonly cpu?: string | undefined;
	/** "stdio", the path of a terminal, or "none". */
	readonly serial?: string | undefined;
	/** Where the monitor listens. */
	readonly monitor?: string | undefined;
	readonly more?: readonly string[] | undefined;
}

const PORTS = Object.freeze([Object.freeze(["wan", "52:54:00:4b:47:01"] as const), Object.freeze(["lan", "52:54:00:4b:47:02"] as const)] as const);

/** Hardware addresses of the ports. */
export const WAN_HARDWARE = PORTS[0][1];
export const LAN_HARDWARE = PORTS[1][1];

/** The words that start it. */
export function qemuWords(board: Board): string[] {
	const words = [...WITH_PARENT, QEMU, "-machine", "virt", "-cpu", `${board.cpu ?? CPU},${lockBypass()}`, "-bios", "none", "-nodefaults", "-no-user-config", "-display", "none",
		"-global", "virtio-mmio.force-legacy=false", "-serial", board.serial ?? "stdio"];
	if (board.image !== undefined)
		words.push("-device", `loader,file=${escaped(board.image)},cpu-num=0`);
	if (board.flash !== undefined)
		words.push("-drive", `if=pflash,unit=0,format=raw,file=${escaped(board.flash)}`);
	PORTS.forEach(([name, hardware], index) => {
		const link = board[name];
		if (link !== undefined)
			words.push("-netdev", `${netdev(link)},id=${name}`, "-device", `virtio-net-device,netdev=${name},mac=${hardware},bus=virtio-mmio-bus.${index}`);
	});
	if (board.monitor !== undefined)
		words.push("-qmp", `unix:${escaped(board.monitor)},server=on,wait=off`);
	return [...words, ...board.more ?? []];
}

let bypass = "";

/**
 * The firmware locks its memory, and QEMU keeps that at a reset, which a processor does not: with this extension the boot loader takes it back. What it is
 * called depends on the version.
 */
function lockBypass(): string {
	if (bypass === "") {
		const [, major, minor] = spawnSync(QEMU, ["--version"], { encoding: "utf8" }).stdout.match(/version (\d+)\.(\d+)/) ?? [];
		bypass = Number(major) * 100 + Number(minor) < 802 ? "x-epmp=true" : "smepmp=true";
	}
	return bypass;
}

function netdev(link: Link): string {
	switch (link.kind) {
		case "tap":
			// without offloads every frame is whole
			return `tap,ifname=${escaped(link.name)},script=no,downscript=no,vnet_hdr=off`;
		case "socket":
			return `stream,server=off,addr.type=unix,addr.path=${escaped(link.path)}`;
		case "user": {
			const { network, router, names, lease, forward } = link;
			return `user,net=${network},host=${router},dns=${names},dhcpstart=${lease}${forward === undefined ? "" : `,hostfwd=tcp:127.0.0.1:${forward.port}-${forward.to}:${forward.toPort}`}`;
		}
	}
}

/** A comma ends a value, unless there are two. */
function escaped(text: string): string {
	return text.replaceAll(",", ",,");
}

/** "", or why the board cannot be started here. */
export function qemuFault(): string {
	if (!existsSync(QEMU))
		return "qemu-system-riscv32 is missing: sudo apt-get install qemu-system-misc";
	return spawnSync(WITH_PARENT[0]!, ["--version"]).status === 0 ? "" : "setpriv is missing: sudo apt-get install util-linux";
}
