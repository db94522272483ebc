/** What goes over the WAN, captured by tcpdump and read by tshark with the keys that charon's log tells. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NegotiatedKeys } from "./charon.js";
import type { Namespace, Side } from "./network.js";
import { must, type Program } from "./processes.js";

/** An ESP SA as tshark's table wants it. */
export interface ESPKeys {
	readonly from: string;
	readonly to: string;
	readonly spi: string;
	/** tshark's name: "AES-CBC [RFC3602]" */
	readonly encryption: string;
	readonly encryptionKey: string;
	/** tshark's name: "HMAC-SHA-256-128 [RFC4868]" */
	readonly authentication: string;
	readonly authenticationKey: string;
}

export class Capture {
	readonly #folder = mkdtempSync(join(tmpdir(), "keygate-capture-"));
	readonly #program: Program;

	private constructor(side: Side) {
		// -Z: it would drop root and lose its right to the file
		this.#program = side.namespace.start(["tcpdump", "-Z", "root", "--immediate-mode", "-U", "-i", "wan", "-w", this.file]);
	}

	/** Whoever sends by a WAN, here and in `others`, sends packets from now on that are as large as the cable's: a capture otherwise shows the kernel's runs of datagrams. */
	static async start(side: Side, others: readonly Namespace[] = []): Promise<Capture> {
		for (const namespace of [side.namespace, ...others])
			await namespace.ip("link", "set", "wan", "gso_max_segs", "1");
		const capture = new Capture(side);
		await capture.#program.waitFor(/listening on/);
		return capture;
	}

	get file(): string {
		return join(this.#folder, "capture.pcap");
	}

	/** Ends the capture; the file stays until `close`. */
	async stop(): Promise<void> {
		await this.#program.stop("SIGINT");
	}

	/** tshark's words for these keys. */
	#options(cookie: string, keys: NegotiatedKeys | undefined, esp: readonly ESPKeys[]): string[] {
		const options = ["-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"];
		if (keys !== undefined)
			options.push("-o", `uat:ikev1_decryption_table:${cookie},${keys.encryptionKey}`);
		for (const sa of esp)
			options.push("-o", `uat:esp_sa:"IPv4","${sa.from}","${sa.to}","${sa.spi}","${sa.encryption}","0x${sa.encryptionKey}","${sa.authentication}","0x${sa.authenticationKey}"`);
		return options;
	}

	/** The packets that match `filter`, each as its fields. */
	async fields(filter: string, names: readonly string[], cookie = "", keys?: NegotiatedKeys, esp: readonly ESPKeys[] = []): Promise<string[][]> {
		const words = ["tshark", "-r", this.file, ...this.#options(cookie, keys, esp), "-Y", filter, "-T", "fields", "-E", "separator=/t", ...names.flatMap((name) => ["-e", name])];
		const output = await must(words, { limit: 60000 });
		return output.split("\n").filter((line) => line.includes("\t") || (names.length === 1 && /^[\w.,:-]+$/.test(line))).map((line) => line.split("\t"));
	}

	async close(): Promise<void> {
		await this.stop();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
