/* The serial port as a stream: the board has buffers of its own, so that nothing here waits. */
#include "stream.h"

#include "../device/board.h"

void serial_push(Stream* stream)
{
	uint8_t* bytes;
	uint32_t size;
	while ((size = pipe_at(&stream->output, 0, &bytes)) > 0) {
		uint32_t taken = (uint32_t)board_serial_write(bytes, size);
		if (taken == 0)
			break;
		pipe_drop(&stream->output, taken, stream->output.blocks);
		if (stream->output.count == 0 || (stream->state.announce && stream_has_room(stream)))
			loop_soon(&stream->watch);
	}
	/* What JavaScript has no time for waits in the board. */
	if (stream->input.count == 0) {
		uint8_t typed[kBlockSize];
		size = pipe_fits(&stream->input, sizeof typed) ? (uint32_t)board_serial_read(typed, sizeof typed) : 0;
		if (size > 0) {
			pipe_hold(&stream->input, 1);
			pipe_put(&stream->input, typed, size);
			loop_soon(&stream->watch);
		}
	}
}
