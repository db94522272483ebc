/* LAN to WAN: policies, fail closed, parking, limits, runs. */
#include "cases.h"
#include "events.h"
#include "selectors.h"
#include "support.h"

static const Options kGCM = { .cipher = kCipherAES128GCM };
#define kOn POLICY_FLAG_ENABLED
#define kOnDemand (POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE)

static EngineVerdict send(uint32_t source, uint32_t destination, uint8_t protocol, uint16_t fragment, uint64_t now)
{
	Buffer buffer;
	EngineFlow flow;
	EnginePacket packet = makePacket(&buffer, source, destination, protocol, 100, 1);
	put16(packet.data + 6, fragment);
	return out1(&packet, now, &flow);
}

static EngineVerdict sendLine(uint64_t now)
{
	return send(kHere, kThere, 17, 0, now);
}

static void notIPv4(void)
{
	Buffer buffer;
	EngineFlow flow;
	clearTables();
	addPolicy(0, kOnDemand);
	for (unsigned version = 0; version < 16; version++) {
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
		packet.data[0] = (uint8_t)(version << 4 | 5);
		CHECK(out1(&packet, 1, &flow) == (version == 4 ? kVerdictParked : kVerdictDrop));
	}
	CHECK(gEngine.drops[DROP_NOT_IPV4] == 15);
	for (uint32_t length = 0; length < 100; length++) {
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
		packet.length = length;
		CHECK(out1(&packet, 1, &flow) == kVerdictDrop);
	}
	CHECK(gEngine.drops[DROP_MALFORMED] == 100);
	/* what follows the packet in its frame does not travel */
	SARecord *out, *in;
	clearTables();
	addLoop(kGCM, &out, &in);
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 40, 1);
	packet.length = 46;
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	CHECK(out->bytes == 40);
	CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver && packet.length == 40);
}

/* A packet with every option bit: it passes, and its ports are found behind the options. */
static void options(void)
{
	Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	clearTables();
	addLoop(kGCM, &out, &in);
	out->selectorLocalPort = 1000;
	in->selectorRemotePort = 1000;
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
	packet.data[0] = 0x47;
	put32(packet.data + 20, 0x94040000);	/* router alert */
	put32(packet.data + 24, 0x01010100);
	put16(packet.data + 28, 1000);
	put16(packet.data + 30, 2000);
	put16(packet.data + 6, 0x4000);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	CHECK(flow.dontFragment == 1);
	CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
	CHECK(packet.data[0] == 0x47 && get32(packet.data + 20) == 0x94040000 && packet.data[8] == 64);
}

/* F17: nothing that matches a policy is ever kVerdictClear or kVerdictSend without an SA, whatever is missing. */
static void failClosed(void)
{
	EventRecord event;
	clearTables();
	addPolicy(0, kOn);
	CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_NO_SA] == 1 && nextEvent(&event) == 0);
	gSPD.policies[0].flags = 0;
	CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_POLICY_DISABLED] == 1);
	gSPD.policies[0].flags = POLICY_FLAG_ACQUIRE;
	CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_POLICY_DISABLED] == 2 && nextEvent(&event) == 0);
	/* no policy at all is another matter */
	CHECK(send(kHere, ADDRESS(8, 8, 8, 8), 17, 0, 1) == kVerdictClear);
	CHECK(gEngine.drops[DROP_NO_POLICY] == 1);

	/* an SA that is reserved, over, incoming, or another policy's carries nothing */
	SARecord *out, *in;
	clearTables();
	addLoop(kGCM, &out, &in);
	gSPD.policies[0].flags = kOn;
	out->state = SA_RESERVED;
	CHECK(sendLine(1) == kVerdictDrop);
	out->state = SA_OVER;
	CHECK(sendLine(1) == kVerdictDrop);
	out->state = SA_FREE;
	CHECK(sendLine(1) == kVerdictDrop);
	out->state = SA_LIVE;
	out->policy = 1;
	CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_NO_SA] == 4);
	out->policy = 0;
	CHECK(sendLine(1) == kVerdictSend);
	engine_clear();
	CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_NO_SA] == 5);
}

