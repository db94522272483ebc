/*
 * The parts of the engine that are optional (it has a list of all of them in xsDefaults.c). Left out, since each of some thousand functions would pay for
 * it with a slot: the properties `length` and `name` of functions; an error's `stack` names them all the same. There is no code from text, so no eval.
 */
#include "xsAll.h"
#include "system.h"

const txDefaults gxDefaults = {
	.newAsyncInstance = fxNewAsyncInstance,
	.runAsync = fxRunAsync,
	.newGeneratorInstance = fxNewGeneratorInstance,
	.newGeneratorFunctionInstance = fxNewGeneratorFunctionInstance,
	.newArgumentsSloppyInstance = fxNewArgumentsSloppyInstance,
	.newArgumentsStrictInstance = fxNewArgumentsStrictInstance,
	.newAsyncGeneratorInstance = fxNewAsyncGeneratorInstance,
	.newAsyncGeneratorFunctionInstance = fxNewAsyncGeneratorFunctionInstance,
	.runForAwaitOf = fxRunForAwaitOf,
	.initializeSharedCluster = fxInitializeSharedCluster,
	.terminateSharedCluster = fxTerminateSharedCluster,
	.runImport = fxRunImport,
	.definePrivateProperty = fxDefinePrivateProperty,
	.getPrivateProperty = fxGetPrivateProperty,
	.setPrivateProperty = fxSetPrivateProperty,
	.cleanupFinalizationRegistries = fxCleanupFinalizationRegistries,
	.captureErrorStack = fxCaptureErrorStack,
};

const txBehavior* gxBehaviors[XS_BEHAVIOR_COUNT] = {
	&gxOrdinaryBehavior, &gxArgumentsSloppyBehavior, &gxOrdinaryBehavior, &gxArrayBehavior, &gxEnvironmentBehavior,
	&gxGlobalBehavior, &gxModuleBehavior,
	/* an image has no Proxy, as the build leaves it out (hosts/riscv/build.mjs) */
	kRootImage ? C_NULL : &gxProxyBehavior,
	&gxStringBehavior, &gxTypedArrayBehavior
};

#define TYPE(name, size, shift, coerce) \
	{ size, shift, fx##name##Getter, fx##name##Setter, coerce, fx##name##Compare, _get##name, _set##name, _##name##Array }

const txTypeDispatch gxTypeDispatches[mxTypeArrayCount] = {
#ifdef KEYGATE_ROOT_IMAGE
	{ 8, 3, C_NULL, C_NULL, C_NULL, C_NULL, _getBigInt64, _setBigInt64, _BigInt64Array }, { 8, 3, C_NULL, C_NULL, C_NULL, C_NULL, _getBigUint64, _setBigUint64, _BigUint64Array },
#else
	TYPE(BigInt64, 8, 3, fxBigIntCoerce), TYPE(BigUint64, 8, 3, fxBigIntCoerce),
#endif
	TYPE(Float32, 4, 2, fxNumberCoerce), TYPE(Float64, 8, 3, fxNumberCoerce),
	TYPE(Int8, 1, 0, fxIntCoerce), TYPE(Int16, 2, 1, fxIntCoerce), TYPE(Int32, 4, 2, fxIntCoerce),
	TYPE(Uint8, 1, 0, fxUintCoerce), TYPE(Uint16, 2, 1, fxUintCoerce), TYPE(Uint32, 4, 2, fxUintCoerce),
	{ 1, 0, fxUint8Getter, fxUint8ClampedSetter, fxNumberCoerce, fxUint8Compare, _getUint8, _setUint8, _Uint8ClampedArray }
};

/* One thread: nothing is shared between machines, so there is no Atomics (chain.mjs). */
const txTypeAtomics gxTypeAtomics[mxTypeArrayCount];

#ifdef KEYGATE_ROOT_IMAGE
/* Nor has it BigInt. */
const txTypeBigInt gxTypeBigInt;
#else
const txTypeBigInt gxTypeBigInt = {
	fxBigIntCompare, fxBigIntDecode, fxBigintToArrayBuffer, fxBigIntToInstance, fxBigIntToNumber, fxBigintToString, fxBigInt_add, fxBigInt_and, fxBigInt_dec,
	fxBigInt_div, fxBigInt_exp, fxBigInt_inc, fxBigInt_lsl, fxBigInt_lsr, fxBigInt_mul, fxBigInt_neg, fxBigInt_nop, fxBigInt_not, fxBigInt_or, fxBigInt_rem,
	fxBigInt_sub, fxBigInt_xor
};
#endif
