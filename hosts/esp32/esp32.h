/* What the files of hosts/esp32 share among themselves. */
#ifndef KEYGATE_ESP32_H
#define KEYGATE_ESP32_H

#include <stdint.h>
#include "../device/board.h"

/* Bytes of C's stack that the SDK gives the task of the main loop: `nativeStack` of manifest.json. */
#define kStack 16384

/* In this order, from the task in which the main loop is going to run. */
void life_open(void);	/* reads why this start is */
void rest_open(void);
int rest_is_loop(void);	/* whether this is that task */
void uart_open(void);
void ports_open(void);	/* lwIP's thread; the ports themselves are opened by board_port_init */

/* ---- ports.c: for the two drivers ---- */

/* A frame came; nothing of it is kept. From any task. */
void port_received(BoardPort port, const uint8_t* frame, uint32_t length);
/* The cable came, or went. From any task but lwIP's. */
void port_link(BoardPort port, int up);

/* Starts the hardware of a port and writes its address. 0, or -1. */
int emac_open(uint8_t address[6]);
int radio_open(uint8_t address[6]);
/* Sends a frame, which is copied. 0, or -1 when the hardware has no room. */
int emac_send(const uint8_t* frame, uint16_t length);
int radio_send(const uint8_t* frame, uint16_t length);

#endif
