/*
 * A firmware image that comes in, in pieces of any size: each is checked as soon as it can be, and only what may be started later is written. The header comes
 * first, and its signature covers the digest of the rest: nothing of the flash changes for an image that is not signed.
 */
#ifndef KEYGATE_UPDATE_H
#define KEYGATE_UPDATE_H

#include <stdint.h>

/* In the order of `updateTexts` of firmware.ts. */
typedef enum {
	kUpdateGood,
	kUpdateNoLoader,	/* this was not started by a boot loader */
	kUpdateUnconfirmed,	/* what runs is itself on trial */
	kUpdateNone,	/* not an image */
	kUpdateFormat,	/* of a later format */
	kUpdateBoard,	/* for another board */
	kUpdateLength,	/* too long for a slot, or empty */
	kUpdateSignature,	/* not signed by the key that this board trusts */
	kUpdateOlder,	/* older than what runs */
	kUpdateShort,	/* the file ended before the image did */
	kUpdateLong,	/* the file goes on behind the image */
	kUpdateDigest,	/* not whole */
	kUpdateFlash	/* the flash does not take it */
} UpdateFault;

/* Begins anew. `version`: what runs; "": an older image may come. */
UpdateFault update_begin(const char* version);
/* The next bytes. After a fault every call says the same fault again. */
UpdateFault update_write(const uint8_t* bytes, uint32_t size);
/* That was all: when it is good, the next start tries it. */
UpdateFault update_end(void);
/* The version that the header named, "" when there was none. */
const char* update_version(void);

#endif
