/** QEMU's debugging port: reads and writes the board's registers and memory while it is held, so that a test can break what never breaks by itself. */
import { connect, type Socket } from "node:net";
import { until } from "../interop/processes.js";

const LIMIT = 30000;
/** The program counter's number; those before it are x0 to x31. */
const PC = 32;

export class Debugger {
	readonly #socket: Socket;
	#received = "";

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding("latin1");
		socket.on("data", (text: string) => this.#received += text);
		socket.on("error", () => {});
	}

	/** Connects, which holds the board. */
	static async attach(path: string): Promise<Debugger> {
		const socket = await new Promise<Socket>((resolve, reject) => {
			const attempt = connect(path);
			attempt.once("connect", () => resolve(attempt));
			attempt.once("error", reject);
		});
		const debugging = new Debugger(socket);
		await debugging.ask("?");
		// registers have numbers for those who have read what they are
		await debugging.ask("qXfer:features:read:target.xml:0,ffb");
		return debugging;
	}

	/** Lets the board go on, and leaves. */
	async detach(): Promise<void> {
		await this.ask("D");
		this.#socket.destroy();
	}

	async read(address: number, size: number): Promise<Buffer> {
		return Buffer.from(await this.ask(`m${address.toString(16)},${size.toString(16)}`), "hex");
	}

	async write(address: number, bytes: Buffer): Promise<void> {
		await this.ask(`M${address.toString(16)},${bytes.length.toString(16)}:${bytes.toString("hex")}`);
	}

	/** Has the board go on somewhere else. */
	async jump(address: number): Promise<void> {
		const value = Buffer.alloc(4);
		value.writeUInt32LE(address);
		await this.ask(`P${PC.toString(16)}=${value.toString("hex")}`);
	}

	async pc(): Promise<number> {
		return Buffer.from(await this.ask(`p${PC.toString(16)}`), "hex").readUInt32LE();
	}

	/** A request and its answer: `$text#sum`, acknowledged by `+`. */
	private async ask(text: string): Promise<string> {
		const sum = Array.from(text).reduce((sum, character) => sum + character.charCodeAt(0), 0) & 255;
		this.#received = "";
		this.#socket.write(`$${text}#${sum.toString(16).padStart(2, "0")}`, "latin1");
		const answer = (await until(() => this.#received.match(/\$([^#]*)#[0-9a-f]{2}/) ?? undefined, () => `the debugging port does not answer ${text}: ${this.#received}`, LIMIT, 2))[1]!;
		this.#socket.write("+");
		if (/^E[0-9a-f]{2}$/.test(answer))
			throw new Error(`the debugging port refuses ${text}: ${answer}`);
		return answer;
	}
}
