/* Transport mode: the gateways' own packets, whose header stays in front. */
#include "bytes.h"
#include "carry.h"
#include "cases.h"
#include "events.h"
#include "ipv4.h"
#include "mtu.h"
#include "support.h"

/* A loop between the gateways themselves. */
static void addTransport(Options options, SARecord** out, SARecord** in)
{
	options.mode = MODE_TRANSPORT;
	addLoop(options, out, in);
	PolicyRecord* policy = &gSPD.policies[0];
	policy->localFirst[0] = policy->localLast[0] = kOwn;
	policy->remoteFirst[0] = policy->remoteLast[0] = kPeer;
	gSPD.version++;
	(*out)->localFirst[0] = (*out)->localLast[0] = kOwn;
	(*out)->remoteFirst[0] = (*out)->remoteLast[0] = kPeer;
	/* seen from the other side */
	(*in)->localFirst[0] = (*in)->localLast[0] = kPeer;
	(*in)->remoteFirst[0] = (*in)->remoteLast[0] = kOwn;
}

static unsigned transportSum(const uint8_t* packet, uint32_t length)
{
	uint8_t copy[kRoom];
	uint32_t header = (packet[0] & 15u) * 4;
	uint32_t size = length - header;
	memset(copy, 0, sizeof(copy));
	memcpy(copy, packet + 12, 8);
	copy[9] = packet[9];
	put16(copy + 10, size);
	memcpy(copy + 12, packet + header, size);
	return headerSum(copy, (12 + size + 1) & ~1u);
}

static void everyProtocol(void)
{
	static const Options kinds[] = {
		{ .cipher = kCipherAES128GCM }, { .cipher = kCipherAES256CBC, .hash = kHashSHA256 }, { .cipher = kCipherNull, .hash = kHashSHA512 }, { .cipher = kCipher3DESCBC, .hash = kHashMD5 },
		{ .cipher = kCipherAES256CTR, .hash = kHashSHA384 },
		{ .protocol = PROTOCOL_AH, .ahHash = kHashMD5 }, { .protocol = PROTOCOL_AH, .ahHash = kHashSHA1 }, { .protocol = PROTOCOL_AH, .ahHash = kHashSHA256 },
		{ .protocol = PROTOCOL_AH, .ahHash = kHashSHA384 }, { .protocol = PROTOCOL_AH, .ahHash = kHashSHA512 },
		{ .protocol = PROTOCOL_AH_ESP, .cipher = kCipherAES128CBC, .ahHash = kHashSHA1 }, { .protocol = PROTOCOL_AH_ESP, .cipher = kCipher3DESCBC, .hash = kHashMD5, .ahHash = kHashSHA512 },
		{ .protocol = PROTOCOL_AH_ESP, .cipher = kCipherAES192GCM, .ahHash = kHashSHA256 },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		clearTables();
		addTransport(kinds[i], &out, &in);
		for (uint32_t length = 28; length < 28 + 33; length++) {
			EnginePacket packet = makePacket(&buffer, kOwn, kPeer, length % 2 ? 17 : 1, length, length);
			uint8_t original[kRoom];
			packet.data[1] = 0xb9;
			packet.data[8] = 255;
			put16(packet.data + 6, length % 3 ? 0x4000 : 0);
			put16(packet.data + 10, 0);
			put16(packet.data + 10, ~headerSum(packet.data, 20) & 0xffff);
			memcpy(original, packet.data, length);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend);
			int esp = out->protocol == PROTOCOL_ESP;
			CHECK(packet.length == carry_outer(out, length, 20) && packet.data >= buffer.bytes && flow.headerIncluded);
			CHECK(flow.protocol == (esp ? 50 : 51) && packet.data[9] == flow.protocol && headerSum(packet.data, 20) == 0xffff);
			CHECK(packet.data[1] == 0xb9 && packet.data[8] == 255 && memcmp(packet.data + 12, original + 12, 8) == 0 && packet.data[6] == original[6]);
			CHECK((packet.data[2] << 8 | packet.data[3]) == (int)packet.length);
			EngineOrigin origin = esp ? kNative : kAH;
			origin.headerIncluded = 1;
			packet.data[8] = 250;
			packet.data[1] = 0xbb;	/* congestion on the way: the packet's own header says so */
			CHECK(in1(&packet, 1, &origin) == kVerdictDeliver);
			CHECK(packet.length == length && packet.data[8] == 250 && packet.data[1] == 0xbb && packet.data[9] == original[9] && headerSum(packet.data, 20) == 0xffff);
			CHECK(memcmp(packet.data + 4, original + 4, 4) == 0 && memcmp(packet.data + 12, original + 12, length - 12) == 0);
		}
		CHECK(in->errors == 0 && in->packets == 33 && in->bytes == out->bytes);
	}
}

