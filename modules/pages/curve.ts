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

/** A row of bars as one path from the line and back to it. */
class Bars {
	readonly #up: boolean;
	#path: string;
	#height = 0;
	#run = 0;

	constructor(start: number, up: boolean) {
		this.#path = `M${start} ${HALF}`;
		this.#up = up;
	}

	add(value: number, most: number): void {
		// What is not nothing can be seen.
		const height = value <= 0 ? 0 : Math.max(1, Math.round(value / most * TALLEST));
		if (height !== this.#height) {
			this.#flush();
			const move = this.#up ? this.#height - height : height - this.#height;
			this.#path += `v${move}`;
			this.#height = height;
		}
		this.#run += STEP;
	}

	get path(): string {
		this.#flush();
		return `${this.#path}V${HALF}z`;
	}

	#flush(): void {
		if (this.#run > 0)
			this.#path += `h${this.#run}`;
		this.#run = 0;
	}
}

/** `minutes` are asked for twice: to measure, and to draw. */
export function curve(minutes: () => Iterable<Minute>, kind = "curve"): string {
	let count = 0;
	let most = 1;
	let received = 0;
	let sent = 0;
	let errors = 0;
	for (const { bytesIn, bytesOut, errorsIn, errorsOut } of minutes()) {
		count++;
		most = Math.max(most, bytesIn, bytesOut);
		received += bytesIn;
		sent += bytesOut;
		errors += errorsIn + errorsOut;
	}
	const start = WIDTH - count * STEP;
	const above = new Bars(start, true);
	const below = new Bars(start, false);
	let marks = "";
	let at = start + STEP / 2;
	for (const minute of minutes()) {
		above.add(minute.bytesIn, most);
		below.add(minute.bytesOut, most);
		if (minute.errorsIn + minute.errorsOut > 0)
			marks += `M${at} 0v${2 * HALF}`;
		at += STEP;
	}
	return `<svg class=${kind} role=img viewBox="0 0 ${WIDTH} ${2 * HALF}" preserveAspectRatio=none aria-label="${escapeHTML(told(count, received, sent, errors, most))}">`
		+ `<path class=axis d="M0 ${HALF}h${WIDTH}"/>${received > 0 ? `<path class=rx d="${above.path}"/>` : ""}${sent > 0 ? `<path class=tx d="${below.path}"/>` : ""}${marks === "" ? "" : `<path class=er d="${marks}"/>`}</svg>`;
}

/** What the drawing shows, for those who do not see it. */
function told(count: number, received: number, sent: number, errors: number, most: number): string {
	const time = count >= HISTORY_MINUTES ? "Last hour" : `Last ${count} min`;
	if (received + sent + errors === 0)
		return `${time}: nothing`;
	return `${time}: ${bytes(received)} received, ${bytes(sent)} sent, at most ${bytes(most)} a minute; ${errors === 0 ? "no errored packets" : errors === 1 ? "1 errored packet" : `${grouped(errors)} errored packets`}`;
}
