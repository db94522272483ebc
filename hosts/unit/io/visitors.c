#include "visitors.h"
#include "bucket.h"

#include <stddef.h>

/* A line in the log so often at most, milliseconds. */
#define kToldEvery 60000

typedef struct {
	Bucket bucket;		/* of calls; at 0: it was never used, and is full */
	uint32_t address;	/* 0: nobody's */
	uint8_t isKnown;	/* it has shown the password */
} Visitor;

static struct {
	Visitor each[kVisitors];
	Bucket all;
	uint64_t toldAt;	/* 0: never */
	uint32_t refused, lastRefused;
} visitors;

static void refill(Bucket* bucket, VisitorLimit limit, uint64_t now)
{
	bucket_add(bucket, bucket->at == 0 ? limit.burst * (uint64_t)1000 : (now - bucket->at) * limit.rate, limit.burst);
	bucket->at = now == 0 ? 1 : now;
}

/* Less is lost with `a` than with `b` when it is forgotten. */
static int matters_less(const Visitor* a, const Visitor* b)
{
	if (a->isKnown != b->isKnown)
		return b->isKnown;
	return a->bucket.thousandths != b->bucket.thousandths ? a->bucket.thousandths > b->bucket.thousandths : a->bucket.at < b->bucket.at;
}

/* The entry of an address, up to date; of one that was not there it is a new one, for which another is forgotten when there are too many. */
static Visitor* visitor(uint32_t address, uint64_t now)
{
	Visitor* found = NULL;
	for (unsigned i = 0; i < kVisitors; i++) {
		Visitor* each = &visitors.each[i];
		if (each->address != 0)
			refill(&each->bucket, visitorLimits.each, now);
		if (each->address == address) {
			found = each;
			break;
		}
		if (found == NULL || (found->address != 0 && (each->address == 0 || matters_less(each, found))))
			found = each;
	}
	if (found->address != address)
		*found = (Visitor){ .address = address };
	refill(&found->bucket, visitorLimits.each, now);
	return found;
}

static int refuse(uint32_t address)
{
	visitors.refused++;
	visitors.lastRefused = address;
	visitors_count();
	return 0;
}

int visitors_take(uint32_t address, uint64_t now)
{
	Visitor* from = visitor(address, now);
	refill(&visitors.all, visitorLimits.all, now);
	if (from->bucket.thousandths < 1000)
		return refuse(address);
	if (!from->isKnown) {
		/* A third is kept for addresses that have cost little so far: a few that cost much leave a way in for others. */
		uint32_t kept = from->bucket.thousandths >= visitorLimits.each.burst * 500 ? 0 : visitorLimits.all.burst * 333;
		if (visitors.all.thousandths < kept + 1000)
			return refuse(address);
		bucket_take(&visitors.all);
	}
	return bucket_take(&from->bucket);
}

void visitors_welcome(uint32_t address, uint32_t calls, uint64_t now)
{
	Visitor* from = visitor(address, now);
	if (!from->isKnown) {
		refill(&visitors.all, visitorLimits.all, now);
		bucket_add(&visitors.all, calls * (uint64_t)1000, visitorLimits.all.burst);
	}
	bucket_add(&from->bucket, calls * (uint64_t)1000, visitorLimits.each.burst);
	from->isKnown = 1;
}

uint32_t visitors_refused(uint32_t* address, uint64_t now)
{
	uint32_t count = visitors.refused;
	if (count == 0 || (visitors.toldAt != 0 && now - visitors.toldAt < kToldEvery))
		return 0;
	*address = visitors.lastRefused;
	visitors.refused = 0;
	visitors.toldAt = now == 0 ? 1 : now;
	return count;
}
