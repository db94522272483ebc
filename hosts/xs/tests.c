/*
 * keygate-test: the unit tests of tests/unit, run by XS: keygate-test [--verbose] [NAME...]
 * A NAME is a test module or a folder of them ("tests/unit/ike"); all without one. Each module runs in a clone of its own, larger than a
 * device's: assertions and vectors are no part of a device; the modules under test are preloaded as they are in the product.
 */
#include "root.h"
#include "pack.h"

/* The rooms that work on static memory; an executable without them (the chain's own tests) has neither. */
int accelerator_initialize(void) __attribute__((weak));
void engine_initialize(void) __attribute__((weak));

typedef struct {
	unsigned passed, failed;
	int verbose;
	xsMachine* machine;
	int loaded;
	const char* module;
	txSlot step;	/* the shim's function, remembered */
} Run;

static void report(void* context, const char* line)
{
	Run* run = context;
	printf("# %s: %s\n", run->module, line);
	if (strncmp(line, "unhandled rejection", 19) == 0 || !run->loaded)
		run->failed++;
}

static void takeResult(txMachine* the)
{
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

/* A test's result, told by the shim: xs_test_result(name, passed, message). */
void xs_test_result(xsMachine* the)
{
	takeResult((txMachine*)the);
}

static void takeStep(txMachine* the)
{
	Run* run = the->context;
	run->step = *mxArgv(0);
	fxRemember(the, &run->step);
}

/* The shim's function that runs the next test, given when it is loaded: xs_test_register(step). */
void xs_test_register(xsMachine* the)
{
	takeStep((txMachine*)the);
}

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
		/* promise jobs run after each step: a test that awaits is looked after in the next */
		while (it.more) {
			if (machine_enter(run->machine, step, &it) != kMachineOK)
				break;
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
	char fault[4096];
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
	if (accelerator_initialize && accelerator_initialize() != 0) {
		fprintf(stderr, "keygate-test: the crypto accelerator does not start\n");
		return 1;
	}
	if (engine_initialize)
		engine_initialize();
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
