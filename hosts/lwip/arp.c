#include "arp.h"

#include <string.h>
#include "../../modules/ipsec/bytes.h"
#include "lwip/etharp.h"
#include "lwip/prot/etharp.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "network.h"

/* Milliseconds between two probes and after the last one, until a taken address is tried again, between two defences, and for which an answer may be on its way. */
#define kProbePause 100
#define kTakenPause 10000
#define kDefencePause 10000
#define kAnswerTime 3000
/* An address that would be somebody else's is asked for at most so often. */
#define kVerifyPause 1000
#define kProbes 3
/* Between two conflicts that are told. */
#define kTellPause 1000
/* Questions of lwIP that are remembered, and of arp_ask. */
#define kAsked 16
#define kQuestions 4

/* Places in a message (RFC 826). */
enum {
	kHardwareType = 0,
	kProtocolType = 2,
	kHardwareLength = 4,
	kProtocolLength = 5,
	kOperation = 6,
	kSenderHardware = 8,
	kSenderAddress = 14,
	kTargetHardware = 18,
	kTargetAddress = 24,
	kMessageSize = 28
};
#define kRequest 1
#define kReply 2

static struct {
	struct netif* netif;
	netif_linkoutput_fn output;	/* the driver's */
	ClaimState state;
	uint32_t address;
	unsigned probes;
	uint64_t defended;		/* when; 0: never */
	uint64_t told;			/* of conflicts */
	uint32_t conflicts;
	uint8_t other[kHardwareSize];
} ports[kPorts];

static struct {
	uint64_t time;
	uint32_t address;
	uint8_t port, open;
} asked[kAsked];
static unsigned nextAsked;

static struct {
	uint32_t address;
	uint8_t answered;
	uint8_t hardware[kHardwareSize];
} questions[kQuestions];
static unsigned nextQuestion;

static uint64_t milliseconds(void)
{
	return board_microseconds() / 1000;
}

static const uint8_t everybody[kHardwareSize] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* ---- out ---- */

static void remember(BoardPort port, uint32_t address)
{
	asked[nextAsked % kAsked].address = address;
	asked[nextAsked % kAsked].port = (uint8_t)port;
	asked[nextAsked % kAsked].open = 1;
	asked[nextAsked % kAsked].time = milliseconds();
	nextAsked++;
}

/* Whether the address was asked for within so many milliseconds. `answer`: one that comes now is the answer, and the last. */
static int was_asked(BoardPort port, uint32_t address, uint32_t within, int answer)
{
	uint64_t now = milliseconds();
	int found = 0;
	for (unsigned i = 0; i < kAsked; i++)
		if (asked[i].port == port && asked[i].address == address && asked[i].time != 0 && now - asked[i].time <= within && (!answer || asked[i].open)) {
			found = 1;
			if (answer)
				asked[i].open = 0;
		}
	return found;
}

/* What lwIP sends by the port. */
static err_t sent(struct netif* netif, struct pbuf* frame)
{
	BoardPort port = (BoardPort)(uintptr_t)netif->state;
	const uint8_t* bytes = (const uint8_t*)frame->payload + ETH_PAD_SIZE;
	if (arp_is_mute(port))
		return ERR_OK;
	if (frame->len >= ETH_PAD_SIZE + 14 + kMessageSize && read16(bytes + 12) == ETHTYPE_ARP && read16(bytes + 14 + kOperation) == kRequest)
		remember(port, read32(bytes + 14 + kTargetAddress));
	return ports[port].output(netif, frame);
}

