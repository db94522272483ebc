/* The tables, and what ties a record of the SAD to the accelerator. */
#include "sad.h"

#include <string.h>

_Alignas(64) SARecord gSAD[SECURITY_ASSOCIATIONS];
SAContext gContexts[SECURITY_ASSOCIATIONS];
_Alignas(64) PolicyTable gSPD;
_Alignas(64) EngineTable gEngine;

SARecord* sad_find(uint32_t spi)
{
	uint32_t slot = spi & SPI_SLOT_MASK;
	if (slot >= SECURITY_ASSOCIATIONS)
		return NULL;
	SARecord* sa = &gSAD[slot];
	return sa->state >= SA_LIVE && sa->direction == INCOMING && sa->spi == spi ? sa : NULL;
}

unsigned sad_free_count(void)
{
	unsigned count = 0;
	for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
		count += gSAD[slot].state == SA_FREE;
	return count;
}

/* GCM and CTR: the last four bytes of the key material are the salt (RFC 4106 8.1) or the nonce (RFC 3686 5.1). */
static size_t saltSize(int cipher)
{
	return cipher >= kCipherAES128GCM ? 4 : 0;
}

/* No packet is ever carried unauthenticated, and an AEAD needs no other. */
static int possible(const SARecord* sa)
{
	int aead = sa->cipher >= kCipherAES128GCM && sa->cipher <= kCipherAES256GCM;
	return sa->protocol == PROTOCOL_ESP && sa->mode == MODE_TUNNEL && sa->cipher <= kCipherAES256CTR && sa->hash <= kHashSHA512 && aead == (sa->hash == 0)
		&& sa->encryptionKeySize >= saltSize(sa->cipher) && sa->encryptionKeySize <= SA_ENCRYPTION_KEY_MAXIMUM
		&& sa->authenticationKeySize <= SA_AUTHENTICATION_KEY_MAXIMUM && sa->policy < CONNECTIONS;
}

int sad_open(unsigned slot)
{
	SARecord* sa = &gSAD[slot];
	SAContext* context = &gContexts[slot];
	int result = kAcceleratorBadSize;
	sad_close(slot);
	if (possible(sa)) {
		size_t keySize = sa->encryptionKeySize - saltSize(sa->cipher);
		context->esp = accelerator_context_open(sa->cipher, sa->encryptionKey, keySize, sa->hash, sa->authenticationKey, sa->authenticationKeySize,
			sa->direction == OUTGOING, &result);
		if (context->esp)
			memcpy(context->salt, sa->encryptionKey + keySize, saltSize(sa->cipher));
	}
	accelerator_zero(sa->encryptionKey, sizeof(sa->encryptionKey));
	accelerator_zero(sa->authenticationKey, sizeof(sa->authenticationKey));
	accelerator_zero(sa->ahKey, sizeof(sa->ahKey));
	if (context->esp && sa->direction == OUTGOING) {
		PolicyRecord* policy = &gSPD.policies[sa->policy];
		policy->outbound = slot + 1;
		policy->flags &= (uint8_t)~POLICY_FLAG_ACQUIRING;
		/* Answered: should this SA end at once, the next packet asks at once. */
		policy->acquiredAt = 0;
	}
	return context->esp ? kAcceleratorOK : result;
}

void sad_close(unsigned slot)
{
	accelerator_context_close(gContexts[slot].esp);
	accelerator_zero(&gContexts[slot], sizeof(gContexts[slot]));
}

void sad_clear(void)
{
	for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
		SARecord* sa = &gSAD[slot];
		uint32_t generation = sa->generation + (sa->state != SA_FREE);
		sad_close(slot);
		accelerator_zero(sa, sizeof(*sa));
		sa->generation = generation;
	}
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		gSPD.policies[i].outbound = 0;
		gSPD.policies[i].flags &= (uint8_t)~POLICY_FLAG_ACQUIRING;
	}
}
