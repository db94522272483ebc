/* Byte streams of Linux: connected sockets, terminals, standard input and output. */
#ifndef KEYGATE_STREAM_H
#define KEYGATE_STREAM_H

#include <stdint.h>
#include "../unit/io/streams.h"

/* Streams at once: HTTP connections, those being refused, the console. */
#define kStreams 32
/* Bytes that wait for JavaScript, and for the other end. */
#define kStreamInput 2048
#define kStreamOutput 8192

/* A stream over a connected socket, silent until xs_stream_bind. Its handle, or a negative errno (EMFILE: the table is full). */
int stream_from_socket(int descriptor, uint32_t remoteAddress);
/* When the socket is closed its other end is told that what it sends is lost. */
void stream_refuse(int descriptor);

#endif
