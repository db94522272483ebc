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
