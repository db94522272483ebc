/**
 * What a board does in one go: the instructions from one look at the watchdog to the next, which is that of the longest call of JavaScript, for everything that its pages and
 * its console can be asked, and for its start. With settings as large as they can be.
 */
import { freePort } from "../../hosts/emulator/usernet.js";
import { CONNECTIONS, PEERS } from "../../modules/limits.js";
import { Authority } from "../authority.js";
import { PageForm } from "../unit/pages/form.js";
import { symbolsOf } from "./counter.js";
import { Firmware, image } from "./firmware.js";
import { Pages } from "./pages.js";
import { document, PASSWORD, userNetworks } from "./settings.js";

/** Cycles a second of an ESP32, and cycles for an instruction, as tests/bench/esp32.mjs assumes them. */
const CLOCK = 240e6;
const CYCLES = 2;
/** Seconds without a look at the watchdog after which it starts a board anew (kWatchdog of hosts/device/board.h). */
export const WATCHDOG = 16;
/** What no stretch may take of that, by the estimate. */
export const SHARE = 1 / 4;

/** Seconds that an ESP32 takes for so many instructions: an estimate. */
export function estimate(instructions: number): number {
	return instructions * CYCLES / CLOCK;
}

export interface Stretch {
	readonly what: string;
	readonly instructions: number;
	/** What came of it. */
	readonly answer: string;
}

/** Two chains of RSA-4096 with an authority between, lists of both, all peers and connections that there can be: as much as a document takes, by what is left. */
export function largest(): object {
	const root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root", bits: 4096 });
	const between = new Authority({ subject: "/C=DE/O=Keygate/CN=Between", bits: 4096, pathLength: 0 }, root);
	const own = [1, 2].map((i) => {
		const { certificate, key } = between.issue({ subject: `/C=DE/O=Keygate/OU=A gateway with much to say/CN=gate-${i}`, bits: 4096, names: `DNS:gate-${i}.example` });
		return { name: `own-${i}`, certificate: certificate + between.certificate, key };
	});
	const each = CONNECTIONS / PEERS;
	return {
		...document({
			peers: Array.from({ length: PEERS }, (_, i) => ({
				name: `peer-${i}`, remoteGateway: `10.0.0.${11 + i}`,
				...(i < 2 ? { authentication: "certificate", ownCertificate: `own-${i + 1}`, remoteId: { type: "dn", value: `C=DE, O=Keygate, CN=peer-${i}` } } : { preSharedKey: `the key that is shared with peer ${i}` }),
				connections: Array.from({ length: each }, (_, j) => ({
					name: `net-${each * i + j}`, order: each * i + j + 1, start: "never", localNetwork: `10.1.${each * i + j}.0/24`, remoteNetwork: `10.${100 + each * i + j}.0.0/16`,
					phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }],
				})),
			})),
		}),
		certificates: {
			own, trusted: [{ name: "root", certificate: root.certificate }],
			revocationLists: [{ name: "root", crl: root.list() }, { name: "between", crl: between.list() }],
		},
	};
}

const PASSPHRASE = "a passphrase of the backup";
const pages = Object.freeze([
	"/status", "/status?live", "/status.json", "/metrics", "/problems", "/status/peers/peer-0", "/log/vpn", "/log/vpn.txt", "/log/vpn.jsonl", "/log/firewall", "/settings/peers", "/settings/peers/peer-0",
	"/settings/peers/peer-7", "/settings/peers/peer-0/connections/net-0", "/settings/peers/peer-0/connections/net-0/sheet", "/settings/peers/peer-0/connections/net-0/sheet?file=swanctl",
	"/settings/peers/peer-0/ask", "/settings/certificates", "/settings/certificates/own/own-1", "/settings/certificates/own/own-2", "/settings/certificates/own/own-2/download",
	"/settings/certificates/own/own-2/delete", "/settings/certificates/trusted/root", "/settings/certificates/lists/between", "/settings/certificates/lists/between/download",
	"/settings/administration", "/settings/administration/network", "/settings/administration/reset", "/settings/administration/reboot", "/settings/attempts",
] as const);
const lines = Object.freeze([
	"help", "status", "status json", "log vpn", "log firewall", "peers", "attempts", "problems", "settings", "memory", "clock", "unlock", "firmware", "version", "up peer-3", "down peer-3", "up peer-0/net-0", "down peer-0",
	"clock 2026-11-27T12:00:00Z",
] as const);

export class Stretches {
	readonly board: Firmware;
	readonly pages: Pages;
	readonly found: Stretch[] = [];

	private constructor(board: Firmware, port: number) {
		this.board = board;
		this.pages = new Pages(port);
	}

	/** A board with these settings that was just turned on. */
	static async boot(settings: object): Promise<Stretches> {
		const port = await freePort();
		const stretches = new Stretches(new Firmware(userNetworks(settings, port)), port);
		try {
			await stretches.#boot(settings);
			return stretches;
		}
		catch (error) {
			await stretches.board.close();
			throw error;
		}
	}

