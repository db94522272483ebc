/*
 * What hosts of the LAN may send, with everything that the engine remembers between packets: fragments, parked packets, path MTUs, limits. What it seals is
 * opened at the other end and must be what was sent; what a policy covers never leaves in clear.
 */
#include "sa.h"

#include "bytes.h"
#include "events.h"
#include "firewall.h"
#include "icmp.h"
#include "selectors.h"

#define kLongest 3000u

unsigned gFailures;

static SARecord *gOut, *gIn;
static uint64_t gNow;
static uint16_t gLink;

static uint32_t linkMTU(uint32_t address)
{
	(void)address;
	return gLink;
}

int LLVMFuzzerInitialize(int* count, char*** words)
{
	(void)count;
	(void)words;
	engine_set_link(linkMTU);
	return accelerator_initialize();
}

static void open(Input* input)
{
	uint8_t way;
	Options options = inputSA(input, &way);
	clearTables();
	gFirewall.level = way & 32 ? FIREWALL_ALL : FIREWALL_OFF;
	addLoop(options, &gOut, &gIn);
	HOLDS(gFailures == 0);
	/* A second policy, for one service of everybody's. */
	PolicyRecord* policy = addPolicy(1, POLICY_FLAG_ENABLED | (way & 64 ? POLICY_FLAG_ACQUIRE : 0));
	policy->remoteFirst[0] = ADDRESS(10, 3, 0, 0);
	policy->remoteLast[0] = ADDRESS(10, 3, 0, 255);
	policy->ipProtocol = 17;
	policy->remotePort = 2000;
	gLink = 1500;
	if (way & 128)
		gOut->sequence = gOut->flags & FLAG_EXTENDED ? 0xfffffff0 : 0xfffffff8;
	/* the replay window of the other end is where the sender is */
	gIn->sequence = gOut->sequence;
}

/* Why the other end may drop what was sealed: an end of life, what it cannot judge since it saw no first fragment, and protocol 59, which in transport mode is a dummy. */
static uint64_t excused(void)
{
	return gEngine.drops[DROP_CONGESTION] + gEngine.drops[DROP_EXPIRED] + gEngine.drops[DROP_FRAGMENT] + gEngine.drops[DROP_DUMMY];
}

/* What `packet` became at the other end: it must be `sent`, but for what the engine changes on purpose. */
static void arrive(const EnginePacket* packet, const EngineFlow* flow, const uint8_t* sent, uint32_t length)
{
	InnerPacket inner;
	uint8_t* room = block(kEngineInboundRoom + packet->length);
	EnginePacket arrived = { room + kEngineInboundRoom, packet->length };
	memcpy(arrived.data, packet->data, packet->length);
	EngineOrigin origin = flow->protocol == 17 ? kUDP : flow->protocol == 50 ? kNative : kAH;
	origin.headerIncluded = flow->headerIncluded;
	origin.tos = flow->tos;
	if (gIn->mode == MODE_TRANSPORT && !flow->headerIncluded) {
		origin.remoteAddress = read32(sent + 12);
		origin.localAddress = read32(sent + 16);
	}
	uint64_t dropped = excused();
	EngineVerdict verdict = in1(&arrived, gNow, &origin);
	if (verdict == kVerdictDrop) {
		HOLDS(excused() == dropped + 1 || gIn->state != SA_LIVE);
		free(room);
		return;
	}
	HOLDS(verdict == kVerdictDeliver);
	HOLDS(inner_parse(arrived.data, arrived.length, &inner) == kCarried);
	if (gIn->mode == MODE_TUNNEL && inner.protocol != 6) {
		HOLDS(arrived.length == length);
		HOLDS(memcmp(arrived.data + 12, sent + 12, length - 12) == 0);
	}
	free(room);
}

/* Whether a policy covers the packet by its addresses alone. */
static int isCovered(const InnerPacket* inner)
{
	return inner->source >= ADDRESS(10, 1, 0, 0) && inner->source <= ADDRESS(10, 1, 0, 255) && inner->destination >= ADDRESS(10, 2, 0, 0) && inner->destination <= ADDRESS(10, 2, 0, 255);
}

