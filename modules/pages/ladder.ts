/**
 * A negotiation as a ladder: this unit on the left, the peer on the right, an arrow for each message, the state number that it led to in
 * a circle. Widths are percentages and heights pixels, so that it is as readable at 320 px as it is at 640. What it shows stands in a
 * table below it as well.
 */
import { escapeHTML } from "../httpd/html.js";
import type { NegotiationMessage, NegotiationView } from "../status/types.js";
import { ACTIVATED } from "../status/words.js";
import { cut, grouped, times } from "./format.js";

/** Where the two lines are, and the middle between them. */
const OWN = "27%";
const PEER = "92%";
const MIDDLE = "60%";
/** Heights of the names, of an arrow with its name above, and of a line of text below it. */
const HEAD = 34;
const ARROW = 34;
const LINE = 14;
/** Characters of a line below an arrow that fit between the lines at 320 px. */
const ROOM = 24;

/** "0.012 s" */
function time(milliseconds: number): string {
	const tenths = Math.floor(milliseconds / 100);
	return milliseconds < 10000 ? `${Math.floor(milliseconds / 1000)}.${String(milliseconds % 1000).padStart(3, "0")} s` : `${grouped(Math.floor(tenths / 10))}.${tenths % 10} s`;
}

/** "main 1", "informational" */
function messageName({ exchange, message }: NegotiationMessage): string {
	return message === 0 ? exchange : `${exchange} ${message}`;
}

/** What is to be said of a message besides: "NO-PROPOSAL-CHOSEN", "sent 6 times in 31.0 s", "refused". */
function* remarks({ notification, sent, fate, count, time: first, lastTime }: NegotiationMessage): Generator<string> {
	if (notification !== "")
		yield notification;
	if (fate !== "taken")
		yield fate;
	if (count > 1)
		yield `${sent ? "sent" : "came"} ${times(count)} in ${time(lastTime - first)}`;
}

/** `text` in lines of ROOM characters at most, cut at spaces where there are any. */
function* lines(text: string): Generator<string> {
	let rest = text;
	while (rest.length > ROOM) {
		const space = rest.lastIndexOf(" ", ROOM);
		const end = space > 0 ? space : ROOM;
		yield rest.slice(0, end);
		rest = rest.slice(space > 0 ? end + 1 : end);
	}
	if (rest !== "")
		yield rest;
}

function label(y: number, text: string, kind = ""): string {
	return `<text x=${MIDDLE} y=${y}${kind === "" ? "" : ` class=${kind}`}>${escapeHTML(text)}</text> `;
}

function circle(y: number, state: number, kind = ""): string {
	return `<circle cx=${OWN} cy=${y} r=10${kind === "" ? "" : ` class=${kind}`} /><text x=${OWN} y=${y + 4} class=st>${state}</text> `;
}

/** The drawing, a piece for each message. `peer` is how the other side is named. */
export function* ladder(view: NegotiationView, peer: string): Generator<string> {
	let height = HEAD + 40;
	for (const message of view.messages())
		height += heightOf(message);
	yield `<svg class=ladder role=img width=100% height=${height} aria-label="${escapeHTML(`Ladder of ${view.exchange} mode with ${peer}; the table below says the same`)}">`
		+ `<text x=${OWN} y=14 class=end>This unit</text> <text x=100% y=14 class="end name">${cut(peer, 16)}</text> `
		+ `<line x1=${OWN} x2=${OWN} y1=22 y2=${height - 30} class=life /><line x1=${PEER} x2=${PEER} y1=22 y2=${height - 30} class=life />`;
	let y = HEAD;
	let state = 0;
	for (const message of view.messages()) {
		yield arrow(message, y + 22);
		y += heightOf(message);
		state = message.state === 0 ? state : message.state;
	}
	yield `${ending(view, y + 20, state)}</svg>`;
}

function heightOf(message: NegotiationMessage): number {
	let height = ARROW;
	for (const _ of lines(message.payloads))
		height += LINE;
	for (const remark of remarks(message))
		for (const _ of lines(remark))
			height += LINE;
	return height;
}

function arrow(message: NegotiationMessage, y: number): string {
	const { sent, fate, count, state } = message;
	const kind = `${sent ? "go" : "come"}${fate === "taken" ? "" : " no"}`;
	let html = `<text x=0 y=${y + 4} class=at>${time(message.time)}</text><line x1=${OWN} x2=${PEER} y1=${y} y2=${y} class="${kind}" />`
		// The head, at whichever end.
		+ `<svg x=${sent ? PEER : OWN} y=${y} class="${kind}"><path d="${sent ? "M-1 0l-9-4.5v9z" : state > 0 ? "M11 0l9-4.5v9z" : "M1 0l9-4.5v9z"}"/></svg>`
		+ label(y - 7, messageName(message), "nm");
	if (count > 1)
		html += `<line x1=${OWN} x2=${PEER} y1=${y + 4} y2=${y + 4} class="${kind} again" />`;
	if (state > 0)
		html += circle(y, state);
	let at = y + LINE + (count > 1 ? 4 : 1);
	for (const line of lines(message.payloads)) {
		html += label(at, line);
		at += LINE;
	}
	for (const remark of remarks(message))
		for (const line of lines(remark)) {
			html += label(at, line, "rm");
			at += LINE;
		}
	return html;
}

/** How it ended, below the lines. */
function ending({ phase, outcome }: NegotiationView, y: number, state: number): string {
	if (outcome === "done")
		return (phase === 1 ? circle(y, ACTIVATED, "good") : `<circle cx=${OWN} cy=${y} r=6 class=good />`) + label(y + 4, phase === 1 ? "key tunnel up" : "traffic tunnel up", "good");
	const where = state > 0 ? ` in state ${state}` : "";
	return outcome === "failed" ? `<svg x=${OWN} y=${y} class=cross><path d="M-6-6l12 12M-6 6l12-12"/></svg>${label(y + 4, `stopped${where}`, "bad")}`
		: `<svg x=${OWN} y=${y} class=wait><circle r=2 cx=-6 /><circle r=2 /><circle r=2 cx=6 /></svg>${label(y + 4, `waiting${where}`, "wt")}`;
}

/** The same as rows of a table. */
export function* ladderRows(view: NegotiationView): Generator<string> {
	for (const message of view.messages()) {
		let told = "";
		for (const remark of remarks(message))
			told += (told === "" ? "" : ", ") + remark;
		yield `<tr role=row><th role=rowheader scope=row data-label=Message>${messageName(message)}<td role=cell data-label=Time class=num>${time(message.time)}<td role=cell data-label=Direction>${message.sent ? "sent" : "received"}`
			+ `<td role=cell data-label=Payloads>${message.payloads === "" ? "\u2013" : escapeHTML(message.payloads)}<td role=cell data-label=State>${message.state === 0 ? "\u2013" : message.state}<td role=cell data-label=Remarks>${told === "" ? "\u2013" : escapeHTML(told)}`;
	}
}

export const LADDER_COLUMNS = Object.freeze(["Message", "Time", "Direction", "Payloads", "State", "Remarks"]);
