/* A key of this gateway's own and the request that an authority signs (PKCS #10, RFC 2986), by OpenSSL 3. */
#include "backend.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

/* Called while primes are looked for: 0 ends it. */
static int goOn(EVP_PKEY_CTX* context)
{
	return jobs_wanted(EVP_PKEY_CTX_get_app_data(context));
}

static EVP_PKEY* makeKey(AcceleratorJob* job)
{
	EVP_PKEY* key = NULL;
	EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (context && EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(context, job->group) == 1) {
		EVP_PKEY_CTX_set_app_data(context, job);
		EVP_PKEY_CTX_set_cb(context, goOn);
		EVP_PKEY_keygen(context, &key);
	}
	EVP_PKEY_CTX_free(context);
	return key;
}

/* "DNS:a.example", "IP:10.0.0.1" or "email:a@b.example" */
static GENERAL_NAME* alternative(char* text)
{
	char* value = strchr(text, ':');
	if (!value || !value[1])
		return NULL;
	*value++ = 0;
	int type = strcmp(text, "DNS") == 0 ? GEN_DNS : strcmp(text, "IP") == 0 ? GEN_IPADD : strcmp(text, "email") == 0 ? GEN_EMAIL : -1;
	return type < 0 ? NULL : a2i_GENERAL_NAME(NULL, NULL, NULL, type, value, 0);
}

static int addNames(STACK_OF(X509_EXTENSION)** extensions, char* names)
{
	GENERAL_NAMES* list = sk_GENERAL_NAME_new_null();
	int ok = list != NULL;
	for (char* part = names; ok && part && *part;) {
		char* end = strchr(part, ',');
		if (end)
			*end = 0;
		GENERAL_NAME* name = alternative(part);
		ok = name && sk_GENERAL_NAME_push(list, name);
		part = end ? end + 1 : NULL;
	}
	ok = ok && (sk_GENERAL_NAME_num(list) == 0 || X509V3_add1_i2d(extensions, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) == 1);
	GENERAL_NAMES_free(list);
	return ok;
}

/* What IKE does with it: signatures. */
static int addUsage(STACK_OF(X509_EXTENSION)** extensions)
{
	ASN1_BIT_STRING* usage = ASN1_BIT_STRING_new();
	int ok = usage && ASN1_BIT_STRING_set_bit(usage, 0, 1) && X509V3_add1_i2d(extensions, NID_key_usage, usage, 1, X509V3_ADD_DEFAULT) == 1;
	ASN1_BIT_STRING_free(usage);
	return ok;
}

static X509_REQ* makeRequest(EVP_PKEY* key, const char* subject, char* names)
{
	uint8_t der[1024];
	const uint8_t* at = der;
	size_t size = certificates_name(subject, der, sizeof(der));
	X509_NAME* name = size ? d2i_X509_NAME(NULL, &at, (long)size) : NULL;
	STACK_OF(X509_EXTENSION)* extensions = NULL;
	X509_REQ* request = X509_REQ_new();
	int ok = name && request && X509_REQ_set_version(request, 0) && X509_REQ_set_subject_name(request, name) && X509_REQ_set_pubkey(request, key)
		&& addNames(&extensions, names) && addUsage(&extensions) && X509_REQ_add_extensions(request, extensions)
		&& X509_REQ_sign(request, key, EVP_sha256()) > 0;
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_NAME_free(name);
	if (!ok) {
		X509_REQ_free(request);
		request = NULL;
	}
	return request;
}

int request_work(AcceleratorJob* job)
{
	char texts[sizeof(job->publicValue) + 2];
	memcpy(texts, job->publicValue, job->publicSize);
	memset(texts + job->publicSize, 0, sizeof(texts) - job->publicSize);
	credentials_clear();
	EVP_PKEY* key = makeKey(job);
	X509_REQ* request = key ? makeRequest(key, texts, texts + strlen(texts) + 1) : NULL;
	BIO* requestText = BIO_new(BIO_s_mem());
	BIO* keyText = BIO_new(BIO_s_mem());
	int ok = request && requestText && keyText && PEM_write_bio_X509_REQ(requestText, request) == 1
		&& PEM_write_bio_PrivateKey(keyText, key, NULL, NULL, 0, NULL, NULL) == 1;
	if (ok) {
		credentials_keep_text(kCredentialCertificate, requestText);
		credentials_keep_text(kCredentialKey, keyText);
	}
	else {
		BIO_free(requestText);
		BIO_free(keyText);
	}
	X509_REQ_free(request);
	EVP_PKEY_free(key);
	return ok ? kAcceleratorOK : key ? kAcceleratorRefused : kAcceleratorFailed;
}

CertificateText request_read(const char* text, const char* key)
{
	CertificateText result = { .fault = kTextOK, .warnings = kWarnWaits };
	BIO* bio = BIO_new_mem_buf(text, -1);
	X509_REQ* request = bio ? PEM_read_bio_X509_REQ(bio, NULL, certificates_no_passphrase, NULL) : NULL;
	EVP_PKEY* private = NULL;
	if (!request)
		result.fault = kTextMalformed;
	else {
		X509Key public = certificates_key(X509_REQ_get0_pubkey(request));
		result.bits = public.bits;
		result.fault = judgement_key_fault(&public);
		if (!result.fault)
			result.fault = certificates_read_key(key, &private);
		if (!result.fault && X509_REQ_check_private_key(request, private) != 1)
			result.fault = kTextKeyMismatch;
	}
	EVP_PKEY_free(private);
	X509_REQ_free(request);
	BIO_free(bio);
	ERR_clear_error();
	return result;
}
