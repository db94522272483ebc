/* Sizes: path MTU, errors to senders, cutting, fragments against ports, the MSS of TCP, networks one inside the other. */
#include "bytes.h"
#include "carry.h"
#include "cases.h"
#include "events.h"
#include "fragments.h"
#include "icmp.h"
#include "mss.h"
#include "mtu.h"
#include "path.h"
#include "selectors.h"
#include "support.h"

#include <stdlib.h>

/* ---- sizes ---- */

static void exact(void)
{
	/* by hand from the RFCs, for 1500 bytes outside: ESP header 8, IV, ICV, trailer 2, padding to 4 or the block */
	static const struct { int cipher, hash, udp; uint32_t inner; int protocol, ahHash; } known[] = {
		{ kCipherAES128GCM, 0, 0, 1446, 0, 0 }, { kCipherAES256GCM, 0, 1, 1438, 0, 0 },
		{ kCipherAES128CBC, kHashSHA256, 0, 1438, 0, 0 }, { kCipherAES256CBC, kHashSHA256, 1, 1422, 0, 0 },
		{ kCipherAES128CBC, kHashSHA1, 0, 1438, 0, 0 }, { kCipherAES128CBC, kHashSHA512, 1, 1406, 0, 0 },
		{ kCipher3DESCBC, kHashMD5, 0, 1446, 0, 0 }, { kCipher3DESCBC, kHashMD5, 1, 1438, 0, 0 },
		{ kCipherNull, kHashSHA512, 0, 1438, 0, 0 }, { kCipherAES128CTR, kHashSHA1, 0, 1450, 0, 0 },
		/* AH: 12 and its ICV; around ESP, both */
		{ 0, 0, 0, 1456, PROTOCOL_AH, kHashSHA1 }, { 0, 0, 0, 1436, PROTOCOL_AH, kHashSHA512 },
		{ kCipher3DESCBC, kHashMD5, 0, 1422, PROTOCOL_AH_ESP, kHashMD5 }, { kCipherAES128GCM, 0, 0, 1418, PROTOCOL_AH_ESP, kHashSHA256 },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		SARecord *out, *in;
		fresh();
		addLoop((Options) { .cipher = known[i].cipher, .hash = known[i].hash, .udp = known[i].udp, .protocol = known[i].protocol, .ahHash = known[i].ahHash }, &out, &in);
		if (mtu_inner(out, 1500, 20) != known[i].inner)
			printf("# row %zu: %u\n", i, mtu_inner(out, 1500, 20));
		CHECK(mtu_inner(out, 1500, 20) == known[i].inner);
		if (known[i].protocol) {
			Buffer buffer;
			EngineFlow flow;
			EnginePacket packet = sized(&buffer, known[i].inner, 1);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend && flow.headerIncluded && packet.length <= 1500 && packet.length == carry_outer(out, known[i].inner, 20));
		}
	}
	/* transport mode: the packet's own header is the outer one */
	SARecord *transport, *back;
	fresh();
	addLoop((Options) { .cipher = kCipherAES128GCM, .mode = MODE_TRANSPORT }, &transport, &back);
	CHECK(mtu_inner(transport, 1500, 20) == 1466 && mtu_inner(transport, 10, 20) == 0);
	/* and what is sealed has the size that was foretold, for every algorithm and size */
	for (int cipher = kCipherNull; cipher <= kCipherAES256CTR; cipher++)
		for (int hash = 0; hash <= kHashSHA512; hash++)
			for (int udp = 0; udp <= 1; udp++) {
				SARecord *out, *in;
				Buffer buffer;
				EngineFlow flow;
				int aead = cipher >= kCipherAES128GCM && cipher <= kCipherAES256GCM;
				if (aead != (hash == 0))
					continue;
				fresh();
				addLoop((Options) { .cipher = cipher, .hash = hash, .udp = udp }, &out, &in);
				for (uint32_t size = 1300; size <= 1500; size++) {
					uint32_t inner = mtu_inner(out, size, 20);
					CHECK(carry_outer(out, inner, 20) <= size && carry_outer(out, inner + 1, 20) > size);
					EnginePacket packet = sized(&buffer, inner, 1);
					CHECK(out1(&packet, 1, &flow) == kVerdictSend);
					CHECK(packet.length + 20 + (udp ? 8 : 0) == carry_outer(out, inner, 20));
				}
			}
}

