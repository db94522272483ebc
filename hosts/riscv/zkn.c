/* Which of the instructions of zkn.h the processor has. */
#include "trap.h"
#include "zkn.h"

static ZknParts parts;
static const ZknParts none = { .isAsked = 1 };
static int isDenied;

/* What they compute is of no interest: whether they trap is. */
static void tryAES(void)
{
	volatile uint32_t sink = zkn_esi0(1, 2);
	sink = zkn_esmi1(sink, 2);
	sink = zkn_dsi2(sink, 2);
	sink = zkn_dsmi3(sink, 2);
}

static void tryHash(void)
{
	volatile uint32_t sink = zkn_sha256_sum0(1);
	sink = zkn_sha512_sum0(sink, 2);
	sink = zkn_reverse_bytes(sink);
}

static void tryMultiply(void)
{
	volatile uint32_t sink = zkn_multiply_low(1, 2);
	sink = zkn_multiply_high(sink, 2);
	sink = zkn_reverse_bits(sink);
}

const ZknParts* zkn_parts(void)
{
	if (!parts.isAsked) {
		parts.aes = trap_try(tryAES);
		parts.hash = trap_try(tryHash);
		parts.multiply = trap_try(tryMultiply);
		parts.isAsked = 1;
	}
	return isDenied ? &none : &parts;
}

void zkn_set_allowed(int allowed)
{
	isDenied = !allowed;
}
