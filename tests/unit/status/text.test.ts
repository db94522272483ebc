import test from "ava";
import { WIDTH } from "../../../modules/status/table.js";
import { compact, diagnosesText, memoryText, peersText, problemsText, statusText } from "../../../modules/status/text.js";
import { negotiationStates, stateMeaning, statusWord } from "../../../modules/status/words.js";
import { FakeGateway, ikeSA, problem, sa } from "./fakes.js";

function lines(text: Iterable<string>): string[] {
	return [...text].join("").split("\n");
}

test("status text: both tables and the problems, columns aligned", (t) => {
	const gateway = new FakeGateway();
	gateway.sas = [sa, { ...sa, destination: "10.0.0.1", direction: "Incoming", spi: "0x00000100", algorithm: "AES-GCM-16-128", bytesProcessed: 7, erroredPackets: 12, lifeTime: 0 }];
	gateway.ikeSAs = [ikeSA, { ...ikeSA, id: "", remoteGateway: "10.0.0.30", status: "Idle", state: 0, algorithm: "", phase2Negotiations: 0, peer: "far" }];
	gateway.problems = [problem];
	t.deepEqual(lines(statusText(gateway.snapshot())), [
		"gate-a: keygate 0.1.0, XS 13.3.0, openssl 3.0.17, up 812 s",
		"",
		"Security associations",
		"                                 Proto-                             Elapsed Life     Bytes Errored",
		"Destination Direction SPI        col    Algorithm                      time time processed packets",
		"10.0.0.2    Outgoing  0x7d403ccc ESP    AES-CBC-128/HMAC-SHA256-128      12 3600    123456       0",
		"10.0.0.1    Incoming  0x00000100 ESP    AES-GCM-16-128                   12    -         7      12",
		"",
		"IKE Security associations",
		"                                                     Elapsed  Life       Phase 2",
		"Remote Gateway Status    Algorithm                      time  time NAT-T    neg. ID",
		"10.0.0.2       Activated AES-CBC-256/SHA256/MODP2048      13 28800 none        1 c485f3f8ee5606e0",
		"10.0.0.30      Idle      -                                 -     - -           0 -",
		"",
		"Problems",
		"branch/office: pfs-mismatch (phase 2, at 800 s, certain)",
		"    The peer wants no PFS, here it is group 14.",
		"    see /settings/peers/branch/connections/office#pfs",
		""
	]);
});

test("status text: nothing to show", (t) => {
	t.deepEqual(lines(statusText(new FakeGateway().snapshot())).slice(2), ["Security associations", "none", "", "IKE Security associations", "none", "", "Problems", "none", ""]);
});

test("status text: a place that keeps nothing is told at the top", (t) => {
	const gateway = new FakeGateway();
	gateway.storageFault = "the state folder is full";
	t.is(lines(statusText(gateway.snapshot()))[1], "Not kept: the state folder is full");
});

test("status text: a negotiation under way says where it is", (t) => {
	const gateway = new FakeGateway();
	gateway.ikeSAs = [{ ...ikeSA, status: "Negotiating(6)", state: 6, role: "responder", algorithm: "" }];
	t.true(lines(statusText(gateway.snapshot())).includes("Negotiating(6) with branch: main mode, responder, 3rd valid message received"));
});

test("status text: no line is wider than the console, whatever the values", (t) => {
	const gateway = new FakeGateway();
	gateway.sas = [{ ...sa, destination: "255.255.255.255", direction: "Outgoing", protocol: "AH+ESP", algorithm: "AES-CBC-256/HMAC-SHA512-256", elapsedTime: 31536000, lifeTime: 31536000, bytesProcessed: 2 ** 53, erroredPackets: 2 ** 32 }];
	gateway.ikeSAs = [{ ...ikeSA, remoteGateway: "255.255.255.255", status: "Negotiating(8)", state: 8, algorithm: "AES-CBC-256/SHA512/CURVE25519", elapsedTime: 31536000, lifeTime: 31536000, natT: "Both ends", phase2Negotiations: 2 ** 40, peer: "p".repeat(32) }];
	gateway.problems = [{ ...problem, peer: "p".repeat(32), connection: "c".repeat(32), text: `${"word ".repeat(60)}${"x".repeat(250)}`, setting: `/${"s".repeat(200)}` }];
	gateway.peerList = [{ name: "p".repeat(32), enabled: true, remoteGateway: "255.255.255.255", status: "Negotiating(8)", connections: [{ name: "c".repeat(32), enabled: true, localNetwork: "255.255.255.255/32", remoteNetwork: "255.255.255.255/32", up: true }] }];
	gateway.tableList = [{ name: "t".repeat(50), used: 1e9, highWater: 1e9, size: 1e9, bytes: 1e9 }];
	gateway.counterList = [{ name: "c".repeat(100), value: 2 ** 53 }];
	const all = [...lines(statusText(gateway.snapshot())), ...lines(peersText(() => gateway.peers())), ...lines(memoryText(gateway))];
	for (const line of all)
		t.true(line.length <= WIDTH, line);
	t.true(all.some((line) => line.includes("0x7d403ccc")));
	t.true(all.some((line) => line.includes("c485f3f8ee5606e0")));
});

