#include "ecn.h"
#include "bytes.h"
#include "sad.h"

int ecn_merge(uint8_t* inner, uint8_t outerTOS)
{
	uint8_t outer = outerTOS & 3;
	uint8_t own = inner[1] & 3;
	uint8_t merged = own;
	/* Marks that a path which keeps to the rules cannot make: to be told, not to be corrected. */
	if ((own == kECNNone && outer != kECNNone) || (own == kECNCongestion && outer == kECNCapable1))
		gEngine.notes[NOTE_ECN_STRANGE]++;
	if (own == kECNNone)
		return outer != kECNCongestion;
	if (outer == kECNCongestion || (outer == kECNCapable1 && own == kECNCapable0))
		merged = outer;
	if (merged != own) {
		uint16_t before = (uint16_t)(inner[0] << 8 | inner[1]);
		inner[1] = (uint8_t)((inner[1] & ~3) | merged);
		adjustChecksum(inner + 10, before, (uint16_t)(inner[0] << 8 | inner[1]));
	}
	return 1;
}
