#include "handles.h"

void* table_at(const Table* table, unsigned place)
{
	return (uint8_t*)table->entries + place * table->size;
}

void* table_unused(const Table* table)
{
	for (unsigned i = 0; i < table->count; i++) {
		Entry* entry = table_at(table, i);
		if (!entry->used)
			return entry;
	}
	return NULL;
}

int32_t table_handle(const Table* table, const void* entry)
{
	uint32_t place = (uint32_t)((size_t)((const uint8_t*)entry - (const uint8_t*)table->entries) / table->size);
	return (int32_t)((((const Entry*)entry)->generation & 0x3fffff) << 8 | place);
}

int32_t table_use(const Table* table, void* entry)
{
	Entry* used = entry;
	used->generation++;
	used->used = 1;
	return table_handle(table, entry);
}

void* table_find(const Table* table, int32_t handle)
{
	uint32_t place = (uint32_t)handle & 255;
	if (handle < 0 || place >= table->count)
		return NULL;
	Entry* entry = table_at(table, place);
	return entry->used && table_handle(table, entry) == handle ? entry : NULL;
}

void* table_asked(xsMachine* the, const Table* table)
{
	return table_find(table, xsmcToInteger(xsArg(0)));
}

void table_each(const Table* table, void (*act)(void* entry))
{
	for (unsigned i = 0; i < table->count; i++) {
		Entry* entry = table_at(table, i);
		if (entry->used)
			act(entry);
	}
}

void callbacks_hold(xsMachine* the, xsSlot* callbacks, int first, int count)
{
	for (int i = 0; i < count; i++) {
		callbacks[i] = xsArg(first + i);
		xsRemember(callbacks[i]);
	}
}

void callbacks_let_go(xsMachine* the, xsSlot* callbacks, int count)
{
	for (int i = 0; i < count; i++)
		xsForget(callbacks[i]);
}
