/*
 * The root machine: what `xsl` makes on a developer's machine for a device, made here at start. Symbols and byte code of every module
 * in the executable go into it, the modules to preload are run once, then it is shared, sealed and locked.
 *
 * In an image for flash it is made by the build, which runs the image once, and that is all that the image then carries of the modules: their
 * block (names, symbols, byte code) is left out, so names and byte code are copied. Every byte counts there: the machine is made a first time to
 * see what it needs, and a second time with just that.
 */
#include "root.h"
#include "pack.h"
#include "system.h"

enum {
	kRootChunks = 256 * 1024,
	kRootSlots = 5120,		/* for the language's own objects, ... */
	/*
	 * ... and a slot for each so many bytes of byte code. In an image nothing is collected meanwhile; at start it is, a few times: what is kept is then next to each
	 * other, and a third of the root's memory is not needed.
	 */
	kCodeOfSlot = kRootImage ? 10 : 24,
	kMoreSlots = 2048,
	kRootStack = 4096,
	kRootKeys = 2048,
	/* In an image, beyond what the first one was seen to need. */
	kSpareChunks = 512,
	kSpareSlots = 64,
	kSpareStack = 32,
};

static txMachine* root IN_ROOT;
static MachineRoot figures IN_ROOT;

txMachine* root_machine(void)
{
	return root;
}

const MachineRoot* machine_root(void)
{
	return &figures;
}

typedef struct {
	txScript script;
	const uint8_t* symbols;
	int preload;
} Module;

typedef struct {
	Module* modules;
	uint32_t count;
	Module* current;
	char* fault;
	size_t faultSize;
	int ok;
} Build;

