// node tests/bench/pages.mjs: what a page of a full gateway costs, CPU time of the whole process for one request: snapshot, page, HTTP.
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { document, Gateway } from "./gateways.mjs";

const PEERS = 8;
const EACH = 2;
const REQUESTS = 200;
/** Clock ticks of /proc in a second. */
const TICKS = 100;

function connections(first, hub) {
	return Array.from({ length: EACH }, (_, i) => {
		const [here, there] = [`10.200.${first + i}.0/24`, `10.${100 + first + i}.0.0/16`];
		return { name: `net-${first + i}`, order: first + i + 1, localNetwork: hub ? here : there, remoteNetwork: hub ? there : here, pfs: "off", phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }] };
	});
}

/** CPU seconds of a process so far. */
function used(pid) {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const spokes = Array.from({ length: PEERS }, (_, i) => new Gateway(2 + i, document(2 + i, [{ name: "hub", remoteGateway: "127.0.0.1", connections: connections(i * EACH, false) }])));
const port = randomInt(30000, 40000);
const authorization = `Basic ${Buffer.from("admin:a word for the bench").toString("base64")}`;
const settings = document(1, spokes.map((_, i) => ({ name: `spoke-${i}`, remoteGateway: `127.0.0.${2 + i}`, connections: connections(i * EACH, true) })));
settings.gateway.http.port = port;
const hub = new Gateway(1, settings);
for (const gateway of [hub, ...spokes])
	await gateway.start();

async function measure(path) {
	const get = async () => (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } })).text();
	const text = await get();
	const before = used(hub.child.pid);
	for (let i = 0; i < REQUESTS; i++)
		await get();
	return { size: text.length, cost: (used(hub.child.pid) - before) / REQUESTS * 1000 };
}

const paths = ["/status", "/status?live", "/status/peers/spoke-0", "/status.json", "/metrics"];
console.log(`| SAs | ${paths.map((path) => `${path}, bytes, ms`).join(" | ")} |\n| --- | ${paths.map(() => "---").join(" | ")} |`);
const costs = [];
for (let up = 0; up <= PEERS; up += PEERS / 2) {
	for (let i = Math.max(0, up - PEERS / 2); i < up; i++)
		await hub.command(`up spoke-${i}`);
	await hub.tunnels(up * EACH * 2);
	const row = [];
	for (const path of paths)
		row.push(await measure(path));
	costs.push(row[0].cost);
	console.log(`| ${up * EACH * 2} | ${row.map(({ size, cost }) => `${size}, ${cost.toFixed(2)}`).join(" | ")} |`);
}
console.log(`/status with 48 SAs, by the slope: ${(costs[2] + (costs[2] - costs[0]) / 2).toFixed(2)} ms`);
for (const gateway of [hub, ...spokes])
	await gateway.stop();
