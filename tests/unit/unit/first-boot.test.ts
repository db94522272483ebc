import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { PROMPT } from "../../../modules/console/console.js";
import { Copies, TAG_SIZE } from "../../../modules/settings/copies.js";
import { SETTINGS_SLOTS } from "../../../modules/settings/storage.js";
import { urlencoded } from "../pages/keeping.js";
import { Flash } from "../settings/flash.js";
import { Device } from "./device.js";

const PASSWORD = "four words of mine";
const ANSWERS: readonly (readonly [string, string])[] = Object.freeze([
	["password", PASSWORD], ["again", PASSWORD], ["name", "gate-a"], ["wan", "static"], ["wanAddress", "203.0.113.5/28"], ["wanRouter", "203.0.113.1"], ["lanAddress", "10.7.0.1/24"]
]);

/** Sends the form of the set-up page, with other answers in some places. */
function send(device: Device, changes: readonly (readonly [string, string])[] = []) {
	const token = device.token(device.ask("GET /").body);
	const fields = ANSWERS.map(([name, value]) => changes.find((change) => change[0] === name) ?? [name, value] as const);
	return device.ask("POST /", urlencoded([["token", token], ...fields]));
}

/** A device that was set up by its page. */
function setUp(): Device {
	const device = new Device();
	if (send(device).status !== 200)
		throw new Error("not set up");
	device.run(1000);
	return device;
}

test("first boot: on the LAN alone, at the factory's address, with nothing served but the set-up page, and no IKE", (t) => {
	const device = new Device();
	t.deepEqual(device.done, ["lan 192.168.1.1/24", "pages 192.168.1.1:80 factory"]);
	for (const path of ["/", "/status", "/settings/peers", "/settings/administration", "/log/vpn", "/nothing"]) {
		const { status, body } = device.ask(`GET ${path}`);
		t.is(status, 200, path);
		for (const text of ["Set this unit up", "id=password", "id=name", "name=wan", "id=wanAddress", "id=wanRouter", "id=lanAddress", "192.168.1.1/24"])
			t.true(body.includes(text), `${path}: ${text}`);
		t.false(body.includes("<nav"), path);
	}
	t.is(device.ask("GET /metrics").status, 503);
	t.is(device.ask("GET /status.json").status, 503);
	t.is(device.ask("GET /", "", "", "evil.example").status, 421);
	t.is(device.ask("POST /sa/0x1/delete").status, 403);
	device.run(600000);
	t.deepEqual(device.done.length, 2);
	t.is(device.flash.operations.filter(({ slot }) => slot < 2).length, 0);
});

test("first boot: bad input stays, with what is wrong at its field, and nothing is kept", (t) => {
	const device = new Device();
	t.is(device.ask("POST /", urlencoded([["token", "x"], ...ANSWERS])).status, 403);
	const cases: readonly (readonly [readonly [string, string], string, string])[] = [
		[["password", "short"], "password", "has 5 characters"],
		[["again", "another one"], "password", "is not the same"],
		[["name", ""], "name", "expected"],
		[["wanAddress", "203.0.113.5"], "wanAddress", "expected"],
		[["wanAddress", "203.0.113.500/28"], "wanAddress", "is not an IPv4 address"],
		[["wanAddress", "203.0.113.5/x"], "wanAddress", "expected"],
		[["wanRouter", "198.51.100.1"], "wanRouter", "not in the network"],
		[["lanAddress", "203.0.113.9/28"], "lanAddress", "in one network"],
		[["lanAddress", "10.7.0.0/24"], "lanAddress", "is the address of the network"]
	];
	for (const [change, field, text] of cases) {
		const { status, body } = send(device, [change]);
		t.is(status, 400, change.join());
		const fault = new RegExp(`id=${field}-fault>([^<]*)`).exec(body)?.[1] ?? "";
		t.true(fault.includes(text), `${change.join()}: ${fault}`);
		if (change[0] !== "name")
			t.true(body.includes("value=\"gate-a\""), change.join());
		if (change[0] !== "lanAddress")
			t.true(body.includes("value=\"10.7.0.1/24\""), change.join());
		t.false(body.includes(PASSWORD), change.join());
	}
	t.true(device.store.isFactory);
	t.is(device.flash.operations.filter(({ slot }) => slot < 2).length, 0);
});

