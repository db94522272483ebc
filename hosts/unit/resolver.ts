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

	/** What an answer throws comes out of here when the others have theirs: nobody says again that they are there. */
	private collect(): void {
		let thrown: unknown[] | undefined;
		for (const question of [...this.#questions]) {
			const address = take(question.number);
			if (address === undefined)
				continue;
			this.#questions.splice(this.#questions.indexOf(question), 1);
			try {
				question.answer(address);
			}
			catch (error) {
				thrown ??= [error];
			}
		}
		if (thrown !== undefined)
			throw thrown[0];
	}
}
