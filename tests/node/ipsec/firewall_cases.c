/* The firewall log: what is written of packets on both sides, for each verdict, and what is not. */
#include "cases.h"
#include "events.h"
#include "firewall.h"
#include "support.h"

static const Options kGCM = { .cipher = kCipherAES128GCM };
static uint32_t gSeen;

static void begin(uint32_t level)
{
	clearTables();
	memset(&gFirewall, 0, sizeof(gFirewall));
	gFirewall.level = level;
	gSeen = 0;
}

/* The next entry that was not looked at, NULL when there is none. */
static const FirewallEntry* next(void)
{
	return gSeen == gFirewall.written ? NULL : &gFirewall.entries[gSeen++ % FIREWALL_LOG_ENTRIES];
}

static int is(const FirewallEntry* entry, int place, int reason, uint8_t protocol, uint32_t source, uint32_t destination, uint32_t spi)
{
	return entry && entry->place == place && entry->reason == reason && entry->protocol == protocol && entry->source == source && entry->destination == destination
		&& entry->spi == spi && entry->packets == 1;
}

static EnginePacket line(Buffer* buffer)
{
	return makePacket(buffer, kHere, kThere, 17, 100, 1);
}

/* A packet out and in again: in clear with its ports on the LAN, with SPI and the gateways' addresses on the WAN. */
static void bothSides(void)
{
	Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	begin(FIREWALL_ALL);
	addLoop(kGCM, &out, &in);
	EnginePacket packet = line(&buffer);
	CHECK(out1(&packet, 7, &flow) == kVerdictSend);
	const FirewallEntry* entry = next();
	CHECK(is(entry, PLACE_FROM_LAN, WHY_ACCEPTED, 17, kHere, kThere, kLoopSPI));
	CHECK(entry->sourcePort == 1000 && entry->destinationPort == 2000 && entry->policy == 0 && entry->length == 100 && entry->time == 7 && entry->sequence == 1);
	entry = next();
	CHECK(is(entry, PLACE_TO_WAN, WHY_ACCEPTED, 50, kOwn, kPeer, kLoopSPI) && entry->sourcePort == 0 && entry->policy == 0 && entry->length == packet.length + 20);
	CHECK(in1(&packet, 8, &kNative) == kVerdictDeliver);
	CHECK(is(next(), PLACE_FROM_WAN, WHY_ACCEPTED, 50, kPeer, kOwn, kLoopSPI));
	entry = next();
	CHECK(is(entry, PLACE_TO_LAN, WHY_ACCEPTED, 17, kHere, kThere, kLoopSPI) && entry->sourcePort == 1000);
	CHECK(!next());
}

static void inUDPAndAH(void)
{
	Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	begin(FIREWALL_ALL);
	addLoop((Options) { .cipher = kCipherAES128GCM, .udp = 1 }, &out, &in);
	EnginePacket packet = line(&buffer);
	CHECK(out1(&packet, 7, &flow) == kVerdictSend);
	next();
	const FirewallEntry* entry = next();
	CHECK(is(entry, PLACE_TO_WAN, WHY_ACCEPTED, 50, kOwn, kPeer, kLoopSPI) && entry->sourcePort == 4500 && entry->destinationPort == 4500 && entry->length == packet.length + 28);
	uint32_t length = packet.length;
	CHECK(in1(&packet, 7, &kUDP) == kVerdictDeliver);
	entry = next();
	CHECK(is(entry, PLACE_FROM_WAN, WHY_ACCEPTED, 50, kPeer, kOwn, kLoopSPI) && entry->sourcePort == 4500 && entry->length == length + 28);
	begin(FIREWALL_ALL);
	addLoop((Options) { .protocol = PROTOCOL_AH, .ahHash = kHashSHA256 }, &out, &in);
	packet = line(&buffer);
	CHECK(out1(&packet, 7, &flow) == kVerdictSend);
	next();
	entry = next();
	CHECK(is(entry, PLACE_TO_WAN, WHY_ACCEPTED, 51, kOwn, kPeer, kLoopSPI) && entry->length == packet.length);
	CHECK(in1(&packet, 7, &kAH) == kVerdictDeliver);
	CHECK(is(next(), PLACE_FROM_WAN, WHY_ACCEPTED, 51, kPeer, kOwn, kLoopSPI));
}

/* Off: nothing. Denied: what was not accepted, and no more. */
static void levels(void)
{
	Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	for (uint32_t level = FIREWALL_OFF; level <= FIREWALL_DENIED; level++) {
		begin(level);
		addLoop(kGCM, &out, &in);
		EnginePacket packet = line(&buffer);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
		CHECK(!next());
		packet = makePacket(&buffer, kHere, ADDRESS(192, 0, 2, 1), 17, 100, 1);
		CHECK(out1(&packet, 1, &flow) == kVerdictClear);
		if (level == FIREWALL_DENIED)
			CHECK(is(next(), PLACE_FROM_LAN, DROP_NO_POLICY, 17, kHere, ADDRESS(192, 0, 2, 1), 0));
		CHECK(!next());
	}
}

