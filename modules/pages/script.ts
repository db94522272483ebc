/**
 * The script of the status page and of logs that are followed, a file of its own (/status-….js) in pieces. It fetches the part of the page that
 * changes and merges it in: elements that stay are kept, so the reader's scroll position, focus and selection stay too; who is at the end of a log
 * that is followed stays at its end. Everything works without it.
 */
export const SCRIPT: readonly string[] = Object.freeze([
	`"use strict";
const live = document.getElementById("live"), note = document.getElementById("note"), link = document.getElementById("refresh");
const QUICK = 2000, SLOW = 10000;
let timer, silence, delay = QUICK, paused = false, busy = false, changed = false, lost;

const pause = document.createElement("button");
pause.type = "button";
pause.id = "pause";
pause.className = "button";
link.before(pause);
function show() {
	pause.textContent = paused ? "Resume updates" : "Pause updates";
}
pause.addEventListener("click", () => {
	paused = !paused;
	show();
	say(paused ? "Updates are paused." : "", 4000);
	if (paused)
		clearTimeout(timer);
	else
		refresh();
});
link.addEventListener("click", (event) => {
	if (event.button || event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	event.preventDefault();
	refresh(true);
});
document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : plan(0));

function say(text, time) {
	clearTimeout(silence);
	if (note.textContent !== text)
		note.textContent = text;
	if (time)
		silence = setTimeout(say, time, "");
}
function plan(time) {
	clearTimeout(timer);
	if (!paused && !document.hidden)
		timer = setTimeout(refresh, time);
}
function keyed(parent, id) {
	for (const child of parent.children)
		if (child.id === id)
			return child;
}
`,
	`/* Makes the children of "to" those of "from"; elements of the same id, or of the same kind in the same place, are kept. */
function merge(to, from) {
	for (const child of [...to.children])
		if (child.id && !keyed(from, child.id))
			remove(child);
	let at = to.firstChild;
	for (const wanted of [...from.childNodes]) {
		let found = wanted.id ? keyed(to, wanted.id) : at && !at.id && at.nodeName === wanted.nodeName ? at : undefined;
		if (!found) {
			to.insertBefore(document.importNode(wanted, true), at);
			changed = true;
			continue;
		}
		while (at !== found && at && !at.id) {
			const next = at.nextSibling;
			remove(at);
			at = next;
		}
		if (at !== found) {
			to.insertBefore(found, at);
			changed = true;
		}
		at = found.nextSibling;
		if (found.nodeType === 1) {
			attributes(found, wanted);
			merge(found, wanted);
		}
		else if (found.nodeValue !== wanted.nodeValue) {
			found.nodeValue = wanted.nodeValue;
			changed = true;
		}
	}
	while (at) {
		const next = at.nextSibling;
		remove(at);
		at = next;
	}
}
function remove(node) {
	node.remove();
	changed = true;
}
function attributes(to, from) {
	for (const { name } of [...to.attributes])
		if (!from.hasAttribute(name) && name !== "tabindex" && name !== "open")
			to.removeAttribute(name);
	for (const { name, value } of from.attributes)
		if (to.getAttribute(name) !== value)
			to.setAttribute(name, value);
}
`,
	`/* The place where the focus goes when what has it goes: the row that takes the place of its row, else its table's heading, else the button on top. */
function keepFocus(work) {
	const active = document.activeElement, inside = live.contains(active), table = inside && active.closest(".table"), row = table && active.closest("tr");
	const body = row && row.parentNode, index = row && row.rowIndex - 1;
	work();
	if (inside && !document.contains(active)) {
		const next = row && body.rows[Math.min(index, body.rows.length - 1)];
		(next && (next.querySelector("button") || next.querySelector("a")) || table && table.querySelector("h2") || link).focus({ preventScroll: true });
	}
}
async function refresh(asked) {
	if (busy)
		return;
	busy = true;
	clearTimeout(timer);
	try {
		const answer = await fetch(live.dataset.from || "/status?live", { signal: AbortSignal.timeout(8000) });
		const text = await answer.text();
		if (!answer.ok)
			throw new Error(answer.status === 401 ? "The gateway asks for the password again: load the page anew." : "The gateway answered " + answer.status + ".");
		changed = false;
		const root = document.documentElement, bottom = "follow" in live.dataset && scrollY + innerHeight > root.scrollHeight - 60;
		keepFocus(() => merge(live, new DOMParser().parseFromString("<!doctype html>" + text, "text/html").body));
		if (bottom && changed)
			scrollTo(0, root.scrollHeight);
		delay = changed ? QUICK : Math.min(delay * 1.5, SLOW);
		if (lost)
			say("");
		lost = undefined;
		if (asked === true)
			say("Up to date.", 2000);
	}
	catch (error) {
		lost = lost ?? new Date();
		delay = SLOW;
		say("No answer since " + lost.toLocaleTimeString() + ", trying again. " + (error.name === "Error" ? error.message : ""));
		live.classList.add("stale");
	}
	if (!lost)
		live.classList.remove("stale");
	busy = false;
	plan(delay);
}
live.addEventListener("submit", async (event) => {
	const button = event.submitter;
	if (!button || !button.hasAttribute("aria-label"))
		return;
	event.preventDefault();
	if (button.getAttribute("aria-disabled"))
		return;
	button.setAttribute("aria-disabled", "true");
	const what = button.getAttribute("aria-label").slice(7);
	try {
		const answer = await fetch(button.formAction, { method: "POST", headers: { "X-Keygate": "1" }, redirect: "manual" });
		say(answer.type === "opaqueredirect" ? what + " was deleted." : answer.status === 404 ? what + " was gone already." : "Delete failed: the gateway answered " + answer.status + ".", 6000);
	}
	catch {
		say("Delete failed: no answer from the gateway.", 6000);
	}
	button.removeAttribute("aria-disabled");
	refresh();
});
show();
plan(QUICK);
`,
]);
