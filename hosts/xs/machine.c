/* A clone of the root: made with fixed limits, entered from C under guard, measured, and given up when it is full. */
#include "root.h"
#include "system.h"
#include "text.h"

/* 16 bytes of chunk overhead here where a device has 8, pointers of 8 where it has 4: chunks are doubled; slots are counted, not weighed. */
#define kWide (sizeof(void*) / 4)

const MachineLimits kMachineDevice = { .chunkBytes = 78848 * kWide, .slots = 4928, .stackSlots = 512, .keys = 128 };
const MachineLimits kMachineTest = { .chunkBytes = 4 * 1024 * 1024 * kWide, .slots = 262144, .stackSlots = 4096, .keys = 1024 };

enum {
	kKeyGrowth = 32,
	kMachineRest = 1024	/* of a machine's block: heads of its pieces, and what writes numbers */
};

static txMachine* machineOf(xsMachine* machine)
{
	return (txMachine*)machine;
}

/* ---- life ---- */

size_t machine_bytes(const MachineLimits* limits)
{
	/* names that are met at run time, the tables of names, and what each object of the root is replaced by */
	size_t pointers = (size_t)limits->keys + kNameModulo + kSymbolModulo + root_machine()->aliasCount;
	return limits->chunkBytes + ((size_t)limits->slots + limits->stackSlots) * sizeof(txSlot) + pointers * sizeof(void*) + sizeof(txMachine) + kMachineRest;
}

xsMachine* machine_create(const MachineLimits* limits, void* context)
{
	txCreation creation = {
		.initialChunkSize = (txSize)limits->chunkBytes,
		.incrementalChunkSize = 0,
		.initialHeapCount = (txSize)limits->slots,
		.incrementalHeapCount = 0,
		.stackCount = (txSize)limits->stackSlots,
		/* more names than expected cost slots, which are limited, and 8 bytes each */
		.initialKeyCount = (txSize)limits->keys,
		.incrementalKeyCount = kKeyGrowth,
		.nameModulo = kNameModulo,
		.symbolModulo = kSymbolModulo,
	};
	size_t size = machine_bytes(limits);
	uint8_t* block = system_machine_block(size);
	txMachine* the;
	if (!block)
		return NULL;
	platform_open_block(block, size);
	the = fxCloneMachine(&creation, root_machine(), (txString)"keygate", context);
	platform_close_block();
	if (!the) {
		platform_forget_block(block);
		system_free_machine_block(block);
	}
	return (xsMachine*)the;
}

void machine_delete(xsMachine* machine)
{
	txMachine* the = machineOf(machine);
	uint8_t* block;
	if (!the)
		return;
	block = the->block;
	fxDeleteMachine(the);
	platform_forget_block(block);
	system_free_machine_block(block);
}

const char* machine_abort_reason(xsMachine* machine)
{
	txMachine* the = machineOf(machine);
	switch (the->abortStatus) {
	case 0:
		return NULL;
	case XS_NOT_ENOUGH_MEMORY_EXIT:
		return the->fullArea[0] == 's' ? "memory full: no slot left" : the->fullArea[0] == 'c' ? "memory full: no room for chunks" : "memory full";
	case XS_STACK_OVERFLOW_EXIT:
		return "stack overflow";
	case XS_NO_MORE_KEYS_EXIT:
		return "too many property names";
	default:
		return "fault in the engine";
	}
}

const char* machine_engine(void)
{
	static char text[32];
	if (!text[0])
		snprintf(text, sizeof(text), "XS %d.%d.%d", XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION);
	return text;
}

/* ---- figures ---- */

void machine_statistics(xsMachine* machine, MachineStatistics* statistics)
{
	txMachine* the = machineOf(machine);
	*statistics = (MachineStatistics){
		.slots = (uint32_t)the->currentHeapCount,
		.peakSlots = (uint32_t)the->peakHeapCount,
		.maximumSlots = (uint32_t)the->maximumHeapCount,
		.slotBytes = sizeof(txSlot),
		.chunkBytes = (uint32_t)the->currentChunksSize,
		/* the engine counts the room that an array has to grow twice while it grows */
		.peakChunkBytes = (uint32_t)(the->peakChunksSize < the->maximumChunksSize ? the->peakChunksSize : the->maximumChunksSize),
		.maximumChunkBytes = (uint32_t)the->maximumChunksSize,
		.stackSlots = (uint32_t)(the->stackTop - the->stack),
		.peakStackSlots = (uint32_t)(the->stackTop - the->stackPeak),
		.maximumStackSlots = (uint32_t)(the->stackTop - the->stackBottom),
		.keys = (uint32_t)(the->keyIndex - the->keyOffset),
		.maximumKeys = (uint32_t)(the->keyCount - the->keyOffset),
		.collections = the->garbageCollectionCount,
	};
}
