/**
 * A peer with a kernel of its own: Debian's, in a QEMU virtual machine, with native ESP and AH, strongSwan's charon and libreswan's pluto.
 * The machine stays up for all tests of a file; `peer` gives it other settings.
 *
 *    left: LAN 10.1.0.1/24 (on lo), WAN 10.0.0.1/24 (wan) ==== middle: a bridge, or a router that translates addresses ==== VM: WAN 10.0.0.2/24,
 *    LAN 10.2.0.1/24 (on a device of its own)
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Namespace, type Side } from "../network.js";
import type { Place } from "../traffic.js";
import { must, until, type Finished, type Program } from "../processes.js";
import { folder as imageFolder, kernelFile, systemFile } from "./image.js";

/** Commands that can run in the VM at once. */
const PORTS = 4;
// an npm package has a program of the same name, which npx puts first
const nft = "/usr/sbin/nft";
const BOOT_LIMIT = 180000;
const RESUME_LIMIT = 60000;
const QEMU = "/usr/bin/qemu-system-x86_64";
/** What ends it when the test that started it is gone, however that ended. */
const WITH_PARENT = Object.freeze(["setpriv", "--pdeathsig", "KILL"]);
/** The machine as it was when it had booted, and which machine that was. */
const stateFile = join(imageFolder, "state");
const stateKey = join(imageFolder, "state.of");

/** A file's text, "" when there is none. */
function read(path: string): string {
	try {
		return readFileSync(path, "latin1");
	}
	catch {
		return "";
	}
}

/** The IKE daemons that are in the VM. */
export type Daemon = "charon" | "pluto" | "none";

export class VM {
	/** Its address on the WAN; Translation gives it others. */
	wan = "10.0.0.2";
	readonly lan = "10.2.0.1";
	readonly network = "10.2.0.0/24";
	readonly #folder = mkdtempSync(join(tmpdir(), "keygate-vm-"));
	/** Connections to the ports that nobody uses. They stay for as long as the VM does: who reads at a port's other end while nobody is there has to look again and again. */
	readonly #free: Socket[] = [];
	#program: Program | undefined;
	#serial = 0;

	/** Starts with its network device on the tap `vm` of `namespace`: from the kept state, where there is one, which takes seconds less than a boot. */
	async start(namespace: Namespace): Promise<this> {
		await namespace.ip("tuntap", "add", "dev", "vm", "mode", "tap");
		if (read(stateKey) !== this.#key || !await this.#resumed(namespace)) {
			this.#program = namespace.start(this.#words);
			await this.#booted(this.#program);
			await this.#connected();
		}
		await namespace.ip("link", "set", "vm", "up");
		return this;
	}

