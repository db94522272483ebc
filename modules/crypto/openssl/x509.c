/*
 * x509.h by OpenSSL 3. Parsing, chains, validity, name constraints, key usage, revocation and the comparison of names are OpenSSL's; what is decided here is which
 * of its findings count.
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
#include <string.h>
#include <time.h>

/* Level 2: no SHA-1 and no MD5 under a certificate, no RSA of less than 2048 bits in its chain. */
#define kSecurityLevel 2

struct Certificate {
	X509* x509;
	uint8_t* encoded;
	size_t encodedSize;
	uint8_t* subject;
	size_t subjectSize;
	Certificate* next;
};

/* OpenSSL's own, under these names. */
static EVP_PKEY* keyOf(PrivateKey* key)
{
	return (EVP_PKEY*)key;
}

static X509_CRL* listOf(const RevocationList* list)
{
	return (X509_CRL*)(uintptr_t)list;	/* its functions have no const */
}

/* ---- reading ---- */

int certificates_no_passphrase(char* buffer, int size, int writing, void* context)
{
	(void)buffer, (void)size, (void)writing, (void)context;
	return -1;
}

static int isNothingLeft(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

/* Takes `x509`, which may be NULL. */
static Certificate* make(X509* x509)
{
	Certificate* certificate = x509 && !(X509_get_extension_flags(x509) & EXFLAG_INVALID) ? OPENSSL_zalloc(sizeof(*certificate)) : NULL;
	if (!certificate) {
		X509_free(x509);
		return NULL;
	}
	certificate->x509 = x509;
	int size = i2d_X509(x509, &certificate->encoded), subjectSize = i2d_X509_NAME(X509_get_subject_name(x509), &certificate->subject);
	if (size <= 0 || subjectSize <= 0) {
		x509_free(certificate);
		return NULL;
	}
	certificate->encodedSize = (size_t)size;
	certificate->subjectSize = (size_t)subjectSize;
	return certificate;
}

Certificate* x509_read(const char* pem, int* fault)
{
	BIO* bio = BIO_new_mem_buf(pem, -1);
	Certificate* first = NULL;
	Certificate* last = NULL;
	*fault = bio ? kTextOK : kTextFailed;
	while (!*fault) {
		ERR_clear_error();
		X509* x509 = PEM_read_bio_X509(bio, NULL, certificates_no_passphrase, NULL);
		int isEnd = !x509 && isNothingLeft();
		if (isEnd && last)
			break;
		Certificate* next = make(x509);
		if (!next)
			*fault = isEnd ? kTextNotPEM : kTextMalformed;
		else if (last)
			last->next = next;
		else
			first = next;
		last = next;
	}
	BIO_free(bio);
	ERR_clear_error();
	if (*fault) {
		x509_free(first);
		return NULL;
	}
	return first;
}

Certificate* x509_read_der(const uint8_t* der, size_t size)
{
	const uint8_t* at = der;
	X509* x509 = d2i_X509(NULL, &at, (long)size);
	if (at != der + size) {
		X509_free(x509);
		x509 = NULL;
	}
	Certificate* certificate = make(x509);
	if (certificate && !X509_get0_pubkey(certificate->x509)) {
		x509_free(certificate);
		certificate = NULL;
	}
	ERR_clear_error();
	return certificate;
}

void x509_link(Certificate* last, Certificate* next)
{
	last->next = next;
}

Certificate* x509_next(const Certificate* certificate)
{
	return certificate->next;
}

void x509_free(Certificate* first)
{
	while (first) {
		Certificate* next = first->next;
		X509_free(first->x509);
		OPENSSL_free(first->encoded);
		OPENSSL_free(first->subject);
		OPENSSL_free(first);
		first = next;
	}
}

RevocationList* x509_read_list(const char* pem, int* fault)
{
	BIO* bio = BIO_new_mem_buf(pem, -1);
	ERR_clear_error();
	X509_CRL* list = bio ? PEM_read_bio_X509_CRL(bio, NULL, certificates_no_passphrase, NULL) : NULL;
	*fault = list ? kTextOK : !bio ? kTextFailed : isNothingLeft() ? kTextNotPEM : kTextMalformed;
	X509_CRL* another = list ? PEM_read_bio_X509_CRL(bio, NULL, certificates_no_passphrase, NULL) : NULL;
	if (another) {
		*fault = kTextSeveral;
		X509_CRL_free(list);
		list = NULL;
	}
	X509_CRL_free(another);
	BIO_free(bio);
	ERR_clear_error();
	return (RevocationList*)list;
}

void x509_free_list(RevocationList* list)
{
	X509_CRL_free(listOf(list));
}

int certificates_read_key(const char* pem, EVP_PKEY** key)
{
	BIO* bio = BIO_new_mem_buf(pem, -1);
	*key = bio ? PEM_read_bio_PrivateKey(bio, NULL, certificates_no_passphrase, NULL) : NULL;
	BIO_free(bio);
	return *key ? kTextOK : strstr(pem, "ENCRYPTED") ? kTextKeyEncrypted : kTextKeyNotPEM;
}

PrivateKey* x509_read_key(const char* pem, const Certificate* of, int* fault)
{
	EVP_PKEY* key;
	*fault = certificates_read_key(pem, &key);
	if (!*fault && X509_check_private_key(of->x509, key) != 1) {
		*fault = kTextKeyMismatch;
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return (PrivateKey*)key;
}

void x509_free_key(PrivateKey* key)
{
	EVP_PKEY_free(keyOf(key));
}

/* ---- what a certificate says of itself ---- */

X509Key certificates_key(const EVP_PKEY* key)
{
	X509Key result = { 0 };
	BIGNUM* exponent = NULL;
	if (!key || !EVP_PKEY_is_a(key, "RSA"))
		return result;
	result.bits = EVP_PKEY_get_bits(key);
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent)) {
		result.exponentBits = BN_num_bits(exponent);
		result.isExponentOdd = BN_is_odd(exponent);
	}
	BN_free(exponent);
	return result;
}