test("first boot: the set-up page's answers are kept, and the gateway starts by them", (t) => {
	const device = new Device();
	const { status, body } = send(device);
	t.is(status, 200);
	t.true(body.includes("http://10.7.0.1/"));
	t.false(body.includes(PASSWORD));
	device.run(1000);
	t.deepEqual(device.done.slice(2), [
		"anew", "lan 10.7.0.1/24", "wan static 203.0.113.5/28 by 203.0.113.1", "udp 203.0.113.5:500", "udp 203.0.113.5:4500", "pages 10.7.0.1:80"
	]);
	t.is(device.ask("GET /status", "", "", "10.7.0.1").status, 401);
	t.is(device.ask("GET /status", "", PASSWORD, "10.7.0.1").status, 200);
	device.powerUp();
	t.is(device.store.settings.gateway.name, "gate-a");
	t.is(device.store.settings.gateway.admin.password, undefined);
	t.is(device.done[device.done.length - 1], "pages 10.7.0.1:80");
});

test("first boot: with an address by DHCP what stands in the other fields does not matter", (t) => {
	const device = new Device();
	t.is(send(device, [["wan", "dhcp"], ["wanAddress", ""], ["wanRouter", "nonsense"]]).status, 200);
	device.run(1000);
	const { wanAddressing, wanAddress } = device.store.settings.gateway;
	t.deepEqual([wanAddressing, wanAddress], ["dhcp", "0.0.0.0"]);
});

test("first boot: the console asks for the same, and again for what is wrong; a password is never shown", (t) => {
	const device = new Device();
	const asked = (line: string): string => {
		const lines = device.typed(line).split("\r\n");
		return lines[lines.length - 1]!;
	};
	t.is(asked("setup"), "Unit's name [keygate]: ");
	t.is(asked("gate-b"), "Take the WAN address from a DHCP server, yes or no [yes]: ");
	t.is(asked("no"), "WAN address with prefix length, such as 203.0.113.5/24: ");
	t.is(asked("203.0.113.5/33"), "Router on the WAN, \"none\" for none: ");
	t.is(asked(""), "LAN address with prefix length [192.168.1.1/24]: ");
	t.is(asked("10.8.0.1/24"), "Administrator's password, at least 10 characters: ");
	t.is(asked("short"), "Administrator's password, at least 10 characters: ");
	t.is(asked(PASSWORD), "Again: ");
	t.is(asked("something else"), "Administrator's password, at least 10 characters: ");
	t.is(asked(PASSWORD), "Again: ");
	t.is(asked(PASSWORD), "Unit's name [gate-b]: ");
	t.true(device.console.output.includes("? gateway.wanPrefix: "));
	asked("");
	t.is(asked(""), "WAN address with prefix length, such as 203.0.113.5/24 [203.0.113.5/33]: ");
	asked("203.0.113.5/24");
	asked("");
	const end = device.typed("");
	t.true(end.includes("The gateway starts by them"), end);
	t.true(end.endsWith(PROMPT));
	t.false(device.console.output.includes(PASSWORD));
	device.run(1000);
	t.is(device.store.settings.gateway.name, "gate-b");
	t.is(device.ask("GET /status", "", PASSWORD, "10.8.0.1").status, 200);
});

test("first boot: Ctrl-C gives the questions up, and what was answered is no command to go back to", (t) => {
	const device = new Device();
	device.typed("setup");
	device.typed("gate-c");
	device.console.type("half a line\u0003");
	t.true(device.console.output.endsWith(`given up: nothing was changed\r\n${PROMPT}`));
	t.true(device.store.isFactory);
	device.console.type("\u001b[A");
	t.true(device.console.output.endsWith(`${PROMPT}\u001b[Ksetup`));
});

test("setup: of a unit that is set up the answers are those in use, and the password stays", (t) => {
	const device = setUp();
	device.typed("setup");
	for (const line of ["gate-d", "", "", "", ""])
		device.typed(line);
	const end = device.typed("");
	t.true(end.includes("The settings are in use"), end);
	t.is(device.store.settings.gateway.name, "gate-d");
	t.is(device.ask("GET /status", "", PASSWORD, "10.7.0.1").status, 200);
});

