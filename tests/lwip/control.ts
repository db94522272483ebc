/**
 * A small control plane for tests of hosts/lwip (tests/node/lwip): what to do comes in lines of JSON by the serial port, and so do the answers. Sockets send back
 * what they get; SAs are those that a test says, without a negotiation.
 */
import { parseAddress } from "../../modules/addresses.js";
import type { AuthenticationName, EncryptionName } from "../../modules/crypto/types.js";
import { SAD } from "../../modules/ipsec/sad.js";
import { SPD } from "../../modules/ipsec/spd.js";
import type { TCPSocket, UDPSocket } from "../../modules/types/io.js";
import { memory } from "../../hosts/device/memory.js";
import { portCounters } from "../../hosts/device/ports.js";
import { counters } from "../../hosts/lwip/datapath.js";
import { route, unpark } from "../../hosts/unit/datapath.js";
import { Listener, keepOut } from "../../hosts/unit/io/listener.js";
import { Serial } from "../../hosts/unit/io/serial.js";
import { TCP } from "../../hosts/unit/io/tcp.js";
import { UDP } from "../../hosts/unit/io/udp.js";
import { listen, now, schedule, startAnew } from "../../hosts/unit/loop.js";
import { Resolver } from "../../hosts/unit/resolver.js";

const setPort = native<(port: number, address: number, prefix: number, router: number) => void>("xs_network_static");
const setNameServers = native<(first: number, second: number) => void>("xs_network_dns");
const cable = native<(port: number, plugged: boolean) => void>("xs_board_cable");
const skip = native<(milliseconds: number) => void>("xs_board_skip");
const hold = native<(count: number) => number>("xs_board_hold");
const fail = native<(count: number) => number>("xs_board_fail");
const failures = native<() => number>("xs_board_failed");
const framesInUse = native<() => number>("xs_board_frames");
const openRaw = native<(address: number, ah: boolean) => number>("xs_datapath_open_raw");
const whyStarted = native<() => number>("xs_process_restart");

interface Network {
	readonly first: number;
	readonly last: number;
	readonly port: number;
}

type Order = { readonly do: string } & Record<string, never>;

/** An SA of a test: the same key both ways, the SPI of the incoming one is what was reserved. */
interface Association {
	readonly policy: number;
	readonly local: string;
	readonly remote: string;
	readonly localNetwork: Network;
	readonly remoteNetwork: Network;
	readonly protocol: "esp" | "ah" | "ah+esp";
	readonly mode: "tunnel" | "transport";
	readonly encryption?: EncryptionName;
	readonly authentication?: AuthenticationName;
	readonly keySize: number;
	readonly authenticationSize: number;
	readonly udp: number;
	readonly remoteSPI: number;
	readonly spi: number;
}

export class Control {
	readonly #serial: Serial;
	#room = 0;
	#out = "";
	#line = "";
	readonly #spd = new SPD();
	readonly #sad: SAD;
	readonly #sockets: UDPSocket[] = [];
	readonly #resolver = new Resolver();
	#listener: Listener | undefined;
	readonly #connections: TCPSocket[] = [];
	#hoard: ArrayBuffer[] = [];
	#spi = 0x1000;

