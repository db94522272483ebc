/** What passwords and passphrases have to be. */
import { PASSWORD_SIZE } from "../settings/setup.js";

export const PASSWORD_WHAT = `At least ${PASSWORD_SIZE} characters: a shorter one can be guessed by a program in days. Four words that have nothing to do with each other are easy to remember.`;
const MOST = 256;

/** Characters of the shortest passphrase of a file: who has the file can try as many as their machines can. */
export const PASSPHRASE_SIZE = 12;

/** The same of a passphrase. */
export function newPassphraseFault(passphrase: string, again: string): string {
	if (passphrase.length < PASSPHRASE_SIZE)
		return `has ${passphrase.length === 1 ? "one character" : `${passphrase.length} characters`}: expected at least ${PASSPHRASE_SIZE}, or a backup without secrets`;
	if (passphrase.length > MOST)
		return `is too long: expected at most ${MOST} characters`;
	return passphrase === again ? "" : "is not the same in both fields";
}
