/*
 * mbedTLS 2.28 on devices: what the backend uses, and nothing else (MBEDTLS_CONFIG_FILE). No TLS, no files, no threads, no clock of its own. Not config.h, so
 * that `#include "mbedtls/config.h"` in mbedTLS's own headers does not find it on hosts that have the whole library.
 *
 * Memory is a block of fixed size (hosts/riscv/cryptoheap.c). ESP-IDF has a configuration of its own: the names of its sdkconfig stand at the right, where
 * they are not as they are anyway; what they are not needed for (TLS, files) may be off or on there.
 */
#ifndef KEYGATE_MBEDTLS_CONFIGURATION_H
#define KEYGATE_MBEDTLS_CONFIGURATION_H

#include <stddef.h>

/* ---- the system ---- */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ENTROPY_HARDWARE_ALT		/* board_random; CONFIG_MBEDTLS_HARDWARE_... where the chip has it */
#define MBEDTLS_ENTROPY_MAX_SOURCES 2
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_ENTROPY_FORCE_SHA256
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_VERSION_C
void* crypto_calloc(size_t count, size_t size);
void crypto_free(void* memory);
#define MBEDTLS_PLATFORM_STD_CALLOC crypto_calloc
#define MBEDTLS_PLATFORM_STD_FREE crypto_free

/* ---- ciphers and hashes ---- */
#define MBEDTLS_AES_C				/* CONFIG_MBEDTLS_HARDWARE_AES */
#define MBEDTLS_AES_ROM_TABLES			/* CONFIG_MBEDTLS_AES_ROM_TABLES */
#ifdef KEYGATE_OWN_AES				/* the host's, hosts/riscv/zkn_aes.c */
#define MBEDTLS_AES_SETKEY_ENC_ALT
#define MBEDTLS_AES_SETKEY_DEC_ALT
#define MBEDTLS_AES_ENCRYPT_ALT
#define MBEDTLS_AES_DECRYPT_ALT
#endif
#define MBEDTLS_DES_C				/* CONFIG_MBEDTLS_DES_C: old peers and old files */
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_CIPHER_PADDING_PKCS7
#define MBEDTLS_GCM_C				/* CONFIG_MBEDTLS_GCM_C */
#define MBEDTLS_MD_C
#define MBEDTLS_MD5_C
#define MBEDTLS_SHA1_C				/* CONFIG_MBEDTLS_HARDWARE_SHA */
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA512_C			/* CONFIG_MBEDTLS_SHA512_C */
#ifdef KEYGATE_OWN_SHA2				/* the host's, hosts/riscv/zkn_sha.c */
#define MBEDTLS_SHA256_PROCESS_ALT
#define MBEDTLS_SHA512_PROCESS_ALT
#endif
#define MBEDTLS_PKCS5_C
#define MBEDTLS_PKCS12_C			/* CONFIG_MBEDTLS_PKCS12_C */

/* ---- public keys ---- */
#define MBEDTLS_BIGNUM_C			/* CONFIG_MBEDTLS_HARDWARE_MPI */
#define MBEDTLS_MPI_MAX_SIZE 1024		/* group 18 */
#define MBEDTLS_MPI_WINDOW_SIZE 3		/* eight numbers of a kilobyte in group 18; sixteen are a twenty-fifth less work, and 8 KiB */
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21			/* signatures of certificates */
#define MBEDTLS_GENPRIME			/* CONFIG_MBEDTLS_GENPRIME_... : keys are made here */
#define MBEDTLS_ECP_C				/* CONFIG_MBEDTLS_ECP_C */
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED	/* CONFIG_MBEDTLS_ECP_DP_..._ENABLED, these four */
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM			/* CONFIG_MBEDTLS_ECP_NIST_OPTIM */
#define MBEDTLS_ECP_WINDOW_SIZE 4
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0		/* its tables would stay in memory */
#define MBEDTLS_ECP_NO_INTERNAL_RNG		/* the backend gives it one */
#define MBEDTLS_ECDSA_C				/* authorities with an elliptic curve, and the firmware's signature */

/* ---- certificates ---- */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_OID_C
#define MBEDTLS_PEM_PARSE_C			/* CONFIG_MBEDTLS_PEM_PARSE_C */
#define MBEDTLS_PEM_WRITE_C			/* CONFIG_MBEDTLS_PEM_WRITE_C */
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_CRL_PARSE_C		/* CONFIG_MBEDTLS_X509_CRL_PARSE_C */
#define MBEDTLS_X509_CSR_PARSE_C		/* CONFIG_MBEDTLS_X509_CSR_PARSE_C */
#define MBEDTLS_X509_CHECK_KEY_USAGE
#define MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_REMOVE_INFO		/* CONFIG_MBEDTLS_X509_REMOVE_INFO, where it exists */

#include "mbedtls/check_config.h"

#endif
