/**
 * What unit tests use of ava: the part that the shim (ava.ts) has in XS too. In Node the real ava runs them.
 */

/** What is expected of a thrown error. */
export interface ThrowsExpectation {
	/** The whole message, or a pattern in it. */
	readonly message?: string | RegExp;
	readonly instanceOf?: abstract new (...args: never[]) => unknown;
}

/** Each answers whether it held; a test fails at its end when any did not. `message` is shown when it did not. */
export interface ExecutionContext {
	is(actual: unknown, expected: unknown, message?: string): boolean;
	not(actual: unknown, expected: unknown, message?: string): boolean;
	deepEqual(actual: unknown, expected: unknown, message?: string): boolean;
	true(actual: unknown, message?: string): boolean;
	false(actual: unknown, message?: string): boolean;
	truthy(actual: unknown, message?: string): boolean;
	falsy(actual: unknown, message?: string): boolean;
	assert(actual: unknown, message?: string): boolean;
	/** The error that `fn` throws; undefined when it throws none, or another. */
	throws(fn: () => unknown, expectation?: ThrowsExpectation, message?: string): Error | undefined;
	notThrows(fn: () => unknown, message?: string): boolean;
	regex(text: string, pattern: RegExp, message?: string): boolean;
	notRegex(text: string, pattern: RegExp, message?: string): boolean;
	pass(message?: string): boolean;
	fail(message?: string): boolean;
}

export type Implementation = (t: ExecutionContext) => void | Promise<void>;

export default function test(name: string, implementation: Implementation): void;
