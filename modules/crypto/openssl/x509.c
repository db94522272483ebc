/*
 * certificates.h by OpenSSL 3. Parsing, chains, validity, name constraints, key usage, revocation and the comparison of names are OpenSSL's;
 * what is decided here is which of its findings count, and what they are called.
 *
 * Private keys are used by the worker's thread (threads.c) as well: the lock is held while one is looked up or replaced.
 */
#include "backend.h"
#include "limits.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Level 2: no SHA-1 and no MD5 under a certificate, no RSA of less than 2048 bits in its chain. */
#define kSecurityLevel 2
/* Bits of a public exponent: a larger one costs as much time as its sender likes. */
#define kMaximumExponentBits 64

typedef struct {
	X509* certificates[CERTIFICATE_CHAIN];
	uint8_t* encoded[CERTIFICATE_CHAIN];
	size_t sizes[CERTIFICATE_CHAIN];
	unsigned count;
	uint8_t* subject;
	size_t subjectSize;
	EVP_PKEY* key;
} OwnCertificate;

typedef struct {
	uint8_t* subject;
	size_t subjectSize;
} Authority;

static struct {
	pthread_mutex_t lock;
	OwnCertificate own[OWN_CERTIFICATES];
	unsigned ownCount;
	X509_STORE* store;	/* of trusted certificates and revocation lists; NULL while there are none */
	Authority authorities[TRUSTED_CERTIFICATES];
	unsigned authoritiesCount, listsCount;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- texts ---- */

/* `bio`'s text, cut where it is too long. */
static void takeText(BIO* bio, char text[kCertificateTextSize])
{
	char* data;
	long size = bio ? BIO_get_mem_data(bio, &data) : 0;
	int cut = size >= kCertificateTextSize;
	if (cut)
		size = kCertificateTextSize - 4;
	if (size > 0)
		memcpy(text, data, (size_t)size);
	strcpy(text + (size > 0 ? size : 0), cut ? "..." : "");
}

void credentials_keep_text(int which, BIO* text)
{
	char* data = NULL;
	long size = text ? BIO_get_mem_data(text, &data) : 0;
	credentials_keep(which, data, size > 0 ? (size_t)size : 0);
	BIO_free(text);
}

/* In the order of the DER, all but printable ASCII escaped. */
static void nameText(const X509_NAME* name, char text[kCertificateTextSize])
{
	BIO* bio = BIO_new(BIO_s_mem());
	if (bio)
		X509_NAME_print_ex(bio, name, 0, (ASN1_STRFLGS_RFC2253 | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS) & ~(unsigned long)XN_FLAG_DN_REV);
	takeText(bio, text);
	BIO_free(bio);
}

void certificates_name_print(const X509_NAME* name, char text[kCertificateTextSize])
{
	nameText(name, text);
}

/* ---- keys ---- */

/* Bits of an RSA key, 0 for any other. */
static int rsaBits(const EVP_PKEY* key)
{
	return key && EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_get_bits(key) : 0;
}

/* kTextOK, or what is wrong with an RSA key; a public exponent without reason among it. */
static int keyFault(const EVP_PKEY* key)
{
	int bits = rsaBits(key);
	BIGNUM* exponent = NULL;
	if (!bits)
		return kTextNotRSA;
	if (bits < kMinimumRSABits)
		return kTextKeySmall;
	if (bits > kMaximumRSABits)
		return kTextKeyLarge;
	int ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) && BN_num_bits(exponent) <= kMaximumExponentBits
		&& BN_is_odd(exponent) && !BN_is_one(exponent);
	BN_free(exponent);
	return ok ? kTextOK : kTextMalformed;
}

int certificates_key_fault(const EVP_PKEY* key, int* bits)
{
	*bits = rsaBits(key);
	return keyFault(key);
}

/*
 * F03: the block that the signature stands for is compared as a whole with the only one that is right, 00 01 FF..FF 00 and the hash
 * (PKCS #1 block type 1 without DigestInfo, RFC 2409 5.1). Nothing of it is parsed.
 */
