/*
 * Certificates, keys and revocation lists out of a file, by OpenSSL 3: PKCS #12 (RFC 7292), PKCS #7, PEM and DER. It is walked through here and not by
 * PKCS12_parse, so that what a file can ask for is bounded before it is done. Old files are encrypted with RC2 and SHA-1: the library keeps those
 * apart, in a provider that is loaded for one file and only by this one.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* memmem */
#endif
#include "backend.h"
#include "limits.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

/* Certificates that a file may have: a key's own, and more than any chain needs. */
#define kFileCertificates 16
/* Blocks of PEM text that are looked at. */
#define kFileBlocks 48

typedef struct {
	OSSL_LIB_CTX* library;	/* with the old algorithms, NULL: the one that there always is */
	const char* passphrase;
	int passphraseSize;
	X509* certificates[kFileCertificates];
	unsigned count;
	EVP_PKEY* key;
	X509_CRL* list;
	int fault;
} Findings;

void credentials_keep_text(int which, BIO* text)
{
	char* data = NULL;
	long size = text ? BIO_get_mem_data(text, &data) : 0;
	credentials_keep(which, data, size > 0 ? (size_t)size : 0);
	BIO_free(text);
}

/* The first fault is the one to tell. */
static void fail(Findings* findings, int fault)
{
	if (!findings->fault)
		findings->fault = fault;
}

static void takeCertificate(Findings* findings, X509* certificate)
{
	if (!certificate)
		return fail(findings, kImportMalformed);
	for (unsigned i = 0; i < findings->count; i++)
		if (X509_cmp(findings->certificates[i], certificate) == 0)
			return X509_free(certificate);
	if (findings->count == kFileCertificates) {
		X509_free(certificate);
		return fail(findings, kImportLarge);
	}
	findings->certificates[findings->count++] = certificate;
}

/* The first key is the one that counts. */
static void takeKey(Findings* findings, PKCS8_PRIV_KEY_INFO* info)
{
	EVP_PKEY* key = info ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	if (!key)
		fail(findings, kImportMalformed);
	else if (findings->key)
		EVP_PKEY_free(key);
	else
		findings->key = key;
}

/* ---- encryption ---- */

static void* parameter(const X509_ALGOR* algorithm, const ASN1_ITEM* item)
{
	int type;
	const void* value;
	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	return type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, item) : NULL;
}

static int isLittle(const ASN1_INTEGER* number)
{
	int64_t value;
	return number && ASN1_INTEGER_get_int64(&value, number) == 1 && value >= 1 && value <= kMaximumIterations;
}

/* Whether deriving the key that `algorithm` asks for is bearable. What is not known here the library will not know either. */
static int isBearable(const X509_ALGOR* algorithm)
{
	const ASN1_OBJECT* object;
	int bearable = 1;
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (OBJ_obj2nid(object) == NID_pbes2) {
		PBE2PARAM* pbes2 = parameter(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
		PBKDF2PARAM* pbkdf2 = pbes2 && OBJ_obj2nid(pbes2->keyfunc->algorithm) == NID_id_pbkdf2 ? parameter(pbes2->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM)) : NULL;
		/* scrypt, the other one, is bounded by the library's limit of memory. */
		bearable = !pbkdf2 || isLittle(pbkdf2->iter);
		PBKDF2PARAM_free(pbkdf2);
		PBE2PARAM_free(pbes2);
	}
	else {
		PBEPARAM* pbe = parameter(algorithm, ASN1_ITEM_rptr(PBEPARAM));
		bearable = !pbe || isLittle(pbe->iter);
		PBEPARAM_free(pbe);
	}
	return bearable;
}

/* Why something could not be decrypted. */
static int decryptionFault(void)
{
	for (unsigned long error; (error = ERR_get_error()) != 0;) {
		int reason = ERR_GET_REASON(error), library = ERR_GET_LIB(error);
		if (reason == ERR_R_UNSUPPORTED || (library == ERR_LIB_EVP && (reason == EVP_R_UNKNOWN_PBE_ALGORITHM || reason == EVP_R_UNSUPPORTED_CIPHER
			|| reason == EVP_R_UNSUPPORTED_ALGORITHM || reason == EVP_R_UNKNOWN_CIPHER)))
			return kImportCipher;
	}
	return kImportPassphrase;
}

