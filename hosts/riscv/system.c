/* Memory, time and the end, as the machine (hosts/xs) asks for them. */
#include "../xs/system.h"

#include <stdio.h>
#include <string.h>
#include "../device/board.h"
#include "guard.h"

extern uint8_t root_memory[], root_end[];
extern uint8_t machine_start[], machine_end[];
extern char stack_bottom[];

/* Below what the engine may reach of the stack, for what it calls there. */
#define kStackRest 2048

uint64_t system_microseconds(void)
{
	return board_microseconds();
}

/* Only while the build makes the root machine: what is in the image then says so itself. */
uint8_t* system_root_memory(size_t* size, char* fault, size_t faultSize)
{
	(void)fault;
	(void)faultSize;
	*size = (size_t)(root_end - root_memory);
	return root_memory;
}

void system_populate(void* memory, size_t size)
{
	(void)memory;
	(void)size;
}

void system_release(void* begin, void* end)
{
	(void)begin;
	(void)end;
}

int system_lock_root(uint8_t* memory, size_t used, uint8_t* code, size_t codeSize, char* fault, size_t faultSize)
{
	(void)memory;
	(void)used;
	(void)code;
	(void)codeSize;
	(void)fault;
	(void)faultSize;
	return 1;
}

static int isTaken;

uint8_t* system_machine_block(size_t size)
{
	if (isTaken || size > (size_t)(machine_end - machine_start))
		return NULL;
	isTaken = 1;
	return machine_start;
}

void system_free_machine_block(uint8_t* block)
{
	isTaken = 0;
	(void)block;
}

char* system_stack_limit(void)
{
	return stack_bottom + kStackRest;
}

_Noreturn void system_abort(const char* reason)
{
	char line[96];
	snprintf(line, sizeof(line), "the machine ended outside of a call (%s)", reason ? reason : "");
	board_fatal(line);
}