/* A question by which the sender says nothing of itself (RFC 5227 1.1), past the guard. */
static void probe(BoardPort port)
{
	struct netif* netif = ports[port].netif;
	struct pbuf* frame = pbuf_alloc(PBUF_RAW, ETH_PAD_SIZE + 14 + kMessageSize, PBUF_RAM);
	if (frame == NULL)
		return;
	uint8_t* bytes = frame->payload;
	memset(bytes, 0, frame->len);
	bytes += ETH_PAD_SIZE;
	memcpy(bytes, everybody, kHardwareSize);
	memcpy(bytes + 6, netif->hwaddr, kHardwareSize);
	write16(bytes + 12, ETHTYPE_ARP);
	bytes += 14;
	write16(bytes + kHardwareType, 1);
	write16(bytes + kProtocolType, ETHTYPE_IP);
	bytes[kHardwareLength] = kHardwareSize;
	bytes[kProtocolLength] = 4;
	write16(bytes + kOperation, kRequest);
	memcpy(bytes + kSenderHardware, netif->hwaddr, kHardwareSize);
	write32(bytes + kTargetAddress, ports[port].address);
	ports[port].output(netif, frame);
	pbuf_free(frame);
}

void arp_watch(BoardPort port, struct netif* netif)
{
	ports[port].netif = netif;
	ports[port].output = netif->linkoutput;
	netif->linkoutput = sent;
}

/* ---- whose the port's address is ---- */

static void step(void* argument)
{
	BoardPort port = (BoardPort)(uintptr_t)argument;
	struct netif* netif = ports[port].netif;
	if (ports[port].state == kClaimTaken) {
		ports[port].state = kClaimAsking;
		ports[port].probes = 0;
	}
	if (!netif_is_link_up(netif)) {
		ports[port].state = kClaimWaiting;
		return;
	}
	if (ports[port].probes < kProbes) {
		ports[port].probes++;
		probe(port);
		sys_timeout(kProbePause, step, argument);
		return;
	}
	ports[port].state = kClaimOurs;
	etharp_gratuitous(netif);
	network_changed();
}

void arp_claim(BoardPort port, uint32_t address)
{
	void* argument = (void*)(uintptr_t)port;
	if (ports[port].netif == NULL || (address != 0 && address == ports[port].address && ports[port].state != kClaimNone))
		return;
	sys_untimeout(step, argument);
	ports[port].address = address;
	ports[port].probes = 0;
	ports[port].conflicts = 0;
	ports[port].state = address == 0 ? kClaimNone : kClaimAsking;
	if (address != 0)
		step(argument);
}

ClaimState arp_claim_state(BoardPort port)
{
	return ports[port].state;
}

void arp_link(BoardPort port)
{
	if (ports[port].state == kClaimWaiting && netif_is_link_up(ports[port].netif)) {
		ports[port].state = kClaimAsking;
		ports[port].probes = 0;
		step((void*)(uintptr_t)port);
	}
	network_changed();
}

int arp_is_mute(BoardPort port)
{
	return ports[port].state != kClaimNone && ports[port].state != kClaimOurs;
}

uint32_t arp_conflicts(BoardPort port)
{
	return ports[port].conflicts;
}

const uint8_t* arp_other(BoardPort port)
{
	return ports[port].conflicts == 0 ? NULL : ports[port].other;
}

/* Somebody else has the port's address, or wants it. */
static void conflict(BoardPort port, const uint8_t* hardware)
{
	network_count(kNetworkARPConflict);
	ports[port].conflicts++;
	memcpy(ports[port].other, hardware, kHardwareSize);
	/* Anybody can send as many as he likes; JavaScript hears of some. */
	if (ports[port].conflicts == 1 || milliseconds() - ports[port].told >= kTellPause) {
		ports[port].told = milliseconds();
		network_changed();
	}
	if (ports[port].state == kClaimAsking) {
		ports[port].state = kClaimTaken;
		network_changed();
		sys_untimeout(step, (void*)(uintptr_t)port);
		sys_timeout(kTakenPause, step, (void*)(uintptr_t)port);
	}
	else if (!arp_is_mute(port) && (ports[port].defended == 0 || milliseconds() - ports[port].defended >= kDefencePause)) {
		ports[port].defended = milliseconds();
		etharp_gratuitous(ports[port].netif);
	}
}

/* ---- in ---- */

