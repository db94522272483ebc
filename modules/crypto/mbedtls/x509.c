/*
 * certificates.h by mbedTLS 2.28. Parsing, chains, key usage and revocation are mbedTLS's; what is decided here is which of its findings count, what they are
 * called, and the time: mbedTLS asks the machine's clock, which a gateway without one must not believe.
 *
 * mbedTLS knows no name constraints: an authority that has them, critical or not, vouches for nobody here.
 *
 * Private keys are used by the worker's thread (threads.c) as well: the lock is held while one signs, or is replaced.
 */
#include "backend.h"
#include "names.h"
#include "pemtext.h"
#include "random.h"
#include "../lock.h"
#include "limits.h"

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <string.h>

/* Bits of a public exponent: a larger one costs as much time as its sender likes. */
#define kMaximumExponentBits 64
/* Name constraints, 2.5.29.30. */
#define kNameConstraints "\x55\x1D\x1E"

typedef struct {
	mbedtls_x509_crt certificates;
	unsigned count;			/* of those that are sent */
	mbedtls_pk_context key;
	int isOpen;
} OwnCertificate;

static struct {
	Lock lock;
	OwnCertificate own[OWN_CERTIFICATES];
	unsigned ownCount;
	mbedtls_x509_crt trusted[TRUSTED_CERTIFICATES];	/* chained by mbedTLS's own `next` */
	unsigned trustedCount;
	mbedtls_x509_crl lists[REVOCATION_LISTS];
	unsigned listsCount;
} kept = { .lock = LOCK_INITIALIZER };

/* ---- keys ---- */

/* Bits of an RSA key, 0 for any other. */
static int rsaBits(const mbedtls_pk_context* key)
{
	return mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA ? (int)mbedtls_pk_get_bitlen(key) : 0;
}

/* kTextOK, or what is wrong with an RSA key; a public exponent without reason among it. */
static int keyFault(const mbedtls_pk_context* key)
{
	int bits = rsaBits(key);
	mbedtls_mpi exponent;
	if (!bits)
		return kTextNotRSA;
	if (bits < kMinimumRSABits)
		return kTextKeySmall;
	if (bits > kMaximumRSABits)
		return kTextKeyLarge;
	mbedtls_mpi_init(&exponent);
	int ok = mbedtls_rsa_export(mbedtls_pk_rsa(*key), NULL, NULL, NULL, NULL, &exponent) == 0 && mbedtls_mpi_bitlen(&exponent) <= kMaximumExponentBits
		&& mbedtls_mpi_get_bit(&exponent, 0) && mbedtls_mpi_cmp_int(&exponent, 1) > 0;
	mbedtls_mpi_free(&exponent);
	return ok ? kTextOK : kTextMalformed;
}

int certificates_key_fault(const mbedtls_pk_context* key, int* bits)
{
	*bits = rsaBits(key);
	return keyFault(key);
}

/*
 * F03: the block that the signature stands for is compared as a whole with the only one that is right, 00 01 FF..FF 00 and the hash
 * (PKCS #1 block type 1 without DigestInfo, RFC 2409 5.1). Nothing of it is parsed.
 */
static int isSignature(const mbedtls_pk_context* key, const uint8_t* hash, size_t hashSize, const uint8_t* signature, size_t size)
{
	uint8_t expected[kMaximumRSABits / 8], block[kMaximumRSABits / 8];
	size_t keySize = mbedtls_pk_get_len(key);
	if (size != keySize || keySize > sizeof(block) || hashSize == 0 || hashSize > kMaximumHashSize || keySize < kMinimumRSABits / 8)
		return 0;
	memset(expected, 0xFF, keySize);
	expected[0] = 0;
	expected[1] = 1;
	expected[keySize - hashSize - 1] = 0;
	memcpy(expected + keySize - hashSize, hash, hashSize);
	/* It refuses what is not less than the modulus. */
	return mbedtls_rsa_public(mbedtls_pk_rsa(*key), signature, block) == 0 && accelerator_equal(block, expected, keySize);
}

int signature_check(const AcceleratorJob* job)
{
	return job->publicSize > 0 && job->publicSize <= kMaximumHashSize && job->privateSize == 0 ? kAcceleratorOK : kAcceleratorBadSize;
}

