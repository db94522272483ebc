/*
 * Keys and certificates on their way into the settings: made here (a key with its signing request) or taken from a file (PKCS #12, PEM, DER), and what
 * is to be told of them. Backends: OpenSSL 3 and mbedTLS, in folders of their own. All functions are for the control plane's
 * thread but for labour_work (jobs.h). Texts that come out are printable ASCII, whatever is in a certificate.
 */
#ifndef KEYGATE_CREDENTIALS_H
#define KEYGATE_CREDENTIALS_H

#include "certificates.h"

/* Bytes of the largest file, and of the largest text that comes out of one. */
#define kImportSize 49152
#define kCredentialTextSize 16384
/* Iterations of a key derivation that a file may ask for: more would keep the unit busy for as long as the file's maker likes. */
#define kMaximumIterations 2000000
#define kDerivedKeySize 32

/* The outcome of kJobImport, the first byte of `secret`; the numbers are the same in credentials.ts. */
enum {
	kImportOK = 0,
	kImportUnknown,		/* neither PKCS #12 nor PEM nor a certificate or revocation list in DER */
	kImportMalformed,
	kImportPassphrase,	/* wrong, or needed and not given */
	kImportCipher,		/* encrypted in a way that the library does not know */
	kImportEffort,		/* asks for too many iterations */
	kImportRequest,		/* a signing request, which no authority has signed yet */
	kImportLarge,		/* too many certificates, or too long a chain */
	kImportStrange,		/* its key belongs to none of its certificates */
	kImportFailed,
};

/* What was made or found: texts in PEM. */
enum {
	kCredentialCertificate = 0,	/* the signing request; or the certificate, and those that lead to an authority after it */
	kCredentialKey,			/* without a passphrase */
	kCredentialAuthority,		/* the authority at the end of the chain, when the file has it */
	kCredentialList,		/* a revocation list */
	kCredentialTexts
};

/* The file for the next kJobImport; a copy is taken. kAcceleratorFull while something else that takes long waits or is worked. */
int credentials_submit(const uint8_t* bytes, size_t size);
/* The text, NULL: there is none. Valid until credentials_clear or the next job. */
const char* credentials_text(int which);
/* Zeroes and forgets all texts. */
void credentials_clear(void);

/*
 * What there is to tell of the first certificate (kKindOwn, kKindTrusted; also of a signing request) or revocation list in PEM text: lines of a name, a
 * space, and a value. 0: it cannot be read. The names are those of openssl/describe.c.
 */
size_t certificates_describe(int kind, const char* pem, char* out, size_t capacity);

#endif
