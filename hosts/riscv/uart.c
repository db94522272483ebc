#include "uart.h"

#include "../device/board.h"
#include "trap.h"
#include "virt.h"

enum {
	kData = 0,
	kInterruptsWanted = 1,
	kFIFO = 2,
	kStatus = 5
};

#define kWantReceived 0x01
#define kWantRoom 0x02
#define kFIFOOn 0x07	/* and emptied */
#define kReceived 0x01
#define kRoom 0x20
#define kFIFOSize 16

/* A power of two each. What comes while the ring is full is lost, as on a line without flow control. */
#define kReceiveRing 256
#define kTransmitRing 1024

static struct {
	volatile uint32_t received, read;	/* counts; modulo the ring they are places */
	volatile uint32_t written, sent;
	uint8_t in[kReceiveRing];
	uint8_t out[kTransmitRing];
} uart;

static uint8_t get(unsigned number)
{
	return read_byte(kSerial + number);
}

static void put(unsigned number, uint8_t value)
{
	write_byte(kSerial + number, value);
}

/* Fills the chip's own queue. With interrupts off, or in one. */
static void transmit(void)
{
	if (get(kStatus) & kRoom) {
		for (int i = 0; i < kFIFOSize && uart.sent != uart.written; i++)
			put(kData, uart.out[uart.sent++ % kTransmitRing]);
	}
	put(kInterruptsWanted, uart.sent == uart.written ? kWantReceived : kWantReceived | kWantRoom);
}

static void serve(void* data)
{
	(void)data;
	while (get(kStatus) & kReceived) {
		uint8_t byte = get(kData);
		if (uart.received - uart.read < kReceiveRing)
			uart.in[uart.received++ % kReceiveRing] = byte;
	}
	transmit();
	board_wake();
}

void uart_open(void)
{
	put(kFIFO, kFIFOOn);
	put(kInterruptsWanted, kWantReceived);
	trap_on_interrupt(kSerialInterrupt, serve, NULL);
}

size_t board_serial_read(uint8_t* bytes, size_t size)
{
	size_t count = 0;
	while (count < size && uart.read != uart.received) {
		bytes[count++] = uart.in[uart.read % kReceiveRing];
		uart.read++;
	}
	return count;
}

size_t board_serial_write(const uint8_t* bytes, size_t size)
{
	size_t count = 0;
	uint32_t held;
	while (count < size && uart.written - uart.sent < kTransmitRing) {
		uart.out[uart.written % kTransmitRing] = bytes[count++];
		uart.written++;
	}
	held = interrupts_hold();
	transmit();
	interrupts_release(held);
	return count;
}

static void sendNow(uint8_t byte)
{
	while (!(get(kStatus) & kRoom))
		;
	put(kData, byte);
}

void uart_drain(void)
{
	uint32_t held = interrupts_hold();
	while (uart.sent != uart.written)
		sendNow(uart.out[uart.sent++ % kTransmitRing]);
	interrupts_release(held);
}

void uart_say(const char* text)
{
	uint32_t held = interrupts_hold();
	for (; *text; text++) {
		if (*text == '\n')
			sendNow('\r');
		sendNow((uint8_t)*text);
	}
	interrupts_release(held);
}
