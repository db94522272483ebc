/* The machine's own figures for TypeScript (machine.ts). */
#include "xsmc.h"

#include "machine.h"

/*
 * xs_machine_statistics() -> ArrayBuffer: the fields of MachineStatistics, 32 bits each, in the machine's byte order. Garbage is collected first:
 * the engine does so only when the heap is full, so that "used" would else say nothing about what is kept.
 */
void xs_machine_statistics(xsMachine* the)
{
	MachineStatistics statistics;
	xsCollectGarbage();
	machine_statistics(the, &statistics);
	xsmcSetArrayBuffer(xsResult, &statistics, (xsIntegerValue)sizeof(statistics));
}

/*
 * xs_machine_has_slots(count) -> boolean: so many slots can be had. Garbage is collected only when fewer are free: what is asked for most often costs a
 * subtraction.
 */
void xs_machine_has_slots(xsMachine* the)
{
	uint32_t count = (uint32_t)xsmcToInteger(xsArg(0));
	MachineStatistics statistics;
	machine_statistics(the, &statistics);
	if (statistics.maximumSlots - statistics.slots < count) {
		xsCollectGarbage();
		machine_statistics(the, &statistics);
	}
	xsmcSetBoolean(xsResult, statistics.maximumSlots - statistics.slots >= count);
}

/* xs_machine_engine() -> "XS 13.3.0" */
void xs_machine_engine(xsMachine* the)
{
	/* a constant of the program: no copy is made */
	xsmcSetString(xsResult, (xsStringValue)(uintptr_t)machine_engine());
}
