#include "resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "limits.h"
#include "loop.h"

enum { kLookupFree = 0, kLookupRunning, kLookupForgotten, kLookupAnswered };

#define kNameSize 254
/* getaddrinfo keeps its buffers on the stack. */
#define kThreadStack (512 * 1024)

typedef struct {
	char name[kNameSize];
	uint32_t address;	/* 0: there is none */
	int state;
} Lookup;

/* One for each peer, and some that a control plane before this one asked for. */
static Lookup lookups[2 * PEERS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int event = -1;
static LoopWatch watch;
static xsSlot onAnswers;

/* The first IPv4 address of a host. */
static uint32_t look_up(const char* name)
{
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM };
	struct addrinfo* list = NULL;
	uint32_t address = 0;
	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return 0;
	for (struct addrinfo* each = list; each && address == 0; each = each->ai_next) {
		struct sockaddr_in found;
		if (each->ai_family == AF_INET && each->ai_addrlen >= sizeof found) {
			memcpy(&found, each->ai_addr, sizeof found);
			address = ntohl(found.sin_addr.s_addr);
		}
	}
	freeaddrinfo(list);
	return address;
}

static void* work(void* argument)
{
	Lookup* lookup = argument;
	const uint64_t one = 1;
	/* The name stays as it is while the lookup runs. */
	uint32_t address = look_up(lookup->name);
	pthread_mutex_lock(&lock);
	if (lookup->state == kLookupForgotten)
		lookup->state = kLookupFree;
	else {
		lookup->address = address;
		lookup->state = kLookupAnswered;
		/* Fails only when the counter is full: then it is readable anyway. */
		if (write(event, &one, sizeof one) < 0)
			lookup->state = kLookupAnswered;
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void answers_ready(LoopWatch* each, uint32_t events)
{
	uint64_t count;
	(void)events;
	if (read(each->descriptor, &count, sizeof count) > 0)
		loop_call(NULL, &onAnswers, 0, NULL);
}

void resolver_abandon(void)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < sizeof lookups / sizeof *lookups; i++) {
		if (lookups[i].state == kLookupRunning)
			lookups[i].state = kLookupForgotten;
		else if (lookups[i].state == kLookupAnswered)
			lookups[i].state = kLookupFree;
	}
	pthread_mutex_unlock(&lock);
	loop_unwatch(&watch);
}

/* (onAnswers): what is called when there is something to take. Once in a machine's life; a negative errno when there is no way to be told. */
void xs_resolver_start(xsMachine* the)
{
	if (event < 0)
		event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int result = event < 0 ? -errno : loop_watch(&watch, event, EPOLLIN, 0, answers_ready);
	if (result >= 0) {
		onAnswers = xsArg(0);
		xsRemember(onAnswers);
	}
	xsmcSetInteger(xsResult, result < 0 ? result : 0);
}

static int start(Lookup* lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	if (pthread_attr_init(&attributes) != 0)
		return 0;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, kThreadStack);
	/* Signals are the loop's thread's. */
	sigfillset(&all);
	/* The kernel's word on a system call is for the thread that made it. */
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int started = pthread_create(&thread, &attributes, work, lookup) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

/* (name): looks it up; the number of the question, or -1 when too many are open. */
void xs_resolver_ask(xsMachine* the)
{
	const char* name = xsmcToString(xsArg(0));
	size_t size = strlen(name);
	int number = -1;
	pthread_mutex_lock(&lock);
	for (int i = 0; number < 0 && size < kNameSize && i < (int)(sizeof lookups / sizeof *lookups); i++)
		if (lookups[i].state == kLookupFree)
			number = i;
	if (number >= 0) {
		memcpy(lookups[number].name, name, size + 1);
		lookups[number].state = kLookupRunning;
		if (!start(&lookups[number])) {
			lookups[number].state = kLookupFree;
			number = -1;
		}
	}
	pthread_mutex_unlock(&lock);
	xsmcSetInteger(xsResult, number);
}

/* (number): the address for a question that was answered, 0: the name has none; undefined: not yet. */
void xs_resolver_take(xsMachine* the)
{
	xsIntegerValue number = xsmcToInteger(xsArg(0));
	if (number < 0 || number >= (xsIntegerValue)(sizeof lookups / sizeof *lookups))
		return;
	pthread_mutex_lock(&lock);
	int answered = lookups[number].state == kLookupAnswered;
	uint32_t address = lookups[number].address;
	if (answered)
		lookups[number].state = kLookupFree;
	pthread_mutex_unlock(&lock);
	if (answered)
		xsmcSetNumber(xsResult, address);
}