/* Reasons on the way out: each stands at the packet in clear, and no packet on the WAN. */
static void outwards(void)
{
	Buffer buffer;
	EngineFlow flow;
	begin(FIREWALL_ALL);
	addPolicy(0, 0);
	EnginePacket packet = line(&buffer);
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop);
	CHECK(is(next(), PLACE_FROM_LAN, DROP_POLICY_DISABLED, 17, kHere, kThere, 0) && !next());
	begin(FIREWALL_ALL);
	addPolicy(0, POLICY_FLAG_ENABLED);
	packet = line(&buffer);
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop);
	CHECK(is(next(), PLACE_FROM_LAN, DROP_NO_SA, 17, kHere, kThere, 0) && !next());
	packet = line(&buffer);
	packet.data[0] = 0x65;
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop);
	const FirewallEntry* entry = next();
	CHECK(is(entry, PLACE_FROM_LAN, DROP_NOT_IPV4, 0, 0, 0, 0) && entry->policy == ENTRY_NO_POLICY && !next());
	/* Parked; too many of them; too long. */
	begin(FIREWALL_ALL);
	addPolicy(0, POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE);
	for (unsigned i = 0; i <= PARKED_PACKETS; i++) {
		packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
		put16(packet.data + 20, 3000 + i);
		CHECK(out1(&packet, i, &flow) == kVerdictParked);
	}
	for (unsigned i = 0; i < PARKED_PACKETS; i++) {
		entry = next();
		CHECK(is(entry, PLACE_FROM_LAN, WHY_PARKED, 17, kHere, kThere, 0) && entry->sourcePort == 3000 + i);
	}
	entry = next();
	CHECK(is(entry, PLACE_FROM_LAN, DROP_PARKED_FULL, 17, kHere, kThere, 0) && entry->sourcePort == 3000);
	CHECK(is(next(), PLACE_FROM_LAN, WHY_PARKED, 17, kHere, kThere, 0) && !next());
	packet.data = buffer.bytes + kEngineHeadroom;
	CHECK(engine_unpark(&packet, kRoom, 1000000, &flow) == kVerdictDrop);
	for (unsigned i = 1; i <= PARKED_PACKETS; i++) {
		entry = next();
		CHECK(is(entry, PLACE_FROM_LAN, DROP_PARKED_TOO_LONG, 17, kHere, kThere, 0) && entry->sourcePort == 3000 + i);
	}
	CHECK(!next());
}

/* A packet that waited has an entry when it came, and two when it goes. */
static void unparked(void)
{
	Buffer buffer;
	EngineFlow flow;
	begin(FIREWALL_ALL);
	addPolicy(0, POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE);
	EnginePacket packet = line(&buffer);
	CHECK(out1(&packet, 1, &flow) == kVerdictParked);
	addSA(OUTGOING, (Options) { .cipher = kCipherAES128GCM, .spi = 0x77 });
	packet.data = buffer.bytes + kEngineHeadroom;
	CHECK(engine_unpark(&packet, kRoom, 2, &flow) == kVerdictSend);
	CHECK(is(next(), PLACE_FROM_LAN, WHY_PARKED, 17, kHere, kThere, 0));
	CHECK(is(next(), PLACE_FROM_LAN, WHY_ACCEPTED, 17, kHere, kThere, 0x77));
	CHECK(is(next(), PLACE_TO_WAN, WHY_ACCEPTED, 50, kOwn, kPeer, 0x77) && !next());
}

/* Too large and not to be cut: dropped, and the error to its sender is there too. */
static void tooLarge(void)
{
	Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	begin(FIREWALL_ALL);
	addLoop(kGCM, &out, &in);
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 1500, 1);
	put16(packet.data + 6, 0x4000);
	CHECK(out1(&packet, 50000000, &flow) == kVerdictDeliver);
	CHECK(is(next(), PLACE_FROM_LAN, DROP_TOO_BIG, 17, kHere, kThere, kLoopSPI));
	CHECK(is(next(), PLACE_TO_LAN, WHY_ACCEPTED, 1, kThere, kHere, 0) && !next());
}

