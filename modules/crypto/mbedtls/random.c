#include "random.h"
#include "../accelerator.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <string.h>

typedef struct {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context generator;
	int isOpen;
} RandomSource;

static RandomSource sources[kRandomSources];

static int openSource(RandomSource* source, int which)
{
	const unsigned char purpose[] = { 'k', 'e', 'y', 'g', 'a', 't', 'e', (unsigned char)('0' + which) };
	mbedtls_entropy_init(&source->entropy);
	mbedtls_ctr_drbg_init(&source->generator);
	source->isOpen = 1;
	return mbedtls_ctr_drbg_seed(&source->generator, mbedtls_entropy_func, &source->entropy, purpose, sizeof(purpose)) == 0;
}

int random_open(void)
{
	int ok = 1;
	for (int i = 0; ok && i < kRandomSources; i++)
		ok = openSource(&sources[i], i);
	if (!ok)
		random_close();
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

void random_close(void)
{
	for (int i = 0; i < kRandomSources; i++) {
		if (sources[i].isOpen) {
			mbedtls_ctr_drbg_free(&sources[i].generator);
			mbedtls_entropy_free(&sources[i].entropy);
		}
	}
	memset(sources, 0, sizeof(sources));
}

int random_bytes(int source, uint8_t* out, size_t size)
{
	return random_for_mbedtls(random_context(source), out, size) == 0 ? kAcceleratorOK : kAcceleratorFailed;
}

void* random_context(int source)
{
	return &sources[source];
}

int random_for_mbedtls(void* context, unsigned char* out, size_t size)
{
	RandomSource* source = context;
	int result = source->isOpen ? 0 : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
	for (size_t at = 0; result == 0 && at < size;) {
		size_t part = size - at < MBEDTLS_CTR_DRBG_MAX_REQUEST ? size - at : MBEDTLS_CTR_DRBG_MAX_REQUEST;
		result = mbedtls_ctr_drbg_random(&source->generator, out + at, part);
		at += part;
	}
	return result;
}