static void tooLarge(void)
{
	SARecord *out, *in;
	Buffer buffer;
	EngineFlow flow;
	fresh();
	addLoop(kGCM, &out, &in);
	EnginePacket packet = sized(&buffer, 1446, 1);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend && flow.dontFragment == 1);
	packet = sized(&buffer, 1447, 1);
	uint8_t original[28];
	memcpy(original, packet.data, sizeof(original));
	CHECK(out1(&packet, 1, &flow) == kVerdictDeliver);
	CHECK(out->sequence == 1 && out->errors == 1 && gEngine.drops[DROP_TOO_BIG] == 1 && gEngine.notes[NOTE_ICMP_MADE] == 1);
	/* to its sender, from where it was going: destination unreachable, fragmentation needed, next hop 1446 */
	CHECK(packet.length == 576 && get32(packet.data) == 0x45c00240 && packet.data[9] == 1 && packet.data[8] == 64);
	CHECK(get32(packet.data + 12) == kThere && get32(packet.data + 16) == kHere && headerSum(packet.data, 20) == 0xffff);
	CHECK(get32(packet.data + 24) == 1446 && packet.data[20] == 3 && packet.data[21] == 4 && checksum(packet.data + 20, packet.length - 20) == 0);
	CHECK(memcmp(packet.data + 28, original, sizeof(original)) == 0);
	/* one that wants no fragments but is small: quoted whole */
	engine_set_link(NULL);
	path_fragments(kPeer, kMinimumPathMTU, 1);
	packet = sized(&buffer, 700, 1);
	CHECK(out1(&packet, 2, &flow) == kVerdictDeliver && packet.length == 576);
	CHECK(read16(packet.data + 26) == mtu_inner(out, kMinimumPathMTU, 20) && read16(packet.data + 26) >= 576);
	/* unparked, it is answered too */
	fresh();
	addPolicy(0, POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE);
	packet = sized(&buffer, 1500, 1);
	CHECK(out1(&packet, 1, &flow) == kVerdictParked);
	gSPD.count = 0;
	addLoop(kGCM, &out, &in);
	packet.data = buffer.bytes + kEngineHeadroom;
	CHECK(engine_unpark(&packet, kRoom + kEngineTailroom, 2, &flow) == kVerdictDeliver && read16(packet.data + 26) == 1446);
	CHECK(engine_unpark(&packet, kRoom + kEngineTailroom, 2, &flow) == kVerdictDrop);
}

