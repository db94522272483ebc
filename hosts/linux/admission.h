/*
 * Who gets as far as JavaScript when more IKE messages come than it can look at: those of exchanges that there are, and first messages that are repeated.
 * Whoever means it repeats a message that is not answered; a flood from addresses that were made up does not.
 */
#ifndef KEYGATE_ADMISSION_H
#define KEYGATE_ADMISSION_H

#include <stdint.h>

/* Whether JavaScript is to see this IKE message (without non-ESP marker) from `address`. */
int admission_take(const uint8_t* message, uint32_t length, uint32_t address, uint64_t now);
/* Whether it is of an exchange that there is. */
int admission_knows(const uint8_t* message, uint32_t length);
/* More messages come now than are all looked at. */
int admission_is_strict(void);
/* The control plane is over, and with it all exchanges. */
void admission_clear(void);

#endif
