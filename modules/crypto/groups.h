/* The groups of Diffie-Hellman that there are, whichever library works them. */
#ifndef KEYGATE_GROUPS_H
#define KEYGATE_GROUPS_H

#include <stddef.h>

enum { kModp = 1, kECP, kCurve25519 };

/* Places in kGroups, by which a backend keeps what it has of its own for each. */
enum { kGroup2, kGroup5, kGroup14, kGroup15, kGroup16, kGroup17, kGroup18, kGroup19, kGroup20, kGroup21, kGroup31, kGroupsCount };

/*
 * Sizes in bytes, the same as `groups` of algorithms.ts. MODP exponents: at least twice the strength of the group (SP 800-57: 80, 112, 128 bits
 * for 1024, 2048, 3072; RFC 3526 8: 150, 170, 190 for 4096, 6144, 8192), with a margin.
 */
typedef struct {
	int group, kind;
	size_t publicSize, privateSize, secretSize;
} GroupSizes;

extern const GroupSizes kGroups[kGroupsCount];

/* The place of a group in the table; -1: there is none. */
int group_index(int group);

#endif
