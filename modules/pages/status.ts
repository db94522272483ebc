/**
 * IPSec – Status: problems, traffic tunnels, key tunnels, explanations. All of it works without scripts; with them the part from
 * `openLive` on is fetched again (`/status?live`) and merged into the page, so that scroll position, focus, selection and open
 * explanations stay.
 */
import { escapeHTML } from "../httpd/html.js";
import type { Commands, Snapshot } from "../status/types.js";
import { connectionsTable } from "./connections.js";
import { explanations } from "./explanations.js";
import { duration, name } from "./format.js";
import { gather } from "./gather.js";
import { problemsList, problemsSection } from "./problems.js";
import { closePage, openPage } from "./shell.js";
import { closeTable, emptyRow, IKE_COLUMNS, ikeRow, openTable, SA_COLUMNS, saRow } from "./tables.js";

/** Seconds that may be asked for between refreshes of a browser without scripts. */
const EVERY = 10;

/** Takes that somebody has seen why this unit started anew. */
export const SEEN = "/status/seen";
const STATUS_TITLE = "IPSec \u2013 Status";

export interface StatusView {
	readonly commands: Commands;
	/** The form's token. */
	readonly token: string;
	/** Refresh without scripts. */
	readonly refresh: boolean;
}

/** The whole page in pieces. */
export function statusPage(view: StatusView): Generator<string> {
	return gather(page(view));
}

/** What changes, alone. */
export function livePart(commands: Commands, token: string): Generator<string> {
	return gather(live(commands.snapshot(), token));
}

function* page({ commands, token, refresh }: StatusView): Generator<string> {
	const snapshot = commands.snapshot();
	const gateway = snapshot.gateway;
	yield openPage({ title: STATUS_TITLE, gateway: gateway.name, tab: "status", live: true, every: refresh ? EVERY : 0 });
	yield `<div class=bar><noscript><a href="${refresh ? "/status" : "/status?refresh"}">${refresh ? "Stop refreshing" : `Refresh every ${EVERY} s`}</a></noscript>`
		+ `<a id=refresh class=button href="${refresh ? "/status?refresh" : "/status"}">Refresh</a></div><p id=note class=note role=status></p><div id=live>`;
	yield* live(snapshot, token);
	yield "</div>";
	yield* explanations();
	yield closePage(`keygate ${name(gateway.version)} \u00b7 ${name(gateway.engine)} \u00b7 ${name(gateway.crypto)}`);
}

/** /problems: all of them in full. */
export function problemsPage(commands: Commands): Generator<string> {
	return gather(problems(commands.snapshot()));
}

function* problems(snapshot: Snapshot): Generator<string> {
	yield openPage({ title: "Problems", gateway: snapshot.gateway.name, tab: "status" });
	yield* problemsList(snapshot);
	yield closePage("<a href=/status>Back to the status page</a>");
}

function* live(snapshot: Snapshot, token: string): Generator<string> {
	yield summary(snapshot);
	const { startNotice = "" } = snapshot.gateway;
	if (startNotice !== "")
		yield `<form class=notice method=post action=${SEEN}><input type=hidden name=token value=${token}><p role=status><strong>This unit started anew by itself:</strong> ${escapeHTML(startNotice.slice(0, 300))}.<p class=save><button>Seen</button></form>`;
	const { certificateNotice = "", networkNotice = "" } = snapshot.gateway;
	if (certificateNotice !== "")
		yield `<p class=notice role=status><strong>To be renewed:</strong> ${escapeHTML(certificateNotice)}. <a href=/settings/certificates>Certificates</a></p>`;
	if (networkNotice !== "")
		yield `<p class=notice role=status><strong>Network:</strong> ${escapeHTML(networkNotice)}.</p>`;
	if (snapshot.gateway.storageFault !== "")
		yield `<p class=notice role=status><strong>Changed settings and logs are not kept:</strong> ${escapeHTML(snapshot.gateway.storageFault)}. This unit goes on with what it has; after its next start that may be gone.</p>`;
	yield* problemsSection(snapshot);
	// One form for all buttons, each with an action of its own: half the size, and no script.
	yield `<form id=tables method=post><input type=hidden name=token value=${token}>`;
	yield openTable("security-associations", "Security associations", "Traffic tunnels: they carry the data, one each way for each active connection.", SA_COLUMNS);
	let count = 0;
	for (const sa of snapshot.securityAssociations()) {
		count++;
		yield saRow(sa);
	}
	if (count === 0)
		yield emptyRow(SA_COLUMNS.length, "No traffic tunnel is up. The first packet for a connection brings one up.");
	yield closeTable();
	yield openTable("ike-security-associations", "IKE Security associations", "Key tunnels: they negotiate the traffic tunnels, one for each peer.", IKE_COLUMNS);
	count = 0;
	for (const sa of snapshot.ikeSecurityAssociations()) {
		count++;
		yield ikeRow(sa);
	}
	if (count === 0)
		yield emptyRow(IKE_COLUMNS.length, "No peer is configured. <a href=/settings/tunnel>Make a tunnel</a> from three questions.");
	yield `${closeTable()}</form>`;
	yield* connectionsTable(snapshot);
}

/** The state of things in a line. */
function summary(snapshot: Snapshot): string {
	let activated = 0;
	let negotiating = 0;
	let idle = 0;
	for (const sa of snapshot.ikeSecurityAssociations()) {
		if (sa.state === 9)
			activated++;
		else if (sa.state === 0)
			idle++;
		else
			negotiating++;
	}
	let problems = 0;
	for (const _ of snapshot.problems())
		problems++;
	return "<p id=summary class=summary>"
		+ (problems > 0 ? `<a class="state bad" href="#problems">${problems === 1 ? "1 problem" : `${problems} problems`}</a> ` : "")
		+ count("on", activated, "activated") + count("wait", negotiating, "negotiating") + count("off", idle, "idle")
		+ `<span class=up>Up for ${duration(snapshot.gateway.uptime)}</span>`;
}

function count(kind: string, value: number, word: string): string {
	return value === 0 ? "" : `<span class="state ${kind}">${value} ${word}</span> `;
}
