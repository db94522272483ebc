/** The firmware of a device on the administration page: what is in its two slots, and the form for another one. */
import { escapeHTML } from "../httpd/html.js";
import type { Firmware } from "../settings/services.js";
import { closePart, entryHTML, openPart, tickHTML } from "./entry.js";
import { cut } from "./format.js";

/** Where the form goes. */
export const FIRMWARE = "/settings/administration/firmware";

/** `refusal`: of the image that came last, "": it was not refused. */
export function* firmwarePart(firmware: Firmware, token: string, refusal: string): Generator<string> {
	yield openPart({
		id: "firmware", title: "Firmware", action: FIRMWARE, token, files: true, refusal: escapeHTML(refusal.slice(0, 400)),
		what: "The new one goes to the slot that is not in use, and is verified before it counts. The next start tries it, once: if it does not come up, the one before is started again.",
	});
	yield "<ul>";
	for (const { slot, version, state } of firmware.slots())
		yield `<li>Slot ${slot}: ${version === "" ? "nothing that can be started" : `<b>${cut(version, 40)}</b>`}${state === "" ? "" : `, ${escapeHTML(state)}`}`;
	yield "</ul>";
	const outcome = firmware.outcome();
	if (outcome !== "")
		yield `<p>${escapeHTML(outcome.slice(0, 400))}`;
	const obstacle = firmware.obstacle();
	if (obstacle !== "") {
		yield `<p class=weak>${escapeHTML(obstacle)}</form>`;
		return;
	}
	yield tickHTML("older", "Older ones, too", "One that is older than what runs is refused otherwise.", false);
	yield entryHTML({ id: "image", field: "file", label: "Image", what: "A signed image for this board. Storing it takes a minute or so; tunnels stay up meanwhile.", type: "file", more: "accept=.bin,application/octet-stream" });
	yield closePart("Store firmware", "main danger");
}
