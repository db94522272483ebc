#include "stream.h"

#include <stddef.h>
#include <string.h>
#include "errors.h"

static Stream streams[kStreams];
const Table streamTable = TABLE(streams);
static StreamUse use;

const StreamUse* stream_use(void)
{
	return &use;
}

Stream* stream_take(void)
{
	Stream* stream = NULL;
	for (int i = 0; i < kStreams; i++) {
		if (!streams[i].state.entry.used) {
			stream = &streams[i];
			break;
		}
		if (streams[i].lingering && (stream == NULL || streams[i].linger > stream->linger))
			stream = &streams[i];
	}
	if (stream == NULL)
		return NULL;
	if (stream->state.entry.used)
		connection_abort(stream);
	Entry entry = stream->state.entry;
	memset(stream, 0, sizeof *stream);
	stream->state.entry = entry;
	table_use(&streamTable, stream);
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
	use.used -= stream->state.entry.used;
	if (stream->state.entry.used) {
		pipe_clear(&stream->input);
		pipe_clear(&stream->output);
	}
	stream->state.entry.used = stream->state.bound = stream->lingering = 0;
	stream->pcb = NULL;
	stream->sent = 0;
}

void stream_discard(int32_t handle)
{
	Stream* stream = table_find(&streamTable, handle);
	if (stream != NULL)
		connection_abort(stream);
}

/* ---- events ---- */

void stream_soon(StreamState* state)
{
	loop_soon(&((Stream*)state)->watch);
}

void stream_input_ended(Stream* stream)
{
	stream->state.inputEnded = 1;
	loop_soon(&stream->watch);
}

int stream_has_room(const Stream* stream)
{
	return pipe_room(&stream->output) >= stream->output.blocks * (uint32_t)kBlockSize / 2;
}

/* Who has more to write than there was room for gets half of the blocks that nobody has. */
static void feed(Stream* stream)
{
	uint32_t blocks = stream->output.blocks + (blocks_left(kForOutput) + 1) / 2;
	pipe_hold(&stream->output, blocks < kStreamMostBlocks ? blocks : kStreamMostBlocks);
}

static void push(Stream* stream)
{
	if (stream->state.terminal)
		serial_push(stream);
	else
		connection_push(stream);
}

static void stream_ready(LoopWatch* watch)
{
	Stream* stream = (Stream*)((uint8_t*)watch - offsetof(Stream, watch));
	push(stream);
	if (stream->hungry)
		feed(stream);
	if (stream->state.announce && stream_has_room(stream) && !(stream->state.ended && stream->input.count == 0)) {
		stream->hungry = 0;
		if (!stream_tell_room(&stream->state))
			return;
	}
	/* All is out, and nothing more was written: others may need the blocks. JavaScript is told before it can write to them. */
	if (stream->output.count == 0 && !stream->state.announce && stream->output.blocks > kStreamBlocks && !stream->state.ended) {
		pipe_keep(&stream->output, kStreamBlocks);
		if (!stream_tell_room(&stream->state))
			return;
	}
	if (stream->input.count > 0 && !stream_tell_input(&stream->state))
		return;
	/* After the end of the input JavaScript was offered room and had nothing more to write. */
	if (stream->state.inputEnded && stream->input.count == 0 && stream->output.count == 0 && !stream->state.announce)
		stream_ended(&stream->state, 0);
	if (stream->state.ended && stream->input.count == 0) {
		loop_unwatch(&stream->watch);
		stream_tell_end(&stream->state);
	}
}

/* ---- all ---- */

static Stream* the_serial(void)
{
	for (int i = 0; i < kStreams; i++)
		if (streams[i].state.entry.used && streams[i].state.terminal)
			return &streams[i];
	return NULL;
}

void stream_serial_poll(void)
{
	Stream* stream = the_serial();
	if (stream != NULL && stream->state.bound)
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
		if (streams[i].state.entry.used && streams[i].pcb != NULL && (greatest == NULL || streams[i].input.count > greatest->input.count))
			greatest = &streams[i];
	return greatest;
}

/* ---- for the natives ---- */

/* (device): the serial port, whatever it is called; one stream at a time. A handle, or a negative errno. */
void xs_stream_serial(xsMachine* the)
{
	Stream* stream = the_serial() == NULL ? stream_take() : NULL;
	if (stream != NULL)
		stream->state.terminal = 1;
	xsmcSetInteger(xsResult, stream == NULL ? -kErrorTooMany : table_handle(&streamTable, stream));
}

int stream_watch(StreamState* state)
{
	loop_watch(&((Stream*)state)->watch, stream_ready);
	return 0;
}

uint32_t stream_unread(StreamState* state)
{
	return ((Stream*)state)->input.count;
}

void stream_get(StreamState* state, void* bytes, uint32_t size)
{
	Stream* stream = (Stream*)state;
	pipe_get(&stream->input, bytes, size);
	pipe_drop(&stream->input, size, 0);
	connection_read(stream, size);
	/* the serial port may have kept more than there was room for */
	if (stream->input.count > 0 || state->inputEnded || state->ended || state->terminal)
		loop_soon(&stream->watch);
}

uint32_t stream_unsent(const StreamState* state)
{
	return ((const Stream*)state)->output.count;
}

uint32_t stream_room(const StreamState* state)
{
	return pipe_room(&((const Stream*)state)->output);
}

void stream_put(StreamState* state, const void* bytes, uint32_t size)
{
	Stream* stream = (Stream*)state;
	stream->hungry = size == pipe_room(&stream->output);
	pipe_put(&stream->output, bytes, size);
	push(stream);
	if (stream->hungry || stream_has_room(stream))
		loop_soon(&stream->watch);
}

void stream_reset(StreamState* state)
{
	connection_reset((Stream*)state);
	stream_ended(state, kErrorReset);
}

void stream_finish(StreamState* state)
{
	connection_push((Stream*)state);
}

void stream_close(StreamState* state)
{
	Stream* stream = (Stream*)state;
	if (stream->lingering)
		return;
	loop_unwatch(&stream->watch);
	if (stream->pcb != NULL)
		connection_close(stream);
	else {
		if (state->terminal)
			serial_push(stream);
		stream_free(stream);
	}
}
