/* The memory of what is remembered of negotiations and connections: static, as all tables of keygate are. TypeScript has the layouts: ladder.ts, which C reads too, history.ts, attempts.ts. */
#include "xsmc.h"
#include "limits.h"

static uint8_t gLadders[LADDERS * LADDER_SIZE];
static uint8_t gHistory[CONNECTIONS * HISTORY_SIZE];
static uint8_t gAttempts[ATTEMPTS * ATTEMPT_SIZE];

/* xs_ladder_table(): HostBuffer over the whole table. */
void xs_ladder_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gLadders, sizeof(gLadders));
}

/* xs_history_table(): HostBuffer over the whole table. */
void xs_history_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gHistory, sizeof(gHistory));
}

/* xs_attempt_table(): HostBuffer over the whole table. */
void xs_attempt_table(xsMachine* the)
{
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, gAttempts, sizeof(gAttempts));
}
