/*
 * x509.h by mbedTLS. Parsing, chains, key usage and revocation are mbedTLS's; what is decided here is which of its findings count, what they are called, and the
 * time: mbedTLS asks the machine's clock, which a gateway without one must not believe.
 *
 * mbedTLS knows no name constraints: an authority that has them, critical or not, vouches for nobody here.
 */
#include "backend.h"
#include "names.h"
#include "pemtext.h"

#include <string.h>

/* Name constraints, 2.5.29.30. */
#define kNameConstraints "\x55\x1D\x1E"

/* mbedTLS's own, under these names. Its functions have little const. */
static mbedtls_x509_crt* inside(const Certificate* certificate)
{
	return (mbedtls_x509_crt*)(uintptr_t)certificate;
}

static mbedtls_x509_crl* insideList(const RevocationList* list)
{
	return (mbedtls_x509_crl*)(uintptr_t)list;
}

struct PrivateKey {
	LibrarySigner signer;
};

/* ---- reading ---- */

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

static Certificate* readOne(const uint8_t* der, size_t size)
{
	mbedtls_x509_crt* certificate = mbedtls_calloc(1, sizeof(*certificate));
	if (!certificate)
		return NULL;
	mbedtls_x509_crt_init(certificate);
	if (certificates_parse(certificate, der, size) == 0)
		return (Certificate*)certificate;
	x509_free((Certificate*)certificate);
	return NULL;
}

Certificate* x509_read_der(const uint8_t* der, size_t size)
{
	Certificate* certificate = readOne(der, size);
	/* Bytes after it are not passed over. */
	if (certificate && inside(certificate)->raw.len != size) {
		x509_free(certificate);
		certificate = NULL;
	}
	return certificate;
}

Certificate* x509_read(const char* pem, int* fault)
{
	char label[kPEMLabel];
	const char* begin;
	Certificate* first = NULL;
	Certificate* last = NULL;
	int more;
	while ((more = pem_next(&pem, label, &begin)) > 0) {
		uint8_t* der;
		size_t size;
		if (strcmp(label, "CERTIFICATE") != 0)
			continue;
		Certificate* next = pem_read(begin, label, NULL, 0, &der, &size) == kImportOK ? readOne(der, size) : NULL;
		accelerator_free(der);
		if (!next) {
			more = -1;
			break;
		}
		if (last)
			x509_link(last, next);
		else
			first = next;
		last = next;
	}
	*fault = more < 0 ? kTextMalformed : first ? kTextOK : kTextNotPEM;
	if (*fault) {
		x509_free(first);
		first = NULL;
	}
	return first;
}

void x509_link(Certificate* last, Certificate* next)
{
	inside(last)->next = inside(next);
}

Certificate* x509_next(const Certificate* certificate)
{
	return (Certificate*)inside(certificate)->next;
}

void x509_free(Certificate* first)
{
	if (!first)
		return;
	mbedtls_x509_crt_free(inside(first));	/* gives back those behind it as well, but not this place */
	mbedtls_free(first);
}

RevocationList* x509_read_list(const char* pem, int* fault)
{
	int isPEM = strstr(pem, "-----BEGIN X509 CRL-----") != NULL;	/* DER mbedTLS would take too */
	mbedtls_x509_crl* list = isPEM ? mbedtls_calloc(1, sizeof(*list)) : NULL;
	*fault = !isPEM ? kTextNotPEM : !list ? kTextFailed : kTextOK;
	if (!list)
		return NULL;
	mbedtls_x509_crl_init(list);
	if (mbedtls_x509_crl_parse(list, (const unsigned char*)pem, strlen(pem) + 1) != 0)
		*fault = kTextMalformed;
	else if (list->next)
		*fault = kTextSeveral;
	if (*fault) {
		x509_free_list((RevocationList*)list);
		list = NULL;
	}
	return (RevocationList*)list;
}

void x509_free_list(RevocationList* list)
{
	if (!list)
		return;
	mbedtls_x509_crl_free(insideList(list));
	mbedtls_free(list);
}

int certificates_private_key_fault(mbedtls_pk_context* key, const mbedtls_pk_context* of, const char* text)
{
	int result = mbedtls_pk_parse_key(key, (const unsigned char*)text, strlen(text) + 1, NULL, 0);
	if (result != 0)
		return strstr(text, "ENCRYPTED") ? kTextKeyEncrypted : kTextKeyNotPEM;
	return mbedtls_pk_check_pair(of, key) == 0 ? kTextOK : kTextKeyMismatch;
}

