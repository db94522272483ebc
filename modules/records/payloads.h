/* A message's payloads in a byte for each run of one kind (payloads.ts). */
#ifndef KEYGATE_PAYLOADS_H
#define KEYGATE_PAYLOADS_H

#include <stddef.h>
#include <stdint.h>

/* Writes the runs of "SA VID*3" to `runs`, zeroes in what they leave of its `room` bytes, which are one at least. */
void payloads_put(uint8_t* runs, size_t room, const char* text);

#endif