static int isSignature(EVP_PKEY* key, const uint8_t* hash, size_t hashSize, const uint8_t* signature, size_t size)
{
	uint8_t expected[kMaximumRSABits / 8], block[kMaximumRSABits / 8];
	size_t keySize = (size_t)EVP_PKEY_get_size(key), blockSize = sizeof(block);
	if (size != keySize || keySize > sizeof(block) || hashSize == 0 || hashSize > kMaximumHashSize || keySize < kMinimumRSABits / 8)
		return 0;
	memset(expected, 0xFF, keySize);
	expected[0] = 0;
	expected[1] = 1;
	expected[keySize - hashSize - 1] = 0;
	memcpy(expected + keySize - hashSize, hash, hashSize);
	EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	int ok = context && EVP_PKEY_encrypt_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1
		&& EVP_PKEY_encrypt(context, block, &blockSize, signature, size) == 1 && blockSize == keySize
		&& CRYPTO_memcmp(block, expected, keySize) == 0;
	EVP_PKEY_CTX_free(context);
	return ok;
}

int signature_check(const AcceleratorJob* job)
{
	return job->publicSize > 0 && job->publicSize <= kMaximumHashSize && job->privateSize == 0 ? kAcceleratorOK : kAcceleratorBadSize;
}

int signature_work(AcceleratorJob* job)
{
	EVP_PKEY* key = NULL;
	int result = kAcceleratorRefused;
	pthread_mutex_lock(&kept.lock);
	if (job->group >= 0 && (unsigned)job->group < kept.ownCount) {
		key = kept.own[job->group].key;
		EVP_PKEY_up_ref(key);
	}
	pthread_mutex_unlock(&kept.lock);
	if (key) {
		size_t size = sizeof(job->secret);
		EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
		/* Without a digest's name there is no DigestInfo: the hash is what is padded. */
		int ok = context && EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
			&& EVP_PKEY_sign(context, job->secret, &size, job->publicValue, job->publicSize) == 1;
		EVP_PKEY_CTX_free(context);
		EVP_PKEY_free(key);
		job->secretSize = ok ? size : 0;
		result = ok ? kAcceleratorOK : kAcceleratorFailed;
	}
	job->publicSize = 0;
	return result;
}

/* ---- what a certificate may be used for ---- */

/*
 * RFC 4945 5.1.3: key usage, where it is there, allows signatures; extended key usage, where it is there, has one of those that gateways'
 * certificates have in the field: IKE's own, Microsoft's "IKE intermediate" and the older ones of RFC 2459, any, and those of TLS.
 */
int certificates_may_authenticate(X509* certificate)
{
	static const char* const uses[] = { "1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.8.2.2", "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7",
		"2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2" };
	if (!(X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return 0;
	int critical = -1;
	EXTENDED_KEY_USAGE* list = X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, NULL);
	if (!list)
		return critical == -1;	/* not there; else there more than once, or unreadable */
	int found = 0;
	for (int i = 0; i < sk_ASN1_OBJECT_num(list) && !found; i++) {
		char text[64];
		if (OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(list, i), 1) <= 0)
			continue;
		for (size_t j = 0; j < sizeof(uses) / sizeof(uses[0]); j++)
			found |= strcmp(text, uses[j]) == 0;
	}
	EXTENDED_KEY_USAGE_free(list);
	return found;
}

/* ---- identities ---- */

static X509_NAME* parseName(const uint8_t* der, size_t size)
{
	const uint8_t* at = der;
	X509_NAME* name = size > 0 && size <= 0xFFFF ? d2i_X509_NAME(NULL, &at, (long)size) : NULL;
	if (name && at != der + size) {
		X509_NAME_free(name);
		name = NULL;
	}
	return name;
}

/* ASCII letters in any case; what has a zero byte in it is nobody's name. */
static int isSameText(const ASN1_STRING* string, const uint8_t* text, size_t size)
{
	const uint8_t* own = ASN1_STRING_get0_data(string);
	if ((size_t)ASN1_STRING_length(string) != size || size == 0)
		return 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t a = own[i], b = text[i];
		if (a >= 'A' && a <= 'Z')
			a |= 0x20;
		if (b >= 'A' && b <= 'Z')
			b |= 0x20;
		if (a != b || a == 0)
			return 0;
	}
	return 1;
}

