import test from "ava";
import { BODY_TIME, RESPONSE_TIME, UPLOAD_TIME } from "../../../modules/httpd/constants.js";
import type { Multipart } from "../../../modules/httpd/multipart.js";
import type { Request } from "../../../modules/httpd/request.js";
import { plain } from "../../../modules/httpd/response.js";
import type { Response } from "../../../modules/httpd/response.js";
import { HTTPServer } from "../../../modules/httpd/server.js";
import { uploadMemory } from "../../../modules/httpd/memory.js";
import { Workspace } from "../../../modules/httpd/workspace.js";
import { UPLOAD_SIZE } from "../../../modules/limits.js";
import { field, Network } from "./network.js";

interface Setup {
	readonly network: Network;
	readonly server: HTTPServer;
	readonly workspace: Workspace;
	readonly faults: string[];
	/** The form of the last request. */
	upload: Multipart | undefined;
	/** What ends the request that waits. */
	answer: ((response: Response) => void) | undefined;
}

function setUp(admit?: (request: Request) => Response | undefined, workspace = new Workspace(uploadMemory())): Setup {
	const network = new Network();
	const faults: string[] = [];
	const setup = { network, workspace, faults } as unknown as { -readonly [K in keyof Setup]: Setup[K] };
	setup.server = new HTTPServer({
		Listener: network.Listener, TCP: network.TCP, port: 80, now: () => network.time, fault: (text) => faults.push(text), workspace,
		handler: {
			admit: (request) => admit?.(request),
			respond(request) {
				setup.upload = request.upload ?? setup.upload;
				if (request.path === "/later")
					return { status: 200, later: (done) => { setup.answer = done; } };
				if (request.path === "/now")
					return { status: 200, later: (done) => done(plain(200, "at once")) };
				return plain(200, `${request.path} ${request.upload?.text("a")} ${request.upload?.bytes("file")?.length}`);
			},
		},
	});
	return setup;
}

function form(size: number): string {
	return `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n${"x".repeat(size)}\r\n--b--\r\n`;
}