PrivateKey* x509_read_key(const char* pem, const Certificate* of, int* fault)
{
	mbedtls_pk_context key;
	PrivateKey* kept = NULL;
	mbedtls_pk_init(&key);
	*fault = certificates_private_key_fault(&key, &inside(of)->pk, pem);
	if (!*fault && !(kept = mbedtls_calloc(1, sizeof(*kept))))
		*fault = kTextFailed;
	if (*fault) {
		mbedtls_pk_free(&key);
		return NULL;
	}
	if (library_signer_open(&kept->signer, &key) != 0) {
		*fault = kTextFailed;
		mbedtls_free(kept);
		return NULL;
	}
	return kept;
}

void x509_free_key(PrivateKey* key)
{
	if (!key)
		return;
	library_signer_close(&key->signer);
	mbedtls_free(key);
}

/* ---- what a certificate says of itself ---- */

/* The largest public key whose exponent is looked at, as SubjectPublicKeyInfo (RFC 5280 4.1.2.7): 4096 bits and an exponent as long take 1,064 bytes. */
#define kPublicKeySize 1088

/* SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { SEQUENCE { modulus, publicExponent } } } */
static int takeExponent(DER key, DER* exponent)
{
	DER whole, algorithm, bits, inner, modulus;
	if (!der_whole(&key, kSequence, &whole) || !der_take(&whole, kSequence, &algorithm) || !der_whole(&whole, MBEDTLS_ASN1_BIT_STRING, &bits) || der_size(bits) < 1)
		return 0;
	bits.at++;	/* how many bits at the end are not there */
	return der_whole(&bits, kSequence, &inner) && der_take(&inner, MBEDTLS_ASN1_INTEGER, &modulus) && der_whole(&inner, MBEDTLS_ASN1_INTEGER, exponent) && der_size(*exponent) > 0;
}

X509Key certificates_key(const mbedtls_pk_context* key)
{
	X509Key result = { 0 };
	uint8_t der[kPublicKeySize];
	DER exponent;
	if (mbedtls_pk_get_type(key) != MBEDTLS_PK_RSA)
		return result;
	result.bits = (int)mbedtls_pk_get_bitlen(key);
	int size = mbedtls_pk_write_pubkey_der((mbedtls_pk_context*)(uintptr_t)key, der, sizeof(der));	/* at the end of it */
	if (size <= 0 || !takeExponent(der_of(der + sizeof(der) - size, (size_t)size), &exponent))
		return result;
	while (der_size(exponent) > 1 && *exponent.at == 0)
		exponent.at++;
	result.exponentBits = (int)der_size(exponent) * 8;
	for (uint8_t top = 0x80; top && !(*exponent.at & top); top >>= 1)
		result.exponentBits--;
	result.isExponentOdd = exponent.end[-1] & 1;
	return result;
}

X509Key x509_key(const Certificate* certificate)
{
	return certificates_key(&inside(certificate)->pk);
}

static const uint8_t* view(const mbedtls_x509_buf* buffer, size_t* size)
{
	*size = buffer->len;
	return buffer->p;
}

const uint8_t* x509_encoded(const Certificate* certificate, size_t* size)
{
	return view(&inside(certificate)->raw, size);
}

const uint8_t* x509_subject(const Certificate* certificate, size_t* size)
{
	return view(&inside(certificate)->subject_raw, size);
}

void x509_subject_text(const Certificate* certificate, char text[kCertificateTextSize])
{
	names_text(&inside(certificate)->subject, text);
}

void x509_issuer_text(const Certificate* certificate, char text[kCertificateTextSize])
{
	names_text(&inside(certificate)->issuer, text);
}

int64_t certificates_seconds(const mbedtls_x509_time* date)
{
	/* Days of the civil calendar, years beginning in March. */
	int64_t year = date->mon <= 2 ? date->year - 1 : date->year;
	int64_t days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * (date->mon + (date->mon > 2 ? -3 : 9)) + 2) / 5 + date->day - 1 - 719468;
	return ((days * 24 + date->hour) * 60 + date->min) * 60 + date->sec;
}

