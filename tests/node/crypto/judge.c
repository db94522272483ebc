/*
 * Judges a peer's certificates by certificates.h, for certificates.test.ts: lines of words on standard input, each answered by a line.
 *
 *   own FILE KEYFILE | trust FILE | list FILE | clear        the settings' texts: fault and warnings
 *   sign OWN HASH                                            hexadecimal; "refused"
 *   judge TIME HASH SIGNATURE TYPE IDENTITY DER...           verdict, signed, named, subject | detail; "-" for nothing
 *   same DER DER | name TEXT                                 distinguished names
 *   speed N TIME HASH SIGNATURE DER...                       microseconds of processor time that one judgement takes
 */
#include "certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define kLine (1 << 18)

static char line[kLine];

static size_t bytes(const char* hex, uint8_t* out)
{
	size_t size = 0;
	unsigned byte;
	if (strcmp(hex, "-") == 0)
		return 0;
	for (; hex[0] && hex[1] && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		out[size++] = (uint8_t)byte;
	return size;
}

/* What follows in the line, or "". */
static char* word(void)
{
	char* next = strtok(NULL, " \n");
	return next ? next : "";
}

static char* text(const char* path)
{
	static char texts[2][1 << 16];
	static int turn;
	char* to = texts[turn ^= 1];
	FILE* file = fopen(path, "r");
	size_t size = file ? fread(to, 1, sizeof(texts[0]) - 1, file) : 0;
	if (file)
		fclose(file);
	to[size] = 0;
	return to;
}

static void hexadecimal(const uint8_t* data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%02x", data[i]);
	printf("\n");
}

static void take(int kind)
{
	const char* certificate = text(word());
	CertificateText result = certificates_read(kind, certificate, kind == kKindOwn ? text(word()) : "", 1780272000, 1);
	printf("%d %d %d\n", result.fault, result.warnings, result.bits);
}

static void sign(void)
{
	AcceleratorJob job = { .kind = kJobSign, .id = 1, .group = atoi(word()) };
	job.publicSize = bytes(word(), job.publicValue);
	if (accelerator_submit(&job) != kAcceleratorOK) {
		printf("not taken\n");
		return;
	}
	while (!accelerator_collect(&job))
		nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
	if (job.result != kAcceleratorOK)
		printf("refused\n");
	else
		hexadecimal(job.secret, job.secretSize);
}

static uint8_t certificates[1 << 16], hash[512], proof[2048], identity[1024];

static void claim(CertificateClaim* claim, int named)
{
	claim->time = atoll(word());
	claim->hash = hash;
	claim->hashSize = bytes(word(), hash);
	claim->signature = proof;
	claim->signatureSize = bytes(word(), proof);
	claim->identityType = named ? atoi(word()) : 0;
	claim->identity = identity;
	claim->identitySize = named ? bytes(word(), identity) : 0;
	claim->certificates = certificates;
	for (char* der = word(); *der; der = word()) {
		uint8_t* to = certificates + claim->certificatesSize;
		size_t size = bytes(der, to + 2);
		to[0] = (uint8_t)(size >> 8);
		to[1] = (uint8_t)size;
		claim->certificatesSize += 2 + size;
	}
}

static void judge(void)
{
	CertificateClaim own = { 0 };
	CertificateJudgement judgement;
	claim(&own, 1);
	certificates_judge(&own, &judgement);
	printf("%d %d %d %s | %s\n", judgement.verdict, judgement.isSigned, judgement.isNamed, judgement.subject, judgement.detail);
}

static void speed(void)
{
	CertificateClaim own = { 0 };
	CertificateJudgement judgement;
	struct timespec before, after;
	int count = atoi(word());
	claim(&own, 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (int i = 0; i < count; i++)
		certificates_judge(&own, &judgement);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	printf("%.0f\n", ((double)(after.tv_sec - before.tv_sec) * 1e6 + (double)(after.tv_nsec - before.tv_nsec) / 1e3) / count);
}

int main(void)
{
	if (accelerator_initialize() != kAcceleratorOK)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		const char* what = strtok(line, " \n");
		if (!what)
			continue;
		if (strcmp(what, "own") == 0)
			take(kKindOwn);
		else if (strcmp(what, "trust") == 0)
			take(kKindTrusted);
		else if (strcmp(what, "list") == 0)
			take(kKindRevocationList);
		else if (strcmp(what, "clear") == 0) {
			certificates_clear();
			printf("cleared\n");
		}
		else if (strcmp(what, "sign") == 0)
			sign();
		else if (strcmp(what, "judge") == 0)
			judge();
		else if (strcmp(what, "speed") == 0)
			speed();
		else if (strcmp(what, "same") == 0) {
			size_t first = bytes(word(), certificates), second = bytes(word(), certificates + 4096);
			printf("%d\n", certificates_same_name(certificates, first, certificates + 4096, second));
		}
		else if (strcmp(what, "name") == 0) {
			char* rest = strtok(NULL, "\n");
			hexadecimal(certificates, certificates_name(rest ? rest : "", certificates, 1024));
		}
		else
			printf("what?\n");
	}
	accelerator_shutdown();
	return 0;
}
