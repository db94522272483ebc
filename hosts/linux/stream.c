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
	LoopWatch in;		/* both ways when `out.descriptor` is the same */
	LoopWatch out;
	int inDescriptor, outDescriptor;
	uint32_t remoteAddress;
	uint32_t generation;
	uint8_t used;
	uint8_t bound;		/* JavaScript listens */
	uint8_t socket;
	uint8_t borrowed;	/* standard input and output as they are: not ours to close, and may block */
	uint8_t inputEnded;	/* nothing more comes; what is still written may be taken */
	uint8_t outputEnded;	/* JavaScript writes no more */
	uint8_t ended;		/* nothing comes, nothing is taken */
	uint8_t announce;	/* onWritable is due once there is room */
	uint8_t terminal;
	uint8_t restore;	/* `was` is to be put back */
	int failure;		/* errno of the end; 0: in order */
	struct termios was;
	xsSlot self, onReadable, onWritable, onError;
	uint32_t inputStart, inputCount, outputStart, outputCount;
	uint8_t input[kStreamInput];
	uint8_t output[kStreamOutput];
} Stream;

static Stream streams[kStreams];

/* A handle is a place in the table and the generation of its use: one that was closed fits nothing any more. */
static int32_t handle_of(const Stream* stream)
{
	return (int32_t)((stream->generation & 0x3fffff) << 8 | (uint32_t)(stream - streams));
}

static Stream* from_handle(int32_t handle)
{
	uint32_t index = (uint32_t)handle & 255;
	if (handle < 0 || index >= kStreams || !streams[index].used || handle_of(&streams[index]) != handle)
		return NULL;
	return &streams[index];
}

static Stream* take(void)
{
	for (int i = 0; i < kStreams; i++) {
		Stream* stream = &streams[i];
		if (!stream->used) {
			uint32_t generation = stream->generation + 1;
			memset(stream, 0, offsetof(Stream, input));
			stream->generation = generation;
			stream->used = 1;
			return stream;
		}
	}
	return NULL;
}

int stream_from_socket(int descriptor, uint32_t remoteAddress)
{
	Stream* stream = take();
	if (stream == NULL)
		return -EMFILE;
	stream->inDescriptor = stream->outDescriptor = descriptor;
	stream->socket = 1;
	stream->remoteAddress = remoteAddress;
	return handle_of(stream);
}

/* ---- bytes ---- */

static LoopWatch* writer(Stream* stream)
{
	return stream->inDescriptor == stream->outDescriptor ? &stream->in : &stream->out;
}

/* Asks the loop for what is wanted now. */
static void want(Stream* stream)
{
	uint32_t input = !stream->inputEnded && !stream->ended && stream->inputCount == 0 ? EPOLLIN : 0;
	uint32_t output = stream->outputCount > 0 ? EPOLLOUT : 0;
	if (writer(stream) == &stream->in)
		loop_want(&stream->in, input | output);
	else {
		loop_want(&stream->in, input);
		loop_want(&stream->out, output);
	}
}

static void ended(Stream* stream, int failure)
{
	if (stream->ended)
		return;
	stream->ended = 1;
	stream->failure = failure;
	loop_soon(&stream->in, EPOLLIN);
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
	stream->inputEnded = 1;
	if (writer(stream) != &stream->in)
		loop_blind(&stream->in);
	loop_soon(&stream->in, EPOLLOUT);
}

/* Fills the empty input buffer from the descriptor. */
static void fill(Stream* stream)
{
	ssize_t got;
	if (stream->inputEnded || stream->ended || stream->inputCount > 0)
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
		ended(stream, 0);
	else if (errno != EAGAIN)
		ended(stream, errno);
}

