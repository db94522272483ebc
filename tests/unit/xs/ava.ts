/** The test runner and the assertions of ava that the unit tests use, for XS (hosts/xs/tests.c drives it). */
import type { ExecutionContext, Implementation, ThrowsExpectation } from "ava";
import { difference, show } from "./compare.js";

const register = native<(step: () => number) => void>("xs_test_register");
const report = native<(name: string, passed: boolean, message: string) => void>("xs_test_result");

/** What `step` answers. */
const done = 0;
const more = 1;
const waiting = 2;

class Test implements ExecutionContext {
	readonly name: string;
	readonly #implementation: Implementation;
	#assertions = 0;
	#faults: string[] = [];

	constructor(name: string, implementation: Implementation) {
		this.name = name;
		this.#implementation = implementation;
	}

	/** Runs it; `settled` is called at once, or later when it is asynchronous. */
	run(settled: () => void): void {
		try {
			const result: unknown = this.#implementation(this);
			if (result instanceof Promise) {
				result.then(settled, (error: unknown) => {
					this.#faults.push(`rejected: ${describe(error)}`);
					settled();
				});
				return;
			}
		}
		catch (error) {
			this.#faults.push(`threw: ${describe(error)}`);
		}
		settled();
	}

	/** After it settled, or never will. */
	report(unsettled: boolean): void {
		if (unsettled)
			this.#faults.push("its promise was never settled");
		if (this.#assertions === 0 && this.#faults.length === 0)
			this.#faults.push("it asserted nothing");
		report(this.name, this.#faults.length === 0, this.#faults.map((fault) => `    ${fault}`).join("\n"));
	}

	#check(holds: boolean, fault: () => string, message: string | undefined): boolean {
		this.#assertions++;
		if (!holds)
			this.#faults.push(`${this.#assertions}: ${message === undefined ? "" : `${message}: `}${fault()}`);
		return holds;
	}

	is(actual: unknown, expected: unknown, message?: string): boolean {
		return this.#check(Object.is(actual, expected), () => `is ${show(actual)}, expected ${show(expected)}`, message);
	}

	not(actual: unknown, expected: unknown, message?: string): boolean {
		return this.#check(!Object.is(actual, expected), () => `is ${show(actual)}, expected another`, message);
	}

	deepEqual(actual: unknown, expected: unknown, message?: string): boolean {
		const where = difference(actual, expected);
		return this.#check(where === undefined, () => where ?? "", message);
	}

	true(actual: unknown, message?: string): boolean {
		return this.is(actual, true, message);
	}

	false(actual: unknown, message?: string): boolean {
		return this.is(actual, false, message);
	}

	truthy(actual: unknown, message?: string): boolean {
		return this.#check(Boolean(actual), () => `is ${show(actual)}, expected a true value`, message);
	}

	falsy(actual: unknown, message?: string): boolean {
		return this.#check(!actual, () => `is ${show(actual)}, expected a false value`, message);
	}

	assert(actual: unknown, message?: string): boolean {
		return this.truthy(actual, message);
	}

	throws(fn: () => unknown, expectation: ThrowsExpectation = {}, message?: string): Error | undefined {
		let error: unknown;
		try {
			const value = fn();
			this.#check(false, () => `returned ${show(value)}, expected it to throw`, message);
			return undefined;
		}
		catch (caught) {
			error = caught;
		}
		if (!(error instanceof Error)) {
			this.#check(false, () => `threw ${show(error)}, which is no error`, message);
			return undefined;
		}
		const { message: text, instanceOf } = expectation;
		let holds = true;
		if (instanceOf !== undefined && !(error instanceof instanceOf))
			holds = false;
		if (typeof text === "string" && error.message !== text)
			holds = false;
		if (text instanceof RegExp && !text.test(error.message))
			holds = false;
		this.#check(holds, () => `threw ${describe(error)}, expected ${instanceOf?.name ?? "an error"}${text === undefined ? "" : ` with ${String(text)}`}`, message);
		return holds ? error : undefined;
	}

	notThrows(fn: () => unknown, message?: string): boolean {
		try {
			fn();
			return this.#check(true, String, message);
		}
		catch (error) {
			return this.#check(false, () => `threw ${describe(error)}`, message);
		}
	}

	regex(text: string, pattern: RegExp, message?: string): boolean {
		return this.#check(pattern.test(text), () => `${show(text)} does not match ${String(pattern)}`, message);
	}

	notRegex(text: string, pattern: RegExp, message?: string): boolean {
		return this.#check(!pattern.test(text), () => `${show(text)} matches ${String(pattern)}`, message);
	}

	pass(message?: string): boolean {
		return this.#check(true, String, message);
	}

	fail(message?: string): boolean {
		return this.#check(false, () => "failed", message);
	}
}

function describe(error: unknown): string {
	return error instanceof Error ? error.stack ?? String(error) : show(error);
}

class Suite {
	readonly #tests: Test[] = [];
	readonly #names = new Set<string>();
	#running: Test | undefined;
	#settled = false;

	add(name: string, implementation: Implementation): void {
		if (this.#names.has(name))
			throw new Error(`two tests are called "${name}"`);
		this.#names.add(name);
		this.#tests.push(new Test(name, implementation));
	}

	/** Starts the next test, or looks after the one that runs. Promise jobs run between the calls. */
	step(): number {
		const running = this.#running;
		if (running !== undefined) {
			// no promise job is left: what has not settled by now never will
			running.report(!this.#settled);
			this.#running = undefined;
		}
		const next = this.#tests.shift();
		if (next === undefined)
			return done;
		this.#running = next;
		this.#settled = false;
		next.run(() => {
			if (this.#running === next)
				this.#settled = true;
		});
		return this.#settled ? more : waiting;
	}
}

const suite = new Suite();
register(() => suite.step());

export default function test(name: string, implementation: Implementation): void {
	suite.add(name, implementation);
}
