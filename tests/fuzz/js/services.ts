/** Target: what comes to the DHCP server, and to the client that asks for the time, in every state that they are in. */
import { TimeClient } from "../../../modules/ntp/client.js";
import { hardware, LAN, message } from "../../unit/dhcp/client.js";
import { Input } from "./input.js";
import { holds, type Target } from "./loop.js";

function dhcp(input: Input): void {
	const lan = new LAN(undefined, 6);
	for (let i = 0; i < 30 && !input.isOver; i++) {
		const what = input.byte();
		if ((what & 3) === 0)
			lan.join(what >> 2, what & 4 ? [...input.bytes(8)] : undefined);
		else if ((what & 3) === 1)
			lan.squatters.set(`10.1.0.${100 + (what >> 2)}`, "52:54:00:00:00:99");
		else {
			const bytes = message(hardware(what >> 4), { type: 1 + (what >> 2 & 7), requested: `10.1.0.${100 + input.byte() % 100}`, server: "10.1.0.1", more: [...input.bytes(input.byte() % 80)] });
			for (let changes = input.byte() % 4; changes > 0; changes--)
				bytes[input.word() % bytes.length] = input.byte();
			lan.server.receive(lan.now, bytes.slice(0, what & 128 ? input.word() % (bytes.length + 1) : bytes.length));
		}
		for (let at = lan.server.pollAt(); at !== undefined && at <= lan.now + 1000; at = lan.server.pollAt()) {
			lan.now = Math.max(lan.now, at);
			lan.server.poll(lan.now);
		}
		lan.now += 1000;
	}
	for (const { yiaddr, type, size } of lan.answers) {
		const last = Number(yiaddr.split(".")[3]);
		holds(type === 6 || yiaddr === "0.0.0.0" || yiaddr.startsWith("10.1.0.") && (last >= 100 && last <= 199 || last === 9), `an address of the plan: ${yiaddr}`);
		holds(size <= 600, `${size} bytes of an answer`);
	}
	holds(lan.lines.length < 400, `${lan.lines.length} lines`);
	// when all leases are over there is room for everybody again
	lan.now += 7200 * 1000 + 700000;
	lan.server.poll(lan.now);
	lan.squatters.clear();
	lan.now += 2000;
	holds(lan.join(200) !== "", "a machine gets an address when all leases are over");
}

function time(input: Input): void {
	let now = 1000;
	let clock = 0;
	let asked: Uint8Array | undefined;
	const lines: string[] = [];
	const write = (text: string): number => lines.push(text);
	const client = new TimeClient({
		log: { write: (_time, _severity, _peer, text) => write(text), limited: (_time, _severity, _peer, _source, _cause, text) => write(text) },
		random: (size) => new Uint8Array(size).fill(7), equal: (a, b) => a.join() === b.join(), lookUp: (_name, answer) => { answer(0x0a00007b); return true; },
		send: (bytes) => asked = bytes, wallClock: () => clock, setClock: (seconds) => clock = seconds, now: () => now, reschedule() {},
	});
	client.configure(now, "10.0.0.123");
	for (let i = 0; i < 20 && !input.isOver; i++) {
		const what = input.byte();
		now += what * 1000;
		for (let at = client.pollAt(), rounds = 0; at !== undefined && at <= now && rounds < 50; at = client.pollAt(), rounds++)
			client.poll(now);
		const bytes = new Uint8Array(48);
		bytes.set([0x24, 2]);
		if (asked !== undefined && what & 1)
			bytes.set(asked.subarray(40, 48), 24);
		new DataView(bytes.buffer).setUint32(40, what & 2 ? (1764165600 + 2208988800) % 4294967296 : input.word() * 65536);
		for (let changes = what >> 4; changes > 0; changes--)
			bytes[input.byte() % 48] = input.byte();
		const before = clock;
		client.receive(now, what & 4 ? 0x0a00007b : 0x0a000001, what & 8 ? 123 : 124, bytes.subarray(0, what & 64 ? input.byte() % 49 : 48));
		holds(clock === before || (what & 13) === 13, "the clock is set by an answer of the server that was asked alone");
	}
}

function run(bytes: Uint8Array): void {
	const input = new Input(bytes);
	(input.byte() & 1 ? dhcp : time)(input);
}

export const servicesTarget: Target = {
	name: "services", run, runs: 1500,
	seeds: [Uint8Array.of(1, 4, 8, 0, 2, 5, 0, 0, 6, 1, 0, 0), Uint8Array.of(1, ...Array.from({ length: 40 }, (_, i) => i * 7 & 255)), Uint8Array.of(1, 2 | 8, 3, 12, 55, 3, 1, 3, 6, 61, 2, 1, 1, 12, 1, 65, 0, 0), Uint8Array.of(0, 15, 15, 15), Uint8Array.of(0, 255, ...Array.from({ length: 60 }, (_, i) => i * 5 & 255))],
	words: [Uint8Array.of(53, 1, 3), Uint8Array.of(61, 255), Uint8Array.of(52, 1, 3), Uint8Array.of(50, 4, 10, 1, 0, 100)],
};