int signature_work(AcceleratorJob* job)
{
	int result = kAcceleratorRefused;
	lock_take(&kept.lock);
	if (job->group >= 0 && (unsigned)job->group < kept.ownCount) {
		mbedtls_rsa_context* key = mbedtls_pk_rsa(kept.own[job->group].key);
		/* Without a digest's name there is no DigestInfo: the hash is what is padded. */
		int ok = mbedtls_rsa_pkcs1_sign(key, random_for_mbedtls, random_context(kRandomQuick), MBEDTLS_RSA_PRIVATE, MBEDTLS_MD_NONE,
			(unsigned)job->publicSize, job->publicValue, job->secret) == 0;
		job->secretSize = ok ? mbedtls_rsa_get_len(key) : 0;
		/* With half of its blinding made when memory ran out, mbedTLS would never sign with this key again. */
		if (!ok) {
			mbedtls_mpi_free(&key->Vi);
			mbedtls_mpi_free(&key->Vf);
		}
		result = ok ? kAcceleratorOK : kAcceleratorFailed;
	}
	lock_give(&kept.lock);
	job->publicSize = 0;
	return result;
}

/* ---- what a certificate says of itself ---- */

int certificates_is_self_issued(const mbedtls_x509_crt* certificate)
{
	return names_same(&certificate->issuer, &certificate->subject);
}

/* RFC 5280 4.2: whether there is an extension; one that cannot be read counts as there. */
static int hasExtension(const mbedtls_x509_crt* certificate, const char* oid, size_t oidSize)
{
	unsigned char* at = certificate->v3_ext.p;
	if (!at || certificate->v3_ext.len == 0)
		return 0;
	const unsigned char* end = at + certificate->v3_ext.len;
	size_t size;
	if (mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0)
		return 1;
	while (at < end) {
		if (mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0)
			return 1;
		unsigned char* next = at + size;
		if (mbedtls_asn1_get_tag(&at, next, &size, MBEDTLS_ASN1_OID) != 0 || (size == oidSize && memcmp(at, oid, size) == 0))
			return 1;
		at = next;
	}
	return 0;
}

/*
 * RFC 4945 5.1.3: key usage, where it is there, allows signatures; extended key usage, where it is there, has one of those that gateways'
 * certificates have in the field: IKE's own, Microsoft's "IKE intermediate" and the older ones of RFC 2459, any, and those of TLS.
 */
int certificates_may_authenticate(const mbedtls_x509_crt* certificate)
{
	static const struct { const char* oid; size_t size; } uses[] = {
		{ "\x2B\x06\x01\x05\x05\x07\x03\x11", 8 }, { "\x2B\x06\x01\x05\x05\x08\x02\x02", 8 }, { "\x2B\x06\x01\x05\x05\x07\x03\x05", 8 },
		{ "\x2B\x06\x01\x05\x05\x07\x03\x06", 8 }, { "\x2B\x06\x01\x05\x05\x07\x03\x07", 8 }, { MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH) },
		{ MBEDTLS_OID_CLIENT_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH) },
	};
	if ((certificate->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) && !(certificate->key_usage & (MBEDTLS_X509_KU_DIGITAL_SIGNATURE | MBEDTLS_X509_KU_NON_REPUDIATION)))
		return 0;
	/* Where there is no extended key usage, or any is in it, the answer is yes at once. */
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if (mbedtls_x509_crt_check_extended_key_usage(certificate, uses[i].oid, uses[i].size) == 0)
			return 1;
	}
	return 0;
}

/* Seconds since 1970 of a certificate's date. */
int64_t certificates_seconds(const mbedtls_x509_time* date)
{
	/* Days of the civil calendar, years beginning in March. */
	int64_t year = date->mon <= 2 ? date->year - 1 : date->year;
	int64_t days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * (date->mon + (date->mon > 2 ? -3 : 9)) + 2) / 5 + date->day - 1 - 719468;
	return ((days * 24 + date->hour) * 60 + date->min) * 60 + date->sec;
}

