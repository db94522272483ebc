/** Serial ports in ECMA-419's shape. */
import type { SerialOptions, SerialPort } from "../../../modules/types/io.js";
import { ENOTTY, errorText } from "../errno.js";
import { CONSOLE, StartFault } from "../faults.js";
import { bind, close, isTerminal, openSerial, read, write } from "./stream.js";

export interface DeviceOptions extends SerialOptions {
	/** Which one, as the host names it: on Linux "stdio", or the path of a tty or pty device, which becomes raw. */
	readonly device: string;
}

export class Serial implements SerialPort {
	readonly #handle: number;
	readonly terminal: boolean;

	/** Throws a StartFault when the device cannot be had. `onWritable` comes first, with the room there is. */
	constructor({ device, onReadable, onWritable, onError }: DeviceOptions) {
		this.#handle = openSerial(device);
		const result = this.#handle < 0 ? this.#handle : bind(this.#handle, this, onReadable, onWritable, onError);
		if (result < 0)
			throw new StartFault(CONSOLE, `console ${device}: ${result === -ENOTTY ? "is not a tty or pty device" : errorText(-result)}`);
		this.terminal = isTerminal(this.#handle);
	}

	/** At most `count` bytes; without it all that wait in our buffer (more may come with the next event). */
	read(count = 0): ArrayBuffer | undefined {
		return read(this.#handle, count);
	}

	write(bytes: ArrayBuffer | Uint8Array): number {
		return write(this.#handle, bytes);
	}

	close(): void {
		close(this.#handle);
	}
}
