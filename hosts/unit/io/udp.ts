/** UDP sockets in ECMA-419's shape. */
import { parseAddress } from "../../../modules/addresses.js";
import type { Datagram, UDPOptions, UDPSocket } from "../../../modules/types/io.js";
import { networkFault } from "../errno.js";

const open = native<(address: number, port: number, encapsulation: boolean, self: object, onReadable: unknown, onError: unknown) => number>("xs_udp_open");
const read = native<(handle: number) => Datagram | undefined>("xs_udp_read");
const write = native<(handle: number, datagram: ArrayBuffer | Uint8Array, address: number, port: number) => void>("xs_udp_write");
const close = native<(handle: number) => void>("xs_udp_close");
/** Whether something may have come to the WAN's sockets since then that was not read: it waits, or there was no room for it. */
export const missed = native<(since: number) => boolean>("xs_udp_missed");

export class UDP implements UDPSocket {
	#handle: number;

	/** Throws a StartFault when the port is taken, not allowed, or not of this machine. */
	constructor({ address, port, encapsulation, onReadable, onError }: UDPOptions) {
		const own = address === undefined ? 0 : parseAddress(address);
		if (own === undefined)
			throw new RangeError(`"${address}" is not an IPv4 address`);
		this.#handle = open(own, port, encapsulation === true, this, onReadable, onError);
		if (this.#handle < 0)
			throw networkFault(`UDP port ${port} on ${address ?? "every address"}`, -this.#handle);
	}

	read(): Datagram | undefined {
		return read(this.#handle);
	}

	/** Never blocks; what the network does not take is lost, as datagrams are, and told to `onError`. */
	write(datagram: ArrayBuffer | Uint8Array, address: string, port: number): void {
		const to = parseAddress(address);
		if (to === undefined)
			throw new RangeError(`"${address}" is not an IPv4 address`);
		write(this.#handle, datagram, to, port);
	}

	close(): void {
		close(this.#handle);
	}
}
