/** A live gateway among strangers: wrong messages by the thousand, some well aimed, and a scanner, while its tunnel goes on. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Keygate } from "./keygate.js";
import { interop, result, type Lab } from "./lab.js";
import type { Side } from "./network.js";
import { ping, pingUntilAnswered, SteadyPing } from "./traffic.js";

const secret = "interoperation, strangers";
const ours = { phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }], pfs: 14, secret };
const theirs = { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret };
const flood = fileURLToPath(new URL("./flood.js", import.meta.url));

interface Tally { sent: number; sentBytes: number; received: number; receivedBytes: number; largest: number }

/** Kilobytes of memory that a process has in use. */
function resident(pid: number): number {
	return Number(readFileSync(`/proc/${pid}/status`, "latin1").match(/^VmRSS:\s+(\d+)/m)![1]);
}

for (const port of [500, 4500])
	for (const [who, address] of [["the peer's own address", "10.0.0.2"], ["a stranger's address", "10.0.0.9"]] as const)
		interop(`F10 F13 hostile: 20000 wrong messages to port ${port} from ${who} disturb nothing`, async (t, lab) => {
			const { keygate, network: { left, right } } = lab;
			await right.namespace.run(["ip", "address", "add", `${address}/24`, "dev", "wan"]);
			await lab.set(ours, theirs);
			await pingUntilAnswered(left, right);
			const before = await keygate.status();
			const memory = resident(keygate.pid);
			const steady = new SteadyPing(left, right);
			const { NODE_OPTIONS: _, ...env } = process.env;
			const tally = JSON.parse(await right.namespace.must([process.execPath, flood, address, left.wan, `${port}`, "20000", `${port}`], { limit: 60000, env })) as Tally;
			const { sent, received } = await steady.stop();

			// the tunnel that was there went on, with the same SAs
			t.is(sent - received, 0, `${received} of ${sent} pings answered`);
			const after = await keygate.status();
			t.deepEqual(after.securityAssociations.map((sa) => sa.spi).sort(), before.securityAssociations.map((sa) => sa.spi).sort());
			const id = before.ikeSecurityAssociations.find((sa) => sa.state === 9)!.id;
			t.true(after.ikeSecurityAssociations.some((sa) => sa.id === id && sa.state === 9));

			// at most one answer to each, never much larger; no memory that grows
			t.true(tally.received <= tally.sent, JSON.stringify(tally));
			t.true(tally.receivedBytes <= 2 * tally.sentBytes, JSON.stringify(tally));
			// 2048 are the filter of first messages, which nothing touches before (admission.c)
		t.true(resident(keygate.pid) - memory < 4096, `${memory} kB before, ${resident(keygate.pid)} kB after`);

			// and a new negotiation is possible at once
			await keygate.command("down branch");
			await keygate.down({ ike: false });
			await keygate.command("up branch/office");
			await keygate.up();
			await pingUntilAnswered(left, right);
			t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
			result(`hostile  port ${port} from ${who}: ${tally.sent} wrong messages, ${tally.received} answers, ${received}/${sent} pings`);
		});

/** What strangers.py says of its work. */
interface Aimed { readonly sent: number; readonly answers: number; readonly surplus: number; readonly largest: number; readonly packets: number; readonly kinds: Readonly<Record<string, number>> }

/** Runs it in the peer's namespace. */
async function scapy(lab: Lab, what: "aim" | "seal", wanted: object): Promise<Aimed> {
	return JSON.parse(await lab.network.right.namespace.must(["/usr/bin/python3", "tests/interop/strangers.py", what, JSON.stringify(wanted)], { limit: 60000 })) as Aimed;
}

/** What `memory` counts, by name. */
async function counters(keygate: Keygate): Promise<Map<string, number>> {
	return new Map([...(await keygate.command("memory")).matchAll(/^\s*(\S+) +(\d+)/gm)].map((match) => [match[1]!, Number(match[2])]));
}

