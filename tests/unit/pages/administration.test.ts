import test from "ava";
import { encode64 } from "../../../modules/base64.js";
import { field } from "../httpd/network.js";
import type { Answer } from "../httpd/network.js";
import { fakeGateway } from "./gateway.js";
import { kept, MULTIPART, multipart, urlencoded, type Kept } from "./keeping.js";
import { ADMIN, site } from "./site.js";

const HEAD = `Host: 10.1.0.1\r\n${ADMIN}`;
const PATH = "/settings/administration";

interface Room extends Kept {
	get(path: string, head?: string): Answer;
	post(path: string, fields: readonly (readonly [string, string])[]): Answer;
	restore(fields: readonly (readonly [string, string])[]): Answer;
}

function room(spoil?: (document: any) => void, time?: () => number): Room {
	const { fake, store } = kept(spoil);
	const { ask, token } = site(fake, time);
	return {
		fake, store,
		get: (path, head = HEAD) => ask(`GET ${path}`, head),
		post: (path, fields) => ask(`POST ${path}`, HEAD, urlencoded([["token", token.text], ...fields])),
		restore: (fields) => ask(`POST ${PATH}/restore`, `${HEAD}${MULTIPART}`, multipart([["token", token.text], ...fields])),
	};
}

function whole({ store }: Kept): string {
	return [...store.document(true)].join("");
}

test("administration: the page, with every table, and no secret", (t) => {
	const { fake, get } = room();
	(fake.commands as { tables: unknown }).tables = () => [{ name: "security associations", used: 12, highWater: 44, size: 48, bytes: 24576 }];
	const { status, body } = get(PATH);
	t.is(status, 200);
	for (const text of ["security associations", "24,576", "Time: 2026-06-01 00:00 UTC", "Save backup", "keygate 0.1.0, XS 13.3.0, openssl 3.0.17"])
		t.true(body.includes(text), text);
	t.false(body.includes("pbkdf2"));
	t.true(room(undefined, () => 0).get(PATH).body.includes("The time is not known here"));
});

test("administration: the password changes with the one in use, and a new one that will do", (t) => {
	const { post, store } = room();
	const before = store.settings.gateway.admin.passwordHash;
	for (const [fields, said] of [
		[[["current", "secret"], ["new", "short"], ["again", "short"]], "has 5 characters: expected at least 10"],
		[[["current", "secret"], ["new", ""], ["again", ""]], "has 0 characters"],
		[[["current", "secret"], ["new", "long enough now"], ["again", "long enough noW"]], "is not the same in both fields"],
		[[["current", "wrong"], ["new", "long enough now"], ["again", "long enough now"]], "is not the password in use"],
		[[["current", "secret"], ["user", "a:b"], ["new", "long enough now"], ["again", "long enough now"]], "cannot be part of one"],
	] as const) {
		const refused = post(`${PATH}/password`, [["user", "admin"], ...fields]);
		t.is(refused.status, 400, said);
		t.true(refused.body.includes(said), said);
		t.false(refused.body.includes("long enough now"), "a password is not shown");
	}
	t.is(store.settings.gateway.admin.passwordHash, before);
	const done = post(`${PATH}/password`, [["user", "admin"], ["current", "secret"], ["new", "long enough now"], ["again", "long enough now"]]);
	t.is(done.status, 303, done.body);
	t.not(store.settings.gateway.admin.passwordHash, before);
});

test("administration: a backup without secrets and one with them, and back", (t) => {
	const rooms = room();
	const { post, restore, store } = rooms;
	const before = whole(rooms);
	const plain = post(`${PATH}/backup`, [["secrets", "without"]]);
	t.is(plain.status, 200);
	t.is(field(plain.head, "Content-Disposition"), "attachment; filename=\"keygate-gate-a-2026-06-01.json\"");
	t.is(JSON.parse(plain.body).peers[0].preSharedKey, "(hidden)");
	for (const [passphrase, again, said] of [["short", "short", "has 5 characters"], ["long enough one", "another long one", "not the same"]] as const) {
		const refused = post(`${PATH}/backup`, [["secrets", "with"], ["backup-passphrase", passphrase], ["backup-again", again]]);
		t.is(refused.status, 400);
		t.true(refused.body.includes(said));
	}
	const sealed = post(`${PATH}/backup`, [["secrets", "with"], ["backup-passphrase", "a passphrase of mine"], ["backup-again", "a passphrase of mine"]]);
	t.is(sealed.status, 200);
	t.is(JSON.parse(sealed.body).secrets.cipher, "aes-256-gcm");
	t.false(sealed.body.includes("0123456789abcdefghij"));

	store.change((draft) => {
		draft.gateway.name = "changed";
		draft.peers[0]!.preSharedKey = "another key, long enough";
	});
	const wrong = restore([["use", "with"], ["file", sealed.body], ["restore-passphrase", "another passphrase"]]);
	t.is(wrong.status, 400);
	t.true(wrong.body.includes("The passphrase is wrong, or the file was changed since it was made. Nothing was changed."));
	t.is(store.settings.gateway.name, "changed");
	const back = restore([["use", "with"], ["file", sealed.body], ["restore-passphrase", "a passphrase of mine"]]);
	t.is(back.status, 303, back.body);
	t.is(whole(rooms), before);
	t.true(rooms.get(field(back.head, "Location")!.split("#")[0]!).body.includes("The settings are those of the file."));

	store.change((draft) => { draft.gateway.name = "changed"; });
	t.is(restore([["use", "without"], ["file", plain.body], ["restore-passphrase", ""]]).status, 303);
	t.is(whole(rooms), before);
});

