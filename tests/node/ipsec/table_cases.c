/* The tables: keys that vanish, contexts, events that give way. */
#include "cases.h"
#include "events.h"
#include "support.h"

static int isZero(const void* memory, size_t size)
{
	const uint8_t* bytes = memory;
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return 0;
	return 1;
}

static void keysVanish(void)
{
	SARecord *out, *in;
	clearTables();
	addLoop((Options) { .cipher = kCipherAES256GCM }, &out, &in);
	CHECK(isZero(out->encryptionKey, sizeof(out->encryptionKey)) && isZero(out->authenticationKey, sizeof(out->authenticationKey)));
	CHECK(sad_context(out)->esp != NULL && !isZero(sad_context(out)->salt, 4));
	sad_close(1);
	CHECK(isZero(sad_context(out), sizeof(SAContext)));
	sad_close(1);	/* twice does no harm */
	/* a record whose keys cannot be used: they vanish all the same */
	static const struct { int cipher, hash, keySize, hashKeySize, protocol, mode; } refused[] = {
		{ kCipherAES128GCM, 0, 16, 0, PROTOCOL_ESP, MODE_TUNNEL },	/* no salt */
		{ kCipherAES128GCM, kHashSHA1, 20, 20, PROTOCOL_ESP, MODE_TUNNEL },
		{ kCipherAES128CBC, 0, 16, 0, PROTOCOL_ESP, MODE_TUNNEL },	/* F09 encryption without authentication */
		{ kCipherNull, 0, 0, 0, PROTOCOL_ESP, MODE_TUNNEL },		/* F09 neither */
		{ kCipherAES128CBC, kHashSHA1, 15, 20, PROTOCOL_ESP, MODE_TUNNEL },
		{ kCipherAES128CBC, kHashSHA512 + 1, 16, 20, PROTOCOL_ESP, MODE_TUNNEL },
		{ kCipherAES256CTR + 1, kHashSHA1, 16, 20, PROTOCOL_ESP, MODE_TUNNEL },
		{ kCipherAES128CBC, kHashSHA1, 16, 20, PROTOCOL_AH, MODE_TUNNEL },
		{ kCipherAES128CBC, kHashSHA1, 16, 20, PROTOCOL_ESP, MODE_TRANSPORT + 1 },
		{ kCipherAES128CBC, kHashSHA1, 0xffff, 20, PROTOCOL_ESP, MODE_TUNNEL },
		{ kCipherAES128CTR, kHashSHA1, 2, 20, PROTOCOL_ESP, MODE_TUNNEL },
	};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		SARecord* sa = &gSAD[9];
		memset(sa, 0, sizeof(*sa));
		sa->state = SA_RESERVED;
		sa->direction = OUTGOING;
		sa->cipher = (uint8_t)refused[i].cipher;
		sa->hash = (uint8_t)refused[i].hash;
		sa->protocol = (uint8_t)refused[i].protocol;
		sa->mode = (uint8_t)refused[i].mode;
		sa->encryptionKeySize = (uint16_t)refused[i].keySize;
		sa->authenticationKeySize = (uint16_t)refused[i].hashKeySize;
		memset(sa->encryptionKey, 0xaa, sizeof(sa->encryptionKey));
		memset(sa->authenticationKey, 0xaa, sizeof(sa->authenticationKey));
		CHECK(sad_open(9) != kAcceleratorOK);
		CHECK(isZero(sa->encryptionKey, sizeof(sa->encryptionKey)) && isZero(sa->authenticationKey, sizeof(sa->authenticationKey)));
		CHECK(isZero(&gContexts[9], sizeof(SAContext)));
		CHECK(gSPD.policies[0].outbound != 10);
	}
}

static void everySlot(void)
{
	clearTables();
	addPolicy(0, POLICY_FLAG_ENABLED);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
			addSA(slot % 2 ? OUTGOING : INCOMING, (Options) { .cipher = kCipherAES256CBC, .hash = kHashSHA256, .slot = slot, .spi = 0x10000 | slot });
		for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
			CHECK(sad_find(0x10000 | slot) == (slot % 2 ? NULL : &gSAD[slot]));
		CHECK(sad_free_count() == 0);
		engine_clear();
		CHECK(sad_free_count() == SECURITY_ASSOCIATIONS);
	}
}

/* When the control plane ends for other settings nothing of an SA is left, but handles of before stay stale and policies stay. */
static void cleared(void)
{
	SARecord *out, *in;
	clearTables();
	addLoop((Options) { .cipher = kCipherAES256CBC, .hash = kHashSHA256 }, &out, &in);
	out->generation = 41;
	gSPD.policies[0].flags |= POLICY_FLAG_ACQUIRING;
	event_acquire(0);
	engine_clear();
	CHECK(out->generation == 42);
	out->generation = in->generation = 0;
	CHECK(isZero(gSAD, sizeof(gSAD)) && isZero(gContexts, sizeof(gContexts)));
	CHECK(gSPD.policies[0].used && gSPD.policies[0].outbound == 0 && !(gSPD.policies[0].flags & POLICY_FLAG_ACQUIRING) && gSPD.count == 1);
	CHECK(!engine_has_events());
}