/** How many lines the VPN log has had, as far as its ring remembers. */
async function newest(keygate: Keygate): Promise<number> {
	return (await keygate.command("log vpn 1000")).split("\n").filter((line) => /^ *\d+\.\d{3} /.test(line)).length;
}

/** What is counted, whoever sends it. Only the peer's address gets as far as proposals, message 3 and message 5. */
const anybody = ["ike-header-truncated", "ike-header-length", "ike-header-version", "ike-header-flags", "ike-unknown-exchange", "ike-message-id", "ike-unknown-cookies", "ike-too-long",
	"ike-malformed-payload-type", "ike-malformed-length", "ike-malformed-truncated", "ike-malformed-reserved", "ike-malformed-too-many",
	"ike-fragment-length", "ike-fragment-truncated", "ike-fragment-count", "ike-too-many-fragments", "ike-fragment-unknown-cookies", "ike-fragment-in-fragment",
	"ike-unprotected-informational", "ike-wrong-hash", "ike-not-encrypted", "malformed", "unknown-spi", "replayed", "bad-icv", "udp-runts"];
const candidate = ["ike-payload-out-of-place", "ike-malformed-doi", "ike-malformed-situation", "ike-malformed-count", "ike-malformed-spi", "ike-phase1-algorithm-mismatch", "ike-mode-mismatch", "ike-key-mismatch"];
const stranger = ["ike-peer-not-configured"];

for (const [who, address, reasons] of [["the peer's own address", "10.0.0.2", candidate], ["a stranger's address", "10.0.0.9", stranger]] as const)
	interop(`F10 F11 F12 F13 hostile: ISAKMP, ESP and AH that Scapy aimed at each check, from ${who}`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await right.namespace.run(["ip", "address", "add", `${address}/24`, "dev", "wan"]);
		// AH is offered and not chosen, and with "auto" there is ESP without UDP: so all sockets are open
		await lab.set({ ...ours, natTraversal: "auto", phase2: [...ours.phase2, { protocol: "ah", authentication: "hmac-sha256-128" }] }, theirs);
		await pingUntilAnswered(left, right);
		const before = await keygate.status();
		const memory = resident(keygate.pid);
		const logged = await newest(keygate);
		const [, initiatorCookie, responderCookie] = (await charon.sas()).match(/([0-9a-f]{16})_i\*? ([0-9a-f]{16})_r/)!;
		const spi = Number(before.securityAssociations.find((sa) => sa.direction === "Incoming")!.spi);
		const steady = new SteadyPing(left, right);
		const aimed = await scapy(lab, "aim", { from: address, to: left.wan, rounds: 2, initiatorCookie, responderCookie, spi });
		const { sent, received } = await steady.stop();

		// no ping lost, the same tunnels, the same control plane, no memory that grows
		t.is(sent - received, 0, `${received} of ${sent} pings answered`);
		t.true(sent > 20);
		const after = await keygate.status();
		t.deepEqual(after.securityAssociations.map((sa) => sa.spi), before.securityAssociations.map((sa) => sa.spi));
		t.true(after.ikeSecurityAssociations.some((sa) => sa.id === initiatorCookie && sa.state === 9));
		t.true(after.gateway.uptime > before.gateway.uptime, `${before.gateway.uptime} s before, ${after.gateway.uptime} s after`);
		// 2048 are the filter of first messages, which nothing touches before (admission.c)
		t.true(resident(keygate.pid) - memory < 4096, `${memory} kB before, ${resident(keygate.pid)} kB after`);

		// at most one answer to each, none large; each reason counted; few lines for many messages
		t.true(aimed.surplus <= 0 && aimed.answers <= aimed.sent, JSON.stringify(aimed));
		t.true(aimed.largest <= 400, JSON.stringify(aimed));
		const counts = await counters(keygate);
		for (const reason of [...anybody, ...reasons])
			t.true(counts.get(reason)! > 0, `${reason}: ${JSON.stringify([...counts])}`);
		const lines = await newest(keygate) - logged;
		t.true(lines < (aimed.sent + aimed.packets) / 4, `${lines} lines for ${aimed.sent} messages and ${aimed.packets} packets`);

		// what has the peer's own seal, and is wrong inside: what was sealed right is taken, and so is what the peer sends
		if (address === right.wan) {
			const key = charon.keys().encryptionResponder;
			const sealed = await scapy(lab, "seal", { from: address, to: left.wan, spi, key, sequence: sent + 100, near: left.lan, far: right.lan });
			t.is(sealed.sent, 12);
			const inside = await counters(keygate);
			for (const reason of ["bad-padding", "bad-next-header", "selector-mismatch", "malformed", "dummy"])
				t.true(inside.get(reason)! > (counts.get(reason) ?? 0), `${reason}: ${JSON.stringify([...inside])}`);
		}
		t.deepEqual(await ping(left, right), { sent: 5, received: 5 });

		// a new negotiation is possible at once
		await keygate.command("down branch");
		await keygate.down({ ike: false });
		await keygate.command("up branch/office");
		await keygate.up();
		await pingUntilAnswered(left, right);
		result(`hostile  Scapy from ${who}: ${aimed.sent} messages of ${Object.keys(aimed.kinds).length} kinds and ${aimed.packets} packets, ${aimed.answers} answers, ${lines} lines logged, ${received}/${sent} pings`);
	});