test("status text: algorithms are written shorter before anything is cut", (t) => {
	const gateway = new FakeGateway();
	gateway.sas = [{ ...sa, destination: "100.100.100.100", algorithm: "AES-CBC-256/HMAC-SHA512-256", lifeTime: 86400, bytesProcessed: 987654321 }];
	t.true(lines(statusText(gateway.snapshot())).some((line) => line.startsWith("100.100.100.100 Outgoing  0x7d403ccc ESP    AES-CBC-256/SHA512-256 ")));
});

test("status text: beside a long host name the algorithm is whole, and the cut is marked at the name", (t) => {
	const gateway = new FakeGateway();
	gateway.ikeSAs = [
		{ ...ikeSA, natT: "Near end" },
		{ ...ikeSA, id: "", remoteGateway: "branch-office-in-berlin.example.net", status: "Idle", state: 0, peer: "berlin" },
		{ ...ikeSA, id: "", remoteGateway: "branch-office-in-bern.example.net", status: "Idle", state: 0, peer: "bern" }
	];
	const rows = lines(statusText(gateway.snapshot()));
	const at = rows.findIndex((line) => line.startsWith("10.0.0.2") && line.includes("Activated"));
	t.true(rows[at - 2]!.includes(" Ph. 2"));
	t.deepEqual(rows.slice(at, at + 6), [
		"10.0.0.2                Activated AES-256/SHA256/MODP2048      13 28800 Near      1 c485f3f8ee5606e0",
		"branch-office-in-berli~ Idle      -                             -     - -         1 -",
		"branch-office-in-bern.~ Idle      -                             -     - -         1 -",
		"Idle with berlin: branch-office-in-berlin.example.net",
		"Idle with bern: branch-office-in-bern.example.net",
		""
	]);
	gateway.ikeSAs = gateway.ikeSAs.slice(1);
	t.false(lines(statusText(gateway.snapshot())).some((line) => line.startsWith("Idle with") || line.includes("~")), "where there is room nothing is cut");
});

test("status text: an address, its algorithm and its ID are whole, whatever stands beside them", (t) => {
	for (const algorithm of ["AES-CBC-256/SHA512/CURVE25519", "AES-CBC-192/SHA384/MODP1024", "3DES-CBC/MD5/MODP2048"])
		for (const remoteGateway of ["255.255.255.255", "branch-office.dynamic.example.net"]) {
			const gateway = new FakeGateway();
			gateway.ikeSAs = [
				{ ...ikeSA, remoteGateway: "100.100.100.100", status: "Negotiating(8)", state: 8, algorithm: "AES-CBC-256/SHA512/CURVE25519", elapsedTime: 31536000, lifeTime: 31536000, natT: "Both ends", phase2Negotiations: 2 ** 40 },
				{ ...ikeSA, remoteGateway, algorithm, elapsedTime: 604799, lifeTime: 604800, phase2Negotiations: 12345 }
			];
			const [first, second] = lines(statusText(gateway.snapshot())).filter((line) => line.includes(ikeSA.id)) as [string, string];
			t.true(first.length <= WIDTH && second.length <= WIDTH, `${first}\n${second}`);
			t.regex(first, /^100\.100\.100\.100 Negotiating\(8\) AES-256\/SHA512\/CURVE25519 +31536k 31536k Both +1099G c485f3f8ee5606e0$/);
			t.true(second.startsWith(remoteGateway.length > 15 ? "branch-office.~ " : remoteGateway), second);
			t.true(second.includes(` ${algorithm.replace("CBC-", "")} `) && second.includes("604799 604800") && second.includes(" 12345 "), second);
		}
});

