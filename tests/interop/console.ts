/** A keygate that runs, by its console. */
import type { StatusDocument } from "../node/laboratory.js";
import { PATIENCE, until, type Program } from "./processes.js";

const prompt = "keygate> ";

export class GatewayConsole {
	/** How errors call it. */
	readonly name: string;
	protected program: Program | undefined;
	#last = "";

	constructor(name: string) {
		this.name = name;
	}

	/** What it printed since it was started last, its prompt and answers included. */
	get output(): string {
		return this.program?.output ?? this.#last;
	}

	get pid(): number {
		return this.program!.pid;
	}

	/** Types a line; the answer, without the prompt. What it says on standard error meanwhile, which can come behind the prompt, is no part of it. */
	async command(line: string): Promise<string> {
		const program = this.program!;
		const from = program.printed.length;
		program.write(`${line}\n`);
		return until(() => {
			const answer = program.printed.slice(from);
			if (answer.endsWith(prompt))
				return answer.slice(0, -prompt.length);
			if (program.status !== undefined)
				throw new Error(`${this.name} ended before it answered "${line}":\n${program.output}`);
			return undefined;
		}, () => `${this.name} does not answer "${line}":\n${program.output}`);
	}

	async status(): Promise<StatusDocument> {
		const answer = await this.command("status json");
		try {
			return JSON.parse(answer.slice(answer.indexOf("{"))) as StatusDocument;
		}
		catch (error) {
			throw new Error(`"status json" gives no JSON (${String(error)}):\n${answer}`);
		}
	}

	/** Waits until the status is as wanted; it, or an error with the last one and the log. */
	async until(wanted: (status: StatusDocument) => boolean, what: string, limit = PATIENCE): Promise<StatusDocument> {
		let status: StatusDocument | undefined;
		try {
			return await until(async () => wanted(status = await this.status()) ? status : undefined, () => "", limit);
		}
		catch (error) {
			throw new Error(`${this.name}: not ${what}: ${String(error)}\n${JSON.stringify(status, null, " ")}\n${await this.command("log").catch(() => this.output)}`);
		}
	}

	/** Waits for a tunnel: a pair of SAs and an IKE SA that is Activated. */
	up(limit = PATIENCE): Promise<StatusDocument> {
		return this.until((status) => status.securityAssociations.length >= 2
			&& status.ikeSecurityAssociations.some((sa) => sa.state === 9), "up", limit);
	}

	/** Waits until there is no SA of traffic, and with `ike` no IKE SA. */
	down({ ike, limit = PATIENCE }: { ike: boolean; limit?: number }): Promise<StatusDocument> {
		return this.until((status) => status.securityAssociations.length === 0
			&& (!ike || status.ikeSecurityAssociations.every((sa) => sa.state === 0)), "down", limit);
	}

	/** Waits until it has printed this, behind `from` characters. */
	async says(wanted: RegExp, from: number): Promise<void> {
		await this.program!.waitFor(wanted, { from });
	}

	/** Ends it by `signal`; its exit status, undefined when it did not run. */
	async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | undefined> {
		const program = this.program;
		const status = await program?.stop(signal);
		this.#last = program?.output ?? this.#last;
		this.program = undefined;
		return status;
	}
}
