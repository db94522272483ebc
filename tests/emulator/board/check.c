/*
 * The board without what runs on it: starts like the firmware, says how it came to start, and does what a character on the serial port asks for. Each
 * answer is a line.
 */
#include <stdio.h>
#include <string.h>
#include "board.h"
#include "guard.h"
#include "hooks.h"
#include "life.h"
#include "lwip/init.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "port.h"
#include "rootimage.h"
#include "timer.h"
#include "trap.h"
#include "uart.h"

extern uint8_t flash_start[];

static struct netif netifs[kPorts];
static int hasPort[kPorts];

/* This program has no root machine, and needs none. */
int rootimage_exists(void)
{
	return 1;
}

u32_t sys_now(void)
{
	return (u32_t)(board_microseconds() / 1000);
}

/* There are no tunnels. */
int hook_input(struct pbuf* packet, struct netif* from)
{
	(void)packet;
	(void)from;
	return 0;
}

struct netif* hook_route(const ip4_addr_t* source, const ip4_addr_t* destination)
{
	(void)source;
	(void)destination;
	return NULL;
}

int hook_forward(struct pbuf* packet, uint32_t destination)
{
	(void)packet;
	(void)destination;
	return 1;
}

int hook_tcp_input(struct tcp_pcb* pcb, uint16_t size)
{
	(void)pcb;
	(void)size;
	return 1;
}

static void say(const char* text)
{
	size_t size = strlen(text);
	while (size > 0) {
		size_t taken = board_serial_write((const uint8_t*)text, size);
		text += taken;
		size -= taken;
	}
}

/* Deeper than any stack. */
static __attribute__((noinline)) unsigned recurse(unsigned depth)
{
	volatile unsigned room[64];
	room[depth % 64] = depth;
	return depth == 1000000 ? 0 : recurse(depth + 1) + room[(depth + 1) % 64];
}

static void sleepFor(uint32_t milliseconds)
{
	char line[80];
	uint64_t start = board_microseconds();
	board_alive();
	board_sleep(0);	/* whatever woke it before */
	board_sleep(milliseconds);
	snprintf(line, sizeof(line), "slept %u of %u ms\n", (unsigned)((board_microseconds() - start) / 1000), (unsigned)milliseconds);
	say(line);
}

static void entropy(void)
{
	uint8_t bytes[32];
	char line[80] = "entropy ";
	if (board_random(bytes, sizeof(bytes)) != 0) {
		say("no entropy\n");
		return;
	}
	for (unsigned i = 0; i < sizeof(bytes); i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%02x", bytes[i]);
	say(strcat(line, "\n"));
}

static void ports(void)
{
	for (int i = 0; i < kPorts; i++) {
		char line[160];
		BoardPortCounters counters;
		board_port_counters((BoardPort)i, &counters);
		snprintf(line, sizeof(line), "port %d: %s %s, received %u, sent %u, no buffer %u, ring full %u, malformed %u\n", i, hasPort[i] ? "there" : "absent",
			netif_is_link_up(&netifs[i]) ? "up" : "down", (unsigned)counters.received, (unsigned)counters.sent, (unsigned)counters.noBuffer, (unsigned)counters.ringFull,
			(unsigned)counters.malformed);
		say(line);
	}
}

static void stack(void)
{
	char line[80];
	uint32_t most, size;
	board_stack(&most, &size);
	snprintf(line, sizeof(line), "stack %u of %u\n", (unsigned)most, (unsigned)size);
	say(line);
}

static void obey(uint8_t command)
{
	switch (command) {
	case 'n':
		*(volatile uint32_t*)0 = 1;
		break;
	case 'x':
		*(volatile uint32_t*)(flash_start + 0x100) = 1;
		break;
	case 'j':
		/* RAM holds no instructions */
		((void (*)(void))(uintptr_t)netifs)();
		break;
	case 'i':
		__asm__ volatile(".word 0xffffffff");
		break;
	case 'o':
		recurse(0);
		break;
	case 'w':
		for (;;)
			;
	case 'r':
		board_restart();
	case 'f':
		board_fatal("asked for");
	case 's':
		sleepFor(300);
		break;
	case 'e':
		entropy();
		break;
	case 'p':
		ports();
		break;
	case 'k':
		stack();
		break;
	default:
		break;
	}
}

static void openPorts(void)
{
	ip4_addr_t any = { 0 };
	for (int i = 0; i < kPorts; i++) {
		ip4_addr_t address, mask;
		IP4_ADDR(&address, 10, 9, (uint8_t)(i + 1), 1);
		IP4_ADDR(&mask, 255, 255, 255, 0);
		hasPort[i] = netif_add(&netifs[i], &address, &mask, &any, (void*)(uintptr_t)i, board_port_init, ethernet_input) != NULL;
		if (hasPort[i])
			netif_set_up(&netifs[i]);
	}
}

_Noreturn void board_start(uint32_t a0, uint32_t a1);
_Noreturn void board_start(uint32_t a0, uint32_t a1)
{
	static const char* const reasons[] = { "power", "restart", "watchdog", "crash" };
	char line[256];
	(void)a0;
	(void)a1;
	guard_lock(1);
	life_begin();
	trap_open();
	uart_open();
	port_open();
	lwip_init();
	openPorts();
	snprintf(line, sizeof(line), "started after %s: %s.\n", reasons[board_boot()->reason], board_boot()->text);
	say(line);
	board_alive();
	for (;;) {
		uint8_t command;
		board_alive();
		for (int i = 0; i < kPorts; i++) {
			if (hasPort[i])
				board_port_poll(&netifs[i], 8);
		}
		sys_check_timeouts();
		if (board_serial_read(&command, 1) == 1)
			obey(command);
		else
			board_sleep(100);
	}
}
