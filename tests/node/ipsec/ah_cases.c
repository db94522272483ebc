/* AH alone and around ESP, in tunnel mode: every algorithm, every byte, what may change on the way and what may not. */
#include "ah.h"
#include "carry.h"
#include "cases.h"
#include "events.h"
#include "support.h"

#include <stdlib.h>

/* Every algorithm of AH with ESP (`bundle`: every cipher, with and without a hash of its own where that may be) or without. */
static int nextAH(Options* options, int bundle)
{
	if (options->ahHash == 0) {
		options->ahHash = kHashMD5;
		options->protocol = bundle ? PROTOCOL_AH_ESP : PROTOCOL_AH;
		options->cipher = bundle ? kCipherNull : 0;
		options->hash = bundle ? kHashMD5 : 0;
		return 1;
	}
	if (bundle) {
		int aead = options->cipher >= kCipherAES128GCM && options->cipher <= kCipherAES256GCM;
		if (!aead && options->hash < kHashSHA512) {
			options->hash++;
			return 1;
		}
		if (options->cipher < kCipherAES256CTR) {
			options->cipher++;
			int cbc = options->cipher >= kCipher3DESCBC && options->cipher <= kCipherAES256CBC;
			options->hash = cbc || (options->cipher >= kCipherAES128GCM && options->cipher <= kCipherAES256GCM) ? 0 : kHashMD5;
			return 1;
		}
		options->cipher = kCipherNull;
		options->hash = kHashMD5;
	}
	return ++options->ahHash <= kHashSHA512;
}

static void everyAlgorithm(void)
{
	static const uint8_t icv[] = { 0, 12, 12, 16, 24, 32 };
	unsigned pairs = 0;
	for (int bundle = 0; bundle <= 1; bundle++) {
		Options options = { 0 };
		while (nextAH(&options, bundle)) {
			SARecord *out, *in;
			Buffer buffer;
			EngineFlow flow;
			clearTables();
			addLoop(options, &out, &in);
			pairs++;
			for (uint32_t length = 28; length <= 28 + 17; length++) {
				EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, length, length);
				uint8_t original[kRoom];
				packet.data[1] = (uint8_t)(length << 2);
				memcpy(original, packet.data, length);
				CHECK(out1(&packet, 1, &flow) == kVerdictSend);
				uint32_t ah = 12u + icv[options.ahHash];
				CHECK(packet.length == carry_outer(out, length, 20) && packet.data >= buffer.bytes);
				CHECK(flow.protocol == 51 && flow.headerIncluded && flow.remoteAddress == kPeer && flow.remotePort == 0);
				CHECK(packet.data[0] == 0x45 && packet.data[1] == original[1] && packet.data[9] == 51 && headerSum(packet.data, 20) == 0xffff);
				CHECK(get32(packet.data + 12) == kOwn && get32(packet.data + 16) == kPeer && (packet.data[2] << 8 | packet.data[3]) == (int)packet.length);
				CHECK((packet.data[4] << 8 | packet.data[5]) != 0);
				CHECK(packet.data[20] == (bundle ? 50 : 4) && packet.data[21] == ah / 4 - 2 && ah % 4 == 0);
				CHECK(get32(packet.data + 24) == kLoopSPI && get32(packet.data + 28) == length - 27);
				if (bundle)
					CHECK(get32(packet.data + 20 + ah) == kLoopSPI && get32(packet.data + 24 + ah) == length - 27);
				else
					CHECK(packet.length == 20 + ah + length && memcmp(packet.data + 20 + ah, original, length) == 0);
				/* routers on the way */
				packet.data[1] ^= 0xfc;
				packet.data[8] -= 9;
				packet.data[6] ^= 0x40;
				put16(packet.data + 10, 0x1234);
				CHECK(in1(&packet, 1, &kAH) == kVerdictDeliver);
				CHECK(packet.length == length && memcmp(packet.data, original, length) == 0);
			}
			CHECK(in->packets == 18 && in->errors == 0 && in->bytes == out->bytes);
		}
	}
	CHECK(pairs == 5 + 5 * (5 + 4 * 6 + 3 + 2 * 5));
}

