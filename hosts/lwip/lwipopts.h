/*
 * lwIP's options for a board without an operating system. Every pool has a fixed number of places, the heap a fixed size: nothing grows after the start.
 * The bytes that they take are in docs/memory.md; what was used of each at most, `memory` on the console shows (pools.c). ESP-IDF has options of its own, of
 * which hooks.h is the part that must agree.
 */
#ifndef KEYGATE_LWIPOPTS_H
#define KEYGATE_LWIPOPTS_H

/* ---- one thread ---- */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0

/* ---- memory ---- */
#define MEM_ALIGNMENT 8
#define MEMP_MEM_MALLOC 0
#define MEM_LIBC_MALLOC 0
/* For headers of what is sent, for ARP, DHCP and DNS messages; frames that wait for an answer of ARP. Payload is not copied into it. */
#define MEM_SIZE (5 * 1024)
/* Frames have a pool of their own (frame.h); lwIP itself asks for none of these, and must have one. */
#define PBUF_POOL_SIZE 1
#define PBUF_POOL_BUFSIZE 64
/* It would hold that pool against TCP's window. */
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
/* References to what TCP and UDP send: one for each block of streams' output (blocks.c). */
#define MEMP_NUM_PBUF 72
#define MEMP_NUM_RAW_PCB 2
/* kUDPSockets, DNS and the DHCP client. */
#define MEMP_NUM_UDP_PCB 10
/* kStreams, those that are being opened, and some that the peer has not forgotten yet. */
#define MEMP_NUM_TCP_PCB 20
#define MEMP_NUM_TCP_PCB_LISTEN 2
#define MEMP_NUM_TCP_SEG 48
#define MEMP_NUM_FRAG_PBUF 12

/* ---- Ethernet and ARP ---- */
/* So that IP headers are aligned. */
#define ETH_PAD_SIZE 2
#define LWIP_NETIF_LINK_CALLBACK 1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define ARP_TABLE_SIZE 32
#define ARP_QUEUEING 1
/* Packets that wait for a neighbour's answer, of all neighbours: a frame each. More to hosts that are not there would be frames that others need (port.c). */
#define ARP_QUEUE_LEN 5
#define MEMP_NUM_ARP_QUEUE 5
#define ETHARP_SUPPORT_STATIC_ENTRIES 0

/* ---- IP ---- */
#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define IP_FORWARD 1
/* From one tunnel into another. */
#define IP_FORWARD_ALLOW_TX_ON_RX_NETIF 1
#define IP_FRAG 1
#define IP_REASSEMBLY 1
#define MEMP_NUM_REASSDATA 4
/* Frames that may wait for the rest of their packet, of all that there are (frame.h). */
#define IP_REASS_MAX_PBUFS 6
#define LWIP_ICMP 1
#define LWIP_RAW 1
#define LWIP_IGMP 0
#define LWIP_HOOK_FILENAME "hooks.h"
/* lwIP's headers ask for this one before hooks.h is included. */
#define LWIP_HOOK_IP4_ROUTE_SRC(source, destination) hook_route(source, destination)

/* ---- UDP, TCP ---- */
#define LWIP_UDP 1
#define LWIP_TCP 1
#define TCP_MSS 1460
/* What a stream has room for (stream.h). */
#define TCP_WND (2 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_SND_QUEUELEN 32
#define TCP_OVERSIZE 0
/* A LAN loses little: what comes out of order is asked for again, instead of holding frames. */
#define TCP_QUEUE_OOSEQ 0
#define TCP_LISTEN_BACKLOG 1
#define SO_REUSE 1
#define LWIP_TCP_KEEPALIVE 1

/* ---- services ---- */
#define LWIP_DHCP 1
#define DHCP_DOES_ARP_CHECK 1
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_DNS 1
/* One name for each peer. */
#define DNS_TABLE_SIZE 8
#define DNS_MAX_NAME_LENGTH 256
#define DNS_MAX_SERVERS 2
#define LWIP_DHCP_PROVIDE_DNS_SERVERS 2
#define LWIP_DNS_SECURE (LWIP_DNS_SECURE_RAND_XID | LWIP_DNS_SECURE_RAND_SRC_PORT | LWIP_DNS_SECURE_NO_MULTIPLE_OUTSTANDING)
/* lwIP's own and the DHCP client's. */
#define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 2)

/* ---- figures ---- */
#define LWIP_STATS 1
#define LWIP_STATS_DISPLAY 0
#define MEM_STATS 1
#define MEMP_STATS 1
#define LWIP_STATS_LARGE 1
/* For the packets whose fragments never got complete, which lwIP counts nowhere else. */
#define MIB2_STATS 1

#define LWIP_CHKSUM_ALGORITHM 3

#endif
