/* Sequence numbers of 64 bits, a window that takes what is late, and check values of another length. */
#include "cases.h"
#include "events.h"
#include "replay.h"
#include "support.h"

static const Options kKinds[] = {
	{ .cipher = kCipherAES128GCM }, { .cipher = kCipherAES256CBC, .hash = kHashSHA256 }, { .cipher = kCipherAES128CTR, .hash = kHashSHA1 }, { .cipher = kCipherNull, .hash = kHashMD5 },
	{ .protocol = PROTOCOL_AH, .ahHash = kHashSHA256 }, { .protocol = PROTOCOL_AH_ESP, .cipher = kCipherAES128GCM, .ahHash = kHashSHA1 },
	{ .protocol = PROTOCOL_AH_ESP, .cipher = kCipherAES128CBC, .hash = kHashSHA1, .ahHash = kHashSHA512 },
};
#define kKindsCount (sizeof(kKinds) / sizeof(kKinds[0]))

static const EngineOrigin* originOf(const SARecord* sa)
{
	return sa->protocol == PROTOCOL_ESP ? &kNative : &kAH;
}

static EnginePacket sealed(Buffer* buffer, unsigned seed)
{
	EngineFlow flow;
	EnginePacket packet = makePacket(buffer, kHere, kThere, 17, 60, seed);
	CHECK(out1(&packet, 1, &flow) == kVerdictSend);
	return packet;
}

/* Over the edge of 32 bits, with packets of before it that come late, and after gaps. */
static void overTheEdge(void)
{
	for (size_t k = 0; k < kKindsCount; k++) {
		SARecord *out, *in;
		static Buffer late[64];
		EnginePacket waiting[64];
		Buffer buffer;
		Options options = kKinds[k];
		options.extended = 1;
		clearTables();
		addLoop(options, &out, &in);
		out->sequence = in->sequence = 0xffffffe0;
		for (unsigned i = 0; i < 64; i++) {
			EnginePacket packet = sealed(&late[i], i);
			if (i % 2)
				waiting[i] = packet;
			else
				CHECK(in1(&packet, 1, originOf(in)) == kVerdictDeliver);
		}
		CHECK(in->sequence == 0x10000001f && out->sequence == 0x100000020);
		for (unsigned i = 1; i < 64; i += 2)
			CHECK(in1(&waiting[i], 1, originOf(in)) == kVerdictDeliver);
		CHECK(in->errors == 0 && in->packets == 64);
		/* gaps of any length below 2^32 lose nothing */
		static const uint64_t gaps[] = { 1, REPLAY_WINDOW, 0x7fffffff, 0x80000000, 0xfffffc00, 0xfffffc00, 5 };
		for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
			out->sequence += gaps[i];
			EnginePacket packet = sealed(&buffer, 1);
			CHECK(in1(&packet, 1, originOf(in)) == kVerdictDeliver && in->sequence == out->sequence);
		}
		/* the upper half is authenticated: a number of the other half is none */
		in->sequence += (uint64_t)1 << 32;
		EnginePacket packet = sealed(&buffer, 1);
		CHECK(in1(&packet, 1, originOf(in)) == kVerdictDrop && gEngine.drops[DROP_BAD_ICV] == 1);
	}
}

/* Both ends must mean the same: the packet does not show it. */
static void notTheSame(void)
{
	for (size_t k = 0; k < kKindsCount; k++) {
		SARecord *out, *in;
		Buffer buffer;
		clearTables();
		addLoop(kKinds[k], &out, &in);
		out->flags |= FLAG_EXTENDED;
		EnginePacket packet = sealed(&buffer, 1);
		CHECK(in1(&packet, 1, originOf(in)) == kVerdictDrop && gEngine.drops[DROP_BAD_ICV] == 1);
	}
}

static void neverWraps(void)
{
	SARecord *out, *in;
	Buffer buffer;
	EngineFlow flow;
	EventRecord event;
	clearTables();
	addLoop((Options) { .cipher = kCipherAES128GCM, .extended = 1 }, &out, &in);
	out->sequence = 0xffffffffu;
	EnginePacket packet = sealed(&buffer, 1);
	CHECK(out->sequence == 0x100000000 && nextEvent(&event) == 0 && get32(packet.data + 4) == 0);
	out->sequence = UINT64_MAX - 1;
	packet = sealed(&buffer, 1);
	CHECK(nextEvent(&event) == EVENT_SOFT && out->sequence == UINT64_MAX);
	packet = makePacket(&buffer, kHere, kThere, 17, 60, 1);
	CHECK(out1(&packet, 1, &flow) != kVerdictSend && out->sequence == UINT64_MAX && out->state == SA_OVER);
}

/* RFC 4303 appendix A2, against a plain search for the number that is in the window or next ahead. */
static void extend(void)
{
	static const uint64_t tops[] = { 0, 1, 100, REPLAY_WINDOW - 2, REPLAY_WINDOW - 1, REPLAY_WINDOW, 0x7fffffff, 0xfffffffe, 0xffffffff, 0x100000000, 0x100000001, 0x100000000 + REPLAY_WINDOW - 2,
		0x100000000 + REPLAY_WINDOW - 1, 0x1ffffffff, 0x200000000, 0x2000000ff };
	static const int64_t steps[] = { -2 * REPLAY_WINDOW, -REPLAY_WINDOW, 1 - REPLAY_WINDOW, 2 - REPLAY_WINDOW, -100, -1, 0, 1, 2, 100, 0x7fffffff, 0x80000000, 0xffffffff - REPLAY_WINDOW };
	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
			SARecord sa = { .sequence = tops[i] };
			if (steps[j] < 0 && tops[i] < (uint64_t)-steps[j])
				continue;
			uint64_t number = tops[i] + (uint64_t)steps[j];
			uint64_t found = replay_extend(&sa, (uint32_t)number);
			if (steps[j] > -REPLAY_WINDOW)
				CHECK(found == number);
			else
				CHECK(found != number);
		}
	SARecord fresh = { .sequence = 0 };
	CHECK(replay_extend(&fresh, 0xffffffff) == 0 && replay_extend(&fresh, 1) == 1);
}

