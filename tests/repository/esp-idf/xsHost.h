/* Of the Moddable SDK (xs/platforms/esp). */
#pragma once
#include <stdint.h>
typedef void (*modMessageDeliver)(void* the, void* context, uint8_t* message, uint16_t size);
int modMessagePostToMachine(xsMachine* the, uint8_t* message, uint16_t size, modMessageDeliver deliver, void* context);