static int isAlternative(const GENERAL_NAME* general, int type, const uint8_t* identity, size_t size, const X509_NAME* name)
{
	switch (general->type) {
		case GEN_IPADD:
			return type == kIdentityAddress && size == 4 && ASN1_STRING_length(general->d.iPAddress) == 4
				&& memcmp(ASN1_STRING_get0_data(general->d.iPAddress), identity, 4) == 0;
		case GEN_DNS:
			return type == kIdentityFQDN && isSameText(general->d.dNSName, identity, size);
		case GEN_EMAIL:
			return type == kIdentityUserFQDN && isSameText(general->d.rfc822Name, identity, size);
		case GEN_DIRNAME:
			return name && X509_NAME_cmp(general->d.directoryName, name) == 0;
		default:
			return 0;
	}
}

static int isNamed(X509* certificate, int type, const uint8_t* identity, size_t size)
{
	X509_NAME* name = type == kIdentityDN ? parseName(identity, size) : NULL;
	int found = name && X509_NAME_entry_count(name) > 0 && X509_NAME_cmp(X509_get_subject_name(certificate), name) == 0;
	GENERAL_NAMES* alternatives = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(alternatives) && !found; i++)
		found = isAlternative(sk_GENERAL_NAME_value(alternatives, i), type, identity, size, name);
	GENERAL_NAMES_free(alternatives);
	X509_NAME_free(name);
	return found;
}

/* ---- texts of the settings ---- */

/* Nobody is asked for a passphrase. */
static int noPassphrase(char* buffer, int size, int writing, void* context)
{
	(void)buffer, (void)size, (void)writing, (void)context;
	return -1;
}

/* The warnings of validity, `time` known. */
static int validity(const X509* certificate, int64_t time)
{
	time_t at = (time_t)time;
	if (time == 0)
		return 0;
	if (X509_cmp_time(X509_get0_notBefore(certificate), &at) > 0)
		return kWarnNotYet;
	return X509_cmp_time(X509_get0_notAfter(certificate), &at) < 0 ? kWarnExpired : 0;
}

/* A signature by a hash that is broken, on a certificate that somebody else vouches for. */
int certificates_weak_signature(X509* certificate)
{
	int hash = NID_undef;
	return !(X509_get_extension_flags(certificate) & EXFLAG_SS) && X509_get_signature_info(certificate, &hash, NULL, NULL, NULL)
		&& (hash == NID_sha1 || hash == NID_md5);
}

static uint8_t* encodeName(const X509_NAME* name, size_t* size)
{
	uint8_t* encoded = NULL;
	int length = i2d_X509_NAME(name, &encoded);
	*size = length > 0 ? (size_t)length : 0;
	return length > 0 ? encoded : NULL;
}

static void closeOwn(OwnCertificate* own)
{
	for (unsigned i = 0; i < CERTIFICATE_CHAIN; i++) {
		X509_free(own->certificates[i]);
		OPENSSL_free(own->encoded[i]);
	}
	OPENSSL_free(own->subject);
	EVP_PKEY_free(own->key);
	memset(own, 0, sizeof(*own));
}

/* Next certificate of `bio`: NULL with *fault set when there is none, or one that cannot be read. */
static X509* readCertificate(BIO* bio, int* fault)
{
	ERR_clear_error();
	X509* certificate = PEM_read_bio_X509(bio, NULL, noPassphrase, NULL);
	if (!certificate)
		*fault = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? kTextNotPEM : kTextMalformed;
	else if (X509_get_extension_flags(certificate) & EXFLAG_INVALID) {
		X509_free(certificate);
		certificate = NULL;
		*fault = kTextMalformed;
	}
	return certificate;
}

static void readKey(OwnCertificate* own, const char* text, CertificateText* result)
{
	BIO* bio = BIO_new_mem_buf(text, -1);
	own->key = bio ? PEM_read_bio_PrivateKey(bio, NULL, noPassphrase, NULL) : NULL;
	BIO_free(bio);
	if (!own->key)
		result->fault = strstr(text, "ENCRYPTED") ? kTextKeyEncrypted : kTextKeyNotPEM;
	else if (X509_check_private_key(own->certificates[0], own->key) != 1)
		result->fault = kTextKeyMismatch;
}

