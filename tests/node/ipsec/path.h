/* What the cases of sizes and of ICMP have in common. */
#ifndef KEYGATE_TEST_PATH_H
#define KEYGATE_TEST_PATH_H

#include "support.h"

static const Options kGCM = { .cipher = kCipherAES128GCM };
#define kRouter ADDRESS(203, 0, 113, 1)

/* All paths are forgotten, all errors may be made. */
static inline void fresh(void)
{
	clearTables();
	engine_set_link(NULL);
}

static inline EnginePacket sized(Buffer* buffer, uint32_t length, int dontFragment)
{
	EnginePacket packet = makePacket(buffer, kHere, kThere, 17, length, 7);
	put16(packet.data + 6, dontFragment ? 0x4000 : 0);
	put16(packet.data + 10, 0);
	put16(packet.data + 10, ~headerSum(packet.data, 20) & 0xffff);
	return packet;
}

#endif
