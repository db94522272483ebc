/*
 * A key of this gateway's own and the request that an authority signs (PKCS #10, RFC 2986), by mbedTLS. The request is written here: mbedTLS has neither
 * names with several values in a set, nor critical extensions.
 */
#include "backend.h"
#include "der.h"
#include "key.h"
#include "pemtext.h"
#include "random.h"

#include <string.h>

#define kExponent 65537
#define kRequestSize 3072
#define kRequestTextSize 4352

/* ---- key ---- */

/* Random numbers for the search of primes: none when nobody waits for it any more, which ends it. */
static int randomWhileWanted(void* job, unsigned char* out, size_t size)
{
	return jobs_wanted(job) ? random_for_mbedtls(random_context(kRandomLong), out, size) : MBEDTLS_ERR_RSA_RNG_FAILED;
}

static int makeKey(AcceleratorJob* job, mbedtls_pk_context* key)
{
	return library_make_rsa(key, (unsigned)job->group, kExponent, randomWhileWanted, job) == 0;
}

/* ---- alternative names ---- */

/* Four numbers with dots between them. */
static int parseAddress(const char* text, uint8_t address[4])
{
	for (int i = 0; i < 4; i++) {
		unsigned number = 0;
		int digits = 0;
		for (; *text >= '0' && *text <= '9' && digits < 4; text++, digits++)
			number = number * 10 + (unsigned)(*text - '0');
		if (digits == 0 || digits > 3 || number > 255 || *text != (i < 3 ? '.' : 0))
			return 0;
		address[i] = (uint8_t)number;
		text++;
	}
	return 1;
}

/* Tags of RFC 5280 4.2.1.6. */
enum { kGeneralEmail = 1, kGeneralDNS = 2, kGeneralAddress = 7 };

/* "DNS:a.example", "IP:10.0.0.1" or "email:a@b.example"; 0: none of them. */
static int writeAlternative(DERWriter* writer, const char* text)
{
	static const struct { const char* name; int tag; } types[] = { { "email:", kGeneralEmail }, { "DNS:", kGeneralDNS }, { "IP:", kGeneralAddress } };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const char* value = text + strlen(types[i].name);
		uint8_t address[4];
		if (strncmp(text, types[i].name, strlen(types[i].name)) != 0)
			continue;
		int isAddress = types[i].tag == kGeneralAddress;
		if (*value == 0 || (isAddress && !parseAddress(value, address)))
			return 0;
		der_write_element(writer, MBEDTLS_ASN1_CONTEXT_SPECIFIC | types[i].tag, isAddress ? (const void*)address : value, isAddress ? sizeof(address) : strlen(value));
		return 1;
	}
	return 0;
}

/* From the last to the first; the commas become ends of texts. */
static int writeAlternatives(DERWriter* writer, char* names)
{
	for (;;) {
		char* comma = strrchr(names, ',');
		if (!writeAlternative(writer, comma ? comma + 1 : names))
			return 0;
		if (!comma)
			return 1;
		*comma = 0;
	}
}

/* ---- request ---- */

/* Makes an extension of what was written since `end`. */
static void wrapExtension(DERWriter* writer, const uint8_t* end, const char* oid, size_t oidSize, int isCritical)
{
	der_write_around(writer, MBEDTLS_ASN1_OCTET_STRING, end);
	if (isCritical)
		der_write_element(writer, MBEDTLS_ASN1_BOOLEAN, "\xFF", 1);
	der_write_element(writer, MBEDTLS_ASN1_OID, oid, oidSize);
	der_write_around(writer, kSequence, end);
}

/* [0] { SEQUENCE { extensionRequest, SET { SEQUENCE OF Extension } } }; 0: a name is none. */
static int writeAttributes(DERWriter* writer, char* names)
{
	const uint8_t* whole = writer->at;
	der_write_element(writer, MBEDTLS_ASN1_BIT_STRING, "\x07\x80", 2);	/* digitalSignature, and seven bits that are not there */
	wrapExtension(writer, whole, MBEDTLS_OID_KEY_USAGE, MBEDTLS_OID_SIZE(MBEDTLS_OID_KEY_USAGE), 1);
	if (*names) {
		const uint8_t* end = writer->at;
		if (!writeAlternatives(writer, names))
			return 0;
		der_write_around(writer, kSequence, end);
		wrapExtension(writer, end, MBEDTLS_OID_SUBJECT_ALT_NAME, MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0);
	}
	der_write_around(writer, kSequence, whole);
	der_write_around(writer, kSet, whole);
	der_write_element(writer, MBEDTLS_ASN1_OID, MBEDTLS_OID_PKCS9_CSR_EXT_REQ, MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS9_CSR_EXT_REQ));
	der_write_around(writer, kSequence, whole);
	der_write_around(writer, kContext(0), whole);
	return 1;
}

