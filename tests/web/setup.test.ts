/// <reference lib="dom" />
/** The page of a unit that nobody has set up yet, in Chromium: every width, light and dark, without scripts, wrong and right; and the pages of a reset and a crash. */
import { mkdirSync } from "node:fs";
import type { ExecutionContext } from "ava";
import type { Browser, Page } from "playwright-core";
import { Accelerator } from "../../modules/crypto/crypto.js";
import { SETTINGS_HEADER_SIZE, SETTINGS_SIZE } from "../../modules/limits.js";
import { Store } from "../../modules/settings/store.js";
import { testUnless } from "../needs.js";
import { fakeGateway } from "../unit/pages/gateway.js";
import { Flash } from "../unit/settings/flash.js";
import { launch, wanting } from "./browser.js";
import { complaintsOf, faultsOf } from "./inspect.js";
import { PASSWORD, serve, USER } from "./site.js";

const PICTURES = "build/screenshots";
const CHOSEN = "four words of mine";

const web = (title: string, body: (t: ExecutionContext) => Promise<void>): void => testUnless(wanting, title, 600_000, body);

/** A unit as it comes from the factory. */
function fresh() {
	const store = new Store({ table: new ArrayBuffer(SETTINGS_HEADER_SIZE + 2 * SETTINGS_SIZE), crypto: new Accelerator(), wallClock: () => 0, storage: new Flash(), firmware: true });
	store.openKept();
	store.follower = { examine: () => undefined, follow: () => "This unit starts anew by them in a moment." };
	return { store, fake: fakeGateway(store) };
}

async function isWide(page: Page): Promise<boolean> {
	return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

/** Looks at a page as everybody may have it. */
async function inspect(t: ExecutionContext, browser: Browser, url: string, name: string, wait: string): Promise<void> {
	for (const colorScheme of ["light", "dark"] as const) {
		for (const width of [320, 768, 1440]) {
			const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, httpCredentials: { username: USER, password: PASSWORD } });
			const page = await context.newPage();
			await page.goto(url);
			await page.locator(wait).waitFor();
			t.false(await isWide(page), `${name} at ${width}`);
			t.deepEqual(await complaintsOf(page), [], `${name} at ${width}, ${colorScheme}`);
			await page.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}.png`, fullPage: true });
			await context.close();
		}
	}
}

web("first boot: the set-up page on every width, valid, and readable by everybody", async (t) => {
	mkdirSync(PICTURES, { recursive: true });
	const { fake } = fresh();
	const site = await serve(fake);
	const browser = await launch();
	try {
		await inspect(t, browser, site.url, "setup", "#lanAddress");
		t.deepEqual(await faultsOf(await (await fetch(site.url)).text()), []);
		t.deepEqual(site.faults, []);
	}
	finally {
		await browser.close();
		site.close();
	}
});

web("first boot: without scripts, wrong first and right then, by the keyboard", async (t) => {
	const { store, fake } = fresh();
	const site = await serve(fake);
	const browser = await launch();
	try {
		const context = await browser.newContext({ viewport: { width: 360, height: 800 }, javaScriptEnabled: false });
		const page = await context.newPage();
		await page.goto(`${site.url}/settings/peers`);
		t.is(await page.getByRole("heading", { level: 1 }).innerText(), "Set this unit up");
		t.is(await page.getByRole("navigation").count(), 0);
		await page.getByLabel("Password", { exact: true }).fill(CHOSEN);
		await page.getByLabel("Again", { exact: true }).fill(CHOSEN);
		await page.getByLabel("Name", { exact: true }).fill("gate-a");
		await page.getByRole("radio", { name: "this address" }).check();
		await page.getByLabel("WAN address", { exact: true }).fill("203.0.113.5");
		await page.getByLabel("LAN address", { exact: true }).fill("10.7.0.1/24");
		await page.getByLabel("LAN address", { exact: true }).press("Enter");
		t.regex(await page.locator("#wanAddress-fault").innerText(), /expected a prefix length/);
		t.is(await page.getByLabel("Name", { exact: true }).inputValue(), "gate-a");
		t.is(await page.getByLabel("WAN address", { exact: true }).inputValue(), "203.0.113.5");
		t.is(await page.getByLabel("LAN address", { exact: true }).inputValue(), "10.7.0.1/24");
		t.true(await page.getByRole("radio", { name: "this address" }).isChecked());
		t.is(await page.getByLabel("Password", { exact: true }).inputValue(), "");
		t.deepEqual(await faultsOf(await page.content()), []);
		t.true(store.isFactory);
		await page.getByLabel("Password", { exact: true }).fill(CHOSEN);
		await page.getByLabel("Again", { exact: true }).fill(CHOSEN);
		await page.getByLabel("WAN address", { exact: true }).fill("203.0.113.5/28");
		await page.getByRole("button", { name: "Set it up" }).click();
		t.is(await page.getByRole("heading", { level: 1 }).innerText(), "Set up");
		t.is(await page.getByRole("link", { name: "http://10.7.0.1/" }).getAttribute("href"), "http://10.7.0.1/");
		t.false((await page.content()).includes(CHOSEN));
		t.is(store.settings.gateway.name, "gate-a");
		t.deepEqual(site.faults, []);
	}
	finally {
		await browser.close();
		site.close();
	}
});

web("reset and a crash: their pages on every width", async (t) => {
	mkdirSync(PICTURES, { recursive: true });
	const fake = fakeGateway();
	fake.gateway = { ...fake.gateway, startNotice: "crash: load access fault at 0x00000010, pc 0x80012345, ra 0x80012300, sp 0x80405f00, a0 0x00000000, a1 0x00000001" };
	let resets = 0;
	(fake.commands as { reset?: () => { ok: true; text: string } }).reset = () => {
		resets++;
		return { ok: true, text: "everything is erased" };
	};
	const site = await serve(fake);
	const browser = await launch();
	try {
		await inspect(t, browser, `${site.url}/settings/administration/reset`, "reset", "#current");
		await inspect(t, browser, `${site.url}/status`, "crash", "form.notice");
		const page = await (await browser.newContext({ httpCredentials: { username: USER, password: PASSWORD } })).newPage();
		await page.goto(`${site.url}/settings/administration`);
		await page.getByRole("link", { name: "Factory settings ..." }).click();
		await page.getByLabel("Password", { exact: true }).fill("not it");
		await page.getByRole("button", { name: "Erase everything" }).click();
		t.is(await page.locator("#current-fault").innerText(), "is not the password in use");
		t.is(resets, 0);
		await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
		await page.getByRole("button", { name: "Erase everything" }).click();
		t.is(await page.getByRole("heading", { level: 1 }).innerText(), "Erased");
		t.is(resets, 1);
		await page.goto(`${site.url}/status`);
		await page.getByRole("button", { name: "Seen" }).click();
		await page.locator("form.notice").waitFor({ state: "detached" });
		t.is(await page.getByText("load access fault").count(), 0);
		t.deepEqual(site.faults, []);
	}
	finally {
		await browser.close();
		site.close();
	}
});
