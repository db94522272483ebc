/* ICMP: what routers and links say of a path, and errors through a tunnel, which are held against what they quote. */
#include "bytes.h"
#include "cases.h"
#include "mtu.h"
#include "path.h"
#include "support.h"

#include <stdlib.h>

/* ---- what is known of a path ---- */

typedef struct { uint32_t spi, sequence, length, source, destination; uint8_t type, code, protocol; uint16_t claimed, fragment; unsigned rest; int badSum; } Report;

static void report(Report r, uint64_t now)
{
	uint8_t packet[200] = { 0x45 };
	uint8_t* icmp = packet + 20;
	uint8_t* quoted = icmp + 8;
	uint8_t* payload = quoted + 20;
	put32(packet + 12, kRouter);
	put32(packet + 16, kOwn);
	packet[9] = 1;
	icmp[0] = r.type;
	icmp[1] = r.code;
	put16(icmp + 6, r.claimed);
	quoted[0] = 0x45;
	put16(quoted + 2, r.length);
	put16(quoted + 6, r.fragment);
	quoted[9] = r.protocol;
	put32(quoted + 12, r.source);
	put32(quoted + 16, r.destination);
	if (r.protocol == 17) {
		put16(payload, 4500);
		put16(payload + 2, 4500);
		payload += 8;
	}
	put32(payload, r.spi);
	put32(payload + 4, r.sequence);
	uint32_t length = 20 + 8 + 20 + r.rest;
	put16(packet + 2, length);
	put16(icmp + 2, checksum(icmp, length - 20) + (unsigned)r.badSum);
	uint8_t* exactly = malloc(length);
	memcpy(exactly, packet, length);
	engine_icmp(exactly, length, now);
	free(exactly);
}

static void routers(void)
{
	static const Report good = { .spi = kLoopSPI, .sequence = 5000, .length = 1500, .source = kOwn, .destination = kPeer, .type = 3, .code = 4, .protocol = 50, .claimed = 1400, .rest = 8 };
	Report udp = good;
	udp.protocol = 17;
	udp.rest = 16;
	/* each is right but for one thing: 0: nothing changes; 1: nothing but that routers may cut; 2: believed */
	struct { Report r; int udp; int effect; } table[32] = { { good, 0, 2 }, { udp, 1, 2 } };
	unsigned count = 2;
#define VARIANT(isUDP, what, result) do { Report r = isUDP ? udp : good; r.what; table[count].r = r; table[count].udp = isUDP; table[count++].effect = result; } while (0)
	VARIANT(0, spi++, 1);
	VARIANT(0, sequence = 5001, 1);
	VARIANT(0, sequence = 5000 - kRecentSequences, 1);
	VARIANT(0, sequence = 5000 - kRecentSequences + 1, 2);
	VARIANT(0, sequence = 0, 1);
	VARIANT(0, claimed = 1500, 0);
	VARIANT(0, claimed = 68, 3);
	VARIANT(0, claimed = 0, 3);
	VARIANT(0, length = 1400, 0);
	VARIANT(0, source++, 0);
	VARIANT(0, destination++, 0);
	VARIANT(0, type = 11, 0);
	VARIANT(0, code = 3, 0);
	VARIANT(0, protocol = 6, 0);
	VARIANT(0, protocol = 17, 0);
	VARIANT(0, fragment = 1, 0);
	VARIANT(0, rest = 7, 0);
	VARIANT(0, badSum = 1, 0);
	VARIANT(1, protocol = 50, 0);
	VARIANT(1, rest = 8, 1);
	VARIANT(1, rest = 15, 1);
	VARIANT(1, spi = 0, 1);
	for (unsigned i = 0; i < count; i++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		fresh();
		addLoop((Options) { .cipher = kCipherAES128GCM, .udp = table[i].udp }, &out, &in);
		out->sequence = 5000;
		report(table[i].r, 1000);
		uint32_t mtu = path_mtu(kPeer, 1000);
		int effect = mtu == 1400 ? 2 : mtu == kMinimumPathMTU ? 3 : path_forbids_fragments(kPeer, 1000) ? 0 : 1;
		if (effect != table[i].effect)
			printf("# row %u: %d, mtu %u\n", i, effect, mtu);
		CHECK(effect == table[i].effect && path_forbids_fragments(kPeer, 1000) == (effect == 0 || effect == 2));
		EnginePacket packet = sized(&buffer, 600, 1);
		CHECK(out1(&packet, 1000, &flow) == kVerdictSend && flow.dontFragment == (effect == 0 || effect == 2));
		/* all is forgotten after ten minutes, and nothing before */
		CHECK(path_mtu(kPeer, 1000 + kPathAge - 1) == mtu);
		CHECK(path_mtu(kPeer, 1000 + kPathAge) == 1500 && path_forbids_fragments(kPeer, 1000 + kPathAge));
		CHECK(path_mtu(kPeer + 1, 1000) == 1500);
	}
#undef VARIANT
	/* every length of a garbled message */
	uint32_t random = 3;
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t length = (random = random * 1664525 + 1013904223) >> 16 & 127;
		uint8_t* exactly = malloc(length + 1);
		for (unsigned j = 0; j < length; j++)
			exactly[j] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
		if (length > 28) {
			exactly[0] = 0x45;
			exactly[20] = 3;
			exactly[21] = 4;
			exactly[28] = (uint8_t)(0x40 | (random & 15));
			put16(exactly + 22, 0);
			put16(exactly + 22, checksum(exactly + 20, length - 20));
		}
		engine_icmp(exactly, length, 1);
		free(exactly);
	}
}

