/* The flash for the control plane (storage.ts): regions by their numbers in flash.h. */
#include "xsmc.h"
#include "flash.h"

/* (region, offset, buffer): how many of the buffer's bytes came from the flash, none when it cannot be read. */
void xs_flash_read(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	BoardFlash region = (BoardFlash)xsmcToInteger(xsArg(0));
	uint32_t offset = (uint32_t)xsmcToInteger(xsArg(1)), limit = board_flash_size(region);
	xsmcGetBufferWritable(xsArg(2), &data, &size);
	uint32_t count = offset >= limit ? 0 : size < limit - offset ? size : limit - offset;
	xsmcSetInteger(xsResult, board_flash_read(region, offset, data, count) < 0 ? 0 : (xsIntegerValue)count);
}

/* (region): whether all of it is erased now. */
void xs_flash_erase(xsMachine* the)
{
	BoardFlash region = (BoardFlash)xsmcToInteger(xsArg(0));
	xsmcSetBoolean(xsResult, board_flash_erase(region, 0, board_flash_size(region)) == 0);
}

/* (region, offset, bytes): whether the bytes are safe now. */
void xs_flash_write(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	BoardFlash region = (BoardFlash)xsmcToInteger(xsArg(0));
	uint32_t offset = (uint32_t)xsmcToInteger(xsArg(1));
	xsmcGetBufferReadable(xsArg(2), &data, &size);
	xsmcSetBoolean(xsResult, board_flash_write(region, offset, data, size) == 0);
}
