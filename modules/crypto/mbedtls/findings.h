/* What a file has, while it is read (import.c, bags.c). */
#ifndef KEYGATE_FINDINGS_H
#define KEYGATE_FINDINGS_H

#include "decrypt.h"

#include "library.h"

typedef struct {
	Passphrase passphrase;
	mbedtls_x509_crt certificates;	/* chained by `next` */
	unsigned count;
	mbedtls_pk_context key;
	int hasKey;
	mbedtls_x509_crl list;
	int hasList;
	int fault;		/* kImport... */
} Findings;

void findings_fail(Findings* findings, int fault);	/* the first fault is the one to tell */
void findings_certificate(Findings* findings, DER der);
/* A key in PKCS #8, PKCS #1 or SEC 1; `fault` is what is wrong when it cannot be read. */
void findings_key(Findings* findings, DER der, int fault);
void findings_encrypted_key(Findings* findings, DER der);	/* EncryptedPrivateKeyInfo */

/* PKCS #12 (RFC 7292): the content of a PFX behind its version. */
void bags_read(Findings* findings, DER content);

#endif
