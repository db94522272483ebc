/* ESP as a format: every algorithm, every length, every corrupted byte, every truncation, crafted trailers. */
#include "cases.h"
#include "esp.h"
#include "events.h"
#include "support.h"

#include <stdlib.h>

/* Every pair that an SA may have: each cipher with each hash, the AEADs alone. */
static int nextPair(int* cipher, int* hash)
{
	int aead = *cipher >= kCipherAES128GCM && *cipher <= kCipherAES256GCM;
	if (!aead && *hash < kHashSHA512)
		++*hash;
	else {
		++*cipher;
		*hash = *cipher >= kCipherAES128GCM && *cipher <= kCipherAES256GCM ? 0 : kHashMD5;
	}
	return *cipher <= kCipherAES256CTR;
}

static void everyAlgorithm(void)
{
	int cipher = kCipherNull, hash = 0;
	while (nextPair(&cipher, &hash)) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		clearTables();
		addLoop((Options) { .cipher = cipher, .hash = hash }, &out, &in);
		for (uint32_t length = 28; length <= 28 + 40; length++) {
			EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, length, length);
			uint8_t original[kRoom];
			memcpy(original, packet.data, length);
			uint8_t* inner = packet.data;
			uint32_t overhead = esp_overhead(out, length);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend);
			CHECK(packet.length == length + overhead);
			CHECK(packet.length % 4 == 0);
			CHECK(packet.data >= buffer.bytes + 28 && packet.data < inner);
			CHECK(get32(packet.data) == kLoopSPI && get32(packet.data + 4) == length - 27);
			CHECK(cipher == kCipherNull ? memcmp(inner, original, length) == 0 : memcmp(inner, original, length) != 0);
			CHECK(flow.protocol == 50 && flow.remotePort == 0 && flow.remoteAddress == kPeer && flow.localAddress == kOwn);
			CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
			CHECK(packet.data == inner && packet.length == length && memcmp(packet.data, original, length) == 0);
		}
		CHECK(out->packets == 41 && in->packets == 41 && out->bytes == in->bytes && in->bytes == 41 * 48 && in->errors == 0);
	}
}

/* The longest packet with the longest overhead, in an allocation that ends where the room ends. */
static void roomIsEnough(void)
{
	int cipher = kCipherNull, hash = 0;
	while (nextPair(&cipher, &hash)) {
		SARecord *out, *in;
		EngineFlow flow;
		clearTables();
		addLoop((Options) { .cipher = cipher, .hash = hash }, &out, &in);
		for (uint32_t length = 1400; length < 1416; length++) {
			Buffer source;
			EnginePacket packet = makePacket(&source, kHere, kThere, 6, length, 1);
			uint8_t* exact = malloc(kEngineHeadroom + length + kEngineTailroom);
			CHECK(exact != NULL);
			memcpy(exact + kEngineHeadroom, packet.data, length);
			packet.data = exact + kEngineHeadroom;
			CHECK(out1(&packet, 1, &flow) == kVerdictSend);
			CHECK(packet.data - exact >= 28);
			/* what came in from the network has no room at all */
			uint8_t* received = malloc(packet.length);
			CHECK(received != NULL);
			memcpy(received, packet.data, packet.length);
			free(exact);
			packet.data = received;
			CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
			CHECK(packet.length == length);
			free(received);
		}
	}
}

static void corrupted(void)
{
	int cipher = kCipherNull, hash = 0;
	while (nextPair(&cipher, &hash)) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		uint8_t sealed[kRoom], copy[kRoom];
		clearTables();
		addLoop((Options) { .cipher = cipher, .hash = hash }, &out, &in);
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 61, 9);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		uint32_t length = packet.length;
		memcpy(sealed, packet.data, length);
		for (uint32_t i = 4; i < length; i++) {
			memcpy(copy, sealed, length);
			copy[i] ^= (uint8_t)(1u << i % 8);
			packet = (EnginePacket) { copy, length };
			CHECK(in1(&packet, 1, &kNative) == kVerdictDrop);
		}
		CHECK(gEngine.drops[DROP_BAD_ICV] == length - 4);
		CHECK(in->errors == length - 4 && in->icvErrors == length - 4 && in->packets == 0);
		CHECK(in->sequence == 0);	/* what is not authenticated moves no window */
		packet = (EnginePacket) { sealed, length };
		CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
	}
}

