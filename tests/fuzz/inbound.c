/*
 * What a peer may send, behind a right ICV: the fuzzer chooses algorithms, mode and selectors of an SA and then packets, which are sealed here with its keys, so
 * that padding, next header, inner headers, fragments, marks of congestion and what covers AH are all the fuzzer's. Some come as they are.
 */
#include "sa.h"

#include "ah.h"
#include "bytes.h"
#include "esp.h"
#include "events.h"
#include "firewall.h"
#include "icmp.h"
#include "selectors.h"

#define kLongest 4096u

unsigned gFailures;

/* As esp.c has them. */
static const uint8_t kIVs[] = { 0, 8, 16, 16, 16, 8, 8, 8, 8, 8 };
static const uint8_t kBlocks[] = { 4, 8, 16, 16, 16, 4, 4, 4, 4, 4 };

int LLVMFuzzerInitialize(int* count, char*** words)
{
	(void)count;
	(void)words;
	return accelerator_initialize();
}

/* The SAs that the first bytes describe. */
static void open(Input* input, SARecord** out, SARecord** in)
{
	uint8_t way;
	Options options = inputSA(input, &way);
	options.shortICV = (way & 32) != 0;
	options.hardBytes = way & 64 ? 5000 : 0;
	clearTables();
	gFirewall.level = way & 128 ? FIREWALL_ALL : FIREWALL_OFF;
	addLoop(options, out, in);
	HOLDS(gFailures == 0);
	uint8_t selector = input8(input);
	(*in)->ipProtocol = selector & 1 ? 17 : 0;
	(*in)->selectorLocalPort = selector & 2 ? 2000 : 0;
	(*in)->selectorRemotePort = selector & 4 ? 1000 : 0;
	if (selector & 8) {
		(*in)->remoteFirst[0] = 0;
		(*in)->remoteLast[0] = 0xffffffff;
	}
	if (selector & 16)
		(*in)->sequence = 0xfffffff0;
}

/* The fuzzer's plain text with whatever trailer it has, sealed: what esp_seal would never make. The packet has room for it. */
static void sealRaw(SARecord* sa, EnginePacket* packet, uint64_t sequence)
{
	uint32_t ivSize = kIVs[sa->cipher], size = packet->length & ~(kBlocks[sa->cipher] - 1u);
	uint8_t* iv = packet->data - ivSize;
	uint8_t* header = iv - kESPHeaderSize;
	uint8_t nonce[16] = { 0 }, additional[12], high[4];
	write32(header, sa->spi);
	write32(header + 4, (uint32_t)sequence);
	memset(iv, 7, ivSize);
	memcpy(nonce, sad_context(sa)->salt, 4);
	memcpy(nonce + 4, iv, ivSize < 8 ? ivSize : 8);
	nonce[15] = 1;
	write32(high, (uint32_t)(sequence >> 32));
	write32(additional, sa->spi);
	memcpy(additional + 4, high, 4);
	write32(additional + 8, (uint32_t)sequence);
	int extended = (sa->flags & FLAG_EXTENDED) != 0;
	uint8_t* icv = packet->data + size;
	HOLDS(accelerator_context_seal(sad_context(sa)->esp, ivSize == 8 && sa->cipher != kCipher3DESCBC ? nonce : iv, extended ? additional : header, extended ? 12 : 8, packet->data, size, icv) == kAcceleratorOK);
	uint32_t icvSize = sa->hash ? esp_hmac_size(sa, sa->hash) : 16;
	if (sa->hash)
		HOLDS(accelerator_context_hmac(sad_context(sa)->esp, header, kESPHeaderSize + ivSize + size, high, extended ? 4 : 0, icv, icvSize) == kAcceleratorOK);
	packet->data = header;
	packet->length = kESPHeaderSize + ivSize + size + icvSize;
}

