/** What other gateways have tried, each with a button that makes it a peer. */
import { formFields, lastField } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { PEERS } from "../limits.js";
import type { AttemptStatus } from "../status/types.js";
import { peerPath } from "./faults.js";
import { cut, duration, name } from "./format.js";
import { gather } from "./gather.js";
import { html, says } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";
import { closePage, openPage } from "./shell.js";

const ATTEMPTS_TITLE = "Attempts of other gateways";
const PATH = "/settings/attempts";
/** Characters of a text that are shown, and proposals of one attempt. */
const TEXT_SIZE = 200;
const PROPOSALS = 12;

export function attemptsRoom(request: Request, options: RoomOptions): Response | undefined {
	if (request.path !== PATH)
		return undefined;
	return request.method === "POST" ? make(request, options) : html(gather(page(options)));
}

/** One of them becomes a peer, switched off: its key has to be given first. */
function make(request: Request, options: RoomOptions): Response {
	const { commands, last } = options;
	const { configuration } = commands;
	const fields = formFields(request.body);
	const made = commands.attemptEdit(fields === undefined ? "" : lastField(fields, "attempt") ?? "");
	if (made === undefined)
		return says(options, 409, "Not made", `This attempt is not there any more: newer ones took its place. <a href=${PATH}>Attempts</a>`);
	const result = configuration.change(made.edit);
	if (!result.ok)
		return says(options, 409, "Not made", `${cut(result.text, TEXT_SIZE)} ${result.faults.length === 0 ? "" : cut(`${result.faults[0]!.path}: ${result.faults[0]!.text}`, TEXT_SIZE)} <a href=${PATH}>Attempts</a>`);
	last.keep(configuration, result, `peers[${configuration.settings.peers.findIndex((peer) => peer.name === made.name)}]`);
	return afterChange(peerPath(made.name), last);
}

function* page({ commands, token }: RoomOptions): Generator<string> {
	const { gateway } = commands.snapshot();
	const { peers } = commands.configuration.settings;
	yield openPage({ title: ATTEMPTS_TITLE, gateway: gateway.name, tab: "peers" });
	yield "<p class=crumbs><a href=/settings/peers>Peers/connections</a> \u203a <b>Attempts</b>"
		+ "<p>The last first messages that came to this unit, of its peers and of strangers, one for each address and mode. Nobody has proved who sent them.";
	yield `<form method=post action=${PATH}><input type=hidden name=token value=${token.text}>`;
	let count = 0;
	for (const attempt of commands.attempts()) {
		count++;
		yield head(attempt, count, gateway.uptime);
		yield offer(attempt);
		yield end(attempt, peers.length < PEERS);
	}
	yield count === 0 ? "<section class=notice><p>No other gateway has tried anything since this unit was started.</section></form>" : "</form>";
	yield closePage(`keygate ${name(gateway.version)}`);
}

function head({ address, port, mode, peer, count, lastTime, firstTime, refusal, text }: AttemptStatus, number: number, uptime: number): string {
	return `<section class=card aria-labelledby=attempt-${number}><h2 id=attempt-${number}>${escapeHTML(address)} <small>port ${port}</small></h2>`
		+ `<p>${refusal === "" ? "<span class=\"state on\">answered</span>" : `<span class="state bad">refused</span> <code>${escapeHTML(refusal)}</code>`} ${cut(text, TEXT_SIZE)}`
		+ `<p class=where><span>${mode} mode</span> <span>${count === 1 ? "once" : `${count} times, first ${duration(Math.max(0, uptime - firstTime))} ago`}</span> <span>last ${duration(Math.max(0, uptime - lastTime))} ago</span>`
		+ (peer === "" ? " <span>no peer of the settings</span>" : ` <span>taken for <a href="${escapeHTML(peerPath(peer))}">${name(peer)}</a></span>`);
}

function offer({ proposals, identity, implementation, vendors, natTraversal }: AttemptStatus): string {
	let text = `<dl>${identity === "" ? "" : `<dt>Says it is<dd>${cut(identity, TEXT_SIZE)}`}<dt>Offers<dd>`;
	for (let i = 0; i < proposals.length && i < PROPOSALS; i++)
		text += `${i === 0 ? "" : "<br>"}${cut(proposals[i]!, TEXT_SIZE)}`;
	if (proposals.length > PROPOSALS)
		text += `<br>and ${proposals.length - PROPOSALS} more`;
	if (proposals.length === 0)
		text += "nothing that can be read";
	return `${text}<dt>Software<dd>${implementation === "" ? "not known" : escapeHTML(implementation)}${vendors === "" ? "" : ` <small>${cut(vendors, TEXT_SIZE)}</small>`}<dt>NAT traversal<dd>${natTraversal ? "yes" : "no"}</dl>`;
}

function end({ id, address, usable, weak }: AttemptStatus, room: boolean): string {
	if (usable.length === 0)
		return "<p><small>It offers nothing that this unit has: no peer can be made of it.</small></section>";
	if (!room)
		return `<p><small>This unit has ${PEERS} peers: <a href=/settings/peers>delete one</a> to make room.</small></section>`;
	return `<p><button name=attempt value="${escapeHTML(id)}" aria-label="Make it a peer${weak ? " (weak)" : ""}: ${escapeHTML(address)}">Make it a peer${weak ? " (weak)" : ""}</button>`
		+ ` <small>With ${cut(usable.join(", "), TEXT_SIZE)}, switched off; you give it the key then.${weak ? " It offers nothing better." : ""}</small></section>`;
}
