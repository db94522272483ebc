/*
 * memcpy and memset by words: the C library's go byte by byte (6 and 4 instructions for each). Every packet, page and garbage collection goes through
 * these two.
 */
#include <stddef.h>
#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) Word;

enum { kWord = sizeof(Word), kFew = 16 };

/* or the compiler makes calls of themselves out of the loops */
#define NO_CALLS __attribute__((optimize("O2", "no-tree-loop-distribute-patterns")))

NO_CALLS void* memcpy(void* restrict destination, const void* restrict source, size_t size)
{
	uint8_t* to = destination;
	const uint8_t* from = source;
	if (size >= kFew) {
		unsigned offset;
		while ((uintptr_t)to % kWord) {
			*to++ = *from++;
			size--;
		}
		offset = (unsigned)((uintptr_t)from % kWord);
		if (offset == 0) {
			for (; size >= 8 * kWord; size -= 8 * kWord, to += 8 * kWord, from += 8 * kWord) {
				const Word* in = (const Word*)from;
				Word* out = (Word*)to;
				Word a = in[0], b = in[1], c = in[2], d = in[3], e = in[4], f = in[5], g = in[6], h = in[7];
				out[0] = a;
				out[1] = b;
				out[2] = c;
				out[3] = d;
				out[4] = e;
				out[5] = f;
				out[6] = g;
				out[7] = h;
			}
			for (; size >= kWord; size -= kWord, to += kWord, from += kWord)
				*(Word*)to = *(const Word*)from;
		}
		else {
			/* words that are read where they are aligned, and put together; none is read that holds no byte of the source */
			const Word* in = (const Word*)(from - offset);
			unsigned right = offset * 8, left = 32 - right;
			Word low = *in++;
			for (; size >= kWord; size -= kWord, to += kWord, from += kWord) {
				Word high = *in++;
				*(Word*)to = low >> right | high << left;
				low = high;
			}
		}
	}
	while (size--)
		*to++ = *from++;
	return destination;
}

NO_CALLS void* memset(void* destination, int byte, size_t size)
{
	uint8_t* to = destination;
	if (size >= kFew) {
		Word value = (uint8_t)byte * 0x01010101u;
		while ((uintptr_t)to % kWord) {
			*to++ = (uint8_t)byte;
			size--;
		}
		for (; size >= 4 * kWord; size -= 4 * kWord, to += 4 * kWord) {
			Word* out = (Word*)to;
			out[0] = value;
			out[1] = value;
			out[2] = value;
			out[3] = value;
		}
		for (; size >= kWord; size -= kWord, to += kWord)
			*(Word*)to = value;
	}
	while (size--)
		*to++ = (uint8_t)byte;
	return destination;
}
