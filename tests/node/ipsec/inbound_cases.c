/* WAN to LAN: replays, selectors, encapsulation, moved peers, unknown SPIs, limits, ECN. */
#include "cases.h"
#include "ecn.h"
#include "events.h"
#include "selectors.h"
#include "support.h"

static const Options kGCM = { .cipher = kCipherAES128GCM };

/* A packet of the loop, sealed; returned in `buffer`. */
static EnginePacket sealed(Buffer* buffer, uint32_t length, unsigned seed)
{
	EngineFlow flow;
	EnginePacket packet = makePacket(buffer, kHere, kThere, 17, length, seed);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	return packet;
}

static EngineVerdict receiveCopy(const EnginePacket* packet, uint64_t now, const EngineOrigin* origin)
{
	uint8_t copy[kRoom];
	EnginePacket own = { copy, packet->length };
	memcpy(copy, packet->data, packet->length);
	return in1(&own, now, origin);
}

static void replayed(void)
{
	SARecord *out, *in;
	Buffer first, buffer;
	clearTables();
	addLoop(kGCM, &out, &in);
	EnginePacket packet = sealed(&first, 100, 1);
	CHECK(receiveCopy(&packet, 1, &kNative) == kVerdictDeliver);
	CHECK(receiveCopy(&packet, 1, &kNative) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_REPLAYED] == 1 && in->errors == 1 && in->packets == 1);
	EnginePacket second = sealed(&first, 100, 2);
	out->sequence = REPLAY_WINDOW + 1;
	EnginePacket newest = sealed(&buffer, 100, 3);
	CHECK(receiveCopy(&newest, 1, &kNative) == kVerdictDeliver);
	CHECK(in->sequence == REPLAY_WINDOW + 2);
	CHECK(receiveCopy(&second, 1, &kNative) == kVerdictDrop);	/* exactly a window behind */
	CHECK(gEngine.drops[DROP_REPLAYED] == 2);
	/* a replay is found before any work on its ICV */
	newest.data[newest.length - 1] ^= 1;
	CHECK(receiveCopy(&newest, 1, &kNative) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_REPLAYED] == 3 && gEngine.drops[DROP_BAD_ICV] == 0);
}

static void reordered(void)
{
	SARecord *out, *in;
	Buffer buffers[5];
	EnginePacket packets[5];
	clearTables();
	addLoop(kGCM, &out, &in);
	for (unsigned i = 0; i < 5; i++)
		packets[i] = sealed(&buffers[i], 100, i);
	for (unsigned i = 5; i-- > 0;)
		CHECK(in1(&packets[i], 1, &kNative) == kVerdictDeliver);
	CHECK(in->packets == 5 && in->errors == 0);
}

static void selectors(void)
{
	static const struct { uint32_t source, destination; uint8_t protocol; uint16_t fragment; uint8_t saProtocol; uint16_t saPort; int reason; } table[] = {
		{ kHere, kThere, 17, 0, 0, 0, kCarried },
		{ ADDRESS(10, 1, 0, 0), ADDRESS(10, 2, 0, 255), 1, 0, 0, 0, kCarried },
		{ ADDRESS(10, 1, 1, 0), kThere, 17, 0, 0, 0, DROP_SELECTOR_MISMATCH },
		{ ADDRESS(10, 0, 255, 255), kThere, 17, 0, 0, 0, DROP_SELECTOR_MISMATCH },
		{ kHere, ADDRESS(10, 2, 1, 0), 17, 0, 0, 0, DROP_SELECTOR_MISMATCH },
		{ kHere, ADDRESS(127, 0, 0, 1), 17, 0, 0, 0, DROP_SELECTOR_MISMATCH },
		{ kHere, kHere, 17, 0, 0, 0, DROP_SELECTOR_MISMATCH },
		{ kThere, kHere, 17, 0, 0, 0, DROP_SELECTOR_MISMATCH },	/* the way back */
		{ kHere, kThere, 17, 0, 17, 0, kCarried },
		{ kHere, kThere, 6, 0, 17, 0, DROP_SELECTOR_MISMATCH },
		{ kHere, kThere, 17, 0, 17, 1000, kCarried },
		{ kHere, kThere, 17, 0, 17, 1001, DROP_SELECTOR_MISMATCH },
		{ kHere, kThere, 1, 0, 0, 1000, DROP_SELECTOR_MISMATCH },	/* ICMP has no ports */
		{ kHere, kThere, 17, 0x2000, 17, 1000, kCarried },	/* a first fragment shows its ports */
		{ kHere, kThere, 17, 0x2001, 17, 1000, DROP_FRAGMENT },
		{ kHere, kThere, 17, 0x00b9, 17, 1000, DROP_FRAGMENT },
		{ kHere, kThere, 17, 0x00b9, 17, 0, kCarried },		/* no port is asked for */
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		clearTables();
		addLoop(kGCM, &out, &in);
		/* the sender is one that keeps no rules */
		out->localFirst[0] = out->remoteFirst[0] = 0;
		out->localLast[0] = out->remoteLast[0] = 0xffffffff;
		PolicyRecord* any = &gSPD.policies[0];
		any->localFirst[0] = any->remoteFirst[0] = 0;
		any->localLast[0] = any->remoteLast[0] = 0xffffffff;
		in->ipProtocol = table[i].saProtocol;
		in->selectorRemotePort = table[i].saPort;
		EnginePacket packet = makePacket(&buffer, table[i].source, table[i].destination, table[i].protocol, 100, 1);
		put16(packet.data + 6, table[i].fragment);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		EngineVerdict verdict = in1(&packet, 1, &kNative);
		if (verdict != (table[i].reason == kCarried ? kVerdictDeliver : kVerdictDrop))
			printf("# row %zu\n", i);
		CHECK(verdict == (table[i].reason == kCarried ? kVerdictDeliver : kVerdictDrop));
		if (table[i].reason != kCarried)
			CHECK(gEngine.drops[table[i].reason] == 1 && in->errors == 1 && in->bytes == 0);
	}
}

