/*
 * For an image in flash: of a preloaded module's byte code only what can still run is kept. Its own statements have run when the root machine is made, so
 * of them nothing but the texts that values are made of is needed; the functions that they made are. What is kept moves to the root's memory, in one piece.
 */
#include "root.h"

/* A part of byte code, and where it goes. */
typedef struct {
	uint8_t* from;
	size_t size;
	uint8_t* to;
} Piece;

typedef struct {
	txMachine* the;
	const txScript* scripts;
	uint32_t count;
	Piece* pieces;	/* in the order of `from`; none within another */
	size_t used, capacity, functions;
	const char* fault;
} Settling;

static int isWithin(const txScript* script, const uint8_t* address)
{
	return address >= (uint8_t*)script->codeBuffer && address < (uint8_t*)script->codeBuffer + script->codeSize;
}

static int isCode(const Settling* it, const uint8_t* address)
{
	for (uint32_t i = 0; i < it->count; i++) {
		if (isWithin(&it->scripts[i], address))
			return 1;
	}
	return 0;
}

static void add(Settling* it, uint8_t* from, size_t size)
{
	if (it->used == it->capacity) {
		size_t capacity = it->capacity ? 2 * it->capacity : 4096;
		Piece* pieces = realloc(it->pieces, capacity * sizeof(Piece));
		if (!pieces)
			machine_is_full(it->the);
		it->pieces = pieces;
		it->capacity = capacity;
	}
	it->pieces[it->used++] = (Piece){ from, size, NULL };
}

/* The piece that an address is in, of the first `count`, or NULL. */
static Piece* find(const Settling* it, size_t count, const uint8_t* address)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		Piece* piece = &it->pieces[middle];
		if (address < piece->from)
			high = middle;
		else if (address >= piece->from + piece->size)
			low = middle + 1;
		else
			return piece;
	}
	return NULL;
}

static int compare(const void* a, const void* b)
{
	const uint8_t* x = ((const Piece*)a)->from;
	const uint8_t* y = ((const Piece*)b)->from;
	return x < y ? -1 : x > y;
}

/* Sorts the pieces from `first` on, and takes out what is there twice. */
static void sort(Settling* it, size_t first)
{
	size_t kept = first;
	if (it->used == first)
		return;
	qsort(it->pieces + first, it->used - first, sizeof(Piece), compare);
	for (size_t i = first; i < it->used; i++) {
		if (kept == first || it->pieces[kept - 1].from != it->pieces[i].from)
			it->pieces[kept++] = it->pieces[i];
	}
	it->used = kept;
}

static void visitFunctions(Settling* it, txSlot* slot)
{
	if ((slot->kind == XS_CODE_KIND || slot->kind == XS_CODE_X_KIND) && isCode(it, (uint8_t*)slot->value.code.address))
		add(it, (uint8_t*)slot->value.code.address, 0);
}

static void visitTexts(Settling* it, txSlot* slot)
{
	if ((slot->kind == XS_STRING_X_KIND || slot->kind == XS_STRING_KIND) && isCode(it, (uint8_t*)slot->value.string)
		&& !find(it, it->functions, (uint8_t*)slot->value.string))
		add(it, (uint8_t*)slot->value.string, strlen(slot->value.string) + 1);
}

static uint8_t* moved(Settling* it, uint8_t* address)
{
	Piece* piece;
	if (!isCode(it, address))
		return address;
	piece = find(it, it->used, address);
	if (piece)
		return piece->to + (address - piece->from);
	it->fault = "something points to code that is not kept";
	return address;
}

static void visitMoved(Settling* it, txSlot* slot)
{
	switch (slot->kind) {
	case XS_CODE_KIND:
	case XS_CODE_X_KIND:
		slot->value.code.address = (txByte*)moved(it, (uint8_t*)slot->value.code.address);
		break;
	case XS_STRING_KIND:
	case XS_STRING_X_KIND:
		slot->value.string = (txString)moved(it, (uint8_t*)slot->value.string);
		break;
	default:
		break;
	}
}

/* All slots of the machine: of the heap, of arrays, of the stack. */
static void visit(Settling* it, void (*visitor)(Settling* it, txSlot* slot))
{
	for (txSlot* heap = it->the->firstHeap; heap; heap = heap->next) {
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			visitor(it, slot);
			if (slot->kind == XS_ARRAY_KIND && slot->value.array.address) {
				txIndex count = (txIndex)(((txChunk*)((txByte*)slot->value.array.address - sizeof(txChunk)))->size / (txSize)sizeof(txSlot));
				for (txIndex i = 0; i < count; i++)
					visitor(it, &slot->value.array.address[i]);
			}
		}
	}
	for (txSlot* slot = it->the->stack; slot < it->the->stackTop; slot++)
		visitor(it, slot);
}

/* Gives each wanted function between two addresses its size; what is inside of one goes with it. */
static void measure(Settling* it, uint8_t* p, const uint8_t* end)
{
	while (p < end) {
		uint8_t code = *p;
		txS1 length = gxCodeSizes[code];
		uint32_t rest = 0;
		if (code == XS_CODE_CODE_ARCHIVE_1 || code == XS_CODE_CODE_ARCHIVE_2 || code == XS_CODE_CODE_ARCHIVE_4) {
			Piece key = { .from = p + length };
			Piece* piece = bsearch(&key, it->pieces, it->functions, sizeof(Piece), compare);
			memcpy(&rest, p + 1, (size_t)length - 1);
			p += length;
			if (piece)
				piece->size = rest;
			else
				measure(it, p, p + rest);
			p += rest;
		}
		else if (length > 0)
			p += length;
		else if (length == 0)
			p += 1 + sizeof(txID);
		else {
			memcpy(&rest, p + 1, (size_t)-length);
			p += 1 - length + (ptrdiff_t)rest;
		}
	}
}

/* Takes out the functions that are inside of others: they have no size of their own. */
static void dropInner(Settling* it)
{
	size_t kept = 0;
	for (size_t i = 0; i < it->functions; i++) {
		if (it->pieces[i].size > 0)
			it->pieces[kept++] = it->pieces[i];
		else if (!find(it, kept, it->pieces[i].from))
			it->fault = "a function's code is not where code is";
	}
	it->functions = it->used = kept;
}

static void copy(Settling* it)
{
	size_t size = 0;
	uint8_t* memory;
	for (size_t i = 0; i < it->used; i++)
		size += it->pieces[i].size;
	memory = platform_allocate(size);
	if (!memory)
		machine_is_full(it->the);
	for (size_t i = 0; i < it->used; i++) {
		it->pieces[i].to = memory;
		memcpy(memory, it->pieces[i].from, it->pieces[i].size);
		memory += it->pieces[i].size;
	}
}

size_t settle_code(txMachine* the, txScript* scripts, uint32_t count, const char** fault)
{
	Settling it = { .the = the, .scripts = scripts, .count = count };
	size_t size = 0;
	visit(&it, visitFunctions);
	sort(&it, 0);
	it.functions = it.used;
	for (uint32_t i = 0; i < count; i++)
		measure(&it, (uint8_t*)scripts[i].codeBuffer, (uint8_t*)scripts[i].codeBuffer + scripts[i].codeSize);
	dropInner(&it);
	visit(&it, visitTexts);
	sort(&it, it.functions);
	qsort(it.pieces, it.used, sizeof(Piece), compare);
	copy(&it);
	visit(&it, visitMoved);
	for (size_t i = 0; i < it.used; i++)
		size += it.pieces[i].size;
	free(it.pieces);
	*fault = it.fault;
	return size;
}