static void truncated(void)
{
	int cipher = kCipherNull, hash = 0;
	while (nextPair(&cipher, &hash)) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		clearTables();
		addLoop((Options) { .cipher = cipher, .hash = hash }, &out, &in);
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 61, 9);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		for (uint32_t length = 0; length < packet.length; length++) {
			uint8_t* exact = malloc(length ? length : 1);
			CHECK(exact != NULL);
			memcpy(exact, packet.data, length);
			EnginePacket shorter = { exact, length };
			CHECK(in1(&shorter, 1, &kNative) == kVerdictDrop);
			free(exact);
		}
		CHECK(gEngine.drops[DROP_MALFORMED] + gEngine.drops[DROP_BAD_ICV] == packet.length);
		CHECK(gEngine.drops[DROP_MALFORMED] >= 8 && in->packets == 0);
		CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
	}
}

/* An ESP packet of the loop's incoming NULL/HMAC-SHA2-256 SA around any bytes, as a peer with the right keys may make it. */
static EnginePacket craft(uint8_t* to, uint32_t sequence, const uint8_t* payload, uint32_t size)
{
	AcceleratorHMAC hmac;
	uint8_t key[32], tag[32];
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 5 + 2);
	put32(to, kLoopSPI);
	put32(to + 4, sequence);
	memcpy(to + 8, payload, size);
	CHECK(accelerator_hmac_start(&hmac, kHashSHA256, key, sizeof(key)) == kAcceleratorOK);
	CHECK(accelerator_hmac_update(&hmac, to, 8 + size) == kAcceleratorOK);
	CHECK(accelerator_hmac_finish(&hmac, tag) == kAcceleratorOK);
	memcpy(to + 8 + size, tag, 16);
	return (EnginePacket) { to, 8 + size + 16 };
}

static void trailers(void)
{
	enum { kInner = 30 };
	static const struct { uint8_t trailer[10]; uint8_t size; int reason; } table[] = {
		{ { 0, 4 }, 2, kCarried },
		{ { 1, 2, 3, 4, 4, 4 }, 6, kCarried },
		{ { 1, 2, 3, 5, 4, 4 }, 6, DROP_BAD_PADDING },
		{ { 0, 0, 0, 0, 4, 4 }, 6, DROP_BAD_PADDING },
		{ { 1, 2, 3, 4, 255, 4 }, 6, DROP_BAD_PADDING },	/* longer than the packet */
		{ { 1, 2, 3, 4, 35, 4 }, 6, DROP_BAD_PADDING },		/* one longer than the packet */
		{ { 1, 2, 3, 4, 4, 41 }, 6, DROP_NOT_IPV4 },
		{ { 1, 2, 3, 4, 4, 6 }, 6, DROP_BAD_NEXT_HEADER },	/* transport mode in a tunnel mode SA */
		{ { 1, 2, 3, 4, 4, 0 }, 6, DROP_BAD_NEXT_HEADER },
		{ { 1, 2, 3, 4, 4, 59 }, 6, DROP_DUMMY },
		{ { 9, 9, 9, 9, 9, 9, 9, 9, 0, 4 }, 10, kCarried },	/* traffic flow padding behind the inner packet (RFC 4303 2.7) */
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		SARecord *out, *in;
		Buffer buffer;
		uint8_t esp[kRoom];
		clearTables();
		addLoop((Options) { .cipher = kCipherNull, .hash = kHashSHA256 }, &out, &in);
		EnginePacket inner = makePacket(&buffer, kHere, kThere, 17, kInner, 1);
		memcpy(inner.data + kInner, table[i].trailer, table[i].size);
		EnginePacket packet = craft(esp, 1, inner.data, kInner + table[i].size);
		EngineVerdict verdict = in1(&packet, 1, &kNative);
		CHECK(verdict == (table[i].reason == kCarried ? kVerdictDeliver : kVerdictDrop));
		if (table[i].reason == kCarried)
			CHECK(packet.length == kInner && in->errors == 0);
		else
			CHECK(gEngine.drops[table[i].reason] == 1 && in->errors == (table[i].reason == DROP_DUMMY ? 0 : 1));
		CHECK(in->sequence == 1);	/* it was authentic: it may not come again */
	}
}

