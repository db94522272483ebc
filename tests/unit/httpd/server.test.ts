import test from "ava";
import { BODY_TIME, EVICTABLE_TIME, HEADER_TIME, IDLE_TIME, LINGER_SIZE, LINGER_TIME, READ_SIZE, REFUSALS, RESPONSE_TIME, STALL_TIME } from "../../../modules/httpd/constants.js";
import type { Request } from "../../../modules/httpd/request.js";
import { PENDING, plain } from "../../../modules/httpd/response.js";
import type { Response } from "../../../modules/httpd/response.js";
import { HTTPServer } from "../../../modules/httpd/server.js";
import { HTTP_BODY_SIZE, HTTP_CONNECTIONS, HTTP_HEADER_SIZE, HTTP_LINE_SIZE, PAGE_PIECE_SIZE } from "../../../modules/limits.js";
import { field, Network, textOf, type Client } from "./network.js";

interface Setup {
	readonly network: Network;
	readonly server: HTTPServer;
	readonly faults: string[];
	/** Paths that were answered. */
	readonly served: string[];
	/** Pieces that the long page has made so far, and whether it was given up. */
	made: number;
	given: number;
}

const PIECES = 40;

function setUp(admit?: (request: Request, resume: () => void) => Response | typeof PENDING | undefined, hasRoom?: () => boolean): Setup {
	const network = new Network();
	const faults: string[] = [];
	const served: string[] = [];
	const setup = { network, faults, served, made: 0, given: 0 } as unknown as { -readonly [K in keyof Setup]: Setup[K] };
	function* pieces(): Generator<string> {
		try {
			for (let i = 0; i < PIECES; i++) {
				setup.made++;
				yield `${i}`.padStart(4, "0").repeat(PAGE_PIECE_SIZE / 4);
			}
		}
		finally {
			setup.given++;
		}
	}
	function* broken(): Generator<string> {
		yield "start";
		throw new Error("page broke");
	}
	function* odd(): Generator<string> {
		yield "";
		yield "gr\u00fc\u00df";
		yield "";
		yield "\u{1f511}";
	}
	setup.server = new HTTPServer({
		Listener: network.Listener, TCP: network.TCP, port: 80, now: () => network.time, fault: (text) => faults.push(text), ...(hasRoom === undefined ? {} : { hasRoom }),
		handler: {
			admit: (request, resume) => admit?.(request, resume),
			respond(request) {
				served.push(request.path);
				switch (request.path) {
					case "/pieces":
						return { status: 200, type: "text/html", body: pieces() };
					case "/broken":
						return { status: 200, body: broken() };
					case "/odd":
						return { status: 200, body: odd() };
					case "/bytes":
						return { status: 200, type: "application/octet-stream", body: new Uint8Array(3).fill(65) };
					case "/throw":
						throw new Error("handler broke");
					case "/none":
						return { status: 304 };
					default:
						return plain(200, `${request.method} ${request.path} ${request.query} ${request.host} ${textOf(request.body)} ${request.remoteAddress}`);
				}
			},
		},
	});
	return setup;
}

const GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

test("a request is answered, and the connection kept", (t) => {
	const { network } = setUp();
	const client = network.connect();
	client.send(GET);
	t.is(client.status(), 200);
	t.is(client.answers()[0]!.body, "GET /a  x  10.1.0.9\n");
	t.false(client.closed);
	client.send("POST /b%20c?d=e HTTP/1.1\r\nhOST:y:80 \r\nContent-Length: 3\r\n\r\nxyz");
	t.is(client.answers()[1]!.body, "POST /b c d=e y:80 xyz 10.1.0.9\n");
});

test("a request may come split anywhere, and a byte at a time", (t) => {
	const request = "\r\nPOST /b?q HTTP/1.1\r\nHost: x\r\nUser-Agent: something/1.0 (\u00fc)\r\nX-A-Very-Long-Field-Name-That-Nobody-Knows: v\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello";
	const { network } = setUp();
	for (let size = 1; size < request.length; size++) {
		const client = network.connect();
		client.send(request, size);
		t.is(client.status(), 200, `in pieces of ${size}`);
		t.is(client.answers()[0]!.body, "POST /b q x hello 10.1.0.9\n");
		client.leave();
	}
});

