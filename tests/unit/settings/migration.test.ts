import test from "ava";
import { migrate, migrations, olderNames, VERSION, type Migration } from "../../../modules/settings/migration.js";
import { parse } from "../../../modules/settings/validate.js";
import { example } from "./example.js";

/** Versions that there never were: 2 calls the gateway a unit, 3 has its name in a list. */
const steps: readonly Migration[] = [
	{ names: ["gateway"], step: ({ gateway, ...rest }) => ({ ...rest, unit: gateway }) },
	{ names: ["unit"], step: ({ unit, ...rest }) => ({ ...rest, units: [unit] }) },
];

test("migration: an older document goes through every step from its own version on, and is not changed itself", (t) => {
	const first = { version: 1, gateway: { name: "a" }, peers: [] };
	t.deepEqual(migrate(first, steps), { version: 3, units: [{ name: "a" }], peers: [] });
	t.deepEqual(first, { version: 1, gateway: { name: "a" }, peers: [] });
	t.deepEqual(migrate({ version: 2, unit: {} }, steps), { version: 3, units: [{}] });
	const newest = { version: 3, units: [] };
	t.is(migrate(newest, steps), newest);
	t.deepEqual(olderNames(steps), ["gateway", "unit"]);
});

test("migration: a newer document is refused, with no other complaint; what is no version is the schema's", (t) => {
	t.is(migrate({ version: 4 }, steps), "4 is unknown: expected 3; a newer version of keygate made this document");
	t.is(migrations.length, VERSION - 1);
	const document = { ...example(), version: VERSION + 1, novelty: true };
	t.deepEqual(parse(JSON.stringify(document)).faults, [{ path: "version", text: "2 is unknown: expected 1; a newer version of keygate made this document" }]);
	for (const version of [0, -1, 1.5, "1", null])
		t.is(parse(JSON.stringify({ ...example(), version })).faults[0]?.path, "version", String(version));
});
