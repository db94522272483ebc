/*
 * Which of the language's own properties stand first. The engine searches an object's properties one after the other, and lists them in the order in which it made them:
 * `Uint8Array` is the 41st of all names. What a negotiation asks for most (tests/bench/negotiation.mjs) is moved to the front.
 */
#include "root.h"

/* Moves the properties `names`, as far as they are there, to the front of those of `instance`, in their order. */
static void bring(txSlot* instance, const txID* names, size_t count)
{
	txSlot** first = &instance->next;
	while (*first && ((*first)->flag & XS_INTERNAL_FLAG))
		first = &(*first)->next;
	for (size_t i = 0; i < count; i++) {
		txSlot** at = first;
		while (*at && (*at)->ID != names[i])
			at = &(*at)->next;
		txSlot* property = *at;
		if (!property)
			continue;
		*at = property->next;
		property->next = *first;
		*first = property;
		first = &property->next;
	}
}

#define BRING(INSTANCE, ...) bring(INSTANCE, (const txID[]){ __VA_ARGS__ }, sizeof((const txID[]){ __VA_ARGS__ }) / sizeof(txID))

void order_properties(txMachine* the)
{
	txSlot* math = mxBehaviorGetProperty(the, mxGlobal.value.reference, mxID(_Math), 0, XS_OWN);
	BRING(mxGlobal.value.reference, mxID(_Math), mxID(_Infinity), mxID(_Uint8Array), mxID(_Number), mxID(_String), mxID(_DataView), mxID(_ArrayBuffer), mxID(_Object));
	if (math && math->kind == XS_REFERENCE_KIND)
		BRING(math->value.reference, mxID(_min), mxID(_floor), mxID(_max));
	BRING(mxTypedArrayPrototype.value.reference, mxID(_length), mxID(_set), mxID(_subarray), mxID(_slice), mxID(_fill), mxID(_constructor), mxID(_buffer), mxID(_byteOffset));
	BRING(mxDataViewPrototype.value.reference, mxID(_setUint32), mxID(_getUint32), mxID(_setUint16), mxID(_getUint16), mxID(_setUint8), mxID(_getUint8), mxID(_setFloat64), mxID(_getFloat64));
	BRING(mxArrayPrototype.value.reference, mxID(_indexOf), mxID(_Symbol_iterator), mxID(_push), mxID(_some), mxID(_shift), mxID(_splice), mxID(_map), mxID(_includes));
	BRING(mxStringPrototype.value.reference, mxID(_charCodeAt), mxID(_slice), mxID(_split), mxID(_startsWith));
}
