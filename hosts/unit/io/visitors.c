#include "visitors.h"
#include "bucket.h"

#include <stddef.h>

/* A line in the log so often at most, milliseconds. */
#define kToldEvery 60000
/* Milliseconds for which an address is one that has given a wrong password. */
#define kWrongFor 600000

typedef struct {
	Bucket bucket;		/* of calls; at 0: it was never used, and is full */
	Bucket few;		/* the same of those before it costs much */
	uint64_t wrongAt;	/* a wrong password came from it; 0: never */
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
	if (a->wrongAt != b->wrongAt)
		return a->wrongAt < b->wrongAt;
	if (a->few.thousandths != b->few.thousandths)
		return a->few.thousandths > b->few.thousandths;
	return a->bucket.thousandths != b->bucket.thousandths ? a->bucket.thousandths > b->bucket.thousandths : a->bucket.at < b->bucket.at;
}

static void refill_both(Visitor* visitor, uint64_t now)
{
	refill(&visitor->bucket, visitorLimits.each, now);
	refill(&visitor->few, visitorLimits.few, now);
}

/* The entry of an address, up to date; of one that was not there it is a new one, for which another is forgotten when there are too many. */
static Visitor* visitor(uint32_t address, uint64_t now)
{
	Visitor* found = NULL;
	for (unsigned i = 0; i < kVisitors; i++) {
		Visitor* each = &visitors.each[i];
		if (each->address != 0)
			refill_both(each, now);
		if (each->address == address) {
			found = each;
			break;
		}
		if (found == NULL || (found->address != 0 && (each->address == 0 || matters_less(each, found))))
			found = each;
	}
	if (found->address != address)
		*found = (Visitor){ .address = address };
	refill_both(found, now);
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
		/* A third is kept for addresses that have cost little for a while: those that cost much, even if they are many, leave a way in for others. */
		uint32_t kept = from->few.thousandths >= 1000 ? 0 : visitorLimits.all.burst * 333;
		if (visitors.all.thousandths < kept + 1000)
			return refuse(address);
		bucket_take(&from->few);
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
	bucket_add(&from->few, calls * (uint64_t)1000, visitorLimits.few.burst);
	from->isKnown = 1;
	from->wrongAt = 0;
}

int visitors_wrong(uint32_t address, int isWrong, uint64_t now)
{
	Visitor* from = visitor(address, now);
	if (isWrong)
		from->wrongAt = now == 0 ? 1 : now;
	return from->wrongAt != 0 && now - from->wrongAt < kWrongFor;
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
