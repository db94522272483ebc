// The control plane fails while packets flow: what the data path does meanwhile, and how it comes back. And system calls at start that fail, each in turn.
import test, { type ExecutionContext } from "ava";
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAN } from "../../../hosts/lab/lan.js";
import { ICMP, makeEcho } from "../../../hosts/lab/packets.js";
import { folder, place, RunningGateway, settings, type Place, type Status } from "./gateways.js";

/** A host behind a gateway that sends numbered packets, one every few milliseconds, and notes the numbers that come. */
class Flow {
	readonly #lan = new LAN();
	readonly #own: string;
	readonly #other: string;
	#timer: NodeJS.Timeout | undefined;
	sent = 0;
	readonly received: number[] = [];

	constructor(side: 1 | 2) {
		this.#own = `10.${side}.0.5`;
		this.#other = `10.${3 - side}.0.5`;
		this.#lan.attach(this.#own, ({ payload }) => this.received.push(payload.readUInt32BE(8)));
	}

	async open(here: Place, side: 1 | 2): Promise<this> {
		await this.#lan.open(join(here.folder, `lan-${side}`), Date.now() + 5000);
		return this;
	}

	send(): void {
		this.#lan.send({ protocol: ICMP, source: this.#own, destination: this.#other, payload: makeEcho(true, 1, ++this.sent, 64) });
	}

