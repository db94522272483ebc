// The command line, and every fault that keeps a gateway from starting: one clear line and its exit code.
import test from "ava";
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { Authority } from "../../authority.js";
import { executable, folder, place, run, Running, RunningGateway, settings, takenTCPPort } from "./gateways.js";

const isRoot = process.getuid?.() === 0;
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

test("--version names keygate, the engine and the crypto library", async (t) => {
	const { status, out, error } = await run([executable, "--version"]);
	t.is(status, 0);
	t.regex(out, /^keygate \d+\.\d+\.\d+, XS \d+\.\d+\.\d+, openssl 3\.\d+\.\d+\n$/);
	t.is(error, "");
});

test("the executable needs no file of the repository", async (t) => {
	const { status, out } = await run([executable, "--version"], { cwd: folder(), env: {} });
	t.is(status, 0);
	t.regex(out, /^keygate /);
});

test("--help shows every option of the interface", async (t) => {
	const { status, out } = await run([executable, "--help"]);
	t.is(status, 0);
	for (const option of ["--config FILE", "--state DIR", "--http ADDR:PORT", "--console stdio|PATH|none", "--check FILE", "--version"])
		t.true(out.includes(option), option);
});

const wrongLines: readonly (readonly [words: readonly string[], text: RegExp])[] = [
	[["--bogus"], /unknown option "--bogus"/],
	[["settings.json"], /unexpected word "settings\.json"/],
	[[], /--config FILE or --check FILE is needed/],
	[["--config"], /--config needs a value/],
	[["--config", "a", "--config", "b"], /--config is given twice/],
	[["--check", "a", "--http", "127.0.0.1:1"], /--check goes with no other option/],
	[["--config", "a", "--http", "localhost:80"], /--http: "localhost:80" is not ADDR:PORT/],
	[["--config", "a", "--http", "127.0.0.1:65536"], /is not ADDR:PORT/],
	[["--config", "a", "--http", "127.0.0.1:08"], /is not ADDR:PORT/],
	[["--version=3"], /--version takes no value/],
	[["--\u0007x"], /unknown option "--\\x07x"|unknown option "--\\u\{?0*7\}?x"/],
];
for (const [words, text] of wrongLines) {
	test(`wrong command line: ${JSON.stringify(words)}`, async (t) => {
		const { status, out, error } = await run([executable, ...words]);
		t.is(status, 2);
		t.is(out, "");
		t.is(lines(error).length, 1);
		t.regex(error, text);
	});
}

test("--check: good settings, a line for each fault with its path, and warnings that are none", async (t) => {
	const here = await place();
	const file = join(here.folder, "settings.json");
	writeFileSync(file, JSON.stringify(settings(here, 1)));
	const good = await run([executable, "--check", file]);
	t.is(good.status, 0);
	t.is(good.out, "");

	writeFileSync(file, JSON.stringify(settings(here, 1, { colour: "red" }, { remoteGateway: "10.0.0.300" })));
	const bad = await run([executable, "--check", file]);
	t.is(bad.status, 1);
	t.is(lines(bad.out).length, 2);
	t.true(lines(bad.out).every((line) => line.startsWith(`${file}: `)), bad.out);
	t.regex(bad.out, /: peers\[0\]\.remoteGateway: "10\.0\.0\.300" /);
	t.regex(bad.out, /: gateway\.colour: unknown field/);

	writeFileSync(file, JSON.stringify(settings(here, 1, {}, { phase1Proposals: [{ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }] })));
	const weak = await run([executable, "--check", file]);
	t.is(weak.status, 0);
	t.true(lines(weak.out).length >= 3, weak.out);
	t.true(lines(weak.out).every((line) => line.includes(": warning: ")), weak.out);

	writeFileSync(file, "{ \"version\": 1,\n oops");
	const broken = await run([executable, "--check", file]);
	t.is(broken.status, 1);
	t.regex(broken.out, /: line 2, column /);
});

test("--check: of a document that is wrong on every host it says what is wrong on this one", async (t) => {
	const here = await place();
	const file = join(here.folder, "settings.json");
	const check = async (gateway: object): Promise<readonly [number, readonly string[]]> => {
		writeFileSync(file, JSON.stringify(settings(here, 1, gateway, { remoteGateway: "10.0.0.300" })));
		const { status, out } = await run([executable, "--check", file]);
		return [status, lines(out).map((line) => line.slice(file.length + 2))];
	};
	const wrong = "peers[0].remoteGateway: \"10.0.0.300\" is not an IPv4 address";
	// the firmware alone wants room for machines on its LAN
	t.deepEqual(await check({ lanAddress: "10.1.0.1/32" }), [1, [wrong]]);
	t.deepEqual(await check({ wanAddressing: "dhcp", wanAddress: undefined }), [1, [wrong, "gateway.wanAddress: is missing: expected an IPv4 address, since only the firmware asks a DHCP server for one", "warning: gateway.wanAddressing: is the firmware's: it does not apply here"]]);
});

