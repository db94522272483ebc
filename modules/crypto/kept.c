/*
 * The certificates of the settings: this gateway's own with their keys, those it trusts, and revocation lists. Parsed once, and kept; a private key does not
 * leave its place again. The same for all backends.
 *
 * Private keys are used by the worker's thread (threads.c) as well: the lock is held while one signs, or is replaced.
 */
#include "jobs.h"
#include "lock.h"
#include "x509.h"
#include "limits.h"

#include <string.h>

typedef struct {
	Certificate* first;	/* NULL: there is none here */
	unsigned count;		/* of those that are sent: the others lead nowhere */
	PrivateKey* key;
} OwnCertificate;

static struct {
	Lock lock;
	OwnCertificate own[OWN_CERTIFICATES];
	unsigned ownCount;
	Certificate* trusted[TRUSTED_CERTIFICATES];
	unsigned trustedCount;
	RevocationList* lists[REVOCATION_LISTS];
	unsigned listsCount;
} kept = { .lock = LOCK_INITIALIZER };

X509Trust kept_trust(void)
{
	return (X509Trust){ .certificates = kept.trusted, .count = kept.trustedCount, .lists = kept.lists, .listsCount = kept.listsCount };
}

/* ---- texts of the settings ---- */

static void closeOwn(OwnCertificate* own)
{
	x509_free(own->first);
	x509_free_key(own->key);
	memset(own, 0, sizeof(*own));
}

/* Counts what is to be sent: kText... */
static int countChain(OwnCertificate* own, int64_t time, CertificateText* result)
{
	const Certificate* last = NULL;
	for (const Certificate* next = own->first; next; next = x509_next(next)) {
		if (last && !x509_has_issued(next, last))
			return kTextNotChain;
		/* Whoever trusts the authority itself has it. */
		if (last && x509_is_self_signed(next))
			break;
		if (own->count == CERTIFICATE_CHAIN)
			return kTextLongChain;
		own->count++;
		if (judgement_has_weak_signature(next))
			result->warnings |= kWarnSignature;
		result->warnings |= judgement_validity(next, time);
		last = next;
	}
	return kTextOK;
}

static void readOwn(const char* text, const char* key, int64_t time, CertificateText* result, OwnCertificate* own)
{
	own->first = x509_read(text, &result->fault);
	if (own->first)
		result->fault = countChain(own, time, result);
	if (result->fault)
		return;
	X509Key public = x509_key(own->first);
	result->bits = public.bits;
	result->fault = judgement_key_fault(&public);
	if (!result->fault)
		own->key = x509_read_key(key, own->first, &result->fault);
	if (!judgement_may_authenticate(own->first))
		result->warnings |= kWarnPurpose;
}

static void keepOwn(const char* text, const char* key, int64_t time, CertificateText* result, int keep)
{
	OwnCertificate own = { .count = 0 };
	readOwn(text, key, time, result, &own);
	if (keep && !result->fault) {
		lock_take(&kept.lock);
		if (kept.ownCount == OWN_CERTIFICATES)
			result->fault = kTextFull;
		else {
			kept.own[kept.ownCount++] = own;
			memset(&own, 0, sizeof(own));
		}
		lock_give(&kept.lock);
	}
	closeOwn(&own);
}

static void keepTrusted(const char* text, int64_t time, CertificateText* result, int keep)
{
	Certificate* certificate = x509_read(text, &result->fault);
	if (!certificate)
		return;
	result->bits = x509_key(certificate).bits;
	if (x509_next(certificate))
		result->fault = kTextSeveral;
	else if (result->bits && result->bits < kMinimumRSABits)
		result->fault = kTextKeySmall;
	if (!x509_is_authority(certificate))
		result->warnings |= kWarnNotAuthority;
	result->warnings |= judgement_validity(certificate, time);
	if (keep && !result->fault && kept.trustedCount == TRUSTED_CERTIFICATES)
		result->fault = kTextFull;
	if (keep && !result->fault)
		kept.trusted[kept.trustedCount++] = certificate;
	else
		x509_free(certificate);
}

