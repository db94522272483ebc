/** The DHCP server's static memory. */

/** Always the same DHCP_LEASES times DHCP_LEASE_SIZE bytes: for one Leases. */
export const leaseTable = native<() => ArrayBuffer>("xs_dhcp_table");
