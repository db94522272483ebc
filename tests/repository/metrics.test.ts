/** What the files for Prometheus and Grafana ask for is what a gateway tells. */
import { readFileSync } from "node:fs";
import test from "ava";
import { metrics } from "../../modules/status/metrics.js";
import { fullGateway, problem } from "../unit/pages/gateway.js";

/** Names of samples, with their labels, that a gateway with everything in it has. */
function samples(): Map<string, Set<string>> {
	const fake = fullGateway();
	fake.problems.push(problem({ peer: "branch-0" }));
	const commands = { ...fake.commands, counters: () => [{ name: "bad-icv", value: 1 }], tables: () => [{ name: "IKE SAs", used: 1, highWater: 1, size: 16, bytes: 0 }] };
	const names = new Map<string, Set<string>>();
	for (const [, name, labels] of [...metrics(commands)].join("").matchAll(/^(keygate_\w+?)(?:\{(.*)\})? [\d.]+$/gm))
		names.set(name!, new Set([...(labels ?? "").matchAll(/(\w+)="/g)].map(([, label]) => label!)));
	return names;
}

/** Metrics of keygate that a text names, the recorded ones not. */
function asked(text: string): string[] {
	return [...new Set([...text.matchAll(/(?<![\w:/.-])keygate_\w+/g)].map(([name]) => name))];
}

interface Panel {
	readonly title: string;
	readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
	readonly targets: readonly { readonly expr: string }[];
}

test("docs/grafana.json: its queries name metrics and labels that there are, its panels do not overlap", (t) => {
	const names = samples();
	const { panels, templating } = JSON.parse(readFileSync("docs/grafana.json", "utf8")) as { panels: Panel[]; templating: { list: { definition?: string }[] } };
	t.true(panels.length > 10);
	for (const { title, targets } of panels)
		for (const { expr } of targets) {
			for (const [, name, selector] of expr.matchAll(/(keygate_\w+)\{([^}]*)\}/g)) {
				t.true(names.has(name!), `${title}: ${name}`);
				for (const [, label] of selector!.matchAll(/(\w+)=/g))
					t.true(label === "instance" || names.get(name!)!.has(label!), `${title}: ${label} of ${name}`);
			}
			t.true(asked(expr).every((name) => names.has(name)), `${title}: ${expr}`);
			t.regex(expr, /instance=~"\$instance"/, title);
		}
	for (const { definition } of templating.list)
		t.true(asked(definition ?? "").every((name) => names.has(name)), definition);
	panels.forEach(({ title, gridPos: a }, i) => {
		t.true(a.x + a.w <= 24, title);
		for (const { gridPos: b } of panels.slice(i + 1))
			t.false(a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h, title);
	});
});

test("docs/prometheus-rules.yml and its tests name metrics that there are, and each alert is explained and tested", (t) => {
	const names = samples();
	const rules = readFileSync("docs/prometheus-rules.yml", "utf8");
	const tests = readFileSync("docs/prometheus-rules.test.yml", "utf8");
	const fleet = readFileSync("docs/fleet.md", "utf8");
	for (const text of [rules, tests])
		t.deepEqual(asked(text).filter((name) => !names.has(name)), []);
	const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name!);
	t.true(alerts.length >= 9);
	t.deepEqual(alerts.filter((name) => !fleet.includes(`| ${name} |`)), []);
	t.deepEqual(alerts.filter((name) => !tests.includes(`alertname: ${name}\n`)), []);
});

test("docs/fleet.md: its table of metrics has all there are and no other, each with its labels", (t) => {
	const names = samples();
	const text = readFileSync("docs/fleet.md", "utf8");
	const rows = [...text.matchAll(/^\| (`keygate_[^|]*) \|([^|]*)\| /gm)].map(([, metrics, labels]) => ({ metrics: asked(metrics!), labels: labels!.replace(/\([^)]*\)/g, "").split(",").map((each) => each.trim()).filter((each) => each !== "") }));
	t.deepEqual(rows.flatMap(({ metrics }) => metrics).sort(), [...names.keys()].sort());
	for (const { metrics, labels } of rows)
		for (const name of metrics)
			t.deepEqual([...names.get(name)!].sort(), [...labels].sort(), name);
});
