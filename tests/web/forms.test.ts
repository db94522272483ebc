/// <reference lib="dom" />
/** The forms of settings in Chromium, over the real server: by keyboard, with mistakes on the way, and what a person sees and hears of that. */
import { mkdirSync } from "node:fs";
import type { ExecutionContext } from "ava";
import type { Page } from "playwright-core";
import { testUnless } from "../needs.js";
import { fakeConfiguration } from "../unit/pages/configuration.js";
import { fakeGateway, idle, ike } from "../unit/pages/gateway.js";
import type { FakeGateway } from "../unit/pages/gateway.js";
import { launch, wanting } from "./browser.js";
import { complaintsOf, faultsOf } from "./inspect.js";
import { PASSWORD, serve, USER } from "./site.js";

const PICTURES = "build/screenshots";

function web(title: string, body: (t: ExecutionContext, page: Page, fake: FakeGateway, url: string) => Promise<void>, width = 1440): void {
	testUnless(wanting, title, 300_000, async (t) => {
		mkdirSync(PICTURES, { recursive: true });
		const fake = fakeGateway(fakeConfiguration());
		fake.ikeSecurityAssociations.push(ike(0, { peer: "branch" }), idle("road warriors"));
		const site = await serve(fake);
		const browser = await launch();
		try {
			const context = await browser.newContext({ viewport: { width, height: 900 }, httpCredentials: { username: USER, password: PASSWORD } });
			const page = await context.newPage();
			page.on("console", (message) => message.type() === "error" && t.fail(message.text()));
			await body(t, page, fake, site.url);
			t.deepEqual(site.faults, []);
		}
		finally {
			await browser.close();
			site.close();
		}
	});
}

/** The page as it stands: nothing against it, and a picture of it. */
async function inspect(t: ExecutionContext, page: Page, name: string): Promise<void> {
	t.deepEqual(await complaintsOf(page), [], name);
	t.is(await page.evaluate(() => document.documentElement.scrollWidth), page.viewportSize()!.width, name);
	await page.screenshot({ path: `${PICTURES}/form-${name}-${page.viewportSize()!.width}.png`, fullPage: true });
}

/** What has the focus, by its id. */
function focused(page: Page): Promise<string> {
	return page.evaluate(() => document.activeElement!.id);
}

/** Tab, until the element of this id has the focus; how often. */
async function tabTo(page: Page, id: string): Promise<number> {
	for (let i = 1; i < 80; i++) {
		await page.keyboard.press("Tab");
		if (await focused(page) === id)
			return i;
	}
	throw new Error(`${id} is not reached by the keyboard`);
}

for (const width of [320, 375, 480, 768, 1024, 1440])
	web(`the longest name of an algorithm can be read whole where it was chosen, at ${width} px`, async (t, page, _, url) => {
		await page.goto(`${url}/settings/peers/branch/connections/office`);
		t.deepEqual(await page.evaluate(() => {
			const cut: string[] = [];
			for (const select of document.querySelectorAll<HTMLSelectElement>(".row select")) {
				select.selectedIndex = [...select.options].reduce((longest, option, index, all) => option.text.length > all[longest]!.text.length ? index : longest, 0);
				const own = select.getBoundingClientRect().width;
				// A copy that is as wide as it likes.
				const copy = select.cloneNode() as HTMLSelectElement;
				copy.add(new Option(select.selectedOptions[0]!.text));
				copy.style.cssText = "width:auto;position:absolute";
				select.parentElement!.append(copy);
				if (copy.getBoundingClientRect().width > own)
					cut.push(`${select.name}: ${own} of ${copy.getBoundingClientRect().width}`);
				copy.remove();
			}
			return cut;
		}), []);
	}, width);

