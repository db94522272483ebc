/** QEMU's machine protocol (QMP) over a unix socket: one command after the other; events are not of interest. */
import { connect, type Socket } from "node:net";
import { until } from "../interop/processes.js";

/** Milliseconds that an answer may take on a busy machine. */
const LIMIT = 30000;

interface Answer {
	readonly return?: unknown;
	readonly error?: { readonly desc: string };
}

export class Monitor {
	readonly #socket: Socket;
	readonly #answers: Answer[] = [];
	#text = "";
	#closed = false;

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding("utf8");
		socket.on("data", (text: string) => {
			this.#text += text;
			for (let end = this.#text.indexOf("\n"); end >= 0; end = this.#text.indexOf("\n")) {
				const message = JSON.parse(this.#text.slice(0, end)) as Answer & { event?: string };
				this.#text = this.#text.slice(end + 1);
				// the greeting is an answer too: it says that commands may come
				if (message.event === undefined)
					this.#answers.push(message);
			}
		});
		socket.on("error", () => {});
		socket.on("close", () => this.#closed = true);
	}

	/** Connects to a QEMU that is starting, as soon as its socket is there. */
	static async open(path: string, ended: () => boolean): Promise<Monitor> {
		const socket = await until(() => {
			if (ended())
				throw new Error("QEMU ended at its start");
			return new Promise<Socket | undefined>((resolve) => {
				const attempt = connect(path);
				attempt.once("connect", () => resolve(attempt));
				attempt.once("error", () => resolve(undefined));
			});
		}, () => `QEMU opens no monitor at ${path}`, LIMIT);
		const monitor = new Monitor(socket);
		await monitor.answer("its greeting");
		await monitor.execute("qmp_capabilities");
		return monitor;
	}

	/** What a command returned; throws what QEMU has against it. */
	async execute(name: string, words: object = {}): Promise<unknown> {
		this.#answers.length = 0;
		this.#socket.write(`${JSON.stringify({ execute: name, arguments: words })}\n`);
		const { return: result, error } = await this.answer(name);
		if (error !== undefined)
			throw new Error(`${name}: ${error.desc}`);
		return result;
	}

	private answer(what: string): Promise<Answer> {
		return until(() => {
			if (this.#closed && this.#answers.length === 0)
				throw new Error(`QEMU went away before it answered ${what}`);
			return this.#answers.shift();
		}, () => `QEMU does not answer ${what}`, LIMIT, 2);
	}

	close(): void {
		this.#socket.destroy();
	}
}
