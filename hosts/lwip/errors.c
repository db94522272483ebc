#include "errors.h"

#include "../unit/control.h"

int error_of(err_t result)
{
	switch (result) {
		case ERR_OK:
			return 0;
		case ERR_MEM:
		case ERR_BUF:
			return kErrorNoBuffers;
		case ERR_RTE:
			return kErrorNoNetwork;
		case ERR_VAL:
		case ERR_ARG:
			return kErrorInvalid;
		case ERR_USE:
			return kErrorTaken;
		case ERR_ABRT:
			return kErrorAborted;
		case ERR_RST:
			return kErrorReset;
		case ERR_CONN:
		case ERR_CLSD:
			return kErrorNotConnected;
		case ERR_IF:
			return kErrorNoDevice;
		default:
			return kErrorIO;
	}
}

const char* error_text(int number)
{
	static const struct { int number; const char* text; } texts[] = {
		{ 1, "not permitted" },
		{ kErrorIO, "input or output error" },
		{ 13, "permission denied" },
		{ 16, "busy" },
		{ kErrorNoDevice, "there is no such port" },
		{ kErrorInvalid, "invalid argument" },
		{ kErrorTooMany, "too many are open" },
		{ kErrorNoSpace, "no room is left" },
		{ 30, "read-only" },
		{ kErrorTooLong, "message too long" },
		{ kErrorTaken, "address already in use" },
		{ kErrorNotOurs, "not an address of this unit" },
		{ kErrorNoNetwork, "network is unreachable" },
		{ kErrorAborted, "connection aborted" },
		{ kErrorReset, "connection reset by peer" },
		{ kErrorNoBuffers, "no buffer space available" },
		{ kErrorNotConnected, "not connected" },
		{ 122, "quota exceeded" },
	};
	for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].number == number)
			return texts[i].text;
	return "unknown error";
}
