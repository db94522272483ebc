/*
 * WAN: the ESP32's own Ethernet MAC with the transceiver of the board (IP101 or LAN8720), which is clocked from outside through GPIO 0. Where it is wired to
 * says the SDK's manifest of the board (mc.defines.h).
 */
#include <stdlib.h>
#include "driver/gpio.h"
#include "esp_eth.h"
#include "esp_event.h"
#include "esp_mac.h"

#include "esp32.h"
#include "mc.defines.h"

static esp_eth_handle_t ethernet;

/* In the driver's task: the frame is ours. */
static esp_err_t received(esp_eth_handle_t driver, uint8_t* frame, uint32_t length, void* context)
{
	(void)driver;
	(void)context;
	port_received(kPortWAN, frame, length);
	free(frame);
	return ESP_OK;
}

static void changed(void* context, esp_event_base_t base, int32_t event, void* data)
{
	(void)context;
	(void)base;
	(void)data;
	if (event == ETHERNET_EVENT_CONNECTED)
		port_link(kPortWAN, 1);
	else if (event == ETHERNET_EVENT_DISCONNECTED)
		port_link(kPortWAN, 0);
}

int emac_open(uint8_t address[6])
{
	eth_mac_config_t macConfig = ETH_MAC_DEFAULT_CONFIG();
	eth_esp32_emac_config_t emacConfig = ETH_ESP32_EMAC_DEFAULT_CONFIG();
	eth_phy_config_t phyConfig = ETH_PHY_DEFAULT_CONFIG();
	gpio_set_pull_mode(MODDEF_ETHERNET_INTERNAL_MAC_MDIO, GPIO_PULLUP_ONLY);
	emacConfig.smi_gpio.mdc_num = MODDEF_ETHERNET_INTERNAL_MAC_MDC;
	emacConfig.smi_gpio.mdio_num = MODDEF_ETHERNET_INTERNAL_MAC_MDIO;
	phyConfig.phy_addr = MODDEF_ETHERNET_INTERNAL_PHY_ADDRESS;
	phyConfig.reset_gpio_num = MODDEF_ETHERNET_INTERNAL_PHY_RESET;
	esp_eth_mac_t* mac = esp_eth_mac_new_esp32(&emacConfig, &macConfig);
	esp_eth_phy_t* phy = esp_eth_phy_new_generic(&phyConfig);
	if (mac == NULL || phy == NULL)
		return -1;
	esp_eth_config_t config = ETH_DEFAULT_CONFIG(mac, phy);
	config.stack_input = received;
	if (esp_eth_driver_install(&config, &ethernet) != ESP_OK || esp_read_mac(address, ESP_MAC_ETH) != ESP_OK
		|| esp_eth_ioctl(ethernet, ETH_CMD_S_MAC_ADDR, address) != ESP_OK
		|| esp_event_handler_register(ETH_EVENT, ESP_EVENT_ANY_ID, changed, NULL) != ESP_OK)
		return -1;
	return esp_eth_start(ethernet) == ESP_OK ? 0 : -1;
}

int emac_send(const uint8_t* frame, uint16_t length)
{
	/* it copies, and changes nothing */
	return esp_eth_transmit(ethernet, (void*)(uintptr_t)frame, length) == ESP_OK ? 0 : -1;
}