void x509_dates(const Certificate* certificate, int64_t* from, int64_t* to)
{
	*from = certificates_seconds(&inside(certificate)->valid_from);
	*to = certificates_seconds(&inside(certificate)->valid_to);
}

int64_t x509_list_due(const RevocationList* list)
{
	const mbedtls_x509_time* next = &insideList(list)->next_update;
	return next->year ? certificates_seconds(next) : 0;
}

int x509_is_self_signed(const Certificate* certificate)
{
	return names_same(&inside(certificate)->issuer, &inside(certificate)->subject);
}

int x509_is_authority(const Certificate* certificate)
{
	const mbedtls_x509_crt* own = inside(certificate);
	return own->ca_istrue && (!(own->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) || (own->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN));
}

int x509_has_weak_hash(const Certificate* certificate)
{
	return inside(certificate)->sig_md == MBEDTLS_MD_SHA1 || inside(certificate)->sig_md == MBEDTLS_MD_MD5;
}

int x509_may_sign(const Certificate* certificate)
{
	const mbedtls_x509_crt* own = inside(certificate);
	return !(own->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) || (own->key_usage & (MBEDTLS_X509_KU_DIGITAL_SIGNATURE | MBEDTLS_X509_KU_NON_REPUDIATION));
}

int x509_is_for(const Certificate* certificate, const X509Use* uses, size_t count)
{
	/* Where there is no extended key usage, or any is in it, the answer is yes at once. */
	for (size_t i = 0; i < count; i++) {
		if (mbedtls_x509_crt_check_extended_key_usage(inside(certificate), uses[i].bytes, uses[i].size) == 0)
			return 1;
	}
	return 0;
}

int x509_has_alternative(const Certificate* certificate, int (*is)(const void* context, int type, const uint8_t* bytes, size_t size), const void* context)
{
	const mbedtls_x509_crt* own = inside(certificate);
	if (!(own->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME))
		return 0;
	for (const mbedtls_x509_sequence* each = &own->subject_alt_names; each && each->buf.p; each = each->next) {
		int type = each->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
		int isKnown = type == kX509Email || type == kX509DNS || type == kX509Directory || type == kX509Address;
		if (isKnown && is(context, type, each->buf.p, each->buf.len))
			return 1;
	}
	return 0;
}

/* ---- signatures ---- */

int x509_is_signature(const Certificate* certificate, const uint8_t* hash, size_t hashSize, const uint8_t* signature, size_t size)
{
	/* Without a digest's name mbedTLS compares with the block that has no DigestInfo, as a whole. */
	return mbedtls_pk_verify(&inside(certificate)->pk, MBEDTLS_MD_NONE, hash, hashSize, signature, size) == 0;
}

int x509_sign(PrivateKey* key, const uint8_t* hash, size_t hashSize, uint8_t signature[kMaximumRSABits / 8], size_t* size)
{
	int ok = library_signer_sign(&key->signer, hash, hashSize, signature, kMaximumRSABits / 8, size) == 0;
	if (!ok)
		*size = 0;
	return ok;
}

/* Its signature is verified, too. */
int x509_has_issued(const Certificate* issuer, const Certificate* certificate)
{
	const mbedtls_x509_crt* own = inside(certificate);
	const mbedtls_md_info_t* info = mbedtls_md_info_from_type(own->sig_md);
	unsigned char hash[MBEDTLS_MD_MAX_SIZE];
	return info && names_same(&own->issuer, &inside(issuer)->subject) && mbedtls_md(info, own->tbs.p, own->tbs.len, hash) == 0
		&& library_verify(inside(issuer), own, hash, mbedtls_md_get_size(info)) == 0;
}

/* ---- chains ---- */

/* RFC 5280 4.2: whether there is an extension; one that cannot be read counts as there. */
static int hasExtension(const mbedtls_x509_crt* certificate, const char* oid, size_t oidSize)
{
	DER all = certificate->v3_ext.p ? der_of(certificate->v3_ext.p, certificate->v3_ext.len) : der_of(NULL, 0), extensions, extension, type;
	if (der_size(all) == 0)
		return 0;
	if (!der_take(&all, kSequence, &extensions))
		return 1;
	while (der_tag(extensions) >= 0) {
		if (!der_take(&extensions, kSequence, &extension) || !der_take(&extension, MBEDTLS_ASN1_OID, &type) || der_is(type, oid, oidSize))
			return 1;
	}
	return 0;
}