function post(body: string, path = "/a", length = body.length, more = ""): string {
	return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n${more}\r\n${body}`;
}

const OVERHEAD = form(0).length;
const GET = "GET /other HTTP/1.1\r\nHost: x\r\n\r\n";

test("upload: the largest file there may be, in pieces, others are served meanwhile", (t) => {
	const { network, workspace } = setUp();
	const client = network.connect();
	const text = post(form(UPLOAD_SIZE - OVERHEAD));
	client.send(text.slice(0, 30000), 512);
	t.is(network.connect().send(GET).status(), 200);
	t.is(workspace.take(), 0, "it is taken");
	client.send(text.slice(30000), 512);
	t.is(client.answers()[0]!.body, `/a 1 ${UPLOAD_SIZE - OVERHEAD}\n`);
	const ticket = workspace.take();
	t.true(ticket > 0, "it is free");
	t.true(workspace.bytes.every((byte) => byte === 0), "nothing is left in it");
	// And the connection is kept.
	t.is(client.send(GET).answers().length, 2);
});

test("upload: a second one at once is told to come again, and its connection kept", (t) => {
	const { network } = setUp();
	const first = network.connect();
	first.send(post(form(9000)).slice(0, 5000), 512);
	const second = network.connect();
	second.send(post(form(5000)), 512);
	t.is(second.status(), 503);
	t.is(field(second.answers()[0]!.head, "Retry-After"), "5");
	second.send(GET);
	t.is(second.answers()[1]!.status, 200);
	first.send(post(form(9000)).slice(5000), 512);
	t.is(first.status(), 200);
	t.is(second.send(post(form(5000)), 512).answers()[2]!.status, 200);
});

test("upload: a file that is too large gets its 413, however large", (t) => {
	const { network, upload } = setUp();
	const client = network.connect();
	client.send(post(form(UPLOAD_SIZE - OVERHEAD + 1)), 2048);
	t.is(client.status(), 413);
	t.is(client.send(GET).answers()[1]!.status, 200, "a little too large: it was read, and thrown away");
	t.is(network.connect().send(post("", "/a", 4194305)).status(), 413, "far too large: at once");
	t.is(network.connect().send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4097\r\n\r\n").status(), 413, "no form with files");
	t.is(upload, undefined);
	const asking = network.connect();
	asking.send(post("", "/a", UPLOAD_SIZE + 1, "Expect: 100-continue\r\n"));
	t.is(asking.status(), 413, "who asks first need not send it");
});

test("upload: nobody who is not let in takes the place", (t) => {
	const { network, workspace } = setUp(() => plain(401, "no"));
	const client = network.connect();
	client.send(post(form(9000)).slice(0, 5000), 512);
	t.true(workspace.holds(workspace.take()));
	client.send(post(form(9000)).slice(5000), 512);
	t.is(client.status(), 401);
});

test("upload: what is no form is refused, and the place is free again", (t) => {
	const { network, workspace } = setUp();
	for (const body of ["x".repeat(5000), form(10).slice(0, -9), ""]) {
		const client = network.connect();
		client.send(post(body), 512);
		t.is(client.status(), 400, body.slice(0, 10));
		const ticket = workspace.take();
		t.true(ticket > 0);
		workspace.release(ticket);
	}
});

test("upload: who leaves in the middle, or is too slow, makes room", (t) => {
	const { network, server, workspace } = setUp();
	network.connect().send(post(form(9000)).slice(0, 5000)).leave();
	let ticket = workspace.take();
	t.true(ticket > 0);
	t.true(workspace.bytes.every((byte) => byte === 0));
	workspace.release(ticket);
	const slow = network.connect();
	slow.send(post(form(9000)).slice(0, 5000));
	network.time += BODY_TIME + 1;
	server.poll(network.time);
	t.is(slow.status(), 0, "an upload is given more time");
	network.time += UPLOAD_TIME - BODY_TIME;
	server.poll(network.time);
	t.is(slow.status(), 408);
	ticket = workspace.take();
	t.true(ticket > 0);
});

test("upload: an answer that comes later, while others are served", (t) => {
	const setup = setUp();
	const { network, server, workspace } = setup;
	const client = network.connect();
	client.send(post(form(5000), "/later"));
	t.is(client.status(), 0);
	t.is(setup.upload!.bytes("file")!.length, 5000, "the file is there while the answer is worked out");
	t.is(workspace.take(), 0);
	t.is(network.connect().send(GET).status(), 200);
	setup.answer!(plain(200, "done"));
	t.true(server.pollAt()! <= network.time);
	server.poll(network.time);
	t.is(client.answers()[0]!.body, "done\n");
	t.is(setup.upload!.bytes("file"), undefined);
	setup.answer!(plain(200, "again"));
	t.is(client.answers().length, 1, "an answer is given once");
	t.is(client.send(GET).answers().length, 2);
	t.is(network.connect().send("GET /now HTTP/1.1\r\nHost: x\r\n\r\n").answers()[0]!.body, "at once\n");
});

test("upload: who leaves before the answer is there gets none, and the file is gone", (t) => {
	const setup = setUp();
	const { network, server, workspace } = setup;
	const client = network.connect();
	client.send(post(form(5000), "/later"));
	client.leave();
	t.is(setup.upload!.bytes("file"), undefined);
	setup.answer!(plain(200, "done"));
	t.is(client.received, "");
	t.true(workspace.take() > 0);
	const other = network.connect();
	other.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
	network.time += RESPONSE_TIME + 1;
	server.poll(network.time);
	t.true(other.closed, "an answer that does not come ends the connection");
	t.deepEqual(setup.faults, []);
});

test("upload: of memory that has something in it which is nowhere else a file gets the rest; one that has no room there is told so", (t) => {
	const memory = uploadMemory();
	const kept = 30000;
	let lent = 0;
	const workspace = new Workspace(memory, () => ({ lend: () => { lent++; }, kept: () => kept }));
	new Uint8Array(memory).fill(0x6b, 0, kept);
	const { network } = setUp(undefined, workspace);
	const room = UPLOAD_SIZE - kept;
	t.is(network.connect().send(post(form(room - OVERHEAD)), 512).answers()[0]!.body, `/a 1 ${room - OVERHEAD}\n`);
	const [answer] = network.connect().send(post(form(room - OVERHEAD + 1)), 512).answers();
	t.is(answer!.status, 413);
	t.regex(answer!.body, /could not be kept .* has room for 18 KiB/);
	t.deepEqual([lent, workspace.take() > 0, workspace.bytes.length], [2, true, room]);
	t.true(new Uint8Array(memory).every((byte, i) => byte === (i < kept ? 0x6b : 0)), "what was there is there, and nothing else");
});
