/** The last hour of a connection as a drawing: received above the line, sent below it, a mark for each minute with errored packets. */
import { escapeHTML } from "../httpd/html.js";
import { HISTORY_MINUTES } from "../limits.js";
import type { Minute } from "../status/types.js";
import { bytes, grouped } from "./format.js";

/** Units of the drawing: of one minute, and of each half. */
const STEP = 2;
const HALF = 16;
const WIDTH = HISTORY_MINUTES * STEP;
/** Of the largest minute. */
const TALLEST = 14;

/** The bars of one half as one path from the line and back to it. */
function bars(minutes: readonly Minute[], up: boolean, most: number): string {
	let path = `M${WIDTH - minutes.length * STEP} ${HALF}`;
	let height = 0;
	let run = 0;
	for (let i = 0; i < minutes.length; i++) {
		const { bytesIn, bytesOut } = minutes[i]!;
		const value = up ? bytesIn : bytesOut;
		// What is not nothing can be seen.
		const next = value <= 0 ? 0 : Math.max(1, Math.round(value / most * TALLEST));
		if (next !== height) {
			path += `${run > 0 ? `h${run}` : ""}v${up ? height - next : next - height}`;
			height = next;
			run = 0;
		}
		run += STEP;
	}
	return `${path}h${run}V${HALF}z`;
}

/** The drawing; `kind` is its class. */
export function curve(minutes: Iterable<Minute>, kind = "curve"): string {
	const list: Minute[] = [];
	let most = 1;
	let received = 0;
	let sent = 0;
	let errors = 0;
	let marks = "";
	for (const minute of minutes) {
		const { bytesIn, bytesOut, errorsIn, errorsOut } = minute;
		list.push(minute);
		most = Math.max(most, bytesIn, bytesOut);
		received += bytesIn;
		sent += bytesOut;
		errors += errorsIn + errorsOut;
	}
	if (errors > 0)
		for (let i = 0; i < list.length; i++)
			if (list[i]!.errorsIn + list[i]!.errorsOut > 0)
				marks += `M${WIDTH - (list.length - i) * STEP + STEP / 2} 0v${2 * HALF}`;
	return `<svg class=${kind} role=img viewBox="0 0 ${WIDTH} ${2 * HALF}" preserveAspectRatio=none aria-label="${escapeHTML(told(list.length, received, sent, errors, most))}">`
		+ `<path class=axis d="M0 ${HALF}h${WIDTH}"/>${received > 0 ? `<path class=rx d="${bars(list, true, most)}"/>` : ""}${sent > 0 ? `<path class=tx d="${bars(list, false, most)}"/>` : ""}${marks === "" ? "" : `<path class=er d="${marks}"/>`}</svg>`;
}

/** What the drawing shows, for those who do not see it. */
function told(count: number, received: number, sent: number, errors: number, most: number): string {
	const time = count >= HISTORY_MINUTES ? "Last hour" : `Last ${count} min`;
	if (received + sent + errors === 0)
		return `${time}: nothing`;
	return `${time}: ${bytes(received)} received, ${bytes(sent)} sent, at most ${bytes(most)} a minute; ${errors === 0 ? "no errored packets" : errors === 1 ? "1 errored packet" : `${grouped(errors)} errored packets`}`;
}
