/* The VPN log's memory: static, as all tables of keygate are. TypeScript (vpnlog.ts) has the layout; the entries that most are, of printable ASCII, are written here in one piece. */
#include "xsmc.h"
#include "limits.h"
#include "../ipsec/bytes.h"
#include <string.h>

static uint8_t gVPNLog[VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE];

/* xs_vpnlog_table(): HostBuffer over the whole table. */
void xs_vpnlog_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gVPNLog, sizeof(gVPNLog));
}

/* As in vpnlog.ts. */
enum {
	kSequence = 0,
	kTime = 8,
	kSeverity = 16,
	kPeerSize = 17,
	kTextSize = 18,
	kBytes = 20,
	kPeerRoom = 32,
};

/* Bytes of a text of printable ASCII; `room` and one more when it is another one, or longer. */
static size_t plain_size(const char* text, size_t room)
{
	size_t size = 0;
	while (size <= room && text[size] >= 0x20 && text[size] < 0x7f)
		size++;
	return text[size] == 0 ? size : room + 1;
}

/*
 * xs_vpnlog_put(table, at, sequence, time, severity, peer, text): writes the entry at `at`, if peer and text are printable ASCII and fit; false, and nothing is
 * written: they are not.
 */
void xs_vpnlog_put(xsMachine* the)
{
	void* data = NULL;
	xsUnsignedValue size = 0;
	double at = xsmcToNumber(xsArg(1)), time = xsmcToNumber(xsArg(3)), sequence = xsmcToNumber(xsArg(2));
	uint8_t severity = (uint8_t)xsmcToInteger(xsArg(4));
	const char* peer = xsmcToString(xsArg(5));
	const char* text = xsmcToString(xsArg(6));
	uint64_t bits;
	xsmcGetBufferWritable(xsArg(0), &data, &size);
	if (!(at >= 0 && at + VPN_LOG_ENTRY_SIZE <= size))
		xsRangeError("beyond the table");
	size_t peerSize = plain_size(peer, kPeerRoom);
	size_t room = VPN_LOG_ENTRY_SIZE - kBytes - peerSize;
	size_t textSize = peerSize <= kPeerRoom ? plain_size(text, room) : 0;
	if (peerSize > kPeerRoom || textSize > room) {
		xsmcSetBoolean(xsResult, 0);
		return;
	}
	uint8_t* entry = (uint8_t*)data + (size_t)at;
	/* none until it is whole */
	write32(entry + kSequence, 0);
	memcpy(&bits, &time, sizeof(bits));
	write32(entry + kTime, (uint32_t)(bits >> 32));
	write32(entry + kTime + 4, (uint32_t)bits);
	entry[kSeverity] = severity;
	entry[kPeerSize] = (uint8_t)peerSize;
	entry[kTextSize] = (uint8_t)textSize;
	memcpy(entry + kBytes, peer, peerSize);
	memcpy(entry + kBytes + peerSize, text, textSize);
	memset(entry + kBytes + peerSize + textSize, 0, room - textSize);
	write32(entry + kSequence, (uint32_t)sequence);
	xsmcSetBoolean(xsResult, 1);
}
