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

/* Bytes of the HMAC by `hash` that a packet of the SA carries, in ESP or in AH (RFC 2403, 2404, 4868, or as FLAG_SHORT_ICV says). */
uint32_t esp_hmac_size(const SARecord* sa, int hash);
/* Bytes by which sealing makes a packet of `length` bytes longer. */
uint32_t esp_overhead(const SARecord* sa, uint32_t length);

/*
 * Puts `packet` (what `nextHeader` says) into ESP with `sequence`, in place: data moves to the ESP header. Of numbers of 64 bits the packet carries the
 * lower half, and its check value covers both (RFC 4303 2.2.1, RFC 4106 5). kCarried or DROP_CRYPTO_FAILURE; then the packet is worthless, and the
 * number is used up all the same. In a run of the accelerator what is in the packet is there at its end.
 */
int esp_seal(SARecord* sa, EnginePacket* packet, uint64_t sequence, uint8_t nextHeader);

/* What esp_open found. */
typedef struct {
	uint32_t spi;
	uint32_t sequence;
} ESPHeader;

/* Reads the header of an ESP packet; 0 when there is none. */
int esp_header(const EnginePacket* packet, ESPHeader* header);

/* In a run (accelerator.h): the ICV of this packet will be asked for. Nothing is said of it here, and it stays as it is. */
void esp_expect(const SARecord* sa, const EnginePacket* packet);

/*
 * Checks the ICV, with `sequence` as the packet's whole number, and decrypts in place: data moves to the first byte of the payload, which ends before the padding. kCarried; DROP_MALFORMED,
 * DROP_BAD_ICV or DROP_CRYPTO_FAILURE.
 */
int esp_open(SARecord* sa, EnginePacket* packet, uint64_t sequence);
/*
 * Of a packet whose ICV is wrong: the bits of HMAC-SHA2-256 with which it would be right, where its sender cuts it to 96 and we do not, or the other way
 * round; 0: neither.
 */
unsigned esp_other_icv(SARecord* sa, const EnginePacket* packet, uint64_t sequence);
/* After esp_open: checks the padding and takes the trailer off. kCarried or DROP_BAD_PADDING. */
int esp_unpad(EnginePacket* packet, uint8_t* nextHeader);

#endif
