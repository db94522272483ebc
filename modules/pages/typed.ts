/** A form of settings as it came back. */
import { formFields, lastField } from "../httpd/form.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Shape } from "../settings/schema.js";
import { cut } from "./format.js";
import { revisionOf } from "./gateway-fields.js";
import { notUnderstood } from "./room.js";
import type { RoomOptions } from "./room.js";
import { valuesOf } from "./values.js";
import type { Values } from "./values.js";

/** Characters of a field's name that are shown. */
const NAME_SIZE = 80;

export interface TypedForm {
	/** Name and value after each other. */
	readonly fields: readonly string[];
	readonly values: Values;
	/** The row that is to go up instead of anything being saved. */
	readonly up: string | undefined;
	/** Of the settings that the form was made from; undefined when it does not matter to who sent it. */
	readonly revision: number | undefined;
}

/** Fields of forms of settings that are no settings. */
const OTHERS: readonly string[] = Object.freeze(["token", "revision", "copy", "up", "propose"]);

/** What was typed over `base`; an answer when it is no form, or has a field that nothing would come of: a script may have misspelt it. */
export function readForm(request: Request, options: RoomOptions, shape: Shape, base: Values): TypedForm | Response {
	const fields = formFields(request.body);
	if (fields === undefined || fields.length === 0)
		return notUnderstood(options);
	for (let i = 0; i < fields.length; i += 2) {
		const name = fields[i]!.split(".")[0]!;
		if (!Object.hasOwn(shape, name) && !OTHERS.includes(name))
			return notUnderstood(options, `There is no field <code>${cut(fields[i]!, NAME_SIZE)}</code> in this form.`);
	}
	return { fields, values: valuesOf(shape, fields, "", base), up: lastField(fields, "up"), revision: revisionOf(fields) };
}
