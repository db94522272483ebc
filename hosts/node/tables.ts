/**
 * Static tables: memory that belongs to the C side and that a native returns as a buffer, always the same one. Here they are plain
 * buffers. A room with a table of its own adds one line: the native's name and the table's bytes.
 */
import { ENGINE_TABLE_SIZE, ENTRY_SIZE, FIREWALL_ENTRIES, SA_TABLE_SIZE, SPD_TABLE_SIZE } from "../../modules/ipsec/layout.js";
import { ATTEMPT_SIZE, ATTEMPTS, CONNECTIONS, DHCP_LEASES, DHCP_LEASE_SIZE, FIREWALL_LOG_ENTRIES, HISTORY_SIZE, LADDER_SIZE, LADDERS, SETTINGS_HEADER_SIZE, SETTINGS_SIZE, UPLOAD_SIZE, VPN_LOG_ENTRIES, VPN_LOG_ENTRY_SIZE } from "../../modules/limits.js";

export const tables = {
	xs_sad_table: table(SA_TABLE_SIZE),
	xs_spd_table: table(SPD_TABLE_SIZE),
	xs_engine_table: table(ENGINE_TABLE_SIZE),
	xs_firewall_table: table(FIREWALL_ENTRIES + FIREWALL_LOG_ENTRIES * ENTRY_SIZE),
	xs_ladder_table: table(LADDERS * LADDER_SIZE),
	xs_history_table: table(CONNECTIONS * HISTORY_SIZE),
	xs_attempt_table: table(ATTEMPTS * ATTEMPT_SIZE),
	xs_vpnlog_table: table(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE),
	xs_dhcp_table: table(DHCP_LEASES * DHCP_LEASE_SIZE),
	xs_httpd_memory: table(UPLOAD_SIZE),
	xs_settings_table: table(SETTINGS_HEADER_SIZE + 2 * SETTINGS_SIZE),
};

/** A native that returns the same zeroed buffer of `size` bytes at each call. */
function table(size: number): () => ArrayBuffer {
	const memory = new ArrayBuffer(size);
	return () => memory;
}
