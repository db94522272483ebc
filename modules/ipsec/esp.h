/* ESP (RFC 4303): the packet format. Knows an SA's algorithms, nothing of policies, limits or windows. */
#ifndef KEYGATE_ESP_H
#define KEYGATE_ESP_H

#include "engine.h"
#include "sad.h"

#define kESPHeaderSize 8
#define kESPMaximumIVSize 16
#define kESPMaximumICVSize 32
#define kNextHeaderIPv4 4
#define kNextHeaderIPv6 41
#define kNextHeaderNone 59

/* Bytes by which sealing makes a packet of `length` bytes longer. */
uint32_t esp_overhead(const SARecord* sa, uint32_t length);

/*
 * Puts `packet` (what `nextHeader` says) into ESP with `sequence`, in place: data moves to the ESP header. kCarried or DROP_CRYPTO_FAILURE; then
 * the packet is worthless, and the number is used up all the same.
 */
int esp_seal(SARecord* sa, EnginePacket* packet, uint32_t sequence, uint8_t nextHeader);

/* What esp_open found. */
typedef struct {
	uint32_t spi;
	uint32_t sequence;
} ESPHeader;

/* Reads the header of an ESP packet; 0 when there is none. */
int esp_header(const EnginePacket* packet, ESPHeader* header);

/*
 * Checks the ICV and decrypts in place: data moves to the first byte of the payload, which ends before the padding. kCarried; DROP_MALFORMED,
 * DROP_BAD_ICV or DROP_CRYPTO_FAILURE.
 */
int esp_open(SARecord* sa, EnginePacket* packet);
/* After esp_open: checks the padding and takes the trailer off. kCarried or DROP_BAD_PADDING. */
int esp_unpad(EnginePacket* packet, uint8_t* nextHeader);

#endif
