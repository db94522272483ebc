/** What natives say when something cannot be had: negative errnos, by Linux's numbers on every host. */
import { NETWORK, PERMISSION, StartFault } from "./faults.js";

/** The text of an errno. */
export const errorText = native<(errno: number) => string>("xs_process_error");

const EPERM = 1;
export const EACCES = 13;
export const ENOTTY = 25;
export const EFBIG = 27;
export const ENOSPC = 28;
export const EROFS = 30;
export const EDQUOT = 122;
export const EBUSY = 16;
export const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;

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
