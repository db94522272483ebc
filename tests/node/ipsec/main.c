/* The engine's own tests in C: a line "ok NAME" or "not ok NAME" for each case, what failed before it in lines that begin with "#". */
#include "accelerator.h"
#include "cases.h"
#include "support.h"

unsigned gFailures;

int main(void)
{
	if (accelerator_initialize() != kAcceleratorOK)
		return 2;
	engine_initialize();
	replayCases();
	espCases();
	ahCases();
	transportCases();
	extendedCases();
	inboundCases();
	outboundCases();
	pathCases();
	icmpCases();
	tableCases();
	firewallCases();
	fuzzedCases();
	engine_clear();
	accelerator_shutdown();
	return gFailures != 0 ? 1 : 0;
}