test("F16 status text: what comes from outside is escaped", (t) => {
	const gateway = new FakeGateway();
	gateway.problems = [{ ...problem, peer: "a\u001bb", connection: "", text: "peer said \r\n\u202eevil", setting: "/x\u0007" }];
	t.deepEqual(lines(problemsText(gateway.snapshot())), ["a\\x1bb: pfs-mismatch (phase 2, at 800 s, certain)", "    peer said \\x0d\\x0a\\u202eevil", "    see /x\\x07", ""]);
});

test("problems: what happened, both sides' values, what to change, what to ask", (t) => {
	const gateway = new FakeGateway();
	gateway.problems = [problem];
	t.deepEqual(lines(diagnosesText(gateway.snapshot())), [
		"branch/office: pfs-mismatch (phase 2, at 800 s, certain)",
		"    The peer wants no PFS, here it is group 14.",
		"    see /settings/peers/branch/connections/office#pfs",
		"    where   Phase 2 (quick mode), the other side began; the key tunnel is up",
		"    sure    Certain: this unit judged what the peer sent.",
		"            Address: here 10.0.0.1; there 10.0.0.2",
		"    differs PFS: here MODP2048; there off",
		"    change  Switch PFS off, or have the other side use MODP2048.",
		"    ask",
		"    | The IPsec tunnel (IKEv1) between our gateway 10.0.0.1 and yours, 10.0.0.2, does not come up.",
		"    | Phase 2 (quick mode), the other side began; the key tunnel is up.",
		"    | Seen here: The peer wants no PFS, here it is group 14.",
		"    | Our settings:",
		"    | - PFS: MODP2048",
		"    | Does your gateway use PFS, and with which DH group?",
		""
	]);
	gateway.problems = [{
		...problem, sign: "protected", cause: "phase2-algorithm-mismatch", text: `${"word ".repeat(60)}\u001b${"x".repeat(250)}`,
		values: [{ name: "proposals", ours: ["ESP AES-CBC-128/HMAC-SHA1-96".repeat(6)], theirs: ["y\u202e".repeat(80)], differs: true, setting: "" }]
	}];
	const all = lines(diagnosesText(gateway.snapshot()));
	for (const line of all)
		t.true(line.length <= WIDTH && !/[\u001b\u202e]/.test(line), line);
	t.true(all.some((line) => line.startsWith("    or      the other side wants PFS with another group")));
	t.deepEqual(lines(diagnosesText(new FakeGateway().snapshot())), ["none", ""]);
});

