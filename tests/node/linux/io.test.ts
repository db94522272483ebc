// The I/O classes in XS, against this process as the other end: events at once, bounds, nothing after close(), nothing lost or leaked.
import test from "ava";
import { spawnSync } from "node:child_process";
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { libraries, withBackend } from "../../backends.js";
import { MESSAGE_QUEUE } from "../../../modules/limits.js";
import { folder, freePorts, Running } from "./gateways.js";

interface Chain {
	readonly root: string;
	files(folder: string, extension: string): string[];
	engine(folder: string): Promise<unknown>;
	byteCode(options: { compiler: unknown; folder: string; modules: readonly object[] }): Promise<object[]>;
	link(options: object): Promise<string>;
}

/** The host's C files with the driver's modules in place of the gateway's. */
async function build(): Promise<string> {
	const chain = await import(pathToFileURL(join(process.cwd(), "hosts/xs/chain.mjs")).href) as Chain;
	const js = fileURLToPath(new URL("../../..", import.meta.url));
	const work = join(chain.root, "build/tests/linux");
	await mkdir(work, { recursive: true });
	const entry = join(work, "main.js");
	await writeFile(entry, "import \"../../tests/node/linux/driver.js\";\n");
	const names = [
		"modules/addresses", "modules/limits", "hosts/xs/machine",
		...["faults", "errno", "native", "loop", "datapath", "io/udp", "io/tcp", "io/listener", "io/serial", "io/stream"].map((name) => `hosts/unit/${name}`),
		"hosts/linux/process", "hosts/linux/datapath",
	];
	const machine = await chain.engine(join(chain.root, "build/xs")) as { compiler: string };
	const modules = await chain.byteCode({
		compiler: machine.compiler, folder: join(work, "code"),
		modules: [
			...names.map((name) => ({ name, js: join(js, `${name}.js`), preload: true })),
			{ name: "tests/node/linux/driver", js: join(js, "tests/node/linux/driver.js"), preload: false },
			{ name: "hosts/linux/main", js: entry, preload: false },
		],
	});
	return chain.link({
		product: join(work, "driver"), engine: machine, folder: join(work, "link"), modules, entry: "hosts/linux/main", libraries: libraries("openssl"),
		sources: [...withBackend("openssl", chain.files(join(chain.root, "modules"), ".c")), ...["hosts/unit", "hosts/linux"].flatMap((folder) => chain.files(join(chain.root, folder), ".c"))],
	});
}

const driver = build();
driver.catch(() => undefined);

async function start(scenario: string, port = 0, word = "", stdio: "pipe" | "ignore" = "ignore"): Promise<Running> {
	const running = new Running([await driver, scenario, String(port), word], { stdio: [stdio, "pipe", "pipe"] });
	await running.says(/^ready$/m);
	return running;
}

/** A UDP socket, with what it received. */
async function datagrams(): Promise<{ socket: Datagrams; received: string[]; count(wanted: number): Promise<void> }> {
	const socket = createSocket("udp4");
	const received: string[] = [];
	socket.on("message", (data) => received.push(data.toString()));
	await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
	return {
		socket, received,
		async count(wanted) {
			for (const deadline = Date.now() + 5000; received.length < wanted && Date.now() < deadline;)
				await new Promise((resolve) => setTimeout(resolve, 5));
		},
	};
}

test("UDP: datagrams with address and port, what is left is told again, nothing after close", async (t) => {
	const { ikePort } = await freePorts();
	const running = await start("udp", ikePort);
	t.true(running.error.startsWith(`4 UDP port ${ikePort} on 127.0.0.1 is taken by another program\n4 UDP port ${ikePort} on 192.0.2.77: this machine does not have that address\nRangeError: "localhost" is not an IPv4 address\n`), running.error);
	const { socket, received, count } = await datagrams();
	running.child.kill("SIGSTOP");
	for (const each of ["one", "", "leave one", "two", "close", "three"])
		socket.send(each, ikePort, "127.0.0.1");
	await new Promise((resolve) => setTimeout(resolve, 50));
	running.child.kill("SIGCONT");
	await count(5);
	t.deepEqual(received, ["one", "", "leave one", "two", "close"]);
	t.is(await running.end(), 0);
	t.regex(running.error, new RegExp(`\\none from 127\\.0\\.0\\.1:${socket.address().port}\\n`));
	t.regex(running.error, /\nclosed after true, read undefined\ntimer /);
	t.deepEqual(received, ["one", "", "leave one", "two", "close"]);
	socket.close();
});

test("UDP: more datagrams than wait in the gateway wait in the kernel", async (t) => {
	const { ikePort } = await freePorts();
	const running = await start("udp", ikePort);
	const { socket, received, count } = await datagrams();
	running.child.kill("SIGSTOP");
	const all = Array.from({ length: 100 }, (_, i) => `number ${i}`);
	for (const each of all)
		socket.send(each, ikePort, "127.0.0.1");
	await new Promise((resolve) => setTimeout(resolve, 50));
	running.child.kill("SIGCONT");
	await count(100);
	t.deepEqual(received, all);
	socket.close();
	t.is(await running.stop(), 0);
});

