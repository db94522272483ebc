/* The settings document's memory: static, as all tables of keygate are. TypeScript (documents.ts) alone knows what is in it. */
#include "xsmc.h"
#include "limits.h"

static uint8_t gSettings[SETTINGS_HEADER_SIZE + 2 * SETTINGS_SIZE];

/* xs_settings_table(): HostBuffer over the whole table. */
void xs_settings_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gSettings, sizeof(gSettings));
}
