/* Distinguished names by mbedTLS: read, compared, shown and made. */
#ifndef KEYGATE_NAMES_H
#define KEYGATE_NAMES_H

#include "../certificates.h"

#include "library.h"

/* Reads a Name in DER (RFC 5280 4.1.2.4) and nothing after it. Not 0: it is none. What it took is given back by names_free. */
int names_parse(mbedtls_x509_name* name, const uint8_t* der, size_t size);
void names_free(mbedtls_x509_name* name);
int names_is_empty(const mbedtls_x509_name* name);
/* RFC 5280 7.1: order, types and values count; string types, case of ASCII letters and spaces do not. */
int names_same(const mbedtls_x509_name* a, const mbedtls_x509_name* b);
/* In the order of the DER, all but printable ASCII escaped, cut where it is too long. */
void names_text(const mbedtls_x509_name* name, char text[kCertificateTextSize]);

#endif
