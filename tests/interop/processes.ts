/** Programs that tests run: to their end, or until a test ends them. */
import { spawn, type ChildProcess } from "node:child_process";

/** Milliseconds that a test waits for what is to come at once: it is late on a machine that is busy with other things. */
export const PATIENCE = 30000;
/** Milliseconds that what a program said may come after its end. */
const LAST_WORDS = 1000;

export interface Finished {
	readonly status: number | null;
	readonly output: string;
}

/** Runs a program to its end; its output is stdout and stderr. */
export function run(words: readonly string[], { limit = 30000, env = process.env }: { limit?: number; env?: NodeJS.ProcessEnv } = {}): Promise<Finished> {
	return new Promise((resolve) => {
		const child = spawn(words[0]!, words.slice(1), { stdio: ["ignore", "pipe", "pipe"], env });
		let output = "";
		const timer = setTimeout(() => child.kill("SIGKILL"), limit);
		child.stdout.on("data", (data) => output += data);
		child.stderr.on("data", (data) => output += data);
		child.on("error", (error) => output += error.message);
		child.on("close", (status) => {
			clearTimeout(timer);
			resolve({ status, output });
		});
	});
}

/** Runs a program that must succeed; its output. */
export async function must(words: readonly string[], options: { limit?: number; env?: NodeJS.ProcessEnv } = {}): Promise<string> {
	const { status, output } = await run(words, options);
	if (status !== 0)
		throw new Error(`${words.join(" ")}: exit ${status}\n${output}`);
	return output;
}

/** Asks until the answer is not undefined; throws with `describe()` when `limit` milliseconds have passed. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>, describe: () => string, limit = PATIENCE, interval = 20): Promise<T> {
	for (const deadline = Date.now() + limit; ;) {
		const answer = await ask();
		if (answer !== undefined)
			return answer;
		if (Date.now() > deadline)
			throw new Error(describe());
		await new Promise((resolve) => setTimeout(resolve, interval));
	}
}

/** A program that runs until it is stopped. */
export class Program {
	readonly #child: ChildProcess;
	readonly #words: readonly string[];
	#output = "";
	#printed = "";
	/** Its status, once everything that it said is read. */
	#status: number | undefined;

	constructor(words: readonly string[], { env = process.env }: { env?: NodeJS.ProcessEnv } = {}) {
		this.#words = words;
		this.#child = spawn(words[0]!, words.slice(1), { stdio: ["pipe", "pipe", "pipe"], env });
		this.#child.stdin!.on("error", () => {});
		for (const stream of [this.#child.stdout!, this.#child.stderr!])
			stream.setEncoding("utf8").on("data", (text: string) => this.#output += text);
		this.#child.stdout!.on("data", (text: string) => this.#printed += text);
		this.#child.on("error", (error) => this.#output += error.message);
		// It ends before its last words are read; and those who have its streams from it may keep them open for ever.
		const over = (status: number | null): void => {
			this.#status ??= status ?? -1;
		};
		this.#child.once("close", over);
		this.#child.once("exit", (status) => setTimeout(over, LAST_WORDS, status).unref());
	}

	/** Everything it printed so far. */
	get output(): string {
		return this.#output;
	}

	/** The same without its errors: of the two, which come by ways of their own, it does not say which was first. */
	get printed(): string {
		return this.#printed;
	}

	get pid(): number {
		return this.#child.pid!;
	}

	/** Its exit status, undefined while it runs and until its output is complete; -1 when a signal ended it. */
	get status(): number | undefined {
		return this.#status;
	}

	write(text: string): void {
		this.#child.stdin!.write(text);
	}

	/** Waits until its output from `from` on matches. */
	async waitFor(pattern: RegExp, { from = 0, limit = PATIENCE }: { from?: number; limit?: number } = {}): Promise<RegExpMatchArray> {
		return until(() => {
			const match = this.#output.slice(from).match(pattern);
			if (match === null && this.status !== undefined)
				throw new Error(`${this.#words.join(" ")} ended before it said ${pattern}:\n${this.#output}`);
			return match ?? undefined;
		}, () => `${this.#words.join(" ")} did not say ${pattern}:\n${this.#output}`, limit);
	}

	/** Waits for its end; its exit status. */
	async ended(limit = 60000): Promise<number> {
		return until(() => this.status, () => `${this.#words.join(" ")} does not end:\n${this.#output}`, limit);
	}

	/** Ends it, by force when it does not go within five seconds; its exit status. */
	async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
		if (this.status === undefined)
			this.#child.kill(signal);
		try {
			return await this.ended(5000);
		}
		catch {
			this.#child.kill("SIGKILL");
			return this.ended(5000);
		}
	}
}