test("UDP: whether something waits unread, or found no room since then", async (t) => {
	const { natTraversalPort } = await freePorts();
	const running = await start("missed", natTraversalPort);
	t.regex(running.error, /^missed false$/m);
	const { socket } = await datagrams();
	const burst = async (count: number): Promise<void> => {
		running.child.kill("SIGSTOP");
		for (let i = 0; i < count; i++)
			socket.send(Buffer.alloc(40), natTraversalPort, "127.0.0.1");
		await new Promise((resolve) => setTimeout(resolve, 50));
		running.child.kill("SIGCONT");
	};
	await burst(10);
	await running.says(/^read 10, missed now false, ever false$/m);
	t.regex(running.error, /^read 4, missed now true, ever true\nread 8, missed now true, ever true$/m);
	// More than wait for JavaScript: some find no room.
	await burst(3 * MESSAGE_QUEUE);
	await running.says(/^read \d+, missed now false, ever true$/m);
	t.true(Number(/^read (\d+), missed now false, ever true$/m.exec(running.error)![1]) < 10 + 3 * MESSAGE_QUEUE);
	socket.close();
	t.is(await running.stop(), 0);
});

test("UDP: what the network refuses is told later, by onError", async (t) => {
	const { ikePort } = await freePorts();
	const running = new Running([await driver, "unsent", String(ikePort)]);
	t.is(await running.end(), 0);
	t.is(running.error, "written\nready\ntold: Permission denied\n");
});

test("UDP: ESP goes to the packet engine, keepalives and runts are counted, IKE keeps its marker", async (t) => {
	const { natTraversalPort } = await freePorts();
	const running = await start("encapsulation", natTraversalPort);
	const { socket } = await datagrams();
	for (const each of ["ff", "ff", "00", "000000000102030405060708", "abcdef", "1122334400000001aabbccddeeff00112233445566778899"])
		socket.send(Buffer.from(each, "hex"), natTraversalPort, "127.0.0.1");
	await running.says(/engine events/);
	socket.send(Buffer.from("00000000ff060708", "hex"), natTraversalPort, "127.0.0.1");
	await running.says(/ike 0\.0\.0\.0\.255[^]*udp-runts 2/);
	t.deepEqual(running.error.match(/^ike .*$/mg), ["ike 0.0.0.0.1.2.3.4.5.6.7.8", "ike 0.0.0.0.255.6.7.8"]);
	t.regex(running.error, /\nnat-keepalives 2\n/);
	socket.close();
	t.is(await running.stop(), 0);
});

test("UDP: closed sockets are let go, and the table says when it is full", async (t) => {
	const { ikePort } = await freePorts();
	const running = await start("leak", ikePort);
	t.is(await running.end(), 0);
	t.regex(running.error, /^full: 4 UDP port \d+ on 127\.0\.0\.1: Too many open files\nready\n$/);
});

test("an exception in a callback is one line, and the loop goes on", async (t) => {
	const { ikePort } = await freePorts();
	const running = await start("throwing", ikePort);
	const { socket } = await datagrams();
	socket.send("a", ikePort, "127.0.0.1");
	await running.says(/TypeError/);
	socket.send("b", ikePort, "127.0.0.1");
	t.is(await running.end(), 0);
	t.regex(running.error, /^ready\nkeygate: control plane: TypeError: of the first call[^\n]*\nsecond call\n$/);
	socket.close();
});

async function tcp(port: number): Promise<{ socket: ReturnType<typeof connect>; ended: Promise<number> }> {
	const socket = connect(port, "127.0.0.1");
	let size = 0;
	socket.on("data", (data) => size += data.length);
	const ended = once(socket, "close").then(() => size);
	await once(socket, "connect");
	return { socket, ended };
}

test("TCP: room first, as much as the client takes, the rest delivered after close, refusals, and both kinds of end", async (t) => {
	const running = await start("tcp");
	const port = Number((await running.says(/port (\d+)/))[1]);
	t.regex(running.error, new RegExp(`\\n4 TCP port ${port} on 127\\.0\\.0\\.1 is taken by another program\\n`));

	const bulk = await tcp(port);
	bulk.socket.pause();
	bulk.socket.write("BULK");
	await running.says(/BULK 4 from 127\.0\.0\.1/);
	await new Promise((resolve) => setTimeout(resolve, 200));
	t.notRegex(running.error, /done/);
	bulk.socket.resume();
	t.is(await bulk.ended, 30000000);
	await running.says(/done after several onWritable/);

	const last = await tcp(port);
	last.socket.write("LAST");
	const room = Number((await running.says(/room (\d+)/))[1]);
	t.true(room >= 4096);
	t.is(await last.ended, room);
	await running.says(/closed, read undefined, write 0/);

	const over = await tcp(port);
	over.socket.write("OVER");
	await running.says(new RegExp(`RangeError: ${room + 1} bytes where there is room for ${room}`));
	over.socket.end();
	t.is(await over.ended, 0);
	await running.says(/over: undefined/);

	const part = await tcp(port);
	part.socket.write("PARTPART");
	await running.says(/PART 8 from[^]*PART 4 from/);
	running.error = "";
	part.socket.resetAndDestroy();
	await running.says(/over: Connection reset by peer/);

	const mute = await tcp(port);
	mute.socket.write("MUTE");
	t.is(await mute.ended, 0);
	t.notRegex(running.error, /still reads/);
	t.is(await running.stop(), 0);
});

