/** What modules/log asks of the C side beside its table (tables.ts). */
import { VPN_LOG_ENTRY_SIZE } from "../../modules/limits.js";
import { VPN_LOG_BYTES, VPN_LOG_PEER_ROOM, VPN_LOG_PEER_SIZE, VPN_LOG_SEQUENCE, VPN_LOG_SEVERITY, VPN_LOG_TEXT_SIZE, VPN_LOG_TIME } from "../../modules/log/entry.js";

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

/** As vpnlog.c. */
function putEntry(table: Uint8Array, at: number, sequence: number, time: number, severity: number, peer: string, text: string): boolean {
	if (!(at >= 0 && at + VPN_LOG_ENTRY_SIZE <= table.length))
		throw new RangeError("beyond the table");
	if (!isPlain(peer) || !isPlain(text) || peer.length > VPN_LOG_PEER_ROOM || VPN_LOG_BYTES + peer.length + text.length > VPN_LOG_ENTRY_SIZE)
		return false;
	const view = new DataView(table.buffer, table.byteOffset + at, VPN_LOG_ENTRY_SIZE);
	view.setUint32(VPN_LOG_SEQUENCE, sequence);
	view.setFloat64(VPN_LOG_TIME, time);
	view.setUint8(VPN_LOG_SEVERITY, severity);
	view.setUint8(VPN_LOG_PEER_SIZE, peer.length);
	view.setUint8(VPN_LOG_TEXT_SIZE, text.length);
	table.fill(0, at + VPN_LOG_BYTES, at + VPN_LOG_ENTRY_SIZE).set(Buffer.from(peer + text), at + VPN_LOG_BYTES);
	return true;
}

export const logNatives = {
	xs_printable_plain: isPlain,
	xs_printable_put: put,
	xs_vpnlog_put: putEntry,
};