test("--check: what is no settings document at all has its line, however much is in it", async (t) => {
	const file = join(folder(), "other.json");
	const many = /^line 1, column \d+: more values than any settings have$/;
	for (const [document, said] of [
		[`{"version":1,${Array.from({ length: 1900 }, (_, i) => `"x${i}":1`).join(",")}}`, /^x0: unknown field$/],
		[`[${"1,".repeat(15000)}1]`, many],
		[`{"version":1,"peers":[${"{},".repeat(9000)}{}]}`, many],
		[`{"version":1,"peers":[${Array.from({ length: 2200 }, (_, i) => `{"name":${i}}`).join(",")}]}`, many],
		[`[${Array.from({ length: 30 }, (_, i) => `[${Array.from({ length: 99 }, (_, j) => `"${i}/${j}"`).join(",")}]`).join(",")}]`, many],
	] as const) {
		writeFileSync(file, document);
		const { status, out, error } = await run([executable, "--check", file]);
		t.deepEqual([status, error], [1, ""]);
		t.regex(lines(out)[0]!.slice(file.length + 2), said);
	}
});

test("a certificate whose subject cannot be the own identity needs another one: what is kept has to be right at the next start", async (t) => {
	const here = await place();
	const file = join(here.folder, "settings.json");
	const authority = new Authority({ subject: "/CN=Root" });
	const check = async (subject: string, peer: object = {}): Promise<string> => {
		const { certificate, key } = authority.issue({ subject, names: "DNS:gate.example" });
		writeFileSync(file, JSON.stringify({
			...settings(here, 1, {}, { authentication: "certificate", ownCertificate: "own", remoteId: { type: "fqdn", value: "peer.example" }, ...peer }),
			certificates: { own: [{ name: "own", certificate, key }], trusted: [{ name: "root", certificate: authority.certificate }] },
		}));
		return (await run([executable, "--check", file])).out;
	};
	const said = `${file}: peers[0].localId: is missing: the subject of certificate "own" is empty or too long to be the identity, expected one of its alternative names\n`;
	t.is(await check("/C=DE/O=Example/CN=gate"), "");
	t.is(await check("/"), said);
	t.is(await check(`/O=${"o".repeat(64)}/OU=${"u".repeat(64)}/CN=${"c".repeat(64)}`), said);
	t.is(await check("/", { localId: { type: "fqdn", value: "gate.example" } }), "");
});

test("a settings file that is not there, a folder, or too large", async (t) => {
	const here = folder();
	for (const [path, text] of [[join(here, "none.json"), /No such file/], [here, /Is a directory/], ["/dev/zero", /too large: expected at most 32768 bytes/]] as const) {
		for (const option of ["--check", "--config"]) {
			const { status, error } = await run([executable, option, path]);
			t.is(status, 1, path);
			t.is(lines(error).length, 1);
			t.true(error.startsWith(`${path}: `));
			t.regex(error, text);
		}
	}
});

test("--config with bad settings: the lines of --check on standard error", async (t) => {
	const here = await place();
	const gateway = new RunningGateway(here.folder, settings(here, 1, { ikePort: 0 }, { preSharedKey: 7 }));
	t.is(await gateway.end(), 1);
	t.is(lines(gateway.error).length, 2);
	t.regex(gateway.error, /: gateway\.ikePort: 0 /);
	t.regex(gateway.error, /: peers\[0\]\.preSharedKey: a number/);
});

test("an IKE port that is taken", async (t) => {
	const here = await place();
	const socket = createSocket("udp4");
	await new Promise<void>((resolve) => socket.bind(here.natTraversalPort, "127.0.0.1", resolve));
	const gateway = new RunningGateway(here.folder, settings(here, 1));
	t.is(await gateway.end(), 4);
	t.is(gateway.error, `keygate: UDP port ${here.natTraversalPort} on 127.0.0.1 is taken by another program\n`);
	socket.close();
	t.false(readdirSync(here.folder).includes("lan-1"), "its own socket is gone again");
});

test("a port for the pages that is taken", async (t) => {
	const here = await place();
	const taken = await takenTCPPort();
	const file = join(here.folder, "settings.json");
	writeFileSync(file, JSON.stringify(settings(here, 1, { http: { address: "127.0.0.1", port: taken.port } })));
	const { status, error } = await run([executable, "--config", file]);
	taken.close();
	t.is(status, 4);
	t.is(error, `keygate: TCP port ${taken.port} on 127.0.0.1 is taken by another program\n`);
});

