/*
 * A filter of system calls (seccomp), in plain BPF: it is a list, and a few arguments are looked at; libseccomp would be one library more for every
 * executable, to write these instructions. The kernel remembers which numbers are allowed whatever their arguments, so that a packet's calls cost nothing.
 */
#define _GNU_SOURCE

#include "syscalls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "process.h"

#if defined __x86_64__
#define kArchitecture AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define kArchitecture AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define kArchitecture AUDIT_ARCH_RISCV64
#endif

/* What sanitizers call is another matter; nobody runs them where secrets are. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#undef kArchitecture
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#undef kArchitecture
#endif
#endif

#ifdef kArchitecture

/* Whatever their arguments. Older architectures have more names for one thing. */
static const int allowed[] = {
	/* packets */
	SYS_read, SYS_readv, SYS_write, SYS_writev, SYS_recvmmsg, SYS_sendmmsg, SYS_recvmsg, SYS_sendmsg, SYS_recvfrom, SYS_sendto, SYS_epoll_pwait,
#ifdef SYS_epoll_pwait2
	SYS_epoll_pwait2,
#endif
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
	/* time, chance */
	SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getrandom,
#ifdef SYS_time
	SYS_time,
#endif
	/* sockets and descriptors */
	SYS_epoll_create1, SYS_epoll_ctl, SYS_eventfd2, SYS_signalfd4, SYS_ppoll, SYS_pselect6, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_connect,
	SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_getsockopt, SYS_shutdown, SYS_close, SYS_dup, SYS_dup3, SYS_fcntl, SYS_pipe2,
#ifdef SYS_poll
	SYS_poll, SYS_select,
#endif
	/* files */
	SYS_openat, SYS_pread64, SYS_pwrite64, SYS_lseek, SYS_fsync, SYS_fdatasync, SYS_ftruncate, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_fstatfs,
	SYS_faccessat, SYS_readlinkat, SYS_mkdirat, SYS_unlinkat, SYS_getdents64, SYS_getcwd, SYS_umask, SYS_fadvise64,
#ifdef SYS_faccessat2
	SYS_faccessat2,
#endif
#ifdef SYS_open
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_mkdir, SYS_unlink,
#endif
	/* memory */
	SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mlock, SYS_mlock2, SYS_munlock,
	/* threads and signals */
	SYS_futex, SYS_set_robust_list, SYS_set_tid_address, SYS_sched_yield, SYS_sched_setattr, SYS_sched_getattr, SYS_sched_getscheduler, SYS_sched_getparam,
	SYS_sched_getaffinity, SYS_getpriority, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_tgkill, SYS_membarrier, SYS_getcpu,
	SYS_restart_syscall, SYS_exit, SYS_exit_group,
#ifdef SYS_rseq
	SYS_rseq,
#endif
#ifdef SYS_arch_prctl
	SYS_arch_prctl,
#endif
	/* who and where it is */
	SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_uname, SYS_sysinfo, SYS_getrusage, SYS_times,
};

/* Tried by the C library, which has another way. */
static const int absent[] = {
#ifdef SYS_clone3
	SYS_clone3,
#endif
};

static const unsigned families[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };

/* No TIOCSTI, which types into the terminal. */
static const unsigned controls[] = {
	TUNSETIFF, TUNSETVNETHDRSZ, TUNSETOFFLOAD, SIOCGIFMTU, SIOCSIFMTU, SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCGIFINDEX, SIOCGIFNAME, FIONREAD, FIONBIO,
	TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ,
	/* TCGETS2 and its three setters, of a C library since 2.42; <asm/termbits.h> does not go with <termios.h> */
	0x802c542a, 0x402c542b, 0x402c542c, 0x402c542d,
};

/* A thread's name, and that of memory, which the C library gives. */
static const unsigned processControls[] = { PR_SET_NAME, PR_GET_NAME, 0x53564d41 /* PR_SET_VMA */ };

/* ---- the program ---- */

typedef struct {
	struct sock_filter code[2 * sizeof allowed / sizeof *allowed + 128];
	unsigned short size;
} Program;

static void put(Program* program, uint16_t code, uint8_t yes, uint8_t no, uint32_t value)
{
	program->code[program->size++] = (struct sock_filter){ .code = code, .jt = yes, .jf = no, .k = value };
}

