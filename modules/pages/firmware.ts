/** Another firmware for a device, from a file that is never in memory: it goes to the flash as it comes. */
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Sink } from "../httpd/sink.js";
import type { Firmware } from "../settings/services.js";
import { administration, ADMINISTRATION } from "./administration.js";
import { says } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";

/** Where the file of a form at FIRMWARE goes; undefined when this unit has no firmware of its own. */
export function firmwareSink(options: RoomOptions): Sink | undefined {
	return options.firmware === undefined ? undefined : new FirmwareSink(options, options.firmware);
}

/** What is asked of FIRMWARE otherwise. */
export function firmwareRoom(options: RoomOptions): Response | undefined {
	return options.firmware === undefined ? undefined : says(options, 400, "No file", `A firmware image is sent with the form of <a href="${ADMINISTRATION}#firmware">Administration</a>.`);
}

class FirmwareSink implements Sink {
	readonly #options: RoomOptions;
	readonly #firmware: Firmware;
	#isOurs = false;
	/** "": none so far. */
	#fault = "";

	constructor(options: RoomOptions, firmware: Firmware) {
		this.#options = options;
		this.#firmware = firmware;
	}

	begin(request: Request): boolean {
		this.#isOurs = this.#options.token.accepts(request);
		if (this.#isOurs)
			this.#fault = this.#firmware.begin(request.upload?.text("older") === "1");
		return this.#isOurs && this.#fault === "";
	}

	write(bytes: Uint8Array): boolean {
		this.#fault = this.#firmware.write(bytes);
		return this.#fault === "";
	}

	end(whole: boolean): void {
		if (this.#isOurs && this.#fault === "" && whole)
			this.#fault = this.#firmware.end();
	}

	respond(): Response {
		const options = this.#options;
		if (!this.#isOurs)
			return says(options, 403, "Not accepted", "The request did not come from a page of this unit, or the unit was started anew since the page was loaded. Load the page again and repeat.");
		if (this.#fault !== "")
			return administration(options, "", { section: "firmware", refusal: this.#fault, faults: [], fields: [] }, 400);
		options.last.revision = options.commands.configuration.revision;
		options.last.text = `Firmware ${this.#firmware.received()} is stored and verified. It is tried with the next start: start this unit anew when its tunnels can be spared for a moment.`;
		options.last.warnings = [];
		return afterChange(`${ADMINISTRATION}#firmware`, options.last);
	}
}
