import test from "ava";
import type { ExecutionContext } from "ava";
import { formFields, hasFieldOf, lastField } from "../../../modules/httpd/form.js";
import type { Request } from "../../../modules/httpd/request.js";
import { HTTP_BODY_SIZE, PAGE_PIECE_SIZE } from "../../../modules/limits.js";
import { peersRoom } from "../../../modules/pages/peers-room.js";
import type { RoomOptions } from "../../../modules/pages/room.js";
import { connectionShape, peerShape } from "../../../modules/settings/schema.js";
import type { Shape } from "../../../modules/settings/schema.js";
import { CONNECTION_TEXTS, PEER_TEXTS, textsOf } from "../../../modules/pages/field-texts.js";
import { movedUp, valuesOf } from "../../../modules/pages/values.js";
import { field } from "../httpd/network.js";
import type { Answer } from "../httpd/network.js";
import { DOCUMENT, fakeConfiguration } from "./configuration.js";
import { PageForm, unescape } from "./form.js";
import { fakeGateway, idle, ike, problem } from "./gateway.js";
import { ADMIN, site } from "./site.js";

const HEAD = `Host: 10.1.0.1\r\nX-Keygate: 1\r\n${ADMIN}`;

function bytes(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

function world(document: unknown = DOCUMENT) {
	const fake = fakeGateway(fakeConfiguration(document));
	fake.ikeSecurityAssociations.push(ike(0, { peer: "branch" }), idle("road warriors"));
	const { ask } = site(fake);
	return {
		fake, configuration: fake.configuration,
		get: (path: string) => ask(`GET ${path}`),
		post: (path: string, body = "") => ask(`POST ${path}`, HEAD, body),
		form: (path: string) => new PageForm(ask(`GET ${path}`).body),
		send: (form: PageForm) => ask(`POST ${form.action}`, HEAD, form.body),
	};
}

/** Follows a 303. */
function follow(t: ExecutionContext, { get }: ReturnType<typeof world>, answer: Answer): string {
	t.is(answer.status, 303, answer.body.slice(0, 500));
	const location = field(answer.head, "Location")!;
	const page = get(location.split("#")[0]!);
	t.is(page.status, 200, location);
	return page.body;
}

test("the fields of a form: in their order, decoded, the last of two of one name, and what is no form", (t) => {
	const fields = formFields(bytes("a=1&b=x+y%2Fz&&a=2&c&d=%E2%82%AC&e=="))!;
	t.deepEqual(fields, ["a", "1", "b", "x y/z", "a", "2", "c", "", "d", "\u20ac", "e", "="]);
	t.is(lastField(fields, "a"), "2");
	t.is(lastField(fields, "z"), undefined);
	t.true(hasFieldOf(fields, "b"));
	t.deepEqual(formFields(bytes("")), []);
	t.deepEqual(formFields(bytes("preSharedKey=long and random")), ["preSharedKey", "long and random"], "written by hand");
	for (const text of ["a=%ff", "a=\u00e9", "a=%", "a=\n1", "x=1&".repeat(200)])
		t.is(formFields(bytes(text)), undefined, text);
});

test("values of a form: numbers, flags, choices, lists without their empty rows; what is no value stays as it was typed", (t) => {
	const fields = ["name", " hub ", "enabled", "0", "enabled", "1", "phase1Lifetime", "60s", "remoteGateway", "", "deadPeerDetection.interval", "", "deadPeerDetection.timeout", "7",
		"phase1Proposals.0.encryption", "", "phase1Proposals.0.hash", "", "phase1Proposals.0.dhGroup", "", "phase1Proposals.2.encryption", "des", "phase1Proposals.2.dhGroup", "1",
		"localId.type", "", "localId.value", "", "remoteId.type", "", "remoteId.value", "x", "preSharedKey", "", "unknown", "1", "__proto__", "2"];
	t.deepEqual(valuesOf(peerShape, fields, "", { preSharedKey: "kept", natTraversal: "off", connections: [] }), {
		name: "hub", enabled: true, phase1Lifetime: "60s", remoteGateway: "", deadPeerDetection: { timeout: 7 }, phase1Proposals: [{ encryption: "des", dhGroup: 1 }], remoteId: { value: "x" },
		preSharedKey: "kept", natTraversal: "off", connections: [],
	});
	t.deepEqual(valuesOf(connectionShape, ["pfs", "off", "order", "", "sha256Truncation", "96", "localPort", "-1", "remotePort", "1e3", "extendedSequenceNumbers", "0"], "", {}),
		{ pfs: "off", sha256Truncation: 96, localPort: -1, remotePort: "1e3", extendedSequenceNumbers: false });
	// The type was emptied, the rest left: the default is meant.
	t.deepEqual(valuesOf(peerShape, ["localId.type", "", "localId.value", "gate.example"], "", { localId: { type: "fqdn", value: "gate.example" } }), {});
	t.deepEqual(movedUp({ list: [1, 2, 3] }, "list.2"), { list: [1, 3, 2] });
	for (const row of ["list.0", "list.3", "list.x", "list.0.5", "other.1", "constructor.1", ""])
		t.deepEqual(movedUp({ list: [1, 2, 3] }, row), { list: [1, 2, 3] }, row);
});

test("every field of the schema is on its page, once, with a label, a sentence and the id that problems link to", (t) => {
	const { get } = world();
	for (const [path, shape, texts] of [["/settings/peers/branch", peerShape, PEER_TEXTS], ["/settings/peers/branch/connections/office", connectionShape, CONNECTION_TEXTS]] as const) {
		const { status, body } = get(path);
		t.is(status, 200);
		for (const [name, one] of Object.entries(shape)) {
			if (name === "connections")
				continue;
			t.is(body.split(` id=${name} `).length, 2, `${path}#${name}`);
			t.true(textsOf(texts, name)![2].length > 20, name);
			t.true(body.includes(one.shape === undefined ? `for=${name}>` : `id=${name}-label>`), name);
			for (const inner of Object.keys(one.shape ?? {})) {
				t.true(body.includes(` name=${name}${one.kind === "list" ? ".0" : ""}.${inner}`), `${name}.${inner}`);
				t.true(textsOf(texts, `${name}.${inner}`) !== undefined, `${name}.${inner}`);
			}
		}
		// And no more than those.
		for (const [text] of texts)
			t.true(text.split(".").reduce<Shape | undefined>((at, part) => at?.[part] === undefined ? undefined : at[part].shape ?? {}, shape) !== undefined, text);
	}
});

test("a form that is sent as it came changes nothing", (t) => {
	for (const path of ["/settings/peers/branch", "/settings/peers/road%20warriors", "/settings/peers/branch/connections/office", "/settings/peers/branch/connections/phones"]) {
		const { configuration, form, send } = world();
		const before = JSON.parse(JSON.stringify(configuration.settings)) as object;
		t.is(send(form(path)).status, 303, path);
		t.deepEqual(JSON.parse(JSON.stringify(configuration.settings)) as object, before, path);
		t.is(configuration.revision, 2);
	}
});

test("a change is used, said and checked; a secret stays when it is left empty and is never shown", (t) => {
	const it = world();
	const { configuration, form, send, get } = it;
	const page = follow(t, it, send(form("/settings/peers/branch").set("name", "Zweig \u00e4").set("phase1Lifetime", "3600").set("enabled", "1").set("localId.type", "fqdn").set("localId.value", "gate.example")));
	t.true(page.includes("The settings are in use."));
	const peer = configuration.settings.peers[0]!;
	t.is(peer.name, "Zweig \u00e4");
	t.is(peer.phase1Lifetime, 3600);
	t.deepEqual(peer.localId, { type: "fqdn", value: "gate.example" });
	t.is(peer.preSharedKey, DOCUMENT.peers[0]!.preSharedKey);
	t.is(peer.connections.length, 2);
	t.false(page.includes("key of the branch"));
	t.true(page.includes("stored; leave empty to keep"));
	const path = `/settings/peers/${encodeURIComponent("Zweig \u00e4")}`;
	follow(t, it, send(form(path).set("preSharedKey", "a new key & quite \"long\" <one>").set("localId.type", "")));
	t.is(configuration.settings.peers[0]!.preSharedKey, "a new key & quite \"long\" <one>");
	t.deepEqual(configuration.settings.peers[0]!.localId, { type: "address", value: "10.0.0.1" });
	t.false(get(path).body.includes("quite"));
	t.is(get("/settings/peers/branch").status, 404);
	t.true(get("/settings/peers/branch").body.includes("href=/settings/peers"));
});

test("what is wrong is said at its field and in the summary, and nothing typed is lost", (t) => {
	const { configuration, form, send } = world();
	const answer = send(form("/settings/peers/branch").set("remoteGateway", "10.0.0.300").set("phase1Lifetime", "soon").set("phase1Proposals.2.encryption", "3des-cbc").set("preSharedKey", "typed <now>").set("enabled", "0"));
	t.is(answer.status, 200);
	t.is(configuration.revision, 1);
	const html = answer.body;
	for (const [id, text] of [["remoteGateway", "\"10.0.0.300\" is not an IPv4 address"], ["phase1Lifetime", "\"soon\": expected seconds, a whole number"],
		["phase1Proposals.2.hash", "is missing: expected \"md5\", \"sha1\", \"sha256\", \"sha384\" or \"sha512\""], ["phase1Proposals.2.dhGroup", "is missing: expected 2,"]] as const) {
		const at = html.indexOf(`id=${id}-fault>`);
		t.true(at > 0, id);
		t.true(unescape(html.slice(at, at + 300)).startsWith(`id=${id}-fault>${text}`), html.slice(at, at + 200));
		t.true(html.includes(`href="#${id}"`), id);
		const control = html.slice(html.indexOf(` id=${id} `), html.indexOf(">", html.indexOf(` id=${id} `)));
		t.true(control.includes("aria-invalid=true") && control.includes(`${id}-fault`), control);
	}
	const again = new PageForm(html);
	t.deepEqual([again.get("remoteGateway"), again.get("phase1Lifetime"), again.get("phase1Proposals.2.encryption"), again.get("preSharedKey"), again.get("enabled")], ["10.0.0.300", "soon", "3des-cbc", "typed <now>", "0"]);
	t.is(again.get("name"), "branch");
	// Repaired, it is saved.
	t.is(send(again.set("remoteGateway", "10.0.0.3").set("phase1Lifetime", "3600").set("phase1Proposals.2.encryption", "")).status, 303);
	t.is(configuration.settings.peers[0]!.preSharedKey, "typed <now>");
	t.false(configuration.settings.peers[0]!.enabled);
});

test("faults of other places lead there, and indexes in messages are names", (t) => {
	const { form, send } = world();
	// Here the other one stands later in the document, there earlier.
	for (const [path, order, other] of [["branch/connections/phones", "2", "road warriors / all"], ["road%20warriors/connections/all", "3", "branch / phones"]] as const) {
		const answer = send(form(`/settings/peers/${path}`).set("order", order));
		const html = unescape(answer.body);
		const said = `${order} is the order of ${other} too: expected a number that no other connection of any peer has`;
		t.true(html.includes(said), html.slice(html.indexOf("id=faults"), html.indexOf("id=faults") + 600));
		t.regex(html, new RegExp(`<p class=fault id=order-fault>${said}`), "at the field where it was typed");
		t.true(html.includes("href=\"#order\""));
	}
	const named = unescape(send(form("/settings/peers/branch/connections/office").set("name", "phones")).body);
	t.regex(named, /<p class=fault id=name-fault>"phones" is the name of branch \/ phones too/);
	const peer = unescape(send(form("/settings/peers/branch").set("name", "road warriors")).body);
	t.regex(peer, /<p class=fault id=name-fault>"road warriors" is the name of road warriors too/);
});

test("weak choices are marked at the choice, where they are chosen, and after saving", (t) => {
	const it = world();
	const { form, send, get } = it;
	t.true(get("/settings/peers/branch").body.includes("<option value=\"3des-cbc\">3des-cbc (weak)"));
	const page = follow(t, it, send(form("/settings/peers/branch").set("phase1Proposals.1.encryption", "3des-cbc").set("phase1Proposals.1.hash", "md5")));
	t.true(page.includes("id=phase1Proposals.1.encryption-weak>"));
	t.true(page.includes("3des-cbc is weak (64-bit blocks)"));
	t.true(get("/settings/peers").body.includes("href=\"/settings/peers/branch#phase1Proposals\">weak</a>"));
	const done = page.slice(page.indexOf("class=done"), page.indexOf("<form id=settings"));
	t.true(done.includes("href=\"/settings/peers/branch#phase1Proposals.1.hash\""), done);
	t.false(world().get("/settings/peers/branch").body.includes("-weak>"));
	t.false(world().get("/settings/peers").body.includes("weak</a>"));
});

test("two who edit at once: the second is told, keeps what was typed, and can save then", (t) => {
	const { configuration, form, send } = world();
	const first = form("/settings/peers/branch/connections/office");
	const second = form("/settings/peers/branch/connections/office");
	t.is(send(first.set("pfs", "19")).status, 303);
	const refused = send(second.set("remoteNetwork", "10.7.0.0/16"));
	t.is(refused.status, 200);
	t.true(refused.body.includes("changed by somebody else"));
	t.is(configuration.settings.peers[0]!.connections[0]!.remoteNetwork, "10.2.0.0/24");
	const again = new PageForm(refused.body);
	t.is(again.get("remoteNetwork"), "10.7.0.0/16");
	t.is(send(again).status, 303);
	t.is(configuration.settings.peers[0]!.connections[0]!.remoteNetwork, "10.7.0.0/16");
});

test("proposals: the row moved up is before the other, nothing is saved by that", (t) => {
	const { configuration, form, post } = world();
	const page = form("/settings/peers/branch/connections/office").set("pfs", "off");
	const moved = new PageForm(post(page.action, `${page.body}&up=phase2Proposals.1`).body);
	t.is(moved.get("phase2Proposals.0.encryption"), "aes-256-cbc");
	t.is(moved.get("phase2Proposals.1.encryption"), "aes-128-gcm-16");
	t.is(moved.get("phase2Proposals.3.protocol"), "");
	t.is(moved.get("pfs"), "off");
	t.is(configuration.revision, 1);
});

test("a script may send the fields that it means alone", (t) => {
	const { configuration, post } = world();
	t.is(post("/settings/peers/branch/connections/office", "pfs=19").status, 303);
	t.is(post("/settings/peers/branch", "phase1Mode=aggressive&natTraversal=force").status, 303);
	const peer = configuration.settings.peers[0]!;
	t.deepEqual([peer.connections[0]!.pfs, peer.connections[0]!.remoteNetwork, peer.phase1Mode, peer.remoteId], [19, "10.2.0.0/24", "aggressive", { type: "fqdn", value: "branch.example" }]);
	t.is(post("/settings/peers/branch", "pfs=19&phase1Mode=quick").status, 400);
	t.is(post("/settings/peer", "name=third&remoteGateway=10.0.0.9&preSharedKey=one%20more%20key%20of%20its%20own").status, 303);
	t.is(post("/settings/peers/third/connection", "name=net&localNetwork=10.1.0.0/24&remoteNetwork=10.4.0.0/24").status, 303);
	t.is(configuration.settings.peers[2]!.connections[0]!.order, 4);

	// A name that a script has misspelt, or sent to the wrong page, and what is no form: nothing is said to be saved.
	const { revision } = configuration;
	for (const [path, body] of [["peers/branch", "remoteGatewya=10.0.0.3"], ["peers/branch", "pfs=19"], ["peers/branch/connections/office", "remoteGateway=10.0.0.3"], ["peers/branch", "{\"name\":\"x\"}"], ["peers/branch", ""], ["peer", "x"], ["tunnel", "pfs=14"]] as const) {
		const { status, body: page } = post(`/settings/${path}`, body);
		t.is(status, 400, body);
		t.true(page.includes("Nothing was changed"), page);
	}
	t.is(configuration.revision, revision);
});

test("new and copied: a free name, the secret of the original, without its connections", (t) => {
	const it = world();
	const { configuration, form, send, get } = it;
	const copy = form("/settings/peer?copy=branch");
	t.is(copy.get("name"), "branch 2");
	t.is(copy.get("remoteId.value"), "branch.example");
	t.is(copy.get("preSharedKey"), "");
	t.false(get("/settings/peer?copy=branch").body.includes("key of the branch"));
	follow(t, it, send(copy.set("remoteGateway", "10.0.0.5")));
	const peer = configuration.settings.peers[2]!;
	t.deepEqual([peer.name, peer.preSharedKey, peer.connections.length], ["branch 2", DOCUMENT.peers[0]!.preSharedKey, 0]);
	follow(t, it, send(form("/settings/peers/branch/connection?copy=phones").set("remoteNetwork", "10.8.0.0/24")));
	const connection = configuration.settings.peers[0]!.connections[2]!;
	t.deepEqual([connection.name, connection.order, connection.remotePort, connection.enabled], ["phones 2", 4, 5060, false]);
	const fresh = form("/settings/peers/branch/connection");
	t.is(fresh.get("localNetwork"), "10.1.0.0/24");
	t.is(send(fresh).status, 200);
});

test("order, on and off, delete: each by one button, a deletion after a question", (t) => {
	const it = world();
	const { configuration, get, post } = it;
	const orders = () => configuration.settings.peers.flatMap(({ connections }) => connections.map(({ name, order }) => `${order} ${name}`)).sort();
	t.deepEqual(orders(), ["1 office", "2 all", "3 phones"]);
	follow(t, it, post("/settings/peers/branch/connections/phones/up"));
	t.deepEqual(orders(), ["1 office", "2 phones", "3 all"]);
	follow(t, it, post("/settings/peers/branch/connections/office/down"));
	t.deepEqual(orders(), ["1 phones", "2 office", "3 all"]);
	follow(t, it, post("/settings/peers/branch/connections/phones/up"));
	t.deepEqual(orders(), ["1 phones", "2 office", "3 all"]);
	const html = get("/settings/peers").body;
	t.true(html.indexOf(">phones</a>") < html.indexOf(">office</a>") && html.indexOf(">office</a>") < html.indexOf(">all</a>"));
	follow(t, it, post("/settings/peers/branch/connections/phones/on"));
	t.true(configuration.settings.peers[0]!.connections[1]!.enabled);
	follow(t, it, post("/settings/peers/branch/off"));
	t.false(configuration.settings.peers[0]!.enabled);
	t.is(configuration.settings.peers[0]!.preSharedKey, DOCUMENT.peers[0]!.preSharedKey);
	for (const path of ["/settings/peers/branch/off", "/settings/peers/branch/connections/office/up"])
		t.is(get(path).status, 405, path);
	const question = get("/settings/peers/branch/connections/office/delete");
	t.is(question.status, 200);
	t.true(question.body.includes("Keep it"));
	t.is(configuration.settings.peers[0]!.connections.length, 2);
	follow(t, it, post("/settings/peers/branch/connections/office/delete"));
	t.deepEqual(orders(), ["1 phones", "3 all"]);
	t.true(get("/settings/peers/branch/delete").body.includes("phones"));
	follow(t, it, post("/settings/peers/branch/delete"));
	t.deepEqual(configuration.settings.peers.map(({ name }) => name), ["road warriors"]);
	for (const path of ["/settings/peers/branch", "/settings/peers/branch/delete", "/settings/peers/road%20warriors/connections/none", "/settings/peers/road%20warriors/nothing", "/settings/peers/road%20warriors/connections", "/settings/peers/road%20warriors/connections/all/nothing"])
		t.is(get(path).status, 404, path);
	t.is(post("/settings/peers", "").status, 405);
});

test("the list shows at a glance what is up, off, weak and in trouble", (t) => {
	const { fake, get, post } = world();
	const states = (): string[] => get("/settings/peers").body.split("data-label=\"State\">").slice(1).map((cell) => cell.slice(0, cell.indexOf("<td")).split(/<[^>]*>/).join("").trim());
	t.deepEqual(states(), ["Activated", "Idle", "down", "down", "off"]);
	fake.problems.push(problem({ time: 1, peer: "road warriors", connection: "", phase: 1, cause: "peer-unreachable", text: "", setting: "" }), problem({ time: 1, peer: "branch", connection: "office", phase: 2, cause: "pfs-mismatch", text: "", setting: "" }));
	post("/settings/peers/branch/connections/phones", "pfs=5");
	t.deepEqual(states(), ["Activated", "Idle problem", "down problem", "down", "off weak"]);
	post("/settings/peers/branch/off");
	t.deepEqual(states().slice(2), ["peer is off problem", "down", "peer is off weak"]);
});

test("nothing is changed by who has no token", (t) => {
	const fake = fakeGateway();
	const { ask, token } = site(fake);
	for (const path of ["/settings/peers/branch/delete", "/settings/peers/branch", "/settings/tunnel", "/settings/peers/branch/connections/office/off"]) {
		t.is(ask(`POST ${path}`, undefined, "name=x").status, 403, path);
		t.is(ask(`POST ${path}`, undefined, "token=0&name=x").status, 403, path);
	}
	t.is(fake.configuration.revision, 1);
	t.is(ask("POST /settings/peers/branch/off", undefined, `token=${token.text}`).status, 303);
});

test("three questions make a tunnel with safe defaults, and lead to the sheet", (t) => {
	const it = world({ ...DOCUMENT, peers: [] });
	const { configuration, get, form, send, post } = it;
	t.true(get("/settings/peers").body.includes("href=/settings/tunnel>Make a tunnel"));
	const blank = form("/settings/tunnel");
	t.is(blank.get("localNetwork"), "10.1.0.0/24");
	const proposed = new PageForm(post(blank.action, `${blank.set("remoteGateway", "10.0.0.2").set("remoteNetwork", "10.2.0.0/24").body}&propose=1`).body);
	const key = proposed.get("preSharedKey")!;
	t.true(/^([a-hjkmnp-z2-9]{5}-){5}[a-hjkmnp-z2-9]{5}$/.test(key), key);
	t.is(proposed.get("remoteGateway"), "10.0.0.2");
	const refused = send(form("/settings/tunnel").set("remoteGateway", "gate").set("remoteNetwork", "10.2.0.1/24"));
	t.is(refused.status, 200);
	t.true(refused.body.includes("id=remoteNetwork-fault>"));
	t.true(refused.body.includes("id=preSharedKey-fault>"));
	const sheet = follow(t, it, send(proposed));
	const [peer] = configuration.settings.peers;
	t.deepEqual([peer!.name, peer!.phase1Mode, peer!.preSharedKey, peer!.connections[0]!.pfs, peer!.connections[0]!.name], ["10.0.0.2", "main", key, 14, "net"]);
	t.deepEqual(peer!.phase1Proposals[0], { encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 });
	t.deepEqual(peer!.connections[0]!.phase2Proposals.slice(0, 2), [{ protocol: "esp", encryption: "aes-128-gcm-16" }, { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }]);
	t.false(sheet.includes(key));
	t.false(sheet.includes("It works, and yet"));
	t.true(sheet.includes("Bring it up now"));
	t.is(field(post("/settings/peers/10.0.0.2/connections/net/try").head, "Location"), "/status");
	follow(t, it, send(form("/settings/tunnel").set("remoteGateway", "0.0.0.0").set("remoteNetwork", "10.3.0.0/24").set("preSharedKey", "a key of those who roam about")));
	t.is(configuration.settings.peers[1]!.name, "anywhere");
	t.is(configuration.settings.peers[1]!.actAs, "responder");
});

const HOSTILE = "<u>&\"'";

test("F16 names and values are text on every page of settings, and names in paths are encoded", (t) => {
	const document = JSON.parse(JSON.stringify(DOCUMENT)) as { peers: { name: string; remoteId?: object; connections: { name: string }[] }[] };
	document.peers[0]!.name = HOSTILE;
	document.peers[0]!.remoteId = { type: "key-id", value: HOSTILE };
	document.peers[0]!.connections[0]!.name = "a?b#c%d e";
	const it = world(document);
	const peer = `/settings/peers/${encodeURIComponent(HOSTILE)}`;
	const connection = `${peer}/connections/${encodeURIComponent("a?b#c%d e")}`;
	for (const path of ["/settings/peers", peer, `${peer}/delete`, `${peer}/connection`, connection, `${connection}/delete`, `${connection}/sheet`, `/settings/peer?copy=${encodeURIComponent(HOSTILE)}`]) {
		const { status, body } = it.get(path);
		t.is(status, 200, path);
		t.false(body.includes("<u>"), path);
		t.true(body.includes("&lt;u&gt;&amp;&quot;&#39;"), path);
	}
	for (const action of ["on", "off"])
		follow(t, it, it.post(`${connection}/${action}`));
	const html = it.send(it.form(peer).set("name", "<script>/\u202e").set("remoteGateway", "<i>")).body;
	t.false(html.includes("<script>/") || html.includes("<i>") || html.includes("\xe2\x80\xae"));
	t.is(it.get(`/settings/peers/${encodeURIComponent("<script>")}`).status, 404);
	t.false(it.get(`/settings/peers/${encodeURIComponent("<script>")}`).body.includes("<script>"));
});

test("pages of settings come in small pieces and stay small, also the fullest", (t) => {
	const { configuration, fake } = world();
	const row = { protocol: "ah+esp", encryption: "aes-256-ctr", authentication: "hmac-sha512-256", espAuthentication: "hmac-sha384-192" } as const;
	const result = configuration.change((draft) => {
		const peer = draft.peers[0]!;
		peer.localId = peer.remoteId = { type: "key-id", value: "\"".repeat(255) };
		peer.phase1Proposals = Array.from({ length: 8 }, () => ({ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }));
		for (const connection of peer.connections)
			connection.phase2Proposals = Array.from({ length: 8 }, () => row);
		for (let i = 0; i < 13; i++)
			peer.connections.push({ ...peer.connections[0]!, name: `${i} ${"&".repeat(29)}`, order: 100 + i });
		for (let i = 0; i < 6; i++)
			draft.peers.push({ ...peer, name: `${i} ${"&".repeat(29)}`, connections: [], remoteGateway: `10.9.0.${i}` });
	});
	t.true(result.ok);
	const { ask } = site(fake);
	for (const path of ["/settings/peers", "/settings/peers/branch", "/settings/peers/branch/connections/office", "/settings/peers/branch/connections/office/sheet"]) {
		const { body, head } = ask(`GET ${path}`);
		t.true(body.length < 65536, `${path}: ${body.length}`);
		t.true(head.includes("chunked"));
	}
	for (const path of ["/settings/tunnel", "/settings/peer"])
		t.is(ask(`GET ${path}`).status, 409, path);
	// The largest forms that fit are sent whole: every row used, each text as long as it may be.
	const peer = new PageForm(ask("GET /settings/peers/branch").body);
	peer.set("name", "n".repeat(32)).set("remoteGateway", `${"g".repeat(60)}.example`).set("preSharedKey", `0x${"ab".repeat(256)}`).set("localId.value", "l".repeat(255)).set("remoteId.value", "r".repeat(255));
	const connection = new PageForm(ask("GET /settings/peers/branch/connections/office").body);
	for (const form of [peer, connection])
		t.true(form.body.length <= HTTP_BODY_SIZE, `${form.action}: ${form.body.length}`);
	t.is(ask(`POST ${peer.action}`, HEAD, peer.body).status, 303);
	t.true(PAGE_PIECE_SIZE >= 4096);
});

test("a deletion page that a slow client has not taken yet is still about what it was asked for", (t) => {
	const { configuration, fake } = world();
	const answer = peersRoom({ method: "GET", path: "/settings/peers/branch/delete", query: "" } as Request, { commands: fake.commands, token: { text: "0" } } as RoomOptions)!;
	t.true(configuration.change((draft) => { draft.peers.shift(); }).ok);
	t.true(configuration.change((draft) => { draft.peers[0]!.name = "berlin"; }).ok);
	const body = [...{ [Symbol.iterator]: () => answer.body as Iterator<string> }].join("");
	t.true(body.includes("action=\"/settings/peers/branch/delete\""));
	t.false(body.includes("berlin"));
});
