#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "loop.h"

typedef struct {
	StreamState state;
	LoopWatch in;		/* both ways when `out.descriptor` is the same */
	LoopWatch out;
	int inDescriptor, outDescriptor;
	uint8_t borrowed;	/* standard input and output as they are: not ours to close, and may block */
	uint8_t restore;	/* `was` is to be put back */
	struct termios was;
	uint32_t inputStart, inputCount, outputStart, outputCount;
	uint8_t input[kStreamInput];
	uint8_t output[kStreamOutput];
} Stream;

static Stream streams[kStreams];
const Table streamTable = TABLE(streams);

static Stream* take(void)
{
	Stream* stream = table_unused(&streamTable);
	if (stream == NULL)
		return NULL;
	Entry entry = stream->state.entry;
	memset(stream, 0, offsetof(Stream, input));
	stream->state.entry = entry;
	table_use(&streamTable, stream);
	return stream;
}

int stream_from_socket(int descriptor, uint32_t remoteAddress)
{
	Stream* stream = take();
	if (stream == NULL)
		return -EMFILE;
	stream->inDescriptor = stream->outDescriptor = descriptor;
	stream_accepted(&stream->state, remoteAddress);
	return table_handle(&streamTable, stream);
}

/* ---- bytes ---- */

static LoopWatch* writer(Stream* stream)
{
	return stream->inDescriptor == stream->outDescriptor ? &stream->in : &stream->out;
}

/* Asks the loop for what is wanted now. */
static void want(Stream* stream)
{
	uint32_t input = !stream->state.inputEnded && !stream->state.ended && stream->inputCount == 0 ? EPOLLIN : 0;
	uint32_t output = stream->outputCount > 0 ? EPOLLOUT : 0;
	if (writer(stream) == &stream->in)
		loop_want(&stream->in, input | output);
	else {
		loop_want(&stream->in, input);
		loop_want(&stream->out, output);
	}
}

void stream_soon(StreamState* state)
{
	loop_soon(&((Stream*)state)->in, EPOLLOUT);
}

/* Whether poll promises that the descriptor does not block now: for one that is shared with others and may be a blocking one. */
static int promises(int descriptor, short events)
{
	struct pollfd ready = { .fd = descriptor, .events = events };
	return poll(&ready, 1, 0) == 1;
}

/* The other end says no more, and may be waiting for our answer. */
static void input_ended(Stream* stream)
{
	stream->state.inputEnded = 1;
	if (writer(stream) != &stream->in)
		loop_blind(&stream->in);
	loop_soon(&stream->in, EPOLLOUT);
}

/* Fills the empty input buffer from the descriptor. */
static void fill(Stream* stream)
{
	ssize_t got;
	if (stream->state.inputEnded || stream->state.ended || stream->inputCount > 0)
		return;
	if (stream->borrowed && !promises(stream->inDescriptor, POLLIN))
		return;
	do
		got = read(stream->inDescriptor, stream->input, kStreamInput);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		stream->inputStart = 0;
		stream->inputCount = (uint32_t)got;
	}
	else if (got == 0)
		input_ended(stream);
	else if (errno == EIO)
		stream_ended(&stream->state, 0);
	else if (errno != EAGAIN)
		stream_ended(&stream->state, errno);
}

/* Gives the other end what it takes now. */
static void flush(Stream* stream)
{
	while (stream->outputCount > 0) {
		uint32_t size = stream->outputCount;
		ssize_t put;
		if (size > kStreamOutput - stream->outputStart)
			size = kStreamOutput - stream->outputStart;
		if (stream->borrowed && !stream->state.socket) {
			/* No more than what poll promises. */
			if (!promises(stream->outDescriptor, POLLOUT))
				return;
			if (size > 512)
				size = 512;
		}
		put = stream->state.socket ? send(stream->outDescriptor, stream->output + stream->outputStart, size, MSG_DONTWAIT | MSG_NOSIGNAL)
			: write(stream->outDescriptor, stream->output + stream->outputStart, size);
		if (put < 0) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN) {
				/* Nobody is there to answer. */
				stream->outputCount = stream->inputCount = 0;
				stream_ended(&stream->state, errno == EPIPE || errno == EIO ? 0 : errno);
			}
			return;
		}
		stream->outputStart = (stream->outputStart + (uint32_t)put) % kStreamOutput;
		stream->outputCount -= (uint32_t)put;
		if (stream->outputCount == 0 && stream->state.outputEnded)
			shutdown(stream->outDescriptor, SHUT_WR);
	}
}

