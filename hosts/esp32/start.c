/*
 * From the SDK's start to ours. The SDK makes the machine and runs the main module, which asks for the rest; that begins once the module is done, in the
 * SDK's task, from its queue of messages, and never ends: its own loop and timers are not used.
 */
#include "xsmc.h"
#include "xsHost.h"

#include "../lwip/main.h"
#include "esp32.h"
#include "../sdk/sdk.h"

static void run(void* the, void* context, uint8_t* message, uint16_t size)
{
	(void)context;
	(void)message;
	(void)size;
	sdk_adopt(the);
	life_open();
	rest_open();
	uart_open();
	ports_open();
	device_run("hosts/device/main");
}

/* xs_esp32_start(): everything else follows when the module that calls it is done. */
void xs_esp32_start(xsMachine* the)
{
	if (modMessagePostToMachine(the, NULL, 0, run, NULL) != 0)
		board_fatal("the main loop did not start");
}
