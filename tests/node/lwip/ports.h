/*
 * Two ports with their guards and lwIP behind them, and no board: what comes in is given to `receive`, what leaves is kept in `sent`. For one program each: the
 * cases (ports_cases.c) and the fuzzer (tests/fuzz/ports.c).
 */
#ifndef KEYGATE_TEST_PORTS_H
#define KEYGATE_TEST_PORTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../../hosts/lwip/arp.h"
#include "../../../hosts/lwip/ethernet.h"
#include "../../../hosts/lwip/heap.h"
#include "hooks.h"
#include "../../../hosts/lwip/network.h"
#include "../../../modules/ipsec/bytes.h"
#include "../../../hosts/lwip/tunnel.h"
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/ip4_frag.h"
#include "lwip/stats.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "netif/ethernet.h"

#define ADDRESS(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define WAN_ADDRESS ADDRESS(10, 0, 0, 1)
#define LAN_ADDRESS ADDRESS(10, 1, 0, 1)
#define LAN_HOST ADDRESS(10, 1, 0, 9)

static uint64_t now = 1000;
static struct netif ports[kPorts];
static unsigned counters[kNetworkCounters];
static unsigned changes;
/* Frames that left, without padding: the last ones. */
static struct { BoardPort port; uint32_t size; uint8_t bytes[1600]; } sent[64];
static unsigned sentCount;
/* IPv4 packets that came past the guard. */
static unsigned arrived;
static int failures;

