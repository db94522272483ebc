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

/*
 * Whether ESP can have these algorithms: an AEAD takes no other authentication, and nothing is ever carried without one. Inside AH, which authenticates
 * the whole, CBC may go without (RFC 4303 1); CTR may not (RFC 3686 1), and NULL with nothing would be no protocol at all.
 */
static int possibleESP(const SARecord* sa)
{
	int aead = sa->cipher >= kCipherAES128GCM && sa->cipher <= kCipherAES256GCM;
	int cbc = sa->cipher >= kCipher3DESCBC && sa->cipher <= kCipherAES256CBC;
	if (sa->cipher > kCipherAES256CTR || sa->hash > kHashSHA512 || (aead && sa->hash) || (!aead && !sa->hash && !(cbc && sa->ahHash)))
		return 0;
	return sa->encryptionKeySize >= saltSize(sa->cipher) && sa->encryptionKeySize <= SA_ENCRYPTION_KEY_MAXIMUM
		&& sa->authenticationKeySize <= SA_AUTHENTICATION_KEY_MAXIMUM;
}

static int possible(const SARecord* sa)
{
	int withAH = sa->protocol == PROTOCOL_AH || sa->protocol == PROTOCOL_AH_ESP;
	if ((sa->mode != MODE_TUNNEL && sa->mode != MODE_TRANSPORT) || sa->policy >= CONNECTIONS || (withAH && (sa->flags & FLAG_UDP)))
		return 0;
	if (withAH ? sa->ahHash < kHashMD5 || sa->ahHash > kHashSHA512 || sa->ahKeySize > SA_AH_KEY_MAXIMUM : sa->ahHash != 0)
		return 0;
	return sa->protocol == PROTOCOL_AH ? sa->cipher == kCipherNull && sa->hash == 0
		: (sa->protocol == PROTOCOL_ESP || sa->protocol == PROTOCOL_AH_ESP) && possibleESP(sa);
}

/* One context for each protocol, or none. */
static int openContexts(SARecord* sa, SAContext* context)
{
	int result = kAcceleratorOK;
	int out = sa->direction == OUTGOING;
	if (sa->protocol != PROTOCOL_AH) {
		size_t keySize = sa->encryptionKeySize - saltSize(sa->cipher);
		context->esp = accelerator_context_open(sa->cipher, sa->encryptionKey, keySize, sa->hash, sa->authenticationKey, sa->authenticationKeySize, out, &result);
		if (!context->esp)
			return result;
		memcpy(context->salt, sa->encryptionKey + keySize, saltSize(sa->cipher));
	}
	if (sa->protocol != PROTOCOL_ESP)
		context->ah = accelerator_context_open(kCipherNull, NULL, 0, sa->ahHash, sa->ahKey, sa->ahKeySize, out, &result);
	return result;
}

int sad_open(unsigned slot)
{
	SARecord* sa = &gSAD[slot];
	SAContext* context = &gContexts[slot];
	int result = kAcceleratorBadSize;
	sad_close(slot);
	if (possible(sa))
		result = openContexts(sa, context);
	accelerator_zero(sa->encryptionKey, sizeof(sa->encryptionKey));
	accelerator_zero(sa->authenticationKey, sizeof(sa->authenticationKey));
	accelerator_zero(sa->ahKey, sizeof(sa->ahKey));
	if (result != kAcceleratorOK)
		sad_close(slot);
	else if (sa->direction == OUTGOING) {
		PolicyRecord* policy = &gSPD.policies[sa->policy];
		policy->outbound = slot + 1;
		policy->flags &= (uint8_t)~POLICY_FLAG_ACQUIRING;
		/* Answered: should this SA end at once, the next packet asks at once. */
		policy->acquiredAt = 0;
	}
	return result;
}

void sad_close(unsigned slot)
{
	accelerator_context_close(gContexts[slot].esp);
	accelerator_context_close(gContexts[slot].ah);
	accelerator_zero(&gContexts[slot], sizeof(gContexts[slot]));
}

static void freeRecord(unsigned slot)
{
	SARecord* sa = &gSAD[slot];
	uint32_t generation = sa->generation + (sa->state != SA_FREE);
	sad_close(slot);
	accelerator_zero(sa, sizeof(*sa));
	sa->generation = generation;
}

void sad_clear(void)
{
	for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
		freeRecord(slot);
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		gSPD.policies[i].outbound = 0;
		gSPD.policies[i].flags &= (uint8_t)~POLICY_FLAG_ACQUIRING;
	}
}

void sad_settle(void)
{
	for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
		SARecord* sa = &gSAD[slot];
		const SAContext* context = &gContexts[slot];
		int whole = (sa->protocol == PROTOCOL_AH || context->esp) && (sa->protocol == PROTOCOL_ESP || context->ah);
		if (sa->state >= SA_LIVE && !whole)
			freeRecord(slot);
		else if (sa->state == SA_HELD && (context->esp || context->ah))
			/* Its keys are gone from the record: sad_open was the last thing that was done. */
			sa->state = SA_LIVE;
		else if (sa->state < SA_HELD)
			sad_close(slot);
	}
}
