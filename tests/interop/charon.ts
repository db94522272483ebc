/** strongSwan's charon in a namespace: IKEv1 and ESP in user space (in UDP only), its log with secrets and keys. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Side } from "./network.js";
import { until, type Program } from "./processes.js";

const plugins = "random nonce openssl curve25519 gmp aes sha1 sha2 md5 hmac gcm ctr kdf pem pkcs1 x509 pubkey constraints revocation "
	+ "vici kernel-libipsec kernel-netlink socket-default updown";

/** What swanctl needs to read keys and certificates; left to itself it loads all that there are, which takes most of its time. */
const swanctlPlugins = "random openssl pem pkcs1 pkcs8 x509 pubkey";

/** A connection in swanctl's words. */
export interface CharonConnection {
	/** `aes256-sha256-modp2048` */
	readonly proposals: string;
	/** `aes128gcm16-modp2048`; with a DH group: PFS. */
	readonly esp: string;
	readonly secret: string;
	readonly aggressive?: boolean;
	readonly localId?: string;
	readonly remoteId?: string;
	/** Seconds until charon renews the traffic tunnel, 0: it does not. */
	readonly rekey?: number;
	readonly lifetime?: number;
	/** Seconds of the IKE SA until charon would renew it. */
	readonly reauthentication?: number;
	readonly localNetwork?: string;
	readonly remoteNetwork?: string;
	/** Seconds between its questions, and after which it gives up; 0: it does not ask. */
	readonly deadPeerDetection?: number;
	/** In place of the secret. */
	readonly certificates?: CharonCertificates;
	/** IKE messages in fragments of IKE's own: yes if it is not said; "accept" takes them and sends none. */
	readonly fragmentation?: "yes" | "force" | "accept" | "no";
	readonly deadPeerTimeout?: number;
}

/** All PEM. */
export interface CharonCertificates {
	readonly certificate: string;
	readonly key: string;
	/** Authorities, those between it and the root included: what it sends and what it trusts. */
	readonly authorities: readonly string[];
	/** Whether it sends its certificate. */
	readonly send?: "always" | "never";
}

/** The keys that charon's log tells of a negotiation, hexadecimal. */
export interface NegotiatedKeys {
	/** Of the IKE SA. */
	readonly encryptionKey: string;
	readonly encryptionInitiator: string;
	readonly encryptionResponder: string;
	readonly integrityInitiator: string;
	readonly integrityResponder: string;
}

export class Charon {
	readonly side: Side;
	readonly #folder: string;
	#program: Program | undefined;
	/** What its connection is called. */
	#connection = "gw";
	/** Length of the log when the connections were loaded last. */
	#mark = 0;

	constructor(side: Side) {
		this.side = side;
		this.#folder = mkdtempSync(join(tmpdir(), "keygate-charon-"));
	}

	/** `fragmentSize`: bytes of the largest IP datagram that an IKE message goes in whole; `quiet`: it logs nothing. */
	async start({ fragmentSize = 1280, quiet = false } = {}): Promise<this> {
		const folder = this.#folder;
		mkdirSync(join(folder, "swanctl"), { recursive: true });
		writeFileSync(join(folder, "strongswan.conf"), `charon {
	load = ${plugins}
	piddir = ${folder}
	install_virtual_ip = no
	retransmit_timeout = 1.0
	fragment_size = ${fragmentSize}
	i_dont_care_about_security_and_use_aggressive_mode_psk = yes
	filelog {
		file {
			path = ${folder}/log
			default = ${quiet ? -1 : 1}
			ike = ${quiet ? -1 : 4}
			chd = ${quiet ? -1 : 4}
			flush_line = yes
		}
	}
	plugins {
		vici {
			socket = unix://${folder}/vici
		}
	}
}
swanctl {
	load = ${swanctlPlugins}
}
`);
		// its own /run, for its pid file; charon takes the shell's place, so that the program's pid is its own
		this.#program = this.side.namespace.start(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /run; exec /usr/lib/ipsec/charon"],
			{ env: { ...process.env, STRONGSWAN_CONF: join(folder, "strongswan.conf") } });
		await until(async () => (await this.#swanctl("--stats")).status === 0 ? true : undefined,
			() => `charon does not start:\n${this.#program!.output}\n${this.log}`);
		return this;
	}

