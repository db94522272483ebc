/** With settings as large as they can be nothing that a board does in one go comes near its watchdog: instructions are counted, so that a busy machine makes no difference. */
import test from "ava";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../interop/keygate.js";
import { firmware, result } from "./lab.js";
import { estimate, largest, SHARE, Stretches, WATCHDOG } from "./stretches.js";

test("stretches: the watchdog's time is the board's", (t) => {
	t.is(1000 * WATCHDOG, Number(/^#define kWatchdog (\d+)$/m.exec(readFileSync(join(repository, "hosts/device/board.h"), "utf8"))?.[1]));
});

firmware("stretches: pages, the console, backups and changes of the largest settings, each far within the watchdog's time", async (t) => {
	const stretches = await Stretches.boot(largest());
	try {
		stretches.start();
		for (const path of ["/status", "/settings/peers/peer-0", "/settings/certificates", "/settings/certificates/own/own-2"])
			await stretches.get(path);
		await stretches.line("settings");
		await stretches.changes();
		for (const { what, instructions, answer } of stretches.found) {
			const share = estimate(instructions) / WATCHDOG;
			// before its first turn a board has no watchdog
			if (!what.startsWith("start"))
				t.true(share < SHARE, `${what}: ${Math.round(instructions / 1e6)} million instructions, by the estimate ${(100 * share).toFixed(0)} % of the watchdog's time`);
			t.true(!what.startsWith("POST") || answer === "200" || answer === "303", `${what}: ${answer}`);
		}
		const [most] = stretches.found.filter(({ what }) => !what.startsWith("start")).sort((a, b) => b.instructions - a.instructions);
		result(`board    the longest of ${stretches.found.length} things done in one go: ${most!.what}, ${Math.round(most!.instructions / 1e6)} million instructions`);
		t.notRegex(await stretches.board.command("log vpn 80"), /watchdog|its heap was full/);
	}
	finally {
		await stretches.close();
	}
});
