/*
 * A firmware image: a header of kImageHeaderSize bytes, numbers little-endian, then what the board runs. image.mjs makes them.
 *
 *	  0	"kgfw"
 *	  4	format of this header: 1, or 2 when the content is deflated (RFC 1951)
 *	  8	board, 16 bytes, zeros behind the name
 *	 24	version, 32 bytes, zeros behind the text
 *	 56	bytes of the content
 *	 60	address where it runs
 *	 64	SHA-256 of the content
 *	 96	format 2: bytes of the content when it is inflated
 *	100	zeros
 *	128	ECDSA signature by P-256 of the SHA-256 of all before it: r and s, 32 bytes each
 *	192	zeros
 *	256	the content
 */
#ifndef KEYGATE_IMAGE_H
#define KEYGATE_IMAGE_H

#include <stdint.h>
/* mbedTLS 4 calls private what is asked of it here. */
#ifndef MBEDTLS_DECLARE_PRIVATE_IDENTIFIERS
#define MBEDTLS_DECLARE_PRIVATE_IDENTIFIERS
#endif
#include "mbedtls/version.h"
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include "mbedtls/sha256.h"
#else
#include "mbedtls/private/sha256.h"
#endif

#define kImageHeaderSize 256
#define kImageVersionSize 32

typedef enum {
	kImageGood,
	kImageNone,	/* it is not an image at all */
	kImageFormat,	/* of a later format */
	kImageBoard,	/* for another board */
	kImageLength,	/* more than there is room for, or nothing */
	kImageDigest,	/* the content is not what the header says */
	kImageSignature	/* not signed by the key that this board trusts */
} ImageFault;

typedef struct {
	char version[kImageVersionSize + 1];
	uint32_t length;
	uint32_t expanded;	/* bytes of the content when it is inflated; 0: it runs as it is */
	uint32_t address;
	uint8_t digest[32];
} Image;

/* Made by the build: the board's name, the newest format that its loader takes, and the key that images are signed with, X and Y of the point. */
extern const char image_board[];
extern const uint32_t image_format;
extern const uint8_t image_public_key[64];

/* Takes a header apart; `room`: bytes that there are for header and content. Says nothing of its signature. */
ImageFault image_read(const uint8_t header[kImageHeaderSize], uint32_t room, Image* image);
/* Whether the header is signed by the key that this board trusts: kImageGood or kImageSignature. */
ImageFault image_verify(const uint8_t header[kImageHeaderSize]);
/* Below, above or 0, as with strcmp, of versions like "1.12.0"; what follows the numbers does not count. */
int image_compare_versions(const char* a, const char* b);

/* SHA-256 in pieces. */
typedef mbedtls_sha256_context ImageHash;
void image_hash_begin(ImageHash* hash);
void image_hash_add(ImageHash* hash, const uint8_t* bytes, uint32_t size);
void image_hash_end(ImageHash* hash, uint8_t digest[32]);

#endif
