/** What a gateway may still do when it runs: its capabilities, its system calls, its memory. */
import test from "ava";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, folder, place, Running, RunningGateway, settings } from "./gateways.js";

/** CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW */
const kept = 1n << 10n | 1n << 12n | 1n << 13n;
const override = 1n << 1n;
const isRoot = process.getuid?.() === 0;

/** A field of /proc/PID/status, of the process or one of its threads. */
function field(name: string, status: string): string {
	return new RegExp(`^${name}:\\s+(.*)$`, "m").exec(readFileSync(status, "latin1"))![1]!;
}

function capabilities(status: string): bigint[] {
	return ["CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"].map((name) => BigInt(`0x${field(name, status)}`));
}

test("capabilities: only those for routes, raw sockets and low ports are left, in each thread; nothing brings others back", async (t) => {
	const running = await new RunningGateway(...started(await place())).ready();
	const { pid } = running.child;
	const own = BigInt(`0x${field("CapEff", "/proc/self/status")}`);
	const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/status`);
	t.true(threads.length > 1);
	for (const status of threads) {
		const [effective, permitted, inheritable, bounding, ambient] = capabilities(status);
		t.is(effective, own & kept);
		t.is(permitted, own & kept);
		t.is(inheritable! | ambient!, 0n);
		if (isRoot)
			t.is(bounding, own & kept);
		t.is(field("NoNewPrivs", status), "1");
		t.is(field("Seccomp", status), "2");
	}
	t.is(await running.stop(), 0);
});

/** Words for a gateway that is made with its settings in a folder of this place. */
function started(here: Awaited<ReturnType<typeof place>>): ConstructorParameters<typeof RunningGateway> {
	return [here.folder, settings(here, 1), []];
}

test("memory: no core dump is written, whatever takes it; keys stay out of swap space", async (t) => {
	const running = await new RunningGateway(...started(await place())).ready();
	const { pid } = running.child;
	t.regex(readFileSync(`/proc/${pid}/limits`, "latin1"), /^Max core file size +1 +1 /m);
	t.is(parseInt(readFileSync(`/proc/${pid}/coredump_filter`, "latin1"), 16), 0);
	// the table of SAs, the settings, the heap of the control plane
	const limit = Number(/^Max locked memory +(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "latin1"))![1]);
	if (!(limit < 1 << 20))
		t.true(parseInt(field("VmLck", `/proc/${pid}/status`), 10) > 200);
	t.is(await running.stop(), 0);
});

if (isRoot)
	test("files of another user: the capability to use them is kept, since they are opened again; SIGHUP reads them", async (t) => {
		const here = await place();
		const config = join(here.folder, "theirs.json");
		const nobody = 65534;
		writeFileSync(config, JSON.stringify(settings(here, 1)));
		chmodSync(config, 0o600);
		chownSync(config, nobody, nobody);
		const running = new Running([executable, "--config", config, "--http", "127.0.0.1:0"]);
		await running.says(/pages on/);
		t.is(capabilities(`/proc/${running.child.pid}/status`)[0], BigInt(`0x${field("CapEff", "/proc/self/status")}`) & (kept | override));
		writeFileSync(config, JSON.stringify(settings(here, 1, { name: "another" })));
		running.child.kill("SIGHUP");
		await running.says(/settings read anew/);
		t.is(await running.stop(), 0);
	});

/** Makes one call when the gateway asks for the address of a socket: what code that was brought in would try. */
const intruder = `
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int getsockname(int descriptor, struct sockaddr* address, socklen_t* size)
{
	const char* what = getenv("INTRUDER");
	struct rlimit limit = { 1 << 20, 1 << 20 };
	if (!strcmp(what, "execve")) execl("/bin/true", "true", (char*)0);
	if (!strcmp(what, "fork")) syscall(SYS_clone, 17, 0, 0, 0, 0);
	if (!strcmp(what, "packet")) socket(AF_PACKET, SOCK_RAW, 0);
	if (!strcmp(what, "ptrace")) ptrace(PTRACE_TRACEME, 0, 0, 0);
	if (!strcmp(what, "namespace")) unshare(CLONE_NEWUSER);
	if (!strcmp(what, "typing")) ioctl(0, TIOCSTI, "x");
	if (!strcmp(what, "code")) mmap(0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!strcmp(what, "anonymous")) mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!strcmp(what, "protection")) mprotect(&limit, 1, PROT_READ | PROT_EXEC);
	if (!strcmp(what, "user")) syscall(SYS_setuid, 0);
	if (!strcmp(what, "limit")) setrlimit(RLIMIT_CORE, &limit);
	if (!strcmp(what, "dumps")) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return (int)syscall(SYS_getsockname, descriptor, address, size);
}
`;

test("system calls: what a gateway has no use for ends it, with a line that says so", async (t) => {
	const place1 = folder();
	const source = join(place1, "intruder.c");
	const library = join(place1, "intruder.so");
	writeFileSync(source, intruder);
	const built = spawnSync("gcc", ["-shared", "-fPIC", "-o", library, source], { encoding: "utf8" });
	t.is(built.status, 0, built.stderr);
	const config = join(place1, "settings.json");
	for (const what of ["nothing", "execve", "fork", "packet", "ptrace", "namespace", "typing", "code", "anonymous", "protection", "user", "limit", "dumps"]) {
		writeFileSync(config, JSON.stringify(settings(await place(), 1)));
		const running = new Running([executable, "--config", config, "--http", "127.0.0.1:0"], { env: { ...process.env, LD_PRELOAD: library, INTRUDER: what } });
		if (what === "nothing") {
			await running.says(/pages on/);
			t.is(await running.stop(), 0);
			continue;
		}
		t.is(await running.end(), 7, what);
		t.regex(running.error, /^keygate: system call \d+ was refused: a gateway has no use for it; ended$/m, what);
	}
});
