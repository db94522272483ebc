/** Chromium for tests. */
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const chromiumPath = PATHS.find((path) => existsSync(path));
/** What tests in a browser need; undefined: it is there. */
export const wanting = chromiumPath === undefined ? "Chromium" : undefined;

/** `executablePath`: a program that becomes Chromium, in a namespace for instance. */
export function launch(executablePath = chromiumPath!): Promise<Browser> {
	return chromium.launch({
		executablePath, headless: true,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
}

/** The same in a network namespace; what starts it there is kept in `folder`. */
export function launchIn(namespace: string, folder: string): Promise<Browser> {
	const program = join(folder, "chromium");
	writeFileSync(program, `#!/bin/sh\nexec ip netns exec ${namespace} ${chromiumPath} "$@"\n`);
	chmodSync(program, 0o755);
	return launch(program);
}