/* Gives the other end what it takes now. */
static void flush(Stream* stream)
{
	while (stream->outputCount > 0) {
		uint32_t size = stream->outputCount;
		ssize_t put;
		if (size > kStreamOutput - stream->outputStart)
			size = kStreamOutput - stream->outputStart;
		if (stream->borrowed && !stream->socket) {
			/* No more than what poll promises. */
			if (!promises(stream->outDescriptor, POLLOUT))
				return;
			if (size > 512)
				size = 512;
		}
		put = stream->socket ? send(stream->outDescriptor, stream->output + stream->outputStart, size, MSG_DONTWAIT | MSG_NOSIGNAL)
			: write(stream->outDescriptor, stream->output + stream->outputStart, size);
		if (put < 0) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN) {
				/* Nobody is there to answer. */
				stream->outputCount = stream->inputCount = 0;
				ended(stream, errno == EPIPE || errno == EIO ? 0 : errno);
			}
			return;
		}
		stream->outputStart = (stream->outputStart + (uint32_t)put) % kStreamOutput;
		stream->outputCount -= (uint32_t)put;
		if (stream->outputCount == 0 && stream->outputEnded)
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
	if (stream == NULL || !stream->used || !stream->bound)
		return;
	int32_t handle = handle_of(stream);
	if (stream->outputCount > 0)
		flush(stream);
	if (watch == writer(stream) && stream->inputEnded && (events & (EPOLLHUP | EPOLLERR)))
		ended(stream, 0);
	else if (watch == &stream->in && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
		/* A pipe whose other end is closed still has what was written to it, and says so for ever. */
		if (writer(stream) != &stream->in && (events & EPOLLHUP))
			loop_blind(&stream->in);
		fill(stream);
	}
	if (watch == &stream->out && (events & (EPOLLHUP | EPOLLERR))) {
		stream->inputCount = 0;
		ended(stream, 0);
	}
	if (stream->announce && stream->outputCount < kStreamOutput && !(stream->ended && stream->inputCount == 0)) {
		MachineArgument room = { .kind = kArgumentInteger, .value.integer = (int32_t)(kStreamOutput - stream->outputCount) };
		stream->announce = 0;
		loop_call(&stream->self, &stream->onWritable, 1, &room);
		if (from_handle(handle) != stream)
			return;
	}
	if (stream->inputCount > 0) {
		MachineArgument count = { .kind = kArgumentInteger, .value.integer = (int32_t)stream->inputCount };
		/* With a full buffer and a closed descriptor epoll would go on: the buffer comes first. */
		loop_want(&stream->in, 0);
		loop_call(&stream->self, &stream->onReadable, 1, &count);
		if (from_handle(handle) != stream)
			return;
		if (stream->inputCount > 0 && writer(stream) == &stream->in && (events & (EPOLLHUP | EPOLLERR)) && !stream->ended) {
			/* Not read, and nobody there to wait: the connection is over. */
			stream->inputCount = 0;
			ended(stream, 0);
		}
	}
	/* After the end of the input JavaScript was offered room and had nothing more to write. */
	if (stream->inputEnded && stream->inputCount == 0 && stream->outputCount == 0 && !stream->announce)
		ended(stream, 0);
	if (stream->ended && stream->inputCount == 0) {
		loop_unwatch(&stream->in);
		loop_unwatch(&stream->out);
		MachineArgument text = { .kind = kArgumentUndefined };
		if (stream->failure) {
			text.kind = kArgumentString;
			text.value.string = strerror(stream->failure);
		}
		loop_call(&stream->self, &stream->onError, 1, &text);
		return;
	}
	want(stream);
}

