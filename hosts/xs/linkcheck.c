/* Makes the root machine of an executable and a clone of it, and says what they cost; the build runs it: a module that cannot be preloaded stops it. */
#include "root.h"
#include "system.h"

int main(void)
{
	uint64_t start, cloned;
	char fault[4096];
	const MachineRoot* figures;
	xsMachine* machine;
	if (!machine_prepare(fault, sizeof(fault))) {
		fprintf(stderr, "%s\n", fault);
		return 1;
	}
	start = system_microseconds();
	machine = machine_create(&kMachineDevice, NULL);
	if (!machine) {
		fprintf(stderr, "no memory for a machine\n");
		return 1;
	}
	cloned = system_microseconds();
	figures = machine_root();
	printf("%u modules, %u preloaded, %u bytes of byte code; root machine of %u slots, %u bytes of chunks, %u names, %u objects that can be replaced, in %u us; clone in %u us\n",
		figures->modules, figures->preloaded, figures->codeBytes, figures->slots, figures->chunkBytes, figures->keys, figures->aliases, figures->microseconds,
		(unsigned)(cloned - start));
	machine_delete(machine);
	return 0;
}
