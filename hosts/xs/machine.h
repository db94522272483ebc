/*
 * The XS machine that runs keygate's TypeScript, as a host sees it. One root machine a process holds the built-ins and every
 * preloaded module; it is made once, then shared and read-only. A control plane runs in a clone of it with the limits of a
 * device. Natives are `void xs_room_verb(xsMachine* the)` functions; everything here is for the thread that made the machine.
 *
 * XS cannot throw when its heap or stack is full: the machine is then dead. Whatever was running is left at once (C frames of
 * natives in between are skipped, as by longjmp), the outermost call below answers kMachineDead, and all that may be done with
 * the machine is machine_abort_reason, machine_statistics and machine_delete. References that the host remembered
 * (xsRemember) in a dead machine are simply abandoned. A fresh clone starts anew from the root.
 *
 * Text: everything here is UTF-8. A native that takes or makes text itself (xsmcToString, xsmcSetString) sees the machine's own form, which
 * differs from UTF-8 outside of the basic plane and at NUL: text.h converts.
 */
#ifndef KEYGATE_MACHINE_H
#define KEYGATE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

typedef struct xsMachineRecord xsMachine;
typedef struct xsSlotRecord xsSlot;

/* ---- the root ---- */

/*
 * Makes the root machine from the modules inside the executable, preloads them and locks the memory. Once a process, before any
 * clone. 1, or 0 with what is wrong in `fault`: one line (a module that throws while it is preloaded, an import that is not there, memory), or
 * one for each thing at module scope that can change. The build has checked all of it: here it can only be memory.
 */
int machine_prepare(char* fault, size_t faultSize);

typedef struct {
	uint32_t modules;	/* in the executable */
	uint32_t preloaded;
	uint32_t slots;		/* of the root, 32 bytes each (16 on a 32-bit device) */
	uint32_t chunkBytes;
	uint32_t codeBytes;	/* byte code, shared and read-only */
	uint32_t bytes;		/* of memory, for all of the root */
	uint32_t keys;
	uint32_t aliases;	/* objects of the root that a clone may replace by a copy of its own */
	uint32_t microseconds;	/* that machine_prepare took */
} MachineRoot;
const MachineRoot* machine_root(void);

/* "XS 13.3.0" */
const char* machine_engine(void);

/* ---- a clone ---- */

/* Sizes are fixed for life. `chunkBytes` holds strings, buffers and arrays, `slots` objects and properties, `stackSlots` the stack. */
typedef struct {
	uint32_t chunkBytes;
	uint32_t slots;
	uint32_t stackSlots;
	uint32_t keys;		/* property names that no module has, met at run time */
} MachineLimits;

/* What the Moddable SDK gives a device with Ethernet; on a 64-bit host chunks are doubled, since what they hold has twice the size. */
extern const MachineLimits kMachineDevice;
/* For unit tests, whose assertions and tables are not part of a device. */
extern const MachineLimits kMachineTest;

typedef enum {
	kMachineOK = 0,
	kMachineThrew,	/* JavaScript threw; reported in one line by the reporter; the machine goes on */
	kMachineDead,	/* heap or stack full: delete the machine */
} MachineResult;

/* What a clone takes, in one block. */
size_t machine_bytes(const MachineLimits* limits);
/* A clone, or NULL when the process has no memory. `context` is what xsGetContext(the) returns in natives. */
xsMachine* machine_create(const MachineLimits* limits, void* context);
/* Runs the destructors of host objects, frees everything. Not from inside a call into the machine. */
void machine_delete(xsMachine* machine);

/* NULL while the machine lives; then why it died: "memory full: no slot left", "memory full: no room for chunks", "memory full", "stack overflow". */
const char* machine_abort_reason(xsMachine* machine);

/*
 * One line for each exception nobody caught and each promise rejected without a handler ("TypeError: ..."), control characters
 * made visible. Default: standard error. `context` is the machine's.
 */
typedef void (*MachineReporter)(void* context, const char* line);
void machine_set_reporter(MachineReporter reporter);
/* Where trace(text) goes, as it is. Default: standard error. */
typedef void (*MachineTracer)(void* context, const char* text);
void machine_set_tracer(MachineTracer tracer);

/* ---- into JavaScript ---- */

/* Runs the module ("hosts/linux/main", no extension) and the promise jobs it leaves. */
MachineResult machine_run_module(xsMachine* machine, const char* name);

/*
 * Runs `body` in a host frame (xsmc* may be used, xsmcVars(n) included), reporting what it throws. After the outermost call
 * promise jobs run until there are none, so a host needs nothing else. Calls may nest (a native calls machine_enter); a machine
 * that dies inside leaves all of them, only the outermost returns.
 */
MachineResult machine_enter(xsMachine* machine, void (*body)(xsMachine* the, void* data), void* data);

/* Runs promise jobs only; machine_enter and machine_run_module do so themselves. */
MachineResult machine_run_jobs(xsMachine* machine);

/* An argument of machine_call. Strings and bytes are copied. */
typedef struct {
	enum { kArgumentUndefined, kArgumentInteger, kArgumentNumber, kArgumentBoolean, kArgumentString, kArgumentBytes, kArgumentSlot } kind;
	union {
		int32_t integer;	/* boolean too */
		double number;
		const char* string;	/* UTF-8 */
		struct { const void* data; size_t size; } bytes;	/* becomes an ArrayBuffer */
		xsSlot* slot;
	} value;
} MachineArgument;

/*
 * Calls the function in `function` (a slot the host remembers, as `self`) from C, guarded and drained as machine_enter. A slot that holds
 * no function (undefined: the callback was not given) is no call and kMachineOK. `self` NULL: undefined.
 */
MachineResult machine_call(xsMachine* machine, const xsSlot* self, const xsSlot* function, unsigned count, const MachineArgument* arguments);

/* ---- figures (mxInstrument) ---- */

typedef struct {
	uint32_t slots, peakSlots, maximumSlots;
	uint32_t slotBytes;			/* of one slot */
	uint32_t chunkBytes, peakChunkBytes, maximumChunkBytes;
	uint32_t stackSlots, peakStackSlots, maximumStackSlots;
	uint32_t keys, maximumKeys;
	uint32_t collections;			/* garbage collections, modulo 65,536 */
} MachineStatistics;
void machine_statistics(xsMachine* machine, MachineStatistics* statistics);

#endif
