/* What JavaScript has of an open thing: its place in a table and the generation of its use. A handle of what was closed fits nothing any more. */
#ifndef KEYGATE_UNIT_HANDLES_H
#define KEYGATE_UNIT_HANDLES_H

#include <stddef.h>
#include <stdint.h>
#include "xsmc.h"

/* Each entry of a table begins with it. */
typedef struct {
	uint32_t generation;
	uint8_t used;
} Entry;

typedef struct {
	void* entries;
	size_t size;		/* of each */
	unsigned count;
} Table;
#define TABLE(entries) { entries, sizeof *(entries), sizeof (entries) / sizeof *(entries) }

/* EMFILE, of a table that is full. */
#define kTableFull 24

/* The entry at a place. */
void* table_at(const Table* table, unsigned place);
/* One that is not used, or NULL. */
void* table_unused(const Table* table);
/* It is used from now on: its handle. */
int32_t table_use(const Table* table, void* entry);
int32_t table_handle(const Table* table, const void* entry);
/* The entry that is used under a handle, or NULL. */
void* table_find(const Table* table, int32_t handle);
/* The same under the handle that is a native's first argument. */
void* table_asked(xsMachine* the, const Table* table);
/* Calls `act` for each entry that is used. */
void table_each(const Table* table, void (*act)(void* entry));

/* Callbacks of an open thing, the object that they are called on before them: arguments from `first` on. */
void callbacks_hold(xsMachine* the, xsSlot* callbacks, int first, int count);
void callbacks_let_go(xsMachine* the, xsSlot* callbacks, int count);

#endif
