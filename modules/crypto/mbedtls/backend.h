/* Between the files of the mbedTLS backend. */
#ifndef KEYGATE_MBEDTLS_BACKEND_H
#define KEYGATE_MBEDTLS_BACKEND_H

#include "../credentials.h"
#include "../jobs.h"

#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

/* NULL: none such, or the accelerator is not at work. */
const mbedtls_md_info_t* accelerator_hash_info(int hash);

/* ---- x509.c's ---- */
int certificates_key_fault(const mbedtls_pk_context* key, int* bits);	/* kText... of an RSA key */
int certificates_private_key_fault(mbedtls_pk_context* key, const mbedtls_pk_context* of, const char* text);	/* reads it; kText... unless it is the private part of `of` */
int certificates_may_authenticate(const mbedtls_x509_crt* certificate);
int certificates_has_weak_signature(const mbedtls_x509_crt* certificate);
int certificates_is_authority(const mbedtls_x509_crt* certificate);
int certificates_is_self_issued(const mbedtls_x509_crt* certificate);
int certificates_has_issued(const mbedtls_x509_crt* issuer, const mbedtls_x509_crt* certificate);	/* its signature is verified */
int64_t certificates_seconds(const mbedtls_x509_time* date);	/* since 1970 */
/* Adds one in DER to a chain; 0 when all went well. Bytes behind it are left for the caller to see. */
int certificates_parse(mbedtls_x509_crt* chain, const uint8_t* der, size_t size);
int certificates_read_all(mbedtls_x509_crt* certificates, const char* text);	/* of PEM text; kText... */

#endif