/** What a TCP connection from `from` to port 80 of `to` comes to: "open", or the error's name. */
async function connects(side: Side, from: string, to: string): Promise<string> {
	const code = `import socket, sys
s = socket.socket()
s.settimeout(1.5)
s.bind(("${from}", 0))
try:
    s.connect(("${to}", 80))
    print("open")
except OSError as e:
    print(type(e).__name__)`;
	return (await side.namespace.must(["/usr/bin/python3", "-c", code])).trim();
}

interop("hostile: the pages are there for the LAN, and for who comes through a tunnel, and not for the WAN", async (t, lab) => {
	const { network: { left, right } } = lab;
	await right.namespace.run(["ip", "address", "add", "10.0.0.9/24", "dev", "wan"]);
	await lab.set(ours, theirs);
	t.is(await connects(left, left.lan, left.lan), "open");
	t.is(await connects(right, "10.0.0.9", left.wan), "ConnectionRefusedError");
	// Linux itself would answer for its LAN address on the WAN
	await right.namespace.must(["ip", "route", "add", `${left.lan}/32`, "via", left.wan]);
	try {
		t.is(await connects(right, "10.0.0.9", left.lan), "TimeoutError");
	}
	finally {
		await right.namespace.must(["ip", "route", "delete", `${left.lan}/32`]);
	}
	await pingUntilAnswered(left, right);
	t.is(await connects(right, right.lan, left.lan), "open");
});

interop("hostile: ike-scan finds what is offered, and gets no key material for what is not", async (t, lab) => {
	const { keygate, charon, network: { right } } = lab;
	await lab.set(ours, theirs);
	// charon has port 500; ike-scan asks from another
	const scan = async (...words: string[]) => (await right.namespace.run(["ike-scan", "--sport=0", "--retry=2", "--timeout=300", "-M", ...words, lab.network.left.wan])).output;
	const offered = await scan("--trans=(1=7,14=256,2=4,3=1,4=14)");
	t.regex(offered, /Main Mode Handshake returned/);
	t.regex(offered, /Enc=AES KeyLength=256 Hash=SHA2-256/);
	for (const trans of ["(1=1,2=1,3=1,4=1)", "(1=7,14=128,2=2,3=1,4=2)", "(1=7,14=256,2=4,3=3,4=14)"]) {
		const other = await scan(`--trans=${trans}`);
		t.notRegex(other, /Handshake returned/, trans);
	}
	t.notRegex(await scan("-A", "--id=gate", "--trans=(1=7,14=256,2=4,3=1,4=14)"), /Handshake returned/, "aggressive mode is not spoken here");
	await charon.initiate();
	await keygate.up();
});
