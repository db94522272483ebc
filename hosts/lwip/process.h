/* The unit as the control plane sees it. */
#ifndef KEYGATE_LWIP_PROCESS_H
#define KEYGATE_LWIP_PROCESS_H

/* A fresh control plane follows: why (hosts/linux/process.h has the same). */
typedef enum { kRestartHeap = 1, kRestartSettings } Restart;
void process_restarted(Restart reason);

/* A line on the serial console, whoever uses it: what is told before there is a control plane, or instead of one. */
void process_print(const char* before, const char* text);

#endif