static void noErrors(void)
{
	static const struct { uint32_t source, destination; uint8_t protocol, type; uint16_t fragment; int told; } table[] = {
		{ kHere, kThere, 1, 8, 0x4000, 1 }, { kHere, kThere, 1, 0, 0x4000, 1 }, { kHere, kThere, 1, 13, 0x4000, 1 },
		{ kHere, kThere, 1, 3, 0x4000, 0 }, { kHere, kThere, 1, 11, 0x4000, 0 }, { kHere, kThere, 1, 12, 0x4000, 0 },
		{ kHere, kThere, 1, 4, 0x4000, 0 },
		{ kHere, kThere, 17, 0, 0x4001, 0 }, { kHere, kThere, 17, 0, 0x6000, 1 },
		{ 0, kThere, 17, 0, 0x4000, 0 }, { ADDRESS(127, 0, 0, 1), kThere, 17, 0, 0x4000, 0 }, { ADDRESS(224, 0, 0, 1), kThere, 17, 0, 0x4000, 0 },
		{ 0xffffffff, kThere, 17, 0, 0x4000, 0 }, { kHere, ADDRESS(239, 1, 1, 1), 17, 0, 0x4000, 0 }, { kHere, 0xffffffff, 17, 0, 0x4000, 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		fresh();
		addLoop(kGCM, &out, &in);
		sendsAll(out);
		EnginePacket packet = makePacket(&buffer, table[i].source, table[i].destination, table[i].protocol, 1500, 1);
		if (table[i].protocol == 1)
			packet.data[20] = table[i].type;
		put16(packet.data + 6, table[i].fragment);
		EngineVerdict verdict = out1(&packet, 1000 * (i + 1), &flow);
		if (verdict != (table[i].told ? kVerdictDeliver : kVerdictDrop))
			printf("# row %zu\n", i);
		CHECK(verdict == (table[i].told ? kVerdictDeliver : kVerdictDrop));
		CHECK(gEngine.drops[DROP_TOO_BIG] == 1);
	}
	/* not too many */
	SARecord *out, *in;
	Buffer buffer;
	EngineFlow flow;
	unsigned told = 0;
	fresh();
	addLoop(kGCM, &out, &in);
	for (unsigned i = 0; i < 1000; i++) {
		EnginePacket packet = sized(&buffer, 1500, 1);
		told += out1(&packet, 100000 + i, &flow) == kVerdictDeliver;
	}
	CHECK(told >= 60 && told <= 75 && gEngine.notes[NOTE_ICMP_LIMITED] == 1000 - told && gEngine.drops[DROP_TOO_BIG] == 1000);
}

/* ---- cutting ---- */

static void cut(void)
{
	SARecord *out, *in;
	Buffer buffer, pieceBuffer;
	EngineFlow flow;
	for (unsigned options = 0; options <= 8; options += 4)
		for (uint32_t length = 1447; length <= 1900; length += 3) {
			uint8_t got[2000];
			uint32_t offset = 0, count = 0, end = 0;
			fresh();
			addLoop(kGCM, &out, &in);
			EnginePacket packet = sized(&buffer, length, 0);
			packet.data[0] = (uint8_t)(0x45 + options / 4);
			if (options) {
				put32(packet.data + 20, 0x94040000);	/* router alert, in every piece */
				if (options == 8)
					put32(packet.data + 24, 0x01010100);	/* in the first alone */
			}
			uint8_t before[2000];
			memcpy(before, packet.data, length);
			CHECK(out1(&packet, 1, &flow) == kVerdictCut && flow.innerMTU == 1446 && out->sequence == 0);
			EnginePacket piece = { .data = pieceBuffer.bytes + kEngineHeadroom };
			for (; engine_cut(&packet, &flow, &offset, &piece); piece.data = pieceBuffer.bytes + kEngineHeadroom, count++) {
				EngineFlow own;
				CHECK(piece.length <= 1446 && headerSum(piece.data, (piece.data[0] & 15u) * 4) == 0xffff);
				CHECK(out1(&piece, 1, &own) == kVerdictSend && piece.length + 20 <= 1500 && own.dontFragment == 0);
				CHECK(in1(&piece, 1, &kNative) == kVerdictDeliver);
				uint32_t header = (piece.data[0] & 15u) * 4, at = (read16(piece.data + 6) & 0x1fffu) * 8;
				CHECK(header == (count == 0 ? 20 + options : options ? 24u : 20u) && (!options || get32(piece.data + 20) == 0x94040000));
				CHECK(at == end && read16(piece.data + 4) == 7);
				memcpy(got + at, piece.data + header, piece.length - header);
				end = at + piece.length - header;
				CHECK(((read16(piece.data + 6) & 0x2000) != 0) == (end < length - 20 - options));
			}
			CHECK(count == 2 && end == length - 20 - options && memcmp(got, before + 20 + options, end) == 0);
		}
	CHECK(gEngine.notes[NOTE_CUT] == 1);
	/* a piece of a piece: the last one says that more come, as the whole did */
	fresh();
	addLoop(kGCM, &out, &in);
	EnginePacket packet = sized(&buffer, 1500, 0), piece = { .data = pieceBuffer.bytes + kEngineHeadroom };
	uint32_t offset = 0;
	put16(packet.data + 6, 0x2000 | 185);
	packet.data[9] = 1;
	CHECK(out1(&packet, 1, &flow) == kVerdictCut);
	CHECK(engine_cut(&packet, &flow, &offset, &piece) && read16(piece.data + 6) == (0x2000 | 185));
	CHECK(engine_cut(&packet, &flow, &offset, &piece) && read16(piece.data + 6) == (0x2000 | (185 + 1424 / 8)));
	CHECK(!engine_cut(&packet, &flow, &offset, &piece));
	/* options that are none: not cut, nor is anything written beyond */
	offset = 8;
	packet = sized(&buffer, 1500, 0);
	packet.data[0] = 0x46;
	put32(packet.data + 20, 0x94ff0000);
	CHECK(!engine_cut(&packet, &flow, &offset, &piece));
	put32(packet.data + 20, 0x94000000);
	CHECK(!engine_cut(&packet, &flow, &offset, &piece));
	/* where ports decide the sealed packet is cut instead, so that the other side sees the ports */
	out->selectorLocalPort = 1000;
	packet = sized(&buffer, 1500, 0);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend && flow.dontFragment == 0 && packet.length + 20 > 1500);
}

