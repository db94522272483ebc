/* What natives say when something cannot be had: negative errnos, by Linux's numbers on every host (hosts/unit/errno.ts). */
#ifndef KEYGATE_LWIP_ERRORS_H
#define KEYGATE_LWIP_ERRORS_H

#include "lwip/err.h"

enum {
	kErrorInvalid = 22,		/* EINVAL */
	kErrorTooMany = 24,		/* EMFILE */
	kErrorNoSpace = 28,		/* ENOSPC */
	kErrorTooLong = 90,		/* EMSGSIZE */
	kErrorTaken = 98,		/* EADDRINUSE */
	kErrorNotOurs = 99,		/* EADDRNOTAVAIL */
	kErrorNoNetwork = 101,		/* ENETUNREACH */
	kErrorAborted = 103,		/* ECONNABORTED */
	kErrorReset = 104,		/* ECONNRESET */
	kErrorNoBuffers = 105,		/* ENOBUFS */
	kErrorNotConnected = 107,	/* ENOTCONN */
	kErrorNoDevice = 19,		/* ENODEV */
	kErrorIO = 5,			/* EIO */
};

/* The errno of what lwIP says; 0 of ERR_OK. */
int error_of(err_t result);

#endif
