import test from "ava";
import { SINK_TIME, UPLOAD_TIME } from "../../../modules/httpd/constants.js";
import { uploadMemory } from "../../../modules/httpd/memory.js";
import { plain } from "../../../modules/httpd/response.js";
import { HTTPServer } from "../../../modules/httpd/server.js";
import { PIECE_SIZE } from "../../../modules/httpd/sink.js";
import { Workspace } from "../../../modules/httpd/workspace.js";
import { Network } from "./network.js";

/** What a sink was told. */
class Record {
	/** "begin a", "end true". */
	readonly events: string[] = [];
	text = "";
	largest = 0;
	pieces = 0;
	/** Bytes after which it wants no more. */
	limit = Infinity;
	welcome = true;
}

function setUp(): { network: Network; pass: (time: number) => void; record: Record; workspace: Workspace; faults: string[] } {
	const network = new Network();
	const workspace = new Workspace(uploadMemory());
	const record = new Record();
	const faults: string[] = [];
	const server = new HTTPServer({
		Listener: network.Listener, TCP: network.TCP, port: 80, now: () => network.time, fault: (text) => faults.push(text), workspace,
		handler: {
			admit: () => undefined,
			sink: (request) => request.path !== "/sink" ? undefined : {
				begin(request) {
					record.events.push(`begin ${request.upload?.text("a")}`);
					return record.welcome;
				},
				write(bytes) {
					for (const byte of bytes)
						record.text += String.fromCharCode(byte);
					record.largest = Math.max(record.largest, bytes.length);
					record.pieces++;
					return record.text.length < record.limit;
				},
				end(whole) {
					record.events.push(`end ${whole}`);
				},
				respond: () => plain(200, `${record.text.length}`),
			},
			respond: (request) => plain(200, `other ${request.upload?.bytes("file")?.length}`),
		},
	});
	const pass = (time: number): void => {
		network.time += time;
		server.poll(network.time);
	};
	return { network, pass, record, workspace, faults };
}

function form(content: string, tail = "--b--\r\n", fields = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"): string {
	return `${fields}--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: application/octet-stream\r\n\r\n${content}\r\n${tail}`;
}

function post(body: string, path = "/sink", length = body.length): string {
	return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** Text in which the form's end seems to begin again and again. */
function teasing(size: number): string {
	const parts = ["\r", "\n", "\r\n", "\r\n-", "\r\n--", "\r\n--c", "--", "x", "\r\r\n--", "abcdefghijk"];
	let text = "";
	for (let i = 0; text.length < size; i = (i * 5 + 3) % 9973)
		text += parts[i % parts.length]!;
	return text.slice(0, size);
}

const GET = "GET /other HTTP/1.1\r\nHost: x\r\n\r\n";

test("sink: a file far larger than the memory goes through it in whole pieces, whatever is in it", (t) => {
	for (const [size, piece] of [[0, 1], [1, 7], [PIECE_SIZE - 1, 512], [PIECE_SIZE, 512], [PIECE_SIZE + 1, 512], [100_000, 512], [20_000, 333]] as const) {
		const { network, record, workspace, faults } = setUp();
		const client = network.connect();
		const content = teasing(size);
		client.send(post(form(content)), piece);
		t.is(client.status(), 200, `${size}`);
		t.true(record.text === content, `${size} bytes arrive as they are`);
		t.deepEqual(record.events, ["begin 1", "end true"]);
		t.true(record.largest < 2 * PIECE_SIZE && record.pieces <= size / PIECE_SIZE + 2);
		t.true(workspace.take() > 0 && workspace.bytes.every((byte) => byte === 0), "the memory is free and empty");
		t.is(client.send(GET).answers().length, 2, "the connection is kept");
		t.deepEqual(faults, []);
	}
});

test("sink: one that does not want the file, or no more of it, gets none; the client gets its answer at the end", (t) => {
	const first = setUp();
	first.record.welcome = false;
	const client = first.network.connect();
	client.send(post(form(teasing(30_000))), 512);
	t.deepEqual([client.status(), first.record.text, first.record.events.join()], [200, "", "begin 1,end true"]);
	const second = setUp();
	second.record.limit = 5000;
	t.is(second.network.connect().send(post(form(teasing(30_000))), 512).status(), 200);
	t.is(second.record.text.length, 2 * PIECE_SIZE);
});

test("sink: what is no such form is refused, and the sink is told that it was not whole", (t) => {
	const cases: readonly (readonly [string, string])[] = [
		["x".repeat(9000), ""], ["", ""], [form("abc", "--b-"), "begin 1,end false"], [form("abc", "--b--\r\nmore"), "begin 1,end false"],
		[form("abc", "--b\r\nContent-Disposition: form-data; name=\"z\"\r\n\r\n1\r\n--b--\r\n"), "begin 1,end false"], [form("abc", "no end"), "begin 1,end false"],
		[form("", "--b--\r\n", "junk"), ""], [form("abc", "--b--\r\n", `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${"y".repeat(3000)}\r\n`), ""],
		["--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n", ""],
	];
	for (const [body, events] of cases) {
		const { network, record } = setUp();
		t.is(network.connect().send(post(body), 512).status(), 400, body.slice(0, 60));
		t.is(record.events.join(), events, body.slice(0, 60));
	}
});

test("sink: who goes, or stops, ends it; a slow line that goes on does not", (t) => {
	const { network, pass, record, workspace } = setUp();
	const text = post(form(teasing(50_000)));
	const client = network.connect();
	client.send(text.slice(0, 20_000), 512);
	t.is(network.connect().send(post(form("x"))).status(), 503, "one at a time");
	client.leave();
	t.deepEqual(record.events, ["begin 1", "end false"]);
	const slow = network.connect();
	let from = 0;
	for (; from < 30_000; from += 3000) {
		slow.send(text.slice(from, from + 3000), 500);
		pass(UPLOAD_TIME - 1000);
	}
	t.true(SINK_TIME > 10 * UPLOAD_TIME);
	t.false(slow.closed);
	pass(UPLOAD_TIME + 1000);
	t.is(slow.status(), 408);
	t.is(record.events.at(-1), "end false");
	t.true(workspace.take() > 0);
});

test("sink: other forms are as they were", (t) => {
	const { network } = setUp();
	t.is(network.connect().send(post(form("abc"), "/b"), 512).answers()[0]!.body, "other 3\n");
	t.is(network.connect().send(post(form("x".repeat(60_000)), "/b"), 2048).status(), 413);
});
