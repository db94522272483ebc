/** Answers that ask: a command that needs more than its line yields a question, and goes on with the next line. */

export interface Question {
	/** What is shown in place of the prompt. */
	readonly ask: string;
	/** A secret: it is not shown as it is typed. */
	readonly hidden?: boolean;
}

/** Lines to show, and questions whose answers come back from `yield`. Who gives a dialog up (Ctrl-C) ends it where it asked. */
export type Dialog = Generator<string | Question, void, string>;

/** Whether the answer is yes: no other word is. */
export function isYes(answer: string): boolean {
	return answer.trim().toLowerCase() === "yes";
}
