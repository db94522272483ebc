import test from "ava";
import { describeCertificate } from "../../../modules/crypto/credentials.js";
import * as vectors from "../../vectors/certificates.js";
import { field } from "../httpd/network.js";
import type { Answer } from "../httpd/network.js";
import { parseMultipart } from "../../../modules/httpd/multipart.js";
import type { Request } from "../../../modules/httpd/request.js";
import type { Response } from "../../../modules/httpd/response.js";
import { standing } from "../../../modules/pages/certificate-details.js";
import { certificatesRoom } from "../../../modules/pages/certificates-room.js";
import type { RoomOptions } from "../../../modules/pages/room.js";
import { LastChange } from "../../../modules/pages/saved.js";
import type { KeyringTexts } from "../../../modules/settings/services.js";
import { kept, MULTIPART, multipart, urlencoded, type Kept } from "./keeping.js";
import { ADMIN, site } from "./site.js";

const HEAD = `Host: 10.1.0.1\r\n${ADMIN}`;
const PATH = "/settings/certificates";

interface Room extends Kept {
	get(path: string): Answer;
	post(path: string, fields: readonly (readonly [string, string])[]): Answer;
	send(path: string, fields: readonly (readonly [string, string])[]): Answer;
}

function room(spoil?: (document: any) => void, time: () => number = () => vectors.day): Room {
	const { fake, store } = kept(spoil, time);
	const { ask, token } = site(fake, time);
	return {
		fake, store,
		get: (path) => ask(`GET ${path}`),
		post: (path, fields) => ask(`POST ${path}`, HEAD, urlencoded([["token", token.text], ...fields])),
		send: (path, fields) => ask(`POST ${path}`, `${HEAD}${MULTIPART}`, multipart([["token", token.text], ...fields])),
	};
}

function names(store: Kept["store"]): string {
	const { own, trusted, revocationLists } = store.settings.certificates;
	return [own, trusted, revocationLists].map((list) => (list as readonly { name: string }[]).map((each) => each.name).join()).join(" | ");
}

test("certificates: the page shows each, in use by whom, and how it stands", (t) => {
	const { get } = room();
	const { status, body } = get(PATH);
	t.is(status, 200);
	for (const text of ["C=DE, O=Keygate, CN=gate-a", "2026-01-01 to 2035-12-31", ">valid<", ">expired<", ">up to date<", "href=\"/settings/peers/hub#ownCertificate\">hub</a>", "2 of 4 own certificates, 1 of 8 trusted, 1 of 8 lists"])
		t.true(body.includes(text), text);
	t.false(body.includes("PRIVATE KEY"));
	const one = get(`${PATH}/own/gate-a`).body;
	for (const text of ["SHA-256 fingerprint", "RSA 2048 bits", "sha256WithRSAEncryption", "In use by: <a href=\"/settings/peers/hub#ownCertificate\">hub</a>"])
		t.true(one.includes(text), text);
	t.true(get(`${PATH}/lists/list`).body.includes("Revoked certificates"));
	t.true(get(`${PATH}/trusted/root`).body.includes("Trusted certificate"));
	for (const path of ["own/none", "own/gate-a/none", "other/gate-a", "own", "own/", "own/gate-a/a/b", "trusted/root/issued"])
		t.is(get(`${PATH}/${path}`).status, 404, path);
});

test("certificates: thirty days before the end, and where the time is not known", (t) => {
	const text = describeCertificate("own", vectors.gateA);
	const end = 2082758399;	// 2035-12-31 23:59:59, or a day that begins then
	const at = (time: number) => standing("own", text, time).word;
	t.is(at(0), "dates not known");
	t.is(at(vectors.day), "valid");
	t.is(at(end - 40 * 86400), "valid");
	t.regex(at(end - 20 * 86400), /^expires in (19|20) days$/);
	t.is(at(end + 2 * 86400), "expired");
	t.is(at(1000000000), "not valid yet");
	t.is(standing("own", "", 1).word, "unreadable");
	t.is(standing("own", describeCertificate("own", vectors.curve), vectors.day).word, "unusable");
	t.is(standing("revocationLists", describeCertificate("revocation list", vectors.list), end + 86400 * 3650).word, "out of date");
	const { body } = room(undefined, () => 0).get(PATH);
	t.true(body.includes("dates not known"));
	t.false(body.includes(">expired<"));
});

