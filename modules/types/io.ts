/**
 * The shapes of ECMA-419's I/O classes, as the Linux host implements them and devices have them. Callbacks get `this` of the
 * instance; nothing is called after `close()`, and `close()` may be called twice. Addresses are dotted text, as ECMA-419 has them.
 */

/** What `read()` of a UDP socket returns: the datagram with where it came from. */
export type Datagram = ArrayBuffer & { readonly address: string; readonly port: number };

export interface UDPOptions {
	/** Own address to bind, every address when absent. */
	readonly address?: string;
	readonly port: number;
	/** keygate's addition: ESP in UDP (RFC 3948) goes to the packet engine; only datagrams with the non-ESP marker, which they keep, come here. */
	readonly encapsulation?: boolean;
	/** `count` datagrams can be read now. */
	readonly onReadable: (this: UDPSocket, count: number) => void;
	readonly onError?: (this: UDPSocket, message: string) => void;
}

export interface UDPSocket {
	read(): Datagram | undefined;
	write(datagram: ArrayBuffer | Uint8Array, address: string, port: number): void;
	close(): void;
}

export interface TCPOptions {
	/** A connection that a Listener accepted (what its `read()` returned). */
	readonly from: TCPSocket;
	/** `count` bytes can be read now. */
	readonly onReadable?: (this: TCPSocket, count: number) => void;
	/** `count` bytes can be written now. */
	readonly onWritable?: (this: TCPSocket, count: number) => void;
	/** The connection is over, by the peer or by an error; `message` absent when closed in order. */
	readonly onError?: (this: TCPSocket, message?: string) => void;
}

export interface TCPSocket {
	/** At most `count` bytes, all that wait when absent; undefined when none wait. */
	read(count?: number): ArrayBuffer | undefined;
	/** Takes all of `bytes` and returns how many more can be written now. Throws when there is no room: write no more than `onWritable` said. */
	write(bytes: ArrayBuffer | Uint8Array): number;
	/**
	 * keygate's addition, where the platform has it: nothing more is written, and the client is told so once it has everything; what it
	 * still sends can be read.
	 */
	end?(): void;
	/** keygate's addition, where the platform has it: the client has shown that it may be here. Those that have not may cost only so much. */
	welcome?(): void;
	close(): void;
	readonly remoteAddress: string | undefined;
}

export interface ListenerOptions {
	readonly address?: string;
	readonly port: number;
	/** `count` connections wait to be read. */
	readonly onReadable: (this: ListenerSocket, count: number) => void;
	/** keygate's addition: so many connections were refused since this was called last, since they would have cost too much; `address` is the last one's. */
	readonly onRefused?: ((count: number, address: string) => void) | undefined;
}

export interface ListenerSocket {
	/** An accepted connection, to be passed as `from` to a TCP constructor or closed. */
	read(): TCPSocket | undefined;
	close(): void;
	/** The port it is bound to (asked for as 0: the one that was found). */
	readonly port: number;
}

export interface SerialOptions {
	readonly onReadable: (this: SerialPort, count: number) => void;
	readonly onWritable?: (this: SerialPort, count: number) => void;
	/** The other end is gone. */
	readonly onError?: (this: SerialPort) => void;
}

export interface SerialPort {
	read(count?: number): ArrayBuffer | undefined;
	write(bytes: ArrayBuffer | Uint8Array): number;
	close(): void;
	/** A person sits at it (a terminal), or a program (a pipe). */
	readonly terminal: boolean;
}

export type UDPConstructor = new (options: UDPOptions) => UDPSocket;
export type TCPConstructor = new (options: TCPOptions) => TCPSocket;
export type ListenerConstructor = new (options: ListenerOptions) => ListenerSocket;
