/** Settings documents of other versions: an older one is brought to this one's form step by step, a newer one is not read at all. */

/** Of the documents that this version of keygate reads and writes. */
export const VERSION = 1;

export interface Migration {
	/** Names of fields that this step knows and later versions do not: a document is read by names. */
	readonly names: readonly string[];
	/** The document in the form of the next version. `document` may be changed; its `version` is not this function's matter. */
	readonly step: (document: Record<string, unknown>) => Record<string, unknown>;
}

/** The step from version n to n + 1 at place n - 1. Version 1 is the first that there was. */
export const migrations: readonly Migration[] = Object.freeze([]);

/** The names of fields that only older versions have. */
export function olderNames(steps = migrations): string[] {
	const all: string[] = [];
	for (const { names } of steps)
		all.push(...names);
	return all;
}

/** The document in this version's form, or what is wrong with its version. What is no version at all is left to the schema. */
export function migrate(document: Record<string, unknown>, steps = migrations): Record<string, unknown> | string {
	const newest = steps.length + VERSION - migrations.length;
	const { version } = document;
	if (typeof version !== "number" || !Number.isInteger(version))
		return document;
	if (version > newest)
		return `${version} is unknown: expected ${newest}; a newer version of keygate made this document`;
	let migrated = document;
	for (let i = version; i >= 1 && i < newest; i++)
		migrated = { ...(steps[i - 1] as Migration).step({ ...migrated }), version: i + 1 };
	return migrated;
}