/* ---- events ---- */

static void stream_ready(LoopWatch* watch, uint32_t events)
{
	Stream* stream = NULL;
	for (int i = 0; i < kStreams; i++)
		if (&streams[i].in == watch || &streams[i].out == watch)
			stream = &streams[i];
	if (stream == NULL || !stream->state.entry.used || !stream->state.bound)
		return;
	if (stream->outputCount > 0)
		flush(stream);
	if (watch == writer(stream) && stream->state.inputEnded && (events & (EPOLLHUP | EPOLLERR)))
		stream_ended(&stream->state, 0);
	else if (watch == &stream->in && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
		/* A pipe whose other end is closed still has what was written to it, and says so for ever. */
		if (writer(stream) != &stream->in && (events & EPOLLHUP))
			loop_blind(&stream->in);
		fill(stream);
	}
	if (watch == &stream->out && (events & (EPOLLHUP | EPOLLERR))) {
		stream->inputCount = 0;
		stream_ended(&stream->state, 0);
	}
	if (stream->state.announce && stream->outputCount < kStreamOutput && !(stream->state.ended && stream->inputCount == 0) && !stream_tell_room(&stream->state))
		return;
	if (stream->inputCount > 0) {
		/* With a full buffer and a closed descriptor epoll would go on: the buffer comes first. */
		loop_want(&stream->in, 0);
		if (!stream_tell_input(&stream->state))
			return;
		if (stream->inputCount > 0 && writer(stream) == &stream->in && (events & (EPOLLHUP | EPOLLERR)) && !stream->state.ended) {
			/* Not read, and nobody there to wait: the connection is over. */
			stream->inputCount = 0;
			stream_ended(&stream->state, 0);
		}
	}
	/* After the end of the input JavaScript was offered room and had nothing more to write. */
	if (stream->state.inputEnded && stream->inputCount == 0 && stream->outputCount == 0 && !stream->state.announce)
		stream_ended(&stream->state, 0);
	if (stream->state.ended && stream->inputCount == 0) {
		loop_unwatch(&stream->in);
		loop_unwatch(&stream->out);
		stream_tell_end(&stream->state);
		return;
	}
	want(stream);
}

