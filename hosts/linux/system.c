/* Memory, time and the end, as the machine (hosts/xs) asks for them. */
#define _GNU_SOURCE	/* mlock2 */

#include "../xs/system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Address space reserved for the root machine; only what is used is ever touched, the rest is given back. */
#define kRootBytes (64 * 1024 * 1024)

static uintptr_t page_size(void)
{
	return (uintptr_t)sysconf(_SC_PAGESIZE);
}

uint64_t system_microseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint8_t* system_root_memory(size_t* size, char* fault, size_t faultSize)
{
	void* memory = mmap(NULL, kRootBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	*size = kRootBytes;
	if (memory != MAP_FAILED)
		return memory;
	snprintf(fault, faultSize, "no memory for the root machine: %s", strerror(errno));
	return NULL;
}

/* Pages that will all be written, at once instead of one fault each. Where the kernel cannot, they come as they are written. */
void system_populate(void* memory, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	madvise(memory, size & ~(page_size() - 1), MADV_POPULATE_WRITE);
#else
	(void)memory;
	(void)size;
#endif
}

/* Gives back the whole pages between two addresses. */
void system_release(void* begin, void* end)
{
	uintptr_t page = page_size();
	uintptr_t first = ((uintptr_t)begin + page - 1) & ~(page - 1);
	uintptr_t last = (uintptr_t)end & ~(page - 1);
	if (first < last)
		madvise((void*)first, last - first, MADV_DONTNEED);
}

int system_lock_root(uint8_t* memory, size_t used, uint8_t* code, size_t codeSize, char* fault, size_t faultSize)
{
	uintptr_t page = page_size();
	used = (used + page - 1) & ~(page - 1);
	munmap(memory + used, kRootBytes - used);
	if (mprotect(memory, used, PROT_READ) == 0 && mprotect(code, codeSize, PROT_READ) == 0)
		return 1;
	snprintf(fault, faultSize, "the root machine cannot be locked: %s", strerror(errno));
	return 0;
}

/* Pre-shared keys and those of phase 1 are there. */
uint8_t* system_machine_block(size_t size)
{
	uint8_t* block = calloc(1, size);
	/* Not to swap space, as far as the system's limit for that goes. */
	if (block && mlock2(block, size, MLOCK_ONFAULT) < 0)
		errno = 0;
	return block;
}

void system_free_machine_block(uint8_t* block)
{
	free(block);
}

/* Half of what the process may use of it, at most 1 MB, below the first caller. */
char* system_stack_limit(void)
{
	struct rlimit stack;
	size_t room = 1024 * 1024;
	if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY && stack.rlim_cur / 2 < room)
		room = stack.rlim_cur / 2;
	return (char*)__builtin_frame_address(0) - room;
}

_Noreturn void system_abort(const char* reason)
{
	fprintf(stderr, "keygate: the machine ended outside of a call (%s)\n", reason);
	abort();
}