/* CertificationRequestInfo: SEQUENCE { INTEGER 0, subject, subjectPKInfo, attributes } */
static int writeInfo(DERWriter* writer, mbedtls_pk_context* key, const char* subject, char* names)
{
	uint8_t name[1024];
	size_t nameSize = certificates_name(subject, name, sizeof(name));
	if (nameSize == 0 || !writeAttributes(writer, names) || writer->failed)
		return 0;
	int keySize = mbedtls_pk_write_pubkey_der(key, writer->start, (size_t)(writer->at - writer->start));	/* at the end of what it is given */
	if (keySize < 0)
		return 0;
	writer->at -= keySize;
	der_write(writer, name, nameSize);
	der_write_element(writer, MBEDTLS_ASN1_INTEGER, "", 1);
	der_write_around(writer, kSequence, writer->end);
	return der_written(writer) > 0;
}

/* SEQUENCE { info, SEQUENCE { sha256WithRSAEncryption, NULL }, BIT STRING } */
static int writeSigned(DERWriter* writer, mbedtls_pk_context* key, const DERWriter* info)
{
	uint8_t hash[32], signature[1 + kMaximumRSABits / 8] = { 0 };	/* a bit string begins with how many bits are not there */
	size_t size = 0;
	if (accelerator_hash(kHashSHA256, info->at, der_written(info), hash) != kAcceleratorOK
		|| library_sign(key, hash, signature + 1, sizeof(signature) - 1, &size) != 0)
		return 0;
	der_write_element(writer, MBEDTLS_ASN1_BIT_STRING, signature, 1 + size);
	const uint8_t* end = writer->at;
	der_write_element(writer, MBEDTLS_ASN1_NULL, NULL, 0);
	der_write_element(writer, MBEDTLS_ASN1_OID, MBEDTLS_OID_PKCS1_SHA256, MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS1_SHA256));
	der_write_around(writer, kSequence, end);
	der_write(writer, info->at, der_written(info));
	der_write_around(writer, kSequence, writer->end);
	return der_written(writer) > 0;
}

/* kAcceleratorOK, kAcceleratorRefused when the subject or a name is none, or kAcceleratorFailed. */
static int keepRequest(mbedtls_pk_context* key, const char* subject, char* names)
{
	uint8_t* buffers = accelerator_allocate(2 * kRequestSize + kRequestTextSize);
	if (!buffers)
		return kAcceleratorFailed;
	char* text = (char*)buffers + 2 * kRequestSize;
	DERWriter info = der_writer(buffers, kRequestSize), request = der_writer(buffers + kRequestSize, kRequestSize);
	int result = kAcceleratorRefused;
	if (writeInfo(&info, key, subject, names)) {
		size_t length = writeSigned(&request, key, &info) ? pem_write("CERTIFICATE REQUEST", request.at, der_written(&request), text, 0, kRequestTextSize) : 0;
		result = length && credentials_keep(kCredentialCertificate, text, length) ? kAcceleratorOK : kAcceleratorFailed;
	}
	accelerator_free(buffers);
	return result;
}

int request_work(AcceleratorJob* job)
{
	char texts[sizeof(job->publicValue) + 2];
	mbedtls_pk_context key;
	memcpy(texts, job->publicValue, job->publicSize);
	memset(texts + job->publicSize, 0, sizeof(texts) - job->publicSize);
	credentials_clear();
	mbedtls_pk_init(&key);
	int result = makeKey(job, &key) ? keepRequest(&key, texts, texts + strlen(texts) + 1) : kAcceleratorFailed;
	if (result == kAcceleratorOK && !key_keep(&key))
		result = kAcceleratorFailed;
	if (result != kAcceleratorOK)
		credentials_clear();
	mbedtls_pk_free(&key);
	return result;
}

CertificateText request_read(const char* text, const char* key)
{
	CertificateText result = { .fault = kTextMalformed, .warnings = kWarnWaits };
	mbedtls_x509_csr request;
	mbedtls_pk_context private;
	mbedtls_x509_csr_init(&request);
	mbedtls_pk_init(&private);
	if (mbedtls_x509_csr_parse(&request, (const unsigned char*)text, strlen(text) + 1) == 0) {
		X509Key public = certificates_key(&request.pk);
		result.bits = public.bits;
		result.fault = judgement_key_fault(&public);
		if (!result.fault)
			result.fault = certificates_private_key_fault(&private, &request.pk, key);
	}
	mbedtls_pk_free(&private);
	mbedtls_x509_csr_free(&request);
	return result;
}
