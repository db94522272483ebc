/* The natives of crypto.ts. Sizes are checked there with better words; here nothing that is wrong reaches the accelerator. */
#include "accelerator.h"

#include "xsmc.h"
#include <string.h>

/* How results of jobs are laid out for JavaScript: see nativeCollect in crypto.ts. */
#define kResultHeaderSize 12
/* Of what is made in one call: as in crypto.ts. */
#define kMaximumRandomSize 65536
#define kMaximumDerivedSize 1024

/* Owners of jobs; outlives machines, so that a new machine never gets what the one before it asked for. */
static uint32_t lastOwner;

static void check(xsMachine* the, int result)
{
	if (result == kAcceleratorBadSize)
		xsRangeError("size or algorithm is not possible");
	if (result != kAcceleratorOK)
		xsUnknownError("accelerator failed");
}

void xs_crypto_description(xsMachine* the)
{
	xsmcSetString(xsResult, (xsStringValue)(uintptr_t)accelerator_description());
}

void xs_crypto_offers(xsMachine* the)
{
	xsmcSetBoolean(xsResult, accelerator_offers(xsmcToInteger(xsArg(0))));
}

void xs_crypto_random(xsMachine* the)
{
	xsIntegerValue size = xsmcToInteger(xsArg(0));
	if (size < 0 || size > kMaximumRandomSize)
		xsRangeError("size of random bytes");
	xsmcSetArrayBuffer(xsResult, NULL, size);
	check(the, accelerator_random(xsmcToArrayBuffer(xsResult), (size_t)size));
}

void xs_crypto_equal(xsMachine* the)
{
	void *a, *b;
	xsUnsignedValue sizeA, sizeB;
	xsmcGetBufferReadable(xsArg(0), &a, &sizeA);
	xsmcGetBufferReadable(xsArg(1), &b, &sizeB);
	xsmcSetBoolean(xsResult, sizeA == sizeB && accelerator_equal(a, b, sizeA));
}

/* Bytes of a digest; 0: no such hash. */
static int hashSize(int hash)
{
	static const uint8_t sizes[] = { 0, 16, 20, 32, 48, 64 };
	return hash > 0 && hash < (int)sizeof(sizes) ? sizes[hash] : 0;
}

void xs_crypto_hash(xsMachine* the)
{
	uint8_t digest[kMaximumHashSize];
	xsIntegerValue hash = xsmcToInteger(xsArg(0));
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(1), &data, &size);
	check(the, accelerator_hash(hash, data, size, digest));
	xsmcSetArrayBuffer(xsResult, digest, hashSize(hash));
	accelerator_zero(digest, sizeof(digest));
}

void xs_crypto_hmac(xsMachine* the)
{
	AcceleratorHMAC hmac;
	uint8_t tag[kMaximumHashSize];
	xsIntegerValue hash = xsmcToInteger(xsArg(0));
	void *key, *data;
	xsUnsignedValue keySize, size;
	xsmcGetBufferReadable(xsArg(1), &key, &keySize);
	xsmcGetBufferReadable(xsArg(2), &data, &size);
	check(the, accelerator_hmac_start(&hmac, hash, key, keySize));
	accelerator_hmac_update(&hmac, data, size);
	check(the, accelerator_hmac_finish(&hmac, tag));	/* also says whether the update failed */
	xsmcSetArrayBuffer(xsResult, tag, hashSize(hash));
	accelerator_zero(tag, sizeof(tag));
}

void xs_crypto_cbc(xsMachine* the)
{
	xsIntegerValue cipher = xsmcToInteger(xsArg(0));
	xsBooleanValue encrypt = xsmcToBoolean(xsArg(1));
	void *key, *iv, *data;
	xsUnsignedValue keySize, ivSize, size;
	xsmcGetBufferReadable(xsArg(3), &iv, &ivSize);
	if (ivSize != (cipher == kCipher3DESCBC ? 8 : 16))
		xsRangeError("size of initialisation vector");
	xsmcGetBufferReadable(xsArg(4), &data, &size);
	if (size > 0x7FFFFFFF)
		xsRangeError("size of data");
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)size);
	/* The result may have moved them all. */
	xsmcGetBufferReadable(xsArg(2), &key, &keySize);
	xsmcGetBufferReadable(xsArg(3), &iv, &ivSize);
	xsmcGetBufferReadable(xsArg(4), &data, &size);
	check(the, accelerator_cbc(cipher, encrypt, key, keySize, iv, data, size, xsmcToArrayBuffer(xsResult)));
}

/* What is sealed or opened in place is in fixed memory or lives through the call: nothing is allocated between the buffers' being looked up and used. */
static int gcm(xsMachine* the, int encrypt, uint8_t* tag)
{
	void *key, *iv, *aad, *data;
	xsUnsignedValue keySize, ivSize, aadSize, size;
	xsmcGetBufferReadable(xsArg(0), &key, &keySize);
	xsmcGetBufferReadable(xsArg(1), &iv, &ivSize);
	xsmcGetBufferReadable(xsArg(2), &aad, &aadSize);
	xsmcGetBufferWritable(xsArg(3), &data, &size);
	if (ivSize != 12)
		xsRangeError("size of initialisation vector");
	return accelerator_gcm(kCipherAES256GCM, encrypt, key, keySize, iv, aad, aadSize, data, size, tag);
}

