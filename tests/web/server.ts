/** Listener and TCP of modules/types/io.ts over node:net, so that the real server and pages can be looked at without the gateway. */
import net from "node:net";
import type { ListenerOptions, ListenerSocket, TCPOptions, TCPSocket } from "../../modules/types/io.js";

const ROOM = 16384;

class Accepted implements TCPSocket {
	readonly socket: net.Socket;
	constructor(socket: net.Socket) {
		this.socket = socket;
	}
	get remoteAddress(): string | undefined {
		return this.socket.remoteAddress;
	}
	read(): undefined {
		return undefined;
	}
	write(): number {
		throw new Error("not taken over");
	}
	close(): void {
		this.socket.destroy();
	}
}

export class NodeTCP implements TCPSocket {
	readonly #socket: net.Socket;
	#room = ROOM;
	#closed = false;

	constructor(options: TCPOptions) {
		const socket = this.#socket = (options.from as Accepted).socket;
		socket.on("readable", () => {
			if (!this.#closed && socket.readableLength > 0)
				options.onReadable?.call(this, socket.readableLength);
		});
		const end = (): void => {
			if (!this.#closed)
				options.onError?.call(this);
		};
		socket.on("end", end).on("error", end).on("close", end);
		socket.on("drain", () => {
			this.#room = ROOM;
			if (!this.#closed)
				options.onWritable?.call(this, ROOM);
		});
		setImmediate(() => {
			if (!this.#closed)
				options.onWritable?.call(this, this.#room);
		});
	}
	get remoteAddress(): string | undefined {
		return this.#socket.remoteAddress;
	}
	read(count?: number): ArrayBuffer | undefined {
		const bytes = this.#socket.read(count === undefined ? undefined : Math.min(count, this.#socket.readableLength)) as Buffer | null;
		return bytes === null || bytes.length === 0 ? undefined : new Uint8Array(bytes).buffer;
	}
	write(bytes: ArrayBuffer | Uint8Array): number {
		const data = Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
		if (data.length > this.#room)
			throw new Error("no room");
		// Node's own buffer is the room: full is what "drain" ends.
		this.#room = this.#socket.write(data) ? ROOM : 0;
		return this.#room;
	}
	close(): void {
		if (!this.#closed) {
			this.#closed = true;
			this.#socket.destroySoon();
		}
	}
}

/** A Listener class whose socket is bound already: binding in Node takes a turn, in ECMA-419 a constructor. */
export async function listen(address: string): Promise<{ readonly Listener: new (options: ListenerOptions) => ListenerSocket; readonly port: number }> {
	const server = net.createServer({ pauseOnConnect: false });
	await new Promise<void>((done, failed) => server.once("error", failed).listen(0, address, done));
	const port = (server.address() as net.AddressInfo).port;
	class NodeListener implements ListenerSocket {
		readonly port = port;
		readonly #waiting: net.Socket[] = [];
		constructor(options: ListenerOptions) {
			server.on("connection", (socket) => {
				socket.setNoDelay(true);
				this.#waiting.push(socket);
				options.onReadable.call(this, 1);
			});
		}
		read(): TCPSocket | undefined {
			const socket = this.#waiting.shift();
			return socket === undefined ? undefined : new Accepted(socket);
		}
		close(): void {
			server.close();
		}
	}
	return { Listener: NodeListener, port };
}
