/** Listening TCP sockets in ECMA-419's shape. */
import { formatAddress, parseAddress } from "../../../modules/addresses.js";
import type { ListenerOptions, ListenerSocket } from "../../../modules/types/io.js";
import { networkFault } from "../errno.js";
import { TCP } from "./tcp.js";

const open = native<(address: number, port: number, self: object, onReadable: unknown) => number>("xs_listener_open");
const accept = native<(handle: number) => number>("xs_listener_read");
const portOf = native<(handle: number) => number | undefined>("xs_listener_port");
const close = native<(handle: number) => void>("xs_listener_close");
const refused = native<() => ArrayBuffer | undefined>("xs_listener_refused");
const keepOutOf = native<(address: number) => void>("xs_listener_keep_out");
/** Whether a wrong password came from an address lately; `isWrong`: another one has. */
export const wrongPassword = native<(address: number, isWrong: boolean) => boolean>("xs_listener_wrong");

/** Sockets that listen from now on take nothing that comes by the interface of `wanAddress`, unless their own address is on it too. */
export function keepOut(wanAddress: number): void {
	keepOutOf(wanAddress);
}

export class Listener implements ListenerSocket {
	readonly #handle: number;
	readonly #onRefused: ListenerOptions["onRefused"];
	readonly port: number;

	/** Throws a StartFault when the port is taken, not allowed, or not of this machine. */
	constructor({ address, port, onReadable, onRefused }: ListenerOptions) {
		const own = address === undefined ? 0 : parseAddress(address);
		if (own === undefined)
			throw new RangeError(`"${address}" is not an IPv4 address`);
		this.#onRefused = onRefused;
		this.#handle = open(own, port, this, onReadable);
		if (this.#handle < 0)
			throw networkFault(`TCP port ${port} on ${address ?? "every address"}`, -this.#handle);
		this.port = portOf(this.#handle) ?? 0;
	}

	/** An accepted connection: to be given to a TCP as `from`, or closed. */
	read(): TCP | undefined {
		const handle = accept(this.#handle);
		const list = refused();
		if (list !== undefined) {
			const [count, last] = new Uint32Array(list);
			this.#onRefused?.(count!, formatAddress(last!));
		}
		return handle < 0 ? undefined : new TCP({ handle });
	}

	close(): void {
		close(this.#handle);
	}
}