/* Whether lwIP has the address under another hardware address. */
static int contradicts(struct netif* netif, uint32_t address, const uint8_t* hardware)
{
	ip4_addr_t wanted;
	const ip4_addr_t* found;
	struct eth_addr* known;
	ip4_addr_set_u32(&wanted, lwip_htonl(address));
	return etharp_find_addr(netif, &wanted, &known, &found) >= 0 && memcmp(known->addr, hardware, kHardwareSize) != 0;
}

static int is_well_formed(const uint8_t* message, uint32_t size)
{
	if (size < kMessageSize)
		return 0;
	uint16_t operation = read16(message + kOperation);
	return read16(message + kHardwareType) == 1 && read16(message + kProtocolType) == ETHTYPE_IP && message[kHardwareLength] == kHardwareSize && message[kProtocolLength] == 4
		&& (operation == kRequest || operation == kReply) && (message[kSenderHardware] & 1) == 0;
}

static void answered(uint32_t address, const uint8_t* hardware)
{
	for (unsigned i = 0; i < kQuestions; i++)
		if (questions[i].address == address && !questions[i].answered) {
			questions[i].answered = 1;
			memcpy(questions[i].hardware, hardware, kHardwareSize);
		}
}

int arp_accepts(BoardPort port, const uint8_t* message, uint32_t size)
{
	struct netif* netif = ports[port].netif;
	if (netif == NULL || !is_well_formed(message, size)) {
		network_count(kNetworkARPMalformed);
		return 0;
	}
	const uint8_t* hardware = message + kSenderHardware;
	uint32_t sender = read32(message + kSenderAddress);
	uint32_t target = read32(message + kTargetAddress);
	uint32_t own = ports[port].state != kClaimNone ? ports[port].address : lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(netif)));
	/* What we say ourselves comes back by some switches. */
	if (memcmp(hardware, netif->hwaddr, kHardwareSize) == 0)
		return 0;
	if (own != 0 && (sender == own || (sender == 0 && target == own && ports[port].state == kClaimAsking))) {
		conflict(port, hardware);
		return 0;
	}
	if (arp_is_mute(port))
		return 0;
	/* A probe of another's: lwIP answers when it is for our address, and learns nothing. */
	if (sender == 0)
		return target == own && read16(message + kOperation) == kRequest;
	uint32_t mask = lwip_ntohl(ip4_addr_get_u32(netif_ip4_netmask(netif)));
	if (own != 0 && ((sender ^ own) & mask) != 0) {
		network_count(kNetworkARPForeign);
		return 0;
	}
	if (read16(message + kOperation) == kReply) {
		if (!was_asked(port, sender, kAnswerTime, 1)) {
			network_count(kNetworkARPUnasked);
			return 0;
		}
		answered(sender, hardware);
		return 1;
	}
	if (!contradicts(netif, sender, hardware))
		return 1;
	network_count(kNetworkARPChanged);
	if (!was_asked(port, sender, kVerifyPause, 0)) {
		ip4_addr_t wanted;
		ip4_addr_set_u32(&wanted, lwip_htonl(sender));
		etharp_request(netif, &wanted);
	}
	return 0;
}

/* ---- questions ---- */

void arp_ask(BoardPort port, uint32_t address)
{
	ip4_addr_t wanted;
	if (ports[port].netif == NULL)
		return;
	questions[nextQuestion % kQuestions].address = address;
	questions[nextQuestion % kQuestions].answered = 0;
	nextQuestion++;
	ip4_addr_set_u32(&wanted, lwip_htonl(address));
	etharp_request(ports[port].netif, &wanted);
}

const uint8_t* arp_holder(uint32_t address)
{
	/* The last question of this address. */
	for (unsigned i = 1; i <= kQuestions; i++) {
		unsigned at = (nextQuestion + kQuestions - i) % kQuestions;
		if (questions[at].address == address)
			return questions[at].answered ? questions[at].hardware : NULL;
	}
	return NULL;
}