static void takeEncryptedKey(Findings* findings, const X509_SIG* encrypted)
{
	const X509_ALGOR* algorithm;
	X509_SIG_get0(encrypted, &algorithm, NULL);
	if (!isBearable(algorithm))
		return fail(findings, kImportEffort);
	ERR_clear_error();
	PKCS8_PRIV_KEY_INFO* info = PKCS8_decrypt_ex(encrypted, findings->passphrase, findings->passphraseSize, findings->library, NULL);
	if (info)
		takeKey(findings, info);
	else
		fail(findings, decryptionFault());
}

/* ---- PKCS #12 ---- */

static void readBags(Findings* findings, STACK_OF(PKCS12_SAFEBAG)* bags)
{
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
		switch (PKCS12_SAFEBAG_get_nid(bag)) {
			case NID_keyBag: {
				EVP_PKEY* key = EVP_PKCS82PKEY(PKCS12_SAFEBAG_get0_p8inf(bag));
				if (!key)
					fail(findings, kImportMalformed);
				else if (findings->key)
					EVP_PKEY_free(key);
				else
					findings->key = key;
				break;
			}
			case NID_pkcs8ShroudedKeyBag:
				takeEncryptedKey(findings, PKCS12_SAFEBAG_get0_pkcs8(bag));
				break;
			case NID_certBag:
				if (PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
					takeCertificate(findings, PKCS12_SAFEBAG_get1_cert(bag));
				break;
			default:
				break;
		}
	}
}

/* Also finds out which form of no passphrase the file was made with. */
static int isAuthentic(Findings* findings, PKCS12* file)
{
	const ASN1_INTEGER* iterations = NULL;
	const X509_ALGOR* algorithm = NULL;
	const ASN1_OBJECT* object;
	if (!PKCS12_mac_present(file))
		return 1;
	PKCS12_get0_mac(NULL, &algorithm, NULL, &iterations, file);
	if (iterations && !isLittle(iterations)) {
		fail(findings, kImportEffort);
		return 0;
	}
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (OBJ_obj2nid(object) == NID_pbmac1) {
		fail(findings, kImportCipher);
		return 0;
	}
	if (PKCS12_verify_mac(file, findings->passphrase, findings->passphraseSize))
		return 1;
	if (findings->passphraseSize == 0 && PKCS12_verify_mac(file, NULL, 0)) {
		findings->passphrase = NULL;
		return 1;
	}
	fail(findings, kImportPassphrase);
	return 0;
}

static void readPKCS12(Findings* findings, PKCS12* file)
{
	STACK_OF(PKCS7)* safes = isAuthentic(findings, file) ? PKCS12_unpack_authsafes(file) : NULL;
	if (!safes)
		return fail(findings, kImportMalformed);
	for (int i = 0; i < sk_PKCS7_num(safes) && !findings->fault; i++) {
		PKCS7* safe = sk_PKCS7_value(safes, i);
		STACK_OF(PKCS12_SAFEBAG)* bags = NULL;
		if (PKCS7_type_is_data(safe)) {
			if (!(bags = PKCS12_unpack_p7data(safe)))
				fail(findings, kImportMalformed);
		}
		else if (PKCS7_type_is_encrypted(safe)) {
			ERR_clear_error();
			/* what it says that it has is optional */
			if (!safe->d.encrypted)
				fail(findings, kImportMalformed);
			else if (!isBearable(safe->d.encrypted->enc_data->algorithm))
				fail(findings, kImportEffort);
			else if (!(bags = PKCS12_unpack_p7encdata(safe, findings->passphrase, findings->passphraseSize)))
				fail(findings, decryptionFault());
		}
		readBags(findings, bags);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	}
	sk_PKCS7_pop_free(safes, PKCS7_free);
}

/* ---- PKCS #7: certificates without a key, as authorities hand them out ---- */

static void readPKCS7(Findings* findings, const PKCS7* file)
{
	STACK_OF(X509)* all = PKCS7_type_is_signed(file) && file->d.sign ? file->d.sign->cert : NULL;
	if (sk_X509_num(all) <= 0)
		return fail(findings, kImportUnknown);
	for (int i = 0; i < sk_X509_num(all) && !findings->fault; i++) {
		X509* certificate = sk_X509_value(all, i);
		X509_up_ref(certificate);
		takeCertificate(findings, certificate);
	}
}

/* ---- PEM ---- */

static int givePassphrase(char* buffer, int size, int writing, void* context)
{
	const Findings* findings = context;
	(void)writing;
	if (findings->passphraseSize == 0 || findings->passphraseSize > size)
		return -1;
	memcpy(buffer, findings->passphrase, (size_t)findings->passphraseSize);
	return findings->passphraseSize;
}

