/** Host names, looked up without anybody waiting. */

const start = native<(onAnswers: () => void) => number>("xs_resolver_start");
const ask = native<(name: string) => number>("xs_resolver_ask");
const take = native<(number: number) => number | undefined>("xs_resolver_take");

interface Question {
	readonly number: number;
	readonly answer: (address: number) => void;
}

/** The system's resolver. One exists. */
export class Resolver {
	#questions: Question[] = [];
	#started = false;

	/** Looks for an IPv4 address of `name`. `answer` is called once, from the loop, with 0 when there is none. False: it cannot be asked now. */
	lookUp(name: string, answer: (address: number) => void): boolean {
		if (!this.#started && start(() => this.collect()) < 0)
			return false;
		this.#started = true;
		const number = ask(name);
		if (number >= 0)
			this.#questions.push({ number, answer });
		return number >= 0;
	}

	private collect(): void {
		for (const question of [...this.#questions]) {
			const address = take(question.number);
			if (address === undefined)
				continue;
			this.#questions.splice(this.#questions.indexOf(question), 1);
			question.answer(address);
		}
	}
}
