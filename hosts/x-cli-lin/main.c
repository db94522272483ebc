/* Runs the main module in the machine that the Moddable SDK linked, and answers whether it threw. */
#include "xsAll.h"

#include "accelerator.h"
#include "engine.h"
#include "machine.h"

#define kMain "hosts/x-cli-lin/main"

void fxAbort(txMachine* the, int status)
{
	the->exitStatus = status;
	fxExitToHost(the);
}

int main(void)
{
	char fault[256];
	int failed;
	xsMachine* machine;
	if (accelerator_initialize() != kAcceleratorOK) {
		fprintf(stderr, "the crypto library does not start\n");
		return 1;
	}
	engine_initialize();
	machine = machine_prepare(fault, sizeof fault) ? machine_create(&kMachineDevice, NULL) : NULL;
	if (machine == NULL) {
		fprintf(stderr, "no memory for a machine\n");
		return 1;
	}
	failed = machine_run_module(machine, kMain) != kMachineOK;
	if (machine_abort_reason(machine))
		fprintf(stderr, "the machine gave up: %s\n", machine_abort_reason(machine));
	machine_delete(machine);
	accelerator_shutdown();
	return failed;
}
