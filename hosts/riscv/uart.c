#include "uart.h"

#include "../device/board.h"
#include "trap.h"
#include "virt.h"

enum {
	kData = 0,
	kInterruptsWanted = 1,
	kFIFO = 2,
	kModem = 4,
	kStatus = 5
};

#define kWantReceived 0x01
#define kWantRoom 0x02
#define kFIFOOn 0x01	/* whereby it is emptied */
#define kFIFOIsOn 0xc0	/* of what is read in its place */
#define kReady 0x09	/* DTR, and interrupts let out */
#define kRequestToSend 0x02
#define kReceived 0x01
#define kRoom 0x20
#define kFIFOSize 16

/*
 * A power of two each. Nothing that comes is lost where the other end minds RTS: it is asked to wait before the ring is full, and what is on its way then
 * has room in what is left of the ring and in the chip's own queue.
 */
#define kReceiveRing 256
#define kReceiveEnough 192
#define kTransmitRing 1024

static struct {
	volatile uint32_t received, read;	/* counts; modulo the ring they are places */
	volatile uint32_t written, sent;
	volatile int isFull;	/* the chip keeps what comes, and does not ask for more */
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
	put(kInterruptsWanted, (uint8_t)((uart.isFull ? 0 : kWantReceived) | (uart.sent == uart.written ? 0 : kWantRoom)));
}

/* Takes what the chip has. With interrupts off, or in one. */
static void receive(void)
{
	while (uart.received - uart.read < kReceiveRing && (get(kStatus) & kReceived))
		uart.in[uart.received++ % kReceiveRing] = get(kData);
	uart.isFull = uart.received - uart.read == kReceiveRing;
	put(kModem, uart.received - uart.read < kReceiveEnough ? kReady | kRequestToSend : kReady);
}

static void serve(void* data)
{
	(void)data;
	receive();
	transmit();
	board_wake();
}

void uart_open(void)
{
	/* what was typed before this, also before a restart: without its queue the chip keeps one byte, which switching that on would lose */
	receive();
	if ((get(kFIFO) & kFIFOIsOn) != kFIFOIsOn)
		put(kFIFO, kFIFOOn);
	put(kModem, kReady | kRequestToSend);
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
	if (count > 0) {
		uint32_t held = interrupts_hold();
		receive();
		transmit();
		interrupts_release(held);
		/* the rest may have no interrupt of its own */
		if (uart.read != uart.received)
			board_wake();
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