/* (key, nonce, more, data): encrypts in place; the tag. */
void xs_crypto_gcm_seal(xsMachine* the)
{
	uint8_t tag[16];
	check(the, gcm(the, 1, tag));
	xsmcSetArrayBuffer(xsResult, tag, sizeof(tag));
}

/* (key, nonce, more, data, tag): decrypts in place; whether it is what was sealed. */
void xs_crypto_gcm_open(xsMachine* the)
{
	uint8_t tag[16];
	void* given;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(4), &given, &size);
	if (size != sizeof(tag))
		xsRangeError("size of tag");
	memcpy(tag, given, sizeof(tag));
	int result = gcm(the, 0, tag);
	if (result != kAcceleratorRefused)
		check(the, result);
	xsmcSetBoolean(xsResult, result == kAcceleratorOK);
}

void xs_crypto_derive_key(xsMachine* the)
{
	uint8_t derived[kMaximumDerivedSize];
	void *password, *salt;
	xsUnsignedValue passwordSize, saltSize;
	xsIntegerValue iterations = xsmcToInteger(xsArg(2));
	xsIntegerValue size = xsmcToInteger(xsArg(3));
	if (iterations < 1 || size < 1 || size > kMaximumDerivedSize)
		xsRangeError("iterations or size of derived key");
	xsmcGetBufferReadable(xsArg(0), &password, &passwordSize);
	xsmcGetBufferReadable(xsArg(1), &salt, &saltSize);
	check(the, accelerator_derive_key(password, passwordSize, salt, saltSize, (unsigned)iterations, derived, (size_t)size));
	xsmcSetArrayBuffer(xsResult, derived, size);
	accelerator_zero(derived, sizeof(derived));
}

void xs_crypto_open(xsMachine* the)
{
	lastOwner = lastOwner == 0x7FFFFFFF ? 1 : lastOwner + 1;
	xsmcSetInteger(xsResult, (xsIntegerValue)lastOwner);
}

static size_t copyValue(xsMachine* the, xsSlot* argument, uint8_t* value, size_t capacity)
{
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferReadable(*argument, &data, &size);
	if (size > capacity)
		xsRangeError("size of value");
	memcpy(value, data, size);
	return size;
}

void xs_crypto_submit(xsMachine* the)
{
	AcceleratorJob job = { 0 };
	job.owner = (uint32_t)xsmcToInteger(xsArg(0));
	job.id = (uint32_t)xsmcToInteger(xsArg(1));
	job.group = xsmcToInteger(xsArg(2));
	job.kind = xsmcToInteger(xsArg(3));
	if (job.kind == kJobAgree) {
		/* The public value first: nothing throws once the private one is on the stack. */
		job.publicSize = copyValue(the, &xsArg(5), job.publicValue, sizeof(job.publicValue));
		job.privateSize = copyValue(the, &xsArg(4), job.privateValue, sizeof(job.privateValue));
	}
	else if (job.kind != kJobGenerate) {
		job.publicSize = copyValue(the, &xsArg(5), job.publicValue, sizeof(job.publicValue));
		if (job.kind != kJobSign)
			job.privateSize = copyValue(the, &xsArg(4), job.privateValue, sizeof(job.privateValue));
	}
	int result = accelerator_submit(&job);
	accelerator_zero(&job, sizeof(job));
	if (result == kAcceleratorBadSize)
		xsRangeError("size or group is not possible");
	xsmcSetInteger(xsResult, result);
}

static uint8_t* write16(uint8_t* to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
	return to + 2;
}

void xs_crypto_collect(xsMachine* the)
{
	AcceleratorJob job;
	if (!accelerator_collect_of((uint32_t)xsmcToInteger(xsArg(0)), &job))
		return;
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)(kResultHeaderSize + job.privateSize + job.publicSize + job.secretSize));
	uint8_t* to = xsmcToArrayBuffer(xsResult);
	to = write16(to, job.id >> 16);
	to = write16(to, job.id & 0xFFFF);
	to = write16(to, (size_t)-job.result);
	to = write16(to, job.privateSize);
	to = write16(to, job.publicSize);
	to = write16(to, job.secretSize);
	memcpy(to, job.privateValue, job.privateSize);
	memcpy(to + job.privateSize, job.publicValue, job.publicSize);
	memcpy(to + job.privateSize + job.publicSize, job.secret, job.secretSize);
	accelerator_zero(&job, sizeof(job));
}

void xs_crypto_notify(xsMachine* the)
{
	(void)the;
	accelerator_notify();
}

void xs_crypto_cancel(xsMachine* the)
{
	uint32_t owner = (uint32_t)xsmcToInteger(xsArg(0));
	if (owner)	/* 0 would be everyone's jobs: that is the host's right */
		accelerator_cancel(owner);
}