/* A key as OpenSSL wrote it before PKCS #8, encrypted or not. */
static void readOldKey(Findings* findings, int type, char* header, unsigned char* data, long size)
{
	EVP_CIPHER_INFO cipher;
	ERR_clear_error();
	if (!PEM_get_EVP_CIPHER_INFO(header, &cipher))
		return fail(findings, kImportCipher);
	if (!PEM_do_header(&cipher, data, &size, givePassphrase, findings))
		return fail(findings, kImportPassphrase);
	const unsigned char* at = data;
	EVP_PKEY* key = d2i_PrivateKey(type, NULL, &at, size);
	if (!key)
		fail(findings, cipher.cipher ? kImportPassphrase : kImportMalformed);
	else if (findings->key)
		EVP_PKEY_free(key);
	else
		findings->key = key;
}

static void readBlock(Findings* findings, const char* name, char* header, unsigned char* data, long size)
{
	const unsigned char* at = data;
	if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0)
		takeCertificate(findings, d2i_X509(NULL, &at, size));
	else if (strcmp(name, PEM_STRING_X509_CRL) == 0) {
		X509_CRL* list = d2i_X509_CRL(NULL, &at, size);
		if (!list)
			fail(findings, kImportMalformed);
		else if (findings->list)
			X509_CRL_free(list);
		else
			findings->list = list;
	}
	else if (strcmp(name, PEM_STRING_PKCS8INF) == 0)
		takeKey(findings, d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, size));
	else if (strcmp(name, PEM_STRING_PKCS8) == 0) {
		X509_SIG* encrypted = d2i_X509_SIG(NULL, &at, size);
		if (encrypted)
			takeEncryptedKey(findings, encrypted);
		else
			fail(findings, kImportMalformed);
		X509_SIG_free(encrypted);
	}
	else if (strcmp(name, PEM_STRING_RSA) == 0)
		readOldKey(findings, EVP_PKEY_RSA, header, data, size);
	else if (strcmp(name, PEM_STRING_ECPRIVATEKEY) == 0)
		readOldKey(findings, EVP_PKEY_EC, header, data, size);
	else if (strcmp(name, PEM_STRING_PKCS7) == 0) {
		PKCS7* file = d2i_PKCS7(NULL, &at, size);
		if (file)
			readPKCS7(findings, file);
		else
			fail(findings, kImportMalformed);
		PKCS7_free(file);
	}
	else if (strcmp(name, PEM_STRING_X509_REQ) == 0 || strcmp(name, PEM_STRING_X509_REQ_OLD) == 0)
		fail(findings, kImportRequest);
}

