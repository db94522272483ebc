#pragma once
#include <stdint.h>
#include "esp_err.h"
#include "esp_event.h"
typedef enum { WIFI_IF_STA, WIFI_IF_AP } wifi_interface_t;
typedef enum { WIFI_MODE_NULL, WIFI_MODE_STA, WIFI_MODE_AP, WIFI_MODE_APSTA } wifi_mode_t;
typedef enum { WIFI_STORAGE_FLASH, WIFI_STORAGE_RAM } wifi_storage_t;
typedef enum { WIFI_AUTH_OPEN, WIFI_AUTH_WEP, WIFI_AUTH_WPA_PSK, WIFI_AUTH_WPA2_PSK } wifi_auth_mode_t;
typedef struct {
	int magic;
} wifi_init_config_t;
#define WIFI_INIT_CONFIG_DEFAULT() { .magic = 0x1f2f3f4f }
typedef struct {
	uint8_t ssid[32], password[64], ssid_len, channel;
	wifi_auth_mode_t authmode;
	uint8_t ssid_hidden, max_connection;
	uint16_t beacon_interval;
} wifi_ap_config_t;
typedef union {
	wifi_ap_config_t ap;
} wifi_config_t;
extern esp_event_base_t const WIFI_EVENT;
enum { WIFI_EVENT_AP_START = 12, WIFI_EVENT_AP_STOP };
esp_err_t esp_wifi_init(const wifi_init_config_t* config);
esp_err_t esp_wifi_set_storage(wifi_storage_t storage);
esp_err_t esp_wifi_set_mode(wifi_mode_t mode);
esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t* config);
esp_err_t esp_wifi_start(void);
esp_err_t esp_wifi_stop(void);
esp_err_t esp_wifi_deinit(void);
