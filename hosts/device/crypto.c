/*
 * What mbedTLS wants of a device: memory, which is one block of fixed size, and entropy. Keys of SAs, certificates and numbers under way all live in the
 * block; when it is full, what was asked for is refused (kAcceleratorFailed), and everything else goes on.
 */
#include "board.h"
#include "crypto.h"

#include <mbedtls/entropy.h>
#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform.h>

#ifdef MBEDTLS_MEMORY_BUFFER_ALLOC_C
/*
 * @FIGURES@
 */
#define kCryptoHeap (64 * 1024)

static _Alignas(8) unsigned char heap[kCryptoHeap];

void* crypto_first_calloc(size_t count, size_t size)
{
	mbedtls_memory_buffer_alloc_init(heap, sizeof(heap));
	return mbedtls_calloc(count, size);
}

void crypto_first_free(void* memory)
{
	(void)memory;	/* there can be none yet */
}

void crypto_memory(size_t* size, size_t* used, size_t* peak)
{
	size_t blocks;
	*size = sizeof(heap);
	mbedtls_memory_buffer_alloc_cur_get(used, &blocks);
	mbedtls_memory_buffer_alloc_max_get(peak, &blocks);
}
#endif

#ifdef MBEDTLS_ENTROPY_HARDWARE_ALT
int mbedtls_hardware_poll(void* data, unsigned char* output, size_t size, size_t* written)
{
	(void)data;
	if (board_random(output, size) != 0)
		return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
	*written = size;
	return 0;
}
#endif
