/* Random numbers by mbedTLS (library.h), for each that needs them, since they may be threads. */
#ifndef KEYGATE_RANDOM_H
#define KEYGATE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Who asks: the two lanes of jobs (jobs.h), and the control plane. One thread does it all by one: a job lets packets through now and then, but not while it makes random numbers. */
#ifdef KEYGATE_ONE_THREAD
enum { kRandomQuick = 0, kRandomLong = 0, kRandomControl = 0, kRandomSources };
#else
enum { kRandomQuick = 0, kRandomLong, kRandomControl, kRandomSources };
#endif

int random_open(void);	/* kAcceleratorOK or kAcceleratorFailed: there is no entropy */
void random_close(void);
int random_bytes(int source, uint8_t* out, size_t size);
/* As mbedTLS asks for them, with one of these as its context: 0 when all went well. */
int random_for_mbedtls(void* source, unsigned char* out, size_t size);
void* random_context(int source);

#endif
