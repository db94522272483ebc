/* The settings document's memory: static, as all tables of keygate are. TypeScript (documents.ts) alone knows what is in it. */
#include "xsmc.h"
#include "documents.h"

uint8_t gDocuments[kUploadAt + UPLOAD_SIZE];

/* xs_settings_table(): HostBuffer over the whole table. */
void xs_settings_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gDocuments, kSettingsTableSize);
}
