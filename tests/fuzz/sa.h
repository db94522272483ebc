/* The SA that an input begins with: algorithms, protocol, mode, encapsulation. */
#ifndef KEYGATE_FUZZ_SA_H
#define KEYGATE_FUZZ_SA_H

#include "input.h"
#include "support.h"

/* The upper three bits of `way` are the program's own. */
static inline Options inputSA(Input* input, uint8_t* way)
{
	uint8_t shape = input8(input);
	*way = input8(input);
	Options options = { .cipher = shape % 10, .hash = 1 + shape / 10 % 5, .protocol = 1 + *way % 3, .mode = *way & 4 ? MODE_TRANSPORT : MODE_TUNNEL };
	if (options.cipher >= kCipherAES128GCM && options.cipher <= kCipherAES256GCM)
		options.hash = 0;
	if (options.protocol == PROTOCOL_AH)
		options.cipher = options.hash = 0;
	if (options.protocol != PROTOCOL_ESP)
		options.ahHash = 1 + shape / 50 % 5;
	options.udp = options.protocol == PROTOCOL_ESP && (*way & 8);
	options.extended = (*way & 16) != 0;
	return options;
}

#endif
