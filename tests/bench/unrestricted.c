/* Before the C library's own for a gateway that valgrind runs: valgrind's calls are not on the gateway's list of system calls (hosts/linux/syscalls.c). */
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int prctl(int option, ...)
{
	unsigned long words[4];
	va_list arguments;
	if (option == PR_SET_SECCOMP)
		return 0;
	va_start(arguments, option);
	for (int i = 0; i < 4; i++)
		words[i] = va_arg(arguments, unsigned long);
	va_end(arguments);
	return (int)syscall(SYS_prctl, option, words[0], words[1], words[2], words[3]);
}
