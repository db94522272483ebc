/*
 * Into JavaScript from C under guard, and what is told of what it throws. The same file in the machine that the Moddable SDK makes (hosts/sdk), whose
 * engine has these insides too.
 */
#include "root.h"
#include "text.h"

/* ---- reports ---- */

static txMachine* machineOf(xsMachine* machine)
{
	return (txMachine*)machine;
}

static void reportToError(void* context, const char* line)
{
	(void)context;
	fprintf(stderr, "%s\n", line);
}

static void traceToError(void* context, const char* text)
{
	(void)context;
	fputs(text, stderr);
}

static MachineReporter reporter = reportToError;
static MachineTracer tracer = traceToError;

void machine_set_reporter(MachineReporter to)
{
	reporter = to ? to : reportToError;
}

void machine_set_tracer(MachineTracer to)
{
	tracer = to ? to : traceToError;
}

void machine_trace(txMachine* the, const char* text)
{
	tracer(the->context, text);
}

/* Appends the machine's text with control characters as \xNN, so that a report is one line and moves no cursor; what does not fit is left out. */
static void append(char* line, size_t size, const char* text)
{
	size_t length = strlen(line);
	for (; *text; text++) {
		uint8_t c = (uint8_t)*text;
		if (length + 5 >= size) {
			/* no half characters */
			while (length > 0 && ((uint8_t)line[length - 1] & 0xc0) == 0x80)
				length--;
			if (length > 0 && (uint8_t)line[length - 1] >= 0xc0)
				length--;
			break;
		}
		if (c == 0xc0) {
			c = 0;
			text++;
		}
		if (c < 0x20 || c == 0x7f)
			length += (size_t)snprintf(line + length, size - length, "\\x%02x", c);
		else
			line[length++] = (char)c;
	}
	line[length] = 0;
}

/* The functions that an error's `stack` names, innermost first: ", in parse, in onReadable". */
static void appendFrames(txMachine* the, char* line, size_t size)
{
	const char* frame;
	int count = 0;
	mxPush(mxException);
	if (!mxIsReference(the->stack) || !the->stack->value.reference->next || the->stack->value.reference->next->kind != XS_ERROR_KIND) {
		mxPop();
		return;
	}
	mxGetID(mxID(_stack));
	frame = fxToString(the, the->stack);
	while (count < 4 && (frame = strstr(frame, "\n at ")) != NULL) {
		char name[64];
		size_t length;
		frame += 5;
		length = strcspn(frame, " (\n");
		if (length == 0 || length >= sizeof(name))
			continue;
		memcpy(name, frame, length);
		name[length] = 0;
		append(line, size, ", in ");
		append(line, size, name);
		count++;
	}
	mxPop();
}

/* Describes mxException, whose conversion to text may itself throw. In UTF-8, which is never longer than the machine's form. */
void machine_describe_exception(txMachine* the, char* line, size_t size)
{
	size_t prefix = strlen(line);
	mxTry(the) {
		mxPush(mxException);
		append(line, size, fxToString(the, the->stack));
		mxPop();
		appendFrames(the, line, size);
	}
	mxCatch(the) {
		line[prefix] = 0;
		append(line, size, "an exception that cannot be shown");
	}
	line[text_to_utf8(line, (uint8_t*)line)] = 0;
}

void machine_report_exception(txMachine* the, const char* prefix)
{
	char line[512];
	snprintf(line, sizeof(line), "%s", prefix);
	machine_describe_exception(the, line, sizeof(line));
	mxException = mxUndefined;
	reporter(the->context, line);
}

/* ---- into JavaScript ---- */

static MachineResult guard(txMachine* the, void (*body)(txMachine* the, void* data), void* data)
{
	txJump jump;
	volatile MachineResult result = kMachineOK;
	if (machine_status(the))
		return kMachineDead;
	jump.nextJump = the->firstJump;
	jump.stack = the->stack;
	jump.scope = the->scope;
	jump.frame = the->frame;
	jump.environment = C_NULL;
	jump.code = the->code;
	jump.flag = 0;
	the->firstJump = &jump;
	machine_depth(the)++;
	if (setjmp(jump.buffer) == 0) {
		fxBeginHost(the);
		body(the, data);
		fxEndHost(the);
	}
	else if (!machine_status(the)) {
		result = kMachineThrew;
		the->stack = jump.stack;
		the->scope = jump.scope;
		the->frame = jump.frame;
		the->code = jump.code;
		/* telling may throw or fill the heap: it needs a way out as well */
		if (setjmp(jump.buffer) == 0)
			machine_report_exception(the, "");
	}
	if (machine_status(the)) {
		/* fxExitToHost came to the outermost guard: whatever was inside is gone */
		the->firstJump = C_NULL;
		machine_depth(the) = 0;
		return kMachineDead;
	}
	the->stack = jump.stack;
	the->scope = jump.scope;
	the->frame = jump.frame;
	the->code = jump.code;
	the->firstJump = jump.nextJump;
	machine_depth(the)--;
	return result;
}

