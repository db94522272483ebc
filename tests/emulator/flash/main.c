/*
 * A firmware that does with the flash what keygate's does, by the same C code, and nothing else: a test cuts its power. It says what it is at, a line each,
 * and is told what to do by single characters.
 */
#include <stdint.h>
#include <string.h>
#include "firmware.h"
#include "flash.h"
#include "handover.h"
#include "image.h"
#include "layout.h"
#include "mbedtls/memory_buffer_alloc.h"
#include "update.h"

#define kUART 0x10000000u
#define kFinisher 0x00100000u
/* Where the test has put an image, beyond all regions. */
#define kSourceAt 0x800000u
/* What is guarded from the beginning of the RAM: a power of two. */
#define kGuarded 0x100000u

static uint8_t gHeap[16384] __attribute__((aligned(8)));

static volatile uint8_t* uart(void)
{
	return (volatile uint8_t*)(uintptr_t)kUART;
}

static void say(const char* text)
{
	for (; *text != 0; text++) {
		while ((uart()[5] & 0x20) == 0)
			;
		uart()[0] = (uint8_t)*text;
	}
}

static void say_number(const char* name, int32_t value)
{
	char text[12];
	int at = 11;
	uint32_t rest = value < 0 ? (uint32_t)-value : (uint32_t)value;
	text[at] = 0;
	do
		text[--at] = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	say(name);
	say(value < 0 ? "-" : "");
	say(text + at);
}

static char hear(void)
{
	while ((uart()[5] & 1) == 0)
		;
	return (char)uart()[0];
}

static _Noreturn void finish(uint32_t how)
{
	for (;;)
		*(volatile uint32_t*)(uintptr_t)kFinisher = how;
}

static void say_status(void)
{
	FirmwareStatus status;
	char version[kImageVersionSize + 1] = "none";
	firmware_status(&status);
	if (status.running >= 0)
		firmware_version(status.running, version);
	say_number("status running=", status.running);
	say_number(" confirmed=", status.isConfirmed);
	say_number(" next=", status.next);
	say_number(" outcome=", (int32_t)status.outcome);
	say_number(" about=", status.about);
	say(" version=");
	say(version);
	say("\n");
}

/* As the board's guard does it: the image cannot be written, and RAM holds no instructions, until the next reset. */
static void lock(void)
{
	__asm__ volatile("csrw pmpaddr0, %0" :: "r"(EXECUTION_BASE >> 2 | (EXECUTION_SIZE / 2 - 1) >> 2));
	__asm__ volatile("csrw pmpaddr1, %0" :: "r"(RAM_BASE >> 2 | (kGuarded / 2 - 1) >> 2));
	__asm__ volatile("csrw pmpcfg0, %0\n\tfence" :: "r"(0x9b9d) : "memory");
	say("locked\n");
}

/* ---- what modules/settings/copies.ts does ---- */

#define kHeaderSize 80
static uint8_t gContent[32768];

static void big_endian(uint8_t* bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void digest_of(const uint8_t* header, uint32_t size, uint8_t digest[32])
{
	uint8_t content[32];
	ImageHash hash;
	image_hash_begin(&hash);
	image_hash_add(&hash, gContent, size);
	image_hash_end(&hash, content);
	image_hash_begin(&hash);
	image_hash_add(&hash, header, 48);
	image_hash_add(&hash, content, 32);
	image_hash_end(&hash, digest);
}

/* The counter of the copy in a slot, 0 when it is not whole. */
static uint32_t whole(BoardFlash slot)
{
	uint8_t header[kHeaderSize], digest[32];
	if (board_flash_read(slot, 0, header, kHeaderSize) < 0 || memcmp(header, "kgt1", 4) != 0)
		return 0;
	uint32_t counter = (uint32_t)header[4] << 24 | (uint32_t)header[5] << 16 | (uint32_t)header[6] << 8 | header[7];
	uint32_t size = (uint32_t)header[8] << 24 | (uint32_t)header[9] << 16 | (uint32_t)header[10] << 8 | header[11];
	if (size > sizeof gContent || board_flash_read(slot, kHeaderSize, gContent, size) < 0)
		return 0;
	digest_of(header, size, digest);
	return memcmp(digest, header + 48, 32) == 0 ? counter : 0;
}

/* Content of a copy: as long as its counter says, and different in each. */
static uint32_t fill(uint32_t counter)
{
	uint32_t size = 500 + counter * 7919 % 30000;
	for (uint32_t i = 0; i < size; i++)
		gContent[i] = (uint8_t)(counter * 31 + i * 7);
	return size;
}

/* Saves one copy after the other, in place of the older. */
static _Noreturn void save(void)
{
	uint32_t counters[2] = { whole(kFlashSettings0), whole(kFlashSettings1) };
	unsigned index = counters[0] >= counters[1];
	for (uint32_t counter = (index ? counters[0] : counters[1]) + 1; ; counter++, index = 1 - index) {
		uint8_t header[kHeaderSize] = "kgt1";
		uint32_t size = fill(counter);
		BoardFlash slot = index == 0 ? kFlashSettings0 : kFlashSettings1;
		big_endian(header + 4, counter);
		big_endian(header + 8, size);
		digest_of(header, size, header + 48);
		say_number("saving ", (int32_t)counter);
		say("\n");
		if (board_flash_erase(slot, 0, board_flash_size(slot)) < 0 || board_flash_write(slot, kHeaderSize, gContent, size) < 0 || board_flash_write(slot, 0, header, kHeaderSize) < 0) {
			say("fault\n");
			finish(0x5555);
		}
		say_number("saved ", (int32_t)counter);
		say("\n");
	}
}

/* Takes the image at kSourceAt as if it came from outside. */
static void update(void)
{
	const uint8_t* from = (const uint8_t*)(uintptr_t)(FLASH_BASE + kSourceAt);
	uint32_t size = kImageHeaderSize + (uint32_t)(from[56] | from[57] << 8 | from[58] << 16 | from[59] << 24);
	uint8_t piece[4096];
	UpdateFault fault = update_begin("1.0.0");
	say("updating\n");
	for (uint32_t at = 0; at < size && fault == kUpdateGood; ) {
		uint32_t count = size - at < sizeof piece ? size - at : (uint32_t)sizeof piece;
		memcpy(piece, from + at, count);
		fault = update_write(piece, count);
		at += count;
	}
	if (fault == kUpdateGood)
		fault = update_end();
	say_number("updated ", (int32_t)fault);
	say("\n");
}

_Noreturn void entry(uint32_t a0, uint32_t a1)
{
	firmware_handover(a0, a1);
	mbedtls_memory_buffer_alloc_init(gHeap, sizeof gHeap);
	say_status();
	for (;;) {
		switch (hear()) {
		case 's':
			save();
		case 'u':
			update();
			break;
		case 'l':
			lock();
			break;
		case 'c':
			say_number("confirmed ", firmware_confirm());
			say("\n");
			break;
		case '?':
			say_status();
			break;
		case 'r':
			finish(0x7777);
		case 'q':
			finish(0x5555);
		}
	}
}

/* mbedTLS found its memory broken. */
void boot_exit(int status)
{
	say_number("exit ", status);
	finish(0x5555);
}
