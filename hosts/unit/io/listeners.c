#include "listeners.h"

#include "../control.h"
#include "visitors.h"

enum { kSelf, kOnReadable, kCallbacks };

/* Own address on the WAN, 0: none. */
static uint32_t wanAddress;

void listener_tell(Listener* listener)
{
	loop_call_number(&listener->callbacks[kSelf], &listener->callbacks[kOnReadable], 1);
}

static void release(void* entry)
{
	Listener* listener = entry;
	listener_end(listener);
	listener->entry.used = 0;
}

void listener_abandon(void)
{
	table_each(&listenerTable, release);
}

/* ---- natives ---- */

/* (address): sockets that listen from now on take nothing from the interface that has this address, unless theirs is on it too. 0: they do. */
void xs_listener_keep_out(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	wanAddress = address >= 0 && address <= 4294967295.0 ? (uint32_t)address : 0;
}

/* (address, port, self, onReadable(count)): listens; address 0: any, port 0: one that is free. A handle, or a negative errno. */
void xs_listener_open(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	xsIntegerValue port = xsmcToInteger(xsArg(1));
	if (!(address >= 0 && address <= 4294967295.0) || port < 0 || port > 65535)
		xsRangeError("not an address and port");
	Listener* listener = table_unused(&listenerTable);
	int failure = kTableFull;
	if (listener != NULL) {
		listener->address = (uint32_t)address;
		listener->port = (uint16_t)port;
		listener->wanAddress = wanAddress;
		failure = listener_start(listener);
	}
	if (failure != 0) {
		xsmcSetInteger(xsResult, -failure);
		return;
	}
	xsmcSetInteger(xsResult, table_use(&listenerTable, listener));
	callbacks_hold(the, listener->callbacks, 2, kCallbacks);
}

/* (handle): the port it is bound to. */
void xs_listener_port(xsMachine* the)
{
	Listener* listener = table_asked(the, &listenerTable);
	if (listener != NULL)
		xsmcSetInteger(xsResult, listener->port);
}

/* (handle): the handle of a stream over the connection that waited longest, or -1 when none does. */
void xs_listener_read(xsMachine* the)
{
	Listener* listener = table_asked(the, &listenerTable);
	xsmcSetInteger(xsResult, listener == NULL ? -1 : listener_next(listener));
}

/* (): how many connections were refused since this was told last, and the last one's address, in an ArrayBuffer of two numbers; once a minute at most. */
void xs_listener_refused(xsMachine* the)
{
	uint32_t refused[2];
	refused[0] = visitors_refused(&refused[1], loop_now());
	if (refused[0] > 0)
		xsmcSetArrayBuffer(xsResult, refused, sizeof refused);
}

/* (address, isWrong): whether a wrong password came from that address lately; true: another one has. */
void xs_listener_wrong(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	int isWrong = xsmcToBoolean(xsArg(1));
	xsmcSetBoolean(xsResult, address >= 0 && address <= 4294967295.0 && visitors_wrong((uint32_t)address, isWrong, loop_now()));
}

/* (handle): nothing is called any more. Closing what is closed does nothing. */
void xs_listener_close(xsMachine* the)
{
	Listener* listener = table_asked(the, &listenerTable);
	if (listener == NULL)
		return;
	callbacks_let_go(the, listener->callbacks, kCallbacks);
	release(listener);
}
