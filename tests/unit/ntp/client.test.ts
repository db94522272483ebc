import test from "ava";
import { formatAddress } from "../../../modules/addresses.js";
import { EARLIEST, FARTHEST, FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, PERIOD, TimeClient } from "../../../modules/ntp/client.js";

const server = 0x0a00007b;
const clock = 1764165600 + 31536000;

/** A client, and a server at 10.0.0.123 that answers when it is told to. */
class Lab {
	now = 1000;
	wall = 0;
	readonly questions: { bytes: Uint8Array; to: string; port: number; at: number }[] = [];
	readonly lines: string[] = [];
	lookups: [string, (address: number) => void][] = [];
	#random = 7;
	readonly client: TimeClient;

	constructor() {
		const write = (text: string) => this.lines.push(text);
		this.client = new TimeClient({
			log: { write: (_time, _severity, _peer, text) => write(text), limited: (_time, _severity, _peer, _source, _cause, text) => write(text) },
			random: (size) => Uint8Array.from({ length: size }, () => this.#random = this.#random * 31 % 251),
			equal: (a, b) => a.join() === b.join(),
			lookUp: (name, answer) => {
				this.lookups.push([name, answer]);
				return true;
			},
			send: (bytes, address, port) => this.questions.push({ bytes, to: formatAddress(address), port, at: this.now }),
			wallClock: () => Math.floor(this.wall),
			setClock: (seconds) => this.wall = seconds,
			now: () => this.now,
			reschedule() {},
		});
	}

	/** Lets time pass. */
	run(milliseconds: number): void {
		const end = this.now + milliseconds;
		for (let at = this.client.pollAt(); at !== undefined && at <= end; at = this.client.pollAt()) {
			this.now = Math.max(this.now, at);
			this.client.poll(this.now);
		}
		this.now = end;
	}

	/** The server's answer to the last question. */
	answer(time: number, change: (bytes: Uint8Array, view: DataView) => void = () => {}): Uint8Array {
		const bytes = new Uint8Array(48);
		const view = new DataView(bytes.buffer);
		bytes.set([0x24, 2]);
		bytes.set(this.questions[this.questions.length - 1]!.bytes.subarray(40, 48), 24);
		view.setUint32(40, (time + 2208988800) % 4294967296);
		view.setUint32(44, 0x80000000);
		change(bytes, view);
		return bytes;
	}

	counts(): Record<string, number> {
		const found: Record<string, number> = {};
		for (const { name, value } of this.client.counters)
			found[name] = value;
		return found;
	}
}

function asking(): Lab {
	const lab = new Lab();
	lab.client.configure(lab.now, "10.0.0.123");
	lab.run(0);
	return lab;
}

test("ntp: a question tells nothing but a number that nobody can guess; the answer sets the clock, with half of the way added", (t) => {
	const lab = asking();
	const { bytes, to, port } = lab.questions[0]!;
	t.deepEqual([bytes.length, bytes[0], to, port], [48, 0x23, "10.0.0.123", 123]);
	t.true(bytes.slice(1, 40).every((each) => each === 0));
	t.false(bytes.slice(40).every((each) => each === 0));
	lab.run(400);
	lab.client.receive(lab.now, server, 123, lab.answer(clock));
	t.is(lab.wall, clock + 0.5 + 0.2);
	t.is(lab.lines[0], "the clock was set by time server 10.0.0.123: 2026-11-26 14:00 UTC");
	lab.run(PERIOD - 1);
	t.is(lab.questions.length, 1);
	lab.run(1);
	t.is(lab.questions.length, 2);
	t.not(lab.questions[1]!.bytes.join(), bytes.join());
	lab.client.receive(lab.now, server, 123, lab.answer(clock + 1));
	t.is(lab.lines.length, 1, "a second is not worth a line");
	t.deepEqual(lab.counts(), {});
});

test("ntp: times after 2036 are of the next era", (t) => {
	const lab = asking();
	const later = 2240524800;
	lab.client.receive(lab.now, server, 123, lab.answer(later));
	t.is(Math.floor(lab.wall), later);
});

test("ntp: what was not asked for, is malformed or says that it has no time sets nothing and is counted", (t) => {
	const cases: [string, (lab: Lab) => void][] = [
		["ntp-elsewhere", (lab) => lab.client.receive(lab.now, server + 1, 123, lab.answer(clock))],
		["ntp-elsewhere", (lab) => lab.client.receive(lab.now, server, 124, lab.answer(clock))],
		["ntp-short", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock).subarray(0, 47))],
		["ntp-short", (lab) => lab.client.receive(lab.now, server, 123, new Uint8Array(0))],
		["ntp-not-an-answer", (lab) => lab.client.receive(lab.now, server, 123, lab.questions[0]!.bytes)],
		["ntp-not-an-answer", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => { bytes[0] = 0x25; }))],
		["ntp-not-an-answer", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => { bytes[0] = 0x0c; }))],
		["ntp-not-asked", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => { bytes[31]! ^= 1; }))],
		["ntp-not-asked", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => { bytes.fill(0, 24, 32); }))],
		["ntp-refused", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => { bytes[1] = 0; bytes.set([82, 65, 84, 69], 12); }))],
		["ntp-unsynchronized", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => { bytes[0]! |= 0xc0; }))],
		["ntp-unsynchronized", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => { bytes[1] = 16; }))],
		["ntp-unsynchronized", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (_, view) => view.setUint32(4, 0x00100000)))],
		["ntp-unsynchronized", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (_, view) => view.setUint32(8, 0x00100000)))],
		["ntp-no-time", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(clock, (bytes) => bytes.fill(0, 40)))],
		["ntp-implausible", (lab) => lab.client.receive(lab.now, server, 123, lab.answer(EARLIEST - 60))],
	];
	for (const [name, say] of cases) {
		const lab = asking();
		say(lab);
		t.is(lab.wall, 0, name);
		t.deepEqual(lab.counts(), { [name]: 1 });
	}
});

