/**
 * The cable of one of the emulated board's ports, whose other end is this program: a unix socket to which QEMU connects, Ethernet frames in both
 * directions, each behind its length of 4 bytes. No root and no device of the host's is needed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Link } from "../../hosts/emulator/qemu.js";

export class Cable {
	readonly #folder = mkdtempSync(join(tmpdir(), "keygate-cable-"));
	readonly path = join(this.#folder, "cable");
	readonly #server: Server;
	#socket: Socket | undefined;
	#waiting: Buffer = Buffer.alloc(0);
	/** Frames that came from the board since it was made. */
	received = 0;
	/** Takes each frame that the board sends. */
	onFrame: (frame: Buffer) => void = () => {};

	private constructor() {
		this.#server = createServer((socket) => {
			// a QEMU that is started anew connects again
			this.#socket?.destroy();
			this.#socket = socket;
			this.#waiting = Buffer.alloc(0);
			socket.on("data", (data) => this.take(data));
			socket.on("error", () => {});
			socket.on("close", () => {
				if (this.#socket === socket)
					this.#socket = undefined;
			});
		});
	}

	static async lay(): Promise<Cable> {
		const cable = new Cable();
		await new Promise<void>((resolve, reject) => cable.#server.once("error", reject).listen(cable.path, resolve));
		return cable;
	}

	/** What the board's port is plugged to. */
	get link(): Link {
		return { kind: "socket", path: this.path };
	}

	/** Whether a board is at the other end. */
	get plugged(): boolean {
		return this.#socket !== undefined;
	}

	/** Sends frames to the board, one right behind the other. */
	send(...frames: readonly Buffer[]): void {
		if (this.#socket === undefined)
			throw new Error("nothing is at the cable's other end");
		const pieces: Buffer[] = [];
		for (const frame of frames) {
			const size = Buffer.alloc(4);
			size.writeUInt32BE(frame.length);
			pieces.push(size, frame);
		}
		this.#socket.write(Buffer.concat(pieces));
	}

	/** Takes nothing from the board until this is over: what it sends waits, in this machine's buffers first. */
	hold(on: boolean): void {
		if (on)
			this.#socket?.pause();
		else
			this.#socket?.resume();
	}

	private take(data: Buffer): void {
		let rest = this.#waiting.length === 0 ? data : Buffer.concat([this.#waiting, data]);
		while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
			const end = 4 + rest.readUInt32BE(0);
			this.received++;
			this.onFrame(rest.subarray(4, end));
			rest = rest.subarray(end);
		}
		this.#waiting = rest;
	}

	close(): void {
		this.#socket?.destroy();
		this.#server.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
