/*
 * What is made of what a crypto library says of a peer's certificates: which keys and uses are taken, whom a certificate names, and what is told of it. The same
 * for all backends.
 */
#include "x509.h"
#include "limits.h"

#include <stdio.h>
#include <string.h>

/* Bits of a public exponent: a larger one costs as much time as its sender likes. */
#define kMaximumExponentBits 64

#define USE(bytes) { bytes, sizeof(bytes) - 1 }

/* ---- what a certificate may be used for ---- */

int judgement_key_fault(const X509Key* key)
{
	if (!key->bits)
		return kTextNotRSA;
	if (key->bits < kMinimumRSABits)
		return kTextKeySmall;
	if (key->bits > kMaximumRSABits)
		return kTextKeyLarge;
	/* A public exponent of 1 or without reason is none of a key in use. */
	return key->exponentBits > 1 && key->exponentBits <= kMaximumExponentBits && key->isExponentOdd ? kTextOK : kTextMalformed;
}

/*
 * RFC 4945 5.1.3: key usage, where it is there, allows signatures; extended key usage, where it is there, has one of those that gateways'
 * certificates have in the field: IKE's own, Microsoft's "IKE intermediate" and the older ones of RFC 2459, any, and those of TLS.
 */
int judgement_may_authenticate(const Certificate* certificate)
{
	static const X509Use uses[] = {
		USE("\x2B\x06\x01\x05\x05\x07\x03\x11"), USE("\x2B\x06\x01\x05\x05\x08\x02\x02"), USE("\x2B\x06\x01\x05\x05\x07\x03\x05"), USE("\x2B\x06\x01\x05\x05\x07\x03\x06"),
		USE("\x2B\x06\x01\x05\x05\x07\x03\x07"), USE("\x2B\x06\x01\x05\x05\x07\x03\x01"), USE("\x2B\x06\x01\x05\x05\x07\x03\x02"),
	};
	return x509_may_sign(certificate) && x509_is_for(certificate, uses, sizeof(uses) / sizeof(uses[0]));
}

int judgement_validity(const Certificate* certificate, int64_t time)
{
	int64_t from, to;
	if (time == 0)
		return 0;
	x509_dates(certificate, &from, &to);
	return from > time ? kWarnNotYet : to < time ? kWarnExpired : 0;
}

int judgement_has_weak_signature(const Certificate* certificate)
{
	return !x509_is_self_signed(certificate) && x509_has_weak_hash(certificate);
}

/* ---- identities ---- */

/* ASCII letters in any case; what has a zero byte in it is nobody's name. */
static int isSameText(const uint8_t* own, size_t ownSize, const uint8_t* text, size_t size)
{
	if (ownSize != size || size == 0)
		return 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t a = own[i], b = text[i];
		if (a >= 'A' && a <= 'Z')
			a |= 0x20;
		if (b >= 'A' && b <= 'Z')
			b |= 0x20;
		if (a != b || a == 0)
			return 0;
	}
	return 1;
}

typedef struct {
	int type;
	const uint8_t* bytes;
	size_t size;
} Identity;

static int isSameName(const Identity* identity, const uint8_t* name, size_t size)
{
	/* A name without entries, 30 00, is nobody's. */
	return identity->type == kIdentityDN && identity->size > 2 && certificates_same_name(name, size, identity->bytes, identity->size);
}

static int isAlternative(const void* context, int type, const uint8_t* bytes, size_t size)
{
	const Identity* identity = context;
	switch (type) {
		case kX509Address:
			return identity->type == kIdentityAddress && identity->size == 4 && size == 4 && memcmp(bytes, identity->bytes, 4) == 0;
		case kX509DNS:
			return identity->type == kIdentityFQDN && isSameText(bytes, size, identity->bytes, identity->size);
		case kX509Email:
			return identity->type == kIdentityUserFQDN && isSameText(bytes, size, identity->bytes, identity->size);
		default:
			return isSameName(identity, bytes, size);
	}
}

int judgement_is_named(const Certificate* certificate, int type, const uint8_t* identity, size_t size)
{
	Identity wanted = { .type = type, .bytes = identity, .size = size };
	size_t subjectSize;
	const uint8_t* subject = x509_subject(certificate, &subjectSize);
	return (subject && isSameName(&wanted, subject, subjectSize)) || x509_has_alternative(certificate, isAlternative, &wanted);
}

/* ---- judgement ---- */

static int isSigned(const Certificate* certificate, const X509Key* key, const CertificateClaim* claim)
{
	return claim->signatureSize == ((size_t)key->bits + 7) / 8 && claim->hashSize > 0 && claim->hashSize <= kMaximumHashSize
		&& x509_is_signature(certificate, claim->hash, claim->hashSize, claim->signature, claim->signatureSize);
}

