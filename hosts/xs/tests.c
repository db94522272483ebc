/*
 * keygate-test: the unit tests of tests/unit, run by XS: keygate-test [--verbose] [NAME...]
 * A NAME is a test module or a folder of them ("tests/unit/ike"); all without one. Each module runs in a clone of its own, larger than a
 * device's: assertions and vectors are no part of a device; the modules under test are preloaded as they are in the product.
 */
#include "root.h"
#include "pack.h"

#include <poll.h>

/* modules/crypto, when it is there: finished exponentiations */
int accelerator_notify_descriptor(void) __attribute__((weak));

typedef struct {
	unsigned passed, failed;
	int verbose;
	xsMachine* machine;
	int loaded;
	const char* module;
	txSlot step, collect;	/* functions of the shim, remembered */
} Run;

static void report(void* context, const char* line)
{
	Run* run = context;
	printf("# %s: %s\n", run->module, line);
	if (strncmp(line, "unhandled rejection", 19) == 0 || !run->loaded)
		run->failed++;
}

/* The test's result, told by the shim: xs_test_result(name, passed, message). */
void xs_test_result(xsMachine* machine)
{
	txMachine* the = (txMachine*)machine;
	Run* run = the->context;
	int passed = fxToBoolean(the, mxArgv(1));
	if (passed)
		run->passed++;
	else
		run->failed++;
	if (!passed || run->verbose)
		printf("%s - %s: %s\n", passed ? "ok" : "not ok", run->module, fxToString(the, mxArgv(0)));
	if (!passed)
		printf("%s\n", fxToString(the, mxArgv(2)));
}

/* The shim's functions, given when it is loaded: xs_test_register(step, collect). */
void xs_test_register(xsMachine* machine)
{
	txMachine* the = (txMachine*)machine;
	Run* run = the->context;
	run->step = *mxArgv(0);
	fxRemember(the, &run->step);
}

enum { kMaximumPatience = 20000 };	/* milliseconds that an asynchronous test may wait for an exponentiation */

typedef struct {
	Run* run;
	int more;
} Step;

static void step(xsMachine* machine, void* data)
{
	txMachine* the = (txMachine*)machine;
	Step* it = data;
	mxPushUndefined();
	mxPushSlot(&it->run->step);
	mxCall();
	mxRunCount(0);
	it->more = fxToInteger(the, the->stack);
	mxPop();
}

static void fail(Run* run, const char* what)
{
	run->failed++;
	printf("not ok - %s: %s\n", run->module, what);
}

static void runModule(Run* run, const char* name)
{
	Step it = { run, 1 };
	int descriptor = accelerator_notify_descriptor ? accelerator_notify_descriptor() : -1;
	int waited = 0;
	run->module = name;
	run->loaded = 0;
	run->step = (txSlot){ 0 };
	run->machine = machine_create(&kMachineTest, run);
	if (!run->machine) {
		fail(run, "no memory for a machine");
		return;
	}
	if (machine_run_module(run->machine, name) == kMachineOK) {
		run->loaded = 1;
		if (run->step.kind != XS_REFERENCE_KIND)
			it.more = 0;
		while (it.more) {
			if (machine_enter(run->machine, step, &it) == kMachineDead)
				break;
			if (it.more == 2) {
				/* a test waits: for the accelerator, or for nothing that will ever come */
				struct pollfd wait = { descriptor, POLLIN, 0 };
				if (waited >= kMaximumPatience) {
					fail(run, "a promise was never settled");
					break;
				}
				if (poll(&wait, descriptor >= 0 ? 1 : 0, 10) == 0)
					waited += 10;
			}
			else
				waited = 0;
		}
	}
	if (machine_abort_reason(run->machine))
		fail(run, machine_abort_reason(run->machine));
	machine_delete(run->machine);
}

static int isTest(const char* name)
{
	size_t length = strlen(name);
	return strncmp(name, "tests/unit/", 11) == 0 && length > 5 && strcmp(name + length - 5, ".test") == 0;
}

static int isChosen(const char* name, int count, char** arguments)
{
	int any = 0;
	for (int i = 0; i < count; i++) {
		size_t length = strlen(arguments[i]);
		if (arguments[i][0] == '-')
			continue;
		any = 1;
		if (length > 3 && (strcmp(arguments[i] + length - 3, ".js") == 0 || strcmp(arguments[i] + length - 3, ".ts") == 0))
			length -= 3;
		while (length > 0 && arguments[i][length - 1] == '/')
			length--;
		if (strncmp(name, arguments[i], length) == 0 && (name[length] == 0 || name[length] == '/'))
			return 1;
	}
	return !any;
}

int main(int count, char** arguments)
{
	char fault[512];
	Run run = { 0 };
	txPreparation* preparation;
	unsigned chosen = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < count; i++)
		run.verbose |= strcmp(arguments[i], "--verbose") == 0;
	if (!machine_prepare(fault, sizeof(fault))) {
		fprintf(stderr, "%s\n", fault);
		return 1;
	}
	machine_set_reporter(report);
	preparation = root_machine()->preparation;
	for (txInteger i = 0; i < preparation->scriptCount; i++) {
		const char* name = preparation->scripts[i].path;
		if (isTest(name) && isChosen(name, count - 1, arguments + 1)) {
			chosen++;
			runModule(&run, name);
		}
	}
	if (chosen == 0) {
		fprintf(stderr, "keygate-test: no such test\n");
		return 1;
	}
	printf("%u passed, %u failed\n", run.passed, run.failed);
	return run.failed ? 1 : 0;
}
