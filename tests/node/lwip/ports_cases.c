/*
 * The guards of a device's ports (hosts/lwip/ethernet.c, arp.c, forward.c) with lwIP itself behind them: frames go in, what lwIP answers and what is counted comes out. One
 * port each, time is the test's.
 */
#include "ports.h"

/* ---- bringing up ---- */

static void probes_before_use(void)
{
	begin();
	set(kPortLAN, 0);
	unsigned before = sentCount;
	set(kPortLAN, LAN_ADDRESS);
	CHECK(arp_is_mute(kPortLAN));
	CHECK(arps(before, 1) == 1);
	/* A probe says nothing of who asks. */
	CHECK(read32(sent[before % 64].bytes + 28) == 0 && read32(sent[before % 64].bytes + 38) == LAN_ADDRESS);
	/* Not heard yet, and not answered. */
	echo(kPortLAN, host, LAN_HOST, LAN_ADDRESS);
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	CHECK(counters[kNetworkMute] == 1 && arps(before, 2) == 0);
	pass(250);
	CHECK(arp_is_mute(kPortLAN) && arps(before, 1) == 3);
	pass(200);
	CHECK(arp_claim_state(kPortLAN) == kClaimOurs && changes > 0);
	/* Everybody is told. */
	unsigned last = sentCount - 1;
	CHECK(read32(sent[last % 64].bytes + 28) == LAN_ADDRESS && read32(sent[last % 64].bytes + 38) == LAN_ADDRESS);
	/* The same again is nothing new. */
	before = sentCount;
	arp_claim(kPortLAN, LAN_ADDRESS);
	CHECK(!arp_is_mute(kPortLAN) && sentCount == before);
}

static void taken_and_free_again(void)
{
	begin();
	set(kPortLAN, 0);
	set(kPortLAN, LAN_ADDRESS);
	pass(120);
	arp(kPortLAN, 2, attacker, LAN_ADDRESS, LAN_ADDRESS);
	CHECK(arp_claim_state(kPortLAN) == kClaimTaken && arp_is_mute(kPortLAN));
	CHECK(memcmp(arp_other(kPortLAN), attacker, 6) == 0 && arp_conflicts(kPortLAN) == 1 && counters[kNetworkARPConflict] == 1);
	unsigned before = sentCount;
	pass(5000);
	CHECK(sentCount == before);
	/* It is asked again, and is still not free. */
	pass(5100);
	CHECK(arps(before, 1) >= 1);
	arp(kPortLAN, 2, attacker, LAN_ADDRESS, LAN_ADDRESS);
	CHECK(arp_claim_state(kPortLAN) == kClaimTaken);
	pass(11000);
	CHECK(arp_claim_state(kPortLAN) == kClaimOurs && !arp_is_mute(kPortLAN));
	/* The other port was never concerned. */
	CHECK(!arp_is_mute(kPortWAN));
}

static void two_units_start_at_once(void)
{
	begin();
	set(kPortWAN, 0);
	set(kPortWAN, WAN_ADDRESS);
	/* The other one probes, too (RFC 5227 2.1.1). */
	arp(kPortWAN, 1, attacker, 0, WAN_ADDRESS);
	CHECK(arp_claim_state(kPortWAN) == kClaimTaken);
	pass(11000);
	CHECK(arp_claim_state(kPortWAN) == kClaimOurs);
}

static void without_cable(void)
{
	begin();
	set(kPortLAN, 0);
	netif_set_link_down(&ports[kPortLAN]);
	arp_link(kPortLAN);
	set(kPortLAN, LAN_ADDRESS);
	CHECK(arp_claim_state(kPortLAN) == kClaimWaiting);
	pass(60000);
	CHECK(arp_claim_state(kPortLAN) == kClaimWaiting);
	netif_set_link_up(&ports[kPortLAN]);
	arp_link(kPortLAN);
	pass(500);
	CHECK(arp_claim_state(kPortLAN) == kClaimOurs);
	/* A cable that is pulled while the address is in use changes nothing of that. */
	netif_set_link_down(&ports[kPortLAN]);
	arp_link(kPortLAN);
	netif_set_link_up(&ports[kPortLAN]);
	arp_link(kPortLAN);
	CHECK(arp_claim_state(kPortLAN) == kClaimOurs);
}

