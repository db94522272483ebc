/*
 * Diffie-Hellman by OpenSSL 3: the MODP groups of RFC 2409 and RFC 3526, the curves of RFC 5903, curve25519 of RFC 7748 (RFC 8031).
 * Runs in the worker's thread (threads.c) only, but for agreement_initialize and _check.
 *
 * MODP is done by big numbers instead of EVP_PKEY: OpenSSL has no name for group 2 and gives shared secrets without leading zeros.
 */
#include "../jobs.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <string.h>

enum { kModp = 1, kECP, kCurve25519 };

/*
 * Sizes in bytes, the same as `groups` of algorithms.ts. MODP exponents: at least twice the strength of the group (SP 800-57: 80, 112, 128 bits
 * for 1024, 2048, 3072; RFC 3526 8: 150, 170, 190 for 4096, 6144, 8192), with a margin.
 */
typedef struct {
	int group, kind;
	size_t publicSize, privateSize, secretSize;
	BIGNUM* (*prime)(BIGNUM*);
	int curve;
} GroupSizes;

static const GroupSizes kGroups[] = {
	{ 2, kModp, 128, 32, 128, BN_get_rfc2409_prime_1024, 0 },
	{ 5, kModp, 192, 32, 192, BN_get_rfc3526_prime_1536, 0 },
	{ 14, kModp, 256, 32, 256, BN_get_rfc3526_prime_2048, 0 },
	{ 15, kModp, 384, 40, 384, BN_get_rfc3526_prime_3072, 0 },
	{ 16, kModp, 512, 48, 512, BN_get_rfc3526_prime_4096, 0 },
	{ 17, kModp, 768, 56, 768, BN_get_rfc3526_prime_6144, 0 },
	{ 18, kModp, 1024, 64, 1024, BN_get_rfc3526_prime_8192, 0 },
	{ 19, kECP, 64, 32, 32, NULL, NID_X9_62_prime256v1 },
	{ 20, kECP, 96, 48, 48, NULL, NID_secp384r1 },
	{ 21, kECP, 132, 66, 66, NULL, NID_secp521r1 },
	{ 31, kCurve25519, 32, 32, 32, NULL, 0 },
};
#define kGroupsCount (sizeof(kGroups) / sizeof(kGroups[0]))

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

static int indexOf(int group)
{
	for (size_t i = 0; i < kGroupsCount; i++) {
		if (kGroups[i].group == group)
			return (int)i;
	}
	return -1;
}

int agreement_initialize(void)
{
	int ok = (state.numbers = BN_CTX_new()) != NULL;
	for (size_t i = 0; ok && i < kGroupsCount; i++) {
		if (kGroups[i].kind == kModp) {
			BIGNUM* prime = state.groups[i].prime = kGroups[i].prime(NULL);
			BIGNUM* last = state.groups[i].last = prime ? BN_dup(prime) : NULL;
			BN_MONT_CTX* montgomery = state.groups[i].montgomery = BN_MONT_CTX_new();
			ok = prime && last && montgomery && BN_sub_word(last, 1) && BN_MONT_CTX_set(montgomery, prime, state.numbers);
		}
		else if (kGroups[i].kind == kECP)
			ok = (state.groups[i].curve = EC_GROUP_new_by_curve_name(kGroups[i].curve)) != NULL;
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

int agreement_check(const AcceleratorJob* job)
{
	int index = indexOf(job->group);
	if (index < 0 || (job->kind != kJobGenerate && job->kind != kJobAgree))
		return kAcceleratorBadSize;
	if (job->kind == kJobAgree) {
		if (job->publicSize != kGroups[index].publicSize || job->privateSize == 0)
			return kAcceleratorBadSize;
		/* A MODP exponent may have any size up to the prime's; the others have one. */
		if (kGroups[index].kind == kModp ? job->privateSize > kGroups[index].publicSize : job->privateSize != kGroups[index].privateSize)
			return kAcceleratorBadSize;
	}
	return kAcceleratorOK;
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
	int index = indexOf(job->group);
	return job->kind == kJobGenerate ? generate(index, job) : agree(index, job);
}
