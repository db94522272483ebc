/*
 * Jobs that take long, and what comes of them. A file is copied before it is read, and texts are handed over when the job is over: the worker and the
 * control plane have nothing in common but what the lock guards.
 */
#include "credentials.h"
#include "jobs.h"
#include "lock.h"

#include <string.h>

static struct {
	Lock lock;
	uint8_t* file;
	size_t fileSize;
	int isReading;
	char* texts[kCredentialTexts];
} desk = { .lock = LOCK_INITIALIZER };

static void forget_file(void)
{
	accelerator_free(desk.file);
	desk.file = NULL;
	desk.fileSize = 0;
}

int credentials_submit(const uint8_t* bytes, size_t size)
{
	int result = kAcceleratorFull;
	if (size == 0 || size > kImportSize)
		return kAcceleratorBadSize;
	/* With no place for its job it would lie here, a key in it perhaps, and be read in place of the file that waits already. */
	if (!jobs_have_room(kLaneLong))
		return kAcceleratorFull;
	lock_take(&desk.lock);
	if (!desk.isReading) {
		forget_file();
		desk.file = accelerator_allocate(size);
		result = desk.file ? kAcceleratorOK : kAcceleratorFailed;
		if (desk.file) {
			memcpy(desk.file, bytes, size);
			desk.fileSize = size;
		}
	}
	lock_give(&desk.lock);
	return result;
}

const char* credentials_text(int which)
{
	lock_take(&desk.lock);
	const char* text = which >= 0 && which < kCredentialTexts ? desk.texts[which] : NULL;
	lock_give(&desk.lock);
	return text;
}

static void clear_texts(void)
{
	for (int i = 0; i < kCredentialTexts; i++) {
		accelerator_free(desk.texts[i]);
		desk.texts[i] = NULL;
	}
}

void credentials_clear(void)
{
	lock_take(&desk.lock);
	clear_texts();
	if (!desk.isReading)
		forget_file();
	lock_give(&desk.lock);
}

int credentials_keep(int which, const char* text, size_t size)
{
	char* copy = size > 0 && size < kCredentialTextSize ? accelerator_allocate(size + 1) : NULL;
	if (copy) {
		memcpy(copy, text, size);
		copy[size] = 0;
	}
	lock_take(&desk.lock);
	accelerator_free(desk.texts[which]);
	desk.texts[which] = copy;
	lock_give(&desk.lock);
	return copy != NULL;
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
	lock_take(&desk.lock);
	clear_texts();
	const uint8_t* file = desk.file;
	size_t size = desk.fileSize;
	desk.isReading = file != NULL;
	lock_give(&desk.lock);
	if (!file)
		return kAcceleratorFailed;
	job->secret[0] = (uint8_t)import_work(job, file, size);
	job->secretSize = 1;
	lock_take(&desk.lock);
	desk.isReading = 0;
	forget_file();
	lock_give(&desk.lock);
	if (job->secret[0] != kImportOK || !jobs_wanted(job))
		credentials_clear();
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
	labour_end();
	return result;
}
