/** The firmware slots of this board (firmware.c). */
import type { FirmwareNatives } from "./firmware.js";

export const slots: FirmwareNatives = Object.freeze({
	status: native<FirmwareNatives["status"]>("xs_firmware_status"),
	version: native<FirmwareNatives["version"]>("xs_firmware_version"),
	begin: native<FirmwareNatives["begin"]>("xs_firmware_begin"),
	write: native<FirmwareNatives["write"]>("xs_firmware_write"),
	end: native<FirmwareNatives["end"]>("xs_firmware_end"),
	received: native<FirmwareNatives["received"]>("xs_firmware_received"),
	confirm: native<FirmwareNatives["confirm"]>("xs_firmware_confirm"),
});
