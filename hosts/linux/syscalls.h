/* The system calls of a gateway. */
#ifndef KEYGATE_SYSCALLS_H
#define KEYGATE_SYSCALLS_H

/* From here on the kernel refuses every other one: the process says which it was, and ends. For all threads that are made later. */
void syscalls_restrict(void);

#endif
