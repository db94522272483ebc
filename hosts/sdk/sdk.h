/* Beside machine.h, for hosts whose machine the Moddable SDK makes. */
#ifndef KEYGATE_SDK_H
#define KEYGATE_SDK_H

#include "machine.h"

/* The SDK has made a machine before anything of ours runs: the next machine_create answers it. */
void sdk_adopt(xsMachine* machine);

#endif
