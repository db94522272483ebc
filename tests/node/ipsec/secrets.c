/*
 * Timing by secrets, as valgrind's memcheck sees it: secret bytes are marked as undefined, and a branch or an address that depends on them is an
 * error. What may be known, the yes or no of a comparison and what a tunnel carries, is marked as defined where it comes out. A line for each case;
 * with "leaky", a comparison that ends at the first difference, which must be found. Left out: 3DES, whose tables are indexed by secrets by design,
 * and the opening of AES-GCM, whose yes or no comes out within the crypto library.
 */
#include "accelerator.h"
#include "ah.h"
#include "events.h"
#include "esp.h"
#include "support.h"

#include <stdlib.h>
#include <valgrind/memcheck.h>

unsigned gFailures;

static void secret(void* bytes, size_t size)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(bytes, size);
}

static void known(void* bytes, size_t size)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(bytes, size);
}

int __real_accelerator_equal(const uint8_t* a, const uint8_t* b, size_t size);
int __wrap_accelerator_equal(const uint8_t* a, const uint8_t* b, size_t size);
int __wrap_accelerator_equal(const uint8_t* a, const uint8_t* b, size_t size)
{
	volatile int equal = __real_accelerator_equal(a, b, size);
	known((void*)&equal, sizeof equal);
	return equal;
}

int __real_sad_open(unsigned slot);
int __wrap_sad_open(unsigned slot);
int __wrap_sad_open(unsigned slot)
{
	SARecord* sa = &gSAD[slot];
	secret(sa->encryptionKey, sa->encryptionKeySize);
	secret(sa->authenticationKey, sa->authenticationKeySize);
	secret(sa->ahKey, sa->ahKeySize);
	return __real_sad_open(slot);
}

static void body(const char* name, void (*work)(void))
{
	unsigned long before = VALGRIND_COUNT_ERRORS;
	unsigned failures = gFailures;
	work();
	int ok = VALGRIND_COUNT_ERRORS == before && gFailures == failures;
	gFailures += !ok;
	printf("%s %s\n", ok ? "ok" : "not ok", name);
	fflush(stdout);
}

/* What a peer or a browser sent against what it should be: hashes of IKE, ICVs, digests of passwords and cookies. */
static void comparison(void)
{
	for (size_t size = 1; size <= 64; size++)
		for (size_t at = 0; at <= size; at++) {
			uint8_t ours[64], theirs[64];
			memset(ours, 0x5a, sizeof ours);
			memcpy(theirs, ours, sizeof theirs);
			if (at < size)
				theirs[at] ^= 1;
			secret(ours, sizeof ours);
			CHECK(accelerator_equal(ours, theirs, size) == (at == size));
		}
}

