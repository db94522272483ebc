/*
 * What mbedTLS wants of a board: memory, which is one block of fixed size, and entropy. Keys of SAs, certificates and numbers under way all live in the
 * block; when it is full, what was asked for is refused (kAcceleratorFailed), and everything else goes on.
 */
#include "../device/board.h"

#include <mbedtls/entropy.h>
#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform.h>

#ifdef MBEDTLS_MEMORY_BUFFER_ALLOC_C
/*
 * Measured on it: 48 contexts take 32 KiB with AES-GCM (19 with the processor's instructions), 24 with AES-CBC and HMAC-SHA256, 35 with HMAC-SHA512;
 * Diffie-Hellman for its time 5 KiB in group 14, 19 in group 18.
 */
#define kCryptoHeap (64 * 1024)

/* Before each piece of it: its size, its neighbours, and marks. */
#define kHead (8 * sizeof(void*))

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

/* What mbedTLS counts is without the heads of its pieces, which are in the block too. */
void board_crypto_memory(uint32_t* used, uint32_t* most, uint32_t* size)
{
	size_t bytes, pieces;
	*size = sizeof(heap);
	mbedtls_memory_buffer_alloc_cur_get(&bytes, &pieces);
	*used = (uint32_t)(bytes + pieces * kHead);
	mbedtls_memory_buffer_alloc_max_get(&bytes, &pieces);
	*most = (uint32_t)(bytes + pieces * kHead);
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
