/* mbedTLS's SHA-256 and SHA-512 by the processor's instructions, where it has them: the function that takes in a block. */
#include "software.h"
#include "zkn.h"

#include <string.h>

/* FIPS 180-4 4.2.2 and 4.2.3; those of SHA-256 are the upper halves of the first of these. */
static const uint64_t kConstants[80] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
	0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
	0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
	0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
	0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
	0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
	0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
	0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
	0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
	0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
	0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
	0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
	0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

/* A round of either (FIPS 180-4 6.2.2 and 6.4.2), by its sums; the letters move on by being named anew. */
#define ROUND(type, sum0, sum1, a, b, c, d, e, f, g, h, constant, word) \
	do { \
		type sum = h + sum1(e) + (g ^ (e & (f ^ g))) + (constant) + (word); \
		d += sum; \
		h = sum + sum0(a) + ((a & b) | (c & (a | b))); \
	} while (0)

#define EIGHT(t, round, word) \
	round(a, b, c, d, e, f, g, h, (t) + 0, word((t) + 0)); \
	round(h, a, b, c, d, e, f, g, (t) + 1, word((t) + 1)); \
	round(g, h, a, b, c, d, e, f, (t) + 2, word((t) + 2)); \
	round(f, g, h, a, b, c, d, e, (t) + 3, word((t) + 3)); \
	round(e, f, g, h, a, b, c, d, (t) + 4, word((t) + 4)); \
	round(d, e, f, g, h, a, b, c, (t) + 5, word((t) + 5)); \
	round(c, d, e, f, g, h, a, b, (t) + 6, word((t) + 6)); \
	round(b, c, d, e, f, g, h, a, (t) + 7, word((t) + 7))

/* The words of the message, of which sixteen are kept: those that are there, and those that are made of them. */
#define FIRST(t) w[t]
#define NEXT(t) (w[(t) & 15] += SIG1(w[((t) + 14) & 15]) + w[((t) + 9) & 15] + SIG0(w[((t) + 1) & 15]))

/* ---- SHA-256 ---- */

#define ROUND256(a, b, c, d, e, f, g, h, t, word) ROUND(uint32_t, zkn_sha256_sum0, zkn_sha256_sum1, a, b, c, d, e, f, g, h, (uint32_t)(kConstants[t] >> 32), word)
#define SIG0 zkn_sha256_sig0
#define SIG1 zkn_sha256_sig1

int mbedtls_internal_sha256_process(mbedtls_sha256_context* context, const unsigned char data[64])
{
	if (!zkn_parts()->hash)
		return software_internal_sha256_process(context, data);
	uint32_t w[16], *state = context->state;
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
	memcpy(w, data, sizeof(w));
	for (int i = 0; i < 16; i++)
		w[i] = zkn_reverse_bytes(w[i]);
	EIGHT(0, ROUND256, FIRST);
	EIGHT(8, ROUND256, FIRST);
	for (unsigned t = 16; t < 64; t += 16) {
		EIGHT(t, ROUND256, NEXT);
		EIGHT(t + 8, ROUND256, NEXT);
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
	return 0;
}

/* ---- SHA-512 ---- */

static inline uint64_t pair(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

/* Of 64 bits, by what makes the lower and the upper half. */
#define WIDE(name, lower, upper) \
	static inline uint64_t name(uint64_t a) \
	{ \
		uint32_t low = (uint32_t)a, high = (uint32_t)(a >> 32); \
		return pair(lower(low, high), upper(high, low)); \
	}

WIDE(wideSum0, zkn_sha512_sum0, zkn_sha512_sum0)
WIDE(wideSum1, zkn_sha512_sum1, zkn_sha512_sum1)
WIDE(wideSig0, zkn_sha512_sig0_low, zkn_sha512_sig0_high)
WIDE(wideSig1, zkn_sha512_sig1_low, zkn_sha512_sig1_high)

#define ROUND512(a, b, c, d, e, f, g, h, t, word) ROUND(uint64_t, wideSum0, wideSum1, a, b, c, d, e, f, g, h, kConstants[t], word)
#undef SIG0
#undef SIG1
#define SIG0 wideSig0
#define SIG1 wideSig1

int mbedtls_internal_sha512_process(mbedtls_sha512_context* context, const unsigned char data[128])
{
	if (!zkn_parts()->hash)
		return software_internal_sha512_process(context, data);
	uint64_t w[16], *state = context->state;
	uint64_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
	for (int i = 0; i < 16; i++) {
		uint32_t words[2];
		memcpy(words, data + 8 * i, sizeof(words));
		w[i] = pair(zkn_reverse_bytes(words[1]), zkn_reverse_bytes(words[0]));
	}
	EIGHT(0, ROUND512, FIRST);
	EIGHT(8, ROUND512, FIRST);
	for (unsigned t = 16; t < 80; t += 16) {
		EIGHT(t, ROUND512, NEXT);
		EIGHT(t + 8, ROUND512, NEXT);
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
	return 0;
}
