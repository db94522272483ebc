/** F13: bytes that go out for bytes that come in from somebody who has proved nothing, by kind of message; docs/security.md shows this table. */
import test from "ava";
import { parseAddress, type Endpoint } from "../../../modules/addresses.js";
import { two, type Packet } from "./network.js";

const stranger: Endpoint = { address: parseAddress("10.0.0.1")!, port: 500 };

/** The messages of a negotiation that works. */
function negotiation(mode: "main" | "aggressive"): Packet[] {
	const { network, a } = two(setting(mode));
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	return network.sent;
}

const setting = (mode: "main" | "aggressive") => ({ a: { phase1Mode: mode }, b: { phase1Mode: mode } });

interface Kind {
	readonly what: string;
	readonly mode: "main" | "aggressive";
	/** What is sent, one after the other. */
	readonly messages: (sent: readonly Packet[]) => Uint8Array[];
	/** Bytes out for bytes in, at most. */
	readonly most: number;
}

const changed = (packet: Packet, change: (bytes: Uint8Array) => void): Uint8Array => {
	const bytes = packet.bytes.slice();
	change(bytes);
	return bytes;
};
const cookies = (bytes: Uint8Array): void => void bytes.fill(7, 0, 16);

const kinds: readonly Kind[] = [
	{ what: "first message of main mode", mode: "main", messages: ([first]) => [first!.bytes], most: 1 },
	{ what: "the same, again and again", mode: "main", messages: ([first]) => [1, 2, 3, 4, 5, 6, 7, 8].map(() => first!.bytes), most: 1 },
	{ what: "first message of aggressive mode", mode: "aggressive", messages: ([first]) => [first!.bytes], most: 1.5 },
	{ what: "first message, nothing of which is accepted", mode: "main", messages: ([first]) => [changed(first!, (bytes) => { bytes[first!.bytes.length - 1] = 1; bytes.fill(9, 60, 90); })], most: 1 },
	{ what: "first message, malformed", mode: "main", messages: ([first]) => [changed(first!, (bytes) => bytes.set([255, 255], 30))], most: 1 },
	{ what: "message of an unknown exchange", mode: "main", messages: ([first]) => [changed(first!, (bytes) => { bytes[18] = 77; })], most: 0 },
	{ what: "message 3 with cookies of nothing", mode: "main", messages: ([, , third]) => [changed(third!, cookies)], most: 0 },
	{ what: "quick mode with cookies of nothing", mode: "main", messages: (sent) => [changed(sent[6]!, cookies)], most: 0 },
	{ what: "informational without proof", mode: "main", messages: ([first]) => [changed(first!, (bytes) => { bytes[18] = 5; bytes[20] = 1; })], most: 0 }
];

test("F13 amplification: what is not proved gets no more than it brings, by kind of message", (t) => {
	for (const { what, mode, messages, most } of kinds) {
		const sent = negotiation(mode);
		const { network, b } = two(setting(mode));
		let bytesIn = 0;
		const list = messages(sent);
		for (const bytes of list) {
			network.inject(stranger, { address: b.address, port: 500 }, bytes);
			bytesIn += bytes.length;
		}
		network.run(network.now + 1);
		const answers = network.sent.filter((packet) => packet.sender === "b");
		const bytesOut = answers.reduce((sum, packet) => sum + packet.bytes.length, 0);
		t.true(answers.length <= list.length, `${what}: ${answers.length} answers to ${list.length} messages`);
		t.true(bytesOut <= most * bytesIn, `${what}: ${bytesOut} bytes for ${bytesIn}`);
	}
});