void stream_close(StreamState* state)
{
	Stream* stream = (Stream*)state;
	loop_unwatch(&stream->in);
	loop_unwatch(&stream->out);
	if (stream->outputCount > 0)
		flush(stream);
	if (stream->outputCount > 0 && stream->state.socket) {
		/* What was accepted is still to be delivered: the kernel takes it all and goes on alone. */
		int room = 256 * 1024;
		setsockopt(stream->outDescriptor, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
		flush(stream);
	}
	if (stream->restore)
		tcsetattr(stream->inDescriptor, TCSADRAIN, &stream->was);
	if (!stream->borrowed) {
		close(stream->inDescriptor);
		if (stream->outDescriptor != stream->inDescriptor)
			close(stream->outDescriptor);
	}
	state->entry.used = 0;
}

/* ---- serial ports ---- */

/*
 * A non-blocking open file of our own for standard input or output: theirs is shared with whoever started us. Not for a regular file, whose
 * place is shared too (`>log 2>&1`), and which does not block.
 */
static int reopen(int descriptor, int flags)
{
	char path[32];
	struct stat info;
	if (fstat(descriptor, &info) < 0 || S_ISREG(info.st_mode))
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
	return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void set_terminal(Stream* stream, int standard)
{
	struct termios mode;
	stream->state.terminal = isatty(stream->inDescriptor) == 1;
	if (!stream->state.terminal || tcgetattr(stream->inDescriptor, &stream->was) < 0)
		return;
	mode = stream->was;
	if (standard) {
		/* The console edits and echoes; interrupt keys and line ends stay the terminal's. */
		mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		mode.c_cc[VMIN] = 1;
		mode.c_cc[VTIME] = 0;
	}
	else
		cfmakeraw(&mode);
	if (tcsetattr(stream->inDescriptor, TCSANOW, &mode) == 0)
		stream->restore = 1;
}

/* (path): "stdio", or a tty or pty device, which becomes raw. A handle, or a negative errno. */
void xs_stream_serial(xsMachine* the)
{
	char path[256];
	struct stat info;
	xsmcToStringBuffer(xsArg(0), path, sizeof path);
	Stream* stream = take();
	if (stream == NULL) {
		xsmcSetInteger(xsResult, -EMFILE);
		return;
	}
	if (strcmp(path, "stdio") == 0) {
		stream->inDescriptor = reopen(0, O_RDONLY);
		stream->outDescriptor = reopen(1, O_WRONLY);
		if (stream->inDescriptor < 0 || stream->outDescriptor < 0) {
			/* A regular file, a socket, or another user's terminal. */
			if (stream->inDescriptor >= 0)
				close(stream->inDescriptor);
			if (stream->outDescriptor >= 0)
				close(stream->outDescriptor);
			stream->inDescriptor = 0;
			stream->outDescriptor = 1;
			stream->borrowed = 1;
			stream->state.socket = fstat(1, &info) == 0 && S_ISSOCK(info.st_mode);
		}
		set_terminal(stream, 1);
	}
	else {
		stream->inDescriptor = stream->outDescriptor = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (stream->inDescriptor < 0) {
			stream->state.entry.used = 0;
			xsmcSetInteger(xsResult, -errno);
			return;
		}
		set_terminal(stream, 0);
		if (!stream->state.terminal) {
			stream_close(&stream->state);
			xsmcSetInteger(xsResult, -ENOTTY);
			return;
		}
	}
	xsmcSetInteger(xsResult, table_handle(&streamTable, stream));
}

/* ---- of both ---- */

int stream_watch(StreamState* state)
{
	Stream* stream = (Stream*)state;
	int result = loop_watch(&stream->in, stream->inDescriptor, EPOLLIN, 0, stream_ready);
	if (result == 0 && writer(stream) == &stream->out)
		result = loop_watch(&stream->out, stream->outDescriptor, 0, 0, stream_ready);
	if (result < 0)
		loop_unwatch(&stream->in);
	return -result;
}

uint32_t stream_unread(StreamState* state)
{
	Stream* stream = (Stream*)state;
	if (stream->inputCount == 0 && !stream->borrowed)
		fill(stream);
	if (stream->inputCount == 0)
		want(stream);
	return stream->inputCount;
}

void stream_get(StreamState* state, void* bytes, uint32_t size)
{
	Stream* stream = (Stream*)state;
	memcpy(bytes, stream->input + stream->inputStart, size);
	stream->inputStart += size;
	stream->inputCount -= size;
	if (stream->inputCount > 0)
		loop_soon(&stream->in, EPOLLIN);
	want(stream);
}

uint32_t stream_unsent(const StreamState* state)
{
	return ((const Stream*)state)->outputCount;
}

uint32_t stream_room(const StreamState* state)
{
	return kStreamOutput - stream_unsent(state);
}

void stream_refuse(int descriptor)
{
	static const struct linger atOnce = { .l_onoff = 1 };
	setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
}

void stream_reset(StreamState* state)
{
	Stream* stream = (Stream*)state;
	stream_refuse(stream->outDescriptor);
	stream->inputCount = stream->outputCount = 0;
	stream_ended(state, ECONNRESET);
}

void stream_put(StreamState* state, const void* bytes, uint32_t size)
{
	Stream* stream = (Stream*)state;
	uint32_t end = (stream->outputStart + stream->outputCount) % kStreamOutput;
	uint32_t first = size < kStreamOutput - end ? size : kStreamOutput - end;
	memcpy(stream->output + end, bytes, first);
	memcpy(stream->output, (const uint8_t*)bytes + first, size - first);
	stream->outputCount += size;
	flush(stream);
	if (stream->outputCount == 0)
		loop_soon(&stream->in, EPOLLOUT);
	want(stream);
}

void stream_finish(StreamState* state)
{
	const Stream* stream = (const Stream*)state;
	if (stream->outputCount == 0)
		shutdown(stream->outDescriptor, SHUT_WR);
}
