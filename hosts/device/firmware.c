/* The firmware slots for the control plane (firmware.ts). */
#include "xsmc.h"
#include "firmware.h"
#include "update.h"

/* (): what there is to know, in one number; see `statusOf` of firmware.ts. */
void xs_firmware_status(xsMachine* the)
{
	FirmwareStatus status;
	firmware_status(&status);
	xsmcSetInteger(xsResult, (status.running + 1) | (status.isConfirmed != 0) << 2 | (status.next + 1) << 3 | (int)status.outcome << 5 | (status.about + 1) << 7);
}

/* (slot): the version of what is in it, "" when there is nothing that can be started. */
void xs_firmware_version(xsMachine* the)
{
	char version[kImageVersionSize + 1];
	xsmcSetString(xsResult, firmware_version((int)xsmcToInteger(xsArg(0)), version) < 0 ? "" : version);
}

/* (version): an UpdateFault. */
void xs_firmware_begin(xsMachine* the)
{
	char version[kImageVersionSize + 1];
	xsmcToStringBuffer(xsArg(0), version, sizeof version);
	xsmcSetInteger(xsResult, update_begin(version));
}

/* (bytes): an UpdateFault. */
void xs_firmware_write(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	xsmcSetInteger(xsResult, update_write(data, size));
}

/* (): an UpdateFault. */
void xs_firmware_end(xsMachine* the)
{
	xsmcSetInteger(xsResult, update_end());
}

/* (): the version that the image which came last names. */
void xs_firmware_received(xsMachine* the)
{
	xsmcSetString(xsResult, (char*)update_version());
}

/* (): whether it is known now that what runs is healthy. */
void xs_firmware_confirm(xsMachine* the)
{
	xsmcSetBoolean(xsResult, firmware_confirm() == 0);
}
