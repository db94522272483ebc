/** The page of a unit that has its ports to itself. */
import test from "ava";
import { field } from "../httpd/network.js";
import type { Answer } from "../httpd/network.js";
import { kept, urlencoded, type Kept } from "./keeping.js";
import { ADMIN, site } from "./site.js";

const HEAD = `Host: 10.1.0.1\r\n${ADMIN}`;
const ADMINISTRATION = "/settings/administration";
const PATH = `${ADMINISTRATION}/network`;
type Fields = readonly (readonly [string, string])[];
const wan: Fields = [["wanAddressing", "static"], ["wanAddress", "10.0.0.1"], ["wanPrefix", "24"], ["wanRouter", ""], ["dnsServers", ""]];
const lan: Fields = [["lanAddress", "10.1.0.1/24"], ["dhcpServer.enabled", "1"], ["dhcpServer.first", "10.1.0.100"], ["dhcpServer.last", "10.1.0.199"], ["dhcpServer.leaseSeconds", "3600"], ["dhcpServer.fixed", ""]];

interface Room extends Kept {
	get(path: string): Answer;
	post(path: string, fields: Fields): Answer;
	readonly clocks: number[];
}

function room(firmware = true, spoil?: (document: any) => void): Room {
	const { fake, store } = kept(spoil, undefined, firmware);
	const clocks: number[] = [];
	Object.assign(fake.commands, {
		clock: () => clocks[clocks.length - 1] ?? 0,
		setClock(seconds: number) {
			clocks.push(seconds);
			return { ok: true, text: "set" };
		},
	});
	const { ask, token } = site(fake);
	return { fake, store, clocks, get: (path) => ask(`GET ${path}`, HEAD), post: (path, fields) => ask(`POST ${path}`, HEAD, urlencoded([["token", token.text], ...fields])) };
}

function changed(fields: Fields, name: string, value: string): Fields {
	return fields.map(([each, old]) => [each, each === name ? value : old]);
}

test("network: a unit whose addresses are the system's has no such page", (t) => {
	const { get, post } = room(false);
	t.is(get(PATH).status, 404);
	t.is(post(`${PATH}/wan`, wan).status, 404);
	t.false(get(ADMINISTRATION).body.includes(PATH));
	t.true(room().get(ADMINISTRATION).body.includes(`<a href=${PATH}>`));
});

