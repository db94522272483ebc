/* What the fuzzing programs (tests/fuzz) found in the engine. */
#include "cases.h"
#include "bytes.h"
#include "events.h"
#include "support.h"

static const Options kGCM = { .cipher = kCipherAES128GCM };

/* The packet is cut to `length` bytes at most a piece: how many pieces there are. */
static unsigned pieces(EnginePacket* packet, EngineFlow* flow)
{
	static Buffer buffer;
	unsigned count = 0;
	for (uint32_t offset = 0; count < 100; count++) {
		EnginePacket piece = { buffer.bytes + kEngineHeadroom, 0 };
		if (!engine_cut(packet, flow, &offset, &piece))
			break;
	}
	return count;
}

/* Its options say that one is longer than the header: the first piece, which takes them as they are, went out, and no other did. */
static void cutWithoutOptions(void)
{
	static Buffer buffer;
	SARecord *out, *in;
	EngineFlow flow;
	clearTables();
	addLoop(kGCM, &out, &in);
	EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, 1600, 1);
	packet.data[0] = 0x47;
	packet.data[20] = 0x83;
	packet.data[21] = 200;
	CHECK(out1(&packet, 1, &flow) == kVerdictCut);
	CHECK(pieces(&packet, &flow) == 0);
	CHECK(gEngine.drops[DROP_MALFORMED] == 1 && gEngine.notes[NOTE_CUT] == 0);
	packet = makePacket(&buffer, kHere, kThere, 17, 1600, 1);
	CHECK(out1(&packet, 1, &flow) == kVerdictCut);
	CHECK(pieces(&packet, &flow) == 2);
	CHECK(gEngine.drops[DROP_MALFORMED] == 1 && gEngine.notes[NOTE_CUT] == 1);
}

/* A fragment that reaches beyond 65535: the later ones of its pieces began at 0 again, with "more fragments" set. */
static void fragmentBeyondTheEnd(void)
{
	static const struct { unsigned offset; uint32_t length; int verdict; } table[] = {
		{ 0x1fff, 20 + 7 + 8, kVerdictDrop }, { 0x1fff, 20 + 8, kVerdictDrop }, { 0x1ffe, 20 + 15, kVerdictSend }, { 0x1f38, 1620, kVerdictDrop }, { 0x1f37, 1620, kVerdictCut },
	};
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		static Buffer buffer;
		SARecord *out, *in;
		EngineFlow flow;
		clearTables();
		addLoop(kGCM, &out, &in);
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 1, table[i].length, 1);
		put16(packet.data + 6, table[i].offset);
		EngineVerdict verdict = out1(&packet, 1, &flow);
		if ((int)verdict != table[i].verdict)
			printf("# row %u: %d\n", i, verdict);
		CHECK((int)verdict == table[i].verdict);
		CHECK(gEngine.drops[DROP_MALFORMED] == (table[i].verdict == kVerdictDrop));
	}
}

void fuzzedCases(void)
{
	runCase("fuzzed: a packet that is to be cut and has options that are none goes nowhere, not in part", cutWithoutOptions);
	runCase("fuzzed: a fragment that reaches beyond the largest packet is none", fragmentBeyondTheEnd);
}
