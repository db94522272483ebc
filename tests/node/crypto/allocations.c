/*
 * Every allocation of mbedTLS fails in turn (allocations.test.ts links this with --wrap=calloc and --wrap=free, in one thread): each thing that the accelerator does is
 * done with its first allocation failing, then with its second, and so on until none is left to fail, and the same with all from there on. What fails is said
 * to have failed, nothing leaks, and afterwards the same thing is done.
 */
#include "certificates.h"
#include "credentials.h"
#include "jobs.h"
#include "material.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned failures;

/* ---- memory ---- */

static struct {
	unsigned long count;	/* of allocations since the case began */
	unsigned long failAt;	/* the first that fails, 0: none */
	int all;		/* ... and all after it */
	long live;		/* blocks that were not given back */
} memory;

void* __wrap_calloc(size_t count, size_t size);
void __wrap_free(void* block);
void* __real_calloc(size_t count, size_t size);
void __real_free(void* block);

void* __wrap_calloc(size_t count, size_t size)
{
	memory.count++;
	if (memory.failAt && (memory.all ? memory.count >= memory.failAt : memory.count == memory.failAt))
		return NULL;
	void* block = __real_calloc(count, size);
	memory.live += block != NULL;
	return block;
}

void __wrap_free(void* block)
{
	memory.live -= block != NULL;
	__real_free(block);
}

/* ---- one thread: a job is worked when it is asked for ---- */

/* Its result. */
static int work(AcceleratorJob* job)
{
	int result = accelerator_submit(job);
	if (result != kAcceleratorOK)
		return result;
	AcceleratorJob* next = jobs_next(kLaneQuick);
	if (!next)
		next = jobs_next(kLaneLong);
	jobs_finish(next, jobs_perform(next));
	return accelerator_collect(job) ? job->result : kAcceleratorFailed;
}

/* ---- what is done: 1 when it went well, 0 when it was refused; -1 for something between, which there must not be ---- */

static uint8_t key[64] = { 1 }, iv[16] = { 2 };

static int start(void)
{
	accelerator_shutdown();
	return accelerator_initialize() == kAcceleratorOK;
}

static int context(int cipher, size_t keySize, int hash)
{
	uint8_t data[32] = { 0 }, tag[64];
	int result = kAcceleratorOK;
	AcceleratorContext* own = accelerator_context_open(cipher, key, keySize, hash, key, 32, 1, &result);
	if (!own)
		return result == kAcceleratorFailed ? 0 : -1;
	unsigned long before = memory.count;
	if (accelerator_context_seal(own, iv, key, 8, data, sizeof(data), tag) != kAcceleratorOK || (hash && accelerator_context_hmac(own, data, sizeof(data), NULL, 0, tag, 12) != kAcceleratorOK))
		result = -1;
	/* In the data path nothing is allocated. */
	if (memory.count != before)
		result = -1;
	accelerator_context_close(own);
	return result == kAcceleratorOK ? 1 : -1;
}

static int gcm(void)
{
	return context(kCipherAES256GCM, 32, 0);
}

static int cbc(void)
{
	return context(kCipherAES128CBC, 16, kHashSHA256);
}

static int tripleDES(void)
{
	return context(kCipher3DESCBC, 24, kHashMD5);
}

static int ctr(void)
{
	return context(kCipherAES256CTR, 32, kHashSHA512);
}

static int atOnce(void)
{
	uint8_t data[32] = { 0 }, out[64], tag[16];
	AcceleratorHMAC hmac;
	int ok = accelerator_hash(kHashSHA384, data, sizeof(data), out) == kAcceleratorOK;
	ok &= accelerator_cbc(kCipherAES256CBC, 1, key, 32, iv, data, sizeof(data), data) == kAcceleratorOK;
	ok &= accelerator_gcm(kCipherAES128GCM, 1, key, 16, iv, NULL, 0, data, sizeof(data), tag) == kAcceleratorOK;
	ok &= accelerator_derive_key(key, 8, iv, 8, 2, out, 32) == kAcceleratorOK;
	ok &= accelerator_hmac_start(&hmac, kHashSHA1, key, 20) == kAcceleratorOK;
	ok &= accelerator_hmac_update(&hmac, data, sizeof(data)) == kAcceleratorOK;
	ok &= accelerator_hmac_finish(&hmac, out) == kAcceleratorOK;
	return ok;
}

static int agree(int group)
{
	AcceleratorJob job = { .id = 1, .kind = kJobGenerate, .group = group };
	int result = work(&job);
	if (result == kAcceleratorOK) {
		job.kind = kJobAgree;
		result = work(&job);
	}
	return result == kAcceleratorOK ? job.secretSize > 0 : result == kAcceleratorFailed && job.secretSize == 0 ? 0 : -1;
}

static int modp(void)
{
	return agree(5);
}

static int curve(void)
{
	return agree(19);
}