	constructor() {
		const control = this;
		this.#sad = new SAD(() => {
			const spi = control.#spi += 64;
			return new Uint8Array([0x10, 0, spi >> 8, spi & 255]);
		});
		listen(() => this.tell({ timer: now() }), () => {}, () => this.tell({ events: true }), () => {});
		this.#serial = new Serial({
			device: "console",
			onReadable: () => this.read(),
			onWritable: (room) => {
				this.#room = room;
				this.flush();
			},
		});
		this.tell({ started: whyStarted() });
	}

	private tell(what: object): void {
		this.#out += `${JSON.stringify(what)}\n`;
		this.flush();
	}

	private flush(): void {
		const piece = this.#out.slice(0, this.#room);
		if (piece === "")
			return;
		this.#out = this.#out.slice(piece.length);
		this.#room = this.#serial.write(ArrayBuffer.fromString(piece));
	}

	private read(): void {
		for (let bytes = this.#serial.read(); bytes !== undefined; bytes = this.#serial.read())
			this.#line += String.fromArrayBuffer(bytes);
		for (let end = this.#line.indexOf("\n"); end >= 0; end = this.#line.indexOf("\n")) {
			const line = this.#line.slice(0, end);
			this.#line = this.#line.slice(end + 1);
			try {
				this.tell({ answer: this.obey(JSON.parse(line) as Order) ?? null });
			}
			catch (error) {
				this.tell({ fault: String(error) });
			}
		}
	}

	private obey(order: Order): unknown {
		const given = order as Record<string, unknown>;
		const number = (name: string): number => (given[name] as number | undefined) ?? 0;
		const address = (name: string): number => parseAddress((given[name] as string | undefined) ?? "0.0.0.0")!;
		switch (order.do) {
			case "port":
				return setPort(number("port"), address("address"), number("prefix"), address("router"));
			case "udp":
				return this.udp(given.address as string | undefined, number("port"), given.esp === true);
			case "send":
				return this.#sockets[number("socket")]!.write(new Uint8Array(number("size")).fill(number("fill")), given.to as string, number("port"));
			case "close":
				return this.#sockets[number("socket")]!.close();
			case "listen":
				return this.listen(given.address as string | undefined, number("port"), given.deaf === true);
			case "unlisten":
				return this.#listener!.close();
			case "say":
				return this.connection(given.connection as number | undefined).write(new Uint8Array(number("size")).fill(number("fill")));
			case "end":
				return this.connection(given.connection as number | undefined).end!();
			case "hang-up":
				return this.connection(given.connection as number | undefined).close();
			case "keep-out":
				return keepOut(address("address"));
			case "raw":
				return openRaw(address("address"), true);
			case "route":
				return route(given.add !== false, address("first"), number("prefix"), address("source"));
			case "policy":
				return this.#spd.write(number("index"), {
					order: number("order"), local: given.local as Network, remote: given.remote as Network, ipProtocol: number("protocol"), enabled: given.enabled !== false,
					acquire: given.acquire === true,
				});
			case "forget":
				return this.#spd.clear(number("index"));
			case "reserve":
				return this.#sad.reserve();
			case "sa":
				return this.associate(given.sa as Association);
			case "unpark":
				return unpark();
			case "counters":
				return Object.fromEntries([...counters(), ...portCounters()].map(({ name, value }) => [name, value]));
			case "memory":
				return [...memory()].map(({ name, used, highWater, size, bytes }) => [name, used, highWater, size, bytes]);
			case "cable":
				return cable(number("port"), given.plugged === true);
			case "skip":
				return skip(number("milliseconds"));
			case "hold":
				return hold(number("count"));
			case "fail":
				return fail(number("count"));
			case "failures":
				return failures();
			case "frames":
				return framesInUse();
			case "resolver":
				return setNameServers(address("server"), 0);
			case "look-up":
				return this.#resolver.lookUp(given.name as string, (found) => this.tell({ name: given.name, found }));
			case "schedule":
				return schedule(now() + number("milliseconds"));
			case "anew":
				return startAnew();
			case "fill":
				for (;;)
					this.#hoard.push(new ArrayBuffer(1024));
			default:
				throw new Error(`what is "${order.do}"?`);
		}
	}

	/** A socket that sends back what it gets. */
	private udp(address: string | undefined, port: number, encapsulation: boolean): number {
		const control = this;
		const place = this.#sockets.length;
		this.#sockets.push(new UDP({
			...(address === undefined ? {} : { address }), port, encapsulation,
			onReadable(count) {
				while (count-- > 0) {
					const datagram = this.read();
					if (datagram === undefined)
						break;
					control.tell({ datagram: datagram.byteLength, from: datagram.address, port: datagram.port, socket: place });
					this.write(datagram, datagram.address, datagram.port);
				}
			},
			onError(message) {
				control.tell({ error: message, socket: place });
			},
		}));
		return place;
	}

	/** Connections that send back what they get, or read nothing, and end when the other end does. */
	private listen(address: string | undefined, port: number, deaf: boolean): number {
		const control = this;
		this.#listener = new Listener({
			...(address === undefined ? {} : { address }), port,
			onReadable() {
				const from = this.read();
				if (from !== undefined)
					control.serve(from, deaf);
			},
		});
		return this.#listener.port;
	}

	/** The one that came as the nth from 0 on, or last. */
	private connection(place = this.#connections.length - 1): TCPSocket {
		return this.#connections[place]!;
	}

	private serve(from: TCPSocket, deaf: boolean): void {
		const control = this;
		let room = 0;
		const pump = (socket: TCPSocket): void => {
			while (room > 0 && !deaf) {
				const bytes = socket.read(room);
				if (bytes === undefined)
					break;
				room = socket.write(bytes);
			}
		};
		const socket: TCPSocket = new TCP({
			from,
			onReadable() {
				pump(this);
			},
			onWritable(count) {
				room = count;
				pump(this);
			},
			onError(message) {
				control.tell({ ended: message ?? null, from: socket.remoteAddress });
				this.close();
			},
		});
		this.#connections.push(socket);
		this.tell({ connected: socket.remoteAddress });
	}

	private associate(sa: Association): void {
		const key = (size: number): Uint8Array => new Uint8Array(size).fill(7);
		for (const direction of ["Incoming", "Outgoing"] as const) {
			const spi = direction === "Incoming" ? sa.spi : sa.remoteSPI;
			this.#sad.install(now(), {
				direction, spi, inboundSPI: sa.spi, protocol: sa.protocol, mode: sa.mode, ahSPI: sa.protocol === "ah+esp" ? spi : 0,
				encryption: sa.encryption, authentication: sa.authentication, ahAuthentication: sa.protocol === "esp" ? undefined : "hmac-sha256-128",
				extendedSequence: false, shortSHA256: false,
				encryptionKey: key(sa.keySize), authenticationKey: key(sa.authenticationSize), ahKey: sa.protocol === "esp" ? undefined : key(32),
				identity: 0,
				localEndpoint: { address: parseAddress(sa.local)!, port: sa.udp }, remoteEndpoint: { address: parseAddress(sa.remote)!, port: sa.udp },
				udpEncapsulation: sa.udp !== 0, local: sa.localNetwork, remote: sa.remoteNetwork, ipProtocol: 0, policy: sa.policy,
				seconds: 3600, kilobytes: 0, softSeconds: 0, softKilobytes: 0,
			});
		}
	}
}

new Control();
