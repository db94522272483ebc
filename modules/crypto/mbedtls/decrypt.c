/*
 * Encryption by passphrases. mbedTLS has the derivations of keys, but of PBES2 only what is encrypted by DES: the parameters are read here, and deciphered is
 * by the accelerator's own CBC. What mbedTLS does not have at all (RC2 and RC4 of old files, scrypt) is answered with kImportCipher.
 */
#include "backend.h"
#include "decrypt.h"

#include <string.h>

#define OID(name) name, sizeof(name) - 1

#define kPBES2 "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D"
#define kPBKDF2 "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C"
#define kPBE3DES "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x03"
#define kPBE2DES "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x04"
#define kIterationsOne 1

typedef struct {
	int cipher;
	size_t keySize, blockSize;
	uint8_t key[32], iv[16];
} Derived;

/* Whether the number at the front of `from` is a bearable one. */
static int takeIterations(DER* from, int* iterations)
{
	return der_take_number(from, iterations) && *iterations >= 1 && *iterations <= kMaximumIterations;
}

/* ---- PBES2 ---- */

static int cipherOf(DER scheme, Derived* derived)
{
	static const struct { const char* oid; size_t size; int cipher; size_t keySize, blockSize; } ciphers[] = {
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x01\x02"), kCipherAES128CBC, 16, 16 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x01\x16"), kCipherAES192CBC, 24, 16 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2A"), kCipherAES256CBC, 32, 16 },
		{ OID("\x2A\x86\x48\x86\xF7\x0D\x03\x07"), kCipher3DESCBC, 24, 8 },
	};
	DER oid, iv;
	if (!der_take(&scheme, MBEDTLS_ASN1_OID, &oid))
		return kImportMalformed;
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (!der_is(oid, ciphers[i].oid, ciphers[i].size))
			continue;
		derived->cipher = ciphers[i].cipher;
		derived->keySize = ciphers[i].keySize;
		derived->blockSize = ciphers[i].blockSize;
		if (!der_whole(&scheme, MBEDTLS_ASN1_OCTET_STRING, &iv) || der_size(iv) != derived->blockSize)
			return kImportMalformed;
		memcpy(derived->iv, iv.at, derived->blockSize);
		return kImportOK;
	}
	return kImportCipher;
}

/* The hash with this object identifier, or whose HMAC has it; MBEDTLS_MD_NONE: another. */
static mbedtls_md_type_t hashOf(DER oid, int isHMAC)
{
	static const struct { const char* oid; size_t size; const char* hmac; size_t hmacSize; mbedtls_md_type_t hash; } hashes[] = {
		{ OID("\x2B\x0E\x03\x02\x1A"), OID("\x2A\x86\x48\x86\xF7\x0D\x02\x07"), MBEDTLS_MD_SHA1 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), OID("\x2A\x86\x48\x86\xF7\x0D\x02\x09"), MBEDTLS_MD_SHA256 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), OID("\x2A\x86\x48\x86\xF7\x0D\x02\x0A"), MBEDTLS_MD_SHA384 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), OID("\x2A\x86\x48\x86\xF7\x0D\x02\x0B"), MBEDTLS_MD_SHA512 },
		{ OID("\x2A\x86\x48\x86\xF7\x0D\x02\x05"), OID("\x2A\x86\x48\x86\xF7\x0D\x02\x06"), MBEDTLS_MD_MD5 },
	};
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (isHMAC ? der_is(oid, hashes[i].hmac, hashes[i].hmacSize) : der_is(oid, hashes[i].oid, hashes[i].size))
			return hashes[i].hash;
	}
	return MBEDTLS_MD_NONE;
}

