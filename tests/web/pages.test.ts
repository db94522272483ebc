/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The pages in Chromium, over the real server: laid out, read, used with the keyboard, kept up to date, without scripts too. */
import { mkdirSync } from "node:fs";
import type { ExecutionContext } from "ava";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { testUnless } from "../needs.js";
import { connection, fakeGateway, idle, ike, mainMode, problem, refused, sa, unanswered } from "../unit/pages/gateway.js";
import type { FakeGateway } from "../unit/pages/gateway.js";
import { launch, wanting } from "./browser.js";
import { PASSWORD, serve, USER } from "./site.js";
import type { Site } from "./site.js";

/** Where the pictures go; `npm run` and ava begin in the repository's folder. */
const PICTURES = "build/screenshots";

interface Look {
	readonly browser: Browser;
	readonly site: Site;
	readonly fake: FakeGateway;
	/** Complaints of any page: errors, refusals by the content security policy, requests to elsewhere. */
	readonly complaints: string[];
	open(path: string, options?: BrowserContextOptions): Promise<Page>;
}

/** A gateway in the midst of things: a pair being replaced, errors, one peer of each state, a problem. */
function busyGateway(): FakeGateway {
	const fake = fakeGateway();
	for (let i = 0; i < 6; i++) {
		const office = i < 4;
		fake.securityAssociations.push(sa(i, {
			destination: i % 2 === 1 ? "10.0.0.1" : office ? "10.0.0.2" : "10.0.0.3", peer: office ? "branch" : "warehouse", connection: office ? "office" : "stock",
			...(i < 2 ? { dying: true, elapsedTime: 3312 } : {}), ...(office ? {} : { lifeKilobytes: 500000 }),
		}));
	}
	fake.ikeSecurityAssociations.push(ike(0, { peer: "branch", natT: "Far end" }), ike(1, { peer: "warehouse" }),
		ike(2, { peer: "berlin", status: "Negotiating(3)", state: 3, elapsedTime: 7, phase2Negotiations: 0, algorithm: "" }), idle("home"));
	fake.problems.push(problem({
		time: 790, peer: "berlin", cause: "phase1-algorithm-mismatch", sign: "clear", role: "initiator", mode: "main", state: 3,
		text: "the peer answers NO-PROPOSAL-CHOSEN to our proposals for main mode", setting: "/settings/peers/berlin#phase1Proposals",
		values: [
			{ name: "address", ours: ["10.0.0.1"], theirs: ["10.0.0.4"], differs: false, setting: "/settings/peers/berlin#remoteGateway" },
			{ name: "mode", ours: ["main"], theirs: [], differs: false, setting: "/settings/peers/berlin#phase1Mode" },
			{ name: "algorithms", ours: ["AES-CBC-256/SHA256/MODP2048", "AES-CBC-128/SHA1/MODP2048"], theirs: [], differs: false, setting: "/settings/peers/berlin#phase1Proposals" },
			{ name: "answer", ours: [], theirs: ["NO-PROPOSAL-CHOSEN"], differs: false, setting: "" },
		],
	}));
	for (let i = 0; i < 40; i++)
		fake.entries.push({ sequence: i + 1, time: i * 1733, severity: ([1, 1, 2, 3, 4, 0] as const)[i % 6]!, peer: i % 3 === 0 ? "" : "branch", text: `sent main mode message ${i % 3 + 1} to 10.0.0.2:500: SA, VID, VID (state 3)` });
	return fake;
}

async function look(work: (look: Look) => Promise<void>, fake = busyGateway()): Promise<void> {
	const site = await serve(fake);
	const browser = await launch();
	const complaints: string[] = [];
	try {
		await work({
			browser, site, fake, complaints,
			async open(path, options = {}) {
				const context: BrowserContext = await browser.newContext({ viewport: { width: 1200, height: 900 }, httpCredentials: { username: USER, password: PASSWORD }, ...options });
				const page = await context.newPage();
				page.on("pageerror", (error) => complaints.push(String(error)));
				page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
				page.on("dialog", (dialog) => complaints.push(dialog.message()));
				page.on("request", (request) => !request.url().startsWith(`${site.url}/`) && complaints.push(request.url()));
				await page.goto(site.url + path);
				return page;
			},
		});
	}
	finally {
		await browser.close();
		site.close();
	}
}

