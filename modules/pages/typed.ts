/** A form of settings as it came back. */
import { formFields, lastField } from "../httpd/form.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Shape } from "../settings/schema.js";
import { says } from "./room.js";
import type { RoomOptions } from "./room.js";
import { valuesOf } from "./values.js";
import type { Values } from "./values.js";

export interface TypedForm {
	/** Name and value after each other. */
	readonly fields: readonly string[];
	readonly values: Values;
	/** The row that is to go up instead of anything being saved. */
	readonly up: string | undefined;
	/** Of the settings that the form was made from; undefined when it does not matter to who sent it. */
	readonly revision: number | undefined;
}

/** What was typed over `base`; undefined when it is no form. */
export function readForm(request: Request, shape: Shape, base: Values): TypedForm | undefined {
	const fields = formFields(request.body);
	if (fields === undefined)
		return undefined;
	const revision = lastField(fields, "revision");
	return { fields, values: valuesOf(shape, fields, "", base), up: lastField(fields, "up"), revision: revision === undefined ? undefined : Number(revision) };
}

export function notUnderstood(options: RoomOptions): Response {
	return says(options, 400, "Not understood", "This is not a form of this unit.");
}