static void readPEM(Findings* findings, const uint8_t* bytes, size_t size)
{
	BIO* bio = BIO_new_mem_buf(bytes, (int)size);
	char *name, *header;
	unsigned char* data;
	long dataSize;
	int blocks = 0;
	ERR_clear_error();
	while (bio && !findings->fault && PEM_read_bio(bio, &name, &header, &data, &dataSize)) {
		if (++blocks > kFileBlocks)
			fail(findings, kImportLarge);
		else
			readBlock(findings, name, header, data, dataSize);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
		ERR_clear_error();
	}
	if (!findings->fault && ERR_peek_last_error() && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		fail(findings, kImportMalformed);
	if (blocks == 0)
		fail(findings, kImportUnknown);
	BIO_free(bio);
}

/* ---- DER ---- */

static void readDER(Findings* findings, const uint8_t* bytes, size_t size)
{
	const uint8_t* at = bytes;
	const uint8_t* end = bytes + size;
	X509* certificate = d2i_X509(NULL, &at, (long)size);
	if (certificate && at == end)
		return takeCertificate(findings, certificate);
	X509_free(certificate);
	at = bytes;
	findings->list = d2i_X509_CRL(NULL, &at, (long)size);
	if (findings->list && at == end)
		return;
	X509_CRL_free(findings->list);
	findings->list = NULL;
	at = bytes;
	PKCS7* certificates = d2i_PKCS7(NULL, &at, (long)size);
	if (certificates && at == end)
		readPKCS7(findings, certificates);
	else {
		at = bytes;
		PKCS12* file = PKCS12_init_ex(NID_pkcs7_data, findings->library, NULL);
		if (d2i_PKCS12(&file, &at, (long)size))
			readPKCS12(findings, file);
		else {
			file = NULL;	/* d2i has freed it */
			fail(findings, kImportUnknown);
		}
		PKCS12_free(file);
	}
	PKCS7_free(certificates);
}

/* ---- what was found, in order ---- */

static int isSelfSigned(X509* certificate)
{
	return (X509_get_extension_flags(certificate) & EXFLAG_SS) != 0;
}

/* The issuer of `certificate` among the others, NULL: it is not there. */
static X509* issuerOf(const Findings* findings, X509* certificate)
{
	for (unsigned i = 0; i < findings->count; i++) {
		X509* other = findings->certificates[i];
		if (other != certificate && X509_check_issued(other, certificate) == X509_V_OK)
			return other;
	}
	return NULL;
}

/* The certificate that all is about: that of the key, or one that issued no other. */
static X509* leafOf(const Findings* findings)
{
	for (unsigned i = 0; i < findings->count; i++) {
		X509* candidate = findings->certificates[i];
		int issued = 0;
		if (findings->key) {
			if (X509_check_private_key(candidate, findings->key) == 1)
				return candidate;
			continue;
		}
		for (unsigned j = 0; j < findings->count; j++)
			issued |= j != i && X509_check_issued(candidate, findings->certificates[j]) == X509_V_OK;
		if (!issued)
			return candidate;
	}
	return NULL;
}

static void keepChain(Findings* findings)
{
	X509* certificate = leafOf(findings);
	BIO* chain = BIO_new(BIO_s_mem());
	unsigned length = 0;
	if (!certificate)
		fail(findings, kImportStrange);
	while (chain && certificate && !findings->fault) {
		if (length > 0 && isSelfSigned(certificate)) {
			BIO* authority = BIO_new(BIO_s_mem());
			if (authority && PEM_write_bio_X509(authority, certificate))
				credentials_keep_text(kCredentialAuthority, authority);
			else
				BIO_free(authority);
			break;
		}
		if (++length > CERTIFICATE_CHAIN)
			fail(findings, kImportLarge);
		else if (!PEM_write_bio_X509(chain, certificate))
			fail(findings, kImportFailed);
		certificate = issuerOf(findings, certificate);
	}
	if (!findings->fault && chain && BIO_pending(chain) >= kCredentialTextSize)
		fail(findings, kImportLarge);
	credentials_keep_text(kCredentialCertificate, chain);
}

static void keep(Findings* findings)
{
	BIO* key = findings->key ? BIO_new(BIO_s_mem()) : NULL;
	BIO* list = findings->list ? BIO_new(BIO_s_mem()) : NULL;
	if (key && PEM_write_bio_PrivateKey(key, findings->key, NULL, NULL, 0, NULL, NULL) != 1)
		fail(findings, kImportFailed);
	if (list && PEM_write_bio_X509_CRL(list, findings->list) != 1)
		fail(findings, kImportFailed);
	if (list && BIO_pending(list) >= kCredentialTextSize)
		fail(findings, kImportLarge);
	credentials_keep_text(kCredentialKey, key);
	credentials_keep_text(kCredentialList, list);
	if (findings->count > 0)
		keepChain(findings);
}

int import_work(AcceleratorJob* job, const uint8_t* bytes, size_t size)
{
	Findings findings = { .passphrase = (const char*)job->privateValue, .passphraseSize = (int)job->privateSize };
	OSSL_PROVIDER *common = NULL, *old = NULL;
	job->privateValue[job->privateSize] = 0;
	if (bytes[0] == 0x30 || memmem(bytes, size, "ENCRYPTED", 9)) {
		findings.library = OSSL_LIB_CTX_new();
		common = findings.library ? OSSL_PROVIDER_load(findings.library, "default") : NULL;
		old = findings.library ? OSSL_PROVIDER_load(findings.library, "legacy") : NULL;	/* may be missing: its ciphers are then unknown */
	}
	if (bytes[0] == 0x30)
		readDER(&findings, bytes, size);
	else
		readPEM(&findings, bytes, size);
	if (!findings.fault && findings.count == 0 && !findings.key && !findings.list)
		findings.fault = kImportUnknown;
	if (!findings.fault)
		keep(&findings);
	for (unsigned i = 0; i < findings.count; i++)
		X509_free(findings.certificates[i]);
	EVP_PKEY_free(findings.key);
	X509_CRL_free(findings.list);
	OSSL_PROVIDER_unload(old);
	OSSL_PROVIDER_unload(common);
	OSSL_LIB_CTX_free(findings.library);
	ERR_clear_error();
	return findings.fault;
}
