/* What a machine is, and how much of it is used. The same file in the machine that the Moddable SDK makes (hosts/sdk), whose engine has these insides too. */
#include "root.h"

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
		/* the engine counts the room that an array has to grow twice while it grows */
		.peakChunkBytes = (uint32_t)(the->peakChunksSize < the->maximumChunksSize ? the->peakChunksSize : the->maximumChunksSize),
		.maximumChunkBytes = (uint32_t)the->maximumChunksSize,
		.stackSlots = (uint32_t)(the->stackTop - the->stack),
		.maximumStackSlots = (uint32_t)(the->stackTop - the->stackBottom),
		.keys = (uint32_t)(the->keyIndex - the->keyOffset),
		.maximumKeys = (uint32_t)(the->keyCount - the->keyOffset),
		/* the SDK's engine counts these where it is built to be measured */
#ifdef mxInstrument
		.peakStackSlots = (uint32_t)(the->stackTop - the->stackPeak),
		.collections = the->garbageCollectionCount,
#endif
	};
}
