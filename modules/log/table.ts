/** The VPN log's static memory. */

/** Always the same VPN_LOG_ENTRIES times VPN_LOG_ENTRY_SIZE bytes: for one VPNLog. */
export const vpnLogTable = native<() => ArrayBuffer>("xs_vpnlog_table");
