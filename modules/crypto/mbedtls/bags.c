/*
 * PKCS #12 (RFC 7292) by mbedTLS, which has its derivation of keys, but reads none of it. Files in BER with lengths that are not stated (as some
 * programs of long ago wrote them) are malformed here.
 *
 *     PFX              SEQUENCE { INTEGER 3, ContentInfo, MacData OPTIONAL }
 *     ContentInfo      SEQUENCE { data, [0] { OCTET STRING } } of SEQUENCE OF ContentInfo, each of which is
 *                      data of SafeContents, or SEQUENCE { encryptedData, [0] { SEQUENCE { INTEGER, EncryptedContentInfo } } }
 *     SafeContents     SEQUENCE OF SEQUENCE { type, [0] { value }, attributes OPTIONAL }
 */
#include "backend.h"
#include "findings.h"

#include <string.h>

#define OID(name) name, sizeof(name) - 1

#define kData "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01"
#define kEncryptedData "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06"
#define kKeyBag "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x01"
#define kShroudedKeyBag "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x02"
#define kCertificateBag "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x03"
#define kX509Certificate "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x16\x01"

/* The type of a ContentInfo or bag, and what is in its [0]. */
static int takeTyped(DER* from, DER* type, DER* value)
{
	DER whole;
	return der_take(from, kSequence, &whole) && der_take(&whole, MBEDTLS_ASN1_OID, type) && der_take(&whole, kContext(0), value);
}

static int readBag(Findings* findings, DER type, DER value)
{
	DER bag, name, wrapped, certificate;
	if (der_is(type, OID(kKeyBag)))
		findings_key(findings, value, kImportMalformed);
	else if (der_is(type, OID(kShroudedKeyBag)))
		findings_encrypted_key(findings, value);
	else if (der_is(type, OID(kCertificateBag))) {
		if (!der_whole(&value, kSequence, &bag) || !der_take(&bag, MBEDTLS_ASN1_OID, &name))
			return 0;
		if (der_is(name, OID(kX509Certificate))) {
			if (!der_whole(&bag, kContext(0), &wrapped) || !der_whole(&wrapped, MBEDTLS_ASN1_OCTET_STRING, &certificate))
				return 0;
			findings_certificate(findings, certificate);
		}
	}
	return 1;
}

/* 0: it is not what it should be. */
static int readSafe(Findings* findings, DER content)
{
	DER bags, type, value;
	if (!der_whole(&content, kSequence, &bags))
		return 0;
	while (!findings->fault && der_tag(bags) >= 0) {
		if (!takeTyped(&bags, &type, &value) || !readBag(findings, type, value))
			return 0;
	}
	return 1;
}

static void readEncryptedSafe(Findings* findings, DER value)
{
	DER data, info, algorithm, type, encrypted;
	int version;
	size_t size = 0;
	if (!der_whole(&value, kSequence, &data) || !der_take_number(&data, &version) || !der_take(&data, kSequence, &info)
		|| !der_take(&info, MBEDTLS_ASN1_OID, &type) || !der_take(&info, kSequence, &algorithm)
		|| !der_take(&info, MBEDTLS_ASN1_CONTEXT_SPECIFIC, &encrypted) || der_size(encrypted) == 0)
		return findings_fail(findings, kImportMalformed);
	uint8_t* plain = accelerator_allocate(der_size(encrypted));
	int fault = plain ? decrypt(algorithm, findings->passphrase, encrypted, plain, &size) : kImportFailed;
	if (fault)
		findings_fail(findings, fault);
	else if (!readSafe(findings, der_of(plain, size)))
		findings_fail(findings, kImportPassphrase);	/* a padding by chance */
	accelerator_free(plain);
}

void bags_read(Findings* findings, DER content)
{
	DER type, value, safes, list, macData;
	if (!takeTyped(&content, &type, &value) || !der_is(type, OID(kData)) || !der_whole(&value, MBEDTLS_ASN1_OCTET_STRING, &safes))
		return findings_fail(findings, kImportMalformed);
	if (der_tag(content) >= 0) {
		if (!der_whole(&content, kSequence, &macData))
			return findings_fail(findings, kImportMalformed);
		int fault = decrypt_is_authentic(macData, findings->passphrase, safes);
		/* Which form of no passphrase the file was made with. */
		if (fault == kImportPassphrase && findings->passphrase.size == 0) {
			findings->passphrase.bytes = NULL;
			fault = decrypt_is_authentic(macData, findings->passphrase, safes);
		}
		if (fault)
			return findings_fail(findings, fault);
	}
	if (!der_whole(&safes, kSequence, &list))
		return findings_fail(findings, kImportMalformed);
	while (!findings->fault && der_tag(list) >= 0) {
		DER plain;
		if (!takeTyped(&list, &type, &value))
			return findings_fail(findings, kImportMalformed);
		if (der_is(type, OID(kEncryptedData)))
			readEncryptedSafe(findings, value);
		else if (der_is(type, OID(kData)) && (!der_whole(&value, MBEDTLS_ASN1_OCTET_STRING, &plain) || !readSafe(findings, plain)))
			findings_fail(findings, kImportMalformed);
	}
}
