/* What is encrypted by a passphrase in files of keys and certificates: PBES2 (RFC 8018) and the way of PKCS #12 (RFC 7292 B), and the MAC of that. */
#ifndef KEYGATE_DECRYPT_H
#define KEYGATE_DECRYPT_H

#include "der.h"

typedef struct {
	const uint8_t* bytes;	/* UTF-8; NULL: none, which PKCS #12 tells from one of no characters */
	size_t size;
} Passphrase;

/*
 * Decrypts `data` as the AlgorithmIdentifier (its content) says into `out`, which has as much room: kImportOK and its size, or kImport... A wrong
 * passphrase may not show until the result is read.
 */
int decrypt(DER algorithm, Passphrase passphrase, DER data, uint8_t* out, size_t* size);
/* Whether MacData (its content) is that of `data`: kImportOK, kImportPassphrase, ... */
int decrypt_is_authentic(DER macData, Passphrase passphrase, DER data);

#endif
