/*
 * Certificates, keys, revocation lists, PKCS #12 files and names, as strangers and administrators may give them: the same for both backends. DER is put into
 * PEM here where a function wants that, so that the fuzzer works on what matters.
 */
#include "input.h"

#include "credentials.h"
#include "jobs.h"

#define kText 24000u

int LLVMFuzzerInitialize(int* count, char*** words)
{
	(void)count;
	(void)words;
	return accelerator_initialize();
}

/* PEM text of DER, or the fuzzer's own text; in a block of its own. */
static char* pem(Input* input, const char* label, int isText)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t* bytes;
	uint32_t size = inputBytes(input, input16(input) % 8192, &bytes);
	if (isText) {
		char* text = (char*)block(size + 1);
		memcpy(text, bytes, size);
		text[size] = 0;
		return text;
	}
	static char made[kText];
	int length = snprintf(made, sizeof made, "-----BEGIN %s-----\n", label);
	for (uint32_t at = 0; at < size; at += 3) {
		uint32_t group = (uint32_t)bytes[at] << 16 | (at + 1 < size ? (uint32_t)bytes[at + 1] << 8 : 0) | (at + 2 < size ? bytes[at + 2] : 0);
		for (int i = 0; i < 4; i++)
			made[length++] = at + (uint32_t)i <= size || i < 2 ? digits[group >> (18 - 6 * i) & 63] : '=';
		if (at % 48 == 45)
			made[length++] = '\n';
	}
	length += snprintf(made + length, sizeof made - (size_t)length, "\n-----END %s-----\n", label);
	char* text = (char*)block((size_t)length + 1);
	memcpy(text, made, (size_t)length + 1);
	return text;
}

static void isPrintable(const char* text, size_t size)
{
	for (size_t i = 0; i < size && text[i]; i++)
		HOLDS((text[i] >= ' ' && text[i] <= '~') || text[i] == '\n');
}

static void settings(Input* input, uint8_t how)
{
	static char out[kCredentialTextSize];
	static const char* const labels[] = { "CERTIFICATE", "CERTIFICATE", "X509 CRL", "CERTIFICATE REQUEST" };
	int kind = how % 3;
	char* text = pem(input, labels[how & 3], how & 4);
	char* key = pem(input, how & 8 ? "PRIVATE KEY" : how & 16 ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", how & 32);
	char subject[kCertificateTextSize];
	CertificateText read = certificates_read(kind, text, key, how & 64 ? 1780272000 : 0, 1);
	HOLDS(read.fault >= kTextOK && read.fault <= kTextFailed);
	size_t size = certificates_describe(kind, text, out, sizeof out);
	HOLDS(size < sizeof out);
	isPrintable(out, size);
	if (certificates_text_subject(text, subject))
		isPrintable(subject, sizeof subject);
	certificates_text_names(text, how >> 4 & 15, (const uint8_t*)"10.0.0.1", 8);
	free(key);
	free(text);
}

static void peer(Input* input, uint8_t how)
{
	const uint8_t *bytes, *identity, *signature;
	CertificateJudgement judgement;
	char* trusted = pem(input, "CERTIFICATE", 0);
	certificates_read(kKindTrusted, trusted, "", 1780272000, 1);
	free(trusted);
	if (how & 1) {
		char* list = pem(input, "X509 CRL", 0);
		certificates_read(kKindRevocationList, list, "", 1780272000, 1);
		free(list);
	}
	uint32_t identitySize = inputBytes(input, input8(input), &identity);
	uint32_t signatureSize = inputBytes(input, input16(input) % 600, &signature);
	uint32_t size = inputBytes(input, 65535, &bytes);
	uint8_t* copy = block(size);
	memcpy(copy, bytes, size);
	/* one certificate to the end, whatever its length says */
	if (how & 2 && size >= 2) {
		copy[0] = (uint8_t)((size - 2) >> 8);
		copy[1] = (uint8_t)(size - 2);
	}
	static const uint8_t hash[32] = { 0x5a };
	static const int types[] = { 1, 2, 3, 9, 9, 11, 0, 4 };
	certificates_judge(&(CertificateClaim) {
		.certificates = copy, .certificatesSize = size, .time = how & 4 ? 1780272000 : 0, .hash = hash, .hashSize = sizeof hash, .signature = signature,
		.signatureSize = signatureSize, .identityType = types[how >> 3 & 7], .identity = identity, .identitySize = identitySize
	}, &judgement);
	/* for who compares the backends (signed.test.ts) */
	if (getenv("KEYGATE_TELL"))
		printf("judgement %d %d %d %s: %s\n", judgement.verdict, judgement.isSigned, judgement.isNamed, judgement.subject, judgement.detail);
	HOLDS(judgement.verdict >= kVerdictOK && judgement.verdict <= kVerdictMalformed);
	isPrintable(judgement.subject, sizeof judgement.subject);
	isPrintable(judgement.detail, sizeof judgement.detail);
	free(copy);
}

static void file(Input* input, uint8_t how)
{
	const uint8_t* bytes;
	static AcceleratorJob job;
	memset(&job, 0, sizeof job);
	job.kind = kJobImport;
	if (how & 1) {
		job.privateSize = 6;
		memcpy(job.privateValue, "secret", 6);
	}
	uint32_t size = inputBytes(input, kImportSize, &bytes);
	uint8_t* copy = block(size);
	memcpy(copy, bytes, size);
	int outcome = import_work(&job, copy, size);
	HOLDS(outcome >= kImportOK && outcome <= kImportFailed);
	for (int i = 0; i < kCredentialTexts; i++)
		if (credentials_text(i))
			HOLDS(strlen(credentials_text(i)) < kCredentialTextSize);
	credentials_clear();
	free(copy);
}

static void names(Input* input)
{
	const uint8_t *a, *b;
	uint8_t der[600];
	char text[kCertificateTextSize];
	uint32_t sizeA = inputBytes(input, input16(input) % 600, &a);
	uint32_t sizeB = inputBytes(input, 600, &b);
	uint8_t *first = block(sizeA), *second = block(sizeB);
	memcpy(first, a, sizeA);
	memcpy(second, b, sizeB);
	HOLDS(certificates_same_name(first, sizeA, second, sizeB) == certificates_same_name(second, sizeB, first, sizeA));
	if (certificates_name_text(first, sizeA, text))
		isPrintable(text, sizeof text);
	char* line = (char*)block(sizeB + 1);
	memcpy(line, b, sizeB);
	line[sizeB] = 0;
	size_t size = certificates_name(line, der, sizeof der);
	HOLDS(size <= sizeof der);
	if (size > 0)
		HOLDS(certificates_same_name(der, size, der, size));
	free(line);
	free(second);
	free(first);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	Input input = { data, data + size };
	uint8_t what = input8(&input), how = input8(&input);
	switch (what & 3) {
	case 0: settings(&input, how); break;
	case 1: peer(&input, how); break;
	case 2: file(&input, how); break;
	default: names(&input); break;
	}
	certificates_clear();
	labour_end();
	return 0;
}
