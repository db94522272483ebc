/* The memory of uploads, and of files that are put together for a download: static, one at a time. TypeScript (workspace.ts) says whose it is. */
#include "xsmc.h"
#include "documents.h"

/* xs_httpd_memory(): HostBuffer over all of it. */
void xs_httpd_memory(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gDocuments + kUploadAt, UPLOAD_SIZE);
}