test("network: WAN: set here or by DHCP, with what is wrong at its field", (t) => {
	const { get, post, store } = room();
	const { status, body } = get(PATH);
	t.is(status, 200);
	t.true(body.includes("name=wanAddress aria-describedby=\"wanAddress-what\" value=\"10.0.0.1\""));
	t.true(body.includes("The time is not known"));
	const saved = post(`${PATH}/wan`, changed(changed(wan, "wanRouter", "10.0.0.254"), "dnsServers", "10.0.0.53, 10.0.0.54"));
	t.is(saved.status, 303);
	t.regex(field(saved.head, "Location") ?? "", /^\/settings\/administration\/network\?saved=\d+#wan$/);
	const { wanAddressing, wanPrefix, wanRouter, dnsServers } = store.settings.gateway;
	t.deepEqual([wanAddressing, wanPrefix, wanRouter, dnsServers], ["static", 24, "10.0.0.254", "10.0.0.53, 10.0.0.54"]);
	const wrong = post(`${PATH}/wan`, changed(changed(wan, "wanRouter", "10.0.7.254"), "wanPrefix", "x"));
	t.is(wrong.status, 400);
	t.true(wrong.body.includes("<p class=fault id=wanPrefix-fault>&quot;x&quot;: expected a prefix length, a whole number"));
	t.true(wrong.body.includes("<p class=fault id=wanRouter-fault>&quot;10.0.7.254&quot; is not in the network of wanAddress: expected an address in 10.0.0.1/24"));
	t.true(wrong.body.includes("value=\"10.0.7.254\""), "what was typed stands there");
	t.is(post(`${PATH}/wan`, changed(changed(wan, "wanAddressing", "dhcp"), "wanAddress", "")).status, 303);
	t.deepEqual([store.settings.gateway.wanAddressing, store.settings.gateway.wanAddress], ["dhcp", "10.0.0.1"], "until the lease says another one");
	t.true(get(PATH).body.includes("The lease says it"));
	t.is(post(`${PATH}/wan`, changed(wan, "wanAddressing", "<b>")).status, 400);
});

test("network: LAN and its DHCP server", (t) => {
	const { fake, get, post, store } = room();
	t.is(post(`${PATH}/lan`, changed(lan, "dhcpServer.fixed", "52:54:00:12:34:56 10.1.0.9, 52:54:00:12:34:57 10.1.0.10")).status, 303);
	t.deepEqual(store.settings.gateway.dhcpServer, {
		enabled: true, first: "10.1.0.100", last: "10.1.0.199", leaseSeconds: 3600,
		fixed: [{ hardwareAddress: "52:54:00:12:34:56", address: "10.1.0.9" }, { hardwareAddress: "52:54:00:12:34:57", address: "10.1.0.10" }],
	});
	t.true(get(PATH).body.includes("value=\"52:54:00:12:34:56 10.1.0.9, 52:54:00:12:34:57 10.1.0.10\""));
	const wrong = post(`${PATH}/lan`, changed(changed(changed(lan, "dhcpServer.first", ""), "dhcpServer.last", "10.9.0.1"), "dhcpServer.fixed", "52:54:00:12:34 10.1.0.9"));
	t.is(wrong.status, 400);
	t.true(wrong.body.includes("<p class=fault id=dhcpServer.first-fault>is missing: expected an IPv4 address on the LAN"));
	t.true(wrong.body.includes("<p class=fault id=dhcpServer.last-fault>&quot;10.9.0.1&quot; is not on the LAN"));
	t.true(wrong.body.includes("<code>dhcpServer.fixed[0].hardwareAddress</code>: &quot;52:54:00:12:34&quot; is not a hardware address"));
	t.true(wrong.body.includes("checked"), "what was ticked stays ticked");
	t.true(get(PATH).body.includes("None yet."));
	Object.assign(fake.commands, { leases: () => [{ address: "10.1.0.101", hardware: "52:54:00:00:00:07", seconds: 3599 }] });
	const { body } = get(PATH);
	t.true(body.includes("10.1.0.101") && body.includes("52:54:00:00:00:07") && !body.includes("None yet."));
	t.is(post(`${PATH}/lan`, lan.filter(([name]) => name !== "dhcpServer.enabled")).status, 303);
	t.is(store.settings.gateway.dhcpServer?.enabled, false);
	t.is(post(`${PATH}/lan`, changed(lan, "lanAddress", "10.0.0.7/24")).status, 400, "the WAN's network");
});

test("network: time server and clock; a lease that there is not is told on top", (t) => {
	const { get, post, store, clocks } = room(true, (document) => {
		document.gateway.wanAddressing = "dhcp";
		delete document.gateway.wanAddress;
	});
	t.is(post(`${PATH}/time`, [["timeServer", "time.example"]]).status, 303);
	t.is(store.settings.gateway.timeServer, "time.example");
	t.is(post(`${PATH}/time`, []).status, 303);
	t.is(store.settings.gateway.timeServer, "time.example", "what a script does not send stays");
	t.is(post(`${PATH}/time`, [["timeServer", "10.0.0.300"]]).status, 400);
	const wrong = post(`${PATH}/clock`, [["clock", "today <b>"]]);
	t.is(wrong.status, 400);
	t.true(wrong.body.includes("id=clock-fault>&quot;today &lt;b&gt;&quot; is not a time"));
	t.is(post(`${PATH}/clock`, [["clock", "2026-11-26T14:00:00Z"]]).status, 303);
	t.deepEqual(clocks, [1795701600]);
	t.true(get(PATH).body.includes("It is <b>2026-11-26T14:00:00Z</b>"));
	t.is(get(`${PATH}/wan`).status, 405);
	t.is(get(`${PATH}/clock`).status, 405);
});

test("network: a page that is older than the settings does not put them back", (t) => {
	const { get, post, store } = room();
	const revision = /name=revision value=(\d+)/.exec(get(PATH).body)?.[1] ?? "";
	t.is(post(`${PATH}/wan`, [["revision", revision], ...changed(wan, "wanRouter", "10.0.0.254")]).status, 303);
	for (const [part, fields] of [["wan", wan], ["lan", lan], ["time", [["timeServer", ""]]]] as const) {
		const stale = post(`${PATH}/${part}`, [["revision", revision], ...fields]);
		t.is(stale.status, 400, part);
		t.true(stale.body.includes("The settings were changed from elsewhere"), part);
	}
	t.is(store.settings.gateway.wanRouter, "10.0.0.254");
});

test("network: what a script does not send stays as it is, and a body that is no form changes nothing", (t) => {
	const { fake, post, store } = room();
	t.is(post(`${PATH}/wan`, changed(changed(wan, "wanRouter", "10.0.0.254"), "dnsServers", "10.0.0.53")).status, 303);
	t.is(post(`${PATH}/lan`, lan).status, 303);
	const before = store.settings.gateway;
	t.is(post(`${PATH}/wan`, [["wanPrefix", "25"]]).status, 400, "the router would be outside");
	t.is(post(`${PATH}/wan`, [["dnsServers", ""]]).status, 303);
	t.is(post(`${PATH}/lan`, [["lanAddress", "10.1.0.2/24"]]).status, 303);
	t.deepEqual(store.settings.gateway, { ...before, dnsServers: "", lanAddress: "10.1.0.2/24", http: { ...before.http, address: "10.1.0.2" } });
	const { revision } = store;
	const { ask } = site(fake);
	for (const path of [`${PATH}/wan`, `${PATH}/lan`, `${PATH}/time`, `${ADMINISTRATION}/syslog`, `${ADMINISTRATION}/unit`])
		t.is(ask(`POST ${path}`, `${HEAD}X-Keygate: 1\r\n`, "timeServer=%ff&wanRouter=%ff").status, 400, path);
	t.is(store.revision, revision);
});
