/*
 * Fragments. The ports of a packet stand in its first fragment only; so that later ones can be held against selectors with ports, those of first
 * fragments are remembered for a while (RFC 4301 7.3, stateful fragment checking). And a packet that is too large for its tunnel, and may be cut, is cut
 * before it is sealed.
 */
#ifndef KEYGATE_FRAGMENTS_H
#define KEYGATE_FRAGMENTS_H

#include "engine.h"
#include "selectors.h"

/* Milliseconds for which a first fragment's ports are known. */
#define kFragmentAge 15000

/*
 * Remembers a first fragment's ports; gives a later one the ports of its first, if that came. `owner`: 0 for packets of the LAN, else the incoming
 * SA's number plus one, so that one peer's fragments never speak for another's.
 */
void fragments_join(InnerPacket* inner, unsigned owner, uint64_t now);
void fragments_clear(void);

/*
 * Copies the next piece of `whole`, at most `size` bytes with its header, to piece->data. `offset`: bytes of payload that are done, 0 for the first piece.
 * 0 when there is no more, or it cannot be cut.
 */
int fragments_cut(const EnginePacket* whole, uint32_t size, uint32_t* offset, EnginePacket* piece);

#endif