/* A bit of any byte that does not change on the way. */
static void corrupted(void)
{
	for (int bundle = 0; bundle <= 1; bundle++)
		for (int hash = kHashMD5; hash <= kHashSHA512; hash++) {
			SARecord *out, *in;
			Buffer buffer;
			EngineFlow flow;
			uint8_t sealed[kRoom], copy[kRoom];
			clearTables();
			addLoop((Options) { .protocol = bundle ? PROTOCOL_AH_ESP : PROTOCOL_AH, .cipher = bundle ? kCipherAES128CBC : 0, .ahHash = hash }, &out, &in);
			EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 61, 9);
			CHECK(out1(&packet, 1, &flow) == kVerdictSend);
			uint32_t length = packet.length;
			unsigned taken = 0, others = 0;
			memcpy(sealed, packet.data, length);
			for (uint32_t i = 0; i < length; i++) {
				int mutable = i == 1 || (i >= 6 && i <= 8) || i == 10 || i == 11;
				if (mutable || i == 2 || i == 3 || i == 0 || i == 9 || (i >= 24 && i < 28))
					continue;
				memcpy(copy, sealed, length);
				copy[i] ^= (uint8_t)(1u << i % 8);
				packet = (EnginePacket) { copy, length };
				taken += in1(&packet, 1, &kAH) == kVerdictDeliver;
				others++;
			}
			CHECK(taken == 0 && gEngine.drops[DROP_BAD_ICV] == others && in->icvErrors == others && in->sequence == 0);
			for (uint32_t i = 0; i < 4; i++) {
				/* version and size, protocol, total length */
				static const uint8_t at[] = { 0, 9, 2, 3 };
				memcpy(copy, sealed, length);
				copy[at[i]] ^= 1;
				packet = (EnginePacket) { copy, length };
				CHECK(in1(&packet, 1, &kAH) == kVerdictDrop);
			}
			for (uint32_t shorter = 0; shorter < length; shorter++) {
				uint8_t* exact = malloc(shorter ? shorter : 1);
				CHECK(exact != NULL);
				memcpy(exact, sealed, shorter);
				if (shorter >= 4)
					put16(exact + 2, shorter);
				packet = (EnginePacket) { exact, shorter };
				CHECK(in1(&packet, 1, &kAH) == kVerdictDrop);
				free(exact);
			}
			packet = (EnginePacket) { sealed, length };
			CHECK(in1(&packet, 1, &kAH) == kVerdictDeliver);
			packet = (EnginePacket) { sealed, length };
			CHECK(in1(&packet, 1, &kAH) == kVerdictDrop && gEngine.drops[DROP_REPLAYED] == 1);
		}
}

/* AH does not come as ESP, ESP not as AH, and a bundle's ESP not alone. */
static void otherProtocol(void)
{
	static const int protocols[] = { PROTOCOL_ESP, PROTOCOL_AH, PROTOCOL_AH_ESP };
	for (unsigned i = 0; i < 3; i++) {
		SARecord *out, *in;
		Buffer buffer;
		EngineFlow flow;
		uint8_t copy[kRoom];
		clearTables();
		addLoop((Options) { .protocol = protocols[i], .cipher = i == 1 ? 0 : kCipherAES128GCM, .ahHash = i == 0 ? 0 : kHashSHA256 }, &out, &in);
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 61, 9);
		CHECK(out1(&packet, 1, &flow) == kVerdictSend);
		memcpy(copy, packet.data, packet.length);
		EnginePacket other = { copy, packet.length };
		if (i == 0) {
			/* ESP behind an IPv4 header that says AH */
			other = makePacket(&buffer, kPeer, kOwn, 51, 100, 1);
			put32(other.data + 24, kLoopSPI);
			CHECK(in1(&other, 1, &kAH) == kVerdictDrop);
		}
		else {
			other.data += 20 + (i == 2 ? 28u : 0u);
			other.length -= 20 + (i == 2 ? 28u : 0u);
			if (i == 1)
				put32(other.data, kLoopSPI);
			CHECK(in1(&other, 1, &kNative) == kVerdictDrop);
			CHECK(in1(&other, 1, &kUDP) == kVerdictDrop);
		}
		CHECK(gEngine.drops[DROP_WRONG_ENCAPSULATION] == (i == 0 ? 1u : 2u) && in->packets == 0);
	}
}

