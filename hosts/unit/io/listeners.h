/* Listening TCP sockets for JavaScript (listener.ts). The host, whose listeners begin with a Listener, supplies what stands last here. */
#ifndef KEYGATE_UNIT_LISTENERS_H
#define KEYGATE_UNIT_LISTENERS_H

#include "handles.h"

#define kListeners 2

/* All numbers are in host order. */
typedef struct {
	Entry entry;
	uint32_t address;	/* own; 0: any */
	uint32_t wanAddress;	/* it takes nothing that comes by the WAN, whose own address this is, unless its own is there too; 0: it does */
	uint16_t port;
	xsSlot callbacks[2];	/* self, onReadable */
} Listener;

/* Somebody waits. */
void listener_tell(Listener* listener);
/* Closes all of them and forgets what a dead machine gave. */
void listener_abandon(void);

/* ---- the host's ---- */

extern const Table listenerTable;
/* Listens at its address and port, which becomes one that is free when it is 0: 0, or an errno. */
int listener_start(Listener* listener);
/* The handle of a stream over the connection that waited longest, or -1 when none does. */
int32_t listener_next(Listener* listener);
void listener_end(Listener* listener);

#endif