/* Two peers behind one NAT have its address, and a port each: a router speaks of a packet to the second one. */
static void oneNAT(void)
{
	SARecord *first, *second, *in;
	Report r = { .spi = kLoopSPI + 64, .sequence = 9, .length = 1500, .source = kOwn, .destination = kPeer, .type = 3, .code = 4, .protocol = 17, .claimed = 1400, .rest = 16 };
	fresh();
	addLoop((Options) { .cipher = kCipherAES128GCM, .udp = 1 }, &first, &in);
	first->remotePort = 61000;
	second = addSA(OUTGOING, (Options) { .cipher = kCipherAES128GCM, .udp = 1, .spi = kLoopSPI + 64, .slot = 2 });
	second->sequence = 9;
	report(r, 1000);
	CHECK(path_mtu(kPeer, 1000) == 1400 && path_forbids_fragments(kPeer, 1000));
	/* to neither */
	fresh();
	addLoop((Options) { .cipher = kCipherAES128GCM, .udp = 1 }, &first, &in);
	first->remotePort = 61000;
	first->sequence = 9;
	r.spi = kLoopSPI;
	report(r, 1000);
	CHECK(path_mtu(kPeer, 1000) == 1500 && path_forbids_fragments(kPeer, 1000));
}

static uint32_t gLinkSize;
static unsigned gAsked;
static uint32_t link(uint32_t address)
{
	gAsked += address == kPeer;
	return gLinkSize;
}

static void paths(void)
{
	SARecord *out, *in;
	Buffer buffer;
	EngineFlow flow;
	EngineOrigin origin = kNative;
	fresh();
	gLinkSize = 1492;
	gAsked = 0;
	engine_set_link(link);
	addLoop(kGCM, &out, &in);
	CHECK(path_mtu(kPeer, 1) == 1492 && path_mtu(kPeer, 50000) == 1492 && gAsked == 1);
	gLinkSize = 1480;
	CHECK(path_mtu(kPeer, 61000) == 1480 && gAsked == 2);
	gLinkSize = 1300;
	engine_link_changed(kPeer);
	CHECK(path_mtu(kPeer, 61001) == 1300 && gAsked == 3);
	gLinkSize = 1500;
	engine_link_changed(kPeer);
	/* fragments of an authentic packet tell, those of another do not */
	origin.largestFragment = 1396;
	EnginePacket packet = sized(&buffer, 1000, 0);
	CHECK(out1(&packet, 70000, &flow) == kVerdictSend);
	packet.data[30] ^= 1;
	CHECK(in1(&packet, 70000, &origin) == kVerdictDrop && path_mtu(kPeer, 70000) == 1500);
	packet = sized(&buffer, 1000, 0);
	CHECK(out1(&packet, 70000, &flow) == kVerdictSend && in1(&packet, 70000, &origin) == kVerdictDeliver);
	CHECK(path_mtu(kPeer, 70000) == 1396 && path_forbids_fragments(kPeer, 70000));
	/* renewed by each; larger ones do not widen it, smaller ones have a bound */
	origin.largestFragment = 1480;
	packet = sized(&buffer, 1000, 0);
	CHECK(out1(&packet, 80000, &flow) == kVerdictSend && in1(&packet, 80000, &origin) == kVerdictDeliver && path_mtu(kPeer, 80000) == 1396);
	origin.largestFragment = 28;
	packet = sized(&buffer, 700, 0);
	CHECK(out1(&packet, 90000, &flow) != kVerdictDrop && path_mtu(kPeer, 90000) == 1396);
	CHECK(in1(&packet, 90000, &origin) == kVerdictDeliver && path_mtu(kPeer, 90000) == kMinimumPathMTU);
	CHECK(path_mtu(kPeer, 90000 + kPathAge) == 1500);
	/* more paths than there is room for: the one used last stays */
	path_fragments(kPeer, 1000, 1000000);
	for (uint32_t i = 1; i < PATHS; i++) {
		CHECK(path_mtu(kPeer + i, 1000000 + i) == 1500);
		CHECK(path_mtu(kPeer, 1000000 + i) == 1000);
	}
	for (uint32_t i = 1; i <= PATHS; i++)
		CHECK(path_mtu(kPeer + 100 + i, 2000000 + i) == 1500);
	CHECK(path_mtu(kPeer, 1000100) == 1500);
	engine_set_link(NULL);
}

