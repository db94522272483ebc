/* Between the files of the OpenSSL backend. */
#ifndef KEYGATE_OPENSSL_BACKEND_H
#define KEYGATE_OPENSSL_BACKEND_H

#include "../credentials.h"
#include "../jobs.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* Keeps the text of a memory BIO as credentials_keep does, and frees it. */
void credentials_keep_text(int which, BIO* text);
void certificates_name_print(const X509_NAME* name, char text[kCertificateTextSize]);
int certificates_key_fault(const EVP_PKEY* key, int* bits);	/* kText... of an RSA key */
int certificates_may_authenticate(X509* certificate);
int certificates_weak_signature(X509* certificate);

#endif