static void encapsulation(void)
{
	for (int udp = 0; udp <= 1; udp++) {
		SARecord *out, *in;
		Buffer buffer;
		clearTables();
		Options options = kGCM;
		options.udp = udp;
		addLoop(options, &out, &in);
		EngineFlow flow;
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		CHECK(flow.protocol == (udp ? 17 : 50) && flow.remotePort == (udp ? 4500 : 0) && flow.localPort == (udp ? 4500 : 0));
		CHECK(receiveCopy(&packet, 1, udp ? &kNative : &kUDP) == kVerdictDrop);
		CHECK(gEngine.drops[DROP_WRONG_ENCAPSULATION] == 1 && in->errors == 1);
		CHECK(receiveCopy(&packet, 1, udp ? &kUDP : &kNative) == kVerdictDeliver);
	}
}

static void moved(void)
{
	SARecord *out, *in;
	Buffer old, buffer;
	EventRecord event;
	EngineOrigin elsewhere = kUDP;
	Options options = kGCM;
	options.udp = 1;
	clearTables();
	addLoop(options, &out, &in);
	elsewhere.remotePort = 61000;
	EnginePacket late = sealed(&old, 100, 0);
	EnginePacket packet = sealed(&buffer, 100, 1);
	CHECK(receiveCopy(&packet, 1000, &kUDP) == kVerdictDeliver);
	CHECK(nextEvent(&event) == 0);
	/* an old packet, late, from where the peer was before: no news */
	CHECK(receiveCopy(&late, 1000, &elsewhere) == kVerdictDeliver);
	CHECK(nextEvent(&event) == 0);
	/* not authenticated: no news */
	packet = sealed(&buffer, 100, 2);
	packet.data[packet.length - 1] ^= 1;
	CHECK(receiveCopy(&packet, 1000, &elsewhere) == kVerdictDrop);
	CHECK(nextEvent(&event) == 0);
	packet = sealed(&buffer, 100, 3);
	CHECK(receiveCopy(&packet, 1000, &elsewhere) == kVerdictDeliver);
	CHECK(nextEvent(&event) == EVENT_MOVED && event.spi == kLoopSPI && event.address[0] == kPeer && event.port == 61000);
	/* told once in a while, at once when it moves again */
	packet = sealed(&buffer, 100, 4);
	CHECK(receiveCopy(&packet, 1500, &elsewhere) == kVerdictDeliver);
	CHECK(nextEvent(&event) == 0);
	elsewhere.remoteAddress = ADDRESS(10, 0, 0, 9);
	packet = sealed(&buffer, 100, 5);
	CHECK(receiveCopy(&packet, 1500, &elsewhere) == kVerdictDeliver);
	CHECK(nextEvent(&event) == EVENT_MOVED && event.address[0] == ADDRESS(10, 0, 0, 9));
	packet = sealed(&buffer, 100, 6);
	CHECK(receiveCopy(&packet, 2500, &elsewhere) == kVerdictDeliver);
	CHECK(nextEvent(&event) == EVENT_MOVED);
	/* the control plane follows: no more news */
	in->remoteAddress[0] = elsewhere.remoteAddress;
	in->remotePort = elsewhere.remotePort;
	packet = sealed(&buffer, 100, 7);
	CHECK(receiveCopy(&packet, 9000, &elsewhere) == kVerdictDeliver);
	CHECK(nextEvent(&event) == 0);
}

