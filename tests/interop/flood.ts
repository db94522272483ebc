/**
 * Sends wrong IKE messages, run by Node in a namespace, and counts what comes back.
 *   flood.js FROM TO PORT COUNT SEED
 * They are recorded messages of another negotiation with cookies of their own, changed at random; on port 4500 behind the
 * non-ESP marker. It says as JSON: { sent, sentBytes, received, receivedBytes, largest }.
 */
import { createSocket } from "node:dgram";
import { generator } from "../unit/ike/wire/hostile.js";
import { negotiations } from "../vectors/ike-main-quick.js";

const [from, to, port, count, seed] = process.argv.slice(2) as [string, string, string, string, string];
const random = generator(Number(seed));
const messages = negotiations.flatMap((vector) => [...vector.messages, ...vector.informational]).map((message) => Buffer.from(message.bytes, "hex"));
const tally = { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0, largest: 0 };

/** One datagram: often a first message, its cookie fresh, otherwise any; with up to four changes, or none. */
function wrong(): Buffer {
	const bytes = Buffer.from(random(2) ? messages[11 * random(negotiations.length)]! : messages[random(messages.length)]!);
	for (let i = 0; i < 8; i++)
		bytes[i] = random(256);
	let end = bytes.length;
	for (let changes = random(5); changes > 0; changes--) {
		const at = 8 + random(bytes.length - 8);
		switch (random(4)) {
			case 0: bytes[at] = random(256); break;
			case 1: bytes[at]! ^= 1 << random(8); break;
			case 2: bytes.writeUInt16BE([0, 3, 4, 0xffff][random(4)]!, Math.min(at, bytes.length - 2)); break;
			default: end = random(4) ? end : at;
		}
	}
	const cut = bytes.subarray(0, end);
	return port === "4500" ? Buffer.concat([Buffer.alloc(4), cut]) : cut;
}

const socket = createSocket("udp4");
socket.on("message", (data) => {
	tally.received++;
	tally.receivedBytes += data.length;
	tally.largest = Math.max(tally.largest, data.length);
});
socket.on("error", () => {});
socket.bind(0, from, () => {
	const timer = setInterval(() => {
		for (let i = 0; i < 40 && tally.sent < Number(count); i++) {
			const bytes = wrong();
			tally.sent++;
			tally.sentBytes += bytes.length;
			socket.send(bytes, Number(port), to);
		}
		if (tally.sent === Number(count)) {
			clearInterval(timer);
			// the last answers are under way
			setTimeout(() => {
				console.log(JSON.stringify(tally));
				socket.close();
			}, 300);
		}
	}, 4);
});