/* ---- ARP ---- */

static void own_address_claimed(void)
{
	begin();
	unsigned before = sentCount;
	arp(kPortLAN, 1, attacker, LAN_ADDRESS, LAN_ADDRESS);
	CHECK(counters[kNetworkARPConflict] == 1 && arp_conflicts(kPortLAN) == 1 && memcmp(arp_other(kPortLAN), attacker, 6) == 0);
	CHECK(arps(before, 1) == 1);
	/* Not once for each. */
	unsigned told = changes;
	for (int i = 0; i < 100; i++)
		arp(kPortLAN, 2, attacker, LAN_ADDRESS, LAN_HOST);
	CHECK(arps(before, 1) == 1 && arp_conflicts(kPortLAN) == 101 && changes == told);
	pass(10100);
	arp(kPortLAN, 2, attacker, LAN_ADDRESS, LAN_HOST);
	CHECK(arps(before, 1) == 2);
	CHECK(!arp_is_mute(kPortLAN) && !knows(kPortLAN, LAN_ADDRESS, attacker));
	/* It works on. */
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	CHECK(arps(before, 2) == 1);
	/* The same by a switch that sends back what it gets. */
	arp(kPortLAN, 1, own[kPortLAN], LAN_ADDRESS, LAN_ADDRESS);
	CHECK(arp_conflicts(kPortLAN) == 102);
	/* An address without a claim of ours: one that a lease says. */
	set(kPortWAN, 0);
	ip4_addr_t leased, mask, none = { 0 };
	ip4_addr_set_u32(&leased, lwip_htonl(WAN_ADDRESS));
	ip4_addr_set_u32(&mask, lwip_htonl(0xffffff00));
	netif_set_addr(&ports[kPortWAN], &leased, &mask, &none);
	before = sentCount;
	arp(kPortWAN, 1, attacker, WAN_ADDRESS, WAN_ADDRESS);
	CHECK(arp_conflicts(kPortWAN) == 1 && arps(before, 1) == 1);
}

static void questions_and_answers(void)
{
	begin();
	unsigned before = sentCount;
	/* Who asks us is known from then on. */
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	CHECK(arps(before, 2) == 1 && knows(kPortLAN, LAN_HOST, host));
	/* Nobody asked. */
	arp(kPortLAN, 2, attacker, LAN_HOST, LAN_ADDRESS);
	arp(kPortLAN, 2, attacker, ADDRESS(10, 1, 0, 10), LAN_ADDRESS);
	CHECK(counters[kNetworkARPUnasked] == 2 && knows(kPortLAN, LAN_HOST, host));
	ip4_addr_t wanted;
	ip4_addr_set_u32(&wanted, lwip_htonl(ADDRESS(10, 1, 0, 10)));
	etharp_query(&ports[kPortLAN], &wanted, NULL);
	arp(kPortLAN, 2, host, ADDRESS(10, 1, 0, 10), LAN_ADDRESS);
	CHECK(knows(kPortLAN, ADDRESS(10, 1, 0, 10), host));
	/* The first answer is the answer. */
	arp(kPortLAN, 2, attacker, ADDRESS(10, 1, 0, 10), LAN_ADDRESS);
	CHECK(counters[kNetworkARPUnasked] == 3 && knows(kPortLAN, ADDRESS(10, 1, 0, 10), host));
	/* One that comes late is none. */
	ip4_addr_set_u32(&wanted, lwip_htonl(ADDRESS(10, 1, 0, 11)));
	etharp_query(&ports[kPortLAN], &wanted, NULL);
	now += 100000;
	arp(kPortLAN, 2, attacker, ADDRESS(10, 1, 0, 11), LAN_ADDRESS);
	CHECK(counters[kNetworkARPUnasked] == 4);
}

