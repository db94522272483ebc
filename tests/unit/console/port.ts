/** A console over a line that the test holds the other end of. */
import { VPN_LOG_ENTRIES, VPN_LOG_ENTRY_SIZE } from "../../../modules/limits.js";
import type { Firmware } from "../../../modules/settings/services.js";
import type { FirewallEntry } from "../../../modules/log/firewall.js";
import { VPNLog } from "../../../modules/log/vpnlog.js";
import { Console } from "../../../modules/console/console.js";
import type { SerialOptions, SerialPort } from "../../../modules/types/io.js";
import { FakeGateway } from "../status/fakes.js";

/** Bytes of the characters of UTF-8 that are whole. */
function wholeCharacters(bytes: Uint8Array): number {
	let at = bytes.length;
	while (at > 0 && bytes.length - at < 3 && (bytes[at - 1]! & 0xc0) === 0x80)
		at--;
	const lead = at > 0 ? bytes[at - 1]! : 0;
	const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	return lead >= 0xc0 && bytes.length - at + 1 < size ? at - 1 : bytes.length;
}

/** A line with as much room as it is given. */
export class FakePort implements SerialPort {
	readonly terminal: boolean;
	output = "";
	closed = 0;
	largest = 0;
	#options: SerialOptions;
	#input: number[] = [];
	/** The beginning of a character whose other bytes did not fit. */
	#half = new Uint8Array(0);
	room: number;

	constructor(options: SerialOptions, terminal: boolean, room: number) {
		this.#options = options;
		this.terminal = terminal;
		this.room = room;
	}

	read(count = Infinity) {
		const bytes = this.#input.splice(0, Math.min(count, this.#input.length));
		return bytes.length === 0 ? undefined : new Uint8Array(bytes).buffer;
	}

	write(bytes: ArrayBuffer | Uint8Array) {
		const view = new Uint8Array(bytes as ArrayBuffer);
		if (view.length > this.room)
			throw new RangeError("no room");
		this.largest = Math.max(this.largest, view.length);
		const all = new Uint8Array(this.#half.length + view.length);
		all.set(this.#half);
		all.set(view, this.#half.length);
		const whole = wholeCharacters(all);
		this.#half = all.slice(whole);
		this.output += String.fromArrayBuffer(all.slice(0, whole).buffer);
		this.room -= view.length;
		return this.room;
	}

	close() {
		this.closed++;
	}

	type(text: string) {
		this.put([...new Uint8Array(ArrayBuffer.fromString(text))]);
	}

	put(bytes: number[]) {
		for (const byte of bytes)
			this.#input.push(byte);
		this.#options.onReadable.call(this, this.#input.length);
	}

	get unread() {
		return this.#input.length;
	}

	writable(room: number) {
		this.room = room;
		this.#options.onWritable?.call(this, room);
	}

	gone() {
		this.#options.onError?.call(this);
	}
}

export class FakeFirewall {
	readonly size = 512;
	level: "off" | "denied" | "all" = "off";
	list: FirewallEntry[] = [];

	get newest() {
		return this.list.length;
	}

	entries({ last = Infinity } = {}) {
		return this.list.slice(-Math.min(last, this.list.length));
	}
}

export function open({ terminal = false, room = 1e6, firmware }: { terminal?: boolean; room?: number; firmware?: Firmware } = {}) {
	const gateway = new FakeGateway();
	const log = new VPNLog(new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE));
	const firewall = new FakeFirewall();
	const clock = { now: 0, scheduled: 0 };
	let port: FakePort | undefined;
	let ended = 0;
	const console = new Console({
		open: (options) => port = new FakePort(options, terminal, 0), commands: gateway, log, firewall, firmware, now: () => clock.now, reschedule: () => { clock.scheduled++; }, onClose: () => { ended++; }
	});
	const opened = port as unknown as FakePort;
	if (room > 0)
		opened.writable(room);
	return { clock, gateway, log, firewall, console, port: opened, ended: () => ended };
}
