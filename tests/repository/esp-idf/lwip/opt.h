/* As ESP-IDF has it: lwIP in a thread of its own. */
#pragma once
/* its options bring these in, whose functions ours must not be named like */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
#include <stdint.h>
#define NO_SYS 0
#define ETH_PAD_SIZE 0
