/*
 * Diffie-Hellman by OpenSSL 3: the MODP groups of RFC 2409 and RFC 3526, the curves of RFC 5903, curve25519 of RFC 7748 (RFC 8031).
 * Runs in the worker's thread (threads.c) only, but for agreement_initialize.
 *
 * MODP is done by big numbers instead of EVP_PKEY: OpenSSL has no name for group 2 and gives shared secrets without leading zeros.
 */
#include "../groups.h"
#include "../jobs.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <string.h>

/* What OpenSSL calls them. */
static const struct {
	BIGNUM* (*prime)(BIGNUM*);
	int curve;
} kNames[kGroupsCount] = {
	[kGroup2] = { BN_get_rfc2409_prime_1024, 0 },
	[kGroup5] = { BN_get_rfc3526_prime_1536, 0 },
	[kGroup14] = { BN_get_rfc3526_prime_2048, 0 },
	[kGroup15] = { BN_get_rfc3526_prime_3072, 0 },
	[kGroup16] = { BN_get_rfc3526_prime_4096, 0 },
	[kGroup17] = { BN_get_rfc3526_prime_6144, 0 },
	[kGroup18] = { BN_get_rfc3526_prime_8192, 0 },
	[kGroup19] = { NULL, NID_X9_62_prime256v1 },
	[kGroup20] = { NULL, NID_secp384r1 },
	[kGroup21] = { NULL, NID_secp521r1 },
};

/* What OpenSSL wants to have computed once for each group. */
static struct {
	BN_CTX* numbers;
	struct {
		BIGNUM* prime;
		BIGNUM* last;		/* p - 1 */
		BN_MONT_CTX* montgomery;
		EC_GROUP* curve;
	} groups[kGroupsCount];
} state;

int agreement_initialize(void)
{
	int ok = (state.numbers = BN_CTX_new()) != NULL;
	for (size_t i = 0; ok && i < kGroupsCount; i++) {
		if (kGroups[i].kind == kModp) {
			BIGNUM* prime = state.groups[i].prime = kNames[i].prime(NULL);
			BIGNUM* last = state.groups[i].last = prime ? BN_dup(prime) : NULL;
			BN_MONT_CTX* montgomery = state.groups[i].montgomery = BN_MONT_CTX_new();
			ok = prime && last && montgomery && BN_sub_word(last, 1) && BN_MONT_CTX_set(montgomery, prime, state.numbers);
		}
		else if (kGroups[i].kind == kECP)
			ok = (state.groups[i].curve = EC_GROUP_new_by_curve_name(kNames[i].curve)) != NULL;
	}
	if (!ok)
		agreement_shutdown();
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

void agreement_shutdown(void)
{
	for (size_t i = 0; i < kGroupsCount; i++) {
		BN_free(state.groups[i].prime);
		BN_free(state.groups[i].last);
		BN_MONT_CTX_free(state.groups[i].montgomery);
		EC_GROUP_free(state.groups[i].curve);
	}
	BN_CTX_free(state.numbers);
	memset(&state, 0, sizeof(state));
}

/* out = base ^ job's private value mod p, padded to `size`. `base` NULL: the generator, 2. */
static int power(int index, const AcceleratorJob* job, const BIGNUM* base, uint8_t* out, size_t size)
{
	int result = kAcceleratorFailed;
	BIGNUM* two = base ? NULL : BN_new();
	BIGNUM* exponent = BN_bin2bn(job->privateValue, (int)job->privateSize, NULL);
	BIGNUM* value = BN_new();
	if (exponent && value && (base || (two && BN_set_word(two, 2)))) {
		BN_set_flags(exponent, BN_FLG_CONSTTIME);
		if (BN_is_zero(exponent))
			result = kAcceleratorRefused;
		else if (BN_mod_exp_mont_consttime(value, base ? base : two, exponent, state.groups[index].prime, state.numbers, state.groups[index].montgomery)
			&& BN_bn2binpad(value, out, (int)size) == (int)size)
			result = kAcceleratorOK;
	}
	BN_clear_free(value);
	BN_clear_free(exponent);
	BN_free(two);
	return result;
}

static int agreeModp(int index, AcceleratorJob* job)
{
	int result = kAcceleratorFailed;
	BIGNUM* peer = BN_bin2bn(job->publicValue, (int)job->publicSize, NULL);
	if (peer) {
		/* 1 < y < p - 1. The primes are safe primes, so no other small subgroup is left. */
		if (BN_is_zero(peer) || BN_is_one(peer) || BN_cmp(peer, state.groups[index].last) >= 0)
			result = kAcceleratorRefused;
		else
			result = power(index, job, peer, job->secret, kGroups[index].secretSize);
	}
	BN_free(peer);
	return result;
}

static int generateECP(int index, AcceleratorJob* job)
{
	const EC_GROUP* curve = state.groups[index].curve;
	size_t size = kGroups[index].publicSize;
	uint8_t encoded[1 + 2 * 66];
	int result = kAcceleratorFailed;
	BIGNUM* scalar = BN_new();
	EC_POINT* point = EC_POINT_new(curve);
	if (scalar && point) {
		int ok;
		BN_set_flags(scalar, BN_FLG_CONSTTIME);
		do {
			ok = BN_priv_rand_range(scalar, EC_GROUP_get0_order(curve));
		} while (ok && BN_is_zero(scalar));
		if (ok && EC_POINT_mul(curve, point, scalar, NULL, NULL, state.numbers)
			&& EC_POINT_point2oct(curve, point, POINT_CONVERSION_UNCOMPRESSED, encoded, sizeof(encoded), state.numbers) == size + 1
			&& BN_bn2binpad(scalar, job->privateValue, (int)kGroups[index].privateSize) > 0) {
			memcpy(job->publicValue, encoded + 1, size);	/* without the form byte, 4 */
			result = kAcceleratorOK;
		}
	}
	EC_POINT_free(point);
	BN_clear_free(scalar);
	return result;
}

static int agreeECP(int index, AcceleratorJob* job)
{
	const EC_GROUP* curve = state.groups[index].curve;
	uint8_t encoded[1 + 2 * 66] = { POINT_CONVERSION_UNCOMPRESSED };
	int result = kAcceleratorFailed;
	BIGNUM* scalar = BN_bin2bn(job->privateValue, (int)job->privateSize, NULL);
	BIGNUM* x = BN_new();
	EC_POINT* peer = EC_POINT_new(curve);
	EC_POINT* shared = EC_POINT_new(curve);
	memcpy(encoded + 1, job->publicValue, job->publicSize);
	if (scalar && x && peer && shared) {
		BN_set_flags(scalar, BN_FLG_CONSTTIME);
		/* oct2point checks that the coordinates are less than the prime and the point is on the curve; the curves have cofactor 1. */
		if (BN_is_zero(scalar) || BN_cmp(scalar, EC_GROUP_get0_order(curve)) >= 0
			|| !EC_POINT_oct2point(curve, peer, encoded, job->publicSize + 1, state.numbers) || EC_POINT_is_at_infinity(curve, peer))
			result = kAcceleratorRefused;
		else if (EC_POINT_mul(curve, shared, NULL, peer, scalar, state.numbers)
			&& EC_POINT_get_affine_coordinates(curve, shared, x, NULL, state.numbers)
			&& BN_bn2binpad(x, job->secret, (int)kGroups[index].secretSize) > 0)
			result = kAcceleratorOK;
	}
	EC_POINT_clear_free(shared);
	EC_POINT_free(peer);
	BN_clear_free(x);
	BN_clear_free(scalar);
	return result;
}

static int generateCurve25519(int index, AcceleratorJob* job)
{
	size_t size = kGroups[index].publicSize;
	int result = kAcceleratorFailed;
	EVP_PKEY* key = NULL;
	if (RAND_priv_bytes(job->privateValue, (int)kGroups[index].privateSize) == 1
		&& (key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, job->privateValue, kGroups[index].privateSize)) != NULL
		&& EVP_PKEY_get_raw_public_key(key, job->publicValue, &size) == 1 && size == kGroups[index].publicSize)
		result = kAcceleratorOK;
	EVP_PKEY_free(key);
	return result;
}

