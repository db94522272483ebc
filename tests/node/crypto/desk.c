/*
 * Imports, requests and descriptions by credentials.h, for credentials.test.ts: lines of words on standard input, each answered by lines that end with one
 * of a dot.
 *
 *   import FILE PASSPHRASE       the outcome, then the texts that were found, each after its number; PASSPHRASE "-": none
 *   request BITS FILE            the file has the subject, a zero byte, and the names
 *   describe KIND FILE
 *   derive ITERATIONS PASSWORD SALT
 *   abandon BITS FILE            asks for a request and cancels it: what another one, a file and a quick job are answered meanwhile, and milliseconds until the next job is taken
 */
#include "credentials.h"
#include "jobs.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint8_t bytes[1 << 17];

static size_t load(const char* path)
{
	FILE* file = fopen(path, "r");
	size_t size = file ? fread(bytes, 1, sizeof(bytes) - 1, file) : 0;
	if (file)
		fclose(file);
	bytes[size] = 0;
	return size;
}

static char* word(void)
{
	char* next = strtok(NULL, " \n");
	return next ? next : "";
}

static int settle(AcceleratorJob* job)
{
	int result = accelerator_submit(job);
	if (result != kAcceleratorOK)
		return result;
	while (!accelerator_collect(job)) {
		struct pollfd wait = { .fd = accelerator_notify_descriptor(), .events = POLLIN };
		poll(&wait, 1, -1);
	}
	return job->result;
}

static void showTexts(void)
{
	for (int i = 0; i < kCredentialTexts; i++)
		if (credentials_text(i))
			printf("%d\n%s", i, credentials_text(i));
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(void)
{
	static char line[4096], text[16384];
	if (accelerator_initialize() != kAcceleratorOK)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		char* command = strtok(line, " \n");
		AcceleratorJob job = { .id = 1 };
		if (!command)
			break;
		if (strcmp(command, "import") == 0) {
			size_t size = load(word());
			const char* passphrase = word();
			job.kind = kJobImport;
			job.privateSize = strcmp(passphrase, "-") ? strlen(passphrase) : 0;
			memcpy(job.privateValue, passphrase, job.privateSize);
			int result = credentials_submit(bytes, size);
			if (result == kAcceleratorOK)
				result = settle(&job);
			printf("%d %d\n", result, result == kAcceleratorOK ? job.secret[0] : -1);
			showTexts();
		}
		else if (strcmp(command, "request") == 0 || strcmp(command, "abandon") == 0) {
			job.kind = kJobRequest;
			job.group = atoi(word());
			job.publicSize = load(word());
			if (job.publicSize < sizeof(job.publicValue))
				memcpy(job.publicValue, bytes, job.publicSize);
			if (*command == 'r') {
				printf("%d\n", settle(&job));
				showTexts();
			}
			else {
				AcceleratorJob other = { .id = 2, .kind = kJobGenerate, .group = 31 };
				double start = now();
				accelerator_submit(&job);
				usleep(20000);
				int busy = accelerator_submit(&job), file = credentials_submit(bytes, job.publicSize);
				int quick = settle(&other);
				accelerator_cancel(0);
				job = (AcceleratorJob){ .id = 3, .kind = kJobDerive, .group = 20001, .privateSize = 1, .publicSize = 1 };
				while (accelerator_submit(&job) == kAcceleratorFull)
					usleep(1000);
				printf("%d %d %d %.0f\n", busy, file, quick, now() - start);
				while (!accelerator_collect(&job))
					usleep(1000);
			}
		}
		else if (strcmp(command, "describe") == 0) {
			int kind = atoi(word());
			load(word());
			certificates_describe(kind, (const char*)bytes, text, sizeof(text));
			printf("%s", text);
		}
		else if (strcmp(command, "derive") == 0) {
			job.kind = kJobDerive;
			job.group = atoi(word());
			const char* password = word();
			job.privateSize = strlen(password);
			memcpy(job.privateValue, password, job.privateSize);
			const char* salt = word();
			job.publicSize = strlen(salt);
			memcpy(job.publicValue, salt, job.publicSize);
			printf("%d ", settle(&job));
			for (size_t i = 0; i < job.secretSize; i++)
				printf("%02x", job.secret[i]);
			printf("\n");
		}
		printf(".\n");
		fflush(stdout);
	}
	credentials_clear();
	accelerator_shutdown();
	return 0;
}