/* Reasons on the way in: at the packet on the WAN when that is all that is known, at the one in it when it is what was wrong. */
static void inwards(void)
{
	Buffer buffer, copy;
	EngineFlow flow;
	SARecord *out, *in;
	begin(FIREWALL_DENIED);
	addLoop(kGCM, &out, &in);
	EnginePacket packet = line(&buffer);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	memcpy(&copy, &buffer, sizeof(copy));
	EnginePacket again = { copy.bytes + (packet.data - buffer.bytes), packet.length };
	EnginePacket forged = again;
	CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver && !next());
	CHECK(in1(&again, 1, &kNative) == kVerdictDrop);
	CHECK(is(next(), PLACE_FROM_WAN, DROP_REPLAYED, 50, kPeer, kOwn, kLoopSPI) && !next());
	put32(forged.data + 4, 99);
	CHECK(in1(&forged, 1, &kNative) == kVerdictDrop);
	CHECK(is(next(), PLACE_FROM_WAN, DROP_BAD_ICV, 50, kPeer, kOwn, kLoopSPI) && !next());
	put32(forged.data, 0xabcdef01);
	CHECK(in1(&forged, 1, &kNative) == kVerdictDrop);
	const FirewallEntry* entry = next();
	CHECK(is(entry, PLACE_FROM_WAN, DROP_UNKNOWN_SPI, 50, kPeer, kOwn, 0xabcdef01) && entry->policy == ENTRY_NO_POLICY && !next());
	forged.length = 5;
	CHECK(in1(&forged, 1, &kNative) == kVerdictDrop);
	CHECK(is(next(), PLACE_FROM_WAN, DROP_MALFORMED, 50, kPeer, kOwn, 0) && !next());
	/* What the SA may not carry: sealed by one with wider selectors. */
	gFirewall.level = FIREWALL_ALL;
	in->remoteLast[0] = in->remoteFirst[0];
	packet = line(&buffer);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	next(), next();
	CHECK(in1(&packet, 1, &kNative) == kVerdictDrop);
	CHECK(is(next(), PLACE_FROM_WAN, WHY_ACCEPTED, 50, kPeer, kOwn, kLoopSPI));
	CHECK(is(next(), PLACE_TO_LAN, DROP_SELECTOR_MISMATCH, 17, kHere, kThere, kLoopSPI) && !next());
}

/* Packets that are alike share an entry for a second, also when others come between. */
static void alike(void)
{
	Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	begin(FIREWALL_ALL);
	addLoop(kGCM, &out, &in);
	for (unsigned i = 0; i < 1001; i++) {
		EnginePacket packet = line(&buffer);
		CHECK(out1(&packet, 5 + i, &flow) == kVerdictSend);
	}
	CHECK(gFirewall.written == 4);
	CHECK(gFirewall.entries[0].packets == 1000 && gFirewall.entries[1].packets == 1000 && gFirewall.entries[2].packets == 1 && gFirewall.entries[3].packets == 1);
	CHECK(gFirewall.entries[0].time == 5 && gFirewall.entries[2].time == 1005);
	/* One difference is enough. */
	for (unsigned i = 0; i < 3; i++) {
		EnginePacket packet = line(&buffer);
		put16(packet.data + 20, 5000 + i);
		CHECK(out1(&packet, 1005, &flow) == kVerdictSend);
	}
	CHECK(gFirewall.written == 7);
}

/* The newest entries stay, and one whose place was taken is not counted up. */
static void ring(void)
{
	begin(FIREWALL_ALL);
	for (uint32_t i = 0; i < 3 * FIREWALL_LOG_ENTRIES; i++)
		firewall_ike(PLACE_FROM_WAN, ADDRESS(10, 9, 0, 0) + i, 500, kOwn, 500, 28, WHY_ACCEPTED, 1);
	CHECK(gFirewall.written == 3 * FIREWALL_LOG_ENTRIES);
	for (uint32_t i = 0; i < FIREWALL_LOG_ENTRIES; i++)
		CHECK(gFirewall.entries[i].sequence == 2 * FIREWALL_LOG_ENTRIES + 1 + i && gFirewall.entries[i].packets == 1);
	firewall_ike(PLACE_FROM_WAN, ADDRESS(10, 9, 0, 0), 500, kOwn, 500, 28, WHY_ACCEPTED, 1);
	CHECK(gFirewall.written == 3 * FIREWALL_LOG_ENTRIES + 1 && gFirewall.entries[0].length == 56);
	gFirewall.written = UINT32_MAX;
	firewall_ike(PLACE_TO_WAN, kOwn, 4500, kPeer, 4500, 1, WHY_KEEPALIVE, 1);
	CHECK(gFirewall.written == 1 && gFirewall.entries[0].sequence == 1 && gFirewall.entries[0].reason == WHY_KEEPALIVE);
}

void firewallCases(void)
{
	runCase("firewall log: both sides of a packet, out and in", bothSides);
	runCase("firewall log: ESP in UDP, AH", inUDPAndAH);
	runCase("firewall log: off, denied, all", levels);
	runCase("firewall log: reasons on the way out", outwards);
	runCase("firewall log: a packet that waited for its SA", unparked);
	runCase("firewall log: a packet that is too large, and its error", tooLarge);
	runCase("firewall log: reasons on the way in", inwards);
	runCase("firewall log: packets that are alike share an entry for a second", alike);
	runCase("firewall log: the newest entries stay", ring);
	memset(&gFirewall, 0, sizeof(gFirewall));
}
