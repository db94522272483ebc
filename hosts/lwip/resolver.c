#include "resolver.h"

#include <stdint.h>
#include <string.h>
#include "limits.h"
#include "loop.h"
#include "lwip/dns.h"

enum { kLookupFree = 0, kLookupRunning, kLookupForgotten, kLookupAnswered };

typedef struct {
	uint32_t address;	/* 0: there is none */
	int state;
} Lookup;

/* One for each peer, and some that a control plane before this one asked for. */
#define kLookups (2 * PEERS)
static Lookup lookups[kLookups];
static LoopWatch watch;
static xsSlot onAnswers;

static uint32_t address_of(const ip_addr_t* address)
{
	return address == NULL ? 0 : lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(address)));
}

static void on_found(const char* name, const ip_addr_t* address, void* argument)
{
	Lookup* lookup = argument;
	(void)name;
	if (lookup->state == kLookupForgotten) {
		lookup->state = kLookupFree;
		return;
	}
	lookup->address = address_of(address);
	lookup->state = kLookupAnswered;
	loop_soon(&watch);
}

static void answers_ready(LoopWatch* each)
{
	(void)each;
	loop_call(NULL, &onAnswers, 0, NULL);
}

void resolver_abandon(void)
{
	for (unsigned i = 0; i < kLookups; i++) {
		if (lookups[i].state == kLookupRunning)
			lookups[i].state = kLookupForgotten;
		else if (lookups[i].state == kLookupAnswered)
			lookups[i].state = kLookupFree;
	}
	loop_unwatch(&watch);
}

/* (onAnswers): what is called when there is something to take. Once in a machine's life. 0. */
void xs_resolver_start(xsMachine* the)
{
	loop_watch(&watch, answers_ready);
	onAnswers = xsArg(0);
	xsRemember(onAnswers);
	xsmcSetInteger(xsResult, 0);
}

/* (name): looks it up; the number of the question, or -1 when too many are open. */
void xs_resolver_ask(xsMachine* the)
{
	char name[DNS_MAX_NAME_LENGTH];
	ip_addr_t address;
	xsIntegerValue number = -1;
	for (xsIntegerValue i = 0; number < 0 && i < (xsIntegerValue)kLookups; i++)
		if (lookups[i].state == kLookupFree)
			number = i;
	const char* asked = xsmcToString(xsArg(0));
	if (number < 0 || strlen(asked) >= sizeof name) {
		xsmcSetInteger(xsResult, -1);
		return;
	}
	memcpy(name, asked, strlen(asked) + 1);
	Lookup* lookup = &lookups[number];
	lookup->state = kLookupRunning;
	err_t result = dns_gethostbyname(name, &address, on_found, lookup);
	if (result == ERR_OK) {
		lookup->address = address_of(&address);
		lookup->state = kLookupAnswered;
		loop_soon(&watch);
	}
	else if (result == ERR_MEM) {
		/* lwIP's own table is full. */
		lookup->state = kLookupFree;
		number = -1;
	}
	else if (result != ERR_INPROGRESS) {
		/* No server, or no name at all: answered, that there is none. */
		lookup->address = 0;
		lookup->state = kLookupAnswered;
		loop_soon(&watch);
	}
	xsmcSetInteger(xsResult, number);
}

/* (number): the address for a question that was answered, 0: the name has none; undefined: not yet. */
void xs_resolver_take(xsMachine* the)
{
	xsIntegerValue number = xsmcToInteger(xsArg(0));
	if (number < 0 || number >= (xsIntegerValue)kLookups || lookups[number].state != kLookupAnswered)
		return;
	lookups[number].state = kLookupFree;
	xsmcSetNumber(xsResult, lookups[number].address);
}
