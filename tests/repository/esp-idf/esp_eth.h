#pragma once
#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"
#include "esp_event.h"
typedef struct esp_eth_mac_s esp_eth_mac_t;
typedef struct esp_eth_phy_s esp_eth_phy_t;
typedef void* esp_eth_handle_t;
typedef struct {
	uint32_t sw_reset_timeout_ms, rx_task_stack_size, rx_task_prio, flags;
} eth_mac_config_t;
#define ETH_MAC_DEFAULT_CONFIG() { .sw_reset_timeout_ms = 100, .rx_task_stack_size = 4096, .rx_task_prio = 15 }
typedef struct {
	struct {
		int mdc_num, mdio_num;
	} smi_gpio;
} eth_esp32_emac_config_t;
#define ETH_ESP32_EMAC_DEFAULT_CONFIG() { .smi_gpio = { .mdc_num = 23, .mdio_num = 18 } }
typedef struct {
	int32_t phy_addr;
	uint32_t reset_timeout_ms, autonego_timeout_ms;
	int reset_gpio_num;
	int32_t hw_reset_assert_time_us, post_hw_reset_delay_ms;
} eth_phy_config_t;
#define ETH_PHY_DEFAULT_CONFIG() { .phy_addr = -1, .reset_timeout_ms = 100, .autonego_timeout_ms = 4000, .reset_gpio_num = 5 }
typedef struct {
	esp_eth_mac_t* mac;
	esp_eth_phy_t* phy;
	uint32_t check_link_period_ms;
	esp_err_t (*stack_input)(esp_eth_handle_t driver, uint8_t* frame, uint32_t length, void* context);
} esp_eth_config_t;
#define ETH_DEFAULT_CONFIG(theMAC, thePHY) { .mac = theMAC, .phy = thePHY, .check_link_period_ms = 2000 }
typedef enum { ETH_CMD_G_MAC_ADDR, ETH_CMD_S_MAC_ADDR } esp_eth_io_cmd_t;
extern esp_event_base_t const ETH_EVENT;
enum { ETHERNET_EVENT_START, ETHERNET_EVENT_STOP, ETHERNET_EVENT_CONNECTED, ETHERNET_EVENT_DISCONNECTED };
esp_eth_mac_t* esp_eth_mac_new_esp32(const eth_esp32_emac_config_t* emac, const eth_mac_config_t* config);
esp_eth_phy_t* esp_eth_phy_new_generic(const eth_phy_config_t* config);
esp_err_t esp_eth_driver_install(const esp_eth_config_t* config, esp_eth_handle_t* driver);
esp_err_t esp_eth_ioctl(esp_eth_handle_t driver, esp_eth_io_cmd_t command, void* data);
esp_err_t esp_eth_start(esp_eth_handle_t driver);
esp_err_t esp_eth_transmit(esp_eth_handle_t driver, void* frame, size_t length);
