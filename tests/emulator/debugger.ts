/** QEMU's debugging port: reads and writes the board's registers and memory while it is held, so that a test can break what never breaks by itself. */
import { connect, type Socket } from "node:net";
import { until } from "../interop/processes.js";

const LIMIT = 30000;
/** Milliseconds that a board goes on at most until it stops, or is told to. */
const RUN = 600000;
/** The program counter's number; those before it are x0 to x31. */
const PC = 32;

export class Debugger {
	readonly #socket: Socket;
	#received = "";
	#following: Promise<void> | undefined;
	#ended = false;

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

	/** From now on the board stops before each write to the four bytes at `address`. */
	async watch(address: number): Promise<void> {
		await this.ask(`Z2,${address.toString(16)},4`);
	}

	/** Stopped so, the board writes what it is about to. */
	async written(address: number): Promise<void> {
		await this.ask(`z2,${address.toString(16)},4`);
		await this.step();
		await this.watch(address);
	}

	/** From now on the board stops before the instruction at `address`. */
	async breakpoint(address: number): Promise<void> {
		await this.ask(`Z0,${address.toString(16)},2`);
	}

	/** Takes a breakpoint back: the board goes on through it. */
	async unbreak(address: number): Promise<void> {
		await this.ask(`z0,${address.toString(16)},2`);
	}

	/** One instruction. */
	async step(): Promise<void> {
		await this.ask("s");
	}

	/** Lets the board go on, and has `stopped` do something each time that it stops, until `leave`. */
	follow(stopped: () => Promise<void>): void {
		this.#following = (async () => {
			for (;;) {
				await this.ask("c", RUN);
				if (this.#ended)
					return;
				await stopped();
			}
		})();
	}

	/** Ends `follow`; the board goes on by itself. */
	async leave(): Promise<void> {
		this.#ended = true;
		this.#socket.write("\x03");
		await this.#following;
		await this.detach();
	}

	async read(address: number, size: number): Promise<Buffer> {
		return Buffer.from(await this.ask(`m${address.toString(16)},${size.toString(16)}`), "hex");
	}

	async write(address: number, bytes: Buffer): Promise<void> {
		await this.ask(`M${address.toString(16)},${bytes.length.toString(16)}:${bytes.toString("hex")}`);
	}

	/** Has the board go on somewhere else. */
	jump(address: number): Promise<void> {
		return this.setRegister(PC, address);
	}

	pc(): Promise<number> {
		return this.register(PC);
	}

	/** x0 to x31. */
	async register(number: number): Promise<number> {
		return Buffer.from(await this.ask(`p${number.toString(16)}`), "hex").readUInt32LE();
	}

	async setRegister(number: number, value: number): Promise<void> {
		const bytes = Buffer.alloc(4);
		bytes.writeUInt32LE(value >>> 0);
		await this.ask(`P${number.toString(16)}=${bytes.toString("hex")}`);
	}

	/** A request and its answer: `$text#sum`, acknowledged by `+`. */
	private async ask(text: string, limit = LIMIT): Promise<string> {
		const sum = Array.from(text).reduce((sum, character) => sum + character.charCodeAt(0), 0) & 255;
		this.#received = "";
		this.#socket.write(`$${text}#${sum.toString(16).padStart(2, "0")}`, "latin1");
		const answer = (await until(() => this.#received.match(/\$([^#]*)#[0-9a-f]{2}/) ?? undefined, () => `the debugging port does not answer ${text}: ${this.#received}`, limit, 2))[1]!;
		this.#socket.write("+");
		if (/^E[0-9a-f]{2}$/.test(answer))
			throw new Error(`the debugging port refuses ${text}: ${answer}`);
		return answer;
	}
}
