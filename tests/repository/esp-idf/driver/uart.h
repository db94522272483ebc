#pragma once
#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"
#include "freertos/queue.h"
typedef int uart_port_t;
enum { UART_NUM_0, UART_NUM_1, UART_NUM_2 };
typedef enum { UART_DATA_5_BITS, UART_DATA_6_BITS, UART_DATA_7_BITS, UART_DATA_8_BITS } uart_word_length_t;
typedef enum { UART_PARITY_DISABLE = 0, UART_PARITY_EVEN = 2, UART_PARITY_ODD = 3 } uart_parity_t;
typedef enum { UART_STOP_BITS_1 = 1, UART_STOP_BITS_1_5, UART_STOP_BITS_2 } uart_stop_bits_t;
typedef enum { UART_HW_FLOWCTRL_DISABLE, UART_HW_FLOWCTRL_RTS, UART_HW_FLOWCTRL_CTS, UART_HW_FLOWCTRL_CTS_RTS } uart_hw_flowcontrol_t;
typedef enum { UART_SCLK_DEFAULT } uart_sclk_t;
typedef struct {
	int baud_rate;
	uart_word_length_t data_bits;
	uart_parity_t parity;
	uart_stop_bits_t stop_bits;
	uart_hw_flowcontrol_t flow_ctrl;
	uint8_t rx_flow_ctrl_thresh;
	union {
		uart_sclk_t source_clk;
	};
	struct {
		uint32_t allow_pd: 1, backup_before_sleep: 1;
	} flags;
} uart_config_t;
typedef struct {
	int type;
	size_t size;
	_Bool timeout_flag;
} uart_event_t;
esp_err_t uart_driver_install(uart_port_t port, int receiveSize, int sendSize, int events, QueueHandle_t* queue, int flags);
esp_err_t uart_param_config(uart_port_t port, const uart_config_t* config);
int uart_read_bytes(uart_port_t port, void* to, uint32_t size, TickType_t ticks);
int uart_write_bytes(uart_port_t port, const void* from, size_t size);
esp_err_t uart_get_tx_buffer_free_size(uart_port_t port, size_t* size);