X509Key x509_key(const Certificate* certificate)
{
	return certificates_key(X509_get0_pubkey(certificate->x509));
}

const uint8_t* x509_encoded(const Certificate* certificate, size_t* size)
{
	*size = certificate->encodedSize;
	return certificate->encoded;
}

const uint8_t* x509_subject(const Certificate* certificate, size_t* size)
{
	*size = certificate->subjectSize;
	return certificate->subject;
}

void x509_subject_text(const Certificate* certificate, char text[kCertificateTextSize])
{
	certificates_name_print(X509_get_subject_name(certificate->x509), text);
}

void x509_issuer_text(const Certificate* certificate, char text[kCertificateTextSize])
{
	certificates_name_print(X509_get_issuer_name(certificate->x509), text);
}

X509* certificates_inside(const Certificate* certificate)
{
	return certificate->x509;
}

int64_t certificates_seconds(const ASN1_TIME* time)
{
	struct tm parts;
	return time && ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

void x509_dates(const Certificate* certificate, int64_t* from, int64_t* to)
{
	*from = certificates_seconds(X509_get0_notBefore(certificate->x509));
	*to = certificates_seconds(X509_get0_notAfter(certificate->x509));
}

int64_t x509_list_due(const RevocationList* list)
{
	return certificates_seconds(X509_CRL_get0_nextUpdate(listOf(list)));
}

int x509_is_self_signed(const Certificate* certificate)
{
	return (X509_get_extension_flags(certificate->x509) & EXFLAG_SS) != 0;
}

int x509_is_authority(const Certificate* certificate)
{
	return X509_check_ca(certificate->x509) == 1;
}

int x509_has_weak_hash(const Certificate* certificate)
{
	int hash = NID_undef;
	return X509_get_signature_info(certificate->x509, &hash, NULL, NULL, NULL) && (hash == NID_sha1 || hash == NID_md5);
}

int x509_may_sign(const Certificate* certificate)
{
	return (X509_get_key_usage(certificate->x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

int x509_is_for(const Certificate* certificate, const X509Use* uses, size_t count)
{
	int critical = -1, found = 0;
	EXTENDED_KEY_USAGE* list = X509_get_ext_d2i(certificate->x509, NID_ext_key_usage, &critical, NULL);
	if (!list)
		return critical == -1;	/* not there; else there more than once, or unreadable */
	for (int i = 0; i < sk_ASN1_OBJECT_num(list) && !found; i++) {
		const ASN1_OBJECT* use = sk_ASN1_OBJECT_value(list, i);
		found = OBJ_obj2nid(use) == NID_anyExtendedKeyUsage;
		for (size_t j = 0; j < count; j++)
			found |= OBJ_length(use) == uses[j].size && memcmp(OBJ_get0_data(use), uses[j].bytes, uses[j].size) == 0;
	}
	EXTENDED_KEY_USAGE_free(list);
	return found;
}

typedef int (*IsAlternative)(const void* context, int type, const uint8_t* bytes, size_t size);

static int tellText(const ASN1_STRING* string, int type, IsAlternative is, const void* context)
{
	return is(context, type, ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

static int tellAlternative(const GENERAL_NAME* name, IsAlternative is, const void* context)
{
	switch (name->type) {
		case GEN_IPADD:
			return tellText(name->d.iPAddress, kX509Address, is, context);
		case GEN_DNS:
			return tellText(name->d.dNSName, kX509DNS, is, context);
		case GEN_EMAIL:
			return tellText(name->d.rfc822Name, kX509Email, is, context);
		case GEN_DIRNAME: {
			uint8_t* encoded = NULL;
			int size = i2d_X509_NAME(name->d.directoryName, &encoded);
			int found = size > 0 && is(context, kX509Directory, encoded, (size_t)size);
			OPENSSL_free(encoded);
			return found;
		}
		default:
			return 0;
	}
}

int x509_has_alternative(const Certificate* certificate, IsAlternative is, const void* context)
{
	GENERAL_NAMES* names = X509_get_ext_d2i(certificate->x509, NID_subject_alt_name, NULL, NULL);
	int found = 0;
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++)
		found = tellAlternative(sk_GENERAL_NAME_value(names, i), is, context);
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return found;
}

/* ---- signatures ---- */

int x509_is_signature(const Certificate* certificate, const uint8_t* hash, size_t hashSize, const uint8_t* signature, size_t size)
{
	uint8_t expected[kMaximumRSABits / 8], block[kMaximumRSABits / 8];
	EVP_PKEY* key = X509_get0_pubkey(certificate->x509);
	size_t blockSize = sizeof(block);
	if (size > sizeof(block) || size < kMinimumRSABits / 8 || hashSize > kMaximumHashSize)
		return 0;
	memset(expected, 0xFF, size);
	expected[0] = 0;
	expected[1] = 1;
	expected[size - hashSize - 1] = 0;
	memcpy(expected + size - hashSize, hash, hashSize);
	EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	int ok = context && EVP_PKEY_encrypt_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1
		&& EVP_PKEY_encrypt(context, block, &blockSize, signature, size) == 1 && blockSize == size
		&& CRYPTO_memcmp(block, expected, size) == 0;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return ok;
}

int x509_sign(PrivateKey* key, const uint8_t* hash, size_t hashSize, uint8_t signature[kMaximumRSABits / 8], size_t* size)
{
	EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(NULL, keyOf(key), NULL);
	*size = kMaximumRSABits / 8;
	/* Without a digest's name there is no DigestInfo: the hash is what is padded. */
	int ok = context && EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
		&& EVP_PKEY_sign(context, signature, size, hash, hashSize) == 1;
	EVP_PKEY_CTX_free(context);
	if (!ok)
		*size = 0;
	return ok;
}

int x509_has_issued(const Certificate* issuer, const Certificate* certificate)
{
	return X509_check_issued(issuer->x509, certificate->x509) == X509_V_OK;
}

/* ---- chains ---- */

/*
 * OpenSSL asks at each finding. An authority that gave no revocation list revokes nothing; one whose list is out of date, or by a clock that is slow not yet made, what
 * is in it.
 */
static int onFinding(int ok, X509_STORE_CTX* context)
{
	X509Finding* finding = X509_STORE_CTX_get_app_data(context);
	if (ok)
		return 1;
	switch (X509_STORE_CTX_get_error(context)) {
		case X509_V_ERR_CRL_HAS_EXPIRED:
			finding->isStale = 1;
			/* fall through */
		case X509_V_ERR_CRL_NOT_YET_VALID:
		case X509_V_ERR_UNABLE_TO_GET_CRL:
			X509_STORE_CTX_set_error(context, X509_V_OK);
			return 1;
		default:
			return 0;
	}
}

/* Where trust ends below a root, nobody vouches for who issued that last certificate: lists of such a one are as if they were not there. */
static STACK_OF(X509_CRL)* listsOf(const X509_STORE_CTX* context, const X509_NAME* issuer)
{
	const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
	int depth = X509_STORE_CTX_get_error_depth(context);
	X509* certificate = sk_X509_value(chain, depth);
	int isUnknown = depth == sk_X509_num(chain) - 1 && X509_check_issued(certificate, certificate) != X509_V_OK;
	return isUnknown ? NULL : X509_STORE_CTX_get1_crls(context, issuer);
}

static int verdictOf(int error)
{
	switch (error) {
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

static X509_STORE* makeStore(const X509Trust* trust)
{
	X509_STORE* store = X509_STORE_new();
	int ok = store != NULL;
	if (ok)
		X509_STORE_set_lookup_crls(store, listsOf);
	for (unsigned i = 0; ok && i < trust->count; i++)
		ok = X509_STORE_add_cert(store, trust->certificates[i]->x509);
	for (unsigned i = 0; ok && i < trust->listsCount; i++)
		ok = X509_STORE_add_crl(store, listOf(trust->lists[i]));
	if (!ok) {
		X509_STORE_free(store);
		store = NULL;
	}
	return store;
}

static void configure(X509_STORE_CTX* context, int64_t time, X509Finding* finding)
{
	X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
	/* Whatever is trusted is where a chain may end. */
	X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	X509_VERIFY_PARAM_set_depth(parameters, CERTIFICATE_CHAIN);
	X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
	if (time)
		X509_VERIFY_PARAM_set_time(parameters, (time_t)time);
	else
		X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
	X509_STORE_CTX_set_app_data(context, finding);
	X509_STORE_CTX_set_verify_cb(context, onFinding);
}

static void judge(X509_STORE_CTX* context, X509Finding* finding)
{
	if (X509_verify_cert(context) == 1) {
		finding->verdict = kVerdictOK;
		return;
	}
	int error = X509_STORE_CTX_get_error(context);
	if (error == X509_V_OK)
		error = X509_V_ERR_UNSPECIFIED;
	finding->verdict = verdictOf(error);
	finding->text = X509_verify_cert_error_string(error);
	X509* where = X509_STORE_CTX_get_current_cert(context);
	finding->depth = where ? X509_STORE_CTX_get_error_depth(context) : 0;
	if (finding->depth > 0)
		certificates_name_print(X509_get_subject_name(where), finding->subject);
}

int x509_verify(Certificate* first, const X509Trust* trust, int64_t time, X509Finding* finding)
{
	X509_STORE* store = makeStore(trust);
	X509_STORE_CTX* context = X509_STORE_CTX_new();
	STACK_OF(X509)* others = sk_X509_new_null();
	memset(finding, 0, sizeof(*finding));
	int ok = store && context && others;
	for (const Certificate* other = first->next; ok && other; other = other->next)
		ok = sk_X509_push(others, other->x509) > 0;
	ok = ok && X509_STORE_CTX_init(context, store, first->x509, others);
	if (ok) {
		configure(context, time, finding);
		judge(context, finding);
	}
	X509_STORE_CTX_free(context);
	sk_X509_free(others);
	X509_STORE_free(store);
	ERR_clear_error();
	return ok;
}