/* AH of an SA with HMAC-SHA2-256 and the keys of the loop, made here by hand, over a header with any options; `what` is zeroed for the ICV. */
static EnginePacket craft(uint8_t* to, const uint8_t* options, uint32_t optionsSize, const uint8_t* zeroed, const uint8_t* inner, uint32_t size, uint32_t sequence)
{
	AcceleratorHMAC hmac;
	uint8_t key[32], tag[32], copy[60 + 28];
	uint32_t header = 20 + optionsSize;
	uint32_t length = header + 28 + size;
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 11 + 3);
	memset(to, 0, header + 28);
	to[0] = (uint8_t)(0x40 | header / 4);
	put16(to + 2, length);
	put16(to + 4, 77);
	to[9] = 51;
	put32(to + 12, kPeer);
	put32(to + 16, kOwn);
	memcpy(to + 20, options, optionsSize);
	to[header] = 4;
	to[header + 1] = 28 / 4 - 2;
	put32(to + header + 4, kLoopSPI);
	put32(to + header + 8, sequence);
	memcpy(to + header + 28, inner, size);
	memcpy(copy, to, header + 28);
	for (uint32_t i = 0; i < optionsSize; i++)
		if (zeroed[i])
			copy[20 + i] = 0;
	CHECK(accelerator_hmac_start(&hmac, kHashSHA256, key, sizeof(key)) == kAcceleratorOK);
	CHECK(accelerator_hmac_update(&hmac, copy, header + 28) == kAcceleratorOK);
	CHECK(accelerator_hmac_update(&hmac, inner, size) == kAcceleratorOK);
	CHECK(accelerator_hmac_finish(&hmac, tag) == kAcceleratorOK);
	memcpy(to + header + 12, tag, 16);
	/* as it comes in */
	to[1] = 0xb8;
	to[8] = 63;
	return (EnginePacket) { to, length };
}

/* RFC 4302 appendix A1. */
static void optionClasses(void)
{
	static const struct { uint8_t option; int mutable; } kinds[] = {
		{ 130, 0 }, { 133, 0 }, { 134, 0 }, { 148, 0 }, { 149, 0 },
		{ 131, 1 }, { 68, 1 }, { 7, 1 }, { 137, 1 }, { 82, 1 }, { 136, 1 }, { 11, 1 }, { 12, 1 }, { 145, 1 }, { 10, 1 }, { 205, 1 }, { 142, 1 }, { 144, 1 }, { 147, 1 }, { 77, 1 },
	};
	SARecord *out, *in;
	clearTables();
	addLoop((Options) { .protocol = PROTOCOL_AH, .ahHash = kHashSHA256 }, &out, &in);
	for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint8_t options[12] = { 1, kinds[i].option, 8, 4, 10, 0, 0, 9, 5, 1, 0, 0 };
		uint8_t zeroed[12] = { 0 };
		Buffer buffer;
		uint8_t bytes[kRoom];
		EnginePacket inner = makePacket(&buffer, kHere, kThere, 17, 60, i);
		memset(zeroed + 1, kinds[i].mutable, 8);
		EnginePacket packet = craft(bytes, options, 12, zeroed, inner.data, 60, 2 * i + 1);
		CHECK(in1(&packet, 1, &kAH) == kVerdictDeliver && packet.length == 60 && memcmp(packet.data, inner.data, 60) == 0);
		/* one byte of the option changes on the way */
		packet = craft(bytes, options, 12, zeroed, inner.data, 60, 2 * i + 2);
		bytes[20 + 6] ^= 3;
		CHECK(in1(&packet, 1, &kAH) == (kinds[i].mutable ? kVerdictDeliver : kVerdictDrop));
	}
	/* what is no list of options */
	static const uint8_t broken[][4] = { { 7, 0, 0, 0 }, { 7, 1, 0, 0 }, { 7, 5, 0, 0 }, { 1, 1, 1, 7 }, { 130, 255, 1, 1 } };
	for (uint32_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		static const uint8_t none[4];
		Buffer buffer;
		uint8_t bytes[kRoom];
		EnginePacket inner = makePacket(&buffer, kHere, kThere, 17, 60, i);
		EnginePacket packet = craft(bytes, broken[i], 4, none, inner.data, 60, 100 + i);
		uint64_t before = gEngine.drops[DROP_MALFORMED];
		CHECK(in1(&packet, 1, &kAH) == kVerdictDrop && gEngine.drops[DROP_MALFORMED] == before + 1);
	}
}

