/* Listening TCP sockets for JavaScript. */
#ifndef KEYGATE_LISTENER_H
#define KEYGATE_LISTENER_H

#define kListeners 2
/* Connections that the kernel keeps until they are read; who comes when there are as many tries again after a second. */
#define kBacklog 256

/* Closes all of them and forgets what a dead machine gave. */
void listener_abandon(void);

#endif
