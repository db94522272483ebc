/** TCP connections in ECMA-419's shape. They come from a Listener; keygate makes none itself. */
import { formatAddress } from "../../../modules/addresses.js";
import type { TCPOptions, TCPSocket } from "../../../modules/types/io.js";
import { errorText } from "../errno.js";
import { bind, close, end, read, remote, welcome, write } from "./stream.js";

/** For the Listener: a connection that nobody listens to yet. */
interface Accepted {
	readonly handle: number;
}

export class TCP implements TCPSocket {
	#handle: number;

	/** Takes the connection over from `from`, which is as if closed afterwards. `onWritable` comes first, with the room there is. */
	constructor(options: TCPOptions | Accepted) {
		if ("handle" in options) {
			this.#handle = options.handle;
			return;
		}
		const from = options.from as TCP;
		this.#handle = from.#handle;
		from.#handle = -1;
		const result = bind(this.#handle, this, options.onReadable, options.onWritable, options.onError);
		if (result < 0)
			throw new Error(errorText(-result));
	}

	/** At most `count` bytes; without it all that wait in our buffer (more may come with the next event). */
	read(count = 0): ArrayBuffer | undefined {
		return read(this.#handle, count);
	}

	write(bytes: ArrayBuffer | Uint8Array): number {
		return write(this.#handle, bytes);
	}

	/** The client is told that no more comes, once it has what was written; what it still sends can be read. */
	end(): void {
		end(this.#handle);
	}

	/** Its client has shown the password: what it costs is no longer counted. */
	welcome(): void {
		welcome(this.#handle);
	}

	/** What was written is still delivered. */
	close(): void {
		close(this.#handle);
	}

	get remoteAddress(): string | undefined {
		const address = remote(this.#handle);
		return address === undefined ? undefined : formatAddress(address);
	}
}