/* The warnings of validity; `time` 0: not known. */
static int validity(const mbedtls_x509_crt* certificate, int64_t time)
{
	if (time == 0)
		return 0;
	if (certificates_seconds(&certificate->valid_from) > time)
		return kWarnNotYet;
	return certificates_seconds(&certificate->valid_to) < time ? kWarnExpired : 0;
}

/* ---- identities ---- */

/* ASCII letters in any case; what has a zero byte in it is nobody's name. */
static int isSameText(const mbedtls_x509_buf* own, const uint8_t* text, size_t size)
{
	if (own->len != size || size == 0)
		return 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t a = own->p[i], b = text[i];
		if (a >= 'A' && a <= 'Z')
			a |= 0x20;
		if (b >= 'A' && b <= 'Z')
			b |= 0x20;
		if (a != b || a == 0)
			return 0;
	}
	return 1;
}

/* Types of RFC 5280 4.2.1.6 by their tags. */
enum { kGeneralEmail = 1, kGeneralDNS = 2, kGeneralDirectory = 4, kGeneralAddress = 7 };

static int isAlternative(const mbedtls_x509_buf* general, int type, const uint8_t* identity, size_t size, const mbedtls_x509_name* name)
{
	switch (general->tag & MBEDTLS_ASN1_TAG_VALUE_MASK) {
		case kGeneralAddress:
			return type == kIdentityAddress && size == 4 && general->len == 4 && memcmp(general->p, identity, 4) == 0;
		case kGeneralDNS:
			return type == kIdentityFQDN && isSameText(general, identity, size);
		case kGeneralEmail:
			return type == kIdentityUserFQDN && isSameText(general, identity, size);
		case kGeneralDirectory: {
			mbedtls_x509_name own;
			int same = name && names_parse(&own, general->p, general->len) == 0 && names_same(&own, name);
			if (name)
				names_free(&own);
			return same;
		}
		default:
			return 0;
	}
}

static int isNamed(const mbedtls_x509_crt* certificate, int type, const uint8_t* identity, size_t size)
{
	mbedtls_x509_name name;
	memset(&name, 0, sizeof(name));
	const mbedtls_x509_name* wanted = type == kIdentityDN && names_parse(&name, identity, size) == 0 && !names_is_empty(&name) ? &name : NULL;
	int found = wanted && names_same(&certificate->subject, wanted);
	if (certificate->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) {
		for (const mbedtls_x509_sequence* each = &certificate->subject_alt_names; each && each->buf.p && !found; each = each->next)
			found = isAlternative(&each->buf, type, identity, size, wanted);
	}
	names_free(&name);
	return found;
}

/* ---- texts of the settings ---- */

/* mbedTLS asks about each extension that it does not know, and refuses the certificate when the answer is not 0. */
static int onExtension(void* context, const mbedtls_x509_crt* certificate, const mbedtls_x509_buf* oid, int isCritical, const unsigned char* at, const unsigned char* end)
{
	(void)context, (void)certificate, (void)at, (void)end;
	/* Name constraints have their say in the judgement, and a text that names them. */
	return isCritical && !(oid->len == sizeof(kNameConstraints) - 1 && memcmp(oid->p, kNameConstraints, oid->len) == 0);
}

int certificates_parse(mbedtls_x509_crt* chain, const uint8_t* der, size_t size)
{
	return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, size, 1, onExtension, NULL);
}

int certificates_read_all(mbedtls_x509_crt* certificates, const char* text)
{
	char label[kPEMLabel];
	const char* begin;
	int fault = kTextNotPEM, more;
	mbedtls_x509_crt_init(certificates);
	while ((more = pem_next(&text, label, &begin)) > 0) {
		uint8_t* der;
		size_t size;
		if (strcmp(label, "CERTIFICATE") != 0)
			continue;
		if (pem_read(begin, label, NULL, 0, &der, &size) != kImportOK) {
			more = -1;
			break;
		}
		more = certificates_parse(certificates, der, size) == 0 ? 1 : -1;
		accelerator_free(der);
		if (more < 0)
			break;
		fault = kTextOK;
	}
	if (more < 0)
		fault = kTextMalformed;
	if (fault)
		mbedtls_x509_crt_free(certificates);
	return fault;
}

