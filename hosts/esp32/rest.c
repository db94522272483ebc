/* board.h on ESP-IDF: time, randomness, and where the main loop waits. */
#include "../device/board.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "esp32.h"

/* The task of the main loop, whose notifications are those of board_wake. */
static TaskHandle_t loop;

void rest_open(void)
{
	loop = xTaskGetCurrentTaskHandle();
}

int rest_is_loop(void)
{
	return loop == xTaskGetCurrentTaskHandle();
}

uint64_t board_microseconds(void)
{
	return (uint64_t)esp_timer_get_time();
}

void board_sleep(uint32_t milliseconds)
{
	/* one that came since the last time ends it at once */
	ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS(milliseconds));
}

void board_wake(void)
{
	if (loop == NULL)
		return;
	if (xPortInIsrContext()) {
		BaseType_t woken = pdFALSE;
		vTaskNotifyGiveFromISR(loop, &woken);
		portYIELD_FROM_ISR(woken);
	}
	else
		xTaskNotifyGive(loop);
}

/* The hardware's generator has entropy while the radio is on, or else the converter that radio.c turns on in its place. */
int board_random(uint8_t* bytes, size_t size)
{
	esp_fill_random(bytes, size);
	return 0;
}

void board_stack(uint32_t* most, uint32_t* size)
{
	*size = kStack;
	/* of the task that asks, which is the main loop's: bytes that it never used */
	*most = kStack - (uint32_t)uxTaskGetStackHighWaterMark(NULL);
}

/* ESP-IDF gives mbedTLS its own heap. */
void board_crypto_memory(uint32_t* used, uint32_t* most, uint32_t* size)
{
	*used = *most = *size = 0;
}

/* Its heap is everybody's. */
void board_heap(uint32_t* most, uint32_t* size)
{
	*most = *size = 0;
}
