/*
 * For `npm run build -- --profile`: how often each function was called and what time it took without the functions that it called. Counting begins with the first
 * SIGUSR2; at the end of the process the table is written to the file that KEYGATE_PROFILE names, for tests/bench/profile.mjs. Two readings of the
 * processor's clock a call are a part of what is told.
 */
#include "root.h"
#include "natives.h"
#include "profile.h"
#include <signal.h>
#include <x86intrin.h>

enum { kFunctions = 8192, kDepth = 4096 };

typedef struct {
	const void* address;	/* of byte code, or of a C function */
	int isNative;
	uint64_t calls, ticks, withCalled;
	unsigned running;	/* how often it is on the stack: a function that calls itself is counted once with what it calls */
} Function;

static struct {
	volatile sig_atomic_t isOn;
	Function functions[kFunctions];
	struct { const txSlot* frame; Function* function; uint64_t began; } stack[kDepth];
	int depth;
	uint64_t since;	/* reading at which the running function went on */
} profile;

/* What no function of the machine has: C between the calls into it is not counted. */
static void pass(void)
{
	uint64_t now = __rdtsc();
	if (profile.depth > 0)
		profile.stack[profile.depth - 1].function->ticks += now - profile.since;
	profile.since = now;
}

static Function* find(const void* address, int isNative)
{
	size_t at = ((uintptr_t)address * 0x9E3779B97F4A7C15u >> 40) % kFunctions;
	while (profile.functions[at].address && profile.functions[at].address != address)
		at = (at + 1) % kFunctions;
	profile.functions[at].address = address;
	profile.functions[at].isNative = isNative;
	return &profile.functions[at];
}

/* Frames are on a stack that grows downwards: what an exception left is below or at the new one. */
static void leave(const txSlot* frame)
{
	while (profile.depth > 0 && profile.stack[profile.depth - 1].frame <= frame) {
		Function* function = profile.stack[--profile.depth].function;
		if (--function->running == 0)
			function->withCalled += profile.since - profile.stack[profile.depth].began;
	}
}

void profile_begin(txMachine* the, txSlot* function)
{
	txSlot* slot = function->kind == XS_REFERENCE_KIND ? function->value.reference->next : NULL;
	int isCode = slot && (slot->kind == XS_CODE_KIND || slot->kind == XS_CODE_X_KIND);
	int isNative = slot && (slot->kind == XS_CALLBACK_KIND || slot->kind == XS_CALLBACK_X_KIND);
	if (!profile.isOn || the == root_machine() || !(isCode || isNative) || profile.depth == kDepth)
		return;
	pass();
	leave(function);
	Function* called = find(isCode ? (const void*)slot->value.code.address : (const void*)(uintptr_t)slot->value.callback.address, isNative);
	called->calls++;
	called->running++;
	profile.stack[profile.depth].began = profile.since;
	profile.stack[profile.depth].frame = function;
	profile.stack[profile.depth++].function = called;
}

void profile_end(txMachine* the, txSlot* function)
{
	(void)the;
	if (!profile.isOn)
		return;
	pass();
	leave(function);
}

/* ---- the table ---- */

typedef struct {
	FILE* file;
	const txScript* script;
} Report;

static void figures(FILE* file, const Function* function)
{
	fprintf(file, "\t%llu\t%llu\t%llu\n", (unsigned long long)function->calls, (unsigned long long)function->ticks, (unsigned long long)function->withCalled);
}

static void tell(Report* report, const uint8_t* address, const char* name, const char* outer)
{
	Function* function = find(address, 0);
	if (function->calls > 0) {
		fprintf(report->file, "%s\t%s%s%s", report->script->path, outer, *outer ? " > " : "", name);
		figures(report->file, function);
	}
	function->calls = 0;
}

/* The name that the next instruction with one has: that of the property that a method becomes. */
static txID following(const uint8_t* p, const uint8_t* end)
{
	for (int i = 0; i < 4 && p < end; i++) {
		txS1 length = gxCodeSizes[*p];
		txID id;
		if (length < 0)
			break;
		if (length == 0) {
			memcpy(&id, p + 1, sizeof(id));
			return id;
		}
		p += length;
	}
	return XS_NO_ID;
}

/* Functions in byte code: the name that the instruction before has is the function's, or the one that comes next. */
static void scan(Report* report, uint8_t* p, const uint8_t* end, const char* outer)
{
	txID id = XS_NO_ID;
	while (p < end) {
		uint8_t code = *p;
		txS1 length = gxCodeSizes[code];
		uint32_t rest = 0;
		if (code == XS_CODE_CODE_ARCHIVE_1 || code == XS_CODE_CODE_ARCHIVE_2 || code == XS_CODE_CODE_ARCHIVE_4) {
			char own[96] = "?";
			const char* name;
			memcpy(&rest, p + 1, (size_t)length - 1);
			p += length;
			id = id == XS_NO_ID ? following(p + rest, end) : id;
			name = id == XS_NO_ID ? NULL : fxGetKeyName(root_machine(), id);
			if (name && *name)
				snprintf(own, sizeof(own), "%s", name);
			tell(report, p, own, outer);
			scan(report, p, p + rest, own);
			p += rest;
			id = XS_NO_ID;
		}
		else if (length > 0)
			p += length;
		else if (length == 0) {
			memcpy(&id, p + 1, sizeof(id));
			p += 1 + sizeof(txID);
		}
		else {
			memcpy(&rest, p + 1, (size_t)-length);
			p += 1 - length + (ptrdiff_t)rest;
		}
	}
}

static void report_all(void)
{
	const char* path = getenv("KEYGATE_PROFILE");
	txPreparation* preparation = root_machine() ? root_machine()->preparation : NULL;
	profile.isOn = 0;
	if (!path || !preparation)
		return;
	Report report = { .file = fopen(path, "w") };
	if (!report.file)
		return;
	for (txInteger i = 0; i < preparation->scriptCount; i++) {
		report.script = &preparation->scripts[i];
		scan(&report, (uint8_t*)report.script->codeBuffer, (uint8_t*)report.script->codeBuffer + report.script->codeSize, "");
	}
	for (size_t i = 0; i < kFunctions; i++) {
		const Function* function = &profile.functions[i];
		const char* name = NULL;
		if (function->calls == 0)
			continue;
		for (unsigned n = 0; function->isNative && n < keygate_native_count; n++)
			if ((const void*)(uintptr_t)keygate_natives[n].function == function->address)
				name = keygate_natives[n].name;
		if (name)
			fprintf(report.file, "native\t%s", name);
		else
			fprintf(report.file, "built-in\t%lx", (unsigned long)((const char*)function->address - &__executable_start));
		figures(report.file, function);
	}
	fclose(report.file);
}

static void begin(int signal)
{
	(void)signal;
	profile.since = __rdtsc();
	profile.isOn = 1;
}

__attribute__((constructor)) static void install(void)
{
	signal(SIGUSR2, begin);
	atexit(report_all);
}
