/* What the files of hosts/xs share among themselves; hosts use machine.h. */
#ifndef KEYGATE_XS_ROOT_H
#define KEYGATE_XS_ROOT_H

#include "xsAll.h"
#include "xsScript.h"

#include "machine.h"

/*
 * How a machine is: in its record where the platform is ours; in the Moddable SDK's beside the one machine that there is (hosts/sdk/machine.c).
 * machine_take_jobs: whether promise jobs wait that nobody has begun to run.
 */
#ifdef KEYGATE_XS_PLATFORM_H
#define machine_depth(the) ((the)->depth)
#define machine_status(the) ((the)->abortStatus)
static inline int machine_take_jobs(txMachine* the)
{
	int jobs = the->pendingJobs;
	the->pendingJobs = 0;
	return jobs;
}
#else
extern int machine_sdk_depth;
#define machine_depth(the) machine_sdk_depth
#define machine_status(the) ((the)->exitStatus)
static inline int machine_take_jobs(txMachine* the)
{
	return mxPendingJobs.value.reference->next != NULL;
}
#endif

/* platform.c: between open and close, everything that is allocated comes from the block */
void platform_open_root(uint8_t* base, size_t size);	/* may be called again: what was in it is gone */
size_t platform_close_root(void);	/* bytes used */
void platform_open_block(uint8_t* base, size_t size);	/* of a clone */
void platform_close_block(void);
void platform_forget_block(uint8_t* base);	/* its machine is gone */

/* globals.c */
void globals_install(txMachine* the);

/* order.c: before the machine is shared */
void order_properties(txMachine* the);

/* root.c */
void machine_has_not(txMachine* the);
double machine_has_no_function(double argument);
txMachine* root_machine(void);
extern void fxRemapIDs(txMachine* the, txByte* codeBuffer, txSize codeSize, txID* identifiers);	/* of XS, in none of its headers */
enum { kNameModulo = 509, kSymbolModulo = 31 };	/* sizes of the tables of names, which a clone copies from the root */

/* check.c: 1, or 0 with a line for each thing in a preloaded module that can change. Before the machine is shared. */
void check_begin(txMachine* the);	/* before the first module runs */
int check_modules(txMachine* the, char* fault, size_t faultSize);

/*
 * settle.c: moves what is needed of `count` scripts that have run to the root's memory: how many bytes. `fault` is what went wrong, or NULL. After
 * garbage was collected, before the machine is shared.
 */
size_t settle_code(txMachine* the, txScript* scripts, uint32_t count, const char** fault);

/* There is no memory for what is asked of the machine: it is left, and the caller with it. */
static inline __attribute__((noreturn)) void machine_is_full(txMachine* the)
{
	fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	__builtin_unreachable();
}

/* enter.c */
void machine_describe_exception(txMachine* the, char* line, size_t size);	/* appends to `line`, without control characters */
void machine_report_exception(txMachine* the, const char* prefix);
void machine_import(txMachine* the, void* name);
void machine_trace(txMachine* the, const char* text);

#endif