static size_t padded(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

/* Stands for what makes a part of the language that an image does not have. */
void machine_has_not(txMachine* the)
{
	(void)the;
}

double machine_has_no_function(double argument)
{
	(void)argument;
	return NAN;
}

/* Finds the modules in the executable. */
static int readPack(Build* build)
{
	uint8_t* p = keygate_modules;
	if (memcmp(p, "KGM1", 4) != 0)
		return 0;
	memcpy(&build->count, p + 4, 4);
	p += 8;
	build->modules = calloc(build->count ? build->count : 1, sizeof(Module));
	if (!build->modules)
		return 0;
	figures = (MachineRoot){ .modules = build->count };
	for (uint32_t i = 0; i < build->count; i++) {
		Module* module = &build->modules[i];
		PackEntry entry;
		memcpy(&entry, p, sizeof(entry));
		p += sizeof(entry);
		module->preload = (entry.flags & kModulePreload) != 0;
		module->script.path = (txString)p;
		p += padded(entry.nameSize);
		module->symbols = p;
		p += padded(entry.symbolsSize);
		module->script.codeBuffer = (txByte*)p;
		module->script.codeSize = (txSize)entry.codeSize;
		p += padded(entry.codeSize);
		module->script.version[0] = XS_MAJOR_VERSION;
		module->script.version[1] = XS_MINOR_VERSION;
		module->script.version[2] = XS_PATCH_VERSION;
		figures.codeBytes += entry.codeSize;
		figures.preloaded += (uint32_t)module->preload;
	}
	return p <= keygate_modules_end;
}

/*
 * Code of functions, and the texts in it, stay where they are instead of being copied into chunks. A `function` becomes as a method is: no
 * constructor, and without an object for `prototype`; classes get theirs by another instruction.
 */
static void archiveCodes(txByte* p, txSize size)
{
	txByte* end = p + size;
	while (p < end) {
		txU1 code = *(txU1*)p;
		txS1 length = gxCodeSizes[code];
		if (code == XS_CODE_CODE_1)
			*p = (txByte)XS_CODE_CODE_ARCHIVE_1;
		else if (code == XS_CODE_CODE_2)
			*p = (txByte)XS_CODE_CODE_ARCHIVE_2;
		else if (code == XS_CODE_CODE_4)
			*p = (txByte)XS_CODE_CODE_ARCHIVE_4;
		else if (code == XS_CODE_STRING_1)
			*p = (txByte)XS_CODE_STRING_ARCHIVE_1;
		else if (code == XS_CODE_STRING_2)
			*p = (txByte)XS_CODE_STRING_ARCHIVE_2;
		else if (code == XS_CODE_STRING_4)
			*p = (txByte)XS_CODE_STRING_ARCHIVE_4;
		else if (code == XS_CODE_CONSTRUCTOR_FUNCTION)
			*p = (txByte)XS_CODE_FUNCTION;
		if (length > 0)
			p += length;
		else if (length == 0)
			p += 1 + sizeof(txID);
		else {
			uint32_t skip = 0;
			memcpy(&skip, p + 1, (size_t)-length);
			p += 1 - length + (ptrdiff_t)skip;
		}
	}
}

/* What the image keeps of the block of modules: a copy, in the root's memory, or for the time being elsewhere. */
static void* kept(txMachine* the, void* bytes, size_t size, int isForGood)
{
	void* copy = !kRootImage ? bytes : isForGood ? platform_allocate(size) : malloc(size);
	if (!copy)
		machine_is_full(the);
	return copy == bytes ? bytes : memcpy(copy, bytes, size);
}

/* A name that is a constant of the program, or is copied. */
static txID newName(txMachine* the, txString name)
{
	return kRootImage ? fxNewNameC(the, name) : fxNewNameX(the, name);
}

/*
 * Marks the symbols of a module that its code works with. Names of local variables are of no use but in the text of an error: in an image each name costs
 * a slot and a chunk.
 */
static void markSymbols(txByte* p, txSize size, uint8_t* marks)
{
	txByte* end = p + size;
	while (p < end) {
		txU1 code = *(txU1*)p;
		txS1 length = gxCodeSizes[code];
		if (length > 0)
			p += length;
		else if (length == 0) {
			txID symbol;
			memcpy(&symbol, p + 1, sizeof(symbol));
			if (code != XS_CODE_NEW_LOCAL && code != XS_CODE_NEW_CLOSURE)
				marks[symbol] = 1;
			p += 1 + sizeof(txID);
		}
		else {
			uint32_t skip = 0;
			memcpy(&skip, p + 1, (size_t)-length);
			p += 1 - length + (ptrdiff_t)skip;
		}
	}
}

static void linkModule(txMachine* the, Module* module)
{
	txByte* p = (txByte*)(uintptr_t)module->symbols;
	txID count;
	txID* identifiers;
	uint8_t* marks;
	mxDecodeID(p, count);
	identifiers = malloc((count ? count : 1u) * sizeof(txID));
	marks = calloc(count ? count : 1u, 1);
	if (!identifiers || !marks)
		machine_is_full(the);
	if (kRootImage)
		markSymbols(module->script.codeBuffer, module->script.codeSize, marks);
	identifiers[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		/* a private name is a variable whose name counts */
		identifiers[i] = kRootImage && !marks[i] && *p != '#' ? XS_NO_ID : newName(the, (txString)p);
		p += strlen((txString)p) + 1;
	}
	module->script.codeBuffer = kept(the, module->script.codeBuffer, (size_t)module->script.codeSize, !module->preload);
	fxRemapIDs(the, module->script.codeBuffer, module->script.codeSize, identifiers);
	free(identifiers);
	free(marks);
	archiveCodes(module->script.codeBuffer, module->script.codeSize);
	newName(the, module->script.path);
}

/* In an image the modules' names move to the root's memory, in one piece. */
static void keepNames(txMachine* the, Build* build)
{
	size_t size = 0;
	char* names;
	for (uint32_t i = 0; i < build->count; i++)
		size += strlen(build->modules[i].script.path) + 1;
	names = platform_allocate(size);
	if (!names)
		machine_is_full(the);
	for (uint32_t i = 0; i < build->count; i++) {
		strcpy(names, build->modules[i].script.path);
		build->modules[i].script.path = names;
		names += strlen(names) + 1;
	}
}

static void linkModules(txMachine* the, Build* build)
{
	txPreparation* preparation = platform_allocate_zeroed(1, sizeof(txPreparation));
	txScript* scripts = platform_allocate_zeroed(build->count ? build->count : 1, sizeof(txScript));
	if (!preparation || !scripts)
		machine_is_full(the);
	if (kRootImage)
		keepNames(the, build);
	for (uint32_t i = 0; i < build->count; i++) {
		linkModule(the, &build->modules[i]);
		scripts[i] = build->modules[i].script;
	}
	preparation->scriptCount = (txInteger)build->count;
	preparation->scripts = scripts;
	preparation->version[0] = XS_MAJOR_VERSION;
	preparation->version[1] = XS_MINOR_VERSION;
	the->preparation = preparation;
}

static void preloadModules(txMachine* the, Build* build)
{
	for (uint32_t i = 0; i < build->count; i++) {
		build->current = &build->modules[i];
		if (build->current->preload)
			machine_import(the, build->current->script.path);
	}
	build->current = NULL;
}

static int isCode(const txSlot* slot)
{
	return slot && (slot->kind == XS_CODE_KIND || slot->kind == XS_CODE_X_KIND) && (slot->flag & XS_INTERNAL_FLAG);
}

static int isEnvironment(const txSlot* instance)
{
	return (instance->flag & XS_EXOTIC_FLAG) && instance->next && instance->next->ID == XS_ENVIRONMENT_BEHAVIOR && (instance->next->flag & XS_INTERNAL_FLAG);
}

/* Whether all that a function closes over are variables, which are slots of their own. */
static int hasOnlyVariables(const txSlot* environment)
{
	for (const txSlot* slot = environment->next->next; slot; slot = slot->next) {
		if (slot->kind != XS_CLOSURE_KIND)
			return 0;
	}
	return 1;
}

static int isFunction(const txSlot* instance)
{
	const txSlot* code = instance->kind == XS_INSTANCE_KIND ? instance->next : NULL;
	return isCode(code) || (code && (code->kind == XS_CALLBACK_KIND || code->kind == XS_CALLBACK_X_KIND) && (code->flag & XS_INTERNAL_FLAG));
}

/*
 * A function or class that was declared is a variable as any other to the engine, which keeps a place for another value of it in each clone: it is a constant,
 * as are all that stand at module scope.
 */
static void freezeDeclarations(txMachine* the)
{
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			txSlot* variable = slot->kind == XS_CLOSURE_KIND ? slot->value.closure : NULL;
			if (variable && variable->kind == XS_REFERENCE_KIND && isFunction(variable->value.reference))
				variable->flag |= XS_DONT_SET_FLAG;
		}
	}
}

