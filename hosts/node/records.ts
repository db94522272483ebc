/** What modules/records asks of the C side beside its tables (tables.ts). */

const names = ["?", "SA", "KE", "ID", "CERT", "CERTREQ", "HASH", "SIG", "NONCE", "N", "D", "VID", "ATTR", "NAT-D", "NAT-OA", "FRAG"];
const MANY = 15;
const MORE = 0xf0;

/** As payloads.c. */
function put(bytes: Uint8Array, at: number, room: number, text: string): void {
	const runs = text.split(" ").filter((word) => word !== "").map((word) => word.split("*")).filter(([name]) => name !== "payload")
		.map(([name, count = "1"]) => Math.max(0, names.indexOf(name!)) << 4 | Math.min(Number(count), MANY));
	bytes.fill(0, at, at + room).set(runs.length > room ? [...runs.slice(0, room - 1), MORE] : runs, at);
}

export const recordsNatives = {
	xs_payloads_put: put,
};