/* The host may have kept the header: what is known of it makes a new one. */
static void withoutHeader(void)
{
	for (int udp = 0; udp <= 1; udp++)
		for (int cipher = kCipherNull; cipher <= kCipherAES256CTR; cipher++) {
			SARecord *out, *in;
			Buffer buffer, received;
			EngineFlow flow;
			int aead = cipher >= kCipherAES128GCM && cipher <= kCipherAES256GCM;
			clearTables();
			addTransport((Options) { .cipher = cipher, .hash = aead ? 0 : kHashSHA1, .udp = udp }, &out, &in);
			EnginePacket packet = makePacket(&buffer, kOwn, kPeer, 17, 61, 1);
			ipv4_transport_checksum(packet.data, 61);
			put16(packet.data + 26, 0);
			uint8_t original[kRoom];
			memcpy(original, packet.data, 61);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend && flow.headerIncluded == !udp && flow.protocol == (udp ? 17 : 50));
			uint32_t skip = udp ? 0 : 20;
			/* exactly the room that the host promises */
			uint8_t* to = received.bytes + kEngineHeadroom;
			memcpy(to, packet.data + skip, packet.length - skip);
			packet = (EnginePacket) { to, packet.length - skip };
			EngineOrigin origin = udp ? kUDP : kNative;
			origin.remoteAddress = kOwn;	/* the loop: its sender is this side */
			origin.localAddress = kPeer;
			if (udp)
				in->remoteAddress[0] = kOwn;
			CHECK(in1(&packet, 1, &origin) == kVerdictDeliver);
			CHECK(packet.length == 61 && to - packet.data <= kEngineInboundRoom && packet.data[0] == 0x45 && headerSum(packet.data, 20) == 0xffff);
			CHECK(get32(packet.data + 12) == kOwn && get32(packet.data + 16) == kPeer && packet.data[9] == 17);
			CHECK(memcmp(packet.data + 20, original + 20, 41) == 0);
		}
}

/* RFC 3948 3.1.2: the sender made its checksum with the address that it has behind the NAT. */
static void checksums(void)
{
	static const struct { uint8_t protocol; uint32_t length; int zero; } table[] = { { 17, 61, 0 }, { 17, 60, 0 }, { 6, 61, 0 }, { 6, 40, 0 }, { 17, 61, 1 }, { 1, 61, 0 }, { 17, 28, 0 } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		SARecord *out, *in;
		Buffer buffer, received;
		EngineFlow flow;
		uint32_t length = table[i].length;
		clearTables();
		addTransport((Options) { .cipher = kCipherAES128GCM, .udp = 1 }, &out, &in);
		EnginePacket packet = makePacket(&buffer, kOwn, kPeer, table[i].protocol, length, 3);
		if (table[i].protocol == 17)
			put16(packet.data + 24, length - 20);
		uint32_t at = 20 + (table[i].protocol == 6 ? 16 : 6);
		if (table[i].protocol != 1 && !table[i].zero) {
			put16(packet.data + at, 0);
			put16(packet.data + at, ~transportSum(packet.data, length) & 0xffff);
		}
		else
			put16(packet.data + 26, 0);
		uint8_t original[kRoom];
		memcpy(original, packet.data, length);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		memcpy(received.bytes + kEngineHeadroom, packet.data, packet.length);
		packet.data = received.bytes + kEngineHeadroom;
		EngineOrigin origin = kUDP;
		origin.remoteAddress = ADDRESS(203, 0, 113, 9);	/* the NAT's */
		origin.localAddress = kPeer;
		in->remoteFirst[0] = in->remoteLast[0] = in->remoteAddress[0] = origin.remoteAddress;
		CHECK(in1(&packet, 1, &origin) == kVerdictDeliver && get32(packet.data + 12) == origin.remoteAddress);
		if (table[i].protocol == 1 || table[i].zero)
			CHECK(memcmp(packet.data + 20, original + 20, length - 20) == 0);
		else
			CHECK(transportSum(packet.data, length) == 0xffff);
	}
}

