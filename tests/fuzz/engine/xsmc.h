/*
 * In place of the engine's own header: of its C interface what the natives of sockets, of the flash and of messages use, over slots of a few plain kinds, so that a fuzzing
 * program can call them with any arguments and hear what they hold on to. What throws leaves the native as it does in the engine, and so does a heap that is full.
 */
#ifndef KEYGATE_FUZZ_XSMC_H
#define KEYGATE_FUZZ_XSMC_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int32_t xsIntegerValue;
typedef uint32_t xsUnsignedValue;
typedef uint32_t xsIndex;

enum { kUndefined, kNumber, kBoolean, kBuffer, kText, kObject };

typedef struct xsSlotRecord {
	int kind;
	double number;		/* of an object: which one it is */
	uint8_t* bytes;
	uint32_t size;
} xsSlot;

typedef struct xsMachineRecord {
	xsSlot arguments[8], result, variables[2];
	jmp_buf thrown;
	int held;		/* slots that are remembered */
	int failsAfter;		/* allocations until the heap is full; below 0: it is not */
} xsMachine;

#define xsArg(i) (the->arguments[i])
#define xsVar(i) (the->variables[i])
#define xsResult (the->result)
#define xsmcVars(count) ((void)(count))
#define xsID(text) ((text)[0])
#define xsUndefinedType kUndefined
#define xsIntegerType kNumber
#define xsNumberType kNumber

#define xsThrow() longjmp(the->thrown, 1)
#define xsRangeError(...) (snprintf(NULL, 0, __VA_ARGS__), xsThrow())
#define xsUnknownError(...) (snprintf(NULL, 0, __VA_ARGS__), xsThrow())

#define xsRemember(slot) ((void)(slot), the->held++)
#define xsForget(slot) ((slot).kind = kUndefined, the->held--)

static inline double fxToNumber(xsMachine* the, const xsSlot* slot)
{
	if (slot->kind == kObject)
		xsThrow();
	return slot->kind == kNumber || slot->kind == kBoolean ? slot->number : slot->kind == kUndefined ? (double)__builtin_nanf("") : 0;
}

/* As ECMA-262 7.1.6 has it. */
static inline xsIntegerValue fxToInteger(xsMachine* the, const xsSlot* slot)
{
	double value = __builtin_trunc(fxToNumber(the, slot));
	if (!__builtin_isfinite(value))
		return 0;
	value = __builtin_fmod(value, 4294967296.0);
	return (xsIntegerValue)(uint32_t)(value < 0 ? value + 4294967296.0 : value);
}

/* Blocks of exactly their size, freed by whoever called the native. */
static inline void fxBuffer(xsMachine* the, xsSlot* slot, const void* bytes, xsIntegerValue size)
{
	if (size < 0 || the->failsAfter == 0)
		xsThrow();
	the->failsAfter -= the->failsAfter > 0;
	free(slot->bytes);
	*slot = (xsSlot){ .kind = kBuffer, .bytes = malloc(size > 0 ? (size_t)size : 1), .size = (uint32_t)size };
	if (bytes != NULL)
		memcpy(slot->bytes, bytes, (size_t)size);
	else
		memset(slot->bytes, 0, (size_t)size);
}

static inline void fxBytes(xsMachine* the, const xsSlot* slot, void** bytes, xsUnsignedValue* size)
{
	if (slot->kind != kBuffer)
		xsThrow();
	*bytes = slot->bytes;
	*size = slot->size;
}

/* What is in a list, and what an object has under a name that begins so: the fuzzing program knows, where its natives ask. */
xsSlot fxElement(xsMachine* the, const xsSlot* list, uint32_t index);
xsSlot fxProperty(xsMachine* the, const xsSlot* object, char id);

/* A text of `size` characters, which the native writes. */
static inline void fxText(xsMachine* the, xsSlot* slot, xsIntegerValue size)
{
	fxBuffer(the, slot, NULL, size + 1);
	slot->kind = kText;
	slot->number = size;
}

#define xsInteger(value) ((xsSlot){ .kind = kNumber, .number = (value) })
#define xsNumber(value) ((xsSlot){ .kind = kNumber, .number = (value) })
#define xsBoolean(value) ((xsSlot){ .kind = kBoolean, .number = (value) != 0 })
#define xsmcGetIndex(slot, list, index) ((slot) = fxElement(the, &(list), index))
#define xsmcGet(slot, object, id) ((slot) = fxProperty(the, &(object), id))
#define xsmcSetStringBuffer(slot, text, size) fxText(the, &(slot), size)
#define xsmcToString(slot) ((char*)(slot).bytes)
#define xsmcTypeOf(slot) ((slot).kind)
#define xsmcToInteger(slot) fxToInteger(the, &(slot))
#define xsmcToNumber(slot) fxToNumber(the, &(slot))
#define xsmcToBoolean(slot) ((slot).kind == kObject || (slot).kind == kBuffer || (slot).number != 0)
#define xsmcToArrayBuffer(slot) ((slot).bytes)
#define xsmcGetBufferReadable(slot, bytes, size) fxBytes(the, &(slot), (void**)(bytes), size)
#define xsmcGetBufferWritable(slot, bytes, size) fxBytes(the, &(slot), (void**)(bytes), size)
#define xsmcSetInteger(slot, value) ((slot).kind = kNumber, (slot).number = (value))
#define xsmcSetNumber(slot, value) ((slot).kind = kNumber, (slot).number = (value))
#define xsmcSetBoolean(slot, value) ((slot).kind = kBoolean, (slot).number = (value) != 0)
#define xsmcSetArrayBuffer(slot, data, size) fxBuffer(the, &(slot), data, size)
#define xsmcSetString(slot, text) ((slot).kind = kText, (slot).number = (double)strlen(text))
#define xsmcSet(object, id, slot) ((void)(object), (void)(id), (void)(slot))
#define xsmcToStringBuffer(slot, text, size) ((void)(slot), snprintf(text, size, "%s", ""))

#endif