for (const width of [320, 1440])
	web(`a connection is added by keyboard alone, with mistakes on the way, at ${width} px`, async (t, page, fake, url) => {
		const posted: string[] = [];
		page.on("response", async (response) => response.request().method() === "POST" && response.status() === 200 && posted.push(await response.text()));
		await page.goto(`${url}/settings/peers/branch/connection`);
		await tabTo(page, "name");
		await page.keyboard.type("lab");
		await tabTo(page, "remoteNetwork");
		await page.keyboard.type("10.4.0.1/24");
		await tabTo(page, "lifetime.seconds");
		await page.keyboard.press("Control+A");
		await page.keyboard.type("5");
		await page.keyboard.press("Enter");
		await page.locator("#faults").waitFor();
		// A browser moves the focus there when it first draws the page.
		await page.waitForFunction(() => document.activeElement!.id === "faults");
		t.is(fake.configuration.revision, 1);
		t.is(await page.locator("#remoteNetwork").inputValue(), "10.4.0.1/24");
		const described = await page.locator("#remoteNetwork").getAttribute("aria-describedby");
		const texts = await Promise.all(described!.split(" ").map((id) => page.locator(`[id="${id}"]`).textContent()));
		t.true(texts[0]!.includes("expected \"10.4.0.0/24\""), texts.join());
		await inspect(t, page, "faults");
		for (const html of posted)
			t.deepEqual(await faultsOf(html), []);
		t.is(posted.length, 1);
		// The list on top leads to the field.
		await page.locator("#faults").getByRole("link", { name: "Remote network" }).focus();
		await page.keyboard.press("Enter");
		t.is(await focused(page), "remoteNetwork");
		await page.keyboard.press("Control+A");
		await page.keyboard.type("10.4.0.0/24");
		await tabTo(page, "lifetime.seconds");
		await page.keyboard.press("Control+A");
		await page.keyboard.type("600");
		await page.keyboard.press("Enter");
		await page.locator(".done").waitFor();
		t.is(new URL(page.url()).pathname, "/settings/peers/branch/connections/lab");
		const { remoteNetwork, lifetime } = fake.configuration.settings.peers[0]!.connections[2]!;
		t.deepEqual([remoteNetwork, lifetime.seconds], ["10.4.0.0/24", 600]);
	}, width);

web("weak choices: seen before and after saving", async (t, page, _fake, url) => {
	await page.goto(`${url}/settings/peers/branch`);
	const row = page.getByRole("group", { name: "Proposals, 3" });
	await row.getByLabel("Encryption").selectOption({ label: "3des-cbc (weak)" });
	await row.getByLabel("Hash").selectOption({ label: "md5 (weak)" });
	await row.getByLabel("Group").selectOption({ label: "2: MODP 1024 (weak)" });
	// Above the fields and below them, also after a refusal: no button is there that nobody sees.
	await page.getByLabel("Remote gateway").fill("10.0.0.300");
	await page.getByRole("button", { name: "Save" }).last().click();
	await page.locator("#faults").waitFor();
	t.is(await page.locator("button:visible").count(), await page.locator("button").count());
	for (const button of await page.getByRole("button", { name: "Save" }).all())
		await button.click({ trial: true });
	await page.getByLabel("Remote gateway").fill("10.0.0.2");
	await page.getByRole("button", { name: "Save" }).first().click();
	await page.getByRole("status").getByText("It works, and yet:").waitFor();
	t.is(await page.getByRole("status").getByRole("link").count(), 3);
	t.is(await page.locator(".row .weak").count(), 3);
	await inspect(t, page, "weak");
	await page.goto(`${url}/settings/peers`);
	await page.getByRole("link", { name: "weak" }).click();
	t.true(await page.locator("#phase1Proposals").evaluate((element) => element.matches(":target")));
});

web("the list: switched off, moved, deleted after a question, and the way back from it", async (t, page, fake, url) => {
	await page.goto(`${url}/settings/peers`);
	await inspect(t, page, "list");
	// Narrow, each cell says which column it is of.
	await page.setViewportSize({ width: 320, height: 900 });
	for (const id of ["peer-list", "connection-list"])
		t.deepEqual(await page.locator(`#${id} tbody tr`).first().locator("> *").evaluateAll((cells) => cells.slice(0, -1).map((cell) => getComputedStyle(cell, "::before").content)),
			(await page.locator(`#${id} thead th`).allTextContents()).slice(0, -1).map((name) => `"${name}"`));
	await page.setViewportSize({ width: 1440, height: 900 });
	await page.getByRole("button", { name: "Switch off branch / office" }).click();
	await page.getByRole("button", { name: "Switch on branch / office" }).click();
	await page.getByRole("button", { name: "Move up road warriors / all" }).click();
	t.deepEqual(await page.locator("#connection-list th[scope=row]").allTextContents(), ["all road warriors", "office branch", "phones branch"]);
	await page.getByRole("link", { name: "Delete branch / phones" }).click();
	await inspect(t, page, "delete");
	await page.getByRole("link", { name: "Keep it" }).click();
	t.is(fake.configuration.settings.peers[0]!.connections.length, 2);
	await page.getByRole("link", { name: "Delete branch / phones" }).click();
	await page.getByRole("button", { name: "Delete" }).click();
	await page.locator(".done").waitFor();
	t.is(await page.locator("#connection-list tbody tr").count(), 2);
	// On paper: the sheet without what is for the screen.
	await page.goto(`${url}/settings/peers/branch/connections/office/sheet`);
	await page.emulateMedia({ media: "print" });
	t.false(await page.locator("nav").isVisible());
	t.false(await page.getByRole("button", { name: "Bring it up now" }).isVisible());
	t.true(await page.locator("#swanctl pre").isVisible());
	t.false(await page.locator("#cisco").isVisible());
});
