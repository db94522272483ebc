/*
 * Byte streams for JavaScript (stream.ts): accepted TCP connections and serial ports. Bounded buffers each way; nothing blocks. Callbacks of an open stream
 * are held by it and let go by its close. The host, whose streams begin with a StreamState, supplies what stands last here.
 */
#ifndef KEYGATE_UNIT_STREAMS_H
#define KEYGATE_UNIT_STREAMS_H

#include "handles.h"

typedef struct {
	Entry entry;
	uint32_t remoteAddress;
	uint8_t bound;		/* JavaScript listens */
	uint8_t socket;		/* its other end is told when nothing more is written */
	uint8_t terminal;	/* a person may sit at it */
	uint8_t inputEnded;	/* nothing more comes; what is still written may be taken */
	uint8_t outputEnded;	/* JavaScript writes no more */
	uint8_t ended;		/* nothing comes, nothing is taken */
	uint8_t announce;	/* onWritable is due once there is room */
	uint8_t stranger;	/* at its other end is somebody who has not shown the password (visitors.h) */
	uint32_t calls;		/* of JavaScript that it has cost as such */
	int failure;		/* errno of the end; 0: in order */
	xsSlot callbacks[4];	/* self, onReadable, onWritable, onError */
} StreamState;

/* It is a connection that somebody at this address has opened, who has not shown the password yet. */
void stream_accepted(StreamState* stream, uint32_t remoteAddress);
/* Nothing comes and nothing is taken any more, for that errno (0: in order): JavaScript is told after it has read what there is. */
void stream_ended(StreamState* stream, int failure);
/* JavaScript is told: 0 when it has closed the stream meanwhile. */
int stream_tell_room(StreamState* stream);
int stream_tell_input(StreamState* stream);
void stream_tell_end(StreamState* stream);
/* Output waits somewhere. */
int stream_pending(void);
/* Closes all of them and forgets what a dead machine gave. */
void stream_abandon(void);

/* ---- the host's ---- */

extern const Table streamTable;
/* Events may come from now on: 0, or an errno. */
int stream_watch(StreamState* stream);
/* There is something to be told. */
void stream_soon(StreamState* stream);
/* Bytes that wait for JavaScript; those that can be had at once are among them. */
uint32_t stream_unread(StreamState* stream);
/* Takes the first of them. */
void stream_get(StreamState* stream, void* bytes, uint32_t size);
/* Bytes that wait for the other end, and those that there is room for. */
uint32_t stream_unsent(const StreamState* stream);
uint32_t stream_room(const StreamState* stream);
/* Ends it: what waits either way is lost, and the other end is told so. */
void stream_reset(StreamState* stream);
/* Adds bytes, no more than there is room for, and sends what goes. */
void stream_put(StreamState* stream, const void* bytes, uint32_t size);
/* The other end is told that there are no more, after the last of them. */
void stream_finish(StreamState* stream);
/* Ends it; what was written is still delivered. */
void stream_close(StreamState* stream);

#endif
