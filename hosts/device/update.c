#include "update.h"

#include <string.h>
#include "firmware.h"
#include "image.h"

static struct {
	UpdateFault fault;
	uint32_t received;
	char version[kImageVersionSize + 1];	/* of what runs */
	uint8_t header[kImageHeaderSize];
	Image image;
	ImageHash hash;
} gUpdate = { .fault = kUpdateNone };

static const UpdateFault gFaults[] = {
	[kImageGood] = kUpdateGood,
	[kImageNone] = kUpdateNone,
	[kImageFormat] = kUpdateFormat,
	[kImageBoard] = kUpdateBoard,
	[kImageLength] = kUpdateLength,
	[kImageDigest] = kUpdateDigest,
	[kImageSignature] = kUpdateSignature
};

UpdateFault update_begin(const char* version)
{
	FirmwareStatus status;
	memset(&gUpdate, 0, sizeof gUpdate);
	strncpy(gUpdate.version, version, kImageVersionSize);
	firmware_status(&status);
	if (status.running < 0)
		gUpdate.fault = kUpdateNoLoader;
	else if (!status.isConfirmed)
		gUpdate.fault = kUpdateUnconfirmed;
	return gUpdate.fault;
}

/* The header is there. */
static UpdateFault examine(void)
{
	UpdateFault fault = gFaults[image_read(gUpdate.header, firmware_room(), &gUpdate.image)];
	if (fault == kUpdateGood)
		fault = gFaults[image_verify(gUpdate.header)];
	if (fault == kUpdateGood && gUpdate.version[0] != 0 && image_compare_versions(gUpdate.image.version, gUpdate.version) < 0)
		fault = kUpdateOlder;
	if (fault != kUpdateGood)
		return fault;
	image_hash_begin(&gUpdate.hash);
	return firmware_begin(kImageHeaderSize + gUpdate.image.length) < 0 || firmware_write(0, gUpdate.header, kImageHeaderSize) < 0 ? kUpdateFlash : kUpdateGood;
}

static UpdateFault take(const uint8_t* bytes, uint32_t size)
{
	if (gUpdate.received < kImageHeaderSize) {
		uint32_t count = kImageHeaderSize - gUpdate.received;
		if (count > size)
			count = size;
		memcpy(gUpdate.header + gUpdate.received, bytes, count);
		gUpdate.received += count;
		bytes += count;
		size -= count;
		/* what begins otherwise need not go on */
		if (gUpdate.received >= 4 && memcmp(gUpdate.header, "kgfw", 4) != 0)
			return kUpdateNone;
		if (gUpdate.received < kImageHeaderSize)
			return kUpdateGood;
		UpdateFault fault = examine();
		if (fault != kUpdateGood)
			return fault;
	}
	if (size == 0)
		return kUpdateGood;
	if (size > kImageHeaderSize + gUpdate.image.length - gUpdate.received)
		return kUpdateLong;
	if (firmware_write(gUpdate.received, bytes, size) < 0)
		return kUpdateFlash;
	image_hash_add(&gUpdate.hash, bytes, size);
	gUpdate.received += size;
	return kUpdateGood;
}

UpdateFault update_write(const uint8_t* bytes, uint32_t size)
{
	if (gUpdate.fault == kUpdateGood)
		gUpdate.fault = take(bytes, size);
	return gUpdate.fault;
}

UpdateFault update_end(void)
{
	uint8_t digest[32];
	if (gUpdate.fault != kUpdateGood)
		return gUpdate.fault;
	if (gUpdate.received < kImageHeaderSize)
		return gUpdate.fault = gUpdate.received == 0 ? kUpdateNone : kUpdateShort;
	if (gUpdate.received < kImageHeaderSize + gUpdate.image.length)
		return gUpdate.fault = kUpdateShort;
	image_hash_end(&gUpdate.hash, digest);
	if (memcmp(digest, gUpdate.image.digest, sizeof digest) != 0)
		return gUpdate.fault = kUpdateDigest;
	if (firmware_mark() < 0)
		return gUpdate.fault = kUpdateFlash;
	/* this one has come to its end */
	gUpdate.fault = kUpdateNone;
	return kUpdateGood;
}

const char* update_version(void)
{
	return gUpdate.image.version;
}
