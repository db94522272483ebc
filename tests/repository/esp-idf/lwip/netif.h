#pragma once
#include "err.h"
#include "ip4_addr.h"
#include "pbuf.h"
struct netif {
	err_t (*input)(struct pbuf* packet, struct netif* from);
	err_t (*output)(struct netif* to, struct pbuf* packet, const ip4_addr_t* next);
	err_t (*linkoutput)(struct netif* to, struct pbuf* packet);
	void* state;
	uint16_t mtu;
	uint8_t hwaddr[6], hwaddr_len, flags;
	char name[2];
};
#define NETIF_FLAG_BROADCAST 0x02
#define NETIF_FLAG_ETHARP 0x08
#define NETIF_FLAG_ETHERNET 0x10
void netif_set_link_up(struct netif* netif);
void netif_set_link_down(struct netif* netif);