test("pipelined requests are answered in their order", (t) => {
	const { network, served } = setUp();
	const client = network.connect();
	let all = "";
	for (let i = 0; i < 40; i++)
		all += i % 3 === 0 ? `POST /${i} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nGET ` : `GET /${i} HTTP/1.1\r\nHost: x\r\n\r\n`;
	client.send(all, 777);
	const answers = client.answers();
	t.is(answers.length, 40);
	for (let i = 0; i < 40; i++)
		t.true(answers[i]!.body.includes(` /${i} `));
	t.is(served.length, 40);
});

test("pipelined requests wait in the socket while a response is not taken", (t) => {
	const setup = setUp();
	const client = setup.network.connect(100);
	client.send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n" + GET + GET);
	t.deepEqual(setup.served, ["/pieces"]);
	client.read(1 << 20);
	t.deepEqual(setup.served, ["/pieces", "/a", "/a"]);
	t.is(client.answers().length, 3);
});

test("pieces are made as the client takes them, never more than one ahead", (t) => {
	const setup = setUp();
	const client = setup.network.connect(10);
	client.send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n");
	t.is(setup.made, 0);
	let previous = 0;
	while (client.received.indexOf("\r\n0\r\n\r\n") < 0) {
		client.read(1500);
		t.true(setup.made <= Math.floor(client.received.length / PAGE_PIECE_SIZE) + 1, `${setup.made} pieces for ${client.received.length} bytes`);
		t.true(client.received.length > previous);
		previous = client.received.length;
	}
	const answer = client.answers()[0]!;
	t.is(answer.body.length, PIECES * PAGE_PIECE_SIZE);
	t.true(answer.body.startsWith("00000000"));
	t.true(answer.body.endsWith("00390039"));
	t.is(setup.given, 1);
	t.true(client.largest <= PAGE_PIECE_SIZE + 8);
});

test("a page is given up when its reader leaves", (t) => {
	const setup = setUp();
	const client = setup.network.connect(6000);
	client.send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n");
	t.is(setup.given, 0);
	client.leave();
	t.is(setup.given, 1);
	t.is(setup.server.connections, 0);
});

test("empty pieces do not end a body, and characters count as bytes", (t) => {
	const { network } = setUp();
	const client = network.connect();
	client.send("GET /odd HTTP/1.1\r\nHost: x\r\n\r\n");
	t.is(client.answers()[0]!.body, "gr\xc3\xbc\xc3\x9f\xf0\x9f\x94\x91");
});

test("HEAD gets the head of GET and no body", (t) => {
	const setup = setUp();
	const client = setup.network.connect();
	client.send("HEAD /pieces HTTP/1.1\r\nHost: x\r\n\r\nHEAD /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /bytes HTTP/1.1\r\nHost: x\r\n\r\n");
	const answers = client.answers(true);
	t.is(answers.length, 3);
	t.is(field(answers[0]!.head, "Transfer-Encoding"), "chunked");
	t.is(field(answers[1]!.head, "Content-Length"), "21");
	t.is(field(answers[2]!.head, "Content-Length"), "3");
	t.is(setup.made, 0);
	t.false(client.closed);
});