	#swanctl(...words: string[]) {
		return this.side.namespace.run(["swanctl", ...words, "--uri", `unix://${this.#folder}/vici`], { limit: 60000, env: { ...process.env, STRONGSWAN_CONF: join(this.#folder, "strongswan.conf"), SWANCTL_DIR: join(this.#folder, "swanctl") } });
	}

	get pid(): number {
		return this.#program!.pid;
	}

	/** Everything that charon logged. */
	get log(): string {
		try {
			return readFileSync(join(this.#folder, "log"), "latin1");
		}
		catch {
			return "";
		}
	}

	/** What it logged since the connections were loaded last. */
	get recentLog(): string {
		return this.log.slice(this.#mark);
	}

	/** Makes `connection` to the other gateway (`peer`) the only one, child `net`, and its secret the only secret. */
	async load(connection: CharonConnection, peer: Side): Promise<void> {
		const { side } = this;
		this.#mark = this.log.length;
		this.#connection = "gw";
		this.#write(connection.certificates);
		const local = connection.certificates === undefined ? `auth = psk
			id = ${connection.localId ?? side.wan}` : `auth = pubkey
			certs = own.pem${connection.localId === undefined ? "" : `
			id = "${connection.localId}"`}`;
		const remote = connection.certificates === undefined ? `auth = psk
			id = ${connection.remoteId ?? peer.wan}` : `auth = pubkey
			id = "${connection.remoteId ?? "%any"}"`;
		writeFileSync(join(this.#folder, "swanctl/swanctl.conf"), `connections {
	gw {
		version = 1
		aggressive = ${connection.aggressive === true ? "yes" : "no"}
		local_addrs = ${side.wan}
		remote_addrs = ${peer.wan}
		proposals = ${connection.proposals}
		encap = yes
		send_cert = ${connection.certificates?.send ?? "always"}
		reauth_time = ${connection.reauthentication ?? 0}
		rekey_time = 0
		over_time = 60
		dpd_delay = ${connection.deadPeerDetection ?? 0}
		dpd_timeout = ${connection.deadPeerTimeout ?? 0}
		fragmentation = ${connection.fragmentation ?? "yes"}
		local {
			${local}
		}
		remote {
			${remote}
		}
		children {
			net {
				local_ts = ${connection.localNetwork ?? side.network}
				remote_ts = ${connection.remoteNetwork ?? peer.network}
				esp_proposals = ${connection.esp}
				rekey_time = ${connection.rekey ?? 0}
				life_time = ${connection.lifetime ?? 3600}
				rand_time = 0
			}
		}
	}
}
secrets {
	ike-1 {
		secret = "${connection.secret}"
	}
}
`);
		await this.#loadAll(JSON.stringify(connection));
	}

	/** The same with a whole swanctl.conf that somebody else wrote; its connection is called `name`, the child `net`. */
	async loadText(text: string, name: string): Promise<void> {
		this.#mark = this.log.length;
		this.#connection = name;
		this.#write(undefined);
		writeFileSync(join(this.#folder, "swanctl/swanctl.conf"), text);
		await this.#loadAll(text);
	}

	async #loadAll(what: string): Promise<void> {
		const { output } = await this.#swanctl("--load-all", "--clear");
		if (!output.includes("successfully loaded 1 connections") || /failed: (?!No such file|opening)/.test(output.replace(/^(opening directory|plugin) .*$/gm, "")))
			throw new Error(`charon refuses ${what}:\n${output}`);
	}

	/** Its certificates, in the folders where swanctl looks for them. */
	#write(certificates: CharonCertificates | undefined): void {
		for (const name of ["x509", "private", "x509ca"]) {
			const path = join(this.#folder, "swanctl", name);
			rmSync(path, { recursive: true, force: true });
			mkdirSync(path);
		}
		if (certificates === undefined)
			return;
		writeFileSync(join(this.#folder, "swanctl/x509/own.pem"), certificates.certificate);
		writeFileSync(join(this.#folder, "swanctl/private/own.pem"), certificates.key);
		certificates.authorities.forEach((each, index) => writeFileSync(join(this.#folder, `swanctl/x509ca/${index}.pem`), each));
	}

	/** Starts the tunnel and waits for it; throws with what charon said. */
	async initiate(limit = 30): Promise<void> {
		const { status, output } = await this.#swanctl("--initiate", "--child", "net", "--timeout", String(limit));
		if (status !== 0)
			throw new Error(`charon cannot initiate:\n${output}\n${this.protocol}`);
	}

	/** Starts the tunnel; what charon said, whatever came of it. */
	async attempt(limit = 5): Promise<string> {
		return (await this.#swanctl("--initiate", "--child", "net", "--timeout", String(limit))).output;
	}

	/** Ends the traffic tunnel, or with `ike` the IKE SA and all of its tunnels. */
	async terminate(what: "child" | "ike"): Promise<void> {
		await this.#swanctl("--terminate", ...(what === "ike" ? ["--ike", this.#connection] : ["--child", "net"]), "--timeout", "5");
	}

	/** Renews the traffic tunnel, as the initiator of a quick mode. */
	async rekey(): Promise<void> {
		const { status, output } = await this.#swanctl("--rekey", "--child", "net");
		if (status !== 0)
			throw new Error(output);
	}

	/** Its SAs as swanctl prints them, one line each, "" for none. */
	async sas(): Promise<string> {
		const { output } = await this.#swanctl("--list-sas");
		return output.split("\n").filter((line) => !/^(plugin|opening) /.test(line)).join("\n").trim();
	}

	/** Installed traffic tunnels. */
	async tunnels(): Promise<number> {
		return ((await this.sas()).match(/INSTALLED/g) ?? []).length;
	}

	/** The log without the dumps of bytes, for a failing test's message. */
	get protocol(): string {
		return this.recentLog.split("\n").filter((line) => !/=> \d+ bytes|^\d\d\[\w+\] +\d+: /.test(line)).join("\n");
	}

	/** The bytes after the last dump of that name in the recent log, hexadecimal; "" when there is none. */
	dumped(name: string): string {
		const log = this.recentLog;
		const at = log.lastIndexOf(`${name} => `);
		if (at < 0)
			return "";
		const lines = log.slice(at).split("\n");
		const size = Number(lines[0]!.match(/=> (\d+) bytes/)?.[1]);
		let hex = "";
		for (const line of lines.slice(1)) {
			const match = line.match(/^\d\d\[\w+\] +\d+: ((?:[0-9A-F]{2} ){1,16})/);
			if (match === null || hex.length >= 2 * size)
				break;
			hex += match[1]!.replaceAll(" ", "");
		}
		return hex.slice(0, 2 * size).toLowerCase();
	}

	/** Keys of the last negotiation since `load`. */
	keys(): NegotiatedKeys {
		return {
			encryptionKey: this.dumped("encryption key Ka"),
			encryptionInitiator: this.dumped("encryption initiator key"),
			encryptionResponder: this.dumped("encryption responder key"),
			integrityInitiator: this.dumped("integrity initiator key"),
			integrityResponder: this.dumped("integrity responder key")
		};
	}

	/** Ends it (it sends Deletes) and removes its folder. */
	async close(): Promise<void> {
		await this.#program?.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** Ends it and starts it anew, with nothing but its configuration. */
	async restart(options: { fragmentSize?: number } = {}): Promise<void> {
		await this.kill();
		await this.start(options);
	}

	/** Ends it without a word to the peer. */
	async kill(): Promise<void> {
		await this.#program?.stop("SIGKILL");
	}
}
