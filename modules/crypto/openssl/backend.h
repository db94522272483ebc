/* Between the files of the OpenSSL backend. */
#ifndef KEYGATE_OPENSSL_BACKEND_H
#define KEYGATE_OPENSSL_BACKEND_H

#include "../credentials.h"
#include "../jobs.h"
#include "../x509.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* Keeps the text of a memory BIO as credentials_keep does, and frees it. */
void credentials_keep_text(int which, BIO* text);
void certificates_name_print(const X509_NAME* name, char text[kCertificateTextSize]);
int certificates_no_passphrase(char* buffer, int size, int writing, void* context);	/* for PEM functions: nobody is asked for one */
X509Key certificates_key(const EVP_PKEY* key);
int certificates_read_key(const char* pem, EVP_PKEY** key);	/* kText... */
X509* certificates_inside(const Certificate* certificate);	/* OpenSSL's own */
int64_t certificates_seconds(const ASN1_TIME* time);	/* since 1970, 0: it is none */

#endif
