/** docs/faults.md is what the whole fault table is now. */
import test from "ava";
import { readFileSync } from "node:fs";
import { faultsText, most } from "../unit/ike/faults/markdown.js";
import { exchanges, tableOf } from "../unit/ike/faults/table.js";

test("faults: docs/faults.md has each figure of the table as it is (npm run faults -- --write)", (t) => {
	t.timeout(600000);
	const [, stated] = /<!-- faults -->\n([^]*)<!-- \/faults -->/.exec(readFileSync("docs/faults.md", "utf8"))!;
	t.deepEqual(stated!.split("\n"), faultsText(exchanges.map((exchange) => tableOf(exchange, most))).split("\n"));
});
