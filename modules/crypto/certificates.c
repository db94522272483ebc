/* The natives of certificates.ts. */
#include "certificates.h"

#include "xsmc.h"
#include <string.h>

/* (kind, text, key, time, keep): fault, warnings and bits of a text of the settings in one number, 8, 8 and 14 bits from below. */
void xs_certificates_read(xsMachine* the)
{
	int kind = xsmcToInteger(xsArg(0));
	int64_t time = (int64_t)xsmcToNumber(xsArg(3));
	int keep = xsmcToBoolean(xsArg(4));
	const char* text = xsmcToString(xsArg(1));
	const char* key = xsmcToString(xsArg(2));
	text = xsmcToString(xsArg(1));	/* the other may have moved it */
	CertificateText result = certificates_read(kind, text, key, time, keep);
	xsmcSetInteger(xsResult, result.fault | result.warnings << 8 | (result.bits & 0x3FFF) << 16);
}

/* (text, type, identity): whether a certificate in PEM names an identity. */
void xs_certificates_text_names(xsMachine* the)
{
	void* identity;
	xsUnsignedValue size;
	const char* text = xsmcToString(xsArg(0));
	xsmcGetBufferReadable(xsArg(2), &identity, &size);
	xsmcSetBoolean(xsResult, certificates_text_names(text, xsmcToInteger(xsArg(1)), identity, size));
}

/* (text): the subject of a certificate in PEM, undefined when it cannot be read. */
void xs_certificates_text_subject(xsMachine* the)
{
	char text[kCertificateTextSize];
	if (certificates_text_subject(xsmcToString(xsArg(0)), text))
		xsmcSetString(xsResult, text);
}

/* (): forgets all of them. */
void xs_certificates_clear(xsMachine* the)
{
	(void)the;
	certificates_clear();
}

/* Undefined where there is none. */
static void setBytes(xsMachine* the, const uint8_t* bytes, size_t size)
{
	if (bytes)
		xsmcSetArrayBuffer(xsResult, (void*)(uintptr_t)bytes, (xsIntegerValue)size);
}

/* (own, index) */
void xs_certificates_chain(xsMachine* the)
{
	size_t size = 0;
	const uint8_t* bytes = certificates_chain((unsigned)xsmcToInteger(xsArg(0)), (unsigned)xsmcToInteger(xsArg(1)), &size);
	setBytes(the, bytes, size);
}

/* (own, index): the last second of a certificate that is sent, 0 behind the last. */
void xs_certificates_end(xsMachine* the)
{
	xsmcSetNumber(xsResult, (double)certificates_end((unsigned)xsmcToInteger(xsArg(0)), (unsigned)xsmcToInteger(xsArg(1))));
}

/* (own) */
void xs_certificates_subject(xsMachine* the)
{
	size_t size = 0;
	const uint8_t* bytes = certificates_subject((unsigned)xsmcToInteger(xsArg(0)), &size);
	setBytes(the, bytes, size);
}

/* (index) */
void xs_certificates_authority(xsMachine* the)
{
	size_t size = 0;
	const uint8_t* bytes = certificates_authority((unsigned)xsmcToInteger(xsArg(0)), &size);
	setBytes(the, bytes, size);
}

/* (certificates, time, hash, signature, type, identity): verdict, signed, named, size of the subject's text, the text, the detail's text. */
void xs_certificates_judge(xsMachine* the)
{
	CertificateClaim claim = { .time = (int64_t)xsmcToNumber(xsArg(1)), .identityType = xsmcToInteger(xsArg(4)) };
	CertificateJudgement judgement;
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	claim.certificates = data;
	claim.certificatesSize = size;
	xsmcGetBufferReadable(xsArg(2), &data, &size);
	claim.hash = data;
	claim.hashSize = size;
	xsmcGetBufferReadable(xsArg(3), &data, &size);
	claim.signature = data;
	claim.signatureSize = size;
	xsmcGetBufferReadable(xsArg(5), &data, &size);
	claim.identity = data;
	claim.identitySize = size;
	certificates_judge(&claim, &judgement);
	size_t subject = strlen(judgement.subject), detail = strlen(judgement.detail);
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)(4 + subject + detail));
	uint8_t* to = xsmcToArrayBuffer(xsResult);
	to[0] = (uint8_t)judgement.verdict;
	to[1] = (uint8_t)judgement.isSigned;
	to[2] = (uint8_t)judgement.isNamed;
	to[3] = (uint8_t)subject;
	memcpy(to + 4, judgement.subject, subject);
	memcpy(to + 4 + subject, judgement.detail, detail);
}

/* (text): a distinguished name in DER. */
void xs_certificates_name(xsMachine* the)
{
	uint8_t der[1024];
	size_t size = certificates_name(xsmcToString(xsArg(0)), der, sizeof(der));
	setBytes(the, size ? der : NULL, size);
}

/* (a, b) */
void xs_certificates_same_name(xsMachine* the)
{
	void *a, *b;
	xsUnsignedValue sizeA, sizeB;
	xsmcGetBufferReadable(xsArg(0), &a, &sizeA);
	xsmcGetBufferReadable(xsArg(1), &b, &sizeB);
	xsmcSetBoolean(xsResult, certificates_same_name(a, sizeA, b, sizeB));
}

/* (der): the text of a name, undefined when it is none. */
void xs_certificates_name_text(xsMachine* the)
{
	char text[kCertificateTextSize];
	void* der;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &der, &size);
	if (certificates_name_text(der, size, text))
		xsmcSetString(xsResult, text);
}
