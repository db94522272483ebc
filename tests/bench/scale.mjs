// What grows with the number of tunnels: two gateways built with larger tables, one peer with 1 to 1,000 connections: memory, time until all are up, processor time of an idle gateway, the
// status page and /status.json.
//   node tests/bench/scale.mjs [connections ...] [--long] [--write | --check]
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { need } from "../../hosts/setup.mjs";
import { document, Gateway, root } from "./gateways.mjs";
import { long, Report, words } from "./report.mjs";

const sizes = words.length > 0 ? words.map(Number) : long ? [1, 16, 100, 400, 1000] : [1, 16, 100];
const most = Math.max(1000, ...sizes);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A copy of the sources whose tables hold `most` tunnels, built: where its executable is. */
async function buildLarger() {
	const folder = join(root, "build/scale");
	mkdirSync(folder, { recursive: true });
	for (const name of ["modules", "hosts", "tests/unit", "tests/vectors", "package.json", "tsconfig.json", "manifest.json"]) {
		rmSync(join(folder, name), { recursive: true, force: true });
		cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
	}
	rmSync(join(folder, "node_modules"), { force: true });
	symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
	const edit = (name, changes) => {
		const path = join(folder, name);
		let text = readFileSync(path, "utf8");
		for (const [what, value] of changes) {
			if (!what.test(text))
				throw new Error(`${name}: there is no ${what}`);
			text = text.replace(what, value);
		}
		writeFileSync(path, text);
	};
	const constant = (name, value) => [new RegExp(`(?<=export const ${name} = )[^;]+`), String(value)];
	edit("modules/limits.ts", [constant("CONNECTIONS", most), constant("SECURITY_ASSOCIATIONS", 3 * most), constant("SETTINGS_SIZE", 1 << 19)]);
	// The firewall log, which is off, has a byte for a policy.
	edit("modules/ipsec/firewall.h", [[/CONNECTIONS < ENTRY_NO_POLICY && /, ""]]);
	edit("hosts/linux/system.c", [[/(?<=size_t room = )1024 \* 1024/, "4 << 20"]]);
	edit("hosts/linux/file.c", [[/(?<=#define kFileSize )\d+/, 1 << 19]]);
	// The machine of a device has no room for so many settings.
	edit("hosts/xs/machine.c", [[/(?<=kMachineDevice = \{ \.chunkBytes = )\d+/, 32 << 20], [/(?<=kMachineDevice = .*\.slots = )\d+/, 400 * most], [/(?<=kMachineDevice = .*\.stackSlots = )\d+/, 32 * most]]);
	await need("building with larger tables", process.execPath, [join(folder, "hosts/linux/build.mjs"), "--write"]);
	return join(folder, "build/linux/keygate");
}

/** Seconds of processor time so far, of all threads. */
function used(pid) {
	return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e9, 0);
}

function settings(number, other, count) {
	const network = (side, i) => `10.${side * 100 + (i >> 8)}.${i & 255}.0/24`;
	return document(number, [{
		name: "other", remoteGateway: `127.0.0.${other}`, phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 31 }],
		connections: Array.from({ length: count }, (_, i) => ({
			name: `net-${i}`, order: i + 1, localNetwork: network(number, i), remoteNetwork: network(other, i), pfs: "off", phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }],
			start: number === 1 ? "always" : "on traffic"
		}))
	}], {});
}

const authorization = `Basic ${Buffer.from("admin:a word for the bench").toString("base64")}`;

/** Milliseconds of a gateway's processor time for one request, and bytes of the answer. */
async function page(gateway, base, path, times) {
	const get = async () => (await (await fetch(new URL(path, base), { headers: { authorization } })).text()).length;
	const bytes = await get();
	const before = used(gateway.child.pid);
	for (let i = 0; i < times; i++)
		await get();
	return { bytes, cost: (used(gateway.child.pid) - before) / times * 1000 };
}

const executable = await buildLarger();
const rows = [];
for (const count of sizes) {
	const [left, right] = [1, 2].map((number) => new Gateway(number, settings(number, 3 - number, count), [executable]));
	await right.start();
	const began = performance.now();
	await left.start();
	const base = await left.pages();
	const up = async () => (await (await fetch(new URL("/metrics", base), { headers: { authorization } })).text()).match(/^keygate_connection_up\{.*\} 1$/gm)?.length ?? 0;
	const { pid } = left.child;
	for (let now = await up(); now < count; now = await up()) {
		if (performance.now() - began > 600000)
			throw new Error(`${now} of ${count} tunnels are up after ten minutes`);
		await pause(count < 50 ? 20 : 500);
	}
	const took = (performance.now() - began) / 1000;
	const spent = used(pid);
	await pause(1000);
	const idle = used(pid);
	await pause(5000);
	const share = (used(pid) - idle) / 5 * 100;
	const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
	const times = Math.max(2, Math.min(50, 500 / count));
	const [html, json] = [await page(left, base, "/status", times), await page(left, base, "/status.json", times)];
	rows.push([count, resident, took.toFixed(1), (spent / count * 1000).toFixed(1), share.toFixed(2), html.cost.toFixed(1), (html.cost / count).toFixed(2), json.cost.toFixed(1), (json.cost / count).toFixed(2)]);
	console.log(rows.at(-1).join(" "));
	await left.stop("SIGKILL");
	await right.stop("SIGKILL");
}
const report = new Report("scale", { partial: words.length > 0 });
report.table("tunnels", ["tunnels", "resident, kB", "until all are up, s", "CPU for each, ms", "CPU when idle, %", "/status, ms", "of each tunnel", "/status.json, ms", "of each tunnel"], rows, { within: 0.5 });
report.end();