static void tableFull(void)
{
	EventRecord event;
	clearTables();
	addPolicy(0, kOnDemand);
	for (unsigned slot = 1; slot < SECURITY_ASSOCIATIONS; slot++)
		gSAD[slot].state = SA_RESERVED;
	CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_TABLE_FULL] == 1 && nextEvent(&event) == 0 && gEngine.parked == 0);
	gSAD[1].state = SA_FREE;
	CHECK(sendLine(1) == kVerdictParked);
	CHECK(nextEvent(&event) == EVENT_ACQUIRE);
}

static void acquired(void)
{
	EventRecord event;
	clearTables();
	addPolicy(3, kOnDemand);
	for (uint64_t now = 0; now < 20000; now += 100)
		CHECK(sendLine(now) == kVerdictParked);
	CHECK(nextEvent(&event) == EVENT_ACQUIRE && event.policy == 3);
	CHECK(nextEvent(&event) == 0);
	/* never answered: asked again */
	CHECK(sendLine(20001) == kVerdictParked && nextEvent(&event) == EVENT_ACQUIRE);
	/* answered without an SA: asked again by the next packet, but not at once */
	gSPD.policies[3].flags &= (uint8_t)~POLICY_FLAG_ACQUIRING;
	CHECK(sendLine(20900) == kVerdictParked && nextEvent(&event) == 0);
	CHECK(sendLine(21001) == kVerdictParked && nextEvent(&event) == EVENT_ACQUIRE);
	/* answered by an SA */
	Options options = kGCM;
	options.policy = 3;
	options.spi = 0x999;
	SARecord* sa = addSA(OUTGOING, options);
	CHECK(!(gSPD.policies[3].flags & POLICY_FLAG_ACQUIRING));
	CHECK(sendLine(21002) == kVerdictSend);
	/* and asked again at once when that is gone */
	sa->state = SA_FREE;
	CHECK(sendLine(21003) == kVerdictParked && nextEvent(&event) == EVENT_ACQUIRE);
}

static void parking(void)
{
	Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	clearTables();
	addPolicy(0, kOnDemand);
	PolicyRecord* other = addPolicy(1, kOnDemand);
	other->remoteFirst[0] = other->remoteLast[0] = ADDRESS(10, 3, 0, 1);
	gSPD.version++;
	/* three more than there is room for; every fourth of another policy */
	for (unsigned i = 0; i < PARKED_PACKETS + 3; i++) {
		EnginePacket packet = makePacket(&buffer, kHere, i % 4 == 3 ? ADDRESS(10, 3, 0, 1) : kThere, 17, 100 + i, i);
		CHECK(out1(&packet, 1, &flow) == kVerdictParked);
	}
	CHECK(gEngine.parked == PARKED_PACKETS && gEngine.parkedHighWater == PARKED_PACKETS && gEngine.drops[DROP_PARKED_FULL] == 3);
	EnginePacket packet = { buffer.bytes + kEngineHeadroom, 0 };
	CHECK(engine_unpark(&packet, kRoom + kEngineTailroom, 2, &flow) == 0);	/* no SA yet */
	gSPD.count = 0;
	addLoop(kGCM, &out, &in);
	for (unsigned i = 3; i < PARKED_PACKETS + 3; i++) {
		if (i % 4 == 3)
			continue;
		packet.data = buffer.bytes + kEngineHeadroom;
		CHECK(engine_unpark(&packet, kRoom + kEngineTailroom, 2, &flow) == 1);
		CHECK(flow.remoteAddress == kPeer && flow.protocol == 50);
		CHECK(in1(&packet, 2, &kNative) == kVerdictDeliver);
		CHECK(packet.length == 100 + i && packet.data[5] == i);	/* in order, unharmed */
	}
	packet.data = buffer.bytes + kEngineHeadroom;
	CHECK(engine_unpark(&packet, kRoom + kEngineTailroom, 2, &flow) == 0);
	CHECK(gEngine.parked == PARKED_PACKETS / 4);
	/* those of the other policy waited too long */
	gSPD.order[gSPD.count++] = 1;
	CHECK(engine_unpark(&packet, kRoom + kEngineTailroom, 60001, &flow) == 0);
	CHECK(gEngine.parked == 0 && gEngine.drops[DROP_PARKED_TOO_LONG] == PARKED_PACKETS / 4);
}