static void innerHeaders(void)
{
	enum { kInner = 34 };	/* and two bytes of trailer: a multiple of four */
	static const struct { uint8_t offset, value; int reason; } table[] = {
		{ 0, 0x45, kCarried },
		{ 0, 0x65, DROP_NOT_IPV4 },
		{ 0, 0x44, DROP_MALFORMED },	/* header of 16 bytes */
		{ 0, 0x4f, DROP_MALFORMED },	/* header longer than the packet */
		{ 0, 0x46, kCarried },		/* options */
		{ 3, 19, DROP_MALFORMED },	/* total length below the header */
		{ 3, 35, DROP_MALFORMED },	/* beyond what came */
		{ 2, 1, DROP_MALFORMED },
		{ 3, 33, kCarried },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		SARecord *out, *in;
		Buffer buffer;
		uint8_t esp[kRoom];
		clearTables();
		addLoop((Options) { .cipher = kCipherNull, .hash = kHashSHA256 }, &out, &in);
		EnginePacket inner = makePacket(&buffer, kHere, kThere, 17, kInner, 1);
		inner.data[table[i].offset] = table[i].value;
		put16(inner.data + kInner, 4);
		EnginePacket packet = craft(esp, 1, inner.data, kInner + 2);
		EngineVerdict verdict = in1(&packet, 1, &kNative);
		CHECK(verdict == (table[i].reason == kCarried ? kVerdictDeliver : kVerdictDrop));
		if (table[i].reason != kCarried)
			CHECK(gEngine.drops[table[i].reason] == 1);
		else
			CHECK(packet.length == (table[i].offset == 3 ? table[i].value : kInner));
	}
}

/* Nothing but a trailer, and inner packets of a few bytes. */
static void tiny(void)
{
	SARecord *out, *in;
	uint8_t esp[kRoom], payload[24];
	clearTables();
	addLoop((Options) { .cipher = kCipherNull, .hash = kHashSHA256 }, &out, &in);
	memset(payload, 0x45, sizeof(payload));
	for (uint32_t size = 0; size <= 20; size += 4) {
		if (size)
			put16(payload + size - 2, 4);
		EnginePacket packet = craft(esp, size + 1, payload, size);
		CHECK(in1(&packet, 1, &kNative) == kVerdictDrop);
		if (size)
			payload[size - 2] = 0x45, payload[size - 1] = 0x45;
	}
	CHECK(in->errors == 6);
}

/* Two packets with the same content look different, and no IV comes twice. */
static void initializationVectors(void)
{
	static const int ciphers[] = { kCipher3DESCBC, kCipherAES128CBC, kCipherAES256CBC, kCipherAES128GCM, kCipherAES256CTR };
	enum { kPackets = 300 };
	for (size_t c = 0; c < sizeof(ciphers) / sizeof(ciphers[0]); c++) {
		static uint8_t ivs[kPackets][16];
		int aead = ciphers[c] == kCipherAES128GCM;
		unsigned size = ciphers[c] == kCipherAES128CBC || ciphers[c] == kCipherAES256CBC ? 16 : 8;
		SARecord *out, *in;
		clearTables();
		addLoop((Options) { .cipher = ciphers[c], .hash = aead ? 0 : kHashSHA256 }, &out, &in);
		for (unsigned i = 0; i < kPackets; i++) {
			Buffer buffer;
			EngineFlow flow;
			EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 64, 0);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend);
			memcpy(ivs[i], packet.data + 8, size);
			for (unsigned j = 0; j < i; j++)
				CHECK(memcmp(ivs[i], ivs[j], size) != 0);
		}
		/* A CBC IV must be unpredictable: none is its predecessor plus one. */
		if (size == 16)
			for (unsigned i = 1; i < kPackets; i++)
				CHECK(get32(ivs[i]) != get32(ivs[i - 1]));
	}
}