test("administration: a file with faults changes nothing, and says where they are", (t) => {
	const rooms = room();
	const before = whole(rooms);
	const plain = rooms.post(`${PATH}/backup`, [["secrets", "without"]]).body;
	for (const [file, said] of [
		[plain.replace("10.0.0.9", "10.0.0.300"), "<code>peers[1].remoteGateway</code>: &quot;10.0.0.300&quot; is not an IPv4 address"],
		["{\n  \"version\": 1,\n  oops }", "line 3, column 3"],
		["", "No file was chosen"],
		[plain.replace("\"branch\"", "\"branch<script>\""), "is not in the file, and here is none for &quot;branch&lt;script&gt;&quot;"],
	] as const) {
		const refused = rooms.restore([["use", "without"], ["file", file], ["restore-passphrase", ""]]);
		t.is(refused.status, 400, said);
		t.true(refused.body.includes(said), `${said} in ${refused.body.slice(0, 9000)}`);
	}
	t.is(whole(rooms), before);
	t.is(rooms.post(`${PATH}/restore`, []).status, 400, "a form without a file");
});

test("administration: the unit's own settings and the syslog target, with what is wrong at the field", (t) => {
	const { post, store } = room();
	const wrong = post(`${PATH}/unit`, [["name", "gate-a"], ["wanAddress", "10.0.0.300"], ["lanAddress", "10.1.0.1/24"], ["ikePort", "x"], ["natTraversalPort", "4500"], ["http.address", "10.1.0.1"], ["http.port", "80"]]);
	t.is(wrong.status, 400);
	t.true(wrong.body.includes("<p class=fault id=wanAddress-fault>&quot;10.0.0.300&quot; is not an IPv4 address"));
	t.true(wrong.body.includes("<p class=fault id=ikePort-fault>&quot;x&quot;: expected a port"));
	t.true(wrong.body.includes("value=\"10.0.0.300\""));
	const network = post(`${PATH}/unit`, [["lanAddress", "10.1.0.0/24"]]);
	t.is(network.status, 400);
	t.true(network.body.includes("<p class=fault id=lanAddress-fault>&quot;10.1.0.0/24&quot; is the address of the network itself: expected one of a host in it, like &quot;10.1.0.1/24&quot;"));
	t.is(post(`${PATH}/unit`, [["name", "renamed"], ["http.port", "8080"]]).status, 303);
	t.deepEqual([store.settings.gateway.name, store.settings.gateway.http.port, store.settings.gateway.wanAddress], ["renamed", 8080, "10.0.0.1"]);
	t.true(post(`${PATH}/syslog`, [["syslog.address", "log.example"], ["syslog.port", "514"], ["syslog.facility", "local0"]]).body.includes("syslog.address-fault"));
	const behind = post(`${PATH}/syslog`, [["syslog.address", "10.2.0.5"], ["syslog.port", "5514"], ["syslog.facility", "local3"]]);
	t.is(behind.status, 303);
	t.deepEqual(store.settings.gateway.syslog, { address: "10.2.0.5", port: 5514, facility: "local3" });
	t.is(post(`${PATH}/syslog`, [["syslog.port", "5515"]]).status, 303);
	t.is(post(`${PATH}/syslog`, []).status, 303);
	t.deepEqual(store.settings.gateway.syslog, { address: "10.2.0.5", port: 5515, facility: "local3" }, "what a script does not send stays");
	t.is(post(`${PATH}/syslog`, [["syslog.port", "5515"]]).status, 303);
	t.is(post(`${PATH}/syslog`, []).status, 303);
	t.deepEqual(store.settings.gateway.syslog, { address: "10.2.0.5", port: 5515, facility: "local3" }, "what a script does not send stays");
	t.is(post(`${PATH}/syslog`, [["syslog.address", ""], ["syslog.port", "514"], ["syslog.facility", "local0"]]).status, 303);
	t.is(store.settings.gateway.syslog, undefined);
});