static int agreeCurve25519(int index, AcceleratorJob* job)
{
	static const uint8_t zeros[32];
	size_t size = kGroups[index].secretSize;
	int result = kAcceleratorFailed;
	EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, job->privateValue, job->privateSize);
	EVP_PKEY* peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, job->publicValue, job->publicSize);
	EVP_PKEY_CTX* derivation = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	if (accelerator_equal(job->privateValue, zeros, sizeof(zeros)))
		result = kAcceleratorRefused;
	else if (peer && derivation && EVP_PKEY_derive_init(derivation) == 1 && EVP_PKEY_derive_set_peer(derivation, peer) == 1) {
		/* The only way in which this fails is the secret 0, of a public value of small order. */
		if (EVP_PKEY_derive(derivation, job->secret, &size) != 1 || accelerator_equal(job->secret, zeros, sizeof(zeros)))
			result = kAcceleratorRefused;
		else if (size == kGroups[index].secretSize)
			result = kAcceleratorOK;
	}
	EVP_PKEY_CTX_free(derivation);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(key);
	return result;
}

static int generate(int index, AcceleratorJob* job)
{
	job->privateSize = kGroups[index].privateSize;
	job->publicSize = kGroups[index].publicSize;
	job->secretSize = 0;
	switch (kGroups[index].kind) {
		case kModp:
			if (RAND_priv_bytes(job->privateValue, (int)job->privateSize) != 1)
				return kAcceleratorFailed;
			return power(index, job, NULL, job->publicValue, job->publicSize);
		case kECP:
			return generateECP(index, job);
		default:
			return generateCurve25519(index, job);
	}
}

static int agree(int index, AcceleratorJob* job)
{
	int result;
	switch (kGroups[index].kind) {
		case kModp:
			result = agreeModp(index, job);
			break;
		case kECP:
			result = agreeECP(index, job);
			break;
		default:
			result = agreeCurve25519(index, job);
			break;
	}
	/* The caller has both; what it collects is the secret alone. */
	accelerator_zero(job->privateValue, sizeof(job->privateValue));
	job->privateSize = job->publicSize = 0;
	job->secretSize = kGroups[index].secretSize;
	return result;
}

int agreement_work(AcceleratorJob* job)
{
	int index = group_index(job->group);
	return job->kind == kJobGenerate ? generate(index, job) : agree(index, job);
}
