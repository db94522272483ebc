/** What does not come up and why: on top of the status page, and alone at /problems. Nothing here needs a script. */
import { escapeHTML } from "../httpd/html.js";
import { askText, changeText, otherTexts, sureText, titleOf, valueName, whereText } from "../status/advice.js";
import { certainty, type ProblemValue } from "../status/problems.js";
import type { ShownProblem, Snapshot } from "../status/types.js";
import { peerPath } from "./faults.js";
import { cut, duration, name, shortened } from "./format.js";

/** Characters of a problem's text, of a value, and of what is to be sent to the other side, that are shown. */
const TEXT_SIZE = 300;
const VALUE_SIZE = 100;
const ASK_SIZE = 1600;
/** Characters of a path that is a link: names are at most 32 bytes, each of which can be three characters of a path. */
const PATH_SIZE = 300;
/** Characters of HTML of a list of values. */
const CELL_SIZE = 500;

/** Characters of HTML within which problems are shown in full, on the status page and alone; of the others the head. No page is over 64 KiB. */
const STATUS_SIZE = 8000;
const PAGE_SIZE = 32000;

/** On a status page with more SAs than these only the first few problems show, briefly, so that there is room for all rows. */
const CROWD = 20;
const BRIEF = 3;
const BRIEF_SIZE = 120;

/** What asking the peer can clear up. */
const ASKED: readonly string[] = Object.freeze(["mode-mismatch", "phase1-algorithm-mismatch", "authentication-method-mismatch", "phase2-protocol-mismatch", "phase2-algorithm-mismatch", "pfs-mismatch", "network-mismatch", "key-mismatch", "peer-unreachable", "peer-refused"]);

/** The place in the settings as words: `/settings/peers/main%20office/connections/lan#pfs` is peers, main office, connections, lan, pfs. */
function setting(path: string): string {
	const text = path.slice(path.startsWith("/settings/") ? 10 : 0).split("#").join("/").split("/").join(" \u203a ");
	try {
		return cut(decodeURIComponent(text), TEXT_SIZE);
	}
	catch {
		return cut(text, TEXT_SIZE);
	}
}

/** A sentence of the log as one of a page. */
function sentence(text: string): string {
	const cutText = cut(text, TEXT_SIZE);
	return cutText.slice(0, 1).toUpperCase() + cutText.slice(1);
}

/** A link to a field, if it is in the settings of this unit. */
function link(path: string, html: string): string {
	return path.startsWith("/settings/") && path.length <= PATH_SIZE ? `<a href="${escapeHTML(path)}">${html}</a>` : html;
}

/** The section of the status page; nothing when all is well. */
export function* problemsSection(snapshot: Snapshot): Generator<string> {
	let count = 0;
	let size = 0;
	let crowded = false;
	for (const problem of snapshot.problems()) {
		if (count++ === 0) {
			crowded = isCrowded(snapshot);
			yield "<section id=problems class=problems aria-labelledby=problems-title><h2 id=problems-title><a href=/problems>Problems</a></h2><ul>";
		}
		if (crowded) {
			if (count <= BRIEF)
				yield brief(problem);
			continue;
		}
		yield head(problem, snapshot.gateway.uptime);
		if (size > STATUS_SIZE)
			yield "<p><a href=/problems>Both sides\u2019 values, and what to ask the other side</a>";
		else
			for (const piece of rest(problem)) {
				size += piece.length;
				yield piece;
			}
	}
	if (count > 0)
		yield `</ul>${crowded ? `<p><a href=/problems>${count > BRIEF ? `All ${count} problems, with` : "With"} both sides\u2019 values, and what to do</a>` : ""}</section>`;
}

function isCrowded(snapshot: Snapshot): boolean {
	let count = 0;
	for (const _ of snapshot.securityAssociations())
		if (++count > CROWD)
			return true;
	return false;
}

function brief(problem: ShownProblem): string {
	const where = label(problem);
	return `<li id="problem-${idOf(problem)}"><h3>${where === "" ? "" : `${where}: `}${escapeHTML(titleOf(problem))}</h3><p>${cut(problem.text, BRIEF_SIZE)}`;
}

/** All problems in full. */
export function* problemsList(snapshot: Snapshot): Generator<string> {
	let count = 0;
	let size = 0;
	for (const problem of snapshot.problems()) {
		yield count++ === 0 ? "<section id=problems class=problems aria-labelledby=problems-title><h2 id=problems-title>What does not come up</h2><ul>" : "";
		yield head(problem, snapshot.gateway.uptime);
		if (size <= PAGE_SIZE)
			for (const piece of rest(problem)) {
				size += piece.length;
				yield piece;
			}
	}
	yield count === 0 ? "<section class=notice><p>Nothing is wrong that this unit knows of.</section>" : "</ul></section>";
}

