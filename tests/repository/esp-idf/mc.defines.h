/* What mcconfig writes of a board's manifest. */
#pragma once
#define MODDEF_ETHERNET_INTERNAL_PHY_ADDRESS (1)
#define MODDEF_ETHERNET_INTERNAL_PHY_RESET (5)
#define MODDEF_ETHERNET_INTERNAL_MAC_MDC (23)
#define MODDEF_ETHERNET_INTERNAL_MAC_MDIO (18)