test("status text: peers", (t) => {
	const gateway = new FakeGateway();
	gateway.peerList = [{
		name: "branch", enabled: true, remoteGateway: "10.0.0.2", status: "Activated", connections: [
			{ name: "office", enabled: true, localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.0/24", up: true },
			{ name: "lab", enabled: false, localNetwork: "10.1.0.0/24", remoteNetwork: "10.3.0.0/24", up: false }]
	}, { name: "old", enabled: false, remoteGateway: "10.0.0.9", status: "Idle", connections: [] }];
	t.deepEqual(lines(peersText(() => gateway.peers())), [
		"branch               10.0.0.2        Activated",
		"    office               up   10.1.0.0/24 - 10.2.0.0/24",
		"    lab                  off  10.1.0.0/24 - 10.3.0.0/24",
		"old                  10.0.0.9        off",
		""
	]);
	t.deepEqual(lines(peersText(() => [])), ["none", ""]);
});

test("status text: columns stay columns with names as long as they may be", (t) => {
	const gateway = new FakeGateway();
	const host = `${"gateway.".repeat(31)}test`;
	gateway.peerList = [{
		name: "p".repeat(32), enabled: true, remoteGateway: host, status: "Activated", connections: [{ name: "c".repeat(32), enabled: true, localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.0/24", up: true }]
	}, { name: "old", enabled: true, remoteGateway: "10.0.0.9", status: "Idle", connections: [{ name: "net", enabled: true, localNetwork: "10.1.0.0/24", remoteNetwork: "10.3.0.0/24", up: false }] }];
	const [first, of, second, under] = lines(peersText(() => gateway.peers()));
	t.is(first!.indexOf("Activated"), second!.indexOf("Idle"));
	t.is(first!.indexOf("gateway"), second!.indexOf("10.0.0.9"));
	t.is(of!.indexOf("up "), under!.indexOf("down "));
	t.is(of!.indexOf("10.2.0.0/24"), under!.indexOf("10.3.0.0/24"));
	gateway.ikeSAs = [{ ...ikeSA, remoteGateway: host, algorithm: "AES-CBC-256/SHA512/CURVE25519" }, { ...ikeSA, remoteGateway: "10.0.0.9", status: "Idle", state: 0 }];
	const rows = lines(statusText(gateway.snapshot()));
	const at = rows.findIndex((line) => line.startsWith("Remote Gateway"));
	for (const line of rows.slice(at, at + 3))
		t.true(line.length <= WIDTH, line);
	t.is(rows[at]!.indexOf("Status"), rows[at + 1]!.indexOf("Activated"));
	t.is(rows[at]!.indexOf("Algorithm"), rows[at + 1]!.indexOf("AES-256/"));
	t.is(rows[at]!.indexOf("Status"), rows[at + 2]!.indexOf("Idle"));
});

test("status text: memory, and the counters that are not 0", (t) => {
	const gateway = new FakeGateway();
	gateway.tableList = [{ name: "SAD", used: 2, highWater: 4, size: 48, bytes: 24576 }];
	t.deepEqual(lines(memoryText(gateway)), [
		"table                                   used        peak        size       bytes",
		"SAD                                        2           4          48       24576",
		""
	]);
	gateway.counterList = [{ name: "replayed", value: 3 }];
	t.deepEqual(lines(memoryText(gateway)).slice(2), ["", "counters that are not 0", `replayed${"3".padStart(72)}`, ""]);
});

test("status text: large numbers in few characters", (t) => {
	t.is(compact(0), "0");
	t.is(compact(999999999), "999999999");
	t.is(compact(1000000000), "1000000k");
	t.is(compact(2 ** 53), "9007199G");
});

test("status words: the negotiation states", (t) => {
	t.is(statusWord(0), "Idle");
	t.is(statusWord(5), "Negotiating(5)");
	t.is(statusWord(9), "Activated");
	t.is(negotiationStates.length, 10);
	t.is(stateMeaning(3, "main", "initiator"), "1st message sent");
	t.is(stateMeaning(6, "main", "initiator"), "2nd valid message received");
	t.is(stateMeaning(8, "main", "initiator"), "3rd valid message received");
	t.is(stateMeaning(8, "main", "responder"), "");
	t.is(stateMeaning(2, "main", "initiator"), "");
	t.is(stateMeaning(4, "aggressive", "initiator"), "1st valid message received");
	t.is(stateMeaning(4, "aggressive", "responder"), "2nd valid message received");
	t.is(stateMeaning(0, "main", "initiator"), "");
	t.is(stateMeaning(99, "main", "initiator"), "");
});

test("a status of 48 SAs is written in under a second at 115,200 baud, and no wider than 100", (t) => {
	const gateway = new FakeGateway();
	gateway.sas = Array.from({ length: 48 }, (_, i) => ({
		...sa, destination: "255.255.255.255", direction: i % 2 === 0 ? "Outgoing" as const : "Incoming" as const, protocol: "AH+ESP" as const, algorithm: "AES-CBC-256/HMAC-SHA512-256+HMAC-SHA512-256",
		elapsedTime: 31536000, lifeTime: 31536000, bytesProcessed: 2 ** 50, erroredPackets: 2 ** 50,
	}));
	gateway.ikeSAs = Array.from({ length: 16 }, () => ({ ...ikeSA, remoteGateway: "255.255.255.255", status: "Negotiating(8)", state: 8, algorithm: "AES-CBC-256/SHA512/CURVE25519", elapsedTime: 31536000, lifeTime: 31536000, natT: "Both ends" as const }));
	const text = [...statusText(gateway.snapshot())].join("");
	const lines = text.split("\n");
	t.true(lines.every((line) => line.length <= 100));
	// A terminal gets a carriage return with each line; a byte takes ten bits.
	t.true(text.length + lines.length <= 11000, `${text.length + lines.length} bytes`);
});