/* ---- ICMP errors through a tunnel ---- */

/* An error of `type` from `router` to `to`, about a UDP packet between these. */
static EnginePacket error(Buffer* buffer, uint8_t type, uint32_t router, uint32_t to, uint32_t source, uint32_t destination, uint8_t protocol, uint16_t sourcePort, uint16_t destinationPort)
{
	EnginePacket packet = makePacket(buffer, router, to, 1, 56, 3);
	uint8_t* quoted = packet.data + 28;
	packet.data[20] = type;
	packet.data[21] = 0;
	memset(quoted, 0, 28);
	quoted[0] = 0x45;
	put16(quoted + 2, 1000);
	quoted[9] = protocol;
	put32(quoted + 12, source);
	put32(quoted + 16, destination);
	put16(quoted + 20, sourcePort);
	put16(quoted + 22, destinationPort);
	return packet;
}

static void errorsIn(void)
{
	/* The other side's packet to us was about what we (kThere, behind the incoming SA) sent to kHere: in->local is 10.2.0.0/24, in->remote 10.1.0.0/24. */
	static const struct { uint8_t type; uint32_t router, to, source, destination; uint8_t protocol; uint16_t sourcePort; int delivered; } table[] = {
		{ 11, kRouter, kThere, kThere, kHere, 17, 53, 1 },
		{ 3, kRouter, kThere, kThere, kHere, 17, 53, 1 },
		{ 12, kRouter, kThere, kThere, kHere, 17, 53, 1 },
		{ 8, kRouter, kThere, kThere, kHere, 17, 53, 0 },		/* no error */
		{ 11, kRouter, kThere, kThere + 1, kHere, 17, 53, 0 },		/* not about the host that it goes to */
		{ 11, kRouter, kThere, kThere, kRouter, 17, 53, 0 },		/* about what this tunnel does not carry */
		{ 11, kRouter, ADDRESS(10, 3, 0, 1), ADDRESS(10, 3, 0, 1), kHere, 17, 53, 0 },
		{ 11, kRouter, kThere, kHere, kThere, 17, 53, 0 },		/* the wrong way round */
		{ 11, kRouter, kThere, kThere, kHere, 6, 53, 0 },		/* another protocol */
		{ 11, kRouter, kThere, kThere, kHere, 17, 54, 0 },		/* another port */
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		fresh();
		addLoop(kGCM, &out, &in);
		sendsAll(out);
		in->ipProtocol = 17;
		in->selectorLocalPort = 53;
		EnginePacket packet = error(&buffer, table[i].type, table[i].router, table[i].to, table[i].source, table[i].destination, table[i].protocol, table[i].sourcePort, 4000);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		EngineVerdict verdict = in1(&packet, 1, &kNative);
		if ((verdict == kVerdictDeliver) != table[i].delivered)
			printf("# row %zu\n", i);
		CHECK((verdict == kVerdictDeliver) == table[i].delivered);
		if (!table[i].delivered)
			CHECK(gEngine.drops[DROP_SELECTOR_MISMATCH] == 1);
	}
	/* a redirect, of a peer that seals what we would not: its type is written into the sealed packet, whose ICV is made anew */
	SARecord *out, *in;
	Buffer buffer;
	EngineFlow flow;
	fresh();
	addLoop((Options) { .cipher = kCipherNull, .hash = kHashSHA1 }, &out, &in);
	for (int type = 11; type >= 5; type -= 6) {
		EnginePacket packet = error(&buffer, 11, kHere, kThere, kThere, kHere, 17, 53, 4000);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		packet.data[8 + 20] = (uint8_t)type;
		CHECK(accelerator_context_hmac(sad_context(out)->esp, packet.data, packet.length - 12, NULL, 0, packet.data + packet.length - 12, 12) == kAcceleratorOK);
		CHECK(in1(&packet, 1, &kNative) == (type == 11 ? kVerdictDeliver : kVerdictDrop));
	}
	CHECK(gEngine.drops[DROP_SELECTOR_MISMATCH] == 1);
}