/* Whatever comes with a live SPI: nothing is delivered, nothing is read beyond its end. */
static void garbage(void)
{
	int cipher = kCipherNull, hash = 0;
	uint32_t random = 1;
	while (nextPair(&cipher, &hash)) {
		SARecord *out, *in;
		clearTables();
		addLoop((Options) { .cipher = cipher, .hash = hash }, &out, &in);
		for (unsigned round = 0; round < 200; round++) {
			random = random * 1664525 + 1013904223;
			uint32_t length = random >> 25;
			uint8_t* bytes = malloc(length ? length : 1);
			CHECK(bytes != NULL);
			for (uint32_t i = 0; i < length; i++) {
				random = random * 1664525 + 1013904223;
				bytes[i] = (uint8_t)(random >> 24);
			}
			if (length >= 4)
				put32(bytes, kLoopSPI);
			EnginePacket packet = { bytes, length };
			CHECK(in1(&packet, 1, &kNative) == kVerdictDrop);
			free(bytes);
		}
		CHECK(in->packets == 0 && in->sequence == 0);
	}
}

/* The same on the way out, and of packets that a peer with the right keys sends: what is delivered is IPv4 within the selectors. */
static void garbageInside(void)
{
	SARecord *out, *in;
	uint32_t random = 7;
	unsigned delivered = 0;
	clearTables();
	addLoop((Options) { .cipher = kCipherNull, .hash = kHashSHA256 }, &out, &in);
	for (uint32_t round = 1; round <= 20000; round++) {
		Buffer buffer;
		EngineFlow flow;
		uint8_t esp[kRoom];
		EnginePacket inner = makePacket(&buffer, kHere, kThere, 17, 58, round);
		for (unsigned i = 0; i < 3; i++) {
			random = random * 1664525 + 1013904223;
			inner.data[(random >> 8) % 60] = (uint8_t)(random >> 24);
		}
		if (round % 4)
			put16(inner.data + 58, 4);
		EnginePacket packet = craft(esp, round, inner.data, 60);
		if (in1(&packet, 1, &kNative) == kVerdictDeliver) {
			delivered++;
			CHECK(packet.data[0] >> 4 == 4 && packet.length >= 20 && packet.length <= 60);
			CHECK(get32(packet.data + 12) >> 8 == kHere >> 8 && get32(packet.data + 16) >> 8 == kThere >> 8);
		}
		EngineVerdict verdict = out1(&inner, 1, &flow);
		CHECK(verdict != kVerdictClear || get32(buffer.bytes + kEngineHeadroom + 12) >> 8 != kHere >> 8 || get32(buffer.bytes + kEngineHeadroom + 16) >> 8 != kThere >> 8);
	}
	CHECK(delivered > 1000);
}

void espCases(void)
{
	runCase("ESP: every algorithm, lengths over all paddings, there and back", everyAlgorithm);
	runCase("ESP: head room and tail room are enough, none is used on the way in", roomIsEnough);
	runCase("ESP: one bit of any byte changed is a bad ICV, and moves no window", corrupted);
	runCase("ESP: truncated at every length", truncated);
	runCase("ESP: padding and next header are checked", trailers);
	runCase("ESP: the inner header is checked", innerHeaders);
	runCase("ESP: payloads of nothing and little more", tiny);
	runCase("ESP: no IV comes twice", initializationVectors);
	runCase("ESP: garbage for every algorithm", garbage);
	runCase("ESP: garbage inside authentic packets", garbageInside);
}
