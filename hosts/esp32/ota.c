/*
 * hosts/device/firmware.h over ESP-IDF's OTA functions and its boot loader, which tries a new slot once and goes back when it is not confirmed. The loader
 * wants its own image at the start of a slot, so the header of ours (hosts/device/image.h) is kept in the slot's last sector, and what it signs before it.
 * A flash of 4 MiB has no slots (partitions.csv): what runs there is in none, which is all that has to be known.
 */
#include "../device/firmware.h"

#include <string.h>
#include "esp_ota_ops.h"

#include "esp32.h"

static esp_ota_handle_t writing;
static int isWriting;
static uint8_t header[kImageHeaderSize];

static const esp_partition_t* slot_partition(int slot)
{
	return esp_partition_find_first(ESP_PARTITION_TYPE_APP, slot == 0 ? ESP_PARTITION_SUBTYPE_APP_OTA_0 : ESP_PARTITION_SUBTYPE_APP_OTA_1, NULL);
}

/* -1: it is none of the two. */
static int slot_of(const esp_partition_t* partition)
{
	return partition == NULL ? -1 : partition->subtype == ESP_PARTITION_SUBTYPE_APP_OTA_0 ? 0 : partition->subtype == ESP_PARTITION_SUBTYPE_APP_OTA_1 ? 1 : -1;
}

static int other(void)
{
	int running = slot_of(esp_ota_get_running_partition());
	return running < 0 ? -1 : 1 - running;
}

/* What the loader knows of a slot; undefined: it was written by cable, and nothing is to be tried. */
static esp_ota_img_states_t state_of(const esp_partition_t* partition)
{
	esp_ota_img_states_t state;
	return partition != NULL && esp_ota_get_state_partition(partition, &state) == ESP_OK ? state : ESP_OTA_IMG_UNDEFINED;
}

void firmware_status(FirmwareStatus* status)
{
	const esp_partition_t* running = esp_ota_get_running_partition();
	const esp_partition_t* next = esp_ota_get_boot_partition();
	const esp_partition_t* invalid = esp_ota_get_last_invalid_partition();
	esp_ota_img_states_t state = state_of(running);
	status->running = slot_of(running);
	status->isConfirmed = state == ESP_OTA_IMG_VALID || state == ESP_OTA_IMG_UNDEFINED;
	status->next = slot_of(next) == status->running || state_of(next) != ESP_OTA_IMG_NEW ? -1 : slot_of(next);
	status->outcome = invalid != NULL ? kFirmwareUnhealthy : state == ESP_OTA_IMG_VALID ? kFirmwareHealthy : kFirmwareNone;
	status->about = invalid != NULL ? slot_of(invalid) : state == ESP_OTA_IMG_VALID ? status->running : -1;
}

int firmware_version(int slot, char version[kImageVersionSize + 1])
{
	uint8_t kept[kImageHeaderSize];
	Image image;
	const esp_partition_t* partition = slot_partition(slot);
	if (partition == NULL || esp_partition_read(partition, partition->size - partition->erase_size, kept, sizeof kept) != ESP_OK
		|| image_read(kept, firmware_room(), &image) != kImageGood)
		return -1;
	memcpy(version, image.version, kImageVersionSize + 1);
	return 0;
}

uint32_t firmware_room(void)
{
	const esp_partition_t* partition = slot_partition(0);
	return partition == NULL ? 0 : partition->size - partition->erase_size + kImageHeaderSize;
}

int firmware_begin(uint32_t size)
{
	const esp_partition_t* partition = slot_partition(other());
	(void)size;
	if (isWriting)
		esp_ota_abort(writing);
	isWriting = 0;
	if (other() < 0 || partition == NULL || esp_partition_erase_range(partition, partition->size - partition->erase_size, partition->erase_size) != ESP_OK
		|| esp_ota_begin(partition, OTA_WITH_SEQUENTIAL_WRITES, &writing) != ESP_OK)
		return -1;
	isWriting = 1;
	return 0;
}

int firmware_write(uint32_t offset, const uint8_t* bytes, uint32_t size)
{
	if (offset < kImageHeaderSize) {
		uint32_t count = kImageHeaderSize - offset < size ? kImageHeaderSize - offset : size;
		memcpy(header + offset, bytes, count);
		bytes += count;
		size -= count;
	}
	return isWriting && (size == 0 || esp_ota_write(writing, bytes, size) == ESP_OK) ? 0 : -1;
}

int firmware_mark(void)
{
	const esp_partition_t* partition = slot_partition(other());
	if (!isWriting || partition == NULL)
		return -1;
	isWriting = 0;
	/* it looks at the whole image once more, as the loader will */
	return esp_ota_end(writing) == ESP_OK && esp_partition_write(partition, partition->size - partition->erase_size, header, sizeof header) == ESP_OK
		&& esp_ota_set_boot_partition(partition) == ESP_OK ? 0 : -1;
}

int firmware_confirm(void)
{
	return state_of(esp_ota_get_running_partition()) == ESP_OTA_IMG_PENDING_VERIFY && esp_ota_mark_app_valid_cancel_rollback() != ESP_OK ? -1 : 0;
}
