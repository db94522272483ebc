/** A change that is valid, and that the unit cannot start with all the same: the settings before are in use again. */
import { symbolsOf } from "./counter.js";
import { image } from "./firmware.js";
import { address } from "./frames.js";
import { firmware, result, withPages } from "./lab.js";

// registers
const RA = 1;
const A0 = 10;
const A1 = 11;
/** ERR_USE of lwIP. */
const IN_USE = -8;

firmware("revert: pages that cannot be served at the new LAN address: the control plane goes back to the settings before, keeps them, and says why", (t) => withPages(t, async (board, pages) => {
	const before = await board.chip.settings();
	// nothing that can be set makes this fail: the debugger answers in the place of tcp_bind for that one address
	const { addresses, names } = symbolsOf(image);
	const bind = addresses[names.indexOf("tcp_bind")]!;
	const debugging = await board.emulator.debug();
	await debugging.breakpoint(bind);
	let refused = 0;
	debugging.follow(async () => {
		if ((await debugging.read(await debugging.register(A1), 4)).equals(address("10.1.0.5"))) {
			refused++;
			await debugging.setRegister(A0, IN_USE);
			await debugging.jump(await debugging.register(RA));
			return;
		}
		await debugging.unbreak(bind);
		await debugging.step();
		await debugging.breakpoint(bind);
	});
	const from = board.output.length;
	const response = await pages.fetch("/settings/administration/network/lan", { method: "POST", headers: { "x-keygate": "1" }, body: new URLSearchParams({ lanAddress: "10.1.0.5/24", "dhcpServer.leaseSeconds": "86400" }) });
	t.is(response.status, 303);
	await board.emulator.says(/keygate: TCP port 80 on 10\.1\.0\.5[^]*keygate: the settings before are in use again[^]*keygate: board, pages on http:\/\/10\.1\.0\.1\//, { from, limit: 60000 });
	await debugging.leave();
	// by the control plane that there was, and by the fresh one that finds out whether it must go back
	t.is(refused, 2);
	t.is(await pages.served(), 200);
	const log = (await board.command("log vpn")).replaceAll(/\s+/g, " ");
	t.regex(log, /error TCP port 80 on 10\.1\.0\.5.*error the settings before are in use again/);
	t.deepEqual(await board.chip.settings(), before);
	// and so it starts
	await board.cut();
	await board.boot();
	t.is(await pages.served(), 200);
	result("board    a change that the unit cannot start with: the settings before are in use again, and kept");
}));
