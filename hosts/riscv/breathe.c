/*
 * Exponentiations take long: one of group 18 a second and more. mbedTLS has no place to stop in one, but it calls a function again and again that picks a power
 * from its table: the build (build.mjs) has bignum.c call this one in its place, and packets go on within a job.
 */
#include "../../modules/crypto/jobs.h"

#include <mbedtls/bignum.h>

/* Picks from one look at the ports to the next: a few multiplications each. */
#define kPicks 8

int breathing_cond_assign(mbedtls_mpi* to, const mbedtls_mpi* from, unsigned char assign);
int breathing_cond_assign(mbedtls_mpi* to, const mbedtls_mpi* from, unsigned char assign)
{
	static unsigned picks;
	if (++picks % kPicks == 0)
		workers_breathe();
	return mbedtls_mpi_safe_cond_assign(to, from, assign);
}
