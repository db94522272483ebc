/* Token buckets: something may happen so often at once, and so many times more each second. */
#ifndef KEYGATE_UNIT_BUCKET_H
#define KEYGATE_UNIT_BUCKET_H

#include <stdint.h>

typedef struct {
	uint64_t at;		/* milliseconds: until when it was filled */
	uint32_t thousandths;	/* of a time that it may happen */
} Bucket;

/* There is so much more in it, but never more than `most` times. */
static inline void bucket_add(Bucket* bucket, uint64_t thousandths, uint32_t most)
{
	uint64_t level = bucket->thousandths + thousandths, full = most * (uint64_t)1000;
	bucket->thousandths = (uint32_t)(level > full ? full : level);
}

/* It happens once: 0 when it may not. */
static inline int bucket_take(Bucket* bucket)
{
	if (bucket->thousandths < 1000)
		return 0;
	bucket->thousandths -= 1000;
	return 1;
}

#endif
