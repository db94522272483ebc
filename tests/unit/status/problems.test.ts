/** What is said of problems: every cause, however it showed, in either role and mode. */
import test from "ava";
import type { Cause, Problem, Sign } from "../../../modules/ike/types.js";
import { ownValues } from "../../../modules/gateway/values.js";
import { askText, changeText, otherTexts, sureText, titleOf, valueName, whereText } from "../../../modules/status/advice.js";
import { certainty, others, values, type ShownProblem } from "../../../modules/status/problems.js";
import { connection, peer } from "../ike/network.js";

const causes: readonly Cause[] = [
	"peer-unreachable", "mode-mismatch", "phase1-algorithm-mismatch", "id-mismatch", "key-mismatch", "certificate-missing", "certificate-untrusted", "certificate-expired",
	"certificate-revoked", "authentication-method-mismatch", "phase2-protocol-mismatch", "phase2-algorithm-mismatch", "pfs-mismatch", "network-mismatch", "peer-not-configured", "table-full", "peer-refused"
];
const signs: readonly Sign[] = ["decision", "request", "protected", "reason", "clear", "garbage", "delete", "silence", "packets", "local"];
const secret = "the secret of both";
const settings = peer("branch", "10.0.0.1", "10.0.0.2", {
	preSharedKey: secret, localId: { type: "fqdn", value: "gate.example" }, connections: [connection({ pfs: 14, phase2Proposals: [{ protocol: "ah+esp", encryption: "3des-cbc", authentication: "hmac-md5-96" }] })]
});

function show(problem: Problem, certificate: boolean): ShownProblem {
	const situation = { certificate, transport: false };
	const own = { ...settings, authentication: certificate ? "certificate" as const : "pre-shared key" as const, ...(certificate ? { ownCertificate: "own" } : {}) };
	return { ...problem, ...situation, ports: [5500, 5501], values: values(problem, situation, own.remoteGateway, (name) => ownValues(name, "10.0.0.1", own, own.connections)) };
}

const base: Problem = {
	time: 5, peer: "branch", connection: "", phase: 1, cause: "mode-mismatch", text: "what happened", setting: "/settings/peers/branch#phase1Mode", sign: "clear", role: "initiator", mode: "main", state: 3,
	theirs: "answer NO-PROPOSAL-CHOSEN\n"
};

test("a peer that does not answer: the ports are those of the settings", (t) => {
	for (const role of ["initiator", "responder"] as const) {
		const problem = show({ ...base, cause: "peer-unreachable", sign: "silence", role }, false);
		t.regex(changeText(problem), /UDP ports 5500 and 5501/);
		t.regex([...askText(problem)].join("\n"), /Do our messages arrive at your gateway \(UDP ports 5500 and 5501\)/);
	}
	t.true([...otherTexts(show({ ...base, cause: "key-mismatch", sign: "silence", state: 7 }, false))].includes("messages are lost on the way: UDP port 5501 is blocked, or large datagrams that go in fragments"));
});

test("every cause, sign, role, mode and state has words, values of both sides, and no secret", (t) => {
	let count = 0;
	for (const cause of causes)
		for (const sign of signs)
			for (const role of ["initiator", "responder"] as const)
				for (const mode of ["main", "aggressive"] as const)
					for (const [phase, state] of [[1, 0], [1, 3], [1, 5], [1, 7], [2, 9]] as const)
						for (const certificate of [false, true]) {
							const problem = show({ ...base, cause, sign, role, mode, phase, state, connection: phase === 2 ? "office" : "" }, certificate);
							const what = [cause, sign, role, mode, state].join();
							const list = others(problem, problem);
							t.false(list.includes(cause), what);
							t.is(new Set(list).size, list.length, what);
							t.is([...otherTexts(problem)].length, list.length, what);
							const sure = certainty(problem, problem);
							t.true(sure === "certain" ? list.length === 0 : true, what);
							t.true(sureText(problem).toLowerCase().includes(sure), what);
							const texts = [titleOf(problem), whereText(problem), changeText(problem), ...askText(problem), ...otherTexts(problem)];
							for (const text of texts)
								t.true(text.length > 3 && text.length < 300 && !text.includes("undefined") && !text.includes(secret), `${what}: ${text}`);
							t.true(texts.some((text) => text.includes("10.0.0.1") && text.includes("10.0.0.2")), what);
							t.is(problem.values[0]!.name, "address");
							t.is(problem.values.at(-1)!.name, "answer", what);
							for (const { name, setting } of problem.values) {
								t.true(valueName(name) !== undefined);
								t.true(setting === "" || setting.startsWith("/settings/"), setting);
							}
							count++;
						}
	t.is(count, causes.length * signs.length * 40);
});

