/**
 * What io.test.ts runs in XS in place of the gateway: one scenario for each word of the command line. Lines on standard error tell what
 * happened; the test is the other end.
 */
import { counters } from "../../../hosts/linux/datapath.js";
import { StartFault } from "../../../hosts/unit/faults.js";
import { Listener } from "../../../hosts/unit/io/listener.js";
import { Serial } from "../../../hosts/unit/io/serial.js";
import { TCP } from "../../../hosts/unit/io/tcp.js";
import { missed, UDP } from "../../../hosts/unit/io/udp.js";
import { listen, now, schedule } from "../../../hosts/unit/loop.js";
import { commandLine, exit, makeFolder, printError, readAt, readFile, readInto, writeAt } from "../../../hosts/linux/process.js";

const bytes = (text: string): ArrayBuffer => ArrayBuffer.fromString(text);
const text = (buffer: ArrayBuffer): string => String.fromArrayBuffer(buffer);

/** Makes enough garbage that the collector runs. */
function churn(): void {
	for (let i = 0; i < 400; i++)
		new Uint8Array(1000).fill(i);
}

function fault(what: () => unknown): string {
	try {
		what();
		return "none";
	}
	catch (error) {
		return error instanceof StartFault ? `${error.status} ${error.message}` : String(error);
	}
}