static void known_address_changes_hands(void)
{
	begin();
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	unsigned before = sentCount;
	/* A question from the same address by another: not believed, and the address is asked for. */
	arp(kPortLAN, 1, attacker, LAN_HOST, LAN_ADDRESS);
	arp(kPortLAN, 1, attacker, LAN_HOST, LAN_HOST);
	CHECK(counters[kNetworkARPChanged] == 2 && knows(kPortLAN, LAN_HOST, host));
	CHECK(arps(before, 2) == 0 && arps(before, 1) == 1);
	arp(kPortLAN, 2, host, LAN_HOST, LAN_ADDRESS);
	CHECK(knows(kPortLAN, LAN_HOST, host));
	/* It does have a new port: it answers when it is asked. */
	now += 2000;
	arp(kPortLAN, 1, attacker, LAN_HOST, LAN_ADDRESS);
	arp(kPortLAN, 2, attacker, LAN_HOST, LAN_ADDRESS);
	CHECK(knows(kPortLAN, LAN_HOST, attacker));
	before = sentCount;
	arp(kPortLAN, 1, attacker, LAN_HOST, LAN_ADDRESS);
	CHECK(arps(before, 2) == 1);
}

static void arp_that_is_wrong(void)
{
	uint8_t frame[60];
	begin();
	static const struct { uint8_t at, value; } spoils[] = { { 15, 6 }, { 16, 0x86 }, { 18, 8 }, { 19, 6 }, { 21, 3 }, { 21, 0 }, { 22, 1 } };
	for (unsigned i = 0; i < sizeof spoils / sizeof spoils[0]; i++) {
		uint32_t size = arp_frame(frame, 1, host, LAN_HOST, LAN_ADDRESS);
		frame[spoils[i].at] = spoils[i].value;
		receive(kPortLAN, frame, size);
		CHECK(counters[kNetworkARPMalformed] == i + 1);
	}
	arp_frame(frame, 1, host, LAN_HOST, LAN_ADDRESS);
	receive(kPortLAN, frame, 41);
	CHECK(counters[kNetworkShort] == 1);
	/* Of another network; a probe of our own address is answered. */
	arp(kPortLAN, 1, host, ADDRESS(10, 9, 0, 9), LAN_ADDRESS);
	CHECK(counters[kNetworkARPForeign] == 1 && !knows(kPortLAN, ADDRESS(10, 9, 0, 9), host));
	unsigned before = sentCount;
	arp(kPortLAN, 1, host, 0, LAN_ADDRESS);
	CHECK(arps(before, 2) == 1);
	arp(kPortLAN, 1, host, 0, LAN_HOST);
	CHECK(arps(before, 2) == 1);
}

static void who_has_an_address(void)
{
	begin();
	CHECK(arp_holder(LAN_HOST) == NULL);
	arp_ask(kPortLAN, LAN_HOST);
	arp_ask(kPortLAN, ADDRESS(10, 1, 0, 10));
	CHECK(arp_holder(LAN_HOST) == NULL);
	arp(kPortLAN, 2, host, LAN_HOST, LAN_ADDRESS);
	CHECK(arp_holder(LAN_HOST) != NULL && memcmp(arp_holder(LAN_HOST), host, 6) == 0);
	CHECK(arp_holder(ADDRESS(10, 1, 0, 10)) == NULL);
	/* Asked anew nothing is known. */
	arp_ask(kPortLAN, LAN_HOST);
	CHECK(arp_holder(LAN_HOST) == NULL);
}

/* ---- frames ---- */

