/*
 * An SA's protocols around a packet and off it again, in its mode: ESP, AH, or AH over ESP (RFC 2401 4.3: one adjacent to the other behind one IP
 * header). In tunnel mode what they carry is the packet; in transport mode it is what is behind the packet's own header, which stays in front.
 */
#ifndef KEYGATE_CARRY_H
#define KEYGATE_CARRY_H

#include "ah.h"
#include "engine.h"
#include "sad.h"
#include "selectors.h"

/* The packet that the SA makes begins with its IPv4 header: AH covers it, transport mode keeps it. */
int carry_has_header(const SARecord* sa);
/* Bytes of the whole IPv4 packet that carries an inner one of `length` bytes, of which its header, options included, takes `header`. */
uint32_t carry_outer(const SARecord* sa, uint32_t length, uint32_t header);

/*
 * Seals an IPv4 packet in place. kCarried; DROP_FRAGMENT: transport mode carries whole datagrams (RFC 4302 3.3.4, RFC 4303 3.3.4); DROP_MALFORMED;
 * DROP_WRONG_ENCAPSULATION: the header before UDP is the host's, and has no place for the packet's IP options; DROP_CRYPTO_FAILURE. The number is used up whatever comes of it.
 */
int carry_seal(SARecord* sa, EnginePacket* packet, const InnerPacket* inner, uint64_t sequence);

/* An incoming packet as its headers say, before anything is known to be true. */
typedef struct {
	uint32_t spi;
	uint32_t sequence;	/* the lower half, when it has 64 bits */
	AHHeader ah;		/* when it is AH */
	uint8_t* header;	/* its IPv4 header, or NULL when the host kept it */
	const EngineOrigin* origin;
} Arrival;

/* Reads an incoming packet's headers; data moves to the ESP header, or stays at the IPv4 header of AH. 0 when it is none. */
int carry_arrived(EnginePacket* packet, const EngineOrigin* origin, Arrival* arrival);
/* In a run (accelerator.h), before its first packet is opened: says whose ICVs will be asked for. What it finds in the packets binds nobody, and they stay as they are. */
void carry_expect(const EnginePacket* run, unsigned count, const EngineOrigin* origin);
/* Checks the outermost ICV: from here on the packet is the peer's. For ESP it is decrypted too. kCarried, or a reason. */
int carry_authenticate(SARecord* sa, EnginePacket* packet, Arrival* arrival, uint64_t sequence, uint8_t* nextHeader);
/* After that: takes off what is left, and restores the packet that was sent. kCarried, or a reason. */
int carry_open(SARecord* sa, EnginePacket* packet, const Arrival* arrival, uint64_t sequence, uint8_t nextHeader);
/* Of a packet whose ICV was wrong: the bits of HMAC-SHA2-256 with which it would be right (T14), or 0. */
unsigned carry_other_icv(SARecord* sa, EnginePacket* packet, const Arrival* arrival, uint64_t sequence);

#endif
