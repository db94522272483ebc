/* Text between the machine and the world: CESU-8 and UTF-8. */
#include "text.h"

/* The Moddable SDK's engine keeps strings as UTF-8: nothing is a pair there. (mc.xs.h is what its linker writes for each program.) */
#if __has_include("mc.xs.h")
enum { kPairs = 0 };
#else
enum { kPairs = 1 };
#endif

typedef struct {
	uint8_t* out;
	size_t size;
} Sink;

static void put(Sink* sink, uint32_t byte)
{
	if (sink->out)
		sink->out[sink->size] = (uint8_t)byte;
	sink->size++;
}

/* A code point, or half of a pair, in one to four bytes. */
static void encode(Sink* sink, uint32_t c)
{
	if (c < 0x80)
		put(sink, c);
	else if (c < 0x800) {
		put(sink, 0xc0 | c >> 6);
		put(sink, 0x80 | (c & 0x3f));
	}
	else if (c < 0x10000) {
		put(sink, 0xe0 | c >> 12);
		put(sink, 0x80 | (c >> 6 & 0x3f));
		put(sink, 0x80 | (c & 0x3f));
	}
	else {
		put(sink, 0xf0 | c >> 18);
		put(sink, 0x80 | (c >> 12 & 0x3f));
		put(sink, 0x80 | (c >> 6 & 0x3f));
		put(sink, 0x80 | (c & 0x3f));
	}
}

/* The unit that begins at `p` of the machine's own (well-formed) text, and its length. */
static uint32_t unit(const uint8_t* p, unsigned* length)
{
	if (p[0] < 0x80) {
		*length = 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		*length = 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if (p[0] < 0xf0) {
		*length = 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	*length = 4;
	return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

size_t text_to_utf8(const char* text, uint8_t* out)
{
	Sink sink = { out, 0 };
	const uint8_t* p = (const uint8_t*)text;
	while (*p) {
		unsigned length;
		uint32_t c = unit(p, &length);
		p += length;
		if (c >= 0xd800 && c < 0xdc00) {
			uint32_t low = *p == 0xed ? unit(p, &length) : 0;
			if (low >= 0xdc00 && low < 0xe000) {
				p += length;
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			}
			else
				c = 0xfffd;
		}
		else if (c >= 0xdc00 && c < 0xe000)
			c = 0xfffd;
		encode(&sink, c);
	}
	return sink.size;
}

ptrdiff_t text_from_utf8(const uint8_t* bytes, size_t size, char* out)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	Sink sink = { (uint8_t*)out, 0 };
	for (size_t at = 0; at < size;) {
		uint32_t c = bytes[at++];
		unsigned more = c < 0x80 ? 0 : (c & 0xe0) == 0xc0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : (c & 0xf8) == 0xf0 ? 3 : 4;
		if (more == 4 || more > size - at)
			return -1;
		if (more > 0)
			c &= 0x3fu >> more;
		for (unsigned i = 0; i < more; i++) {
			uint8_t next = bytes[at++];
			if ((next & 0xc0) != 0x80)
				return -1;
			c = c << 6 | (next & 0x3f);
		}
		if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return -1;
		if (c == 0) {
			put(&sink, 0xc0);
			put(&sink, 0x80);
		}
		else if (c >= 0x10000 && kPairs) {
			encode(&sink, 0xd800 + ((c - 0x10000) >> 10));
			encode(&sink, 0xdc00 + ((c - 0x10000) & 0x3ff));
		}
		else
			encode(&sink, c);
	}
	return (ptrdiff_t)sink.size;
}
