/*
 * What the accelerator's interface costs over bare OpenSSL, and whether Diffie-Hellman stops packets. crypto.mjs compiles and runs it.
 * Times are CPU time of the thread, the least of many batches; gaps are wall time, since that is what a packet waits.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "accelerator.h"

#include <openssl/evp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define kPacketSize 1400
#define kBatch 2000
#define kBatches 50

static double clockOf(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double cpu(void)
{
	return clockOf(CLOCK_THREAD_CPUTIME_ID);
}

static double wall(void)
{
	return clockOf(CLOCK_MONOTONIC);
}

static uint8_t key[32] = { 1 }, iv[16] = { 2 }, aad[8] = { 3 }, data[kPacketSize], tag[32];

static void require(int condition, const char* what)
{
	if (!condition) {
		fprintf(stderr, "crypto bench: %s\n", what);
		exit(1);
	}
}

/* Microseconds of one packet; the two are measured in turn, so that both see the same machine. */
static void compare(const char* name, EVP_CIPHER_CTX* bare, int aead, AcceleratorContext* context, size_t size)
{
	double least[2] = { 1e9, 1e9 };
	for (int batch = 0; batch < kBatches; batch++) {
		double start = cpu();
		for (int i = 0; i < kBatch; i++) {
			int written, ok = EVP_EncryptInit_ex2(bare, NULL, NULL, iv, NULL);
			if (aead)
				ok = ok && EVP_EncryptUpdate(bare, NULL, &written, aad, sizeof(aad));
			ok = ok && EVP_EncryptUpdate(bare, data, &written, data, (int)size);
			if (aead)
				ok = ok && EVP_EncryptFinal_ex(bare, tag, &written) && EVP_CIPHER_CTX_ctrl(bare, EVP_CTRL_AEAD_GET_TAG, 16, tag);
			require(ok, "EVP");
		}
		double middle = cpu();
		for (int i = 0; i < kBatch; i++)
			require(accelerator_context_seal(context, iv, aad, sizeof(aad), data, size, tag) == kAcceleratorOK, "seal");
		double end = cpu();
		least[0] = (middle - start) / kBatch < least[0] ? (middle - start) / kBatch : least[0];
		least[1] = (end - middle) / kBatch < least[1] ? (end - middle) / kBatch : least[1];
	}
	printf("%s, %zu bytes: OpenSSL %.3f us, accelerator_context_seal %.3f us, ratio %.2f\n", name, size, least[0], least[1], least[1] / least[0]);
}

static void ciphers(void)
{
	static const struct {
		const char* name;
		int cipher, aead;
		size_t keySize, size;
	} cases[] = {
		{ "AES-128-GCM", kCipherAES128GCM, 1, 16, kPacketSize },
		{ "AES-256-GCM", kCipherAES256GCM, 1, 32, kPacketSize },
		{ "AES-128-GCM", kCipherAES128GCM, 1, 16, 64 },
		{ "AES-128-CBC", kCipherAES128CBC, 0, 16, kPacketSize / 16 * 16 },
		{ "AES-128-CTR", kCipherAES128CTR, 0, 16, kPacketSize },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int result;
		EVP_CIPHER* cipher = EVP_CIPHER_fetch(NULL, cases[i].name, NULL);
		EVP_CIPHER_CTX* bare = EVP_CIPHER_CTX_new();
		AcceleratorContext* context = accelerator_context_open(cases[i].cipher, key, cases[i].keySize, 0, NULL, 0, 1, &result);
		require(cipher && bare && context && EVP_EncryptInit_ex2(bare, cipher, key, NULL, NULL) && EVP_CIPHER_CTX_set_padding(bare, 0), cases[i].name);
		compare(cases[i].name, bare, cases[i].aead, context, cases[i].size);
		accelerator_context_close(context);
		EVP_CIPHER_CTX_free(bare);
		EVP_CIPHER_free(cipher);
	}
	static const struct { const char* name; int hash; size_t size; } hashes[] = {
		{ "HMAC-MD5-96", kHashMD5, 12 }, { "HMAC-SHA1-96", kHashSHA1, 12 }, { "HMAC-SHA256-128", kHashSHA256, 16 }, { "HMAC-SHA512-256", kHashSHA512, 32 },
	};
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		int result;
		double least = 1e9;
		AcceleratorContext* context = accelerator_context_open(kCipherNull, NULL, 0, hashes[i].hash, key, 20, 1, &result);
		require(context != NULL, hashes[i].name);
		for (int batch = 0; batch < kBatches / 5; batch++) {
			double start = cpu();
			for (int at = 0; at < kBatch; at++)
				accelerator_context_hmac(context, data, sizeof(data), NULL, 0, tag, hashes[i].size);
			double took = (cpu() - start) / kBatch;
			least = took < least ? took : least;
		}
		printf("%s, %d bytes: accelerator_context_hmac %.3f us\n", hashes[i].name, kPacketSize, least);
		accelerator_context_close(context);
	}
}

