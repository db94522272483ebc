/* Between the files of the mbedTLS backend. */
#ifndef KEYGATE_MBEDTLS_BACKEND_H
#define KEYGATE_MBEDTLS_BACKEND_H

#include "../credentials.h"
#include "../jobs.h"
#include "../x509.h"
#include "der.h"
#include "library.h"

/* NULL: none such, or the accelerator is not at work. */
const mbedtls_md_info_t* accelerator_hash_info(int hash);

/* ---- x509.c's; a Certificate is an mbedtls_x509_crt here ---- */
X509Key certificates_key(const mbedtls_pk_context* key);
int certificates_private_key_fault(mbedtls_pk_context* key, const mbedtls_pk_context* of, const char* text);	/* reads it; kText... unless it is the private part of `of` */
int64_t certificates_seconds(const mbedtls_x509_time* date);	/* since 1970 */
/* Adds one in DER to a chain; 0 when all went well. Bytes behind it are left for the caller to see. */
int certificates_parse(mbedtls_x509_crt* chain, const uint8_t* der, size_t size);

#endif
