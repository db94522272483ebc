/* What the engine's test programs share: SAs and policies as TypeScript writes them, packets, and a line for each case. */
#ifndef KEYGATE_TEST_SUPPORT_H
#define KEYGATE_TEST_SUPPORT_H

#include "engine.h"
#include "sad.h"

#include <stdio.h>
#include <string.h>

#define ADDRESS(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define kOwn ADDRESS(10, 0, 0, 1)
#define kPeer ADDRESS(10, 0, 0, 2)
#define kHere ADDRESS(10, 1, 0, 5)
#define kThere ADDRESS(10, 2, 0, 7)

/* ---- cases ---- */
extern unsigned gFailures;

#define CHECK(condition) do { \
	if (!(condition)) { \
		gFailures++; \
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition); \
	} \
} while (0)

static inline void runCase(const char* name, void (*body)(void))
{
	unsigned before = gFailures;
	body();
	printf("%s %s\n", gFailures == before ? "ok" : "not ok", name);
	fflush(stdout);
}

/* ---- packets: in a buffer with exactly the room that the host promises, so that the sanitizer sees one byte too many ---- */
#define kRoom 2048
typedef struct {
	uint8_t bytes[kEngineHeadroom + kRoom + kEngineTailroom];
} Buffer;

static inline void put16(uint8_t* at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void put32(uint8_t* at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static inline uint32_t get32(const uint8_t* at)
{
	return ADDRESS(at[0], at[1], at[2], at[3]);
}

static inline unsigned headerSum(const uint8_t* header, unsigned size)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < size; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* An IPv4 packet of `length` bytes (at least 28) with ports 1000 and 2000 and a payload that depends on `seed`. */
static inline EnginePacket makePacket(Buffer* buffer, uint32_t source, uint32_t destination, uint8_t protocol, uint32_t length, unsigned seed)
{
	uint8_t* data = buffer->bytes + kEngineHeadroom;
	memset(data, 0, 28);
	data[0] = 0x45;
	put16(data + 2, length);
	put16(data + 4, seed & 0xffff);
	data[8] = 64;
	data[9] = protocol;
	put32(data + 12, source);
	put32(data + 16, destination);
	put16(data + 10, ~headerSum(data, 20) & 0xffff);
	put16(data + 20, 1000);
	put16(data + 22, 2000);
	for (uint32_t i = 28; i < length; i++)
		data[i] = (uint8_t)(i * 7 + seed);
	return (EnginePacket) { data, length };
}

/* ---- tables ---- */
static inline void clearTables(void)
{
	EnginePacket packet;
	EngineFlow flow;
	Buffer buffer;
	engine_clear();
	memset(gSAD, 0, sizeof(gSAD));
	uint32_t version = gSPD.version;
	memset(&gSPD, 0, sizeof(gSPD));
	gSPD.version = version + 1;
	packet.data = buffer.bytes + kEngineHeadroom;
	engine_unpark(&packet, kRoom, (uint64_t)1 << 60, &flow);	/* all that is parked is too old */
	memset(&gEngine, 0, sizeof(gEngine));
}

typedef struct {
	int cipher, hash;
	uint32_t spi;
	unsigned slot, policy;
	int udp;
	uint64_t softAt, hardAt, softBytes, hardBytes;
	unsigned keySeed;
	int protocol, mode, ahHash, extended, shortICV;	/* 0: ESP, tunnel mode */
} Options;

static const uint8_t kCipherKeySizes[] = { 0, 24, 16, 24, 32, 20, 28, 36, 20, 36 };
static const uint8_t kHashKeySizes[] = { 0, 16, 20, 32, 48, 64 };

/* Writes and opens an SA between 10.1.0.0/24 (here) and 10.2.0.0/24. */
static inline SARecord* addSA(int direction, Options options)
{
	static uint32_t serial;
	SARecord* sa = &gSAD[options.slot];
	memset(sa, 0, sizeof(*sa));
	sa->state = SA_RESERVED;
	sa->direction = (uint8_t)direction;
	sa->protocol = (uint8_t)(options.protocol ? options.protocol : PROTOCOL_ESP);
	sa->mode = (uint8_t)(options.mode ? options.mode : MODE_TUNNEL);
	sa->cipher = (uint8_t)options.cipher;
	sa->hash = (uint8_t)options.hash;
	sa->flags = (uint16_t)((options.udp ? FLAG_UDP : 0) | (options.extended ? FLAG_EXTENDED : 0) | (options.shortICV ? FLAG_SHORT_ICV : 0));
	sa->ahHash = (uint8_t)options.ahHash;
	sa->ahKeySize = kHashKeySizes[options.ahHash];
	sa->ahSPI = sa->protocol == PROTOCOL_AH_ESP ? options.spi : 0;
	for (unsigned i = 0; i < sa->ahKeySize; i++)
		sa->ahKey[i] = (uint8_t)(i * 11 + 3 + options.keySeed);
	sa->spi = options.spi;
	sa->serial = ++serial;
	sa->policy = (uint16_t)options.policy;
	sa->localAddress[0] = kOwn;
	sa->remoteAddress[0] = kPeer;
	sa->localPort = sa->remotePort = 4500;
	sa->localFirst[0] = ADDRESS(10, 1, 0, 0);
	sa->localLast[0] = ADDRESS(10, 1, 0, 255);
	sa->remoteFirst[0] = ADDRESS(10, 2, 0, 0);
	sa->remoteLast[0] = ADDRESS(10, 2, 0, 255);
	sa->softAt = options.softAt;
	sa->hardAt = options.hardAt;
	sa->softBytes = options.softBytes;
	sa->hardBytes = options.hardBytes;
	sa->encryptionKeySize = kCipherKeySizes[options.cipher];
	sa->authenticationKeySize = kHashKeySizes[options.hash];
	for (unsigned i = 0; i < sa->encryptionKeySize; i++)
		sa->encryptionKey[i] = (uint8_t)(i * 3 + 1 + options.keySeed);
	for (unsigned i = 0; i < sa->authenticationKeySize; i++)
		sa->authenticationKey[i] = (uint8_t)(i * 5 + 2 + options.keySeed);
	CHECK(sad_open(options.slot) == kAcceleratorOK);
	sa->state = SA_LIVE;
	return sa;
}

/* Policy 10.1.0.0/24 to 10.2.0.0/24. */
static inline PolicyRecord* addPolicy(unsigned index, uint8_t flags)
{
	PolicyRecord* policy = &gSPD.policies[index];
	memset(policy, 0, sizeof(*policy));
	policy->used = 1;
	policy->flags = flags;
	policy->localFirst[0] = ADDRESS(10, 1, 0, 0);
	policy->localLast[0] = ADDRESS(10, 1, 0, 255);
	policy->remoteFirst[0] = ADDRESS(10, 2, 0, 0);
	policy->remoteLast[0] = ADDRESS(10, 2, 0, 255);
	gSPD.order[gSPD.count++] = (uint16_t)index;
	gSPD.version++;
	return policy;
}

/* An SA out and one in with the same keys and SPI: what we send comes back to us. The SPI's lower bits are the incoming record's number. */
#define kLoopSPI 0x1000u
static inline void addLoop(Options options, SARecord** out, SARecord** in)
{
	addPolicy(0, POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE);
	options.spi = kLoopSPI;
	options.slot = 1;
	*out = addSA(OUTGOING, options);
	options.slot = 0;
	*in = addSA(INCOMING, options);
	/* seen from the other side */
	(*in)->localFirst[0] = (*out)->remoteFirst[0];
	(*in)->localLast[0] = (*out)->remoteLast[0];
	(*in)->remoteFirst[0] = (*out)->localFirst[0];
	(*in)->remoteLast[0] = (*out)->localLast[0];
}

/* The loop takes packets from anybody to anybody. */
static inline void sendsAll(SARecord* out)
{
	PolicyRecord* policy = &gSPD.policies[0];
	out->localFirst[0] = out->remoteFirst[0] = policy->localFirst[0] = policy->remoteFirst[0] = 0;
	out->localLast[0] = out->remoteLast[0] = policy->localLast[0] = policy->remoteLast[0] = 0xffffffff;
}

static const EngineOrigin kNative __attribute__((unused)) = { .remoteAddress = kPeer, .localAddress = kOwn, .protocol = 50 };
static const EngineOrigin kAH __attribute__((unused)) = { .remoteAddress = kPeer, .localAddress = kOwn, .protocol = 51, .headerIncluded = 1 };
static const EngineOrigin kUDP __attribute__((unused)) = { .remoteAddress = kPeer, .localAddress = kOwn, .remotePort = 4500, .localPort = 4500, .protocol = 17 };

static inline EngineVerdict out1(EnginePacket* packet, uint64_t now, EngineFlow* flow)
{
	EngineVerdict verdict;
	engine_outbound(packet, &verdict, 1, now, flow);
	return verdict;
}

static inline EngineVerdict in1(EnginePacket* packet, uint64_t now, const EngineOrigin* origin)
{
	EngineVerdict verdict;
	engine_inbound(packet, &verdict, 1, now, origin);
	return verdict;
}

/* The next event's kind, 0 when there is none. */
static inline int nextEvent(EventRecord* event)
{
	if (gEngine.eventsRead == gEngine.eventsWritten)
		return 0;
	*event = gEngine.events[gEngine.eventsRead++ % ENGINE_EVENTS];
	return event->kind;
}

#endif