static void frames(void)
{
	uint8_t frame[1700];
	begin();
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	unsigned before = sentCount;
	echo(kPortLAN, host, LAN_HOST, LAN_ADDRESS);
	CHECK(arrived == 1 && sentCount == before + 1);
	/* Every length that is too short for its headers. */
	uint32_t size = echo_frame(frame, own[kPortLAN], host, LAN_HOST, LAN_ADDRESS, NULL, 0);
	for (uint32_t i = 1; i < 34; i++)
		receive(kPortLAN, frame, i);
	CHECK(counters[kNetworkShort] == 33 && arrived == 1);
	/* A header that says more than there is. */
	frame[14] = 0x4f;
	receive(kPortLAN, frame, 40);
	CHECK(counters[kNetworkShort] == 34);
	size = echo_frame(frame, own[kPortLAN], host, LAN_HOST, LAN_ADDRESS, NULL, 0);
	receive(kPortLAN, frame, 1514);
	CHECK(arrived == 2);
	receive(kPortLAN, frame, 1515);
	CHECK(counters[kNetworkLong] == 1 && arrived == 2);
	/* A tag of VLAN 0 is a priority, others are VLANs. */
	memmove(frame + 16, frame + 12, size - 12);
	write16(frame + 12, 0x8100);
	write16(frame + 14, 0xe000);
	before = sentCount;
	receive(kPortLAN, frame, size + 4);
	CHECK(arrived == 3 && sentCount == before + 1 && read16(sent[before % 64].bytes + 12) == 0x0800);
	write16(frame + 14, 0xe007);
	receive(kPortLAN, frame, size + 4);
	write16(frame + 12, 0x88a8);
	receive(kPortLAN, frame, size + 4);
	CHECK(counters[kNetworkVLAN] == 2 && arrived == 3);
	/* Two tags. */
	write16(frame + 12, 0x8100);
	write16(frame + 14, 0);
	write16(frame + 16, 0x8100);
	receive(kPortLAN, frame, size + 4);
	CHECK(counters[kNetworkVLAN] == 3);
	write16(frame + 16, 0x0800);
	receive(kPortLAN, frame, 18);
	CHECK(counters[kNetworkVLAN] == 3 && counters[kNetworkShort] == 35);
	write16(frame + 12, 0x86dd);
	receive(kPortLAN, frame, size);
	CHECK(counters[kNetworkType] == 1);
}

static void sources(void)
{
	uint8_t frame[1600];
	begin();
	static const uint32_t impossible[] = { LAN_ADDRESS, WAN_ADDRESS, ADDRESS(127, 0, 0, 1), ADDRESS(224, 0, 0, 1), ADDRESS(255, 255, 255, 255), ADDRESS(0, 0, 0, 9), 0 };
	for (unsigned i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
		echo(kPortLAN, host, impossible[i], LAN_ADDRESS);
		CHECK(counters[kNetworkSource] == i + 1);
	}
	CHECK(arrived == 0);
	memset(counters, 0, sizeof counters);
	/* The LAN is not on the WAN; but what is behind another router of the LAN may be anything. */
	echo(kPortWAN, host, LAN_HOST, WAN_ADDRESS);
	CHECK(counters[kNetworkSource] == 1 && arrived == 0);
	echo(kPortLAN, host, ADDRESS(192, 168, 7, 7), LAN_ADDRESS);
	echo(kPortWAN, host, ADDRESS(10, 0, 0, 9), WAN_ADDRESS);
	CHECK(arrived == 2);
	uint32_t size = echo_frame(frame, own[kPortLAN], host, LAN_HOST, LAN_ADDRESS, NULL, 0);
	frame[6] |= 1;
	receive(kPortLAN, frame, size);
	CHECK(counters[kNetworkSource] == 2);
	/* For one host, in a frame for all. */
	size = echo_frame(frame, many, host, LAN_HOST, LAN_ADDRESS, NULL, 0);
	receive(kPortLAN, frame, size);
	CHECK(counters[kNetworkGroup] == 1 && arrived == 2);
	size = echo_frame(frame, many, host, LAN_HOST, ADDRESS(10, 1, 0, 255), NULL, 0);
	receive(kPortLAN, frame, size);
	CHECK(arrived == 3);
}

static void options(void)
{
	uint8_t frame[1600];
	static const struct { uint8_t size; uint8_t bytes[8]; int passes; } cases[] = {
		{ 4, { 1, 1, 1, 0 }, 1 },
		{ 4, { 148, 4, 0, 0 }, 1 },
		{ 8, { 7, 7, 4, 0, 0, 0, 0, 0 }, 1 },
		{ 8, { 68, 8, 5, 0, 0, 0, 0, 0 }, 1 },
		{ 4, { 0, 99, 99, 99 }, 1 },
		{ 8, { 131, 7, 4, 10, 1, 0, 9, 0 }, 0 },
		{ 8, { 137, 7, 4, 10, 1, 0, 9, 0 }, 0 },
		{ 8, { 1, 131, 7, 4, 10, 1, 0, 9 }, 0 },
		{ 4, { 7, 0, 0, 0 }, 0 },
		{ 4, { 7, 1, 0, 0 }, 0 },
		{ 4, { 7, 5, 4, 0 }, 0 },
		{ 4, { 1, 1, 1, 7 }, 0 },
		{ 4, { 82, 4, 0, 0 }, 0 },
		{ 4, { 255, 4, 0, 0 }, 0 },
	};
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin();
		receive(kPortLAN, frame, echo_frame(frame, own[kPortLAN], host, LAN_HOST, LAN_ADDRESS, cases[i].bytes, cases[i].size));
		if (arrived != (unsigned)cases[i].passes || counters[kNetworkOptions] != (unsigned)!cases[i].passes) {
			printf("options: case %u\n", i);
			failures++;
		}
	}
}

