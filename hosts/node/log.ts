/** What modules/log asks of the C side beside its table (tables.ts). */
import { VPN_LOG_ENTRY_SIZE } from "../../modules/limits.js";

/** As printable.c. */
function isPlain(text: string): boolean {
	return /^[\x20-\x7e]*$/.test(text);
}

/** As printable.c. */
function put(bytes: Uint8Array, at: number, room: number, text: string): number {
	if (!isPlain(text) || text.length > room)
		return -1;
	bytes.fill(0, at, at + room).set(Buffer.from(text), at);
	return text.length;
}

const BYTES = 20;
const PEER_ROOM = 32;

/** As vpnlog.c. */
function putEntry(table: Uint8Array, at: number, sequence: number, time: number, severity: number, peer: string, text: string): boolean {
	if (!(at >= 0 && at + VPN_LOG_ENTRY_SIZE <= table.length))
		throw new RangeError("beyond the table");
	if (!isPlain(peer) || !isPlain(text) || peer.length > PEER_ROOM || BYTES + peer.length + text.length > VPN_LOG_ENTRY_SIZE)
		return false;
	const view = new DataView(table.buffer, table.byteOffset + at, VPN_LOG_ENTRY_SIZE);
	view.setUint32(0, sequence);
	view.setFloat64(8, time);
	table.set([severity, peer.length, text.length], at + 16);
	table.fill(0, at + BYTES, at + VPN_LOG_ENTRY_SIZE).set(Buffer.from(peer + text), at + BYTES);
	return true;
}

export const logNatives = {
	xs_printable_plain: isPlain,
	xs_printable_put: put,
	xs_vpnlog_put: putEntry,
};