/* Options stay in front, and AH covers them by their class. */
static void options(void)
{
	for (int protocol = PROTOCOL_ESP; protocol <= PROTOCOL_AH_ESP; protocol++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		clearTables();
		addTransport((Options) { .protocol = protocol, .cipher = protocol == PROTOCOL_AH ? 0 : kCipherAES128GCM, .ahHash = protocol == PROTOCOL_ESP ? 0 : kHashSHA256 }, &out, &in);
		for (int route = 0; route <= 1; route++) {
			EnginePacket packet = makePacket(&buffer, kOwn, kPeer, 17, 72, 1);
			memmove(packet.data + 36, packet.data + 20, 36);
			packet.data[0] = 0x49;
			memset(packet.data + 20, 0, 16);
			/* a route with one stop: the header is for the stop now, and arrives for the last address */
			static const uint8_t loose[] = { 131, 7, 4, 10, 0, 0, 9 };
			static const uint8_t record[] = { 7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0 };
			memcpy(packet.data + 20, route ? loose : record, route ? sizeof(loose) : sizeof(record));
			put16(packet.data + 10, 0);
			put16(packet.data + 10, ~headerSum(packet.data, 36) & 0xffff);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend && packet.data[0] == 0x49 && headerSum(packet.data, 36) == 0xffff);
			EngineOrigin origin = protocol == PROTOCOL_ESP ? kNative : kAH;
			origin.headerIncluded = 1;
			if (route) {
				/* the stop took its turn */
				put32(packet.data + 16, ADDRESS(10, 0, 0, 9));
				put32(packet.data + 23, kPeer);
				packet.data[22] = 8;
				in->localFirst[0] = in->localLast[0] = ADDRESS(10, 0, 0, 9);
			}
			else
				put32(packet.data + 23, ADDRESS(192, 0, 2, 1));
			CHECK(in1(&packet, 1, &origin) == kVerdictDeliver && packet.length == 72 && packet.data[9] == 17);
			CHECK((packet.data[36] << 8 | packet.data[37]) == 1000);
		}
	}
}

/* What it becomes has the size that was foretold, whatever options there are: one that fits leaves whole, one that does not is not sealed. */
static void sizesWithOptions(void)
{
	static const Options kinds[] = {
		{ .cipher = kCipherAES128GCM }, { .cipher = kCipherAES256CBC, .hash = kHashSHA256 }, { .cipher = kCipher3DESCBC, .hash = kHashMD5 },
		{ .protocol = PROTOCOL_AH, .ahHash = kHashSHA256 }, { .protocol = PROTOCOL_AH_ESP, .cipher = kCipherAES128CBC, .ahHash = kHashSHA1 },
	};
	uint64_t now = 1;
	engine_set_link(NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		SARecord *out, *in;
		clearTables();
		addTransport(kinds[i], &out, &in);
		for (uint32_t header = 24; header <= 60; header += 4) {
			Buffer buffer;
			EngineFlow flow;
			uint32_t largest = mtu_inner(out, 1500, header);
			for (uint32_t length = largest - 20; length <= largest + 1; length++) {
				EnginePacket packet = makePacket(&buffer, kOwn, kPeer, 17, length, 1);
				memmove(packet.data + header, packet.data + 20, 8);
				packet.data[0] = (uint8_t)(0x40 | header / 4);
				packet.data[6] = 0x40;
				memset(packet.data + 20, 1, header - 20);
				now += 1000;	/* an error for each that is too large */
				EngineVerdict verdict = out1(&packet, now, &flow);
				CHECK(verdict == (length <= largest ? kVerdictSend : kVerdictDeliver));
				CHECK(length > largest ? read16(packet.data + 26) == largest : packet.length == carry_outer(out, length, header) && packet.length <= 1500);
			}
			CHECK(carry_outer(out, largest + 1, header) > 1500);
		}
	}
}

