/** The VPN log's static memory. */

/** Always the same memory, VPN_LOG_ENTRY_SIZE bytes for each entry: for one VPNLog. */
export const vpnLogTable = native<() => ArrayBuffer>("xs_vpnlog_table");