	start(): void {
		this.#timer = setInterval(() => this.send(), 5);
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	close(): void {
		this.stop();
		this.#lan.close();
	}
}

function spis({ securityAssociations }: Pick<Status, "securityAssociations">): string[] {
	return (securityAssociations as readonly { readonly spi?: string }[]).map(({ spi }) => spi ?? "");
}

async function until(holds: () => boolean, limit = 20000): Promise<void> {
	for (const deadline = Date.now() + limit; !holds() && Date.now() < deadline;)
		await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Two gateways with a tunnel, and a host behind each. */
async function tunnel(t: ExecutionContext, fault: string) {
	const here = await place();
	const a = new RunningGateway(here.folder, settings(here, 1), ["--fault", fault]);
	const b = new RunningGateway(here.folder, settings(here, 2));
	await Promise.all([a.ready(), b.ready()]);
	const left = await new Flow(1).open(here, 1);
	const right = await new Flow(2).open(here, 2);
	t.teardown(() => {
		left.close();
		right.close();
	});
	left.send();
	await until(() => right.received.length === 1);
	right.send();
	await until(() => left.received.length === 1);
	return { here, a, b, left, right };
}

test("an exception in each callback of the loop: a line says where, no packet is lost, and tunnels are made as before", async (t) => {
	t.timeout(120000);
	const { here, a, b, left, right } = await tunnel(t, "throw");
	left.start();
	right.start();
	await until(() => left.received.length > 20 && right.received.length > 20);
	a.child.kill("SIGUSR1");
	await a.says(/control plane: Error: onSignal, for a test/);
	// An event of the packet engine: an SPI that there is not. Jobs: a password is looked at. The timer: by itself, as the pages' connections end.
	const stranger = createSocket("udp4");
	t.teardown(() => stranger.close());
	stranger.send(Buffer.alloc(60, 1), here.natTraversalPort, "127.0.0.1");
	await a.says(/control plane: Error: onEngineEvents, for a test/);
	t.is((await a.status()).securityAssociations.length, 2);
	for (const what of ["onJobs", "onTimer"])
		await a.says(new RegExp(`control plane: Error: ${what}, for a test`), 60000);
	left.stop();
	right.stop();
	await until(() => right.received.length === left.sent && left.received.length === right.sent, 5000);
	t.is(right.received.length, left.sent, "from left to right");
	t.is(left.received.length, right.sent, "from right to left");
	const [{ spi }] = (await a.status()).securityAssociations as unknown as [{ spi: string }];
	t.is((await a.post(`/sa/${spi}/delete`, "")).status, 303);
	left.send();
	await until(() => right.received.length === left.sent);
	t.is(right.received.length, left.sent, "through a new tunnel");
	t.is(a.error.match(/for a test/g)?.length, 4, a.error);
	t.notRegex(a.error, /restarted/);
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
});

test("a full heap while packets flow: no packet is lost either way, a line says why, and another tunnel takes the place of the one that was kept", async (t) => {
	t.timeout(120000);
	const { a, b, left, right } = await tunnel(t, "heap");
	left.start();
	right.start();
	await until(() => left.received.length > 20 && right.received.length > 20);
	const before = spis(await a.status());
	a.error = "";
	a.child.kill("SIGUSR1");
	await a.says(/control plane restarted: heap exhausted \([^)]+\); tunnels keep carrying/);
	await a.ready();
	const kept = await a.status();
	t.deepEqual(spis(kept).filter((spi) => before.includes(spi)), before, "the tunnel is shown as before");
	// Of the old pair the peer is told ten seconds after the new one carries packets; then it goes, since nothing comes by it any more.
	const after = await a.until(({ securityAssociations, ikeSecurityAssociations }) => ikeSecurityAssociations.some(({ status }) => status === "Activated")
		&& securityAssociations.length === 2 && !spis({ securityAssociations }).some((spi) => before.includes(spi)), 60000);
	t.is((await b.until(({ securityAssociations }) => securityAssociations.length === 2)).securityAssociations.length, 2, "and at the peer");
	t.is(after.problems.length, 0);
	left.stop();
	right.stop();
	await until(() => right.received.length === left.sent && left.received.length === right.sent, 5000);
	t.is(right.received.length, left.sent, "from left to right");
	t.is(left.received.length, right.sent, "from right to left");
	t.log(`${left.sent} packets to the peer, ${right.sent} from it, none lost`);
	t.regex(await (await a.fetch("/log/vpn.jsonl")).text(), /control plane started anew: its heap was full; tunnels carry on/);
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
});

test("pages on any port that is free stay on it when the control plane starts anew: its heap was full, or for other settings", async (t) => {
	t.timeout(60000);
	const here = await place();
	const document = (changes: object) => settings(here, 1, { http: { address: "127.0.0.1", port: 0 }, ...changes });
	const a = new RunningGateway(here.folder, document({}), ["--fault", "heap"]);
	const { url } = await a.ready();
	a.error = "";
	a.child.kill("SIGUSR1");
	await a.says(/control plane restarted: heap exhausted/);
	t.is((await a.ready()).url, url);
	a.error = "";
	t.regex(await a.configure(document({ tunnelInterface: `unix:${join(here.folder, "another")}` })), /starts anew/);
	await a.says(/pages on/);
	t.is((await a.ready()).url, url);
	t.is((await a.fetch("/status")).status, 200);
	t.is(await a.stop(), 0);
});

test("a heap that is full again and again: five times in a minute no packet is lost, then the program ends", async (t) => {
	t.timeout(120000);
	const { a, left, right } = await tunnel(t, "heap");
	left.start();
	right.start();
	for (let time = 1; time <= 5; time++) {
		a.error = "";
		a.child.kill("SIGUSR1");
		await a.says(/tunnels keep carrying/);
		await a.ready();
	}
	const [toPeer, fromPeer] = [left.sent, right.sent];
	await until(() => right.received.length >= toPeer && left.received.length >= fromPeer, 10000);
	left.stop();
	right.stop();
	await until(() => right.received.length === left.sent && left.received.length === right.sent, 5000);
	t.is(right.received.length, left.sent, "from left to right");
	t.is(left.received.length, right.sent, "from right to left");
	a.child.kill("SIGUSR1");
	t.is(await a.end(20000), 7);
	t.regex(a.error, /the control plane ended 6 times within a minute, giving up/);
});

/** Stands before the C library: call FAULT_NUMBER of those that a gateway makes for its sockets and its loop fails with EMFILE. */
const shim = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
static int fails(const char* name)
{
	static int count;
	const char* number = getenv("FAULT_NUMBER");
	if (!number || ++count != atoi(number))
		return 0;
	fprintf(stderr, "%s fails\\n", name);
	errno = EMFILE;
	return 1;
}
#define CALL(name, declared, given) int name declared { int (*real) declared = (int (*) declared)dlsym(RTLD_NEXT, #name); return fails(#name) ? -1 : real given; }
CALL(socket, (int a, int b, int c), (a, b, c))
CALL(bind, (int a, const void* b, unsigned c), (a, b, c))
CALL(listen, (int a, int b), (a, b))
CALL(setsockopt, (int a, int b, int c, const void* d, unsigned e), (a, b, c, d, e))
CALL(getsockname, (int a, void* b, void* c), (a, b, c))
CALL(epoll_create1, (int a), (a))
CALL(epoll_ctl, (int a, int b, int c, void* d), (a, b, c, d))
CALL(signalfd, (int a, const void* b, int c), (a, b, c))
CALL(eventfd, (unsigned a, int b), (a, b))
CALL(pthread_create, (void* a, const void* b, void* (*c)(void*), void* d), (a, b, c, d))
`;

test("system calls at start fail, each in turn: a line says what is wrong and the program ends, or it goes on without", async (t) => {
	t.timeout(120000);
	const work = folder();
	const library = join(work, "shim.so");
	writeFileSync(join(work, "shim.c"), shim);
	execFileSync("gcc", ["-shared", "-fPIC", "-Wall", "-fno-builtin", "-o", library, join(work, "shim.c"), "-ldl"]);
	const { NODE_OPTIONS: _, ...env } = process.env;
	let ended = 0;
	for (let number = 1; number < 200; number++) {
		const here = await place();
		const gateway = new RunningGateway(here.folder, settings(here, 1), [], { env: { ...env, LD_PRELOAD: library, FAULT_NUMBER: String(number) } });
		const runs = await gateway.says(/pages on (\S+)/).then(() => true, () => false);
		const status = runs ? await gateway.stop() : await gateway.end(20000);
		const name = /^(\w+) fails$/m.exec(gateway.error)?.[1];
		if (name === undefined) {
			t.log(`${number - 1} calls, ${ended} of them ended it`);
			t.true(number > 15);
			break;
		}
		if (runs)
			t.is(status, 0, `call ${number}: ${gateway.error}`);
		else {
			ended++;
			t.true(status > 0 && status <= 7, `call ${number}: ${status}: ${gateway.error}`);
			t.regex(gateway.error, /^keygate: .+$/m, `call ${number}`);
		}
	}
});
