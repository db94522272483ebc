/* The DHCP server's memory: static, as all tables of keygate are. TypeScript (leases.ts) alone knows what is in it. */
#include "xsmc.h"
#include "limits.h"

static uint8_t gLeases[DHCP_LEASES * DHCP_LEASE_SIZE];

/* xs_dhcp_table(): HostBuffer over the whole table. */
void xs_dhcp_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gLeases, sizeof(gLeases));
}
