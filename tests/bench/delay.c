/*
 * delay LAN-A LAN-B COUNT MICROSECONDS: sends small UDP packets from 10.1.0.5, behind the gateway with the socket LAN-A, to 10.2.0.7 behind that of LAN-B, one each
 * MICROSECONDS, and prints how long they took, in microseconds: "lost N median N p99 N worst N". delay.mjs compiles and runs it.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define kSize 84	/* 20 IPv4, 8 UDP, 8 number, 48 more */

static int gReceiver;
static unsigned gCount;
static uint64_t* gSentAt;
static uint32_t* gDelays;

static uint64_t nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int attach(const char* path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (descriptor < 0 || connect(descriptor, (struct sockaddr*)&address, sizeof(address)) < 0) {
		perror(path);
		return -1;
	}
	return descriptor;
}

static int readAll(uint8_t* to, size_t size)
{
	while (size > 0) {
		ssize_t got = read(gReceiver, to, size);
		if (got <= 0)
			return 0;
		to += got;
		size -= (size_t)got;
	}
	return 1;
}

static void* receive(void* unused)
{
	uint8_t frame[4 + kSize];
	(void)unused;
	while (readAll(frame, 4)) {
		uint32_t length = (uint32_t)frame[2] << 8 | frame[3], number;
		uint64_t now;
		if (length != kSize || !readAll(frame + 4, kSize))
			break;
		now = nanoseconds();
		memcpy(&number, frame + 4 + 28, sizeof(number));
		if (number < gCount)
			gDelays[number] = (uint32_t)((now - gSentAt[number]) / 1000);
	}
	return NULL;
}

static int compare(const void* a, const void* b)
{
	uint32_t x = *(const uint32_t*)a, y = *(const uint32_t*)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char** argv)
{
	static const uint8_t head[] = { 0, 0, 0, kSize, 0x45, 0, 0, kSize, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 1, 0, 5, 10, 2, 0, 7, 0x10, 0, 0x20, 0, 0, kSize - 20, 0, 0 };
	pthread_t thread;
	uint8_t frame[4 + kSize] = { 0 };
	if (argc != 5)
		return 2;
	int sender = attach(argv[1]);
	gReceiver = attach(argv[2]);
	gCount = (unsigned)atoi(argv[3]);
	uint64_t interval = (uint64_t)atoi(argv[4]) * 1000;
	gSentAt = calloc(gCount, sizeof(*gSentAt));
	gDelays = calloc(gCount, sizeof(*gDelays));
	if (sender < 0 || gReceiver < 0 || !gSentAt || !gDelays)
		return 2;
	memcpy(frame, head, sizeof(head));
	pthread_create(&thread, NULL, receive, NULL);
	usleep(50000);
	uint64_t next = nanoseconds();
	for (uint32_t i = 0; i < gCount; i++, next += interval) {
		struct timespec at = { .tv_sec = (time_t)(next / 1000000000u), .tv_nsec = (long)(next % 1000000000u) };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		memcpy(frame + 4 + 28, &i, sizeof(i));
		gSentAt[i] = nanoseconds();
		if (write(sender, frame, sizeof(frame)) != (ssize_t)sizeof(frame))
			return 2;
	}
	usleep(500000);
	shutdown(gReceiver, SHUT_RDWR);
	pthread_join(thread, NULL);
	unsigned got = 0;
	for (uint32_t i = 0; i < gCount; i++)
		if (gDelays[i])
			gDelays[got++] = gDelays[i];
	if (got == 0)
		return 1;
	qsort(gDelays, got, sizeof(*gDelays), compare);
	printf("lost %u median %u p99 %u worst %u\n", gCount - got, gDelays[got / 2], gDelays[(unsigned)(got * 0.99)], gDelays[got - 1]);
	return 0;
}