static void unknownSPI(void)
{
	EventRecord event;
	uint8_t bytes[64] = { 0 };
	EnginePacket packet = { bytes, sizeof(bytes) };
	clearTables();
	put32(bytes, 0xdeadbeef);
	CHECK(in1(&packet, 5000, &kNative) == kVerdictDrop);
	CHECK(nextEvent(&event) == EVENT_UNKNOWN_SPI && event.spi == 0xdeadbeef && event.address[0] == kPeer);
	for (unsigned i = 0; i < 999; i++)
		CHECK(in1(&packet, 5000 + i, &kNative) == kVerdictDrop);
	CHECK(nextEvent(&event) == 0);
	CHECK(in1(&packet, 6000, &kNative) == kVerdictDrop);
	CHECK(nextEvent(&event) == EVENT_UNKNOWN_SPI && nextEvent(&event) == 0);
	CHECK(gEngine.drops[DROP_UNKNOWN_SPI] == 1001);
	/* whoever floods does not hide what others send, most of them */
	unsigned heard = 0;
	for (uint32_t other = 1; other <= 64; other++) {
		EngineOrigin origin = kNative;
		origin.remoteAddress = kPeer + other;
		for (unsigned i = 0; i < 10; i++) {
			CHECK(in1(&packet, 6500, &kNative) == kVerdictDrop);
			CHECK(in1(&packet, 6500, &origin) == kVerdictDrop);
		}
		for (; nextEvent(&event); heard++)
			CHECK(event.address[0] == kPeer + other && event.port == 50);
	}
	CHECK(heard == 7);
	gEngine.drops[DROP_UNKNOWN_SPI] = 1001;
	/* every SPI whose lower bits name no record, a free one, one with another SPI, an outgoing one */
	SARecord *out, *in;
	addLoop(kGCM, &out, &in);
	for (uint32_t low = 0; low <= SPI_SLOT_MASK; low++) {
		put32(bytes, 0x77000000 | low);
		CHECK(in1(&packet, 6000, &kNative) == kVerdictDrop);
	}
	put32(bytes, 0);
	CHECK(in1(&packet, 6000, &kNative) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_UNKNOWN_SPI] == 1001 + SPI_SLOT_MASK + 2);
	/* AH has its SPI elsewhere */
	Buffer buffer;
	EnginePacket whole = makePacket(&buffer, kPeer, kOwn, 51, 60, 0);
	put32(whole.data + 24, 0x1234);
	CHECK(in1(&whole, 9000, &kAH) == kVerdictDrop);
	CHECK(nextEvent(&event) == EVENT_UNKNOWN_SPI && event.spi == 0x1234 && event.port == 51);
}

static void limits(void)
{
	SARecord *out, *in;
	Buffer buffer;
	EventRecord event;
	Options options = kGCM;
	options.hardAt = 5000;
	clearTables();
	addLoop(options, &out, &in);
	in->policy = 3;
	EnginePacket packet = sealed(&buffer, 100, 1);
	CHECK(receiveCopy(&packet, 4999, &kNative) == kVerdictDeliver);
	packet = sealed(&buffer, 100, 2);
	CHECK(receiveCopy(&packet, 5000, &kNative) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_EXPIRED] == 1 && in->errors == 1 && in->state == SA_OVER);
	CHECK(nextEvent(&event) == EVENT_HARD && event.direction == INCOMING && event.spi == kLoopSPI && event.policy == 3);
	CHECK(receiveCopy(&packet, 5001, &kNative) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_EXPIRED] == 2 && in->errors == 2 && gEngine.drops[DROP_UNKNOWN_SPI] == 0);
	CHECK(nextEvent(&event) == 0);
	/* in bytes: those of authentic packets only */
	options = (Options) { .cipher = kCipherAES128GCM, .softBytes = 150, .hardBytes = 350 };
	clearTables();
	addLoop(options, &out, &in);
	out->softBytes = out->hardBytes = 0;
	packet = sealed(&buffer, 100, 1);
	packet.data[packet.length - 1] ^= 1;
	for (unsigned i = 0; i < 7; i++)
		CHECK(receiveCopy(&packet, 1, &kNative) == kVerdictDrop);
	CHECK(nextEvent(&event) == 0 && in->bytes == 0);
	for (unsigned i = 0; i < 3; i++) {
		packet = sealed(&buffer, 100, 1);
		CHECK(receiveCopy(&packet, 1, &kNative) == kVerdictDeliver);
	}
	CHECK(nextEvent(&event) == EVENT_SOFT && nextEvent(&event) == 0);
	packet = sealed(&buffer, 100, 1);
	CHECK(receiveCopy(&packet, 1, &kNative) == kVerdictDrop);
	CHECK(nextEvent(&event) == EVENT_HARD && nextEvent(&event) == 0);
	CHECK(in->bytes == 300 && in->state == SA_OVER);
}

