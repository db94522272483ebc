/** Ask the peer: what it accepts, a table with a button for each thing that can be taken over. */
import { formFields, lastField } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { PeerSettings } from "../settings/types.js";
import { askedRemarks } from "../status/asked.js";
import type { AskedRow, AskedStatus } from "../status/types.js";
import { peerPath } from "./faults.js";
import { cut, name } from "./format.js";
import { gather } from "./gather.js";
import { html, says, seeOther } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange, savedNote } from "./saved.js";
import { closePage, openPage } from "./shell.js";
import { cell, closeTable, emptyRow, noCell, openTable } from "./tables.js";

const ASK_TITLE = "Ask the peer";
const COLUMNS = Object.freeze(["What", "About", "Answer", "Remarks", "Take over"]);
/** Seconds after which a browser that runs no scripts loads the page again, while the peer is asked. */
const EVERY = 4;
/** Characters of a value or a remark that are shown. */
const TEXT_SIZE = 240;

/** The page at `/settings/peers/<name>/ask`, and what its buttons do. */
export function askRoom(request: Request, options: RoomOptions): Response | undefined {
	const { path } = request;
	if (!path.startsWith("/settings/peers/") || !path.endsWith("/ask"))
		return undefined;
	const peer = peerOf(options, path.slice(16, -4));
	if (peer === undefined)
		return undefined;
	if (request.method === "POST")
		return act(request, options, peer);
	const asked = options.commands.asked();
	const own = asked?.peer === peer.name ? asked : undefined;
	return request.query === "live" ? html(gather(live(own))) : html(gather(page(request, options, peer, asked)));
}

/** The peer of this name; a name has no slash in it. */
function peerOf({ commands }: RoomOptions, name: string): PeerSettings | undefined {
	for (const peer of commands.configuration.settings.peers)
		if (peer.name === name)
			return peer;
	return undefined;
}

function act(request: Request, options: RoomOptions, peer: PeerSettings): Response {
	const { commands, last } = options;
	const { configuration } = commands;
	const path = `${peerPath(peer.name)}/ask`;
	const fields = formFields(request.body);
	const use = fields === undefined ? undefined : lastField(fields, "use");
	const asked = commands.asked();
	if (use !== undefined) {
		const edit = asked?.peer === peer.name ? asked.edit(use) : undefined;
		if (edit === undefined)
			return says(options, 409, "Not taken over", `This answer is not there any more. <a href="${escapeHTML(path)}">Ask again</a>`);
		const result = configuration.change(edit);
		if (!result.ok)
			return says(options, 409, "Not taken over", `${escapeHTML(result.text.slice(0, TEXT_SIZE))} ${result.faults.length === 0 ? "" : escapeHTML(`${result.faults[0]!.path}: ${result.faults[0]!.text}`.slice(0, TEXT_SIZE))} <a href="${escapeHTML(path)}">Back</a>`);
		last.keep(configuration, result, `peers[${configuration.settings.peers.findIndex((each) => each.name === peer.name)}]`);
		return afterChange(path, last);
	}
	const what = fields === undefined ? undefined : lastField(fields, "do");
	const { ok, text } = what === "stop" ? commands.stopAsking() : what === "ask" ? commands.ask(peer.name, lastField(fields!, "aggressive") === "on") : { ok: false, text: "this form is not one of this unit" };
	// Stopped twice is stopped.
	return ok || what === "stop" ? seeOther(path) : says(options, 409, "Not asked", `${escapeHTML(text.slice(0, TEXT_SIZE))}. <a href="${escapeHTML(path)}">Back</a>`);
}

function* page({ query }: Request, options: RoomOptions, peer: PeerSettings, asked: AskedStatus | undefined): Generator<string> {
	const { commands, token, last } = options;
	const { settings } = commands.configuration;
	const { gateway } = commands.snapshot();
	const path = `${peerPath(peer.name)}/ask`;
	const shown = name(peer.name);
	const own = asked?.peer === peer.name ? asked : undefined;
	const running = own?.end === "";
	yield openPage({ title: ASK_TITLE, gateway: gateway.name, tab: "peers", live: running, every: running ? EVERY : 0 });
	yield `<p class=crumbs><a href=/settings/peers>Peers/connections</a> \u203a <a href="${escapeHTML(peerPath(peer.name))}">${shown}</a> \u203a <b>${ASK_TITLE}</b>`;
	for (const piece of savedNote(query, last, settings.peers))
		yield piece;
	if (running)
		yield `<div class=bar><a id=refresh class=button href="${escapeHTML(path)}">Refresh</a></div><p id=note class=note role=status></p>`;
	yield `<div id=live data-from="${escapeHTML(path)}?live">`;
	yield* live(own);
	yield `</div><form id=use method=post action="${escapeHTML(path)}"><input type=hidden name=token value=${token.text}></form>`
		+ `<form class=card method=post action="${escapeHTML(path)}"><input type=hidden name=token value=${token.text}>`;
	if (running)
		yield `<p>${shown} is being asked.<p><button name=do value=stop>Stop asking</button></form>`;
	else
		yield* question(peer, asked !== undefined && asked.end === "" ? asked.peer : "", own !== undefined);
	yield* tries(peer, token.text, own);
	yield closePage(`keygate ${name(gateway.version)}`);
}

