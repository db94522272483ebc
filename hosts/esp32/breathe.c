/*
 * What takes long in a job, for which the main loop waits: keys of RSA are searched for by many exponentiations, and a key is derived from a passphrase in some 100,000 rounds of
 * HMAC. Both are ESP-IDF's mbedTLS, which calls these functions in place of its own ones (the linker's --wrap, components/keygate): the watchdog hears of it, and lwIP's
 * thread gets its lock. In that thread they are only what they were.
 */
#include "../../modules/crypto/jobs.h"
#include "esp32.h"

struct mbedtls_md_context_t;
struct mbedtls_mpi;

/* Rounds from one look at what waits to the next. */
#define kRounds 64

int __real_mbedtls_md_hmac_finish(struct mbedtls_md_context_t* hmac, unsigned char* output);
int __wrap_mbedtls_md_hmac_finish(struct mbedtls_md_context_t* hmac, unsigned char* output);
int __wrap_mbedtls_md_hmac_finish(struct mbedtls_md_context_t* hmac, unsigned char* output)
{
	static unsigned rounds;
	if (rest_is_loop() && ++rounds % kRounds == 0)
		workers_breathe();
	return __real_mbedtls_md_hmac_finish(hmac, output);
}

int __real_mbedtls_mpi_exp_mod(struct mbedtls_mpi* power, const struct mbedtls_mpi* base, const struct mbedtls_mpi* exponent, const struct mbedtls_mpi* modulus, struct mbedtls_mpi* kept);
int __wrap_mbedtls_mpi_exp_mod(struct mbedtls_mpi* power, const struct mbedtls_mpi* base, const struct mbedtls_mpi* exponent, const struct mbedtls_mpi* modulus, struct mbedtls_mpi* kept);
int __wrap_mbedtls_mpi_exp_mod(struct mbedtls_mpi* power, const struct mbedtls_mpi* base, const struct mbedtls_mpi* exponent, const struct mbedtls_mpi* modulus, struct mbedtls_mpi* kept)
{
	if (rest_is_loop())
		workers_breathe();
	return __real_mbedtls_mpi_exp_mod(power, base, exponent, modulus, kept);
}