/* The header before UDP is made by the host, which knows no options: such a packet does not go without them. */
static void optionsInUDP(void)
{
	SARecord *out, *in;
	Buffer buffer;
	EngineFlow flow;
	clearTables();
	addTransport((Options) { .cipher = kCipherAES128GCM, .udp = 1 }, &out, &in);
	EnginePacket packet = makePacket(&buffer, kOwn, kPeer, 17, 60, 1);
	packet.data[0] = 0x46;
	CHECK(out1(&packet, 1, &flow) == kVerdictDrop && gEngine.drops[DROP_WRONG_ENCAPSULATION] == 1 && out->errors == 1 && out->packets == 0);
	packet = makePacket(&buffer, kOwn, kPeer, 17, 60, 1);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
}

static void fragments(void)
{
	static const uint16_t offsets[] = { 0x2000, 0x2001, 0x0001, 0x00b9 };
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		clearTables();
		addTransport((Options) { .cipher = kCipherAES128GCM }, &out, &in);
		EnginePacket packet = makePacket(&buffer, kOwn, kPeer, 17, 60, 1);
		put16(packet.data + 6, offsets[i]);
		CHECK(out1(&packet, 1, &flow) == kVerdictDrop && gEngine.drops[DROP_FRAGMENT] == 1);
		/* one that a host did not put together */
		packet = makePacket(&buffer, kOwn, kPeer, 17, 60, 1);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		put16(packet.data + 6, offsets[i]);
		EngineOrigin origin = kNative;
		origin.headerIncluded = 1;
		CHECK(in1(&packet, 1, &origin) == kVerdictDrop && gEngine.drops[DROP_FRAGMENT] == 2 && in->packets == 0);
	}
}

/* The header is none of ESP's: another sender's name in it finds no way through the selectors. AH covers it. */
static void otherSender(void)
{
	for (int protocol = PROTOCOL_ESP; protocol <= PROTOCOL_AH; protocol++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		clearTables();
		addTransport((Options) { .protocol = protocol, .cipher = protocol == PROTOCOL_AH ? 0 : kCipherAES128GCM, .ahHash = protocol == PROTOCOL_AH ? kHashSHA256 : 0 }, &out, &in);
		EnginePacket packet = makePacket(&buffer, kOwn, kPeer, 17, 60, 1);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		put32(packet.data + 12, ADDRESS(10, 0, 0, 77));
		EngineOrigin origin = protocol == PROTOCOL_AH ? kAH : kNative;
		origin.headerIncluded = 1;
		CHECK(in1(&packet, 1, &origin) == kVerdictDrop);
		CHECK(gEngine.drops[protocol == PROTOCOL_AH ? DROP_BAD_ICV : DROP_SELECTOR_MISMATCH] == 1);
	}
}

void transportCases(void)
{
	runCase("transport mode: ESP, AH and both, lengths over all paddings, there and back", everyProtocol);
	runCase("T10 transport mode: a header is made where the host kept it", withoutHeader);
	runCase("transport mode: checksums behind a NAT", checksums);
	runCase("transport mode: IP options", options);
	runCase("transport mode: IP options count for what is too large", sizesWithOptions);
	runCase("transport mode: no IP options in UDP", optionsInUDP);
	runCase("transport mode: whole datagrams only", fragments);
	runCase("transport mode: a header of somebody else", otherSender);
}