static void load(Program* program, size_t offset)
{
	put(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

/* What is loaded being `value`, the call ends with `result`. */
static void on(Program* program, uint32_t value, uint32_t result)
{
	put(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
	put(program, BPF_RET | BPF_K, 0, 0, result);
}

/* The low half of an argument; both kinds of machine are little-endian. */
static size_t argument(unsigned index)
{
	return offsetof(struct seccomp_data, args) + index * sizeof(uint64_t);
}

/* Begins what is for one call only; end_call() makes others go on behind it. */
static unsigned short begin_call(Program* program, int number)
{
	put(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint32_t)number);
	return program->size;
}

/* The call is refused. */
static void end_call(Program* program, unsigned short begun)
{
	put(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP);
	program->code[begun - 1].jf = (uint8_t)(program->size - begun);
}

/* The call with one of these as its argument. */
static void allow_values(Program* program, int number, unsigned index, const unsigned* values, size_t count)
{
	unsigned short begun = begin_call(program, number);
	load(program, argument(index));
	for (size_t i = 0; i < count; i++)
		on(program, values[i], SECCOMP_RET_ALLOW);
	end_call(program, begun);
}

/* The call whose argument has, of the bits of `mask`, exactly `bits`. */
static void allow_bits(Program* program, int number, unsigned index, uint32_t mask, uint32_t bits)
{
	unsigned short begun = begin_call(program, number);
	load(program, argument(index));
	put(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
	on(program, bits, SECCOMP_RET_ALLOW);
	end_call(program, begun);
}

/* Nothing becomes code that was data: no memory is written and run, none is made to be run later. Libraries are mapped from their files. */
static void allow_mmap(Program* program)
{
	unsigned short begun = begin_call(program, SYS_mmap);
	load(program, argument(2));
	put(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, PROT_EXEC | PROT_WRITE);
	put(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PROT_EXEC | PROT_WRITE);
	put(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP);
	put(program, BPF_JMP | BPF_JSET | BPF_K, 1, 0, PROT_EXEC);
	put(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
	load(program, argument(3));
	put(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, MAP_ANONYMOUS);
	on(program, 0, SECCOMP_RET_ALLOW);
	end_call(program, begun);
}

/* Limits are read, not set. */
static void allow_limits(Program* program)
{
	unsigned short begun = begin_call(program, SYS_prlimit64);
	load(program, argument(2));
	put(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
	load(program, argument(2) + 4);
	on(program, 0, SECCOMP_RET_ALLOW);
	end_call(program, begun);
}

static void write_program(Program* program)
{
	load(program, offsetof(struct seccomp_data, arch));
	put(program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, kArchitecture);
	put(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP);
	load(program, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		on(program, (uint32_t)allowed[i], SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		on(program, (uint32_t)absent[i], SECCOMP_RET_ERRNO | ENOSYS);
	allow_values(program, SYS_socket, 0, families, sizeof families / sizeof *families);
	allow_values(program, SYS_ioctl, 1, controls, sizeof controls / sizeof *controls);
	allow_values(program, SYS_prctl, 0, processControls, sizeof processControls / sizeof *processControls);
	allow_bits(program, SYS_mprotect, 2, PROT_EXEC, 0);
	/* Threads, no processes. */
	allow_bits(program, SYS_clone, 0, CLONE_THREAD | CLONE_VM | CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS, CLONE_THREAD | CLONE_VM);
	allow_mmap(program);
	allow_limits(program);
	put(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP);
}

/* ---- the end of a call that is none of ours ---- */

static void refused(int signal, siginfo_t* info, void* context)
{
	char line[96] = "keygate: system call ", digits[12];
	size_t at = strlen(line), count = 0;
	(void)signal;
	(void)context;
	/* Nothing here that is not allowed in a signal handler. */
	for (unsigned number = (unsigned)info->si_syscall; count == 0 || number > 0; number /= 10)
		digits[count++] = (char)('0' + number % 10);
	while (count > 0)
		line[at++] = digits[--count];
	static const char rest[] = " was refused: a gateway has no use for it; ended\n";
	memcpy(line + at, rest, sizeof rest);
	if (write(STDERR_FILENO, line, at + sizeof rest - 1) < 0)
		_exit(kExitControl);
	_exit(kExitControl);
}

void syscalls_restrict(void)
{
	static Program program;
	struct sigaction action = { .sa_sigaction = refused, .sa_flags = SA_SIGINFO };
	write_program(&program);
	struct sock_fprog filter = { .len = program.size, .filter = program.code };
	if (sigaction(SIGSYS, &action, NULL) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0)
		fprintf(stderr, "keygate: the kernel does not restrict system calls: %s\n", strerror(errno));
}

#else

void syscalls_restrict(void)
{
}

#endif