	/** Starts from the kept state; false: it is none that this QEMU goes on from, and a boot is as good. */
	async #resumed(namespace: Namespace): Promise<boolean> {
		// what is sent to the ports waits until the state is read
		this.#program = namespace.start([...this.#words, "-incoming", `exec:exec cat ${stateFile}`]);
		try {
			await this.#connected();
			// it goes on with the time that it had
			await this.must(`date -u -s @${Math.floor(Date.now() / 1000)}`, { limit: RESUME_LIMIT });
			return true;
		}
		catch (error) {
			console.error(`the VM is booted, since it does not go on from the kept state: ${(error as Error).message}`);
			await this.#program.stop("SIGKILL");
			this.#free.splice(0).forEach((socket) => socket.destroy());
			return false;
		}
	}

	async #connected(): Promise<void> {
		for (let port = 0; port < PORTS; port++)
			this.#free.push(await this.#connect(port));
	}

	/** Boots, and keeps the state that it is in then for all that start later. */
	async keepState(namespace: Namespace): Promise<void> {
		if (read(stateKey) === this.#key)
			return;
		rmSync(stateKey, { force: true });
		await namespace.ip("tuntap", "add", "dev", "vm", "mode", "tap");
		const program = this.#program = namespace.start([...this.#words, "-monitor", "stdio"]);
		await this.#booted(program);
		const path = `${stateFile}.new`;
		program.write(`stop\nmigrate_set_parameter max-bandwidth 8G\nmigrate "exec:exec cat >${path}"\ninfo migrate\nquit\n`);
		await program.ended(BOOT_LIMIT);
		if (!/Migration status: completed/.test(program.output))
			throw new Error(`the VM's state cannot be kept:\n${program.output}`);
		renameSync(path, stateFile);
		writeFileSync(stateKey, this.#key);
	}

	/** The machine, and what is on its disk. */
	get #words(): string[] {
		const words = [...WITH_PARENT, QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35,accel=tcg", "-cpu", "max",
			"-smp", "1", "-m", "512", "-global", "migration.store-global-state=off", "-kernel", kernelFile, "-initrd", systemFile,
			"-append", `console=ttyS0 quiet panic=-1 nokaslr mitigations=off cryptomgr.notests no_timer_check WAN=${this.wan}/24 LAN=${this.lan}/24`,
			"-serial", `file:${this.#console}`,
			// without offloads every frame on the tap is whole
			"-netdev", "tap,id=net,ifname=vm,script=no,downscript=no,vnet_hdr=off", "-device", "virtio-net-pci,netdev=net,mac=52:54:00:00:00:02,romfile=",
			"-device", `virtio-serial-pci,max_ports=${PORTS + 1}`, "-device", "virtio-rng-pci"];
		for (let port = 0; port < PORTS; port++)
			words.push("-chardev", `socket,id=command${port},path=${this.#path(port)},server=on,wait=off`, "-device", `virtserialport,chardev=command${port},name=command${port}`);
		return words;
	}

	/** What a state is of: it is of use to no other machine, QEMU or system. */
	get #key(): string {
		return JSON.stringify([this.#words.map((word) => word.replace(this.#folder, "")), [QEMU, kernelFile, systemFile].map((path) => [statSync(path).size, statSync(path).mtimeMs])]);
	}

	async #booted(program: Program): Promise<void> {
		await until(() => {
			if (program.status !== undefined)
				throw new Error(`the VM ended at its start:\n${program.output}\n${this.console}`);
			return this.console.includes("peer VM: ready") ? true : undefined;
		}, () => `the VM does not start:\n${this.console}`, BOOT_LIMIT);
	}

	get #console(): string {
		return join(this.#folder, "console");
	}

	#path(port: number): string {
		return join(this.#folder, `command${port}`);
	}

	/** Connects to a port, as soon as QEMU has it. */
	#connect(port: number): Promise<Socket> {
		return until(() => {
			if (this.#program!.status !== undefined)
				throw new Error(`the VM ended at its start:\n${this.#program!.output}`);
			return new Promise<Socket | undefined>((resolve) => {
				const socket = connect(this.#path(port));
				socket.once("connect", () => resolve(socket.setEncoding("latin1")));
				socket.on("error", () => resolve(undefined));
			});
		}, () => `QEMU has no port ${port}`, BOOT_LIMIT);
	}

	/** What its kernel and its first process said. */
	get console(): string {
		return read(this.#console);
	}

	/** Runs a line of shell in the VM, with `input` as its standard input; its output and errors, and its exit status: 124 when it took longer than `limit`. */
	async run(line: string, { limit = 30000, input = "" }: { limit?: number; input?: string | Buffer } = {}): Promise<Finished> {
		const socket = await until(() => this.#free.pop(), () => "the VM is busy", limit);
		const id = `command-${++this.#serial}`;
		const words = [id, `${Math.ceil(limit / 1000)}`, Buffer.from(line).toString("base64"), input.length === 0 ? "-" : Buffer.from(input).toString("base64")];
		// what is not answered in time may be later: such a port is not used any more
		const answer = await this.#exchange(socket, `${words.join(" ")}\n`, id, limit + 10000);
		this.#free.push(socket);
		const [, text, status] = answer.match(new RegExp(`^${id} begin\\n([^]*?)^${id} end (\\d+)$`, "m"))!;
		return { status: Number(status), output: Buffer.from(text!.replaceAll("\n", ""), "base64").toString("latin1") };
	}

	/** Sends a line to a port of the VM; everything that came back up to the end of that command. */
	#exchange(socket: Socket, line: string, id: string, limit: number): Promise<string> {
		return new Promise((resolve, reject) => {
			let answer = "";
			const finish = (settle: () => void): void => {
				clearTimeout(timer);
				socket.off("data", onData).off("close", onClose);
				settle();
			};
			const onData = (text: string): void => {
				answer += text.replaceAll("\r", "");
				if (new RegExp(`^${id} end \\d+\\n`, "m").test(answer))
					finish(() => resolve(answer));
			};
			const onClose = (): void => finish(() => reject(new Error("the VM went away")));
			const timer = setTimeout(() => finish(() => reject(new Error(`no answer from the VM to ${line.slice(0, 80)}`))), limit);
			socket.on("data", onData).on("close", onClose);
			if (socket.destroyed)
				return onClose();
			socket.write(line);
		});
	}

	/** A line of shell that must succeed; its output. */
	async must(line: string, options: { limit?: number; input?: string | Buffer } = {}): Promise<string> {
		const { status, output } = await this.run(line, options);
		if (status !== 0)
			throw new Error(`in the VM: ${line}: exit ${status}\n${output}`);
		return output;
	}

	/** Gives the VM these files (path below its configuration folder, content) and starts `daemon` with them; no SA is left of those before. */
	async peer(daemon: Daemon, files: Readonly<Record<string, string | Buffer>> = {}): Promise<void> {
		const lines = ["rm -rf /conf", "mkdir /conf"];
		for (const [path, content] of Object.entries(files))
			lines.push(`mkdir -p "$(dirname '/conf/${path}')"`, `echo ${Buffer.from(content).toString("base64")} | base64 -d >'/conf/${path}'`);
		await this.must(`${lines.join("\n")}\npeer ${daemon}`, { limit: 60000 });
	}

	/** The VM as a place of traffic. */
	get place(): Place {
		return { lan: this.lan, namespace: { run: (words, options) => this.run(words.map((word) => `'${word}'`).join(" "), options) } };
	}

	/** Gives it another address on the WAN, and a router there. */
	async move(wan: string, router: string | undefined): Promise<void> {
		await this.must(`ip address flush dev eth0; ip address add ${wan}/24 dev eth0${router === undefined ? "" : `; ip route replace default via ${router}`}`);
		this.wan = wan;
	}

	/** The log of the daemon. */
	async log(daemon: Daemon): Promise<string> {
		return daemon === "none" ? "" : (await this.run(`tail -c 30000 /var/log/${daemon}.log`)).output;
	}

	/** A number that its kernel counts of its IPsec, from /proc/net/xfrm_stat: `XfrmInStateProtoError`. */
	async counter(name: string): Promise<number> {
		return Number(await this.must(`awk '$1 == "${name}" { print $2 }' /proc/net/xfrm_stat`));
	}

	async close(): Promise<void> {
		for (const socket of this.#free)
			socket.destroy();
		await this.#program?.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** Which ends are behind a NAT, as keygate's status says it. */
export type Translation = typeof translations[number];
const translations = Object.freeze(["none", "Near end", "Far end", "Both ends"] as const);

/** keygate's namespace, the VM, and the namespace between them. */
export class VMNetwork {
	/** keygate's side; its WAN address is another behind a NAT. */
	readonly left: { -readonly [K in keyof Side]: Side[K] };
	readonly middle: Namespace;
	readonly vm: VM;
	/** Each end's address as the other one sees it. */
	seenLeft = "10.0.0.1";
	seenVM = "10.0.0.2";
	#translation: Translation = "none";

	private constructor(left: Side, middle: Namespace, vm: VM) {
		this.left = left;
		this.middle = middle;
		this.vm = vm;
	}

	static async create(): Promise<VMNetwork> {
		const left = await Namespace.create("left");
		const middle = await Namespace.create("middle");
		const network = new VMNetwork({ namespace: left, wan: "10.0.0.1", lan: "10.1.0.1", network: "10.1.0.0/24" }, middle, new VM());
		try {
			await must(["ip", "link", "add", "wan", "netns", left.name, "type", "veth", "peer", "name", "left", "netns", middle.name]);
			await left.ip("address", "add", "10.0.0.1/24", "dev", "wan");
			await left.ip("link", "set", "wan", "up");
			await left.ip("address", "add", "10.1.0.1/24", "dev", "lo");
			await middle.ip("link", "add", "bridge", "type", "bridge");
			await middle.ip("link", "set", "left", "master", "bridge", "up");
			await middle.ip("link", "set", "bridge", "up");
			await network.vm.start(middle);
			await middle.ip("link", "set", "vm", "master", "bridge");
			return network;
		}
		catch (error) {
			await network.close();
			throw error;
		}
	}

	/** Puts a router between both, which gives one end or both another address on its other side; or, with "none", a bridge. */
	async translate(translation: Translation): Promise<void> {
		if (translation === this.#translation)
			return;
		const { left, middle, vm } = this;
		const plain = translation === "none";
		// networks of each kind's own: what the router remembers of connections outlives its rules
		const near = `192.168.${translations.indexOf(translation)}`;
		const far = `192.168.1${translations.indexOf(translation)}`;
		await middle.run([nft, "flush", "ruleset"]);
		for (const [device, network] of [["left", near], ["vm", far]] as const) {
			await middle.ip("address", "flush", "dev", device);
			await middle.ip("link", "set", device, ...(plain ? ["master", "bridge"] : ["nomaster"]));
			if (!plain)
				await middle.ip("address", "add", `${network}.1/24`, "dev", device);
		}
		left.wan = plain ? "10.0.0.1" : `${near}.2`;
		await left.namespace.ip("address", "flush", "dev", "wan");
		await left.namespace.ip("address", "add", `${left.wan}/24`, "dev", "wan");
		if (!plain)
			await left.namespace.ip("route", "replace", "default", "via", `${near}.1`);
		await vm.move(plain ? "10.0.0.2" : `${far}.2`, plain ? undefined : `${far}.1`);
		this.seenLeft = left.wan;
		this.seenVM = vm.wan;
		const lines = ["add table ip nat", "add chain ip nat pre { type nat hook prerouting priority -100; }", "add chain ip nat post { type nat hook postrouting priority 100; }"];
		if (translation === "Near end" || translation === "Both ends") {
			this.seenLeft = `${far}.1`;
			lines.push(`add rule ip nat post ip saddr ${left.wan} snat to ${far}.1`, `add rule ip nat pre ip daddr ${far}.1 dnat to ${left.wan}`);
		}
		if (translation === "Far end" || translation === "Both ends") {
			this.seenVM = `${near}.1`;
			lines.push(`add rule ip nat post ip saddr ${vm.wan} snat to ${near}.1`, `add rule ip nat pre ip daddr ${near}.1 dnat to ${vm.wan}`);
		}
		if (!plain) {
			await middle.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
			for (const line of lines)
				await middle.must([nft, line]);
		}
		this.#translation = translation;
	}

	async close(): Promise<void> {
		await this.vm.close();
		await this.left.namespace.close();
		await this.middle.close();
	}
}
