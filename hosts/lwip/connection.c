/*
 * TCP connections as streams. What is sent lies in the stream's own blocks until the other end has confirmed it: lwIP copies nothing. What comes fits the
 * window, which opens as JavaScript reads; there are fewer blocks than all windows have bytes.
 */
#include "stream.h"

#include "datapath.h"
#include "errors.h"
#include "hooks.h"
#include "lwip/priv/tcp_priv.h"

/* Half seconds after which a client that confirms nothing has lost what was written before we closed. */
#define kLingering 40

static void let_go(Stream* stream)
{
	struct tcp_pcb* pcb = stream->pcb;
	stream->pcb = NULL;
	if (pcb == NULL)
		return;
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	tcp_poll(pcb, NULL, 0);
}

/* JavaScript is gone, and everything is confirmed: TCP ends the rest alone. */
static void settle(Stream* stream)
{
	if (stream->lingering && stream->finished && stream->output.count == 0) {
		let_go(stream);
		stream_free(stream);
	}
}

void connection_push(Stream* stream)
{
	struct tcp_pcb* pcb = stream->pcb;
	if (pcb == NULL)
		return;
	while (stream->sent < stream->output.count) {
		uint8_t* bytes;
		uint32_t size = pipe_at(&stream->output, stream->sent, &bytes);
		if (size > tcp_sndbuf(pcb))
			size = tcp_sndbuf(pcb);
		/* No memory now: on_poll tries again, and so does whatever is confirmed. */
		if (size == 0 || tcp_write(pcb, bytes, (u16_t)size, size < stream->output.count - stream->sent ? TCP_WRITE_FLAG_MORE : 0) != ERR_OK)
			break;
		stream->sent += size;
	}
	if (stream->sent == stream->output.count && !stream->finished) {
		if (stream->lingering) {
			/*
			 * What came and found no room, or a window that is not wide open, would make lwIP reset the connection, and with it what is still to be delivered, and
			 * free it under us.
			 */
			if (pcb->refused_data != NULL)
				tcp_process_refused_data(pcb);
			tcp_recved(pcb, (u16_t)(TCP_WND_MAX(pcb) - pcb->rcv_wnd));
			stream->finished = tcp_close(pcb) == ERR_OK;
		}
		else if (stream->state.outputEnded)
			stream->finished = tcp_shutdown(pcb, 0, 1) == ERR_OK;
	}
	tcp_output(pcb);
}

/* ---- events ---- */

/*
 * Both ends have ended it, and all that was written is confirmed: from now on lwIP keeps the connection for as long as it likes, and tells nobody of its end, nor that ours
 * was confirmed.
 */
static void leave_if_over(Stream* stream, const struct tcp_pcb* pcb)
{
	if ((pcb->state == CLOSING || pcb->state == TIME_WAIT) && stream->output.count == 0)
		let_go(stream);
}

static err_t on_receive(void* argument, struct tcp_pcb* pcb, struct pbuf* packet, err_t result)
{
	Stream* stream = argument;
	(void)result;
	if (packet == NULL) {
		leave_if_over(stream, pcb);
		if (stream->lingering)
			return ERR_OK;
		stream_input_ended(stream);
		return ERR_OK;
	}
	if (stream->lingering) {
		tcp_recved(pcb, packet->tot_len);
		pbuf_free(packet);
		return ERR_OK;
	}
	if (packet->tot_len > kStreamInput - stream->input.count || !pipe_fits(&stream->input, packet->tot_len))
		/* More than the window, or something that waited in lwIP: it stays there. */
		return ERR_MEM;
	pipe_hold(&stream->input, (stream->input.start + stream->input.count + packet->tot_len + kBlockSize - 1) / kBlockSize);
	for (const struct pbuf* piece = packet; piece != NULL; piece = piece->next)
		pipe_put(&stream->input, piece->payload, piece->len);
	pbuf_free(packet);
	loop_soon(&stream->watch);
	return ERR_OK;
}

static err_t on_sent(void* argument, struct tcp_pcb* pcb, u16_t size)
{
	Stream* stream = argument;
	/*
	 * Where the other end has no room lwIP asks for some with the next byte, again and again. It goes on when that byte was the last one and was taken, and holds for
	 * broken then that there is none.
	 */
	if (pcb->unsent == NULL)
		pcb->persist_backoff = 0;
	/* The end of the output counts as a byte, which is not ours. */
	uint32_t count = size < stream->sent ? size : stream->sent;
	pipe_drop(&stream->output, count, stream->output.blocks);
	stream->sent -= count;
	connection_push(stream);
	if (stream->lingering)
		settle(stream);
	else {
		/* Not before the other end's end, which may come in the same segment, is told. */
		if (stream->state.inputEnded)
			leave_if_over(stream, pcb);
		loop_soon(&stream->watch);
	}
	return ERR_OK;
}

static err_t on_poll(void* argument, struct tcp_pcb* pcb)
{
	Stream* stream = argument;
	if (stream->lingering && ++stream->linger >= kLingering) {
		let_go(stream);
		stream_free(stream);
		tcp_abort(pcb);
		return ERR_ABRT;
	}
	connection_push(stream);
	settle(stream);
	return ERR_OK;
}

static void on_error(void* argument, err_t result)
{
	Stream* stream = argument;
	stream->pcb = NULL;
	/* Nobody is there to answer. */
	pipe_clear(&stream->output);
	stream->sent = 0;
	if (stream->lingering)
		stream_free(stream);
	else
		stream_ended(&stream->state, result == ERR_CLSD ? 0 : error_of(result));
}

/* Bytes that a segment has and there are no blocks for: whoever lets most of them lie unread gives way, or else they come again. */
int hook_tcp_input(struct tcp_pcb* pcb, uint16_t size)
{
	Stream* stream = pcb->state != LISTEN && pcb->recv == on_receive ? pcb->callback_arg : NULL;
	if (stream == NULL || stream->lingering || pipe_fits(&stream->input, size))
		return 1;
	Stream* greatest = stream_greatest_input();
	if (greatest == NULL || greatest == stream || greatest->input.count <= stream->input.count + size)
		return 0;
	pipe_clear(&greatest->input);
	tcp_abort(greatest->pcb);
	return pipe_fits(&stream->input, size);
}

/* ---- life ---- */

int32_t connection_stream(struct tcp_pcb* pcb)
{
	Stream* stream = stream_take();
	if (stream == NULL)
		return -kErrorTooMany;
	stream->pcb = pcb;
	stream_accepted(&stream->state, lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip))));
	tcp_arg(pcb, stream);
	tcp_recv(pcb, on_receive);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_error);
	tcp_poll(pcb, on_poll, 1);
	/* Output is buffered above: what is written is meant to go. */
	tcp_nagle_disable(pcb);
	return table_handle(&streamTable, stream);
}

void connection_read(Stream* stream, uint32_t size)
{
	if (stream->pcb != NULL)
		tcp_recved(stream->pcb, (u16_t)size);
}

void connection_reset(Stream* stream)
{
	struct tcp_pcb* pcb = stream->pcb;
	let_go(stream);
	pipe_clear(&stream->input);
	pipe_clear(&stream->output);
	stream->sent = 0;
	if (pcb != NULL)
		tcp_abort(pcb);
}

void connection_abort(Stream* stream)
{
	struct tcp_pcb* pcb = stream->pcb;
	let_go(stream);
	stream_free(stream);
	if (pcb != NULL)
		tcp_abort(pcb);
}

void connection_close(Stream* stream)
{
	pipe_clear(&stream->input);
	stream->lingering = 1;
	stream->finished = 0;
	connection_push(stream);
	settle(stream);
}
