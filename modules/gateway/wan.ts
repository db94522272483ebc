/** The gateway's place on the WAN: its address there, which a lease may give, change and take, and IKE's sockets on it. */
import { formatAddress, parseAddress, type Endpoint } from "../addresses.js";
import type { IKE } from "../ike/ike.js";
import { printable } from "../log/printable.js";
import { NO_ADDRESS } from "../settings/network.js";
import type { UDPConstructor, UDPSocket } from "../types/io.js";

export interface WANSideOptions {
	readonly UDP: UDPConstructor;
	readonly ikePort: number;
	readonly natTraversalPort: number;
	readonly now: () => number;
	/** Who a datagram is for; a device's stack is short, and whoever takes it stands on what is here. */
	readonly receiver: (now: number, from: Endpoint, localPort: number, bytes: Uint8Array) => Pick<IKE, "process">;
	/** A message was taken, and what it asks for is to be done: before the next one is, which may rely on it. */
	readonly taken: () => void;
	readonly failed: (localPort: number, message: string) => void;
}

export class WANSide {
	readonly #options: WANSideOptions;
	#ikeSocket: UDPSocket | undefined;
	#natTraversalSocket: UDPSocket | undefined;
	/** Policies whose tunnels went with the address, or were asked for while there was none. */
	#waiting: number[] = [];

	constructor(options: WANSideOptions) {
		this.#options = options;
	}

	/** Binds the IKE ports, unless there is no address. Throws when a port is taken. */
	open(address: string): void {
		if (address === NO_ADDRESS)
			return;
		this.#ikeSocket = this.bind(address, this.#options.ikePort, false);
		this.#natTraversalSocket = this.bind(address, this.#options.natTraversalPort, true);
	}

	close(): void {
		this.#ikeSocket?.close();
		this.#natTraversalSocket?.close();
		this.#ikeSocket = this.#natTraversalSocket = undefined;
	}

	get isOpen(): boolean {
		return this.#natTraversalSocket !== undefined;
	}

	send(bytes: Uint8Array, to: Endpoint, localPort: number): void {
		const socket = localPort === this.#options.natTraversalPort ? this.#natTraversalSocket : this.#ikeSocket;
		try {
			socket?.write(bytes, formatAddress(to.address), to.port);
		}
		catch (error) {
			// As if the network had lost it: whoever waits for an answer says it again.
			this.#options.failed(localPort, `a message to ${formatAddress(to.address)} is lost: a fault of this unit: ${printable(String(error))}`);
		}
	}

	/** The tunnels of this policy are wanted as soon as there is an address. */
	wait(policy: number): void {
		if (!this.#waiting.includes(policy))
			this.#waiting.push(policy);
	}

	/** They are not wanted any more. */
	forget(policy: number): void {
		this.#waiting = this.#waiting.filter((each) => each !== policy);
	}

	/** Those that waited. */
	takeWaiting(): readonly number[] {
		const waiting = this.#waiting;
		this.#waiting = [];
		return waiting;
	}

	private bind(address: string, port: number, encapsulation: boolean): UDPSocket {
		const { UDP, now, receiver, taken, failed } = this.#options;
		return new UDP({
			address, port, encapsulation,
			onReadable(count) {
				for (; count > 0; count--) {
					const datagram = this.read();
					if (datagram === undefined)
						break;
					const time = now();
					const from = { address: parseAddress(datagram.address)!, port: datagram.port };
					const bytes = new Uint8Array(datagram);
					try {
						receiver(time, from, port, bytes).process(time, from, port, bytes);
					}
					catch (error) {
						// As if it had not come: those behind it are taken, and what is due is sent.
						failed(port, `a message from ${datagram.address} is dropped: a fault of this unit: ${printable(String(error))}`);
					}
					taken();
				}
			},
			onError: (message) => failed(port, message),
		});
	}
}