	async #boot(settings?: object): Promise<void> {
		const { addresses, names } = symbolsOf(image);
		await this.board.boot(settings, { counted: true, stretchesFrom: addresses[names.indexOf("board_alive")]! });
		await this.pages.served();
	}

	async close(): Promise<void> {
		await this.board.close();
	}

	/** Does something and keeps how long its longest stretch was. */
	async of(what: string, work: () => Promise<string>): Promise<void> {
		const { counter } = this.board.emulator;
		counter!.longest();
		const answer = await work();
		// what comes of it after the answer
		await new Promise((resolve) => setTimeout(resolve, 200));
		this.found.push({ what, instructions: counter!.longest(), answer });
	}

	/** From power on to the loop: the boot loader's part, and the firmware's. */
	start(): void {
		const { counter } = this.board.emulator;
		const loader = [...counter!.blocks()].reduce((sum, [address, run]) => address < 0x80000000 ? sum + run : sum, 0);
		this.found.push({ what: "start: boot loader", instructions: loader, answer: "" }, { what: "start: firmware, to its first turn", instructions: counter!.longest() - loader, answer: "" });
	}

	async get(path: string): Promise<void> {
		await this.of(`GET ${path}`, async () => {
			const response = await this.pages.fetch(path);
			await response.arrayBuffer();
			return String(response.status);
		});
	}

	async post(path: string, body: FormData | URLSearchParams, what = path): Promise<string> {
		let text = "";
		await this.of(`POST ${what}`, async () => {
			const response = await this.pages.fetch(path, { method: "POST", headers: { "x-keygate": "1" }, body, signal: AbortSignal.timeout(300000) });
			text = await response.text();
			return String(response.status);
		});
		return text;
	}

	async line(line: string): Promise<void> {
		await this.of(`console: ${line}`, async () => (await this.board.command(line)).split("\n")[0]!);
	}

	/** Sends a page's form as it is, with one field that is another. */
	async form(path: string, field: string, value: string): Promise<void> {
		const form = new PageForm(await this.pages.text(path));
		form.set(field, value);
		await this.post(form.action, new URLSearchParams(form.body), path);
	}

	/** A backup of either kind. */
	backup(secrets: "with" | "without"): Promise<string> {
		return this.post("/settings/administration/backup", new URLSearchParams({ secrets, "backup-passphrase": PASSPHRASE, "backup-again": PASSPHRASE }), `backup, ${secrets} secrets`);
	}

	restore(backup: string, use: "with" | "without"): Promise<string> {
		const form = new FormData();
		for (const [name, value] of [["use", use], ["restore-passphrase", PASSPHRASE]] as const)
			form.set(name, value);
		form.set("file", new Blob([backup]), "backup.json");
		return this.post("/settings/administration/restore", form, `restore, ${use} secrets`);
	}

	/** Everything. */
	async all(): Promise<void> {
		for (const path of pages)
			await this.get(path);
		for (const line of lines)
			await this.line(line);
		await this.changes();
	}

	/** What reads all of the document, or changes it. */
	async changes(): Promise<void> {
		const post = (path: string, fields: Readonly<Record<string, string>> = {}): Promise<string> => this.post(path, new URLSearchParams(fields));
		const administration = "/settings/administration";
		const without = await this.backup("without");
		const sealed = await this.backup("with");
		await post(`${administration}/unit`, { name: "another" });
		await post(`${administration}/syslog`, { "syslog.address": "10.1.0.9", "syslog.port": "514" });
		await post(`${administration}/network/time`, { timeServer: "" });
		await post("/log/firewall", { level: "all" });
		await this.form("/settings/peers/peer-0", "remoteGateway", "10.0.0.99");
		await this.form("/settings/peers/peer-7", "remoteGateway", "10.0.0.98");
		await this.form("/settings/peers/peer-0/connections/net-0", "remoteNetwork", "10.99.0.0/16");
		await post("/settings/peers/peer-3/off");
		await post("/settings/peers/peer-3/on");
		await post("/settings/peers/peer-3/connections/net-6/down");
		await post(`${administration}/password`, { user: "admin", current: PASSWORD, new: PASSWORD, again: PASSWORD });
		await this.restore(without, "without");
		await post("/settings/certificates/own/own-2/rename", { name: "renamed" });
		await post("/settings/certificates/lists/between/rename", { name: "list" });
		await this.restore(sealed, "with");
		await post("/settings/peers/peer-3/delete");
		await post("/settings/certificates/lists/between/delete");
		const root = await this.pages.text("/settings/certificates/trusted/root/download");
		const list = new FormData();
		for (const [name, value] of [["as", "trusted"], ["import-name", "again"]] as const)
			list.set(name, value);
		list.set("file", new Blob([root]), "root.pem");
		await this.post("/settings/certificates/import", list);
		await post("/settings/certificates/trusted/again/delete");
		await post("/settings/peers/peer-4/delete");
		await post("/settings/certificates/make", { name: "made", bits: "2048", subject: "CN=made", dns: "made.example" });
		await this.of("POST another port of IKE, for which the control plane starts anew", async () => {
			const from = this.board.output.length;
			const response = await this.pages.fetch(`${administration}/unit`, { method: "POST", headers: { "x-keygate": "1" }, body: new URLSearchParams({ ikePort: "501" }) });
			await response.arrayBuffer();
			await this.board.emulator.says(/pages on/, { from });
			return String(response.status);
		});
	}
}
