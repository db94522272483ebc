/** A board that lacks a port. */
import { freePort } from "../../hosts/emulator/usernet.js";
import { Cable } from "./cable.js";
import { Firmware } from "./firmware.js";
import { firmware } from "./lab.js";
import { Peer } from "./peer.js";
import { document, userNetworks } from "./settings.js";

firmware("missing: without a LAN port there are no pages, and everything else: the console says so, the WAN answers, the settings stay", async (t) => {
	const cable = await Cable.lay();
	const settings = document();
	const board = new Firmware({ wan: { kind: "socket", path: cable.path } });
	const router = new Peer(cable, "10.0.0.254");
	try {
		await board.boot(settings);
		t.regex(board.output, /keygate: there is no LAN port: no pages are served/);
		const kept = await board.chip.settings();
		t.regex(await board.command("status"), /there is no LAN port/);
		t.regex(await board.command("log vpn"), /error +there is no LAN port: no pages are served/);
		await board.addressed();
		t.truthy(await router.ping("10.0.0.1"));
		t.is(board.output.match(/^keygate: there is no LAN port/gm)!.length, 1, "it does not start again and again");
		t.deepEqual(await board.chip.settings(), kept);

		// with the port again it is as before
		await board.off();
		const whole = new Firmware({ ...userNetworks(settings, await freePort()), wan: { kind: "socket", path: cable.path } });
		try {
			await whole.boot(kept as object);
			t.regex(whole.output, /keygate: board, pages on http:\/\/10\.1\.0\.1\//);
		}
		finally {
			await whole.close();
		}
	}
	catch (error) {
		t.log(`the board:\n${board.output.slice(-6000)}`);
		throw error;
	}
	finally {
		await board.close();
		cable.close();
	}
});
