/* Files for the control plane: settings are read, and what is kept is written to slots. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "xsmc.h"

/* Bytes of the longest path, and of the largest file that may be asked for: both are on the stack here. */
#define kPathSize 1024
#define kFileSize 65536

/* Reads a file of at most `maximum` bytes, `bytes` having room for one more. Its bytes, or a negative errno; EFBIG when it has more. */
static int read_whole(const char* path, uint8_t* bytes, size_t maximum)
{
	size_t size = 0;
	struct stat info;
	/* A pipe without a writer must not hold the gateway up. */
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int result = descriptor < 0 || fstat(descriptor, &info) < 0 ? -errno : S_ISDIR(info.st_mode) ? -EISDIR : 0;
	while (result == 0) {
		ssize_t got = read(descriptor, bytes + size, maximum + 1 - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			result = -errno;
		else if (got == 0)
			break;
		else if ((size += (size_t)got) > maximum)
			result = -EFBIG;
	}
	if (descriptor >= 0)
		close(descriptor);
	return result < 0 ? result : (int)size;
}

/* (path, maximum): the file's bytes, or a negative errno; EFBIG when it has more than `maximum`. */
void xs_file_read(xsMachine* the)
{
	char path[kPathSize];
	uint8_t bytes[kFileSize + 1];
	xsmcToStringBuffer(xsArg(0), path, sizeof path);
	xsIntegerValue maximum = xsmcToInteger(xsArg(1));
	if (maximum < 0 || maximum > kFileSize)
		xsRangeError("a file of %d bytes", (int)maximum);
	int result = read_whole(path, bytes, (size_t)maximum);
	if (result < 0)
		xsmcSetInteger(xsResult, result);
	else
		xsmcSetArrayBuffer(xsResult, bytes, result);
	/* Settings hold secrets. */
	explicit_bzero(bytes, sizeof bytes);
}

/* (path, buffer): puts the file's bytes at the start of the buffer. How many, or a negative errno; EFBIG when it has more than the buffer. */
void xs_file_read_into(xsMachine* the)
{
	char path[kPathSize];
	uint8_t bytes[kFileSize + 1];
	void* data;
	xsUnsignedValue size;
	xsmcToStringBuffer(xsArg(0), path, sizeof path);
	xsmcGetBufferWritable(xsArg(1), &data, &size);
	int result = read_whole(path, bytes, size < kFileSize ? size : kFileSize);
	if (result > 0)
		memcpy(data, bytes, (size_t)result);
	explicit_bzero(bytes, sizeof bytes);
	xsmcSetInteger(xsResult, result);
}

/* (path, offset, buffer): puts the file's bytes from `offset` on into the buffer. How many there were, 0 when the file cannot be read. */
void xs_file_read_at(xsMachine* the)
{
	char path[kPathSize];
	void* data;
	xsUnsignedValue size, done = 0;
	xsmcToStringBuffer(xsArg(0), path, sizeof path);
	off_t offset = (off_t)xsmcToInteger(xsArg(1));
	xsmcGetBufferWritable(xsArg(2), &data, &size);
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	while (descriptor >= 0 && done < size) {
		ssize_t got = pread(descriptor, (uint8_t*)data + done, size - done, offset + (off_t)done);
		if (got > 0)
			done += (xsUnsignedValue)got;
		else if (got == 0 || errno != EINTR)
			break;
	}
	if (descriptor >= 0)
		close(descriptor);
	xsmcSetInteger(xsResult, (xsIntegerValue)done);
}

/* Makes sure that the entry of a file in its folder is on the disk. */
static void sync_folder(const char* path)
{
	char folder[kPathSize];
	const char* slash = strrchr(path, '/');
	if (slash == NULL)
		snprintf(folder, sizeof folder, ".");
	else
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path);
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor >= 0) {
		fsync(descriptor);
		close(descriptor);
	}
}

/* (path, offset, bytes): writes them into the file, which is made when it is missing, readable by its owner only. 0 when they are on the disk, or a negative errno. */
void xs_file_write_at(xsMachine* the)
{
	char path[kPathSize];
	void* data;
	xsUnsignedValue size, done = 0;
	int result = 0;
	xsmcToStringBuffer(xsArg(0), path, sizeof path);
	off_t offset = (off_t)xsmcToInteger(xsArg(1));
	xsmcGetBufferReadable(xsArg(2), &data, &size);
	int made = 0, descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (descriptor < 0 && errno == ENOENT) {
		descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		made = 1;
	}
	if (descriptor < 0) {
		xsmcSetInteger(xsResult, -errno);
		return;
	}
	while (result == 0 && done < size) {
		ssize_t put = pwrite(descriptor, (const uint8_t*)data + done, size - done, offset + (off_t)done);
		if (put >= 0)
			done += (xsUnsignedValue)put;
		else if (errno != EINTR)
			result = -errno;
	}
	if (result == 0 && fsync(descriptor) < 0)
		result = -errno;
	if (close(descriptor) < 0 && result == 0)
		result = -errno;
	if (made && result == 0)
		sync_folder(path);
	xsmcSetInteger(xsResult, result);
}

/* (path): makes the folder if it is missing, and tries whether files can be made in it. 0, or a negative errno. */
void xs_file_folder(xsMachine* the)
{
	char path[kPathSize], probe[kPathSize + 16];
	struct stat info;
	int result = 0;
	xsmcToStringBuffer(xsArg(0), path, sizeof path);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		result = -errno;
	else if (stat(path, &info) < 0)
		result = -errno;
	else if (!S_ISDIR(info.st_mode))
		result = -ENOTDIR;
	else {
		snprintf(probe, sizeof probe, "%s/.probe.XXXXXX", path);
		int descriptor = mkostemp(probe, O_CLOEXEC);
		if (descriptor < 0)
			result = -errno;
		else {
			close(descriptor);
			unlink(probe);
		}
	}
	xsmcSetInteger(xsResult, result);
}
