import test from "ava";
import { metrics } from "../../../modules/status/metrics.js";
import { connection } from "../pages/gateway.js";
import { FakeGateway, ikeSA, problem, sa } from "./fakes.js";

function full(): FakeGateway {
	const gateway = new FakeGateway();
	gateway.connections = [connection(3, { peer: "branch" }), connection(4, { peer: "branch", up: false, enabled: false })];
	gateway.peerStatus = [{ peer: "branch", enabled: true, state: 9, established: 4, failed: 1 }, { peer: "far", enabled: false, state: 0, established: 0, failed: 0 }];
	gateway.problems = [problem];
	gateway.tableList = [{ name: "SAD", used: 2, highWater: 4, size: 48, bytes: 24576 }];
	gateway.counterList = [{ name: "bad-icv", value: 3 }, { name: "javascript-longest-us", value: 1755 }];
	return gateway;
}

test("metrics: samples of everything that is shown", (t) => {
	const text = [...metrics(full())].join("");
	for (const line of [
		"keygate_info{name=\"gate-a\",version=\"0.1.0\",engine=\"XS 13.3.0\",crypto=\"openssl 3.0.17\"} 1",
		"keygate_uptime_seconds 812",
		"keygate_connection_enabled{peer=\"branch\",connection=\"office\"} 0",
		"keygate_connection_up{peer=\"branch\",connection=\"lab\"} 1",
		"keygate_connection_up{peer=\"branch\",connection=\"office\"} 0",
		"keygate_connection_bytes_total{peer=\"branch\",connection=\"lab\",direction=\"in\"} 3703701",
		"keygate_connection_bytes_total{peer=\"branch\",connection=\"lab\",direction=\"out\"} 7654321",
		"keygate_connection_packets_total{peer=\"branch\",connection=\"lab\",direction=\"out\"} 9000",
		"keygate_connection_errored_packets_total{peer=\"branch\",connection=\"lab\",direction=\"in\"} 4",
		"keygate_connection_negotiations_total{peer=\"branch\",connection=\"lab\"} 6",
		"keygate_connection_failed_negotiations_total{peer=\"branch\",connection=\"lab\"} 2",
		"keygate_connection_turns_total{peer=\"branch\",connection=\"lab\"} 3",
		"keygate_peer_enabled{peer=\"far\"} 0",
		"keygate_peer_state{peer=\"branch\"} 9",
		"keygate_peer_negotiations_total{peer=\"branch\"} 4",
		"keygate_peer_failed_negotiations_total{peer=\"branch\"} 1",
		"keygate_problem{peer=\"branch\",connection=\"office\",phase=\"2\",cause=\"pfs-mismatch\"} 1",
		"keygate_problems 1",
		"keygate_events_total{reason=\"bad-icv\"} 3",
		"keygate_javascript_longest_seconds 0.001755",
		"keygate_table_used{table=\"SAD\"} 2",
		"keygate_table_high_water{table=\"SAD\"} 4",
		"keygate_table_size{table=\"SAD\"} 48"
	])
		t.true(text.includes(`\n${line}\n`), line);
	t.false(text.includes("longest-us"), "a time is no count of events");
});

test("metrics: the grammar of OpenMetrics: families once and together, units, suffixes, the end", (t) => {
	for (const gateway of [full(), new FakeGateway()]) {
		const text = [...metrics(gateway)].join("");
		t.true(text.endsWith("\n# EOF\n"));
		const lines = text.slice(0, -1).split("\n");
		const families: string[] = [];
		let type = "";
		for (const line of lines.slice(0, -1)) {
			const family = families[families.length - 1] ?? "";
			if (line.startsWith("# TYPE ")) {
				const [, , name, kind] = line.split(" ");
				t.false(families.includes(name as string), line);
				families.push(name as string);
				type = kind as string;
			}
			else if (line.startsWith("# UNIT "))
				t.true(line.startsWith(`# UNIT ${family} `) && family.endsWith(`_${line.split(" ")[3]}`), line);
			else if (line.startsWith("# HELP "))
				t.true(line.startsWith(`# HELP ${family} `), line);
			else {
				const suffix = type === "counter" ? "_total" : type === "info" ? "_info" : "";
				t.regex(line, new RegExp(`^${family}${suffix}(\\{([a-z_]+="([^"\\\\]|\\\\.)*",?)+\\})? \\d+(\\.\\d+)?$`));
			}
		}
		t.is(lines[lines.length - 1], "# EOF");
	}
});

test("F16 metrics: labels are escaped", (t) => {
	const gateway = full();
	gateway.counterList = [{ name: "a\"b\\c\nd", value: 1 }];
	t.true([...metrics(gateway)].join("").includes("keygate_events_total{reason=\"a\\\"b\\\\c\\\\x0ad\"} 1\n"));
});

test("metrics: no series more when SAs are renewed", (t) => {
	const gateway = full();
	const lines = [...metrics(gateway)].join("").split("\n").length;
	gateway.sas = Array.from({ length: 48 }, (_, i) => ({ ...sa, spi: `0x${i}` }));
	gateway.ikeSAs = Array.from({ length: 16 }, (_, i) => ({ ...ikeSA, id: String(i) }));
	t.is([...metrics(gateway)].join("").split("\n").length, lines);
});
