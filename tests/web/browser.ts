/** Chromium for tests, or the reason why there is none. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const chromiumPath: string | undefined = PATHS.find((path) => existsSync(path));

/** `executablePath`: a program that becomes Chromium, in a namespace for instance. */
export function launch(executablePath = chromiumPath!): Promise<Browser> {
	return chromium.launch({
		executablePath, headless: true,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
}
