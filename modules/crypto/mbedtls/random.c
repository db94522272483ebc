#include "random.h"
#include "library.h"
#include "../accelerator.h"

/* Their addresses tell mbedTLS's calls from each other. */
static const uint8_t contexts[kRandomSources];

int random_open(void)
{
	int ok = 1;
	for (int i = 0; ok && i < kRandomSources; i++)
		ok = library_random_open(i) == 0;
	if (!ok)
		random_close();
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

void random_close(void)
{
	for (int i = 0; i < kRandomSources; i++)
		library_random_close(i);
}

int random_bytes(int source, uint8_t* out, size_t size)
{
	return library_random(source, out, size) == 0 ? kAcceleratorOK : kAcceleratorFailed;
}

void* random_context(int source)
{
	return (void*)(uintptr_t)&contexts[source];
}

int random_for_mbedtls(void* context, unsigned char* out, size_t size)
{
	return library_random((int)((const uint8_t*)context - contexts), out, size);
}
