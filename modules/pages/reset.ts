/** Back to how a unit leaves the factory: asked for on a page of its own, with the password once more, since nothing brings back what is erased. */
import { formFields, lastField } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { NO_RESET } from "../status/words.js";
import { ADMINISTRATION } from "./administration.js";
import { closePart, entryHTML, openPart } from "./entry.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { html, says } from "./room.js";
import type { RoomOptions } from "./room.js";
import { closePage, openPage } from "./shell.js";

export const RESET = `${ADMINISTRATION}/reset`;

export function reset(request: Request, options: RoomOptions): Response {
	const { commands, authentication } = options;
	if (commands.reset === undefined)
		return says(options, 404, "Not here", `${escapeHTML(NO_RESET)}.`);
	if (request.method !== "POST")
		return html(gather(page(options, "")));
	const current = lastField(formFields(request.body) ?? [], "current") ?? "";
	if (!authentication.isPasswordOf(request.authorization, current))
		return html(gather(page(options, "is not the password in use")), 400);
	const { ok, text } = commands.reset();
	return says(options, ok ? 200 : 500, ok ? "Erased" : "Not erased", escapeHTML(text.slice(0, 400)));
}

function* page({ commands, token }: RoomOptions, fault: string): Generator<string> {
	const { gateway } = commands.snapshot();
	yield openPage({ title: "Factory settings", gateway: gateway.name, tab: "administration" });
	yield openPart({
		id: "reset", title: "Erase everything", action: RESET, token: token.text,
		what: "All settings with their certificates and keys, the password, and the logs are erased; tunnels are closed. The unit starts anew as it came from the factory, at the factory's address, and is to be set up again. "
			+ `Without a <a href="${ADMINISTRATION}#backup">backup</a> nothing brings them back.`,
	});
	yield entryHTML({ id: "current", label: "Password", what: "The one in use, so that nobody does this in passing.", type: "password", fault, more: "autocomplete=current-password" });
	yield `${closePart("Erase everything", "main danger")}<p><a class=button href=${ADMINISTRATION}>Not now</a>`;
	yield closePage(`keygate ${name(gateway.version)}`);
}
