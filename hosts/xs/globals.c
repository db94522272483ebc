/*
 * What the hosts add to the language: `native(name)`, `trace(text)`, and the two conversions that XS has only where it keeps
 * strings as UTF-8: `ArrayBuffer.fromString(text)`, `String.fromArrayBuffer(bytes)`.
 */
#include "root.h"
#include "natives.h"
#include "text.h"

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
	uint8_t* line;
	size_t size;
	if (mxArgc < 1)
		return;
	size = text_to_utf8(fxToString(the, mxArgv(0)), NULL);
	line = c_malloc(size + 1);
	if (line) {
		text_to_utf8(mxArgv(0)->value.string, line);
		line[size] = 0;
		machine_trace(the, (char*)line);
		c_free(line);
	}
}

/* ArrayBuffer.fromString(text): its UTF-8. */
static void bytesFromString(txMachine* the)
{
	size_t size;
	if (mxArgc < 1)
		mxTypeError("no text");
	size = text_to_utf8(fxToString(the, mxArgv(0)), NULL);
	if (size > INT32_MAX)
		mxRangeError("text too long");
	fxArrayBuffer(the, mxResult, NULL, (txInteger)size, -1);
	text_to_utf8(mxArgv(0)->value.string, (uint8_t*)mxResult->value.reference->next->value.arrayBuffer.address);
}

/* The bytes of an ArrayBuffer, or of what C made that looks like one. */
static const uint8_t* bytesOf(txMachine* the, txSlot* value, size_t* size)
{
	txSlot* slot = value->kind == XS_REFERENCE_KIND ? value->value.reference->next : NULL;
	txSlot* info = slot ? slot->next : NULL;
	const uint8_t* result = NULL;
	if (slot && info && info->kind == XS_BUFFER_INFO_KIND) {
		if (slot->kind == XS_ARRAY_BUFFER_KIND)
			result = (const uint8_t*)slot->value.arrayBuffer.address;
		else if (slot->kind == XS_HOST_KIND && !(slot->flag & XS_HOST_CHUNK_FLAG))
			result = slot->value.host.data;
		*size = (size_t)info->value.bufferInfo.length;
		if (result || *size == 0)
			return result ? result : (const uint8_t*)"";
	}
	mxTypeError("no ArrayBuffer");
	return NULL;
}

/* String.fromArrayBuffer(bytes): the text whose UTF-8 they are. Throws a TypeError when they are not UTF-8. */
static void stringFromBytes(txMachine* the)
{
	size_t size;
	ptrdiff_t length;
	const uint8_t* bytes;
	txString string;
	if (mxArgc < 1)
		mxTypeError("no bytes");
	bytes = bytesOf(the, mxArgv(0), &size);
	length = text_from_utf8(bytes, size, NULL);
	if (length < 0)
		mxTypeError("not UTF-8");
	if (length >= INT32_MAX)
		mxRangeError("too many bytes");
	string = fxNewChunk(the, (txSize)length + 1);
	/* making the string may have moved the bytes */
	text_from_utf8(bytesOf(the, mxArgv(0), &size), size, string);
	string[length] = 0;
	mxResult->value.string = string;
	mxResult->kind = XS_STRING_KIND;
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
	fxNextHostFunctionProperty(the, fxLastProperty(the, mxArrayBufferConstructor.value.reference), bytesFromString, 1, mxID(_fromString), XS_DONT_ENUM_FLAG);
	fxNextHostFunctionProperty(the, fxLastProperty(the, mxStringConstructor.value.reference), stringFromBytes, 1, mxID(_fromArrayBuffer), XS_DONT_ENUM_FLAG);
}