static void readOwn(BIO* bio, const char* key, int64_t time, CertificateText* result, OwnCertificate* own)
{
	X509* last = NULL;
	unsigned all = 0;
	for (;;) {
		int fault = kTextOK;
		X509* next = readCertificate(bio, &fault);
		if (!next) {
			if (all == 0 || fault == kTextMalformed)
				result->fault = fault;
			break;
		}
		all++;
		if (last && X509_check_issued(next, last) != X509_V_OK) {
			X509_free(next);
			result->fault = kTextNotChain;
			return;
		}
		/* Whoever trusts the authority itself has it. */
		if (last && (X509_get_extension_flags(next) & EXFLAG_SS)) {
			X509_free(next);
			break;
		}
		if (own->count == CERTIFICATE_CHAIN) {
			X509_free(next);
			result->fault = kTextLongChain;
			return;
		}
		int size = i2d_X509(next, &own->encoded[own->count]);
		own->sizes[own->count] = size > 0 ? (size_t)size : 0;
		own->certificates[own->count++] = last = next;
		if (size <= 0)
			result->fault = kTextFailed;
		if (certificates_weak_signature(next))
			result->warnings |= kWarnSignature;
		result->warnings |= validity(next, time);
	}
	if (result->fault)
		return;
	const EVP_PKEY* public = X509_get0_pubkey(own->certificates[0]);
	result->bits = rsaBits(public);
	result->fault = keyFault(public);
	if (!result->fault)
		readKey(own, key, result);
	if (!certificates_may_authenticate(own->certificates[0]))
		result->warnings |= kWarnPurpose;
	own->subject = encodeName(X509_get_subject_name(own->certificates[0]), &own->subjectSize);
	if (!result->fault && !own->subject)
		result->fault = kTextFailed;
}

static int openStore(void)
{
	if (!kept.store)
		kept.store = X509_STORE_new();
	return kept.store != NULL;
}

static void readTrusted(BIO* bio, int64_t time, CertificateText* result, int keep)
{
	X509* certificate = readCertificate(bio, &result->fault);
	if (!certificate)
		return;
	int ignored = kTextOK;
	X509* another = readCertificate(bio, &ignored);
	const EVP_PKEY* key = X509_get0_pubkey(certificate);
	result->bits = rsaBits(key);
	if (another || ignored != kTextNotPEM)
		result->fault = kTextSeveral;
	else if (result->bits && result->bits < kMinimumRSABits)
		result->fault = kTextKeySmall;
	if (X509_check_ca(certificate) != 1)
		result->warnings |= kWarnNotAuthority;
	result->warnings |= validity(certificate, time);
	if (keep && !result->fault) {
		Authority* authority = &kept.authorities[kept.authoritiesCount];
		if (kept.authoritiesCount == TRUSTED_CERTIFICATES)
			result->fault = kTextFull;
		else if (!openStore() || !X509_STORE_add_cert(kept.store, certificate)
			|| !(authority->subject = encodeName(X509_get_subject_name(certificate), &authority->subjectSize)))
			result->fault = kTextFailed;
		else
			kept.authoritiesCount++;
	}
	X509_free(another);
	X509_free(certificate);
}

static void readList(BIO* bio, int64_t time, CertificateText* result, int keep)
{
	time_t at = (time_t)time;
	ERR_clear_error();
	X509_CRL* list = PEM_read_bio_X509_CRL(bio, NULL, noPassphrase, NULL);
	if (!list) {
		result->fault = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? kTextNotPEM : kTextMalformed;
		return;
	}
	X509_CRL* another = PEM_read_bio_X509_CRL(bio, NULL, noPassphrase, NULL);
	if (another)
		result->fault = kTextSeveral;
	const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list);
	if (time && next && X509_cmp_time(next, &at) < 0)
		result->warnings |= kWarnStale;
	if (keep && !result->fault) {
		if (kept.listsCount == REVOCATION_LISTS)
			result->fault = kTextFull;
		else if (!openStore() || !X509_STORE_add_crl(kept.store, list))
			result->fault = kTextFailed;
		else
			kept.listsCount++;
	}
	X509_CRL_free(another);
	X509_CRL_free(list);
}