/* Whether `issuer` has signed `certificate`. */
int certificates_has_issued(const mbedtls_x509_crt* issuer, const mbedtls_x509_crt* certificate)
{
	const mbedtls_md_info_t* info = mbedtls_md_info_from_type(certificate->sig_md);
	unsigned char hash[MBEDTLS_MD_MAX_SIZE];
	mbedtls_x509_crt* by = (mbedtls_x509_crt*)(uintptr_t)issuer;	/* the key's argument has no const */
	return info && names_same(&certificate->issuer, &issuer->subject) && mbedtls_md(info, certificate->tbs.p, certificate->tbs.len, hash) == 0
		&& mbedtls_pk_verify_ext(certificate->sig_pk, certificate->sig_opts, &by->pk, certificate->sig_md, hash, mbedtls_md_get_size(info), certificate->sig.p, certificate->sig.len) == 0;
}

int certificates_has_weak_signature(const mbedtls_x509_crt* certificate)
{
	return !certificates_is_self_issued(certificate) && (certificate->sig_md == MBEDTLS_MD_SHA1 || certificate->sig_md == MBEDTLS_MD_MD5);
}

int certificates_is_authority(const mbedtls_x509_crt* certificate)
{
	return certificate->ca_istrue && (!(certificate->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) || (certificate->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN));
}

static void closeOwn(OwnCertificate* own)
{
	if (own->isOpen) {
		mbedtls_x509_crt_free(&own->certificates);
		mbedtls_pk_free(&own->key);
	}
	memset(own, 0, sizeof(*own));
}

int certificates_private_key_fault(mbedtls_pk_context* key, const mbedtls_pk_context* of, const char* text)
{
	int result = mbedtls_pk_parse_key(key, (const unsigned char*)text, strlen(text) + 1, NULL, 0);
	if (result != 0)
		return strstr(text, "ENCRYPTED") ? kTextKeyEncrypted : kTextKeyNotPEM;
	return mbedtls_pk_check_pair(of, key) == 0 ? kTextOK : kTextKeyMismatch;
}

static void readOwn(const char* text, const char* key, int64_t time, CertificateText* result, OwnCertificate* own)
{
	result->fault = certificates_read_all(&own->certificates, text);
	if (result->fault)
		return;
	mbedtls_pk_init(&own->key);
	own->isOpen = 1;
	const mbedtls_x509_crt* last = NULL;
	for (const mbedtls_x509_crt* next = &own->certificates; next; next = next->next) {
		if (last && !certificates_has_issued(next, last)) {
			result->fault = kTextNotChain;
			return;
		}
		/* Whoever trusts the authority itself has it. */
		if (last && certificates_is_self_issued(next))
			break;
		if (own->count == CERTIFICATE_CHAIN) {
			result->fault = kTextLongChain;
			return;
		}
		own->count++;
		if (certificates_has_weak_signature(next))
			result->warnings |= kWarnSignature;
		result->warnings |= validity(next, time);
		last = next;
	}
	result->bits = rsaBits(&own->certificates.pk);
	result->fault = keyFault(&own->certificates.pk);
	if (!result->fault)
		result->fault = certificates_private_key_fault(&own->key, &own->certificates.pk, key);
	if (!certificates_may_authenticate(&own->certificates))
		result->warnings |= kWarnPurpose;
}

static void readTrusted(const char* text, int64_t time, CertificateText* result, int keep)
{
	mbedtls_x509_crt certificate;
	result->fault = certificates_read_all(&certificate, text);
	if (result->fault)
		return;
	result->bits = rsaBits(&certificate.pk);
	if (certificate.next)
		result->fault = kTextSeveral;
	else if (result->bits && result->bits < kMinimumRSABits)
		result->fault = kTextKeySmall;
	if (!certificates_is_authority(&certificate))
		result->warnings |= kWarnNotAuthority;
	result->warnings |= validity(&certificate, time);
	if (keep && !result->fault && kept.trustedCount == TRUSTED_CERTIFICATES)
		result->fault = kTextFull;
	if (!keep || result->fault) {
		mbedtls_x509_crt_free(&certificate);
		return;
	}
	kept.trusted[kept.trustedCount] = certificate;
	if (kept.trustedCount > 0)
		kept.trusted[kept.trustedCount - 1].next = &kept.trusted[kept.trustedCount];
	kept.trustedCount++;
}