static void parkingEdges(void)
{
	static Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	clearTables();
	addPolicy(0, kOnDemand);
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, PARKED_PACKET_SIZE + 1, 1);
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_TOO_BIG] == 1);
	packet = makePacket(&buffer, kHere, kThere, 17, PARKED_PACKET_SIZE, 1);
	CHECK(out1(&packet, 1, &flow) == kVerdictParked);
	gSPD.count = 0;
	addLoop(kGCM, &out, &in);
	packet.data = buffer.bytes + kEngineHeadroom;
	CHECK(engine_unpark(&packet, PARKED_PACKET_SIZE + kEngineTailroom - 1, 2, &flow) == 0);	/* the host's buffer is too small */
	CHECK(gEngine.drops[DROP_TOO_BIG] == 2 && gEngine.parked == 0);
	/* switched off while it waits */
	out->state = SA_FREE;
	CHECK(sendLine(3) == kVerdictParked);
	out->state = SA_LIVE;
	gSPD.policies[0].flags = 0;
	CHECK(engine_unpark(&packet, kRoom + kEngineTailroom, 4, &flow) == 0);
	CHECK(gEngine.parked == 0 && gEngine.drops[DROP_PARKED_TOO_LONG] == 1);
}

static void limits(void)
{
	EventRecord event;
	SARecord *out, *in;
	Options options = kGCM;
	options.softAt = 1000;
	options.hardAt = 2000;
	clearTables();
	addLoop(options, &out, &in);
	gSPD.policies[0].flags = kOn;
	CHECK(sendLine(999) == kVerdictSend && nextEvent(&event) == 0);
	CHECK(sendLine(1000) == kVerdictSend);
	CHECK(nextEvent(&event) == EVENT_SOFT && event.direction == OUTGOING && event.spi == kLoopSPI && (out->flags & FLAG_DYING));
	CHECK(sendLine(1500) == kVerdictSend && nextEvent(&event) == 0);
	CHECK(sendLine(2000) == kVerdictDrop && gEngine.drops[DROP_EXPIRED] == 1);
	CHECK(nextEvent(&event) == EVENT_HARD && event.direction == OUTGOING);
	CHECK(sendLine(2001) == kVerdictDrop && nextEvent(&event) == 0 && out->state == SA_OVER);

	options = (Options) { .cipher = kCipherAES128GCM, .softBytes = 200, .hardBytes = 400 };
	clearTables();
	addLoop(options, &out, &in);
	gSPD.policies[0].flags = kOn;
	CHECK(sendLine(1) == kVerdictSend && nextEvent(&event) == 0);
	CHECK(sendLine(1) == kVerdictSend && nextEvent(&event) == EVENT_SOFT);
	CHECK(sendLine(1) == kVerdictSend && sendLine(1) == kVerdictSend && nextEvent(&event) == 0);
	CHECK(out->bytes == 400 && out->packets == 4);
	CHECK(sendLine(1) == kVerdictDrop && nextEvent(&event) == EVENT_HARD && gEngine.drops[DROP_EXPIRED] == 1);

	/* with acquire the packet is not lost: it waits for the next SA */
	clearTables();
	addLoop(options, &out, &in);
	out->bytes = 400;
	CHECK(sendLine(1) == kVerdictParked);
	CHECK(nextEvent(&event) == EVENT_HARD && nextEvent(&event) == EVENT_ACQUIRE && nextEvent(&event) == 0);
}

static void sequence(void)
{
	EventRecord event;
	SARecord *out, *in;
	Buffer buffer;
	EngineFlow flow;
	clearTables();
	addLoop(kGCM, &out, &in);
	gSPD.policies[0].flags = kOn;
	out->sequence = 0xeffffffe;
	CHECK(sendLine(1) == kVerdictSend && nextEvent(&event) == 0);
	CHECK(sendLine(1) == kVerdictSend && nextEvent(&event) == EVENT_SOFT);
	out->sequence = 0xfffffffe;
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	CHECK(get32(packet.data + 4) == 0xffffffff);
	CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
	for (unsigned i = 0; i < 3; i++)
		CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_SEQUENCE_EXHAUSTED] == 1 && gEngine.drops[DROP_NO_SA] == 2);
	CHECK(nextEvent(&event) == EVENT_HARD && nextEvent(&event) == 0);
	CHECK(out->state == SA_OVER && out->sequence == 0xffffffff);
}

