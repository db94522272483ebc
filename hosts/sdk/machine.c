/*
 * machine.h by the machine that the Moddable SDK makes: its linker (xsl) has put the root with all preloaded modules into the image, and the manifest says
 * how large a clone is. There is one clone at a time. A full heap or stack leaves to the host, as on Linux (the manifest's `xs.abort_exittohost`).
 */
#include "root.h"

#include "sdk.h"

/* Of mc.xs.h, which the SDK's linker writes for each program, and which cannot be included beside the inside of the engine. */
extern void* xsPreparationAndCreation(txCreation** creation);

/* The manifest's `creation` decides; the device's is the same as in hosts/xs/machine.c, which a test compares. */
const MachineLimits kMachineDevice;

int machine_sdk_depth;
static txMachine* adopted;

void sdk_adopt(xsMachine* machine)
{
	adopted = (txMachine*)machine;
}

int machine_prepare(char* fault, size_t faultSize)
{
	(void)fault;
	(void)faultSize;
	return 1;
}

xsMachine* machine_create(const MachineLimits* limits, void* context)
{
	txMachine* the = adopted;
	(void)limits;
	adopted = NULL;
	machine_sdk_depth = 0;
	if (the)
		the->context = context;
	else
		the = fxPrepareMachine(NULL, xsPreparationAndCreation(NULL), (txString)"keygate", context, NULL);
	return (xsMachine*)the;
}

void machine_delete(xsMachine* machine)
{
	if (machine)
		fxDeleteMachine((txMachine*)machine);
}

const char* machine_abort_reason(xsMachine* machine)
{
	txMachine* the = (txMachine*)machine;
	return the->exitStatus ? fxAbortString(the->exitStatus) : NULL;
}

const char* machine_engine(void)
{
	static char text[32];
	if (!text[0])
		snprintf(text, sizeof(text), "XS %d.%d.%d", XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION);
	return text;
}

void machine_statistics(xsMachine* machine, MachineStatistics* statistics)
{
	txMachine* the = (txMachine*)machine;
	*statistics = (MachineStatistics){
		.slots = (uint32_t)the->currentHeapCount,
		.peakSlots = (uint32_t)the->peakHeapCount,
		.maximumSlots = (uint32_t)the->maximumHeapCount,
		.slotBytes = sizeof(txSlot),
		.chunkBytes = (uint32_t)the->currentChunksSize,
		.peakChunkBytes = (uint32_t)(the->peakChunksSize < the->maximumChunksSize ? the->peakChunksSize : the->maximumChunksSize),
		.maximumChunkBytes = (uint32_t)the->maximumChunksSize,
		.stackSlots = (uint32_t)(the->stackTop - the->stack),
		.maximumStackSlots = (uint32_t)(the->stackTop - the->stackBottom),
		.keys = (uint32_t)(the->keyIndex - the->keyOffset),
		.maximumKeys = (uint32_t)(the->keyCount - the->keyOffset),
#ifdef mxInstrument
		.peakStackSlots = (uint32_t)(the->stackTop - the->stackPeak),
		.collections = the->garbageCollectionCount,
#endif
	};
}
