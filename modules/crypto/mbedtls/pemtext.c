#include "backend.h"
#include "pemtext.h"

#include <mbedtls/pem.h>
#include <stdio.h>
#include <string.h>

#define kBegin "-----BEGIN "
#define kEnd "-----END "
#define kDashes "-----"

int pem_next(const char** at, char label[kPEMLabel], const char** begin)
{
	char footer[sizeof(kEnd) + kPEMLabel + sizeof(kDashes)];
	const char* found = strstr(*at, kBegin);
	if (!found)
		return 0;
	const char* name = found + strlen(kBegin);
	size_t length = strcspn(name, "-\r\n");
	if (length == 0 || length >= kPEMLabel || strncmp(name + length, kDashes, strlen(kDashes)) != 0)
		return -1;
	memcpy(label, name, length);
	label[length] = 0;
	snprintf(footer, sizeof(footer), kEnd "%s" kDashes, label);
	const char* end = strstr(name, footer);
	const char* next = strstr(name, kBegin);
	if (!end || (next && next < end))
		return -1;
	*begin = found;
	*at = end + strlen(footer);
	return 1;
}

int pem_read(const char* begin, const char* label, const uint8_t* passphrase, size_t passphraseSize, uint8_t** bytes, size_t* size)
{
	char header[sizeof(kBegin) + kPEMLabel + sizeof(kDashes)], footer[sizeof(kEnd) + kPEMLabel + sizeof(kDashes)];
	mbedtls_pem_context block;
	size_t used;
	snprintf(header, sizeof(header), kBegin "%s" kDashes, label);
	snprintf(footer, sizeof(footer), kEnd "%s" kDashes, label);
	mbedtls_pem_init(&block);
	*bytes = NULL;
	int fault = kImportMalformed;
	switch (mbedtls_pem_read_buffer(&block, header, footer, (const unsigned char*)begin, passphraseSize ? passphrase : NULL, passphraseSize, &used)) {
		case 0:
			*bytes = accelerator_allocate(block.buflen);
			*size = block.buflen;
			fault = *bytes ? kImportOK : kImportFailed;
			if (*bytes)
				memcpy(*bytes, block.buf, block.buflen);
			break;
		case MBEDTLS_ERR_PEM_PASSWORD_REQUIRED:
		case MBEDTLS_ERR_PEM_PASSWORD_MISMATCH:
			fault = kImportPassphrase;
			break;
		case MBEDTLS_ERR_PEM_UNKNOWN_ENC_ALG:
		case MBEDTLS_ERR_PEM_FEATURE_UNAVAILABLE:
			fault = kImportCipher;
			break;
		case MBEDTLS_ERR_PEM_ALLOC_FAILED:
			fault = kImportFailed;
			break;
		default:
			break;
	}
	mbedtls_pem_free(&block);	/* zeroes it */
	return fault;
}

size_t pem_write(const char* label, const uint8_t* bytes, size_t bytesSize, char* out, size_t used, size_t capacity)
{
	char header[sizeof(kBegin) + kPEMLabel + sizeof(kDashes) + 1], footer[sizeof(kEnd) + kPEMLabel + sizeof(kDashes) + 1];
	size_t written;
	snprintf(header, sizeof(header), kBegin "%s" kDashes "\n", label);
	snprintf(footer, sizeof(footer), kEnd "%s" kDashes "\n", label);
	if (used >= capacity || mbedtls_pem_write_buffer(header, footer, bytes, bytesSize, (unsigned char*)out + used, capacity - used, &written) != 0)
		return 0;
	return used + written - 1;	/* its zero byte is counted there */
}
