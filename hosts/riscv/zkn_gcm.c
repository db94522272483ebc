/*
 * AES-GCM by the processor's instructions (NIST SP 800-38D): AES of zkn.h, and the hash by products of polynomials. Bytes come with the coefficient of the
 * lowest power in their highest bit; with the bits of each byte reversed, a word as it lies in memory has that of x^i in bit i.
 */
#include "mbedtls/packetgcm.h"
#include "zkn.h"

#include <string.h>

#define kBlock 16

int owngcm_is_available(void)
{
	return zkn_parts()->aes && zkn_parts()->multiply;
}

/* hash = (hash + block) * h modulo x^128 + x^7 + x^2 + x + 1 */
static inline __attribute__((always_inline)) void absorb(uint32_t hash[4], const uint32_t block[4], const uint32_t h[4])
{
	uint32_t product[8] = { 0 };
	/* Unrolled, all of it stays in registers. */
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		uint32_t word = hash[i] ^ zkn_reverse_bits(block[i]);
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++) {
			product[i + j] ^= zkn_multiply_low(word, h[j]);
			product[i + j + 1] ^= zkn_multiply_high(word, h[j]);
		}
	}
#pragma GCC unroll 4
	for (int i = 7; i >= 4; i--) {
		uint32_t word = product[i];
		product[i - 4] ^= word ^ word << 1 ^ word << 2 ^ word << 7;
		product[i - 3] ^= word >> 31 ^ word >> 30 ^ word >> 25;
	}
	memcpy(hash, product, kBlock);
}

/* The last block is filled up with zeros. */
static void absorbAll(uint32_t hash[4], const uint8_t* data, size_t size, const uint32_t h[4])
{
	for (; size > 0; data += kBlock) {
		uint32_t block[4] = { 0 };
		size_t part = size < kBlock ? size : kBlock;
		memcpy(block, data, part);
		absorb(hash, block, h);
		size -= part;
	}
}

static inline __attribute__((always_inline)) void keyStream(const OwnGCM* gcm, const uint32_t nonce[3], uint32_t counter, uint32_t out[4])
{
	out[0] = nonce[0], out[1] = nonce[1], out[2] = nonce[2];
	out[3] = zkn_reverse_bytes(counter);
	zkn_encrypt(gcm->aes.rk, gcm->aes.nr, out);
}

int owngcm_set_key(OwnGCM* gcm, const uint8_t* key, unsigned bits)
{
	uint32_t block[4] = { 0 };
	mbedtls_aes_init(&gcm->aes);
	int result = mbedtls_aes_setkey_enc(&gcm->aes, key, bits);
	if (result != 0)
		return result;
	zkn_encrypt(gcm->aes.rk, gcm->aes.nr, block);
	for (int i = 0; i < 4; i++)
		gcm->multiplier[i] = zkn_reverse_bits(block[i]);
	return 0;
}

void owngcm_crypt(const OwnGCM* gcm, int encrypt, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t tag[16])
{
	uint32_t hash[4] = { 0 }, nonce[3], stream[4], block[4], counter = 1;
	uint32_t h[4] = { gcm->multiplier[0], gcm->multiplier[1], gcm->multiplier[2], gcm->multiplier[3] };
	size_t rest = size;
	memcpy(nonce, iv, sizeof(nonce));
	absorbAll(hash, aad, aadSize, h);
	for (; rest >= kBlock; rest -= kBlock, data += kBlock) {
		keyStream(gcm, nonce, ++counter, stream);
		memcpy(block, data, kBlock);
		if (!encrypt)
			absorb(hash, block, h);
		for (int i = 0; i < 4; i++)
			block[i] ^= stream[i];
		memcpy(data, block, kBlock);
		if (encrypt)
			absorb(hash, block, h);
	}
	if (rest > 0) {
		keyStream(gcm, nonce, ++counter, stream);
		if (!encrypt)
			absorbAll(hash, data, rest, h);
		for (size_t i = 0; i < rest; i++)
			data[i] ^= ((const uint8_t*)stream)[i];
		if (encrypt)
			absorbAll(hash, data, rest, h);
	}
	/* Both lengths in bits, in 64 of them. */
	uint32_t lengths[4] = { zkn_reverse_bytes((uint32_t)(aadSize >> 29)), zkn_reverse_bytes((uint32_t)(aadSize << 3)),
		zkn_reverse_bytes((uint32_t)(size >> 29)), zkn_reverse_bytes((uint32_t)(size << 3)) };
	absorb(hash, lengths, h);
	keyStream(gcm, nonce, 1, stream);
	for (int i = 0; i < 4; i++)
		stream[i] ^= zkn_reverse_bits(hash[i]);
	memcpy(tag, stream, kBlock);
}
