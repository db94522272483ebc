/*
 * Certificates, keys and revocation lists out of a file, by mbedTLS: PKCS #12 (bags.c), PKCS #7, PEM and DER. What it asks for is bounded before it is
 * done. Of what OpenSSL reads, this does not: encryption by RC2, RC4 and scrypt, PKCS #12 in BER, and passphrases of PKCS #12 of more than 31 characters.
 */
#include "backend.h"
#include "findings.h"
#include "key.h"
#include "pemtext.h"
#include "limits.h"

#include <string.h>

/* Certificates that a file may have: a key's own, and more than any chain needs. */
#define kFileCertificates 16
/* Blocks of PEM text that are looked at. */
#define kFileBlocks 48

#define kSignedData "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"

void findings_fail(Findings* findings, int fault)
{
	if (!findings->fault)
		findings->fault = fault;
}

void findings_certificate(Findings* findings, DER der)
{
	for (const mbedtls_x509_crt* each = &findings->certificates; each && each->raw.p; each = each->next) {
		if (der_is(der, (const char*)each->raw.p, each->raw.len))
			return;
	}
	if (findings->count == kFileCertificates)
		return findings_fail(findings, kImportLarge);
	if (certificates_parse(&findings->certificates, der.at, der_size(der)) != 0)
		return findings_fail(findings, kImportMalformed);
	findings->count++;
}

/* The first key is the one that counts. */
void findings_key(Findings* findings, DER der, int fault)
{
	mbedtls_pk_context key;
	mbedtls_pk_init(&key);
	if (mbedtls_pk_parse_key(&key, der.at, der_size(der), NULL, 0) != 0) {
		mbedtls_pk_free(&key);
		findings_fail(findings, fault);
	}
	else if (findings->hasKey)
		mbedtls_pk_free(&key);
	else {
		findings->key = key;
		findings->hasKey = 1;
	}
}

void findings_encrypted_key(Findings* findings, DER der)
{
	DER whole, algorithm, encrypted;
	size_t size = 0;
	if (!der_whole(&der, kSequence, &whole) || !der_take(&whole, kSequence, &algorithm) || !der_whole(&whole, MBEDTLS_ASN1_OCTET_STRING, &encrypted)
		|| der_size(encrypted) == 0)
		return findings_fail(findings, kImportMalformed);
	uint8_t* plain = accelerator_allocate(der_size(encrypted));
	int fault = plain ? decrypt(algorithm, findings->passphrase, encrypted, plain, &size) : kImportFailed;
	if (fault)
		findings_fail(findings, fault);
	else
		findings_key(findings, der_of(plain, size), kImportPassphrase);
	accelerator_free(plain);
}

static int takeList(Findings* findings, DER der)
{
	if (findings->hasList)
		return 1;
	findings->hasList = mbedtls_x509_crl_parse_der(&findings->list, der.at, der_size(der)) == 0;
	return findings->hasList;
}

/* ---- PKCS #7: certificates without a key, as authorities hand them out ---- */

/* SEQUENCE { signedData, [0] { SEQUENCE { INTEGER, SET, SEQUENCE, [0] { certificates }, ... } } } */
static void readPKCS7(Findings* findings, DER content)
{
	DER type, value, data, all, ignored;
	int version;
	if (!der_take(&content, MBEDTLS_ASN1_OID, &type) || !der_is(type, kSignedData, sizeof(kSignedData) - 1) || !der_whole(&content, kContext(0), &value)
		|| !der_whole(&value, kSequence, &data) || !der_take_number(&data, &version) || !der_take(&data, kSet, &ignored) || !der_take(&data, kSequence, &ignored)
		|| !der_take(&data, kContext(0), &all) || der_tag(all) < 0)
		return findings_fail(findings, kImportUnknown);
	while (!findings->fault && der_tag(all) >= 0) {
		const uint8_t* begin = all.at;
		if (!der_skip(&all))
			findings_fail(findings, kImportMalformed);
		else
			findings_certificate(findings, der_of(begin, (size_t)(all.at - begin)));
	}
}

/* ---- PEM ---- */

static void readBlock(Findings* findings, const char* label, DER der)
{
	DER content;
	if (strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0)
		findings_certificate(findings, der);
	else if (strcmp(label, "X509 CRL") == 0) {
		if (!takeList(findings, der))
			findings_fail(findings, kImportMalformed);
	}
	else if (strcmp(label, "PRIVATE KEY") == 0)
		findings_key(findings, der, kImportMalformed);
	else if (strcmp(label, "ENCRYPTED PRIVATE KEY") == 0)
		findings_encrypted_key(findings, der);
	else if (strcmp(label, "RSA PRIVATE KEY") == 0 || strcmp(label, "EC PRIVATE KEY") == 0)
		findings_key(findings, der, findings->passphrase.size ? kImportPassphrase : kImportMalformed);
	else if (strcmp(label, "PKCS7") == 0) {
		if (der_whole(&der, kSequence, &content))
			readPKCS7(findings, content);
		else
			findings_fail(findings, kImportMalformed);
	}
	else if (strcmp(label, "CERTIFICATE REQUEST") == 0 || strcmp(label, "NEW CERTIFICATE REQUEST") == 0)
		findings_fail(findings, kImportRequest);
}

static int isEmpty(const char* begin, const char* label)
{
	const char* body = begin + strlen("-----BEGIN -----") + strlen(label);
	return body[strspn(body, "\r\n ")] == '-';
}