/* The newest SA carries; when it is over or gone the next newest does. */
static void preferred(void)
{
	SARecord* sas[3];
	Options options = kGCM;
	clearTables();
	addPolicy(0, kOn);
	for (unsigned i = 0; i < 3; i++) {
		options.slot = i == 0 ? 7 : i == 1 ? 2 : 5;
		options.spi = 0x300 + i;
		options.hardAt = i == 2 ? 100 : 0;
		sas[i] = addSA(OUTGOING, options);
		CHECK(sendLine(1) == kVerdictSend);
		CHECK(sas[i]->packets == 1);
	}
	CHECK(sendLine(100) == kVerdictSend);
	CHECK(sas[2]->state == SA_OVER && sas[1]->packets == 2);
	sas[1]->state = SA_FREE;
	CHECK(sendLine(100) == kVerdictSend && sas[0]->packets == 2);
}

static void order(void)
{
	EventRecord event;
	clearTables();
	/* as SPD.write sorts them: a host's policy before its network's, one of a port before both */
	addPolicy(5, kOnDemand);
	gSPD.policies[5].ipProtocol = 17;
	gSPD.policies[5].remotePort = 2000;
	gSPD.policies[5].localFirst[0] = gSPD.policies[5].localLast[0] = kHere;
	addPolicy(2, kOnDemand);
	gSPD.policies[2].localFirst[0] = gSPD.policies[2].localLast[0] = kHere;
	addPolicy(9, kOnDemand);
	CHECK(send(kHere, kThere, 17, 0, 1) == kVerdictParked && nextEvent(&event) && event.policy == 5);
	CHECK(send(kHere, kThere, 6, 0, 1) == kVerdictParked && nextEvent(&event) && event.policy == 2);
	CHECK(send(kHere + 1, kThere, 17, 0, 1) == kVerdictParked && nextEvent(&event) && event.policy == 9);
	CHECK(send(kHere, ADDRESS(10, 3, 0, 0), 17, 0, 1) == kVerdictClear);
	/* a later fragment may be the first policy's: it does not go to the second, nor out in the clear */
	CHECK(send(kHere, kThere, 17, 0x00b9, 1) == kVerdictDrop && gEngine.drops[DROP_FRAGMENT] == 1);
	CHECK(send(kHere, kThere, 6, 0x00b9, 1) == kVerdictParked);
	CHECK(send(kHere + 1, kThere, 17, 0x00b9, 1) == kVerdictParked);
	gSPD.count = 1;
	gSPD.version++;
	CHECK(send(kHere, kThere, 17, 0x00b9, 1) == kVerdictDrop && gEngine.drops[DROP_FRAGMENT] == 2);
	/* too short to show its ports */
	Buffer buffer;
	EngineFlow flow;
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
	put16(packet.data + 2, 23);
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop && gEngine.drops[DROP_MALFORMED] == 1);
}

/* What is remembered of a flow is forgotten with any change of a policy. */
static void remembered(void)
{
	EventRecord event;
	clearTables();
	addPolicy(1, kOnDemand);
	CHECK(sendLine(1) == kVerdictParked && sendLine(1) == kVerdictParked);
	CHECK(nextEvent(&event) == EVENT_ACQUIRE && event.policy == 1);
	gSPD.count = 0;
	gSPD.version++;
	CHECK(sendLine(1) == kVerdictClear && sendLine(1) == kVerdictClear);
	addPolicy(4, kOnDemand);
	CHECK(sendLine(1) == kVerdictParked && nextEvent(&event) == EVENT_ACQUIRE && event.policy == 4);
	/* many flows against a search without memory */
	uint32_t random = 99;
	clearTables();
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		PolicyRecord* policy = addPolicy(i, kOn);
		policy->remoteFirst[0] = ADDRESS(10, 2, 0, 0) + i * 16;
		policy->remoteLast[0] = policy->remoteFirst[0] + 15;
		policy->ipProtocol = i % 3 ? 0 : 17;
		policy->remotePort = i % 5 ? 0 : 2000;
	}
	for (unsigned i = 0; i < 20000; i++) {
		InnerPacket inner = { 0 };
		random = random * 1664525 + 1013904223;
		inner.source = ADDRESS(10, 1, 0, 0) + (random >> 8) % 300;
		inner.destination = ADDRESS(10, 2, 0, 0) + (random >> 16) % 300;
		inner.protocol = random >> 31 ? 17 : 1;
		inner.ports = inner.protocol == 17 ? kPortsKnown : kPortsNone;
		inner.destinationPort = inner.protocol == 17 ? (uint16_t)(1999 + (random >> 5) % 3) : 0;
		int remembered = policy_find(&inner);
		gSPD.version++;
		CHECK(policy_find(&inner) == remembered);
		gSPD.version--;
	}
}

