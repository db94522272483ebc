/*
 * The two mbedTLS that the backend is written for: 2.28 (Debian's, and the emulated board's) and 4 with TF-PSA-Crypto 1 (that of ESP-IDF 6). Their headers under one
 * name, and functions for what they do in different ways: library2.c and library4.c, of which one is empty. No other file of the backend asks which it is.
 *
 * Of mbedTLS 4 the backend needs what it calls private: big numbers, curves, AES and RSA as functions, since keys of PSA's know neither groups 2, 5 and 18 nor a search for
 * primes that can be ended. ESP-IDF's own ports of them do the same.
 */
#ifndef KEYGATE_LIBRARY_H
#define KEYGATE_LIBRARY_H

/* For fields of structures and for functions that mbedTLS 4 calls private; before its first header. */
#ifndef MBEDTLS_ALLOW_PRIVATE_ACCESS
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#endif
#ifndef MBEDTLS_DECLARE_PRIVATE_IDENTIFIERS
#define MBEDTLS_DECLARE_PRIVATE_IDENTIFIERS
#endif

#include <mbedtls/version.h>
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include <mbedtls/aes.h>
#include <mbedtls/bignum.h>
#include <mbedtls/des.h>
#include <mbedtls/ecp.h>
#include <mbedtls/gcm.h>
#include <mbedtls/rsa.h>
#else
#include <mbedtls/private/aes.h>
#include <mbedtls/private/bignum.h>
#include <mbedtls/private/ecp.h>
#include <mbedtls/private/gcm.h>
#include <mbedtls/private/pk_private.h>
#include <mbedtls/private/rsa.h>
#include <psa/crypto.h>
#define mbedtls_oid_get_attr_short_name mbedtls_x509_oid_get_attr_short_name
#ifdef CONFIG_MBEDTLS_HARDWARE_AES
#include "espaes.h"
#endif
#endif
#include <mbedtls/asn1.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>
#include <mbedtls/x509_csr.h>
#include <stddef.h>
#include <stdint.h>

/* All of them: 0 when it went well, as mbedTLS says it. */
int library_open(void);		/* before anything else */
void library_close(void);
const char* library_version(void);

/* ---- random numbers: a source for each that asks (random.h) ---- */
int library_random_open(int source);
void library_random_close(int source);
int library_random(int source, uint8_t* out, size_t size);

/* ---- 3DES, which mbedTLS 4 has not ---- */
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#define LIBRARY_HAS_3DES 1
typedef mbedtls_des3_context Library3DES;
#else
#define LIBRARY_HAS_3DES 0
typedef struct { uint8_t nothing; } Library3DES;
#endif
int library_3des_key(Library3DES* cipher, const uint8_t key[24], int encrypt);
int library_3des_cbc(Library3DES* cipher, int encrypt, size_t size, uint8_t chain[8], const uint8_t* in, uint8_t* out);

/* Makes a context ready for HMAC with this hash. */
int library_hmac(mbedtls_md_context_t* context, const mbedtls_md_info_t* hash);

/* ---- keys from passphrases ---- */
int library_pbkdf2(mbedtls_md_type_t hash, const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, unsigned iterations, uint8_t* out, size_t size);
/* The way of PKCS #12 (RFC 7292 B.2), which mbedTLS 4 has not: then files are refused that want it. */
#define kLibraryUnknown (-1)
#define kLibraryMalformed (-2)
enum { kPKCS12Key = 1, kPKCS12IV, kPKCS12MAC };
int library_pkcs12(mbedtls_md_type_t hash, int purpose, const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, int iterations, uint8_t* out, size_t size);

/* ---- RSA ---- */
typedef int (*LibraryRandom)(void* context, unsigned char* out, size_t size);

/* A new key; what `random` fails with ends the search. */
int library_make_rsa(mbedtls_pk_context* key, unsigned bits, int exponent, LibraryRandom random, void* context);
/* PKCS #1 1.5 with DigestInfo, of a hash by SHA-256. */
int library_sign(mbedtls_pk_context* key, const uint8_t hash[32], uint8_t* signature, size_t capacity, size_t* size);
/* A key for signatures without DigestInfo (x509.h). It takes the context `from`, whether it goes well or not. */
typedef struct {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
	mbedtls_pk_context key;
#else
	mbedtls_svc_key_id_t signer;
#endif
} LibrarySigner;
int library_signer_open(LibrarySigner* signer, mbedtls_pk_context* from);
void library_signer_close(LibrarySigner* signer);
int library_signer_sign(LibrarySigner* signer, const uint8_t* hash, size_t hashSize, uint8_t* signature, size_t capacity, size_t* size);

/* ---- certificates ---- */
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
/* Of headers that mbedTLS 4 keeps to itself; library4.c compares. */
int mbedtls_x509_get_name(unsigned char** at, const unsigned char* end, mbedtls_x509_name* name);
int mbedtls_x509_oid_get_attr_short_name(const mbedtls_asn1_buf* oid, const char** name);
#endif
/* Whether the signature of `certificate` is by the key of `issuer`. */
int library_verify(const mbedtls_x509_crt* issuer, const mbedtls_x509_crt* certificate, const uint8_t* hash, size_t hashSize);

#endif
