/* The natives of tables.ts. */
#include "firewall.h"
#include "sad.h"

#include "xsmc.h"

static void table(xsMachine* the, void* memory, size_t size)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, memory, (xsIntegerValue)size);
}

/* xs_sad_table(): HostBuffer over the SAD's records. */
void xs_sad_table(xsMachine* the)
{
	table(the, gSAD, sizeof(gSAD));
}

/* xs_spd_table(): HostBuffer over the SPD. */
void xs_spd_table(xsMachine* the)
{
	table(the, &gSPD, sizeof(gSPD));
}

/* xs_engine_table(): HostBuffer over events and counters. */
void xs_engine_table(xsMachine* the)
{
	gEngine.parkSize = PARK_SIZE;
	table(the, &gEngine, sizeof(gEngine));
}

/* xs_firewall_table(): HostBuffer over the firewall log. */
void xs_firewall_table(xsMachine* the)
{
	table(the, &gFirewall, sizeof(gFirewall));
}

static unsigned slotArgument(xsMachine* the)
{
	xsIntegerValue slot = xsmcArgc > 0 ? xsmcToInteger(xsArg(0)) : -1;
	if (slot < 0 || slot >= SECURITY_ASSOCIATIONS)
		xsRangeError("there is no such record");
	return (unsigned)slot;
}

/* xs_sad_open(slot): 0, or a result of accelerator.h. */
void xs_sad_open(xsMachine* the)
{
	int result = sad_open(slotArgument(the));
	xsmcSetInteger(xsResult, result);
}

/* xs_sad_close(slot) */
void xs_sad_close(xsMachine* the)
{
	sad_close(slotArgument(the));
}