/* Pieces of one datagram: 0-23, then 16-39 over it, and the rest. */
static void overlapping_fragments(void)
{
	uint8_t frame[1600];
	begin();
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	unsigned before = sentCount;
	uint32_t dropped = lwip_stats.ip_frag.drop;
	static const struct { uint32_t from, size; int more; } pieces[] = { { 0, 24, 1 }, { 16, 24, 1 }, { 24, 16, 0 } };
	for (unsigned i = 0; i < 3; i++) {
		uint8_t whole[1600];
		echo_frame(whole, own[kPortLAN], host, LAN_HOST, LAN_ADDRESS, NULL, 0);
		memcpy(frame, whole, 34);
		memcpy(frame + 34, whole + 34 + pieces[i].from, pieces[i].size);
		write16(frame + 16, 20 + pieces[i].size);
		write16(frame + 18, 77);
		write16(frame + 20, pieces[i].from / 8 | (pieces[i].more ? 0x2000u : 0));
		write16(frame + 24, 0);
		write16(frame + 24, checksum(frame + 14, 20));
		receive(kPortLAN, frame, 34 + pieces[i].size);
		CHECK(i == 2 || sentCount == before);
	}
	CHECK(lwip_stats.ip_frag.drop == dropped + 1);
	/* What was right in itself is answered. */
	CHECK(sentCount == before + 1);
}

/* ---- from one port to another ---- */

static void nothing_is_forwarded_in_clear(void)
{
	uint8_t frame[1600];
	begin();
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	arp(kPortWAN, 1, attacker, ADDRESS(10, 0, 0, 9), WAN_ADDRESS);
	unsigned before = sentCount;
	/* Its sender hears of it: ICMP, prohibited. */
	echo(kPortLAN, host, LAN_HOST, ADDRESS(10, 0, 0, 9));
	CHECK(counters[kNetworkForward] == 1 && sentCount == before + 1 && sent[before % 64].port == kPortLAN);
	CHECK(sent[before % 64].bytes[34] == 3 && sent[before % 64].bytes[35] == 13 && read32(sent[before % 64].bytes + 30) == LAN_HOST);
	echo(kPortLAN, host, LAN_HOST, ADDRESS(192, 0, 2, 1));
	CHECK(counters[kNetworkForward] == 2 && sentCount == before + 2);
	/* Nobody on the WAN does. */
	before = sentCount;
	echo(kPortWAN, attacker, ADDRESS(10, 0, 0, 9), LAN_HOST);
	echo(kPortWAN, attacker, ADDRESS(10, 0, 0, 9), ADDRESS(192, 0, 2, 1));
	CHECK(counters[kNetworkForward] == 4 && sentCount == before);
	/* Not about an error, and not at any rate. */
	uint32_t size = echo_frame(frame, own[kPortLAN], host, LAN_HOST, ADDRESS(192, 0, 2, 1), NULL, 0);
	frame[34] = 3;
	receive(kPortLAN, frame, size);
	CHECK(counters[kNetworkForward] == 5 && sentCount == before);
	for (int i = 0; i < 100; i++)
		echo(kPortLAN, host, LAN_HOST, ADDRESS(192, 0, 2, 1));
	CHECK(counters[kNetworkForward] == 105 && sentCount <= before + 10);
}

/* ---- lwIP's DHCP client behind the guard ---- */

