// Packets from the LAN of one gateway to that of the other, for the benches: numbered, one for each of many networks in turn, at a steady rate.
import { connect } from "node:net";

const payload = 8;
const size = 20 + 8 + payload;
/** Milliseconds between two writes. */
const step = 20;

function frame(from, to) {
	const bytes = Buffer.alloc(4 + size);
	bytes.writeUInt32BE(size, 0);
	const packet = bytes.subarray(4);
	packet[0] = 0x45;
	packet.writeUInt16BE(size, 2);
	packet[8] = 64;
	packet[9] = 17;
	Buffer.from(from.split(".").map(Number)).copy(packet, 12);
	Buffer.from(to.split(".").map(Number)).copy(packet, 16);
	let sum = 0;
	for (let i = 0; i < 20; i += 2)
		sum += packet.readUInt16BE(i);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >>> 16);
	packet.writeUInt16BE(~sum & 0xffff, 10);
	packet.writeUInt16BE(9, 20);
	packet.writeUInt16BE(9, 22);
	packet.writeUInt16BE(8 + payload, 24);
	return bytes;
}

/** The end of a gateway's LAN: whole packets come to `onPacket`. The gateway may end and be started again. */
export class LANEnd {
	#socket;
	#path;
	#closed = false;
	#waiting = Buffer.alloc(0);
	onPacket = () => {};

	constructor(path) {
		this.#path = path;
		this.#open();
	}

	#open() {
		if (this.#closed)
			return;
		this.#waiting = Buffer.alloc(0);
		const socket = this.#socket = connect(this.#path);
		socket.on("data", (data) => this.#take(data));
		socket.on("error", () => {});
		socket.on("close", () => setTimeout(() => this.#open(), 20));
	}

	write(bytes) {
		return this.#socket.readyState === "open" && this.#socket.write(bytes);
	}

	close() {
		this.#closed = true;
		this.#socket.destroy();
	}

	#take(data) {
		let bytes = this.#waiting.length === 0 ? data : Buffer.concat([this.#waiting, data]);
		while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
			const end = 4 + bytes.readUInt32BE(0);
			this.onPacket(bytes.subarray(4, end));
			bytes = bytes.subarray(end);
		}
		this.#waiting = Buffer.from(bytes);
	}
}

/** From the networks behind `from` to those behind `to`, LANEnds; `addresses` of network `i`: its own and the other's; `interval`: milliseconds between two packets of one network. */
export class Traffic {
	#from;
	#frames;
	#interval;
	#timer;
	#began = 0;
	#next = 0;
	#numbers;
	/** Of each network: packets sent and arrived, when the last one arrived, and the longest time between two. */
	sent;
	arrived;
	last;
	longest;

	constructor(from, to, count, addresses, interval) {
		this.#from = from;
		this.#interval = interval;
		this.#frames = Array.from({ length: count }, (_, i) => frame(...addresses(i)));
		const of = new Map(Array.from({ length: count }, (_, i) => [addresses(i)[1], i]));
		this.reset();
		to.onPacket = (packet) => {
			const i = of.get(packet.subarray(16, 20).join("."));
			if (i === undefined || packet.length !== size)
				return;
			const number = packet.readUInt32BE(28);
			if (number < this.#numbers[i])
				return;
			const now = performance.now();
			this.arrived[i]++;
			this.longest[i] = Math.max(this.longest[i], now - this.last[i]);
			this.last[i] = now;
		};
	}

	/** Counts anew; what is under way does not count. */
	reset() {
		const count = this.#frames.length;
		this.#numbers = this.#numbers === undefined ? new Uint32Array(count) : this.#numbers.map((number, i) => number + this.sent[i]);
		this.sent = new Uint32Array(count);
		this.arrived = new Uint32Array(count);
		this.last = new Float64Array(count).fill(performance.now());
		this.longest = new Float64Array(count);
	}

	start() {
		this.#began = performance.now();
		this.#next = 0;
		this.last.fill(this.#began);
		const count = this.#frames.length;
		this.#timer = setInterval(() => {
			const due = Math.floor((performance.now() - this.#began) * count / this.#interval);
			const burst = [];
			for (; this.#next < due; this.#next++) {
				const i = this.#next % count;
				const bytes = Buffer.from(this.#frames[i]);
				bytes.writeUInt32BE(this.#numbers[i] + this.sent[i]++, 32);
				burst.push(bytes);
			}
			if (burst.length > 0)
				this.#from.write(Buffer.concat(burst));
		}, step);
	}

	/** What was sent last has arrived, or is lost. */
	async stop() {
		clearInterval(this.#timer);
		await new Promise((resolve) => setTimeout(resolve, 1000));
	}

	get lost() {
		const sum = (list) => list.reduce((all, each) => all + each, 0);
		return sum(this.sent) - sum(this.arrived);
	}

	/** The longest time between two packets of any network, milliseconds. */
	get worst() {
		return Math.max(...this.longest);
	}
}