CertificateText certificates_read(int kind, const char* text, const char* key, int64_t time, int keep)
{
	CertificateText result = { .fault = kTextOK };
	if (kind == kKindOwn && strstr(text, kRequestBegin))
		return request_read(text, key);
	BIO* bio = BIO_new_mem_buf(text, -1);
	if (!bio) {
		result.fault = kTextFailed;
		return result;
	}
	if (kind == kKindTrusted)
		readTrusted(bio, time, &result, keep);
	else if (kind == kKindRevocationList)
		readList(bio, time, &result, keep);
	else {
		OwnCertificate own = { .count = 0 };
		readOwn(bio, key, time, &result, &own);
		if (keep && !result.fault) {
			pthread_mutex_lock(&kept.lock);
			if (kept.ownCount == OWN_CERTIFICATES)
				result.fault = kTextFull;
			else {
				kept.own[kept.ownCount++] = own;
				memset(&own, 0, sizeof(own));
			}
			pthread_mutex_unlock(&kept.lock);
		}
		closeOwn(&own);
	}
	BIO_free(bio);
	ERR_clear_error();
	return result;
}

void certificates_clear(void)
{
	pthread_mutex_lock(&kept.lock);
	for (unsigned i = 0; i < kept.ownCount; i++)
		closeOwn(&kept.own[i]);
	kept.ownCount = 0;
	pthread_mutex_unlock(&kept.lock);
	for (unsigned i = 0; i < kept.authoritiesCount; i++)
		OPENSSL_free(kept.authorities[i].subject);
	memset(kept.authorities, 0, sizeof(kept.authorities));
	kept.authoritiesCount = kept.listsCount = 0;
	X509_STORE_free(kept.store);
	kept.store = NULL;
}

const uint8_t* certificates_chain(unsigned own, unsigned index, size_t* size)
{
	if (own >= kept.ownCount || index >= kept.own[own].count)
		return NULL;
	*size = kept.own[own].sizes[index];
	return kept.own[own].encoded[index];
}

const uint8_t* certificates_subject(unsigned own, size_t* size)
{
	if (own >= kept.ownCount)
		return NULL;
	*size = kept.own[own].subjectSize;
	return kept.own[own].subject;
}

const uint8_t* certificates_authority(unsigned index, size_t* size)
{
	if (index >= kept.authoritiesCount)
		return NULL;
	*size = kept.authorities[index].subjectSize;
	return kept.authorities[index].subject;
}

int certificates_text_names(const char* text, int type, const uint8_t* identity, size_t size)
{
	BIO* bio = BIO_new_mem_buf(text, -1);
	int fault;
	X509* certificate = bio ? readCertificate(bio, &fault) : NULL;
	int named = certificate && isNamed(certificate, type, identity, size);
	X509_free(certificate);
	BIO_free(bio);
	ERR_clear_error();
	return named;
}

int certificates_text_subject(const char* pem, char text[kCertificateTextSize])
{
	BIO* bio = BIO_new_mem_buf(pem, -1);
	int fault;
	X509* certificate = bio ? readCertificate(bio, &fault) : NULL;
	if (certificate)
		nameText(X509_get_subject_name(certificate), text);
	X509_free(certificate);
	BIO_free(bio);
	ERR_clear_error();
	return certificate != NULL;
}

/* ---- judgement ---- */

typedef struct {
	int isStale;	/* a revocation list is out of date: what it lists is revoked all the same */
} Leniency;

/* OpenSSL asks at each finding. An authority that gave no revocation list revokes nothing; one whose list is out of date, what is in it. */
static int onFinding(int ok, X509_STORE_CTX* context)
{
	Leniency* leniency = X509_STORE_CTX_get_app_data(context);
	if (ok)
		return 1;
	switch (X509_STORE_CTX_get_error(context)) {
		case X509_V_ERR_CRL_HAS_EXPIRED:
			leniency->isStale = 1;
			/* fall through */
		case X509_V_ERR_UNABLE_TO_GET_CRL:
			X509_STORE_CTX_set_error(context, X509_V_OK);
			return 1;
		default:
			return 0;
	}
}

static int verdictOf(int error)
{
	switch (error) {
		case X509_V_OK:
			return kVerdictOK;
		case X509_V_ERR_CERT_HAS_EXPIRED:
			return kVerdictExpired;
		case X509_V_ERR_CERT_NOT_YET_VALID:
			return kVerdictNotYet;
		case X509_V_ERR_CERT_REVOKED:
			return kVerdictRevoked;
		case X509_V_ERR_EE_KEY_TOO_SMALL:
		case X509_V_ERR_CA_KEY_TOO_SMALL:
		case X509_V_ERR_CA_MD_TOO_WEAK:
			return kVerdictWeak;
		default:
			return kVerdictUntrusted;
	}
}