/* Each packet comes 256 later than it was sent in time; and then all in reverse. */
static void reordered(void)
{
	enum { kLate = 256 };
	for (int extended = 0; extended <= 1; extended++) {
		SARecord *out, *in;
		static Buffer buffers[2 * kLate];
		static EnginePacket packets[2 * kLate];
		clearTables();
		addLoop((Options) { .cipher = kCipherAES128GCM, .extended = extended }, &out, &in);
		if (extended)
			out->sequence = in->sequence = 0xffffff00;
		for (unsigned i = 0; i < 2 * kLate; i++)
			packets[i] = sealed(&buffers[i], i);
		for (unsigned i = 0; i < kLate; i++) {
			CHECK(in1(&packets[i + kLate], 1, &kNative) == kVerdictDeliver);
			CHECK(in1(&packets[i], 1, &kNative) == kVerdictDeliver);
		}
		for (unsigned i = 0; i <= kLate; i++)
			packets[i] = sealed(&buffers[i], i);
		for (unsigned i = kLate + 1; i-- > 0;)
			CHECK(in1(&packets[i], 1, &kNative) == kVerdictDeliver);
		CHECK(in->errors == 0 && in->packets == 3 * kLate + 1);
	}
}

/* T14: the same identifier, two lengths. */
static void shortICV(void)
{
	static const Options kinds[] = {
		{ .cipher = kCipherAES128CBC, .hash = kHashSHA256 }, { .cipher = kCipherNull, .hash = kHashSHA256 }, { .cipher = kCipherAES128CTR, .hash = kHashSHA256 },
		{ .protocol = PROTOCOL_AH, .ahHash = kHashSHA256 }, { .protocol = PROTOCOL_AH_ESP, .cipher = kCipherAES128CBC, .hash = kHashSHA256, .ahHash = kHashSHA256 },
	};
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (int mine = 0; mine <= 1; mine++)
			for (int theirs = 0; theirs <= 1; theirs++) {
				SARecord *out, *in;
				Buffer buffer;
				EventRecord event;
				Options options = kinds[k];
				options.shortICV = mine;
				clearTables();
				addLoop(options, &out, &in);
				out->flags = (uint16_t)(theirs ? out->flags | FLAG_SHORT_ICV : out->flags & ~FLAG_SHORT_ICV);
				EnginePacket packet = sealed(&buffer, 1);
				CHECK(in1(&packet, 1, originOf(in)) == (mine == theirs ? kVerdictDeliver : kVerdictDrop));
				if (mine == theirs) {
					CHECK(nextEvent(&event) == 0);
					continue;
				}
				/* shown by the first packet, told once */
				CHECK(gEngine.drops[DROP_BAD_ICV] == 1 && in->icvErrors == 1);
				CHECK(nextEvent(&event) == EVENT_UNAUTHENTIC && event.spi == kLoopSPI && event.port == (theirs ? 96 : 128) && event.direction == INCOMING);
				for (unsigned i = 0; i < 20; i++) {
					packet = sealed(&buffer, 1);
					CHECK(in1(&packet, 1, originOf(in)) == kVerdictDrop);
				}
				CHECK(nextEvent(&event) == 0);
				/* and taken back when one is right */
				out->flags ^= FLAG_SHORT_ICV;
				packet = sealed(&buffer, 1);
				CHECK(in1(&packet, 1, originOf(in)) == kVerdictDeliver && nextEvent(&event) == EVENT_AUTHENTIC && event.spi == kLoopSPI);
				packet = sealed(&buffer, 1);
				CHECK(in1(&packet, 1, originOf(in)) == kVerdictDeliver && nextEvent(&event) == 0);
			}
}

/* Other keys: told after some, not after a single one, and not when packets had come before. */
static void unauthentic(void)
{
	SARecord *out, *in;
	Buffer buffer;
	EventRecord event;
	for (int before = 0; before <= 1; before++) {
		clearTables();
		addLoop((Options) { .cipher = kCipherAES128CBC, .hash = kHashSHA256 }, &out, &in);
		EnginePacket packet = sealed(&buffer, 1);
		if (before)
			CHECK(in1(&packet, 1, &kNative) == kVerdictDeliver);
		for (unsigned i = 1; i <= 12; i++) {
			packet = sealed(&buffer, i);
			packet.data[packet.length - 20] ^= 1;
			CHECK(in1(&packet, 1, &kNative) == kVerdictDrop);
			CHECK((nextEvent(&event) == EVENT_UNAUTHENTIC) == (i == 8 && !before));
		}
	}
}

void extendedCases(void)
{
	runCase("extended sequence numbers: over the edge of 32 bits, late packets, gaps", overTheEdge);
	runCase("extended sequence numbers: one end only is no tunnel", notTheSame);
	runCase("extended sequence numbers: they never wrap", neverWraps);
	runCase("extended sequence numbers: the upper half is found", extend);
	runCase("replay window: packets that are 256 late, and in reverse", reordered);
	runCase("T14 HMAC-SHA2-256 of 96 and of 128 bits: told apart by the first packet", shortICV);
	runCase("T14 none of a new SA's packets is authentic: told", unauthentic);
}