#define LEASED ADDRESS(10, 0, 0, 77)
#define SERVER ADDRESS(10, 0, 0, 254)

/* The DHCP message that left by the WAN last, since `before`: 0: none; else its type. */
static uint8_t asked_for(unsigned before, const uint8_t** message)
{
	for (unsigned i = sentCount; i > before; i--) {
		const uint8_t* bytes = sent[(i - 1) % 64].bytes;
		if (sent[(i - 1) % 64].port == kPortWAN && read16(bytes + 12) == 0x0800 && bytes[23] == 17 && read16(bytes + 36) == 67) {
			*message = bytes + 42;
			return bytes[42 + 242];
		}
	}
	return 0;
}

/* The server's answer to `asked`, for a network of 24 bits and so many seconds. */
static void serve(const uint8_t* asked, uint8_t type, uint32_t seconds)
{
	uint8_t frame[42 + 300] = { 0 };
	static const uint8_t server[6] = { 0x52, 0x54, 0, 0, 0, 0xfe };
	uint8_t* ip = frame + 14;
	uint8_t* message = frame + 42;
	memcpy(frame, many, 6);
	memcpy(frame + 6, server, 6);
	write16(frame + 12, 0x0800);
	ip[0] = 0x45;
	write16(ip + 2, 328);
	ip[8] = 64;
	ip[9] = 17;
	write32(ip + 12, SERVER);
	write32(ip + 16, 0xffffffff);
	write16(ip + 10, checksum(ip, 20));
	write16(ip + 20, 67);
	write16(ip + 22, 68);
	write16(ip + 24, 308);
	message[0] = 2;
	message[1] = 1;
	message[2] = 6;
	memcpy(message + 4, asked + 4, 4);
	write32(message + 16, LEASED);
	memcpy(message + 28, own[kPortWAN], 6);
	write32(message + 236, 0x63825363);
	uint8_t options[] = { 53, 1, type, 54, 4, 10, 0, 0, 254, 51, 4, 0, 0, 0, 0, 1, 4, 255, 255, 255, 0, 3, 4, 10, 0, 0, 254, 255 };
	write32(options + 11, seconds);
	memcpy(message + 240, options, sizeof options);
	receive(kPortWAN, frame, sizeof frame);
}

static uint32_t address_of(BoardPort port)
{
	return lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(&ports[port])));
}

static void leases(void)
{
	const uint8_t* message = NULL;
	begin();
	set(kPortWAN, 0);
	changes = 0;
	unsigned before = sentCount;
	CHECK(dhcp_start(&ports[kPortWAN]) == ERR_OK);
	CHECK(asked_for(before, &message) == 1);
	serve(message, 2, 600);
	CHECK(asked_for(before, &message) == 3);
	serve(message, 5, 600);
	/* Somebody has the address: it is declined. */
	before = sentCount;
	CHECK(address_of(kPortWAN) == 0 && arps(before - 1, 1) == 1);
	arp(kPortWAN, 2, attacker, LEASED, 0);
	CHECK(asked_for(before, &message) == 4 && address_of(kPortWAN) == 0);
	before = sentCount;
	pass(12000);
	CHECK(asked_for(before, &message) == 1);
	serve(message, 2, 600);
	CHECK(asked_for(before, &message) == 3);
	serve(message, 5, 600);
	pass(3000);
	CHECK(address_of(kPortWAN) == LEASED && dhcp_supplied_address(&ports[kPortWAN]) && changes > 0);
	CHECK(!arp_is_mute(kPortWAN));
	/* Half of the time is over: it is asked for again, and goes on. */
	before = sentCount;
	pass(310000);
	arp(kPortWAN, 2, attacker, SERVER, LEASED);
	CHECK(asked_for(before, &message) == 3 || arps(before, 1) > 0);
	pass(1000);
	CHECK(address_of(kPortWAN) == LEASED);
	/* Nobody answers any more: it is over, and begins anew. */
	changes = 0;
	pass(700000);
	CHECK(address_of(kPortWAN) == 0 && !dhcp_supplied_address(&ports[kPortWAN]) && changes > 0);
	before = sentCount;
	pass(70000);
	CHECK(asked_for(before, &message) == 1);
	serve(message, 2, 600);
	asked_for(before, &message);
	serve(message, 5, 600);
	pass(3000);
	CHECK(address_of(kPortWAN) == LEASED);
	/* The cable comes back: it asks whether the address is still its own. The server says no. */
	netif_set_link_down(&ports[kPortWAN]);
	arp_link(kPortWAN);
	before = sentCount;
	netif_set_link_up(&ports[kPortWAN]);
	arp_link(kPortWAN);
	CHECK(asked_for(before, &message) == 3);
	serve(message, 6, 0);
	CHECK(address_of(kPortWAN) == 0);
	dhcp_release_and_stop(&ports[kPortWAN]);
	dhcp_cleanup(&ports[kPortWAN]);
}

