/*
 * Who connects to the pages, by address, and how many calls of JavaScript those may cost who have not shown the password: a connection, what it says and each
 * piece of it are calls. Who has used up what is his is refused before JavaScript hears of it, whatever he does; who shows the password gets all back, so that
 * nobody who has it ever notices.
 */
#ifndef KEYGATE_UNIT_VISITORS_H
#define KEYGATE_UNIT_VISITORS_H

#include <stdint.h>

/*
 * Addresses that are remembered: the administrator's before others, and those before whom there is least to say of. Where memory is no matter, as many as a LAN has:
 * who is forgotten comes back as one that has cost nothing.
 */
#if UINTPTR_MAX > 0xffffffff
#define kVisitors 256
#else
#define kVisitors 16
#endif

/* Calls that may come at once, and how many more there are each second. */
typedef struct {
	uint32_t burst, rate;
} VisitorLimit;

typedef struct {
	VisitorLimit each;	/* of an address */
	VisitorLimit few;	/* of one before it counts as one that costs much: so many addresses as are remembered use up less than there is for all */
	VisitorLimit all;	/* of all that have never shown the password */
} VisitorLimits;

/* JavaScript may be called once for a connection of this address: 0 when it may not, and the connection is to be ended. */
int visitors_take(uint32_t address, uint64_t now);
/* One of this address, which has cost so many calls, has shown the password. */
void visitors_welcome(uint32_t address, uint32_t calls, uint64_t now);
/* Whether a wrong password came from this address lately; `isWrong`: another one has come. Who is forgotten has given none. */
int visitors_wrong(uint32_t address, int isWrong, uint64_t now);
/* How many connections were refused since this was told last, and from where the last one was; 0 when there were none or that is less than a minute ago. */
uint32_t visitors_refused(uint32_t* address, uint64_t now);

/* ---- the host's ---- */

extern const VisitorLimits visitorLimits;
/* Counts one that was refused. */
void visitors_count(void);

#endif
