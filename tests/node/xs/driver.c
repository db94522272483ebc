/*
 * Runs modules in machines with a device's limits, one fresh clone for each argument, and prints what became of it:
 * driver MODULE... -> lines of trace, lines of "report: ...", then "MODULE: ok|threw|dead (reason)" and the machine's figures.
 * driver --maps -> how the memory of the root machine, of its byte code and of a clone is mapped.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "xsmc.h"

#include "machine.h"
#include "pack.h"

static xsSlot callback;
static int registered;

static void report(void* context, const char* line)
{
	(void)context;
	printf("report: %s\n", line);
}

static void trace(void* context, const char* text)
{
	(void)context;
	fputs(text, stdout);
}

/* xs_driver_register(function): called by the driver after the module ran. */
void xs_driver_register(xsMachine* the)
{
	callback = xsArg(0);
	xsRemember(callback);
	registered = 1;
}

/* xs_driver_nest(function): calls it by way of C, as a socket's callback inside a native would be. */
void xs_driver_nest(xsMachine* the)
{
	xsSlot function = xsArg(0);
	static const char* const names[] = { "ok", "threw", "dead" };
	printf("nested: %s\n", names[machine_call(the, NULL, &function, 0, NULL)]);
}

static MachineResult callBack(xsMachine* machine)
{
	static const uint8_t bytes[] = { 1, 2, 250 };
	MachineArgument arguments[] = {
		{ .kind = kArgumentUndefined },
		{ .kind = kArgumentInteger, .value.integer = -7 },
		{ .kind = kArgumentNumber, .value.number = 4294967296.5 },
		{ .kind = kArgumentBoolean, .value.integer = 1 },
		{ .kind = kArgumentString, .value.string = "z\xc3\xbcrich \xf0\x9f\x94\x91" },
		{ .kind = kArgumentBytes, .value.bytes = { bytes, sizeof(bytes) } },
		{ .kind = kArgumentSlot, .value.slot = &callback },
	};
	return machine_call(machine, &callback, &callback, sizeof(arguments) / sizeof(arguments[0]), arguments);
}

static void run(const char* name)
{
	xsMachine* machine = machine_create(&kMachineDevice, NULL);
	MachineStatistics s;
	MachineResult result;
	const char* reason;
	if (!machine) {
		printf("%s: no machine\n", name);
		return;
	}
	registered = 0;
	result = machine_run_module(machine, name);
	if (result == kMachineOK && registered)
		result = callBack(machine);
	reason = machine_abort_reason(machine);
	machine_statistics(machine, &s);
	printf("%s: %s%s%s%s\n", name, result == kMachineOK ? "ok" : result == kMachineThrew ? "threw" : "dead", reason ? " (" : "", reason ? reason : "", reason ? ")" : "");
	printf("{\"slots\":[%u,%u,%u],\"chunks\":[%u,%u,%u],\"stack\":[%u,%u,%u],\"keys\":[%u,%u],\"collections\":%u,\"again\":%d}\n",
		s.slots, s.peakSlots, s.maximumSlots, s.chunkBytes, s.peakChunkBytes, s.maximumChunkBytes, s.stackSlots, s.peakStackSlots, s.maximumStackSlots,
		s.keys, s.maximumKeys, s.collections, (int)machine_run_jobs(machine));
	machine_delete(machine);
}

/* Prints the permissions of the mapping that `address` is in, as /proc/self/maps has them. */
static void printMapping(const char* what, const void* address)
{
	FILE* maps = fopen("/proc/self/maps", "r");
	char line[512];
	while (maps && fgets(line, sizeof(line), maps)) {
		uintptr_t first, last;
		char permissions[8];
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &first, &last, permissions) == 3 && (uintptr_t)address >= first && (uintptr_t)address < last)
			printf("%s %s\n", what, permissions);
	}
	if (maps)
		fclose(maps);
}

static void printMappings(void)
{
	xsMachine* machine = machine_create(&kMachineDevice, NULL);
	printMapping("code", keygate_modules);
	printMapping("code's end", (const void*)((uintptr_t)keygate_modules_end - 1));
	/* a clone points to the root's prototypes */
	printMapping("root", machine->stackPrototypes - 1);
	printMapping("clone", machine->stackTop - 1);
	machine_delete(machine);
}

int main(int count, char** arguments)
{
	char fault[4096];
	machine_set_reporter(report);
	machine_set_tracer(trace);
	if (!machine_prepare(fault, sizeof(fault))) {
		fprintf(stderr, "%s\n", fault);
		return 1;
	}
	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--maps") == 0)
			printMappings();
		else
			run(arguments[i]);
	}
	return 0;
}
