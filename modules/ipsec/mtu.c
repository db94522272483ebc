#include "mtu.h"
#include "bytes.h"
#include "carry.h"
#include "selectors.h"

#include <string.h>

/* Milliseconds between two questions for the link's MTU. */
#define kLinkAge 60000

typedef struct {
	uint32_t address;	/* 0: free */
	uint32_t link;		/* 0: to be asked for */
	uint32_t learned;	/* 0: nothing */
	uint8_t doubted;
	uint64_t linkAt, learnedAt, doubtedAt, usedAt;
} Path;

static Path gPaths[PATHS];
static Path* gLast = &gPaths[0];
static uint32_t (*gLink)(uint32_t address);

void path_set_link(uint32_t (*mtu)(uint32_t address))
{
	gLink = mtu;
	memset(gPaths, 0, sizeof(gPaths));
}

/* The path to `address`, made anew in the place of the one that was used least recently. Where it may be is by its address: it is looked for from there on. */
static Path* pathTo(uint32_t address, uint64_t now)
{
	Path* path = gLast;
	if (path->address != address) {
		unsigned at = address % PATHS;
		path = &gPaths[at];
		for (unsigned i = 0; i < PATHS; i++, at = at + 1 < PATHS ? at + 1 : 0) {
			if (gPaths[at].address == address) {
				path = &gPaths[at];
				break;
			}
			if (gPaths[at].usedAt < path->usedAt)
				path = &gPaths[at];
		}
		if (path->address != address)
			*path = (Path) { .address = address };
		gLast = path;
	}
	path->usedAt = now + 1;
	return path;
}

static uint32_t linkMTU(Path* path, uint64_t now)
{
	if (!path->link || now - path->linkAt >= kLinkAge) {
		path->link = gLink ? gLink(path->address) : kDefaultLinkMTU;
		path->linkAt = now;
	}
	return path->link;
}

void path_ask_again(uint32_t address)
{
	for (unsigned i = 0; i < PATHS; i++)
		if (gPaths[i].address == address)
			gPaths[i].link = 0;
}

uint32_t path_mtu(uint32_t address, uint64_t now)
{
	Path* path = pathTo(address, now);
	uint32_t mtu = linkMTU(path, now);
	if (path->learned && now - path->learnedAt >= kPathAge)
		path->learned = 0;
	return path->learned && path->learned < mtu ? path->learned : mtu;
}

int path_forbids_fragments(uint32_t address, uint64_t now)
{
	Path* path = pathTo(address, now);
	if (path->doubted && now - path->doubtedAt >= kPathAge)
		path->doubted = 0;
	return !path->doubted;
}

static void learn(uint32_t address, uint32_t size, uint64_t now)
{
	Path* path = pathTo(address, now);
	if (size < kMinimumPathMTU)
		size = kMinimumPathMTU;
	if (size > path_mtu(address, now))
		return;
	if (size < path_mtu(address, now))
		gEngine.notes[NOTE_PATH_LEARNED]++;
	path->learned = size;
	path->learnedAt = now;
}

static void doubt(uint32_t address, uint64_t now)
{
	Path* path = pathTo(address, now);
	path->doubted = 1;
	gEngine.notes[NOTE_PATH_DOUBTED]++;
	path->doubtedAt = now;
}

void path_fragments(uint32_t address, uint32_t size, uint64_t now)
{
	learn(address, size, now);
}

/* ---- what routers say ---- */

/* Whether a live SA sends packets like the quoted one, between the same addresses, and in UDP between the same ports: peers behind one NAT have theirs each. */
static int isOurs(const uint8_t* quoted, const uint8_t* payload)
{
	int udp = quoted[9] == 17;
	for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
		const SARecord* sa = &gSAD[slot];
		if (sa->state == SA_LIVE && sa->direction == OUTGOING && sa->localAddress[0] == read32(quoted + 12) && sa->remoteAddress[0] == read32(quoted + 16)
			&& ((sa->flags & FLAG_UDP) != 0) == udp && (!udp || (sa->localPort == read16(payload) && sa->remotePort == read16(payload + 2))))
			return 1;
	}
	return 0;
}

/* Whether the two numbers are those of a packet that a live SA sent to `address` a short while ago. */
static int isRecent(uint32_t spi, uint32_t sequence, uint32_t address)
{
	for (unsigned slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
		const SARecord* sa = &gSAD[slot];
		if (sa->state < SA_LIVE || sa->direction != OUTGOING || sa->remoteAddress[0] != address)
			continue;
		if ((sa->protocol == PROTOCOL_AH_ESP ? sa->ahSPI : sa->spi) == spi && (uint32_t)sa->sequence - sequence < kRecentSequences && sequence != 0)
			return 1;
	}
	return 0;
}

int path_icmp(const uint8_t* packet, uint32_t length, uint64_t now)
{
	uint32_t header = length >= kIPv4HeaderMinimum ? ipv4_header_size(packet) : 0;
	if (header < kIPv4HeaderMinimum || length < header + 8 + kIPv4HeaderMinimum + 8 || packet[header] != 3 || packet[header + 1] != 4
		|| checksum(packet + header, length - header) != 0)
		return 0;
	uint32_t claimed = read16(packet + header + 6);
	const uint8_t* quoted = packet + header + 8;
	uint32_t size = length - header - 8;
	uint32_t quotedHeader = ipv4_header_size(quoted);
	if (quoted[0] >> 4 != 4 || quotedHeader < kIPv4HeaderMinimum || size < quotedHeader + 8 || (read16(quoted + 6) & 0x1fff) != 0)
		return 0;
	uint8_t protocol = quoted[9];
	uint32_t address = read32(quoted + 16);
	const uint8_t* payload = quoted + quotedHeader;
	uint32_t rest = size - quotedHeader;
	if ((protocol != 17 && protocol != 50 && protocol != 51) || !isOurs(quoted, payload))
		return 0;
	if (protocol == 17) {
		payload += kUDPHeaderSize;
		rest -= kUDPHeaderSize;
	}
	else if (protocol == 51) {
		if (rest < 12)
			return 0;
		payload += 4;
	}
	int known = rest >= 8 && isRecent(read32(payload), read32(payload + 4), address);
	if (!known || claimed < kMinimumPathMTU)
		/* Nobody must be able to make packets small, nor to make them vanish: routers may cut them for a while. */
		doubt(address, now);
	if (known && claimed < read16(quoted + 2))
		learn(address, claimed, now);
	return 1;
}

/* ---- inner and outer ---- */

uint32_t mtu_inner(const SARecord* sa, uint32_t size, uint32_t header)
{
	uint32_t length = size;
	/* Padding makes the overhead vary: go down by what is too much until it fits, then up by single bytes that still do. */
	while (length > 0 && carry_outer(sa, length, header) > size) {
		uint32_t excess = carry_outer(sa, length, header) - size;
		length = excess < length ? length - excess : 0;
	}
	while (length < size && carry_outer(sa, length + 1, header) <= size)
		length++;
	return length;
}
