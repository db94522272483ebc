#include "esp.h"
#include "bytes.h"
#include "events.h"

#include <string.h>

/* Sizes by cipher number. The block is what payload, padding and trailer are a multiple of: at least 4 (RFC 4303 2.4). */
typedef struct {
	uint8_t ivSize, blockSize, icvSize, counter, aead;
} Shape;

static const Shape kShapes[] = {
	[kCipherNull] = { 0, 4, 0, 0, 0 },
	[kCipher3DESCBC] = { 8, 8, 0, 0, 0 },
	[kCipherAES128CBC] = { 16, 16, 0, 0, 0 },
	[kCipherAES192CBC] = { 16, 16, 0, 0, 0 },
	[kCipherAES256CBC] = { 16, 16, 0, 0, 0 },
	[kCipherAES128GCM] = { 8, 4, 16, 1, 1 },
	[kCipherAES192GCM] = { 8, 4, 16, 1, 1 },
	[kCipherAES256GCM] = { 8, 4, 16, 1, 1 },
	[kCipherAES128CTR] = { 8, 4, 0, 1, 0 },
	[kCipherAES256CTR] = { 8, 4, 0, 1, 0 },
};
/* Bytes of the HMAC that a packet carries (RFC 2403, 2404, 4868), by hash number. */
static const uint8_t kICVSizes[] = { [kHashMD5] = 12, [kHashSHA1] = 12, [kHashSHA256] = 16, [kHashSHA384] = 24, [kHashSHA512] = 32 };
/* Of HMAC-SHA2-256 by FLAG_SHORT_ICV. */
#define kShortICVSize 12
#define kTrailerSize 2

_Static_assert(kEngineHeadroom >= 20 + 8 + kESPHeaderSize + kESPMaximumIVSize, "headroom for outer IPv4, UDP, ESP and the longest IV");
_Static_assert(kEngineTailroom >= 15 + kTrailerSize + kESPMaximumICVSize, "tailroom for the longest padding, the trailer and the longest ICV");

uint32_t esp_hmac_size(const SARecord* sa, int hash)
{
	return hash == kHashSHA256 && (sa->flags & FLAG_SHORT_ICV) ? kShortICVSize : kICVSizes[hash];
}

static const Shape* shapeOf(const SARecord* sa)
{
	return &kShapes[sa->cipher];
}

static uint32_t icvSizeOf(const SARecord* sa)
{
	return sa->hash ? esp_hmac_size(sa, sa->hash) : shapeOf(sa)->icvSize;
}

static uint32_t paddingFor(const Shape* shape, uint32_t length)
{
	return (0u - length - kTrailerSize) & (shape->blockSize - 1u);
}

uint32_t esp_overhead(const SARecord* sa, uint32_t length)
{
	const Shape* shape = shapeOf(sa);
	return kESPHeaderSize + shape->ivSize + paddingFor(shape, length) + kTrailerSize + icvSizeOf(sa);
}

/* What an AEAD authenticates beside the data: SPI and sequence number, all of it (RFC 4106 5). How many bytes. */
static size_t additionalData(const SARecord* sa, const uint8_t* header, uint64_t sequence, uint8_t data[12])
{
	if (!(sa->flags & FLAG_EXTENDED)) {
		memcpy(data, header, kESPHeaderSize);
		return kESPHeaderSize;
	}
	write32(data, sa->spi);
	write32(data + 4, (uint32_t)(sequence >> 32));
	write32(data + 8, (uint32_t)sequence);
	return 12;
}

/* The HMAC over `size` bytes from the header on, and over the upper half of a number of 64 bits, which the packet does not carry. */
static int hmac(const SARecord* sa, const uint8_t* header, size_t size, uint64_t sequence, uint8_t* icv, size_t icvSize)
{
	uint8_t high[4];
	write32(high, (uint32_t)(sequence >> 32));
	return accelerator_context_hmac(sad_context(sa)->esp, header, size, high, sa->flags & FLAG_EXTENDED ? sizeof(high) : 0, icv, icvSize) == kAcceleratorOK;
}

/* An IV of CBC must be unpredictable (RFC 3602 3): random bytes, asked for in batches since a call costs more than a cipher block. */
static int randomIV(uint8_t* iv, uint32_t size)
{
	static uint8_t pool[VECTORS * kESPMaximumIVSize];
	static uint32_t left;
	if (left < size) {
		if (accelerator_random(pool, sizeof(pool)) != kAcceleratorOK)
			return 0;
		left = sizeof(pool);
	}
	left -= size;
	memcpy(iv, pool + left, size);
	return 1;
}

/* What the accelerator takes as IV: of GCM salt and IV (RFC 4106 4), of CTR nonce, IV and a block counter of 1 (RFC 3686 4), of CBC the IV. */
static const uint8_t* nonceOf(const SARecord* sa, const Shape* shape, const uint8_t* iv, uint8_t nonce[16])
{
	if (!shape->counter)
		return iv;
	memcpy(nonce, sad_context(sa)->salt, 4);
	memcpy(nonce + 4, iv, 8);
	write32(nonce + 12, 1);
	return nonce;
}

