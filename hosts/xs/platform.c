/* Memory, modules by name, promise jobs and the end of a machine: what XS asks of its platform. */
#include "root.h"

#include <sys/resource.h>

/* ---- memory ----
 * A machine's slots, chunks and stack are cut from one block of fixed size (blockTop..blockEnd). The rest (tables of names, the
 * machine's record, the frames of `try`) comes from the C heap; while the root is made, from the root's block as well, so that
 * all of it can be locked.
 */

static uint8_t* rootBase;
static uint8_t* rootTop;
static uint8_t* rootEnd;
static int rootOpen;

enum { kPiece = 16 };	/* alignment, and the bytes before each piece of the root that keep its size */

void platform_open_root(uint8_t* base, size_t size)
{
	rootBase = rootTop = base;
	rootEnd = base + size;
	rootOpen = 1;
}

size_t platform_close_root(void)
{
	rootOpen = 0;
	return (size_t)(rootTop - rootBase);
}

static int inRoot(const void* memory)
{
	return (const uint8_t*)memory >= rootBase && (const uint8_t*)memory < rootEnd;
}

static void* takeRoot(size_t size)
{
	uint8_t* piece = rootTop + kPiece;
	if (size > SIZE_MAX - 2 * kPiece)
		return NULL;
	size = (size + kPiece - 1) & ~(size_t)(kPiece - 1);
	if ((size_t)(rootEnd - rootTop) < size + kPiece)
		return NULL;
	memcpy(rootTop, &size, sizeof(size));
	rootTop = piece + size;
	return piece;
}

void* platform_allocate(size_t size)
{
	return rootOpen ? takeRoot(size) : malloc(size);
}

void* platform_allocate_zeroed(size_t count, size_t size)
{
	/* the root's block comes zeroed from the system and is never used twice */
	return rootOpen ? takeRoot(count * size) : calloc(count, size);
}

void platform_free(void* memory)
{
	if (!inRoot(memory))
		free(memory);
}

void* platform_reallocate(void* memory, size_t size)
{
	void* result;
	size_t former;
	if (!rootOpen && !inRoot(memory))
		return realloc(memory, size);
	result = platform_allocate(size);
	if (result && memory) {
		memcpy(&former, (uint8_t*)memory - kPiece, sizeof(former));
		memcpy(result, memory, former < size ? former : size);
	}
	return result;
}

static uint8_t* nextBlock;
static size_t nextBlockSize;

/* The block of the next machine that is made. */
void platform_set_block(uint8_t* block, size_t size)
{
	nextBlock = block;
	nextBlockSize = size;
}

void fxCreateMachinePlatform(txMachine* the)
{
	the->block = the->blockTop = nextBlock;
	the->blockEnd = nextBlock ? nextBlock + nextBlockSize : NULL;
	the->pendingJobs = 0;
	the->depth = 0;
	the->abortStatus = 0;
	the->fullArea = "";
}

void fxDeleteMachinePlatform(txMachine* the)
{
	(void)the;
}

static void* takeBlock(txMachine* the, size_t size)
{
	uint8_t* result = the->blockTop;
	if (!the->block)
		return platform_allocate(size);
	size = (size + 15) & ~(size_t)15;
	if ((size_t)(the->blockEnd - result) < size)
		return NULL;
	the->blockTop = result + size;
	return result;
}

void* fxAllocateChunks(txMachine* the, txSize size)
{
	return takeBlock(the, (size_t)size);
}

void fxFreeChunks(txMachine* the, void* chunks)
{
	if (!the->block)
		platform_free(chunks);
}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	return takeBlock(the, (size_t)count * sizeof(txSlot));
}

void fxFreeSlots(txMachine* the, void* slots)
{
	if (!the->block)
		platform_free(slots);
}

/* The lowest address the C stack may reach: half of what the process may use of it, at most 1 MB, below the first caller. */
char* fxCStackLimit(void)
{
	static char* limit;
	if (!limit) {
		struct rlimit stack;
		size_t room = 1024 * 1024;
		char here;
		if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY && stack.rlim_cur / 2 < room)
			room = stack.rlim_cur / 2;
		limit = &here - room;
	}
	return limit;
}

/* ---- modules ---- */

/* Takes the last folder off `path`; 0 when there is none. */
static int ascend(char* path)
{
	char* slash = strrchr(path, '/');
	if (!path[0])
		return 0;
	*(slash ? slash : path) = 0;
	return 1;
}