test("reset: by the console after a question, everything is gone from the flash, and the unit is as from the factory", (t) => {
	const device = setUp();
	t.true(device.typed("reset").endsWith("Erase everything? Type \"yes\": "));
	t.true(device.typed("y").includes("nothing was changed"));
	device.run(1000);
	t.false(device.done.includes("restart"));
	device.typed("reset");
	t.true(device.typed("yes").includes("everything is erased"));
	device.run(1000);
	t.true(device.done.includes("restart"));
	t.true(device.store.isFactory);
	t.is(device.store.factoryReason, "");
	t.is(device.ask("GET /").body.includes("Set this unit up"), true);
	for (const slot of device.flash.slots)
		t.true(slot.subarray(0, 4096).every((byte) => byte === 0xff));
});

test("reset: by the page with the password once more", (t) => {
	const device = setUp();
	const path = "/settings/administration/reset";
	t.true(device.ask("GET /settings/administration", "", PASSWORD, "10.7.0.1").body.includes(path));
	const page = device.ask(`GET ${path}`, "", PASSWORD, "10.7.0.1");
	t.is(page.status, 200);
	const token = device.token(page.body);
	t.is(device.ask(`POST ${path}`, urlencoded([["token", token], ["current", "wrong password"]]), PASSWORD, "10.7.0.1").status, 400);
	t.is(device.ask(`POST ${path}`, urlencoded([["current", PASSWORD]]), PASSWORD, "10.7.0.1").status, 403);
	t.is(device.ask(`POST ${path}`, urlencoded([["token", token], ["current", PASSWORD]]), PASSWORD, "10.7.0.1").status, 200);
	device.run(1000);
	t.true(device.store.isFactory);
});

test("reset: a flash that does not erase is told, and the unit goes on as it is", (t) => {
	const device = setUp();
	device.flash.fault = "the flash is worn or protected";
	device.typed("reset");
	t.true(device.typed("yes").includes("? not everything is erased: the flash is worn"));
	device.run(1000);
	t.false(device.done.includes("restart"));
	t.false(device.store.isFactory);
});

test("reset: a power cut at any step leaves the settings as they were, or none", (t) => {
	const device = setUp();
	device.typed("setup");
	for (const line of ["gate-e", "", "", "", "", ""])
		device.typed(line);
	const before = new Flash();
	for (const operation of device.flash.operations)
		before.apply(operation);
	const { length } = device.flash.operations;
	device.typed("reset");
	device.typed("yes");
	const steps = device.flash.operations.slice(length);
	t.true(steps.filter(({ slot }) => slot < 2).length === 2);
	for (let cut = 0; cut <= steps.length; cut++) {
		const flash = new Flash();
		for (let slot = 0; slot < 4; slot++) {
			flash.slots[slot]!.set(before.slots[slot]!);
			flash.sizes[slot] = before.sizes[slot]!;
		}
		for (let i = 0; i < cut; i++)
			flash.apply(steps[i]!);
		if (cut < steps.length)
			flash.apply(steps[cut]!, 3);
		const { store } = new Device(flash);
		t.true(store.isFactory || store.settings.gateway.name === "gate-e", `${cut}`);
		t.is(store.isFactory, cut > 1 || cut === 1 && store.isFactory);
	}
});

test("damaged settings: the unit comes up as on its first boot and says why", (t) => {
	const flash = setUp().flash;
	for (const slot of [0, 1])
		for (const at of [3, 90])
			flash.slots[slot]![at]! ^= 0x55;
	const device = new Device(flash);
	t.true(device.store.isFactory);
	t.true(device.ask("GET /").body.includes("are damaged, both copies"));
	t.true(device.log.includes("this unit is not set up: The settings that were kept are damaged"));
	t.is(send(device).status, 200);
	device.run(1000);
	t.is(new Device(flash).store.settings.gateway.name, "gate-a");
});