static void readPEM(Findings* findings, const uint8_t* bytes, size_t size)
{
	char label[kPEMLabel];
	const char* begin;
	char* text = accelerator_allocate(size + 1);
	if (!text)
		return findings_fail(findings, kImportFailed);
	memcpy(text, bytes, size);
	text[size] = 0;
	const char* at = text;
	int more = 1;
	for (int blocks = 0; !findings->fault && (more = pem_next(&at, label, &begin)) > 0;) {
		uint8_t* der;
		size_t derSize;
		if (++blocks > kFileBlocks)
			findings_fail(findings, kImportLarge);
		else if (!isEmpty(begin, label)) {
			int fault = pem_read(begin, label, findings->passphrase.bytes, findings->passphrase.size, &der, &derSize);
			if (fault)
				findings_fail(findings, fault);
			else
				readBlock(findings, label, der_of(der, derSize));
			accelerator_free(der);
		}
	}
	if (more < 0)
		findings_fail(findings, kImportMalformed);
	accelerator_free(text);
}

/* ---- DER ---- */

static void readDER(Findings* findings, const uint8_t* bytes, size_t size)
{
	DER whole = der_of(bytes, size), content;
	int version;
	if (!der_whole(&whole, kSequence, &content))
		return findings_fail(findings, kImportUnknown);
	switch (der_tag(content)) {
		case MBEDTLS_ASN1_OID:
			return readPKCS7(findings, content);
		case MBEDTLS_ASN1_INTEGER:
			/* A key in DER begins with a number too: 0 or 1. */
			if (!der_take_number(&content, &version) || version != 3)
				return findings_fail(findings, kImportUnknown);
			return bags_read(findings, content);
		default:
			if (certificates_parse(&findings->certificates, bytes, size) == 0)
				findings->count = 1;
			else if (!takeList(findings, der_of(bytes, size)))
				findings_fail(findings, kImportUnknown);
	}
}

/* ---- what was found, in order ---- */

/* The issuer of `certificate` among the others, NULL: it is not there. */
static const mbedtls_x509_crt* issuerOf(const Findings* findings, const mbedtls_x509_crt* certificate)
{
	for (const mbedtls_x509_crt* other = &findings->certificates; other; other = other->next) {
		if (other != certificate && x509_has_issued((const Certificate*)other, (const Certificate*)certificate))
			return other;
	}
	return NULL;
}

static int hasIssuedAny(const Findings* findings, const mbedtls_x509_crt* certificate)
{
	for (const mbedtls_x509_crt* other = &findings->certificates; other; other = other->next) {
		if (other != certificate && x509_has_issued((const Certificate*)certificate, (const Certificate*)other))
			return 1;
	}
	return 0;
}

/* The certificate that all is about: that of the key, or one that issued no other. */
static const mbedtls_x509_crt* leafOf(const Findings* findings)
{
	for (const mbedtls_x509_crt* candidate = &findings->certificates; candidate; candidate = candidate->next) {
		if (findings->hasKey ? mbedtls_pk_check_pair(&candidate->pk, &findings->key) == 0 : !hasIssuedAny(findings, candidate))
			return candidate;
	}
	return NULL;
}

static size_t writeCertificate(const mbedtls_x509_crt* certificate, char* text, size_t used)
{
	return pem_write("CERTIFICATE", certificate->raw.p, certificate->raw.len, text, used, kCredentialTextSize);
}

/* `text`: room for kCredentialTextSize. */
static void keepChain(Findings* findings, char* text)
{
	const mbedtls_x509_crt* certificate = leafOf(findings);
	const mbedtls_x509_crt* authority = NULL;
	size_t used = 0;
	if (!certificate)
		return findings_fail(findings, kImportStrange);
	for (unsigned length = 0; certificate; certificate = issuerOf(findings, certificate)) {
		if (length > 0 && x509_is_self_signed((const Certificate*)certificate)) {
			authority = certificate;
			break;
		}
		if (++length > CERTIFICATE_CHAIN || !(used = writeCertificate(certificate, text, used)))
			return findings_fail(findings, kImportLarge);
	}
	if (!credentials_keep(kCredentialCertificate, text, used))
		return findings_fail(findings, kImportFailed);
	if (authority && ((used = writeCertificate(authority, text, 0)) == 0 || !credentials_keep(kCredentialAuthority, text, used)))
		findings_fail(findings, kImportFailed);
}

static void keep(Findings* findings)
{
	char* text = accelerator_allocate(kCredentialTextSize);
	size_t size = 0;
	if (!text)
		return findings_fail(findings, kImportFailed);
	if (findings->count > 0)
		keepChain(findings, text);
	if (findings->hasKey && !key_keep(&findings->key))
		findings_fail(findings, kImportFailed);
	if (findings->hasList) {
		size = pem_write("X509 CRL", findings->list.raw.p, findings->list.raw.len, text, 0, kCredentialTextSize);
		if (size == 0)
			findings_fail(findings, kImportLarge);
		else if (!credentials_keep(kCredentialList, text, size))
			findings_fail(findings, kImportFailed);
	}
	accelerator_free(text);
}

int import_work(AcceleratorJob* job, const uint8_t* bytes, size_t size)
{
	Findings findings = { .passphrase = { .bytes = job->privateValue, .size = job->privateSize } };
	mbedtls_x509_crt_init(&findings.certificates);
	mbedtls_pk_init(&findings.key);
	mbedtls_x509_crl_init(&findings.list);
	if (bytes[0] == 0x30)
		readDER(&findings, bytes, size);
	else
		readPEM(&findings, bytes, size);
	if (!findings.fault && findings.count == 0 && !findings.hasKey && !findings.hasList)
		findings.fault = kImportUnknown;
	if (!findings.fault)
		keep(&findings);
	mbedtls_x509_crl_free(&findings.list);
	mbedtls_pk_free(&findings.key);
	mbedtls_x509_crt_free(&findings.certificates);
	return findings.fault;
}