test("TCP: a client that ends its own side after sending", async (t) => {
	const running = await start("tcp");
	const port = Number((await running.says(/port (\d+)/))[1]);
	const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
	let size = 0;
	socket.on("data", (data) => size += data.length);
	socket.end("LAST");
	await once(socket, "close");
	t.is(size, Number((await running.says(/room (\d+)/))[1]));
	t.is(await running.stop(), 0);
});

test("TCP: a client that ends its own side gets all of a long answer, then the end is told", async (t) => {
	const running = await start("tcp");
	const port = Number((await running.says(/port (\d+)/))[1]);
	const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
	let size = 0;
	socket.pause();
	socket.end("BULK");
	await running.says(/BULK 4 from/);
	await new Promise((resolve) => setTimeout(resolve, 200));
	t.notRegex(running.error, /over:/);
	socket.on("data", (data) => size += data.length);
	socket.resume();
	await once(socket, "close");
	t.is(size, 30000000);
	t.is(await running.stop(), 0);
});

test("Serial: standard input and output as pipes; their end is told once", async (t) => {
	const running = await start("serial", 0, "stdio", "pipe");
	await running.says(/room \d+, terminal false/);
	running.child.stdin!.write("hello");
	await running.says(/\[hello\]/);
	running.child.stdin!.end("last");
	await running.says(/\ngone\n/);
	t.regex(running.error, /\n4 "last"\n/);
	t.is(running.error.match(/gone/g)!.length, 1);
	t.is(running.out, "[hello][last]");
	t.is(await running.stop(), 0);
});

test("Serial: standard input from a file", async (t) => {
	const program = await driver;
	const path = join(folder(), "input");
	await writeFile(path, "from a file");
	const running = new Running(["sh", "-c", `exec "$0" serial 0 stdio < "$1"`, program, path]);
	await running.says(/\ngone\n/);
	t.is(running.out, "[from a file]");
	t.is(await running.stop(), 0);
});

/** Runs the driver on a pty: as its standard input and output, or by the device's path. */
const terminal = `
import os, pty, signal, subprocess, sys, termios, time, tty
device, program = sys.argv[1:3]
master, slave = pty.openpty()
path = os.ttyname(slave)
before = termios.tcgetattr(slave)
ends = dict(stdin=slave, stdout=slave) if device == "stdio" else dict(stdin=subprocess.DEVNULL)
child = subprocess.Popen([program, "serial", "0", "stdio" if device == "stdio" else path], stderr=subprocess.PIPE, **ends)
time.sleep(0.4)
mode = termios.tcgetattr(slave)
print("echo", bool(mode[3] & termios.ECHO), "canonical", bool(mode[3] & termios.ICANON), "signals", bool(mode[3] & termios.ISIG))
os.write(master, b"k")
time.sleep(0.2)
print(os.read(master, 100))
child.send_signal(signal.SIGTERM)
print("status", child.wait(5), "restored", termios.tcgetattr(slave) == before)
print(child.stderr.read().decode())
`;

for (const [device, signals] of [["stdio", "True"], ["path", "False"]] as const) {
	test(`Serial: a terminal by ${device}: keys come one by one, no echo of the system's, its mode is put back`, async (t) => {
		const { stdout, stderr } = spawnSync("python3", ["-c", terminal, device, await driver], { encoding: "utf8" });
		t.regex(stdout, new RegExp(`^echo False canonical False signals ${signals}\nb'\\[k\\]'\nstatus 0 restored True\n`), stdout + stderr);
		t.regex(stdout, /room \d+, terminal true\n1 "k"\n/);
	});
}

test("the timer: a later request replaces an earlier one", async (t) => {
	const running = await start("timer");
	t.is(await running.end(), 0);
	t.regex(running.error, /\ntimer in time\n$/);
});

test("files: folders made, files written in place, for their owner only", async (t) => {
	const path = join(folder(), "state");
	const running = await start("files", 0, path);
	t.is(await running.end(), 0);
	t.is(running.error, "0 0 -20\n0 one too large: expected at most 32768 bytes\n0 3 nyx 4 onyx too large: expected at most 32768 bytes\n0 -2 -28\nready\n");
	t.deepEqual(readdirSync(path), ["settings"]);
	t.is(readFileSync(join(path, "settings"), "utf8"), "onyx");
	t.is(statSync(join(path, "settings")).mode & 0o777, 0o600);
});
