/** Why the gateway does not start: one line for a person, and an exit code for a program. */

/** Exit codes (hosts/linux/process.h has the same). */
export const OK = 0;
/** The settings are bad or cannot be read. */
export const SETTINGS = 1;
/** The command line. */
export const USAGE = 2;
/** TUN device, raw sockets, a port below 1024. */
export const PERMISSION = 3;
/** A port is taken, an address is not this machine's, the tunnel interface is in use. */
export const NETWORK = 4;
/** The state folder cannot be written, or settings in it not be read. */
export const STATE = 5;
/** The console's device. */
export const CONSOLE = 6;
/** The control plane failed, or ended too often. */
export const CONTROL = 7;

/** Thrown by what the gateway needs at start. */
export class StartFault extends Error {
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}
