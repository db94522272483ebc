/** The process: its command line, its standard output, its files, its end. */
import { SETTINGS_SIZE } from "../../modules/limits.js";
import { EACCES, EFBIG, errorText } from "../unit/errno.js";

const argument = native<(index: number) => string | undefined>("xs_process_argument");
const printTo = native<(error: boolean, text: string) => void>("xs_process_print");
const readNative = native<(path: string, maximum: number) => ArrayBuffer | number>("xs_file_read");
const readIntoNative = native<(path: string, buffer: Uint8Array) => number>("xs_file_read_into");

/** Ends the process after this turn, once buffered output is out or a quarter of a second has passed. */
export const exit = native<(status: number) => void>("xs_loop_exit");
/** Why this control plane follows another one in this process: RESTART_..., 0 when it is the first. */
export const restartReason = native<() => number>("xs_process_restart");
export const RESTART_HEAP = 1;
export const RESTART_SETTINGS = 2;
/** Signals, by their numbers. */
export const SIGHUP = 1;
export const SIGUSR1 = 10;
/** Puts the file's bytes from `offset` on into `buffer`: how many there were, 0 when it cannot be read. */
export const readAt = native<(path: string, offset: number, buffer: Uint8Array) => number>("xs_file_read_at");
/** Writes into the file, which is made if it is missing: 0 when the bytes are on the disk, or a negative errno. */
export const writeAt = native<(path: string, offset: number, bytes: Uint8Array) => number>("xs_file_write_at");
/** Makes the folder if it is missing and tries whether files can be made in it: 0, or a negative errno. */
export const makeFolder = native<(path: string) => number>("xs_file_folder");

/** The words of the command line behind the program's name. */
export function commandLine(): string[] {
	const words: string[] = [];
	for (let word = argument(0); word !== undefined; word = argument(words.length))
		words.push(word);
	return words;
}

/** Writes a line to standard output. */
export function print(line: string): void {
	printTo(false, `${line}\n`);
}

/** Writes a line to standard error. */
export function printError(line: string): void {
	printTo(true, `${line}\n`);
}

/** The file's bytes, or the text of why it cannot be read. `maximum`: bytes. */
export function readFile(path: string, maximum: number): ArrayBuffer | string {
	const result = readNative(path, maximum);
	return typeof result === "number" ? fileFault(-result) : result;
}

/** Puts the file's bytes at the start of `buffer`: how many, or the text of why they cannot be read. */
export function readInto(path: string, buffer: Uint8Array): number | string {
	const result = readIntoNative(path, buffer);
	return result < 0 ? fileFault(-result) : result;
}

/** Whether the file is there and this program may not read it. */
export function isBarred(path: string): boolean {
	return readIntoNative(path, new Uint8Array(1)) === -EACCES;
}

/** What is read from a file is a settings document. */
function fileFault(errno: number): string {
	return errno === EFBIG ? `too large: expected at most ${SETTINGS_SIZE} bytes` : errorText(errno);
}