static void judgeKey(const X509Key* key, int fault, CertificateJudgement* judgement)
{
	judgement->verdict = fault == kTextKeySmall || fault == kTextKeyLarge ? kVerdictWeak : kVerdictMalformed;
	if (fault == kTextNotRSA)
		snprintf(judgement->detail, sizeof(judgement->detail), "its key is not an RSA key");
	else if (fault == kTextMalformed)
		snprintf(judgement->detail, sizeof(judgement->detail), "its public exponent is not one of a key in use");
	else
		snprintf(judgement->detail, sizeof(judgement->detail), "its RSA key has %d bits, from %d to %d are accepted", key->bits, kMinimumRSABits, kMaximumRSABits);
}

/* Of what the peer sent, the certificate nearest to its authority. */
static const Certificate* topOf(const Certificate* first)
{
	const Certificate* top = first;
	for (unsigned i = 1; i < CERTIFICATE_CHAIN && !x509_is_self_signed(top); i++) {
		const Certificate* other = first;
		while (other && (other == top || !x509_has_issued(other, top)))
			other = x509_next(other);
		if (!other)
			break;
		top = other;
	}
	return top;
}

/* Who would have to be trusted, when nobody is who vouches for the certificate: a person has to know whose certificate to ask for. */
static void tellAuthority(const Certificate* first, const X509Trust* trust, CertificateJudgement* judgement)
{
	char name[kCertificateTextSize];
	size_t size = strlen(judgement->detail);
	const Certificate* top = topOf(first);
	for (unsigned i = 0; i < trust->count; i++)
		if (x509_has_issued(trust->certificates[i], top))
			return;	/* that is not it */
	x509_issuer_text(top, name);
	if (name[0] && !(top == first && x509_is_self_signed(first)))
		snprintf(judgement->detail + size, sizeof(judgement->detail) - size, "; its authority is %s", name);
}

static void judgeChain(Certificate* first, int64_t time, CertificateJudgement* judgement)
{
	X509Trust trust = kept_trust();
	X509Finding finding;
	judgement->verdict = kVerdictUntrusted;
	if (trust.count == 0) {
		snprintf(judgement->detail, sizeof(judgement->detail), "no authority is trusted");
		tellAuthority(first, &trust, judgement);
	}
	else if (!x509_verify(first, &trust, time, &finding))
		snprintf(judgement->detail, sizeof(judgement->detail), "the crypto library failed");
	else if (finding.verdict != kVerdictOK) {
		judgement->verdict = finding.verdict;
		snprintf(judgement->detail, sizeof(judgement->detail), "%s%s%.120s", finding.text, finding.depth > 0 ? ": " : "", finding.depth > 0 ? finding.subject : "");
		if (finding.verdict == kVerdictUntrusted)
			tellAuthority(first, &trust, judgement);
	}
	else if (!judgement_may_authenticate(first))
		snprintf(judgement->detail, sizeof(judgement->detail), "its key usage or extended key usage is not for this");
	else {
		judgement->verdict = time == 0 ? kVerdictTimeNotSet : kVerdictOK;
		if (time != 0 && finding.isStale)
			snprintf(judgement->detail, sizeof(judgement->detail), "a revocation list is out of date");
	}
}

/* The certificate at *at of a claim, NULL when it cannot be read; *at moves on, to `end` when nothing is left. */
static Certificate* nextCertificate(const uint8_t** at, const uint8_t* end)
{
	size_t size = end - *at < 2 ? 0 : (size_t)(*at)[0] << 8 | (*at)[1];
	if (size == 0 || size > (size_t)(end - *at) - 2) {
		*at = end;
		return NULL;
	}
	const uint8_t* der = *at + 2;
	*at = der + size;
	return x509_read_der(der, size);
}

void certificates_judge(const CertificateClaim* claim, CertificateJudgement* judgement)
{
	const uint8_t* at = claim->certificates;
	const uint8_t* end = at + claim->certificatesSize;
	memset(judgement, 0, sizeof(*judgement));
	judgement->verdict = kVerdictMalformed;
	Certificate* first = nextCertificate(&at, end);
	if (!first) {
		snprintf(judgement->detail, sizeof(judgement->detail), "it is no certificate that can be read");
		return;
	}
	X509Key key = x509_key(first);
	int fault = judgement_key_fault(&key);
	x509_subject_text(first, judgement->subject);
	if (fault)
		judgeKey(&key, fault, judgement);
	else {
		Certificate* last = first;
		for (unsigned i = 1; i < CERTIFICATE_CHAIN && at < end; i++) {
			/* One that cannot be read is as if it had not been sent. */
			Certificate* other = nextCertificate(&at, end);
			if (other) {
				x509_link(last, other);
				last = other;
			}
		}
		judgement->isSigned = isSigned(first, &key, claim);
		judgement->isNamed = judgement_is_named(first, claim->identityType, claim->identity, claim->identitySize);
		judgeChain(first, claim->time, judgement);
	}
	x509_free(first);
}