static int leaky_equal(const uint8_t* a, const uint8_t* b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

static void leaky(void)
{
	uint8_t ours[20] = { 1, 2, 3 }, theirs[20] = { 1, 2, 4 };
	secret(ours, sizeof ours);
	CHECK(!leaky_equal(ours, theirs, sizeof ours));
}

/* HASH(1) and the like: the key is one of an IKE SA. */
static void mac(void)
{
	for (int hash = kHashMD5; hash <= kHashSHA512; hash++) {
		AcceleratorHMAC hmac;
		uint8_t key[64], tag[kMaximumHashSize], sent[kMaximumHashSize] = { 0 };
		memset(key, 0x11, sizeof key);
		secret(key, sizeof key);
		CHECK(accelerator_hmac_start(&hmac, hash, key, 20) == kAcceleratorOK);
		CHECK(accelerator_hmac_update(&hmac, sent, 40) == kAcceleratorOK);
		CHECK(accelerator_hmac_finish(&hmac, tag) == kAcceleratorOK);
		/* else nothing would be tested here */
		uint8_t marks[16] = { 0 };
		CHECK(VALGRIND_GET_VBITS(tag, marks, sizeof marks) == 1 && marks[0] == 0xff && marks[15] == 0xff);
		CHECK(!accelerator_equal(tag, sent, 16));
	}
}

static void password(void)
{
	uint8_t typed[12], salt[16] = { 1 }, key[32], stored[32] = { 0 };
	memset(typed, 'x', sizeof typed);
	secret(typed, sizeof typed);
	CHECK(accelerator_derive_key(typed, sizeof typed, salt, sizeof salt, 100, key, sizeof key) == kAcceleratorOK);
	CHECK(!accelerator_equal(key, stored, sizeof key));
	uint8_t digest[kMaximumHashSize];
	CHECK(accelerator_hash(kHashSHA256, typed, sizeof typed, digest) == kAcceleratorOK);
	CHECK(!accelerator_equal(digest, stored, 32));
}

/* IKE's encryption of its messages, and its keys. */
static void cbc(void)
{
	for (int cipher = kCipherAES128CBC; cipher <= kCipherAES256CBC; cipher++) {
		uint8_t key[32], iv[16] = { 0 }, data[64] = { 0 };
		size_t size = (size_t)(16 + 8 * (cipher - kCipherAES128CBC));
		memset(key, 3, sizeof key);
		secret(key, sizeof key);
		secret(data, sizeof data);
		CHECK(accelerator_cbc(cipher, 1, key, size, iv, data, sizeof data, data) == kAcceleratorOK);
		CHECK(accelerator_cbc(cipher, 0, key, size, iv, data, sizeof data, data) == kAcceleratorOK);
	}
}

/* Key material of an SA from JavaScript to the tables, a packet sealed, the same opened, and one whose ICV is wrong. */
static void esp(int cipher, int hash, int opens)
{
	SARecord* out;
	SARecord* in;
	Buffer buffer;
	clearTables();
	addLoop((Options){ .cipher = cipher, .hash = hash }, &out, &in);
	for (int wrong = 0; wrong <= 1; wrong++) {
		uint64_t sequence = 1u + (uint64_t)wrong;
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 200, 1);
		secret(packet.data + 28, packet.length - 28);
		CHECK(esp_seal(out, &packet, sequence, 4) == kCarried);
		/* it is on the wire now */
		known(packet.data, packet.length);
		packet.data[packet.length - 1] ^= (uint8_t)wrong;
		if (opens)
			CHECK(esp_open(in, &packet, sequence) == (wrong ? DROP_BAD_ICV : kCarried));
	}
	engine_clear();
}

static void espCBC(void)
{
	for (int cipher = kCipherAES128CBC; cipher <= kCipherAES256CBC; cipher++)
		for (int hash = kHashMD5; hash <= kHashSHA512; hash++)
			esp(cipher, hash, 1);
}

static void espCTR(void)
{
	esp(kCipherAES128CTR, kHashSHA1, 1);
	esp(kCipherAES256CTR, kHashSHA256, 1);
}

static void espGCM(void)
{
	for (int cipher = kCipherAES128GCM; cipher <= kCipherAES256GCM; cipher++)
		esp(cipher, 0, 0);
}

int main(int count, char** words)
{
	if (accelerator_initialize() != kAcceleratorOK)
		return 2;
	if (!RUNNING_ON_VALGRIND) {
		printf("not ok runs in valgrind\n");
		return 2;
	}
	if (count > 1 && strcmp(words[1], "leaky") == 0)
		body("a comparison that ends at the first difference", leaky);
	else {
		body("comparison of hashes, digests and ICVs", comparison);
		body("HMAC with a secret key, compared", mac);
		body("a password: derived key and digest, compared", password);
		body("AES-CBC of IKE with a secret key", cbc);
		body("ESP with AES-CBC and HMAC: sealed, opened, refused", espCBC);
		body("ESP with AES-CTR and HMAC: sealed, opened, refused", espCTR);
		body("ESP with AES-GCM: sealed", espGCM);
	}
	accelerator_shutdown();
	return gFailures != 0;
}
