// The pages of asking a peer, and of what other gateways have tried.
import test from "ava";

import type { AskedRow, AskedStatus, AttemptStatus } from "../../../modules/status/types.js";
import { field } from "../httpd/network.js";
import { ADMIN, site, type Site } from "./site.js";

const FORM = `Host: 10.1.0.1\r\n${ADMIN}Content-Type: application/x-www-form-urlencoded\r\n`;
const PATH = "/settings/peers/branch/ask";

function row(change: Partial<AskedRow> = {}): AskedRow {
	return { phase: 1, connection: "", subject: "main mode", value: "AES-CBC-256/SHA256/MODP2048", answer: "accepted", detail: "", weak: false, own: false, use: "1-main-0", ...change };
}

function asked(end: string, rows: readonly AskedRow[], change: Partial<AskedStatus> = {}): AskedStatus {
	return {
		peer: "branch", offers: 12, most: 64, end, rows: () => rows,
		edit: (use) => rows.some((one) => one.use === use) ? (draft) => { draft.peers[0]!.phase1Lifetime = 4711; } : undefined, ...change
	};
}

function post({ ask, token }: Site, path: string, body: string) {
	return ask(`POST ${path}`, FORM, `token=${token.text}&${body}`);
}

test("ask: nothing is asked until somebody wants it", (t) => {
	const here = site();
	const { status, body } = here.ask(`GET ${PATH}`);
	t.is(status, 200);
	t.deepEqual(here.fake.askings, []);
	t.true(body.includes("name=do value=ask") && body.includes("name=aggressive") && !body.includes("http-equiv"));
	t.is(field(post(here, PATH, "do=ask").head, "Location"), PATH);
	post(here, PATH, "do=ask&aggressive=on");
	post(here, PATH, "do=stop");
	t.deepEqual(here.fake.askings, ["ask branch", "ask branch aggressive", "stop"]);
	t.is(here.ask(`POST ${PATH}`, FORM, "do=ask").status, 403, "no token");
	t.is(here.fake.askings.length, 3);
	t.is(here.ask("GET /settings/peers/nobody/ask").status, 404);
});

test("ask: while it goes on the page comes again by itself; when it has ended it does not", (t) => {
	const here = site();
	here.fake.asked = asked("", [row()]);
	const running = here.ask(`GET ${PATH}`).body;
	t.true(running.includes("http-equiv=refresh") && running.includes("value=stop") && running.includes("12 offers of at most 64"));
	t.true(here.ask(`GET ${PATH}?live`).body.includes("12 offers"));
	t.false(here.ask(`GET ${PATH}?live`).body.includes("<html"));
	t.true(here.ask("GET /settings/peers/road%20warriors/ask").body.includes("branch is being asked"));
	here.fake.asked = asked("all was asked", [row()]);
	t.false(here.ask(`GET ${PATH}`).body.includes("http-equiv=refresh"));
});

test("ask: a weak answer is marked, and its button says so; what is taken over changes the settings", (t) => {
	const here = site();
	here.fake.asked = asked("all was asked", [row(), row({ value: "3DES-CBC/MD5/MODP1024", weak: true, use: "1-main-219" }), row({ value: "218 others", answer: "refused", detail: "NO-PROPOSAL-CHOSEN", use: "" }),
		row({ phase: 2, connection: "<i>x</i>", subject: "networks", value: "\u202e10.0.0.0/8", use: "n-0-1" })]);
	const { body } = here.ask(`GET ${PATH}`);
	t.true(body.includes(">Use this here</button>") && body.includes(">Use this here (weak)</button>"));
	t.true(body.includes("&lt;i&gt;x&lt;/i&gt;") && !body.includes("<i>x") && !body.includes("\u202e"));
	t.false(body.includes("checked"), "nothing is chosen beforehand");
	const answer = post(here, PATH, "use=1-main-0");
	t.is(answer.status, 303);
	t.regex(field(answer.head, "Location")!, /^\/settings\/peers\/branch\/ask\?saved=\d+$/);
	t.is(here.fake.configuration.settings.peers[0]!.phase1Lifetime, 4711);
	t.is(post(here, PATH, "use=2-0-0").status, 409);
	t.is(post(here, PATH, "use=%3Cb%3E").status, 409);
	here.fake.asked = undefined;
	t.is(post(here, PATH, "use=1-main-0").status, 409);
});

test("ask: a full table stays within a page, in pieces", (t) => {
	const here = site();
	here.fake.asked = asked("all was asked", Array.from({ length: 128 }, (_, i) => row({ use: `1-main-${i}`, detail: "NO-PROPOSAL-CHOSEN", weak: i % 2 === 0, phase: i < 30 ? 1 : 2, connection: i < 30 ? "" : "n".repeat(32) })));
	const { body } = here.ask(`GET ${PATH}`);
	t.true(body.length < 65536);

});

function attempt(change: Partial<AttemptStatus> = {}): AttemptStatus {
	return {
		id: "10.0.0.9-main-1000", firstTime: 100, lastTime: 700, count: 3, address: "10.0.0.9", port: 500, mode: "main", peer: "", refusal: "NO-PROPOSAL-CHOSEN", text: "no peer in the settings has this address",
		proposals: ["AES-CBC-256/SHA256/MODP2048 by pre-shared key"], identity: "", implementation: "strongSwan", vendors: "NAT-T RFC 3947, DPD", natTraversal: true, usable: ["AES-CBC-256/SHA256/MODP2048"], weak: false, ...change
	};
}

test("attempts: shown escaped, and made into a peer that is switched off", (t) => {
	const here = site();
	t.true(here.ask("GET /settings/attempts").body.includes("No other gateway"));
	here.fake.attempts = [attempt(), attempt({ id: "10.0.0.8-aggressive-1", address: "10.0.0.8", mode: "aggressive", identity: "fqdn <script>alert(1)</script>", peer: "branch", weak: true, usable: ["3DES-CBC/SHA1/MODP1024"] }), attempt({ id: "x", usable: [], proposals: [] })];
	const { body } = here.ask("GET /settings/attempts");
	t.true(body.includes("3 times") && body.includes("strongSwan") && body.includes("&lt;script&gt;") && !body.includes("<script>alert"));
	t.true(body.includes("Make it a peer (weak)") && body.includes("no peer can be made of it"));
	const answer = post(here, "/settings/attempts", "attempt=10.0.0.9-main-1000");
	t.is(answer.status, 303);
	t.regex(field(answer.head, "Location")!, /^\/settings\/peers\/found\?saved=/);
	t.is(here.fake.configuration.settings.peers.at(-1)!.enabled, false);
	t.is(post(here, "/settings/attempts", "attempt=gone").status, 409);
	t.is(here.ask("POST /settings/attempts", FORM, "attempt=10.0.0.9-main-1000").status, 403);
});