/* Functions, and what those of modules close over, are not objects that somebody writes to: a clone needs no place for a copy of them. */
static void freezeFunctions(txMachine* the)
{
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			if (slot->kind != XS_INSTANCE_KIND || !(isFunction(slot) || (isEnvironment(slot) && hasOnlyVariables(slot))))
				continue;
			slot->flag |= XS_DONT_PATCH_FLAG;
			for (txSlot* property = slot->next; property; property = property->next)
				property->flag |= property->kind == XS_ACCESSOR_KIND ? XS_DONT_DELETE_FLAG : XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG;
		}
	}
}

/* Of the modules that have run, the image keeps what can run again. */
static void settleModules(txMachine* the, Build* build)
{
	txScript* scripts = malloc((build->count ? build->count : 1) * sizeof(txScript));
	txScript* all = ((txPreparation*)the->preparation)->scripts;
	uint32_t count = 0;
	const char* fault;
	if (!scripts)
		machine_is_full(the);
	fxCollectGarbage(the);
	for (uint32_t i = 0; i < build->count; i++) {
		if (build->modules[i].preload) {
			scripts[count++] = build->modules[i].script;
			figures.codeBytes -= (uint32_t)build->modules[i].script.codeSize;
			all[i].codeBuffer = C_NULL;
			all[i].codeSize = 0;
		}
	}
	figures.codeBytes += (uint32_t)settle_code(the, scripts, count, &fault);
	for (uint32_t i = 0; i < count; i++)
		free(scripts[i].codeBuffer);
	free(scripts);
	if (fault) {
		snprintf(build->fault, build->faultSize, "%s", fault);
		build->ok = 0;
	}
}