/* ---- fragments and ports ---- */

static EngineVerdict fragment(uint16_t fragmentField, uint16_t identification, uint16_t sourcePort, uint64_t now)
{
	Buffer buffer;
	EngineFlow flow;
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, identification);
	put16(packet.data + 6, fragmentField);
	if (!(fragmentField & 0x1fff))
		put16(packet.data + 20, sourcePort);
	return out1(&packet, now, &flow);
}

static void fragmentsOut(void)
{
	SARecord *out, *in;
	EventRecord event;
	fresh();
	addLoop(kGCM, &out, &in);
	gSPD.policies[0].ipProtocol = out->ipProtocol = 17;
	gSPD.policies[0].localPort = out->selectorLocalPort = 1000;
	/* and behind it one for all ports, with no SA */
	addPolicy(1, POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE);
	CHECK(fragment(0x2001, 1, 0, 1) == kVerdictDrop && gEngine.drops[DROP_FRAGMENT] == 1);	/* its first has not come */
	CHECK(fragment(0x2000, 1, 1000, 1) == kVerdictSend);
	CHECK(fragment(0x2001, 1, 0, 1) == kVerdictSend && fragment(0x0002, 1, 0, 1) == kVerdictSend);
	CHECK(fragment(0x0002, 2, 0, 1) == kVerdictDrop);		/* another packet's */
	CHECK(fragment(0x2000, 2, 1001, 1) == kVerdictParked);		/* of the second policy, */
	CHECK(nextEvent(&event) == EVENT_ACQUIRE && event.policy == 1);
	CHECK(fragment(0x2001, 2, 0, 1) == kVerdictParked);		/* and so its later ones, never of the first */
	CHECK(out->packets == 3);
	/* not for ever, and not more than there is room for */
	CHECK(fragment(0x2001, 1, 0, 1 + kFragmentAge) == kVerdictDrop);
	for (uint16_t i = 0; i < FRAGMENTED_PACKETS + 1; i++)
		CHECK(fragment(0x2000, (uint16_t)(100 + i), 1000, 100 + i) == kVerdictSend);
	CHECK(fragment(0x2001, 100, 0, 200) == kVerdictDrop && fragment(0x2001, 101, 0, 200) == kVerdictSend);
	CHECK(fragment(0x2001, 100 + FRAGMENTED_PACKETS, 0, 200) == kVerdictSend);
	/* what was remembered ends with the control plane */
	engine_clear();
	addSA(OUTGOING, (Options) { .cipher = kCipherAES128GCM, .slot = 1, .spi = kLoopSPI });
	CHECK(fragment(0x2001, 101, 0, 200) == kVerdictDrop);
}

static void fragmentsIn(void)
{
	SARecord *out, *in;
	fresh();
	addLoop(kGCM, &out, &in);
	in->ipProtocol = 17;
	in->selectorRemotePort = 1000;
	for (unsigned i = 0; i < 4; i++) {
		static const struct { uint16_t fragment, id, port; int delivered; } table[] = {
			{ 0x2001, 9, 0, 0 }, { 0x2000, 9, 1000, 1 }, { 0x2001, 9, 0, 1 }, { 0x0002, 8, 0, 0 },
		};
		Buffer buffer;
		EngineFlow flow;
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, table[i].id);
		put16(packet.data + 6, table[i].fragment);
		/* fragments of the LAN with the same numbers speak for nobody */
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		CHECK((in1(&packet, 1, &kNative) == kVerdictDeliver) == table[i].delivered);
	}
	CHECK(gEngine.drops[DROP_FRAGMENT] == 2);
	/* a first fragment that may not come in does not let later ones in */
	Buffer buffer;
	EngineFlow flow;
	for (unsigned i = 0; i < 2; i++) {
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 100, 77);
		put16(packet.data + 6, i ? 0x2001 : 0x2000);
		if (!i)
			put16(packet.data + 20, 1001);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend && in1(&packet, 1, &kNative) == kVerdictDrop);
	}
	CHECK(gEngine.drops[DROP_SELECTOR_MISMATCH] == 2);
}

