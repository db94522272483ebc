/*
 * The byte streams of a device: TCP connections (connection.c) and the serial port (serial.c). A fixed table; what waits each way is in blocks of the pool, few
 * when little is said, so many as are there when a page goes out.
 */
#ifndef KEYGATE_LWIP_STREAM_H
#define KEYGATE_LWIP_STREAM_H

#include <stdint.h>
#include "../unit/io/streams.h"
#include "loop.h"
#include "lwip/tcp.h"
#include "pipe.h"

/* Streams at once: HTTP connections, those being refused and those that still deliver, the console. */
#define kStreams 14
/* Bytes that may wait for JavaScript: TCP's window. */
#define kStreamInput TCP_WND
/* Blocks for what the other end has not confirmed yet: those that a stream always has, and at the most. */
#define kStreamBlocks 2
#define kStreamMostBlocks 16

typedef struct {
	StreamState state;
	LoopWatch watch;
	struct tcp_pcb* pcb;	/* NULL: the serial port, or a connection that is over */
	uint8_t finished;	/* JavaScript writes no more, and the other end was told */
	uint8_t hungry;		/* JavaScript filled the room that it was told of */
	uint8_t lingering;	/* JavaScript has closed it; what was written is still to be delivered */
	uint8_t linger;		/* half seconds that it has done so */
	/* Of the output `sent` bytes are TCP's already, which sends them from here and again until they are confirmed. */
	uint32_t sent;
	Pipe input, output;
} Stream;

/* A free place, or NULL; the oldest that only delivers gives way. */
Stream* stream_take(void);
/* Ends the stream with this handle, if it is one, that JavaScript never had. */
void stream_discard(int32_t handle);
/* The other end says no more, and may be waiting for our answer. */
void stream_input_ended(Stream* stream);
/* For use by the other kinds: it is free again. */
void stream_free(Stream* stream);
/* There is enough room in its output for it to be worth a call. */
int stream_has_room(const Stream* stream);

typedef struct {
	uint32_t used, highWater;
} StreamUse;
const StreamUse* stream_use(void);

/* ---- TCP ---- */

/* A stream over a connection that was accepted, silent until xs_stream_bind. Its handle, or a negative errno (EMFILE: the table is full). */
int32_t connection_stream(struct tcp_pcb* pcb);
/* Gives TCP what it takes now. */
void connection_push(Stream* stream);
/* JavaScript has read so many bytes: the window opens again. */
void connection_read(Stream* stream, uint32_t size);
/* Closes it; what was written is still delivered. */
void connection_close(Stream* stream);
/* Ends it at once; the stream stays until JavaScript has heard of it. */
void connection_reset(Stream* stream);
/* Ends both at once. */
void connection_abort(Stream* stream);

/* ---- serial port ---- */

void serial_push(Stream* stream);
/* Takes what came, gives what waits. */
void stream_serial_poll(void);
/* Output waits for the port. */
int stream_serial_waits(void);

/* ---- all ---- */

/* The connection with most that JavaScript has not read; NULL: there is none. */
Stream* stream_greatest_input(void);

#endif