test("certificates: a key and its request are made here, the request is downloaded, and what an authority makes of it is put to it", (t) => {
	const { get, post, send, store } = room();
	const made = post(`${PATH}/make`, [["name", "berlin"], ["subject", "C=DE, O=Example, CN=berlin"], ["dns", "berlin.example, b.example"], ["addresses", "10.0.0.1"], ["emails", ""], ["bits", "2048"]]);
	t.is(made.status, 303);
	t.is(field(made.head, "Location"), `${PATH}/own/berlin?saved=${store.revision}`);
	t.true(get(field(made.head, "Location")!).body.includes("The key is made. Download its request"));
	const request = get(`${PATH}/own/berlin/request`);
	t.true(request.body.startsWith("-----BEGIN CERTIFICATE REQUEST-----"));
	t.is(field(request.head, "Content-Disposition"), "attachment; filename=\"berlin.csr\"");
	const page = get(`${PATH}/own/berlin`).body;
	t.true(page.includes("DNS:berlin.example, DNS:b.example, IP:10.0.0.1"));
	t.false(page.includes("PRIVATE"));
	// Another key's certificate, another file, none.
	for (const [text, said] of [[vectors.gateB, "not that of this key"], [request.body, "no authority has signed yet"], ["nothing", "no certificate, key or revocation list"], ["", "No file was chosen"], [vectors.list, "There is no certificate in the file"]] as const) {
		const refused = send(`${PATH}/own/berlin/issued`, [["file", text], ["text", ""]]);
		t.is(refused.status, 400, said);
		t.true(refused.body.includes(said), said);
	}
	t.true(get(`${PATH}/own/berlin`).body.includes("waits"));
	// It cannot be chosen before.
	t.false(store.change((draft) => { draft.peers[1]!.ownCertificate = "berlin"; }).ok);
});

test("certificates: what was typed stays when it is refused, and the fault is at its field", (t) => {
	const { post, store } = room();
	const before = names(store);
	const good: [string, string][] = [["name", "x"], ["subject", "CN=x"], ["dns", ""], ["addresses", ""], ["emails", ""], ["bits", "2048"]];
	const change = (name: string, value: string): [string, string][] => good.map(([each, old]) => [each, each === name ? value : old]);
	for (const [fields, said] of [[change("name", ""), "is missing"], [change("name", "gate-a"), "already"], [change("subject", "x<b>"), "not what a certificate can have"], [change("addresses", "10.0.0.300"), "not what a certificate can have"], [change("bits", "1024"), "not what a certificate can have"], [change("name", "a/b"), "is not a name"]] as const) {
		const refused = post(`${PATH}/make`, fields);
		t.is(refused.status, 400, said);
		t.true(refused.body.includes(said), `${said} in ${refused.body.slice(-3000)}`);
		t.false(refused.body.includes("x<b>"));
	}
	t.true(post(`${PATH}/make`, change("subject", "x<b>")).body.includes("value=\"x&lt;b&gt;\""));
	t.is(names(store), before);
});

test("certificates: from files: own with key and authority, trusted, list; in the place of another by its name", (t) => {
	const { send, store, get } = room((document) => {
		document.certificates.trusted = [{ name: "other", certificate: vectors.strangerRoot }];
	});
	t.is(send(`${PATH}/import`, [["as", "own"], ["import-name", ""], ["file", ""], ["text", vectors.gateBKey + vectors.gateB + vectors.intermediate + vectors.root], ["import-passphrase", ""], ["authority", "1"]]).status, 303);
	t.is(names(store), "gate-a,old,gate-b | other,Root | list");
	t.is(get(`${PATH}/own/gate-b/download`).body.split("BEGIN CERTIFICATE").length, 3);
	t.is(send(`${PATH}/import`, [["as", "own"], ["import-name", "old"], ["file", vectors.gateA + vectors.gateAKey], ["text", ""]]).status, 303);
	t.is(names(store), "gate-a,old,gate-b | other,Root | list");
	t.true(get(`${PATH}/own/old`).body.includes("CN=gate-a"));
	t.is(send(`${PATH}/import`, [["as", "trusted"], ["import-name", ""], ["file", vectors.root]]).status, 303);
	t.is(send(`${PATH}/import`, [["as", "lists"], ["import-name", "second"], ["file", vectors.list]]).status, 303);
	t.is(names(store), "gate-a,old,gate-b | other,Root,Root-2 | list,second");
	const before = names(store);
	for (const [fields, said] of [
		[[["as", "own"], ["file", vectors.gateA]], "There is no private key in the file"],
		[[["as", "own"], ["file", vectors.gateA + vectors.gateBKey]], "belongs to none of its certificates"],
		[[["as", "trusted"], ["file", vectors.list]], "There is no certificate in the file"],
		[[["as", "lists"], ["file", vectors.root]], "There is no revocation list in the file"],
		[[["as", "own"], ["import-name", "a/b"], ["file", vectors.gateA + vectors.gateAKey]], "is not a name"],
		[[["as", "own"], ["file", vectors.weak + vectors.weakKey]], "1024 bits"],
		[[["as", "own"], ["file", ""]], "No file was chosen"],
	] as const) {
		const refused = send(`${PATH}/import`, fields);
		t.is(refused.status, 400, said);
		t.true(refused.body.includes(said), said);
	}
	t.is(names(store), before);
});

