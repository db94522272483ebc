#include "stream.h"

#include <stddef.h>
#include <string.h>
#include "errors.h"

static Stream streams[kStreams];
static StreamUse use;

const StreamUse* stream_use(void)
{
	return &use;
}

/* A handle is a place in the table and the generation of its use: one that was closed fits nothing any more. */
int32_t stream_handle(const Stream* stream)
{
	return (int32_t)((stream->generation & 0x3fffff) << 8 | (uint32_t)(stream - streams));
}

static Stream* from_handle(int32_t handle)
{
	uint32_t index = (uint32_t)handle & 255;
	if (handle < 0 || index >= kStreams || !streams[index].used || streams[index].lingering || stream_handle(&streams[index]) != handle)
		return NULL;
	return &streams[index];
}

Stream* stream_take(void)
{
	Stream* stream = NULL;
	for (int i = 0; i < kStreams; i++) {
		if (!streams[i].used) {
			stream = &streams[i];
			break;
		}
		if (streams[i].lingering && (stream == NULL || streams[i].linger > stream->linger))
			stream = &streams[i];
	}
	if (stream == NULL)
		return NULL;
	if (stream->used)
		connection_abort(stream);
	uint32_t generation = stream->generation + 1;
	memset(stream, 0, sizeof *stream);
	stream->generation = generation;
	stream->used = 1;
	pipe_open(&stream->input, kForInput);
	pipe_open(&stream->output, kForOutput);
	pipe_hold(&stream->output, kStreamBlocks);
	if (++use.used > use.highWater)
		use.highWater = use.used;
	return stream;
}

void stream_free(Stream* stream)
{
	loop_unwatch(&stream->watch);
	use.used -= stream->used;
	if (stream->used) {
		pipe_clear(&stream->input);
		pipe_clear(&stream->output);
	}
	stream->used = stream->bound = stream->lingering = 0;
	stream->pcb = NULL;
	stream->sent = 0;
}

void stream_discard(int32_t handle)
{
	Stream* stream = from_handle(handle);
	if (stream != NULL)
		connection_abort(stream);
}

/* ---- events ---- */

void stream_ended(Stream* stream, int failure)
{
	if (stream->ended)
		return;
	stream->ended = 1;
	stream->failure = failure;
	loop_soon(&stream->watch);
}

void stream_input_ended(Stream* stream)
{
	stream->inputEnded = 1;
	loop_soon(&stream->watch);
}

int stream_has_room(const Stream* stream)
{
	return pipe_room(&stream->output) >= stream->output.blocks * (uint32_t)kBlockSize / 2;
}

static void announce(Stream* stream)
{
	MachineArgument room = { .kind = kArgumentInteger, .value.integer = (int32_t)pipe_room(&stream->output) };
	loop_call(&stream->self, &stream->onWritable, 1, &room);
}

/* Who has more to write than there was room for gets half of the blocks that nobody has. */
static void feed(Stream* stream)
{
	uint32_t blocks = stream->output.blocks + (blocks_left(kForOutput) + 1) / 2;
	pipe_hold(&stream->output, blocks < kStreamMostBlocks ? blocks : kStreamMostBlocks);
}

static void push(Stream* stream)
{
	if (stream->serial)
		serial_push(stream);
	else
		connection_push(stream);
}

static void stream_ready(LoopWatch* watch)
{
	Stream* stream = (Stream*)((uint8_t*)watch - offsetof(Stream, watch));
	int32_t handle = stream_handle(stream);
	push(stream);
	if (stream->hungry)
		feed(stream);
	if (stream->announce && stream_has_room(stream) && !(stream->ended && stream->input.count == 0)) {
		stream->announce = stream->hungry = 0;
		announce(stream);
		if (from_handle(handle) != stream)
			return;
	}
	/* All is out, and nothing more was written: others may need the blocks. JavaScript is told before it can write to them. */
	if (stream->output.count == 0 && !stream->announce && stream->output.blocks > kStreamBlocks && !stream->ended) {
		pipe_keep(&stream->output, kStreamBlocks);
		announce(stream);
		if (from_handle(handle) != stream)
			return;
	}
	if (stream->input.count > 0) {
		MachineArgument count = { .kind = kArgumentInteger, .value.integer = (int32_t)stream->input.count };
		loop_call(&stream->self, &stream->onReadable, 1, &count);
		if (from_handle(handle) != stream)
			return;
	}
	/* After the end of the input JavaScript was offered room and had nothing more to write. */
	if (stream->inputEnded && stream->input.count == 0 && stream->output.count == 0 && !stream->announce)
		stream_ended(stream, 0);
	if (stream->ended && stream->input.count == 0) {
		MachineArgument text = { .kind = kArgumentUndefined };
		if (stream->failure) {
			text.kind = kArgumentString;
			text.value.string = error_text(stream->failure);
		}
		loop_unwatch(&stream->watch);
		loop_call(&stream->self, &stream->onError, 1, &text);
	}
}

/* ---- all ---- */