/* The hash of the HMAC that a key is derived with. */
static int takePRF(DER* parameters, mbedtls_md_type_t* hash)
{
	DER algorithm, oid;
	*hash = MBEDTLS_MD_SHA1;
	if (der_tag(*parameters) == MBEDTLS_ASN1_INTEGER && !der_skip(parameters))
		return kImportMalformed;
	if (der_tag(*parameters) < 0)
		return kImportOK;
	if (!der_whole(parameters, kSequence, &algorithm) || !der_take(&algorithm, MBEDTLS_ASN1_OID, &oid))
		return kImportMalformed;
	*hash = hashOf(oid, 1);
	return *hash == MBEDTLS_MD_NONE ? kImportCipher : kImportOK;
}

static int deriveByPBES2(DER parameters, Passphrase passphrase, Derived* derived)
{
	DER outer, derivation, oid, inner, salt, scheme;
	mbedtls_md_type_t hash;
	int iterations;
	if (!der_whole(&parameters, kSequence, &outer) || !der_take(&outer, kSequence, &derivation) || !der_whole(&outer, kSequence, &scheme)
		|| !der_take(&derivation, MBEDTLS_ASN1_OID, &oid))
		return kImportMalformed;
	if (!der_is(oid, OID(kPBKDF2)))
		return kImportCipher;
	int fault = cipherOf(scheme, derived);
	if (fault)
		return fault;
	if (!der_whole(&derivation, kSequence, &inner) || !der_take(&inner, MBEDTLS_ASN1_OCTET_STRING, &salt))
		return kImportMalformed;
	if (!takeIterations(&inner, &iterations))
		return kImportEffort;
	fault = takePRF(&inner, &hash);
	if (fault)
		return fault;
	return library_pbkdf2(hash, passphrase.bytes, passphrase.size, salt.at, der_size(salt), (unsigned)iterations, derived->key, derived->keySize) == 0 ? kImportOK : kImportFailed;
}

/* ---- PKCS #12 ---- */

/* UTF-16 with two bytes of zero behind it: 64 bytes are what mbedTLS derives of. */
#define kWidePassphrase 64

typedef struct {
	uint8_t bytes[kWidePassphrase];
	size_t size;
} Wide;

/* Characters beyond the first plane are none of PKCS #12's. */
static int widen(Passphrase passphrase, Wide* wide)
{
	wide->size = 0;
	for (size_t i = 0; i < passphrase.size;) {
		uint8_t first = passphrase.bytes[i];
		size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : 3;
		if ((first >= 0x80 && first < 0xC0) || first >= 0xF0 || i + length > passphrase.size || wide->size + 4 > kWidePassphrase)
			return 0;
		unsigned character = length == 1 ? first : length == 2 ? first & 0x1Fu : first & 0x0Fu;
		for (size_t j = 1; j < length; j++)
			character = character << 6 | (passphrase.bytes[i + j] & 0x3Fu);
		wide->bytes[wide->size++] = (uint8_t)(character >> 8);
		wide->bytes[wide->size++] = (uint8_t)character;
		i += length;
	}
	if (passphrase.bytes) {
		wide->bytes[wide->size++] = 0;
		wide->bytes[wide->size++] = 0;
	}
	return 1;
}

/* `purpose`: kPKCS12... */
static int derivePart(Passphrase passphrase, DER salt, mbedtls_md_type_t hash, int purpose, int iterations, uint8_t* out, size_t size)
{
	Wide wide;
	int fault = widen(passphrase, &wide) ? kImportOK : kImportPassphrase;
	if (!fault) {
		switch (library_pkcs12(hash, purpose, wide.size ? wide.bytes : NULL, wide.size, salt.at, der_size(salt), iterations, out, size)) {
			case 0: break;
			case kLibraryUnknown: fault = kImportCipher; break;
			case kLibraryMalformed: fault = kImportMalformed; break;
			default: fault = kImportFailed; break;
		}
	}
	mbedtls_platform_zeroize(&wide, sizeof(wide));
	return fault;
}

