/* What start-up code tells slots of the firmware (firmware.c). */
#ifndef KEYGATE_HANDOVER_H
#define KEYGATE_HANDOVER_H

#include <stdint.h>

/* The registers a0 and a1 as they were at the entry: what the boot loader handed over, or not. */
void firmware_handover(uint32_t a0, uint32_t a1);

#endif