static void garbage(void)
{
	uint32_t random = 5;
	for (int bundle = 0; bundle <= 1; bundle++) {
		SARecord *out, *in;
		clearTables();
		addLoop((Options) { .protocol = bundle ? PROTOCOL_AH_ESP : PROTOCOL_AH, .cipher = bundle ? kCipherAES128CBC : 0, .ahHash = kHashSHA1 }, &out, &in);
		for (unsigned round = 0; round < 4000; round++) {
			random = random * 1664525 + 1013904223;
			uint32_t length = random >> 25;
			uint8_t* bytes = malloc(length ? length : 1);
			CHECK(bytes != NULL);
			for (uint32_t i = 0; i < length; i++) {
				random = random * 1664525 + 1013904223;
				bytes[i] = (uint8_t)(random >> 24);
			}
			if (length >= 20 && round % 8) {
				bytes[0] = (uint8_t)(0x45 + random % 4);
				bytes[9] = 51;
				put16(bytes + 2, length);
				uint32_t header = (bytes[0] & 15u) * 4;
				if (length >= header + 12) {
					put32(bytes + header + 4, kLoopSPI);
					bytes[header + 1] = 4;
				}
			}
			EnginePacket packet = { bytes, length };
			CHECK(in1(&packet, 1, &kAH) == kVerdictDrop);
			free(bytes);
		}
		CHECK(in->packets == 0 && in->sequence == 0);
	}
}

/* What the accelerator is asked for is given back: as many bundles as there are records, again and again. */
static void everyRecord(void)
{
	for (unsigned round = 0; round < 3; round++) {
		clearTables();
		addPolicy(0, POLICY_FLAG_ENABLED);
		for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
			addSA(slot % 2, (Options) { .slot = slot, .spi = 0x1000 + slot, .protocol = PROTOCOL_AH_ESP, .cipher = kCipherAES128CBC, .hash = kHashSHA256, .ahHash = kHashSHA256 });
	}
	clearTables();
}

static void refused(void)
{
	static const struct { int protocol, cipher, hash, ahHash, udp; } table[] = {
		{ PROTOCOL_AH, 0, 0, 0, 0 },
		{ PROTOCOL_AH, 0, 0, kHashSHA512 + 1, 0 },
		{ PROTOCOL_AH, kCipherAES128CBC, 0, kHashSHA1, 0 },
		{ PROTOCOL_AH, 0, kHashSHA1, kHashSHA1, 0 },
		{ PROTOCOL_AH, 0, 0, kHashSHA1, 1 },				/* no NAT lets it through */
		{ PROTOCOL_AH_ESP, kCipherNull, 0, kHashSHA1, 0 },
		{ PROTOCOL_AH_ESP, kCipherAES128CTR, 0, kHashSHA1, 0 },
		{ PROTOCOL_AH_ESP, kCipherAES128GCM, kHashSHA1, kHashSHA1, 0 },
		{ PROTOCOL_AH_ESP, kCipherAES128CBC, kHashSHA1, 0, 0 },
		{ PROTOCOL_AH_ESP, kCipherAES128CBC, kHashSHA1, kHashSHA1, 1 },
		{ PROTOCOL_ESP, kCipherAES128CBC, kHashSHA1, kHashSHA1, 0 },
		{ PROTOCOL_ESP, kCipherAES128CBC, 0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		SARecord* sa = &gSAD[9];
		clearTables();
		memset(sa, 0, sizeof(*sa));
		sa->state = SA_RESERVED;
		sa->protocol = (uint8_t)table[i].protocol;
		sa->mode = MODE_TUNNEL;
		sa->cipher = (uint8_t)table[i].cipher;
		sa->hash = (uint8_t)table[i].hash;
		sa->ahHash = (uint8_t)table[i].ahHash;
		sa->flags = table[i].udp ? FLAG_UDP : 0;
		sa->encryptionKeySize = kCipherKeySizes[table[i].cipher];
		sa->authenticationKeySize = kHashKeySizes[table[i].hash];
		sa->ahKeySize = table[i].ahHash <= kHashSHA512 ? kHashKeySizes[table[i].ahHash] : 64;
		memset(sa->ahKey, 0xaa, sizeof(sa->ahKey));
		CHECK(sad_open(9) != kAcceleratorOK);
		CHECK(sa->ahKey[0] == 0 && sa->ahKey[SA_AH_KEY_MAXIMUM - 1] == 0 && !gContexts[9].esp && !gContexts[9].ah);
	}
}

void ahCases(void)
{
	runCase("AH: every algorithm, alone and around every ESP, there and back", everyAlgorithm);
	runCase("AH: one bit of any byte changed is a bad ICV; truncated at every length; replayed", corrupted);
	runCase("AH: each SA takes its own protocols only, a bundle not its ESP alone", otherProtocol);
	runCase("AH: IP options by their class", optionClasses);
	runCase("AH: garbage", garbage);
	runCase("AH: a full table of bundles", everyRecord);
	runCase("F09 AH: combinations that there are not", refused);
}
