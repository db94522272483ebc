/* The natives of credentials.ts. */
#include "credentials.h"
#include "jobs.h"

#include "xsmc.h"
#include <string.h>

/* Characters of the longest description: sixteen alternative names of 255 characters, each of them escaped. */
#define kDescriptionSize 14336
/* Of nearly all: those have their place on the stack, and the longer ones in the library's heap. */
#define kUsualSize 1536

/* (bytes): the file for the next import. */
void xs_credentials_submit(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	xsmcSetInteger(xsResult, credentials_submit(data, size));
}

/* (which): a text that was made or found, "" when there is none. */
void xs_credentials_text(xsMachine* the)
{
	const char* text = credentials_text(xsmcToInteger(xsArg(0)));
	xsmcSetString(xsResult, (xsStringValue)(uintptr_t)(text ? text : ""));
}

/* (): zeroes and forgets the texts. */
void xs_credentials_clear(xsMachine* the)
{
	(void)the;
	credentials_clear();
}

/* (kind, text): what there is to tell of it, "" when it cannot be read. */
void xs_credentials_describe(xsMachine* the)
{
	static char* large;
	char usual[kUsualSize], *text = usual;
	int kind = xsmcToInteger(xsArg(0));
	const char* pem = xsmcToString(xsArg(1));
	/* one whose string found no room */
	accelerator_free(large);
	large = NULL;
	if (certificates_describe(kind, pem, usual, sizeof(usual)) == 0 && (large = accelerator_allocate(kDescriptionSize)) != NULL) {
		text = large;
		certificates_describe(kind, pem, text, kDescriptionSize);
	}
	xsmcSetString(xsResult, text);
	accelerator_free(large);
	large = NULL;
}