static int deriveByPKCS12(DER parameters, Passphrase passphrase, size_t keySize, Derived* derived)
{
	DER inner, salt;
	int iterations;
	if (!der_whole(&parameters, kSequence, &inner) || !der_take(&inner, MBEDTLS_ASN1_OCTET_STRING, &salt))
		return kImportMalformed;
	if (!takeIterations(&inner, &iterations))
		return kImportEffort;
	derived->cipher = kCipher3DESCBC;
	derived->keySize = 24;
	derived->blockSize = 8;
	int fault = derivePart(passphrase, salt, MBEDTLS_MD_SHA1, kPKCS12Key, iterations, derived->key, keySize);
	if (!fault)
		fault = derivePart(passphrase, salt, MBEDTLS_MD_SHA1, kPKCS12IV, iterations, derived->iv, derived->blockSize);
	/* With two keys, the third is the first. */
	if (keySize < derived->keySize)
		memcpy(derived->key + keySize, derived->key, derived->keySize - keySize);
	return fault;
}

int decrypt_is_authentic(DER macData, Passphrase passphrase, DER data)
{
	DER digestInfo, algorithm, oid, digest, salt;
	mbedtls_md_type_t hash;
	uint8_t key[MBEDTLS_MD_MAX_SIZE], mac[MBEDTLS_MD_MAX_SIZE];
	int iterations = kIterationsOne;
	if (!der_take(&macData, kSequence, &digestInfo) || !der_take(&digestInfo, kSequence, &algorithm) || !der_take(&algorithm, MBEDTLS_ASN1_OID, &oid)
		|| !der_whole(&digestInfo, MBEDTLS_ASN1_OCTET_STRING, &digest) || !der_take(&macData, MBEDTLS_ASN1_OCTET_STRING, &salt))
		return kImportMalformed;
	if (der_tag(macData) >= 0 && !takeIterations(&macData, &iterations))
		return kImportEffort;
	hash = hashOf(oid, 0);
	const mbedtls_md_info_t* info = mbedtls_md_info_from_type(hash);
	if (!info)
		return kImportCipher;
	size_t size = mbedtls_md_get_size(info);
	int fault = derivePart(passphrase, salt, hash, kPKCS12MAC, iterations, key, size);
	if (!fault && mbedtls_md_hmac(info, key, size, data.at, der_size(data), mac) != 0)
		fault = kImportFailed;
	if (!fault && (der_size(digest) != size || !accelerator_equal(mac, digest.at, size)))
		fault = kImportPassphrase;
	mbedtls_platform_zeroize(key, sizeof(key));
	return fault;
}

/* ---- both ---- */

int decrypt(DER algorithm, Passphrase passphrase, DER data, uint8_t* out, size_t* size)
{
	Derived derived;
	DER oid;
	int fault = kImportCipher;
	*size = der_size(data);
	if (!der_take(&algorithm, MBEDTLS_ASN1_OID, &oid))
		return kImportMalformed;
	if (der_is(oid, OID(kPBES2)))
		fault = deriveByPBES2(algorithm, passphrase, &derived);
	else if (der_is(oid, OID(kPBE3DES)) || der_is(oid, OID(kPBE2DES)))
		fault = deriveByPKCS12(algorithm, passphrase, der_is(oid, OID(kPBE3DES)) ? 24 : 16, &derived);
	if (!fault && (*size == 0 || *size % derived.blockSize))
		fault = kImportMalformed;
	if (!fault && !accelerator_offers(derived.cipher))
		fault = kImportCipher;
	if (!fault && accelerator_cbc(derived.cipher, 0, derived.key, derived.keySize, derived.iv, data.at, *size, out) != kAcceleratorOK)
		fault = kImportFailed;
	if (!fault) {
		size_t padding = out[*size - 1];
		int isPadding = padding >= 1 && padding <= derived.blockSize;
		for (size_t i = 1; isPadding && i <= padding; i++)
			isPadding = out[*size - i] == padding;
		if (isPadding)
			*size -= padding;
		else
			fault = kImportPassphrase;
	}
	mbedtls_platform_zeroize(&derived, sizeof(derived));
	return fault;
}