test("administration: a new start is asked for twice", (t) => {
	const { get, post } = room();
	t.true(get(`${PATH}/reboot`).body.includes("<button class=\"main danger\">Start anew"));
	const done = post(`${PATH}/reboot`, []);
	t.is(done.status, 200);
	t.true(done.body.includes("this unit starts anew"));
});

test("administration: a program that has its settings from a file has no way back to the factory", (t) => {
	const { get, post } = room();
	t.false(get(PATH).body.includes(`${PATH}/reset`));
	t.is(get(`${PATH}/reset`).status, 404);
	t.is(post(`${PATH}/reset`, [["current", "secret"]]).status, 404);
});

test("administration: a unit without a password shows nothing but the choice of one, to whoever comes", (t) => {
	const { fake, store } = kept((document) => { delete document.gateway.admin.password; });
	const { ask, token } = site(fake);
	const head = "Host: 10.1.0.1\r\n";
	for (const path of ["/", "/status", "/settings/peers", PATH, "/nothing"]) {
		const { status, body } = ask(`GET ${path}`, head);
		t.is(status, 200, path);
		t.true(body.includes("Choose a password"), path);
		t.false(body.includes("Peers/connections"), path);
	}
	// No program takes the page for figures.
	for (const path of ["/status.json", "/metrics"]) {
		const { status, body } = ask(`GET ${path}`, head);
		t.is(status, 503, path);
		t.is(body, "503 Service Unavailable: this unit has no password yet\n");
	}
	t.is(ask("GET /", "Host: evil.example\r\n").status, 421);
	const style = /href=(\/style-[0-9a-f]+\.css)/.exec(ask("GET /", head).body)![1]!;
	t.true(ask(`GET ${style}`, head).body.includes(":root"));
	t.is(ask("POST /", head, "token=x&password=long+enough+now&again=long+enough+now").status, 403);
	t.is(ask("POST /", head, urlencoded([["token", token.text], ["password", "short"], ["again", "short"]])).status, 400);
	t.is(store.settings.gateway.admin.passwordHash, undefined);
	const done = ask("POST /settings/peers", head, urlencoded([["token", token.text], ["password", "long enough now"], ["again", "long enough now"]]));
	t.is(done.status, 303);
	t.true(store.settings.gateway.admin.passwordHash?.startsWith("pbkdf2"));
	t.is(ask("GET /status", head).status, 401);
});

test("administration: two who edit at once: what one has changed is not put back by the other's page, which is told", (t) => {
	const { get, post, store } = room();
	const revision = /name=revision value=(\d+)/.exec(get(PATH).body)?.[1] ?? "";
	t.is(post(`${PATH}/unit`, [["revision", revision], ["name", "gate-a"], ["wanAddress", "10.0.0.7"]]).status, 303);
	const stale = post(`${PATH}/unit`, [["revision", revision], ["name", "renamed"], ["wanAddress", "10.0.0.1"]]);
	t.is(stale.status, 400);
	t.true(stale.body.includes("The settings were changed from elsewhere"));
	t.deepEqual([store.settings.gateway.name, store.settings.gateway.wanAddress], ["gate-a", "10.0.0.7"]);
	t.is(post(`${PATH}/syslog`, [["revision", revision], ["syslog.address", ""]]).status, 400);
	const again = /name=revision value=(\d+)/.exec(stale.body)?.[1] ?? "";
	t.is(post(`${PATH}/unit`, [["revision", again], ["name", "renamed"]]).status, 303);
	t.is(store.settings.gateway.name, "renamed");
});

test("administration: a password that a browser's header could not carry is refused before it shuts the administrator out", (t) => {
	const { post, store } = room();
	const before = store.settings.gateway.admin.passwordHash;
	const change = (password: string): Answer => post(`${PATH}/password`, [["user", "admin"], ["current", "secret"], ["new", password], ["again", password]]);
	const long = change("\u00fc".repeat(200));
	t.is(long.status, 400);
	t.true(long.body.includes("is too long: expected at most 256 bytes"));
	t.is(store.settings.gateway.admin.passwordHash, before);
	t.is(change("\u00fc".repeat(128)).status, 303);
	// With the longest name it is let in.
	const { network } = site(fakeGateway(store));
	const client = network.connect();
	const longest = new Uint8Array(ArrayBuffer.fromString(`${"u".repeat(32)}:${"\u00fc".repeat(128)}`));
	client.send(`GET /status HTTP/1.1\r\nHost: 10.1.0.1\r\nAuthorization: Basic ${encode64(longest, 0, longest.length)}\r\n\r\n`);
	t.is(client.answers()[0]?.status, 401, "looked at, and not 431");
});
