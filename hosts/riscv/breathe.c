/*
 * Exponentiations take long: one of group 18 a second and more, and so do keys that are derived from a passphrase in some 100,000 rounds. mbedTLS has no place to stop in
 * one, but it calls a function again and again, that picks a power from a table, ends an HMAC, or hashes: the build (build.mjs) has bignum.c, pkcs5.c and pkcs12.c call these in
 * its place, and packets go on within a job.
 */
#include "../../modules/crypto/jobs.h"

#include <mbedtls/bignum.h>
#include <mbedtls/md.h>

/* Picks, and rounds, from one look at the ports to the next: a few multiplications each, and a few blocks. */
#define kPicks 8
#define kRounds 64

int breathing_cond_assign(mbedtls_mpi* to, const mbedtls_mpi* from, unsigned char assign);
int breathing_cond_assign(mbedtls_mpi* to, const mbedtls_mpi* from, unsigned char assign)
{
	static unsigned picks;
	if (++picks % kPicks == 0)
		workers_breathe();
	return mbedtls_mpi_safe_cond_assign(to, from, assign);
}

static void round_done(void)
{
	static unsigned rounds;
	if (++rounds % kRounds == 0)
		workers_breathe();
}

int breathing_hmac_finish(mbedtls_md_context_t* hmac, unsigned char* output);
int breathing_hmac_finish(mbedtls_md_context_t* hmac, unsigned char* output)
{
	round_done();
	return mbedtls_md_hmac_finish(hmac, output);
}

int breathing_md(const mbedtls_md_info_t* hash, const unsigned char* input, size_t size, unsigned char* output);
int breathing_md(const mbedtls_md_info_t* hash, const unsigned char* input, size_t size, unsigned char* output)
{
	round_done();
	return mbedtls_md(hash, input, size, output);
}
