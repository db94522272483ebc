/* Private keys as texts. */
#ifndef KEYGATE_KEY_H
#define KEYGATE_KEY_H

#include "library.h"

/* Keeps the key as kCredentialKey in PEM without a passphrase: an RSA key in PKCS #8, others as mbedTLS writes them. 0: it could not be written. */
int key_keep(mbedtls_pk_context* key);

#endif