static void readList(const char* text, int64_t time, CertificateText* result, int keep)
{
	mbedtls_x509_crl list;
	mbedtls_x509_crl_init(&list);
	if (mbedtls_x509_crl_parse(&list, (const unsigned char*)text, strlen(text) + 1) != 0)
		result->fault = strstr(text, "-----BEGIN X509 CRL-----") ? kTextMalformed : kTextNotPEM;
	else if (!strstr(text, "-----BEGIN X509 CRL-----"))
		result->fault = kTextNotPEM;	/* DER, as mbedTLS would take it too */
	else if (list.next)
		result->fault = kTextSeveral;
	else if (time && list.next_update.year && certificates_seconds(&list.next_update) < time)
		result->warnings |= kWarnStale;
	if (keep && !result->fault && kept.listsCount == REVOCATION_LISTS)
		result->fault = kTextFull;
	if (!keep || result->fault) {
		mbedtls_x509_crl_free(&list);
		return;
	}
	kept.lists[kept.listsCount] = list;
	if (kept.listsCount > 0)
		kept.lists[kept.listsCount - 1].next = &kept.lists[kept.listsCount];
	kept.listsCount++;
}

CertificateText certificates_read(int kind, const char* text, const char* key, int64_t time, int keep)
{
	CertificateText result = { .fault = kTextOK };
	if (kind == kKindOwn && strstr(text, kRequestBegin))
		return request_read(text, key);
	if (kind == kKindTrusted)
		readTrusted(text, time, &result, keep);
	else if (kind == kKindRevocationList)
		readList(text, time, &result, keep);
	else {
		OwnCertificate own = { .count = 0 };
		readOwn(text, key, time, &result, &own);
		if (keep && !result.fault) {
			lock_take(&kept.lock);
			if (kept.ownCount == OWN_CERTIFICATES)
				result.fault = kTextFull;
			else {
				kept.own[kept.ownCount++] = own;
				memset(&own, 0, sizeof(own));
			}
			lock_give(&kept.lock);
		}
		closeOwn(&own);
	}
	return result;
}

void certificates_clear(void)
{
	lock_take(&kept.lock);
	for (unsigned i = 0; i < kept.ownCount; i++)
		closeOwn(&kept.own[i]);
	kept.ownCount = 0;
	lock_give(&kept.lock);
	/* Each on its own: they are not of mbedTLS's heap. */
	for (unsigned i = 0; i < kept.trustedCount; i++) {
		kept.trusted[i].next = NULL;
		mbedtls_x509_crt_free(&kept.trusted[i]);
	}
	for (unsigned i = 0; i < kept.listsCount; i++) {
		kept.lists[i].next = NULL;
		mbedtls_x509_crl_free(&kept.lists[i]);
	}
	kept.trustedCount = kept.listsCount = 0;
}

static const uint8_t* view(const mbedtls_x509_buf* buffer, size_t* size)
{
	*size = buffer->len;
	return buffer->p;
}

const uint8_t* certificates_chain(unsigned own, unsigned index, size_t* size)
{
	if (own >= kept.ownCount || index >= kept.own[own].count)
		return NULL;
	const mbedtls_x509_crt* certificate = &kept.own[own].certificates;
	for (; index > 0; index--)
		certificate = certificate->next;
	return view(&certificate->raw, size);
}

const uint8_t* certificates_subject(unsigned own, size_t* size)
{
	return own < kept.ownCount ? view(&kept.own[own].certificates.subject_raw, size) : NULL;
}

const uint8_t* certificates_authority(unsigned index, size_t* size)
{
	return index < kept.trustedCount ? view(&kept.trusted[index].subject_raw, size) : NULL;
}

int certificates_text_names(const char* text, int type, const uint8_t* identity, size_t size)
{
	mbedtls_x509_crt certificates;
	if (certificates_read_all(&certificates, text) != kTextOK)
		return 0;
	int named = isNamed(&certificates, type, identity, size);
	mbedtls_x509_crt_free(&certificates);
	return named;
}