static void judgeChain(X509* certificate, STACK_OF(X509)* others, int64_t time, CertificateJudgement* judgement)
{
	Leniency leniency = { 0 };
	X509_STORE_CTX* context = kept.store ? X509_STORE_CTX_new() : NULL;
	judgement->verdict = kVerdictUntrusted;
	if (!kept.store) {
		snprintf(judgement->detail, sizeof(judgement->detail), "no authority is trusted");
		return;
	}
	if (!context || !X509_STORE_CTX_init(context, kept.store, certificate, others)) {
		snprintf(judgement->detail, sizeof(judgement->detail), "the crypto library failed");
		X509_STORE_CTX_free(context);
		return;
	}
	X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
	/* Whatever is trusted is where a chain may end. */
	X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	X509_VERIFY_PARAM_set_depth(parameters, CERTIFICATE_CHAIN);
	X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
	if (time)
		X509_VERIFY_PARAM_set_time(parameters, (time_t)time);
	else
		X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
	X509_STORE_CTX_set_app_data(context, &leniency);
	X509_STORE_CTX_set_verify_cb(context, onFinding);
	int ok = X509_verify_cert(context) == 1;
	int error = X509_STORE_CTX_get_error(context);
	if (!ok && error == X509_V_OK)
		error = X509_V_ERR_UNSPECIFIED;
	judgement->verdict = ok ? kVerdictOK : verdictOf(error);
	if (!ok) {
		char name[kCertificateTextSize] = "";
		X509* where = X509_STORE_CTX_get_current_cert(context);
		if (where && X509_STORE_CTX_get_error_depth(context) > 0)
			nameText(X509_get_subject_name(where), name);
		snprintf(judgement->detail, sizeof(judgement->detail), "%s%s%.120s", X509_verify_cert_error_string(error), name[0] ? ": " : "", name);
	}
	else if (!certificates_may_authenticate(certificate)) {
		judgement->verdict = kVerdictUntrusted;
		snprintf(judgement->detail, sizeof(judgement->detail), "its key usage or extended key usage is not for this");
	}
	else if (time == 0)
		judgement->verdict = kVerdictTimeNotSet;
	else if (leniency.isStale)
		snprintf(judgement->detail, sizeof(judgement->detail), "a revocation list is out of date");
	X509_STORE_CTX_free(context);
}

/* The certificate at *at of a claim, NULL when it cannot be read; *at moves on. */
static X509* nextCertificate(const uint8_t** at, const uint8_t* end)
{
	if (end - *at < 2)
		return NULL;
	size_t size = (size_t)(*at)[0] << 8 | (*at)[1];
	*at += 2;
	if (size == 0 || size > (size_t)(end - *at))
		return NULL;
	const uint8_t* der = *at;
	X509* certificate = d2i_X509(NULL, &der, (long)size);
	if (certificate && (der != *at + size || X509_get_extension_flags(certificate) & EXFLAG_INVALID)) {
		X509_free(certificate);
		certificate = NULL;
	}
	*at += size;
	return certificate;
}

void certificates_judge(const CertificateClaim* claim, CertificateJudgement* judgement)
{
	const uint8_t* at = claim->certificates;
	const uint8_t* end = at + claim->certificatesSize;
	memset(judgement, 0, sizeof(*judgement));
	judgement->verdict = kVerdictMalformed;
	X509* certificate = nextCertificate(&at, end);
	EVP_PKEY* key = certificate ? X509_get0_pubkey(certificate) : NULL;
	if (!key) {
		snprintf(judgement->detail, sizeof(judgement->detail), "it is no certificate that can be read");
		X509_free(certificate);
		ERR_clear_error();
		return;
	}
	nameText(X509_get_subject_name(certificate), judgement->subject);
	int fault = keyFault(key);
	if (fault) {
		judgement->verdict = fault == kTextKeySmall || fault == kTextKeyLarge ? kVerdictWeak : kVerdictMalformed;
		if (fault == kTextNotRSA)
			snprintf(judgement->detail, sizeof(judgement->detail), "its key is not an RSA key");
		else if (fault == kTextMalformed)
			snprintf(judgement->detail, sizeof(judgement->detail), "its public exponent is not one of a key in use");
		else
			snprintf(judgement->detail, sizeof(judgement->detail), "its RSA key has %d bits, from %d to %d are accepted", rsaBits(key), kMinimumRSABits, kMaximumRSABits);
	}
	else {
		STACK_OF(X509)* others = sk_X509_new_null();
		for (unsigned i = 1; others && i < CERTIFICATE_CHAIN && at < end; i++) {
			/* One that cannot be read is as if it had not been sent. */
			X509* other = nextCertificate(&at, end);
			if (other && !sk_X509_push(others, other))
				X509_free(other);
		}
		judgement->isSigned = isSignature(key, claim->hash, claim->hashSize, claim->signature, claim->signatureSize);
		judgement->isNamed = isNamed(certificate, claim->identityType, claim->identity, claim->identitySize);
		judgeChain(certificate, others, claim->time, judgement);
		sk_X509_pop_free(others, X509_free);
	}
	X509_free(certificate);
	ERR_clear_error();
}