/* The global object keeps a cache of the built-ins that it writes when it is read: not possible once it is read-only. */
static void uncacheGlobal(txMachine* the)
{
	txSlot* global = mxGlobal.value.reference;
	if ((global->flag & XS_EXOTIC_FLAG) && global->next->kind == XS_GLOBAL_KIND) {
		global->flag &= (txFlag)~XS_EXOTIC_FLAG;
		global->next = global->next->next;
	}
}

static void sealSlot(txSlot* slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND:
		slot->kind = XS_STRING_X_KIND;
		break;
	case XS_KEY_KIND:
		slot->kind = XS_KEY_X_KIND;
		break;
	case XS_BIGINT_KIND:
		slot->kind = XS_BIGINT_X_KIND;
		break;
	case XS_CODE_KIND:
		slot->kind = XS_CODE_X_KIND;
		break;
	case XS_REGEXP_KIND:
		/* what a match works in: without it, a clone takes some of its own */
		slot->value.regexp.data = C_NULL;
		break;
	case XS_ARRAY_KIND:
		/* elements are slots too, but in a chunk */
		for (txIndex i = 0, count = slot->value.array.address ? (txIndex)(((txChunk*)((txByte*)slot->value.array.address - sizeof(txChunk)))->size / (txSize)sizeof(txSlot)) : 0; i < count; i++)
			sealSlot(&slot->value.array.address[i]);
		break;
	default:
		break;
	}
}

/* Values of the root whose bytes are in its chunks become the kinds that a clone's collector leaves alone. */
static void seal(txMachine* the)
{
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++)
			sealSlot(slot);
	}
	for (txSlot* slot = the->stack; slot < the->stackTop; slot++)
		sealSlot(slot);
}

/*
 * A function that a clone makes gets its closures with their flags from the function around it, which may be the root's. With the root's mark, each would outlast one
 * collection more than its function does. Nothing visits the root's own: what they belong to is marked.
 */
static void unmarkClosure(txSlot* slot)
{
	if (slot->kind == XS_CLOSURE_KIND)
		slot->flag &= (txFlag)~XS_MARK_FLAG;
}

/* Gives back what only free slots are in, and the ends of chunks: the root makes nothing more. */
static void release(txMachine* the)
{
	/* sharing marked every slot, free ones too */
	for (txSlot* slot = the->freeHeap; slot; slot = slot->next)
		slot->flag &= (txFlag)~XS_MARK_FLAG;
	the->freeHeap = C_NULL;
	for (txBlock* block = the->firstBlock; block; block = block->nextBlock)
		system_release(block->current, block->limit);
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		txSlot* end = heap->value.reference;
		for (txSlot* slot = heap + 1; slot < end;) {
			txSlot* begin = slot;
			while (slot < end && !(slot->flag & XS_MARK_FLAG))
				slot++;
			system_release(begin, slot);
			for (; slot < end && (slot->flag & XS_MARK_FLAG); slot++)
				unmarkClosure(slot);
		}
	}
}

static void buildRoot(txMachine* the, Build* build)
{
	linkModules(the, build);
	globals_install(the);
	check_begin(the);
	{
		mxTry(the) {
			preloadModules(the, build);
			build->ok = 1;
		}
		mxCatch(the) {
			snprintf(build->fault, build->faultSize, "%s.js: ", build->current ? build->current->script.path : "");
			machine_describe_exception(the, build->fault, build->faultSize);
		}
	}
	if (build->ok)
		build->ok = check_modules(the, build->fault, build->faultSize);
}

