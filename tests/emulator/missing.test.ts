/** A board that lacks a port. */
import { Cable } from "./cable.js";
import { firmware, withFirmware, withPages } from "./lab.js";
import { Peer } from "./peer.js";
import { document } from "./settings.js";

firmware("missing: without a LAN port there are no pages, and everything else: the console says so, the WAN answers, the settings stay", async (t) => {
	const cable = await Cable.lay();
	const settings = document();
	const router = new Peer(cable, "10.0.0.254");
	try {
		await withFirmware(t, { wan: cable.link }, async (board) => {
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
			await withPages(t, async (whole) => {
				t.regex(whole.output, /keygate: board, pages on http:\/\/10\.1\.0\.1\//);
			}, { settings: kept as object, wan: cable.link });
		});
	}
	finally {
		cable.close();
	}
});