/* ---- distinguished names ---- */

/* Adds "type=value" to a name; `set` -1: to the set of the entry before. */
static int addEntry(X509_NAME* name, char* text, int set)
{
	char type[48];
	char* equals = strchr(text, '=');
	if (!equals)
		return 0;
	char* end = equals;
	while (*text == ' ')
		text++;
	while (end > text && end[-1] == ' ')
		end--;
	size_t size = (size_t)(end - text);
	if (size == 0 || size >= sizeof(type))
		return 0;
	memcpy(type, text, size);
	type[size] = 0;
	if (strcmp(type, "E") == 0)
		strcpy(type, "emailAddress");
	char* value = equals + 1;
	while (*value == ' ')
		value++;
	for (size_t length = strlen(value); length > 0 && value[length - 1] == ' ' && (length < 2 || value[length - 2] != '\\'); length--)
		value[length - 1] = 0;
	/* "\," is a comma; two hexadecimal digits after "\" are a byte. */
	char* to = value;
	for (char* from = value; *from; from++) {
		unsigned byte;
		if (*from != '\\' || !from[1])
			*to++ = *from;
		else if (strspn(from + 1, "0123456789ABCDEFabcdef") >= 2 && sscanf(from + 1, "%2x", &byte) == 1 && byte) {
			*to++ = (char)byte;
			from += 2;
		}
		else
			*to++ = *++from;
	}
	*to = 0;
	return *value && X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, (const uint8_t*)value, -1, -1, set);
}

size_t certificates_name(const char* text, uint8_t* out, size_t capacity)
{
	char copy[1024];
	size_t length = strlen(text);
	char separator = *text == '/' ? '/' : ',';
	int size = 0, ok = length > 0 && length < sizeof(copy), set = 0;
	X509_NAME* name = X509_NAME_new();
	if (ok)
		memcpy(copy, text, length + 1);
	for (char* part = copy + (separator == '/'); ok && name && part;) {
		char* at = part;
		while (*at && *at != separator && *at != '+')
			at += *at == '\\' && at[1] ? 2 : 1;
		char ended = *at;
		*at = 0;
		ok = addEntry(name, part, set);
		set = ended == '+' ? -1 : 0;
		part = ended ? at + 1 : NULL;
	}
	if (ok && name && (size = i2d_X509_NAME(name, NULL)) > 0 && (size_t)size <= capacity)
		i2d_X509_NAME(name, &out);
	else
		size = 0;
	X509_NAME_free(name);
	ERR_clear_error();
	return (size_t)size;
}

int certificates_same_name(const uint8_t* a, size_t sizeA, const uint8_t* b, size_t sizeB)
{
	X509_NAME* first = parseName(a, sizeA);
	X509_NAME* second = parseName(b, sizeB);
	int same = first && second && X509_NAME_cmp(first, second) == 0;
	X509_NAME_free(first);
	X509_NAME_free(second);
	ERR_clear_error();
	return same;
}

int certificates_name_text(const uint8_t* der, size_t size, char text[kCertificateTextSize])
{
	X509_NAME* name = parseName(der, size);
	if (name)
		nameText(name, text);
	X509_NAME_free(name);
	ERR_clear_error();
	return name != NULL;
}
