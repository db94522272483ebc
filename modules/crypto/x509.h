/*
 * What a crypto library says of certificates, for those who judge them (judgement.c) and keep them (kept.c). x509.c of each backend asks its library, and
 * decides nothing but which of the library's findings about a chain is the one to tell.
 */
#ifndef KEYGATE_X509_H
#define KEYGATE_X509_H

#include "certificates.h"

/* The library's, under these names. Several certificates that came together are linked: the first one stands for all of them. */
typedef struct Certificate Certificate;
typedef struct RevocationList RevocationList;
typedef struct PrivateKey PrivateKey;

/* ---- reading. NULL: it cannot be read, and *fault is kText... ---- */
/* All of PEM text, in their order. */
Certificate* x509_read(const char* pem, int* fault);
/* One in DER, with nothing behind it. */
Certificate* x509_read_der(const uint8_t* der, size_t size);
void x509_link(Certificate* last, Certificate* next);	/* `next` is freed with it from now on */
Certificate* x509_next(const Certificate* certificate);
void x509_free(Certificate* first);	/* and those that are linked to it; NULL is allowed */
RevocationList* x509_read_list(const char* pem, int* fault);
void x509_free_list(RevocationList* list);
/* The private part of `of`; a key that has another public part is kTextKeyMismatch. */
PrivateKey* x509_read_key(const char* pem, const Certificate* of, int* fault);
void x509_free_key(PrivateKey* key);

/* ---- what a certificate says of itself ---- */
typedef struct {
	int bits;		/* of an RSA key, 0 for any other: then there is nothing else */
	int exponentBits;	/* of its public exponent */
	int isExponentOdd;
} X509Key;

X509Key x509_key(const Certificate* certificate);
/* Views, as long as it lives. */
const uint8_t* x509_encoded(const Certificate* certificate, size_t* size);
const uint8_t* x509_subject(const Certificate* certificate, size_t* size);
void x509_subject_text(const Certificate* certificate, char text[kCertificateTextSize]);
void x509_issuer_text(const Certificate* certificate, char text[kCertificateTextSize]);
void x509_dates(const Certificate* certificate, int64_t* from, int64_t* to);	/* seconds since 1970 */
int64_t x509_list_due(const RevocationList* list);	/* when the next one is, 0: it does not say */
int x509_is_self_signed(const Certificate* certificate);
int x509_is_authority(const Certificate* certificate);	/* it may sign certificates */
int x509_has_weak_hash(const Certificate* certificate);	/* what is signed is its hash by MD5 or SHA-1 */
int x509_may_sign(const Certificate* certificate);	/* key usage allows signatures, or is not there */
/* Whether extended key usage has one of these object identifiers (the content of their DER), or any; or is not there. One that cannot be read has none. */
typedef struct {
	const char* bytes;
	size_t size;
} X509Use;
int x509_is_for(const Certificate* certificate, const X509Use* uses, size_t count);
/* Types of alternative names (RFC 5280 4.2.1.6), by their tags; others are not told. A directory name is told as its DER. */
enum { kX509Email = 1, kX509DNS = 2, kX509Directory = 4, kX509Address = 7 };
/* Asks `is` about each until it says yes: its answer. */
int x509_has_alternative(const Certificate* certificate, int (*is)(const void* context, int type, const uint8_t* bytes, size_t size), const void* context);

/* ---- signatures ---- */
/*
 * RFC 2409 5.1: whether the block that the signature stands for is, as a whole, the only one that is right: 00 01 FF..FF 00 and the hash (PKCS #1 block type 1
 * without DigestInfo). Nothing of it is parsed.
 */
int x509_is_signature(const Certificate* certificate, const uint8_t* hash, size_t hashSize, const uint8_t* signature, size_t size);
/* The same block signed: 1 and its size, or 0. */
int x509_sign(PrivateKey* key, const uint8_t* hash, size_t hashSize, uint8_t signature[kMaximumRSABits / 8], size_t* size);
int x509_has_issued(const Certificate* issuer, const Certificate* certificate);

/* ---- chains ---- */
typedef struct {
	Certificate* const* certificates;	/* each by itself: whatever is trusted is where a chain may end */
	unsigned count;
	RevocationList* const* lists;
	unsigned listsCount;
} X509Trust;

typedef struct {
	int verdict;		/* kVerdict... */
	const char* text;	/* what is wrong, a constant */
	int depth;		/* of the certificate that it is wrong with, 0: the first */
	char subject[kCertificateTextSize];	/* ... and its name, when it is not the first */
	int isStale;		/* a revocation list is out of date: what it lists is revoked all the same */
} X509Finding;

/*
 * Whether one of those trusted vouches for the first certificate, over those linked to it. `time` 0: not known, and not judged by. An authority that gave no
 * revocation list revokes nothing. 0: the library failed.
 */
int x509_verify(Certificate* first, const X509Trust* trust, int64_t time, X509Finding* finding);

/* ---- judgement.c's, for the others ---- */
int judgement_key_fault(const X509Key* key);	/* kText... */
int judgement_validity(const Certificate* certificate, int64_t time);	/* kWarnNotYet, kWarnExpired or 0 */
int judgement_may_authenticate(const Certificate* certificate);
int judgement_has_weak_signature(const Certificate* certificate);	/* by a hash that is broken, where somebody else vouches for it */
int judgement_is_named(const Certificate* certificate, int type, const uint8_t* identity, size_t size);

/* ---- kept.c's ---- */
X509Trust kept_trust(void);	/* what the settings trust */

#endif