static int curve25519(void)
{
	return agree(31);
}

static int settings(void)
{
	certificates_clear();
	int ok = certificates_read(kKindTrusted, kRoot, "", kDay, 1).fault == kTextOK;
	ok &= certificates_read(kKindTrusted, kIntermediate, "", kDay, 1).fault == kTextOK;
	ok &= certificates_read(kKindRevocationList, kList, "", kDay, 1).fault == kTextOK;
	ok &= certificates_read(kKindOwn, kGate, kGateKey, kDay, 1).fault == kTextOK;
	return ok;
}

static int sign(void)
{
	AcceleratorJob job = { .id = 1, .kind = kJobSign, .group = 0, .publicSize = 32 };
	int result = work(&job);
	return result == kAcceleratorOK ? job.secretSize == 256 : result == kAcceleratorFailed && job.secretSize == 0 ? 0 : -1;
}

static int judge(void)
{
	static const uint8_t hash[32], signature[256];
	CertificateClaim claim = { .certificates = kChain, .certificatesSize = sizeof(kChain), .time = kDay, .hash = hash, .hashSize = sizeof(hash), .signature = signature,
		.signatureSize = sizeof(signature), .identityType = kIdentityFQDN, .identity = (const uint8_t*)"gate", .identitySize = 4 };
	CertificateJudgement judgement;
	certificates_judge(&claim, &judgement);
	/* A signature of zeros is none, whatever fails. */
	return judgement.isSigned ? -1 : judgement.verdict == kVerdictOK;
}

static int import(const uint8_t* file, size_t size)
{
	AcceleratorJob job = { .id = 1, .kind = kJobImport, .privateSize = 6, .privateValue = "secret" };
	if (credentials_submit(file, size) != kAcceleratorOK)
		return 0;
	int result = work(&job);
	int ok = result == kAcceleratorOK && job.secret[0] == kImportOK;
	int texts = (credentials_text(kCredentialCertificate) != NULL) + (credentials_text(kCredentialKey) != NULL);
	credentials_clear();
	return ok ? (texts == 2 ? 1 : -1) : texts == 0 ? 0 : -1;
}

static int bundle(void)
{
	return import(kBundle, sizeof(kBundle));
}

static int texts(void)
{
	return import((const uint8_t*)kTexts, sizeof(kTexts) - 1);
}

static int describe(void)
{
	char text[4096];
	return certificates_describe(kKindOwn, kGate, text, sizeof(text)) > 0 && certificates_describe(kKindRevocationList, kList, text, sizeof(text)) > 0;
}

/* ---- in turn ---- */

static void inTurn(const char* name, int (*body)(void), int leavesSome)
{
	unsigned long tried = 0, refused = 0;
	for (int all = 0; all < 2; all++) {
		for (unsigned long at = 1;; at++) {
			long before = memory.live;
			memory.count = 0;
			memory.failAt = at;
			memory.all = all;
			int went = body();
			int met = memory.count >= at;
			memory.failAt = 0;
			tried++;
			refused += went == 0;
			if (went < 0 || (!leavesSome && memory.live != before)) {
				failures++;
				printf("# %s: allocation %lu%s: %s\n", name, at, all ? " and all after it" : "", went < 0 ? "half done" : "something leaks");
			}
			if (!met)
				break;
		}
	}
	memory.count = 0;
	int after = body();
	if (after != 1) {
		failures++;
		printf("# %s: not done when nothing fails\n", name);
	}
	printf("%s %s: %lu allocations, %lu of %lu attempts refused\n", after == 1 ? "ok" : "not ok", name, memory.count, refused, tried);
	fflush(stdout);
}

int main(void)
{
	inTurn("the start", start, 1);
	inTurn("a context of AES-GCM", gcm, 0);
	inTurn("a context of AES-CBC and HMAC-SHA256", cbc, 0);
	inTurn("a context of 3DES and HMAC-MD5", tripleDES, 0);
	inTurn("a context of AES-CTR and HMAC-SHA512", ctr, 0);
	inTurn("what is done at once", atOnce, 0);
	inTurn("Diffie-Hellman in group 5", modp, 0);
	inTurn("Diffie-Hellman in group 19", curve, 0);
	inTurn("Diffie-Hellman in group 31", curve25519, 0);
	inTurn("certificates of the settings", settings, 1);
	inTurn("a signature", sign, 1);	/* the first one keeps its blinding */
	inTurn("a judgement", judge, 1);
	inTurn("a file in PKCS #12", bundle, 0);
	inTurn("a file in PEM", texts, 0);
	inTurn("a description", describe, 0);
	certificates_clear();
	accelerator_shutdown();
	if (memory.live != 0) {
		failures++;
		printf("# %ld blocks are left\n", memory.live);
	}
	printf("%s nothing is left in the end\n", memory.live ? "not ok" : "ok");
	return failures != 0;
}