static void selectorsOfTheSA(void)
{
	SARecord *out, *in;
	clearTables();
	addLoop(kGCM, &out, &in);
	out->remoteFirst[0] = out->remoteLast[0] = kThere + 1;	/* narrower than the policy */
	CHECK(sendLine(1) == kVerdictDrop);
	CHECK(gEngine.drops[DROP_SELECTOR_MISMATCH] == 1 && out->errors == 1 && out->packets == 0);
	CHECK(send(kHere, kThere + 1, 17, 0, 1) == kVerdictSend);
}

static void runs(void)
{
	enum { kCount = 20 };
	static Buffer buffers[kCount];
	EnginePacket packets[kCount];
	EngineVerdict verdicts[kCount];
	EngineFlow flow;
	SARecord *out, *in;
	Options second = kGCM;
	clearTables();
	addLoop(kGCM, &out, &in);
	PolicyRecord* other = addPolicy(1, kOn);
	other->remoteFirst[0] = other->remoteLast[0] = ADDRESS(10, 3, 0, 1);
	second.policy = 1;
	second.slot = 3;
	second.spi = 0x777;
	SARecord* elsewhere = addSA(OUTGOING, second);
	elsewhere->remoteFirst[0] = elsewhere->remoteLast[0] = ADDRESS(10, 3, 0, 1);
	for (unsigned i = 0; i < kCount; i++)
		packets[i] = makePacket(&buffers[i], kHere, kThere, 17, 100 + i, i);
	put16(packets[3].data + 2, 9999);				/* malformed */
	put32(packets[4].data + 16, ADDRESS(10, 3, 0, 1));		/* of another SA */
	put32(packets[5].data + 16, ADDRESS(8, 8, 8, 8));		/* of none */
	put32(packets[6].data + 16, kThere + 1);			/* another flow of the same SA */
	packets[7].data[1] = 0x01;					/* another ECN */
	put16(packets[8].data + 6, 0x4000);
	/* up to the one of another SA, which begins a run of its own, and so does what is behind it */
	CHECK(engine_outbound(packets, verdicts, kCount, 1, &flow) == 4 && elsewhere->packets == 0);
	CHECK(engine_outbound(packets + 4, verdicts + 4, kCount - 4, 1, &flow) == 2 && elsewhere->packets == 1);
	CHECK(engine_outbound(packets + 6, verdicts + 6, kCount - 6, 1, &flow) == kCount - 6);
	for (unsigned i = 0; i < kCount; i++)
		CHECK(verdicts[i] == (i == 3 ? kVerdictDrop : i == 5 ? kVerdictClear : kVerdictSend));
	CHECK(gEngine.drops[DROP_MALFORMED] == 1);
	CHECK(flow.tos == 0 && flow.dontFragment == 0 && out->packets == kCount - 3);
	engine_inbound(packets, verdicts, 3, 1, &kNative);
	CHECK(verdicts[0] == kVerdictDeliver && verdicts[1] == kVerdictDeliver && verdicts[2] == kVerdictDeliver && packets[2].length == 102);
	/* each alone keeps its own */
	EnginePacket packet = makePacket(&buffers[0], kHere, kThere, 17, 100, 1);
	packet.data[1] = 0xb9;
	put16(packet.data + 6, 0x4000);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend && flow.tos == 0xb9 && flow.dontFragment == 1);
}