/* Seals packets for `duration` microseconds, or until a job is finished when it is 0; the longest time between two of them. */
static double longestGap(AcceleratorContext* context, double duration, AcceleratorJob* job, unsigned* packets)
{
	double start = wall(), before = start, longest = 0;
	*packets = 0;
	for (;;) {
		require(accelerator_context_seal(context, iv, aad, sizeof(aad), data, sizeof(data), tag) == kAcceleratorOK, "seal");
		double now = wall();
		longest = now - before > longest ? now - before : longest;
		before = now;
		++*packets;
		if (duration > 0 ? now - start >= duration : accelerator_collect(job))
			return longest;
	}
}

static void blocking(const char* where, int rounds)
{
	static AcceleratorJob job, result;
	int error;
	unsigned packets, all = 0;
	double submitted = 0, took = 0, gap = 0, quiet = 0;
	AcceleratorContext* context = accelerator_context_open(kCipherAES128GCM, key, 16, 0, NULL, 0, 1, &error);
	require(context != NULL, "context");
	for (int round = 0; round < rounds; round++) {
		job.group = 18;
		job.kind = kJobGenerate;
		double start = wall();
		require(accelerator_submit(&job) == kAcceleratorOK, "submit");
		double now = wall();
		double longest = longestGap(context, 0, &result, &packets);
		require(result.result == kAcceleratorOK, "job");
		submitted = now - start > submitted ? now - start : submitted;
		took += wall() - start;
		gap = longest > gap ? longest : gap;
		all += packets;
		longest = longestGap(context, 20000, NULL, &packets);
		quiet = longest > quiet ? longest : quiet;
	}
	printf("group 18, %s, %d jobs: submit at most %.3f ms, job %.1f ms, %u packets sealed meanwhile each, longest gap %.2f ms (without jobs %.2f ms)\n", where, rounds,
		submitted / 1000, took / rounds / 1000, all / (unsigned)rounds, gap / 1000, quiet / 1000);
	accelerator_context_close(context);
}

static void groups(void)
{
	static const int numbers[] = { 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 31 };
	static AcceleratorJob job, own, peer;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		double least[2] = { 1e9, 1e9 };
		for (int round = 0; round < 10; round++) {
			AcceleratorJob* made[] = { &own, &peer };
			double start;
			for (int side = 0; side < 2; side++) {
				job = (AcceleratorJob){ .group = numbers[i], .kind = kJobGenerate };
				start = wall();
				require(accelerator_submit(&job) == kAcceleratorOK, "submit");
				while (!accelerator_collect(made[side]))
					;
				least[0] = wall() - start < least[0] ? wall() - start : least[0];
			}
			own.kind = kJobAgree;
			memcpy(own.publicValue, peer.publicValue, sizeof(own.publicValue));
			start = wall();
			require(accelerator_submit(&own) == kAcceleratorOK, "submit");
			while (!accelerator_collect(&job))
				;
			least[1] = wall() - start < least[1] ? wall() - start : least[1];
		}
		printf("group %d: generate %.2f ms, agree %.2f ms\n", numbers[i], least[0] / 1000, least[1] / 1000);
	}
}

int main(void)
{
	double start = wall();
	require(accelerator_initialize() == kAcceleratorOK, "the accelerator does not start");
	printf("%s: started in %.1f ms\n", accelerator_description(), (wall() - start) / 1000);
	ciphers();
	groups();
	blocking("all processors", 20);
	accelerator_shutdown();
	/* The worker inherits it. */
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	require(sched_setaffinity(0, sizeof(one), &one) == 0 && accelerator_initialize() == kAcceleratorOK, "one processor");
	blocking("one processor", 20);
	accelerator_shutdown();
	return 0;
}
