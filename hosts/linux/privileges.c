#define _GNU_SOURCE	/* faccessat's AT_EACCESS, mlock2 */

#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../../modules/ipsec/sad.h"
#include "../../modules/documents.h"
#include "syscalls.h"

/*
 * What is needed again whenever settings change or a control plane follows another: the TUN device, routes, rules, marks and large buffers; raw sockets and
 * SO_BINDTODEVICE; ports below 1024.
 */
static const unsigned char kept[] = { CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE };

static uint64_t bit(unsigned capability)
{
	return (uint64_t)1 << capability;
}

static int read_capabilities(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	return syscall(SYS_capget, &header, data) == 0;
}

static int write_capabilities(uint64_t effective, uint64_t permitted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)effective, .permitted = (uint32_t)permitted },
		{ .effective = (uint32_t)(effective >> 32), .permitted = (uint32_t)(permitted >> 32) },
	};
	return syscall(SYS_capset, &header, data) == 0;
}

/* Whether the file, or the folder that it is to be made in, is there and not for this user by itself. */
static int is_closed(const char* path)
{
	char folder[1024];
	if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
		return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 && errno == EACCES;
	if (errno != ENOENT)
		return errno == EACCES;
	if (strlen(path) >= sizeof folder)
		return 0;
	memcpy(folder, path, strlen(path) + 1);
	return faccessat(AT_FDCWD, dirname(folder), W_OK | X_OK, AT_EACCESS) < 0 && errno == EACCES;
}

/* What the option has as its value at this word of the command line; NULL: it is another word. */
static const char* value_of(const char* option, const char* word, const char* next)
{
	size_t size = strlen(option);
	if (strncmp(word, option, size) != 0)
		return NULL;
	return word[size] == '=' ? word + size + 1 : word[size] == 0 ? next : NULL;
}

/* Whether the command line names a file that root may use only because root may use everything. */
static int needs_override(int count, char** words)
{
	static const char* const options[] = { "--config", "--check", "--state", "--console" };
	for (int i = 1; i < count; i++) {
		for (unsigned j = 0; j < sizeof options / sizeof *options; j++) {
			const char* value = value_of(options[j], words[i], i + 1 < count ? words[i + 1] : NULL);
			if (value && strcmp(value, "stdio") != 0 && strcmp(value, "none") != 0 && is_closed(value))
				return 1;
		}
	}
	return 0;
}

static void drop_capabilities(int count, char** words)
{
	struct __user_cap_data_struct data[2];
	uint64_t keep = 0;
	if (!read_capabilities(data))
		return;
	uint64_t permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	for (unsigned i = 0; i < sizeof kept; i++)
		keep |= bit(kept[i]);
	keep &= permitted;
	/* Settings, state and console that belong to another user are opened again and again, too. */
	if (permitted & bit(CAP_DAC_OVERRIDE) && write_capabilities(keep, permitted) && needs_override(count, words))
		keep |= bit(CAP_DAC_OVERRIDE);
	if (permitted & bit(CAP_SETPCAP) && write_capabilities(keep | bit(CAP_SETPCAP), permitted))
		for (unsigned i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
			if (!(keep & bit(i)))
				prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (!write_capabilities(keep, keep))
		fprintf(stderr, "keygate: capabilities cannot be given up: %s\n", strerror(errno));
}

/* A core file, or what a crash handler is given, would hold keys. 1 byte: the limit at which Linux gives a handler nothing, too. */
static void refuse_dumps(void)
{
	const struct rlimit least = { .rlim_cur = 1, .rlim_max = 1 };
	if (setrlimit(RLIMIT_CORE, &least) < 0)
		fprintf(stderr, "keygate: core dumps cannot be switched off: %s\n", strerror(errno));
	/* No kind of memory, should there be one all the same. */
	int filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
	if (filter >= 0) {
		if (write(filter, "0", 1) < 0)
			errno = 0;
		close(filter);
	}
}

/* The keys of SAs, and the settings with theirs, as far as the system's limit goes, which is the administrator's choice. The control plane's heap: system.c. */
static void lock_memory(void)
{
	if (mlock2(gSAD, sizeof gSAD, MLOCK_ONFAULT) < 0 || mlock2(gDocuments, sizeof gDocuments, MLOCK_ONFAULT) < 0)
		errno = 0;
}

void privileges_drop(int count, char** words)
{
	lock_memory();
	drop_capabilities(count, words);
	refuse_dumps();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fprintf(stderr, "keygate: no_new_privs: %s\n", strerror(errno));
	syscalls_restrict();
}
