/** What the forms over the gateway's own settings have in common: fields are named as in `gateway`, values come as texts. */
import { formFields, lastField } from "../httpd/form.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Fault, Settings } from "../settings/types.js";
import type { Refused } from "./administration.js";
import { notAllowed, notUnderstood, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";

/** `gateway.http.port` is the field `http.port`. */
function ofGateway(fault: Fault): Fault {
	return fault.path.startsWith("gateway.") ? { path: fault.path.slice(8), text: fault.text } : fault;
}

/** Of the settings that the form was made from; undefined when it does not matter to who sent it. */
export function revisionOf(fields: readonly string[]): number | undefined {
	const revision = lastField(fields, "revision");
	return revision === undefined ? undefined : Number(revision);
}

/** What a form changes, which is a section of the page at `path` that `show` makes. */
export function changeGateway(request: Request, options: RoomOptions, show: (options: RoomOptions, query: string, refused: Refused, status: number) => Response, path: string, section: Refused["section"],
	edit: (draft: Settings, fields: readonly string[]) => void): Response {
	if (request.method !== "POST")
		return notAllowed(WRITE);
	const { configuration } = options.commands;
	const fields = formFields(request.body);
	if (fields === undefined)
		return notUnderstood(options);
	const result = configuration.change((draft) => edit(draft, fields), revisionOf(fields));
	if (!result.ok)
		return show(options, "", { section, refusal: result.text, faults: result.faults.map(ofGateway), fields }, 400);
	options.last.keep(configuration, result, "gateway");
	return afterChange(`${path}#${section}`, options.last);
}

/** What is no number stays a text, for the schema to say so. */
export function numberOf(text: string | undefined): number {
	const value = (text ?? "").trim();
	const number = value === "" ? NaN : Number(value);
	return Number.isFinite(number) ? number : value as unknown as number;
}
