/** How this device started, and its end (boot.c). */

/** Why this start was not one that somebody asked for, in one line; undefined: it was, or somebody has seen why. */
export const startNotice = native<() => string | undefined>("xs_device_boot");
/** Somebody has seen it. */
export const acknowledge = native<() => void>("xs_device_acknowledge");
/** Restarts the device after this turn, once buffered output is out or a moment has passed. */
const exit = native<(status: number) => void>("xs_loop_exit");

export function restart(): void {
	exit(0);
}

/** Why this control plane follows another one since the device started: RESTART_..., 0 when it is the first. */
export const restartReason = native<() => number>("xs_process_restart");
export const RESTART_HEAP = 1;
export const RESTART_SETTINGS = 2;

const printTo = native<(error: boolean, text: string) => void>("xs_process_print");

/** Writes a line to the serial port, whatever the console is at. */
export function print(line: string): void {
	printTo(false, `${line}\r\n`);
}
