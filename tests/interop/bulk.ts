/**
 * One end of a TCP transfer, run by Node in a namespace; it says how many bytes it sent or received, and their SHA-256.
 *   bulk.js receive ADDRESS            listens, says "listening PORT", takes one connection
 *   bulk.js send FROM TO PORT BYTES    sends that many
 */
import { createHash, randomBytes } from "node:crypto";
import { connect, createServer } from "node:net";

const [what, ...words] = process.argv.slice(2);
const hash = createHash("sha256");
let count = 0;

function finish(): void {
	console.log(`${count} ${hash.digest("hex")}`);
}

if (what === "receive") {
	const server = createServer((socket) => {
		server.close();
		socket.on("data", (data) => {
			count += data.length;
			hash.update(data);
		});
		socket.on("end", () => {
			socket.end();
			finish();
		});
	});
	server.listen(0, words[0], () => console.log(`listening ${(server.address() as { port: number }).port}`));
}
else if (what === "send") {
	const [from, to, port, bytes] = words as [string, string, string, string];
	// not a multiple of any segment's size, so that a piece moved or repeated shows
	const piece = randomBytes(1000003);
	const socket = connect({ host: to, port: Number(port), localAddress: from });
	const send = (): void => {
		for (let flowing = true; flowing && count < Number(bytes);) {
			const data = piece.subarray(0, Number(bytes) - count);
			count += data.length;
			hash.update(data);
			flowing = socket.write(data);
		}
		if (count === Number(bytes))
			socket.end();
	};
	socket.on("connect", send);
	socket.on("drain", send);
	socket.on("close", (failed) => {
		finish();
		process.exitCode = failed ? 1 : 0;
	});
	socket.on("error", (error) => console.error(error.message));
}