static void keepList(const char* text, int64_t time, CertificateText* result, int keep)
{
	RevocationList* list = x509_read_list(text, &result->fault);
	if (!list)
		return;
	int64_t due = x509_list_due(list);
	if (time && due && due < time)
		result->warnings |= kWarnStale;
	if (keep && kept.listsCount == REVOCATION_LISTS)
		result->fault = kTextFull;
	if (keep && !result->fault)
		kept.lists[kept.listsCount++] = list;
	else
		x509_free_list(list);
}

CertificateText certificates_read(int kind, const char* text, const char* key, int64_t time, int keep)
{
	CertificateText result = { .fault = kTextOK };
	if (kind == kKindTrusted)
		keepTrusted(text, time, &result, keep);
	else if (kind == kKindRevocationList)
		keepList(text, time, &result, keep);
	else if (strstr(text, kRequestBegin))
		return request_read(text, key);
	else
		keepOwn(text, key, time, &result, keep);
	return result;
}

void certificates_clear(void)
{
	lock_take(&kept.lock);
	for (unsigned i = 0; i < kept.ownCount; i++)
		closeOwn(&kept.own[i]);
	kept.ownCount = 0;
	lock_give(&kept.lock);
	for (unsigned i = 0; i < kept.trustedCount; i++)
		x509_free(kept.trusted[i]);
	for (unsigned i = 0; i < kept.listsCount; i++)
		x509_free_list(kept.lists[i]);
	kept.trustedCount = kept.listsCount = 0;
}

/* ---- views ---- */

/* One of those to send. */
static const Certificate* sent(unsigned own, unsigned index)
{
	if (own >= kept.ownCount || index >= kept.own[own].count)
		return NULL;
	const Certificate* certificate = kept.own[own].first;
	for (; index > 0; index--)
		certificate = x509_next(certificate);
	return certificate;
}

const uint8_t* certificates_chain(unsigned own, unsigned index, size_t* size)
{
	const Certificate* certificate = sent(own, index);
	return certificate ? x509_encoded(certificate, size) : NULL;
}

int64_t certificates_end(unsigned own, unsigned index)
{
	const Certificate* certificate = sent(own, index);
	int64_t from, to = 0;
	if (certificate)
		x509_dates(certificate, &from, &to);
	return to;
}

const uint8_t* certificates_subject(unsigned own, size_t* size)
{
	return own < kept.ownCount ? x509_subject(kept.own[own].first, size) : NULL;
}

const uint8_t* certificates_authority(unsigned index, size_t* size)
{
	return index < kept.trustedCount ? x509_subject(kept.trusted[index], size) : NULL;
}

int certificates_text_names(const char* text, int type, const uint8_t* identity, size_t size)
{
	int fault;
	Certificate* certificate = x509_read(text, &fault);
	int named = certificate && judgement_is_named(certificate, type, identity, size);
	x509_free(certificate);
	return named;
}

int certificates_text_subject(const char* pem, char text[kCertificateTextSize])
{
	int fault;
	Certificate* certificate = x509_read(pem, &fault);
	if (certificate)
		x509_subject_text(certificate, text);
	x509_free(certificate);
	return certificate != NULL;
}

/* ---- the signature of a negotiation ---- */

int signature_check(const AcceleratorJob* job)
{
	return job->publicSize > 0 && job->publicSize <= kMaximumHashSize && job->privateSize == 0 ? kAcceleratorOK : kAcceleratorBadSize;
}

int signature_work(AcceleratorJob* job)
{
	int result = kAcceleratorRefused;
	job->secretSize = 0;
	lock_take(&kept.lock);
	if (job->group >= 0 && (unsigned)job->group < kept.ownCount)
		result = x509_sign(kept.own[job->group].key, job->publicValue, job->publicSize, job->secret, &job->secretSize) ? kAcceleratorOK : kAcceleratorFailed;
	lock_give(&kept.lock);
	job->publicSize = 0;
	return result;
}