int esp_seal(SARecord* sa, EnginePacket* packet, uint64_t sequence, uint8_t nextHeader)
{
	const Shape* shape = shapeOf(sa);
	AcceleratorContext* context = sad_context(sa)->esp;
	uint8_t* data = packet->data;
	uint32_t padding = paddingFor(shape, packet->length);
	uint32_t size = packet->length + padding + kTrailerSize;
	uint8_t* iv = data - shape->ivSize;
	uint8_t* header = iv - kESPHeaderSize;
	uint8_t* trailer = data + packet->length;
	uint8_t nonce[16], additional[12];

	for (uint32_t i = 1; i <= padding; i++)
		*trailer++ = (uint8_t)i;
	*trailer++ = (uint8_t)padding;
	*trailer++ = nextHeader;
	write32(header, sa->spi);
	write32(header + 4, (uint32_t)sequence);
	if (shape->counter) {
		/* Unique with this key, which no other SA has: the sequence number never repeats. */
		write32(iv, (uint32_t)(sequence >> 32));
		write32(iv + 4, (uint32_t)sequence);
	}
	else if (!randomIV(iv, shape->ivSize))
		return DROP_CRYPTO_FAILURE;

	uint32_t icvSize = icvSizeOf(sa);
	packet->data = header;
	packet->length = kESPHeaderSize + shape->ivSize + size + icvSize;
	/* Where no bits of the number and no AH are to be authenticated with it, a packet may be done together with others. */
	if (sa->hash && !(sa->flags & FLAG_EXTENDED) && sa->protocol == PROTOCOL_ESP)
		return accelerator_context_protect(context, nonceOf(sa, shape, iv, nonce), header, (size_t)(data - header), (size_t)(data - header) + size, trailer, icvSize) == kAcceleratorOK
			? kCarried : DROP_CRYPTO_FAILURE;
	size_t additionalSize = additionalData(sa, header, sequence, additional);
	if (accelerator_context_seal(context, nonceOf(sa, shape, iv, nonce), additional, additionalSize, data, size, trailer) != kAcceleratorOK)
		return DROP_CRYPTO_FAILURE;
	if (sa->hash && !hmac(sa, header, kESPHeaderSize + shape->ivSize + size, sequence, trailer, icvSize))
		return DROP_CRYPTO_FAILURE;
	return kCarried;
}

int esp_header(const EnginePacket* packet, ESPHeader* header)
{
	if (packet->length < kESPHeaderSize)
		return 0;
	header->spi = read32(packet->data);
	header->sequence = read32(packet->data + 4);
	return 1;
}

void esp_expect(const SARecord* sa, const EnginePacket* packet)
{
	uint32_t icvSize = icvSizeOf(sa);
	if (sa->hash && !(sa->flags & FLAG_EXTENDED) && packet->length >= kESPHeaderSize + shapeOf(sa)->ivSize + icvSize + kTrailerSize)
		accelerator_context_expect(sad_context(sa)->esp, packet->data, packet->length - icvSize);
}

int esp_open(SARecord* sa, EnginePacket* packet, uint64_t sequence)
{
	const Shape* shape = shapeOf(sa);
	AcceleratorContext* context = sad_context(sa)->esp;
	uint32_t icvSize = icvSizeOf(sa);
	uint32_t before = kESPHeaderSize + shape->ivSize;
	if (packet->length < before + icvSize + kTrailerSize)
		return DROP_MALFORMED;
	uint32_t size = packet->length - before - icvSize;
	uint8_t* header = packet->data;
	uint8_t* iv = header + kESPHeaderSize;
	uint8_t* data = header + before;
	const uint8_t* icv = data + size;
	uint8_t nonce[16], additional[12];
	if (sa->hash) {
		uint8_t expected[kESPMaximumICVSize];
		if (!hmac(sa, header, before + size, sequence, expected, icvSize))
			return DROP_CRYPTO_FAILURE;
		if (!accelerator_equal(expected, icv, icvSize))
			return DROP_BAD_ICV;
	}
	/* After the ICV: one of another length looks like this too, and is worth telling apart (T14). */
	if (size % shape->blockSize)
		return DROP_MALFORMED;
	size_t additionalSize = additionalData(sa, header, sequence, additional);
	int result = accelerator_context_open_packet(context, nonceOf(sa, shape, iv, nonce), additional, additionalSize, data, size, icv);
	if (result != kAcceleratorOK)
		return result == kAcceleratorRefused ? DROP_BAD_ICV : DROP_CRYPTO_FAILURE;
	packet->data = data;
	packet->length = size;
	return kCarried;
}

unsigned esp_other_icv(SARecord* sa, const EnginePacket* packet, uint64_t sequence)
{
	uint8_t expected[kESPMaximumICVSize];
	uint32_t size = sa->flags & FLAG_SHORT_ICV ? kICVSizes[kHashSHA256] : kShortICVSize;
	if (sa->hash != kHashSHA256 || packet->length < kESPHeaderSize + size)
		return 0;
	return hmac(sa, packet->data, packet->length - size, sequence, expected, size)
		&& accelerator_equal(expected, packet->data + packet->length - size, size) ? size * 8 : 0;
}

int esp_unpad(EnginePacket* packet, uint8_t* nextHeader)
{
	const uint8_t* end = packet->data + packet->length;
	uint32_t padding = end[-2];
	if (packet->length < padding + kTrailerSize)
		return DROP_BAD_PADDING;
	const uint8_t* pad = end - kTrailerSize - padding;
	uint32_t wrong = 0;
	for (uint32_t i = 0; i < padding; i++)
		wrong |= pad[i] ^ (i + 1);
	if (wrong)
		return DROP_BAD_PADDING;
	*nextHeader = end[-1];
	packet->length -= padding + kTrailerSize;
	return kCarried;
}
