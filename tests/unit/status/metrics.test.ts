import test from "ava";
import { metrics } from "../../../modules/status/metrics.js";
import { FakeGateway, ikeSA, problem, sa } from "./fakes.js";

function full(): FakeGateway {
	const gateway = new FakeGateway();
	gateway.sas = [sa, { ...sa, direction: "Incoming", spi: "0x00000100" }];
	gateway.ikeSAs = [ikeSA];
	gateway.problems = [problem];
	gateway.tableList = [{ name: "SAD", used: 2, highWater: 4, size: 48, bytes: 24576 }];
	gateway.counterList = [{ name: "bad-icv", value: 3 }];
	return gateway;
}

test("metrics: samples of everything that is shown", (t) => {
	const text = [...metrics(full())].join("");
	for (const line of [
		"keygate_info{name=\"gate-a\",version=\"0.1.0\",engine=\"XS 13.3.0\",crypto=\"openssl 3.0.17\"} 1",
		"keygate_uptime_seconds 812",
		"keygate_sa_bytes_total{peer=\"branch\",connection=\"office\",direction=\"Outgoing\",spi=\"0x7d403ccc\"} 123456",
		"keygate_sa_packets_total{peer=\"branch\",connection=\"office\",direction=\"Incoming\",spi=\"0x00000100\"} 120",
		"keygate_sa_errored_packets_total{peer=\"branch\",connection=\"office\",direction=\"Outgoing\",spi=\"0x7d403ccc\"} 0",
		"keygate_ike_state{peer=\"branch\",id=\"c485f3f8ee5606e0\"} 9",
		"keygate_ike_phase2_negotiations_total{peer=\"branch\",id=\"c485f3f8ee5606e0\"} 1",
		"keygate_problems 1",
		"keygate_events_total{reason=\"bad-icv\"} 3",
		"keygate_table_used{table=\"SAD\"} 2",
		"keygate_table_high_water{table=\"SAD\"} 4",
		"keygate_table_size{table=\"SAD\"} 48"
	])
		t.true(text.includes(`\n${line}\n`), line);
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
				t.regex(line, new RegExp(`^${family}${suffix}(\\{([a-z_]+="([^"\\\\]|\\\\.)*",?)+\\})? \\d+$`));
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
