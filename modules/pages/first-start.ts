/** The page at every path of a unit that has no password yet: nothing else of it can be seen or done before one is chosen. */
import { formValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Configuration } from "../settings/configuration.js";
import { closePart, entryHTML, openPart } from "./entry.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { newPasswordFault, PASSWORD_WHAT } from "./password-text.js";
import { html, seeOther } from "./room.js";
import type { RoomOptions } from "./room.js";
import { closePage, openPage } from "./shell.js";

/** Nobody has chosen a password yet. */
export function isFirstStart({ settings }: Configuration): boolean {
	const { password, passwordHash } = settings.gateway.admin;
	return password === undefined && passwordHash === undefined;
}

/** `accepted`: a POST that comes from a page of ours. */
export function firstStart(request: Request, options: RoomOptions, accepted: boolean): Response {
	const { configuration } = options.commands;
	if (request.method !== "POST" || !accepted)
		return html(gather(page(options, "", "")), request.method === "POST" ? 403 : 200);
	const password = formValue(request.body, "password") ?? "";
	const fault = newPasswordFault(password, formValue(request.body, "again") ?? "");
	if (fault !== "")
		return html(gather(page(options, fault, "")), 400);
	const result = configuration.change((draft) => {
		draft.gateway.admin.password = password;
	});
	if (!result.ok)
		return html(gather(page(options, "", `${result.text} ${result.faults.map((each) => `${each.path}: ${each.text}`).join("; ")}`)), 400);
	return seeOther("/status");
}

function* page({ commands, token }: RoomOptions, fault: string, refusal: string): Generator<string> {
	const { gateway } = commands.snapshot();
	const { settings, storageFault } = commands.configuration;
	yield openPage({ title: "Choose a password", gateway: gateway.name, tab: "", bare: true });
	yield openPart({
		id: "first", title: "This unit has no password yet", action: "/", token: token.text, refusal: escapeHTML(refusal.slice(0, 400)),
		what: `None ships with it. Whoever chooses one first is its administrator: choose it now. The user is called <b>${name(settings.gateway.admin.user)}</b>; both can be changed later.`,
		more: storageFault === "" ? "" : `<p class=weak>Changes are used at once, but cannot be stored: ${escapeHTML(storageFault.slice(0, 240))}.`,
	});
	yield entryHTML({ id: "password", label: "Password", what: PASSWORD_WHAT, type: "password", fault, more: "autocomplete=new-password required" });
	yield entryHTML({ id: "again", label: "Again", what: "The same once more, since it cannot be seen. The browser then asks for user and password.", type: "password", more: "autocomplete=new-password required" });
	yield closePart("Use this password");
	yield closePage(`keygate ${name(gateway.version)}`);
}
