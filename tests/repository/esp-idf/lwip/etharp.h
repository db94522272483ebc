#pragma once
#include "netif.h"
err_t etharp_output(struct netif* netif, struct pbuf* packet, const ip4_addr_t* next);