int certificates_text_subject(const char* pem, char text[kCertificateTextSize])
{
	mbedtls_x509_crt certificates;
	if (certificates_read_all(&certificates, pem) != kTextOK)
		return 0;
	names_text(&certificates.subject, text);
	mbedtls_x509_crt_free(&certificates);
	return 1;
}

/* ---- judgement ---- */

typedef struct {
	int64_t time;
	int isStale;			/* a revocation list is out of date: what it lists is revoked all the same */
	int depth;			/* of the certificate with the finding that counts, -1: none */
	uint32_t flags;			/* ... and what was found */
	char subject[kCertificateTextSize];
} Findings;

/* Not among mbedTLS's: this build cannot judge the certificate's constraints. */
#define kFlagConstraints 0x40000000u

/* mbedTLS asks for each certificate, from the authority down. Its clock does not count, ours does. */
static int onCertificate(void* context, mbedtls_x509_crt* certificate, int depth, uint32_t* flags)
{
	Findings* findings = context;
	*flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCRL_FUTURE | MBEDTLS_X509_BADCRL_EXPIRED);
	int dates = validity(certificate, findings->time);
	if (dates)
		*flags |= dates == kWarnExpired ? MBEDTLS_X509_BADCERT_EXPIRED : MBEDTLS_X509_BADCERT_FUTURE;
	if (depth > 0 && hasExtension(certificate, kNameConstraints, sizeof(kNameConstraints) - 1))
		*flags |= kFlagConstraints;
	for (unsigned i = 0; findings->time && i < kept.listsCount; i++) {
		const mbedtls_x509_crl* list = &kept.lists[i];
		if (list->next_update.year && certificates_seconds(&list->next_update) < findings->time && names_same(&list->issuer, &certificate->issuer))
			findings->isStale = 1;
	}
	if (*flags) {
		findings->depth = depth;
		findings->flags = *flags;
		names_text(&certificate->subject, findings->subject);
	}
	return 0;
}

/* The finding that is told, of several the one that matters most, and what it is called. */
static int verdictOf(uint32_t flags, const char** text)
{
	static const struct { uint32_t flag; int verdict; const char* text; } verdicts[] = {
		{ kFlagConstraints, kVerdictUntrusted, "it has name constraints, which this build does not know" },
		{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, kVerdictUntrusted, "no trusted authority has issued it" },
		{ MBEDTLS_X509_BADCERT_REVOKED, kVerdictRevoked, "it is revoked" },
		{ MBEDTLS_X509_BADCERT_EXPIRED, kVerdictExpired, "it has expired" },
		{ MBEDTLS_X509_BADCERT_FUTURE, kVerdictNotYet, "it is not valid yet" },
		{ MBEDTLS_X509_BADCERT_BAD_MD, kVerdictWeak, "it is signed with a hash that is weak" },
		{ MBEDTLS_X509_BADCERT_BAD_KEY, kVerdictWeak, "its key, or its issuer's, is too small" },
		{ MBEDTLS_X509_BADCERT_BAD_PK, kVerdictWeak, "it is signed with an algorithm that is not taken" },
		{ MBEDTLS_X509_BADCRL_NOT_TRUSTED, kVerdictUntrusted, "the revocation list of its issuer is not signed by it" },
		{ MBEDTLS_X509_BADCRL_BAD_MD | MBEDTLS_X509_BADCRL_BAD_PK | MBEDTLS_X509_BADCRL_BAD_KEY, kVerdictWeak, "the revocation list of its issuer is signed with a weak algorithm" },
	};
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (flags & verdicts[i].flag) {
			*text = verdicts[i].text;
			return verdicts[i].verdict;
		}
	}
	*text = "the crypto library refuses it";
	return kVerdictUntrusted;
}

static int isTrusted(const mbedtls_x509_crt* certificate)
{
	int found = 0;
	for (unsigned i = 0; i < kept.trustedCount; i++) {
		const mbedtls_x509_buf* raw = &kept.trusted[i].raw;
		found |= raw->len == certificate->raw.len && memcmp(raw->p, certificate->raw.p, raw->len) == 0;
	}
	return found;
}