test("values: a difference is marked, what both have is none, and what was not told neither", (t) => {
	const shown = show({
		...base, phase: 2, connection: "office", cause: "network-mismatch", sign: "decision", role: "responder", state: 9,
		theirs: "localNetwork 10.1.0.0/24\nremoteNetwork 10.9.0.0/24\npfs MODP2048\npfs off\nproposals AH HMAC-MD5-96 and ESP 3DES-CBC\n"
	}, false);
	t.deepEqual(shown.values.map(({ name, ours, theirs, differs }) => [name, ours.join(), theirs.join(), differs]), [
		["address", "10.0.0.1", "10.0.0.2", false], ["localNetwork", "10.1.0.0/24", "10.1.0.0/24", false], ["remoteNetwork", "10.2.0.0/24", "10.9.0.0/24", true],
		["proposals", "AH HMAC-MD5-96 and ESP 3DES-CBC", "AH HMAC-MD5-96 and ESP 3DES-CBC", false], ["pfs", "MODP2048", "MODP2048,off", false]
	]);
	t.is(shown.values[2]!.setting, "/settings/peers/branch/connections/office#remoteNetwork");
	// Any identity fits where none is expected.
	const any = show({ ...base, cause: "id-mismatch", sign: "decision", theirs: "peerIdentity fqdn x.example\n" }, false).values.find(({ name }) => name === "peerIdentity")!;
	t.deepEqual([any.ours, any.differs], [["any"], false]);
});

