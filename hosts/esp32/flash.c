/* Regions of the flash: partitions of partitions.csv, by name. Those of firmware are ESP-IDF's affair (ota.c). */
#include "esp_partition.h"

#include "esp32.h"

static const char* const names[kFlashRegions] = {
	[kFlashSettings0] = "settings0",
	[kFlashSettings1] = "settings1",
	[kFlashLog0] = "log0",
	[kFlashLog1] = "log1",
};

static const esp_partition_t* find(BoardFlash region)
{
	static const esp_partition_t* found[kFlashRegions];
	if (region >= kFlashRegions || names[region] == NULL)
		return NULL;
	if (found[region] == NULL)
		found[region] = esp_partition_find_first(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, names[region]);
	return found[region];
}

uint32_t board_flash_size(BoardFlash region)
{
	const esp_partition_t* partition = find(region);
	return partition ? partition->size : 0;
}

uint32_t board_flash_sector(BoardFlash region)
{
	const esp_partition_t* partition = find(region);
	return partition ? partition->erase_size : 0;
}

/* The functions of esp_partition check the range. */
int board_flash_read(BoardFlash region, uint32_t offset, void* bytes, uint32_t size)
{
	const esp_partition_t* partition = find(region);
	return partition && esp_partition_read(partition, offset, bytes, size) == ESP_OK ? 0 : -1;
}

int board_flash_erase(BoardFlash region, uint32_t offset, uint32_t size)
{
	const esp_partition_t* partition = find(region);
	return partition && esp_partition_erase_range(partition, offset, size) == ESP_OK ? 0 : -1;
}

int board_flash_write(BoardFlash region, uint32_t offset, const void* bytes, uint32_t size)
{
	const esp_partition_t* partition = find(region);
	return partition && esp_partition_write(partition, offset, bytes, size) == ESP_OK ? 0 : -1;
}