static void judgeChain(mbedtls_x509_crt* chain, int64_t time, CertificateJudgement* judgement)
{
	Findings findings = { .time = time, .depth = -1 };
	uint32_t flags = 0;
	const char* text = "";
	judgement->verdict = kVerdictUntrusted;
	if (kept.trustedCount == 0) {
		snprintf(judgement->detail, sizeof(judgement->detail), "no authority is trusted");
		return;
	}
	/* A peer's own certificate may be trusted as it is; mbedTLS would have it vouch for itself. */
	int result = isTrusted(chain) ? onCertificate(&findings, chain, 0, &flags) : mbedtls_x509_crt_verify_with_profile(chain, &kept.trusted[0], kept.listsCount > 0 ? &kept.lists[0] : NULL, &mbedtls_x509_crt_profile_next, NULL, &flags,
		onCertificate, &findings);
	if (result != 0 && result != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
		snprintf(judgement->detail, sizeof(judgement->detail), "the crypto library failed");
		return;
	}
	if (flags == 0)
		judgement->verdict = kVerdictOK;
	else {
		judgement->verdict = verdictOf(findings.flags ? findings.flags : flags, &text);
		snprintf(judgement->detail, sizeof(judgement->detail), "%s%s%.120s", text, findings.depth > 0 ? ": " : "", findings.depth > 0 ? findings.subject : "");
		return;
	}
	if (!certificates_may_authenticate(chain)) {
		judgement->verdict = kVerdictUntrusted;
		snprintf(judgement->detail, sizeof(judgement->detail), "its key usage or extended key usage is not for this");
	}
	else if (time == 0)
		judgement->verdict = kVerdictTimeNotSet;
	else if (findings.isStale)
		snprintf(judgement->detail, sizeof(judgement->detail), "a revocation list is out of date");
}

/* The DER of the certificate at *at of a claim, NULL behind the last; *at moves on. */
static const uint8_t* nextCertificate(const uint8_t** at, const uint8_t* end, size_t* size)
{
	if (end - *at < 2)
		return NULL;
	*size = (size_t)(*at)[0] << 8 | (*at)[1];
	const uint8_t* der = *at += 2;
	if (*size == 0 || *size > (size_t)(end - der))
		return NULL;
	*at += *size;
	return der;
}

void certificates_judge(const CertificateClaim* claim, CertificateJudgement* judgement)
{
	const uint8_t* at = claim->certificates;
	const uint8_t* end = at + claim->certificatesSize;
	size_t size = 0;
	mbedtls_x509_crt chain;
	memset(judgement, 0, sizeof(*judgement));
	judgement->verdict = kVerdictMalformed;
	mbedtls_x509_crt_init(&chain);
	const uint8_t* der = nextCertificate(&at, end, &size);
	/* Bytes after it are not passed over. */
	if (!der || certificates_parse(&chain, der, size) != 0 || chain.raw.len != size) {
		snprintf(judgement->detail, sizeof(judgement->detail), "it is no certificate that can be read");
		mbedtls_x509_crt_free(&chain);
		return;
	}
	names_text(&chain.subject, judgement->subject);
	int fault = keyFault(&chain.pk);
	if (fault) {
		judgement->verdict = fault == kTextKeySmall || fault == kTextKeyLarge ? kVerdictWeak : kVerdictMalformed;
		if (fault == kTextNotRSA)
			snprintf(judgement->detail, sizeof(judgement->detail), "its key is not an RSA key");
		else if (fault == kTextMalformed)
			snprintf(judgement->detail, sizeof(judgement->detail), "its public exponent is not one of a key in use");
		else
			snprintf(judgement->detail, sizeof(judgement->detail), "its RSA key has %d bits, from %d to %d are accepted", rsaBits(&chain.pk), kMinimumRSABits, kMaximumRSABits);
	}
	else {
		for (unsigned i = 1; i < CERTIFICATE_CHAIN && (der = nextCertificate(&at, end, &size)) != NULL; i++)
			/* One that cannot be read is as if it had not been sent. */
			(void)certificates_parse(&chain, der, size);
		judgement->isSigned = isSignature(&chain.pk, claim->hash, claim->hashSize, claim->signature, claim->signatureSize);
		judgement->isNamed = isNamed(&chain, claim->identityType, claim->identity, claim->identitySize);
		judgeChain(&chain, claim->time, judgement);
	}
	mbedtls_x509_crt_free(&chain);
}