/* Makes the packet that the fuzzer's words describe; 0: there is none. */
static int make(Input* input, SARecord* sa, EnginePacket* packet, uint8_t how, uint64_t sequence)
{
	const uint8_t* bytes;
	uint8_t next = how & 1 ? input8(input) : kNextHeaderIPv4;
	uint8_t header[kIPv4HeaderMaximum] = { 0 };
	uint32_t headerSize = 20;
	if (sa->mode == MODE_TRANSPORT || sa->protocol != PROTOCOL_ESP) {
		uint32_t count = inputBytes(input, 20u + (how >> 6) * 4u, &bytes);
		memcpy(header, bytes, count);
		headerSize = 20u + (how >> 6) * 4u;
		header[0] = (uint8_t)(0x40 | headerSize / 4);
	}
	packet->length = inputBytes(input, input16(input) % kLongest, &bytes);
	memcpy(packet->data, bytes, packet->length);
	if (how & 2)
		return packet->length > 0;
	if (sa->protocol != PROTOCOL_AH) {
		if (how & 4)
			sealRaw(sa, packet, sequence);
		else if (esp_seal(sa, packet, sequence, next) != kCarried)
			return 0;
		next = how & 8 ? next : kIPv4ProtocolESP;
	}
	/* a header that it does not seal has none of our ICV either, and is tried as it is */
	if (sa->protocol != PROTOCOL_ESP)
		ah_seal(sa, packet, header, sequence, next);
	else if (sa->mode == MODE_TRANSPORT && !(sa->flags & FLAG_UDP)) {
		packet->data -= headerSize;
		packet->length += headerSize;
		memcpy(packet->data, header, headerSize);
	}
	return 1;
}

/* What was let through is a packet that its SA may carry. */
static void judge(const SARecord* sa, const EnginePacket* packet, const uint8_t* begin, const uint8_t* end)
{
	InnerPacket inner;
	HOLDS(packet->data >= begin && packet->data + packet->length <= end);
	HOLDS(inner_parse(packet->data, packet->length, &inner) == kCarried && inner.length == packet->length);
	int inside = inner.source >= sa->remoteFirst[0] && inner.source <= sa->remoteLast[0] && inner.destination >= sa->localFirst[0] && inner.destination <= sa->localLast[0];
	/* an error of ICMP may come from any router on the way */
	HOLDS(inside || inner.protocol == 1);
	HOLDS(!icmp_is_redirect(packet->data, &inner));
	HOLDS(inner.protocol == 1 || sa->ipProtocol == 0 || inner.protocol == sa->ipProtocol);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	static uint8_t made[kEngineHeadroom + kLongest + kEngineTailroom];
	Input input = { data, data + size };
	SARecord *out, *in;
	open(&input, &out, &in);
	uint64_t sequence = in->sequence, now = 1000;
	EngineOrigin origin = out->flags & FLAG_UDP ? kUDP : out->protocol == PROTOCOL_ESP ? kNative : kAH;
	origin.headerIncluded = (uint8_t)(origin.protocol == 51 || (origin.protocol == 50 && in->mode == MODE_TRANSPORT));
	for (unsigned i = 0; i < 24 && !inputIsOver(&input); i++) {
		uint8_t how = input8(&input), more = input8(&input);
		EnginePacket packet = { made + kEngineHeadroom, 0 };
		sequence += (more & 3) == 3 ? 600 : 1;
		origin.tos = (uint8_t)(more >> 2 & 3);
		origin.largestFragment = more & 16 ? input16(&input) : 0;
		if (more & 32)
			origin.remotePort ^= origin.protocol == 17 ? 0x100 : 0;
		now += more & 64 ? 100 : 1;
		if (!make(&input, out, &packet, how, in->flags & FLAG_EXTENDED || sequence < 0xffffffff ? sequence : 0xffffffff))
			continue;
		if (how & 16 && packet.length > 0)
			packet.data[input16(&input) % packet.length] ^= (uint8_t)(1 + (more >> 7));
		uint8_t* room = block(kEngineInboundRoom + packet.length);
		uint8_t* end = room + kEngineInboundRoom + packet.length;
		for (int again = 0; again < 2; again++) {
			EnginePacket arrived = { room + kEngineInboundRoom, packet.length };
			memcpy(arrived.data, packet.data, packet.length);
			EngineVerdict verdict = in1(&arrived, now, &origin);
			HOLDS(verdict == kVerdictDeliver || verdict == kVerdictDrop);
			/* the same a second time is none */
			HOLDS(verdict == kVerdictDrop || again == 0);
			if (verdict == kVerdictDeliver)
				judge(in, &arrived, room, end);
		}
		free(room);
	}
	HOLDS(gEngine.eventsWritten - gEngine.eventsRead <= ENGINE_EVENTS);
	HOLDS(out->packets == 0 && gEngine.parked == 0);
	return 0;
}