const web = (title: string, body: (t: ExecutionContext) => Promise<void>): void => testUnless(wanting, title, 300_000, body);

/** What of the page is less readable than WCAG AA asks: text, and the borders of what one types into or chooses from; its colours, and their contrast. */
function faint(): string[] {
	const channel = (value: number): number => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	const numbers = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
	const luminance = (color: string): number => {
		const [red, green, blue] = numbers(color);
		return 0.2126 * channel(red! / 255) + 0.7152 * channel(green! / 255) + 0.0722 * channel(blue! / 255);
	};
	const found: string[] = [];
	const look = (element: Element, color: string, ground: Element | null, least: number): void => {
		let behind = ground;
		while (behind !== null && (numbers(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0)
			behind = behind.parentElement;
		const a = luminance(color) + 0.05;
		const b = luminance(behind === null ? "rgb(255, 255, 255)" : getComputedStyle(behind).backgroundColor) + 0.05;
		const contrast = a > b ? a / b : b / a;
		if (contrast < least)
			found.push(`${element.tagName} "${element.textContent.trim().slice(0, 30)}" ${color}: ${contrast.toFixed(2)}`);
	};
	for (const element of document.querySelectorAll("body *")) {
		if (element.getClientRects().length === 0)
			continue;
		const style = getComputedStyle(element);
		if ([...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue!.trim() !== ""))
			look(element, style.color, element, 4.5);
		if (element.matches("select,textarea,input:not([type=checkbox],[type=radio])"))
			look(element, style.borderTopColor, element.parentElement, 3);
	}
	return found;
}

for (const width of [320, 1200] as const) {
	for (const colorScheme of ["light", "dark"] as const) {
		for (const javaScriptEnabled of [true, false]) {
			web(`readable at ${width} px, ${colorScheme}, scripts ${javaScriptEnabled ? "on" : "off"}`, (t) => look(async ({ browser, site, open, complaints }) => {
				mkdirSync(PICTURES, { recursive: true });
				for (const path of ["/status", "/log/vpn", "/settings/peers"]) {
					const page = await open(path, { viewport: { width, height: 900 }, colorScheme, javaScriptEnabled });
					for (const summary of await page.locator("summary").all())
						await summary.click();
					t.is(await page.evaluate(() => document.documentElement.scrollWidth), width, path);
					t.deepEqual(await page.evaluate(faint), [], path);
					if (path === "/status") {
						for (const summary of await page.locator("summary").all())
							await summary.click();
						await page.screenshot({ path: `${PICTURES}/status-${width}-${colorScheme}${javaScriptEnabled ? "" : "-noscript"}.png`, fullPage: true });
					}
					await page.context().close();
				}
				t.deepEqual(complaints.filter((text) => !text.includes("404")), []);
				t.deepEqual(site.faults, []);
				t.true(browser.isConnected());
			}));
		}
	}
}

web("the check of contrast finds what is faint", (t) => look(async ({ open }) => {
	const page = await open("/status");
	await page.evaluate(() => document.styleSheets[0]!.insertRule("h1{color:#9aa!important}", 0));
	t.is((await page.evaluate(faint)).length, 1);
}));

web("at 320 px each row is a card whose cells carry their column's name", (t) => look(async ({ open }) => {
	const page = await open("/status", { viewport: { width: 320, height: 800 } });
	for (const id of ["security-associations", "ike-security-associations"]) {
		const { heads, cards } = await page.evaluate((table) => ({
			heads: [...document.querySelectorAll(`#${table} thead th`)].map((cell) => cell.textContent),
			cards: [...document.querySelectorAll(`#${table} tbody tr`)].map((row) => [...row.children].map((cell) => ({
				label: getComputedStyle(cell, "::before").content, shown: cell.getClientRects().length > 0, right: cell.getBoundingClientRect().right, button: cell.querySelector("button") !== null,
			}))),
		}), id);
		t.true(cards.length >= 4);
		for (const card of cards) {
			t.is(card.length, heads.length);
			card.forEach((cell, index) => {
				t.true(cell.right <= 320);
				if (cell.shown && !cell.button)
					t.is(cell.label, `"${heads[index]}"`);
			});
		}
	}
}));

web("a screen reader finds tables by name, columns, row headers and a name for each button", (t) => look(async ({ open }) => {
	for (const width of [320, 1200]) {
		const page = await open("/status", { viewport: { width, height: 900 } });
		for (const [name, columns, rows] of [["Security associations", 10, 7], ["IKE Security associations", 8, 5]] as const) {
			const table = page.getByRole("table", { name: new RegExp(`^${name}`) });
			t.is(await table.count(), 1, name);
			t.is(await table.getByRole("columnheader").count(), columns);
			t.is(await table.getByRole("row").count(), rows);
			t.is(await table.getByRole("rowheader").count(), rows - 1);
		}
		const names = await page.locator("#live button").evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label")));
		t.is(names.length, 9);
		t.is(new Set(names).size, 9);
		t.is(await page.getByRole("heading", { level: 1 }).textContent(), "IPSec \u2013 Status");
		t.is(await page.locator("html").getAttribute("lang"), "en");
		await page.context().close();
	}
}));

web("with the keyboard: in the order of the page, and one sees where one is", (t) => look(async ({ open }) => {
	const page = await open("/status");
	const seen: string[] = [];
	const tabs = await page.locator("nav a").allTextContents();
	for (let i = 0; i < 80 && seen[seen.length - 1] !== "Negotiation states"; i++) {
		await page.keyboard.press("Tab");
		const { text, outline, visible } = await page.evaluate(() => {
			const active = document.activeElement as HTMLElement;
			const box = active.getBoundingClientRect();
			return { text: active.getAttribute("aria-label") ?? active.textContent.trim(), outline: getComputedStyle(active).outlineStyle, visible: box.width > 0 && box.right > 0 };
		});
		t.is(outline, "solid", text);
		t.true(visible, text);
		seen.push(text);
	}
	t.deepEqual(seen.slice(0, 5 + tabs.length), ["Skip to content", "keygate", ...tabs, "Pause updates", "Refresh", "1 problem"]);
	t.is(seen.filter((text) => text.startsWith("Delete")).length, 9);
	t.deepEqual(seen.filter((text) => text.startsWith("Messages")), ["Messages with branch", "Messages with warehouse", "Messages with berlin", "Messages with home"]);
	t.deepEqual(seen.slice(-4), ["What the columns mean", "How a tunnel comes up, and where it can stop", "What is normal to see", "Negotiation states"]);
	// Each state that is shown leads to its explanation.
	await page.getByRole("link", { name: "Negotiating(3)" }).click();
	t.true(await page.locator("#state-3").isVisible());
}));

web("the page follows what happens, and the reader keeps the place: scroll, focus, selection, open explanations", (t) => look(async ({ open, fake, complaints }) => {
	const page = await open("/status", { viewport: { width: 1200, height: 500 } });
	await page.locator("#help-life summary").click();
	await page.evaluate(() => {
		(globalThis as unknown as { mark: number }).mark = 1;
		const cell = document.querySelector("#out-0x7d40b888 th")!;
		getSelection()!.selectAllChildren(cell);
		(document.querySelector("#in-0x7d409999 button") as HTMLElement).focus({ preventScroll: true });
		scrollTo(0, 400);
	});
	const focused = () => page.evaluate(() => document.activeElement!.getAttribute("aria-label") ?? document.activeElement!.textContent);
	fake.securityAssociations = fake.securityAssociations.map((one) => ({ ...one, elapsedTime: one.elapsedTime + 5, bytesProcessed: 7654321 }));
	await page.locator("#out-0x7d407aaa", { hasText: "7,654,321" }).waitFor();
	t.is(await page.evaluate(() => scrollY), 400);
	t.is(await focused(), "Delete SA 0x7d409999");
	t.is(await page.evaluate(() => String(getSelection())), "0x7d40b888");
	// The old pair goes, a new one comes at the end, the problem is solved.
	fake.securityAssociations = [...fake.securityAssociations.slice(2), sa(30), sa(31)];
	fake.problems = [];
	await page.locator("#problems").waitFor({ state: "detached" });
	t.is(await page.locator("#security-associations tbody tr").count(), 6);
	t.deepEqual(await page.locator("#security-associations tbody tr").evaluateAll((rows) => rows.map((row) => row.id.slice(-10))), fake.securityAssociations.map((one) => one.spi));
	t.is(await focused(), "Delete SA 0x7d409999");
	t.true(await page.locator("#help-life[open]").isVisible());
	// The focused row itself goes: the focus moves to the row in its place.
	fake.securityAssociations = fake.securityAssociations.filter((one) => one.spi !== "0x7d409999");
	await page.locator("#in-0x7d409999").waitFor({ state: "detached" });
	t.is(await focused(), "Delete SA 0x7d40b888");
	// All rows go, and come again.
	const all = fake.securityAssociations;
	fake.securityAssociations = [];
	await page.getByText("No traffic tunnel is up").waitFor();
	t.is(await focused(), "Security associations");
	fake.securityAssociations = all;
	await page.locator("#out-0x7d40b888").waitFor();
	t.is(await page.getByText("No traffic tunnel is up").count(), 0);
	t.is(await page.evaluate(() => (globalThis as unknown as { mark: number }).mark), 1);
	t.deepEqual(complaints, []);
}));

web("the page goes on while the focus is in a problem's values, and when it goes with them the focus is on top", (t) => look(async ({ open, fake }) => {
	const page = await open("/status");
	await page.locator("#problems summary").click();
	await page.locator("#problems table a").first().focus();
	fake.securityAssociations = fake.securityAssociations.map((one) => ({ ...one, bytesProcessed: 7654321 }));
	await page.locator("#out-0x7d407aaa", { hasText: "7,654,321" }).waitFor();
	t.is(await page.locator("#note").textContent(), "");
	t.is(await page.evaluate(() => document.activeElement!.textContent), "Address");
	fake.problems = [];
	await page.locator("#problems").waitFor({ state: "detached" });
	t.is(await page.evaluate(() => document.activeElement!.id), "refresh");
}));

web("long names, host names and large numbers: nothing is cut, or wider than the window", (t) => look(async ({ open, fake }) => {
	const long = "headquarters-frankfurt-am-main-1";
	fake.securityAssociations = fake.securityAssociations.map((one) => ({ ...one, peer: long, connection: long, destination: "203.0.113.250", elapsedTime: 81234, lifeTime: 86400, bytesProcessed: 12345678901, erroredPackets: 12345 }));
	fake.ikeSecurityAssociations = fake.ikeSecurityAssociations.map((one, i) => ({ ...one, peer: long, remoteGateway: i % 2 === 0 ? `gateway-1.${"headquarters".repeat(5)}.example` : "255.255.255.255", natT: "Both ends", phase2Negotiations: 123456 }));
	fake.connections.push({ ...connection(0), peer: long, connection: long, bytesIn: 123456789012, bytesOut: 123456789012, packetsIn: 12345678901, packetsOut: 12345678901, errorsIn: 123456 });
	fake.problems = [problem({ cause: "pfs-mismatch", phase: 2, peer: long, connection: long, text: "x".repeat(100), setting: `/settings/peers/${"W".repeat(32)}/connections/${"W".repeat(32)}#pfs` })];
	fake.peers.push({ peer: long, enabled: true, state: 9, established: 1, failed: 0 });
	fake.negotiations.set(long, [mainMode()]);
	fake.entries = [0, 1, 2, 3, 4].map((severity) => ({ sequence: severity + 1, time: 1, severity: severity as 0, peer: long, text: "x".repeat(170) }));
	for (const width of [320, 390, 768, 1024, 1280])
		for (const path of ["/status", `/status/peers/${long}`, "/log/vpn"]) {
			const page = await open(path, { viewport: { width, height: 900 } });
			t.is(await page.evaluate(() => document.documentElement.scrollWidth), width, path);
			t.true(await page.evaluate(() => [...document.querySelectorAll(".ladder text")].every((text) => text.getBoundingClientRect().right <= innerWidth)), `ladder at ${width}`);
			// Each severity's entry is as wide as the others, and follows at once.
			t.is(await page.locator("#log tbody tr").evaluateAll((rows) => new Set(rows.map((row) => `${row.getBoundingClientRect().width} ${getComputedStyle(row).marginTop}`)).size), path === "/log/vpn" ? 1 : 0, `${width}`);
			await page.context().close();
		}
}));

web("what the script makes of the page is what a fresh load gives", (t) => look(async ({ open, fake }) => {
	const page = await open("/status");
	const html = (of: Page) => of.locator("#live").evaluate((live) => live.innerHTML.split(" tabindex=\"-1\"").join(""));
	const rows = fake.securityAssociations;
	const changes = [[], [rows[5]!, rows[0]!, rows[3]!], rows, [...rows].reverse(), [rows[2]!, sa(20), rows[3]!, sa(21)], rows];
	for (const change of changes) {
		fake.securityAssociations = change;
		fake.ikeSecurityAssociations = [...fake.ikeSecurityAssociations].reverse();
		await Promise.all([page.waitForResponse((response) => response.url().endsWith("?live")), page.locator("#refresh").click()]);
		const fresh = await open("/status");
		const wanted = await html(fresh);
		await fresh.context().close();
		for (let i = 0; i < 50 && await html(page) !== wanted; i++)
			await new Promise((resolve) => setTimeout(resolve, 20));
		t.is(await html(page), wanted);
	}
}));

web("Delete with scripts: the row goes, the page stays; gone already is said", (t) => look(async ({ open, fake }) => {
	const page = await open("/status");
	await page.evaluate(() => (globalThis as unknown as { mark: number }).mark = 1);
	await page.getByRole("button", { name: "Delete SA 0x7d405bbb" }).click();
	await page.locator("#in-0x7d405bbb").waitFor({ state: "detached" });
	await page.getByRole("status").getByText("SA 0x7d405bbb was deleted.").waitFor();
	await page.getByRole("button", { name: "Delete IKE SA with 10.0.0.2" }).click();
	await page.locator("#ike-c485f3f8ee561000").waitFor({ state: "detached" });
	fake.securityAssociations = fake.securityAssociations.filter((one) => one.spi !== "0x7d407aaa");
	await page.getByRole("button", { name: "Delete SA 0x7d407aaa" }).click();
	await page.getByRole("status").getByText("SA 0x7d407aaa was gone already.").waitFor();
	t.deepEqual(fake.deleted, ["sa 7d405bbb", "ike c485f3f8ee561000", "sa 7d407aaa"]);
	t.is(await page.evaluate(() => (globalThis as unknown as { mark: number }).mark), 1);
}));

web("Delete without scripts: back at the table, without the row", (t) => look(async ({ open, fake, site }) => {
	const page = await open("/status", { javaScriptEnabled: false });
	await page.getByRole("button", { name: "Delete SA 0x7d405bbb" }).click();
	await page.waitForURL(`${site.url}/status#security-associations`);
	t.is(await page.locator("#security-associations tbody tr").count(), 5);
	await page.getByRole("button", { name: "Delete IKE SA with 10.0.0.3" }).click();
	await page.waitForURL(`${site.url}/status#ike-security-associations`);
	t.deepEqual(fake.deleted, ["sa 7d405bbb", "ike c485f3f8ee561001"]);
	fake.securityAssociations = [];
	await page.getByRole("button", { name: "Delete SA 0x7d403ccc" }).click();
	await page.getByText("There is no SA 0x7d403ccc").waitFor();
	await page.getByRole("link", { name: "Back to the status page" }).click();
	await page.getByText("No traffic tunnel is up").waitFor();
	// Who wants the page to load itself again without scripts can have that, and end it.
	await page.getByRole("link", { name: "Refresh every 10 s" }).click();
	t.is(await page.locator("meta[http-equiv=refresh]").getAttribute("content"), "10");
	await page.getByRole("link", { name: "Stop refreshing" }).click();
	t.is(await page.locator("meta[http-equiv=refresh]").count(), 0);
}));

web("updates can be paused, and a gateway that does not answer is said", (t) => look(async ({ open, fake, site }) => {
	const page = await open("/status");
	await page.getByRole("button", { name: "Pause updates" }).click();
	fake.problems = [];
	await new Promise((resolve) => setTimeout(resolve, 2500));
	t.is(await page.locator("#problems").count(), 1);
	await page.getByRole("button", { name: "Resume updates" }).click();
	await page.locator("#problems").waitFor({ state: "detached" });
	site.close();
	await page.getByRole("status").getByText("No answer since").waitFor();
	t.is(await page.locator("#live.stale").count(), 1);
}));

web("F16 hostile names are text in a browser too, and nothing is asked of anyone else", (t) => look(async ({ open, complaints, fake }) => {
	const hostile = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
	fake.gateway = { ...fake.gateway, name: hostile };
	fake.securityAssociations = [sa(0, { peer: hostile, connection: hostile, algorithm: hostile })];
	fake.ikeSecurityAssociations = [ike(0, { peer: hostile }), idle(hostile)];
	fake.problems = [problem({
		time: 1, peer: hostile, connection: hostile, cause: "id-mismatch", text: hostile, setting: hostile,
		values: [{ name: "peerIdentity", ours: [hostile], theirs: [hostile], differs: true, setting: hostile }],
	})];
	fake.entries = [{ sequence: 1, time: 0, severity: 1, peer: hostile, text: hostile }];
	for (const path of ["/status", "/log/vpn", `/log/vpn?peer=${encodeURIComponent(hostile)}`, `/${encodeURIComponent(hostile)}`]) {
		const page = await open(path);
		t.is(await page.locator("img").count(), 1, path);
		t.true((await page.locator("body").innerText()).includes("<img src=x onerror=alert(1)>"), path);
		if (path === "/status") {
			await Promise.all([page.waitForResponse((response) => response.url().endsWith("?live")), page.locator("#refresh").click()]);
			t.is(await page.locator("img").count(), 1);
		}
		await page.context().close();
	}
	t.deepEqual(complaints.filter((text) => !text.includes("404")), []);
}));

web("without the password there is no page", (t) => look(async ({ browser, site }) => {
	const context = await browser.newContext();
	const page = await context.newPage();
	const answer = await page.request.get(`${site.url}/status`);
	t.is(answer.status(), 401);
	t.true(answer.headers()["www-authenticate"]!.startsWith("Basic realm=\"gate-a\""));
	const wrong = await page.request.get(`${site.url}/status`, { headers: { authorization: `Basic ${Buffer.from("admin:x").toString("base64")}` } });
	t.is(wrong.status(), 401);
}));

web("the page of a peer keeps itself up to date, and what was opened stays open", (t) => look(async ({ open, complaints, fake }) => {
	fake.peers.push({ peer: "branch", enabled: true, state: 3, established: 0, failed: 1 });
	fake.negotiations.set("branch", [unanswered({ outcome: "open", reason: "" })]);
	for (const width of [320, 1440]) {
		const page = await open("/status", { viewport: { width, height: 900 } });
		await page.getByRole("link", { name: "Messages with branch" }).click();
		await page.getByRole("heading", { level: 1, name: "IPSec \u2013 Status of branch" }).waitFor();
		await page.getByRole("img", { name: "Ladder of main mode with 10.0.0.2" }).waitFor();
		t.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
		await page.getByText("The same in words").click();
		await page.getByRole("rowheader", { name: "main 1" }).waitFor();
		t.is(await page.locator(".ladder line.go").count(), 2);
		fake.negotiations.set("branch", [mainMode({ began: 720 }), refused()]);
		await page.locator("#refresh").click();
		await page.getByText("key tunnel up").waitFor();
		await page.getByRole("rowheader", { name: "main 6" }).waitFor();
		await page.locator(".ladder").nth(1).getByText("NO-PROPOSAL-CHOSEN").waitFor();
		// Text in the drawing is inside it, where it is narrow too.
		t.deepEqual(await page.locator(".ladder text").evaluateAll((texts) => texts.filter((text) => {
			const [own, all] = [text.getBoundingClientRect(), text.closest(".ladder")!.getBoundingClientRect()];
			return own.left < all.left - 1 || own.right > all.right + 24 || own.bottom > all.bottom + 1;
		}).map((text) => text.textContent)), []);
		fake.negotiations.set("branch", [unanswered({ outcome: "open", reason: "" })]);
		await page.context().close();
	}
	t.deepEqual(complaints, []);
}));
