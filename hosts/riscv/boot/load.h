/* A firmware image on its way from its slot to where it runs. */
#ifndef KEYGATE_BOOT_LOAD_H
#define KEYGATE_BOOT_LOAD_H

#include "image.h"

/* Where images run: the address that they are made for, and the memory there. */
typedef struct {
	uint32_t address;
	uint32_t size;
	uint8_t* memory;
} Execution;

/* The parts of a check, and the copy: what is verified is what will run, or what that is inflated from. `image` is what the header says as soon as that is readable. */
ImageFault load_image(unsigned slot, const Execution* execution, Image* image);

#endif
