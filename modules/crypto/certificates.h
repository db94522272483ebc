/*
 * X.509 certificates and RSA signatures as IKEv1 uses them. What libraries say of them is asked through x509.h. What the settings say is parsed once
 * and kept here, private keys above all: nothing of a key ever goes back. All functions are for the control plane's thread, but for
 * signature_work (jobs.h). Texts that come out are printable ASCII, whatever is in a certificate.
 */
#ifndef KEYGATE_CERTIFICATES_H
#define KEYGATE_CERTIFICATES_H

#include "accelerator.h"

#define kCertificateTextSize 192
/* Bits of RSA keys: smaller ones can be broken or soon will be, larger ones cost more time than a stranger should have. */
#define kMinimumRSABits 2048
#define kMaximumRSABits 4096

/* ---- what the settings give; the numbers are the same in certificates.ts ---- */
enum { kKindOwn = 0, kKindTrusted, kKindRevocationList };
enum {
	kTextOK = 0,
	kTextNotPEM,		/* no such block in it */
	kTextMalformed,		/* a block that cannot be read */
	kTextSeveral,		/* more than one where there must be one */
	kTextKeyNotPEM,
	kTextKeyEncrypted,
	kTextKeyMismatch,	/* the key is not the certificate's */
	kTextNotRSA,
	kTextKeySmall,
	kTextKeyLarge,
	kTextNotChain,		/* a certificate that did not issue the one before it */
	kTextLongChain,
	kTextFull,		/* no room for another */
	kTextFailed,
};
enum { kWarnExpired = 1, kWarnNotYet = 2, kWarnNotAuthority = 4, kWarnPurpose = 8, kWarnStale = 16, kWarnSignature = 32, kWarnWaits = 64 };
/* An own certificate may be a signing request until an authority has signed it: its key is kept with it, and nothing else can be done with it. */
#define kRequestBegin "-----BEGIN CERTIFICATE REQUEST-----"

typedef struct {
	int fault;	/* kText... */
	int warnings;	/* kWarn... together */
	int bits;	/* of an RSA key, 0 for others */
} CertificateText;

/* Reads PEM text. With `keep` it takes the next place of its kind, as long as there is no fault. `time`: seconds since 1970, 0: not known. */
CertificateText certificates_read(int kind, const char* text, const char* key, int64_t time, int keep);
void certificates_clear(void);

/* Views, valid until certificates_clear; NULL behind the last. */
/* The certificates to send with own certificate `own`: itself, and what leads to an authority, without that authority itself. */
const uint8_t* certificates_chain(unsigned own, unsigned index, size_t* size);
int64_t certificates_end(unsigned own, unsigned index);	/* the last second of one of them, since 1970; 0 behind the last */
const uint8_t* certificates_subject(unsigned own, size_t* size);	/* its distinguished name, DER */
const uint8_t* certificates_authority(unsigned index, size_t* size);	/* the distinguished name of a trusted certificate, DER */

/* Whether the first certificate of PEM text names an identity (below). */
int certificates_text_subject(const char* pem, char text[kCertificateTextSize]);	/* 0: it cannot be read */
int certificates_text_names(const char* text, int type, const uint8_t* identity, size_t size);

/* ---- what a peer sends ---- */
enum {
	kVerdictOK = 0,
	kVerdictUntrusted,	/* no trusted authority vouches for it, or not for this name or use */
	kVerdictExpired,
	kVerdictNotYet,
	kVerdictRevoked,
	kVerdictTimeNotSet,	/* all is right but what depends on the time, which is not known */
	kVerdictWeak,		/* a key or a signature that can be broken */
	kVerdictMalformed,
};

/* Types of identities, as in RFC 2407 4.6.2.1. */
enum { kIdentityAddress = 1, kIdentityFQDN = 2, kIdentityUserFQDN = 3, kIdentityDN = 9 };

typedef struct {
	const uint8_t* certificates;	/* the peer's first, then others in any order; each after its size in two bytes, big-endian */
	size_t certificatesSize;
	int64_t time;			/* seconds since 1970, 0: not known */
	const uint8_t* hash;
	size_t hashSize;
	const uint8_t* signature;
	size_t signatureSize;
	int identityType;
	const uint8_t* identity;
	size_t identitySize;
} CertificateClaim;

typedef struct {
	int verdict;
	int isSigned;	/* the signature is that of the hash by the certificate's key, to the last bit of its padding */
	int isNamed;	/* the identity is the certificate's subject or one of its alternative names */
	char subject[kCertificateTextSize];
	char detail[kCertificateTextSize];	/* "" when there is nothing to say */
} CertificateJudgement;

void certificates_judge(const CertificateClaim* claim, CertificateJudgement* judgement);

/* ---- distinguished names ---- */
/* The DER of "C=DE, O=Example, CN=gate" (or "/C=DE/O=Example/CN=gate"), in this order; 0 when it is none or too long. */
size_t certificates_name(const char* text, uint8_t* out, size_t capacity);
/* Whether two names in DER are the same, as RFC 5280 7.1 compares them: without regard to case, spaces and string types. */
int certificates_same_name(const uint8_t* a, size_t sizeA, const uint8_t* b, size_t sizeB);
/* The text of a name in DER; 0: it is none. */
int certificates_name_text(const uint8_t* der, size_t size, char text[kCertificateTextSize]);

#endif
