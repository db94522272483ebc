/** What the forms over the gateway's own settings have in common: fields are named as in `gateway`, values come as texts. */
import { lastField } from "../httpd/form.js";
import type { Fault } from "../settings/types.js";

/** `gateway.http.port` is the field `http.port`. */
export function ofGateway(fault: Fault): Fault {
	return fault.path.startsWith("gateway.") ? { path: fault.path.slice(8), text: fault.text } : fault;
}

/** Of the settings that the form was made from; undefined when it does not matter to who sent it. */
export function revisionOf(fields: readonly string[]): number | undefined {
	const revision = lastField(fields, "revision");
	return revision === undefined ? undefined : Number(revision);
}

/** What is no number stays a text, for the schema to say so. */
export function numberOf(text: string | undefined): number {
	const value = (text ?? "").trim();
	const number = value === "" ? NaN : Number(value);
	return Number.isFinite(number) ? number : value as unknown as number;
}
