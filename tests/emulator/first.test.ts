/** A board as it leaves the factory: set up by its page and by its console, and taken back to the factory by both. */
import type { ExecutionContext } from "ava";
import type { Firmware } from "./firmware.js";
import { firmware, result, withPages } from "./lab.js";
import type { Pages } from "./pages.js";
import { absentPeer, PASSWORD } from "./settings.js";

/** A new board in QEMU's own networks; it is on its LAN port at 192.168.1.1, and asks for an address on its WAN port once it is set up. */
function withNewBoard(title: string, body: (t: ExecutionContext, board: Firmware, pages: Pages) => Promise<void>): void {
	firmware(title, (t) => withPages(t, (board, pages) => body(t, board, pages), { settings: undefined }));
}

/** Types an answer to what is asked; waits for the next question or the prompt. */
async function answer(board: Firmware, text: string, next: RegExp): Promise<void> {
	const from = board.output.length;
	board.emulator.program.write(`${text}\r`);
	await board.emulator.says(next, { from });
}

/** The token of the form on a page. */
function token(html: string): string {
	return html.match(/name="?token"? value="?([^"> ]+)/)![1]!;
}

withNewBoard("first: nothing but the set-up page, which sets it up; it is so after a power cut; the administration page takes it back", async (t, board, pages) => {
	await pages.served();
	const first = await pages.fetchAsAnybody("/");
	const page = await first.text();
	t.is(first.status, 200);
	t.regex(page, /This unit is not set up yet/);
	for (const path of ["/status", "/settings/peers", "/anything"])
		t.regex(await (await pages.fetchAsAnybody(path, { redirect: "follow" })).text(), /This unit is not set up yet/);
	for (const path of ["/status.json", "/metrics"])
		t.is((await pages.fetchAsAnybody(path)).status, 503);

	const send = (fields: Record<string, string>, from = page): Promise<Response> => pages.fetchAsAnybody("/", { method: "POST", body: new URLSearchParams({ token: token(from), ...fields }) });
	const wanted = { password: PASSWORD, again: PASSWORD, name: "board", wan: "dhcp", wanAddress: "", wanRouter: "", lanAddress: "192.168.1.1/24" };
	const refused = await send({ ...wanted, again: "something else" });
	t.is(refused.status, 400);
	t.is((await send({ ...wanted, lanAddress: "192.168.1.300/24" })).status, 400);
	t.is((await send({ ...wanted, token: "0" })).status, 403);
	const start = board.output.length;
	t.is((await send(wanted)).status, 200);
	await board.emulator.says(/board, pages on http/, { from: start, limit: 60000 });
	await pages.served();
	t.is((await pages.status()).gateway.name, "board");
	t.is((await pages.fetchAsAnybody("/status.json")).status, 401);

	await board.cut();
	await board.boot();
	await pages.served();
	t.is((await pages.status()).gateway.name, "board");
	const kept = JSON.stringify(await board.chip.settings());
	t.regex(kept, /passwordHash/);
	t.false(kept.includes(PASSWORD));

	const asked = await pages.text("/settings/administration/reset");
	const from = board.output.length;
	const erased = await pages.fetch("/settings/administration/reset", { method: "POST", body: new URLSearchParams({ token: token(asked), current: PASSWORD }) });
	t.is(erased.status, 200);
	await board.prompted(from);
	await pages.served();
	t.regex(await (await pages.fetchAsAnybody("/", { redirect: "follow" })).text(), /This unit is not set up yet/);
	t.is(await board.chip.settings(), undefined);
});

withNewBoard("first: set up by the console, with an answer that is wrong; the WAN's address by DHCP; reset on the console", async (t, board, pages) => {
	t.regex(board.output, /this unit is not set up: open http:\/\/192\.168\.1\.1\/ on its LAN port, or type "setup"/);
	const from = board.output.length;
	board.emulator.program.write("setup\r");
	await board.emulator.says(/Unit's name \[keygate\]: $/, { from });
	await answer(board, "board", /Take the WAN address from a DHCP server, yes or no \[yes\]: $/);
	await answer(board, "yes", /LAN address with prefix length \[192\.168\.1\.1\/24\]: $/);
	await answer(board, "192.168.1.400/24", /password, at least 10 characters: $/);
	await answer(board, "short", /\? the password has 5 characters[^]*: $/);
	await answer(board, PASSWORD, /Again: $/);
	await answer(board, PASSWORD, /\? gateway\.lanAddress: [^]*once more:[^]*Unit's name \[board\]: $/);
	await answer(board, "", /\[yes\]: $/);
	await answer(board, "", /LAN address with prefix length \[192\.168\.1\.400\/24\]: $/);
	await answer(board, "192.168.1.1/24", /board, pages on http/);
	t.false(board.output.includes(PASSWORD), "a password is not shown as it is typed");
	await pages.served();
	t.is((await pages.status()).gateway.name, "board");
	// QEMU's network leases one address, the last but two
	const began = Date.now();
	while (!/10\.0\.2\.252/.test(await board.command("log vpn 50")) && Date.now() - began < 60000)
		await new Promise((resolve) => setTimeout(resolve, 200));
	t.regex(await board.command("log vpn 50"), /10\.0\.2\.252/);

	board.emulator.program.write("reset\r");
	await board.emulator.says(/Type "yes": $/);
	await answer(board, "no", /nothing was changed\r?\n[^]*keygate> $/);
	board.emulator.program.write("reset\r");
	await board.emulator.says(/Type "yes": $/, { from: board.output.length });
	const before = board.output.length;
	board.emulator.program.write("yes\r");
	await board.emulator.says(/keygate> [^]*keygate> $/, { from: before, limit: 90000 });
	t.regex(board.output.slice(before), /this unit is not set up/);
	t.is(await board.chip.settings(), undefined);
	result("board    first boot: set up by page and by console, and taken back to the factory by both");
});

withNewBoard("first: damaged settings are told, and the board asks to be set up", async (t, board, pages) => {
	await board.off();
	await board.chip.put({ version: 1, gateway: { name: "board", wanAddress: "10.0.0.1", lanAddress: "192.168.1.1/24", admin: { user: "admin", password: PASSWORD } }, peers: [] });
	await board.chip.damage();
	await board.boot();
	await pages.served();
	t.regex(await (await pages.fetchAsAnybody("/", { redirect: "follow" })).text(), /This unit is not set up yet[^]*damaged|damaged[^]*This unit is not set up yet/);
});

withNewBoard("first: valid settings that nothing can live by: password and peers stay, the board is found at the factory's address and says why", async (t, board, pages) => {
	await board.off();
	await board.chip.put({
		version: 1,
		gateway: { name: "board", wanAddress: "10.0.0.1", wanPrefix: 24, lanAddress: "10.7.0.1/24", http: { address: "10.9.9.9", port: 80 }, admin: { user: "admin", password: PASSWORD } },
		peers: [absentPeer],
	});
	await board.boot();
	await pages.served();
	t.regex(board.output, /TCP port 80 on 10\.9\.9\.9[^]*this unit is at 192\.168\.1\.1 now/);
	t.is((await pages.fetchAsAnybody("/status")).status, 401);
	t.regex(await pages.text("/log/vpn"), /TCP port 80 on 10\.9\.9\.9/);
	t.regex(await pages.text("/settings/peers"), /branch/);
});
