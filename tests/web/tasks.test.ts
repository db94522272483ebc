/** Tasks as a person does them, in Chromium on the LAN of a live gateway whose peer is another one: what it takes is counted. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Browser, Locator, Page } from "playwright-core";
import { Keygate } from "../interop/keygate.js";
import { Network } from "../interop/network.js";
import type { Side } from "../interop/network.js";
import { ping, pingUntilAnswered } from "../interop/traffic.js";
import { root, testUnless } from "../needs.js";
import { launchIn, wanting } from "./browser.js";

function document(side: Side, peers: readonly object[]): object {
	return { version: 1, gateway: { name: "gate", wanAddress: side.wan, lanAddress: `${side.lan}/24`, admin: { user: "admin", password: "interoperation" } }, peers };
}

/** A person before a page: each click and each text is one thing done. */
class Person {
	readonly page: Page;
	clicks = 0;
	texts = 0;
	readonly #began = performance.now();

	constructor(page: Page) {
		this.page = page;
	}

	async click(what: Locator): Promise<void> {
		this.clicks++;
		await what.click();
	}

	async type(label: string, text: string): Promise<void> {
		this.texts++;
		await this.page.getByLabel(label, { exact: true }).pressSequentially(text);
	}

	get account(): string {
		return `${this.clicks} clicks, ${this.texts} texts typed, ${((performance.now() - this.#began) / 1000).toFixed(1)} s by machine`;
	}
}

interface Desk {
	readonly page: Page;
	readonly here: Keygate;
	readonly there: Keygate;
	readonly network: Network;
}

/** Chromium on the LAN of gateway `here`, which has no peers yet and another gateway on its WAN. */
function task(title: string, body: (t: ExecutionContext, desk: Desk) => Promise<void>): void {
	testUnless(wanting ?? root, title, 300_000, async (t) => {
		const network = await Network.create();
		const { left, right } = network;
		const here = new Keygate(left);
		const there = new Keygate(right);
		const folder = mkdtempSync(join(tmpdir(), "keygate-tasks-"));
		let browser: Browser | undefined;
		try {
			await here.startWith(document(left, []));
			browser = await launchIn(left.namespace.name, folder);
			const context = await browser.newContext({ httpCredentials: { username: "admin", password: "interoperation" }, viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
			const page = await context.newPage();
			await page.goto(`http://${left.lan}/`);
			await body(t, { page, here, there, network });
		}
		finally {
			await browser?.close();
			await here.close();
			await there.close();
			await network.close();
			rmSync(folder, { recursive: true, force: true });
		}
	});
}

task("a tunnel from nothing by three questions; a wrong key repaired from the problem's link", async (t, { page, here, there, network: { left, right } }) => {
	const first = new Person(page);
	await first.click(page.getByRole("link", { name: "Peers/connections" }));
	await first.click(page.getByRole("link", { name: "Make a tunnel" }));
	await first.type("Its address", right.wan);
	await first.type("Network there", right.network);
	await first.click(page.getByRole("button", { name: "Propose a key" }));
	const key = await page.getByLabel("Shared key").inputValue();
	t.regex(key, /^([a-z2-9]{5}-){5}[a-z2-9]{5}$/);
	t.is(await page.getByLabel("Its address").inputValue(), right.wan);
	await first.click(page.locator(".save").getByRole("button", { name: "Make the tunnel" }));
	t.is(await page.getByRole("heading", { level: 1 }).textContent(), "Sheet for the other side");
	t.false((await page.content()).includes(key));
	// Meanwhile at the other side, who has the sheet, and the key by telephone.
	const peer = { name: "hub", remoteGateway: left.wan, preSharedKey: key, connections: [{ name: "net", localNetwork: right.network, remoteNetwork: left.network }] };
	await there.startWith(document(right, [peer]));
	await first.click(page.getByRole("button", { name: "Bring it up now" }));
	await here.up();
	t.log(`a tunnel from nothing: ${first.account}`);
	t.true(first.clicks <= 5);
	await pingUntilAnswered(left, right);
	t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
	await page.goto(`http://${left.lan}/status`);
	await page.locator(".state.on", { hasText: /^Activated$/ }).waitFor();

	// The other side changes its key.
	await there.startWith(document(right, [{ ...peer, preSharedKey: "another key, which nobody told this side" }]));
	await here.command("down 10.0.0.2");
	await here.command("up 10.0.0.2");
	await here.until(({ problems }) => problems.some(({ cause }) => cause === "key-mismatch"), "told of the key", 30000);
	await page.reload();
	const second = new Person(page);
	await second.click(page.locator("#problems a[href='/settings/peers/10.0.0.2#preSharedKey']").first());
	const field = page.getByLabel("Pre-shared key");
	t.true(await field.evaluate((element) => {
		const { top, bottom } = element.getBoundingClientRect();
		return top >= 0 && bottom <= (globalThis as unknown as { innerHeight: number }).innerHeight;
	}));
	await second.type("Pre-shared key", "another key, which nobody told this side");
	await field.press("Enter");
	await page.locator(".done").waitFor();
	await pingUntilAnswered(left, right);
	await here.until(({ problems, securityAssociations }) => problems.length === 0 && securityAssociations.length >= 2, "repaired");
	t.log(`a wrong key repaired: ${second.account}`);
	t.is(second.clicks, 1);
});

task("Ask the peer: what it accepts is found, and taken over by its buttons until the tunnel comes up", async (t, { page, here, there, network: { left, right } }) => {
	const peer = (remoteGateway: string, localNetwork: string, remoteNetwork: string, phase1: object, phase2: object, pfs: number): object => ({
		name: "other", remoteGateway, preSharedKey: "a key that both have", phase1Proposals: [phase1], connections: [{ name: "net", localNetwork, remoteNetwork, phase2Proposals: [phase2], pfs }],
	});
	await there.startWith(document(right, [peer(left.wan, right.network, left.network, { encryption: "aes-256-cbc", hash: "sha256", dhGroup: 19 }, { protocol: "esp", encryption: "aes-256-gcm-16" }, 19)]));
	await here.startWith(document(left, [peer(right.wan, left.network, right.network, { encryption: "aes-128-cbc", hash: "sha512", dhGroup: 20 }, { protocol: "esp", encryption: "aes-128-gcm-16" }, 20)]));
	await here.command("up other");
	await here.until(({ problems }) => problems.some(({ cause }) => cause === "phase1-algorithm-mismatch"), "told of the algorithms", 30000);
	await page.goto(`http://${left.lan}/status`);
	const person = new Person(page);
	await person.click(page.locator("#problems").getByRole("link", { name: "Ask the peer" }).first());
	await person.click(page.getByRole("button", { name: "Ask", exact: true }));
	await page.locator("#progress", { hasText: "ended" }).waitFor({ timeout: 90_000 });
	t.log((await page.locator("#progress").textContent())!);
	const use = page.getByRole("button", { name: /^Use this here: / });
	for (let i = 0; i < 6 && await use.count() > 0; i++)
		await person.click(use.first());
	t.is(await use.count(), 0);
	await person.click(page.getByRole("button", { name: "Bring up net" }));
	await here.until(({ problems, securityAssociations }) => problems.length === 0 && securityAssociations.length >= 2, "up by what was found");
	await pingUntilAnswered(left, right);
	t.log(`asked, and what was found is in use: ${person.account}`);
	t.regex(await here.command("settings"), /"dhGroup": 19/);
});
