/// <reference lib="dom" />
/**
 * Every page of a real gateway, found by its own links: nothing that axe-core finds, valid HTML, no wider than the window, nothing from elsewhere, at most 64 KiB.
 * Pictures of each go to build/screenshots.
 */
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { Authority } from "../authority.js";
import { testUnless } from "../needs.js";
import { place, RunningGateway, settings } from "../node/linux/gateways.js";
import { launch, wanting } from "./browser.js";
import { complaintsOf, faultsOf, overlapsOf } from "./inspect.js";

const PICTURES = "build/screenshots";
const PAGE_SIZE = 65536;
const credentials = { username: "admin", password: "a word for tests" };

interface Look {
	readonly width: number;
	readonly colorScheme: "light" | "dark";
	readonly javaScriptEnabled: boolean;
}

const looks: readonly Look[] = [
	{ width: 320, colorScheme: "light", javaScriptEnabled: true },
	{ width: 1440, colorScheme: "dark", javaScriptEnabled: true },
	{ width: 320, colorScheme: "dark", javaScriptEnabled: false },
	{ width: 1440, colorScheme: "light", javaScriptEnabled: false },
];

/** Widths of windows between those, around what the style sheet changes at. */
const BETWEEN = [480, 640, 700, 768, 850, 1024, 1440];

/** Two gateways with a tunnel between them, and peers of the first that do not come up: one is silent, one has another key. */
async function gateways(): Promise<readonly [RunningGateway, RunningGateway]> {
	const here = await place();
	const authority = new Authority({ subject: "/C=DE/O=Keygate/CN=An authority of the test" });
	const { certificate, key } = authority.issue({ subject: "/C=DE/O=Keygate/CN=gate-1.example", names: "DNS:gate-1.example" });
	const first = settings(here, 1) as { peers: { name: string; remoteGateway: string; connections: { order: number; start?: string; remoteNetwork: string }[] }[] };
	const other = (name: string, remoteGateway: string, order: number, changes: object) => ({
		...first.peers[0]!, name, remoteGateway, ...changes,
		connections: [{ ...first.peers[0]!.connections[0]!, order, start: "always", remoteNetwork: `10.${40 + order}.0.0/16` }],
	});
	const silent = other("silent", "127.0.0.9", 2, {});
	const certified = other("certified", "127.0.0.8", 3, { authentication: "certificate", preSharedKey: undefined, ownCertificate: "own", remoteId: { type: "fqdn", value: "gate-8.example" } });
	const stranger = other("wrong-key", "127.0.0.2", 4, { preSharedKey: "another key than the other side has", remoteId: { type: "fqdn", value: "nobody.example" } });
	first.peers[0]!.connections[0]!.start = "always";
	const document = {
		...first,
		certificates: { own: [{ name: "own", certificate, key }], trusted: [{ name: "root", certificate: authority.certificate }], revocationLists: [{ name: "root", crl: authority.list() }] },
		peers: [...first.peers, silent, certified, stranger],
	};
	const pair = [new RunningGateway(here.folder, document), new RunningGateway(here.folder, settings(here, 2))] as const;
	for (const each of pair)
		await each.ready();
	await pair[0].until(({ securityAssociations }) => securityAssociations.length >= 2);
	return pair;
}

/** The paths of this unit that a page links to, without queries and places in it; never one that does something (those are forms). */
async function links(page: Page, origin: string): Promise<string[]> {
	const found = await page.locator("a[href]").evaluateAll((elements) => elements.map((element) => (element as HTMLAnchorElement).href));
	return found.filter((href) => href.startsWith(`${origin}/`)).map((href) => new URL(href).pathname);
}

/** Pages of the same making for other peers, connections and tunnels are looked at once. */
function shape(path: string): string {
	return path.split("/").map((part, i, parts) => parts[i - 1] === "peers" || parts[i - 1] === "connections" ? "*" : part).join("/");
}

function isPage(type: string | null): boolean {
	return type?.startsWith("text/html") === true;
}

testUnless(wanting, "every page: axe-core, HTML, width, size", 600_000, async (t) => {
	mkdirSync(PICTURES, { recursive: true });
	const pair = await gateways();
	let browser: Browser | undefined;
	try {
		browser = await launch();
		const origin = new URL(pair[0].url).origin;
		const wrong: string[] = [];
		const rows: string[] = [];
		const paths = ["/status"];
		for (const look of looks) {
			const context = await browser.newContext({ viewport: { width: look.width, height: 900 }, httpCredentials: credentials, ...look });
			const page = await context.newPage();
			let path = "";
			page.on("pageerror", (error) => wrong.push(`${path}: ${error}`));
			page.on("console", (message) => message.type() === "error" && wrong.push(`${path}: ${message.text()}`));
			page.on("request", (request) => !request.url().startsWith(`${origin}/`) && wrong.push(`${path}: asks for ${request.url()}`));
			for (let i = 0; i < paths.length; i++) {
				path = paths[i]!;
				if (look === looks[0]) {
					const response = await pair[0].fetch(path);
					const text = await response.text();
					if (response.status !== 200)
						wrong.push(`${path}: ${response.status}`);
					if (!isPage(response.headers.get("content-type"))) {
						paths.splice(i--, 1);
						continue;
					}
					if (text.length > PAGE_SIZE)
						wrong.push(`${path}: ${text.length} bytes`);
					rows.push(`${path.padEnd(70)}${String(text.length).padStart(7)} bytes`);
					wrong.push(...(await faultsOf(text)).map((line) => `${path}: ${line}`));
				}
				await page.goto(origin + path);
				await page.evaluate(() => document.querySelectorAll("details").forEach((each) => each.open = true));
				if (look === looks[0])
					for (const link of await links(page, origin))
						if (!paths.some((each) => shape(each) === shape(link)))
							paths.push(link);
				for (const width of look === looks[0] ? [...BETWEEN, look.width] : [look.width]) {
					await page.setViewportSize({ width, height: 900 });
					const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }));
					if (scrollWidth !== width)
						wrong.push(`${path}: ${scrollWidth} wide in a window of ${width}`);
					wrong.push(...(await overlapsOf(page)).map((line) => `${path} at ${width}: ${line}`));
				}
				if (look.javaScriptEnabled)
					wrong.push(...(await complaintsOf(page)).map((line) => `${path}: ${line}`));
				await page.screenshot({ path: `${PICTURES}/every${path.replaceAll("/", "-")}-${look.width}-${look.colorScheme}.png`, fullPage: true });
			}
			await context.close();
		}
		t.log(rows.join("\n"));
		t.deepEqual(wrong, []);
		t.true(paths.length >= 2);
	}
	finally {
		await browser?.close();
		for (const each of pair)
			await each.stop();
	}
});
