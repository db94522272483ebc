/* What the hosts add to the language: `native(name)` and `trace(text)`. */
#include "root.h"
#include "natives.h"

static int compare(const void* name, const void* native)
{
	return strcmp(name, ((const Native*)native)->name);
}

/* The C function `name` as a JavaScript function. */
static void nativeFunction(txMachine* the)
{
	char name[64];
	const Native* native;
	if (mxArgc < 1)
		mxTypeError("native: no name");
	fxToStringBuffer(the, mxArgv(0), name, sizeof(name));
	native = bsearch(name, keygate_natives, keygate_native_count, sizeof(Native), compare);
	if (!native)
		mxReferenceError("native \"%s\": there is no such function", name);
	fxNewHostFunction(the, (txCallback)native->function, 0, XS_NO_ID, XS_NO_ID);
	mxPullSlot(mxResult);
}

static void traceText(txMachine* the)
{
	if (mxArgc > 0)
		machine_trace(the, fxToString(the, mxArgv(0)));
}

static void install(txMachine* the, txString name, txCallback function)
{
	fxNewHostFunction(the, function, 1, XS_NO_ID, XS_NO_ID);
	mxPush(mxGlobal);
	mxSetID(fxNewNameC(the, name));
	mxPop();
}

void globals_install(txMachine* the)
{
	install(the, (txString)"native", nativeFunction);
	install(the, (txString)"trace", traceText);
}