/*
 * The name of the module that `specifier` means in the module `from`: relative ones are resolved against it, any number of ../; an
 * extension .js is taken off. 1, or 0 when it leads out of the tree or is too long.
 */
static int resolve(const char* from, const char* specifier, char* name, size_t nameSize)
{
	size_t length;
	name[0] = 0;
	if (specifier[0] == '.' && (specifier[1] == '/' || (specifier[1] == '.' && specifier[2] == '/'))) {
		if (!from || strlen(from) >= nameSize)
			return 0;
		strcpy(name, from);
		if (!ascend(name))
			return 0;
		for (;;) {
			if (strncmp(specifier, "./", 2) == 0)
				specifier += 2;
			else if (strncmp(specifier, "../", 3) == 0) {
				if (!ascend(name))
					return 0;
				specifier += 3;
			}
			else
				break;
		}
	}
	length = strlen(name);
	if (length + 1 + strlen(specifier) >= nameSize)
		return 0;
	if (length)
		name[length++] = '/';
	strcpy(name + length, specifier);
	length = strlen(name);
	if (length > 3 && strcmp(name + length - 3, ".js") == 0)
		name[length - 3] = 0;
	return 1;
}

static txScript* findScript(txMachine* the, const char* name)
{
	txPreparation* preparation = the->preparation;
	if (preparation) {
		for (txInteger i = 0; i < preparation->scriptCount; i++) {
			if (strcmp(preparation->scripts[i].path, name) == 0)
				return &preparation->scripts[i];
		}
	}
	return NULL;
}

txID fxFindModule(txMachine* the, txSlot* realm, txID moduleID, txSlot* slot)
{
	const char* from = moduleID == XS_NO_ID ? NULL : fxGetKeyName(the, moduleID);
	char specifier[C_PATH_MAX];
	char name[C_PATH_MAX];
	(void)realm;
	fxToStringBuffer(the, slot, specifier, sizeof(specifier));
	/* A bare name is one of the tests' own: `ava` is the shim that stands for it in XS. */
	if (strcmp(specifier, "ava") == 0)
		strcpy(specifier, "tests/unit/xs/ava");
	if (resolve(from, specifier, name, sizeof(name)) && findScript(the, name))
		return fxNewNameC(the, name);
	mxReferenceError("%s%simport \"%s\": there is no such module", from ? from : "", from ? ".js: " : "", specifier);
	return XS_NO_ID;
}

void fxLoadModule(txMachine* the, txSlot* module, txID moduleID)
{
	txScript* script = findScript(the, fxGetKeyName(the, moduleID));
	if (script)
		fxResolveModule(the, module, moduleID, script, C_NULL, C_NULL);
}

/* Everything is compiled by the build: there is no parser in the machine, so no eval. */
txScript* fxParseScript(txMachine* the, void* stream, txGetter getter, txUnsigned flags)
{
	(void)stream;
	(void)getter;
	(void)flags;
	mxSyntaxError("no code from text");
	return NULL;
}

/* ---- jobs and the end ---- */

static const char* fullArea = "";

/* Which area is full; other text of the engine's is of no use to a user. */
int platform_note(const char* format, va_list arguments)
{
	(void)arguments;
	if (strncmp(format, "# Chunk", 7) == 0)
		fullArea = "chunks";
	else if (strncmp(format, "# Slot", 6) == 0)
		fullArea = "slots";
	return 0;
}

void fxQueuePromiseJobs(txMachine* the)
{
	the->pendingJobs = 1;
}

void fxAbort(txMachine* the, int status)
{
	if (status == XS_UNHANDLED_EXCEPTION_EXIT || status == XS_UNHANDLED_REJECTION_EXIT) {
		/* not the end: told, and the machine goes on */
		machine_report_exception(the, status == XS_UNHANDLED_REJECTION_EXIT ? "unhandled rejection: " : "");
		return;
	}
	the->abortStatus = status;
	the->fullArea = status == XS_NOT_ENOUGH_MEMORY_EXIT ? fullArea : "";
	fullArea = "";
	if (the->firstJump)
		fxExitToHost(the);
	/* Nobody to return to: only a call into the machine from outside machine.c does this. */
	fprintf(stderr, "keygate: the machine ended outside of a call (%s)\n", machine_abort_reason((struct xsMachineRecord*)the));
	abort();
}

uint32_t modMilliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}
