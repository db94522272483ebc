#pragma once
#include "../esp_wifi.h"
typedef esp_err_t (*wifi_rxcb_t)(void* frame, uint16_t length, void* buffer);
esp_err_t esp_wifi_internal_reg_rxcb(wifi_interface_t interface, wifi_rxcb_t function);
void esp_wifi_internal_free_rx_buffer(void* buffer);
int esp_wifi_internal_tx(wifi_interface_t interface, void* frame, uint16_t length);
