/* Host names, looked up by the system's resolver in threads of their own: an answer may take half a minute, and nobody waits for it. */
#ifndef KEYGATE_RESOLVER_H
#define KEYGATE_RESOLVER_H

/* The control plane that asked is gone: nobody hears the answers that are still to come. */
void resolver_abandon(void);

#endif
