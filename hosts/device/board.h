/*
 * What a board supplies: everything above it (hosts/lwip, hosts/device, modules) is the same source on every device. hosts/riscv and
 * hosts/esp32 implement it. Functions never block except where they say so.
 */
#ifndef KEYGATE_BOARD_H
#define KEYGATE_BOARD_H

#include <stddef.h>
#include <stdint.h>
#include "lwip/err.h"
#include "lwip/netif.h"
#include "flash.h"

/* ---- time ---- */

/* Since power-up; monotonic, the clock of everything. */
uint64_t board_microseconds(void);
/* Waits until an interrupt (a frame, a character, board_wake) or so many milliseconds have passed. */
void board_sleep(uint32_t milliseconds);
/* Ends a board_sleep that is under way, or else the next one at once. May be called from any thread and from interrupts. */
void board_wake(void);

/* ---- randomness ---- */

/* Fills `bytes` from the hardware's source of entropy: 0, or -1 when it failed. */
int board_random(uint8_t* bytes, size_t size);

/* ---- serial console ---- */

/* Takes up to `size` characters that came: how many. */
size_t board_serial_read(uint8_t* bytes, size_t size);
/* Hands over up to `size` characters: how many were taken. */
size_t board_serial_write(const uint8_t* bytes, size_t size);

/* ---- Ethernet ---- */

typedef enum {
	kPortWAN,
	kPortLAN,
	kPorts
} BoardPort;

/*
 * For netif_add, whose `state` is the BoardPort as a pointer: hardware address, MTU, flags, linkoutput. ERR_IF when the board has no such
 * port. The driver calls netif->input with each frame, and netif_set_link_up or _down when the cable comes or goes.
 */
err_t board_port_init(struct netif* netif);
/* Takes up to `limit` frames from the ring of the port into lwIP: how many. A board with a network thread of its own answers 0. */
unsigned board_port_poll(struct netif* netif, unsigned limit);

typedef struct {
	uint32_t received, sent;
	uint32_t noBuffer;	/* received, and dropped: no pbuf was free */
	uint32_t ringFull;	/* to be sent, and dropped */
	uint32_t malformed;	/* shorter or longer than a frame may be, or broken on the way */
} BoardPortCounters;
void board_port_counters(BoardPort port, BoardPortCounters* counters);

/* ---- life ---- */

/* Why this start: what the one before it left behind. */
typedef enum {
	kBootPower,
	kBootRestart,	/* asked for: board_restart */
	kBootWatchdog,	/* board_alive was not called in time */
	kBootCrash	/* a fault of the processor, or fatal() */
} BoardBootReason;

typedef struct {
	BoardBootReason reason;
	char text[160];		/* one line for people: of a crash the cause with its registers; else "" */
} BoardBoot;

const BoardBoot* board_boot(void);
/*
 * Starts the watchdog, and tells it that the loop goes round: at least every kWatchdog milliseconds. No call of JavaScript takes a quarter of that, by what
 * tests/bench/stretches.mjs estimates for an ESP32.
 */
#define kWatchdog 16000
void board_alive(void);
_Noreturn void board_restart(void);
/* The stack of C that the control plane runs on: bytes used at the most so far, and in all. */
void board_stack(uint32_t* most, uint32_t* size);
/* What mbedTLS allocates from: bytes in use, at the most so far, and in all; 0 where that is no block of its own. */
void board_crypto_memory(uint32_t* used, uint32_t* most, uint32_t* size);
/* The heap of C, which the engine takes the frames of `try` from: bytes at the most so far, and in all; 0 where it is everybody's. */
void board_heap(uint32_t* most, uint32_t* size);
/* Ends with a line on the console, which the next start finds in board_boot, and restarts. */
_Noreturn void board_fatal(const char* text);

#endif
