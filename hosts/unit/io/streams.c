#include "streams.h"

#include "../control.h"
#include "visitors.h"

enum { kSelf, kOnReadable, kOnWritable, kOnError, kCallbacks };

/* ---- events ---- */

void stream_ended(StreamState* stream, int failure)
{
	if (stream->ended)
		return;
	stream->ended = 1;
	stream->failure = failure;
	stream_soon(stream);
}

void stream_accepted(StreamState* stream, uint32_t remoteAddress)
{
	stream->socket = 1;
	stream->remoteAddress = remoteAddress;
	stream->stranger = 1;
	/* that it came was one */
	stream->calls = 1;
}

/* Whether JavaScript may be called for it; if not, it is over. */
static int may_call(StreamState* stream)
{
	if (!stream->stranger || visitors_take(stream->remoteAddress, loop_now())) {
		stream->calls += stream->stranger;
		return 1;
	}
	stream->stranger = 0;
	stream_reset(stream);
	return 0;
}

static int tell(StreamState* stream, int callback, uint32_t count)
{
	if (!may_call(stream))
		return 1;
	int32_t handle = table_handle(&streamTable, stream);
	loop_call_number(&stream->callbacks[kSelf], &stream->callbacks[callback], count);
	return table_find(&streamTable, handle) == stream;
}

int stream_tell_room(StreamState* stream)
{
	stream->announce = 0;
	return tell(stream, kOnWritable, stream_room(stream));
}

int stream_tell_input(StreamState* stream)
{
	return tell(stream, kOnReadable, stream_unread(stream));
}

void stream_tell_end(StreamState* stream)
{
	loop_call_error(&stream->callbacks[kSelf], &stream->callbacks[kOnError], stream->failure);
}

int stream_pending(void)
{
	for (unsigned i = 0; i < streamTable.count; i++) {
		const StreamState* stream = table_at(&streamTable, i);
		if (stream->entry.used && !stream->ended && stream_unsent(stream) > 0)
			return 1;
	}
	return 0;
}

static void release(void* entry)
{
	StreamState* stream = entry;
	stream->bound = 0;
	/* The host may still need its place: to JavaScript it is closed. */
	stream->entry.generation++;
	stream_close(stream);
}

void stream_abandon(void)
{
	table_each(&streamTable, release);
}

/* ---- natives ---- */

/* (handle): it is a terminal. */
void xs_stream_terminal(xsMachine* the)
{
	const StreamState* stream = table_asked(the, &streamTable);
	xsmcSetBoolean(xsResult, stream != NULL && stream->terminal);
}

/* (handle): the peer's address as a number. */
void xs_stream_remote(xsMachine* the)
{
	const StreamState* stream = table_asked(the, &streamTable);
	if (stream != NULL)
		xsmcSetNumber(xsResult, stream->remoteAddress);
}

/* (handle): its client has shown the password. */
void xs_stream_welcome(xsMachine* the)
{
	StreamState* stream = table_asked(the, &streamTable);
	if (stream == NULL || !stream->stranger)
		return;
	stream->stranger = 0;
	visitors_welcome(stream->remoteAddress, stream->calls, loop_now());
}

/* (handle, self, onReadable(count), onWritable(count), onError(message?)): events come from now on. 0, or a negative errno. */
void xs_stream_bind(xsMachine* the)
{
	StreamState* stream = table_asked(the, &streamTable);
	if (stream == NULL || stream->bound)
		xsUnknownError("no stream to bind");
	int failure = stream_watch(stream);
	xsmcSetInteger(xsResult, -failure);
	if (failure != 0)
		return;
	callbacks_hold(the, stream->callbacks, 1, kCallbacks);
	stream->bound = 1;
	stream->announce = 1;
	stream_soon(stream);
}

/* (handle, count): at most `count` bytes (0: as many as are buffered) in an ArrayBuffer, or undefined when none wait. */
void xs_stream_read(xsMachine* the)
{
	StreamState* stream = table_asked(the, &streamTable);
	int count = xsmcToInteger(xsArg(1));
	if (stream == NULL)
		return;
	uint32_t size = stream_unread(stream);
	if (count > 0 && size > (uint32_t)count)
		size = (uint32_t)count;
	if (size == 0)
		return;
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)size);
	stream_get(stream, xsmcToArrayBuffer(xsResult), size);
}

/* (handle): nothing more is written; the other end of a socket learns it after the last byte. */
void xs_stream_end(xsMachine* the)
{
	StreamState* stream = table_asked(the, &streamTable);
	if (stream == NULL || stream->ended || stream->outputEnded || !stream->socket)
		return;
	stream->outputEnded = 1;
	stream_finish(stream);
}

/* (handle, bytes): takes all of them and returns the room that is left; throws when they are more than there is room for. */
void xs_stream_write(xsMachine* the)
{
	StreamState* stream = table_asked(the, &streamTable);
	void* data;
	xsUnsignedValue size;
	xsmcSetInteger(xsResult, 0);
	if (stream == NULL || stream->ended || stream->outputEnded)
		return;
	xsmcGetBufferReadable(xsArg(1), &data, &size);
	uint32_t room = stream_room(stream);
	if (size > room)
		xsRangeError("%u bytes where there is room for %u", (unsigned)size, (unsigned)room);
	stream->announce = 1;
	stream_put(stream, data, (uint32_t)size);
	xsmcSetInteger(xsResult, stream->ended ? 0 : (xsIntegerValue)stream_room(stream));
}

/* (handle): what was written is still delivered; nothing is called any more. Closing what is closed does nothing. */
void xs_stream_close(xsMachine* the)
{
	StreamState* stream = table_asked(the, &streamTable);
	if (stream == NULL)
		return;
	if (stream->bound)
		callbacks_let_go(the, stream->callbacks, kCallbacks);
	release(stream);
}
