#include "backend.h"
#include "der.h"
#include "key.h"
#include "pemtext.h"

/* An RSA key of 4096 bits takes 2,375 bytes in PKCS #8, and 3,272 characters in PEM. */
#define kDERSize 2560
#define kTextSize 3584
#define kRSAEncryption "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"

/*
 * Puts PrivateKeyInfo (RFC 5208) around an RSAPrivateKey.
 *
 *     SEQUENCE { INTEGER 0, SEQUENCE { rsaEncryption, NULL }, OCTET STRING }
 */
static void wrapRSA(DERWriter* writer)
{
	der_write_around(writer, MBEDTLS_ASN1_OCTET_STRING, writer->end);
	const uint8_t* end = writer->at;
	der_write_element(writer, MBEDTLS_ASN1_NULL, NULL, 0);
	der_write_element(writer, MBEDTLS_ASN1_OID, kRSAEncryption, sizeof(kRSAEncryption) - 1);
	der_write_around(writer, kSequence, end);
	der_write_element(writer, MBEDTLS_ASN1_INTEGER, "", 1);
	der_write_around(writer, kSequence, writer->end);
}

int key_keep(mbedtls_pk_context* key)
{
	uint8_t* der = accelerator_allocate(kDERSize);
	char* text = accelerator_allocate(kTextSize);
	int isRSA = mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA;
	int size = der && text ? mbedtls_pk_write_key_der(key, der, kDERSize) : -1;	/* at the end of it */
	size_t length = 0;
	if (size > 0) {
		DERWriter writer = der_writer(der, kDERSize);
		writer.at -= size;
		if (isRSA)
			wrapRSA(&writer);
		if (der_written(&writer))
			length = pem_write(isRSA ? "PRIVATE KEY" : "EC PRIVATE KEY", writer.at, der_written(&writer), text, 0, kTextSize);
	}
	int isKept = length && credentials_keep(kCredentialKey, text, length);
	accelerator_free(der);
	accelerator_free(text);
	return isKept;
}
