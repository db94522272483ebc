/** The pages of a board whose LAN is in QEMU's own network. */
import type { StatusDocument } from "../node/laboratory.js";
import { until } from "../interop/processes.js";
import { PASSWORD } from "./settings.js";

/** Milliseconds that an answer may take. */
const LIMIT = 30000;

type Init = Omit<RequestInit, "headers"> & { readonly headers?: Record<string, string> };

export class Pages {
	readonly url: string;
	password = PASSWORD;

	constructor(port: number) {
		this.url = `http://127.0.0.1:${port}`;
	}

	/** The header that lets the administrator in. */
	get authorization(): string {
		return `Basic ${Buffer.from(`admin:${this.password}`).toString("base64")}`;
	}

	fetch(path: string, init: Init = {}): Promise<Response> {
		return this.fetchAsAnybody(path, { ...init, headers: { authorization: this.authorization, ...init.headers } });
	}

	/** Without the password. Each time by a connection of its own: one that is kept is not told that the board starts anew, and who takes it then gets no answer. */
	fetchAsAnybody(path: string, init: Init = {}): Promise<Response> {
		return fetch(this.url + path, { redirect: "manual", signal: AbortSignal.timeout(LIMIT), ...init, headers: { connection: "close", ...init.headers } });
	}

	/** A page's text. */
	async text(path: string): Promise<string> {
		const response = await this.fetch(path);
		if (response.status !== 200)
			throw new Error(`${path}: ${response.status}\n${await response.text()}`);
		return response.text();
	}

	async status(): Promise<StatusDocument> {
		return JSON.parse(await this.text("/status.json")) as StatusDocument;
	}

	/**
	 * Waits for the first answer, whatever it is; its status. What comes while the board starts QEMU's network repeats after six seconds only: so the first
	 * questions are not waited for any longer than an answer takes, and the later ones longer and longer, should the machine be as slow as that.
	 */
	served(limit = 60000): Promise<number> {
		let patience = 500;
		return until(async () => {
			try {
				const response = await this.fetch("/status", { signal: AbortSignal.timeout(patience = Math.min(LIMIT, patience * 1.5)) });
				await response.arrayBuffer();
				return response.status;
			}
			catch {
				return undefined;
			}
		}, () => `no page at ${this.url}`, limit);
	}
}