test("certificates: renamed with its peers; one in use is not deleted, another only when asked twice", (t) => {
	const { get, post, store } = room();
	t.is(post(`${PATH}/own/gate-a/rename`, [["name", "gr\u00fc\u00df dich"]]).status, 303);
	t.is(store.settings.peers[1]!.ownCertificate, "gr\u00fc\u00df dich");
	const path = `${PATH}/own/${encodeURIComponent("gr\u00fc\u00df dich")}`;
	t.is(get(path).status, 200);
	t.true(post(`${path}/rename`, [["name", "old"]]).body.includes("is the name of certificates.own"));
	t.true(get(`${path}/delete`).body.includes("is in use by <a"));
	t.false(get(`${path}/delete`).body.includes("<form"));
	t.is(post(`${path}/delete`, []).status, 409);
	t.true(get(`${PATH}/own/old/delete`).body.includes("with its private key"));
	t.is(names(store), "gr\u00fc\u00df dich,old | root | list");
	t.is(post(`${PATH}/own/old/delete`, []).status, 303);
	t.is(post(`${PATH}/lists/list/delete`, []).status, 303);
	t.is(names(store), "gr\u00fc\u00df dich | root | ");
	const last = post(`${PATH}/trusted/root/delete`, []);
	t.is(last.status, 409);
	t.true(last.body.includes("needs an authority that vouches for the peer"));
});

test("certificates: nothing without the token", (t) => {
	const { fake, store } = kept();
	const { ask } = site(fake);
	const before = names(store);
	for (const path of ["make", "import", "own/old/delete", "own/old/rename"]) {
		t.is(ask(`POST ${PATH}/${path}`, HEAD, "token=x&name=y").status, 403, path);
		t.is(ask(`POST ${PATH}/${path}`, `${HEAD}${MULTIPART}`, multipart([["token", "x"], ["name", "y"]])).status, 403, path);
	}
	t.is(names(store), before);
});

test("certificates: one that was renamed or deleted while its certificate was read is told, and nothing is changed", (t) => {
	const { fake, store } = kept();
	const made = store.change((draft) => { draft.certificates.own.push({ name: "new", certificate: vectors.gateA, key: vectors.gateAKey }); });
	t.true(made.ok);
	const upload = parseMultipart(new Uint8Array(ArrayBuffer.fromString(multipart([["file", vectors.gateA]]))), "b")!;
	let read: (() => void) | undefined;
	const options = {
		commands: fake.commands, last: new LastChange(), token: { text: "0" },
		keyring: { now: () => vectors.day, describe: () => "", open: (_file: Uint8Array, _passphrase: string, done: (texts: KeyringTexts, fault: string) => void) => {
			read = () => done({ certificate: vectors.gateA, key: "", authority: "", list: "" }, "");
		} },
	} as unknown as RoomOptions;
	const answers: Response[] = [];
	certificatesRoom({ method: "POST", path: `${PATH}/own/new/issued`, query: "", upload } as unknown as Request, options)!.later!((response) => answers.push(response));
	// Somebody else is faster.
	t.true(store.change((draft) => { draft.certificates.own.pop(); }).ok);
	const { revision } = store;
	t.notThrows(read!);
	t.is(answers[0]?.status, 409);
	t.is(store.revision, revision);
});
