/* The VPN log's memory: static, as all tables of keygate are. TypeScript (vpnlog.ts) alone knows what is in it. */
#include "xsmc.h"
#include "limits.h"

static uint8_t gVPNLog[VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE];

/* xs_vpnlog_table(): HostBuffer over the whole table. */
void xs_vpnlog_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gVPNLog, sizeof(gVPNLog));
}