int stream_pending(void)
{
	for (int i = 0; i < kStreams; i++)
		if (streams[i].used && streams[i].output.count > 0 && !streams[i].ended)
			return 1;
	return 0;
}

static void release(Stream* stream)
{
	loop_unwatch(&stream->watch);
	stream->bound = 0;
	if (stream->pcb != NULL)
		connection_close(stream);
	else {
		if (stream->serial)
			serial_push(stream);
		stream_free(stream);
	}
}

void stream_abandon(void)
{
	for (int i = 0; i < kStreams; i++)
		if (streams[i].used && !streams[i].lingering)
			release(&streams[i]);
}

static Stream* the_serial(void)
{
	for (int i = 0; i < kStreams; i++)
		if (streams[i].used && streams[i].serial)
			return &streams[i];
	return NULL;
}

void stream_serial_poll(void)
{
	Stream* stream = the_serial();
	if (stream != NULL && stream->bound)
		serial_push(stream);
}

int stream_serial_waits(void)
{
	Stream* stream = the_serial();
	return stream != NULL && stream->output.count > 0;
}

Stream* stream_greatest_input(void)
{
	Stream* greatest = NULL;
	for (int i = 0; i < kStreams; i++)
		if (streams[i].used && streams[i].pcb != NULL && (greatest == NULL || streams[i].input.count > greatest->input.count))
			greatest = &streams[i];
	return greatest;
}

/* ---- natives ---- */

/* (device): the serial port, whatever it is called; one stream at a time. A handle, or a negative errno. */
void xs_stream_serial(xsMachine* the)
{
	Stream* stream = the_serial() == NULL ? stream_take() : NULL;
	if (stream != NULL)
		stream->serial = 1;
	xsmcSetInteger(xsResult, stream == NULL ? -kErrorTooMany : stream_handle(stream));
}

/* (handle): a person may sit at it. */
void xs_stream_terminal(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	xsmcSetBoolean(xsResult, stream != NULL && stream->serial);
}

/* (handle, self, onReadable(count), onWritable(count), onError(message?)): events come from now on. 0, or a negative errno. */
void xs_stream_bind(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	if (stream == NULL || stream->bound)
		xsUnknownError("no stream to bind");
	xsSlot* slots[] = { &stream->self, &stream->onReadable, &stream->onWritable, &stream->onError };
	for (int i = 0; i < 4; i++) {
		*slots[i] = xsArg(i + 1);
		xsRemember(*slots[i]);
	}
	loop_watch(&stream->watch, stream_ready);
	stream->bound = 1;
	stream->announce = 1;
	loop_soon(&stream->watch);
	xsmcSetInteger(xsResult, 0);
}

/* (handle, count): at most `count` bytes (0: as many as are buffered) in an ArrayBuffer, or undefined when none wait. */
void xs_stream_read(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	int count = xsmcToInteger(xsArg(1));
	if (stream == NULL)
		return;
	uint32_t size = stream->input.count;
	if (count > 0 && size > (uint32_t)count)
		size = (uint32_t)count;
	if (size == 0)
		return;
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)size);
	pipe_get(&stream->input, xsmcToArrayBuffer(xsResult), size);
	pipe_drop(&stream->input, size, 0);
	connection_read(stream, size);
	/* the serial port may have kept more than there was room for */
	if (stream->input.count > 0 || stream->inputEnded || stream->ended || stream->serial)
		loop_soon(&stream->watch);
}

/* (handle): nothing more is written; the other end of a connection learns it after the last byte. */
void xs_stream_end(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	if (stream == NULL || stream->ended || stream->outputEnded || stream->serial)
		return;
	stream->outputEnded = 1;
	connection_push(stream);
}

/* (handle, bytes): takes all of them and returns the room that is left; throws when they are more than there is room for. */
void xs_stream_write(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	void* data;
	xsUnsignedValue size;
	xsmcSetInteger(xsResult, 0);
	if (stream == NULL || stream->ended || stream->outputEnded)
		return;
	xsmcGetBufferReadable(xsArg(1), &data, &size);
	uint32_t room = pipe_room(&stream->output);
	if (size > room)
		xsRangeError("%u bytes where there is room for %u", (unsigned)size, (unsigned)room);
	pipe_put(&stream->output, data, size);
	stream->hungry = size == room;
	push(stream);
	stream->announce = 1;
	if (stream->hungry || stream_has_room(stream))
		loop_soon(&stream->watch);
	xsmcSetInteger(xsResult, stream->ended ? 0 : (xsIntegerValue)pipe_room(&stream->output));
}

/* (handle): the peer's address as a number. */
void xs_stream_remote(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	if (stream != NULL)
		xsmcSetNumber(xsResult, stream->remoteAddress);
}

/* (handle): what was written is still delivered; nothing is called any more. Closing what is closed does nothing. */
void xs_stream_close(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	if (stream == NULL)
		return;
	if (stream->bound) {
		xsForget(stream->self);
		xsForget(stream->onReadable);
		xsForget(stream->onWritable);
		xsForget(stream->onError);
	}
	release(stream);
}
