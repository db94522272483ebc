/** Certificates and administration as a person uses them, in Chromium at live gateways. */
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { Authority } from "../authority.js";
import { Charon } from "../interop/charon.js";
import { Keygate } from "../interop/keygate.js";
import { Network } from "../interop/network.js";
import { ping, pingUntilAnswered } from "../interop/traffic.js";
import { root, testUnless } from "../needs.js";
import { place, RunningGateway, settings } from "../node/linux/gateways.js";
import { launch, launchIn, wanting } from "./browser.js";

const PASSWORD = "a word for tests";
const PASSPHRASE = "four words of mine";

/** Without its slash. */
function at(url: string): string {
	return url.replace(/\/$/, "");
}

async function open(browser: Browser, url: string, password: string): Promise<Page> {
	const context = await browser.newContext({ httpCredentials: { username: "admin", password }, viewport: { width: 1280, height: 900 }, javaScriptEnabled: false, acceptDownloads: true });
	const page = await context.newPage();
	await page.goto(url);
	return page;
}

testUnless(wanting, "an empty gateway asks for a password, takes a backup with its secrets, and the password is changed", 300_000, async (t) => {
	const here = await place();
	const folder = mkdtempSync(join(tmpdir(), "keygate-keeping-"));
	const authority = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
	const issued = authority.issue({ subject: "/C=DE/O=Keygate/CN=gate-1", names: "DNS:gate-1.example" });
	const first = new RunningGateway(here.folder, settings(here, 1));
	const empty = new RunningGateway(here.folder, { ...settings(here, 2, { admin: { user: "admin" } }), peers: [] });
	let browser: Browser | undefined;
	try {
		browser = await launch();
		await first.ready();
		const page = await open(browser, `${at(first.url)}/settings/certificates`, PASSWORD);

		// A certificate with its key and authority, as another machine exported it.
		writeFileSync(join(folder, "gate.pem"), issued.certificate);
		writeFileSync(join(folder, "gate.key"), issued.key);
		writeFileSync(join(folder, "root.pem"), authority.certificate);
		execFileSync("openssl", ["pkcs12", "-export", "-legacy", "-in", join(folder, "gate.pem"), "-inkey", join(folder, "gate.key"), "-certfile", join(folder, "root.pem"), "-passout", "pass:secret", "-out", join(folder, "gate.p12")]);
		const add = page.locator("#import");
		await add.getByLabel("File", { exact: true }).setInputFiles(join(folder, "gate.p12"));
		await add.getByLabel("Passphrase", { exact: true }).fill("wrong");
		await add.getByRole("button", { name: "Add" }).click();
		t.regex(await page.locator("#import .faults").innerText(), /The passphrase is not the file's/);
		await add.getByLabel("File", { exact: true }).setInputFiles(join(folder, "gate.p12"));
		await add.getByLabel("Passphrase", { exact: true }).fill("secret");
		await add.getByLabel("Trust its authority").check();
		await add.getByRole("button", { name: "Add" }).click();
		t.is(await page.getByRole("heading", { level: 1 }).innerText(), "Own certificate");
		t.regex(await page.locator("main").innerText(), /CN=gate-1[^]*DNS:gate-1.example/);
		await page.getByRole("link", { name: "Certificates", exact: true }).first().click();
		t.deepEqual(await page.locator("#own th[data-label=Name], #trusted th[data-label=Name]").allInnerTexts(), ["gate-1", "Root"]);

		// A backup.
		await page.getByRole("link", { name: "Administration" }).click();
		const backup = page.locator("#backup");
		await backup.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
		await backup.getByLabel("Again").fill(PASSPHRASE);
		const [download] = await Promise.all([page.waitForEvent("download"), backup.getByRole("button", { name: "Save backup" }).click()]);
		t.regex(download.suggestedFilename(), /^keygate-gate-1-\d{4}-\d\d-\d\d\.json$/);
		const file = join(folder, "backup.json");
		await download.saveAs(file);
		const text = readFileSync(file, "utf8");
		for (const secret of ["a key that is shared", "PRIVATE KEY", "pbkdf2-sha256$"])
			t.false(text.includes(secret));

		// The empty gateway: nobody's yet.
		await first.stop();
		await empty.ready();
		const fresh = await open(browser, `${at(empty.url)}/settings/peers`, "");
		t.is(await fresh.getByRole("heading", { level: 1 }).innerText(), "Choose a password");
		await fresh.locator("#password").fill("short");
		await fresh.locator("#again").fill("short");
		await fresh.getByRole("button", { name: "Use this password" }).click();
		t.regex(await fresh.locator(".fault").innerText(), /expected at least 10/);
		await fresh.locator("#password").fill("the first password");
		await fresh.locator("#again").fill("the first password");
		await fresh.getByRole("button", { name: "Use this password" }).click().catch(() => undefined);
		const owner = await open(browser, `${at(empty.url)}/settings/administration`, "the first password");
		const restore = owner.locator("#restore");
		await restore.getByLabel("File", { exact: true }).setInputFiles(file);
		await restore.getByLabel("Passphrase", { exact: true }).fill("four other words");
		await restore.getByRole("button", { name: "Restore" }).click();
		t.regex(await owner.locator("#restore .faults").innerText(), /The passphrase is wrong, or the file was changed since it was made\. Nothing was changed\./);
		await restore.getByLabel("File", { exact: true }).setInputFiles(file);
		await restore.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
		await restore.getByRole("button", { name: "Restore" }).click();

		// It has other addresses now, and starts anew by them; the password is the backup's.
		const [, url] = await empty.says(/pages on [^]*pages on (\S+)\n/);
		empty.url = url!;
		const restored = await open(browser, `${at(empty.url)}/settings/certificates`, PASSWORD);
		t.deepEqual(await restored.locator("#own th[data-label=Name], #trusted th[data-label=Name]").allInnerTexts(), ["gate-1", "Root"]);
		await restored.getByRole("link", { name: "Peers/connections" }).click();
		t.regex(await restored.locator("#peer-list").innerText(), /gate-2/);

		// The password.
		await restored.getByRole("link", { name: "Administration" }).click();
		const change = restored.locator("#password");
		for (const [current, said] of [["not this one", /is not the password in use/], [PASSWORD, undefined]] as const) {
			await change.getByLabel("Password now").fill(current);
			await change.getByLabel("New password").fill("a new word for tests");
			await change.getByLabel("Again").fill("a new word for tests");
			await change.getByRole("button", { name: "Change password" }).click().catch(() => undefined);
			if (said !== undefined)
				t.regex(await restored.locator("#password .fault").innerText(), said);
		}
		const status = async (password: string): Promise<number> => (await fetch(`${at(empty.url)}/status`, { headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` } })).status;
		t.is(await status(PASSWORD), 401);
		t.is(await status("a new word for tests"), 200);
	}
	finally {
		await browser?.close();
		await first.stop();
		await empty.stop();
		rmSync(folder, { recursive: true, force: true });
	}
});

testUnless(wanting ?? root, "a certificate is requested here, signed by an authority, put to its key and chosen for a peer: the tunnel with charon comes up", 300_000, async (t) => {
	const network = await Network.create();
	const { left, right } = network;
	const gate = new Keygate(left);
	const charon = new Charon(right);
	const folder = mkdtempSync(join(tmpdir(), "keygate-keeping-"));
	let browser: Browser | undefined;
	try {
		const root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
		const its = root.issue({ subject: "/C=DE/O=Keygate/CN=charon", names: "DNS:charon.example" });
		await charon.start();
		await charon.load({ proposals: "aes256-sha256-modp2048", esp: "aes128gcm16", secret: "not used", localId: "charon.example", remoteId: "gate.example", certificates: { certificate: its.certificate, key: its.key, authorities: [root.certificate] } }, left);
		await gate.startWith({
			version: 1,
			gateway: { name: "gate", wanAddress: left.wan, lanAddress: `${left.lan}/24`, http: { address: left.lan, port: 80 }, admin: { user: "admin", password: "interoperation" } },
			certificates: { trusted: [{ name: "root", certificate: root.certificate }] },
			peers: [{ name: "branch", remoteGateway: right.wan, preSharedKey: "not used for long, and long enough", natTraversal: "force", remoteId: { type: "fqdn", value: "charon.example" },
				phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }],
				connections: [{ name: "office", localNetwork: left.network, remoteNetwork: right.network, phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off" }] }],
		});
		browser = await launchIn(left.namespace.name, folder);
		const page = await open(browser, `http://${left.lan}/settings/certificates`, "interoperation");
		const make = page.locator("#make");
		await make.getByLabel("Name", { exact: true }).fill("mine");
		await make.getByLabel("Subject").fill("C=DE, O=Keygate, CN=gate");
		await make.getByLabel("Host names").fill("gate.example");
		await make.getByRole("button", { name: "Make key and request" }).click();
		t.is(await page.getByRole("heading", { level: 1 }).innerText(), "Signing request");
		const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the request" }).click()]);
		t.is(download.suggestedFilename(), "mine.csr");
		await download.saveAs(join(folder, "mine.csr"));
		writeFileSync(join(folder, "mine.pem"), root.sign(readFileSync(join(folder, "mine.csr"), "utf8"), "DNS:gate.example"));
		await page.locator("#issued").getByLabel("File", { exact: true }).setInputFiles(join(folder, "mine.pem"));
		await page.locator("#issued").getByRole("button", { name: "Put certificate" }).click();
		t.regex(await page.locator("main").innerText(), /valid[^]*CN=gate[^]*DNS:gate.example/);

		await page.goto(`http://${left.lan}/settings/peers/branch`);
		await page.locator("#authentication").selectOption("certificate");
		await page.locator("#ownCertificate").selectOption("mine");
		await page.locator("[id='localId.type']").selectOption("fqdn");
		await page.locator("[id='localId.value']").fill("gate.example");
		await page.locator(".save").getByRole("button", { name: /^Save/ }).last().click();
		await page.locator(".done").waitFor();
		await gate.command("up branch/office");
		const { ikeSecurityAssociations } = await gate.up();
		t.is(ikeSecurityAssociations.find((sa) => sa.state === 9)!.authentication, "certificate");
		await pingUntilAnswered(left, right);
		t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
		await page.goto(`http://${left.lan}/settings/certificates/own/mine/delete`);
		t.regex(await page.locator(".notice").innerText(), /is in use by branch/);
	}
	finally {
		await browser?.close();
		await gate.close();
		await charon.close();
		await network.close();
		rmSync(folder, { recursive: true, force: true });
	}
});

/** RFC 5424 6, as far as UDP carries it: priority, version, time, host, application, process, kind, data, text. */
const SYSLOG = /^<(\d{1,3})>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) (-|(?:\[[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}(?: [\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\])+)(?: (.*))?$/s;

testUnless(wanting, "the log goes to a syslog server from the moment that one is named on the page", 300_000, async (t) => {
	const here = await place();
	const gateway = new RunningGateway(here.folder, settings(here, 1));
	const server = createSocket("udp4");
	const messages: string[] = [];
	server.on("message", (data) => messages.push(data.toString("utf8")));
	await new Promise<void>((done) => server.bind(0, "127.0.0.1", done));
	let browser: Browser | undefined;
	try {
		await gateway.ready();
		browser = await launch();
		const page = await open(browser, `${at(gateway.url)}/settings/administration`, PASSWORD);
		const form = page.locator("#syslog");
		await form.getByLabel("Server").fill("127.0.0.1");
		await form.getByLabel("Port").fill(String(server.address().port));
		await form.getByLabel("Facility").selectOption("local3");
		await form.getByRole("button", { name: "Save" }).click();
		await page.locator(".done").waitFor();
		// What is logged is told: a tunnel that does not come up.
		await page.goto(`${at(gateway.url)}/settings/peers/gate-2/connections/office/sheet`);
		await page.getByRole("button", { name: "Bring it up now" }).click();
		for (let i = 0; i < 100 && !messages.some((message) => message.includes("gate-2: ")); i++)
			await new Promise((done) => setTimeout(done, 100));
		t.true(messages.length > 0);
		for (const message of messages) {
			const parts = SYSLOG.exec(message);
			t.truthy(parts, message);
			t.is(Number(parts![1]) >> 3, 19, "local3");
			t.is(parts![3], "gate-1");
			t.is(parts![4], "keygate");
			t.true(Math.abs(Date.parse(parts![2]!) - Date.now()) < 30_000, parts![2]);
		}
		t.true(messages.some((message) => message.includes(" gate-2: ")));
	}
	finally {
		await browser?.close();
		server.close();
		await gateway.stop();
	}
});
