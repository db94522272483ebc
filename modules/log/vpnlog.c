/* The VPN log's memory: static, as all tables of keygate are. The entries that most are, of printable ASCII, are written here in one piece. */
#include "xsmc.h"
#include "entry.h"
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
	size_t peerSize = plain_size(peer, VPN_LOG_PEER_ROOM);
	size_t room = VPN_LOG_ENTRY_SIZE - VPN_LOG_BYTES - peerSize;
	size_t textSize = peerSize <= VPN_LOG_PEER_ROOM ? plain_size(text, room) : 0;
	if (peerSize > VPN_LOG_PEER_ROOM || textSize > room) {
		xsmcSetBoolean(xsResult, 0);
		return;
	}
	uint8_t* entry = (uint8_t*)data + (size_t)at;
	/* none until it is whole */
	write32(entry + VPN_LOG_SEQUENCE, 0);
	memcpy(&bits, &time, sizeof(bits));
	write32(entry + VPN_LOG_TIME, (uint32_t)(bits >> 32));
	write32(entry + VPN_LOG_TIME + 4, (uint32_t)bits);
	entry[VPN_LOG_SEVERITY] = severity;
	entry[VPN_LOG_PEER_SIZE] = (uint8_t)peerSize;
	entry[VPN_LOG_TEXT_SIZE] = (uint8_t)textSize;
	memcpy(entry + VPN_LOG_BYTES, peer, peerSize);
	memcpy(entry + VPN_LOG_BYTES + peerSize, text, textSize);
	memset(entry + VPN_LOG_BYTES + peerSize + textSize, 0, room - textSize);
	write32(entry + VPN_LOG_SEQUENCE, (uint32_t)sequence);
	xsmcSetBoolean(xsResult, 1);
}
