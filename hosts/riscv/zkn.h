/*
 * The scalar cryptography instructions of RISC-V (Zkne, Zknd, Zknh, Zbkb, Zbkc; ratified 1.0.1) as functions, for 32 bits. They are written by their encodings,
 * since the assembler need not know them. Their time depends on no operand.
 */
#ifndef KEYGATE_RISCV_ZKN_H
#define KEYGATE_RISCV_ZKN_H

#include <stdint.h>

/* What the processor has, asked once: an instruction that it has not is a trap (trap.h). */
typedef struct {
	int isAsked;
	int aes;	/* Zkne, Zknd */
	int hash;	/* Zknh, with the reversal of bytes of Zbkb */
	int multiply;	/* Zbkc, with the reversal of bits of Zbkb */
} ZknParts;

const ZknParts* zkn_parts(void);
/* For measurements and tests: as if it had none of them, or as it is again. */
void zkn_set_allowed(int allowed);

/* Two operands: bits 25 to 31 of the instruction are `number`. */
#define ZKN_TWO(name, number) \
	static inline uint32_t name(uint32_t a, uint32_t b) \
	{ \
		uint32_t result; \
		__asm__(".insn r 0x33, 0, " #number ", %0, %1, %2" : "=r"(result) : "r"(a), "r"(b)); \
		return result; \
	}

/* One operand; the upper twelve bits of the instruction are `number`. */
#define ZKN_ONE(name, function, number) \
	static inline uint32_t name(uint32_t a) \
	{ \
		uint32_t result; \
		__asm__(".insn i 0x13, " #function ", %0, %1, " #number : "=r"(result) : "r"(a)); \
		return result; \
	}

/* a ^ what becomes of byte 0 to 3 of b: of the last round and of the others, forth (es) and back (ds). */
ZKN_TWO(zkn_esi0, 0x11)
ZKN_TWO(zkn_esi1, 0x31)
ZKN_TWO(zkn_esi2, 0x51)
ZKN_TWO(zkn_esi3, 0x71)
ZKN_TWO(zkn_esmi0, 0x13)
ZKN_TWO(zkn_esmi1, 0x33)
ZKN_TWO(zkn_esmi2, 0x53)
ZKN_TWO(zkn_esmi3, 0x73)
ZKN_TWO(zkn_dsi0, 0x15)
ZKN_TWO(zkn_dsi1, 0x35)
ZKN_TWO(zkn_dsi2, 0x55)
ZKN_TWO(zkn_dsi3, 0x75)
ZKN_TWO(zkn_dsmi0, 0x17)
ZKN_TWO(zkn_dsmi1, 0x37)
ZKN_TWO(zkn_dsmi2, 0x57)
ZKN_TWO(zkn_dsmi3, 0x77)

/* FIPS 180-4 4.1.2. */
ZKN_ONE(zkn_sha256_sum0, 1, 0x100)
ZKN_ONE(zkn_sha256_sum1, 1, 0x101)
ZKN_ONE(zkn_sha256_sig0, 1, 0x102)
ZKN_ONE(zkn_sha256_sig1, 1, 0x103)
/* FIPS 180-4 4.1.3, half a word of 64 bits: that half and the other one. */
ZKN_TWO(zkn_sha512_sum0, 0x28)
ZKN_TWO(zkn_sha512_sum1, 0x29)
ZKN_TWO(zkn_sha512_sig0_low, 0x2A)
ZKN_TWO(zkn_sha512_sig1_low, 0x2B)
ZKN_TWO(zkn_sha512_sig0_high, 0x2E)
ZKN_TWO(zkn_sha512_sig1_high, 0x2F)

ZKN_ONE(zkn_reverse_bytes, 5, 0x698)
ZKN_ONE(zkn_reverse_bits, 5, 0x687)	/* of each byte */

/* Products of polynomials over GF(2): the lower and the upper word. */
static inline uint32_t zkn_multiply_low(uint32_t a, uint32_t b)
{
	uint32_t result;
	__asm__(".insn r 0x33, 1, 5, %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
	return result;
}

static inline uint32_t zkn_multiply_high(uint32_t a, uint32_t b)
{
	uint32_t result;
	__asm__(".insn r 0x33, 3, 5, %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
	return result;
}

/* ---- AES: one block in four words as they lie in memory, with round keys as mbedTLS has them ---- */

#define ZKN_ROUND(to, key, a, b, c, d, kind) \
	to = zkn_##kind##3(zkn_##kind##2(zkn_##kind##1(zkn_##kind##0(key, a), b), c), d)

static inline __attribute__((always_inline)) void zkn_encrypt(const uint32_t* keys, int rounds, uint32_t block[4])
{
	uint32_t a = block[0] ^ keys[0], b = block[1] ^ keys[1], c = block[2] ^ keys[2], d = block[3] ^ keys[3], e, f, g, h;
	for (keys += 4; rounds > 2; rounds -= 2, keys += 8) {
		ZKN_ROUND(e, keys[0], a, b, c, d, esmi);
		ZKN_ROUND(f, keys[1], b, c, d, a, esmi);
		ZKN_ROUND(g, keys[2], c, d, a, b, esmi);
		ZKN_ROUND(h, keys[3], d, a, b, c, esmi);
		ZKN_ROUND(a, keys[4], e, f, g, h, esmi);
		ZKN_ROUND(b, keys[5], f, g, h, e, esmi);
		ZKN_ROUND(c, keys[6], g, h, e, f, esmi);
		ZKN_ROUND(d, keys[7], h, e, f, g, esmi);
	}
	ZKN_ROUND(e, keys[0], a, b, c, d, esmi);
	ZKN_ROUND(f, keys[1], b, c, d, a, esmi);
	ZKN_ROUND(g, keys[2], c, d, a, b, esmi);
	ZKN_ROUND(h, keys[3], d, a, b, c, esmi);
	ZKN_ROUND(block[0], keys[4], e, f, g, h, esi);
	ZKN_ROUND(block[1], keys[5], f, g, h, e, esi);
	ZKN_ROUND(block[2], keys[6], g, h, e, f, esi);
	ZKN_ROUND(block[3], keys[7], h, e, f, g, esi);
}

static inline __attribute__((always_inline)) void zkn_decrypt(const uint32_t* keys, int rounds, uint32_t block[4])
{
	uint32_t a = block[0] ^ keys[0], b = block[1] ^ keys[1], c = block[2] ^ keys[2], d = block[3] ^ keys[3], e, f, g, h;
	for (keys += 4; rounds > 2; rounds -= 2, keys += 8) {
		ZKN_ROUND(e, keys[0], a, d, c, b, dsmi);
		ZKN_ROUND(f, keys[1], b, a, d, c, dsmi);
		ZKN_ROUND(g, keys[2], c, b, a, d, dsmi);
		ZKN_ROUND(h, keys[3], d, c, b, a, dsmi);
		ZKN_ROUND(a, keys[4], e, h, g, f, dsmi);
		ZKN_ROUND(b, keys[5], f, e, h, g, dsmi);
		ZKN_ROUND(c, keys[6], g, f, e, h, dsmi);
		ZKN_ROUND(d, keys[7], h, g, f, e, dsmi);
	}
	ZKN_ROUND(e, keys[0], a, d, c, b, dsmi);
	ZKN_ROUND(f, keys[1], b, a, d, c, dsmi);
	ZKN_ROUND(g, keys[2], c, b, a, d, dsmi);
	ZKN_ROUND(h, keys[3], d, c, b, a, dsmi);
	ZKN_ROUND(block[0], keys[4], e, h, g, f, dsi);
	ZKN_ROUND(block[1], keys[5], f, e, h, g, dsi);
	ZKN_ROUND(block[2], keys[6], g, f, e, h, dsi);
	ZKN_ROUND(block[3], keys[7], h, g, f, e, dsi);
}

#endif
