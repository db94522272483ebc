/** Why the gateway does not start: one line for a person, and an exit code for a program. */
import { errorText } from "./process.js";

/** Exit codes (process.h has the same). */
export const OK = 0;
/** The settings are bad or cannot be read. */
export const SETTINGS = 1;
/** The command line. */
export const USAGE = 2;
/** TUN device, raw sockets, a port below 1024. */
export const PERMISSION = 3;
/** A port is taken, an address is not this machine's, the tunnel interface is in use. */
export const NETWORK = 4;
/** The state folder cannot be written. */
export const STATE = 5;
/** The console's device. */
export const CONSOLE = 6;
/** The control plane failed, or ended too often. */
export const CONTROL = 7;

// errno of Linux
const EPERM = 1;
export const EACCES = 13;
export const ENOSPC = 28;
export const EROFS = 30;
export const EDQUOT = 122;
export const EBUSY = 16;
export const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;

/** Thrown by what the gateway needs at start. */
export class StartFault extends Error {
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

/** The fault of a network thing that could not be opened, by its errno. */
export function networkFault(what: string, errno: number): StartFault {
	if (errno === EPERM || errno === EACCES)
		return new StartFault(PERMISSION, `${what}: no permission (it needs root, or the capabilities CAP_NET_ADMIN, CAP_NET_RAW and CAP_NET_BIND_SERVICE)`);
	if (errno === EADDRINUSE)
		return new StartFault(NETWORK, `${what} is taken by another program`);
	if (errno === EADDRNOTAVAIL)
		return new StartFault(NETWORK, `${what}: this machine does not have that address`);
	return new StartFault(NETWORK, `${what}: ${errorText(errno)}`);
}
