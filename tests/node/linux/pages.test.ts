// The pages of a whole gateway over real sockets, among clients that are slow, many, greedy or wrong: each gets its answer, and somebody else is served within a second.
import test from "ava";
import { connect, type Socket } from "node:net";
import { place, RunningGateway, settings } from "./gateways.js";

const ADMIN = `Authorization: Basic ${Buffer.from("admin:a word for tests").toString("base64")}\r\n`;

/** A connection to the pages, and all that came. */
class Client {
	readonly socket: Socket;
	received = "";
	#closed = false;

	constructor(gateway: RunningGateway, { from = "127.0.0.1", reads = true } = {}) {
		const { hostname, port } = new URL(gateway.url);
		this.socket = connect({ host: hostname, port: Number(port), localAddress: from });
		if (reads)
			this.socket.on("data", (data) => this.received += data.toString("latin1"));
		this.socket.on("error", () => this.#closed = true);
		this.socket.on("close", () => this.#closed = true);
	}

	send(text: string): this {
		this.socket.write(text, "latin1");
		return this;
	}

	/** The statuses of all answers so far. */
	get statuses(): number[] {
		return [...this.received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((match) => Number(match[1]));
	}

	/** Waits for `count` answers, or for the end of the connection; their statuses. */
	async answers(count = 1, limit = 15000): Promise<number[]> {
		for (const deadline = Date.now() + limit; this.statuses.length < count && !this.#closed && Date.now() < deadline;)
			await pause(10);
		return this.statuses;
	}

	get isClosed(): boolean {
		return this.#closed;
	}

	/** Waits until the gateway has closed the connection. */
	async ended(limit = 15000): Promise<boolean> {
		for (const deadline = Date.now() + limit; !this.#closed && Date.now() < deadline;)
			await pause(10);
		return this.#closed;
	}

	close(): void {
		this.socket.destroy();
	}
}

function pause(milliseconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function get(path: string, more = ADMIN): string {
	return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}\r\n`;
}

function post(path: string, more: string, body = ""): string {
	return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${ADMIN}${more}\r\n${body}`;
}

async function started(words: readonly string[] = []): Promise<RunningGateway> {
	const here = await place();
	return new RunningGateway(here.folder, settings(here, 1), words, { stdio: ["pipe", "pipe", "pipe"] }).ready();
}

/**
 * While `others` do what they do somebody else asks for the status, each time by a connection of its own, and again when it was refused; the longest that took
 * until it was there, in ms.
 */
async function meanwhile(gateway: RunningGateway, others: Promise<unknown>): Promise<number> {
	let over = false;
	let longest = 0;
	others.finally(() => over = true).catch(() => undefined);
	let began = performance.now();
	let isServed: boolean;
	do {
		const client = new Client(gateway);
		const [status] = await client.send(get("/status.json")).answers();
		isServed = status === 200;
		longest = Math.max(longest, performance.now() - began);
		client.close();
		await pause(50);
		if (isServed)
			began = performance.now();
	} while (!over || !isServed);
	await others;
	return longest;
}

test("slow and silent clients, 64 at once, pipelining, pieces, uploads of too much: each has its answer, and somebody else is served within a second", async (t) => {
	t.timeout(90000);
	const gateway = await started();
	const asked = async (text: string): Promise<{ status: number; client: Client }> => {
		const client = new Client(gateway).send(text);
		return { status: (await client.answers())[0] ?? 0, client };
	};
	// what cannot be understood or is too much, and the connection is over where no next request could be found
	const wrong: readonly (readonly [string, number])[] = [
		[post("/status", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"), 411],
		[post("/status", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "hello"), 400],
		[post("/status", "Transfer-Encoding: gzip\r\n", "hello"), 501],
		[post("/status", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), 400],
		[post("/status", "Content-Length: 1000000000\r\n", "x".repeat(20000)), 413],
		[post("/status", "Content-Length: 1000000000\r\nExpect: 100-continue\r\n"), 413],
		[post("/status", "Content-Length: 99999999999999999999\r\n"), 413],
		[get(`/${"x".repeat(5000)}`), 414],
		[get("/status", `${ADMIN}X-More: ${"x".repeat(20000)}\r\n`), 431],
		[get("/status", ADMIN + "X: y\r\n".repeat(3000)), 431],
		["GET /status HTTP/2.0\r\nHost: x\r\n\r\n", 505],
		["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
		["GET /status HTTP/1.1\nHost: x\n\n", 400],
	];
	const wrongOnes = async (): Promise<void> => {
		for (const [text, status] of wrong) {
			const answer = await asked(text);
			t.is(answer.status, status, text.slice(0, 120));
			t.true(await answer.client.ended(5000), text.slice(0, 120));
			t.is(answer.client.statuses.length, 1, text.slice(0, 120));
		}
	};
	const within = async (what: string, others: Promise<unknown>): Promise<void> => {
		const longest = await meanwhile(gateway, others);
		// a server that waited for one of these clients would wait for its whole time limit
		t.true(longest < 5000, `${what}: ${longest} ms`);
		t.log(`${what}: somebody else served in at most ${longest.toFixed(0)} ms`);
	};
	await within("what is wrong or too much", wrongOnes());

	// one after the other in one write: answered in order, and the last ends the connection
	const pipelined = async (): Promise<void> => {
		const client = new Client(gateway).send(get("/status.json").repeat(9) + get("/nowhere") + get("/status", `${ADMIN}Connection: close\r\n`));
		t.deepEqual(await client.answers(11), [...Array<number>(9).fill(200), 404, 200]);
		t.true(await client.ended(5000));
	};
	await within("pipelining", pipelined());

	// 64 at once: served, or told to come again; whoever does gets its page
	const crowd = async (): Promise<void> => {
		let refusals = 0;
		const one = async (): Promise<void> => {
			for (let tries = 0; tries < 60; tries++) {
				const client = new Client(gateway).send(get("/status", `${ADMIN}Connection: close\r\n`));
				const [status] = await client.answers();
				client.close();
				if (status === 200)
					return;
				t.true(status === 503 || status === undefined, `${status}`);
				refusals++;
				await pause(50 + 100 * Math.random());
			}
			t.fail("never served");
		};
		await Promise.all(Array.from({ length: 64 }, one));
		t.log(`64 at once: told to come again ${refusals} times`);
	};
	await within("64 at once", crowd());

	// who says nothing, says half, takes nothing in: many, for as long as they may
	const slow = async (): Promise<void> => {
		const silent = Array.from({ length: 40 }, () => new Client(gateway));
		const half = Array.from({ length: 3 }, () => new Client(gateway).send("GET /status HTTP/1.1\r\nHost: "));
		const deaf = Array.from({ length: 3 }, () => new Client(gateway, { reads: false }).send(get("/status").repeat(20)));
		const drip = new Client(gateway);
		const began = performance.now();
		while (!drip.isClosed && performance.now() - began < 15000) {
			drip.send("G");
			await pause(100);
		}
		// places are few: a header that does not come to its end has one for a second, then it gives way. What is still being sent then may cost the answer.
		t.true(drip.isClosed);
		t.true(drip.statuses[0] === 408 || drip.statuses.length === 0, drip.statuses.join());
		for (const client of half)
			t.is((await client.answers())[0], 408);
		for (const client of [...silent, ...half, ...deaf, drip])
			client.close();
	};
	await within("slow and silent clients", slow());
	t.is(await gateway.stop(), 0);
});

test("a flood without the password, of connections, of halves and of requests: refused and counted, and another address is served meanwhile, and so is who is in already", async (t) => {
	t.timeout(120000);
	const gateway = await started(["--console", "stdio"]);
	const attacker = "127.0.0.66";
	const guess = (): string => get("/status", `Authorization: Basic ${Buffer.from(`admin:${Math.random()}`).toString("base64")}\r\n`);
	// somebody at the attacker's address who has shown the password
	const inside = new Client(gateway, { from: attacker }).send(get("/status.json"));
	t.deepEqual(await inside.answers(), [200]);
	const floods: readonly (() => void)[] = [
		() => void new Client(gateway, { from: attacker }).send("GET /status HTTP/1.1\r\nHost: "),
		() => void new Client(gateway, { from: attacker }).send(guess()),
		() => void new Client(gateway, { from: attacker }).send(guess().repeat(10)),
	];
	let over = false;
	const flood = async (): Promise<void> => {
		for (let i = 0; !over; i++) {
			floods[i % floods.length]!();
			if (i % 20 === 0)
				await pause(1);
		}
	};
	const refused = async (): Promise<void> => {
		try {
			await gateway.says(/without the password, than are looked at: \d+ were refused, the last from 127\.0\.0\.66/, 60000);
			await pause(1000);
			inside.send(get("/status.json"));
			t.deepEqual(await inside.answers(2), [200, 200]);
		}
		finally {
			over = true;
		}
	};
	const asking = setInterval(() => gateway.child.stdin!.write("log vpn 20\n"), 500);
	const flooding = flood();
	try {
		const longest = await meanwhile(gateway, refused());
		t.log(`somebody else served in at most ${longest.toFixed(0)} ms`);
		t.true(longest < 5000, `${longest} ms`);
	}
	finally {
		clearInterval(asking);
		over = true;
		await flooding;
	}
	await gateway.repeats("memory", /http-flood +\d+/);
	t.is(await gateway.stop(), 0);
});

test("F15 an address that tries passwords waits, others do not; the console lets it in; a page of another's name or making is refused", async (t) => {
	const gateway = await started(["--console", "stdio"]);
	const statusOf = async (text: string, from?: string): Promise<{ status: number; received: string }> => {
		const client = new Client(gateway, from === undefined ? {} : { from }).send(text);
		const [status] = await client.answers();
		await pause(5);
		client.close();
		return { status: status ?? 0, received: client.received };
	};
	const guess = (password: string): Promise<{ status: number; received: string }> =>
		statusOf(get("/status.json", `Authorization: Basic ${Buffer.from(`admin:${password}`).toString("base64")}\r\n`), "127.0.0.66");
	t.is((await statusOf(get("/status.json", ""))).status, 401);
	// several at once, which is how a browser begins: one is verified, and it lets all in
	t.deepEqual(await Promise.all([1, 2, 3, 4].map(async () => (await statusOf(get("/status.json"))).status)), [200, 200, 200, 200]);
	for (let i = 0; i < 4; i++) {
		t.is((await guess(`guess ${i}`)).status, 401);
		await pause(600);
	}
	const refused = await guess("a word for test");
	t.is(refused.status, 429);
	t.regex(refused.received, /^Retry-After: [12]\r$/m);
	t.is((await statusOf(get("/status.json"))).status, 200);
	gateway.child.stdin!.write("unlock\nlog\n");
	await gateway.says(/1 address had to wait/);
	await gateway.says(/wrong password for the pages from 127\.0\.0\.66/);
	t.is((await guess("a word for tests")).status, 200);

	// DNS rebinding, another site's form, and the headers that protect every answer
	const rebound = await statusOf(`GET /status HTTP/1.1\r\nHost: evil.example\r\n${ADMIN}\r\n`);
	t.is(rebound.status, 421);
	t.is((await statusOf(post("/sa/00000001/delete", "Content-Length: 0\r\nOrigin: http://evil.example\r\n"))).status, 403);
	t.is((await statusOf(post("/sa/00000001/delete", "Content-Length: 0\r\nX-Keygate: 1\r\n"))).status === 403, false);
	for (const answer of [rebound, refused, await statusOf(get("/status")), await statusOf(get("/nowhere")), await statusOf(get("/status", "")), await statusOf("x\r\n\r\n")]) {
		for (const header of [/^Content-Security-Policy: default-src 'none'; .*frame-ancestors 'none'/m, /^X-Content-Type-Options: nosniff\r$/m, /^Referrer-Policy: no-referrer\r$/m,
			/^Cross-Origin-Resource-Policy: same-origin\r$/m, /^Cache-Control: no-store\r$/m])
			t.regex(answer.received, header);
		t.notRegex(answer.received, /unsafe-inline|unsafe-eval|^Set-Cookie/m);
	}
	t.is(await gateway.stop(), 0);
});
