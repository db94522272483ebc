#pragma once
#define ETH_HWADDR_LEN 6
#define SIZEOF_ETH_HDR 14