static void drain(txMachine* the, void* data)
{
	(void)data;
	for (;;) {
		while (machine_take_jobs(the))
			fxRunPromiseJobs(the);
		/* as in Node: who rejects a promise must have been heard by the time the jobs are done */
		fxCheckUnhandledRejections(the, 1);
		if (!machine_take_jobs(the))
			return;
		fxRunPromiseJobs(the);
	}
}

/* Promise jobs are run by the outermost call only. */
static MachineResult guardAndDrain(txMachine* the, void (*body)(txMachine* the, void* data), void* data)
{
	MachineResult result = guard(the, body, data);
	if (result != kMachineDead && machine_depth(the) == 0 && guard(the, drain, NULL) == kMachineDead)
		result = kMachineDead;
	return result;
}

MachineResult machine_run_jobs(xsMachine* machine)
{
	txMachine* the = machineOf(machine);
	return machine_depth(the) == 0 ? guard(the, drain, NULL) : kMachineOK;
}

typedef struct {
	void (*body)(xsMachine* the, void* data);
	void* data;
} Entry;

static void enter(txMachine* the, void* data)
{
	Entry* entry = data;
	entry->body((xsMachine*)the, entry->data);
}

MachineResult machine_enter(xsMachine* machine, void (*body)(xsMachine* the, void* data), void* data)
{
	Entry entry = { body, data };
	return guardAndDrain(machineOf(machine), enter, &entry);
}

void machine_import(txMachine* the, void* name)
{
	mxPushStringC(name);
	fxAwaitImport(the, XS_IMPORT_NAMESPACE);
	mxPop();
}

MachineResult machine_run_module(xsMachine* machine, const char* name)
{
	return guardAndDrain(machineOf(machine), machine_import, (void*)(uintptr_t)name);
}

typedef struct {
	const txSlot* self;
	const txSlot* function;
	unsigned count;
	const MachineArgument* arguments;
} Call;

/* Puts UTF-8 (what is not, as it is) into the slot on the stack. */
static void pushText(txMachine* the, const char* text)
{
	size_t size = strlen(text);
	ptrdiff_t length = text_from_utf8((const uint8_t*)text, size, NULL);
	txString string;
	if (length < 0) {
		fxString(the, the->stack, (txString)(uintptr_t)text);
		return;
	}
	string = fxNewChunk(the, (txSize)length + 1);
	text_from_utf8((const uint8_t*)text, size, string);
	string[length] = 0;
	the->stack->value.string = string;
	the->stack->kind = XS_STRING_KIND;
}

static void pushArgument(txMachine* the, const MachineArgument* argument)
{
	mxPushUndefined();
	switch (argument->kind) {
	case kArgumentInteger:
		fxInteger(the, the->stack, argument->value.integer);
		break;
	case kArgumentNumber:
		fxNumber(the, the->stack, argument->value.number);
		break;
	case kArgumentBoolean:
		fxBoolean(the, the->stack, argument->value.integer != 0);
		break;
	case kArgumentString:
		pushText(the, argument->value.string);
		break;
	case kArgumentBytes:
		fxArrayBuffer(the, the->stack, (void*)(uintptr_t)argument->value.bytes.data, (txInteger)argument->value.bytes.size, -1);
		break;
	case kArgumentSlot:
		the->stack->kind = ((txSlot*)argument->value.slot)->kind;
		the->stack->value = ((txSlot*)argument->value.slot)->value;
		break;
	case kArgumentUndefined:
		break;
	}
}

static void call(txMachine* the, void* data)
{
	Call* it = data;
	if (it->self)
		mxPushSlot(it->self);
	else
		mxPushUndefined();
	mxPushSlot(it->function);
	mxCall();
	for (unsigned i = 0; i < it->count; i++)
		pushArgument(the, &it->arguments[i]);
	mxRunCount((txInteger)it->count);
	mxPop();
}

MachineResult machine_call(xsMachine* machine, const xsSlot* self, const xsSlot* function, unsigned count, const MachineArgument* arguments)
{
	txMachine* the = machineOf(machine);
	Call it = { (const txSlot*)self, (const txSlot*)function, count, arguments };
	if (machine_status(the))
		return kMachineDead;
	if (!it.function || !fxIsCallable(the, (txSlot*)(uintptr_t)it.function))
		return kMachineOK;
	return guardAndDrain(the, call, &it);
}
