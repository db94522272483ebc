// The control plane fails while packets flow: what the data path does meanwhile, and how it comes back.
import test, { type ExecutionContext } from "ava";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { LAN } from "../../../hosts/lab/lan.js";
import { ICMP, makeEcho } from "../../../hosts/lab/packets.js";
import { place, RunningGateway, settings, type Place } from "./gateways.js";

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

test("a full heap while packets flow: the tunnel comes back by itself, both ways, and a line says why", async (t) => {
	t.timeout(120000);
	const { a, b, left, right } = await tunnel(t, "heap");
	left.start();
	right.start();
	await until(() => left.received.length > 20 && right.received.length > 20);
	a.error = "";
	const began = Date.now();
	a.child.kill("SIGUSR1");
	await a.says(/control plane restarted: heap exhausted \([^)]+\); all tunnels are closed/);
	await a.ready();
	const [fromLeft, fromRight] = [left.sent, right.sent];
	await until(() => right.received.some((number) => number > fromLeft) && left.received.some((number) => number > fromRight), 60000);
	const took = Date.now() - began;
	left.stop();
	right.stop();
	await until(() => right.received.at(-1) === left.sent && left.received.at(-1) === right.sent, 5000);
	t.is(right.received.at(-1), left.sent, "from left to right");
	t.is(left.received.at(-1), right.sent, "from right to left");
	t.log(`${took} ms; lost: ${left.sent - right.received.length} of ${left.sent} to the peer, ${right.sent - left.received.length} of ${right.sent} from it`);
	t.regex(await (await a.fetch("/log/vpn.jsonl")).text(), /control plane started anew: its heap was full/);
	t.is(await a.stop(), 0);
	t.is(await b.stop(), 0);
});
