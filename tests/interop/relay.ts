/**
 * A NAT of the test's own between two gateways: what one sends to `inner` goes on from `outer` to the other, and back. On the way the vendor IDs
 * of RFC 3947 and draft-03 become bytes that nobody knows: both gateways see a peer that has draft-02 only.
 *   relay INNER ONE OUTER OTHER     (addresses; ports 500 and 4500 of each)
 */
import { createSocket } from "node:dgram";

const hidden = ["4a131c81070358455c5728f20e95452f", "7d9419a65310ca6f2c179d9215529d56"].map((hex) => Buffer.from(hex, "hex"));
const [inner, one, outer, other] = process.argv.slice(2) as [string, string, string, string];

function masked(message: Buffer): Buffer {
	for (const id of hidden)
		for (let at = message.indexOf(id); at >= 0; at = message.indexOf(id, at + 1))
			message.fill(0, at, at + id.length);
	return message;
}

let waiting = 4;
for (const port of [500, 4500]) {
	const near = createSocket("udp4");
	const far = createSocket("udp4");
	near.on("message", (message) => far.send(masked(message), port, other));
	far.on("message", (message) => near.send(masked(message), port, one));
	for (const [socket, address] of [[near, inner], [far, outer]] as const)
		socket.bind(port, address, () => {
			if (--waiting === 0)
				console.log("relaying");
		});
}
