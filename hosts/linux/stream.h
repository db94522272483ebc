/*
 * Byte streams for JavaScript: accepted TCP connections and serial ports. A fixed table; bounded buffers each way; nothing blocks.
 * Callbacks of an open stream are held by it and let go by its close.
 */
#ifndef KEYGATE_STREAM_H
#define KEYGATE_STREAM_H

#include <stdint.h>

/* Streams at once: HTTP connections, those being refused, the console. */
#define kStreams 32
/* Bytes that wait for JavaScript, and for the other end. */
#define kStreamInput 2048
#define kStreamOutput 8192

/* A stream over a connected socket, silent until xs_stream_bind. Its handle, or a negative errno (EMFILE: the table is full). */
int stream_from_socket(int descriptor, uint32_t remoteAddress);

/* Output waits somewhere. */
int stream_pending(void);
/* Closes all of them and forgets what a dead machine gave. */
void stream_abandon(void);

#endif
