#include "load.h"

#include <string.h>
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
	if (image->address != execution->address || image->length > execution->size)
		return kImageLength;
	fault = image_verify(header);
	if (fault != kImageGood)
		return fault;
	if (board_flash_read(region, kImageHeaderSize, execution->memory, image->length) < 0)
		return kImageDigest;
	ImageHash hash;
	image_hash_begin(&hash);
	image_hash_add(&hash, execution->memory, image->length);
	image_hash_end(&hash, digest);
	return memcmp(digest, image->digest, sizeof digest) == 0 ? kImageGood : kImageDigest;
}