static const uint8_t own[kPorts][6] = { { 0x52, 0x54, 0, 0, 0, 1 }, { 0x52, 0x54, 0, 0, 0, 2 } };
static const uint8_t host[6] = { 0x52, 0x54, 0, 0, 0, 9 };
static const uint8_t attacker[6] = { 0x52, 0x54, 0, 0, 0, 0x66 };
static const uint8_t many[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

#define CHECK(condition) do { if (!(condition)) { printf("%s:%d: %s\n", __func__, __LINE__, #condition); failures++; } } while (0)

/* ---- what is around the guards ---- */

uint64_t board_microseconds(void) { return now * 1000; }
uint32_t sys_now(void) { return (uint32_t)now; }
uint32_t lwip_random(void) { return (uint32_t)rand(); }
void lwip_broken(const char* text) { printf("lwIP: %s\n", text); abort(); }
void network_count(NetworkCounter counter) { counters[counter]++; }
void network_changed(void) { changes++; }
struct netif* netifs_port(BoardPort port) { return &ports[port]; }

struct netif* netifs_with(uint32_t address)
{
	for (int i = 0; i < kPorts; i++)
		if (address != 0 && ip4_addr_get_u32(netif_ip4_addr(&ports[i])) == lwip_htonl(address))
			return &ports[i];
	return NULL;
}

int hook_input(struct pbuf* packet, struct netif* from)
{
	packet->if_idx = netif_get_index(from);
	arrived++;
	return 0;
}

struct netif* tunnel_netif(void) { return NULL; }

int hook_tcp_input(struct tcp_pcb* pcb, uint16_t size)
{
	(void)pcb;
	(void)size;
	return 1;
}

struct netif* hook_route(const ip4_addr_t* source, const ip4_addr_t* destination)
{
	(void)source;
	(void)destination;
	return NULL;
}

static err_t output(struct netif* netif, struct pbuf* frame)
{
	BoardPort port = (BoardPort)(uintptr_t)netif->state;
	sent[sentCount % 64].port = port;
	sent[sentCount % 64].size = (uint32_t)frame->tot_len - ETH_PAD_SIZE;
	pbuf_copy_partial(frame, sent[sentCount % 64].bytes, 1600, ETH_PAD_SIZE);
	sentCount++;
	return ERR_OK;
}

static err_t initialize(struct netif* netif)
{
	BoardPort port = (BoardPort)(uintptr_t)netif->state;
	netif->name[0] = port == kPortWAN ? 'w' : 'l';
	netif->name[1] = '0';
	memcpy(netif->hwaddr, own[port], 6);
	netif->hwaddr_len = 6;
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	netif->output = etharp_output;
	netif->linkoutput = output;
	return ERR_OK;
}

/* ---- making and looking ---- */

static inline void pass(uint64_t milliseconds)
{
	for (uint64_t end = now + milliseconds; now < end; now += 10)
		sys_check_timeouts();
}

/* A frame of `size` bytes comes in. It is a block of its own, so that reading beyond it is found. */
static inline void receive(BoardPort port, const uint8_t* bytes, uint32_t size)
{
	struct pbuf* frame = pbuf_alloc(PBUF_RAW, (u16_t)(size + ETH_PAD_SIZE), PBUF_RAM);
	memset(frame->payload, 0, ETH_PAD_SIZE);
	memcpy((uint8_t*)frame->payload + ETH_PAD_SIZE, bytes, size);
	if (ports[port].input(frame, &ports[port]) != ERR_OK)
		pbuf_free(frame);
}

static inline uint32_t arp_frame(uint8_t* frame, uint16_t operation, const uint8_t* sender, uint32_t address, uint32_t target)
{
	memset(frame, 0, 60);
	memcpy(frame, many, 6);
	memcpy(frame + 6, sender, 6);
	write16(frame + 12, 0x0806);
	write16(frame + 14, 1);
	write16(frame + 16, 0x0800);
	frame[18] = 6;
	frame[19] = 4;
	write16(frame + 20, operation);
	memcpy(frame + 22, sender, 6);
	write32(frame + 28, address);
	write32(frame + 38, target);
	return 60;
}

static inline void arp(BoardPort port, uint16_t operation, const uint8_t* sender, uint32_t address, uint32_t target)
{
	uint8_t frame[60];
	receive(port, frame, arp_frame(frame, operation, sender, address, target));
}

/* ICMP echo from `source` to `destination`, with options. */
static inline uint32_t echo_frame(uint8_t* frame, const uint8_t* to, const uint8_t* from, uint32_t source, uint32_t destination, const uint8_t* options, uint32_t optionSize)
{
	uint32_t header = 20 + optionSize;
	memset(frame, 0, 1600);
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	write16(frame + 12, 0x0800);
	uint8_t* ip = frame + 14;
	ip[0] = (uint8_t)(0x40 | header / 4);
	write16(ip + 2, header + 8 + 32);
	ip[8] = 64;
	ip[9] = 1;
	write32(ip + 12, source);
	write32(ip + 16, destination);
	if (optionSize > 0)
		memcpy(ip + 20, options, optionSize);
	write16(ip + 10, checksum(ip, header));
	ip[header] = 8;
	write16(ip + header + 2, checksum(ip + header, 40));
	return 14 + header + 40;
}

static inline void echo(BoardPort port, const uint8_t* from, uint32_t source, uint32_t destination)
{
	uint8_t frame[1600];
	receive(port, frame, echo_frame(frame, own[port], from, source, destination, NULL, 0));
}

/* ARP of this operation that left since `before`: how much. */
static inline unsigned arps(unsigned before, uint16_t operation)
{
	unsigned count = 0;
	for (unsigned i = before; i < sentCount; i++)
		if (read16(sent[i % 64].bytes + 12) == 0x0806 && read16(sent[i % 64].bytes + 20) == operation)
			count++;
	return count;
}

static inline int knows(BoardPort port, uint32_t address, const uint8_t* hardware)
{
	ip4_addr_t wanted;
	const ip4_addr_t* found;
	struct eth_addr* known;
	ip4_addr_set_u32(&wanted, lwip_htonl(address));
	return etharp_find_addr(&ports[port], &wanted, &known, &found) >= 0 && memcmp(known->addr, hardware, 6) == 0;
}

static inline void set(BoardPort port, uint32_t address)
{
	ip4_addr_t own, mask, none = { 0 };
	ip4_addr_set_u32(&own, lwip_htonl(address));
	ip4_addr_set_u32(&mask, address == 0 ? 0 : lwip_htonl(0xffffff00));
	arp_claim(port, address);
	netif_set_addr(&ports[port], &own, &mask, &none);
}

/* Both ports in use, nothing known, nothing counted. */
static inline void begin(void)
{
	for (BoardPort port = 0; port < kPorts; port++) {
		set(port, 0);
		netif_set_link_up(&ports[port]);
	}
	set(kPortWAN, WAN_ADDRESS);
	set(kPortLAN, LAN_ADDRESS);
	pass(1000);
	for (BoardPort port = 0; port < kPorts; port++)
		etharp_cleanup_netif(&ports[port]);
	/* What was asked is forgotten, and defences are over. */
	pass(30000);
	memset(counters, 0, sizeof counters);
	arrived = 0;
	changes = 0;
}

static void status_changed(struct netif* netif)
{
	(void)netif;
	network_changed();
}

static void open_ports(void)
{
	lwip_init();
	heap_open();
	for (uintptr_t port = 0; port < kPorts; port++) {
		netif_add(&ports[port], IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, (void*)port, initialize, ethernet_guard);
		arp_watch((BoardPort)port, &ports[port]);
		netif_set_status_callback(&ports[port], status_changed);
		netif_set_up(&ports[port]);
	}
	netif_set_default(&ports[kPortWAN]);
}

#endif
