/* What XS asks of the machine it runs on (its XSPLATFORM): memory from fixed blocks, own module table, no parser, no threads. */
#ifndef KEYGATE_XS_PLATFORM_H
#define KEYGATE_XS_PLATFORM_H

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The release engine does not look at its stack's end unless it is told to: a device's stack is small, so it must. */
#define mxBoundsCheck 1
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultCStackLimit 0
/* Longest module name with its folders. */
#define C_PATH_MAX 256

void* platform_allocate(size_t size);
void* platform_allocate_zeroed(size_t count, size_t size);
void* platform_reallocate(void* memory, size_t size);
void platform_free(void* memory);
#define c_malloc platform_allocate
#define c_calloc platform_allocate_zeroed
#define c_realloc platform_reallocate
#define c_free platform_free
#define c_malloc_uint32 platform_allocate
#define c_free_uint32 platform_free

/* The engine tells why it gives up in printed text: kept for machine_abort_reason instead. */
int platform_note(const char* format, va_list arguments);
#define c_vprintf platform_note

/* In each machine: the block that its memory comes from, and how it is. */
#define mxMachinePlatform \
	uint8_t* block; \
	int pendingJobs; \
	int depth; \
	int abortStatus; \
	const char* fullArea;

#define mxExport extern
#define mxImport extern

#endif
