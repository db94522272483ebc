#include "image.h"

#include <string.h>
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include "mbedtls/ecdsa.h"
#else
#include "mbedtls/private/ecdsa.h"
#endif

/* Places in the header. */
enum {
	kFormatAt = 4,
	kBoardAt = 8,
	kBoardSize = 16,
	kVersionAt = 24,
	kLengthAt = 56,
	kAddressAt = 60,
	kDigestAt = 64,
	kExpandedAt = 96,
	kSignatureAt = 128
};

#define kPlain 1
#define kDeflated 2

static uint32_t number(const uint8_t* bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

ImageFault image_read(const uint8_t header[kImageHeaderSize], uint32_t room, Image* image)
{
	if (memcmp(header, "kgfw", 4) != 0)
		return kImageNone;
	uint32_t format = number(header + kFormatAt);
	if (format < kPlain || format > image_format)
		return kImageFormat;
	if (strncmp((const char*)header + kBoardAt, image_board, kBoardSize) != 0)
		return kImageBoard;
	memcpy(image->version, header + kVersionAt, kImageVersionSize);
	image->version[kImageVersionSize] = 0;
	/* shown to people: what is not printable ends it */
	for (char* c = image->version; *c != 0; c++) {
		if (*c <= ' ' || *c > '~')
			*c = 0;
	}
	image->length = number(header + kLengthAt);
	image->expanded = format == kDeflated ? number(header + kExpandedAt) : 0;
	image->address = number(header + kAddressAt);
	memcpy(image->digest, header + kDigestAt, sizeof image->digest);
	return image->length == 0 || (format == kDeflated && image->expanded == 0) || room < kImageHeaderSize || image->length > room - kImageHeaderSize ? kImageLength : kImageGood;
}

ImageFault image_verify(const uint8_t header[kImageHeaderSize])
{
	uint8_t digest[32];
	ImageHash hash;
	mbedtls_ecp_group group;
	mbedtls_ecp_point key;
	mbedtls_mpi r, s;
	image_hash_begin(&hash);
	image_hash_add(&hash, header, kSignatureAt);
	image_hash_end(&hash, digest);
	mbedtls_ecp_group_init(&group);
	mbedtls_ecp_point_init(&key);
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	uint8_t point[65] = { 4 };
	memcpy(point + 1, image_public_key, 64);
	int fault = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
	if (fault == 0)
		fault = mbedtls_ecp_point_read_binary(&group, &key, point, sizeof point);
	if (fault == 0)
		fault = mbedtls_ecp_check_pubkey(&group, &key);
	if (fault == 0)
		fault = mbedtls_mpi_read_binary(&r, header + kSignatureAt, 32);
	if (fault == 0)
		fault = mbedtls_mpi_read_binary(&s, header + kSignatureAt + 32, 32);
	if (fault == 0)
		fault = mbedtls_ecdsa_verify(&group, digest, sizeof digest, &key, &r, &s);
	mbedtls_mpi_free(&s);
	mbedtls_mpi_free(&r);
	mbedtls_ecp_point_free(&key);
	mbedtls_ecp_group_free(&group);
	return fault == 0 ? kImageGood : kImageSignature;
}

/* The number at `*text`, which moves behind it and a point. */
static uint32_t next_number(const char** text)
{
	uint32_t value = 0;
	for (; **text >= '0' && **text <= '9' && value < 100000000; (*text)++)
		value = value * 10 + (uint32_t)(**text - '0');
	if (**text == '.')
		(*text)++;
	return value;
}

int image_compare_versions(const char* a, const char* b)
{
	for (int i = 0; i < 4; i++) {
		uint32_t x = next_number(&a), y = next_number(&b);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* mbedTLS 3 says in the names without a tail what 2 says in those with one. */
#if MBEDTLS_VERSION_NUMBER < 0x03000000
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

void image_hash_begin(ImageHash* hash)
{
	mbedtls_sha256_init(hash);
	mbedtls_sha256_starts(hash, 0);
}

void image_hash_add(ImageHash* hash, const uint8_t* bytes, uint32_t size)
{
	mbedtls_sha256_update(hash, bytes, size);
}

void image_hash_end(ImageHash* hash, uint8_t digest[32])
{
	if (mbedtls_sha256_finish(hash, digest) != 0)
		memset(digest, 0, 32);
	mbedtls_sha256_free(hash);
}
