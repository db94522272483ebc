/** More IKE messages than a gateway can look at: what is its own goes on, what is repeated is answered, the rest is counted. */
import test from "ava";
import { createSocket, type Socket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { negotiations } from "../../vectors/ike-main-quick.js";
import { place, RunningGateway, settings } from "./gateways.js";

const wait = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** A recorded first message with a cookie of its own. */
function firstMessage(): Buffer {
	const bytes = Buffer.from(negotiations[0]!.messages[0]!.bytes, "hex");
	randomBytes(8).copy(bytes);
	return bytes;
}

/** A socket at an address of nobody's, and what came to it. */
async function stranger(address: string): Promise<{ readonly socket: Socket; readonly answers: Buffer[] }> {
	const socket = createSocket("udp4");
	const answers: Buffer[] = [];
	socket.on("message", (bytes) => answers.push(bytes));
	await new Promise<void>((resolve) => socket.bind(0, address, resolve));
	return { socket, answers };
}

test("F13 a flood of first messages: few are answered, one that is repeated is, a tunnel is made and renewed meanwhile, and it is over when the flood is", async (t) => {
	const here = await place();
	const words = ["--console", "stdio"];
	const pipes = { stdio: ["pipe", "pipe", "pipe"] as ("pipe")[] };
	// anybody may begin, so that answers cost the most
	const document = settings(here, 1) as { peers: object[] };
	document.peers.push({ ...document.peers[0], name: "anybody", remoteGateway: "0.0.0.0", connections: [] });
	const a = await new RunningGateway(here.folder, document, words, pipes).ready();
	const b = await new RunningGateway(here.folder, settings(here, 2), words, pipes).ready();
	const crowd = await stranger("127.0.0.8");
	const one = await stranger("127.0.0.9");
	let sent = 0;
	let flooding = true;
	const flood = (async () => {
		for (; flooding; await wait(2))
			for (let i = 0; i < 100; i++, sent++)
				crowd.socket.send(firstMessage(), here.ikePort, "127.0.0.1");
	})();
	try {
		await a.says(/more than 100 IKE messages a second that belong to nothing/, 60000);

		// who means it repeats it
		const message = firstMessage();
		for (let i = 0; i < 60 && one.answers.length === 0; i++) {
			one.socket.send(message, here.ikePort, "127.0.0.1");
			await wait(500);
		}
		t.true(one.answers.length > 0, "a message that is repeated is answered");
		t.deepEqual(one.answers[0]!.subarray(0, 8), message.subarray(0, 8));

		// from either side: own negotiations have cookies that are known
		b.child.stdin!.write("up gate-1/office\n");
		await a.until((status) => status.securityAssociations.length >= 2, 60000);
		b.child.stdin!.write("down gate-1\n");
		await a.until((status) => status.securityAssociations.length === 0, 60000);
		a.child.stdin!.write("up gate-2/office\n");
		await b.until((status) => status.securityAssociations.length >= 2, 60000);
	}
	finally {
		flooding = false;
		await flood;
	}
	t.true(crowd.answers.length < sent / 2, `${crowd.answers.length} answers to ${sent} messages`);
	await a.repeats("memory", /ike-flood +\d+/);

	// quiet again: a single message is answered
	await wait(5500);
	const before = one.answers.length;
	for (let i = 0; i < 60 && one.answers.length === before; i++) {
		one.socket.send(firstMessage(), here.ikePort, "127.0.0.1");
		await wait(500);
	}
	t.true(one.answers.length > before);
	crowd.socket.close();
	one.socket.close();
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
});
