/*
 * The packet engine's tables as C sees them; TypeScript (sad.ts, spd.ts, events.ts) sees the same memory by the numbers of layout.h. Both run
 * in one thread. What must not be seen from TypeScript (contexts with expanded keys) stands beside the tables.
 */
#ifndef KEYGATE_SAD_H
#define KEYGATE_SAD_H

#include "accelerator.h"
#include "layout.h"
#include "limits.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint8_t state;
	uint8_t direction;
	uint8_t protocol;
	uint8_t mode;
	uint8_t cipher;
	uint8_t hash;
	uint16_t flags;
	uint32_t generation;
	uint32_t spi;
	uint32_t ahSPI;
	uint32_t pairSPI;
	uint32_t serial;
	uint16_t policy;
	uint8_t ipProtocol;
	uint8_t ahHash;
	uint16_t localPort;
	uint16_t remotePort;
	uint16_t selectorLocalPort;
	uint16_t selectorRemotePort;
	uint32_t localAddress[4];	/* IPv4: the first, host order */
	uint32_t remoteAddress[4];
	uint32_t localFirst[4];
	uint32_t localLast[4];
	uint32_t remoteFirst[4];
	uint32_t remoteLast[4];
	uint64_t bornAt;
	uint64_t usedAt;
	uint64_t softAt;
	uint64_t hardAt;
	uint64_t softBytes;
	uint64_t hardBytes;
	uint64_t bytes;
	uint64_t packets;
	uint64_t errors;
	uint32_t icvErrors;
	uint32_t seconds;
	uint32_t kilobytes;
	uint16_t encryptionKeySize;
	uint16_t authenticationKeySize;
	uint64_t sequence;
	/* the keys, until the accelerator has them, and from then on the window; sad_open zeroes them all */
	union {
		struct {
			uint8_t encryptionKey[SA_ENCRYPTION_KEY_MAXIMUM];
			uint8_t authenticationKey[SA_AUTHENTICATION_KEY_MAXIMUM];
			uint8_t ahKey[SA_AH_KEY_MAXIMUM];
		};
		uint64_t window[SA_WINDOW_WORDS];
	};
	uint16_t ahKeySize;
	uint16_t identity[3];
	uint16_t pairSlot;
	uint8_t padding[SA_SIZE - SA_PAIR_SLOT - 2];
} SARecord;

_Static_assert(SA_WINDOW_WORDS * 8 <= SA_AH_KEY_SIZE - SA_WINDOW, "the window fits where the keys have been");

typedef struct {
	uint8_t used;
	uint8_t flags;
	uint8_t ipProtocol;
	uint8_t reserved;
	uint32_t order;
	uint16_t localPort;
	uint16_t remotePort;
	uint32_t outbound;
	uint32_t fingerprint;
	uint32_t padding;
	uint64_t acquiredAt;
	uint32_t localFirst[4];
	uint32_t localLast[4];
	uint32_t remoteFirst[4];
	uint32_t remoteLast[4];
} PolicyRecord;

typedef struct {
	uint32_t version;
	uint32_t count;
	uint16_t order[(SPD_RECORDS - SPD_ORDER) / 2];
	PolicyRecord policies[CONNECTIONS];
} PolicyTable;

typedef struct {
	uint8_t kind;
	uint8_t direction;
	uint16_t port;
	uint32_t policy;
	uint32_t spi;
	uint32_t reserved;
	uint32_t address[4];
} EventRecord;

typedef struct {
	uint32_t eventsRead;
	uint32_t eventsWritten;
	uint32_t eventsLost;
	uint32_t parked;
	uint32_t parkedHighWater;
	uint32_t parkSize;
	uint64_t drops[DROP_REASONS];
	uint64_t notes[NOTES];
	EventRecord events[ENGINE_EVENTS];
} EngineTable;

/* What belongs to a live record and is none of TypeScript's: by the same index. */
typedef struct {
	AcceleratorContext* esp;	/* NULL: not open, or AH alone */
	AcceleratorContext* ah;		/* NULL: not open, or ESP alone */
	uint8_t salt[4];		/* GCM: salt, CTR: nonce */
	uint32_t movedAddress;		/* where the last moved event said the peer is, and when: for its rate */
	uint16_t movedPort;
	uint64_t movedAt;
} SAContext;

