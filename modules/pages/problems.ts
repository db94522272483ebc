/** What does not come up and why, at the top of the status page. */
import { escapeHTML } from "../httpd/html.js";
import type { Cause, Problem } from "../status/types.js";
import { duration, name } from "./format.js";

/** Characters of a problem's text that are shown. */
const TEXT_SIZE = 300;

const TITLES: Readonly<Record<Cause, string>> = Object.freeze({
	"peer-unreachable": "The peer does not answer",
	"mode-mismatch": "The two ends use different modes",
	"phase1-algorithm-mismatch": "No common algorithms for the key tunnel",
	"id-mismatch": "The identities do not match",
	"key-mismatch": "The pre-shared keys differ",
	"certificate-missing": "A certificate is missing",
	"certificate-untrusted": "The certificate is not trusted",
	"certificate-expired": "The certificate is not valid now",
	"certificate-revoked": "The certificate was revoked",
	"authentication-method-mismatch": "The two ends authenticate in different ways",
	"phase2-protocol-mismatch": "No common protocol for the traffic tunnel",
	"phase2-algorithm-mismatch": "No common algorithms for the traffic tunnel",
	"pfs-mismatch": "The two ends disagree about PFS",
	"network-mismatch": "The local and remote networks do not correspond",
	"peer-not-configured": "A gateway that is no peer of this unit",
	"table-full": "A table of this unit is full",
	"peer-refused": "The peer refused",
});

/** The place in the settings as words: `/settings/peers/branch/connections/office#pfs` is peers, branch, connections, office, pfs. */
function setting(path: string): string {
	const from = path.startsWith("/settings/") ? 10 : 0;
	return escapeHTML(path.slice(from, from + 120).split("/").join(" \u203a ").split("#").join(" \u203a "));
}

/** One problem; `uptime` in seconds as the problem's time. */
export function problemItem(problem: Problem, uptime: number): string {
	const where = problem.connection === "" ? name(problem.peer) : `${name(problem.peer)} / ${name(problem.connection)}`;
	return `<li id="problem-${where}"><h3>${where === "" ? "" : `${where}: `}${TITLES[problem.cause] ?? escapeHTML(problem.cause)}</h3>`
		+ `<p>${escapeHTML(problem.text.slice(0, TEXT_SIZE))}`
		+ `<p class=where><span>Phase ${problem.phase}</span> <code>${escapeHTML(problem.cause)}</code> <span>${duration(Math.max(0, uptime - problem.time))} ago</span>`
		+ (problem.setting === "" ? "" : ` <span>Setting: <b>${setting(problem.setting)}</b></span>`);
}