static void release(Stream* stream)
{
	loop_unwatch(&stream->in);
	loop_unwatch(&stream->out);
	if (stream->outputCount > 0)
		flush(stream);
	if (stream->outputCount > 0 && stream->socket) {
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
	stream->used = stream->bound = 0;
}

int stream_pending(void)
{
	for (int i = 0; i < kStreams; i++)
		if (streams[i].used && streams[i].outputCount > 0 && !streams[i].ended)
			return 1;
	return 0;
}

void stream_abandon(void)
{
	for (int i = 0; i < kStreams; i++)
		if (streams[i].used)
			release(&streams[i]);
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
	stream->terminal = isatty(stream->inDescriptor) == 1;
	if (!stream->terminal || tcgetattr(stream->inDescriptor, &stream->was) < 0)
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
			stream->socket = fstat(1, &info) == 0 && S_ISSOCK(info.st_mode);
		}
		set_terminal(stream, 1);
	}
	else {
		stream->inDescriptor = stream->outDescriptor = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (stream->inDescriptor < 0) {
			stream->used = 0;
			xsmcSetInteger(xsResult, -errno);
			return;
		}
		set_terminal(stream, 0);
		if (!stream->terminal) {
			release(stream);
			xsmcSetInteger(xsResult, -ENOTTY);
			return;
		}
	}
	xsmcSetInteger(xsResult, handle_of(stream));
}

/* (handle): it is a terminal. */
void xs_stream_terminal(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	xsmcSetBoolean(xsResult, stream != NULL && stream->terminal);
}

/* ---- natives of both ---- */

/* (handle, self, onReadable(count), onWritable(count), onError(message?)): events come from now on. 0, or a negative errno. */
void xs_stream_bind(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	int result;
	if (stream == NULL || stream->bound)
		xsUnknownError("no stream to bind");
	xsSlot* slots[] = { &stream->self, &stream->onReadable, &stream->onWritable, &stream->onError };
	result = loop_watch(&stream->in, stream->inDescriptor, EPOLLIN, 0, stream_ready);
	if (result == 0 && writer(stream) == &stream->out)
		result = loop_watch(&stream->out, stream->outDescriptor, 0, 0, stream_ready);
	if (result < 0) {
		loop_unwatch(&stream->in);
		xsmcSetInteger(xsResult, result);
		return;
	}
	for (int i = 0; i < 4; i++) {
		*slots[i] = xsArg(i + 1);
		xsRemember(*slots[i]);
	}
	stream->bound = 1;
	stream->announce = 1;
	loop_soon(&stream->in, EPOLLOUT);
	xsmcSetInteger(xsResult, 0);
}

/* (handle, count): at most `count` bytes (0: as many as are buffered) in an ArrayBuffer, or undefined when none wait. */
void xs_stream_read(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	int count = xsmcToInteger(xsArg(1));
	if (stream == NULL)
		return;
	if (stream->inputCount == 0 && !stream->borrowed)
		fill(stream);
	uint32_t size = stream->inputCount;
	if (count > 0 && size > (uint32_t)count)
		size = (uint32_t)count;
	if (size > 0) {
		xsmcSetArrayBuffer(xsResult, stream->input + stream->inputStart, (xsIntegerValue)size);
		stream->inputStart += size;
		stream->inputCount -= size;
		if (stream->inputCount > 0)
			loop_soon(&stream->in, EPOLLIN);
	}
	want(stream);
}

/* (handle): nothing more is written; the other end of a socket learns it after the last byte. */
void xs_stream_end(xsMachine* the)
{
	Stream* stream = from_handle(xsmcToInteger(xsArg(0)));
	if (stream == NULL || stream->ended || stream->outputEnded || !stream->socket)
		return;
	stream->outputEnded = 1;
	if (stream->outputCount == 0)
		shutdown(stream->outDescriptor, SHUT_WR);
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
	if (size > kStreamOutput - stream->outputCount)
		xsRangeError("%u bytes where there is room for %u", (unsigned)size, (unsigned)(kStreamOutput - stream->outputCount));
	uint32_t end = (stream->outputStart + stream->outputCount) % kStreamOutput;
	uint32_t first = size < kStreamOutput - end ? size : kStreamOutput - end;
	memcpy(stream->output + end, data, first);
	memcpy(stream->output, (const uint8_t*)data + first, size - first);
	stream->outputCount += size;
	flush(stream);
	stream->announce = 1;
	if (stream->outputCount == 0)
		loop_soon(&stream->in, EPOLLOUT);
	want(stream);
	xsmcSetInteger(xsResult, stream->ended ? 0 : (xsIntegerValue)(kStreamOutput - stream->outputCount));
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
