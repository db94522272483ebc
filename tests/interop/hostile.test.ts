/** A live gateway among strangers: wrong messages by the thousand and a scanner, while its tunnel goes on. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { interop, result } from "./lab.js";
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
			t.true(resident(keygate.pid) - memory < 2048, `${memory} kB before, ${resident(keygate.pid)} kB after`);

			// and a new negotiation is possible at once
			await keygate.command("down branch");
			await keygate.down({ ike: false });
			await keygate.command("up branch/office");
			await keygate.up();
			await pingUntilAnswered(left, right);
			t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
			result(`hostile  port ${port} from ${who}: ${tally.sent} wrong messages, ${tally.received} answers, ${received}/${sent} pings`);
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
