/**
 * The page at every path of a unit that has no password yet: nothing else of it can be seen or done before one is chosen. A unit that nobody has set up
 * yet is told its name and its addresses there, too.
 */
import { formFields, lastField } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import { plain } from "../httpd/response.js";
import type { Response } from "../httpd/response.js";
import type { Configuration } from "../settings/configuration.js";
import { answerAt, newPasswordFault, setUp, setUpOf, type SetUp } from "../settings/setup.js";
import type { Fault } from "../settings/types.js";
import { closePart, entryHTML, openPart, radioHTML } from "./entry.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { PASSWORD_WHAT } from "./password-text.js";
import { html, seeOther } from "./room.js";
import type { RoomOptions } from "./room.js";
import { closePage, openPage } from "./shell.js";

/** Nobody has chosen a password yet. */
export function isFirstStart({ settings, isFactory = false }: Configuration): boolean {
	const { password, passwordHash } = settings.gateway.admin;
	return isFactory || password === undefined && passwordHash === undefined;
}

/** `accepted`: a POST that comes from a page of ours. */
export function firstStart(request: Request, options: RoomOptions, accepted: boolean): Response {
	const { configuration } = options.commands;
	const { isFactory = false, firmware = false } = configuration;
	const answers = setUpOf(configuration.settings, firmware);
	const refuse = (faults: readonly Fault[], refusal: string, status: number): Response => html(gather(page(options, answers, faults, refusal)), status);
	if (request.method !== "POST" || !accepted)
		// Programs that look for figures are not to take the page for them.
		return request.path === "/metrics" || request.path === "/status.json" ? plain(503, `503 Service Unavailable: this unit ${isFactory ? "is not set up" : "has no password"} yet`)
			: refuse([], "", request.method === "POST" ? 403 : 200);
	const fields = formFields(request.body) ?? [];
	const password = lastField(fields, "password") ?? "";
	if (isFactory)
		read(answers, fields);
	const fault = newPasswordFault(password, lastField(fields, "again") ?? "");
	if (fault !== "")
		return refuse([{ path: "password", text: fault }], "", 400);
	const result = configuration.change((draft) => {
		draft.gateway.admin.password = password;
		if (isFactory)
			setUp(draft, answers, firmware);
	});
	if (!result.ok)
		return refuse(result.faults.map(({ path, text }) => ({ path: answerAt(path) || path, text })), result.text, 400);
	return isFactory ? html(gather(done(options, result.storageFault))) : seeOther("/status");
}

/** What was typed of a unit's name and addresses. */
function read(answers: SetUp, fields: readonly string[]): void {
	for (const field of ["name", "wanAddress", "wanRouter", "lanAddress"] as const)
		answers[field] = lastField(fields, field) ?? answers[field];
	answers.learned = lastField(fields, "wan") === "dhcp";
}

function* page(options: RoomOptions, answers: SetUp, faults: readonly Fault[], refusal: string): Generator<string> {
	const { commands, token } = options;
	const { gateway } = commands.snapshot();
	const { settings, storageFault, isFactory = false, factoryReason = "" } = commands.configuration;
	const user = name(settings.gateway.admin.user);
	const others = faults.filter(({ path }) => path !== "password" && (!isFactory || !(path in answers)));
	const told = others.length === 0 ? faults.length === 0 ? refusal : "" : `${refusal} ${others.map(({ path, text }) => `${path}: ${text}`).join("; ")}`;
	yield openPage({ title: isFactory ? "Set this unit up" : "Choose a password", gateway: gateway.name, tab: "", bare: true });
	yield openPart({
		id: "first", title: isFactory ? "This unit is not set up yet" : "This unit has no password yet", action: "/", token: token.text, refusal: escapeHTML(told.slice(0, 400)),
		what: `${isFactory ? "No password ships" : "None ships"} with it. Whoever chooses one first is its administrator: choose it now. The user is called <b>${user}</b>; ${isFactory ? "everything here" : "both"} can be changed later.`,
		more: (factoryReason === "" ? "" : `<p class=weak>${escapeHTML(factoryReason.slice(0, 300))}. A backup can be restored once it is set up.`)
			+ (storageFault === "" ? "" : `<p class=weak>Changes are used at once, but cannot be stored: ${escapeHTML(storageFault.slice(0, 240))}.`),
	});
	const at = (field: string): string => faults.find(({ path }) => path === field)?.text ?? "";
	yield entryHTML({ id: "password", label: "Password", what: PASSWORD_WHAT, type: "password", fault: at("password"), more: "autocomplete=new-password required" });
	yield entryHTML({ id: "again", label: "Again", what: "The same once more, since it cannot be seen. The browser then asks for user and password.", type: "password", more: "autocomplete=new-password required" });
	if (isFactory)
		yield* addresses(answers, at, commands.configuration.firmware === true);
	yield closePart(isFactory ? "Set it up" : "Use this password");
	yield closePage(`keygate ${name(gateway.version)}`);
}

function* addresses({ name: called, learned, wanAddress, wanRouter, lanAddress }: SetUp, at: (field: string) => string, firmware: boolean): Generator<string> {
	yield entryHTML({ id: "name", label: "Name", what: "Of this unit, on the pages and in the log.", value: called, fault: at("name") });
	if (firmware)
		yield `<div class=field role=radiogroup aria-labelledby=wan-label><span class=label id=wan-label>WAN</span><div class=ways>${radioHTML("wan", "dhcp", "address by DHCP", "The provider, or the router before this unit, gives it one.", learned)}`
			+ `${radioHTML("wan", "static", "this address", "It stays the same, and stands below.", !learned)}</div></div>`;
	yield entryHTML({ id: "wanAddress", label: "WAN address", what: firmware ? "Own global address with the prefix length of its network: 203.0.113.5/24. By DHCP: leave it empty." : "Own global address, the source of IKE, ESP and AH.", value: wanAddress, fault: at("wanAddress") });
	if (firmware)
		yield entryHTML({ id: "wanRouter", label: "WAN router", what: "Through which other networks are reached; empty: none. By DHCP: leave it empty.", value: wanRouter, fault: at("wanRouter") });
	yield entryHTML({ id: "lanAddress", label: "LAN address", what: "Of this unit on the LAN, with its prefix length. These pages are found there.", value: lanAddress, fault: at("lanAddress") });
}

/** It starts with other addresses: who reads this goes on there by hand, since no answer would come from here. */
function* done({ commands }: RoomOptions, storageFault: string): Generator<string> {
	const { gateway } = commands.snapshot();
	const { http: { address, port }, admin } = commands.configuration.settings.gateway;
	const url = `http://${escapeHTML(address)}${port === 80 ? "" : `:${port}`}/`;
	yield openPage({ title: "Set up", gateway: gateway.name, tab: "", bare: true });
	yield `<section class=notice><p>This unit is set up, and starts now. In a few seconds its pages are at <a href="${url}">${url}</a>, for the user <b>${name(admin.user)}</b> and the new password. This computer needs an address in the same network.`
		+ (storageFault === "" ? "" : `<p class=weak>The settings could not be stored, and are lost when this unit is started anew: ${escapeHTML(storageFault.slice(0, 240))}.`)
		+ `</section>${closePage(`keygate ${name(gateway.version)}`)}`;
}