function label({ peer, connection }: ShownProblem): string {
	return connection === "" ? name(peer) : `${name(peer)} / ${name(connection)}`;
}

/** The same as an element's ID. */
function idOf({ peer, connection }: ShownProblem): string {
	return escapeHTML(`${peer}/${connection}`.slice(0, 140).split(" ").join("_"));
}

/** What happened, and the one thing to do; `uptime` in seconds as the problem's time. */
function head(problem: ShownProblem, uptime: number): string {
	const where = label(problem);
	return `<li id="problem-${idOf(problem)}"><h3>${where === "" ? "" : `${where}: `}${escapeHTML(titleOf(problem))}</h3>`
		+ `<p>${sentence(problem.text)}`
		+ `<p class=fix><b>Change here:</b> ${cut(changeText(problem), TEXT_SIZE)}`
		+ `<p class=where><span>Phase ${problem.phase}</span> <code>${escapeHTML(problem.cause)}</code> <span>${certainty(problem, problem)}</span> <span>${duration(Math.max(0, uptime - problem.time))} ago</span>`
		+ (problem.setting === "" ? "" : ` <span>Setting: ${link(problem.setting, setting(problem.setting))}</span>`)
		+ asking(problem);
}

/** Where more can be found out: by asking the peer, or of what it has tried itself. */
function asking({ peer, cause, role }: ShownProblem): string {
	const tried = role === "responder" || cause === "peer-not-configured" ? " <a href=/settings/attempts>What it has tried</a>" : "";
	return (peer === "" || !ASKED.includes(cause) ? "" : ` <a href="${escapeHTML(peerPath(peer))}/ask">Ask the peer what it accepts</a>`) + tried;
}

function* rest(problem: ShownProblem): Generator<string> {
	const id = idOf(problem);
	yield `<details id="more-${id}"><summary>Both sides\u2019 values, and what to ask the other side</summary><div class=more><p>${escapeHTML(whereText(problem))}. ${escapeHTML(sureText(problem))}`;
	if (problem.values.length > 0) {
		yield "<table role=table class=both><caption class=hidden>Values of both sides</caption><thead role=rowgroup><tr role=row><th role=columnheader scope=col>Value<th role=columnheader scope=col>Here<th role=columnheader scope=col>The other side<tbody role=rowgroup>";
		for (const value of problem.values)
			yield row(value);
		yield "</table>";
	}
	let first = true;
	for (const text of otherTexts(problem)) {
		yield `${first ? "<h4>It could also be that</h4><ul>" : ""}<li>${text}`;
		first = false;
	}
	if (!first)
		yield "</ul>";
	const lines = [...askText(problem)];
	yield `<h4><label for="ask-${id}">To send to the administrator of the other side</label></h4><textarea id="ask-${id}" readonly rows=${Math.min(14, lines.length + 2)}>`;
	yield* cutLines(lines);
	yield "</textarea></div></details>";
}

function* cutLines(lines: readonly string[]): Generator<string> {
	let room = ASK_SIZE;
	for (let i = 0; i < lines.length; i++) {
		const line = shortened(lines[i]!, TEXT_SIZE);
		// The question, which is the last line, has its place.
		if (line.length > room && i < lines.length - 1)
			continue;
		room -= line.length;
		yield `${escapeHTML(line)}\n`;
	}
}

function row({ name: what, ours, theirs, differs, setting: path }: ProblemValue): string {
	return `<tr role=row${differs ? " class=differs" : ""}><th role=rowheader scope=row data-label=Value>${link(path, valueName(what))}${differs ? " <small class=\"state bad\">differs</small>" : ""}`
		+ cell("Here", ours, theirs, "\u2013") + cell("The other side", theirs, ours, "not told");
}

/** A value, or a list of which each is on a line of its own; what both sides have stands out. */
function cell(label: string, list: readonly string[], other: readonly string[], none: string): string {
	let html = "";
	for (let i = 0; i < list.length; i++) {
		const text = cut(list[i]!, VALUE_SIZE);
		if (html.length > CELL_SIZE)
			return `<td role=cell data-label="${label}">${html}<br>\u2026`;
		html += `${i === 0 ? "" : "<br>"}${list.length > 1 && other.includes(list[i]!) ? `<b>${text}</b>` : text}`;
	}
	return `<td role=cell data-label="${label}">${html === "" ? `<small>${none}</small>` : html}`;
}
