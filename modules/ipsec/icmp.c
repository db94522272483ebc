#include "icmp.h"
#include "bytes.h"
#include "events.h"

#include <string.h>

#define kICMPHeaderSize 8
/* An error message is no longer than this (RFC 1812 4.3.2.3). */
#define kErrorSize 576
/* Errors that may be made at once, and milliseconds after which there may be one more. */
#define kErrorBurst 20
#define kErrorInterval 20

_Static_assert(kEngineHeadroom >= kIPv4HeaderMinimum + kICMPHeaderSize, "headroom for the headers of an error");

enum { kUnreachable = 3, kSourceQuench = 4, kRedirect = 5, kTimeExceeded = 11, kParameterProblem = 12 };

static uint64_t gErrorsAt;
static uint32_t gErrors = kErrorBurst;

/* A bucket of tokens over all senders. */
static int mayMakeError(uint64_t now)
{
	uint64_t more = now > gErrorsAt ? (now - gErrorsAt) / kErrorInterval : 0;
	if (more > 0 || now < gErrorsAt) {
		gErrors = gErrors + more > kErrorBurst ? kErrorBurst : gErrors + (uint32_t)more;
		gErrorsAt = now < gErrorsAt ? now : gErrorsAt + more * kErrorInterval;
	}
	if (gErrors == 0)
		return 0;
	gErrors--;
	return 1;
}

/* A type that reports an error, about which none is reported. */
static int isError(uint8_t type)
{
	return type == kUnreachable || type == kSourceQuench || type == kRedirect || type == kTimeExceeded || type == kParameterProblem;
}

/* One host: neither "this" network, loopback, nor a group of hosts. */
static int isHost(uint32_t address)
{
	return address >> 24 != 0 && address >> 24 != 127 && address < 0xe0000000u;
}

int icmp_too_big(EnginePacket* packet, const InnerPacket* inner, uint32_t mtu, uint64_t now)
{
	if (inner->offset || !isHost(inner->source) || !isHost(inner->destination))
		return 0;
	if (inner->protocol == 1 && (inner->length == inner->headerSize || isError(packet->data[inner->headerSize])))
		return 0;
	if (!mayMakeError(now)) {
		gEngine.notes[NOTE_ICMP_LIMITED]++;
		return 0;
	}
	uint32_t quoted = inner->length < kErrorSize - kIPv4HeaderMinimum - kICMPHeaderSize ? inner->length : kErrorSize - kIPv4HeaderMinimum - kICMPHeaderSize;
	uint8_t* icmp = packet->data - kICMPHeaderSize;
	uint8_t* ip = icmp - kIPv4HeaderMinimum;
	memset(icmp, 0, kICMPHeaderSize);
	icmp[0] = kUnreachable;
	icmp[1] = 4;
	write16(icmp + 6, mtu);
	write16(icmp + 2, checksum(icmp, kICMPHeaderSize + quoted));
	packet->data = ip;
	packet->length = kIPv4HeaderMinimum + kICMPHeaderSize + quoted;
	/* Internetwork control (RFC 1812 4.3.2.5). */
	ipv4_write(ip, &(IPv4Header) {
		.source = inner->destination, .destination = inner->source, .length = (uint16_t)packet->length, .tos = 0xc0, .dontFragment = 1, .ttl = 64, .protocol = 1
	});
	gEngine.notes[NOTE_ICMP_MADE]++;
	return 1;
}

int icmp_is_redirect(const uint8_t* data, const InnerPacket* inner)
{
	return inner->protocol == 1 && !inner->offset && inner->length > inner->headerSize && data[inner->headerSize] == kRedirect;
}

int icmp_quoted(const uint8_t* data, const InnerPacket* inner, InnerPacket* answer)
{
	uint32_t before = inner->headerSize + kICMPHeaderSize;
	InnerPacket quoted;
	if (inner->protocol != 1 || inner->offset || inner->length < before + kIPv4HeaderMinimum)
		return 0;
	uint8_t type = data[inner->headerSize];
	if (!isError(type) || type == kRedirect || inner_parse_quoted(data + before, inner->length - before, &quoted) != kCarried)
		return 0;
	if (quoted.source != inner->destination)
		return 0;
	/* No error is about an error (RFC 1122 3.2.2). */
	const uint8_t* inside = data + before + quoted.headerSize;
	if (quoted.protocol == 1 && (quoted.offset || before + quoted.headerSize >= inner->length || isError(*inside)))
		return 0;
	*answer = quoted;
	answer->source = quoted.destination;
	answer->destination = quoted.source;
	answer->sourcePort = quoted.destinationPort;
	answer->destinationPort = quoted.sourcePort;
	return 1;
}