typedef struct {
	int64_t time;
	const X509Trust* trust;
	X509Finding* finding;
	uint32_t flags;		/* what was found with the certificate that counts */
} Search;

/* Not among mbedTLS's: this build cannot judge the certificate's constraints. */
#define kFlagConstraints 0x40000000u

static int hasStaleList(const Search* search, const mbedtls_x509_crt* certificate)
{
	for (unsigned i = 0; search->time && i < search->trust->listsCount; i++) {
		const RevocationList* list = search->trust->lists[i];
		int64_t due = x509_list_due(list);
		if (due && due < search->time && names_same(&insideList(list)->issuer, &certificate->issuer))
			return 1;
	}
	return 0;
}

/* mbedTLS asks for each certificate, from the authority down. Its clock does not count, ours does. */
static int onCertificate(void* context, mbedtls_x509_crt* certificate, int depth, uint32_t* flags)
{
	Search* search = context;
	*flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCRL_FUTURE | MBEDTLS_X509_BADCRL_EXPIRED);
	int dates = judgement_validity((Certificate*)certificate, search->time);
	if (dates)
		*flags |= dates == kWarnExpired ? MBEDTLS_X509_BADCERT_EXPIRED : MBEDTLS_X509_BADCERT_FUTURE;
	if (depth > 0 && hasExtension(certificate, kNameConstraints, sizeof(kNameConstraints) - 1))
		*flags |= kFlagConstraints;
	search->finding->isStale |= hasStaleList(search, certificate);
	if (*flags) {
		search->flags = *flags;
		search->finding->depth = depth;
		names_text(&certificate->subject, search->finding->subject);
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

static int isTrusted(const mbedtls_x509_crt* certificate, const X509Trust* trust)
{
	for (unsigned i = 0; i < trust->count; i++) {
		const mbedtls_x509_buf* raw = &inside(trust->certificates[i])->raw;
		if (raw->len == certificate->raw.len && memcmp(raw->p, certificate->raw.p, raw->len) == 0)
			return 1;
	}
	return 0;
}

/*
 * mbedTLS wants them linked: the first, where there is one. It takes the first that has signed, and knows no time: those that are valid come first, as an authority that
 * goes on with its key and name has a certificate that has expired, and a new one.
 */
static mbedtls_x509_crt* linkTrust(const X509Trust* trust, int64_t time)
{
	mbedtls_x509_crt* first = NULL;
	mbedtls_x509_crt** end = &first;
	for (int isValid = 1; isValid >= 0; isValid--) {
		for (unsigned i = 0; i < trust->count; i++) {
			if ((judgement_validity(trust->certificates[i], time) == 0) == isValid) {
				*end = inside(trust->certificates[i]);
				end = &(*end)->next;
			}
		}
	}
	for (unsigned i = 1; i < trust->listsCount; i++)
		insideList(trust->lists[i - 1])->next = insideList(trust->lists[i]);
	return first;
}

/* Each is by itself again, as it is freed. */
static void unlinkTrust(const X509Trust* trust)
{
	for (unsigned i = 0; i < trust->count; i++)
		inside(trust->certificates[i])->next = NULL;
	for (unsigned i = 0; i < trust->listsCount; i++)
		insideList(trust->lists[i])->next = NULL;
}

int x509_verify(Certificate* first, const X509Trust* trust, int64_t time, X509Finding* finding)
{
	Search search = { .time = time, .trust = trust, .finding = finding };
	uint32_t flags = 0;
	memset(finding, 0, sizeof(*finding));
	/* A peer's own certificate may be trusted as it is; mbedTLS would have it vouch for itself. */
	int result;
	if (isTrusted(inside(first), trust))
		result = onCertificate(&search, inside(first), 0, &flags);
	else {
		mbedtls_x509_crt* trusted = linkTrust(trust, time);
		result = mbedtls_x509_crt_verify_with_profile(inside(first), trusted, trust->listsCount > 0 ? insideList(trust->lists[0]) : NULL,
			&mbedtls_x509_crt_profile_next, NULL, &flags, onCertificate, &search);
		unlinkTrust(trust);
	}
	if (result != 0 && result != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
		return 0;
	finding->verdict = flags == 0 ? kVerdictOK : verdictOf(search.flags ? search.flags : flags, &finding->text);
	return 1;
}
