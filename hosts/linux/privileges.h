/* What the process may do: less than whoever started it, before it has read a byte from anybody. */
#ifndef KEYGATE_PRIVILEGES_H
#define KEYGATE_PRIVILEGES_H

/*
 * Gives up every capability but those that later calls need, for good; keeps memory out of core dumps, and keys out of swap space as far as the system's
 * limit for that goes; lets the kernel refuse each system call that a gateway has no use for. First in main: threads that are made
 * later have no more. What cannot be had is told and gone on without.
 */
void privileges_drop(int count, char** words);

#endif
