/* The serial console: UART 0, by which the boards are programmed too, 115,200 baud. */
#include "driver/uart.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/task.h"

#include "esp32.h"

#define kPort UART_NUM_0
#define kBaud 115200
#define kReceive 512
#define kSend 2048
#define kEvents 8
#define kWatchStack 1536
#define kWatchPriority 5

static QueueHandle_t events;

/* Wakes the main loop when a character comes: the driver tells a queue, not a function. */
static void watch(void* context)
{
	uart_event_t event;
	(void)context;
	for (;;) {
		if (xQueueReceive(events, &event, portMAX_DELAY) == pdTRUE)
			board_wake();
	}
}

void uart_open(void)
{
	const uart_config_t config = {
		.baud_rate = kBaud, .data_bits = UART_DATA_8_BITS, .parity = UART_PARITY_DISABLE, .stop_bits = UART_STOP_BITS_1,
		.flow_ctrl = UART_HW_FLOWCTRL_DISABLE, .source_clk = UART_SCLK_DEFAULT,
	};
	/* without a console it goes on: there are pages */
	if (uart_driver_install(kPort, kReceive, kSend, kEvents, &events, 0) != ESP_OK || uart_param_config(kPort, &config) != ESP_OK)
		return;
	xTaskCreate(watch, "console", kWatchStack, NULL, kWatchPriority, NULL);
}

size_t board_serial_read(uint8_t* bytes, size_t size)
{
	int count = events ? uart_read_bytes(kPort, bytes, (uint32_t)size, 0) : 0;
	return count > 0 ? (size_t)count : 0;
}

size_t board_serial_write(const uint8_t* bytes, size_t size)
{
	size_t room = 0;
	/* asked first: it would wait until everything has room */
	if (events == NULL || uart_get_tx_buffer_free_size(kPort, &room) != ESP_OK)
		return 0;
	int count = room == 0 ? 0 : uart_write_bytes(kPort, bytes, size < room ? size : room);
	return count > 0 ? (size_t)count : 0;
}