static void judge(EnginePacket* packet, EngineVerdict verdict, EngineFlow* flow, const uint8_t* sent, uint32_t length)
{
	InnerPacket inner;
	uint8_t buffer[kEngineHeadroom + kLongest + kEngineTailroom], before[kLongest];
	HOLDS(inner_parse(sent, length, &inner) == kCarried || verdict == kVerdictDrop);
	length = verdict == kVerdictDrop ? length : inner.length;
	switch (verdict) {
	case kVerdictSend:
		HOLDS(packet->length <= 0xffff);
		arrive(packet, flow, sent, length);
		break;
	case kVerdictDeliver:
		HOLDS(inner_parse(packet->data, packet->length, &inner) == kCarried && inner.protocol == 1 && packet->length <= 576);
		HOLDS(checksum(packet->data, inner.headerSize) == 0 && checksum(packet->data + inner.headerSize, packet->length - inner.headerSize) == 0);
		break;
	case kVerdictCut: {
		uint32_t offset = 0;
		EnginePacket piece = { buffer + kEngineHeadroom, 0 };
		uint32_t carried = 0;
		while (engine_cut(packet, flow, &offset, &piece)) {
			EngineFlow its;
			InnerPacket part;
			HOLDS(piece.length <= flow->innerMTU && piece.length > 20);
			HOLDS(inner_parse(piece.data, piece.length, &part) == kCarried);
			carried += piece.length - part.headerSize;
			memcpy(before, piece.data, piece.length);
			uint32_t size = piece.length;
			EngineVerdict own = out1(&piece, gNow, &its);
			/* the SA may come to its end between two pieces */
			HOLDS(own == kVerdictSend || own == kVerdictDrop || own == kVerdictParked);
			if (own == kVerdictSend)
				arrive(&piece, &its, before, size);
			piece.data = buffer + kEngineHeadroom;
		}
		/* all of it, or nothing where its options are none */
		HOLDS(carried == length - inner.headerSize || carried == 0);
		break;
	}
	case kVerdictClear:
		HOLDS(!isCovered(&inner));
		break;
	case kVerdictParked:
		HOLDS(gEngine.parked > 0 && gEngine.parked <= PARKED_PACKETS);
		break;
	default:
		break;
	}
}

static void fromLAN(Input* input)
{
	const uint8_t* bytes;
	EngineFlow flow;
	uint8_t how = input8(input);
	uint32_t length = inputBytes(input, input16(input) % kLongest, &bytes);
	uint8_t* room = block(kEngineHeadroom + length + kEngineTailroom);
	EnginePacket packet = { room + kEngineHeadroom, length };
	memcpy(packet.data, bytes, length);
	/* what a host would not get wrong */
	if (how & 1 && length >= 20) {
		packet.data[0] = (uint8_t)(0x40 | (packet.data[0] & 15));
		put16(packet.data + 2, length);
		put32(packet.data + 12, kHere);
		put32(packet.data + 16, kThere + (how >> 1 & 3));
	}
	uint8_t* sent = block(length);
	memcpy(sent, packet.data, length);
	int protects = engine_protects(packet.data, length < 160 ? length : 160, gNow);
	EngineVerdict verdict = out1(&packet, gNow, &flow);
	HOLDS(verdict != kVerdictClear || !protects || length > 160);
	judge(&packet, verdict, &flow, sent, length);
	free(sent);
	free(room);
}

/* An ICMP message from the WAN, about a packet of ours when the fuzzer likes. */
static void fromRouter(Input* input)
{
	const uint8_t* bytes;
	uint8_t how = input8(input);
	uint32_t length = inputBytes(input, input8(input), &bytes);
	uint8_t* message = block(length);
	memcpy(message, bytes, length);
	if (how & 1 && length >= 56) {
		message[0] = 0x45;
		message[9] = 1;
		put16(message + 2, length);
		message[20] = 3;
		message[21] = 4;
		message[28] = 0x45;
		message[37] = gOut->flags & FLAG_UDP ? 17 : 50;
		put32(message + 40, kOwn);
		put32(message + 44, kPeer);
		put32(message + 48, gOut->spi);
		put32(message + 52, (uint32_t)gOut->sequence - (how >> 4));
		put16(message + 22, 0);
		put16(message + 22, checksum(message + 20, length - 20));
	}
	engine_icmp(message, length, gNow);
	free(message);
}

static void unpark(void)
{
	uint8_t buffer[kEngineHeadroom + PARKED_PACKET_SIZE + kEngineTailroom];
	EngineFlow flow;
	for (unsigned i = 0; i <= PARKED_PACKETS; i++) {
		EnginePacket packet = { buffer + kEngineHeadroom, 0 };
		EngineVerdict verdict = engine_unpark(&packet, PARKED_PACKET_SIZE + kEngineTailroom, gNow, &flow);
		if (verdict == kVerdictDrop)
			return;
		HOLDS(i < PARKED_PACKETS && verdict != kVerdictClear && verdict != kVerdictParked);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	Input input = { data, data + size };
	gNow += 10000000;
	open(&input);
	for (unsigned i = 0; i < 32 && !inputIsOver(&input); i++) {
		uint8_t what = input8(&input);
		switch (what & 7) {
		case 1: fromRouter(&input); break;
		case 2: gNow += (uint64_t)input16(&input) * 8; break;
		case 3: unpark(); break;
		case 4: gLink = input16(&input); engine_link_changed(kPeer); break;
		case 5:
			/* the SA is there or not: packets wait for it */
			gOut->state = gOut->state == SA_LIVE ? SA_RESERVED : SA_LIVE;
			break;
		case 6: gFirewall.level = what >> 3; break;
		default: fromLAN(&input); break;
		}
	}
	gOut->state = SA_LIVE;
	gNow += 120000;
	unpark();
	HOLDS(gEngine.parked == 0);
	HOLDS(gEngine.eventsWritten - gEngine.eventsRead <= ENGINE_EVENTS);
	return 0;
}
