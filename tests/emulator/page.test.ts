/** Chromium at the board's pages, which come by lwIP's TCP from a device's heap. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { ExecutionContext } from "ava";
import { repository } from "../interop/keygate.js";
import { until } from "../interop/processes.js";
import { launch, wanting as noBrowser } from "../web/browser.js";
import { complaintsOf, faultsOf } from "../web/inspect.js";
import type { Firmware } from "./firmware.js";
import { firmware, result, withPages } from "./lab.js";
import type { Pages } from "./pages.js";
import { absentPeer, document, PASSWORD } from "./settings.js";

/** The board with a peer that is not there, and a page of its own in a browser. */
function withBrowser(title: string, body: (t: ExecutionContext, board: Firmware, page: Page, pages: Pages) => Promise<void>): void {
	firmware(title, (t) => withPages(t, async (board, pages) => {
		const browser = await launch();
		try {
			const context = await browser.newContext({ httpCredentials: { username: "admin", password: PASSWORD }, viewport: { width: 1280, height: 900 } });
			const page = await context.newPage();
			page.setDefaultTimeout(60000);
			await body(t, board, page, pages);
		}
		finally {
			await browser.close();
		}
	}, { settings: document({ peers: [absentPeer] }) }), noBrowser);
}

withBrowser("page: each page of the board is complete, valid, and has nothing against it", async (t, board, page, pages) => {
	const errors: string[] = [];
	page.on("pageerror", (error) => errors.push(String(error)));
	const seen = new Set<string>();
	const waiting = ["/status"];
	let slowest = ["", 0] as [string, number];
	while (waiting.length > 0) {
		const path = waiting.shift()!;
		if (seen.has(path))
			continue;
		seen.add(path);
		const began = performance.now();
		const response = await page.goto(pages.url + path);
		const took = performance.now() - began;
		if (took > slowest[1])
			slowest = [path, took];
		t.is(response!.status(), 200, path);
		t.deepEqual(await faultsOf(await response!.text()), [], path);
		t.deepEqual(await complaintsOf(page), [], path);
		for (const link of await page.locator("a[href^='/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")!.replace(/[?#].*$/, ""))))
			if (!/backup|\.\w+$|^\/metrics/.test(link))
				waiting.push(link);
	}
	t.true(seen.size >= 6, [...seen].join(" "));
	t.deepEqual(errors, []);
	t.is((await board.command("version")).startsWith("keygate"), true);
	result(`board    ${seen.size} pages in Chromium, valid; the slowest ${slowest[0]} in ${Math.round(slowest[1])} ms`);
});

withBrowser("page: what is changed on a page is in use at once, and after a power cut", async (t, board, page, pages) => {
	await page.goto(`${pages.url}/settings/peers/branch`);
	await page.locator("[name=remoteGateway]").fill("10.0.0.99");
	await page.locator("form").filter({ has: page.locator("[name=remoteGateway]") }).locator("button[type=submit], button:not([type])").first().click();
	await page.waitForLoadState();
	t.regex(await board.command("peers"), /10\.0\.0\.99/);
	await board.cut();
	await board.boot();
	await pages.served();
	t.regex(await board.command("peers"), /10\.0\.0\.99/);
	await page.goto(`${pages.url}/settings/peers/branch`);
	t.is(await page.locator("[name=remoteGateway]").inputValue(), "10.0.0.99");
});

withBrowser("page: another firmware by the form: each answer is a page with nothing against it, from the wrong file to the one that runs", async (t, board, page, pages) => {
	const administration = `${pages.url}/settings/administration`;
	const folder = mkdtempSync(join(tmpdir(), "keygate-images-"));
	const errors: string[] = [];
	page.on("pageerror", (error) => errors.push(String(error)));
	const isRight = async (what: string): Promise<void> => {
		t.deepEqual(await complaintsOf(page), [], what);
		t.deepEqual(await faultsOf(await page.content()), [], what);
	};
	const send = async (name: string, content: Buffer): Promise<number> => {
		const path = join(folder, name);
		writeFileSync(path, content);
		const form = page.locator("form").filter({ has: page.locator("#image") });
		await page.getByLabel("Image", { exact: true }).setInputFiles(path);
		const [response] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST", { timeout: 120000 }), form.getByRole("button", { name: "Store firmware" }).click()]);
		await page.waitForLoadState();
		return response.status();
	};
	try {
		await page.goto(administration);
		await isRight("the form");
		t.is(await send("notes.bin", Buffer.from("text ".repeat(20000))), 400);
		t.regex(await page.locator("#firmware, form:has(#image)").first().innerText(), /This file is not a firmware image\./);
		await isRight("a file that is none");
		const image = readFileSync(join(repository, "build/riscv/keygate.bin"));
		// the same image, cut off
		t.is(await send("short.bin", image.subarray(0, 300_000)), 400);
		t.regex(await page.locator("body").innerText(), /The file ended before the image did/);
		await isRight("a file that is short");
		t.is(await send("keygate.bin", image), 303);
		await page.waitForURL(/administration/);
		t.regex(await page.locator("body").innerText(), /Firmware \d+\.\d+\.\d+ is stored and verified/);
		t.regex(await page.locator("body").innerText(), /Slot 1: \d+\.\d+\.\d+, tried with the next start/);
		await isRight("what is stored");
		const from = board.output.length;
		await page.goto(`${administration}/reboot`);
		await isRight("the question");
		await page.locator("form").last().getByRole("button").click();
		await board.emulator.says(/keygate boot: slot 1: is tried now[^]*pages on/, { from, limit: 90000 });
		await pages.served();
		await page.goto(administration);
		t.regex(await page.locator("body").innerText(), /Slot 1: \d+\.\d+\.\d+, running, came up healthy/);
		await isRight("what runs");
		t.deepEqual(errors, []);
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

withBrowser("page: of twelve requests at once those for which there is a place are answered, the others are told to come again or refused, and then it serves as before", async (t, _board, _page, pages) => {
	const ask = async (): Promise<string> => {
		try {
			const response = await pages.fetch("/status");
			return `${response.status} ${(await response.text()).includes("</html>")}`;
		}
		catch (error) {
			return (error as Error).message;
		}
	};
	const answers = await Promise.all(Array.from({ length: 12 }, ask));
	const served = answers.filter((answer) => answer === "200 true").length;
	t.true(served >= 4 && answers.every((answer) => answer === "200 true" || /^503 |fetch failed|terminated/.test(answer)), answers.join());
	// the last of them may still be on its way to the end
	await until(async () => await pages.served() === 200 || undefined, () => "the pages are not served again", 60000);
	t.is(await ask(), "200 true");
});

withBrowser("page: a client that sends nothing, one that reads nothing and one that goes away keep nobody from the pages", async (t, _board, _page, pages) => {
	const { connect } = await import("node:net");
	const { port } = new URL(pages.url);
	const sockets = Array.from({ length: 6 }, (_, i) => {
		const socket = connect(Number(port), "127.0.0.1");
		socket.on("error", () => {});
		if (i % 2 === 0)
			socket.write(`GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${pages.authorization}\r\n\r\n`);
		socket.pause();
		return socket;
	});
	t.is(await pages.served(), 200);
	sockets[0]!.destroy();
	sockets[1]!.resetAndDestroy();
	t.is(await pages.served(), 200);
	for (const socket of sockets)
		socket.destroy();
});