/* The control plane dies in the middle of anything: what carries packets goes on, and what is half made carries none. */
static void orphaned(void)
{
	SARecord *out, *in;
	EnginePacket packet;
	EngineVerdict verdict;
	EngineFlow flow;
	EventRecord event;
	Buffer buffer;
	static const struct { int cipher, hash, protocol, ahHash, udp; } kinds[] = {
		{ kCipherAES256GCM, 0, PROTOCOL_ESP, 0, 1 }, { kCipherAES256CBC, kHashSHA256, PROTOCOL_ESP, 0, 0 },
		{ kCipherNull, 0, PROTOCOL_AH, kHashSHA1, 0 }, { kCipherAES128CBC, 0, PROTOCOL_AH_ESP, kHashSHA256, 0 },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		clearTables();
		addLoop((Options) { .cipher = kinds[i].cipher, .hash = kinds[i].hash, .protocol = kinds[i].protocol, .ahHash = kinds[i].ahHash, .udp = kinds[i].udp }, &out, &in);
		for (unsigned turn = 0; turn < 3; turn++) {
			packet = makePacket(&buffer, kHere, kThere, 17, 100, turn);
			engine_outbound(&packet, &verdict, 1, 1000, &flow);
			CHECK(verdict == kVerdictSend && out->packets == turn + 1 && out->sequence == turn + 1);
			engine_orphan();
			CHECK(out->state == SA_LIVE && in->state == SA_LIVE);
		}
		/* Between the accelerator's taking the keys and the record's becoming live. */
		out->state = SA_HELD;
		engine_orphan();
		CHECK(out->state == SA_LIVE);
		/* Between the accelerator's giving them back and the record's being zeroed. */
		if (sad_context(out)->ah && sad_context(out)->esp) {
			accelerator_context_close(sad_context(out)->esp);
			sad_context(out)->esp = NULL;
		}
		else
			sad_close((unsigned)(out - gSAD));
		uint32_t generation = out->generation;
		engine_orphan();
		CHECK(out->state == SA_FREE && out->generation == generation + 1 && isZero(sad_context(out), sizeof(SAContext)) && in->state == SA_LIVE);
		packet = makePacket(&buffer, kHere, kThere, 17, 100, 9);
		engine_outbound(&packet, &verdict, 1, 1000, &flow);
		CHECK(verdict != kVerdictSend && verdict != kVerdictClear);
	}
	/* Held with its keys, or reserved: for the next control plane to judge. */
	clearTables();
	addPolicy(0, POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE);
	gSAD[3].state = SA_HELD;
	gSAD[3].encryptionKey[0] = 1;
	gSAD[4].state = SA_RESERVED;
	engine_orphan();
	CHECK(gSAD[3].state == SA_HELD && gSAD[3].encryptionKey[0] == 1 && gSAD[4].state == SA_RESERVED);
	/* A packet that waits for an SA is asked for again, once; other events are forgotten. */
	packet = makePacket(&buffer, kHere, kThere, 17, 100, 1);
	engine_outbound(&packet, &verdict, 1, 1000, &flow);
	CHECK(verdict == kVerdictParked && nextEvent(&event) == EVENT_ACQUIRE);
	event_unknown_spi(1, kPeer, 50);
	engine_orphan();
	CHECK(nextEvent(&event) == EVENT_ACQUIRE && event.policy == 0 && nextEvent(&event) == 0 && gEngine.parked == 1);
	engine_orphan();
	CHECK(!engine_has_events());
}

static void eventsGiveWay(void)
{
	EventRecord event;
	clearTables();
	gEngine.eventsRead = gEngine.eventsWritten = 0xffffffe0u;	/* over the edge of the counters too */
	for (unsigned i = 0; i < ENGINE_EVENTS + 5; i++)
		event_acquire(i);
	CHECK(gEngine.eventsLost == 5 && engine_has_events());
	for (unsigned i = 5; i < ENGINE_EVENTS + 5; i++)
		CHECK(nextEvent(&event) == EVENT_ACQUIRE && event.policy == i);
	CHECK(nextEvent(&event) == 0 && !engine_has_events());
}

void tableCases(void)
{
	runCase("tables: keys vanish from a record once they are used or refused", keysVanish);
	runCase("tables: every record, again and again", everySlot);
	runCase("tables: cleared when the control plane ends", cleared);
	runCase("tables: what carries packets goes on when the control plane dies, whatever it was about to do", orphaned);
	runCase("tables: the oldest event gives way", eventsGiveWay);
}
