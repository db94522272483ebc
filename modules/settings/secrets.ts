/** Where a settings document has secrets: the administrator's password, the keys of own certificates, the keys shared with peers. */
import { documentShape, type Shape } from "./schema.js";

/** Names of the fields that are secret, wherever they stand. */
const FIELDS: readonly string[] = Object.freeze(secretNames(documentShape));

/** Whether a field of this name is a secret. */
export function isField(name: string): boolean {
	return FIELDS.includes(name);
}

function secretNames(shape: Shape): string[] {
	const names: string[] = [];
	for (const name of Object.keys(shape)) {
		const field = shape[name]!;
		if (field.secret !== undefined)
			names.push(name);
		if (field.shape !== undefined)
			names.push(...secretNames(field.shape));
	}
	return names;
}

export interface SecretPlace {
	/** Has it as `field`. */
	readonly object: Record<string, unknown>;
	readonly field: string;
	/** `peers[0].preSharedKey` */
	readonly path: string;
	/** What the object is called, "" when it has no name. */
	readonly name: string;
}

/** The secrets of a document that was parsed and not judged, in the order in which `documentLines` writes them. */
export function* secretPlaces(value: unknown): Generator<SecretPlace> {
	const root = objectIn(value);
	const admin = objectIn(objectIn(root?.["gateway"])?.["admin"]);
	for (const field of ["password", "passwordHash"])
		if (typeof admin?.[field] === "string")
			yield { object: admin, field, path: `gateway.admin.${field}`, name: "" };
	yield* inList(objectIn(root?.["certificates"])?.["own"], "certificates.own", "key");
	yield* inList(root?.["peers"], "peers", "preSharedKey");
}

function* inList(list: unknown, path: string, field: string): Generator<SecretPlace> {
	for (let i = 0; Array.isArray(list) && i < list.length; i++) {
		const object = objectIn(list[i]);
		if (typeof object?.[field] === "string")
			yield { object, field, path: `${path}[${i}].${field}`, name: typeof object["name"] === "string" ? object["name"] : "" };
	}
}

/** Undefined: it is no object. */
function objectIn(value: unknown): Record<string, unknown> | undefined {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
}
