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