static void errorsOut(void)
{
	SARecord *out, *in;
	Buffer buffers[2];
	EngineFlow flow;
	fresh();
	addLoop(kGCM, &out, &in);
	/* a tunnel for one port of TCP alone: an error about its packets goes through, that about another's does not, nor does either leave in clear */
	gSPD.policies[0].ipProtocol = out->ipProtocol = 6;
	gSPD.policies[0].localPort = out->selectorLocalPort = 80;
	EnginePacket packet = error(&buffers[0], 3, kHere, kThere, kThere, kHere, 6, 4000, 80);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	packet = error(&buffers[0], 3, ADDRESS(192, 168, 0, 1), kThere, kThere, kHere, 6, 4000, 80);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	packet = error(&buffers[0], 3, kHere, kThere, kThere, kHere, 6, 4000, 81);
	CHECK(out1(&packet, 1, &flow) == kVerdictClear);
	packet = error(&buffers[0], 5, kHere, kThere, kThere, kHere, 6, 4000, 80);
	CHECK(out1(&packet, 1, &flow) == kVerdictClear);
	/* an error about an error is none */
	packet = error(&buffers[0], 3, kHere, kThere, kThere, kHere, 1, 0x0b00, 0);
	gSPD.policies[0].ipProtocol = out->ipProtocol = 0;
	gSPD.policies[0].localPort = out->selectorLocalPort = 0;
	gSPD.version++;
	packet = error(&buffers[0], 3, kRouter, kThere, kThere, kHere, 1, 0x0b00, 0);
	CHECK(out1(&packet, 1, &flow) == kVerdictClear);
	packet = error(&buffers[0], 3, kRouter, kThere, kThere, kHere, 1, 0x0800, 0);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	/* a redirect whose addresses are the tunnel's stays out too, and is nobody's error */
	packet = error(&buffers[0], 5, kHere, kThere, kThere, kHere, 17, 1, 2);
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop && gEngine.drops[DROP_SELECTOR_MISMATCH] == 1 && out->errors == 0);
	/* in one run, each by its own cause */
	EnginePacket run[2] = { error(&buffers[0], 3, kRouter, kThere, kThere, kHere, 17, 1, 2), error(&buffers[1], 3, kRouter, kThere, kThere, kRouter, 17, 1, 2) };
	EngineVerdict verdicts[2];
	engine_outbound(run, verdicts, 2, 1, &flow);
	CHECK(verdicts[0] == kVerdictSend && verdicts[1] == kVerdictClear);
	/* cut short anywhere */
	for (uint32_t length = 28; length < 56; length++) {
		packet = error(&buffers[0], 3, kRouter, kThere, kThere, kHere, 17, 1, 2);
		put16(packet.data + 2, length);
		packet.length = length;
		EngineVerdict verdict = out1(&packet, 1, &flow);
		CHECK(verdict == (length >= 48 ? kVerdictSend : kVerdictClear));
	}
}

void icmpCases(void)
{
	runCase("path: a router's message is believed within bounds, or lets routers cut", routers);
	runCase("path: a router speaks of one of two peers behind one NAT, who have its address both", oneNAT);
	runCase("path: links, fragments of authentic packets, and their age", paths);
	runCase("path: ICMP errors from inside the tunnel are held against what they quote", errorsIn);
	runCase("path: ICMP errors into the tunnel go by what they quote", errorsOut);
}