/* Whatever comes, nothing beyond a frame is read and nothing is lost. */
static void noise(void)
{
	uint8_t frame[1600];
	begin();
	srand(7);
	for (int i = 0; i < 200000; i++) {
		BoardPort port = (BoardPort)(rand() & 1);
		uint32_t size = rand() & 1 ? arp_frame(frame, (uint16_t)(1 + (rand() & 1)), rand() & 1 ? host : attacker, LAN_HOST + (uint32_t)(rand() & 3), LAN_ADDRESS)
			: echo_frame(frame, own[port], host, LAN_HOST, rand() & 1 ? LAN_ADDRESS : WAN_ADDRESS, frame, (uint32_t)(rand() & 7) * 4);
		for (int j = rand() & 3; j > 0; j--)
			frame[rand() % (int)size] = (uint8_t)rand();
		receive(port, frame, 1 + (uint32_t)(rand() % (int)size));
		if ((i & 255) == 0)
			pass(500);
	}
	pass(60000);
	/* lwIP's heap is as it was: a frame can be had. */
	struct pbuf* large = pbuf_alloc(PBUF_RAW, 1500, PBUF_RAM);
	CHECK(large != NULL);
	if (large != NULL)
		pbuf_free(large);
	begin();
	unsigned before = sentCount;
	arp(kPortLAN, 1, host, LAN_HOST, LAN_ADDRESS);
	CHECK(arps(before, 2) == 1);
}

/* Whatever piece of lwIP's heap is the last one may be shrunk, as the segments of a client with little room are. */
static void heap_end(void)
{
	static struct pbuf* pieces[MEM_SIZE / 60];
	begin();
	for (u16_t size = 60; size <= 300; size++) {
		unsigned count = 0;
		while ((pieces[count] = pbuf_alloc(PBUF_RAW, size, PBUF_RAM)) != NULL)
			count++;
		for (u16_t last = (u16_t)(size - 1); last > 30 && (pieces[count] = pbuf_alloc(PBUF_RAW, last, PBUF_RAM)) == NULL; last--)
			;
		count += pieces[count] != NULL;
		CHECK(count > 0);
		while (count-- > 0) {
			pbuf_realloc(pieces[count], 1);
			pbuf_free(pieces[count]);
		}
	}
}

int main(void)
{
	open_ports();
	static const struct { const char* name; void (*run)(void); } cases[] = {
		{ "ports: probes before use", probes_before_use },
		{ "ports: taken and free again", taken_and_free_again },
		{ "ports: two units start at once", two_units_start_at_once },
		{ "ports: without cable", without_cable },
		{ "ports: own address claimed", own_address_claimed },
		{ "ports: questions and answers", questions_and_answers },
		{ "ports: known address changes hands", known_address_changes_hands },
		{ "ports: arp that is wrong", arp_that_is_wrong },
		{ "ports: who has an address", who_has_an_address },
		{ "ports: frames", frames },
		{ "ports: sources", sources },
		{ "ports: options", options },
		{ "ports: overlapping fragments", overlapping_fragments },
		{ "ports: nothing is forwarded in clear", nothing_is_forwarded_in_clear },
		{ "ports: leases", leases },
		{ "ports: heap's end", heap_end },
		{ "ports: noise", noise },
	};
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int before = failures;
		cases[i].run();
		printf("%sok %s\n", failures == before ? "" : "not ", cases[i].name);
	}
	return 0;
}