test("what is to be changed names the other side's value, and for its identity the peer's, for ours our own", (t) => {
	const change = (problem: Partial<Problem>): string => changeText(show({ ...base, ...problem }, false));
	t.is(change({ sign: "request", theirs: "mode aggressive\n" }), "Set the mode of phase 1 to aggressive, or have the other side use main mode.");
	t.is(change({}), "Set the mode of phase 1 to aggressive, or have the other side use main mode.");
	t.regex(change({ cause: "id-mismatch", sign: "decision", theirs: "peerIdentity fqdn x.example\n" }), /identity of the peer to fqdn x\.example/);
	t.regex(change({ cause: "id-mismatch", sign: "protected" }), /identity of this unit/);
	// NO-PROPOSAL-CHOSEN is what most gateways say to PFS that they do not have as well.
	t.regex(change({ cause: "phase2-algorithm-mismatch", phase: 2, connection: "office", sign: "protected", theirs: "answer NO-PROPOSAL-CHOSEN\n" }), /or set PFS as it has it/);
	t.notRegex(change({ cause: "phase2-protocol-mismatch", phase: 2, connection: "office", sign: "protected", theirs: "answer INVALID-PROTOCOL-ID\n" }), /PFS/);
	t.regex(change({ cause: "phase2-protocol-mismatch", phase: 2, connection: "office", sign: "local", theirs: "" }), /^Add a proposal of ESP/);
	const anywhere = { certificate: false, transport: false };
	const road = (theirs: string) => values({ ...base, theirs }, anywhere, "0.0.0.0", () => ["10.0.0.1"]).find(({ name }) => name === "address")!.theirs;
	t.deepEqual([road("address 192.0.2.7\n"), road("")], [["192.0.2.7"], []], "0.0.0.0 is nobody's address");
	// So do most of whom they do not know.
	t.regex(change({ cause: "phase1-algorithm-mismatch" }), /^Ask whether the other side has a tunnel for our address, with IKEv1\. If it has, add a proposal/);
	t.regex([...askText(show({ ...base, cause: "phase1-algorithm-mismatch" }, false))].at(-1)!, /^Does your gateway have a tunnel for our address, with IKEv1\? Which encryption/);
	const silent = { cause: "peer-unreachable", sign: "silence" } as const;
	t.regex(change(silent), /; and that the other side has its tunnel with IKEv1\.$/);
	t.regex(change({ ...silent, state: 9 }), /between this unit and it\.$/, "it was up");
	const second = { sign: "request", theirs: "mode IKEv2\n" } as const;
	t.is(change(second), "Have the other side use IKEv1 for this tunnel.");
	t.is([...askText(show({ ...base, ...second }, false))].at(-1), "Please set your gateway's tunnel to IKEv1.");
	for (const what of ["XAUTH", "mode config"])
		t.is(change({ cause: "authentication-method-mismatch", sign: "protected", theirs: `authentication ${what}\n` }), `Have the other side use pre-shared key without ${what}.`);
	const certificate = (answer: string) => show({ ...base, cause: "certificate-untrusted", sign: "protected", theirs: `answer ${answer}\n` }, true);
	t.regex(changeText(certificate("INVALID-CERTIFICATE")), /^See whether the certificate of this unit is valid now/);
	t.is(others(certificate("INVALID-CERTIFICATE"), certificate("INVALID-CERTIFICATE"))[0], "certificate-expired");
	t.regex(changeText(certificate("INVALID-CERT-AUTHORITY")), /^Choose a certificate of an authority/);
	// One that is too weak is not trusted by an import.
	t.regex(changeText(show({ ...base, cause: "certificate-untrusted", sign: "decision", theirs: "peerCertificate CN=b\n" }, true)), /import its certificate; else the other side needs another one/);
	// No setting of ours lets a certificate name whom it does not name.
	t.regex(changeText(show({ ...base, cause: "id-mismatch", sign: "decision", theirs: "peerIdentity fqdn x.example\npeerCertificate CN=b\n" }, true)), /^Here nothing/);
	// What this unit does not have, and is named by a number, is not to be added.
	const unknown = { phase: 2, connection: "office", sign: "decision" } as const;
	t.is(change({ cause: "phase1-algorithm-mismatch", sign: "request", theirs: "algorithms cipher 3/hash 1/group 1\nalgorithms 3DES-CBC/MD5/MODP1024\nalgorithms 2 more\n" }), "Add a proposal that the other side offers: 3DES-CBC/MD5/MODP1024.");
	for (const [cause, theirs] of [["phase1-algorithm-mismatch", "algorithms AES-CBC-128/SHA1/group 22\n"], ["phase2-algorithm-mismatch", "proposals ESP transform 2/authentication 1\n"], ["pfs-mismatch", "pfs group 1\n"]] as const)
		t.regex(change({ ...unknown, cause, theirs }), /^Here nothing: this unit has none/, cause);
	t.regex(change({ ...unknown, cause: "phase2-protocol-mismatch", setting: "/settings/peers/branch#natTraversal", theirs: "proposals ESP AES-CBC-128/HMAC-SHA1-96\n" }), /^Set NAT traversal/);
	t.regex(change({ cause: "peer-refused", phase: 2, connection: "office", sign: "delete", theirs: "answer Delete\n" }), /log of the other side/);
	// A keygate says which it is.
	const told = { phase: 2, connection: "office", sign: "reason" } as const;
	t.regex(change({ ...told, cause: "phase2-algorithm-mismatch" }), /other algorithms of the same protocol/);
	t.regex(change({ ...told, cause: "phase2-protocol-mismatch" }), /another protocol \(ESP, AH, or both\)/);
	t.is(change({ ...told, cause: "pfs-mismatch", theirs: "pfs CURVE25519\n" }), "Set PFS to CURVE25519, or have the other side use MODP2048.");
	t.is(change({ ...told, cause: "phase2-protocol-mismatch", setting: "/settings/peers/branch/connections/office#mode", theirs: "encapsulation transport\n" }), "Set the mode to transport, or have the other side use tunnel mode.");
	t.is(changeText(show({ ...base, ...told, cause: "pfs-mismatch", theirs: "pfs off\n" }, false)), "Switch PFS off, or have the other side use MODP2048.");
	t.regex(change({ ...told, cause: "table-full" }), /Here nothing/);
	t.regex(change({ ...told, cause: "network-mismatch" }), /Here nothing: the other side has to switch its connection on/);
	t.is(titleOf(show({ ...base, ...told, cause: "network-mismatch" }, false)), "The other side has the connection switched off");
	t.regex(change({ ...told, cause: "network-mismatch", sign: "protected" }), /may be switched off there/);
	t.notRegex(change({ ...told, cause: "network-mismatch", sign: "decision" }), /switched off/);
	t.is(titleOf(show({ ...base, ...told, cause: "table-full" }, false)), "A table of the other side is full");
	t.regex(change({ cause: "phase2-algorithm-mismatch", phase: 2, connection: "office", sign: "packets", theirs: "truncation 96 bits\n" }), /HMAC-SHA2-256 to 96 bits/);
	// A proposal was agreed on, and the tunnel is up.
	const up = { cause: "phase2-algorithm-mismatch", phase: 2, connection: "office", sign: "packets", theirs: "" } as const;
	t.regex(change(up), /^Use a proposal with other algorithms at both ends/);
	t.regex([...askText(show({ ...base, ...up }, false))][0]!, /is up and carries nothing/);
});
