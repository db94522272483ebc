/*
 * mbedTLS's AES by the processor's instructions, where it has them: its key schedules and its block, which everything else in mbedTLS is made of (CBC, CTR,
 * CTR_DRBG). The round keys are those that mbedTLS itself would have made.
 */
#include "software.h"
#include "zkn.h"

#include <string.h>

static uint32_t substitute(uint32_t a, uint32_t b)
{
	return zkn_esi3(zkn_esi2(zkn_esi1(zkn_esi0(a, b), b), b), b);
}

/* FIPS 197 5.2, words as they lie in memory. */
int mbedtls_aes_setkey_enc(mbedtls_aes_context* context, const unsigned char* key, unsigned bits)
{
	if (!zkn_parts()->aes)
		return software_aes_setkey_enc(context, key, bits);
	if (bits != 128 && bits != 192 && bits != 256)
		return MBEDTLS_ERR_AES_INVALID_KEY_LENGTH;
	unsigned words = bits / 32, count;
	uint32_t* keys = context->rk = context->buf;
	context->nr = (int)words + 6;
	count = 4 * ((unsigned)context->nr + 1);
	memcpy(keys, key, bits / 8);
	uint32_t constant = 1;
	for (unsigned i = words; i < count; i++) {
		uint32_t last = keys[i - 1];
		if (i % words == 0) {
			keys[i] = substitute(keys[i - words] ^ constant, last >> 8 | last << 24);
			constant = (constant << 1 ^ (constant >> 7) * 0x11B) & 0xFF;
		}
		else if (words > 6 && i % words == 4)
			keys[i] = substitute(keys[i - words], last);
		else
			keys[i] = keys[i - words] ^ last;
	}
	return 0;
}

/* FIPS 197 5.3.5, the equivalent inverse cipher: rounds in reverse, the columns of all but the first and the last mixed back. */
int mbedtls_aes_setkey_dec(mbedtls_aes_context* context, const unsigned char* key, unsigned bits)
{
	if (!zkn_parts()->aes)
		return software_aes_setkey_dec(context, key, bits);
	int result = mbedtls_aes_setkey_enc(context, key, bits);
	if (result != 0)
		return result;
	uint32_t* keys = context->rk;
	for (int first = 0, last = context->nr; first <= last; first++, last--) {
		for (int i = 0; i < 4; i++) {
			uint32_t one = keys[4 * first + i], other = keys[4 * last + i];
			if (first > 0) {
				uint32_t a = substitute(0, one), b = substitute(0, other);
				one = zkn_dsmi3(zkn_dsmi2(zkn_dsmi1(zkn_dsmi0(0, a), a), a), a);
				other = zkn_dsmi3(zkn_dsmi2(zkn_dsmi1(zkn_dsmi0(0, b), b), b), b);
			}
			keys[4 * first + i] = other;
			keys[4 * last + i] = one;
		}
	}
	return 0;
}

int mbedtls_internal_aes_encrypt(mbedtls_aes_context* context, const unsigned char in[16], unsigned char out[16])
{
	uint32_t block[4];
	if (!zkn_parts()->aes)
		return software_internal_aes_encrypt(context, in, out);
	memcpy(block, in, sizeof(block));
	zkn_encrypt(context->rk, context->nr, block);
	memcpy(out, block, sizeof(block));
	return 0;
}

int mbedtls_internal_aes_decrypt(mbedtls_aes_context* context, const unsigned char in[16], unsigned char out[16])
{
	uint32_t block[4];
	if (!zkn_parts()->aes)
		return software_internal_aes_decrypt(context, in, out);
	memcpy(block, in, sizeof(block));
	zkn_decrypt(context->rk, context->nr, block);
	memcpy(out, block, sizeof(block));
	return 0;
}
