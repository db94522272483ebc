// npm run audit: npm's list of known flaws in the packages that are installed here, where the registry has one. Many mirrors have none: that is said, and is
// no fault. A flaw of any weight is one.
import { spawnSync } from "node:child_process";
import { root } from "../../hosts/setup.mjs";

const { status, stdout, stderr, error } = spawnSync("npm", ["audit", "--json"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26, timeout: 120000 });

/** The report, or undefined. */
function report() {
	try {
		const answer = JSON.parse(stdout);
		return answer.metadata?.vulnerabilities === undefined ? undefined : answer;
	}
	catch {
		return undefined;
	}
}

const found = report();
if (found === undefined)
	console.log(`not checked: the registry answers no audit (${/\b\d{3} [A-Z][\w ]+?(?= -|$)/m.exec(`${stdout}${stderr}`)?.[0] ?? error?.message ?? `npm ended with ${status}`})`);
else {
	const { total, ...weights } = found.metadata.vulnerabilities;
	for (const { name, severity, range } of Object.values(found.vulnerabilities))
		console.log(`${severity}: ${name} ${range}`);
	console.log(`${found.metadata.dependencies.total} packages, ${total} known flaws${total > 0 ? ` (${Object.entries(weights).filter(([, count]) => count > 0).map(([weight, count]) => `${count} ${weight}`).join(", ")})` : ""}`);
	process.exitCode = total > 0 ? 1 : 0;
}