test("settings that this version refuses: the same, with the fault", (t) => {
	const device = setUp();
	const text = [...device.store.document(true)].join("").replace("\"gate-a\"", "\"gate\\u0000\"");
	const flash = new Flash();
	// As a version would have kept it that takes such a name.
	keep(flash, new Uint8Array(ArrayBuffer.fromString(text)));
	const refused = new Device(flash);
	t.true(refused.store.isFactory);
	t.regex(refused.store.factoryReason, /of no use to this version \(gateway\.name: /);
	t.true(refused.ask("GET /").body.includes("of no use to this version"));
});

test("a crash before this start is told in the log, on the page and by the console, until somebody has seen it", (t) => {
	const device = setUp();
	device.notice = "crash: load access fault, pc 0x80001234";
	device.start(true, [{ severity: 4, text: device.notice }]);
	t.true(device.log.includes("crash: load access fault"));
	t.true(device.typed("status").includes("load access fault"));
	const ask = (line: string, body = "") => device.ask(line, body, PASSWORD, "10.7.0.1");
	const { body } = ask("GET /status");
	t.true(body.includes("load access fault, pc 0x80001234"));
	t.is(JSON.parse(ask("GET /status.json").body).gateway.startNotice, device.notice);
	t.is(ask("GET /status/seen").status, 405);
	t.is(ask("POST /status/seen", urlencoded([["token", device.token(body)]])).status, 303);
	t.is(device.notice, "");
	t.false(ask("GET /status").body.includes("load access fault"));
});

test("pages at an address that is not this unit's are refused, and another port is listened on at once", (t) => {
	const device = setUp();
	const result = device.store.change(({ gateway }) => {
		gateway.http = { address: "10.9.9.9", port: 80 };
	});
	t.is(result.ok, false);
	t.deepEqual(result.ok ? [] : result.faults, [{ path: "gateway.http.address", text: "\"10.9.9.9\" is not an address of this unit on the LAN: expected that of lanAddress" }]);
	t.true(device.store.change(({ gateway }) => {
		gateway.http = { address: "0.0.0.0", port: 8080 };
	}).ok);
	device.run(1000);
	t.is(device.done[device.done.length - 1], "pages 0.0.0.0:8080");
	t.false(device.done.slice(device.done.indexOf("pages 10.7.0.1:80")).includes("anew"));
});

test("pages move a moment after the answer, in the control plane that there is: a form of before is good at the new address; where they cannot be, the settings before come back", (t) => {
	const device = setUp();
	const { unit } = device;
	const token = device.token(device.ask("GET /settings/administration", "", PASSWORD, "10.7.0.1").body);
	device.done.length = 0;
	const change = (lanAddress: string, port: string) => device.ask("POST /settings/administration/unit", urlencoded([["token", token], ["lanAddress", lanAddress], ["http.port", port], ["http.address", lanAddress.slice(0, -3)]]), PASSWORD, "10.7.0.1").status;
	t.is(change("10.7.0.9/24", "80"), 303);
	t.deepEqual(device.done, []);
	device.run(499);
	t.deepEqual(device.done, []);
	device.run(1);
	t.deepEqual(device.done, ["pages 10.7.0.9:80"]);
	t.is(change("10.7.0.9/24", "8080"), 303);
	// Another change before it is time for it.
	device.run(200);
	t.is(change("10.7.0.9/24", "8088"), 303);
	device.run(300);
	t.deepEqual(device.done, ["pages 10.7.0.9:80", "pages 10.7.0.9:8088"]);
	device.run(5000);
	t.is(device.done.length, 2);
	t.is(device.unit, unit, "no other control plane");
	device.done.length = 0;
	device.taken = 9000;
	t.is(change("10.7.0.9/24", "9000"), 303);
	device.run(2000);
	t.deepEqual(device.done.filter((what) => /anew|pages/.test(what)), ["anew", "anew", "pages 10.7.0.9:8088"]);
	t.is(device.store.settings.gateway.http.port, 8088);
	t.is(device.ask("GET /status", "", PASSWORD, "10.7.0.9").status, 200);
	// Nor are they where another change comes before it is found out.
	device.done.length = 0;
	t.true(device.store.change(({ gateway }) => { gateway.http.port = 9000; }).ok);
	device.run(200);
	t.true(device.store.change(({ gateway }) => { gateway.name = "another"; }).ok);
	device.run(2000);
	t.deepEqual(device.done.filter((what) => /anew|pages/.test(what)), ["anew", "anew", "pages 10.7.0.9:8088"]);
});

test("reboot is the whole unit's, other addresses are a fresh control plane's", (t) => {
	const device = setUp();
	device.done.length = 0;
	device.typed("reboot");
	device.run(1000);
	t.is(device.done[0], "restart");
	device.done.length = 0;
	device.typed("setup");
	for (const line of ["", "", "203.0.113.6/28", "", "", ""])
		device.typed(line);
	device.run(1000);
	t.deepEqual(device.done.slice(0, 3), ["anew", "lan 10.7.0.1/24", "wan static 203.0.113.6/28 by 203.0.113.1"]);
});

/** Writes a document as settings are kept. */
function keep(flash: Flash, document: Uint8Array): void {
	new Copies({ storage: flash, crypto: new Accelerator(), slot: SETTINGS_SLOTS }).save(document, new Uint8Array(TAG_SIZE));
}