test("bytes and a body-less status", (t) => {
	const { network } = setUp();
	const client = network.connect();
	client.send("GET /bytes HTTP/1.1\r\nHost: x\r\n\r\n");
	t.is(client.answers()[0]!.body, "AAA");
	const other = network.connect();
	other.send("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
	t.true(other.received.startsWith("HTTP/1.1 304 Not Modified\r\n"));
	t.true(other.received.endsWith("\r\n\r\n"));
});

test("HTTP/1.0: closed after the answer, kept when asked, pages without chunks", (t) => {
	const { network } = setUp();
	const client = network.connect();
	client.send("GET /a HTTP/1.0\r\n\r\n");
	t.is(client.status(), 200);
	t.is(field(client.received, "Connection"), "close");
	network.time += LINGER_TIME;
	const kept = network.connect();
	kept.send("GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
	t.is(field(kept.received, "Connection"), "keep-alive");
	kept.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	t.is(kept.answers()[1]!.body.length, PIECES * PAGE_PIECE_SIZE);
	t.is(field(kept.answers()[1]!.head, "Transfer-Encoding"), undefined);
	t.is(field(kept.answers()[1]!.head, "Connection"), "close");
});

test("Connection: close is done, after the client has had time to read", (t) => {
	const { network, server } = setUp();
	const client = network.connect();
	client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n" + GET);
	t.is(client.status(), 200);
	t.is(field(client.received, "Connection"), "close");
	t.false(client.closed);
	t.is(server.pollAt(), LINGER_TIME);
	network.time = LINGER_TIME;
	server.poll(network.time);
	t.true(client.closed);
	t.is(server.connections, 0);
	t.is(server.pollAt(), undefined);
});

/** What gets what, with the connection closed after it. */
const REFUSED: readonly (readonly [string, string, number])[] = [
	["request line too long", `GET /${"a".repeat(HTTP_LINE_SIZE)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
	["request line too long and without end", "G".repeat(HTTP_LINE_SIZE + 1), 414],
	["header too long", `GET / HTTP/1.1\r\nHost: x\r\n${"X-A: bcdefghijklmnopqrstuvwxyz\r\n".repeat(HTTP_HEADER_SIZE / 32 + 1)}\r\n`, 431],
	["header name without end", `GET / HTTP/1.1\r\n${"a".repeat(HTTP_HEADER_SIZE + 1)}`, 431],
	["header value without end", `GET / HTTP/1.1\r\nCookie: ${"a".repeat(HTTP_HEADER_SIZE + 1)}`, 431],
	["a value that the server keeps, too long", `GET / HTTP/1.1\r\nAuthorization: ${"a".repeat(600)}\r\n\r\n`, 431],
	["Connection in many parts", `GET / HTTP/1.1\r\nHost: x\r\n${`Connection: ${"a".repeat(200)}\r\n`.repeat(4)}\r\n`, 431],
	["body too large", `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${HTTP_BODY_SIZE + 1}\r\n\r\n`, 413],
	["length beyond all numbers", `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${"9".repeat(400)}\r\n\r\n`, 413],
	["known method", "DELETE /sa/1 HTTP/1.1\r\nHost: x\r\n\r\n", 405],
	["OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405],
	["unknown method", "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", 501],
	["lower-case method", "get / HTTP/1.1\r\nHost: x\r\n\r\n", 501],
	["method that is no token", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["no version", "GET /\r\n\r\n", 400],
	["another version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505],
	["HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
	["no version number", "GET / HTTP/x.1\r\nHost: x\r\n\r\n", 400],
	["another protocol", "GET / RTSP/1.0\r\nHost: x\r\n\r\n", 400],
	["TLS", "\x16\x03\x01\x02", 400],
	["two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["relative target", "GET status HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["target of another scheme", "GET https://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["target not UTF-8", "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["percent without digits", "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["control character in the target", "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["byte over 127 in the target", "GET /\u00fc HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["too many empty lines", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
	["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
	["empty Host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400],
	["two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400],
	["two hosts in one", "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n", 400],
	["two Authorizations", "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 400],
	["bare line feed after the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400],
	["bare line feed after a field", "GET / HTTP/1.1\r\nHost: x\n\r\n", 400],
	["bare carriage return in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", 400],
	["bare carriage return at the end", "GET / HTTP/1.1\r\nHost: x\r\n\rX", 400],
	["folded field", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400],
	["fold before the first field", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400],
	["space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400],
	["field without a name", "GET / HTTP/1.1\r\n: x\r\n\r\n", 400],
	["field without a colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400],
	["control character in an unknown field", "GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", 400],
	["NUL in a known field", "GET / HTTP/1.1\r\nHost: \x00\r\n\r\n", 400],
	["expectation", "POST / HTTP/1.1\r\nHost: x\r\nExpect: more\r\nContent-Length: 1\r\n\r\n", 417],
	// Request smuggling.
	["length and coding", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
	["coding and length", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400],
	["coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
	["chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411],
	["coding with a tab", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", 411],
	["another coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501],
	["a coding that hides", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n", 501],
	["two codings", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400],
	["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400],
	["two lengths in one", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", 400],
	["signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400],
	["negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc", 400],
	["hexadecimal length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc", 400],
	["fractional length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3.0\r\n\r\nabc", 400],
	["length of nothing", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\nabc", 400],
	["space before the length's colon", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc", 400],
];

for (const [name, request, status] of REFUSED) {
	test(`refused: ${name}: ${status}`, (t) => {
		for (const size of [1, 7, request.length]) {
			const { network, server, served, faults } = setUp();
			const client = network.connect();
			client.send(request, size);
			client.send(GET);
			t.is(client.status(), status);
			t.is(field(client.received, "Connection"), "close");
			t.deepEqual(served, []);
			t.deepEqual(faults, []);
			network.time = LINGER_TIME;
			server.poll(network.time);
			t.true(client.closed);
		}
	});
}

test("limits are met exactly: what just fits is served", (t) => {
	const { network } = setUp();
	const line = network.connect();
	line.send(`GET /${"a".repeat(HTTP_LINE_SIZE - 14)} HTTP/1.1\r\nHost: x\r\n\r\n`);
	t.is(line.status(), 200);
	const head = network.connect();
	head.send(`GET / HTTP/1.1\r\nHost: x\r\nA: ${"b".repeat(HTTP_HEADER_SIZE - 9 - 5)}\r\n\r\n`);
	t.is(head.status(), 200);
	const body = network.connect();
	body.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${HTTP_BODY_SIZE}\r\n\r\n${"c".repeat(HTTP_BODY_SIZE)}`);
	t.is(body.status(), 200);
	t.is(body.answers()[0]!.body.length, HTTP_BODY_SIZE + 20);
});

test("absolute form: its authority is the host", (t) => {
	const { network } = setUp();
	const client = network.connect();
	client.send("GET http://one.example:80/p?q HTTP/1.1\r\nHost: two.example\r\n\r\nGET HTTP://one.example HTTP/1.1\r\nHost: x\r\n\r\n");
	t.is(client.answers()[0]!.body, "GET /p q one.example:80  10.1.0.9\n");
	t.is(client.answers()[1]!.body, "GET /  one.example  10.1.0.9\n");
});

test("a slow header gets 408, and others are served meanwhile", (t) => {
	const { network, server } = setUp();
	const slow = network.connect();
	const text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	for (let i = 0; i < 20; i++) {
		slow.send(text[i]!);
		network.time += 600;
		server.poll(network.time);
		const other = network.connect();
		other.send(GET);
		t.is(other.status(), 200);
		other.leave();
	}
	t.is(slow.status(), 408);
	t.true(network.time > HEADER_TIME);
	network.time += LINGER_TIME;
	server.poll(network.time);
	t.true(slow.closed);
});

test("a slow body gets 408", (t) => {
	const { network, server, served } = setUp();
	const slow = network.connect();
	slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
	t.is(server.pollAt(), BODY_TIME);
	network.time = BODY_TIME - 1;
	slow.send("a");
	server.poll(network.time);
	t.is(slow.status(), 0);
	network.time++;
	server.poll(network.time);
	t.is(slow.status(), 408);
	t.deepEqual(served, []);
});

test("a connection without a request is closed without a word", (t) => {
	const { network, server } = setUp();
	const silent = network.connect();
	network.time = HEADER_TIME;
	server.poll(network.time);
	t.true(silent.closed);
	t.is(silent.received, "");
});

test("a kept connection is closed when nothing more comes", (t) => {
	const { network, server } = setUp();
	const client = network.connect();
	client.send(GET);
	t.is(server.pollAt(), IDLE_TIME);
	network.time = 5000;
	client.send(GET);
	t.is(server.pollAt(), 5000 + IDLE_TIME);
	network.time += IDLE_TIME;
	server.poll(network.time);
	t.true(client.closed);
	t.is(client.answers().length, 2);
});

test("a client that stops reading is closed", (t) => {
	const setup = setUp();
	const { network, server } = setup;
	const client = network.connect(3000);
	client.send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n");
	t.is(server.pollAt(), STALL_TIME);
	network.time = STALL_TIME - 1;
	client.read(1);
	server.poll(network.time);
	t.false(client.closed);
	network.time += STALL_TIME;
	server.poll(network.time);
	t.true(client.closed);
	t.is(setup.given, 1);
});

test("a client that reads a byte now and then is closed in the end", (t) => {
	const { network, server } = setUp();
	const client = network.connect(3000);
	client.send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n");
	while (!client.closed && network.time <= RESPONSE_TIME) {
		network.time += STALL_TIME / 3;
		client.read(1);
		server.poll(network.time);
	}
	t.true(client.closed);
	t.is(network.time, RESPONSE_TIME);
});

test("a client that goes on sending after its refusal is closed", (t) => {
	const { network } = setUp();
	const client = network.connect();
	client.send("BREW / HTTP/1.1\r\nHost: x\r\n\r\n");
	client.send("x".repeat(LINGER_SIZE - 100), 1000);
	t.false(client.closed);
	client.send("x".repeat(1000), READ_SIZE);
	t.true(client.closed);
});

test("20 connections at once: some are told to come again, the others are served meanwhile", (t) => {
	const { network, server } = setUp();
	const clients = [];
	for (let i = 0; i < 20; i++)
		clients.push(network.connect());
	for (const client of clients)
		client.send(GET);
	for (let i = 0; i < 20; i++) {
		t.is(clients[i]!.status(), i < HTTP_CONNECTIONS ? 200 : 503);
		if (i >= HTTP_CONNECTIONS)
			t.is(field(clients[i]!.received, "Retry-After"), "1");
	}
	t.is(server.connections, HTTP_CONNECTIONS);
	t.is(server.highWater, HTTP_CONNECTIONS);
	network.time = LINGER_TIME;
	server.poll(network.time);
	for (let i = 0; i < 20; i++)
		t.is(clients[i]!.closed, i >= HTTP_CONNECTIONS);
	for (let i = 0; i < HTTP_CONNECTIONS; i++) {
		clients[i]!.send(GET);
		t.is(clients[i]!.answers().length, 2);
	}
});

test("1,000 connections at once take no more than their places", (t) => {
	const { network, server } = setUp();
	const clients = [];
	for (let i = 0; i < 1000; i++)
		clients.push(network.connect(0));
	t.is(clients.filter((client) => !client.closed).length, HTTP_CONNECTIONS + REFUSALS);
	network.time = 5000;
	clients[0]!.read(10000);
	clients[0]!.send(GET);
	t.is(clients[0]!.status(), 200);
	for (const client of clients)
		client.read(10000);
	for (network.time = HEADER_TIME; network.time < HEADER_TIME + LINGER_TIME + STALL_TIME; network.time += 1000)
		server.poll(network.time);
	t.is(server.connections, 0);
	t.is(clients.filter((client) => !client.closed).length, 0);
});

test("a kept connection that is quiet makes place for a new one", (t) => {
	const { network } = setUp();
	const clients = [];
	for (let i = 0; i < HTTP_CONNECTIONS; i++) {
		clients.push(network.connect());
		clients[i]!.send(GET);
		network.time += 10;
	}
	const early = network.connect().send(GET);
	t.is(early.status(), 503);
	network.time += 5000;
	const late = network.connect();
	late.send(GET);
	t.is(late.status(), 200);
	t.deepEqual(clients.map((client) => client.closed), [true, false, false, false, false, false, false, false]);
});

test("silent connections that hold every place give way at once to a client that asks", (t) => {
	const { network, server } = setUp();
	const silent = [];
	for (let i = 0; i < HTTP_CONNECTIONS; i++) {
		silent.push(network.connect());
		network.time++;
	}
	for (let i = 0; i < 4; i++)
		t.is(network.connect().send(GET).status(), 200);
	t.deepEqual(silent.map((client) => client.closed), [true, true, true, true, false, false, false, false]);
	t.is(server.connections, HTTP_CONNECTIONS);
	silent[7]!.send(GET);
	t.is(silent[7]!.status(), 200);
});

test("silent connections without a place are told to come again, or get one that is free", (t) => {
	const { network, server } = setUp();
	for (let i = 0; i < HTTP_CONNECTIONS - 1; i++)
		network.connect();
	const leaver = network.connect();
	const first = network.connect();
	network.time++;
	const second = network.connect();
	t.is(first.received + second.received, "");
	leaver.leave();
	t.is(server.pollAt(), EVICTABLE_TIME);
	network.time = EVICTABLE_TIME + 1;
	server.poll(network.time);
	t.is(server.connections, HTTP_CONNECTIONS);
	t.is([first, second].filter((client) => client.status() === 503).length, 1);
	const lucky = first.status() === 503 ? second : first;
	t.is(lucky.send(GET).status(), 200);
});

test("headers and useless bodies that do not end hold their place for a second, then give way with an answer", (t) => {
	const { network } = setUp((request) => request.path === "/secret" ? plain(401, "no") : undefined);
	const slow = [];
	for (let i = 0; i < HTTP_CONNECTIONS; i++) {
		slow.push(network.connect().send(i % 2 === 0 ? "GET / HTTP/1.1\r\nHost: x\r\n" : "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"));
		network.time++;
	}
	network.time = EVICTABLE_TIME - 1;
	t.is(network.connect().send(GET).status(), 503);
	network.time = EVICTABLE_TIME + HTTP_CONNECTIONS;
	for (let i = 0; i < HTTP_CONNECTIONS; i++) {
		t.is(network.connect().send(GET).status(), 200);
		t.is(slow[i]!.status(), i % 2 === 0 ? 408 : 401);
		t.true(slow[i]!.closed);
	}
	t.is(network.connect().send(GET).status(), 503);
});

test("who is let in is welcome, once the whole header has come; a few that are not are answered, and the connection ends", (t) => {
	const { network, served } = setUp((request) => request.path === "/a" ? undefined : plain(401, "no"));
	const client = network.connect();
	client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n" + GET.slice(0, -2));
	t.false(client.welcome);
	client.send("\r\n");
	t.true(client.welcome);
	t.deepEqual(client.answers().map(({ status }) => status), [401, 200]);
	t.false(client.ended);
	const stranger = network.connect();
	stranger.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n".repeat(40));
	t.deepEqual(stranger.answers().map(({ status }) => status), [401, 401, 401, 401]);
	t.regex(stranger.answers()[3]!.head, /^Connection: close\r$/m);
	t.true(stranger.ended);
	t.false(stranger.welcome);
	t.deepEqual(served, ["/a"]);
});

test("one address that holds every place with requests that do not end gives way at once to another, down to as many as that has", (t) => {
	const { network, server } = setUp();
	const half = (address: string): Client => network.connect(1 << 20, address).send("GET /h");
	const clients = Array.from({ length: HTTP_CONNECTIONS }, () => half("10.1.0.66"));
	network.time += 10;
	// who comes from there too has to wait until one has been quiet for long enough
	const same = network.connect(1 << 20, "10.1.0.66");
	same.send(GET);
	t.is(same.status(), 503);
	const others: Client[] = [];
	for (let i = 0; i < HTTP_CONNECTIONS; i++) {
		const other = network.connect();
		other.send("GET /a HTTP/1.1\r\n");
		others.push(other);
	}
	// the oldest went
	const left = clients.map((client) => !client.closed && !client.ended);
	t.deepEqual(left, left.map((_, i) => i >= HTTP_CONNECTIONS / 2));
	t.deepEqual(clients.slice(0, HTTP_CONNECTIONS / 2).map((client) => client.status()), Array<number>(HTTP_CONNECTIONS / 2).fill(408));
	t.is(others.filter((client) => client.received === "").length, HTTP_CONNECTIONS / 2);
	t.is(server.connections, HTTP_CONNECTIONS);
	others[0]!.send("Host: x\r\n\r\n");
	t.is(others[0]!.status(), 200);
});

test("who was let in keeps its place, though quiet, for an address that has half of all without being let in; for another it gives way", (t) => {
	const { network } = setUp();
	const inside = network.connect(1 << 20, "10.1.0.66");
	inside.send(GET);
	t.is(inside.status(), 200);
	const halves = Array.from({ length: HTTP_CONNECTIONS - 1 }, () => network.connect(1 << 20, "10.1.0.66").send("GET /h"));
	network.time += EVICTABLE_TIME - 1;
	for (const client of halves.slice(0, -1))
		client.leave();
	for (let i = 2; i < HTTP_CONNECTIONS; i++)
		network.connect(1 << 20, "10.1.0.66").send("GET /h");
	network.time += 2;
	halves.at(-1)!.leave();
	network.connect(1 << 20, "10.1.0.66").send("GET /h");
	// all places are taken, and only the one that was let in is quiet
	const same = network.connect(1 << 20, "10.1.0.66");
	same.send(GET);
	t.is(same.status(), 503);
	t.false(inside.closed || inside.ended);
	for (let i = 0; i < HTTP_CONNECTIONS; i++)
		network.connect(1 << 20, `10.1.1.${i}`).send("GET /h");
	network.time += EVICTABLE_TIME;
	for (let i = 0; i < HTTP_CONNECTIONS; i++)
		network.connect(1 << 20, `10.1.2.${i}`).send(GET);
	t.true(inside.closed || inside.ended);
});

test("connections that the host has refused are told", (t) => {
	const told: string[] = [];
	const network = new Network();
	new HTTPServer({
		Listener: network.Listener, TCP: network.TCP, port: 80, now: () => network.time, refused: (count, address) => told.push(`${count} ${address}`),
		handler: { admit: () => undefined, respond: () => plain(200, "") },
	});
	network.refuse(7, "10.1.0.66");
	t.deepEqual(told, ["7 10.1.0.66"]);
});

test("a last answer that is out holds no place", (t) => {
	const { network, server } = setUp();
	for (let i = 0; i < 100; i++)
		t.is(network.connect().send("GET / HTTP/1.0\r\n\r\n").status(), 200);
	t.is(server.connections, HTTP_CONNECTIONS);
});

test("clients that take their answer do not give way", (t) => {
	const setup = setUp();
	const { network } = setup;
	const readers = [];
	for (let i = 0; i < HTTP_CONNECTIONS; i++)
		readers.push(network.connect(1000).send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n"));
	network.time = STALL_TIME - 1;
	for (let i = 0; i < 12; i++)
		t.is(network.connect().send(GET).status(), 503);
	t.true(readers.every((reader) => !reader.closed));
});

test("a flood of silent connections: each client that asks is served", (t) => {
	const { network } = setUp();
	for (let i = 0; i < 100; i++) {
		for (let j = 0; j < 15; j++)
			network.connect();
		const client = network.connect();
		for (let j = 0; j < 5; j++)
			network.connect();
		t.is(client.send(GET).status(), 200);
		client.leave();
		network.time += 10;
	}
});

test("a refused request keeps the connection, and its body is skipped", (t) => {
	const { network, served } = setUp((request) => request.path === "/secret" ? plain(401, "no", ["WWW-Authenticate: Basic"]) : undefined);
	const client = network.connect();
	client.send("POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n");
	t.is(client.status(), 0);
	client.send("GET /trick HTTP/1.1\r\nHost: x\r\n\r\n" + GET, 9);
	t.deepEqual(client.answers().map((answer) => answer.status), [401, 200]);
	t.deepEqual(served, ["/a"]);
});

test("a refused request whose body does not come is answered at the end of its time", (t) => {
	const { network, server } = setUp(() => plain(401, "no"));
	const client = network.connect();
	client.send("POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n");
	network.time = BODY_TIME;
	server.poll(network.time);
	t.is(client.status(), 401);
	t.is(field(client.received, "Connection"), "close");
});

test("a request of which it is not known yet whether it is welcome waits, others are served meanwhile, and too long is too long", (t) => {
	const known = { welcome: undefined as boolean | undefined };
	const resumes: (() => void)[] = [];
	const { network, server, served } = setUp((request, resume) => {
		if (request.path !== "/slow")
			return undefined;
		if (known.welcome === undefined) {
			resumes.push(resume);
			return PENDING;
		}
		return known.welcome ? undefined : plain(401, "no");
	});
	const slow = "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
	const client = network.connect().send(slow).send(GET);
	t.is(network.connect().send(GET).status(), 200);
	t.is(client.received, "");
	known.welcome = true;
	resumes[0]!();
	// A page needs the stack on which that was told.
	t.is(client.received, "");
	t.true(server.pollAt()! <= network.time);
	server.poll(network.time);
	t.true(server.pollAt()! > network.time);
	t.deepEqual(client.answers().map((answer) => answer.status), [200, 200]);
	t.deepEqual(served, ["/a", "/slow", "/a"]);
	// asked once more than needed: nothing
	resumes[0]!();
	server.poll(network.time);
	t.is(client.answers().length, 2);

	known.welcome = undefined;
	const refused = network.connect().send(slow);
	const gone = network.connect().send(slow);
	gone.leave();
	known.welcome = false;
	resumes.forEach((resume) => resume());
	server.poll(network.time);
	t.is(refused.status(), 401);
	t.is(served.length, 3);

	known.welcome = undefined;
	const late = network.connect().send(slow);
	network.time += BODY_TIME;
	server.poll(network.time);
	t.is(late.status(), 408);
	resumes.at(-1)!();
	server.poll(network.time);
	t.is(late.status(), 408);
});

test("100 Continue is sent to who waits for it, and not when the request is refused", (t) => {
	const { network } = setUp((request) => request.path === "/secret" ? plain(401, "no") : undefined);
	const client = network.connect();
	client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
	t.is(client.received, "HTTP/1.1 100 Continue\r\n\r\n");
	client.send("ok");
	t.deepEqual(client.answers().map((answer) => answer.status), [100, 200]);
	const refused = network.connect();
	refused.send("POST /secret HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	t.is(refused.status(), 401);
	t.is(field(refused.received, "Connection"), "close");
});

test("a handler that throws: 500, the connection lives, the fault is told", (t) => {
	const { network, faults } = setUp();
	const client = network.connect();
	client.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n" + GET);
	t.deepEqual(client.answers().map((answer) => answer.status), [500, 200]);
	t.false(client.received.includes("handler broke"));
	t.deepEqual(faults, ["Error: handler broke"]);
});

test("a page that throws ends its connection without the last chunk", (t) => {
	const { network, server, faults } = setUp();
	const client = network.connect();
	client.send("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
	t.true(client.received.endsWith("\r\n0005\r\nstart\r\n"));
	t.true(client.closed);
	t.deepEqual(faults, ["Error: page broke"]);
	t.is(server.connections, 0);
});

test("every response carries the headers that protect it", (t) => {
	const { network } = setUp();
	for (const request of [GET, "BREW / HTTP/1.1\r\n\r\n", "GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n"]) {
		const client = network.connect();
		client.send(request);
		const head = client.answers()[0]!.head;
		t.is(field(head, "X-Content-Type-Options"), "nosniff");
		t.is(field(head, "X-Frame-Options"), "DENY");
		t.is(field(head, "Cross-Origin-Resource-Policy"), "same-origin");
		// A browser that is not at HTTPS or its own machine ignores it, with an error in its console on each page.
		t.is(field(head, "Cross-Origin-Opener-Policy"), undefined);
		t.is(field(head, "Referrer-Policy"), "no-referrer");
		t.is(field(head, "Cache-Control"), "no-store");
		t.true(field(head, "Content-Security-Policy")!.startsWith("default-src 'none'"));
		client.leave();
	}
});

test("close() closes everything, once", (t) => {
	const { network, server } = setUp();
	const client = network.connect();
	server.close();
	server.close();
	t.true(client.closed);
	t.false(network.listening);
	t.is(server.pollAt(), undefined);
});

test("without memory for a page nothing is done and it is said, on a connection that is kept; then it is there", (t) => {
	let room = false;
	const { network, served } = setUp(undefined, () => room);
	const client = network.connect();
	client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz");
	t.is(client.status(), 503);
	t.regex(client.received, /Retry-After: 2\r\n[^]*nothing was done/);
	t.deepEqual(served, []);
	t.false(client.closed || client.ended);
	room = true;
	client.send(GET);
	t.is(client.answers()[1]!.status, 200);
	t.deepEqual(served, ["/a"]);
});

test("for memory the connection goes that has been quiet for longest, none that has a request, and none that was used just now", (t) => {
	const { network, server } = setUp();
	const kept = [network.connect(), network.connect(), network.connect()];
	for (const client of kept) {
		client.send(GET);
		network.time += 100;
	}
	kept[0]!.send("GET /b HTTP/1.1\r\n");
	t.false(server.shed());
	network.time += EVICTABLE_TIME;
	kept[1]!.send(GET);
	t.true(server.shed());
	t.deepEqual(kept.map(({ closed }) => closed), [false, false, true]);
	t.false(server.shed());
	network.time += EVICTABLE_TIME;
	t.true(server.shed());
	t.deepEqual(kept.map(({ closed }) => closed), [false, true, true]);
	t.false(server.shed());
	kept[0]!.send("Host: x\r\n\r\n");
	t.is(kept[0]!.answers()[1]!.status, 200);
});