/* Everything that may run out of memory, with a way out. */
static int guardBuild(txMachine* the, Build* build)
{
	txJump jump = { .nextJump = C_NULL };
	jump.stack = the->stack;
	jump.scope = the->scope;
	jump.frame = the->frame;
	jump.code = the->code;
	the->firstJump = &jump;
	if (setjmp(jump.buffer) == 0) {
		fxBeginHost(the);
		buildRoot(the, build);
		fxEndHost(the);
		if (build->ok && kRootImage)
			settleModules(the, build);
		if (build->ok) {
			uncacheGlobal(the);
			order_properties(the);
			freezeDeclarations(the);
			freezeFunctions(the);
			fxShareMachine(the);
			seal(the);
			release(the);
		}
	}
	else {
		const char* reason = machine_abort_reason((xsMachine*)the);
		snprintf(build->fault, build->faultSize, "%s%s%s while the modules were preloaded", build->current ? build->current->script.path : "",
			build->current ? ".js: " : "", reason ? reason : "an exception");
		build->ok = 0;
	}
	the->firstJump = C_NULL;
	return build->ok;
}

/* Makes the machine in `memory`. `creation` says how much it takes at once. */
static int make(Build* build, txCreation* creation, uint8_t* memory, size_t size)
{
	txMachine* the;
	platform_open_root(memory, size);
	if (!readPack(build)) {
		snprintf(build->fault, build->faultSize, "the modules in the executable are damaged");
		return 0;
	}
	if (creation->initialHeapCount == 0)
		creation->initialHeapCount = kRootSlots + (txSize)(figures.codeBytes / kCodeOfSlot);
	system_populate(memory, (size_t)creation->initialHeapCount * sizeof(txSlot));
	the = fxCreateMachine(creation, (txString)"root", NULL, 0);
	if (!the) {
		snprintf(build->fault, build->faultSize, "the root machine cannot be made");
		return 0;
	}
	if (!guardBuild(the, build))
		return 0;
	free(build->modules);
	root = the;
	figures.slots = (uint32_t)the->currentHeapCount;
	figures.chunkBytes = (uint32_t)the->currentChunksSize;
	figures.keys = the->keyIndex;
	figures.aliases = the->aliasCount;
	return 1;
}

/* What a machine takes that is as large as `the`: nothing more is made in it. */
static void fit(txCreation* creation, txMachine* the)
{
	creation->initialChunkSize = (txSize)the->currentChunksSize + kSpareChunks;
	creation->incrementalChunkSize = kSpareChunks;
	creation->initialHeapCount = (txSize)the->currentHeapCount + kSpareSlots;
	creation->incrementalHeapCount = kSpareSlots;
	creation->initialKeyCount = the->keyIndex + 1;
	creation->stackCount = (txSize)(the->stackTop - the->stackPeak) + kSpareStack;
}

int machine_prepare(char* fault, size_t faultSize)
{
	txCreation creation = {
		.initialChunkSize = kRootChunks, .incrementalChunkSize = kRootChunks,
		.incrementalHeapCount = kMoreSlots,
		.stackCount = kRootStack,
		.initialKeyCount = kRootKeys, .incrementalKeyCount = kRootKeys,
		.nameModulo = kNameModulo, .symbolModulo = kSymbolModulo,
	};
	Build build = { .fault = fault, .faultSize = faultSize };
	uint64_t start = system_microseconds();
	size_t size;
	uint8_t* memory;
	/* clones write to the cluster they share: it must not be in the memory that is locked */
	fxInitializeSharedCluster(NULL);
	if (root)
		return 1;
	memory = system_root_memory(&size, fault, faultSize);
	if (!memory)
		return 0;
	system_populate(keygate_modules, (size_t)(keygate_modules_end - keygate_modules));
	if (!make(&build, &creation, memory, size))
		return 0;
	if (kRootImage) {
		fit(&creation, root);
		memset(memory, 0, platform_close_root());
		if (!make(&build, &creation, memory, size))
			return 0;
	}
	figures.bytes = (uint32_t)platform_close_root();
	if (!system_lock_root(memory, figures.bytes, keygate_modules, (size_t)(keygate_modules_end - keygate_modules), fault, faultSize))
		return 0;
	figures.microseconds = (uint32_t)(system_microseconds() - start);
	return 1;
}
