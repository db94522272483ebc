// A real Prometheus at the lab's gateway, set up as docs/fleet.md says; and promtool on what the gateway tells and on the rules.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { Laboratory } from "./laboratory.js";
import { takenTCPPort } from "./linux/gateways.js";

const there = existsSync("/usr/bin/promtool") && existsSync("/usr/bin/prometheus");
const withPrometheus = there ? test.serial : (title: string, _body: unknown): void => test.skip(`skipped: needs prometheus: ${title}`, () => {});

function promtool(words: string[], input = ""): { readonly status: number | null; readonly output: string } {
	const { status, stdout, stderr } = spawnSync("/usr/bin/promtool", words, { input, encoding: "utf8" });
	return { status, output: stdout + stderr };
}

/** In the older text format a counter's family has the name of its samples, and there are no info metrics and units. */
function older(openMetrics: string): string {
	return openMetrics.replace(/^# UNIT .*\n/gm, "").replace(/^# EOF\n/m, "").replace(/^# TYPE keygate info\n# HELP keygate /m, "# TYPE keygate_info gauge\n# HELP keygate_info ")
		.replace(/^# TYPE (\w+) counter\n# HELP (\w+) /gm, "# TYPE $1_total counter\n# HELP $2_total ");
}

interface Sample {
	readonly metric: Readonly<Record<string, string>>;
	readonly value: readonly [number, string];
}

class Prometheus {
	readonly #child: ChildProcess;
	readonly #url: string;
	#said = "";

	constructor(folder: string, port: number) {
		this.#url = `http://127.0.0.1:${port}`;
		this.#child = spawn("/usr/bin/prometheus", [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "pipe"] });
		this.#child.stderr!.on("data", (data) => this.#said += data);
		process.once("exit", () => this.#child.kill("SIGKILL"));
	}

	async api<T>(path: string): Promise<T> {
		return (await (await fetch(`${this.#url}/api/v1/${path}`)).json() as { data: T }).data;
	}

	async query(expression: string): Promise<readonly Sample[]> {
		return (await this.api<{ result: readonly Sample[] }>(`query?query=${encodeURIComponent(expression)}`)).result;
	}

	/** Asks until the answer is as wanted. */
	async until(expression: string, wanted: (samples: readonly Sample[]) => boolean): Promise<readonly Sample[]> {
		let last: unknown;
		for (const deadline = Date.now() + 30000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 250))) {
			const samples = await this.query(expression).catch((error: unknown) => {
				last = error;
				return undefined;
			});
			if (samples !== undefined && wanted(samples))
				return samples;
			last = samples ?? last;
		}
		throw new Error(`${expression}: ${JSON.stringify(last)}\n${this.#said}`);
	}

	stop(): Promise<number | null> {
		return new Promise((resolve) => {
			this.#child.once("close", resolve);
			this.#child.kill("SIGTERM");
		});
	}
}

withPrometheus("promtool: the configuration and the rules of docs/ are right, and each alert fires when it should", (t) => {
	const folder = mkdtempSync(join(tmpdir(), "keygate-prometheus-"));
	try {
		for (const file of ["prometheus.yml", "prometheus-rules.yml", "prometheus-rules.test.yml"])
			writeFileSync(join(folder, file), readFileSync(`docs/${file}`));
		writeFileSync(join(folder, "keygate-password"), "a word for tests");
		writeFileSync(join(folder, "keygate-targets.json"), readFileSync("docs/fleet.md", "utf8").match(/```json\n([^`]*)```/)![1]!);
		for (const words of [["check", "config", join(folder, "prometheus.yml")], ["check", "rules", join(folder, "prometheus-rules.yml")], ["test", "rules", join(folder, "prometheus-rules.test.yml")]]) {
			const { status, output } = promtool(words);
			t.is(status, 0, output);
		}
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

withPrometheus("a real Prometheus scrapes a gateway: as OpenMetrics, and no counter goes back when tunnels are deleted and made anew", async (t) => {
	t.timeout(120_000);
	const folder = mkdtempSync(join(tmpdir(), "keygate-prometheus-"));
	const lab = await new Laboratory().ready();
	const { port, close } = await takenTCPPort();
	close();
	const address = new URL(lab.url).host;
	writeFileSync(join(folder, "prometheus-rules.yml"), readFileSync("docs/prometheus-rules.yml"));
	writeFileSync(join(folder, "prometheus.yml"), readFileSync("docs/prometheus.yml", "utf8").replace(/: 30s$/gm, ": 1s").replace("username: admin", `username: ${lab.user}`));
	writeFileSync(join(folder, "keygate-password"), lab.password);
	writeFileSync(join(folder, "keygate-targets.json"), JSON.stringify([{ targets: [address], labels: { gateway: "gate-a" } }]));
	await lab.until((status) => status.securityAssociations.length >= 4 && status.securityAssociations.every((sa) => sa.packets > 0));

	// What promtool says of the text itself, in the format that each of its commands reads.
	const response = await lab.fetch("/metrics");
	t.is(response.headers.get("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
	const text = await response.text();
	writeFileSync(join(folder, "metrics"), text.replace(/^(keygate_.* [\d.]+)$/gm, `$1 ${Math.floor(Date.now() / 1000)}`));
	const blocks = promtool(["tsdb", "create-blocks-from", "openmetrics", join(folder, "metrics"), join(folder, "blocks")]);
	t.is(blocks.status, 0, blocks.output);
	const lint = promtool(["check", "metrics"], older(text));
	t.is(lint.status, 0, lint.output);
	t.is(lint.output, "");

	const prometheus = new Prometheus(folder, port);
	try {
		await prometheus.until("count_over_time(up{job=\"keygate\"}[1m]) >= 3", (samples) => samples.length === 1);
		t.is((await prometheus.query("up{job=\"keygate\"}"))[0]!.value[1], "1");
		const [info] = await prometheus.query("keygate_info");
		t.is(info!.metric["name"], "gate-a");
		t.is(info!.metric["gateway"], "gate-a");
		t.is((await prometheus.query("keygate_connection_up == 1")).length, 2);
		// Units are a thing of OpenMetrics: that it knows them shows that it was read as such.
		const metadata = await prometheus.api<Record<string, readonly { readonly type: string; readonly unit: string; readonly help: string }[]>>("metadata?metric=keygate_connection_bytes");
		t.deepEqual(metadata["keygate_connection_bytes"], [{ type: "counter", unit: "bytes", help: "Data bytes carried since start." }]);

		const before = await prometheus.query("keygate_connection_bytes_total");
		const series = await prometheus.query("count({job=\"keygate\", __name__=~\"keygate_.*\", __name__!~\"keygate_events_total|keygate_problem\"})");
		t.is(before.length, 4);
		const { peer, connection } = (await lab.status()).securityAssociations[0]!;
		// Both gateways may have begun at once: every pair of the connection goes, and then every key tunnel.
		for (const sa of (await lab.status()).securityAssociations)
			if (sa.connection === connection && sa.direction === "Outgoing")
				t.is((await lab.fetch(`/sa/${sa.spi}/delete`, { method: "POST", headers: { "X-Keygate": "1" }, redirect: "manual" })).status, 303);
		for (const sa of (await lab.status()).ikeSecurityAssociations)
			if (sa.state === 9)
				await lab.fetch(`/ike-sa/${sa.id}/delete`, { method: "POST", headers: { "X-Keygate": "1" }, redirect: "manual" });
		const name = `peer="${peer}",connection="${connection}"`;
		await prometheus.until(`increase(keygate_connection_negotiations_total{${name}}[1m]) > 0`, (samples) => samples.length === 1);
		// All of both tunnels goes on from where it was.
		await prometheus.until(`keygate_connection_bytes_total{${name}}`, (samples) => samples.length === 2 && samples.every(({ metric, value }) =>
			Number(value[1]) > Number(before.find((each) => each.metric["direction"] === metric["direction"] && each.metric["connection"] === metric["connection"])!.value[1])));
		t.true(before.every(({ value }) => Number(value[1]) > 0));
		const counters = (await prometheus.query("group by (__name__) ({__name__=~\"keygate_.*_total\"})")).map(({ metric }) => metric["__name__"]!);
		t.is(counters.length, 9);
		for (const counter of counters)
			t.deepEqual((await prometheus.query(`resets(${counter}[2m]) > 0`)).map(({ metric }) => metric), [], counter);
		t.deepEqual((await prometheus.query("count({job=\"keygate\", __name__=~\"keygate_.*\", __name__!~\"keygate_events_total|keygate_problem\"})")).map(({ value }) => value[1]), series.map(({ value }) => value[1]));
		const rules = await prometheus.api<{ groups: readonly { rules: readonly { name: string; health: string; lastError?: string }[] }[] }>("rules");
		t.deepEqual(rules.groups.flatMap((group) => group.rules).filter(({ health }) => health !== "ok"), []);
		t.is(rules.groups[0]!.rules.length, 11);
	}
	finally {
		t.is(await prometheus.stop(), 0);
		t.is(await lab.stop(), 0);
		rmSync(folder, { recursive: true, force: true });
	}
});
