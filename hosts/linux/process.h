/* The process as the control plane sees it. */
#ifndef KEYGATE_PROCESS_H
#define KEYGATE_PROCESS_H

/* Exit codes, the same in TypeScript (faults.ts). */
enum {
	kExitOK = 0,
	kExitSettings = 1,	/* the settings are bad or cannot be read */
	kExitUsage = 2,		/* the command line */
	kExitPermission = 3,	/* TUN device, raw sockets, a port below 1024 */
	kExitNetwork = 4,	/* a port is taken, an address is not this machine's, the tunnel interface is in use */
	kExitState = 5,		/* the state folder cannot be written */
	kExitConsole = 6,	/* the console's device */
	kExitControl = 7,	/* the control plane failed, or ended too often */
};

void process_arguments(int count, char** words);
/* A fresh control plane follows: why. */
typedef enum { kRestartHeap = 1, kRestartSettings } Restart;
void process_restarted(Restart reason);

#endif
