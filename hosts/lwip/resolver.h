/* Host names, looked up by lwIP's resolver at the DNS servers that the unit has. */
#ifndef KEYGATE_LWIP_RESOLVER_H
#define KEYGATE_LWIP_RESOLVER_H

/* The control plane that asked is gone: nobody hears the answers that are still to come. */
void resolver_abandon(void);

#endif