extern SARecord gSAD[SECURITY_ASSOCIATIONS];
extern SAContext gContexts[SECURITY_ASSOCIATIONS];
extern PolicyTable gSPD;
extern EngineTable gEngine;

/* The incoming SA with this SPI that is live or over, or NULL. One step: the SPI's lower bits are the record's number. */
SARecord* sad_find(uint32_t spi);

static inline SAContext* sad_context(const SARecord* sa)
{
	return &gContexts[sa - gSAD];
}

/* Records that are neither live, over nor reserved. */
unsigned sad_free_count(void);

/*
 * Keys an accelerator context for each protocol of the record and zeroes the record's keys, whatever comes of it. An outgoing SA becomes the preferred one of
 * its policy, whose acquire is thereby answered. A result of accelerator.h.
 */
int sad_open(unsigned slot);
/* The reverse; a record that is not open is let be. */
void sad_close(unsigned slot);
/* Closes and zeroes every record; policies stay, with no SA. */
void sad_clear(void);
/*
 * Whoever wrote the table ended in the middle of it: what carries packets goes on, and is whole from now on. A record whose contexts are there is live, one that lacks them is
 * zeroed; what is reserved or held stays for the next control plane to judge.
 */
void sad_settle(void);

/* ---- the layout is one ---- */
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field " is where layout.ts says")
AT(SARecord, state, SA_STATE);
AT(SARecord, direction, SA_DIRECTION);
AT(SARecord, protocol, SA_PROTOCOL);
AT(SARecord, mode, SA_MODE);
AT(SARecord, cipher, SA_CIPHER);
AT(SARecord, hash, SA_HASH);
AT(SARecord, flags, SA_FLAGS);
AT(SARecord, generation, SA_GENERATION);
AT(SARecord, spi, SA_SPI);
AT(SARecord, ahSPI, SA_AH_SPI);
AT(SARecord, pairSPI, SA_PAIR_SPI);
AT(SARecord, serial, SA_SERIAL);
AT(SARecord, policy, SA_POLICY);
AT(SARecord, ipProtocol, SA_IP_PROTOCOL);
AT(SARecord, ahHash, SA_AH_HASH);
AT(SARecord, localPort, SA_LOCAL_PORT);
AT(SARecord, remotePort, SA_REMOTE_PORT);
AT(SARecord, selectorLocalPort, SA_SELECTOR_LOCAL_PORT);
AT(SARecord, selectorRemotePort, SA_SELECTOR_REMOTE_PORT);
AT(SARecord, localAddress, SA_LOCAL_ADDRESS);
AT(SARecord, remoteAddress, SA_REMOTE_ADDRESS);
AT(SARecord, localFirst, SA_LOCAL_FIRST);
AT(SARecord, localLast, SA_LOCAL_LAST);
AT(SARecord, remoteFirst, SA_REMOTE_FIRST);
AT(SARecord, remoteLast, SA_REMOTE_LAST);
AT(SARecord, bornAt, SA_BORN_AT);
AT(SARecord, usedAt, SA_USED_AT);
AT(SARecord, softAt, SA_SOFT_AT);
AT(SARecord, hardAt, SA_HARD_AT);
AT(SARecord, softBytes, SA_SOFT_BYTES);
AT(SARecord, hardBytes, SA_HARD_BYTES);
AT(SARecord, bytes, SA_BYTES);
AT(SARecord, packets, SA_PACKETS);
AT(SARecord, errors, SA_ERRORS);
AT(SARecord, icvErrors, SA_ICV_ERRORS);
AT(SARecord, seconds, SA_SECONDS);
AT(SARecord, kilobytes, SA_KILOBYTES);
AT(SARecord, encryptionKeySize, SA_ENCRYPTION_KEY_SIZE);
AT(SARecord, authenticationKeySize, SA_AUTHENTICATION_KEY_SIZE);
AT(SARecord, sequence, SA_SEQUENCE);
AT(SARecord, encryptionKey, SA_ENCRYPTION_KEY);
AT(SARecord, authenticationKey, SA_AUTHENTICATION_KEY);
AT(SARecord, ahKey, SA_AH_KEY);
AT(SARecord, ahKeySize, SA_AH_KEY_SIZE);
AT(SARecord, identity, SA_IDENTITY);
AT(SARecord, pairSlot, SA_PAIR_SLOT);
AT(SARecord, window, SA_WINDOW);
_Static_assert(sizeof(SARecord) == SA_SIZE, "SARecord has the size that layout.ts says");
AT(PolicyRecord, used, POLICY_USED);
AT(PolicyRecord, flags, POLICY_FLAGS);
AT(PolicyRecord, ipProtocol, POLICY_IP_PROTOCOL);
AT(PolicyRecord, order, POLICY_ORDER);
AT(PolicyRecord, localPort, POLICY_LOCAL_PORT);
AT(PolicyRecord, remotePort, POLICY_REMOTE_PORT);
AT(PolicyRecord, outbound, POLICY_OUTBOUND);
AT(PolicyRecord, fingerprint, POLICY_FINGERPRINT);
AT(PolicyRecord, acquiredAt, POLICY_ACQUIRED_AT);
AT(PolicyRecord, localFirst, POLICY_LOCAL_FIRST);
AT(PolicyRecord, localLast, POLICY_LOCAL_LAST);
AT(PolicyRecord, remoteFirst, POLICY_REMOTE_FIRST);
AT(PolicyRecord, remoteLast, POLICY_REMOTE_LAST);
_Static_assert(sizeof(PolicyRecord) == POLICY_SIZE, "PolicyRecord has the size that layout.ts says");
AT(PolicyTable, version, SPD_VERSION);
AT(PolicyTable, count, SPD_COUNT);
AT(PolicyTable, order, SPD_ORDER);
AT(PolicyTable, policies, SPD_RECORDS);
_Static_assert(sizeof(PolicyTable) == SPD_TABLE_SIZE, "PolicyTable has the size that layout.ts says");
AT(EventRecord, kind, EVENT_KIND);
AT(EventRecord, direction, EVENT_DIRECTION);
AT(EventRecord, port, EVENT_PORT);
AT(EventRecord, policy, EVENT_POLICY);
AT(EventRecord, spi, EVENT_SPI);
AT(EventRecord, address, EVENT_ADDRESS);
_Static_assert(sizeof(EventRecord) == EVENT_SIZE, "EventRecord has the size that layout.ts says");
AT(EngineTable, eventsRead, ENGINE_EVENTS_READ);
AT(EngineTable, eventsWritten, ENGINE_EVENTS_WRITTEN);
AT(EngineTable, eventsLost, ENGINE_EVENTS_LOST);
AT(EngineTable, parked, ENGINE_PARKED);
AT(EngineTable, parkedHighWater, ENGINE_PARKED_HIGH_WATER);
AT(EngineTable, parkSize, ENGINE_PARK_SIZE);
AT(EngineTable, drops, ENGINE_DROPS);
AT(EngineTable, notes, ENGINE_NOTES);
AT(EngineTable, events, ENGINE_EVENT_RING);
_Static_assert(sizeof(EngineTable) == ENGINE_TABLE_SIZE, "EngineTable has the size that layout.ts says");
#undef AT
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "layout.ts says little-endian");
_Static_assert((ENGINE_EVENTS & (ENGINE_EVENTS - 1)) == 0, "the ring's counters wrap at 2^32");
_Static_assert(((SPI_SLOT_MASK + 1) & SPI_SLOT_MASK) == 0 && SPI_SLOT_MASK + 1 >= SECURITY_ASSOCIATIONS, "an SPI's lower bits can name every record");
_Static_assert(CONNECTIONS < 0x7fff && REPLAY_WINDOW % 64 == 0 && REPLAY_WINDOW >= 64, "limits are possible");

#endif