test("ntp: an answer counts once; a server that refuses is left alone for long", (t) => {
	const lab = asking();
	const first = lab.answer(clock);
	lab.client.receive(lab.now, server, 123, first);
	lab.client.receive(lab.now, server, 123, first);
	t.deepEqual(lab.counts(), { "ntp-elsewhere": 1 });
	const refused = asking();
	refused.client.receive(refused.now, server, 123, refused.answer(clock, (bytes) => { bytes[1] = 0; bytes.set([82, 65, 84, 69], 12); }));
	t.deepEqual(refused.lines, ["time server 10.0.0.123 has no time: it says RATE"]);
	refused.run(LONGEST_PAUSE - 1);
	t.is(refused.questions.length, 1);
	refused.run(1);
	t.is(refused.questions.length, 2);
});

test("ntp: a clock that is set is not moved far by a server alone", (t) => {
	const lab = asking();
	lab.wall = clock;
	lab.client.receive(lab.now, server, 123, lab.answer(clock - 86400));
	t.is(lab.wall, clock);
	t.regex(lab.lines[0]!, /says 2026-11-25 14:00 UTC, which is not taken: this unit's clock says 2026-11-26 14:00 UTC; set it by hand if the server is right/);
	lab.run(LONGEST_PAUSE);
	lab.client.receive(lab.now, server, 123, lab.answer(clock + FARTHEST - 10));
	t.is(Math.floor(lab.wall), clock + FARTHEST - 10);
	t.regex(lab.lines[lab.lines.length - 1]!, /, 99\d s from where it was/);
});

test("ntp: without an answer it is asked again, later each time; another server, or a way to it, at once", (t) => {
	const lab = asking();
	lab.run(PATIENCE + 2 * FIRST_PAUSE + PATIENCE + 4 * FIRST_PAUSE);
	t.deepEqual(lab.questions.map(({ at }) => at - 1000), [0, PATIENCE + 2 * FIRST_PAUSE, 2 * PATIENCE + 6 * FIRST_PAUSE]);
	t.is(lab.lines[0], "time server 10.0.0.123 does not answer");
	lab.run(10 * LONGEST_PAUSE);
	const { length } = lab.questions;
	lab.client.again(lab.now);
	lab.run(0);
	t.is(lab.questions.length, length + 1);
	lab.client.configure(lab.now, "time.example");
	lab.run(0);
	t.is(lab.lookups[0]![0], "time.example");
	lab.lookups[0]![1](0);
	t.is(lab.questions.length, length + 1);
	lab.run(FIRST_PAUSE);
	lab.lookups[1]![1](server);
	t.is(lab.questions.length, length + 2);
	lab.client.receive(lab.now, server, 123, lab.answer(clock));
	t.is(Math.floor(lab.wall), clock);
	lab.client.configure(lab.now, "");
	t.is(lab.client.pollAt(), undefined);
});
