// README's first tunnel, run exactly as it is written there.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { root, testUnless } from "../needs.js";

testUnless(root, "the first tunnel of the README comes up, and no ping is lost", 60_000, (t) => {
	const readme = readFileSync("README.md", "utf8");
	const block = readme.match(/## A first tunnel to strongSwan[^]*?```sh\n([^]*?)```/)![1]!;
	t.true(block.includes("docs/first-tunnel/up.sh"));
	t.true(readme.includes("docs/first-tunnel/down.sh"));
	const { NODE_OPTIONS: _, ...env } = process.env;
	try {
		const { status, stdout, stderr } = spawnSync("docs/first-tunnel/up.sh", { encoding: "utf8", env, timeout: 50_000 });
		t.is(status, 0, stderr);
		t.regex(stdout, /3 packets transmitted, 3 received, 0% packet loss/);
		const document = JSON.parse(stdout.slice(stdout.indexOf("\n{") + 1)) as { securityAssociations: unknown[]; ikeSecurityAssociations: { status: string }[] };
		t.deepEqual(document.ikeSecurityAssociations.map((sa) => sa.status), ["Activated"]);
		t.is(document.securityAssociations.length, 2);
	}
	finally {
		t.is(spawnSync("docs/first-tunnel/down.sh", { env, timeout: 20_000 }).status, 0);
	}
	t.notRegex(spawnSync("ip", ["netns"], { encoding: "utf8" }).stdout, /^(gate|branch)\b/m);
});