test("an address that is not this machine's", async (t) => {
	const here = await place();
	const gateway = new RunningGateway(here.folder, settings(here, 1, { wanAddress: "192.0.2.77" }));
	t.is(await gateway.end(), 4);
	t.regex(gateway.error, /^keygate: UDP port \d+ on 192\.0\.2\.77: this machine does not have that address\n$/);
});

test("a tunnel interface that another gateway has", async (t) => {
	const here = await place();
	const first = await new RunningGateway(here.folder, settings(here, 1)).ready();
	const second = new RunningGateway(here.folder, settings(await place(), 2, { tunnelInterface: `unix:${join(here.folder, "lan-1")}` }));
	t.is(await second.end(), 4);
	t.regex(second.error, /^keygate: tunnel interface unix:\S+lan-1 .*is taken by another program\n$/);
	t.is(await first.stop(), 0);
});

test("a socket left behind by a gateway that was killed is taken over, another kind of file is not", async (t) => {
	const here = await place();
	const killed = await new RunningGateway(here.folder, settings(here, 1)).ready();
	t.is(await killed.stop("SIGKILL"), 1009);
	t.true(statSync(join(here.folder, "lan-1")).isSocket());
	const gateway = await new RunningGateway(here.folder, settings(here, 1)).ready();
	t.is(await gateway.stop(), 0);
	writeFileSync(join(here.folder, "lan-1"), "precious");
	const refused = new RunningGateway(here.folder, settings(here, 1));
	t.is(await refused.end(), 4);
	t.is(readFileSync(join(here.folder, "lan-1"), "utf8"), "precious");
});

test("a state folder: made when it is missing, a fault when it cannot be written", async (t) => {
	const here = await place();
	const state = join(here.folder, "state");
	const gateway = await new RunningGateway(here.folder, settings(here, 1), ["--state", state]).ready();
	t.is(await gateway.stop(), 0);
	t.is(statSync(state).mode & 0o777, 0o700);
	t.true(readdirSync(state).every((name) => /^(settings|vpnlog)\.[01]$/.test(name)), "nothing of the trial is left");
	for (const path of ["/proc/keygate", join(state, "missing/below"), "/dev/null"]) {
		const refused = new RunningGateway(here.folder, settings(here, 1), ["--state", path]);
		t.is(await refused.end(), 5, path);
		t.is(lines(refused.error).length, 1);
		t.true(refused.error.startsWith(`keygate: state folder ${path} cannot be written: `));
	}
});

test("a console that is no terminal device", async (t) => {
	const here = await place();
	for (const path of [join(here.folder, "none"), "/dev/null"]) {
		const gateway = new RunningGateway(here.folder, settings(here, 1), ["--console", path]);
		t.is(await gateway.end(), 6, path);
		t.regex(gateway.error, /\nkeygate: console \S+: (No such file or directory|is not a tty or pty device)\n$/);
	}
});

/** Another user, when these tests run as root. */
const unprivileged = isRoot ? { uid: 65534, gid: 65534 } : {};

for (const [what, changes, peer, text] of [
	["a TUN device", { tunnelInterface: "keygate9" }, {}, /^keygate: tunnel interface keygate9.*: no permission .*\n$/],
	["raw sockets", {}, { natTraversal: "auto" }, /^keygate: raw sockets for ESP outside of UDP on [\d.]+: no permission .*peer gate-2 .*natTraversal is "force"\n$/],
	["a port below 1024", { natTraversalPort: 450 }, {}, /^keygate: UDP port 450 on 127\.0\.0\.1: no permission .*\n$/],
] as const) {
	test(`no permission for ${what}`, async (t) => {
		const here = await place();
		const program = join(here.folder, "keygate");
		copyFileSync(executable, program);
		chmodSync(here.folder, 0o777);
		const file = join(here.folder, "settings.json");
		writeFileSync(file, JSON.stringify(settings(here, 1, changes, peer)));
		const running = new Running([program, "--config", file, "--http", "127.0.0.1:0"], unprivileged);
		t.is(await running.end(), 3);
		t.regex(running.error, text);
	});
}

test("without privileges a unix: interface and forced NAT traversal need none", async (t) => {
	const here = await place();
	const program = join(here.folder, "keygate");
	copyFileSync(executable, program);
	chmodSync(here.folder, 0o777);
	const file = join(here.folder, "settings.json");
	writeFileSync(file, JSON.stringify(settings(here, 1)));
	const running = new Running([program, "--config", file, "--http", "127.0.0.1:0"], unprivileged);
	await running.says(/pages on/);
	t.is(await running.stop(), 0);
});
