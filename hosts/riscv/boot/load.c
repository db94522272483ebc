#include "load.h"

#include <string.h>
#include "expand.h"
#include "flash.h"

ImageFault load_image(unsigned slot, const Execution* execution, Image* image)
{
	BoardFlash region = slot == 0 ? kFlashFirmware0 : kFlashFirmware1;
	uint8_t header[kImageHeaderSize], digest[32];
	if (board_flash_read(region, 0, header, sizeof header) < 0)
		return kImageNone;
	ImageFault fault = image_read(header, board_flash_size(region), image);
	if (fault != kImageGood)
		return fault;
	/* what is to be inflated stands at the end meanwhile, behind what becomes of it */
	uint32_t at = image->expanded == 0 || image->length > execution->size ? 0 : (execution->size - image->length) & ~3u;
	if (image->address != execution->address || image->length > execution->size || image->expanded > at)
		return kImageLength;
	uint8_t* content = execution->memory + at;
	fault = image_verify(header);
	if (fault != kImageGood)
		return fault;
	if (board_flash_read(region, kImageHeaderSize, content, image->length) < 0)
		return kImageDigest;
	ImageHash hash;
	image_hash_begin(&hash);
	image_hash_add(&hash, content, image->length);
	image_hash_end(&hash, digest);
	if (memcmp(digest, image->digest, sizeof digest) != 0)
		return kImageDigest;
	return image->expanded == 0 || expand(execution->memory, image->expanded, content, image->length) ? kImageGood : kImageDigest;
}