const scenarios: Readonly<Record<string, (port: number, word: string) => void>> = Object.freeze({
	/** Echoes; "leave one" takes only one of what waits; "close" ends in the middle of what waits. */
	udp(port: number) {
		let calls = 0;
		new UDP({
			address: "127.0.0.1", port,
			onReadable(count) {
				calls++;
				churn();
				while (count--) {
					const datagram = this.read()!;
					const said = text(datagram);
					printError(`${said} from ${datagram.address}:${datagram.port}`);
					this.write(datagram, datagram.address, datagram.port);
					if (said === "leave one")
						return;
					if (said === "close") {
						this.close();
						this.close();
						printError(`closed after ${calls > 0}, read ${this.read() as undefined}`);
						this.write(bytes("never"), datagram.address, datagram.port);
						schedule(now() + 100);
						return;
					}
				}
			},
		});
		printError(fault(() => new UDP({ address: "127.0.0.1", port, onReadable() {} })));
		printError(fault(() => new UDP({ address: "192.0.2.77", port, onReadable() {} })));
		printError(fault(() => new UDP({ address: "localhost", port, onReadable() {} })));
	},

	/** Datagrams that the kernel refuses are told later. */
	unsent(port: number) {
		const socket = new UDP({
			address: "127.0.0.1", port,
			onReadable() {},
			onError(message) {
				printError(`told: ${message}`);
				this.close();
				exit(0);
			},
		});
		socket.write(bytes("x"), "255.255.255.255", 9);
		printError("written");
	},

	/** ESP goes to the engine, the rest is sorted. */
	encapsulation(port: number) {
		new UDP({
			address: "127.0.0.1", port, encapsulation: true,
			onReadable(count) {
				while (count--)
					printError(`ike ${new Uint8Array(this.read()!).join(".")}`);
				for (const { name, value } of counters())
					printError(`${name} ${value}`);
			},
		});
	},

	/** What waits unread, and what found no room. */
	missed(port: number) {
		let total = 0;
		new UDP({
			address: "127.0.0.1", port, encapsulation: true,
			onReadable(count) {
				for (; count > 0 && this.read() !== undefined; count--)
					total++;
				printError(`read ${total}, missed now ${missed(now() + 1)}, ever ${missed(0)}`);
			},
		});
		printError(`missed ${missed(0)}`);
	},

	/** Sockets that are closed are let go, thousands of them. */
	leak(port: number) {
		for (let i = 0; i < 3000; i++) {
			const filler = { i, text: `number ${i}` };
			const socket = new UDP({ address: "127.0.0.1", port, onReadable() { printError(filler.text); } });
			socket.close();
		}
		const sockets = [];
		for (let i = 0; i < 4; i++)
			sockets.push(new UDP({ address: "127.0.0.1", port: port + 1 + i, onReadable() {} }));
		printError(`full: ${fault(() => new UDP({ address: "127.0.0.1", port, onReadable() {} }))}`);
		exit(0);
	},

	/** A server whose first byte from the client says what to do. */
	tcp() {
		const listener = new Listener({
			address: "127.0.0.1", port: 0,
			onReadable(count) {
				while (count--) {
					const from = this.read();
					if (from === undefined)
						return;
					let room = 0;
					let left = 0;
					let writable = 0;
					const pump = (socket: TCP): void => {
						while (left > 0 && room > 0) {
							const size = Math.min(left, room, 5000);
							room = socket.write(new Uint8Array(size).fill(0x61));
							left -= size;
						}
						if (left === 0 && writable > 0 && room > 0 && ending) {
							printError(`done after ${writable > 1 ? "several" : "one"} onWritable`);
							socket.close();
						}
					};
					let ending = false;
					new TCP({
						from,
						onReadable(available) {
							churn();
							const command = text(this.read(4)!);
							printError(`${command} ${available} from ${this.remoteAddress}`);
							switch (command) {
								case "BULK":
									left = 30000000;
									ending = true;
									pump(this as TCP);
									break;
								case "LAST":
									// All of the room, and closed at once: still delivered.
									room = this.write(new Uint8Array(room).fill(0x62));
									this.close();
									this.close();
									printError(`closed, read ${this.read() as undefined}, write ${this.write(bytes("x"))}`);
									break;
								case "OVER":
									printError(fault(() => this.write(new Uint8Array(room + 1))));
									break;
								case "PART":
									// Four of what waits; the rest is told again.
									break;
								case "MUTE":
									this.close();
									break;
							}
						},
						onWritable(count) {
							if (writable++ === 0)
								printError(`room ${count}`);
							room = count;
							pump(this as TCP);
						},
						onError(message) {
							printError(`over: ${message}`);
							this.close();
						},
					});
					if (from.read() !== undefined)
						printError("the accepted one still reads");
					from.close();
				}
			},
		});
		printError(`port ${listener.port}`);
		printError(fault(() => new Listener({ address: "127.0.0.1", port: listener.port, onReadable() {} })));
	},

	/** Echoes lines in brackets. */
	serial(_port: number, device: string) {
		new Serial({
			device,
			onReadable(count) {
				churn();
				const said = text(this.read()!);
				printError(`${count} ${JSON.stringify(said)}`);
				this.write(bytes(`[${said}]`));
			},
			onWritable(count) {
				printError(`room ${count}, terminal ${this.terminal}`);
			},
			onError() {
				printError("gone");
				this.close();
			},
		});
	},

	/** What a callback throws is told, and the next one is called all the same. */
	throwing(port: number) {
		let calls = 0;
		new UDP({
			address: "127.0.0.1", port,
			onReadable() {
				this.read();
				if (++calls === 1)
					throw new TypeError("of the first call");
				printError("second call");
				exit(0);
			},
		});
	},

	timer() {
		schedule(now() + 60000);
		schedule(now() + 50);
	},

	files(_port: number, folder: string) {
		printError(`${makeFolder(folder)} ${makeFolder(folder)} ${makeFolder("/dev/null")}`);
		const file = `${folder}/settings`;
		const part = new Uint8Array(4);
		printError(`${writeAt(file, 0, new Uint8Array(bytes("one")))} ${text(readFile(file, 3) as ArrayBuffer)} ${readFile(file, 2) as string}`);
		printError(`${writeAt(file, 2, new Uint8Array(bytes("yx")))} ${readAt(file, 1, part)} ${text(part.buffer.slice(0, 3))} ${readInto(file, part)} ${text(part.buffer)} ${readInto(file, part.subarray(1))}`);
		printError(`${readAt(`${folder}/missing`, 0, part)} ${writeAt(`${folder}/missing/x`, 0, part)} ${writeAt("/dev/full", 0, part)}`);
		exit(0);
	},
});

const began = now();
listen(
	() => {
		printError(`timer ${now() - began >= 50 && now() - began < 1000 ? "in time" : now() - began}`);
		exit(0);
	},
	() => exit(0),
	() => printError("engine events"),
	() => {},
);
const [scenario, port, word] = commandLine();
scenarios[scenario!]!(Number(port), word ?? "");
printError("ready");