/* A run in the middle of which its SA comes to its end: the rest leaves by the one that follows, or waits for it; none is lost. */
static void runOverLimit(void)
{
	enum { kCount = 6 };
	static Buffer buffers[kCount];
	for (int successor = 0; successor <= 1; successor++) {
		EnginePacket packets[kCount];
		EngineVerdict verdicts[kCount];
		EngineFlow flow;
		SARecord *out, *in, *next = NULL;
		Options options = kGCM;
		clearTables();
		options.hardBytes = 250;
		addLoop(options, &out, &in);
		if (successor) {
			next = addSA(OUTGOING, (Options) { .cipher = kCipherAES128GCM, .slot = 3, .spi = 0x777 });
			/* the peer has moved between the two */
			next->flags |= FLAG_UDP;
			next->serial = out->serial - 1;
			gSPD.policies[0].outbound = 2;
		}
		for (unsigned i = 0; i < kCount; i++)
			packets[i] = makePacket(&buffers[i], kHere, kThere, 17, 100, i);
		unsigned taken = engine_outbound(packets, verdicts, kCount, 1, &flow);
		CHECK(taken == (successor ? 2 : kCount) && verdicts[0] == kVerdictSend && verdicts[1] == kVerdictSend && flow.protocol == 50);
		CHECK(out->packets == 2 && out->bytes == 200 && out->state == SA_OVER);
		if (successor) {
			CHECK(engine_outbound(packets + 2, verdicts + 2, kCount - 2, 1, &flow) == kCount - 2 && flow.protocol == 17);
			CHECK(next->packets == kCount - 2 && get32(packets[2].data) == 0x777);
		}
		for (unsigned i = 2; i < kCount; i++)
			CHECK(verdicts[i] == (successor ? kVerdictSend : kVerdictParked));
		uint64_t drops = 0;
		for (int reason = 0; reason < DROP_REASONS; reason++)
			drops += gEngine.drops[reason];
		CHECK(drops == 0 && gEngine.parked == (successor ? 0 : kCount - 2));
	}
}

static uint32_t anySize(uint32_t address)
{
	(void)address;
	return 65535;
}

static void tooBig(void)
{
	static uint8_t bytes[kEngineHeadroom + 65535 + kEngineTailroom];
	SARecord *out, *in;
	EngineFlow flow;
	clearTables();
	engine_set_link(anySize);
	addLoop((Options) { .cipher = kCipherAES256CBC, .hash = kHashSHA512 }, &out, &in);
	Buffer buffer;
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
	memcpy(bytes + kEngineHeadroom, packet.data, 100);
	put16(bytes + kEngineHeadroom + 2, 65535);
	packet = (EnginePacket) { bytes + kEngineHeadroom, 65535 };
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop && gEngine.drops[DROP_TOO_BIG] == 1 && out->sequence == 0);
	put16(bytes + kEngineHeadroom + 2, 65400);
	packet = (EnginePacket) { bytes + kEngineHeadroom, 65400 };
	CHECK(out1(&packet, 1, &flow) == kVerdictSend && packet.length + 28 <= 65535);
	CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver && packet.length == 65400);
	engine_set_link(NULL);
}

void outboundCases(void)
{
	runCase("outbound: what is not IPv4 or not whole is dropped", notIPv4);
	runCase("outbound: IPv4 options, DF and TTL pass", options);
	runCase("F17 outbound: nothing that matches a policy leaves without an SA", failClosed);
	runCase("outbound: with a full table nothing is asked for", tableFull);
	runCase("outbound: acquire is told once until answered", acquired);
	runCase("outbound: parked packets leave in order, the oldest gives way", parking);
	runCase("outbound: parked packets that cannot leave", parkingEdges);
	runCase("outbound: limits in seconds and bytes", limits);
	runCase("outbound: the sequence number never wraps", sequence);
	runCase("T15 outbound: the newest SA carries, then the next newest", preferred);
	runCase("outbound: policies in order, ports, fragments", order);
	runCase("outbound: flows that are remembered", remembered);
	runCase("outbound: selectors of the SA hold too", selectorsOfTheSA);
	runCase("outbound: a run of packets", runs);
	runCase("outbound: a run that crosses its SA's limit", runOverLimit);
	runCase("outbound: too big for the outer header", tooBig);
}
