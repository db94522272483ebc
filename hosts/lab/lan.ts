/** The LAN side of a gateway of the lab: its `unix:PATH` tunnel interface, with simulated hosts on it. */
import { connect, type Socket } from "node:net";
import { makePacket, readPacket, type Packet } from "./packets.js";

/** Bytes that may wait for a gateway that reads slowly; beyond it packets are dropped, as a full link does. */
const backlog = 256 * 1024;

export class LAN {
	#socket: Socket | undefined;
	readonly #hosts = new Map<string, (packet: Packet) => void>();
	#waiting = Buffer.alloc(0);
	#id = 0;
	/** Packets that came through the tunnel but were no good IPv4 packets for a host here. */
	strays = 0;

	/** Connects to the gateway's socket at `path`, trying until it is there or `deadline` (ms, of Date.now()) passes. */
	async open(path: string, deadline: number): Promise<void> {
		for (;;) {
			try {
				this.#socket = await new Promise<Socket>((resolve, reject) => {
					const socket = connect(path);
					socket.once("connect", () => resolve(socket));
					socket.once("error", reject);
				});
				break;
			}
			catch (error) {
				if (Date.now() > deadline)
					throw error;
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		}
		this.#socket.on("data", (data) => this.#received(data));
		this.#socket.on("error", () => this.close());
	}

	/** A host with `address` gets its packets by `onPacket`. */
	attach(address: string, onPacket: (packet: Packet) => void): void {
		this.#hosts.set(address, onPacket);
	}

	/** Sends a packet to the gateway; false when the link is down or full. */
	send(packet: Packet): boolean {
		const socket = this.#socket;
		if (socket === undefined || socket.writableLength > backlog)
			return false;
		const bytes = makePacket(packet, this.#id++);
		const length = Buffer.alloc(4);
		length.writeUInt32BE(bytes.length);
		socket.write(Buffer.concat([length, bytes]));
		return true;
	}

	close(): void {
		this.#socket?.destroy();
		this.#socket = undefined;
	}

	#received(data: Buffer): void {
		this.#waiting = Buffer.concat([this.#waiting, data]);
		while (this.#waiting.length >= 4) {
			const end = 4 + this.#waiting.readUInt32BE(0);
			if (this.#waiting.length < end)
				return;
			const packet = readPacket(this.#waiting.subarray(4, end));
			this.#waiting = this.#waiting.subarray(end);
			const deliver = packet && this.#hosts.get(packet.destination);
			if (packet === undefined || deliver === undefined)
				this.strays++;
			else
				deliver(packet);
		}
	}
}
