/*
 * The guard of ARP, which anybody on the network can send: which messages may change what lwIP knows, and whose a port's own address is.
 *
 * - An answer counts when it was asked for, and the first one alone. A question tells something new of its sender, but not that a known address is somebody else's: then that is asked.
 * - An address that is set is asked for on the network before it is used (RFC 5227 2.1, with shorter pauses: a port is a cable, not a radio). Until nobody has claimed it the port is
 *   mute. When somebody does, it stays mute, and asks again later.
 * - An address in use is defended (RFC 5227 2.4): who claims it is counted and told, everybody is told again that it is ours, at most once in ten seconds, and it is never given up.
 */
#ifndef KEYGATE_LWIP_ARP_H
#define KEYGATE_LWIP_ARP_H

#include <stdint.h>
#include "../device/board.h"
#include "lwip/netif.h"

#define kHardwareSize 6

typedef enum {
	kClaimNone,	/* lwIP's DHCP client sees to it, or there is no address */
	kClaimWaiting,	/* for the cable */
	kClaimAsking,
	kClaimOurs,
	kClaimTaken	/* by somebody else */
} ClaimState;

/* Sees what the port sends from now on; after netif_add. */
void arp_watch(BoardPort port, struct netif* netif);
/* Makes sure that `address` (host order), which the port is about to have, is nobody else's; 0: it has none, or lwIP's DHCP client sees to it. */
void arp_claim(BoardPort port, uint32_t address);
ClaimState arp_claim_state(BoardPort port);
/* The cable of the port came or went. */
void arp_link(BoardPort port);
/* Nothing but ARP passes the port, in or out. */
int arp_is_mute(BoardPort port);

/* How often somebody else has claimed the port's address, and who did so last: 6 bytes; NULL: nobody. */
uint32_t arp_conflicts(BoardPort port);
const uint8_t* arp_other(BoardPort port);

/* Whether lwIP may have this message, which follows the Ethernet header. */
int arp_accepts(BoardPort port, const uint8_t* message, uint32_t size);

/* Asks who has an address, and who has said so since: 6 bytes; NULL: nobody. A few questions are remembered, the last ones. */
void arp_ask(BoardPort port, uint32_t address);
const uint8_t* arp_holder(uint32_t address);

#endif
