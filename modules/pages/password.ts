/** The change of the administrator's name and password. */
import { formFields, lastField } from "../httpd/form.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { newPasswordFault } from "../settings/setup.js";
import { administration } from "./administration.js";
import { notAllowed, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";

export function changePassword(request: Request, options: RoomOptions): Response {
	if (request.method !== "POST")
		return notAllowed(WRITE);
	const { configuration } = options.commands;
	const fields = formFields(request.body) ?? [];
	const refuse = (path: string, text: string): Response => administration(options, "", { section: "password", refusal: "", faults: [{ path, text }], fields }, 400);
	const user = (lastField(fields, "user") ?? "").trim();
	const password = lastField(fields, "new") ?? "";
	const fault = newPasswordFault(password, lastField(fields, "again") ?? "");
	if (fault !== "")
		return refuse("new", fault);
	if (!options.authentication.isPasswordOf(request.authorization, lastField(fields, "current") ?? ""))
		return refuse("current", "is not the password in use");
	const result = configuration.change((draft) => {
		draft.gateway.admin.user = user;
		draft.gateway.admin.password = password;
	});
	if (!result.ok)
		return administration(options, "", { section: "password", refusal: result.text, faults: result.faults.map(({ path, text }) => ({ path: path.slice(path.lastIndexOf(".") + 1).replace("password", "new"), text })), fields }, 400);
	options.last.keep(configuration, result, "");
	options.last.text = `The password is changed: browsers ask for the new one. ${result.text}`;
	return afterChange("/settings/administration#password", options.last);
}
