/* The serial port as a stream: the board has buffers of its own, so that nothing here waits. */
#include "stream.h"

#include "../device/board.h"

void serial_push(Stream* stream)
{
	while (stream->outputCount > 0) {
		uint32_t size = stream->outputCount;
		if (size > kStreamOutput - stream->outputStart)
			size = kStreamOutput - stream->outputStart;
		uint32_t taken = (uint32_t)board_serial_write(stream->output + stream->outputStart, size);
		if (taken == 0)
			break;
		stream->outputStart = (stream->outputStart + taken) % kStreamOutput;
		stream->outputCount -= taken;
		if (stream->announce && stream->outputCount <= kStreamOutput / 2)
			loop_soon(&stream->watch);
	}
	/* What JavaScript has no time for waits in the board. */
	if (stream->inputCount == 0) {
		stream->inputCount = (uint32_t)board_serial_read(stream->input, kStreamInput);
		if (stream->inputCount > 0)
			loop_soon(&stream->watch);
	}
}