/* ---- MSS ---- */

/* A TCP packet with these options (a multiple of 4 bytes) and a right checksum. */
static EnginePacket segment(Buffer* buffer, uint8_t flags, const uint8_t* options, uint32_t size, unsigned payload)
{
	uint32_t length = 40 + size + payload;
	EnginePacket packet = makePacket(buffer, kHere, kThere, 6, length < 28 ? 28 : length, 5);
	memset(packet.data + 20, 0, 20);
	put16(packet.data + 20, 40000);
	put16(packet.data + 22, 80);
	packet.data[32] = (uint8_t)((20 + size) / 4 << 4);
	packet.data[33] = flags;
	put16(packet.data + 34, 65535);
	memcpy(packet.data + 40, options, size);
	return packet;
}

static unsigned tcpSum(const uint8_t* packet, uint32_t length)
{
	uint8_t pseudo[12 + 200] = { 0 };
	memcpy(pseudo, packet + 12, 8);
	pseudo[9] = 6;
	put16(pseudo + 10, length - 20);
	memcpy(pseudo + 12, packet + 20, length - 20);
	return headerSum(pseudo, 12 + ((length - 20 + 1) & ~1u));
}

/* A sender that lowers nothing has a wide path. */
static uint32_t wideElsewhere(uint32_t address)
{
	return address == kPeer ? 1500 : 65535;
}

static void clamp(void)
{
	static const struct { const char* name; uint8_t flags; uint8_t options[12]; uint32_t size; int changes; int at; } table[] = {
		{ "alone", 2, { 2, 4, 0x05, 0xb4 }, 4, 1, 2 },
		{ "of a SYN+ACK", 0x12, { 2, 4, 0x05, 0xb4 }, 4, 1, 2 },
		{ "behind others", 2, { 1, 3, 3, 7, 2, 4, 0x05, 0xb4 }, 8, 1, 6 },
		{ "at an odd byte", 2, { 1, 2, 4, 0x05, 0xb4, 0, 0, 0 }, 8, 1, 3 },
		{ "at an odd byte behind", 2, { 3, 3, 7, 2, 4, 0xff, 0xff, 0 }, 8, 1, 5 },
		{ "small enough", 2, { 2, 4, 0x05, 0x7e }, 4, 0, 0 },
		{ "not a SYN", 0x10, { 2, 4, 0x05, 0xb4 }, 4, 0, 0 },
		{ "no option", 2, { 1, 1, 1, 1 }, 4, 0, 0 },
		{ "behind the end", 2, { 0, 0, 0, 0, 2, 4, 0x05, 0xb4 }, 8, 0, 0 },
		{ "of another length", 2, { 2, 6, 0x05, 0xb4, 0, 0, 1, 1 }, 8, 0, 0 },
		{ "cut off", 2, { 1, 1, 2, 4 }, 4, 0, 0 },
		{ "without a length", 2, { 1, 1, 1, 2 }, 4, 0, 0 },
		{ "behind a length of 0", 2, { 8, 0, 2, 4, 0x05, 0xb4, 1, 1 }, 8, 0, 0 },
		{ "behind a length of 1", 2, { 8, 1, 2, 4, 0x05, 0xb4, 1, 1 }, 8, 0, 0 },
		{ "behind a length that leads out", 2, { 8, 12, 2, 4, 0x05, 0xb4, 1, 1 }, 8, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		/* 1: on the way out, to the sender's own SYN; 0: of what came in */
		for (int outgoing = 0; outgoing <= 1; outgoing++)
			for (unsigned payload = 0; payload <= 1; payload++) {
				SARecord *out, *in;
				Buffer buffer;
				EngineFlow flow;
				fresh();
				engine_set_link(wideElsewhere);
				addLoop(kGCM, &out, &in);
				EnginePacket packet = segment(&buffer, table[i].flags, table[i].options, table[i].size, payload);
				put16(packet.data + 36, ~tcpSum(packet.data, packet.length) & 0xffff);
				if (!outgoing)
					out->remoteAddress[0] = kRouter;
				CHECK(out1(&packet, 1, &flow) == kVerdictSend);
				CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
				int changed = table[i].changes && read16(packet.data + 40 + table[i].at) == 1446 - 40;
				if (changed != table[i].changes || tcpSum(packet.data, packet.length) != 0xffff)
					printf("# %s, outgoing %d: %d, sum %x\n", table[i].name, outgoing, read16(packet.data + 40 + table[i].at), tcpSum(packet.data, packet.length));
				CHECK(changed == table[i].changes && tcpSum(packet.data, packet.length) == 0xffff);
				if (!table[i].changes)
					CHECK(memcmp(packet.data + 40, table[i].options, table[i].size) == 0 && gEngine.notes[NOTE_MSS_CLAMPED] == 0);
				else
					CHECK(gEngine.notes[NOTE_MSS_CLAMPED] >= 1);
			}
	}
	/* headers that say more than there is, and every garbled header of a SYN: nothing outside is read or written (the sanitizer looks) */
	uint32_t random = 7;
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t* exactly = malloc(60);
		InnerPacket inner;
		for (unsigned j = 0; j < 60; j++)
			exactly[j] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
		exactly[0] = 0x45;
		put16(exactly + 2, 20 + (random >> 8) % 41);
		put16(exactly + 6, 0);
		exactly[9] = 6;
		exactly[33] |= 2;
		if (inner_parse(exactly, 60, &inner) == kCarried)
			mss_clamp(exactly, &inner, 600);
		free(exactly);
	}
}

