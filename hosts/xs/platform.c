/* Memory, modules by name, promise jobs and the end of a machine: what XS asks of its platform. */
#include "root.h"
#include "system.h"

/* ---- memory ----
 * A machine's record, tables of names, slots, chunks and stack are cut from one block of fixed size. The rest (the frames of `try`, more names
 * than expected) comes from the C heap. The root machine takes all from its block, so that the whole of it can be locked.
 */

enum { kPiece = 16 };	/* alignment, and the bytes before each piece of a block that keep its size */

typedef struct Block {
	uint8_t* base;
	uint8_t* top;
	uint8_t* end;
	struct Block* next;
} Block;

static Block root IN_ROOT;
static Block* clones;	/* each at the start of its own memory */
static Block* open;	/* the one that a machine is being made in, or NULL */

void platform_open_root(uint8_t* base, size_t size)
{
	root = (Block){ .base = base, .top = base, .end = base + size };
	open = &root;
}

size_t platform_close_root(void)
{
	open = NULL;
	root.end = root.top;
	return (size_t)(root.top - root.base);
}

void platform_open_block(uint8_t* base, size_t size)
{
	Block* block = (Block*)base;
	*block = (Block){ .base = base, .top = base + ((sizeof(Block) + kPiece - 1) & ~(size_t)(kPiece - 1)), .end = base + size, .next = clones };
	clones = open = block;
}

void platform_close_block(void)
{
	open = NULL;
}

void platform_forget_block(uint8_t* base)
{
	for (Block** link = &clones; *link; link = &(*link)->next) {
		if (*link == (Block*)base) {
			*link = (*link)->next;
			return;
		}
	}
}

static int isWithin(const Block* block, const void* memory)
{
	return (const uint8_t*)memory >= block->base && (const uint8_t*)memory < block->end;
}

/* Whether it is a piece of a block: such pieces are not freed. */
static int isPiece(const void* memory)
{
	if (isWithin(&root, memory))
		return 1;
	for (const Block* block = clones; block; block = block->next) {
		if (isWithin(block, memory))
			return 1;
	}
	return 0;
}

static void* take(Block* block, size_t size)
{
	uint8_t* piece = block->top + kPiece;
	if (size > SIZE_MAX - 2 * kPiece)
		return NULL;
	size = (size + kPiece - 1) & ~(size_t)(kPiece - 1);
	if ((size_t)(block->end - block->top) < size + kPiece)
		return NULL;
	memcpy(block->top, &size, sizeof(size));
	block->top = piece + size;
	return piece;
}

void* platform_allocate(size_t size)
{
	return open ? take(open, size) : malloc(size);
}

void* platform_allocate_zeroed(size_t count, size_t size)
{
	void* piece;
	if (!open)
		return calloc(count, size);
	piece = take(open, count * size);
	if (piece)
		memset(piece, 0, count * size);
	return piece;
}

/* Takes the piece back when it is the last one: frames of `try` are. */
static void giveBack(Block* block, uint8_t* piece)
{
	size_t size;
	memcpy(&size, piece - kPiece, sizeof(size));
	if (piece + size == block->top)
		block->top = piece - kPiece;
}

void platform_free(void* memory)
{
	if (!isPiece(memory))
		free(memory);
	else if (open && isWithin(open, memory))
		giveBack(open, memory);
}

void* platform_reallocate(void* memory, size_t size)
{
	void* result;
	size_t former;
	if (!open && !isPiece(memory))
		return realloc(memory, size);
	result = platform_allocate(size);
	if (result && memory) {
		memcpy(&former, (uint8_t*)memory - kPiece, sizeof(former));
		memcpy(result, memory, former < size ? former : size);
	}
	return result;
}

void fxCreateMachinePlatform(txMachine* the)
{
	the->block = (uint8_t*)open;
	the->pendingJobs = 0;
	the->depth = 0;
	the->abortStatus = 0;
	the->fullArea = "";
}

void fxDeleteMachinePlatform(txMachine* the)
{
	(void)the;
}

/* A block is for one machine; what it has, it has for life. Only the root's may take more while it is made. */
void* fxAllocateChunks(txMachine* the, txSize size)
{
	(void)the;
	return open ? take(open, (size_t)size) : NULL;
}

void fxFreeChunks(txMachine* the, void* chunks)
{
	(void)the;
	(void)chunks;
}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	(void)the;
	return open ? take(open, (size_t)count * sizeof(txSlot)) : NULL;
}

void fxFreeSlots(txMachine* the, void* slots)
{
	(void)the;
	(void)slots;
}

char* fxCStackLimit(void)
{
	static char* limit;
	if (!limit)
		limit = system_stack_limit();
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
	system_abort(machine_abort_reason((struct xsMachineRecord*)the));
}

uint32_t modMilliseconds(void)
{
	return (uint32_t)(system_microseconds() / 1000);
}
