#include "rootimage.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "../xs/machine.h"
#include "../xs/system.h"

extern uint8_t root_start[], root_memory[], machine_start[], machine_end[];

static int isMade IN_ROOT;

int rootimage_exists(void)
{
	return isMade;
}

/* RISC-V semihosting: three instructions that QEMU knows. */
enum { kOpen = 1, kClose = 2, kWrite0 = 4, kWrite = 5, kExit = 0x20 };

static int __attribute__((noinline)) ask(int operation, const void* argument)
{
	register int a0 __asm__("a0") = operation;
	register const void* a1 __asm__("a1") = argument;
	__asm__ volatile(".option push\n.option norvc\n.balign 16\nslli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop" : "+r"(a0) : "r"(a1) : "memory");
	return a0;
}

static _Noreturn void leave(int status)
{
	const int argument[2] = { 0x20026, status };
	for (;;)
		ask(kExit, argument);
}

static void writeFile(const char* name, const void* bytes, size_t size)
{
	const uint32_t open[3] = { (uint32_t)(uintptr_t)name, 5, (uint32_t)strlen(name) };
	const int file = ask(kOpen, open);
	const uint32_t write[3] = { (uint32_t)file, (uint32_t)(uintptr_t)bytes, (uint32_t)size };
	if (file < 0 || ask(kWrite, write) != 0) {
		ask(kWrite0, "root.bin cannot be written\n");
		leave(1);
	}
	ask(kClose, &file);
}

_Noreturn void rootimage_make(void)
{
	char text[4096];
	const MachineRoot* made;
	xsMachine* machine;
	if (!machine_prepare(text, sizeof(text) - 1)) {
		strcat(text, "\n");
		ask(kWrite0, text);
		leave(1);
	}
	machine = machine_create(&kMachineDevice, NULL);
	if (!machine) {
		snprintf(text, sizeof(text), "a clone of the root machine has no room: %u bytes are left for it\n", (unsigned)(machine_end - machine_start));
		ask(kWrite0, text);
		leave(1);
	}
	made = machine_root();
	isMade = 1;
	writeFile("root.bin", root_start, (size_t)(root_memory + made->bytes - root_start));
	snprintf(text, sizeof(text), "{ \"modules\": %u, \"codeBytes\": %u, \"slots\": %u, \"chunkBytes\": %u, \"names\": %u, \"aliases\": %u, \"rootBytes\": %u, \"cloneBytes\": %u }",
		(unsigned)made->modules, (unsigned)made->codeBytes, (unsigned)made->slots, (unsigned)made->chunkBytes, (unsigned)made->keys, (unsigned)made->aliases,
		(unsigned)(root_memory + made->bytes - root_start), (unsigned)machine_bytes(&kMachineDevice));
	writeFile("root.json", text, strlen(text));
	leave(0);
}
