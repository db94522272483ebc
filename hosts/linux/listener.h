/* Listening TCP sockets for JavaScript. */
#ifndef KEYGATE_LISTENER_H
#define KEYGATE_LISTENER_H

#define kListeners 2
/* Connections that the kernel keeps until they are read. */
#define kBacklog 32

/* Closes all of them and forgets what a dead machine gave. */
void listener_abandon(void);

#endif
