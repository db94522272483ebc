#include "admission.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include "../../modules/limits.h"
#include "../unit/io/bucket.h"
#include "xsmc.h"

/* Messages a second of no exchange that there is, which are all looked at, and how many may come at once: each is up to half a millisecond. All peers may begin at once. */
#define kQuietRate 100u
#define kQuietMost (500u + 2 * IKE_SECURITY_ASSOCIATIONS)
/* Messages of exchanges that there are: nobody floods with them who does not see their cookies. */
#define kKnownRate 1000u
#define kKnownMost (500u + 2 * IKE_SECURITY_ASSOCIATIONS)
/* When it is strict: first messages that are repeated. */
#define kRepeatedRate 20u
#define kRepeatedMost 5u
/*
 * First messages are remembered for one to two such times, milliseconds: charon repeats after 4 s, others after 1, 2 or 5. In 2^kFilterBits bits each, of which
 * 50,000 messages a second fill a seventh, so that one in a hundred thousand is taken for a repetition.
 */
#define kFilterTime 4500
#define kFilterBits 23
#define kProbes 6
/* A line a minute at most. */
#define kToldEvery 60000

/* ISAKMP header (RFC 2408 3.1). */
#define kHeaderSize 28
#define kMain 2
#define kAggressive 4

static struct {
	Bucket quiet, known, repeated;
	int strict;
	uint64_t told;
	uint64_t key[2];	/* so that nobody can choose what is taken for what */
	uint64_t filterAt;
	unsigned filter;	/* the one that is filled */
	/* This gateway's own cookies. */
	uint64_t cookies[2 * IKE_SECURITY_ASSOCIATIONS];
	unsigned count;
} admission = { .quiet.thousandths = kQuietMost * 1000 };

static uint8_t filters[2][1u << (kFilterBits - 3)];

/* Of what has come since the last time at most a second's counts. */
static int spend(Bucket* bucket, uint32_t rate, uint32_t most, uint64_t now)
{
	uint64_t passed = now - bucket->at > 1000 ? 1000 : now - bucket->at;
	bucket_add(bucket, passed * rate, most);
	bucket->at = now;
	return bucket_take(bucket);
}

/* ---- cookies ---- */

static uint64_t read_cookie(const uint8_t* bytes)
{
	uint64_t cookie;
	memcpy(&cookie, bytes, sizeof cookie);
	return cookie;
}

static int is_known(uint64_t cookie)
{
	for (unsigned i = 0; i < admission.count; i++)
		if (admission.cookies[i] == cookie)
			return 1;
	return 0;
}

/* (cookie, isThere): a cookie that this gateway has made, of an IKE SA that begins or is over. */
void xs_admission_know(xsMachine* the)
{
	void* bytes;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &bytes, &size);
	if (size != sizeof(uint64_t))
		xsRangeError("a cookie has 8 bytes");
	uint64_t cookie = read_cookie(bytes);
	for (unsigned i = 0; i < admission.count; i++)
		if (admission.cookies[i] == cookie) {
			admission.cookies[i] = admission.cookies[--admission.count];
			break;
		}
	if (xsmcToBoolean(xsArg(1)) && admission.count < sizeof admission.cookies / sizeof *admission.cookies)
		admission.cookies[admission.count++] = cookie;
}

/* ---- first messages ---- */

static uint64_t mix(uint64_t value, uint64_t key)
{
	value = (value ^ key) * 0x9e3779b97f4a7c15u;
	value = (value ^ value >> 32) * 0xd6e8feb86659fd93u;
	return value ^ value >> 32;
}

/* Whether it came before, a while ago or just now; it is remembered then. */
static int is_repeated(const uint8_t* message, uint32_t address, uint64_t now)
{
	uint64_t first = mix(read_cookie(message) ^ mix(address, admission.key[0]), admission.key[1]);
	uint64_t step = mix(first, admission.key[0]) | 1;
	int isIn[2] = { 1, 1 };
	if (now - admission.filterAt >= kFilterTime) {
		/* What is older than two such times is gone with the one that is emptied; of both, when nothing came for as long. */
		if (now - admission.filterAt >= 2 * kFilterTime)
			memset(filters, 0, sizeof filters);
		admission.filter ^= 1;
		memset(filters[admission.filter], 0, sizeof *filters);
		admission.filterAt = now;
	}
	for (unsigned i = 0; i < kProbes; i++, first += step) {
		uint64_t bit = first >> (64 - kFilterBits);
		for (unsigned each = 0; each < 2; each++) {
			isIn[each] &= filters[each][bit >> 3] >> (bit & 7) & 1;
			if (each == admission.filter)
				filters[each][bit >> 3] |= (uint8_t)(1u << (bit & 7));
		}
	}
	return isIn[0] || isIn[1];
}

static int is_first(const uint8_t* message)
{
	return read_cookie(message + 8) == 0 && read_cookie(message) != 0 && (message[18] == kMain || message[18] == kAggressive);
}

/* ---- the way in ---- */

static void become_strict(uint64_t now)
{
	admission.strict = 1;
	if (admission.key[0] == 0 && getrandom(admission.key, sizeof admission.key, GRND_NONBLOCK) != sizeof admission.key)
		admission.key[0] = (uint64_t)(uintptr_t)&admission ^ now;
	if (admission.told != 0 && now - admission.told < kToldEvery)
		return;
	admission.told = now;
	fprintf(stderr, "keygate: more than %u IKE messages a second that belong to nothing: of first ones only those that are repeated are answered\n", kQuietRate);
}

int admission_is_strict(void)
{
	return admission.strict;
}

void admission_clear(void)
{
	admission.count = 0;
}

int admission_knows(const uint8_t* message, uint32_t length)
{
	return length >= kHeaderSize && (is_known(read_cookie(message)) || is_known(read_cookie(message + 8)));
}

int admission_take(const uint8_t* message, uint32_t length, uint32_t address, uint64_t now)
{
	if (admission_knows(message, length))
		return spend(&admission.known, kKnownRate, kKnownMost, now);
	int isQuiet = spend(&admission.quiet, kQuietRate, kQuietMost, now);
	if (!isQuiet && !admission.strict)
		become_strict(now);
	/* It is over when so few came for a while that half of what may come at once might again. */
	if (admission.strict && admission.quiet.thousandths > kQuietMost * 500)
		admission.strict = 0;
	if (!admission.strict)
		return 1;
	return length >= kHeaderSize && is_first(message) && is_repeated(message, address, now) && spend(&admission.repeated, kRepeatedRate, kRepeatedMost, now);
}