/* RFC 6040 figure 4, all sixteen. */
static void congestion(void)
{
	enum { N = kECNNone, E0 = kECNCapable0, E1 = kECNCapable1, CE = kECNCongestion, DROP = 9 };
	static const int outers[] = { N, E0, E1, CE };
	static const struct { int inner; int merged[4]; } table[] = {
		{ N, { N, N, N, DROP } },
		{ E0, { E0, E0, E1, CE } },
		{ E1, { E1, E1, E1, CE } },
		{ CE, { CE, CE, CE, CE } },
	};
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned j = 0; j < 4; j++) {
			SARecord *out, *in;
			Buffer buffer;
			EngineFlow flow;
			EngineOrigin origin = kNative;
			clearTables();
			addLoop(kGCM, &out, &in);
			EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
			packet.data[1] = (uint8_t)(0xb8 | table[i].inner);
			put16(packet.data + 10, 0);
			put16(packet.data + 10, ~headerSum(packet.data, 20) & 0xffff);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend);
			CHECK(flow.tos == (0xb8 | table[i].inner));
			origin.tos = (uint8_t)(0x10 | outers[j]);	/* another DSCP on the way: the inner one stays */
			EngineVerdict verdict = in1(&packet, 1, &origin);
			if (table[i].merged[j] == DROP) {
				CHECK(verdict == kVerdictDrop && gEngine.drops[DROP_CONGESTION] == 1);
				continue;
			}
			CHECK(verdict == kVerdictDeliver);
			CHECK(packet.data[1] == (0xb8 | table[i].merged[j]));
			CHECK(headerSum(packet.data, 20) == 0xffff);
		}
	}
}

/* A run is many packets, each judged by itself. */
static void run(void)
{
	enum { kCount = 40 };
	static Buffer buffers[kCount];
	EnginePacket packets[kCount];
	EngineVerdict verdicts[kCount];
	SARecord *out, *in;
	clearTables();
	addLoop(kGCM, &out, &in);
	for (unsigned i = 0; i < kCount; i++) {
		packets[i] = sealed(&buffers[i], 100 + i, i);
		if (i % 4 == 1)
			packets[i].data[20] ^= 1;
		if (i % 4 == 2)
			put32(packets[i].data, 0x5555);
	}
	engine_inbound(packets, verdicts, kCount, 1, &kNative);
	for (unsigned i = 0; i < kCount; i++) {
		CHECK(verdicts[i] == (i % 4 == 1 || i % 4 == 2 ? kVerdictDrop : kVerdictDeliver));
		if (verdicts[i] == kVerdictDeliver)
			CHECK(packets[i].length == 100 + i);
	}
	CHECK(in->packets == 20 && in->errors == 10 && gEngine.drops[DROP_UNKNOWN_SPI] == 10);
}

void inboundCases(void)
{
	runCase("inbound: replayed, behind the window", replayed);
	runCase("inbound: another order is no replay", reordered);
	runCase("inbound: selectors of the SA hold for what comes out of it", selectors);
	runCase("T22 inbound: an SA takes only its own encapsulation", encapsulation);
	runCase("T22 inbound: moved is told by the newest authentic packet only", moved);
	runCase("T29 inbound: unknown SPI is a hint, told at most once a second, and of others too while one floods", unknownSPI);
	runCase("inbound: limits in seconds and bytes", limits);
	runCase("inbound: ECN as RFC 6040 figure 4", congestion);
	runCase("inbound: a run of packets", run);
}
