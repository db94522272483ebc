/*
 * The four exponentiations that each side of main mode and quick mode with PFS does, by OpenSSL alone: negotiation.mjs compiles and runs it. Group 14 twice: by OpenSSL's key
 * agreement, which checks the public value by another exponentiation, and by nothing but BN_mod_exp with exponents of the size that keygate takes.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <openssl/bn.h>
#include <openssl/dh.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { kRounds = 200, kExponentBits = EXPONENT };

static double cpu(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void require(int condition, const char* what)
{
	if (!condition) {
		fprintf(stderr, "agreement: %s\n", what);
		exit(1);
	}
}

static EVP_PKEY* generate(EVP_PKEY_CTX* context)
{
	EVP_PKEY* key = NULL;
	require(EVP_PKEY_generate(context, &key) == 1, "generate");
	return key;
}

static void agree(EVP_PKEY* own, EVP_PKEY* peer)
{
	uint8_t secret[256];
	size_t size = sizeof(secret);
	EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(own, NULL);
	require(context && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, peer) == 1 && EVP_PKEY_derive(context, secret, &size) == 1, "derive");
	EVP_PKEY_CTX_free(context);
}

static int compare(const void* a, const void* b)
{
	double x = *(const double*)a, y = *(const double*)b;
	return (x > y) - (x < y);
}

static double median(double* times)
{
	qsort(times, kRounds, sizeof(times[0]), compare);
	return times[kRounds / 2];
}

static double bare(void)
{
	double times[kRounds];
	BIGNUM *prime = BN_get_rfc3526_prime_2048(NULL), *base = BN_new(), *exponent = BN_new(), *result = BN_new();
	BN_CTX* context = BN_CTX_new();
	BN_MONT_CTX* montgomery = BN_MONT_CTX_new();
	require(prime && base && exponent && result && context && montgomery && BN_MONT_CTX_set(montgomery, prime, context) && BN_rand_range(base, prime), "numbers");
	for (int round = 0; round < kRounds; round++) {
		double start = cpu();
		for (int i = 0; i < 4; i++)
			require(BN_rand(exponent, kExponentBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY)
				&& BN_mod_exp_mont_consttime(result, base, exponent, prime, context, montgomery), "exponentiation");
		times[round] = cpu() - start;
	}
	BN_free(prime);
	BN_free(base);
	BN_free(exponent);
	BN_free(result);
	BN_MONT_CTX_free(montgomery);
	BN_CTX_free(context);
	return median(times);
}

/* agreement GROUP: the medians of the microseconds of two key pairs and two shared secrets, and of four bare exponentiations (0: not of this group) */
int main(int count, char** words)
{
	int isCurve = count > 1 && strcmp(words[1], "31") == 0;
	OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string("group", (char[]){ "modp_2048" }, 0), OSSL_PARAM_construct_end() };
	EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(NULL, isCurve ? "X25519" : "DH", NULL);
	double times[kRounds];
	require(context && EVP_PKEY_keygen_init(context) == 1 && (isCurve || EVP_PKEY_CTX_set_params(context, parameters) == 1), "context");
	EVP_PKEY* peer = generate(context);
	for (int round = 0; round < kRounds; round++) {
		double start = cpu();
		for (int i = 0; i < 2; i++) {
			EVP_PKEY* own = generate(context);
			agree(own, peer);
			EVP_PKEY_free(own);
		}
		times[round] = cpu() - start;
	}
	printf("%.1f %.1f\n", median(times), isCurve ? 0.0 : bare());
	EVP_PKEY_free(peer);
	EVP_PKEY_CTX_free(context);
	return 0;
}
