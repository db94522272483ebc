// Many peers of two gateways: each has an address of its own on the loopback interface, and whatever one gateway sends there comes to the other from there.
import { createSocket } from "node:dgram";

/** The address of peer `i`. */
export const peerAddress = (i) => `127.1.${i >> 8}.${i & 255}`;

const lookup = (host, _, callback) => callback(null, host, 4);

/** Between the gateways at the two addresses, for `count` peers, on each of the ports. */
export class Middle {
	#sockets = [];
	/** Datagrams so far. */
	carried = 0;
	/** Nothing goes through: as if all peers were switched off. */
	cut = false;

	async open(count, ports, [one, other]) {
		for (let i = 0; i < count; i++)
			for (const port of ports) {
				const socket = createSocket({ type: "udp4", lookup });
				socket.on("message", (bytes, { address }) => {
					if (this.cut)
						return;
					this.carried++;
					socket.send(bytes, port, address === one ? other : one);
				});
				socket.on("error", () => {});
				this.#sockets.push(socket);
			}
		await Promise.all(this.#sockets.map((socket, at) => new Promise((resolve) => socket.bind(ports[at % ports.length], peerAddress(Math.floor(at / ports.length)), resolve))));
	}

	close() {
		for (const socket of this.#sockets.splice(0))
			socket.close();
	}
}