/** What asking is, and the button that begins it. `other`: the peer that is being asked, ""; `again`: this one was asked before. */
function* question({ phase1Mode, authentication }: PeerSettings, other: string, again: boolean): Generator<string> {
	yield "<h2>What asking does</h2><p>This unit offers one set of proposals after the other, at most one a second and 64 in all, and notes what the other side accepts: algorithms and groups of the key tunnel,"
		+ " whether the key is right, then algorithms, PFS and networks of each connection that is down. A tunnel that is up is left alone. The other side sees the offers in its log.";
	if (phase1Mode === "main")
		yield `<p><label><input type=checkbox name=aggressive> Aggressive mode too</label><br><small>It shows this unit\u2019s identity to whoever listens${authentication === "certificate" ? "" : ", and tells a listener enough to try keys at home if the other side answers"}.</small>`;
	yield other === "" ? `<p><button class=main name=do value=ask>${again ? "Ask again" : "Ask"}</button></form>`
		: `<p>${name(other)} is being asked: one at a time. <a href="${escapeHTML(peerPath(other))}/ask">See how far it is</a></form>`;
}

/** Once something was found: what it is for. */
function* tries(peer: PeerSettings, token: string, asked: AskedStatus | undefined): Generator<string> {
	if (asked === undefined || asked.end === "" || !peer.enabled || !peer.connections.some((connection) => connection.enabled))
		return;
	yield `<form class=save method=post><input type=hidden name=token value=${token}>`;
	for (const connection of peer.connections)
		if (connection.enabled)
			yield `<button formaction="${escapeHTML(peerPath(peer.name, connection.name))}/try">Bring up ${name(connection.name)}</button>`;
	yield "</form>";
}

/** What changes while the peer is asked. */
function* live(asked: AskedStatus | undefined): Generator<string> {
	if (asked === undefined)
		return;
	const { offers, most, end } = asked;
	yield `<p id=progress class=summary>${end === "" ? "<span class=\"state wait\">asking</span>" : "<span class=\"state off\">ended</span>"}`
		+ `<span>${offers === 1 ? "1 offer" : `${offers} offers`}${end === "" ? ` of at most ${most} so far` : `: ${escapeHTML(end)}`}.</span></p>`;
	for (const phase of [1, 2] as const) {
		let count = 0;
		yield openTable(`phase-${phase}`, phase === 1 ? "Phase 1: the key tunnel" : "Phase 2: the traffic tunnels", phase === 1
			? "Answers to these are not protected: whoever can change packets on the way could have made them up." : "Only what the other side proved to have said.", COLUMNS);
		for (const row of asked.rows())
			if (row.phase === phase) {
				count++;
				yield rowHTML(row);
			}
		if (count === 0)
			yield emptyRow(COLUMNS.length, phase === 1 ? "Nothing yet." : "Nothing yet. It is asked when phase 1 comes up.");
		yield closeTable();
	}
}

function rowHTML(row: AskedRow): string {
	const { connection, subject, value, answer, weak, use } = row;
	const kind = answer === "accepted" ? weak ? "wait" : "on" : answer === "refused" ? "bad" : "off";
	const remarks = askedRemarks(row);
	const shown = cut(value === "" ? connection : value, TEXT_SIZE);
	return `<tr role=row><th role=rowheader scope=row data-label=What>${shown}`
		+ cell("About", `${connection === "" ? "" : `<b>${name(connection)}</b> `}${subject}`)
		+ cell("Answer", `<span class="state ${kind}">${answer}</span>`)
		+ (remarks === "" ? noCell("Remarks") : cell("Remarks", cut(remarks, TEXT_SIZE)))
		+ (use === "" ? noCell("Take over") : cell("Take over", `<button form=use name=use value="${escapeHTML(use)}" aria-label="Use this here${weak ? " (weak)" : ""}: ${shown}">Use this here${weak ? " (weak)" : ""}</button>`));
}
