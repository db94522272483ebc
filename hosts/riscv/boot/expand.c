#include "expand.h"

#include <stddef.h>
#include "mbedtls/platform.h"
#include "zlib.h"

static voidpf take(voidpf opaque, uInt items, uInt size)
{
	(void)opaque;
	return mbedtls_calloc(items, size);
}

static void give_back(voidpf opaque, voidpf address)
{
	(void)opaque;
	mbedtls_free(address);
}

int expand(uint8_t* to, uint32_t size, const uint8_t* from, uint32_t length)
{
	z_stream stream = { .next_in = (z_const Bytef*)(uintptr_t)from, .avail_in = length, .next_out = to, .avail_out = size, .zalloc = take, .zfree = give_back };
	/* without a header of zlib's */
	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return 0;
	/* all at once: what came before is looked up in what is there already, and no window is kept */
	int result = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	return result == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
}
