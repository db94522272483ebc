/*
 * The modules inside an executable: one block, made by pack.mjs and put into the data section (modules.S), page by page.
 *
 *	"KGM1", count, then for each module: flags, sizes of name (with its 0), symbols and code, each 32 bits in the machine's byte order;
 *	then name, symbols and code, each padded to 4 bytes.
 *
 * Code is changed in place when the root machine is made (identifiers), then read-only like the root itself.
 */
#ifndef KEYGATE_XS_PACK_H
#define KEYGATE_XS_PACK_H

#include <stdint.h>

enum { kModulePreload = 1 };

/* Both on page boundaries. */
extern uint8_t keygate_modules[];
extern uint8_t keygate_modules_end[];

typedef struct {
	uint32_t flags, nameSize, symbolsSize, codeSize;
} PackEntry;

#endif
