import test from "ava";
import { PAGE_PIECE_SIZE, SECURITY_ASSOCIATIONS } from "../../../modules/limits.js";
import { jsonText, statusJSON } from "../../../modules/status/json.js";
import { connection } from "../pages/gateway.js";
import { FakeGateway, ikeSA, problem, sa } from "./fakes.js";

function whole(gateway: FakeGateway): string {
	return [...statusJSON(gateway.snapshot())].join("");
}

test("status.json: names, order and types of every field", (t) => {
	const gateway = new FakeGateway();
	gateway.sas = [sa, { ...sa, direction: "Incoming", spi: "0x00000100", dying: true }];
	gateway.ikeSAs = [ikeSA];
	gateway.problems = [problem];
	const document = JSON.parse(whole(gateway));
	t.deepEqual(Object.keys(document), ["gateway", "securityAssociations", "ikeSecurityAssociations", "problems", "connections"]);
	t.deepEqual(document.gateway, { name: "gate-a", version: "0.1.0", uptime: 812, engine: "XS 13.3.0", crypto: "openssl 3.0.17", storageFault: "" });
	t.deepEqual(Object.keys(document.gateway), ["name", "version", "uptime", "engine", "crypto", "storageFault"]);
	t.deepEqual(document.securityAssociations[0], { ...sa });
	t.deepEqual(Object.keys(document.securityAssociations[0]).slice(0, 14), [
		"destination", "direction", "spi", "protocol", "algorithm", "elapsedTime", "lifeTime", "bytesProcessed", "erroredPackets",
		"packets", "peer", "connection", "localNetwork", "remoteNetwork"]);
	t.is(document.securityAssociations[1].spi, "0x00000100");
	t.deepEqual(document.ikeSecurityAssociations, [{ ...ikeSA }]);
	t.deepEqual(Object.keys(document.ikeSecurityAssociations[0]), [
		"id", "remoteGateway", "status", "state", "mode", "role", "algorithm", "authentication", "elapsedTime", "lifeTime", "natT", "phase2Negotiations", "peer", "dying", "young"]);
	const { time, peer, connection, phase, cause, text, setting, role, mode, state, sign, values, ...rest } = document.problems[0];
	t.deepEqual({ time, peer, connection, phase, cause, text, setting, role, mode, state, sign, values, theirs: problem.theirs, certificate: false, transport: false, ports: problem.ports }, { ...problem });
	t.deepEqual(Object.keys(document.problems[0]).slice(0, 7), ["time", "peer", "connection", "phase", "cause", "text", "setting"]);
	t.deepEqual([rest.certainty, rest.otherwise, rest.title], ["certain", [], "The two ends disagree about PFS"]);
	t.is(rest.change, "Switch PFS off, or have the other side use MODP2048.");
	t.deepEqual(rest.ask.split("\n").slice(-3), ["Our settings:", "- PFS: MODP2048", "Does your gateway use PFS, and with which DH group?"]);
});

test("status.json: nothing to show is empty lists", (t) => {
	const document = JSON.parse(whole(new FakeGateway()));
	t.deepEqual([document.securityAssociations, document.ikeSecurityAssociations, document.problems], [[], [], []]);
});

test("status.json: a full table comes in small pieces", (t) => {
	const gateway = new FakeGateway();
	gateway.sas = Array.from({ length: SECURITY_ASSOCIATIONS }, () => sa);
	let count = 0;
	for (const piece of statusJSON(gateway.snapshot())) {
		t.true(piece.length <= PAGE_PIECE_SIZE / 4);
		count++;
	}
	t.true(count > SECURITY_ASSOCIATIONS);
	t.is(JSON.parse(whole(gateway)).securityAssociations.length, SECURITY_ASSOCIATIONS);
});

test("F16 status.json: what cannot be seen is escaped, and reads back as it was", (t) => {
	const gateway = new FakeGateway();
	const text = "\"quoted\" \\ \u0000\u001b[2J\n\u007f\u009b\u202e\u2028\ufeff caf\u00e9 \ud83d\ude00";
	gateway.problems = [{ ...problem, text }];
	const json = whole(gateway);
	t.is(JSON.parse(json).problems[0].text, text);
	t.regex(json, /\\u007f\\u009b\\u202e\\u2028\\ufeff caf\u00e9 /);
	for (let i = 0; i < json.length; i++)
		t.true(json[i] === "\n" || json.charCodeAt(i) >= 0x20 && json.charCodeAt(i) !== 0x7f);
	t.is(jsonText("a"), "\"a\"");
});

test("status.json: what each connection has carried, and when it came up and went down", (t) => {
	const gateway = new FakeGateway();
	gateway.connections = [connection(2), connection(3, { turns: () => [] })];
	const document = JSON.parse(whole(gateway));
	t.is(document.connections.length, 2);
	t.deepEqual(Object.keys(document.connections[0]), ["peer", "connection", "enabled", "up", "localNetwork", "remoteNetwork", "bytesIn", "bytesOut", "packetsIn", "packetsOut", "errorsIn", "errorsOut",
		"negotiations", "failedNegotiations", "turnCount", "turns"]);
	t.is(document.connections[0].bytesIn, 2469134);
	t.deepEqual(document.connections[0].turns[1], { time: 640, up: false, reason: "deleted by the peer" });
	t.deepEqual(document.connections[1].turns, []);
});
