/** Some lives of a gateway, as many as one likes by tests/bench/lives.mjs. The last four ended badly once: nobody renewed the pair that carried, or the peer did not know how long the gateway kept its SAs. */
import test from "ava";
import { Life } from "./lives.js";

for (const number of [1, 2, 3, 4, 62, 84, 85, 93])
	test(`life ${number}: whatever has happened, the tunnel comes back, carries all, and is the same at both ends`, (t) => {
		const life = new Life(number);
		t.is(life.run(), "", life.story.join("\n"));
	});
