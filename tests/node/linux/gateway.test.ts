// A whole gateway as a process: its LAN socket, its signals, its console, and what it does when its heap is full.
import test from "ava";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { LAN } from "../../../hosts/lab/lan.js";
import { ICMP, makeEcho, type Packet } from "../../../hosts/lab/packets.js";
import { executable, place, Running, RunningGateway, settings, type Place, type Status } from "./gateways.js";

/** A host behind a gateway: sends numbered echo requests, answers those of others, and waits for packets. */
class LANHost {
	readonly #lan = new LAN();
	readonly #address: string;
	readonly #received: Packet[] = [];

	constructor(address: string) {
		this.#address = address;
		this.#lan.attach(address, (packet) => this.#received.push(packet));
	}

	async open(here: Place, side: 1 | 2): Promise<this> {
		await this.#lan.open(join(here.folder, `lan-${side}`), Date.now() + 5000);
		return this;
	}

	send(destination: string, sequence: number, size = 64): void {
		this.#lan.send({ protocol: ICMP, source: this.#address, destination, payload: makeEcho(true, 1, sequence, size) });
	}

	/** Waits until `count` packets have come in all; their sequence numbers. */
	async receive(count: number, limit = 5000): Promise<number[]> {
		for (const deadline = Date.now() + limit; this.#received.length < count && Date.now() < deadline;)
			await new Promise((resolve) => setTimeout(resolve, 5));
		return this.#received.map(({ payload }) => payload.readUInt32BE(8));
	}

	close(): void {
		this.#lan.close();
	}
}

async function pair(words: readonly string[] = []): Promise<{ here: Place; a: RunningGateway; b: RunningGateway }> {
	const here = await place();
	const a = new RunningGateway(here.folder, settings(here, 1), words);
	const b = new RunningGateway(here.folder, settings(here, 2));
	await Promise.all([a.ready(), b.ready()]);
	return { here, a, b };
}

test("the first packet brings the tunnel up and comes through it; both ways; SIGTERM closes it at both ends and exits 0", async (t) => {
	const { here, a, b } = await pair();
	const left = await new LANHost("10.1.0.5").open(here, 1);
	const right = await new LANHost("10.2.0.7").open(here, 2);
	left.send("10.2.0.7", 1);
	t.deepEqual(await right.receive(1), [1]);
	for (let i = 10; i < 210; i++) {
		right.send("10.1.0.5", i, i * 6);
		if (i % 20 === 0)
			await left.receive(i - 10);
	}
	t.deepEqual(await left.receive(200), Array.from({ length: 200 }, (_, i) => i + 10));
	const { securityAssociations } = await a.until((status) => status.securityAssociations.length === 2);
	t.deepEqual(securityAssociations.map(({ direction, packets, erroredPackets }) => [direction, packets, erroredPackets]).sort(), [["Incoming", 200, 0], ["Outgoing", 1, 0]]);
	t.is(await a.stop("SIGTERM"), 0);
	await b.until((status) => status.securityAssociations.length === 0 && status.ikeSecurityAssociations.every((each) => each.status === "Idle"));
	t.is(await b.stop("SIGINT"), 0);
	left.close();
	right.close();
});

test("the firewall log is off, and switched on while a tunnel is up: both sides of each packet, in clear and under protection", async (t) => {
	const { here, a, b } = await pair();
	const left = await new LANHost("10.1.0.5").open(here, 1);
	const right = await new LANHost("10.2.0.7").open(here, 2);
	const log = async () => (await (await a.fetch("/log/firewall.jsonl")).text()).split("\n").slice(0, -1).map((line) => JSON.parse(line) as Record<string, string>);
	left.send("10.2.0.7", 1);
	t.deepEqual(await right.receive(1), [1]);
	t.deepEqual(await log(), []);
	t.regex(await a.configure(settings(here, 1, { firewallLog: "all" })), /no tunnel was closed/);
	left.send("10.2.0.7", 2);
	t.deepEqual(await right.receive(2), [1, 2]);
	right.send("10.1.0.5", 3);
	t.deepEqual(await left.receive(1), [3]);
	left.send("192.0.2.1", 4);
	const entries = await log();
	const seen = entries.filter(({ protocol }) => protocol !== "IKE").map(({ verdict, place, protocol, source, destination }) => `${verdict} ${place} ${protocol} ${source} ${destination}`);
	t.deepEqual(seen.slice(0, 4), ["Accept from LAN ICMP 10.1.0.5 10.2.0.7", "Accept to WAN ESP in UDP 127.0.0.1 127.0.0.2", "Accept from WAN ESP in UDP 127.0.0.2 127.0.0.1", "Accept to LAN ICMP 10.2.0.7 10.1.0.5"]);
	const { securityAssociations } = await a.status() as unknown as { securityAssociations: { spi: string }[] };
	for (const { spi, peer, connection } of entries.filter(({ protocol }) => protocol === "ESP in UDP")) {
		t.true(securityAssociations.some((sa) => sa.spi === spi));
		t.deepEqual([peer, connection], ["gate-2", "office"]);
	}
	await a.configure(settings(here, 1, { firewallLog: "denied" }));
	left.send("192.0.2.1", 5);
	left.send("10.2.0.7", 6);
	t.deepEqual(await right.receive(3), [1, 2, 6]);
	const last = (await log()).at(-1)!;
	t.deepEqual([last["verdict"], last["reason"], last["destination"]], ["Deny", "no-policy", "192.0.2.1"]);
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
	left.close();
	right.close();
});

test("unix: packets cut anywhere, a client that replaces another, one that does not keep to the protocol, and none", async (t) => {
	const { here, a, b } = await pair();
	const left = await new LANHost("10.1.0.5").open(here, 1);
	const first = connect(join(here.folder, "lan-2"));
	const data: Buffer[] = [];
	first.on("data", (bytes) => data.push(bytes));
	const replaced = new Promise<void>((resolve) => first.once("close", () => resolve()));
	await new Promise((resolve) => first.once("connect", resolve));
	left.send("10.2.0.7", 1);
	await a.until((status) => status.securityAssociations.length === 2);
	// An inner packet in three pieces; a second one right behind it.
	const echo = Buffer.from("4500001c0001000040016adf0a0200070a010005", "hex");
	const packet = Buffer.concat([echo, makeEcho(true, 1, 77, 4).subarray(0, 8)]);
	packet.writeUInt16BE(0, 10);
	packet.writeUInt16BE(28, 2);
	const framed = Buffer.concat([Buffer.from([0, 0, 0, 28]), packet]);
	for (const [from, to] of [[0, 2], [2, 9], [9, undefined]] as const) {
		first.write(framed.subarray(from, to));
		await new Promise((resolve) => setTimeout(resolve, 30));
	}
	first.write(framed);
	await a.until((status) => status.securityAssociations.some(({ direction, packets }) => direction === "Incoming" && packets === 2));
	t.is(Buffer.concat(data).readUInt32BE(0), 20 + 8 + 64);

	const right = await new LANHost("10.2.0.7").open(here, 2);
	await replaced;
	left.send("10.2.0.7", 2);
	t.deepEqual(await right.receive(1), [2]);

	const liar = connect(join(here.folder, "lan-2"));
	const dropped = new Promise<void>((resolve) => liar.once("close", () => resolve()));
	liar.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
	await dropped;
	// Nobody there: what comes is dropped, and the gateway goes on.
	left.send("10.2.0.7", 3);
	await b.until((status) => status.securityAssociations.some(({ direction, packets }) => direction === "Incoming" && packets === 3));
	const again = await new LANHost("10.2.0.7").open(here, 2);
	left.send("10.2.0.7", 4);
	t.deepEqual(await again.receive(1), [4]);
	for (const each of [left, right, again])
		each.close();
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
});

function spis({ securityAssociations }: Status): string[] {
	return (securityAssociations as readonly { readonly spi?: string }[]).map(({ spi }) => spi ?? "");
}

test("a full heap: one line, a fresh control plane, which has the SAs that were there, and the next packet goes by them", async (t) => {
	const { here, a, b } = await pair(["--fault", "heap"]);
	const left = await new LANHost("10.1.0.5").open(here, 1);
	const right = await new LANHost("10.2.0.7").open(here, 2);
	left.send("10.2.0.7", 1);
	t.deepEqual(await right.receive(1), [1]);
	const before = await a.until((status) => status.securityAssociations.length === 2);
	a.error = "";
	a.child.kill("SIGUSR1");
	await a.says(/control plane restarted: heap exhausted/);
	await a.ready();
	const after = await a.status();
	t.deepEqual(spis(after).filter((spi) => spis(before).includes(spi)), spis(before));
	t.is(before.securityAssociations.length, 2);
	t.is(a.error.split("\n").filter((line) => line.includes("restarted")).length, 1);
	// The LAN stays connected over it: without the interface, the system would send its packets elsewhere.
	left.send("10.2.0.7", 2);
	t.deepEqual(await right.receive(2), [1, 2]);
	left.close();
	right.close();
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
});

test("a full heap after the settings were changed, and while nothing was: SAs are known by what the settings say now", async (t) => {
	const { here, a, b } = await pair(["--fault", "heap"]);
	const document = settings(here, 1) as { peers: { connections: object[] }[] };
	const [peer] = document.peers as [{ connections: object[] }];
	// Another connection before it, and trifles; then the same said in another way.
	const other = { name: "first", order: 7, localNetwork: "10.1.0.0/24", remoteNetwork: "10.9.0.0/24", phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off" };
	t.regex(await a.configure({ ...document, peers: [{ ...peer, deadPeerDetection: { interval: 50, timeout: 90 }, connections: [other, { ...peer.connections[0], start: "on traffic", enabled: true }] }] }), /settings read anew/);
	const left = await new LANHost("10.1.0.5").open(here, 1);
	const right = await new LANHost("10.2.0.7").open(here, 2);
	left.send("10.2.0.7", 1);
	t.deepEqual(await right.receive(1), [1]);
	const before = spis(await a.until((status) => status.securityAssociations.length === 2));
	for (let i = 0; i < 2; i++) {
		a.error = "";
		a.child.kill("SIGUSR1");
		await a.says(/tunnels keep carrying/);
		await a.ready();
		t.deepEqual(spis(await a.status()).filter((spi) => before.includes(spi)), before);
	}
	left.close();
	right.close();
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
});

test("a heap that is full again and again ends the gateway", async (t) => {
	const here = await place();
	const gateway = await new RunningGateway(here.folder, settings(here, 1), ["--fault", "heap"]).ready();
	for (let i = 0; i < 6; i++) {
		gateway.error = "";
		gateway.child.kill("SIGUSR1");
		if (i < 5)
			await gateway.says(/restarted[^]*pages on/);
	}
	t.is(await gateway.end(), 7);
	t.regex(gateway.error, /\nkeygate: the control plane ended 6 times within a minute, giving up\n$/);
});

test("a heap that is full while the gateway ends: it ends all the same, and says so", async (t) => {
	const here = await place();
	const gateway = await new RunningGateway(here.folder, settings(here, 1), ["--fault", "end"]).ready();
	t.is(await gateway.stop(), 7);
	t.regex(gateway.error, /\nkeygate: control plane ended before it had closed all tunnels \(memory full: no room for chunks\)\n$/);
});

test("SIGUSR1 does nothing without --fault", async (t) => {
	const here = await place();
	const gateway = await new RunningGateway(here.folder, settings(here, 1)).ready();
	gateway.child.kill("SIGUSR1");
	await new Promise((resolve) => setTimeout(resolve, 100));
	t.is((await gateway.status()).securityAssociations.length, 0);
	t.notRegex(gateway.error, /restarted/);
	t.is(await gateway.stop(), 0);
});

test("the console on standard input and output: answers, the end of input, and the gateway goes on", async (t) => {
	const here = await place();
	const gateway = await new RunningGateway(here.folder, settings(here, 1), ["--console", "stdio"], { stdio: ["pipe", "pipe", "pipe"] }).ready();
	gateway.child.stdin!.write("version\nnonsense\n");
	await gateway.says(/keygate> keygate \d[^\n]*\nkeygate> \? unknown command "nonsense", try help\nkeygate> /);
	gateway.child.stdin!.end();
	await new Promise((resolve) => setTimeout(resolve, 100));
	t.is((await gateway.status()).securityAssociations.length, 0);
	t.is(gateway.child.exitCode, null);
	t.is(await gateway.stop(), 0);
});

for (const [name, command] of [["a pipe", "cat \"$0\" | \"$@\" | (sleep 1; cat)"], ["a file", "\"$@\" < \"$0\" | (sleep 1; cat)"]] as const) {
	test(`a script of commands from ${name}: every answer comes whole after the end of input, however slowly it is taken`, async (t) => {
		const at = await place();
		const commands = join(at.folder, "commands");
		const config = join(at.folder, "settings.json");
		writeFileSync(commands, "help\n".repeat(200));
		writeFileSync(config, JSON.stringify(settings(at, 1)));
		const shell = new Running(["sh", "-c", command, commands, executable, "--config", config, "--http", "127.0.0.1:0", "--console", "stdio"], { detached: true });
		for (const deadline = Date.now() + 10000; shell.out.split("keygate> ").length < 202 && Date.now() < deadline;)
			await new Promise((resolve) => setTimeout(resolve, 20));
		t.is(shell.child.exitCode, null, `it ended by itself: ${shell.error}`);
		process.kill(-shell.child.pid!, "SIGTERM");
		await shell.end();
		const answers = shell.out.split("keygate> ");
		t.is(answers.length, 202);
		t.true(answers[1]!.length > 500);
		t.true(answers.slice(1, 201).every((answer) => answer === answers[1]));
	});
}

test("standard input that is closed from the start does not end it", async (t) => {
	const here = await place();
	const gateway = await new RunningGateway(here.folder, settings(here, 1), ["--console", "stdio"]).ready();
	await new Promise((resolve) => setTimeout(resolve, 100));
	t.is(gateway.child.exitCode, null);
	t.is(await gateway.stop("SIGTERM"), 0);
});

test("a quiet gateway uses no processor time", async (t) => {
	const here = await place();
	const gateway = await new RunningGateway(here.folder, settings(here, 1)).ready();
	const switches = (): number => {
		const text = readFileSync(`/proc/${gateway.child.pid}/status`, "utf8");
		return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(text)![1]);
	};
	await new Promise((resolve) => setTimeout(resolve, 300));
	const before = switches();
	await new Promise((resolve) => setTimeout(resolve, 1500));
	t.true(switches() - before <= 3, `woke ${switches() - before} times`);
	t.is(await gateway.stop(), 0);
});

test("a console whose input is a socket that blocks does not stop the gateway while nobody types", async (t) => {
	const here = await place();
	// What Node calls a pipe is a socket pair.
	const gateway = await new RunningGateway(here.folder, settings(here, 1), ["--console", "stdio"], { stdio: ["pipe", "pipe", "pipe"] }).ready();
	for (let i = 0; i < 3; i++) {
		gateway.child.stdin!.write("peers\n");
		await gateway.says(new RegExp(`(gate-2[^]*){${i + 1}}`));
		await gateway.until((status) => status.securityAssociations.length === 0, 1000);
	}
	t.is(await gateway.stop(), 0);
});
