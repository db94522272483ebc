/*
 * LAN: a Wi-Fi access point of this unit's own. Its name ends with the last bytes of its address; its password is made by chance at the first start, kept in
 * a part of the flash that nothing else uses, and told once, on the serial console.
 */
#include <stdio.h>
#include <string.h>
#include "bootloader_random.h"
#include "esp_event.h"
#include "esp_mac.h"
#include "esp_partition.h"
#include "esp_private/wifi.h"
#include "esp_random.h"
#include "esp_wifi.h"

#include "../lwip/process.h"
#include "esp32.h"

#define kStations 4
#define kChannel 6
/* No two of them look alike. 32: each byte of chance chooses one. */
static const char kLetters[] = "abcdefghjkmnpqrstuvwxyz234567899";
#define kPasswordSize 15	/* letters, three bits less than 75 of chance; WPA2 wants 8 at least */

typedef struct {
	char mark[4];	/* "kgrd"; as in a part that is erased: there is no password yet */
	char password[kPasswordSize + 1];
} Kept;

static esp_err_t received(void* frame, uint16_t length, void* buffer)
{
	port_received(kPortLAN, frame, length);
	esp_wifi_internal_free_rx_buffer(buffer);
	return ESP_OK;
}

static void changed(void* context, esp_event_base_t base, int32_t event, void* data)
{
	(void)context;
	(void)base;
	(void)data;
	if (event == WIFI_EVENT_AP_START && esp_wifi_internal_reg_rxcb(WIFI_IF_AP, received) == ESP_OK)
		port_link(kPortLAN, 1);
	else if (event == WIFI_EVENT_AP_STOP)
		port_link(kPortLAN, 0);
}

static int make(const esp_partition_t* partition, Kept* kept)
{
	uint8_t chance[kPasswordSize];
	memcpy(kept->mark, "kgrd", sizeof kept->mark);
	/* the radio, which entropy comes from later, is not on yet */
	bootloader_random_enable();
	esp_fill_random(chance, sizeof chance);
	bootloader_random_disable();
	for (int i = 0; i < kPasswordSize; i++)
		kept->password[i] = kLetters[chance[i] % 32];
	kept->password[kPasswordSize] = 0;
	if (esp_partition_erase_range(partition, 0, partition->erase_size) != ESP_OK || esp_partition_write(partition, 0, kept, sizeof *kept) != ESP_OK)
		return -1;
	process_print("keygate: password of the Wi-Fi network, told this once: ", kept->password);
	return 0;
}

/* The password of this unit; one is made when there is none. */
static int password(Kept* kept)
{
	const esp_partition_t* partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "radio");
	if (partition == NULL || esp_partition_read(partition, 0, kept, sizeof *kept) != ESP_OK)
		return -1;
	if (memcmp(kept->mark, "kgrd", sizeof kept->mark) == 0 && kept->password[kPasswordSize] == 0)
		return 0;
	return make(partition, kept);
}

static int start(uint8_t address[6])
{
	wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
	wifi_config_t config = { 0 };
	Kept kept;
	char name[24];
	if (password(&kept) < 0 || esp_read_mac(address, ESP_MAC_WIFI_SOFTAP) != ESP_OK)
		return -1;
	snprintf(name, sizeof name, "keygate-%02x%02x%02x", address[3], address[4], address[5]);
	memcpy(config.ap.ssid, name, strlen(name));
	config.ap.ssid_len = (uint8_t)strlen(name);
	memcpy(config.ap.password, kept.password, kPasswordSize);
	memset(&kept, 0, sizeof kept);
	config.ap.channel = kChannel;
	config.ap.authmode = WIFI_AUTH_WPA2_PSK;
	config.ap.max_connection = kStations;
	config.ap.beacon_interval = 100;
	if (esp_wifi_init(&init) != ESP_OK || esp_wifi_set_storage(WIFI_STORAGE_RAM) != ESP_OK || esp_wifi_set_mode(WIFI_MODE_AP) != ESP_OK
		|| esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, changed, NULL) != ESP_OK
		|| esp_wifi_set_config(WIFI_IF_AP, &config) != ESP_OK || esp_wifi_start() != ESP_OK)
		return -1;
	process_print("keygate: Wi-Fi network ", name);
	return 0;
}

int radio_open(uint8_t address[6])
{
	if (start(address) == 0)
		return 0;
	/* tunnels without a LAN need keys as well, and entropy without the radio's noise comes from the converter that it would use */
	esp_wifi_stop();
	esp_wifi_deinit();
	bootloader_random_enable();
	return -1;
}

int radio_send(const uint8_t* frame, uint16_t length)
{
	/* it copies, and changes nothing */
	return esp_wifi_internal_tx(WIFI_IF_AP, (void*)(uintptr_t)frame, length) == ESP_OK ? 0 : -1;
}
