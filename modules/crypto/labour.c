/*
 * Jobs that take long, and what comes of them, by OpenSSL 3. A file is copied before it is read, and texts are handed over when the job is over: the
 * worker and the control plane have nothing in common but what the lock guards.
 */
#include "credentials.h"
#include "jobs.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <string.h>

static struct {
	pthread_mutex_t lock;
	uint8_t* file;
	size_t fileSize;
	int isReading;
	char* texts[kCredentialTexts];
} desk = { .lock = PTHREAD_MUTEX_INITIALIZER };

int credentials_submit(const uint8_t* bytes, size_t size)
{
	int result = kAcceleratorFull;
	if (size == 0 || size > kImportSize)
		return kAcceleratorBadSize;
	pthread_mutex_lock(&desk.lock);
	if (!desk.isReading) {
		OPENSSL_free(desk.file);
		desk.file = OPENSSL_memdup(bytes, size);
		desk.fileSize = size;
		result = desk.file ? kAcceleratorOK : kAcceleratorFailed;
	}
	pthread_mutex_unlock(&desk.lock);
	return result;
}

const char* credentials_text(int which)
{
	pthread_mutex_lock(&desk.lock);
	const char* text = which >= 0 && which < kCredentialTexts ? desk.texts[which] : NULL;
	pthread_mutex_unlock(&desk.lock);
	return text;
}

static void clearTexts(void)
{
	for (int i = 0; i < kCredentialTexts; i++) {
		OPENSSL_free(desk.texts[i]);	/* zeroes them */
		desk.texts[i] = NULL;
	}
}

void credentials_clear(void)
{
	pthread_mutex_lock(&desk.lock);
	clearTexts();
	if (!desk.isReading) {
		OPENSSL_free(desk.file);
		desk.file = NULL;
	}
	pthread_mutex_unlock(&desk.lock);
}

void credentials_keep(int which, BIO* bio)
{
	char* data = NULL;
	long size = bio ? BIO_get_mem_data(bio, &data) : 0;
	pthread_mutex_lock(&desk.lock);
	OPENSSL_free(desk.texts[which]);
	desk.texts[which] = size > 0 && size < kCredentialTextSize ? OPENSSL_strndup(data, (size_t)size) : NULL;
	pthread_mutex_unlock(&desk.lock);
	BIO_free(bio);
}

int labour_check(const AcceleratorJob* job)
{
	switch (job->kind) {
		case kJobDerive:
			return job->group >= 1 && job->group <= kMaximumIterations && job->publicSize > 0 ? kAcceleratorOK : kAcceleratorBadSize;
		case kJobRequest:
			return (job->group == 2048 || job->group == 3072 || job->group == 4096) && job->publicSize > 1 && job->publicSize < sizeof(job->publicValue)
				? kAcceleratorOK : kAcceleratorBadSize;
		default:
			return job->privateSize < sizeof(job->privateValue) ? kAcceleratorOK : kAcceleratorBadSize;
	}
}

static int import(AcceleratorJob* job)
{
	pthread_mutex_lock(&desk.lock);
	clearTexts();
	const uint8_t* file = desk.file;
	size_t size = desk.fileSize;
	desk.isReading = file != NULL;
	pthread_mutex_unlock(&desk.lock);
	if (!file)
		return kAcceleratorFailed;
	job->secret[0] = (uint8_t)import_work(job, file, size);
	job->secretSize = 1;
	pthread_mutex_lock(&desk.lock);
	desk.isReading = 0;
	OPENSSL_free(desk.file);
	desk.file = NULL;
	if (job->secret[0] != kImportOK || !jobs_wanted(job))
		clearTexts();
	pthread_mutex_unlock(&desk.lock);
	return kAcceleratorOK;
}

int labour_work(AcceleratorJob* job)
{
	int result;
	if (job->kind == kJobDerive) {
		job->secretSize = kDerivedKeySize;
		result = accelerator_derive_key(job->privateValue, job->privateSize, job->publicValue, job->publicSize, (unsigned)job->group, job->secret, kDerivedKeySize);
	}
	else if (job->kind == kJobRequest)
		result = request_work(job);
	else
		result = import(job);
	accelerator_zero(job->privateValue, sizeof(job->privateValue));
	job->privateSize = job->publicSize = 0;
	ERR_clear_error();
	return result;
}