/* ---- networks one inside the other ---- */

static void overlapping(void)
{
	SARecord *out, *in;
	fresh();
	addLoop(kGCM, &out, &in);
	/* a branch whose remote network is everything */
	PolicyRecord* policy = &gSPD.policies[0];
	policy->remoteFirst[0] = out->remoteFirst[0] = in->localFirst[0] = 0;
	policy->remoteLast[0] = out->remoteLast[0] = in->localLast[0] = 0xffffffff;
	InnerPacket inner = { .source = kHere, .destination = kThere };
	CHECK(policy_find(&inner) == 0 && sa_match(out, &inner) == kMatchYes);
	inner.destination = ADDRESS(8, 8, 8, 8);
	CHECK(policy_find(&inner) == 0 && sa_match(out, &inner) == kMatchYes);
	inner.destination = ADDRESS(10, 1, 0, 9);
	CHECK(policy_find(&inner) == kNoPolicy && sa_match(out, &inner) == kMatchNo);
	/* the hub at its other end: what is of the branch comes from there alone */
	inner = (InnerPacket) { .source = kHere, .destination = ADDRESS(8, 8, 8, 8) };
	CHECK(sa_match(in, &inner) == kMatchYes);
	inner = (InnerPacket) { .source = kHere, .destination = ADDRESS(10, 1, 0, 9) };
	CHECK(sa_match(in, &inner) == kMatchNo);
	/* the same network at both ends: there is no telling, and both are let through */
	policy->remoteFirst[0] = policy->localFirst[0];
	policy->remoteLast[0] = policy->localLast[0];
	gSPD.version++;
	CHECK(policy_find(&inner) == 0);
	/* networks that overlap without one inside the other (ranges) */
	policy->remoteFirst[0] = ADDRESS(10, 1, 0, 5);
	policy->remoteLast[0] = ADDRESS(10, 2, 0, 0);
	gSPD.version++;
	CHECK(policy_find(&inner) == 0);
}

void pathCases(void)
{
	runCase("path: sizes are exact for every algorithm and encapsulation", exact);
	runCase("path: the sender of what is too large is told what fits", tooLarge);
	runCase("path: errors are made about what they may be about, and not too many", noErrors);
	runCase("path: what may be cut is cut before it is sealed, options too", cut);
	runCase("path: later fragments go where their first went, and nowhere without it", fragmentsOut);
	runCase("path: incoming fragments are held against ports by their first", fragmentsIn);
	runCase("path: the MSS of TCP is lowered both ways, its checksum right, whatever the options", clamp);
	runCase("path: a network inside the other has its addresses for itself", overlapping);
}
